/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_past.mjs - a room's timeline and its past, on the real server: the newest first, entries that
 * have addresses, what was corrected, milestones, and two past moments in which nothing can be changed.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

import { choose, joined, launch, newPage, Room, runAll, send as sendBy, setUp, signIn } from "./room.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const room = new Room();
await room.start({ wantSetup: true });
const browser = await launch();
const admin = await newPage(browser);
await setUp(admin, room);
const password = await room.cli("user", "add", "layla", "--roles", "lead");
const page = await newPage(browser);
await page.goto(room.url);
await signIn(page, "layla", password);
await page.locator(".rail").waitFor();
const session = JSON.parse(await (await page.request.get(`${room.url}/api/v1/session`)).text());
const me = session.user.id;

const send = (...rest) => sendBy(page, room, ...rest);

const made = await send("POST", "/incidents", { title: "Smell at the plant", severity: 2 });
const at = `/incidents/${made.id}`;
const claim = await send("POST", `${at}/claims`, { text: "The smell is chlorine" });
const note = await send("POST", `${at}/notes`, { text: "The gate was shut", occurred_at: new Date(Date.now() - 3 * 3600000).toISOString() });
const fix = await send("POST", `${at}/corrections`, { target: note.id, text: "It stood open" });
const decision = await send("POST", `${at}/decisions`, { question: "Stop the line?", options: ["Stop it", "Go on"], choice: "Stop it", reasons: "Nobody knows yet", deciders: [me] });
const judged = await send("PATCH", `${at}/claims/${claim.id}`, { verdict: "false", reason: "Two samples" }, claim.version);
await send("POST", `${at}/milestones`, { target: note.id, label: "The gate" });
const severe = await send("PATCH", at, { severity: 1, reason: "It spreads" }, made.version);
const FILLING = 230;
for (let i = 0; i < FILLING; i++)
	await send("POST", `${at}/notes`, { text: `Filling ${i}` });

const entry = (seq) => page.locator(`#e${seq}`);
const open = async (rest = "") => {
	await page.goto(`${room.url}${at}${rest}`);
	await page.locator(".entry").first().waitFor();
};
const frozen = (text) => page.locator(".at-banner", { hasText: text }).waitFor();
const severity = (n) => page.locator(`.room-head .severity-${n}`).waitFor();
const range = page.locator(".scrubber input[type=range]");
/* What of the room can be written. */
const writes = () => page.locator(".room-head .room-moves button, .room .add-note, .room .part-head button").count();
const atOf = () => new URL(page.url()).searchParams.get("at");
const until = (what, fn, arg) => page.waitForFunction(fn, arg).catch(() => { throw new Error(`it never came to this: ${what}`); });
const nobreak = async () => {
	await page.evaluate(axe);
	const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
	assert.deepEqual(found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(" ")).join(", ")}`), []);
};

const tests = {
	async newest_first_by_page() {
		await open();
		assert.match(await page.locator(".entry").first().innerText(), new RegExp(`Filling ${FILLING - 1}`));
		assert.equal(await page.locator(".entry").count(), 100);
		await room.until("the first entry is reached by scrolling", async () => {
			await page.evaluate(() => document.querySelector(".timeline-end:last-of-type")?.scrollIntoView());
			return await entry(made.id).count() === 1;
		});
		await entry(made.id).scrollIntoViewIfNeeded(); /* what is far from sight has no text yet */
		/* Not innerText: what is not in sight has none. */
		await entry(made.id).filter({ hasText: /declared the incident .*Smell at the plant.*severity 2 \(high\)/s }).waitFor({ state: "attached" });
	},

	async an_address_brings_its_entry() {
		await open(`#e${note.id}`);
		await entry(note.id).waitFor();
		await until("it has the focus and is in sight", (seq) => document.activeElement?.id === `e${seq}`
			&& document.activeElement.getBoundingClientRect().bottom < innerHeight, note.id);
		assert.equal(await entry(note.id).getAttribute("aria-current"), "true");
		await nobreak();
	},

	async corrected_is_struck_through_and_readable() {
		await open(`#e${note.id}`);
		const struck = entry(note.id).locator("del");
		await struck.waitFor();
		assert.match(await struck.innerText(), /The gate was shut/);
		assert.match(await struck.evaluate((e) => getComputedStyle(e).textDecorationLine), /line-through/);
		assert.match(await entry(note.id).innerText(), /Happened .*recorded/s);
		await entry(note.id).locator(".entry-fix a").click();
		await until("the correction is aimed at", (seq) => location.hash === `#e${seq}` && document.activeElement?.id === `e${seq}`, fix.id);
		assert.match(await entry(fix.id).innerText(), /It stood open/);
	},

	async a_milestone_is_pinned_and_unpinned() {
		await open(`#e${note.id}`);
		await page.locator(`#e${note.id}.pinned`, { hasText: "The gate" }).waitFor();
		await entry(note.id).locator(".menu > button").click();
		await page.getByRole("button", { name: "Take the pin off" }).click();
		await page.locator(`#e${note.id}:not(.pinned)`).waitFor();
		await entry(note.id).locator(".menu > button").click();
		await page.getByRole("button", { name: "Pin as a milestone" }).click();
		await page.fill("dialog [name=label]", "First look");
		await page.locator("dialog button[type=submit]").click();
		await page.locator(`#e${note.id}.pinned`, { hasText: "First look" }).waitFor();
	},

	async a_correction_is_added_from_here() {
		await open();
		await joined(page);
		const first = await page.locator(".entry").filter({ hasText: `Filling ${FILLING - 1}` }).getAttribute("id");
		await page.locator(`#${first} .menu > button`).click();
		await page.getByRole("button", { name: "Correct this entry" }).click();
		await page.fill("dialog [name=text]", "There was no filling");
		await page.locator("dialog button[type=submit]").click();
		await page.locator(`#${first} del`).waitFor();
		await page.locator(".entry", { hasText: "There was no filling" }).first().waitFor();
	},

	async what_happens_elsewhere_appears() {
		await open();
		await page.locator(".entry").nth(3).waitFor();
		await joined(page);
		await send("POST", `${at}/notes`, { text: "From another desk" });
		await page.locator(".entry", { hasText: "From another desk" }).waitFor();
	},

	async filter_by_kind_and_person() {
		await open("?kind=decision");
		await until("only the decision", () => document.querySelectorAll(".entry").length === 1);
		assert.match(await page.locator(".entry").innerText(), /Stop the line\?[\s\S]*Stop it/);
		await page.locator(".timeline-filters select").first().selectOption("note,correction");
		await until("notes", () => document.querySelectorAll(".entry").length === 100 && !document.querySelector(".noun-decision"));
		assert.equal(new URL(page.url()).searchParams.get("kind"), "note,correction");
		await page.locator(".timeline-filters select").nth(1).selectOption({ label: "layla" });
		await until("hers", () => document.querySelectorAll(".entry").length === 100);
		await page.locator(".timeline-filters .quiet").click();
		assert.equal(new URL(page.url()).search, "");
	},

	async two_past_moments_and_back() {
		await open();
		await severity(1);
		assert.ok(await writes() > 0, "live, there is something to press");
		await open(`?at=${fix.id}`);
		await frozen("You are looking at");
		await severity(2);
		await page.locator(".at-frame").waitFor();
		assert.equal(await writes(), 0, "nothing can be changed in the past");
		assert.equal(await page.locator(".entry").count(), 4, "declared, claim, note, correction");
		assert.equal(await page.locator(".claim-false").count(), 0);
		await nobreak();
		await page.goto(`${room.url}${at}?at=${judged.version}`);
		await frozen("You are looking at");
		await page.locator(".claim-false").first().waitFor();
		await severity(2);
		assert.equal(await writes(), 0);
		await page.locator(".at-back").click();
		await page.locator(".at-frame").waitFor({ state: "detached" });
		await severity(1);
		await until("it can be written again", () => document.querySelector(".room-moves button") !== null);
		assert.equal(atOf(), null);
	},

	async as_it_was_known_to_a_decision() {
		await open(`#e${decision.id}`);
		await entry(decision.id).locator(".entry-known").click();
		await frozen("You are looking at");
		assert.equal(Number(atOf()), decision.known_at);
		await until("no decision yet", () => document.querySelector(".noun-decision") === null && document.querySelector(".noun-correction") !== null);
	},

	async a_permalink_keeps_the_moment() {
		await open(`?at=${decision.id}#e${note.id}`);
		await frozen("You are looking at");
		await until("the entry has the focus", (seq) => document.activeElement?.id === `e${seq}`, note.id);
		await entry(fix.id).locator(".entry-time").click();
		await until("the other one", (seq) => document.activeElement?.id === `e${seq}`, fix.id);
		assert.equal(Number(atOf()), decision.id);
	},

	async the_scrubber_by_keyboard() {
		await open();
		await range.focus();
		await page.keyboard.press("ArrowLeft");
		await until("the newest entry", () => new URLSearchParams(location.search).has("at"));
		const newest = Number(atOf());
		await frozen("You are looking at");
		await page.keyboard.press("ArrowLeft");
		await until("the one before", (n) => Number(new URLSearchParams(location.search).get("at")) < n, newest);
		const before = Number(atOf());
		await page.keyboard.press("ArrowRight");
		await until("and forward", (n) => Number(new URLSearchParams(location.search).get("at")) > n, before);
		await page.keyboard.press("Home");
		await until("the beginning", (id) => new URLSearchParams(location.search).get("at") === String(id), made.id);
		await until("only the declaration", () => document.querySelectorAll(".entry").length === 1);
		assert.equal(await range.evaluate((e) => e === document.activeElement), true, "the focus stays");
		await page.keyboard.press("End");
		await page.locator(".at-frame").waitFor({ state: "detached" });
		assert.equal(atOf(), null);
	},

	async the_scrubber_by_its_marks() {
		await open();
		await page.locator(".scrubber-marks summary").click();
		const mark = page.locator(".mark-decision");
		assert.match(await mark.innerText(), /Stop the line\?/);
		await page.locator(".mark-verdict", { hasText: "false" }).waitFor();
		await page.locator(".mark-milestone", { hasText: "First look" }).waitFor();
		await mark.click();
		await until("the decision's moment", (id) => new URLSearchParams(location.search).get("at") === String(id), decision.id);
		await frozen("You are looking at");
		assert.equal(await page.locator(".mark-decision").getAttribute("aria-pressed"), "true");
	},

	async no_such_moment_is_said() {
		await page.goto(`${room.url}${at}?at=yesterday`);
		await page.locator("[role=alert]").waitFor();
		await page.locator("[role=alert] a").click();
		await page.locator(".entry").first().waitFor();
		assert.equal(atOf(), null);
	},

	async the_other_languages() {
		for (const [lang, text] of [["fa", "بازگشت به اکنون"], ["ar", "العودة إلى الآن"]]) {
			await open();
			await choose(page, lang);
			await open(`?at=${judged.version}`);
			await page.getByRole("button", { name: text }).waitFor();
			await nobreak();
		}
		assert.deepEqual(page.wrong, []);
	},
};

await runAll(tests, page, room, browser);
