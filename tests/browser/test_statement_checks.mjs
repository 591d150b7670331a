/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_statement_checks.mjs - what the page says of a text before it leaves: a sentence with a figure that
 * rests on no claim, until it does, and a post that its channel has no room for, until it has.
 */
import assert from "node:assert/strict";

import { Room, joined, launch, newPage, runAll, send, setUp, signIn } from "./room.mjs";

const room = new Room();
await room.start({ wantSetup: true });
const browser = await launch();
const admin = await newPage(browser);
await setUp(admin, room);
const password = await room.cli("user", "add", "layla", "--roles", "lead");
const page = await newPage(browser);
await page.goto(`${room.url}/settings`);
await signIn(page, "layla", password);
await page.locator(".rail").waitFor();

const incident = await send(page, room, "POST", "/incidents", { title: "Guests fall ill after the soup", severity: 2 });
const claim = await send(page, room, "POST", `/incidents/${incident.id}/claims`, { text: "Nine guests are ill" });
await send(page, room, "PATCH", `/incidents/${incident.id}/claims/${claim.id}`, { verdict: "true", reason: "Counted twice" }, claim.version);

async function open(channel, lang, text) {
	const { id } = await send(page, room, "POST", `/incidents/${incident.id}/statements`, { title: "What we know", lang, channel, audience: "public", text });
	await page.goto(`${room.url}/incidents/${incident.id}/statements/${id}`);
	await page.locator(".cm-content").waitFor();
	await joined(page);
	return id;
}
const row = (words) => page.locator(".checks-found .finding", { hasText: words });

await runAll({
	async a_figure_wants_a_claim() {
		const id = await open("press", "fa", "متأسفیم. ۹ مهمان بیمارند.");
		const bare = row("A sentence with a figure that rests on no claim.");
		await bare.waitFor();
		assert.equal(await bare.evaluate((e) => e.classList.contains("refuses")), false);
		await bare.locator(".rest-quote").click();
		assert.equal(await page.evaluate(() => String(getSelection())), "۹ مهمان بیمارند.");
		await send(page, room, "POST", `/statements/${id}/links`, { revision: 0, claim: claim.id, rests: "asserts", from: 9, to: 25 });
		await bare.waitFor({ state: "detached" });
	},

	async a_post_is_too_long_and_is_not() {
		await open("social", "en", `We are sorry. ${"x".repeat(266)}.`);
		const long = row("Too long for this channel: 281 as it counts.");
		await long.waitFor();
		assert.equal(await long.evaluate((e) => e.classList.contains("refuses")), true);
		assert.equal(await long.locator(".rest-quote").textContent(), ".");
		await page.locator(".cm-content").click();
		await page.keyboard.press("Control+End");
		await page.keyboard.press("Backspace");
		await long.waitFor({ state: "detached" });
	},
}, page, room, browser);
