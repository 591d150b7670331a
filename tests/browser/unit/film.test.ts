/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* film.test.ts - every revision of a draft comes out again, each letter with its author; colours stay with people. */
import "./page";
import assert from "node:assert/strict";
import { test } from "node:test";

import { ChangeSet, Text } from "@codemirror/state";

import { authorMarks, coloursOf, sharesOf } from "../../../static/src/statement/authors";
import { Film } from "../../../static/src/statement/film";

const who = (id: number) => ({ id, name: `u${id}` });

test("each letter is whose it is, at every revision", () => {
	let seed = 11;
	const roll = (n: number): number => Math.floor((seed = (seed * 1103515245 + 12345) % 2147483648) / 65536) % n;
	const bits = ["a", "نأسف", "\n", "🙂", " ", "می‌دانیم"];
	const first = "ما نعرفه\nتا کنون";
	let letters = [...Array(first.length).keys()].map((i) => ({ unit: first[i] as string, by: 1 }));
	const updates: { changes: unknown; by: { id: number; name: string }; at: string }[] = [], then = [letters];
	for (let i = 0; i < 400; i++) {
		const by = 1 + roll(4), spec: { from: number; to: number; insert: string }[] = [];
		let at = roll(letters.length + 1);
		for (let n = 1 + roll(3); n > 0 && at <= letters.length; n--) {
			const to = Math.min(letters.length, at + roll(5));
			spec.push({ from: at, to, insert: roll(3) === 0 ? "" : bits[roll(bits.length)] as string });
			at = to + roll(8);
		}
		const set = ChangeSet.of(spec.map(({ from, to, insert }) => ({ from, to, insert: Text.of(insert.split("\n")) })), letters.length);
		updates.push({ changes: set.toJSON(), by: who(by), at: "" });
		letters = letters.flatMap((l, k) => [...spec.filter((s) => s.from === k).flatMap((s) => [...s.insert.split("").map((unit) => ({ unit, by }))]),
			...(spec.some((s) => s.from <= k && k < s.to) ? [] : [l])])
			.concat(spec.filter((s) => s.from === letters.length).flatMap((s) => s.insert.split("").map((unit) => ({ unit, by }))));
		then.push(letters);
	}
	const film = new Film(first, [{ user: who(1), units: first.length }], updates);
	for (const revision of [0, 1, 63, 64, 65, 200, 399, 400]) {
		const { text, runs } = film.at(revision), is = then[revision] as typeof letters;
		assert.equal(text, is.map((l) => l.unit).join(""));
		assert.deepEqual(runs.flatMap((r) => Array<number>(r.units).fill(r.user.id)), is.map((l) => l.by));
		assert.ok(runs.every((r, i) => r.units > 0 && r.user.id !== runs[i - 1]?.user.id), "neighbours differ, none is empty");
	}
	assert.deepEqual(film.writers.map((w) => w.id).sort(), [1, 2, 3, 4]);
	assert.throws(() => new Film(first, [], []), RangeError);
});

test("a colour goes with a person", () => {
	assert.equal(coloursOf([7, 20]).get(20), coloursOf([20]).get(20));
	assert.equal(new Set(coloursOf([2, 8, 14, 20, 26, 32]).values()).size, 6);
	assert.equal(coloursOf([1, 2, 3, 4, 5, 6, 7]).size, 7);
	const runs = [{ user: who(8), units: 3 }, { user: who(2), units: 2 }, { user: who(8), units: 4 }];
	assert.deepEqual(sharesOf(runs).map((r) => [r.user.id, r.units]), [[8, 7], [2, 2]]);
	assert.deepEqual(authorMarks(runs, coloursOf([2, 8])).map((m) => [m.from, m.to, m.class, m.title]),
		[[0, 3, "by by-3", "u8"], [3, 5, "by by-2", "u2"], [5, 9, "by by-3", "u8"]]);
});
