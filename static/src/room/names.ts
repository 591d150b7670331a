/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * names.ts - the names of a room as they are typed: one a line, its spellings with "=" between them.
 *
 * The server has the last word on what a list may hold; what it would refuse is found here as well, so
 * that it is said in the reader's language and with the line that is meant.
 */
export const MOST_NAMES = 50, MOST_SPELLINGS = 8, LONGEST = 300;

/** The spellings of one entry; the first is what it is called. */
export const spellingsOf = (entry: string): string[] => entry.split("=").map((s) => s.trim());

export interface Wrong {
	what: "count" | "empty" | "spellings" | "long";
	/** Of the lines as they stand in the field, from 1. */
	line: number;
}

/** What is typed, as the server wants it; lines with nothing in them do not count. */
export function namesIn(text: string): { names: string[]; wrong: Wrong | null } {
	const lines = text.split("\n").map((typed, i) => ({ line: i + 1, typed: typed.trim() })).filter((l) => l.typed !== "");
	let wrong: Wrong | null = lines.length > MOST_NAMES ? { what: "count", line: 0 } : null;
	const names = lines.map(({ line, typed }) => {
		const spellings = spellingsOf(typed), name = spellings.join(" = ");
		const what = spellings.includes("") ? "empty" : spellings.length > MOST_SPELLINGS ? "spellings" : [...name].length > LONGEST ? "long" : null;
		if (what !== null)
			wrong ??= { what, line };
		return name;
	});
	return { names, wrong };
}
