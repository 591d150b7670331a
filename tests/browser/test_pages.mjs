/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_pages.mjs - what is done on the pages for people, tokens, sessions and sources, in a real
 * browser against a real server. How they look is test_looks.mjs.
 */
import assert from "node:assert/strict";
import { createServer } from "node:http";

import { fillSetup, launch, newPage, PASSWORD, Room, runAll, signIn as fillSignIn } from "./room.mjs";

const room = new Room();
await room.start({ wantSetup: true, args: ["--allow-private-sources"] });
const browser = await launch();
const page = await newPage(browser);

const row = (name) => page.locator("tbody tr", { has: page.locator("th", { hasText: name }) });
const dialog = () => page.locator("dialog[open]").last();
const said = (text) => page.locator(".toast", { hasText: text }).first().waitFor();
const focused = (text) => page.waitForFunction((x) => document.activeElement.textContent === x, text);
const closed = () => page.waitForFunction(() => document.querySelector("dialog[open]") === null);
const users = async () => JSON.parse(await (await page.request.get(`${room.url}/api/v1/users`)).text()).items;
const user = async (name) => (await users()).find((u) => u.name === name);

async function go(path) {
	await page.goto(room.url + path);
	await page.locator("main h1").waitFor();
}

async function menu(name, item) {
	await row(name).locator(".menu > button").click();
	await row(name).locator(".menu-item", { hasText: item }).click();
}

/* What another admin does meanwhile, by the API with this browser's own session. */
async function elsewhere(method, path, data, match) {
	const { csrf } = JSON.parse(await (await page.request.get(`${room.url}/api/v1/session`)).text());
	const r = await page.request.fetch(`${room.url}/api/v1${path}`, { method, data, headers: {
		"X-CSRF-Token": csrf, Origin: room.url, "Idempotency-Key": crypto.randomUUID(), ...(match ? { "If-Match": match } : {}) } });
	assert.ok(r.ok(), `${method} ${path}: ${r.status()} ${await r.text()}`);
	return r;
}

async function signIn(p, name, password) {
	await p.goto(room.url);
	await fillSignIn(p, name, password);
	await p.locator(".rail").waitFor();
}

/* A site with a feed that can be made to fail. */
const site = { status: 200, asked: 0, items: ["The \u202efirst headline", "خبر دوم"] };
const server = createServer((request, answer) => {
	site.asked++;
	if (request.url !== "/feed.xml")
		return answer.writeHead(404).end("not here");
	answer.writeHead(site.status, { "Content-Type": "application/rss+xml; charset=utf-8" });
	answer.end(`<rss version="2.0"><channel><title>The Harbour Times</title>${site.items.map((x, i) =>
		`<item><guid>${i}</guid><title>${x}</title><description>About: ${x}</description></item>`).join("")}</channel></rss>`);
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const address = `http://127.0.0.1:${server.address().port}`;

let laylaPassword = "";
await runAll({
	async a_link_that_is_no_good_says_so_and_a_good_one_works() {
		await page.goto(`${room.url}/setup#${"x".repeat(43)}`);
		await fillSetup(page);
		await page.locator("[role=alert]", { hasText: "no longer valid" }).waitFor();
		assert.equal(await page.locator("form").count(), 0);
		await page.goto(`${room.url}/setup`);
		await page.locator("[role=alert]", { hasText: "has no token" }).waitFor();
		await page.goto(room.url + room.setup);
		await fillSetup(page, "mira", "another");
		await page.locator(".error", { hasText: "differ" }).waitFor();
		await page.fill("[name=username]", "mi ra");
		await page.click("button[type=submit]");
		assert.equal(await page.evaluate(() => document.querySelector("[name=username]").validity.patternMismatch), true);
		await fillSetup(page);
		await page.locator(".rail").waitFor();
		assert.equal(new URL(page.url()).hash, "", "the token is out of the address");
	},
	async what_comes_first_is_said_and_ticked_off() {
		const step = (name) => page.locator(".welcome a", { hasText: name });
		await step("Make a token").waitFor();
		assert.equal(await page.locator(".welcome .done").count(), 0);
		await step("Add people").click();
		await page.locator("h1", { hasText: "People" }).waitFor();
		assert.equal(await page.locator(".welcome").count(), 0);
	},

	/* ---- people ---- */

	async a_person_is_added_and_the_password_is_shown_once() {
		await page.locator(".rail a", { hasText: "People" }).click();
		await page.locator(".empty", { hasText: "alone" }).waitFor();
		await page.locator(".page-head button", { hasText: "Add a person" }).click();
		await dialog().locator("[name=name]").fill("layla");
		await dialog().locator("button[type=submit]").click();
		await dialog().locator(".error", { hasText: "at least one role" }).waitFor();
		assert.equal(await user("layla"), undefined);
		await dialog().locator("[value=lead]").check();
		await dialog().locator(".offer", { hasText: "legal" }).click();
		await dialog().locator("[name=groups]").press("End");
		await dialog().locator("[name=groups]").pressSequentially(", ديسك");
		await dialog().locator("button[type=submit]").click();
		laylaPassword = await dialog().locator(".copyable textarea").inputValue();
		assert.ok(laylaPassword.length >= 16);
		for (let i = 0; i < 3; i++)
			await page.keyboard.press("Escape");
		/* The only sight of it is not closed by Esc: the browser does at the third, and it is opened again. */
		await dialog().waitFor();
		assert.equal(await dialog().locator(".copyable textarea").inputValue(), laylaPassword);
		await dialog().locator("button.primary").click();
		await closed();
		await row("layla").locator(".tag", { hasText: "lead" }).waitFor();
		assert.deepEqual((await user("layla")).groups, ["legal", "ديسك"]);
		const other = await newPage(browser);
		await signIn(other, "layla", laylaPassword);
		assert.equal(await other.locator(".rail a", { hasText: "People" }).count(), 0, "no link to where she may not go");
		await other.goto(`${room.url}/people`);
		await other.locator("[role=alert]", { hasText: "You may not do this" }).waitFor();
		await other.context().close();
	},
	async a_name_that_is_taken_is_said_at_the_field() {
		await page.locator(".page-head button", { hasText: "Add a person" }).click();
		await dialog().locator("[name=name]").fill("layla");
		await dialog().locator("[value=observer]").check();
		await dialog().locator("button[type=submit]").click();
		await dialog().locator(".error", { hasText: "exists already" }).waitFor();
		await page.waitForFunction(() => document.activeElement.name === "name");
		await page.keyboard.press("Escape");
		await closed();
		await focused("Add a person");
	},
	async a_typed_password_that_everybody_uses_is_refused() {
		await page.locator(".page-head button", { hasText: "Add a person" }).click();
		await dialog().locator("[name=name]").fill("omid");
		await dialog().locator("[value=observer]").check();
		await dialog().locator("[name=how][value=typed]").check();
		await dialog().locator("[name=password]").fill("password123");
		await dialog().locator("button[type=submit]").click();
		await dialog().locator(".error", { hasText: "not one that many use" }).waitFor();
		await dialog().locator("[name=password]").fill("seven grey herons");
		await dialog().locator("button[type=submit]").click();
		await closed();
		await row("omid").waitFor();
	},
	async a_change_by_somebody_else_is_shown_and_can_be_replaced() {
		await row("omid").locator("button", { hasText: "Edit" }).click();
		const before = await user("omid");
		await elsewhere("PATCH", `/users/${before.id}`, { roles: ["drafter", "observer"] }, `"${before.version}"`);
		await dialog().locator("[value=approver]").check();
		await dialog().locator("button[type=submit]").click();
		await dialog().locator(".moved", { hasText: "drafter" }).waitFor();
		assert.deepEqual((await user("omid")).roles, ["drafter", "observer"], "nothing was overwritten");
		await dialog().locator("button", { hasText: "Save mine" }).click();
		await closed();
		assert.deepEqual((await user("omid")).roles, ["approver", "observer"]);
	},
	async the_last_admin_cannot_be_taken_away() {
		await row("mira").locator("button", { hasText: "Edit" }).click();
		await dialog().locator("[value=admin]").uncheck();
		await dialog().locator("[value=lead]").check();
		await dialog().locator(".note", { hasText: "last administrator" }).waitFor();
		await dialog().locator("button[type=submit]").click();
		await dialog().locator(".error", { hasText: "last administrator" }).waitFor();
		assert.deepEqual((await user("mira")).roles, ["admin"]);
		await page.keyboard.press("Escape");
		await closed();
		await menu("mira", "Disable");
		await dialog().locator("p", { hasText: "last administrator" }).waitFor();
		await page.keyboard.press("Escape");
		await closed();
		assert.equal((await user("mira")).disabled, false);
	},
	async disabling_names_what_it_ends_and_can_be_taken_back() {
		const other = await newPage(browser);
		await signIn(other, "layla", laylaPassword);
		await menu("layla", "Disable");
		await dialog().locator("p", { hasText: "sessions end at once" }).waitFor();
		await dialog().locator("button", { hasText: "Cancel" }).click();
		await closed();
		assert.equal((await user("layla")).disabled, false);
		await menu("layla", "Disable");
		await dialog().locator("button.danger").click();
		await row("layla").locator(".state.off", { hasText: "disabled" }).waitFor();
		await other.locator("dialog", { hasText: "ended" }).waitFor();
		await menu("layla", "Enable");
		await row("layla").locator(".state.good", { hasText: "active" }).waitFor();
		await other.context().close();
	},
	async a_new_password_ends_the_old_one() {
		await menu("layla", "New password");
		await dialog().locator("button[type=submit]").click();
		const fresh = await dialog().locator(".copyable textarea").inputValue();
		assert.match(fresh, /^([a-z2-9]{4}-){4}[a-z2-9]{4}$/);
		await dialog().locator("button.primary").click();
		const other = await newPage(browser);
		await signIn(other, "layla", fresh);
		await other.context().close();
		laylaPassword = fresh;
	},
	async people_come_by_themselves() {
		await elsewhere("POST", "/users", { name: "nasrin", roles: ["observer"] });
		await row("nasrin").waitFor();
	},

	async everything_in_a_row_is_reached_by_keyboard() {
		await row("omid").locator("button", { hasText: "Edit" }).focus();
		for (const key of ["Tab", "Enter", "Tab"])
			await page.keyboard.press(key);
		await focused("New password");
		await page.keyboard.press("Enter");
		await dialog().locator("h2", { hasText: "A new password" }).waitFor();
		await page.waitForFunction(() => document.activeElement.closest("dialog") !== null);
		await page.keyboard.press("Escape");
		await closed();
		await focused("More for \u2068omid\u2069");
		await page.keyboard.press("Enter");
		await page.keyboard.press("Escape");
		assert.equal(await page.locator(".menu-panel").count(), 0);
		await focused("More for \u2068omid\u2069");
	},

	/* ---- sessions ---- */

	async sessions_are_listed_and_ended() {
		const phone = await newPage(browser, { userAgent: "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1" });
		await signIn(phone, "mira", PASSWORD);
		await go("/sessions");
		await row(/Safari.*iPhone/).waitFor();
		assert.equal(await page.locator("tbody tr").first().locator("th").innerText().then((x) => x.includes("this device")), true);
		assert.equal(await page.getByText("Mozilla/").count(), 0);
		await row(/Safari.*iPhone/).locator("button", { hasText: "End" }).click();
		await said("Ended");
		await phone.locator("dialog", { hasText: "ended" }).waitFor();
		await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === 1);
		await phone.context().close();
	},
	async all_others_are_ended_at_once() {
		const others = [await newPage(browser), await newPage(browser)];
		for (const p of others)
			await signIn(p, "mira", PASSWORD);
		await go("/sessions");
		await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === 3);
		await page.locator(".page-head button", { hasText: "End all others" }).click();
		await dialog().locator("h2", { hasText: "End 2 sessions?" }).waitFor();
		await dialog().locator("button.danger").click();
		for (const p of others) {
			await p.locator("dialog", { hasText: "ended" }).waitFor();
			await p.context().close();
		}
		await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === 1);
	},
	async an_admin_sees_those_of_somebody_else() {
		const other = await newPage(browser);
		await signIn(other, "layla", laylaPassword);
		await go("/people");
		await menu("layla", "Sessions");
		await page.locator("h1", { hasText: "Sessions of" }).waitFor();
		await page.locator("h1", { hasText: "layla" }).waitFor();
		await page.locator("tbody tr button").first().click();
		await other.locator("dialog", { hasText: "ended" }).waitFor();
		await other.context().close();
	},

	/* ---- tokens ---- */

	async a_token_is_shown_once_with_a_line_that_works() {
		await go("/tokens");
		await page.locator(".empty", { hasText: "No tokens yet" }).waitFor();
		await page.locator(".empty button").click();
		await dialog().locator("[name=name]").fill("وب‌هوک");
		await dialog().locator("[value=ingest]").uncheck();
		await dialog().locator("button[type=submit]").click();
		await dialog().locator(".error", { hasText: "at least one" }).waitFor();
		await dialog().locator("[value=ingest]").check();
		await dialog().locator("button[type=submit]").click();
		const token = await dialog().locator("textarea").first().inputValue();
		assert.match(token, /^dwt_/);
		const line = await dialog().locator("textarea").nth(1).inputValue();
		const [, url, auth, type, body] = /^curl (\S+) -H '([^']+)' -H '([^']+)' -d '([^']+)'$/.exec(line.replaceAll(" \\\n ", ""));
		const header = (h) => h.split(": ");
		const r = await fetch(url, { method: "POST", headers: Object.fromEntries([header(auth), header(type)]), body });
		assert.equal(r.status, 201);
		await dialog().locator("button", { hasText: "I have it" }).click();
		await row("وب‌هوک").locator(".state.good").waitFor();
		await go("/tokens");
		await row("وب‌هوک").waitFor();
		assert.equal(await page.getByText(token).count(), 0);
		await row("وب‌هوک").locator("button", { hasText: "Revoke" }).click();
		await dialog().locator("button.danger").click();
		await row("وب‌هوک").locator(".state.off", { hasText: "revoked" }).waitFor();
		await page.waitForFunction(() => document.activeElement.tagName === "H1");
		assert.equal((await fetch(url, { method: "POST", headers: Object.fromEntries([header(auth), header(type)]), body })).status, 401);
	},
	async copying_works_with_and_without_a_clipboard() {
		await page.context().grantPermissions(["clipboard-read", "clipboard-write"], { origin: room.url });
		const make = async (name) => {
			await page.locator(".page-head button").click();
			await dialog().locator("[name=name]").fill(name);
			await dialog().locator("button[type=submit]").click();
			await dialog().locator(".copyable button").first().click();
		};
		await make("one");
		await dialog().locator("[role=status]", { hasText: "clipboard" }).waitFor();
		assert.equal(await page.evaluate(() => navigator.clipboard.readText()), await dialog().locator("textarea").first().inputValue());
		await dialog().locator("button.primary").click();
		await page.evaluate(() => {
			Object.defineProperty(window, "isSecureContext", { value: false });
			document.execCommand = () => false;
		});
		await make("two");
		await dialog().locator("[role=status]", { hasText: "Ctrl+C" }).waitFor();
		const selected = await page.evaluate(() => {
			const area = document.querySelector("dialog textarea");
			return area.value.slice(area.selectionStart, area.selectionEnd);
		});
		assert.match(selected, /^dwt_.{43}$/);
		await dialog().locator("button.primary").click();
	},

	/* ---- sources ---- */

	async sources_that_send_are_listed_and_explained() {
		await go("/sources");
		await row("my-source").locator("[data-state=push]").waitFor();
		await page.locator("summary", { hasText: "send by themselves" }).click();
		assert.match(await page.locator(".fold textarea").inputValue(), /^curl [^]*TOKEN/);
		await room.say({ source: "desk", source_id: "1", text: "salaam" });
		await row("desk").waitFor();
	},
	async a_feed_is_tried_before_it_is_added() {
		await page.locator(".page-head button", { hasText: "Add a feed" }).click();
		await dialog().locator("[name=url]").fill(`${address}/nothing`);
		await dialog().locator("button", { hasText: "Try it" }).click();
		await dialog().locator(".error", { hasText: "404" }).waitFor();
		await dialog().locator("[name=url]").fill(`${address}/feed.xml`);
		await dialog().locator("button", { hasText: "Try it" }).click();
		await dialog().locator(".preview", { hasText: "The Harbour Times" }).waitFor();
		const second = dialog().locator(".preview li", { hasText: "خبر دوم" }).locator("p").first();
		assert.equal(await second.evaluate((e) => getComputedStyle(e).direction), "rtl");
		const first = dialog().locator(".preview li", { hasText: "first headline" });
		assert.deepEqual(await first.locator(".hidden-mark").allTextContents(), ["RLO", "RLO"], "in title and text");
		assert.equal(await dialog().locator("[name=slug]").inputValue(), "news:127.0.0.1");
		await dialog().locator("[name=slug]").fill("harbour");
		await dialog().locator("button[type=submit]").click();
		await closed();
		await row("harbour").locator("[data-state=ok]").waitFor();
		await page.waitForFunction(() => [...document.querySelectorAll("tbody tr")].some((r) => /harbour/.test(r.innerText) && r.querySelector(".count")?.innerText === "2"));
	},
	async a_name_that_is_a_feed_already_is_refused_at_its_field() {
		await page.locator(".page-head button", { hasText: "Add a feed" }).click();
		await dialog().locator("[name=url]").fill(`${address}/feed.xml`);
		await dialog().locator("[name=slug]").fill("harbour");
		await dialog().locator("button[type=submit]").click();
		await dialog().locator(".error", { hasText: "of this name already" }).waitFor();
		await page.keyboard.press("Escape");
		await closed();
	},
	async a_feed_that_fails_says_so_in_words_and_recovers() {
		site.status = 503;
		await row("harbour").locator("button", { hasText: "Check now" }).click();
		await row("harbour").locator("[data-state=failing]").waitFor();
		await row("harbour").locator(".told-error", { hasText: "503" }).waitFor();
		site.status = 200;
		site.items.unshift("The newest");
		await row("harbour").locator("button", { hasText: "Check now" }).click();
		await row("harbour").locator("[data-state=ok]").waitFor();
	},
	async pausing_can_be_undone() {
		await menu("harbour", "Pause");
		await row("harbour").locator("[data-state=paused]").waitFor();
		await page.locator(".toast", { hasText: "is paused" }).locator("button", { hasText: "Undo" }).click();
		await row("harbour").locator("[data-state=paused]").waitFor({ state: "detached" });
	},
	async a_change_to_a_feed_by_somebody_else_is_shown() {
		const find = async () => JSON.parse(await (await page.request.get(`${room.url}/api/v1/sources`)).text()).items.find((s) => s.slug === "harbour");
		await menu("harbour", "Edit");
		const before = await find();
		await elsewhere("PATCH", `/sources/${before.id}`, { interval_s: 3600 }, `"${before.version}"`);
		await dialog().locator("[name=interval_s]").selectOption("600");
		await dialog().locator("button[type=submit]").click();
		await dialog().locator(".moved", { hasText: "1 hour" }).waitFor();
		assert.equal((await find()).interval_s, 3600);
		await dialog().locator("button", { hasText: "Save mine" }).click();
		await closed();
		assert.equal((await find()).interval_s, 600);
		await row("harbour").locator("th", { hasText: "10 minutes" }).waitFor();
	},
	async readers_see_sources_and_cannot_change_them() {
		const other = await newPage(browser);
		await signIn(other, "layla", laylaPassword);
		await other.goto(`${room.url}/sources`);
		await other.locator("tbody tr", { hasText: "harbour" }).waitFor();
		assert.equal(await other.locator("main button", { hasText: /Add a feed|Check now/ }).count(), 0);
		await other.context().close();
	},

	/* ---- settings ---- */

	async choices_show_at_once_and_are_kept() {
		await go("/settings");
		const sample = () => page.locator(".sample").innerText();
		const first = await sample();
		await page.locator("[name=calendar][value=persian]").check();
		assert.notEqual(await sample(), first);
		await page.locator("[name=digits][value=arabext]").check();
		assert.match(await sample(), /[۰-۹]/);
		await page.locator("#zone").selectOption("Asia/Tokyo");
		assert.match(await sample(), /GMT\+۹/);
		await page.locator("[name=keys][value=off]").check();
		await page.locator("[name=lang][value=ar]").check();
		await page.waitForFunction(() => document.documentElement.lang === "ar");
		await page.reload();
		await page.locator(".sample").waitFor();
		assert.equal(await page.locator("#zone").inputValue(), "Asia/Tokyo");
		assert.equal(await page.locator("[name=keys][value=off]").isChecked(), true);
		assert.equal(await page.locator("[name=calendar][value=persian]").isChecked(), true);
		await page.locator("[name=lang][value=en]").check();
		await page.waitForFunction(() => document.documentElement.lang === "en");
	},
	async the_first_steps_are_done_and_can_be_hidden() {
		await go("/");
		await page.waitForFunction(() => document.querySelectorAll(".welcome .done").length === 3);
		await page.locator(".welcome button").click();
		await page.locator(".welcome").waitFor({ state: "detached" });
		await page.reload();
		await page.locator("main h1").waitFor();
		assert.equal(await page.locator(".welcome").count(), 0);
	},
	async nothing_was_refused_by_the_policy() {
		assert.deepEqual(page.wrong, []);
	},
}, page, room, browser);
