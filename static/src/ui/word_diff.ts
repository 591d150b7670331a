/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * word_diff.ts - two texts, word by word: what stayed, what went, what came.
 *
 * Myers' shortest edit over words, spaces and signs; the ends that are the same are cut off first. Two texts
 * that have too little in common are shown as one gone and one come. A word is letters with
 * their marks and ZWNJ, so that a Persian verb is never cut in two.
 */
export interface Piece {
	is: "same" | "gone" | "new";
	text: string;
}

const TOKEN = /[\p{L}\p{M}\u200c\u200d]+|\p{N}+(?:[.,:٫٬/]\p{N}+)*|\s+|[\s\S]/gu;
const MOST_EDITS = 1500;

export const tokensOf = (text: string): string[] => text.match(TOKEN) ?? [];

/* The way through, as pairs of equal places; null when it is too long. */
function trail(a: readonly string[], b: readonly string[]): Int32Array[] | null {
	const n = a.length, m = b.length, most = Math.min(n + m, MOST_EDITS), size = 2 * most + 3, v = new Int32Array(size), steps: Int32Array[] = [];
	for (let d = 0; d <= most; d++) {
		steps.push(v.slice());
		for (let k = -d; k <= d; k += 2) {
			const down = k === -d || (k !== d && (v[most + k] ?? 0) < (v[most + k + 2] ?? 0));
			let x = down ? v[most + k + 2] ?? 0 : (v[most + k] ?? 0) + 1, y = x - k;
			while (x < n && y < m && a[x] === b[y]) {
				x++;
				y++;
			}
			v[most + k + 1] = x;
			if (x >= n && y >= m)
				return steps;
		}
	}
	return null;
}

function walk(a: readonly string[], b: readonly string[], steps: readonly Int32Array[]): Piece[] {
	const back: Piece[] = [], most = Math.min(a.length + b.length, MOST_EDITS);
	let x = a.length, y = b.length;
	for (let d = steps.length - 1; d >= 0; d--) {
		const v = steps[d] as Int32Array, k = x - y;
		const down = k === -d || (k !== d && (v[most + k] ?? 0) < (v[most + k + 2] ?? 0));
		const fromK = down ? k + 1 : k - 1, fromX = d === 0 ? 0 : v[most + fromK + 1] ?? 0, fromY = d === 0 ? 0 : fromX - fromK;
		while (x > fromX && y > fromY && x > 0 && y > 0 && (d === 0 || x > (down ? fromX : fromX + 1) || y > (down ? fromY + 1 : fromY))) {
			x--;
			y--;
			back.push({ is: "same", text: a[x] ?? "" });
		}
		if (d > 0)
			back.push(down ? { is: "new", text: b[--y] ?? "" } : { is: "gone", text: a[--x] ?? "" });
	}
	return back.reverse();
}

/* Neighbours of one kind become one; between two changes what went stands before what came, and a lone space joins them. */
function joined(pieces: readonly Piece[]): Piece[] {
	const out: Piece[] = [];
	let gone = "", come = "";
	const flush = (): void => {
		if (gone !== "")
			out.push({ is: "gone", text: gone });
		if (come !== "")
			out.push({ is: "new", text: come });
		gone = come = "";
	};
	pieces.forEach((p, i) => {
		if (p.is === "gone") {
			gone += p.text;
		} else if (p.is === "new") {
			come += p.text;
		} else if (/^[^\S\n]+$/.test(p.text) && gone !== "" && come !== "" && (pieces[i + 1]?.is ?? "same") !== "same") {
			gone += p.text;
			come += p.text;
		} else {
			flush();
			const last = out.at(-1);
			if (last?.is === "same")
				last.text += p.text;
			else
				out.push({ ...p });
		}
	});
	flush();
	return out;
}

export function wordDiff(before: string, after: string): Piece[] {
	const a = tokensOf(before), b = tokensOf(after);
	let head = 0, tail = 0;
	while (head < a.length && head < b.length && a[head] === b[head])
		head++;
	while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail])
		tail++;
	const midA = a.slice(head, a.length - tail), midB = b.slice(head, b.length - tail), steps = trail(midA, midB);
	const same = (tokens: string[]): Piece[] => tokens.length === 0 ? [] : [{ is: "same", text: tokens.join("") }];
	return joined([
		...same(a.slice(0, head)),
		...(steps === null ? [{ is: "gone" as const, text: midA.join("") }, { is: "new" as const, text: midB.join("") }] : walk(midA, midB, steps)),
		...same(a.slice(a.length - tail)),
	]);
}
