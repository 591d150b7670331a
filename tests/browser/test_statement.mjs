/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_statement.mjs - a statement from its first key to the public: two write it at once, without network
 * and over a restart of the server; sentences rest on claims; it is submitted, asked about and approved on a
 * phone, published, and corrected.
 */
import assert from "node:assert/strict";

import { PATIENCE, Room, joined, launch, live, newPage, runAll, send, setUp, signIn } from "./room.mjs";

const room = new Room();
await room.start({ wantSetup: true });
const browser = await launch();
const admin = await newPage(browser);
await setUp(admin, room);

const PASSWORDS = {};
async function person(name, roles, options = {}) {
	PASSWORDS[name] ??= await room.cli("user", "add", name, "--roles", roles);
	const p = await newPage(browser, options);
	await p.goto(`${room.url}/settings`);
	await signIn(p, name, PASSWORDS[name]);
	await p.locator(".rail").waitFor();
	return p;
}
const page = await person("layla", "lead"), other = await person("نسرین", "drafter"), reader = await person("omar", "observer");
const phone = await person("سامي", "approver", { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

const incident = await send(page, room, "POST", "/incidents", { title: "Guests fall ill after the soup", severity: 2 });
const claim = await send(page, room, "POST", `/incidents/${incident.id}/claims`, { text: "The soup was kept warm over night" });
let statement;

const path = () => `/incidents/${incident.id}/statements/${statement}`;
const read = () => send(page, room, "GET", `/statements/${statement}`);
/* Lines as they are shown; CodeMirror writes an empty one as a line end. */
const textOf = (p) => p.locator(".cm-content").evaluate((e) => [...e.querySelectorAll(".cm-line")].map((l) => l.textContent).join("\n"));
const state = (p, name) => p.locator(`.statement-text .saved-${name}`).waitFor();
const until = (p, what) => p.waitForFunction((w) => [...document.querySelectorAll(".cm-line")].map((l) => l.textContent).join("\n").includes(w), what);
async function open(p) {
	await p.goto(`${room.url}${path()}`);
	await p.locator(".cm-content").waitFor();
}
async function atEnd(p) {
	await p.locator(".cm-content").click();
	await p.keyboard.press("Control+End");
}
/* For as long as the page lives: one that is left may live on for a moment, and would send. */
const noNetwork = (p) => p.evaluate(() => { globalThis.fetch = () => Promise.reject(new TypeError("no network")); });
async function settled(...pages) {
	for (const p of pages)
		await state(p, "saved");
	const { text } = await read();
	for (const p of pages)
		await p.waitForFunction((t) => [...document.querySelectorAll(".cm-line")].map((l) => l.textContent).join("\n") === t, text);
	return text;
}

await runAll({
	async a_statement_begins_in_its_room() {
		await page.goto(`${room.url}/incidents/${incident.id}`);
		await page.locator("[data-part=statements] .part-head button").click();
		await page.fill("dialog [name=title]", "What we know");
		await page.locator("dialog button.primary").click();
		await page.locator(".cm-content").waitFor();
		[, statement] = /statements\/(\d+)$/.exec(page.url());
		await state(page, "saved");
	},

	async two_write_at_once_and_have_the_same() {
		await atEnd(page);
		await page.keyboard.type("First line.\nنسطر ثانٍ\n");
		await settled(page);
		await open(other);
		await other.locator(".cm-content").click();
		await other.keyboard.press("Control+Home");
		await atEnd(page);
		await Promise.all([
			page.keyboard.type("نأسف لما حدث، ونتحقق من الأمر الآن. 🙂\n", { delay: 12 }),
			other.keyboard.type("ما می‌دانیم که دوازده نفر بیمارند. ", { delay: 15 }),
		]);
		const text = await settled(page, other);
		assert.equal(text, "ما می‌دانیم که دوازده نفر بیمارند. First line.\nنسطر ثانٍ\nنأسف لما حدث، ونتحقق من الأمر الآن. 🙂\n");
	},

	async each_line_runs_its_own_way() {
		const dirs = await page.locator(".cm-line").evaluateAll((lines) => lines.map((l) => [l.dir, getComputedStyle(l).direction]));
		assert.deepEqual(dirs, [["rtl", "rtl"], ["rtl", "rtl"], ["rtl", "rtl"], ["rtl", "rtl"]]);
		await atEnd(page);
		await page.keyboard.type("In English.");
		assert.equal(await page.locator(".cm-line").last().getAttribute("dir"), "ltr");
		await settled(page, other);
	},

	async each_sees_where_the_other_is() {
		await other.locator(".cm-content").click();
		await other.keyboard.press("Control+Home");
		await page.locator(".cm-line").first().locator(".caret").waitFor();
		assert.equal(await page.locator(".caret").getAttribute("data-name"), "نسرین");
		await other.keyboard.press("Control+End");
		await page.locator(".cm-line").last().locator(".caret").waitFor();
		await other.keyboard.press("Shift+Home");
		await page.locator(".selected-by").waitFor();
		await other.keyboard.press("Control+Home");
		await page.locator(".selected-by").waitFor({ state: "detached" });
		assert.equal(await page.locator(".caret").count(), 1);
	},

	async the_room_is_not_told_of_keys() {
		await reader.goto(`${room.url}/incidents/${incident.id}`);
		await reader.locator(".entry").first().waitFor();
		await joined(reader);
		await atEnd(page);
		await page.keyboard.type(" k");
		await page.keyboard.press("Backspace");
		await page.keyboard.press("Backspace");
		await settled(page, other);
		await send(page, room, "POST", `/incidents/${incident.id}/notes`, { text: "Behind the keys" });
		await reader.locator(".entry", { hasText: "Behind the keys" }).waitFor();
		assert.equal(await reader.locator(".entry", { hasText: "draft.changed" }).count(), 0);
		assert.equal(await reader.locator(".statement-row").count(), 1);
	},

	async undo_takes_back_ones_own_alone() {
		await other.locator(".cm-content").click();
		await other.keyboard.press("Control+Home");
		await other.keyboard.type("X");
		await until(page, "Xما");
		await atEnd(page);
		await page.keyboard.press("Control+z");
		const text = await settled(page, other);
		assert.ok(text.startsWith("Xما") && !text.includes("In English."), text);
		await other.keyboard.press("Control+z");
		await settled(page, other);
	},

	async what_is_pasted_is_clean() {
		await atEnd(page);
		await page.locator(".cm-content").evaluate((e) => {
			const data = new DataTransfer();
			data.setData("text/plain", "one\r\ntwo\rthree \ud83d half");
			e.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
		});
		const text = await settled(page, other);
		assert.ok(text.endsWith("one\ntwo\nthree \ufffd half"), JSON.stringify(text));
		await page.keyboard.press("Control+z");
		await settled(page, other);
	},

	async without_network_it_is_kept_and_merged() {
		await page.context().setOffline(true);
		await atEnd(page);
		await page.keyboard.type("Typed without network. ");
		await state(page, "not_saved");
		await other.locator(".cm-content").click();
		await other.keyboard.press("Control+Home");
		await other.keyboard.type("همزمان. ");
		await settled(other);
		assert.equal(await page.evaluate(() => Object.keys(localStorage).filter((k) => k.startsWith("diwan.statement.")).length), 1);
		await page.context().setOffline(false);
		const text = await settled(page, other);
		assert.ok(text.startsWith("همزمان. ") && text.includes("Typed without network. "), text);
		await page.waitForFunction(() => !Object.keys(localStorage).some((k) => k.startsWith("diwan.statement.")));
	},

	async a_restart_loses_nothing() {
		await room.stop("SIGKILL");
		await atEnd(page);
		await page.keyboard.type("While it was down. ");
		await state(page, "not_saved");
		await other.keyboard.press("Control+Home");
		await other.keyboard.type("هم اینجا. ");
		await room.start();
		const text = await settled(page, other);
		assert.ok(text.includes("While it was down. ") && text.startsWith("هم اینجا. "), text);
	},

	async a_page_that_dies_leaves_its_text_to_the_next() {
		const [dying, next] = [await page.context().newPage(), await page.context().newPage()];
		for (const p of [dying, next])
			p.setDefaultTimeout(PATIENCE);
		await open(dying);
		await settled(dying, other);
		await noNetwork(dying);
		await atEnd(dying);
		await dying.keyboard.type("Before the crash.");
		await state(dying, "not_saved");
		const storage = await dying.evaluate(() => JSON.stringify(localStorage));
		assert.match(storage, /Before the crash|diwan\.statement/);
		await dying.close();
		await open(next);
		await until(next, "Before the crash.");
		await next.locator(".toast").waitFor();
		await state(next, "saved");
		await until(other, "Before the crash.");
		assert.equal((await read()).text.split("Before the crash.").length, 2);
		await next.close();
		await settled(page, other);
	},

	async it_says_who_wrote_what() {
		await page.locator(".editor-tools .offer").click();
		await page.locator(".by-legend li").nth(1).waitFor();
		assert.deepEqual(await page.locator(".by-legend bdi").allInnerTexts(), ["نسرین", "layla"]);
		await page.locator(".cm-content .by").nth(1).waitFor();
		assert.equal(new Set(await page.locator(".by-legend .by").evaluateAll((all) => all.map((e) => getComputedStyle(e).backgroundColor))).size, 2);
	},

	async a_sentence_rests_on_a_claim() {
		await page.locator(".cm-content").click();
		await page.keyboard.press("Control+Home");
		await page.keyboard.press("Shift+End");
		await page.locator(".rest-add button").click();
		await page.locator("dialog .buttons .primary").click();
		await page.locator(".thing .rest-claim", { hasText: claim.text }).first().waitFor();
		await page.locator(".cm-content .rests-asserts.rests-unknown").first().waitFor();
		await other.locator(".cm-content .rests-asserts").first().waitFor();
		/* It stays with its sentence. */
		await other.locator(".cm-content").click();
		await other.keyboard.press("Control+Home");
		await other.keyboard.type("Before it. ");
		await settled(page, other);
		await other.waitForFunction(() => !document.querySelector(".cm-content .rests-asserts")?.textContent.startsWith("Before"));
	},

	async what_asserts_the_unknown_is_refused() {
		await page.locator(".finding.refuses").first().waitFor();
		await page.locator(".finding.refuses .rest-quote").click();
		assert.notEqual(await page.evaluate(() => String(getSelection())), "");
		await page.locator(".approval-acts .primary").click();
		await page.locator("dialog .buttons .primary").click();
		await page.locator("dialog .note.bad").waitFor();
		await send(page, room, "PATCH", `/incidents/${incident.id}/claims/${claim.id}`, { verdict: "true", reason: "The log shows it" }, claim.version);
		await page.locator("dialog .finding.refuses").waitFor({ state: "detached" });
		await page.locator("dialog .buttons .primary").click();
		await page.locator(".approval-pane .lacks").waitFor();
		await page.locator(".cm-content .rests-true").first().waitFor();
	},

	async it_waits_on_a_phone_and_is_asked_about() {
		await phone.goto(`${room.url}/`);
		await phone.locator(".rail-badge").waitFor();
		await phone.locator(".rail-item", { has: phone.locator(".rail-badge") }).click();
		await phone.locator(".rulings-row").waitFor();
		assert.equal((await read()).verdicts.length, 0, "to look is not to decide");
		await phone.locator(".rulings-row .ruling-ask").click();
		await phone.fill("dialog [name=reason]", "من أين جاء الرقم؟");
		await phone.fill("dialog [name=password]", PASSWORDS["سامي"]);
		await phone.locator("dialog .buttons .primary").click();
		await phone.locator(".toast").waitFor();
		await page.locator(".ruling-ask .ruling-reason", { hasText: "من أين جاء الرقم؟" }).waitFor();
	},

	async another_text_voids_it_and_the_difference_is_shown() {
		const { version } = await send(page, room, "GET", `/incidents/${incident.id}`);
		await send(page, room, "PATCH", `/incidents/${incident.id}`, { names: ["مخبز الميناء = Harbour Bakery", "مطبخ الميناء = Harbour Kitchen"] }, version);
		await atEnd(page);
		await page.keyboard.type(" It is not 21 people at Harbour Bakery.");
		await settled(page, other);
		await page.locator(".lacks li", { hasText: "changed" }).waitFor();
		await page.locator(".approval-acts .primary").click();
		await page.locator("dialog .buttons .primary").click();
		await phone.locator(".weighty li").nth(2).waitFor();
		assert.match(await phone.locator(".weighty").innerText(), /21[\s\S]*Names changed: .*Harbour Bakery[\s\S]*not/, "as it is spelled in the text");
		assert.equal(await phone.locator("ins.diff-new").evaluateAll((all) => all.map((e) => e.lastChild.textContent).join("|")), " It is not 21 people at Harbour Bakery.");
	},

	async a_wrong_password_decides_nothing_and_three_taps_do() {
		await phone.locator(".rulings-row .primary").click();
		await phone.fill("dialog [name=password]", "not my password");
		await phone.locator("dialog .buttons .primary").click();
		await phone.locator("dialog .error").waitFor();
		assert.equal((await read()).verdicts.length, 0);
		await phone.fill("dialog [name=password]", PASSWORDS["سامي"]);
		await phone.locator("dialog .buttons .primary").click();
		await phone.locator(".empty").waitFor();
		await page.locator(".approval-pane .statement-approved").waitFor();
		assert.equal((await read()).missing.length, 0);
	},

	async it_is_published_and_the_room_says_so() {
		await page.locator(".approval-acts .primary").click();
		await page.locator("dialog .buttons .primary").click();
		await page.locator(".approval-pane .statement-published").waitFor();
		await other.goto(`${room.url}/incidents/${incident.id}`);
		await other.locator(".statement-row .statement-published").waitFor();
		await other.goto(`${room.url}/incidents/${incident.id}/brief`);
		await other.locator(".brief-thing", { hasText: "What we know" }).waitFor();
	},

	async what_was_said_and_is_not_so_opens_a_correction() {
		const now = (await send(page, room, "GET", `/incidents/${incident.id}`)).claims.find((c) => c.id === claim.id);
		await send(page, room, "PATCH", `/incidents/${incident.id}/claims/${claim.id}`, { verdict: "false", reason: "The log was of another day" }, now.version);
		await page.locator(".room-head .note.bad a").click();
		await page.locator(".cm-content").waitFor();
		await page.locator(".note", { hasText: "Corrects" }).waitFor();
		await until(page, "First line.");
	},

	async it_is_played_back_from_its_first_key() {
		await open(page);
		await page.locator(".statement-moves button").last().click();
		const range = page.locator("dialog input[type=range]");
		await range.waitFor();
		await range.fill("0");
		assert.equal((await page.locator("dialog .shown").innerText()).trim(), "");
		const last = await range.getAttribute("max");
		assert.equal(Number(last), (await read()).revision);
		await range.fill(last);
		assert.match(await page.locator("dialog .shown").innerText(), /First line\.[\s\S]*21 people at Harbour Bakery\./);
		await page.locator("dialog .film-row button").first().click();
		await page.waitForFunction(() => Number(document.querySelector("dialog input[type=range]").value) > 0);
		await page.keyboard.press("Escape");
	},

	async its_past_can_only_be_looked_at() {
		await page.goto(`${room.url}${path()}?at=${statement}`);
		await page.locator(".at-banner").waitFor();
		await page.locator(".statement-text .shown").waitFor();
		assert.equal(await page.locator(".cm-content, .approval-acts, .rest-add").count(), 0);
	},

	async who_only_reads_gets_no_editor() {
		const scripts = [];
		reader.on("request", (r) => scripts.push(r.url()));
		await reader.goto(`${room.url}${path()}`);
		await reader.locator(".statement-text .shown p").first().waitFor();
		assert.match(await reader.locator(".statement-text .shown").innerText(), /First line\./);
		assert.equal(await reader.locator(".cm-content, .approval-acts button").count(), 0);
		assert.equal(scripts.filter((s) => s.includes("/editor-")).length, 0);
	},

	async what_was_typed_is_shown_to_who_may_type_no_more() {
		await open(other);
		await noNetwork(other);
		await atEnd(other);
		await other.keyboard.type(" Too late.");
		await state(other, "not_saved");
		await other.goto("about:blank");
		await room.cli("user", "roles", "نسرین", "--roles", "observer");
		await other.goto(`${room.url}${path()}`);
		if (await other.locator("#sign-in").count() > 0)
			await signIn(other, "نسرین", PASSWORDS["نسرین"]);
		await other.locator(".aside textarea").waitFor();
		assert.match(await other.locator(".aside textarea").inputValue(), / Too late\.$/);
		assert.ok(!(await read()).text.includes("Too late."));
		await other.locator(".aside .buttons button").click();
		await other.locator("dialog .danger").click();
		await other.locator(".aside").waitFor({ state: "detached" });
	},

	async nothing_went_wrong_on_the_way() {
		await live(admin);
		assert.deepEqual([page, other, phone, reader].flatMap((p) => p.wrong), []);
	},
}, page, room, browser);
