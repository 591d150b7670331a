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

import { ChangeSet, EditorState, Text } from "../../../static/node_modules/@codemirror/state/dist/index.js"; /* the one that collab.ts has */

import { type Batch, clean, draftOf, type Pushed, restore, sumOf, type WireUpdate } from "../../../static/src/statement/collab";
import { BEGINNING, Dice, Page, play, type Server, turn, World } from "./typists";

const SESSIONS = Number(process.env.SESSIONS ?? 3000);

const MOST = 7; /* updates in one answer: small, so that gaps are asked for in pieces */

class Authority implements Server {
	words: Text;
	readonly log: WireUpdate[] = [];
	tell: (batch: Batch) => void = () => undefined;
	constructor(text: string) { this.words = Text.of(text.split("\n")); }
	text(): { text: Text; revision: number } { return { text: this.words, revision: this.log.length }; }
	since(revision: number): Batch & { revision: number } {
		return { base: revision, revision: this.log.length, updates: this.log.slice(revision, revision + MOST) };
	}
	push(revision: number, updates: readonly WireUpdate[]): Pushed {
		const base = this.log.length;
		if (revision !== base)
			return { is: "moved", ...this.since(revision) };
		let text = this.words;
		for (const u of updates)
			text = ChangeSet.fromJSON(JSON.parse(JSON.stringify(u.changes))).apply(text);
		assert.equal(text.toString(), clean(text.toString()), "half a letter got through");
		this.words = text;
		this.log.push(...updates);
		this.tell({ base, updates });
		return { is: "taken", updates, stand: { revision: this.log.length, units: text.length, hash: sumOf(text.toString()) } };
	}
}

function begin(dice: Dice, onlyInserts: boolean): { world: World; text: Text; revision: number } {
	const server = new Authority(dice.is(0.2) ? "" : BEGINNING), world = new World(server, dice, onlyInserts);
	server.tell = (batch) => world.tell(batch);
	return { world, ...server.text() };
}

test(`${SESSIONS} sessions of two to five people converge, and nothing typed is lost`, async () => {
	const only = process.env.SEED === undefined ? null : Number(process.env.SEED);
	for (let seed = only ?? 0; seed < (only === null ? SESSIONS : only + 1); seed++)
		await play(seed, (dice) => begin(dice, seed % 3 === 0)).catch((e: unknown) => { throw new Error(`SEED=${seed}: ${String(e)}`, { cause: e }); });
});

test("a change that has become nothing is still one that arrives", () => {
	const kept = { client: "me", revision: 4, base: "abc", changes: [[3], [3, [0, "d"]]] };
	const was = restore(kept, [{ client: "me", changes: [3] }, { client: "me", changes: [3, [0, "d"]] }, { client: "other", changes: [[1], 3] }]);
	assert.deepEqual([was.revision, was.text.toString(), was.changes], [7, "bcd", []]);
	assert.throws(() => restore({ ...kept, base: "a" }, []), RangeError);
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
function alone(text = "abc"): { page: Page; world: World; server: Authority } {
	const server = new Authority(text), world = new World(server, new Dice(1), false);
	server.tell = (batch) => world.tell(batch);
	world.begin(1, server.words, 0);
	return { page: world.pages[0] as Page, world, server };
}

test("what it says is true: sending until it comes back, not saved when it did not go", async () => {
	const { page, world, server } = alone();
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
	assert.equal(server.words.toString(), "abc!");
	assert.equal(page.saved, "not_saved", "nobody has said so yet");
	page.collab.batch(page.frames.shift() as Batch);
	assert.equal(page.saved, "saved");
	assert.equal(page.kept, null);
	await world.settle();
	assert.equal(server.words.toString(), "abc!", "not sent again");
});

test("a place in an older text is found again, and one on screen can be told", async () => {
	const { page, world, server } = alone("one two");
	const other = new Page(server, server.words, 0, "other", 1);
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
	const { page, server } = alone();
	server.words = Text.of(["axc"]);
	page.type({ from: 3, insert: "!" });
	page.timers.shift()?.();
	page.calls.shift()?.run();
	page.calls.shift()?.run();
	await turn();
	assert.equal(page.wrong, "differs: the server");
	assert.equal(page.timers.length, 0);
});
