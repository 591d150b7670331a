/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_statement_crisis.mjs - what is said in one crisis, from the first word to its correction, by six people on
 * the real server: omar drafts in Arabic and nasrin in Persian, sami (legal, Arabic), ada (management,
 * English) and shirin (communications, Persian, on a phone) approve, layla leads in English. A holding
 * statement from the template, then a full one with its translation, then a claim that was not so. Whoever
 * reads the newsroom is nobody. A picture at the turning points is left in shots/; SHOTS=0 leaves none.
 */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { launch, newPage, Room, runAll, send, setUp, signIn } from "./room.mjs";

const shots = process.env.SHOTS === "0" ? null : process.env.SHOTS ?? join(dirname(fileURLToPath(import.meta.url)), "shots");
if (shots)
	mkdirSync(shots, { recursive: true });
const room = new Room();
await room.start({ wantSetup: true, args: ["--organisation", "مطعم الميناء"] });
const browser = await launch();
const admin = await newPage(browser);
await setUp(admin, room);

/* Words as they stand on a screen: what was put into a sentence stands in isolates. */
const said = (words) => words instanceof RegExp ? words
	: new RegExp(words.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/\s+/g, "[\u2066-\u2069]*\\s+[\u2066-\u2069]*"));

const DESK = { width: 1280, height: 800 }, PHONE = { width: 390, height: 844 };
async function person(name, roles, locale, viewport, groups) {
	const password = await room.cli("user", "add", name, "--roles", roles, ...(groups ? ["--groups", groups] : []));
	const page = await newPage(browser, { locale, viewport, ...(viewport === PHONE ? { hasTouch: true, isMobile: true } : {}) });
	await page.goto(`${room.url}/settings`);
	await signIn(page, name, password);
	await page.locator(".rail").waitFor({ state: "attached" });
	const lang = locale.slice(0, 2);
	assert.equal(await page.evaluate(() => document.documentElement.lang), lang);
	return {
		name, page, password, lang,
		dialog: () => page.locator("dialog[open]").last(),
		see: (selector, words) => page.locator(selector, { hasText: said(words) }).first().waitFor(),
		async submit() {
			await this.dialog().locator("button.primary").last().click();
			await page.waitForFunction(() => document.querySelector("dialog[open]") === null);
		},
		async shot(what) {
			if (!shots)
				return;
			await page.evaluate(() => document.fonts.ready);
			assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${what}: nothing sticks out`);
			await page.screenshot({ path: join(shots, `said-${what}-${lang}-${viewport.width}.png`), fullPage: await page.locator("dialog[open]").count() === 0 });
		},
	};
}
const layla = await person("layla", "lead", "en-GB", DESK), omar = await person("omar", "drafter", "ar-EG", DESK), nasrin = await person("nasrin", "drafter", "fa-IR", DESK);
const sami = await person("sami", "approver", "ar-EG", DESK, "legal"), ada = await person("ada", "approver", "en-GB", DESK, "executive"), shirin = await person("shirin", "approver", "fa-IR", PHONE, "comms");
const approvers = [sami, ada, shirin], everybody = [layla, omar, nasrin, ...approvers];
const anybody = await newPage(browser, { locale: "ar", viewport: PHONE, javaScriptEnabled: false });

/* What a reader had is kept for a while; a reader who wants to know asks again. */
async function visit(path) {
	await anybody.goto(room.url + path);
	await anybody.reload();
}
const by = (who, ...rest) => send(who.page, room, ...rest);
const read = (id) => by(layla, "GET", `/statements/${id}`);
let incident, holding, full, translation, correction;
const claims = {};
const at = () => `/incidents/${incident}`;

/* ---- what hands do on the page of a statement ---- */

const open = async (who, id) => {
	await who.page.goto(`${room.url}${at()}/statements/${id}`);
	await who.page.locator(".cm-content").waitFor();
};
const shown = (who) => who.page.locator(".cm-content").evaluate((e) => [...e.querySelectorAll(".cm-line")].map((l) => l.textContent).join("\n"));
async function settled(id, ...all) {
	for (const who of all)
		await who.page.locator(".statement-text .saved-saved").waitFor();
	const { text } = await read(id);
	for (const who of all)
		await room.until(`${who.name} has the text`, async () => await shown(who) === text);
	return text;
}
/* As a mouse does: from the first letter of the words to their last; again when somebody's keys came between. */
async function select(who, words) {
	await room.until(`${words} is selected`, () => who.page.locator(".cm-content").evaluate(async (content, what) => {
		const walker = document.createTreeWalker(content, NodeFilter.SHOW_TEXT), nodes = [];
		for (let n = walker.nextNode(); n; n = walker.nextNode())
			nodes.push(n);
		const from = nodes.map((n) => n.data).join("").indexOf(what);
		const place = (i, isEnd) => { let k = 0; while (i > nodes[k].length || (!isEnd && i === nodes[k].length)) i -= nodes[k++].length; return [nodes[k], i]; };
		if (from < 0)
			return false;
		content.focus();
		getSelection().setBaseAndExtent(...place(from, false), ...place(from + what.length, true));
		for (let frame = 0; frame < 3; frame++)
			await new Promise(requestAnimationFrame);
		return String(getSelection()) === what;
	}, words));
}
async function replace(who, words, by) {
	await select(who, words);
	await who.page.keyboard.insertText(by);
}
async function writeAtEnd(who, text) {
	await who.page.locator(".cm-content").click();
	await who.page.keyboard.press("Control+End");
	await who.page.keyboard.type(text, { delay: 3 });
}
async function link(who, words, claim) {
	await select(who, words);
	await who.page.locator(".rest-add button:enabled").click();
	await who.dialog().locator(`[name=claim][value="${claims[claim].id}"]`).check();
	await who.submit();
	await who.page.locator(".rest-quote", { hasText: words }).first().waitFor();
}
async function begin(who, lang, template, title, more) {
	await who.page.goto(`${room.url}${at()}?part=statements`);
	await who.page.locator("[data-part=statements] .part-head button").click();
	await who.dialog().locator(`[name=lang][value=${lang}]`).check();
	if (template) {
		await who.dialog().locator("[name=template]").selectOption(template);
		await who.dialog().locator(".paper").waitFor();
	}
	await who.dialog().locator("[name=title]").fill(title);
	await more?.(who);
	await who.dialog().locator("button.primary").last().click();
	await who.page.locator(".cm-content").waitFor();
	return Number(/statements\/(\d+)$/.exec(who.page.url())[1]);
}
async function offer(who) {
	await who.page.locator(".approval-acts .primary").click();
	await who.submit();
	await who.page.locator(".approval-pane .statement-submitted").waitFor();
}

/* ---- and on that of approvals ---- */

const DONE = { ar: "اعتُمد: ", fa: "تأیید شد: ", en: "Approved: " };
async function wait(who, title) {
	await who.page.goto(`${room.url}/approvals`);
	const top = who.page.locator(".wait-top", { hasText: title });
	if (await top.getAttribute("aria-expanded") === "false")
		await top.click();
	await who.page.locator(".wait.is-open", { hasText: title }).locator(".rulings-row").waitFor();
}
async function answer(who, ruling, reason) {
	await who.page.locator(`.rulings-row .ruling-${ruling}`).click();
	if (reason)
		await who.dialog().locator("[name=reason]").fill(reason);
	await who.dialog().locator("[name=password]").fill(who.password);
	await who.submit();
}
async function approve(who, title) {
	await wait(who, title);
	await answer(who, "approve");
	await who.see(".toast", DONE[who.lang] + title);
}
async function publish(id, reason) {
	await layla.page.goto(`${room.url}${at()}/statements/${id}`);
	await layla.see(".good-line", "Everything that is needed is there.");
	await layla.page.locator(".approval-acts .primary").click();
	if (reason)
		await layla.dialog().locator("[name=reason]").fill(reason);
	await layla.submit();
	await layla.see(".approval-pane .statement-published", "Published");
	assert.equal((await read(id)).status, "published");
}

/* ---- words of the case ---- */

const HOLDING = "بيان أولي: مرض ضيوف العشاء", FULL = "ما عرفناه عن عشاء السبت", FULL_FA = "آنچه دربارهٔ شام شنبه دانسته‌ایم", CORRECTED = "تصحيح: سجل غرفة التبريد", WHY = "وجدنا أن ساعتين تنقصان السجل";
const CHAIN = "ظل سجل غرفة التبريد كاملًا طوال الليل", CHAIN_FA = "دفتر سردخانه همهٔ شب کامل بود";

const tests = {
	async there_is_a_crisis_with_claims() {
		const { version } = await by({ page: admin }, "GET", "/policy");
		await by({ page: admin }, "PATCH", "/policy", { rules: [{ channels: ["press"], groups: { legal: 1, executive: 1, comms: 1 } }] }, String(version));
		incident = (await by(layla, "POST", "/incidents", { title: "مرض ضيوف عشاء السبت", severity: 2 })).id;
		await by(layla, "POST", `${at()}/participants`, { user: (await by(layla, "GET", "/session")).user.id, role: "lead" });
		for (const [name, text, verdict] of [["ill", "مرض 12 ضيفًا بعد العشاء", "true"], ["soup", "سبب المرض هو الحساء"], ["cold", "سجل غرفة التبريد كامل", "true"]])
			claims[name] = await by(layla, "POST", `${at()}/claims`, { text, ...(verdict ? { verdict } : {}) });
		await by(layla, "POST", `${at()}/words`, { audience: "public", text: "نتحقق من الأمر", next_at: new Date(Date.now() + 7200000).toISOString() });
	},

	async a_holding_statement_is_filled_from_the_ledger() {
		holding = await begin(omar, "ar", "holding", HOLDING, async () => {
			await omar.see("dialog .paper", "– مرض 12 ضيفًا بعد العشاء");
			await omar.shot("template");
		});
		const { text, rests } = await read(holding);
		assert.match(text, /ما نعرفه\n– مرض 12 ضيفًا بعد العشاء\n– سجل غرفة التبريد كامل\n\nما نتحقق منه\n– سبب المرض هو الحساء\n/);
		assert.match(text, /بالتوقيت العالمي/);
		assert.deepEqual(rests.map((r) => r.rests), ["asserts", "asserts", "checking"]);
		await omar.see(".thing", "يؤكد صحته");
		await omar.see(".thing", "يقول إننا نتحقق");
	},

	async what_the_room_does_not_know_stops_it() {
		await settled(holding, omar);
		await omar.page.locator(".approval-acts .primary", { hasText: "تقديم للاعتماد" }).click();
		await omar.dialog().locator("button.primary").last().click();
		await omar.see("dialog .note.bad", "{contact}");
		await omar.see("dialog .finding.refuses", "فراغ لم يُملأ بعد.");
		await omar.shot("slot");
		await omar.page.keyboard.press("Escape");
		await omar.page.waitForFunction(() => document.querySelector("dialog[open]") === null);
		assert.equal((await read(holding)).submitted, null);
	},

	async two_draft_it_at_once() {
		await open(nasrin, holding);
		await nasrin.page.locator(".cm-line", { hasText: "ما نعرفه" }).waitFor();
		await nasrin.page.locator(".cm-content").click();
		await nasrin.page.keyboard.press("Control+End");
		await Promise.all([
			replace(omar, "{contact}", "08005550100").then(() => omar.page.keyboard.type(" أو في المطعم نفسه", { delay: 12 })),
			nasrin.page.keyboard.type("\nبه فارسی: ۱۲ مهمان بیمارند و ما کنارشان هستیم.", { delay: 12 }),
		]);
		const text = await settled(holding, omar, nasrin);
		assert.ok(text.includes("للتواصل معنا: 08005550100 أو في المطعم نفسه.") && text.endsWith("به فارسی: ۱۲ مهمان بیمارند و ما کنارشان هستیم."), text);
		assert.equal(await omar.page.locator(".caret").getAttribute("data-name"), "nasrin");
		await nasrin.see(".statement-status", "پیش‌نویس");
		for (const who of [omar, nasrin])
			await who.shot("drafted");
	},

	async it_waits_for_three_groups() {
		await offer(omar);
		for (const group of ["القانونية", "الإدارة", "الاتصال"])
			await omar.see(".lacks li", `اعتماد واحد من: ${group}`);
		for (const group of ["حقوقی", "مدیریت", "ارتباطات"])
			await nasrin.see(".lacks li", group);
		await nasrin.see(".approval-pane .statement-submitted", "در انتظار تأیید");
		await nasrin.shot("submitted");
		await shirin.page.goto(`${room.url}/`);
		await shirin.page.locator(".rail-badge").waitFor();
		await shirin.shot("badge");
	},

	async one_approves_and_one_asks_on_the_phone() {
		await wait(sami, HOLDING);
		await sami.see("h1", "ما ينتظر رأيي");
		await sami.see(".wait-top", "اعتمادك مطلوب");
		await sami.shot("waits");
		await answer(sami, "approve");
		await sami.see(".empty", "لا شيء ينتظر رأيك");
		await wait(shirin, HOLDING);
		await shirin.see("h1", "آنچه در انتظار رأی من است");
		await shirin.see(".ruling", "sami تأیید کرد");
		await shirin.shot("waits");
		await shirin.page.locator(".rulings-row .ruling-ask").click();
		await shirin.see("dialog", "پرسش دربارهٔ این نسخه");
		await shirin.shot("asks");
		await shirin.page.keyboard.press("Escape");
		await shirin.page.waitForFunction(() => document.querySelector("dialog[open]") === null);
		await answer(shirin, "ask", "بیمارستان می‌گوید ۱۴ نفر؛ کدام درست است؟");
		await omar.see(".ruling-ask", "سأل shirin");
		await omar.see(".ruling-reason", "بیمارستان می‌گوید ۱۴ نفر؛ کدام درست است؟");
		await omar.see(".lacks li", "سؤال shirin مفتوح");
		await nasrin.see(".ruling-ask", "shirin پرسید");
		await omar.shot("asked");
	},

	async the_question_is_answered_by_an_edit_and_that_voids_what_was_said() {
		await replace(omar, "مرض 12 ضيفًا", "مرض 14 ضيفًا");
		await replace(nasrin, "۱۲ مهمان", "۱۴ مهمان");
		await settled(holding, omar, nasrin);
		await omar.see(".lacks li", "تغيّر النص بعد تقديمه");
		await nasrin.see(".lacks li", "متن پس از ارائه تغییر کرده است");
		await offer(omar);
		await omar.see(".lacks li", "القانونية");
		const { verdicts, missing } = await read(holding);
		assert.equal(verdicts.length, 0, "nobody has said anything of this text");
		assert.deepEqual(missing.map((l) => l.group).sort(), ["comms", "executive", "legal"]);
	},

	async who_had_judged_sees_the_figure_first() {
		await wait(shirin, HOLDING);
		await shirin.see(".wait-top", "پس از رأی شما تغییر کرده است");
		await shirin.see(".weighty li", /عددهای تغییرکرده: .*12.*←.*14/);
		assert.deepEqual(await shirin.page.locator("ins.diff-new").evaluateAll((all) => all.map((e) => e.lastChild.textContent)), ["14", "۱۴"]);
		await shirin.see("ins .unseen", "افزوده شد:");
		await shirin.shot("delta");
		await wait(sami, HOLDING);
		await sami.see(".wait-top", "تغيّر بعد رأيك");
		await sami.see(".weighty li", /أرقام تغيّرت: .*12.*←.*14/);
		await sami.shot("delta");
		await answer(sami, "approve");
		await wait(ada, HOLDING);
		await ada.see(".wait-top", "Your approval is needed");
		assert.equal(await ada.page.locator(".weighty").count(), 0, "who has said nothing has no difference");
		await ada.shot("waits");
		await answer(ada, "approve");
		await omar.see(".ruling", "اعتمده ada");
	},

	async white_space_carries_over() {
		await writeAtEnd(nasrin, " \n\n");
		await settled(holding, omar, nasrin);
		await offer(nasrin);
		await nasrin.see(".ruling", /sami.* تأیید کرد[\s\S]*منتقل شد: تنها فاصله‌ها تغییر کرده‌اند/);
		await nasrin.see(".ruling", /ada.* تأیید کرد[\s\S]*منتقل شد/);
		await omar.see(".ruling", /اعتمده .*ada[\s\S]*نُقل: لم تتغير سوى الفراغات/);
		await nasrin.shot("carried");
		const { verdicts, missing, submitted } = await read(holding);
		assert.ok(verdicts.every((v) => v.is_carried && v.digest !== submitted.digest || v.is_carried), JSON.stringify(verdicts));
		assert.deepEqual(missing.map((l) => l.group), ["comms"]);
		for (const who of [sami, ada]) {
			await who.page.goto(`${room.url}/approvals`);
			await who.page.locator(".empty").waitFor();
		}
	},

	async the_last_of_three_says_yes_on_the_phone() {
		await approve(shirin, HOLDING);
		await shirin.see(".empty", "چیزی در انتظار رأی شما نیست");
		await omar.see(".approval-pane .statement-approved", "معتمد");
		await omar.see(".good-line", "اكتمل كل ما يلزم.");
		assert.equal(await omar.page.locator(".approval-acts .primary", { hasText: "نشر" }).count(), 0, "a drafter publishes nothing");
		await visit("/newsroom");
		assert.equal(await anybody.getByText(HOLDING).count(), 0, "what is approved is not out by itself");
	},

	async the_lead_publishes_and_anybody_reads_it() {
		await publish(holding);
		await layla.shot("published");
		await omar.see(".approval-pane .statement-published", "منشور");
		await visit("/newsroom");
		await anybody.getByRole("link", { name: HOLDING }).click();
		await anybody.getByText("مرض 14 ضيفًا").waitFor();
		await anybody.getByText("به فارسی: ۱۴ مهمان بیمارند").waitFor();
		assert.deepEqual(await anybody.context().cookies(), []);
		const sent = await read(holding), given = JSON.parse(await (await anybody.request.get(`${room.url}/newsroom/feed.json`)).text());
		assert.equal(given.items[0].content_text, sent.submitted.text, "as it was approved, to the letter");
		if (shots)
			await anybody.screenshot({ path: join(shots, "said-newsroom-ar-390.png"), fullPage: true });
	},

	async a_full_statement_is_written_and_rests_on_a_claim() {
		full = await begin(omar, "ar", null, FULL);
		await open(nasrin, full);
		await omar.page.locator(".cm-content").click();
		await omar.page.keyboard.type(`نأسف لما أصاب ضيوفنا مساء السبت ونحن معهم.\n${CHAIN}.\nنتحدث ثانية غدًا عند الساعة 12:00 بالتوقيت العالمي.`, { delay: 3 });
		await settled(full, omar, nasrin);
		await link(omar, CHAIN, "cold");
		await omar.see(".thing", "سجل غرفة التبريد كامل");
		await offer(omar);
		await omar.shot("full");
	},

	async its_translation_is_linked_and_compared() {
		const name = async (...names) => by(layla, "PATCH", at(), { names }, (await by(layla, "GET", at())).version);
		await name("Cold Room = غرفة التبريد = اتاق سرد", "Harbour Kitchen = مطبخ الميناء");
		await nasrin.page.locator(".statement-moves button", { hasText: "ترجمه" }).click();
		await nasrin.dialog().locator("[name=lang][value=fa]").check();
		await nasrin.dialog().locator("[name=title]").fill(FULL_FA);
		await nasrin.shot("translate");
		await nasrin.dialog().locator("button.primary").last().click();
		await nasrin.see("h1", FULL_FA);
		await nasrin.see(".note", `ترجمهٔ ${FULL}`);
		translation = Number(/statements\/(\d+)$/.exec(nasrin.page.url())[1]);
		assert.equal((await read(translation)).translation_of, full);
		await nasrin.page.locator(".cm-line", { hasText: "نأسف" }).waitFor();
		await nasrin.page.locator(".cm-content").click();
		await nasrin.page.keyboard.press("Control+a");
		await nasrin.page.keyboard.type(`از آنچه شنبه‌شب بر مهمانان ما گذشت پوزش می‌خواهیم و کنارشان هستیم.\n${CHAIN_FA}.\nفردا ساعت ۱۳:۰۰ به وقت جهانی دوباره خبر می‌دهیم.`, { delay: 3 });
		await settled(translation, nasrin);
		await nasrin.see(".finding", "عددی که");
		await nasrin.see(".finding", /نام .*Cold Room.* را دارد که اینجا نیست/);
		assert.equal(await nasrin.page.locator(".finding", { hasText: "Harbour Kitchen" }).count(), 0, "neither has that one");
		await nasrin.shot("figures");
		await name("Cold Room = غرفة التبريد = سردخانه", "Harbour Kitchen = مطبخ الميناء");
		await nasrin.page.locator(".finding", { hasText: "Cold Room" }).waitFor({ state: "detached" });
		await replace(nasrin, "۱۳:۰۰", "۱۲:۰۰");
		await settled(translation, nasrin);
		await nasrin.page.locator(".finding", { hasText: FULL }).first().waitFor({ state: "detached" });
		await link(nasrin, CHAIN_FA, "cold");
		await offer(nasrin);
	},

	async both_are_approved_by_all_and_published() {
		for (const who of approvers) {
			for (const title of [FULL, FULL_FA])
				await approve(who, title);
			await who.page.locator(".empty").waitFor();
		}
		for (const id of [full, translation])
			await publish(id);
		await visit(`/newsroom/${full}`);
		await anybody.getByText(CHAIN).waitFor();
		await anybody.getByRole("link", { name: FULL_FA }).click();
		await anybody.getByText(CHAIN_FA).waitFor();
		assert.match(anybody.url(), new RegExp(`/newsroom/${translation}`));
	},

	async the_claim_turns_out_false_and_the_room_is_alerted() {
		await open(omar, full);
		await nasrin.page.goto(`${room.url}${at()}`);
		await nasrin.page.locator(".statement-row").nth(2).waitFor();
		await layla.page.goto(`${room.url}${at()}`);
		const claim = layla.page.locator(".claim", { hasText: "سجل غرفة التبريد" });
		await claim.locator(".thing-top button").click();
		await layla.dialog().locator("[name=verdict][value=false]").check();
		await layla.dialog().locator("[name=reason]").fill("Two hours are missing in the log");
		await layla.submit();
		await layla.see(".room-head [role=alert]", FULL);
		await nasrin.see(".room-head [role=alert]", "دیگر درست نیست");
		await nasrin.see(".room-head [role=alert]", CHAIN);
		await nasrin.see(".room-head [role=alert]", CHAIN_FA);
		await nasrin.see(".entry", "دیگر درست نیست");
		await omar.see(".room-head [role=alert]", "ما نُشر لم يعد صحيحًا");
		await omar.see(".room-head [role=alert]", CHAIN);
		for (const who of [layla, nasrin, omar])
			await who.shot("contradicted");
		const { contradictions } = await read(full);
		assert.equal(contradictions.length, 1);
		assert.equal(contradictions[0].quote, CHAIN);
		({ correction } = contradictions[0]);
	},

	async the_correction_is_begun_already_and_made_right() {
		await omar.page.locator(".room-head [role=alert] a", { hasText: "إلى التصحيح" }).click();
		await omar.see(".note", FULL);
		await omar.page.waitForURL(new RegExp(`/statements/${correction}$`));
		await omar.page.locator(".cm-line", { hasText: CHAIN }).waitFor();
		await omar.see(".finding.refuses", "يؤكد ما هو غير صحيح.");
		await omar.shot("correction");
		await replace(omar, CHAIN, "قلنا إن سجل غرفة التبريد كامل، وليس كذلك: تنقصه ساعتان، ونعتذر عن ذلك");
		await settled(correction, omar);
		/* The sentence says otherwise now: what it rested on is taken away. */
		for (const button of await omar.page.locator(".thing-top .icon-button").all())
			await button.click();
		await omar.page.locator(".finding.refuses").waitFor({ state: "detached" });
		await omar.page.locator(".statement-moves button").first().click();
		await omar.dialog().locator("[name=title]").fill(CORRECTED);
		await omar.submit();
		await omar.see("h1", CORRECTED);
		await offer(omar);
		for (const who of approvers)
			await approve(who, CORRECTED);
	},

	async the_newsroom_says_so_at_the_top() {
		await publish(correction, WHY);
		await visit(`/newsroom/${full}`);
		await anybody.getByText("صُحّح هذا البيان ببيان لاحق:").waitFor();
		if (shots)
			await anybody.screenshot({ path: join(shots, "said-newsroom_corrected-ar-390.png"), fullPage: true });
		await anybody.getByRole("link", { name: CORRECTED }).first().click();
		await anybody.getByText("تنقصه ساعتان").waitFor();
		await anybody.getByText("يصحّح هذا البيان بيانًا سابقًا:").waitFor();
		await anybody.getByText(WHY).waitFor();
		await visit("/newsroom");
		if (shots)
			await anybody.screenshot({ path: join(shots, "said-newsroom_list-ar-390.png"), fullPage: true });
		await omar.see(".approval-pane .statement-published", "منشور");
		await layla.page.goto(`${room.url}${at()}`);
		await layla.page.locator(".statement-row", { hasText: CORRECTED }).waitFor();
		await layla.shot("corrected");
	},

	async the_record_has_it_all() {
		const { items } = await by(layla, "GET", `${at()}/timeline?limit=200`);
		const happened = items.map((e) => e.type);
		for (const type of ["statement.drafted", "statement.linked", "statement.submitted", "verdict.given", "verdict.carried", "statement.approved", "statement.published", "statement.contradicted"])
			assert.ok(happened.includes(type), `${type} is on the record`);
		assert.equal(happened.filter((type) => type === "statement.published").length, 4);
		for (const who of everybody)
			assert.deepEqual(who.page.wrong, [], who.name);
		assert.deepEqual(anybody.wrong, []);
	},
};

await runAll(tests, omar.page, room, browser);
