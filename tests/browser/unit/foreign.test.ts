/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* foreign.test.ts - which way a text runs, and how it is cut so that it can do no harm. */
import "./page";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { hasDanger, ltrRuns, type Piece, piecesOf, safeHref, wholeWords } from "../../../static/src/i18n/foreign";
import { beginning } from "../../../static/src/feed/row";
import { directionOf } from "../../../static/src/i18n/direction";

const names = (pieces: Piece[]): string[] => pieces.map((p) => p.kind === "hidden" ? p.name : p.text);
const marked = (text: string, marks: [number, number][]): string[] =>
	piecesOf(text, { marks }).filter((p) => p.isMarked).map((p) => p.kind === "hidden" ? p.name : p.text);

test("direction is that of most letters, not of the first", () => {
	const cases: [string, string][] = [
		["iPhone من خراب شده و کسی جواب نمی‌دهد", "rtl"],
		["@zoodaq_care پاسخ دهید", "rtl"],
		["https://example.org/a/very/long/latin/path خبر", "rtl"],
		["#Breaking خبر فوری", "rtl"],
		["RT @someone: مرحبا", "rtl"],
		["The word سلام means hello", "ltr"],
		["plain English", "ltr"],
		["שלום", "rtl"],
		["12:45 !!! 🙂", "auto"],
		["", "auto"],
		["@only_a_handle", "auto"],
	];
	for (const [text, want] of cases)
		assert.equal(directionOf(text), want, text);
});

test("characters that turn a text around become marks, and nothing else changes", () => {
	const text = "safe \u202egnp.exe\u202c and \u2066x\u2069\u0007 end\r\nnew\tline\rhalf";
	assert.ok(hasDanger(text));
	const pieces = piecesOf(text);
	assert.deepEqual(pieces.filter((p) => p.kind === "hidden").map((p) => p.kind === "hidden" ? [p.name, p.code] : []), [
		["RLO", "U+202E"], ["PDF", "U+202C"], ["LRI", "U+2066"], ["PDI", "U+2069"], ["U+0007", "U+0007"], ["U+000D", "U+000D"]]);
	assert.equal(pieces.filter((p) => p.kind !== "hidden").map((p) => "text" in p ? p.text : "").join("|"),
		"safe |gnp.exe| and |x| end\r\nnew\tline|half");
});

test("what people write with is left alone, and shown on request", () => {
	for (const text of ["می‌خواهم", "👨‍👩‍👧", "\u200fمرحبا\u200e", "a\u061cb", "two\nlines\tand a tab"])
		assert.equal(hasDanger(text), false, text);
	assert.deepEqual(names(piecesOf("می‌خواهم")), ["می‌خواهم"]);
	assert.deepEqual(names(piecesOf("می‌خواهم", { showsAll: true })), ["می", "ZWNJ", "خواهم"]);
	assert.deepEqual(names(piecesOf("a\u200bb\u00adc \u200fمی‌خواهم", { reviews: true })), ["a", "ZWSP", "b", "SHY", "c \u200fمی‌خواهم"]);
	assert.deepEqual(names(piecesOf("a\u200bb")), ["a\u200bb"]);
	assert.deepEqual(names(piecesOf("a\u{e0041}b", { showsAll: true })), ["a", "U+E0041", "b"]);
});

test("without the marks a text is byte for byte what it was", () => {
	const text = "@a_b سلام https://x.example/?q=1. #tag \u202eabc پایان";
	const back = piecesOf(text, { links: true, marks: [[5, 9]], showsAll: true }).map((p) => p.kind === "hidden" ? String.fromCodePoint(parseInt(p.code.slice(2), 16)) : p.text).join("");
	assert.equal(back, text);
});

test("a number of several groups runs from left to right as a whole, two numbers do not", () => {
	const rows = readFileSync("tests/unit/ltr.tsv", "utf8").split("\n").filter((l) => l !== "" && !l.startsWith("#"));
	assert.ok(rows.length > 15);
	for (const row of rows) {
		const [text = "", want = ""] = row.replaceAll("_", "\u00a0").split("\t");
		const all = ltrRuns(text).map(([from, to]) => text.slice(from, to)).filter((run) => !/^(#|https:)/.test(run));
		assert.equal(all.join("|") || "-", want, text);
	}
	assert.deepEqual(piecesOf("با +98 21 1234 5678 تماس").map((p) => p.kind), ["text", "latin", "text"]);
});

test("a search's marks grow to whole words", () => {
	assert.deepEqual(wholeWords("the running man", [[4, 7]]), [[4, 11]]);
	assert.deepEqual(wholeWords("a b c", [[0, 1], [2, 3]]), [[0, 1], [2, 3]]);
	assert.deepEqual(wholeWords("abc", [[0, 1], [2, 3], [1, 2]]), [[0, 3]]);
	assert.deepEqual(wholeWords("abc", [[-5, 99], [7, 9], [2, 1]]), [[0, 3]]);
	assert.deepEqual(marked("کتاب‌های من", [[0, 4]]), ["کتاب‌های"], "a tag inside a word would break its joining");
});

test("only http and https become links, without what ends the sentence", () => {
	const links = (text: string): string[] => piecesOf(text, { links: true }).filter((p) => p.kind === "link").map((p) => p.kind === "link" ? p.href : "");
	assert.deepEqual(links("see https://example.org/a?b=c, and (http://x.example/y)."), ["https://example.org/a?b=c", "http://x.example/y"]);
	assert.deepEqual(links("javascript:alert(1) data:text/html,x ftp://x"), []);
	assert.deepEqual([safeHref("javascript:alert(1)"), safeHref(" https://x"), safeHref(undefined)], [undefined, undefined, undefined]);
	assert.equal(safeHref("HTTPS://x.example"), "HTTPS://x.example");
});

test("handles and tags are pieces of their own", () => {
	assert.deepEqual(piecesOf("به @zoodaq_fa و #tag.").filter((p) => p.kind === "latin").map((p) => p.kind === "latin" ? p.text : ""), ["@zoodaq_fa", "#tag"]);
});

test("a row's beginning never ends inside a letter", () => {
	assert.equal(beginning("short"), "short");
	const long = `${"a".repeat(599)}😀${"b".repeat(50)}`;
	assert.equal(beginning(long), "a".repeat(599));
});
