/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_looks.mjs - the smaller pages in each look (looks.mjs), with their menus and dialogs.
 */
import assert from "node:assert/strict";
import { createServer } from "node:http";

import { dressed, forEachLook, look } from "./looks.mjs";
import { launch, newPage, PATIENCE, Room, runAll, setUp, signIn } from "./room.mjs";

const room = new Room();
await room.start({ wantSetup: true, args: ["--allow-private-sources", "--source-interval-min-s", "1", "--source-blind-s", "1"] });
const browser = await launch();
const page = await newPage(browser);

/* What is looked at: an address, and what to do there first. */
const VIEWS = {
	people: { path: "/people", shows: "tbody tr", act: (p) => p.locator("summary").click() },
	people_add: { path: "/people", shows: "tbody tr", act: async (p) => {
		await p.locator(".page-head button").click();
		await p.locator("dialog [name=name]").fill("پریسا");
		await p.locator("dialog [value=drafter]").check();
		await p.locator("dialog .offer").first().click();
	} },
	people_menu: { path: "/people", shows: "tbody tr", act: (p) => p.locator(".row-actions .menu > button").nth(1).click() },
	tokens: { path: "/tokens", shows: "tbody tr" },
	tokens_shown: { path: "/tokens", shows: "tbody tr", theme: "light", act: async (p) => {
		await p.locator(".page-head button").click();
		await p.locator("dialog [name=name]").fill("crawler");
		await p.locator("dialog button[type=submit]").click();
		await p.locator("dialog .copyable textarea").first().waitFor();
	} },
	sessions: { path: "/sessions", shows: "tbody tr" },
	sources: { path: "/sources", shows: "tbody tr", act: (p) => p.locator("summary").click() },
	sources_add: { path: "/sources", shows: "tbody tr", act: async (p) => {
		await p.locator(".page-head button").click();
		await p.locator("dialog [name=url]").fill("https://feeds.example.org/world.xml");
	} },
	settings: { path: "/settings", shows: ".panel" },
	welcome: { path: "/", shows: ".welcome" },
	setup: { path: "/setup#used-up", shows: "form" },
};

/* To a page within the app, as a link leads there; nothing is loaded anew but the page itself. */
async function visit(p, view) {
	await p.evaluate((path) => {
		document.querySelector("dialog[open] .buttons button")?.click();
		history.pushState(null, "", path);
		dispatchEvent(new PopStateEvent("popstate"));
	}, view.path);
	await p.waitForFunction(() => document.querySelector("dialog[open]") === null);
	await p.locator(view.shows).first().waitFor();
	await view.act?.(p);
}

/* What there is to look at. */
await setUp(page, room);
await page.evaluate(() => localStorage.setItem("diwan.welcome", "on"));
await room.cli("user", "add", "layla", "--roles", "lead,approver", "--groups", "legal,executive");
await room.cli("user", "add", "نسرین", "--roles", "drafter", "--groups", "ارتباطات");
await room.cli("user", "add", "omar.al-khatib", "--roles", "observer,drafter");
await room.cli("user", "add", "old-intern", "--roles", "observer");
await room.cli("user", "disable", "old-intern");
await room.cli("token", "add", "webhook of the agency", "--scope", "ingest");
await room.cli("token", "add", "لوحة المؤشرات", "--scope", "read,act");
await room.say([{ source: "desk", source_id: "1", text: "Hello" }, { source: "x:زلزله", source_id: "1", text: "سلام" }]);
for (const userAgent of ["Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile Safari/537.36",
	"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0"]) {
	const other = await newPage(browser, { userAgent });
	await other.goto(room.url);
	await signIn(other, "mira");
	await other.locator(".rail").waitFor();
	await other.context().close();
}
/* Feeds in each state: one that is well, one that fails, one that is blind, one that is paused. */
const site = createServer((request, answer) => {
	answer.writeHead(request.url === "/ok" ? 200 : 503, { "Content-Type": "application/rss+xml; charset=utf-8" });
	answer.end(`<rss version="2.0"><channel><title>Harbour</title><item><guid>1</guid><title>زلزله در بندر</title><description>خبر تازه از بندر</description></item></channel></rss>`);
});
await new Promise((resolve) => site.listen(0, "127.0.0.1", resolve));
const address = `http://127.0.0.1:${site.address().port}`;
const { csrf } = JSON.parse(await (await page.request.get(`${room.url}/api/v1/session`)).text());
const send = async (method, path, data, more = {}) => {
	const r = await page.request.fetch(`${room.url}/api/v1${path}`, { method, data, headers: {
		"X-CSRF-Token": csrf, Origin: room.url, "Idempotency-Key": crypto.randomUUID(), ...more } });
	assert.ok(r.ok(), `${path}: ${await r.text()}`);
	return JSON.parse(await r.text());
};
const feed = (slug, path, interval_s) => send("POST", "/sources", { slug, kind: "feed", url: `${address}${path}`, interval_s });
await feed("news:harbour", "/ok", 300);
await feed("news:gazette", "/a-rather-long-path/that-goes-on/and-on/without-an-end/feed.xml", 3600);
await feed("خبرگزاری", "/gone", 1);
const paused = await feed("news:paused", "/ok", 900);
await send("PATCH", `/sources/${paused.id}`, { paused: true }, { "If-Match": "*" });
const storageState = await page.context().storageState();
await page.goto(`${room.url}/sources`);
await page.locator("[data-state=blind]").waitFor({ timeout: 3 * PATIENCE });
await page.locator("[data-state=failing]").waitFor();

async function lookAtAll(lang, theme, width) {
	const p = await dressed(browser, room, lang, theme, width, { storageState, hasTouch: width < 500, timezoneId: "Asia/Tehran" });
	const wrong = [];
	await p.goto(`${room.url}/people`);
	for (const [name, view] of Object.entries(VIEWS)) {
		if (view.theme && view.theme !== theme)
			continue;
		await visit(p, view);
		await look(p, `${name}-${lang}-${theme}-${width}`, wrong, { isWhole: await p.locator("dialog[open]").count() === 0 });
	}
	assert.deepEqual([...wrong, ...p.wrong], []);
	await p.context().close();
}

await runAll({ ...forEachLook(lookAtAll), it_reflows_at_320: () => lookAtAll("fa", "light", 320) }, page, room, browser);
