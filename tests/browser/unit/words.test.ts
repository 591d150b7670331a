/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* words.test.ts - t(), plural forms, numbers and calendars in three languages. */
import { LANGS, wordsOf } from "./page";
import assert from "node:assert/strict";
import { test } from "node:test";

import { ago, compact, dateTime, day, exact, localeOf, longDay, number } from "../../../static/src/i18n/format";
import { type Key, setLanguage, t, tx, words } from "../../../static/src/i18n/t";
import { calendar, digits, lang } from "../../../static/src/settings";

function speak(l: (typeof LANGS)[number]): void {
	words.value = wordsOf(l);
	lang.value = l;
	calendar.value = "auto";
	digits.value = "auto";
}

/* What console.error was given while fn ran. */
function complaints(fn: () => void): string[] {
	const said: string[] = [], before = console.error;
	console.error = (...args: unknown[]) => { said.push(args.join(" ")); };
	try {
		fn();
	} finally {
		console.error = before;
	}
	return said;
}

/* That all have the same keys and the plural forms that they need is a lint. */
test("every key says something in every language", () => {
	const keys = Object.keys(wordsOf("en"));
	for (const l of LANGS) {
		speak(l);
		const said = complaints(() => {
			for (const key of keys)
				assert.ok(t(key as Key, { n: 3, name: "x", source: "x", when: "x", date: "x", status: 1, minutes: 3 }).length > 0);
		}).filter((x) => x.includes("no words"));
		assert.deepEqual(said, []);
	}
});

test("of two languages asked for the later one stays, whichever comes first", async () => {
	speak("en");
	Object.assign(document.documentElement.dataset, { wordsAr: "ar", wordsFa: "fa" });
	const before = globalThis.fetch, answers = new Map<string, (r: Response) => void>();
	globalThis.fetch = (url) => new Promise((resolve) => { answers.set(String(url), resolve); });
	const both = [setLanguage("ar"), setLanguage("fa")];
	for (const l of ["fa", "ar"])
		answers.get(l)?.(Response.json(wordsOf(l)));
	await Promise.all(both);
	assert.deepEqual([lang.value, words.value.brand], ["fa", wordsOf("fa").brand]);
	globalThis.fetch = before;
});

test("Arabic has six forms and uses them", () => {
	speak("ar");
	const said = [0, 1, 2, 3, 11, 100].map((n) => t("feed.new", { n }));
	assert.equal(new Set(said).size, 6, said.join("; "));
	assert.equal(t("feed.new", { n: 3 }), "٣ إشارات جديدة");
	assert.equal(t("feed.new", { n: 2 }), "إشارتان جديدتان");
});

test("Persian's one is for nought as well", () => {
	speak("fa");
	assert.equal(t("feed.new", { n: 0 }), "۰ تازه");
	assert.equal(t("feed.new", { n: 1 }), "۱ تازه");
});

test("a string in a hole is isolated, a number is written by the language", () => {
	speak("en");
	assert.equal(t("people.added", { name: "x" }), "\u2068x\u2069 was added.");
	assert.equal(t("sessions.ended_n", { n: 1234567 }), "1,234,567 sessions ended.");
	assert.deepEqual(tx("blind.one", { source: 7 }), ["", "7", " cannot be reached."]);
});

test("what has no words is complained about and shown as its key", () => {
	speak("en");
	let shown = "";
	assert.equal(complaints(() => { shown = t("no.such.key" as Key); }).length, 1);
	assert.equal(shown, "no.such.key");
	assert.equal(complaints(() => { t("error.other"); }).length, 1, "a hole without a value");
});

test("calendars: known days", () => {
	/* Noon in UTC, so that no time zone of a test machine moves the day. */
	const at = (d: string): string => `${d}T12:00:00Z`;
	const show = (l: (typeof LANGS)[number], c: "persian" | "islamic-umalqura" | "gregory", d: string): string => {
		speak(l);
		calendar.value = c;
		digits.value = "latn";
		return day(at(d));
	};
	assert.match(show("en", "persian", "2026-03-21"), /^1 Farvardin 1405/, "the Persian new year");
	assert.match(show("en", "persian", "2025-03-20"), /^30 Esfand 1403/, "the leap day of 1403");
	assert.match(show("en", "islamic-umalqura", "2026-02-18"), /1 Ram.* 1447/, "Ramadan by Umm al-Qura");
	assert.match(show("en", "gregory", "2026-11-25"), /^25 Nov 2026/);
	assert.match(show("fa", "persian", "2026-11-25"), /4 آذر 1405/);
	assert.equal(longDay(at("2026-11-25")), "چهارشنبه 4 آذر 1405", "the weekday comes first");
});

test("digits: by the language, or as chosen", () => {
	speak("fa");
	assert.equal(number(1234567), "۱٬۲۳۴٬۵۶۷");
	digits.value = "latn";
	assert.equal(number(1234567), "1,234,567");
	speak("ar");
	assert.equal(number(1234567), "١٬٢٣٤٬٥٦٧");
	digits.value = "arabext";
	assert.match(number(45), /^۴۵$/);
	assert.equal(localeOf("ar", "auto", "auto"), "ar-u-ca-gregory-nu-arab");
	assert.equal(localeOf("fa", "islamic-umalqura", "latn"), "fa-IR-u-ca-islamic-umalqura-nu-latn");
	speak("en");
	assert.equal(compact(12345).toLowerCase(), "12.3k");
});

test("times: far ones by date, near ones by distance, nonsense as nothing", () => {
	speak("en");
	const now = Date.parse("2026-11-25T12:00:00Z");
	assert.equal(ago("2026-11-25T11:57:10Z", now), "2 min ago");
	assert.equal(ago("2026-11-25T11:59:40Z", now), "now");
	assert.equal(ago("2026-11-25T12:00:20Z", now), "now", "the other clock is a little ahead");
	assert.equal(ago("2026-11-24T11:00:00Z", now), "yesterday");
	assert.match(ago("2026-10-01T11:00:00Z", now), /1 Oct 2026/);
	for (const bad of ["", "soon", "2026-99-99"])
		assert.deepEqual([ago(bad, now), exact(bad), dateTime(bad)], ["", "", ""]);
	assert.match(exact("2026-11-25T12:00:05Z"), /25 November 2026.* · 15 Jumada II 1448/, "both calendars");
});
