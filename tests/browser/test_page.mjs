/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_page.mjs - the shell in a real browser: first admin by the link, three languages that mirror
 * the page, mentions that arrive by themselves, a restart of the server, coming and going.
 */
import assert from "node:assert/strict";

import { launch, newPage, PATIENCE, Room, runAll } from "./room.mjs";

const PASSWORD = "the quiet harbour at noon";
const room = new Room();
await room.start({ wantSetup: true });
const browser = await launch();
const page = await newPage(browser);

const text = (t) => page.locator(".mention .text", { hasText: t });
const mention = (id, t, more = {}) => ({ source: "desk-test", source_id: id, text: t, ...more });
const live = () => page.locator(".dot.live").waitFor({ timeout: 3 * PATIENCE });

async function setUp(p, name, again = PASSWORD) {
	await p.fill("[name=username]", name);
	await p.fill("[name=password]", PASSWORD);
	await p.fill("[name=again]", again);
	await p.click("button[type=submit]");
}

async function choose(lang) {
	await page.locator(".rail .menu > button").click();
	await page.click(`[data-lang="${lang}"]`);
	await page.waitForFunction((l) => document.documentElement.lang === l, lang);
	await page.keyboard.press("Escape");
}

/* The element's distance from the edge at which a line begins. */
async function startOf(selector) {
	return page.locator(selector).first().evaluate((e) => {
		const box = e.getBoundingClientRect();
		return document.dir === "rtl" ? innerWidth - box.right : box.left;
	});
}

await runAll({
	async setup_link_makes_the_first_admin() {
		await page.goto(room.url + room.setup);
		await setUp(page, "mira", "something else");
		await page.locator(".error", { hasText: "differ" }).waitFor();
		await setUp(page, "mira");
		await page.locator(".rail", { hasText: "mira" }).waitFor();
		assert.equal(new URL(page.url()).pathname, "/");
		assert.ok((await room.cli("user", "list")).includes("admin"));
	},
	async setup_link_works_once() {
		const other = await newPage(browser);
		await other.goto(room.url + room.setup);
		await setUp(other, "intruder");
		await other.locator("[role=alert]", { hasText: "no longer valid" }).waitFor();
		assert.ok(!(await room.cli("user", "list")).includes("intruder"));
		await other.context().close();
	},
	async empty_room_says_so() {
		await live();
		await page.locator(".empty", { hasText: "Nothing yet" }).waitFor();
	},
	async mentions_arrive_by_themselves() {
		await room.say([mention("1", "The first one"), mention("2", "مرحبا بالجميع", { lang: "ar" }),
			mention("3", "سلام به همه", { lang: "fa" })]);
		await text("سلام به همه").waitFor();
		const order = await page.locator(".mention .text").allTextContents();
		assert.deepEqual(order, ["سلام به همه", "مرحبا بالجميع", "The first one"]);
		assert.equal(await text("مرحبا").evaluate((e) => getComputedStyle(e).direction), "rtl");
		assert.equal(await text("first").evaluate((e) => getComputedStyle(e).direction), "ltr");
	},
	async text_of_others_is_only_text() {
		await room.say([
			mention("4", "<img src=x onerror=\"window.hurt=1\"><script>window.hurt=1</script>", {
				author: { name: "<b>bold</b>", handle: "\u202eevil" } }),
			mention("5", "@handle پاسخ به فارسی", { url: "https://example.org/a" }),
		]);
		await text("پاسخ به فارسی").waitFor();
		assert.equal(await page.locator(".mention img, .mention script, .mention b").count(), 0);
		assert.equal(await page.evaluate(() => window.hurt), undefined);
		await page.locator(".mention .meta", { hasText: "<b>bold</b>" }).waitFor();
		assert.equal(await text("پاسخ به").evaluate((e) => getComputedStyle(e).direction), "rtl");
	},
	async language_mirrors_the_page() {
		const before = await startOf(".rail");
		await choose("ar");
		assert.equal(await page.evaluate(() => document.dir), "rtl");
		assert.ok(Math.abs((await startOf(".rail")) - before) < 2, "the rail is mirrored");
		assert.ok((await page.title()).includes("ديوان"));
		await choose("fa");
		await page.reload();
		await page.locator(".rail").waitFor();
		assert.equal(await page.evaluate(() => document.documentElement.lang), "fa");
		await choose("en");
		assert.equal(await page.evaluate(() => document.dir), "ltr");
	},
	async the_theme_is_there_before_the_script() {
		await page.locator(".rail .menu > button").click();
		await page.click("[data-theme-choice=dark]");
		const answer = await page.request.get(`${room.url}/`);
		assert.ok((await answer.text()).includes('data-theme="dark"'));
		await page.click("[data-theme-choice=auto]");
		await page.keyboard.press("Escape");
	},
	async a_restart_is_said_and_survived() {
		await live();
		await room.stop();
		await page.locator(".banner", { hasText: /again/ }).waitFor();
		await room.start();
		await room.say(mention("6", "After the restart"));
		await text("After the restart").waitFor({ timeout: 3 * PATIENCE });
		await live();
		const all = await page.locator(".mention .text").allTextContents();
		assert.equal(all.length, 6);
	},
	async narrow_screens_do_not_scroll_sideways() {
		await page.setViewportSize({ width: 390, height: 800 });
		for (const lang of ["ar", "fa", "en"]) {
			await choose(lang);
			assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false, lang);
		}
		await page.setViewportSize({ width: 1280, height: 800 });
	},
	async signing_out_and_in_again() {
		await page.locator(".rail .menu > button").click();
		await page.locator(".menu-item", { hasText: "Sign out" }).click();
		await page.locator("#sign-in").waitFor();
		assert.equal(await page.locator(".mention").count(), 0);
		await page.fill("[name=username]", "mira");
		await page.fill("[name=password]", "not it, not it");
		await page.click("#sign-in button");
		await page.locator("[role=alert]", { hasText: "not right" }).waitFor();
		await page.fill("[name=password]", PASSWORD);
		await page.click("#sign-in button");
		await live();
		await page.locator(".mention").first().waitFor();
	},
	async an_ended_session_is_said_and_hides_the_page() {
		await room.cli("user", "add", "boss", "--roles", "admin");
		await room.cli("user", "disable", "mira");
		await page.locator("dialog", { hasText: "ended" }).waitFor({ timeout: 3 * PATIENCE });
		assert.equal(await page.locator(".mention").first().isVisible(), false);
	},
	async nothing_was_refused_by_the_policy() {
		assert.deepEqual(page.wrong, []);
	},
}, page, room, browser);
