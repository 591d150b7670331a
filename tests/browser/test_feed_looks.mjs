/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_feed_looks.mjs - sign-in, the feed and one mention in each look (looks.mjs), and enough
 * mentions in sight.
 */
import assert from "node:assert/strict";

import { dressed, forEachLook, look } from "./looks.mjs";
import { launch, live, newPage, Room, runAll, setUp } from "./room.mjs";

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

/* How many mentions can be read without scrolling. */
const inSight = (p) => p.evaluate(() => {
	const list = document.querySelector(".list").getBoundingClientRect();
	return [...document.querySelectorAll(".mention")].filter((e) => e.getBoundingClientRect().bottom <= list.bottom + 20).length;
});

await setUp(page, room);
await fill();
const storageState = await page.context().storageState();
await runAll(forEachLook(async (lang, theme, width) => {
	const wrong = [], name = `${lang}-${theme}-${width}`;
	const p = await dressed(browser, room, lang, theme, width, { storageState });
	await p.goto(room.url);
	await live(p);
	await p.locator(".mention").nth(4).waitFor();
	if (await p.evaluate(() => document.documentElement.scrollHeight > innerHeight))
		wrong.push("the page scrolls, and not only its list");
	const seen = await inSight(p);
	if (seen < (width === 390 ? 5 : 8))
		wrong.push(`${seen} mentions in sight`);
	await look(p, `feed-${name}`, wrong);
	await p.locator(".mention").nth(2).click();
	await p.locator(".metrics").waitFor();
	await p.locator(".became-now").waitFor();
	await look(p, `mention-${name}`, wrong);
	await p.locator(".by-author a").click();
	await p.locator(".author-chip").waitFor();
	await p.locator(".mention").nth(4).waitFor();
	await look(p, `author-${name}`, wrong);
	await p.context().clearCookies({ name: "diwan_session" });
	await p.goto(room.url);
	await p.locator("#sign-in").waitFor();
	await look(p, `sign_in-${name}`, wrong);
	assert.deepEqual([...wrong, ...p.wrong], []);
	await p.context().close();
}), page, room, browser);
