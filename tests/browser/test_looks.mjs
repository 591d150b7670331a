/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_looks.mjs - the smaller pages in three languages, two themes, two widths: axe finds nothing,
 * nothing sticks out sideways, no word is missing. A picture of each is left in shots/, to be looked
 * at; $SHOTS=0 leaves none.
 */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { launch, newPage, PATIENCE, Room, runAll } from "./room.mjs";

const PASSWORD = "the quiet harbour at noon";
const here = dirname(fileURLToPath(import.meta.url));
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const shots = process.env.SHOTS === "0" ? null : join(here, "shots");
/* LOOK=fa-dark-390 looks at that one alone. */
const LOOK = process.env.LOOK ?? "";
const LANGS = ["en", "ar", "fa"], THEMES = ["light", "dark"], WIDTHS = [1280, 390];
const room = new Room();
await room.start({ wantSetup: true, args: ["--allow-private-sources", "--source-interval-min-s", "1", "--source-blind-s", "1"] });
const setup = room.setup;
const browser = await launch();
const page = await newPage(browser);
if (shots)
	mkdirSync(shots, { recursive: true });

let state;

async function violations(p) {
	const found = await p.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
	return found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(" ")).join(", ")}`);
}

/* One look at what the page shows now. */
async function look(p, name, wrong) {
	await p.evaluate(() => document.fonts.ready);
	for (const v of await violations(p))
		wrong.push(`${name}: ${v}`);
	if (await p.evaluate(() => document.documentElement.scrollWidth > innerWidth))
		wrong.push(`${name}: it scrolls sideways`);
	if (shots)
		await p.screenshot({ path: join(shots, `${name}.png`), fullPage: await p.evaluate(() => document.querySelector("dialog[open]") === null) });
}

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

async function open(lang, theme, width, storageState = state) {
	const p = await newPage(browser, { storageState, viewport: { width, height: 800 }, hasTouch: width < 500, locale: "en", timezoneId: "Asia/Tehran" });
	p.on("console", (m) => { if (m.type() === "error" && m.text().startsWith("i18n")) p.wrong.push(m.text()); });
	await p.context().addCookies([{ name: "diwan_lang", value: lang, url: room.url }, { name: "diwan_theme", value: theme, url: room.url }]);
	return p;
}

/* What there is to look at. */
await page.goto(room.url + setup);
await page.fill("[name=username]", "mira");
await page.fill("[name=password]", PASSWORD);
await page.fill("[name=again]", PASSWORD);
await page.click("button[type=submit]");
await page.locator(".rail").waitFor();
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
	await other.fill("[name=username]", "mira");
	await other.fill("[name=password]", PASSWORD);
	await other.click("#sign-in button[type=submit]");
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
state = await page.context().storageState();
await page.goto(`${room.url}/sources`);
await page.locator("[data-state=blind]").waitFor({ timeout: 3 * PATIENCE });
await page.locator("[data-state=failing]").waitFor();

const tests = {};
async function lookAtAll(lang, theme, width) {
	const p = await open(lang, theme, width);
	const wrong = [];
	await p.goto(`${room.url}/people`);
	await p.evaluate(axe);
	for (const [name, view] of Object.entries(VIEWS)) {
		if (view.theme && view.theme !== theme)
			continue;
		await visit(p, view);
		await look(p, `${name}-${lang}-${theme}-${width}`, wrong);
	}
	assert.deepEqual([...wrong, ...p.wrong], []);
	await p.context().close();
}
for (const lang of LANGS) {
	for (const theme of THEMES) {
		for (const width of WIDTHS) {
			if (`${lang}-${theme}-${width}`.includes(LOOK))
				tests[`${lang}_${theme}_${width}`] = () => lookAtAll(lang, theme, width);
		}
	}
}
tests.it_reflows_at_320 = () => lookAtAll("fa", "light", 320);
await runAll(tests, page, room, browser);
