/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * foreign.ts - a foreign text cut into pieces that can be shown safely.
 *
 * The text itself is never changed. Characters that turn the text around (U+202A-E, U+2066-9) and
 * control characters are shown as marks instead of doing what they do: "gepj.exe" is how an attack
 * looks. ZWNJ, ZWJ, LRM, RLM and ALM belong to how people write; they are only shown on request.
 * A search's marks grow to whole words, because a tag inside a word may break the joining of
 * Arabic letters.
 */
export type Piece =
	| { kind: "text"; text: string; isMarked: boolean }
	| { kind: "hidden"; name: string; code: string; isMarked: boolean }
	| { kind: "link"; text: string; href: string; isMarked: boolean }
	/** @name, #tag, address, number of several groups: left to right as a whole, also in an Arabic line. */
	| { kind: "latin"; text: string; isMarked: boolean };

const NAMES: Record<number, string> = {
	0x202a: "LRE", 0x202b: "RLE", 0x202c: "PDF", 0x202d: "LRO", 0x202e: "RLO",
	0x2066: "LRI", 0x2067: "RLI", 0x2068: "FSI", 0x2069: "PDI",
	0x200b: "ZWSP", 0x200c: "ZWNJ", 0x200d: "ZWJ", 0x200e: "LRM", 0x200f: "RLM", 0x061c: "ALM",
	0x00ad: "SHY", 0x2060: "WJ", 0xfeff: "BOM", 0x00a0: "NBSP", 0x202f: "NNBSP",
};
/* Line feed and tab do no harm; a carriage return before a line feed is half a line's end. */
const DANGEROUS = "\\u202a-\\u202e\\u2066-\\u2069\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f";
const INVISIBLE = "\\u200b-\\u200f\\u061c\\u00ad\\u2060\\ufeff\\u00a0\\u202f\\u{e0000}-\\u{e007f}";
/* What no writing needs: whoever approves a text has to see it. */
const UNSEEN = "\\u00ad\\u200b\\u2028\\u2029\\u2060-\\u2064\\ufeff\\ufff9-\\ufffc";
const HAS_DANGER = new RegExp(`[${DANGEROUS}]|\\r(?!\\n)`, "u");
const DANGER = new RegExp(`([${DANGEROUS}]|\\r(?!\\n))`, "u");
const REVIEWED = new RegExp(`([${DANGEROUS}${UNSEEN}]|\\r(?!\\n))`, "u");
const ALL = new RegExp(`([${DANGEROUS}${INVISIBLE}]|\\r(?!\\n))`, "u");
const LINK = /(https?:\/\/[^\s<>"'«»“”]*[^\s<>"'«»“”.,;:!?()[\]{}،؛؟])/u;
/*
 * What an Arabic line would turn around: its groups would stand in the order of the line. Of numbers these are
 * telephone numbers (with "+" or a zero in front, or groups that are parted alike) and codes with letters;
 * src/api/newsroom_ltr.c has the same rule, tests/unit/ltr.tsv holds both to it.
 */
const D = "0-9٠-٩۰-۹", CALLED = `(?:\\+(?:\\([${D}]+\\)|[${D}]+)|\\(\\+[${D}]+\\)|\\([0٠۰][${D}]*\\)|[0٠۰][${D}]*)(?:[ \u00a0-]?(?:\\([${D}]+\\)|[${D}]+))*`;
const GROUPED = `[${D}]+(?:(?:-[${D}]+){2,}|(?:[ \u00a0][${D}]+){2,})`, CODE = "[0-9]+(?:-[0-9]+)*-[0-9]*[A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)*";
const RUN = new RegExp(`(?<![\\w/])[@#][A-Za-z0-9_.]*[A-Za-z0-9_]|https?://[!-~]+|(?<![\\w${D}٫٬+./:,@#=&%-])(?:${CODE}|${CALLED}|${GROUPED})`, "g");
const DIGITS_MIN = 7; /* fewer are as likely two numbers */
const WORD = /[\p{L}\p{N}\p{M}\u200c\u200d]/u;

/** Does it hold characters that reorder or control? Such a mention is flagged. */
export const hasDanger = (text: string): boolean => HAS_DANGER.test(text);

function hidden(character: string, isMarked: boolean): Piece {
	const at = character.codePointAt(0) ?? 0;
	const code = `U+${at.toString(16).toUpperCase().padStart(4, "0")}`;
	return { kind: "hidden", name: NAMES[at] ?? code, code, isMarked };
}

/** Marks in order, without overlap, grown to whole words. */
export function wholeWords(text: string, marks: readonly (readonly [number, number])[]): [number, number][] {
	const grown: [number, number][] = [];
	for (const [from, to] of [...marks].sort((a, b) => a[0] - b[0])) {
		let a = Math.max(0, Math.min(from, text.length)), b = Math.max(a, Math.min(to, text.length));
		while (a > 0 && WORD.test(text[a - 1] ?? ""))
			a--;
		while (b < text.length && WORD.test(text[b] ?? ""))
			b++;
		const last = grown.at(-1);
		if (last !== undefined && a <= last[1])
			last[1] = Math.max(last[1], b);
		else if (b > a)
			grown.push([a, b]);
	}
	return grown;
}

export interface Showing {
	marks?: readonly (readonly [number, number])[] | undefined;
	/** Also ZWNJ and its like. */
	showsAll?: boolean;
	/** Also what nobody sees, but not what people write with. */
	reviews?: boolean;
	/** Addresses become links; they are never followed by themselves. */
	links?: boolean;
}

function cut(text: string, isMarked: boolean, { showsAll, reviews, links }: Showing): Piece[] {
	const pieces: Piece[] = [];
	text.split(showsAll ? ALL : reviews ? REVIEWED : DANGER).forEach((part, i) => {
		if (i % 2 === 1) {
			pieces.push(hidden(part, isMarked));
			return;
		}
		part.split(links ? LINK : /(?!)/).forEach((run, k) => {
			if (k % 2 === 1)
				pieces.push({ kind: "link", text: run, href: run, isMarked });
			else
				pieces.push(...plain(run, isMarked));
		});
	});
	return pieces;
}

const DIGITS = new RegExp(`[${D}]+`, "g");

function isWhole(run: string): boolean {
	const groups = run.match(DIGITS) ?? [];
	return /[a-z@#_]/i.test(run) || (groups.join("").length >= DIGITS_MIN && (groups.length > 1 || run.includes("+")));
}

/** Where what runs from left to right as a whole begins and ends. */
export const ltrRuns = (text: string): [number, number][] =>
	[...text.matchAll(RUN)].filter((m) => isWhole(m[0])).map((m) => [m.index, m.index + m[0].length]);

export interface Stretch {
	from: number;
	to: number;
	isLtr: boolean;
}

/** All of a text, cut where such a run begins and ends; none is empty. */
export function stretchesOf(text: string): Stretch[] {
	const all: Stretch[] = [];
	let at = 0;
	for (const [from, to] of ltrRuns(text)) {
		all.push({ from: at, to: from, isLtr: false }, { from, to, isLtr: true });
		at = to;
	}
	all.push({ from: at, to: text.length, isLtr: false });
	return all.filter((s) => s.to > s.from);
}

const plain = (text: string, isMarked: boolean): Piece[] =>
	stretchesOf(text).map((s) => ({ kind: s.isLtr ? "latin" : "text", text: text.slice(s.from, s.to), isMarked }));

export function piecesOf(text: string, showing: Showing = {}): Piece[] {
	const marks = wholeWords(text, showing.marks ?? []);
	if (marks.length === 0)
		return cut(text, false, showing);
	const pieces: Piece[] = [];
	let at = 0;
	for (const [from, to] of marks) {
		pieces.push(...cut(text.slice(at, from), false, showing), ...cut(text.slice(from, to), true, showing));
		at = to;
	}
	return pieces.concat(cut(text.slice(at), false, showing));
}

/** Only http and https ever become the address of a link. */
export function safeHref(address: string | undefined): string | undefined {
	return address !== undefined && /^https?:\/\//i.test(address) ? address : undefined;
}
