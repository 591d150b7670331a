/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_page.mjs - the plain page in a real browser: first admin by the link, mentions that
 * arrive by themselves, three languages, a restart of the server, signing out.
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

/* The element's distance from the edge at which a line begins. */
async function startOf(selector) {
	return page.locator(selector).evaluate((e) => {
		const box = e.getBoundingClientRect();
		return document.dir === "rtl" ? innerWidth - box.right : box.left;
	});
}

await runAll({
	async setup_link_makes_the_first_admin() {
		await page.goto(room.url + room.setup);
		await page.fill("#username", "mira");
		await page.fill("#password", PASSWORD);
		await page.fill("#again", "something else");
		await page.click("#setup-form button");
		await page.locator("#setup-error", { hasText: "differ" }).waitFor();
		await page.fill("#again", PASSWORD);
		await page.click("#setup-form button");
		await page.locator("#me-name", { hasText: "mira" }).waitFor();
		assert.equal(new URL(page.url()).pathname, "/");
		assert.ok((await room.cli("user", "list")).includes("admin"));
	},
	async setup_link_works_once() {
		const other = await newPage(browser);
		await other.goto(room.url + room.setup);
		await other.fill("#username", "intruder");
		await other.fill("#password", PASSWORD);
		await other.fill("#again", PASSWORD);
		await other.click("#setup-form button");
		await other.locator("#setup-error", { hasText: "no longer valid" }).waitFor();
		assert.ok(!(await room.cli("user", "list")).includes("intruder"));
		await other.context().close();
	},
	async empty_room_says_so() {
		await page.locator("#status", { hasText: "Connected" }).waitFor();
		await page.locator("#empty", { hasText: "Nothing yet" }).waitFor();
	},
	async mentions_arrive_by_themselves() {
		await room.say([mention("1", "The first one"), mention("2", "مرحبا بالجميع", { lang: "ar" }),
			mention("3", "سلام به همه", { lang: "fa" })]);
		await text("سلام به همه").waitFor();
		await page.locator("#empty").waitFor({ state: "hidden" });
		const order = await page.locator(".mention .text").allTextContents();
		assert.deepEqual(order, ["سلام به همه", "مرحبا بالجميع", "The first one"]);
		assert.equal(await text("مرحبا").evaluate((e) => getComputedStyle(e).direction), "rtl");
		assert.equal(await text("first").evaluate((e) => getComputedStyle(e).direction), "ltr");
	},
	async a_change_is_shown_in_place() {
		await room.say(mention("1", "The first one, corrected"));
		await text("corrected").waitFor();
		assert.equal(await page.locator(".mention").count(), 3);
		assert.equal(await page.locator(".mention").last().locator(".changed").count(), 1);
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
		await text("<img src=x").waitFor();
		await page.locator(".mention .who", { hasText: "<b>bold</b>" }).waitFor();
		assert.equal(await page.locator('.mention a[href="https://example.org/a"]').count(), 1);
		assert.equal(await text("پاسخ به").evaluate((e) => getComputedStyle(e).direction), "rtl");
	},
	async language_switch_mirrors_the_page() {
		const before = await startOf(".brand");
		await page.click('[data-lang="ar"]');
		assert.equal(await page.evaluate(() => document.dir), "rtl");
		await page.locator("#status", { hasText: "متصل" }).waitFor();
		assert.ok(Math.abs((await startOf(".brand")) - before) < 2, "the bar is mirrored");
		assert.equal(await page.title(), "ديوان");
		await page.click('[data-lang="fa"]');
		await page.locator("#sign-out", { hasText: "خروج" }).waitFor();
		await page.reload();
		await page.locator("#status", { hasText: "متصل" }).waitFor();
		assert.equal(await page.evaluate(() => document.documentElement.lang), "fa");
		await page.click('[data-lang="en"]');
		assert.equal(await page.evaluate(() => document.dir), "ltr");
	},
	async a_restart_is_said_and_survived() {
		await page.locator("#status", { hasText: "Connected" }).waitFor();
		await room.stop();
		await page.locator("#status", { hasText: "Reconnecting" }).waitFor();
		await room.start();
		await room.say(mention("6", "After the restart"));
		await text("After the restart").waitFor({ timeout: 3 * PATIENCE });
		await page.locator("#status", { hasText: "Connected" }).waitFor();
		const all = await page.locator(".mention .text").allTextContents();
		assert.equal(new Set(all).size, all.length, "nothing twice");
		assert.equal(all.length, 6);
	},
	async scrolling_holds_the_feed() {
		await room.say(Array.from({ length: 40 }, (_, i) => mention(`many-${i}`, `One of many: ${i}`)));
		await text("One of many: 39").waitFor();
		await page.evaluate(() => window.scrollTo(0, 900));
		await page.waitForFunction(() => window.scrollY > 500);
		await room.say([mention("7", "While you read"), mention("8", "And another")]);
		await page.locator("#pill", { hasText: "2 new" }).waitFor();
		assert.equal(await text("While you read").count(), 0);
		assert.ok((await page.title()).startsWith("(2)"));
		await page.click("#pill");
		await text("While you read").waitFor();
		await page.locator("#pill").waitFor({ state: "hidden" });
	},
	async the_list_is_bounded() {
		await room.say(Array.from({ length: 350 }, (_, i) => mention(`flood-${i}`, `Flood ${i}`)));
		await page.locator(".mention .text", { hasText: /^Flood 349$/ }).waitFor();
		assert.equal(await page.locator(".mention").count(), 300);
		await page.locator("#feed-end", { hasText: "300" }).waitFor();
	},
	async narrow_screens_do_not_scroll_sideways() {
		for (const lang of ["en", "ar", "fa"]) {
			await page.setViewportSize({ width: 390, height: 800 });
			await page.click(`[data-lang="${lang}"]`);
			assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false, lang);
		}
		await page.click('[data-lang="en"]');
		await page.setViewportSize({ width: 1280, height: 800 });
	},
	async signing_out_and_in_again() {
		await page.click("#sign-out");
		await page.locator("#sign-in").waitFor();
		assert.equal(await page.locator(".mention").count(), 0);
		await page.fill("#username", "mira");
		await page.fill("#password", "not it, not it");
		await page.click("#sign-in-form button");
		await page.locator("#sign-in-error", { hasText: "not right" }).waitFor();
		await page.fill("#password", PASSWORD);
		await page.click("#sign-in-form button");
		await page.locator("#status", { hasText: "Connected" }).waitFor();
		await page.locator(".mention").first().waitFor();
	},
	async an_ended_session_is_said() {
		await room.cli("user", "add", "boss", "--roles", "admin");
		await room.cli("user", "disable", "mira");
		await page.locator("#sign-in-error", { hasText: "ended" }).waitFor({ timeout: 3 * PATIENCE });
		assert.equal(await page.locator(".mention").count(), 0);
	},
	async nothing_was_refused_by_the_policy() {
		assert.deepEqual(page.wrong, []);
	},
}, page, room, browser);
