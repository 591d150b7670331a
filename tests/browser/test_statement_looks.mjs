/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_statement_looks.mjs - a statement, its dialogs and the page of approvals in each look: axe finds
 * nothing, nothing sticks out sideways, no word is missing, no rule of the policy is broken.
 */
import assert from "node:assert/strict";

import { dressed, forEachLook, look } from "./looks.mjs";
import { Room, launch, newPage, runAll, send as sendBy, setUp, signIn } from "./room.mjs";

const room = new Room();
await room.start({ wantSetup: true });
const browser = await launch();
const page = await newPage(browser);
await setUp(page, room);

async function person(name, roles, groups) {
	const password = await room.cli("user", "add", name, "--roles", roles, ...(groups ? ["--groups", groups] : []));
	const p = await newPage(browser);
	await p.goto(`${room.url}/settings`);
	await signIn(p, name, password);
	await p.locator(".rail").waitFor();
	return { p, password, state: await p.context().storageState(), send: (...rest) => sendBy(p, room, ...rest) };
}
const layla = await person("layla", "lead"), nasrin = await person("نسرین", "drafter"), sami = await person("سامي", "approver,drafter", "legal");
const ada = await person("a.whitfield-montgomery", "approver", "executive");

const incident = await layla.send("POST", "/incidents", { title: "Guests fall ill after the soup of the harbour kitchen", severity: 1, summary: "Nine people report nausea since yesterday evening." });
const at = `/incidents/${incident.id}`;
await layla.send("PATCH", at, { names: ["مطعم الميناء = Harbour Kitchen = رستوران بندر", "مخبز الميناء = Harbour Bakery", "هيئة الصحة = Health Office"] }, incident.version);
const cold = await layla.send("POST", `${at}/claims`, { text: "The log of the cold room is complete" });
await layla.send("PATCH", `${at}/claims/${cold.id}`, { verdict: "true", reason: "Seen by two" }, cold.version);
const child = await layla.send("POST", `${at}/claims`, { text: "«یک کودک در بیمارستان است»" });
const begin = (by, title, lang, channel, audience, text) => by.send("POST", `${at}/statements`, { title, lang, channel, audience, text });

/* One in Persian that three have written, with much to say about it. */
const FA = "بی‌احتیاطی دیگران باعث شد ۱۲ نفر از مهمانان ما بیمار شوند.\nدفتر سردخانه کامل است و آن را به ادارهٔ بهداشت داده‌ایم.\nدرستی این خبر را که کودکی در بیمارستان است بررسی می‌کنیم.\n\nHarbour Kitchen · @harbour_fa\nلطفاً شماره سفارش خود را بفرستید.";
const fa = await begin(nasrin, "دربارهٔ بیماری مهمانان رستوران بندر: آنچه می‌دانیم و آنچه بررسی می‌کنیم", "fa", "social", "public", FA);
const rest = async (claim, rests, words) => {
	const from = FA.indexOf(words);
	return layla.send("POST", `/statements/${fa.id}/links`, { revision: 0, claim, rests, from, to: from + words.length });
};
await rest(cold.id, "asserts", "دفتر سردخانه کامل است");
await rest(child.id, "checking", "درستی این خبر را که کودکی در بیمارستان است بررسی می‌کنیم");
const type = async (by, insert) => {
	const now = await by.send("GET", `/statements/${fa.id}`);
	await by.send("POST", `/statements/${fa.id}/changes`, { revision: now.revision, updates: [{ client: `tab-${by.password}`, changes: [now.units, [0, ...insert.split("\n")]] }] });
};
await type(layla, "\nWe are sorry. Next word at 15:00.");
await type(sami, " نعتذر منكم.");

/* One in Arabic that waits; one approver has asked, and it was changed then. */
const AR = "نأسف لما حدث لضيوفنا في مطعم الميناء مساء أمس.\nسجل غرفة التبريد كامل، ونتحقق الآن من كل ما يقال. للاستفسار: +971 4 555 0100.\nنتحدث إليكم ثانية عند الساعة ١٥:٠٠.";
const ar = await begin(nasrin, "ما نعرفه حتى الآن", "ar", "press", "public", AR);
await nasrin.send("POST", `/statements/${ar.id}/links`, { revision: 0, claim: cold.id, rests: "asserts", from: AR.indexOf("سجل"), to: AR.indexOf("،") });
const TEL = AR.indexOf("0100");
const submit = async (of, policy) => nasrin.send("POST", `/statements/${of}/submit`, { revision: (await nasrin.send("GET", `/statements/${of}`)).revision, ...(policy ? { policy } : {}) });
const soon = new Date(Date.now() + 3600000).toISOString();
const first = await submit(ar.id, { groups: { legal: 1, executive: 1 }, deadline: soon });
await ada.send("POST", `/statements/${ar.id}/verdicts`, { digest: first.digest, verdict: "ask", reason: "Who has counted the guests, and when?", password: ada.password });
await sami.send("POST", `/statements/${ar.id}/verdicts`, { digest: first.digest, verdict: "hold", reason: "ننتظر جواب المختبر.", password: sami.password });
await nasrin.send("POST", `/statements/${ar.id}/changes`, { revision: 0, updates: [{ client: "t", changes: [TEL, [4, "0199"], AR.length - 10 - TEL, [5, "16:30"], 1, [0, "", "لم يُنقل أحد من ضيوف مخبز الميناء إلى المستشفى، وعدد المصابين 9."]] }] });
await submit(ar.id, { groups: { legal: 1, executive: 1 }, deadline: soon });

/* What says the same in English, and not quite. */
const same = await nasrin.send("POST", `${at}/statements`, { title: "What we know so far", lang: "en", channel: "press", audience: "public", translation_of: ar.id,
	text: "We are sorry for what happened to our guests at Harbour Kitchen. The Health Office has been told. Call +971 4 555 0199." });

/* And one in English that went out. */
const en = await begin(nasrin, "The kitchen is closed today", "en", "internal", "staff", "The harbour kitchen stays closed today. We will tell you more at 15:00.");
const last = await submit(en.id);
await sami.send("POST", `/statements/${en.id}/verdicts`, { digest: last.digest, verdict: "approve", password: sami.password });
await layla.send("POST", `/statements/${en.id}/publish`, { digest: last.digest });
const over = await begin(nasrin, "A post that is to be approved", "en", "social", "customer", "We are sorry. Write to us until noon.");
const approved = await submit(over.id);
await sami.send("POST", `/statements/${over.id}/verdicts`, { digest: approved.digest, verdict: "approve", password: sami.password });

const head = (p, n) => p.locator(".statement-moves button").nth(n).click();
const VIEWS = {
	statement: { path: `${at}/statements/${fa.id}`, shows: ".cm-content .rests", act: async (p) => { await p.locator(".editor-tools .offer").click(); await p.locator(".cm-content .by").nth(2).waitFor(); await p.locator(".finding").first().waitFor(); } },
	statement_waits: { path: `${at}/statements/${ar.id}`, shows: ".lacks" },
	statement_translated: { path: `${at}/statements/${same.id}`, shows: ".finding" },
	statement_out: { path: `${at}/statements/${en.id}`, shows: ".publications" },
	statement_then: { path: `${at}/statements/${ar.id}?at=${first.seq}`, shows: ".statement-text .shown" },
	statement_empty: { path: `${at}/statements/999999`, shows: ".empty" },
	rest: { path: `${at}/statements/${fa.id}`, shows: ".cm-content .rests", act: async (p) => {
		await p.locator(".cm-content").click();
		await p.keyboard.press("Control+Home");
		await p.keyboard.press("Shift+ArrowDown");
		await p.locator(".rest-add button:enabled").click();
		await p.locator("dialog[open] [name=claim]").first().waitFor();
	} },
	submit: { path: `${at}/statements/${fa.id}`, shows: ".finding", act: async (p) => { await p.locator(".approval-acts .primary").click(); await p.locator("dialog[open] [name=deadline]").waitFor(); } },
	meta: { path: `${at}/statements/${ar.id}`, shows: ".cm-content", act: async (p) => { await head(p, 0); await p.locator("dialog[open] [name=title]").waitFor(); } },
	history: { path: `${at}/statements/${ar.id}`, shows: ".cm-content", act: async (p) => { await head(p, 2); await p.locator("dialog[open] .film").waitFor(); } },
	ledger: { path: `${at}/statements/${ar.id}`, shows: ".cm-content", act: async (p) => { await p.locator(".ledger-link").click(); await p.locator("dialog[open] .spent-chart li").first().waitFor(); } },
	ledger_table: { path: `${at}/statements/${en.id}`, shows: ".publications", act: async (p) => { await p.locator(".ledger-link").click(); await p.locator(".spent-switch").click(); await p.locator("dialog[open] table").waitFor(); } },
	translate: { path: `${at}/statements/${ar.id}`, shows: ".cm-content", act: async (p) => { await head(p, 1); await p.locator("dialog[open] [name=title]").waitFor(); } },
	publish: { path: `${at}/statements/${over.id}`, shows: ".good-line", act: async (p) => { await p.locator(".approval-acts .primary").click(); await p.locator("dialog[open] .paper").waitFor(); } },
	withdraw: { path: `${at}/statements/${en.id}`, shows: ".publications", act: async (p) => { await p.locator(".approval-acts .danger").click(); await p.locator("dialog[open] [name=reason]").waitFor(); } },
	statements: { path: `${at}?part=statements`, shows: ".statement-row" },
	begin: { path: `${at}?part=statements`, shows: ".statement-row", act: async (p) => {
		await p.locator("[data-part=statements] .part-head button").click();
		await p.locator("dialog[open] select").selectOption({ index: 1 });
		await p.locator("dialog[open] .paper").waitFor();
	} },
	brief: { path: `${at}/brief`, shows: ".brief-grid" },
};

async function visit(p, view) {
	await p.keyboard.press("Escape");
	await p.waitForFunction(() => document.querySelector("dialog[open]") === null);
	await p.evaluate((path) => { history.pushState(null, "", path); dispatchEvent(new PopStateEvent("popstate")); }, view.path);
	await p.locator(view.shows).first().waitFor();
	await view.act?.(p);
}

async function approvals(lang, theme, width, wrong) {
	const p = await dressed(browser, room, lang, theme, width, { storageState: ada.state, hasTouch: width < 500 }), name = (what) => `${what}-${lang}-${theme}-${width}`;
	await p.goto(`${room.url}/approvals`);
	await p.locator(".weighty").waitFor();
	await look(p, name("approvals"), wrong, { isWhole: true });
	await p.locator(".approve-switch button").last().click();
	await look(p, name("approvals_text"), wrong, { isWhole: true });
	await p.locator(".ruling-reject").first().click();
	await p.locator("dialog[open] [name=password]").waitFor();
	await look(p, name("approvals_rule"), wrong);
	await p.goto(`${room.url}/`);
	await p.locator(".rail-badge").waitFor();
	await look(p, name("approvals_badge"), wrong);
	assert.deepEqual(p.wrong, []);
	await p.context().close();
	const q = await dressed(browser, room, lang, theme, width, { storageState: layla.state });
	await q.goto(`${room.url}/approvals`);
	await q.locator(".empty, .note").first().waitFor();
	await look(q, name("approvals_none"), wrong);
	await q.context().close();
}

await runAll(forEachLook(async (lang, theme, width) => {
	const p = await dressed(browser, room, lang, theme, width, { storageState: layla.state, hasTouch: width < 500, timezoneId: "Asia/Tehran" });
	const wrong = [];
	await p.goto(`${room.url}/incidents`);
	await p.locator(".incident").first().waitFor();
	for (const [name, view] of Object.entries(VIEWS)) {
		await visit(p, view);
		await look(p, `${name}-${lang}-${theme}-${width}`, wrong, { isWhole: await p.evaluate(() => document.querySelector("dialog[open]") === null) });
	}
	await approvals(lang, theme, width, wrong);
	assert.deepEqual([...wrong, ...p.wrong], []);
	await p.context().close();
}), page, room, browser);
