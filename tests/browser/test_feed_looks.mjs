/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_feed_looks.mjs - sign-in, the feed and one mention in three languages, two themes, two widths:
 * axe finds nothing, nothing sticks out sideways, no word is missing, enough mentions are in sight.
 * A picture of each is left in shots/, to be looked at; SHOTS=0 leaves none.
 */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { launch, live, newPage, Room, runAll, setUp } from "./room.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const shots = process.env.SHOTS === "0" ? null : join(here, "shots");
const LANGS = ["en", "ar", "fa"], THEMES = ["light", "dark"], SIZES = [[1280, 800], [390, 844]];
const room = new Room();
await room.start({ wantSetup: true });
const browser = await launch();
const page = await newPage(browser);

const SAID = [
	["x", "en", "Two of us ate the soup from the harbour kitchen last night and we are both ill. Anyone else? I have asked three times now and nobody answers the telephone.", { name: "Window Seat", handle: "windowseat" }],
	["telegram", "fa", "اپ پول رو برداشت و سفارش ناپدید شد! می‌خواهم بدانم چه کسی پاسخگوست؟ @harbour_fa لطفاً رسیدگی کنید.", { name: "سکوت کوچه" }],
	["forum", "ar", "دفعتُ ٣٨ درهمًا والتطبيق يقول «فشل الدفع»، لكن البنك خصم المبلغ. أين فلوسي؟", { name: "مسافر الليل", handle: "musafir" }],
	["rss:example.org", "en", "Inspectors visited the kitchen this morning and found nothing out of order.", {}, "Harbour kitchen open again"],
	["desk", "fa", "مشتری تماس گرفت و گفت: «iPhone من پیام \u202eعجیب\u202c نشان می‌دهد».", {}],
];

async function fill() {
	await room.say(Array.from({ length: 40 }, (_, i) => {
		const [source, lang, text, author, title] = SAID[i % SAID.length];
		return { source, source_id: String(i), lang, text, author, title, url: "https://example.org/a",
			metrics: { likes: (i * 37) % 4000, reposts: i % 9, replies: i % 4, views: i * 1000 } };
	}));
	await room.say({ source: "x", source_id: "0", lang: "en", text: `${SAID[0][2]} (Corrected.)`, author: SAID[0][3] });
}

async function look(p, name, wrong) {
	await p.evaluate(() => document.fonts.ready);
	await p.evaluate(axe);
	const found = await p.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
	wrong.push(...found.violations.map((v) => `${name}: ${v.id}: ${v.nodes.map((n) => n.target.join(" ")).join(", ")}`));
	if (await p.evaluate(() => document.documentElement.scrollWidth > innerWidth))
		wrong.push(`${name}: it scrolls sideways`);
	if (shots !== null)
		await p.screenshot({ path: join(shots, `${name}.png`) });
}

/* How many mentions can be read without scrolling. */
const inSight = (p) => p.evaluate(() => {
	const list = document.querySelector(".list").getBoundingClientRect();
	return [...document.querySelectorAll(".mention")].filter((e) => e.getBoundingClientRect().bottom <= list.bottom + 20).length;
});

if (shots !== null)
	mkdirSync(shots, { recursive: true });
await setUp(page, room);
await fill();
const state = await page.context().storageState();
const tests = {};
for (const lang of LANGS) {
	for (const theme of THEMES) {
		tests[`${lang}_${theme}`] = async () => {
			const wrong = [];
			for (const [width, height] of SIZES) {
				const p = await newPage(browser, { viewport: { width, height }, storageState: state });
				await p.context().addCookies([{ name: "diwan_lang", value: lang, url: room.url }, { name: "diwan_theme", value: theme, url: room.url }]);
				await p.goto(room.url);
				await live(p);
				await p.locator(".mention").nth(4).waitFor();
				if (await p.evaluate(() => document.documentElement.scrollHeight > innerHeight))
					wrong.push(`at ${width} the page scrolls, and not only its list`);
				const seen = await inSight(p);
				if (seen < (width === 390 ? 5 : 8))
					wrong.push(`${seen} mentions in sight at ${width}`);
				await look(p, `feed-${lang}-${theme}-${width}`, wrong);
				await p.locator(".mention").nth(2).click();
				await p.locator(".metrics").waitFor();
				await look(p, `mention-${lang}-${theme}-${width}`, wrong);
				await p.context().clearCookies({ name: "diwan_session" });
				await p.goto(room.url);
				await p.locator("#sign-in").waitFor();
				await look(p, `sign_in-${lang}-${theme}-${width}`, wrong);
				wrong.push(...p.wrong);
				await p.context().close();
			}
			assert.deepEqual(wrong, []);
		};
	}
}
await runAll(tests, page, room, browser);
