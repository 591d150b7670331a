/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_room_looks.mjs - the incidents, a room in the middle of its crisis, and its dialogs in three
 * languages, two themes, two widths: axe finds nothing, nothing sticks out sideways, no word is
 * missing. A picture of each is left in shots/, to be looked at; SHOTS=0 leaves none, and
 * LOOK=fa-dark-390 looks at that one alone.
 */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { launch, newPage, Room, runAll, send as sendBy, setUp, signIn } from "./room.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const shots = process.env.SHOTS === "0" ? null : process.env.SHOTS ?? join(here, "shots");
const LOOK = process.env.LOOK ?? "";
const LANGS = ["en", "ar", "fa"], THEMES = ["light", "dark"], WIDTHS = [1280, 390];
const room = new Room();
await room.start({ wantSetup: true });
const browser = await launch();
const page = await newPage(browser);
if (shots)
	mkdirSync(shots, { recursive: true });

/* A crisis in its second hour: what is typed comes in all three languages. */
const LAYLA = await room.cli("user", "add", "layla", "--roles", "lead,approver");
await setUp(page, room);
const NAMES = ["نسرین", "omar.al-khatib", "ياسمين", "a.whitfield-montgomery"];
for (const name of NAMES)
	await room.cli("user", "add", name, "--roles", "drafter");
await room.say([
	{ source: "x", source_id: "1", lang: "en", text: "Two of us ate the soup from the harbour kitchen last night and we are both ill. Anyone else? I have asked three times now and nobody answers the telephone.", author: { name: "Window Seat", handle: "windowseat" } },
	{ source: "telegram", source_id: "2", lang: "fa", text: "اپ پول رو برداشت و سفارش ناپدید شد! می‌خواهم بدانم چه کسی پاسخگوست؟ @harbour_fa لطفاً رسیدگی کنید.", author: { name: "سکوت کوچه" } },
	{ source: "forum", source_id: "3", lang: "ar", text: "دفعتُ ٣٨ درهمًا والتطبيق يقول «فشل الدفع»، لكن البنك خصم المبلغ. أين فلوسي؟", author: { name: "مسافر الليل", handle: "musafir" } },
	{ source: "rss:example.org", source_id: "4", lang: "en", title: "Harbour kitchen open again", text: "Inspectors visited the kitchen this morning and found nothing out of order." },
]);

const who = await newPage(browser);
await who.goto(room.url);
await signIn(who, "layla", LAYLA);
await who.locator(".rail").waitFor();
const session = JSON.parse(await (await who.request.get(`${room.url}/api/v1/session`)).text());
const send = (...rest) => sendBy(who, room, ...rest);
const ids = (await send("GET", "/mentions")).items.map((m) => m.id);
const people = Object.fromEntries((await send("GET", "/people")).items.map((p) => [p.name, p.id]));
const minutes = (n) => new Date(Date.now() + n * 60000).toISOString();
const open = await send("POST", "/incidents", { title: "Guests fall ill after the soup of the harbour kitchen", severity: 2, type: "product safety", mentions: ids,
	summary: "Nine people report nausea since yesterday evening. The kitchen has stopped serving; the health office has been told." });
const at = `/incidents/${open.id}`;
const active = await send("PATCH", at, { status: "active", reason: "More reports come in" }, open.version);
await send("PATCH", at, { names: ["Harbour Kitchen = مطبخ الميناء = آشپزخانهٔ بندر", "Harbour Bakery = مخبز الميناء = نانوایی بندر",
	"ادارهٔ بهداشت شهرستان بندر = Port County Health Office = مديرية صحة الميناء", "Cold Room 2", "سوپ دریایی = شوربة البحر = Seafood soup"] }, active.version);
for (const [name, role, deputy] of [["layla", "lead"], ["نسرین", "communications"], ["ياسمين", "communications", true], ["a.whitfield-montgomery", "legal"], ["omar.al-khatib", "member"]])
	await send("POST", `${at}/participants`, { user: people[name], role, ...(deputy ? { deputy } : {}) });
const claim = await send("POST", `${at}/claims`, { text: "The soup was kept warm over night", owner: people["نسرین"], recheck_at: minutes(-20) });
await send("PATCH", `${at}/claims/${claim.id}`, { verdict: "false", reason: "The log of the cold room shows it", owner: people["نسرین"],
	evidence: [{ url: "https://example.org/log/cold-room", note: "Photograph of the log" }, { mention: ids[0] }] }, claim.version);
await send("POST", `${at}/claims`, { text: "«یک کودک در بیمارستان است»", owner: people["omar.al-khatib"], recheck_at: minutes(45) });
const mixed = await send("POST", `${at}/claims`, { text: "التطبيق خصم المبلغ مرتين" });
await send("POST", `${at}/claims/${claim.id}/mentions`, { ids: ids.slice(0, 2) });
await send("PATCH", `${at}/claims/${mixed.id}`, { verdict: "mixed", reason: "Three of eleven cases" }, mixed.version);
await send("POST", `${at}/tasks`, { title: "Call the nine who are ill back", owner: people["ياسمين"], due_at: minutes(-12) });
await send("POST", `${at}/tasks`, { title: "متن بیانیهٔ نخست را بنویس", owner: people["نسرین"], due_at: minutes(25) });
const done = await send("POST", `${at}/tasks`, { title: "Take the soup off the menu" });
await send("PATCH", `${at}/tasks/${done.id}`, { done: true }, done.version);
const first = await send("POST", `${at}/decisions`, { question: "Do we close the kitchen?", options: ["Keep it open", "Close it for today", "Close it until the laboratory has answered"],
	choice: "Close it for today", reasons: "We do not know yet what it is, and it is quiet on Wednesdays." });
await send("POST", `${at}/decisions`, { question: "Do we close the kitchen?", options: ["Close it for today", "Close it until the laboratory has answered"], supersedes: first.id,
	choice: "Close it until the laboratory has answered", reasons: "A second group reports the same; a day is not enough.", deciders: [people.layla], consulted: [people["a.whitfield-montgomery"]] });
await send("POST", `${at}/notes`, { text: "The health office called; they send somebody at four.", occurred_at: minutes(-30) });
await send("POST", `/mentions/${ids[1]}/triage`, { state: "owned", owner: people["نسرین"] });
await send("POST", `/mentions/${ids[2]}/triage`, { state: "answered", asks: true, owner: people["ياسمين"] });
await send("POST", "/incidents", { title: "تمرین: قطعی سامانهٔ پرداخت", severity: 1, drill: true });
await send("POST", "/incidents", { title: "شكوى منتشرة عن التوصيل", severity: 4, restricted: true });
await send("POST", `${at}/split`, { title: "Payments taken twice", severity: 3, reason: "Nothing to do with the soup", mentions: [ids[1]] });
/* Stripes of many colours. */
const picture = Buffer.from(await who.evaluate(() => {
	const c = Object.assign(document.createElement("canvas"), { width: 320, height: 240 }), g = c.getContext("2d");
	for (let i = 0; i < 12; i++) {
		g.fillStyle = `hsl(${i * 30} 60% 50%)`;
		g.fillRect(i * 27, i * 8, 27, 240);
	}
	return c.toDataURL("image/png").split(",")[1];
}), "base64");
async function sendFile(name, data, type) {
	const r = await who.request.fetch(`${room.url}/api/v1${at}/files?name=${encodeURIComponent(name)}&captured_at=${minutes(-200)}`, { method: "POST", data,
		headers: { "X-CSRF-Token": session.csrf, Origin: room.url, "Content-Type": type } });
	assert.equal(r.status(), 201, await r.text());
	return JSON.parse(await r.text());
}
const photo = await sendFile("دفتر سردخانه، چهارشنبه.png", picture, "image/png");
await sendFile("temperature-log-of-the-cold-room-from-monday-to-wednesday-exported-again.csv", Buffer.from("at,celsius\n"), "text/csv");
const judged = (await send("GET", at)).claims.find((c) => c.id === claim.id);
await send("PATCH", `${at}/claims/${claim.id}`, { evidence: [{ file: photo.id, note: "Where it was kept" }] }, judged.version);
const state = await who.context().storageState();

/* What is looked at: an address, what must be there, and what to do first. */
const button = (p, name) => p.locator(`[data-part=${name}] .part-head button`).first().click();
const VIEWS = {
	incidents: { path: "/incidents?board=all", shows: ".incident" },
	declare: { path: "/incidents", shows: ".incident", act: (p) => p.locator(".page-head .primary").click() },
	room: { path: at, shows: ".room-head", act: (p) => p.locator(".triage").nth(3).waitFor({ state: "attached" }) },
	room_claims: { path: `${at}?part=claims`, shows: ".claim", narrow: true },
	room_tasks: { path: `${at}?part=tasks`, shows: ".task", narrow: true },
	room_decisions: { path: `${at}?part=decisions`, shows: ".decision", narrow: true },
	room_mentions: { path: `${at}?part=mentions`, shows: ".room-mention", narrow: true },
	room_files: { path: `${at}?part=files`, shows: "[data-part=files] .file", narrow: true, act: (p) => p.locator("[data-part=files] .file-thumb img").first().evaluate((i) => i.decode()) },
	file_add: { path: `${at}?part=files`, shows: "[data-part=files] .file", act: async (p) => {
		await button(p, "files");
		await p.locator("dialog[open] input[type=file]").first().setInputFiles({ name: "گزارش آزمایشگاه.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.4") });
		await p.locator("dialog[open] [name=captured_at]").waitFor();
	} },
	evidence: { path: `${at}?part=claims`, shows: ".claim", act: (p) => p.locator(".claim .evidence summary").first().click() },
	room_timeline: { path: `${at}?part=timeline`, shows: ".add-note", narrow: true },
	timeline_found: { path: `${at}?part=timeline&find=kitchen`, shows: ".entry" },
	timeline_nothing: { path: `${at}?part=timeline&find=nobody+said+this`, shows: ".part-timeline .empty" },
	timeline_refused: { path: `${at}?part=timeline&find=%3f`, shows: ".timeline-filters .error" },
	room_without_lead: { path: `/incidents/${open.id}`, shows: ".room-head", act: async (p) => {
		await p.evaluate((a) => { history.pushState(null, "", a); dispatchEvent(new PopStateEvent("popstate")); }, "/incidents");
		await p.locator(".incident a", { hasText: "تمرین" }).click();
		await p.locator(".drill-stripe").waitFor();
	} },
	room_then: { path: `${at}?at=${first.known_at}`, shows: ".room-head" },
	claim: { path: `${at}?part=claims`, shows: ".claim", act: (p) => p.locator(".claim .thing-top button").first().click() },
	decide: { path: `${at}?part=decisions`, shows: ".decision", act: (p) => button(p, "decisions") },
	assess: { path: `${at}?part=mentions`, shows: ".room-mention", act: async (p) => {
		await p.locator(".room-mention .thing-links > button:not(.link)").first().click();
		await p.locator("dialog [value=closed]").check();
	} },
	assess_asked: { path: `${at}?part=mentions`, shows: ".triage-asks", act: async (p) => {
		await p.locator(".room-mention", { has: p.locator(".triage-asks") }).locator(".thing-links > button:not(.link)").click();
		await p.locator("dialog [name=asks]").waitFor();
	} },
	split: { path: `${at}?part=mentions`, shows: ".room-mention", act: async (p) => {
		await p.locator(".room-mention .pick input").nth(1).check();
		await p.locator(".picks > button:not(.icon-button)").last().click();
		await p.locator("dialog[open] [name=title]").waitFor();
	} },
	spread: { path: `${at}?part=mentions`, shows: ".room-mention", act: async (p) => {
		await p.locator(".room-mention .pick input").nth(1).check();
		await p.locator(".picks > button:not(.icon-button)").first().click();
		await p.locator("dialog[open] [name=claim]").first().waitFor();
	} },
	spreading: { path: `${at}?part=claims`, shows: ".claim-spread", act: async (p) => {
		await p.locator(".claim-spread").first().click();
		await p.locator(".claim-chip").waitFor();
	} },
	picks: { path: `${at}?part=mentions`, shows: ".picks" },
	office: { path: at, shows: ".room-head", act: (p) => p.locator(".office button").nth(1).click() },
	names: { path: at, shows: ".names-list", act: async (p) => {
		await p.locator(".names .part-head button").click();
		await p.locator("dialog[open] textarea").fill("Harbour Kitchen = مطبخ الميناء = آشپزخانهٔ بندر\n= نانوایی بندر");
		await p.locator("dialog[open] button.primary").click();
		await p.locator("dialog[open] .error").waitFor();
	} },
	severity: { path: at, shows: ".room-moves", act: (p) => p.locator(".room-moves > button:not(.start-playbook)").last().click() },
};

async function look(p, name, wrong) {
	await p.evaluate(() => document.fonts.ready);
	const found = await p.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
	wrong.push(...found.violations.map((v) => `${name}: ${v.id}: ${v.nodes.map((n) => n.target.join(" ")).join(", ")}`));
	if (await p.evaluate(() => document.documentElement.scrollWidth > innerWidth))
		wrong.push(`${name}: it scrolls sideways`);
	if (shots)
		await p.screenshot({ path: join(shots, `${name}.png`), fullPage: await p.evaluate(() => document.querySelector("dialog[open]") === null) });
}

/* To a page within the app, as a link leads there; nothing is loaded anew but the page itself. */
async function visit(p, view) {
	await p.keyboard.press("Escape");
	await p.waitForFunction(() => document.querySelector("dialog[open]") === null);
	await p.evaluate((path) => { history.pushState(null, "", path); dispatchEvent(new PopStateEvent("popstate")); }, view.path);
	await p.locator(view.shows).first().waitFor();
	await view.act?.(p);
}

const tests = {};
async function lookAtAll(lang, theme, width) {
	const p = await newPage(browser, { storageState: state, viewport: { width, height: 900 }, hasTouch: width < 500, timezoneId: "Asia/Tehran" });
	const wrong = [];
	await p.context().addCookies([{ name: "diwan_lang", value: lang, url: room.url }, { name: "diwan_theme", value: theme, url: room.url }]);
	await p.goto(`${room.url}/incidents`);
	await p.evaluate(axe);
	for (const [name, view] of Object.entries(VIEWS)) {
		if (view.narrow && width > 760)
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
if (LOOK === "")
	tests.it_reflows_at_320 = () => lookAtAll("fa", "light", 320);
await runAll(tests, page, room, browser);
