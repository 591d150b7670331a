/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * playbook.ts - playbooks as the server tells them, in one language as they are read, and which of
 * them suit an incident. The type of an incident is free text, so what suits it is found by words.
 */
import type { Lang } from "../settings";
import type { Audience, Office } from "./model";

export type ByLang = Partial<Record<Lang, string>>;
/** What stands in the list. */
export interface PlaybookInfo {
	/** null: as it ships. */
	id: number | null;
	version: number;
	/** One of this name ships. */
	builtin: boolean;
	slug: string;
	type: string;
	titles: ByLang;
}
export interface Playbook extends PlaybookInfo {
	summary: ByLang;
	roles: { role: Office; duty: ByLang }[];
	tasks: { key: string; title: ByLang; role: Office; due_s: number }[];
	cadence: Partial<Record<Audience, number>>;
	templates: { key: string; channel: Channel; title: ByLang; text: ByLang }[];
}
export type Channel = "press" | "social" | "internal" | "reply";

export interface Duty {
	role: Office;
	duty: string;
}
export interface Template {
	key: string;
	channel: Channel;
	title: string;
	text: string;
}
/** What runs in a room: a copy in one language. */
export interface Started {
	id: number;
	slug: string;
	playbook_version: number;
	lang: Lang;
	title: string | null;
	roles: Duty[];
	templates: Template[];
	by: number;
	at: string;
}
/** One language of a playbook. */
export interface Sheet {
	lang: Lang;
	summary: string;
	roles: readonly Duty[];
	tasks: readonly { key: string; title: string; role: Office; due_s: number }[];
	cadence: readonly (readonly [Audience, number])[];
	templates: readonly Template[];
}

const ORDER: readonly Lang[] = ["en", "ar", "fa"];

/** The languages that it is written in. */
export const langsOf = (p: PlaybookInfo): Lang[] => ORDER.filter((l) => p.titles[l] !== undefined);
/** The wanted one where it has that, else one that it has. */
export const langFor = (p: PlaybookInfo, wanted: Lang): Lang => p.titles[wanted] !== undefined ? wanted : langsOf(p)[0] ?? wanted;
export const titleOf = (p: PlaybookInfo, wanted: Lang): string => p.titles[langFor(p, wanted)] ?? p.slug;

export function sheetOf(p: Playbook, l: Lang): Sheet {
	const say = (texts: ByLang): string => texts[l] ?? "";
	const rank: Record<Audience, number> = { public: 0, executive: 1, internal: 2 };
	return {
		lang: l, summary: say(p.summary),
		roles: p.roles.map((r) => ({ role: r.role, duty: say(r.duty) })),
		tasks: p.tasks.map((x) => ({ ...x, title: say(x.title) })).sort((a, b) => a.due_s - b.due_s),
		cadence: (Object.entries(p.cadence) as [Audience, number][]).sort(([a], [b]) => rank[a] - rank[b]),
		templates: p.templates.map((x) => ({ ...x, title: say(x.title), text: say(x.text) })),
	};
}

export const sheetOfStarted = (s: Started): Sheet => ({ lang: s.lang, summary: "", roles: s.roles, tasks: [], cadence: [], templates: s.templates });

const SHORTEST = 3; /* letters of a word that says something */

/* Words as they compare: one form of letters that are written in two ways, no marks, no article. */
function wordsOf(text: string): string[] {
	const plain = text.normalize("NFKD").replace(/\p{M}/gu, "").replace(/ـ/g, "").replace(/ك/g, "ک").replace(/[يى]/g, "ی").toLowerCase();
	return plain.split(/[^\p{L}\p{N}]+/u).map((w) => w.replace(/^ال/, "")).filter((w) => w.length >= SHORTEST);
}

/** How many of the words of an incident's type are the playbook's own, in any language. */
export function suits(p: PlaybookInfo, type: string | null): number {
	const own = new Set([p.type, p.slug, ...Object.values(p.titles)].flatMap(wordsOf));
	return new Set(wordsOf(type ?? "").filter((w) => own.has(w))).size;
}

/** Those that suit the type come first. */
export const inOrderFor = (type: string | null, all: readonly PlaybookInfo[]): PlaybookInfo[] =>
	[...all].sort((a, b) => suits(b, type) - suits(a, type));

/** Where the {slots} of a template stand in it: [from, to). */
export const slotsOf = (text: string): [number, number][] =>
	[...text.matchAll(/\{[a-z_]+\}/g)].map((m) => [m.index, m.index + m[0].length]);
