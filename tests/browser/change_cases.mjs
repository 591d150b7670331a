/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * change_cases.mjs SEED COUNT - edits of texts as CodeMirror sees them, one JSON array a line, for
 * tests/unit/test_change_cases.c to do the same:
 *
 *   ["s", text, author, behind, hash]                    a text begins, with whatever line breaks
 *   ["c", changes, author, behind, hash, runs, moved]    it is changed; runs: [[author, units]…],
 *                                                        moved: [[pos, before, behind]…]
 *   ["x", changes, why]                                  a change that must be refused
 *
 * Who wrote each unit is kept here as one number a unit, which shares no idea with the runs of the
 * server. `changes` is text, since half a surrogate pair is no JSON. What CodeMirror itself does not take is checked to be so; the rest of what must be
 * refused (half a surrogate pair, numbers and lines that it lets pass) is told apart here.
 */
import { ChangeSet, Text } from "@codemirror/state";

const [seed, count] = process.argv.slice(2).map(Number);
let state = BigInt(seed);
const next = () => {
	state = (state + 0x9e3779b97f4a7c15n) & 0xffffffffffffffffn;
	let z = state;
	z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & 0xffffffffffffffffn;
	z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & 0xffffffffffffffffn;
	return Number((z ^ (z >> 31n)) >> 32n);
};
const below = (n) => next() % n;
const pick = (list) => list[below(list.length)];

const PIECES = [
	"a", "Z", " ", "7", ".", "\t", "\n", "\r\n", "\r", "\n\n", "ب", "سلام", "مرحبا", "إِنَّ", "ـ", "می\u200cخواهم", "\u200c", "۱۲۳", "٤٥", "،",
	"هٔ", "گ", "😀", "👩‍🚀", "🇮🇷", "👍🏽", "𐤀", "𞸀", "é", "e\u0301", "\u2028", "\u2029", "\u0085", "\ufeff", "\u200f", "\u200d", "漢", "\u000b", "\f",
	"\u0001", "\u007f", "\"", "\\", "</script>", "the service", "قطعی سرویس", "انقطاع الخدمة", "\ue000", "\uffff", "\u{10ffff}",
];
const text = (most) => Array.from({ length: below(most + 1) }, () => pick(PIECES)).join("");
const toText = (s) => Text.of(s.split(/\r\n?|\n/));

const encoder = new TextEncoder();
const hash = (s) => encoder.encode(s).reduce((h, b) => Math.imul(h ^ b, 0x01000193) >>> 0, 0x811c9dc5);

const isSplit = (s, at) => at > 0 && at < s.length && s.charCodeAt(at - 1) >= 0xd800 && s.charCodeAt(at - 1) < 0xdc00
	&& s.charCodeAt(at) >= 0xdc00 && s.charCodeAt(at) < 0xe000;
const letterAt = (s, most = s.length) => {
	const at = below(most + 1);
	return isSplit(s, at) ? at - 1 : at;
};
const partLength = (p) => typeof p === "number" ? p : p[0];
/* Does a part end inside of a pair? */
const splits = (json, s) => {
	let at = 0;
	return json.some((p) => isSplit(s, at += partLength(p)));
};

/* ---- changes that the library makes ---- */

const specs = (s) => Array.from({ length: 1 + below(4) }, () => {
	const from = letterAt(s), to = below(2) ? from : Math.max(from, letterAt(s, Math.min(s.length, from + 8)));
	const cut = isSplit(s, to) ? to - 1 : to;
	return { from, to: Math.max(from, cut), insert: toText(below(4) ? text(4) : "") };
});
/* ChangeSet.of wants specs that do not overlap when they are one array: compose them one by one. */
const made = (doc) => {
	let all = ChangeSet.empty(doc.length);
	for (let n = 1 + below(3); n > 0; n--) {
		const now = all.apply(doc);
		all = all.compose(ChangeSet.of(pick(specs(now.toString())), now.length));
	}
	return all;
};
const several = (doc) => {
	const s = doc.toString(), a = letterAt(s), b = letterAt(s);
	const [from, to] = a < b ? [a, b] : [b, a];
	return ChangeSet.of([{ from, insert: toText(text(2)) }, { from, to, insert: toText(text(2)) }, { from: to, insert: toText(text(2)) }], doc.length);
};
const rebased = (doc) => {
	const mine = made(doc), theirs = made(doc);
	return { doc: theirs.apply(doc), changes: mine.map(theirs, below(2) === 0) };
};

/* ---- changes that only a stranger would write ---- */

const stranger = (s) => {
	const json = [];
	for (let at = 0; at < s.length;) {
		let n = 1 + below(Math.min(9, s.length - at));
		if (isSplit(s, at + n))
			n++;
		const lines = toText(text(3)).toJSON();
		json.push(pick([n, n, [n], [n, ...lines], [n, ""]]));
		if (below(3) === 0 && lines.join("\n") !== "")
			json.push([0, ...lines]);
		at += n;
	}
	return json;
};

const WRONG = [
	(json) => ["too short", json.slice(0, -1)],
	(json) => ["too long", [...json, 1 + below(5)]],
	(json) => ["takes too much", [...json, [1 + below(5), "x"]]],
	(json) => ["keeps nothing", [0, ...json]],
	(json) => ["an empty part", [...json, [0]]],
	(json) => ["puts nothing", [[0, ""], ...json]],
	(json) => ["negative", [-1, ...json, 1]],
	(json) => ["takes less than nothing", [[-1, "x"], ...json, 1]],
	(json) => ["a fraction", [0.5, 0.5, ...json.slice(1)]],
	(json) => ["a break in a line", [[0, "a\nb"], ...json]],
	(json) => ["a carriage return", [[0, "a\r"], ...json]],
	(json) => ["a NUL", [[0, "a\0b"], ...json]],
	(json) => ["half a pair", [[0, "\ud83d"], ...json]],
	(json) => ["a line that is none", [[0, 1], ...json]],
	(json) => ["a part that is none", [...json, null]],
	(json) => ["a list without a number", [[], ...json]],
	(json) => ["a number in quotes", ["3", ...json]],
	(json) => ["a very large number", [...json, 4294967296]],
	(json) => ["no list", { length: json.length }],
];
/* What the library takes on reading and applying, and a page may not see all the same. */
const LET_PASS = new Set(["a break in a line", "a carriage return", "a NUL", "half a pair", "keeps nothing", "an empty part", "puts nothing",
	"negative", "takes less than nothing", "a fraction"]);

const isTaken = (json, doc) => {
	try {
		ChangeSet.fromJSON(json).apply(doc);
		return true;
	} catch {
		return false;
	}
};

/* ---- the lines ---- */

const out = [];
const say = (line) => out.push(JSON.stringify(line));
const flush = () => new Promise((done) => {
	const chunk = `${out.join("\n")}\n`;
	out.length = 0;
	if (process.stdout.write(chunk))
		done();
	else
		process.stdout.once("drain", done);
});

const runsOf = (authors) => {
	const runs = [];
	for (const a of authors)
		if (runs.length && runs.at(-1)[0] === a)
			runs.at(-1)[1]++;
		else
			runs.push([a, 1]);
	return runs;
};
const movedBy = (changes, length) => Array.from({ length: 4 }, (_, i) => i === 0 ? 0 : i === 1 ? length : below(length + 1))
	.map((pos) => [pos, changes.mapPos(pos, -1), changes.mapPos(pos, 1)]);

const refuse = (doc) => {
	const good = made(doc).toJSON(), s = doc.toString();
	if (below(3) === 0) {
		const pairs = [...s.matchAll(/[\u{10000}-\u{10ffff}]/gu)].map((m) => m.index + 1);
		if (pairs.length === 0)
			return;
		const at = pick(pairs);
		const json = pick([[at, [0, "x"], s.length - at], [at, s.length - at], [[at], s.length - at], [at, [s.length - at, "y"]]]);
		say(["x", JSON.stringify(json), "inside of a pair"]);
		return;
	}
	const [why, json] = pick(WRONG)(good);
	if (why === "too short" && (good.length === 0 || partLength(good.at(-1)) === 0))
		return; /* it is not */
	if (!LET_PASS.has(why) && isTaken(json, doc))
		throw new Error(`the library takes what should be refused: ${why} ${JSON.stringify(json)}`);
	say(["x", JSON.stringify(json), why]);
};

const session = async (most) => {
	const first = text(below(20) ? 24 : 400);
	let doc = toText(first), authors = Array(doc.length).fill(1), n = 0;
	say(["s", first, 1, doc.toString(), hash(doc.toString())]);
	for (; n < most; n++) {
		const author = 1 + below(4);
		let json, changes;
		switch (below(4)) {
		case 0:
			changes = several(doc);
			break;
		case 1: {
			/* Both are applied: theirs, and mine moved over it. */
			const both = rebased(doc);
			changes = ChangeSet.fromJSON(both.changes.toJSON());
			say(["s", both.doc.toString(), author, both.doc.toString(), hash(both.doc.toString())]);
			doc = both.doc;
			authors = Array(doc.length).fill(author);
			break;
		}
		case 2:
			json = stranger(doc.toString());
			changes = ChangeSet.fromJSON(json);
			break;
		default:
			changes = made(doc);
		}
		json ??= changes.toJSON();
		if (splits(json, doc.toString())) {
			say(["x", JSON.stringify(json), "inside of a pair"]);
			continue;
		}
		if (below(8) === 0)
			refuse(doc);
		const moved = movedBy(changes, doc.length), will = [];
		let at = 0;
		for (const part of json) {
			if (typeof part === "number")
				will.push(...authors.slice(at, at + part));
			else if (part.length > 1)
				will.push(...Array(part.slice(1).join("\n").length).fill(author));
			at += partLength(part);
		}
		doc = changes.apply(doc);
		authors = will;
		say(["c", JSON.stringify(json), author, doc.toString(), hash(doc.toString()), runsOf(authors), moved]);
		if (doc.length > 3000)
			break;
	}
	if (out.length > 2000)
		await flush();
	return n;
};

for (let n = 0; n < count;)
	n += await session(Math.min(25, count - n));
await flush();
