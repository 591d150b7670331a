/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * t.ts - every word that we say, in the reader's language.
 *
 *   t("feed.new", { n: 3 })        "3 new"; the form is chosen by Intl.PluralRules for `n`
 *   tx("x.by", { who: <b>…</b> })  the same with nodes in the holes
 *
 * The words are one flat file for each language, static/i18n/*.json; English is the type of all
 * keys, so a key that does not exist does not compile, and tests/browser holds the other two
 * against it. What only rooms say travels as a second file (build.sh cuts it off), when the first
 * page of a room is opened. Numbers are written by Intl. A string in a hole is foreign text and is isolated
 * (U+2068 … U+2069), so that a name from the other side of the keyboard turns nothing around it.
 * Rejected: a library of ICU messages; 8 KB more for what Intl.PluralRules does here.
 */
import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";

import type en from "../../i18n/en.json";
import { type Lang, lang, LANGS } from "../settings";
import { number } from "./format";

export type Key = keyof typeof en;
type Word = string | Partial<Record<Intl.LDMLPluralRule, string>>;
export type Holes = Record<string, string | number>;

export const words = signal<Record<string, Word>>({});

type Part = "words" | "wordsRoom" | "wordsStatement" | "wordsAuthority";
const needed = new Set<Part>(["words"]);

async function fetchPart(part: Part, l: Lang): Promise<Record<string, Word>> {
	const address = document.documentElement.dataset[`${part}${l[0]?.toUpperCase()}${l.slice(1)}`] ?? "";
	const answer = await fetch(address);
	if (!answer.ok)
		throw new Error(`the words in ${l} did not come: ${answer.status}`);
	return await answer.json() as Record<string, Word>;
}

async function fetchWords(l: Lang): Promise<Record<string, Word>> {
	const parts = await Promise.all([...needed].map((part) => fetchPart(part, l)));
	return Object.assign({}, ...parts) as Record<string, Word>;
}

let wanted: Lang | null = null;

/** Switches to a language once its words are here; until then the old one stays. The last one asked for wins. */
export async function setLanguage(l: Lang): Promise<void> {
	wanted = l;
	let fresh: Record<string, Word>, n: number;
	do {
		n = needed.size;
		fresh = await fetchWords(l);
	} while (n !== needed.size);
	if (wanted !== l)
		return;
	words.value = fresh;
	lang.value = l;
}

async function need(parts: readonly Part[]): Promise<void> {
	const missing = parts.filter((p) => !needed.has(p)), l = lang.value;
	if (missing.length === 0)
		return;
	const more = Object.assign({}, ...await Promise.all(missing.map((p) => fetchPart(p, l)))) as Record<string, Word>;
	for (const p of missing)
		needed.add(p);
	if (l === lang.value)
		words.value = { ...words.value, ...more };
	else
		await setLanguage(lang.value);
}

/** For pages of rooms, before they are shown: the words that only they use. */
export const needRoomWords = (): Promise<void> => need(["wordsRoom", "wordsStatement"]);

/** What the page of authority says besides. */
export const needAuthorityWords = (): Promise<void> => need(["wordsAuthority"]);

/** The same for the page of approvals. */
export const needStatementWords = (): Promise<void> => need(["wordsStatement"]);

const known = new Map<Lang, Intl.PluralRules>();

function rules(l: Lang): Intl.PluralRules {
	let found = known.get(l);
	if (found === undefined)
		known.set(l, found = new Intl.PluralRules(l));
	return found;
}

function sentence(key: string, holes?: Record<string, unknown>): string {
	const word = words.value[key];
	if (typeof word === "string")
		return word;
	const n = typeof holes?.n === "number" ? holes.n : 0;
	const form = word?.[rules(lang.value).select(n)] ?? word?.other;
	if (form === undefined)
		console.error(`i18n: no words for ${key} in ${lang.value}`);
	return form ?? key;
}

const isolated = (value: string | number): string => typeof value === "number" ? number(value) : `\u2068${value}\u2069`;

export function t(key: Key, holes?: Holes): string {
	return sentence(key, holes).replace(/\{(\w+)\}/g, (all, name: string) => {
		const value = holes?.[name];
		if (value === undefined)
			console.error(`i18n: nothing for ${all} of ${key}`);
		return value === undefined ? all : isolated(value);
	});
}

/** The same with nodes. A string or number in a hole is treated as by t(). */
export function tx(key: Key, holes: Record<string, ComponentChildren>): ComponentChildren[] {
	return sentence(key, holes).split(/(\{\w+\})/).map((part) => {
		const name = /^\{(\w+)\}$/.exec(part)?.[1];
		const value = name === undefined ? part : holes[name];
		return name !== undefined && (typeof value === "string" || typeof value === "number") ? isolated(value) : value;
	});
}

/** A language's own name for itself. */
export const LANG_NAMES: Record<Lang, string> = { en: "English", ar: "العربية", fa: "فارسی" };

export const isLang = (l: string): l is Lang => (LANGS as readonly string[]).includes(l);
