/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * collab.test.ts - many people in one draft, over a network that loses and delays, against a server that
 * takes a change only on top of its newest text: all end with the same text, and every letter that
 * somebody typed is in it once, also when their page died and another one went on.
 *
 * A session is played from its number alone: one that fails can be played again (SEED=n).
 */
import "./page";
import assert from "node:assert/strict";
import { test } from "node:test";

import { ChangeSet, EditorState, Text, type Transaction } from "../../../static/node_modules/@codemirror/state/dist/index.js"; /* the one that collab.ts has */

import { type Batch, clean, Collab, draftOf, type Kept, type Pushed, restore, type Saved, sumOf, type Wire, type WireUpdate } from "../../../static/src/statement/collab";

const SESSIONS = Number(process.env.SESSIONS ?? 3000);

/* ---- chance, by number ---- */

class Dice {
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

/* ---- the server: one text, one order ---- */

const MOST = 7; /* updates in one answer: small, so that gaps are asked for in pieces */

class Authority {
	text: Text;
	readonly log: WireUpdate[] = [];
	constructor(text: string) { this.text = Text.of(text.split("\n")); }
	since(revision: number): Batch & { revision: number } {
		return { base: revision, revision: this.log.length, updates: this.log.slice(revision, revision + MOST) };
	}
	push(revision: number, updates: readonly WireUpdate[]): Pushed {
		if (revision !== this.log.length)
			return { is: "moved", ...this.since(revision) };
		let text = this.text;
		for (const u of updates)
			text = ChangeSet.fromJSON(JSON.parse(JSON.stringify(u.changes))).apply(text);
		assert.equal(text.toString(), clean(text.toString()), "half a letter got through");
		this.text = text;
		this.log.push(...updates);
		return { is: "taken", updates, stand: { revision: this.log.length, units: text.length, hash: sumOf(text.toString()) } };
	}
}

/* ---- a page ---- */

interface Call { run: () => void; lose: () => void }

class Page {
	state: EditorState;
	readonly collab: Collab;
	saved: Saved = "saved";
	kept: Kept | null = null;
	wrong = "";
	calls: Call[] = []; /* on their way to the server or back */
	timers: (() => void)[] = [];
	frames: Batch[] = [];
	isBusy = 0;

	constructor(readonly world: World, text: Text, revision: number, readonly name: string) {
		this.state = EditorState.create({ doc: text, extensions: draftOf(revision, name) });
		const wire: Wire = {
			push: (at, updates) => {
				assert.equal(++this.isBusy, 1, "two requests at once");
				return this.#travel(() => world.push(at, updates), { is: "failed" });
			},
			since: (at) => {
				assert.equal(++this.isBusy, 1, "two requests at once");
				return this.#travel(() => world.server.since(at), null);
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
	#travel<T>(act: () => T, lost: T): Promise<T> {
		return new Promise((resolve) => {
			const done = (answer: T): void => { this.isBusy--; resolve(answer); };
			const there: Call = {
				run: () => {
					const answer = act();
					this.calls.push({ run: () => done(answer), lose: () => done(lost) });
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

class World {
	readonly server: Authority;
	pages: Page[] = [];
	typed = new Set<string>();
	private born = 0;
	private nextLetter = 0xf0000; /* each letter of its own: a private plane */

	constructor(readonly dice: Dice, people: number, readonly onlyInserts: boolean) {
		this.server = new Authority(dice.is(0.2) ? "" : "ما می‌دانیم که ساعت ۱۴:۰۵\nنحن نتحقق 🙂 من الأمر\n\nwe speak again at 15:00");
		for (let i = 0; i < people; i++)
			this.pages.push(new Page(this, this.server.text, 0, this.#name()));
	}

	#name(): string { return `c${++this.born}`; }

	push(revision: number, updates: readonly WireUpdate[]): Pushed {
		const base = this.server.log.length, answer = this.server.push(revision, updates);
		if (answer.is === "taken") {
			for (const p of this.pages)
				p.frames.push({ base, updates });
		}
		return answer;
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
	crash(p: Page): void {
		for (const call of p.calls) {
			if (this.dice.is(0.5))
				call.run(); /* it had left already */
		}
		const kept = p.kept, server = this.server;
		const i = this.pages.indexOf(p);
		if (kept === null) {
			this.pages[i] = new Page(this, server.text, server.log.length, this.#name());
			return;
		}
		const was = restore(kept, server.log.slice(kept.revision));
		assert.equal(was.text.toString(), server.text.toString());
		const next = this.pages[i] = new Page(this, was.text, was.revision, this.#name());
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
}

const turn = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve); });

async function settle(world: World): Promise<void> {
	for (const p of world.pages)
		p.collab.nudge();
	for (let i = 0; i < 4000; i++) {
		let isQuiet = true;
		for (const p of world.pages) {
			const call = p.calls.shift(), timer = p.timers.shift(), frame = p.frames.shift();
			call?.run();
			timer?.();
			if (frame !== undefined)
				p.collab.batch(frame);
			isQuiet &&= call === undefined && timer === undefined && frame === undefined;
		}
		await turn();
		if (isQuiet && world.pages.every((p) => p.calls.length + p.timers.length + p.frames.length === 0))
			return;
	}
	assert.fail("it never settles");
}

async function play(seed: number): Promise<void> {
	const dice = new Dice(seed), onlyInserts = seed % 3 === 0;
	const world = new World(dice, 2 + dice.below(4), onlyInserts);
	const loss = dice.of([0, 0.1, 0.4]), crashes = seed % 5 === 0 ? 0.02 : 0;
	const steps = 30 + dice.below(60);
	for (let i = 0; i < steps; i++) {
		const p = dice.of(world.pages);
		world.step(p, loss);
		if (dice.is(0.5))
			await turn();
		if (dice.is(crashes))
			world.crash(p);
	}
	await settle(world);
	const text = world.server.text.toString();
	for (const p of world.pages) {
		assert.equal(p.wrong, "");
		assert.equal(p.state.doc.toString(), text);
		assert.equal(p.saved, "saved");
		assert.equal(p.kept, null);
		assert.equal(p.collab.revision, world.server.log.length);
	}
	for (const letter of world.typed)
		assert.equal(text.split(letter).length, 2, `U+${letter.codePointAt(0)?.toString(16)} is there ${text.split(letter).length - 1} times`);
}

test(`${SESSIONS} sessions of two to five people converge, and nothing typed is lost`, async () => {
	const only = process.env.SEED === undefined ? null : Number(process.env.SEED);
	for (let seed = only ?? 0; seed < (only === null ? SESSIONS : only + 1); seed++)
		await play(seed).catch((e: unknown) => { throw new Error(`SEED=${seed}: ${String(e)}`, { cause: e }); });
});

test("the sum is the one of the server", () => {
	assert.equal(sumOf(""), 0x811c9dc5);
	assert.equal(sumOf("a"), 0xe40c292c);
	assert.equal(sumOf("foobar"), 0xbf9cf968);
	assert.equal(sumOf("سلام"), sumOf(Buffer.from("سلام").toString()));
});

test("halves of letters, NUL and CR never get into a draft", () => {
	assert.equal(clean("a\ud83db\udc00c🙂\r\nd\re\0f"), "a\ufffdb\ufffdc🙂\nd\nef");
	let state = EditorState.create({ doc: "🙂b", extensions: draftOf(0, "x") });
	state = state.update({ changes: { from: 1, insert: "x" } }).state;
	assert.equal(state.doc.toString(), clean(state.doc.toString()));
	state = EditorState.create({ doc: "🙂b", extensions: draftOf(0, "x") }).update({ changes: { from: 1, to: 3 } }).state;
	assert.equal(state.doc.toString(), "");
});

/* A world of one page whose answers the test gives itself. */
function alone(text = "abc"): { page: Page; world: World } {
	const world = new World(new Dice(1), 0, false);
	world.server.text = Text.of([text]);
	const page = new Page(world, world.server.text, 0, "me");
	world.pages.push(page);
	return { page, world };
}

test("what it says is true: sending until it comes back, not saved when it did not go", async () => {
	const { page, world } = alone();
	page.type({ from: 3, insert: "!" });
	assert.equal(page.saved, "sending");
	assert.deepEqual(page.kept?.changes, [[3, [0, "!"]]]);
	page.timers.shift()?.();
	page.calls.shift()?.lose();
	await turn();
	assert.equal(page.saved, "not_saved");
	assert.notEqual(page.kept, null);
	page.timers.shift()?.();
	page.calls.shift()?.run(); /* it arrives, the answer is lost */
	page.calls.shift()?.lose();
	await turn();
	assert.equal(world.server.text.toString(), "abc!");
	assert.equal(page.saved, "not_saved", "nobody has said so yet");
	page.collab.batch(page.frames.shift() as Batch);
	assert.equal(page.saved, "saved");
	assert.equal(page.kept, null);
	await settle(world);
	assert.equal(world.server.text.toString(), "abc!", "not sent again");
});

test("a place in an older text is found again, and one on screen can be told", async () => {
	const { page, world } = alone("one two");
	const other = new Page(world, world.server.text, 0, "other");
	world.pages.push(other);
	other.type({ from: 0, insert: "zero " });
	other.timers.shift()?.();
	other.calls.shift()?.run();
	other.calls.shift()?.run();
	await turn();
	assert.equal(page.collab.placeOf(4, 1), null, "of a revision that is still to come");
	page.type({ from: 0, insert: "🙂" });
	assert.equal(page.collab.placeOf(4, 0), 6);
	assert.equal(page.collab.placeAt(6), 4);
	page.collab.batch(page.frames.shift() as Batch);
	assert.equal(page.state.doc.toString().indexOf("two"), page.collab.placeOf(4, 0));
	assert.equal(page.state.doc.toString().indexOf("two"), page.collab.placeOf(9, 1));
	assert.equal(page.collab.placeAt(page.state.doc.toString().indexOf("two")), 9);
	assert.equal(page.collab.placeOf(99, 1), null);
});

test("a text that differs from the server's is noticed", async () => {
	const { page, world } = alone();
	world.server.text = Text.of(["axc"]);
	page.type({ from: 3, insert: "!" });
	page.timers.shift()?.();
	page.calls.shift()?.run();
	page.calls.shift()?.run();
	await turn();
	assert.equal(page.wrong, "differs: the server");
	assert.equal(page.timers.length, 0);
});
