/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * typists.ts - people who type in one draft, over a network that loses and delays, on pages that die; the
 * server is given. collab.test.ts plays them against one in memory, ../test_typing.mjs against the real one.
 */
import assert from "node:assert/strict";

import { EditorState, type Text, type Transaction } from "../../../static/node_modules/@codemirror/state/dist/index.js"; /* the one that collab.ts has */

import { type Batch, Collab, draftOf, type Kept, type Pushed, restore, type Saved, type Wire, type WireUpdate } from "../../../static/src/statement/collab";

/* ---- chance, by number ---- */

export class Dice {
	constructor(private seed: number) {}
	next(): number {
		this.seed = (this.seed + 0x6d2b79f5) | 0;
		let t = Math.imul(this.seed ^ (this.seed >>> 15), 1 | this.seed);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
	}
	below(n: number): number { return Math.floor(this.next() * n); }
	is(chance: number): boolean { return this.next() < chance; }
	of<T>(list: readonly T[]): T { return list[this.below(list.length)] as T; }
}

export const textFrom = (text: string): Text => EditorState.create({ doc: text }).doc;

type Maybe<T> = T | Promise<T>;

/** One text, one order. */
export interface Server {
	push(revision: number, updates: readonly WireUpdate[], page: number): Maybe<Pushed>;
	since(revision: number): Maybe<Batch & { revision: number }>;
	text(): Maybe<{ text: Text; revision: number }>;
}

/* ---- a page ---- */

interface Call { run: () => void; lose: () => void }

export class Page {
	state: EditorState;
	readonly collab: Collab;
	saved: Saved = "saved";
	kept: Kept | null = null;
	wrong = "";
	calls: Call[] = []; /* on their way to the server or back */
	timers: (() => void)[] = [];
	frames: Batch[] = [];
	isBusy = 0;
	inside = 0; /* at the server now */

	constructor(readonly server: Server, text: Text, revision: number, readonly name: string, readonly place: number) {
		this.state = EditorState.create({ doc: text, extensions: draftOf(revision, name) });
		const wire: Wire = {
			push: (at, updates) => {
				assert.equal(++this.isBusy, 1, "two requests at once");
				return this.#travel(() => server.push(at, updates, this.place), { is: "failed" });
			},
			since: (at) => {
				assert.equal(++this.isBusy, 1, "two requests at once");
				return this.#travel(() => server.since(at), null);
			},
		};
		const page = this;
		this.collab = new Collab({ get state() { return page.state; }, dispatch(tr: Transaction) { page.state = tr.state; } }, wire, {
			onSaved: (saved) => { this.saved = saved; },
			keep: (kept) => { this.kept = kept === null ? null : JSON.parse(JSON.stringify(kept)) as Kept; },
			reset: (why, detail) => { this.wrong = `${why}: ${detail}`; },
			later: (fn) => {
				this.timers.push(fn);
				return () => { this.timers = this.timers.filter((f) => f !== fn); };
			},
		});
	}

	/* First the way there, then the way back; either may lose it. */
	#travel<T>(act: () => Maybe<T>, lost: T): Promise<T> {
		return new Promise((resolve) => {
			const done = (answer: T): void => { this.isBusy--; resolve(answer); };
			const back = (answer: T): void => { this.calls.push({ run: () => done(answer), lose: () => done(lost) }); };
			const there: Call = {
				run: () => {
					const answer = act();
					if (!(answer instanceof Promise))
						return back(answer);
					this.inside++;
					void answer.then((a) => { this.inside--; back(a); });
				},
				lose: () => done(lost),
			};
			this.calls.push(there);
		});
	}

	type(changes: { from: number; to?: number; insert?: string }): void {
		this.state = this.state.update({ changes }).state;
		this.collab.typed();
	}
}

const LETTERS = ["س", "لا", "می‌", "é", "👨‍👩‍👧", "🙂", "\n", "word ", "الخبر ", "۱۲", "\r\n", "\u{20000}", "ּ"];

export const BEGINNING = "ما می‌دانیم که ساعت ۱۴:۰۵\nنحن نتحقق 🙂 من الأمر\n\nwe speak again at 15:00";

export const turn = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve); });

export class World {
	pages: Page[] = [];
	typed = new Set<string>();
	private born = 0;
	private nextLetter = 0xf0000; /* each letter of its own: a private plane */

	/** `name`: what the pages are called, before their number. */
	constructor(readonly server: Server, readonly dice: Dice, readonly onlyInserts: boolean, readonly name = "c") {}

	begin(people: number, text: Text, revision: number): void {
		for (let i = 0; i < people; i++)
			this.pages.push(new Page(this.server, text, revision, this.#name(), i));
	}

	#name(): string { return `${this.name}${++this.born}`; }

	/** The stream says it, to all pages. */
	tell(batch: Batch): void {
		for (const p of this.pages)
			p.frames.push(batch);
	}

	/* Anywhere, also in the middle of a pair: the page has to put that right. */
	type(p: Page): void {
		const doc = p.state.doc, from = this.dice.below(doc.length + 1);
		if (this.onlyInserts) {
			const letter = String.fromCodePoint(this.nextLetter++);
			this.typed.add(letter);
			let at = from;
			if (/[\ud800-\udbff]$/.test(doc.sliceString(0, at)))
				at++;
			p.type({ from: at, insert: letter });
		} else {
			const to = this.dice.is(0.5) ? from : Math.min(doc.length, from + this.dice.below(6));
			p.type({ from, to, insert: this.dice.is(0.3) ? "" : this.dice.is(0.05) ? "\ud83d" : this.dice.of(LETTERS) });
		}
	}

	/* The page dies; a new one of the same person goes on with what was kept. */
	async crash(p: Page): Promise<void> {
		for (const call of p.calls) {
			if (this.dice.is(0.5))
				call.run(); /* it had left already */
		}
		while (p.inside > 0)
			await turn();
		const kept = p.kept, i = this.pages.indexOf(p);
		p.collab.close();
		if (kept === null) {
			const now = await this.server.text();
			this.pages[i] = new Page(this.server, now.text, now.revision, this.#name(), p.place);
			return;
		}
		const missed: WireUpdate[] = [];
		for (;;) {
			const more = await this.server.since(kept.revision + missed.length);
			missed.push(...more.updates);
			if (kept.revision + missed.length >= more.revision)
				break;
		}
		const was = restore(kept, missed);
		const next = this.pages[i] = new Page(this.server, was.text, was.revision, this.#name(), p.place);
		for (const changes of was.changes) {
			next.state = next.state.update({ changes }).state;
			next.collab.typed();
		}
	}

	/* Anything that can happen next, at random. */
	step(p: Page, loss: number): void {
		const dice = this.dice, roll = dice.below(10);
		if (roll < 3)
			this.type(p);
		else if (roll < 6 && p.calls.length > 0)
			(dice.is(loss) ? p.calls.splice(dice.below(p.calls.length), 1)[0]?.lose : p.calls.splice(0, 1)[0]?.run)?.();
		else if (roll < 8 && p.timers.length > 0)
			p.timers.splice(0, 1)[0]?.();
		else if (p.frames.length > 0) /* some twice, some never, some in another order */
			p.collab.batch((dice.is(0.8) ? p.frames.splice(0, dice.is(loss) ? 2 : 1) : p.frames.slice(dice.below(p.frames.length)))[0] as Batch);
	}

	/** So many things happen. */
	async live(steps: number, loss: number, crashes: number): Promise<void> {
		for (let i = 0; i < steps; i++) {
			const p = this.dice.of(this.pages);
			this.step(p, loss);
			if (this.dice.is(0.5))
				await turn();
			if (this.dice.is(crashes))
				await this.crash(p);
		}
	}

	/** The network is whole again: everything arrives. */
	async settle(): Promise<void> {
		for (const p of this.pages)
			p.collab.nudge();
		for (const end = Date.now() + 60000; Date.now() < end;) {
			let isQuiet = true;
			for (const p of this.pages) {
				const call = p.calls.shift(), timer = p.timers.shift(), frame = p.frames.shift();
				call?.run();
				timer?.();
				if (frame !== undefined)
					p.collab.batch(frame);
				isQuiet &&= call === undefined && timer === undefined && frame === undefined && p.isBusy === 0;
			}
			await turn();
			if (isQuiet && this.pages.every((p) => p.calls.length + p.timers.length + p.frames.length + p.isBusy === 0))
				return;
		}
		assert.fail("it never settles");
	}

	/** All have the server's text and know it, and each letter that was typed is there once. */
	async check(): Promise<void> {
		const { text: whole, revision } = await this.server.text(), text = whole.toString();
		for (const p of this.pages) {
			assert.equal(p.wrong, "");
			assert.equal(p.state.doc.toString(), text);
			assert.equal(p.saved, "saved");
			assert.equal(p.kept, null);
			assert.equal(p.collab.revision, revision);
		}
		for (const letter of this.typed)
			assert.equal(text.split(letter).length, 2, `U+${letter.codePointAt(0)?.toString(16)} is there ${text.split(letter).length - 1} times`);
	}
}

/** One session from its number: by it alone it is known what happens, as far as the server lets it. */
export async function play(seed: number, begin: (dice: Dice) => Maybe<{ world: World; text: Text; revision: number }>): Promise<void> {
	const dice = new Dice(seed), { world, text, revision } = await begin(dice);
	world.begin(2 + dice.below(4), text, revision);
	const loss = dice.of([0, 0.1, 0.4]);
	await world.live(30 + dice.below(60), loss, seed % 5 === 0 ? 0.02 : 0);
	await world.settle();
	await world.check();
}
