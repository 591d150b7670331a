/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* store.test.ts - what a page keeps: order, holding, pages and stream in any order, and its limits. */
import "./page";
import assert from "node:assert/strict";
import { test } from "node:test";

import { authorHref, authorOf, passes } from "../../../static/src/feed/filter";
import { glanceOf } from "../../../static/src/feed/glance";
import type { Mention } from "../../../static/src/feed/mention";
import { FeedStore, KEPT, placeOf } from "../../../static/src/feed/store";

const m = (id: number, version = id, more: Partial<Mention> = {}): Mention =>
	({ id, version, source: "s", source_id: String(id), text: `text ${id}.${version}`, recorded_at: "2026-11-25T12:00:00Z", ...more });
const ids = (list: readonly Mention[]): number[] => list.map((x) => x.id);

test("an author is known by handle, address or name, in this order, within the source", () => {
	for (const [author, key] of [[{ handle: "@DaNa", url: "https://e.org/D", name: "D" }, "@dana"], [{ handle: "دانا" }, "@دانا"], [{ handle: "@@A" }, "@@a"],
		[{ handle: "", url: "https://e.org/D", name: "D" }, "https://e.org/D"], [{ handle: "@", name: "Dana" }, "Dana"], [{}, ""], [undefined, ""]] as const)
		assert.equal(authorOf({ author: author as Mention["author"] ?? {} }), key);
	const of = { q: "", source: "s", lang: "", author: "@dana" };
	assert.ok(passes(of, m(1, 1, { author: { handle: "Dana" } })));
	assert.ok(!passes(of, m(1, 1, { author: { name: "@dana", handle: "other" } })));
	assert.ok(!passes(of, m(1, 1, { source: "t", author: { handle: "Dana" } })), "elsewhere it is somebody else");
	assert.equal(authorHref(m(1, 1, { source: "x", author: { handle: "a&b" } })), "/?source=x&author=%40a%26b");
});

/* A store to which a first page has come. */
function opened(...page: Mention[]): FeedStore {
	const s = new FeedStore();
	s.addPage(page, false);
	return s;
}

function shown(s: FeedStore): number[] {
	s.release();
	return ids(s.items);
}

function check(s: FeedStore): void {
	assert.deepEqual(ids(s.items).filter((id) => ids(s.held).includes(id)), [], "nothing is in both");
	for (const list of [s.items, s.held]) {
		for (let i = 1; i < list.length; i++)
			assert.ok((list[i - 1]?.id ?? 0) > (list[i]?.id ?? 0), "falls by id");
	}
}

test("places in a falling list", () => {
	const list = [m(9), m(5), m(2)];
	assert.deepEqual([9, 5, 2, 10, 6, 1].map((id) => placeOf(list, id)), [0, 1, 2, -1, -2, -4]);
	assert.equal(placeOf([], 1), -1);
});

test("arrivals go on top, doubles are one, the later version stays", () => {
	const s = opened();
	assert.equal(s.take([m(1), m(3), m(2), m(3, 4)]), 3);
	assert.deepEqual(shown(s), [3, 2, 1]);
	assert.equal(s.at(3)?.version, 4);
	assert.equal(s.take([m(2, 9), m(1, 1)]), 0);
	assert.equal(s.at(2)?.text, "text 2.9");
	s.take([m(2, 8)]);
	assert.equal(s.at(2)?.version, 9, "an older one does not win");
});

test("the first page may come after the stream has brought its newest", () => {
	const s = new FeedStore();
	s.take([m(12), m(11)]);
	s.addPage([m(11), m(10), m(7)], true);
	assert.deepEqual(shown(s), [12, 11, 10, 7]);
	s.addPage([m(6), m(5)], false);
	assert.deepEqual(ids(s.items), [12, 11, 10, 7, 6, 5]);
	assert.equal(s.hasOlder, false);
});

test("before the first page a change of something old leaves no hole above it", () => {
	const s = new FeedStore();
	assert.equal(s.take([m(3, 20), m(10, 21), m(22)]), 0);
	assert.deepEqual([s.hasPage, shown(s)], [false, []]);
	s.addPage([m(12), m(11), m(10)], true);
	assert.deepEqual(shown(s), [22, 12, 11, 10]);
	assert.equal(s.at(10)?.version, 21, "the page was read before the change");
	s.addPage([m(9), m(3, 20)], false);
	assert.deepEqual(shown(s), [22, 12, 11, 10, 9, 3]);
});

test("late arrivals go where they belong", () => {
	const s = opened(m(5), m(4), m(2));
	assert.equal(s.take([m(9)]), 1, "by the stream");
	assert.deepEqual(shown(s), [9, 5, 4, 2]);
	assert.equal(s.take([m(9), m(8), m(6), m(5)]), 2, "what came between the page and the stream");
	assert.deepEqual(shown(s), [9, 8, 6, 5, 4, 2]);
	s.take([m(3, 10), m(1, 11)]);
	assert.deepEqual(shown(s), [9, 8, 6, 5, 4, 3, 2, 1], "a change made them pass the filter");
	s.take([m(20), m(18)]);
	assert.equal(s.take([m(19), m(7), m(18)]), 2);
	assert.deepEqual(ids(s.held), [20, 19, 18, 7]);
	assert.deepEqual(ids(s.items), [9, 8, 6, 5, 4, 3, 2, 1], "nothing jumps");
	assert.equal(s.heldCount, 4);
	check(s);
	assert.deepEqual(shown(s), [20, 19, 18, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
});

test("what is older than the oldest comes by paging alone", () => {
	const s = new FeedStore();
	s.addPage([m(9), m(7)], true);
	assert.equal(s.take([m(5, 10), m(8)]), 1);
	assert.deepEqual(shown(s), [9, 8, 7]);
	s.take(Array.from({ length: KEPT }, (_, i) => m(100 + i)));
	assert.equal(shown(s).at(-1), 100);
	assert.equal(s.take([m(9, 99999)]), 0, "it has fallen off the end");
	assert.equal(shown(s).length, KEPT);
});

test("a page that comes while some are held knows them", () => {
	const s = new FeedStore();
	s.take([m(12), m(11)]);
	s.addPage([m(11, 13), m(10), m(7)], true);
	check(s);
	assert.deepEqual([ids(s.items), ids(s.held), s.heldCount], [[11, 10, 7], [12], 1]);
	s.take([m(9, 14)]);
	s.addPage([m(6), m(5)], false);
	check(s);
	assert.deepEqual(ids(s.items), [11, 10, 7, 6, 5]);
	assert.deepEqual(shown(s), [12, 11, 10, 9, 7, 6, 5]);
	assert.equal(s.at(11)?.version, 13);
});

test("while some are held nothing moves, and nothing is lost", () => {
	const s = opened(m(2), m(1));
	s.take([m(3), m(4), m(1, 9)]);
	assert.deepEqual(ids(s.items), [2, 1]);
	assert.equal(s.at(1)?.version, 9, "a change shows in place");
	assert.equal(s.heldCount, 2);
	s.take([m(4, 10), m(5)]);
	assert.equal(s.heldCount, 3);
	assert.deepEqual(shown(s), [5, 4, 3, 2, 1]);
	assert.equal(s.at(4)?.version, 10);
	assert.deepEqual([s.held.length, s.heldCount], [0, 0]);
});

test("it keeps so many and no more, also of those that are held", () => {
	const s = opened();
	s.take(Array.from({ length: KEPT + 50 }, (_, i) => m(i + 1)));
	assert.equal(shown(s).length, KEPT);
	assert.equal(s.items[0]?.id, KEPT + 50);
	assert.equal(s.hasOlder, true);
	s.take(Array.from({ length: 2 * KEPT }, (_, i) => m(10 * KEPT + i)));
	assert.deepEqual([s.held.length, s.heldCount], [KEPT, 2 * KEPT]);
	assert.equal(s.take([m(10 * KEPT, 99 * KEPT)]), 0, "another version of one that held has no room for");
	assert.equal(shown(s).length, KEPT);
	check(s);
});

test("a search's marks stay as long as the text does", () => {
	const s = new FeedStore();
	s.addPage([m(1, 1, { marks: [[0, 4]] })], false);
	s.take([m(1, 2, { text: "text 1.1" })]);
	assert.deepEqual(s.at(1)?.marks, [[0, 4]]);
	s.take([m(1, 3)]);
	assert.equal(s.at(1)?.marks, undefined);
});

/* A small random generator, so that a failure can be told by its seed. */
function random(seed: number): () => number {
	let x = seed;
	return () => {
		x = (x * 1664525 + 1013904223) >>> 0;
		return x / 2 ** 32;
	};
}

test("in any order of events it is what a plain map would be", () => {
	for (let seed = 1; seed <= 200; seed++) {
		const dice = random(seed), s = opened(), all = new Map<number, Mention>();
		let next = 1, late: Mention[] = [];
		for (let step = 0; step < 60; step++) {
			const what = dice();
			if (what < 0.4) {
				const some = Array.from({ length: 1 + Math.floor(dice() * 4) }, () => m(next++));
				for (const x of some)
					all.set(x.id, x);
				const isLate = dice() < 0.3;
				if (isLate)
					late = late.concat(some);
				else
					s.take(some);
			} else if (what < 0.5) {
				s.take(late);
				late = [];
			} else if (what < 0.7 && all.size > 0) {
				const id = [...all.keys()][Math.floor(dice() * all.size)] ?? 0, changed = m(id, next++);
				all.set(id, changed);
				s.take([changed]);
			} else if (what > 0.85) {
				s.release();
			}
			check(s);
		}
		s.take(late);
		s.release();
		const want = [...all.values()].sort((a, b) => b.id - a.id);
		assert.deepEqual(s.items, want, `seed ${seed}`);
	}
});

test("a glance counts what is kept", () => {
	const now = Date.parse("2026-11-25T12:10:00Z");
	const items = [m(4, 4, { recorded_at: "2026-11-25T12:09:59Z", lang: "fa", source: "a" }), m(3, 3, { recorded_at: "2026-11-25T12:05:00Z", lang: "ar-EG" }),
		m(2, 2, { recorded_at: "2026-11-25T12:05:00Z", lang: "de" }), m(1, 1, { recorded_at: "2026-11-25T12:00:00Z", source: "a" })];
	const g = glanceOf(items, now);
	assert.equal(g.span, 600000);
	assert.equal(g.bars.reduce((a, b) => a + b, 0), 4);
	assert.equal(g.bars[29], 1);
	assert.deepEqual(g.sources, [["a", 2], ["s", 2]]);
	assert.deepEqual(new Map(g.langs), new Map([["fa", 1], ["ar", 1], ["", 2]]));
	assert.equal(glanceOf([], now).total, 0);
	assert.equal(glanceOf([m(1, 1, { recorded_at: "2020-01-01T00:00:00Z" })], now).bars.reduce((a, b) => a + b, 0), 0, "older than the chart");
});
