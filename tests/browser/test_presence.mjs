/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_presence.mjs - who is in a room now, as those who are in it see it: coming, going, several pages
 * of one person, a closed tab, and nothing of it in the past.
 */
import assert from "node:assert/strict";

import { dressed, forEachLook, look } from "./looks.mjs";
import { launch, live, newPage, PATIENCE, Room, runAll, send as sendBy, setUp, signIn } from "./room.mjs";

const room = new Room();
await room.start({ wantSetup: true });
const browser = await launch();
const page = await newPage(browser);
await setUp(page, room);
const PASSWORDS = {};
for (const name of ["layla", "omid", "يوسف"])
	PASSWORDS[name] = await room.cli("user", "add", name, "--roles", "lead");

async function enter(name) {
	const p = await newPage(browser);
	await p.goto(room.url);
	await signIn(p, name, PASSWORDS[name]);
	await live(p);
	return p;
}
const layla = await enter("layla"), omid = await enter("omid"), yusuf = await enter("يوسف");

const send = (p, ...rest) => sendBy(p, room, ...rest);
const { id } = await send(layla, "POST", "/incidents", { title: "Guests are ill", severity: 2 });
const address = `/incidents/${id}`;

async function visit(p, path, shows) {
	await p.evaluate((to) => { history.pushState(null, "", to); dispatchEvent(new PopStateEvent("popstate")); }, path);
	await p.locator(shows).first().waitFor();
}
/* A goodbye may be lost, with the tab that says it: then the server forgets after half a minute. */
const FORGOTTEN_MS = 3 * PATIENCE;
const here = (p, ...names) => p.waitForFunction((want) => {
	const seen = [...document.querySelectorAll(".present .here-name bdi")].map((n) => n.textContent);
	return JSON.stringify(seen) === want;
}, JSON.stringify(names), { timeout: FORGOTTEN_MS });

const tests = {
	async who_comes_is_seen() {
		await visit(layla, address, ".room-head");
		await here(layla, "layla");
		await visit(omid, address, ".room-head");
		await here(layla, "omid", "layla");
		await here(omid, "layla", "omid");
	},

	async who_leaves_is_gone() {
		await visit(omid, "/incidents", ".incident");
		await here(layla, "layla");
	},

	async a_second_page_is_the_same_person() {
		await visit(omid, address, ".room-head");
		await here(layla, "omid", "layla");
		const second = await omid.context().newPage();
		await second.goto(room.url + address);
		await here(second, "layla", "omid");
		await second.close({ runBeforeUnload: true });
		const note = await send(layla, "POST", `/incidents/${id}/notes`, { text: "still two" });
		await layla.locator(`#e${note.id}`).waitFor();
		await here(layla, "omid", "layla");
	},

	async a_page_that_is_left_says_goodbye() {
		await omid.goto("about:blank");
		await here(layla, "layla");
		await omid.goto(room.url + address);
		await here(layla, "omid", "layla");
	},

	async a_frame_is_no_reason_to_read_the_room() {
		let n = 0;
		const count = (r) => { n += r.url().endsWith(`/api/v1/incidents/${id}`) ? 1 : 0; };
		layla.on("request", count);
		await visit(yusuf, address, ".room-head");
		await here(layla, "omid", "يوسف", "layla");
		await visit(yusuf, "/incidents", ".incident");
		await here(layla, "omid", "layla");
		layla.off("request", count);
		assert.equal(n, 0);
	},

	async the_past_has_nobody_in_it() {
		await visit(omid, `${address}?at=${id}`, ".at-banner");
		assert.equal(await omid.locator(".present").count(), 0);
		await here(layla, "layla");
		await omid.locator(".at-back").click();
		await here(layla, "omid", "layla");
	},

	async it_is_a_list_for_all() {
		await visit(yusuf, address, ".room-head");
		await here(layla, "omid", "يوسف", "layla");
		const list = layla.getByRole("list", { name: "Here now" });
		assert.deepEqual((await list.getByRole("listitem").allTextContents()).map((s) => s.replace(/^./u, "")), ["omid", "يوسف", "layla (you)"]);
	},
};

const state = await layla.context().storageState();
Object.assign(tests, forEachLook(async (lang, theme, width) => {
	const p = await dressed(browser, room, lang, theme, width, { storageState: state }), wrong = [];
	await p.goto(room.url + address);
	await here(p, "omid", "يوسف", "layla");
	await look(p, `presence-${lang}-${theme}-${width}`, wrong);
	assert.deepEqual([...wrong, ...p.wrong], []);
	await p.context().close();
}));
await runAll(tests, layla, room, browser);
