/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* word_diff.test.ts - both texts come out of a difference again, and it is as small as one would draw it. */
import "./page";
import assert from "node:assert/strict";
import { test } from "node:test";

import { type Piece, wordDiff } from "../../../static/src/ui/word_diff";

const side = (pieces: readonly Piece[], not: "gone" | "new"): string => pieces.filter((p) => p.is !== not).map((p) => p.text).join("");
const drawn = (a: string, b: string): string => wordDiff(a, b).map((p) => p.is === "same" ? p.text : p.is === "gone" ? `[-${p.text}-]` : `{+${p.text}+}`).join("");

test("words that went and came, in three languages", () => {
	assert.equal(drawn("We know of two cases.", "We know of nine cases."), "We know of [-two-]{+nine+} cases.");
	assert.equal(drawn("تا ساعت ۱۴:۰۵ پاسخ می‌دهیم.", "تا ساعت ۱۵:۰۰ پاسخ نمی‌دهیم."), "تا ساعت [-۱۴:۰۵-]{+۱۵:۰۰+} پاسخ [-می‌دهیم-]{+نمی‌دهیم+}.");
	assert.equal(drawn("نتحقق من الأمر", "نتحقق الآن من الأمر"), "نتحقق {+الآن +}من الأمر");
	assert.equal(drawn("", "a b"), "{+a b+}");
	assert.equal(drawn("a b", ""), "[-a b-]");
	assert.equal(drawn("a b", "a b"), "a b");
	assert.equal(drawn("one two three", "one 2 3"), "one [-two three-]{+2 3+}");
});

test("both texts come out again, whatever they are", () => {
	const words = ["we", " ", "\n", "می‌دانیم", "۱۲", "12:30", "🙂", "لا", ".", "الخبر", "é"];
	let seed = 7;
	const roll = (n: number): number => (seed = (seed * 1103515245 + 12345) % 2147483648) % n;
	const text = (n: number): string => Array.from({ length: roll(n) }, () => words[roll(words.length)]).join("");
	for (let i = 0; i < 3000; i++) {
		const a = text(40), b = roll(2) === 0 ? text(40) : a.slice(0, roll(a.length + 1)) + text(6) + a.slice(roll(a.length + 1));
		const pieces = wordDiff(a, b);
		assert.equal(side(pieces, "new"), a);
		assert.equal(side(pieces, "gone"), b);
	}
	const long = Array.from({ length: 4000 }, (_, i) => `a${i} `).join(""), other = Array.from({ length: 4000 }, (_, i) => `b${i} `).join("");
	assert.equal(side(wordDiff(long, other), "new"), long);
	assert.equal(side(wordDiff(long, other), "gone"), other);
});
