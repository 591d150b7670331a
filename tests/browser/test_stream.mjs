/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_stream.mjs - one stream for all tabs, and what the page says and does when it breaks: a server
 * that goes down in order or is killed, no network, a browser without shared workers.
 */
import assert from "node:assert/strict";

import { launch, live, newPage, PATIENCE, Room, runAll, setUp } from "./room.mjs";

const room = new Room();
await room.start({ wantSetup: true });
const browser = await launch();
const page = await newPage(browser);

const text = (p, t) => p.locator(".mention .text", { hasText: t });
const mention = (id, t) => ({ source: "desk-test", source_id: id, text: t });
const streams = () => room.metric("http_sinks_open");
const shown = (p) => p.locator(".mention .text").allTextContents();

/* Another tab of the same browser. */
async function tab(context, prepare) {
	const p = await context.newPage();
	p.setDefaultTimeout(PATIENCE);
	if (prepare)
		await p.addInitScript(prepare);
	await p.goto(room.url);
	await live(p);
	return p;
}

async function everybodyHears(tabs, id, t) {
	await room.say(mention(id, t));
	for (const p of tabs)
		await text(p, t).waitFor({ timeout: 3 * PATIENCE });
}

await setUp(page, room);
const cookies = await page.context().cookies();

/* A browser of its own, signed in, whose pages lack what `prepare` takes away. */
async function browserWithout(prepare) {
	const context = await browser.newContext({ locale: "en", viewport: { width: 1280, height: 800 } });
	await context.addCookies(cookies);
	const wrong = [];
	context.on("weberror", (e) => wrong.push(e.error().message));
	return { context, wrong, open: () => tab(context, prepare) };
}

await runAll({
	async eight_tabs_are_one_stream() {
		const tabs = [page];
		while (tabs.length < 8)
			tabs.push(await tab(page.context()));
		await everybodyHears(tabs, "1", "To all eight");
		assert.equal(await streams(), 1);
		await page.context().newPage().then(async (p) => { await p.goto(`${room.url}/settings`); await p.close(); });
		for (const p of tabs.slice(1))
			await p.close();
		await everybodyHears([page], "2", "The first tab goes on");
	},
	async without_shared_workers_one_tab_leads() {
		const b = await browserWithout(() => { delete globalThis.SharedWorker; });
		const before = await streams();
		const tabs = [await b.open(), await b.open(), await b.open()];
		await everybodyHears(tabs, "3", "By the leader");
		assert.equal(await streams(), before + 1);
		/* The leader leaves; another one takes the stream up where it was. */
		await tabs[0].close();
		await everybodyHears(tabs.slice(1), "4", "By the next leader");
		await room.until("one stream again", async () => await streams() === before + 1);
		assert.deepEqual(await shown(tabs[1]), ["By the next leader", "By the leader", "The first tab goes on", "To all eight"]);
		assert.deepEqual(b.wrong, []);
		await b.context.close();
	},
	async without_locks_each_tab_has_its_own() {
		await room.until("the other browser is gone", async () => await streams() === 1);
		const b = await browserWithout(() => {
			delete globalThis.SharedWorker;
			delete Navigator.prototype.locks;
		});
		const before = await streams();
		const tabs = [await b.open(), await b.open()];
		await everybodyHears(tabs, "5", "Each for itself");
		assert.equal(await streams(), before + 2);
		assert.deepEqual(b.wrong, []);
		await b.context.close();
	},
	async what_comes_between_the_list_and_the_stream_is_not_lost() {
		const b = await browserWithout(() => { delete globalThis.SharedWorker; delete Navigator.prototype.locks; });
		const p = await b.context.newPage();
		await p.addInitScript(() => { delete globalThis.SharedWorker; delete Navigator.prototype.locks; });
		/* The stream's request is held back until something has come that the list has not. */
		let letGo;
		const gate = new Promise((resolve) => { letGo = resolve; });
		await p.route("**/api/v1/stream", async (route) => { await gate; await route.continue(); });
		await p.goto(room.url);
		await text(p, "Each for itself").waitFor();
		await room.say(mention("gap", "Fell between the two"));
		letGo();
		await text(p, "Fell between the two").waitFor();
		await room.say(mention("after", "And then the stream"));
		await text(p, "And then the stream").waitFor();
		await b.context.close();
	},
	async a_restart_is_said_and_survived() {
		await live(page);
		await room.stop();
		await page.locator(".banner", { hasText: "restarting" }).waitFor();
		await page.locator(".dot.waiting").waitFor();
		await room.start();
		await room.say(mention("6", "After the restart"));
		await page.locator(".banner .link").click().catch(() => {}); /* it may have come back by itself */
		await text(page, "After the restart").waitFor({ timeout: 3 * PATIENCE });
		await live(page);
		await page.locator(".banner").waitFor({ state: "hidden" });
	},
	async a_killed_server_is_no_restart() {
		await room.stop("SIGKILL");
		await page.locator(".banner", { hasText: "cannot be reached" }).waitFor();
		await room.start();
		await live(page);
		await everybodyHears([page], "7", "After the kill");
		const all = await shown(page);
		assert.equal(new Set(all).size, all.length, "nothing twice");
		assert.equal(all.length, 9, "nothing missing");
	},
	async without_network_it_says_so_and_comes_back_at_once() {
		/* What the browser takes away when a cable is pulled; the worker's line is cut from outside. */
		const b = await browserWithout(() => { delete globalThis.SharedWorker; delete Navigator.prototype.locks; });
		const p = await b.open();
		await b.context.setOffline(true);
		await room.stop();
		await p.locator(".banner", { hasText: "No network" }).waitFor();
		await room.start();
		await room.say(mention("8", "While we were away"));
		await b.context.setOffline(false);
		await text(p, "While we were away").waitFor({ timeout: 3 * PATIENCE });
		await live(p);
		await b.context.close();
	},
	async after_a_long_sleep_the_newest_page_is_read_anew() {
		const b = await browserWithout(() => { delete globalThis.SharedWorker; delete Navigator.prototype.locks; });
		const p = await b.open();
		await p.clock.install();
		await room.stop();
		await p.locator(".dot.waiting").waitFor();
		/* More than an hour later, and more than five thousand events. */
		await p.clock.pauseAt(Date.now() + 3600000);
		await p.locator(".dot.waiting").waitFor();
		await room.start();
		for (let k = 0; k < 6; k++)
			await room.say(Array.from({ length: 1000 }, (_, i) => mention(`night-${k}-${i}`, `Night ${k} ${i}.`)));
		let asked = 0;
		p.on("request", (r) => { if (r.url().includes("/mentions?limit=100")) asked++; });
		await p.clock.resume();
		await p.evaluate(() => dispatchEvent(new Event("online")));
		await text(p, "Night 5 999.").waitFor({ timeout: 3 * PATIENCE });
		await live(p);
		assert.ok(asked > 0, "the page was read anew");
		await b.context.close();
	},
	async nothing_was_complained_about() {
		assert.deepEqual(page.wrong, []);
	},
}, page, room, browser);
