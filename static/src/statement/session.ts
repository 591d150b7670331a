/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * session.ts - a draft that is open in this page: from what is kept and what the server has, to an editor
 * that stays in step with the stream until it is closed.
 *
 *   const draft = await openDraft(id, me);     // what dead pages left is merged in
 *   draft.attach(view)                         // an EditorView whose state has draft.extension
 *   draft.view.saved                           // saved, sending, not_saved: a signal
 *
 * It may break: the server refuses what was typed, or the text is not the one that it has. Then
 * `aside` holds all that is on screen, the editor is closed, and the page begins anew beside it.
 */
import { signal, type Signal } from "@preact/signals";
import { ChangeSet, EditorState, type Extension, type Text } from "@codemirror/state";

import { api, newKey, type Problem } from "../api";
import { connection, onEvents, onJump } from "../bus/bus";
import { type Batch, Collab, draftOf, type Host, type Kept, restore, type Saved, type WireUpdate } from "./collab";
import { forget, Keeper, leftBehind, type Record, sweep, take } from "./kept";
import { changesSince, type StatementData } from "./model";
import { wireOf } from "./wire";

export interface Draft {
	readonly id: number;
	readonly saved: Signal<Saved>;
	/** Texts that could not be merged: to be copied by hand, or thrown away. */
	readonly aside: Signal<readonly Aside[]>;
	/** How much of what another page had left is in the text now; 0: nothing was. */
	readonly restored: number;
	/** Why it is over; "" while it lives. */
	readonly broken: Signal<string>;
	/** What the editor starts with. */
	readonly text: Text;
	readonly extension: Extension;
	attach(host: Host): void;
	/** Call after every change of the text. */
	typed(): void;
	/** The revision that the page has seen. */
	revision(): number;
	waiting(): number;
	/** See Collab. */
	placeOf(at: number, revision: number): number | null;
	placeAt(at: number): number;
	/** The reader has seen to it. */
	drop(aside: Aside): void;
	close(): void;
}

export interface Aside {
	text: string;
	/** When it was typed, in ms. */
	at: number;
	record: Record;
}

/* The text that a record comes to by itself. */
function textOf(kept: Kept): string {
	try {
		return kept.changes.reduce((text: Text, c) => ChangeSet.fromJSON(c).apply(text), EditorState.create({ doc: kept.base }).doc).toString();
	} catch {
		return kept.base;
	}
}

export const asideOf = (record: Record): Aside =>
	({ text: record.kept === null ? record.text : textOf(record.kept), at: record.at, record });

interface Beginning {
	/** Of a dead page whose rest goes on here: what it had sent may still arrive, and is then known for one's own. */
	client: string;
	revision: number;
	text: Text;
	/** What goes on top of it. */
	changes: ChangeSet[];
	aside: Aside[];
	merged: Record[];
}

/* One page's rest. Of two that start from the same text the second is shown and not guessed. */
async function add(start: Beginning, id: number, record: Record): Promise<boolean> {
	const missed = record.kept === null ? null : await changesSince(id, record.kept.revision);
	if (record.kept === null || missed === null)
		return false;
	try {
		const was = restore(record.kept, missed);
		if (was.revision < start.revision || (was.changes.length > 0 && start.changes.length > 0))
			return false;
		if (start.changes.length === 0)
			Object.assign(start, was, { client: record.kept.client });
		start.merged.push(record);
		return true;
	} catch {
		return false; /* the server's past is another by now */
	}
}

/* What was kept goes on top of the newest text. */
async function begin(id: number, user: number, statement: StatementData): Promise<Beginning> {
	const start: Beginning = { client: newKey(), revision: statement.revision, text: EditorState.create({ doc: statement.text }).doc, changes: [], aside: [], merged: [] };
	for (const record of await leftBehind(user, id)) {
		if (!await add(start, id, record))
			start.aside.push(asideOf(record));
	}
	return start;
}

class OpenDraft implements Draft {
	readonly saved = signal<Saved>("saved");
	readonly aside: Signal<readonly Aside[]>;
	readonly broken = signal("");
	readonly text: Text;
	readonly extension: Extension;
	readonly restored: number;
	readonly #keeper: Keeper;
	readonly #waits: Batch[] = [];
	readonly #ends: (() => void)[] = [];
	#collab: Collab | null = null;
	#host: Host | null = null;

	constructor(readonly id: number, user: number, private readonly start: Beginning) {
		this.text = start.text;
		this.extension = draftOf(start.revision, start.client);
		this.aside = signal(start.aside);
		this.restored = start.changes.length;
		this.#keeper = new Keeper(user, id, newKey());
	}

	attach(host: Host): void {
		this.#host = host;
		this.#collab = new Collab(host, wireOf(this.id), {
			onSaved: (saved) => { this.saved.value = saved; },
			keep: (kept) => {
				if (this.#keeper.isTaken)
					this.#breakOff("taken");
				else
					this.#keeper.keep(kept);
			},
			reset: (why, detail) => this.#breakOff(why === "refused" ? detail || why : why),
			later: (fn, ms) => {
				const timer = setTimeout(fn, ms);
				return () => clearTimeout(timer);
			},
		});
		for (const changes of this.start.changes)
			host.dispatch(host.state.update({ changes, userEvent: "restore" }));
		this.typed();
		for (const record of this.start.merged)
			(this.restored > 0 ? take : forget)(record);
		for (const batch of this.#waits)
			this.#collab.batch(batch);
		this.#listen();
	}

	typed(): void {
		this.#collab?.typed();
	}

	revision(): number {
		return this.#collab?.revision ?? this.start.revision;
	}

	waiting(): number {
		return this.#collab?.waiting ?? 0;
	}

	placeOf(at: number, revision: number): number | null {
		return this.#collab?.placeOf(at, revision) ?? null;
	}

	placeAt(at: number): number {
		return this.#collab?.placeAt(at) ?? at;
	}

	drop(aside: Aside): void {
		forget(aside.record);
		this.aside.value = this.aside.value.filter((a) => a !== aside);
	}

	close(): void {
		this.#collab?.close();
		this.#keeper.close();
		for (const end of this.#ends)
			end();
	}

	#listen(): void {
		const nudge = (): void => this.#collab?.nudge();
		this.#ends.push(
			onEvents((events) => {
				for (const e of events) {
					if (e.type !== "draft.changed")
						continue;
					const { data } = JSON.parse(e.data) as { data: { statement: number; base: number; updates: WireUpdate[] } };
					if (data.statement === this.id)
						this.#collab?.batch(data);
				}
			}),
			onJump(nudge),
			connection.subscribe((line) => { if (line.name === "live") nudge(); }),
		);
	}

	#breakOff(why: string): void {
		if (this.broken.value !== "")
			return;
		const text = this.#host?.state.doc.toString() ?? "";
		this.close();
		this.saved.value = "not_saved";
		if (why !== "taken")
			this.aside.value = [...this.aside.value, { text, at: Date.now(), record: this.#keeper.putAside(text) }];
		this.broken.value = why;
	}
}

export async function openDraft(id: number, user: number): Promise<{ ok: true; draft: Draft; statement: StatementData } | { ok: false; problem: Problem }> {
	sweep();
	const r = await api<StatementData>("GET", `/statements/${id}`);
	if (!r.ok)
		return r;
	return { ok: true, draft: new OpenDraft(id, user, await begin(id, user, r.data)), statement: r.data };
}
