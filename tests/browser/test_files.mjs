/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_files.mjs - evidence in a real browser: chosen, dropped and pasted, seen where it belongs, and
 * taken home again byte for byte.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

import { launch, live, newPage, Room, runAll, send as sendBy, signIn } from "./room.mjs";

const room = new Room();
await room.start();
const browser = await launch();
const page = await newPage(browser);
const send = (...rest) => sendBy(page, room, ...rest);
const LAYLA = await room.cli("user", "add", "layla", "--roles", "lead");
await page.goto(room.url);
await signIn(page, "layla", LAYLA);
await live(page);
const incident = await send("POST", "/incidents", { title: "The gate", severity: 2 });
const claim = await send("POST", `/incidents/${incident.id}/claims`, { text: "The gate stood open" });
await page.goto(`${room.url}/incidents/${incident.id}`);
await page.locator(".room-head").waitFor();

const part = (name) => page.locator(`section[data-part=${name}]`);
const dialog = () => page.locator("dialog[open]").last();
const closed = () => page.waitForFunction(() => document.querySelector("dialog[open]") === null);
const now = () => send("GET", `/incidents/${incident.id}`);
const PNG = Buffer.from(await page.evaluate(() => Object.assign(document.createElement("canvas"), { width: 40, height: 30 }).toDataURL("image/png").split(",")[1]), "base64");
const sha256 = (b) => createHash("sha256").update(b).digest("hex");

/* As a browser hands over what was dropped or pasted: a text, or so many bytes. */
const hand = (type, name, media, what) => page.evaluate(([t, n, m, body]) => {
	const data = new DataTransfer();
	data.items.add(new File([typeof body === "number" ? new Uint8Array(body) : body], n, { type: m, lastModified: 1767323045000 }));
	const e = t === "paste" ? new ClipboardEvent(t, { clipboardData: data, bubbles: true, cancelable: true })
		: new DragEvent(t, { dataTransfer: data, bubbles: true, cancelable: true });
	document.querySelector("dialog[open]").dispatchEvent(e);
	return e.defaultPrevented;
}, [type, name, media, what]);

const tests = {
	async a_picture_becomes_evidence() {
		await part("claims").locator(".claim .thing-top button").click();
		await dialog().locator("input[type=file]").first().setInputFiles({ name: "gate.png", mimeType: "image/png", buffer: PNG });
		await dialog().locator("[name=captured_at]").fill("2026-01-02T03:04");
		await dialog().locator("[name=note]").fill("Taken from the street");
		await dialog().locator("[name=reason]").fill("Seen");
		await dialog().locator("button.primary").click();
		await closed();
		const evidence = part("claims").locator(".evidence");
		await evidence.locator("summary").click();
		await evidence.locator(".file-name", { hasText: "gate.png" }).waitFor();
		await evidence.getByText("Taken from the street").waitFor();
		await evidence.getByText(sha256(PNG).slice(0, 12)).waitFor();
		const image = evidence.locator("img");
		await image.evaluate((i) => i.decode());
		assert.equal(await image.evaluate((i) => i.naturalWidth), 40, "the small picture is the picture");
		const [file] = (await now()).files;
		assert.equal(file.media_type, "image/png");
		assert.equal(file.sha256, sha256(PNG));
		assert.equal(Date.parse(file.captured_at), await page.evaluate(() => new Date("2026-01-02T03:04").getTime()));
	},

	async the_timeline_tells_of_both() {
		const timeline = part("timeline");
		await timeline.locator(".entry-line", { hasText: "added the file" }).waitFor();
		await timeline.locator("a", { hasText: "gate.png" }).first().waitFor();
		await timeline.locator(".entry-line", { hasText: "added 1 piece of evidence" }).or(timeline.locator(".entry-line", { hasText: "judged" })).first().waitFor();
	},

	async it_is_taken_home_as_it_came() {
		const [download] = await Promise.all([page.waitForEvent("download"), part("files").locator(".file-name").click()]);
		assert.equal(download.suggestedFilename(), "gate.png");
		assert.deepEqual(readFileSync(await download.path()), PNG);
		assert.match(await part("files").locator(".file-of").innerText(), /The gate stood open/);
	},

	async what_is_too_large_is_said_before_it_is_sent() {
		let asked = 0;
		page.on("request", (r) => { asked += r.url().includes("/files?") ? 1 : 0; });
		await part("files").locator(".part-head button").click();
		await dialog().locator(".file-pick").waitFor();
		assert.ok(await hand("drop", "film.mp4", "video/mp4", 20 * 1024 * 1024 + 1));
		await dialog().getByText(/at most .* can be kept/).waitFor();
		assert.ok(await dialog().locator("button.primary").isDisabled());
		await dialog().locator("button[aria-label='Not this one']").click();
		await dialog().locator("input[type=file]").first().setInputFiles({ name: "nothing.txt", mimeType: "text/plain", buffer: Buffer.alloc(0) });
		await dialog().getByText("This file is empty").waitFor();
		assert.equal(asked, 0);
	},

	async it_can_be_dropped_and_pasted() {
		assert.ok(await hand("dragover", "a", "text/plain", "a"));
		await dialog().locator(".file-pick.is-over").waitFor();
		assert.ok(await hand("drop", "statement.txt", "text/plain", "I saw it"));
		await dialog().locator(".file-chosen", { hasText: "statement.txt" }).waitFor();
		assert.equal(await dialog().locator("[name=captured_at]").inputValue(), await page.evaluate(() => {
			const d = new Date(1767323045000);
			return new Date(d.getTime() - d.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
		}), "when it was changed last");
		assert.ok(await hand("paste", "image.png", "image/png", "not one"), "a screenshot takes its place");
		await dialog().locator(".file-chosen", { hasText: "image.png" }).waitFor();
		await dialog().locator("button.primary").click();
		await closed();
		await part("files").locator(".file-name", { hasText: "image.png" }).waitFor();
		const file = (await now()).files.at(-1);
		assert.equal(Date.parse(file.captured_at), 1767323045000, "to the second, as nobody corrected it");
		assert.equal(file.media_type, "application/octet-stream", "its bytes are of no image");
		assert.equal(await part("files").locator("img").count(), 1);
	},

	async a_refusal_keeps_what_was_chosen() {
		await page.route("**/files?*", (r) => r.fulfill({ status: 503, headers: { "Retry-After": "2" }, contentType: "application/problem+json",
			body: '{"type":"urn:diwan:problem:EUNAVAILABLE","title":"","status":503,"detail":"too many files are on their way","errors":[]}' }), { times: 1 });
		await part("files").locator(".part-head button").click();
		await dialog().locator("input[type=file]").first().setInputFiles({ name: "again.txt", mimeType: "text/plain", buffer: Buffer.from("again") });
		await dialog().locator("button.primary").click();
		await dialog().locator("[role=alert]", { hasText: "too many files" }).waitFor();
		await dialog().locator(".file-chosen", { hasText: "again.txt" }).waitFor();
		await dialog().locator("button.primary").click();
		await closed();
		await part("files").locator(".file-name", { hasText: "again.txt" }).waitFor();
		assert.equal((await now()).files.filter((f) => f.name === "again.txt").length, 1);
	},

	async one_moment_back_there_is_nothing_to_add() {
		const [first] = (await now()).files;
		await page.goto(`${room.url}/incidents/${incident.id}?at=${first.seq}`);
		await part("files").locator(".file-name").waitFor();
		assert.equal(await part("files").locator(".file-name").count(), 1);
		assert.equal(await part("files").locator(".part-head button").count(), 0);
		assert.equal(await part("claims").locator(".claim .thing-top button").count(), 0);
		assert.equal(claim.id < first.id, true);
	},
};

await runAll(tests, page, room, browser);
