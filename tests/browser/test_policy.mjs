/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_policy.mjs - what the page's policy forbids does not happen, and the server hears of it.
 */
import assert from "node:assert/strict";

import { PATIENCE, Room, launch, newPage, runAll } from "./room.mjs";

const room = new Room();
await room.start();
const browser = await launch();
const page = await newPage(browser);

async function reports() {
	const text = await (await fetch(`${room.url}/metrics`)).text();
	return Number(/^diwan_csp_reports_total (\d+)$/m.exec(text)[1]);
}

/* Browsers report when they like; the test's own limit ends a wait in vain. */
async function untilReports(n) {
	const end = Date.now() + PATIENCE;
	while (await reports() < n) {
		if (Date.now() > end)
			throw new Error(`waited in vain for ${n} reports; there are ${await reports()}`);
		await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
	}
}

await runAll({
	async the_page_itself_breaks_no_rule() {
		await page.goto(room.url);
		await page.waitForLoadState("networkidle");
		assert.deepEqual(page.wrong, []);
		assert.equal(await reports(), 0);
	},

	async a_style_needs_the_nonce() {
		const colour = () => page.evaluate(() => getComputedStyle(document.body).outlineColor);
		const add = (nonce) => page.evaluate((n) => {
			const style = document.createElement("style");
			if (n)
				style.nonce = n;
			style.textContent = "body { outline-color: rgb(1, 2, 3) }";
			document.head.append(style);
		}, nonce);
		const nonce = await page.evaluate(() => document.querySelector("script[nonce], style[nonce], link[nonce]").nonce);
		await add(null);
		assert.notEqual(await colour(), "rgb(1, 2, 3)");
		await add(nonce);
		assert.equal(await colour(), "rgb(1, 2, 3)");
	},

	async a_script_by_text_is_refused() {
		await page.evaluate(() => {
			const script = document.createElement("script");
			try {
				script.textContent = "window.wasRun = true";
			} catch {
				return; /* trusted types */
			}
			document.head.append(script);
		});
		assert.equal(await page.evaluate(() => window.wasRun), undefined);
		await assert.rejects(page.evaluate(() => { document.body.innerHTML = "<img>"; }), /TrustedHTML/);
	},

	async the_server_hears_of_it() {
		await untilReports(2);
		for (const said of [/event=csp\.violation directive=style-src-elem blocked=inline /, /event=csp\.violation directive=require-trusted-types-for /])
			await room.until(String(said), () => said.test(room.log));
	},
}, page, room, browser);
