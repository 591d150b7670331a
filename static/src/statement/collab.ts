/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * collab.ts - one draft that several people type in, from one page's point of view.
 *
 * The server has the one order. What is typed here is applied here at once and waits; it is sent on
 * top of the revision that the page has seen, one request at a time. Who was too late (409) takes in
 * what was missed, which moves what waits, and sends again. Nothing of one's own counts as saved by
 * a status: it is confirmed when it comes back, in the answer or by the stream, whichever is first.
 * So a batch is told by where it starts: what was seen already is skipped, what starts later than
 * that shows a gap, and the gap is asked for. A lost answer is then no case of its own.
 *
 *        typed                sent                  came back
 *   saved ────► sending (waits) ──► sending (on its way) ──► saved
 *                  ▲ │ no answer, not now                     │ 409: take in, again
 *                  │ ▼                                        ▼
 *                not saved  ◄──────────────────────────── sending
 *
 * Whatever waits is handed to `keep` at every step, so that a page that dies loses nothing.
 * `#base` is the text as the server has it: its length and sum are compared with the server's, and
 * with what is on screen whenever nothing waits. Should they ever differ, `reset` is called.
 */
import { collab, getClientID, getSyncedVersion, receiveUpdates, sendableUpdates, type Update } from "@codemirror/collab";
import { ChangeSet, EditorState, type Extension, type Text, type Transaction } from "@codemirror/state";

export interface WireUpdate {
	client: string;
	/** ChangeSet.toJSON() */
	changes: unknown;
}

export interface Batch {
	/** The revision that the first of them starts from. */
	base: number;
	updates: readonly WireUpdate[];
}

/** Where the server stands after a batch. */
export interface Stand {
	revision: number;
	units: number;
	/** sumOf() its text. */
	hash: number;
}

export type Pushed =
	| { is: "taken"; updates: readonly WireUpdate[]; stand: Stand }
	/** Others were faster; base + updates may end before revision. */
	| ({ is: "moved"; revision: number } & Batch)
	/** No answer, or not now: again later. */
	| { is: "failed" }
	/** It will never be taken as it is. */
	| { is: "refused"; status: number; detail: string };

export interface Wire {
	push(revision: number, updates: readonly WireUpdate[]): Promise<Pushed>;
	/** What came after a revision, as much as the server tells at once; null: no answer. */
	since(revision: number): Promise<Batch & { revision: number } | null>;
}

/** The editor, or anything with a state. */
export interface Host {
	readonly state: EditorState;
	dispatch(tr: Transaction): void;
}

export type Saved = "saved" | "sending" | "not_saved";

/** What a page has typed and the server has not, as much as another page needs to go on with it. */
export interface Kept {
	client: string;
	revision: number;
	/** The text at that revision. */
	base: string;
	/** ChangeSet.toJSON() of each, in order. */
	changes: unknown[];
}

export interface Listener {
	onSaved(saved: Saved, waiting: number): void;
	/** null: nothing waits any more. */
	keep(kept: Kept | null): void;
	/** What is on screen is not what the server has, or will never be: begin anew, with `kept` put aside. */
	reset(why: "differs" | "refused", detail: string): void;
	/** Calls back after so many ms; returns how to call it off. */
	later(fn: () => void, ms: number): () => void;
}

const RECENT = 500; /* updates that a place may be behind */
const SOON_MS = 40; /* a few keys travel together */
const FIRST_MS = 1000, MOST_MS = 15000;
const PUSH_MOST = 200, PUSH_BYTES = 200 * 1024; /* of one request; the server takes a little more */

/** FNV-1a, 32 bits, of the text as UTF-8: a plain http page has no better sum. */
export function sumOf(text: string): number {
	let h = 0x811c9dc5;
	for (const byte of new TextEncoder().encode(text))
		h = Math.imul(h ^ byte, 0x01000193);
	return h >>> 0;
}

/* ---- what must not get into a draft ---- */

const HALF = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** Half a surrogate pair becomes U+FFFD, NUL goes, every line's end is LF. */
export const clean = (text: string): string => text.replace(/\r\n?/g, "\n").replaceAll("\0", "").replace(HALF, "\ufffd");

const isHigh = (unit: number): boolean => unit >= 0xd800 && unit < 0xdc00;

/* Is there a pair around this place? */
function splits(doc: Text, at: number): boolean {
	if (at <= 0 || at >= doc.length)
		return false;
	const two = doc.sliceString(at - 1, at + 1);
	return isHigh(two.charCodeAt(0)) && !isHigh(two.charCodeAt(1)) && two.charCodeAt(1) >= 0xdc00 && two.charCodeAt(1) < 0xe000;
}

/* The server refuses such a change, and with it all that was typed after it: it is put right first. */
const onlyClean = EditorState.transactionFilter.of((tr) => {
	if (!tr.docChanged)
		return tr;
	const doc = tr.startState.doc, fixed: { from: number; to: number; insert: string }[] = [];
	let isClean = true;
	tr.changes.iterChanges((a, b, _a, _b, inserted) => {
		const insert = inserted.toString(), from = splits(doc, a) ? a - 1 : a, to = splits(doc, b) ? b + 1 : b;
		fixed.push({ from, to, insert: clean(insert) });
		isClean &&= from === a && to === b && insert === clean(insert);
	});
	return isClean ? tr : { changes: fixed, scrollIntoView: true };
});

/** What the editor's state needs. */
export const draftOf = (revision: number, client: string): Extension => [collab({ startVersion: revision, clientID: client }), onlyClean];

const fromWire = (u: WireUpdate): Update => ({ clientID: u.client, changes: ChangeSet.fromJSON(u.changes) });

/* As many as one request may hold, one at least. */
function portion(updates: readonly Update[]): WireUpdate[] {
	const some: WireUpdate[] = [];
	let bytes = 0;
	for (const u of updates.slice(0, PUSH_MOST)) {
		const changes: unknown = u.changes.toJSON();
		bytes += JSON.stringify(changes).length * 3;
		if (some.length > 0 && bytes > PUSH_BYTES)
			break;
		some.push({ client: u.clientID, changes });
	}
	return some;
}

export class Collab {
	#base: Text;
	#isBusy = false; /* a request is on its way */
	#hasGap = false;
	#failures = 0;
	#isOver = false;
	readonly #recent: { revision: number; changes: ChangeSet }[] = []; /* in order; the revision that each starts from */
	#callOff: (() => void) | null = null;

	/** The host's state has draftOf() in it and nothing that waits. */
	constructor(private readonly host: Host, private readonly wire: Wire, private readonly on: Listener) {
		this.#base = host.state.doc;
	}

	get revision(): number {
		return getSyncedVersion(this.host.state);
	}

	get waiting(): number {
		return sendableUpdates(this.host.state).length;
	}

	/** Call after every change of the text. */
	typed(): void {
		if (this.#isOver || this.waiting === 0)
			return;
		this.#keep();
		this.#tell();
		if (this.#callOff === null)
			this.#soon(SOON_MS);
	}

	/** Of the stream, in any order and as often as it likes. */
	batch(batch: Batch): void {
		if (!this.#isOver && !this.#take(batch))
			this.#ask();
	}

	/** The line is back, somebody looks, something may have been missed: do not wait. */
	nudge(): void {
		if (this.#isOver)
			return;
		this.#failures = 0;
		this.#ask();
	}

	/** A place in the text of that revision, in the text on screen; null: it cannot be told, now or any more. */
	placeOf(at: number, revision: number): number | null {
		const since = this.#recent.filter((r) => r.revision >= revision);
		if (revision > this.revision || since.length !== this.revision - revision)
			return null;
		const steps = [...since.map((r) => r.changes), ...sendableUpdates(this.host.state).map((u) => u.changes)];
		if (at > (steps[0]?.length ?? this.host.state.doc.length))
			return null;
		return steps.reduce((place, changes) => changes.mapPos(place, 1), at);
	}

	/** The other way round: a place on screen, in the text of `revision`, which the server knows. */
	placeAt(at: number): number {
		return sendableUpdates(this.host.state).reduceRight((place, u) => u.changes.invertedDesc.mapPos(place, -1), at);
	}

	/** Ends it; what waits is kept. */
	close(): void {
		this.#isOver = true;
		this.#callOff?.();
	}

	/* False: it starts behind what is known, so there is a gap. */
	#take({ base, updates }: Batch): boolean {
		if (this.#isOver)
			return true;
		const known = this.revision;
		if (base > known)
			return false;
		const fresh = updates.slice(known - base);
		if (fresh.length === 0)
			return true;
		try {
			const read = fresh.map(fromWire);
			this.#base = read.reduce((text, u) => u.changes.apply(text), this.#base);
			this.#recent.push(...read.map((u, i) => ({ revision: known + i, changes: u.changes })));
			this.#recent.splice(0, this.#recent.length - RECENT);
			this.host.dispatch(receiveUpdates(this.host.state, read));
		} catch (e) {
			this.#reset("differs", String(e));
			return true;
		}
		if (this.waiting === 0 && !this.#base.eq(this.host.state.doc))
			this.#reset("differs", "the page");
		else
			this.#keep();
		this.#tell();
		return true;
	}

	#catchUp(batch: Batch, revision: number): void {
		if (!this.#take(batch) || this.revision < revision)
			this.#hasGap = true;
	}

	#check({ revision, units, hash }: Stand): void {
		if (!this.#isOver && revision === this.revision && (units !== this.#base.length || hash !== sumOf(this.#base.toString())))
			this.#reset("differs", "the server");
	}

	/* ---- asking ---- */

	#soon(ms: number): void {
		this.#callOff?.();
		this.#callOff = this.on.later(() => { this.#callOff = null; void this.#run(); }, ms);
	}

	#ask(): void {
		this.#hasGap = true;
		if (!this.#isBusy)
			this.#soon(0);
	}

	async #run(): Promise<void> {
		if (this.#isBusy || this.#isOver)
			return;
		this.#isBusy = true;
		const isGood = this.#hasGap ? await this.#fill() : await this.#push();
		this.#isBusy = false;
		if (this.#isOver)
			return;
		this.#failures = isGood ? 0 : this.#failures + 1;
		this.#tell();
		if (!isGood)
			this.#soon(Math.min(MOST_MS, FIRST_MS * 2 ** (this.#failures - 1)) * (0.7 + 0.6 * Math.random()));
		else if (this.#hasGap || this.waiting > 0)
			this.#soon(0);
	}

	async #fill(): Promise<boolean> {
		this.#hasGap = false; /* what shows another one meanwhile is not answered by this */
		const answer = await this.wire.since(this.revision);
		if (answer === null)
			this.#hasGap = true;
		else
			this.#catchUp(answer, answer.revision);
		return answer !== null;
	}

	async #push(): Promise<boolean> {
		const updates = portion(sendableUpdates(this.host.state) as readonly Update[]);
		if (updates.length === 0)
			return true;
		const answer = await this.wire.push(this.revision, updates);
		if (this.#isOver)
			return false;
		switch (answer.is) {
		case "taken":
			this.#catchUp({ base: answer.stand.revision - answer.updates.length, updates: answer.updates }, answer.stand.revision);
			this.#check(answer.stand);
			return true;
		case "moved":
			this.#catchUp(answer, answer.revision);
			return true;
		case "refused":
			this.#reset("refused", answer.detail);
			return false;
		case "failed":
			return false;
		}
	}

	/* ---- telling ---- */

	#tell(): void {
		const n = this.waiting;
		this.on.onSaved(n === 0 ? "saved" : this.#failures > 0 || this.#isOver ? "not_saved" : "sending", n);
	}

	#keep(): void {
		const updates = sendableUpdates(this.host.state);
		this.on.keep(updates.length === 0 ? null : {
			client: getClientID(this.host.state), revision: this.revision, base: this.#base.toString(),
			changes: updates.map((u): unknown => u.changes.toJSON()),
		});
	}

	#reset(why: "differs" | "refused", detail: string): void {
		this.close();
		this.#tell();
		this.on.reset(why, detail);
	}
}

/* ---- after a page that died ---- */

export interface Restored {
	revision: number;
	/** The text at that revision, and what was typed on top of it and never arrived. */
	text: Text;
	changes: ChangeSet[];
}

/**
 * Brings what was kept up to the revision that `missed` ends with. What of it had arrived after all
 * is recognised by its client and dropped. Throws when it does not fit.
 *
 * As receiveUpdates does it; a state of its own would forget a change that has become nothing, which
 * the server has as an update like any other.
 */
export function restore(kept: Kept, missed: readonly WireUpdate[]): Restored {
	let waiting = kept.changes.map((changes) => ChangeSet.fromJSON(changes)), text = EditorState.create({ doc: kept.base }).doc;
	for (const update of missed) {
		let changes = ChangeSet.fromJSON(update.changes);
		text = changes.apply(text);
		if (update.client === kept.client && waiting.length > 0) {
			waiting = waiting.slice(1);
			continue;
		}
		waiting = waiting.map((own) => {
			const moved = own.map(changes);
			changes = changes.map(own, true);
			return moved;
		});
	}
	if (waiting.length > 0 && waiting[0]?.length !== text.length)
		throw new RangeError("what was kept does not fit the text");
	return { revision: kept.revision + missed.length, text, changes: waiting };
}
