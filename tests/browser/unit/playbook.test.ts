/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* playbook.test.ts - which playbooks suit an incident, and one of them in one language. */
import "./page";

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { inOrderFor, langFor, langsOf, type Playbook, sheetOf, sheetOfStarted, slotsOf, suits, titleOf } from "../../../static/src/room/playbook";

const shipped = ["product-safety", "service-outage", "viral-complaint"].map((slug): Playbook =>
	({ id: null, version: 1, builtin: true, ...JSON.parse(readFileSync(`schema/playbooks/${slug}.json`, "utf8")) }));
const [safety, outage, complaint] = shipped;
assert.ok(safety && outage && complaint);

test("a type in any of the three languages finds its playbook", () => {
	for (const [type, wanted] of [["outage", outage], ["Service outage", outage], ["product safety", safety], ["PRODUCT-SAFETY!", safety], ["a viral complaint", complaint],
		["انقطاع خدمة", outage], ["سلامة المنتج", safety], ["شكوى منتشرة", complaint], ["قطعی خدمت", outage], ["قطعي سرويس", outage], ["ایمنی محصول", safety]] as const)
		assert.equal(inOrderFor(type, shipped)[0]?.slug, wanted.slug, type);
});

test("what suits none leaves the order as it is", () => {
	for (const type of [null, "", "x", "a of in", "strike", "🙂"]) {
		assert.deepEqual(inOrderFor(type, shipped).map((p) => p.slug), shipped.map((p) => p.slug), String(type));
		assert.ok(shipped.every((p) => suits(p, type) === 0), String(type));
	}
});

test("one language of it has no holes, the tasks by their time", () => {
	for (const p of shipped) {
		assert.deepEqual(langsOf(p), ["en", "ar", "fa"]);
		for (const l of langsOf(p)) {
			const sheet = sheetOf(p, l);
			const texts = [sheet.summary, ...sheet.roles.map((r) => r.duty), ...sheet.tasks.map((x) => x.title), ...sheet.templates.flatMap((x) => [x.title, x.text])];
			assert.ok(texts.every((x) => x.length > 0), p.slug);
			assert.deepEqual(sheet.tasks.map((x) => x.due_s), sheet.tasks.map((x) => x.due_s).sort((a, b) => a - b));
			assert.deepEqual(sheet.cadence.map(([a]) => a), ["public", "executive", "internal"]);
		}
	}
});

test("what is not written in a language is read in one that it has", () => {
	const own = { ...outage, titles: { fa: "اعتصاب", ar: "إضراب" } };
	assert.deepEqual([langFor(own, "en"), langFor(own, "fa"), titleOf(own, "en")], ["ar", "fa", "إضراب"]);
	assert.equal(titleOf({ ...own, titles: {} }, "en"), "service-outage", "and if it has none, its name stands");
});

test("what runs has its duties and texts alone", () => {
	const { roles, templates } = sheetOf(safety, "ar");
	const sheet = sheetOfStarted({ id: 9, slug: "product-safety", playbook_version: 1, lang: "ar", title: "x", roles: [...roles], templates: [...templates], by: 1, at: "2026-11-25T12:00:00Z" });
	assert.deepEqual([sheet.lang, sheet.roles.length, sheet.tasks.length, sheet.templates.length], ["ar", roles.length, 0, templates.length]);
});

test("the slots of a text are found, and nothing else in braces", () => {
	const text = "Since {since}, {next_update} {} {Not} {a b}";
	assert.deepEqual(slotsOf(text).map(([a, b]) => text.slice(a, b)), ["{since}", "{next_update}"]);
});
