/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* timeline_parts.ts - what sentences about entries are made of: entries as they come, and the pieces of what is said. */
import { type Key, t, words } from "../i18n/t";

export interface Entry {
	seq: number;
	type: string;
	recorded_at: string;
	occurred_at: string;
	actor: { id: number; name: string; kind: string };
	incident?: number;
	data: Data;
	corrected_by?: number;
}
/* As it came: every member is looked at before it is used. */
export type Data = Record<string, unknown>;

/** What ids in an entry stand for; "" when that is not known. */
export interface Scene {
	person(id: number): string;
	claim(id: number): string;
	task(id: number): string;
	file(id: number): string;
	statement(id: number): string;
}

export type Part = string | number
	/** A foreign text inside our sentence. */
	| { is: "quote"; text: string }
	| { is: "name"; text: string }
	/** Another entry of this timeline, or another room, or the whole room as it was known at an entry. */
	| { is: "entry"; seq: number; text: string }
	| { is: "room"; id: number }
	| { is: "mention"; id: number }
	| { is: "file"; id: number; text: string }
	| { is: "statement"; id: number; text: string }
	| { is: "time"; at: string };

export interface Body {
	/** null: it needs none, the sentence says what it is. */
	label: Key | null;
	parts: Part[];
	/** The parts are a list of alternatives rather than one text. */
	isList?: boolean;
}

export interface Said {
	key: Key;
	holes: Record<string, Part>;
	body: Body[];
}

/* ---- reading what came ---- */

export const text = (d: Data, name: string): string => typeof d[name] === "string" ? d[name] : "";
export const id = (d: Data, name: string): number => typeof d[name] === "number" ? d[name] : 0;
export const list = (d: Data, name: string): unknown[] => Array.isArray(d[name]) ? d[name] : [];

/** A word of a known set in the reader's language; one that is new to us as it came. */
export function wordOf(set: string, value: string): string {
	const key = `timeline.${set}.${value}`;
	return key in words.value ? t(key as Key, { n: Number(value) || 0 }) : value;
}

export const severity = (n: number): string => wordOf("severity", String(n));

export function role(d: Data): string {
	const word = wordOf("role", text(d, "role"));
	return d.deputy === true ? t("timeline.deputy", { role: word }) : word;
}

const LONGEST = 120; /* letters of another text inside a sentence */

/** The beginning of a text, on one line, never cut inside a letter. */
export function short(whole: string, most = LONGEST): string {
	const line = whole.replace(/\s+/g, " ").trim();
	if (line.length <= most)
		return line;
	const cut = line.slice(0, most);
	return `${(/[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut).trimEnd()}…`;
}

export const quote = (s: string): Part => ({ is: "quote", text: short(s) });
export const name = (scene: Scene, who: number): Part => ({ is: "name", text: scene.person(who) || t("timeline.somebody") });
export const time = (at: string): Part => ({ is: "time", at });
export const entry = (seq: number): Part => ({ is: "entry", seq, text: t("timeline.entry_link") });
export const titled = (known: string, of: number): Part => known === "" ? String(of) : quote(known);

export function block(label: Key | null, s: string): Body[] {
	return s === "" ? [] : [{ label, parts: [{ is: "quote", text: s }] }];
}

export function fact(label: Key, ...parts: Part[]): Body {
	return { label, parts };
}

export const reason = (d: Data): Body[] => block("timeline.part.reason", text(d, "reason"));

export interface Given { d: Data; e: Entry; scene: Scene }
export type Rest = { key: Key; holes?: Record<string, Part>; body?: Body[] };
