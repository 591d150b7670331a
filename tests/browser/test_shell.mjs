/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_shell.mjs - what lies around every page: the first admin by the link, signing in and out, three
 * languages that mirror it, themes, navigation, narrow screens, a session that ends while one works.
 */
import assert from "node:assert/strict";

import { choose, fillSetup, launch, live, newPage, PATIENCE, Room, runAll, signIn } from "./room.mjs";

const room = new Room();
await room.start({ wantSetup: true });
const browser = await launch();
const page = await newPage(browser);

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
		await fillSetup(page, "mira", "something else");
		await page.locator(".error", { hasText: "differ" }).waitFor();
		await fillSetup(page, "mira");
		await page.locator(".rail", { hasText: "mira" }).waitFor();
		assert.equal(new URL(page.url()).pathname, "/");
		assert.equal(new URL(page.url()).hash, "", "the token is out of the address");
		assert.ok((await room.cli("user", "list")).includes("admin"));
	},
	async setup_link_works_once() {
		const other = await newPage(browser);
		await other.goto(room.url + room.setup);
		await fillSetup(other, "intruder");
		await other.locator("[role=alert]", { hasText: "no longer valid" }).waitFor();
		assert.ok(!(await room.cli("user", "list")).includes("intruder"));
		await other.context().close();
	},
	async an_empty_room_teaches() {
		await live(page);
		await page.locator(".empty", { hasText: "Nothing yet" }).waitFor();
		await page.locator(".empty a[href='/sources']").waitFor();
	},
	async language_mirrors_the_page() {
		const before = await startOf(".rail");
		await choose(page, "ar");
		assert.equal(await page.evaluate(() => document.dir), "rtl");
		assert.ok(Math.abs((await startOf(".rail")) - before) < 2, "the rail is mirrored");
		assert.ok((await page.title()).includes("ديوان"));
		await choose(page, "fa");
		await page.reload();
		await page.locator(".rail").waitFor();
		assert.equal(await page.evaluate(() => document.documentElement.lang), "fa");
		await choose(page, "en");
		assert.equal(await page.evaluate(() => document.dir), "ltr");
	},
	async language_follows_the_browser_at_first() {
		const other = await newPage(browser, { locale: "fa-IR" });
		await other.goto(room.url);
		await other.locator("h1", { hasText: "ورود" }).waitFor();
		assert.equal(await other.evaluate(() => document.dir), "rtl");
		assert.deepEqual(other.wrong, []);
		await other.context().close();
	},
	async the_theme_is_there_before_the_script() {
		await page.locator(".rail .menu > button").click();
		await page.click("[data-theme-choice=dark]");
		const answer = await page.request.get(`${room.url}/`);
		assert.ok((await answer.text()).includes('data-theme="dark"'));
		assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme), "dark");
		await page.click("[data-theme-choice=auto]");
		await page.keyboard.press("Escape");
	},
	async addresses_lead_to_pages_and_back() {
		await page.goto(`${room.url}/settings`);
		await page.locator("h1", { hasText: "Settings" }).waitFor();
		await page.locator(".rail a[href='/']").last().click();
		await page.locator("h1", { hasText: "Live feed" }).waitFor();
		await page.goBack();
		await page.locator("h1", { hasText: "Settings" }).waitFor();
		await page.locator("[name=digits][value=arabext]").check();
		await page.locator("p", { hasText: "۱٬۲۳۴٬۵۶۷" }).waitFor();
		await page.locator("[name=digits][value=auto]").check();
		await page.goForward();
		await live(page);
	},
	async narrow_screens_do_not_scroll_sideways() {
		await page.setViewportSize({ width: 390, height: 800 });
		for (const lang of ["ar", "fa", "en"]) {
			await choose(page, lang);
			assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false, lang);
		}
		await page.setViewportSize({ width: 320, height: 640 });
		assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false, "reflow at 320");
		await page.setViewportSize({ width: 1280, height: 800 });
	},
	async signing_out_and_in_again() {
		const tab = await page.context().newPage();
		await tab.goto(room.url);
		await live(tab);
		await page.locator(".rail .menu > button").click();
		await page.locator(".menu-item", { hasText: "Sign out" }).click();
		await page.locator("#sign-in").waitFor();
		await tab.locator("dialog", { hasText: "ended" }).waitFor();
		await tab.close();
		assert.equal(await page.locator(".rail").count(), 0);
		await signIn(page, "mira", "not it, not it");
		await page.locator("[role=alert]", { hasText: "not right" }).waitFor();
		await signIn(page, "mira");
		await live(page);
	},
	async an_ended_session_keeps_the_page_below_and_hides_it() {
		await page.fill("[data-search]", "half a thou");
		await room.cli("user", "add", "boss", "--roles", "admin");
		await room.cli("user", "disable", "mira");
		await page.locator("dialog", { hasText: "ended" }).waitFor({ timeout: 3 * PATIENCE });
		assert.equal(await page.locator("[data-search]").isVisible(), false);
		await room.cli("user", "enable", "mira");
		await signIn(page, "mira");
		await page.locator("dialog").waitFor({ state: "hidden" });
		assert.equal(await page.locator("[data-search]").inputValue(), "half a thou");
		await page.fill("[data-search]", "");
		await live(page);
	},
	async nothing_was_complained_about() {
		assert.deepEqual(page.wrong, []);
	},
}, page, room, browser);
