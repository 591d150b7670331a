/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_playbooks.mjs - playbooks in a real browser against a real server: read on their page, started
 * in a room in one of their languages, and what of them stands there. Then what it looks like, in
 * every language, theme and width.
 */
import assert from "node:assert/strict";

import { dressed, forEachLook, look } from "./looks.mjs";
import { joined, launch, live, newPage, Room, runAll, send as sendBy, setUp, signIn } from "./room.mjs";

const room = new Room();
await room.start({ wantSetup: true });
const browser = await launch();
const page = await newPage(browser, { permissions: ["clipboard-read", "clipboard-write"] });
const PASSWORDS = {};
for (const [name, roles] of [["layla", "lead"], ["omid", "drafter"]])
	PASSWORDS[name] = await room.cli("user", "add", name, "--roles", roles);

async function enter(p, name) {
	await p.goto(room.url);
	await signIn(p, name, PASSWORDS[name]);
	await live(p);
}

const send = (...rest) => sendBy(page, room, ...rest);
const part = (name) => page.locator(`section[data-part=${name}]`);
const dialog = () => page.locator("dialog[open]").last();
const closed = () => page.waitForFunction(() => document.querySelector("dialog[open]") === null);

let id = 0;

const tests = {
	async the_page_lists_what_there_is_and_shows_one_in_three_languages() {
		await page.goto(`${room.url}/incidents`);
		await page.locator("a", { hasText: "Playbooks" }).click();
		await page.locator("h1", { hasText: "Playbooks" }).waitFor();
		await page.locator(".incident").nth(2).waitFor();
		assert.equal(await page.locator(".incident").count(), 3, "three ship");
		await page.locator(".incident a", { hasText: "Service outage" }).click();
		await page.locator("h1", { hasText: "Service outage" }).waitFor();
		const whole = await send("GET", "/playbooks/service-outage");
		assert.equal(await page.locator(".sheet ol.sheet-list > li").count(), whole.tasks.length);
		await page.locator(".template").nth(whole.templates.length - 1).waitFor();
		await page.locator(".switch button", { hasText: "فارسی" }).click();
		await page.locator("h1", { hasText: whole.titles.fa }).waitFor();
		assert.match(page.url(), /lang=fa/);
		await page.reload();
		await page.locator("h1", { hasText: whole.titles.fa }).waitFor();
		const summary = page.locator(".sheet-summary");
		assert.deepEqual([await summary.getAttribute("lang"), await summary.getAttribute("dir")], ["fa", "rtl"]);
		await page.goto(`${room.url}/playbooks?slug=none`);
		await page.getByText("There is no playbook of this name").waitFor();
	},

	async the_one_that_suits_stands_first_and_is_read_before_it_starts() {
		({ id } = await send("POST", "/incidents", { title: "The app is down", severity: 2, type: "Outage of a service" }));
		await page.goto(`${room.url}/incidents/${id}`);
		await part("tasks").locator("button", { hasText: "Start a playbook" }).click();
		const first = dialog().locator(".checks label").first();
		await first.getByText("Service outage").waitFor();
		await first.getByText("suits this type").waitFor();
		assert.equal(await dialog().getByText("suits this type").count(), 1);
		await dialog().locator(".preview .template").first().waitFor();
		await dialog().locator(".preview").getByText(/within .10 min/).waitFor();
		await dialog().locator("[name=lang][value=ar]").check();
		await dialog().locator(".preview [lang=ar]").first().waitFor();
		await dialog().locator("[name=lang][value=fa]").check();
		await dialog().locator("button.primary").click();
		await closed();
		const now = await send("GET", `/incidents/${id}`);
		assert.deepEqual(now.playbooks.map((p) => [p.slug, p.lang]), [["service-outage", "fa"]]);
		await part("tasks").locator("button", { hasText: `all ${now.tasks.length} tasks` }).click();
		await part("tasks").locator(".task").nth(now.tasks.length - 1).waitFor();
		await part("tasks").locator(".task", { hasText: now.tasks[0].title }).getByText(/for: .Lead/).waitFor();
	},

	async the_room_says_which_runs_and_gives_its_texts() {
		const [started] = (await send("GET", `/incidents/${id}`)).playbooks;
		const line = part("tasks").locator(".running li");
		await line.getByText(started.title).first().waitFor();
		await line.getByText("layla").waitFor();
		await line.locator("button").click();
		await dialog().locator("h2", { hasText: started.title }).waitFor();
		assert.equal(await dialog().locator(".template").count(), started.templates.length);
		await dialog().locator("mark", { hasText: "{next_update}" }).first().waitFor();
		await dialog().locator(".template button").first().click();
		await page.locator(".toast", { hasText: "Copied." }).waitFor();
		assert.equal(await page.evaluate(() => navigator.clipboard.readText()), started.templates[0].text);
		await page.keyboard.press("Escape");
		await closed();
		await part("timeline").locator(".entry", { hasText: "started the playbook" }).locator(".said-quote", { hasText: started.title }).waitFor();
	},

	async the_same_version_is_not_started_twice() {
		await page.locator(".room-moves button", { hasText: "Start a playbook" }).click();
		const running = dialog().locator(".checks label", { hasText: "runs here already" });
		await running.waitFor();
		assert.ok(await running.locator("input").isDisabled());
		assert.notEqual(await dialog().locator("[name=slug]:checked").getAttribute("value"), "service-outage");
		await page.keyboard.press("Escape");
		await closed();
	},

	async before_it_was_started_there_was_none() {
		await page.goto(`${room.url}/incidents/${id}?at=${id}`);
		await page.locator(".room-head").waitFor();
		assert.equal(await page.locator(".running, .task").count(), 0);
		assert.equal(await page.locator("button", { hasText: "Start a playbook" }).count(), 0, "no past is written to");
	},

	async whoever_does_not_command_reads_it() {
		const other = await newPage(browser);
		await enter(other, "omid");
		await other.goto(`${room.url}/incidents/${id}`);
		await other.locator(".running button").click();
		await other.locator("dialog[open] .template").first().waitFor();
		assert.equal(await other.locator("button", { hasText: "Start a playbook" }).count(), 0);
		assert.deepEqual(other.wrong, []);
		await other.context().close();
	},

	async a_new_version_shows_at_once() {
		await page.goto(`${room.url}/playbooks`);
		const card = page.locator(".incident", { hasText: "Viral complaint" });
		await card.getByText("ships with Diwan").waitFor();
		await joined(page);
		await send("PATCH", "/playbooks/viral-complaint", { type: "complaint" }, 1);
		await card.getByText("our own version").waitFor();
	},

	...forEachLook(async (lang, theme, width) => {
		const p = await dressed(browser, room, lang, theme, width, { storageState: await page.context().storageState() });
		const wrong = [], name = (view) => `playbook_${view}-${lang}-${theme}-${width}`;
		await p.goto(`${room.url}/playbooks`);
		await p.locator(".incident").nth(2).waitFor();
		await look(p, name("list"), wrong);
		await p.goto(`${room.url}/playbooks?slug=product-safety&lang=${lang}`);
		await p.locator(".template").first().waitFor();
		await look(p, name("one"), wrong, { isWhole: true });
		await p.goto(`${room.url}/incidents/${id}?part=tasks`);
		await p.locator(".running").waitFor();
		await look(p, name("tasks"), wrong);
		await p.locator(".running button").click();
		await p.locator("dialog .template").first().waitFor();
		await look(p, name("texts"), wrong);
		await p.goto(`${room.url}/incidents/${id}`);
		await p.locator(".room-moves .start-playbook").click();
		await p.locator("dialog .preview .sheet").waitFor();
		await look(p, name("start"), wrong);
		assert.deepEqual([...wrong, ...p.wrong], []);
		await p.context().close();
	}),

	async nothing_went_wrong_in_the_page() {
		assert.deepEqual(page.wrong, []);
	},
};

await setUp(page, room);
await page.context().clearCookies();
await enter(page, "layla");
await runAll(tests, page, room, browser);
