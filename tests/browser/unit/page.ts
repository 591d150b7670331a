/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* page.ts - the few fields of a document that the modules under test look at, and waiting. Import it first. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

/* What ticks for as long as a page is open does not keep a test from ending. */
const every = setInterval;
globalThis.setInterval = ((fn: () => void, ms: number) => every(fn, ms).unref()) as typeof setInterval;

const target = new EventTarget();
Object.assign(globalThis, {
	window: globalThis,
	document: Object.assign(new EventTarget(), {
		documentElement: { lang: "en", dir: "ltr", dataset: { theme: "auto" } }, cookie: "", hidden: false,
		querySelector: () => null,
	}),
	addEventListener: target.addEventListener.bind(target), dispatchEvent: target.dispatchEvent.bind(target),
	location: { pathname: "/", search: "", protocol: "http:" },
});

export const LANGS = ["en", "ar", "fa"] as const;
export type Word = string | Record<string, string>;

export function wordsOf(lang: string): Record<string, Word> {
	return JSON.parse(readFileSync(`static/i18n/${lang}.json`, "utf8")) as Record<string, Word>;
}

export async function until(what: string, isSo: () => boolean): Promise<void> {
	const end = Date.now() + 20000;
	while (!isSo()) {
		assert.ok(Date.now() < end, `it never came to this: ${what}`);
		await new Promise((resolve) => { setImmediate(resolve); });
	}
}
