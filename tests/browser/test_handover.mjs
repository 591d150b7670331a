/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_handover.mjs - the lead goes from one person to another: who gets it is told at once, reads what
 * they must know, and finds the entry behind each line.
 */
import assert from "node:assert/strict";

import { dressed, forEachLook, look } from "./looks.mjs";
import { launch, live, newPage, Room, runAll, send as sendBy, setUp, signIn } from "./room.mjs";

const room = new Room();
await room.start({ wantSetup: true });
const browser = await launch();
const page = await newPage(browser);
await setUp(page, room);
const PASSWORDS = {};
for (const name of ["layla", "omid"])
	PASSWORDS[name] = await room.cli("user", "add", name, "--roles", "lead");

async function enter(name) {
	const p = await newPage(browser);
	await p.goto(room.url);
	await signIn(p, name, PASSWORDS[name]);
	await live(p);
	return p;
}
const layla = await enter("layla"), omid = await enter("omid");
const idOf = async (p) => JSON.parse(await (await p.request.get(`${room.url}/api/v1/session`)).text()).user.id;

const send = (p, ...rest) => sendBy(p, room, ...rest);

const hour = 3600000, at = (ms) => new Date(Date.now() + ms).toISOString();
await room.say(Array.from({ length: 5 }, (_, i) => ({ source: "x", source_id: String(i), lang: "en", text: `Is it true about the soup? ${i}` })));
const mentions = JSON.parse(await (await layla.request.get(`${room.url}/api/v1/mentions`)).text()).items.map((m) => m.id);
const made = await send(layla, "POST", "/incidents", { title: "Guests are ill", severity: 2, mentions, summary: "Nine guests of one evening are ill." });
const id = made.id, base = `/incidents/${id}`, ids = { layla: await idOf(layla), omid: await idOf(omid) };
const first = await send(layla, "POST", `${base}/participants`, { user: ids.layla, role: "lead" });
await send(layla, "POST", `${base}/participants`, { user: ids.omid, role: "legal" });
const worse = await send(layla, "PATCH", base, { severity: 1, reason: "A child is in hospital" }, made.version);
await send(layla, "PATCH", base, { status: "active", reason: "It is on television" }, worse.version);
await send(layla, "POST", `${base}/tasks`, { title: "Call the families", owner: ids.layla, due_at: at(-2 * hour) });
await send(layla, "POST", `${base}/tasks`, { title: "Write to the suppliers", owner: ids.layla });
await send(layla, "POST", `${base}/tasks`, { title: "Print the menu of that evening", due_at: at(5 * hour) });
await send(layla, "POST", `${base}/claims`, { text: "The cook was ill for a week" });
await send(layla, "POST", `${base}/claims`, { text: "همهٔ مهمانان سوپ خورده‌اند", verdict: "true", recheck_at: at(-hour) });
await send(layla, "POST", `${base}/claims`, { text: "Somebody died", verdict: "false" });
await send(layla, "POST", `${base}/decisions`, { question: "Do we close the kitchen?", options: ["Close it", "Go on"], choice: "Close it", reasons: "Until the laboratory answers." });
await send(layla, "POST", `${base}/words`, { audience: "public", text: "We look into it with the health office.", url: "https://www.example.org/news/1", next_at: at(hour) });
const note = await send(layla, "POST", `${base}/notes`, { text: "The laboratory answers at six." });
await send(layla, "POST", `/mentions/${mentions[0]}/triage`, { state: "seen" });

/* Within the app, so that the stream stays. */
async function visit(p, path, shows = ".room-head") {
	await p.evaluate((to) => { history.pushState(null, "", to); dispatchEvent(new PopStateEvent("popstate")); }, path);
	await p.locator(shows).waitFor();
}

const card = (p) => p.locator(".handover-card");
const part = (p, name) => p.locator(`.handover-${name}`);

const tests = {
	async who_hands_over_sees_what_will_be_read() {
		await visit(layla, `/incidents/${id}`);
		await layla.locator(".office", { hasText: "Lead" }).locator("button").click();
		const link = layla.locator("dialog[open] a", { hasText: "See what it says now" });
		assert.equal(await link.getAttribute("href"), `/incidents/${id}/handover`);
		await layla.keyboard.press("Escape");
	},

	async the_new_lead_is_told_at_once() {
		await visit(omid, `/incidents/${id}`);
		assert.equal(await card(omid).count(), 0);
		await send(layla, "POST", `${base}/participants`, { user: ids.omid, role: "lead", replaces: first.id });
		await card(omid).getByText("You lead this now").waitFor();
		await card(omid).getByText("layla").waitFor();
		assert.equal(await card(layla).count(), 0, "who handed it over needs it no more");
	},

	async it_says_what_they_must_know() {
		await card(omid).locator("a").click();
		await part(omid, "tasks").getByText("Call the families").waitFor();
		assert.deepEqual(await part(omid, "tasks").locator("li p").allTextContents(),
			["Call the families", "Write to the suppliers", "Print the menu of that evening"]);
		assert.equal(await part(omid, "tasks").locator(".tag").count(), 2, "of the lead before");
		assert.deepEqual(await part(omid, "claims").locator("li p").allTextContents(), ["همهٔ مهمانان سوپ خورده‌اند", "The cook was ill for a week"]);
		await part(omid, "words").getByText("We look into it with the health office.").waitFor();
		await part(omid, "words").getByText("next word due").waitFor();
		await part(omid, "decisions").getByText("Close it").waitFor();
		await part(omid, "moves").getByText("Critical").waitFor();
		assert.equal(await part(omid, "moves").locator("li").count(), 2);
		assert.deepEqual(await part(omid, "mentions").locator("dd").allTextContents(), ["4", "1", "0", "0"]);
		await part(omid, "offices").getByText("Nobody holds:").waitFor();
	},

	async it_follows_what_happens() {
		await send(layla, "POST", `${base}/notes`, { text: "They called back." });
		await part(omid, "notes").getByText("They called back.").waitFor();
	},

	async each_line_leads_to_its_entry() {
		await part(omid, "notes").locator("li", { hasText: "The laboratory answers at six." }).locator(".handover-entry").click();
		await omid.locator(`#e${note.id}`).getByText("The laboratory answers at six.").waitFor();
		await omid.waitForFunction((e) => document.querySelector(e)?.classList.contains("aimed"), `#e${note.id}`);
	},

	async what_was_read_is_not_shouted_again() {
		assert.equal(await card(omid).count(), 0);
		await omid.goto(`${room.url}/incidents/${id}`);
		await omid.locator(".room-head").waitFor();
		assert.equal(await card(omid).count(), 0);
	},

	async it_can_be_put_aside_unread() {
		const back = await send(layla, "GET", base);
		const seat = back.participants.find((p) => p.role === "lead");
		await layla.goto(room.url);
		await live(layla);
		await visit(layla, `/incidents/${id}`);
		await send(omid, "POST", `${base}/participants`, { user: ids.layla, role: "lead", replaces: seat.id });
		await card(layla).waitFor();
		await card(layla).locator("button").click();
		await card(layla).waitFor({ state: "detached" });
		await layla.reload();
		await layla.locator(".room-head").waitFor();
		assert.equal(await card(layla).count(), 0);
	},

	async the_past_says_what_it_said() {
		await layla.goto(`${room.url}/incidents/${id}/handover?at=${first.id}`);
		await part(layla, "tasks").getByText("No task is open.").waitFor();
		await layla.locator(".at-banner").waitFor();
		await layla.emulateMedia({ media: "print" });
		assert.equal(await layla.locator(".handover-tools").isVisible(), false, "nothing to click is printed");
		await layla.emulateMedia({ media: null });
	},
};

/* Whoever leads now has read nothing in these browsers. */
const state = await layla.context().storageState();
Object.assign(tests, forEachLook(async (lang, theme, width) => {
	const p = await dressed(browser, room, lang, theme, width, { storageState: { ...state, origins: [] } }), wrong = [];
	await p.goto(`${room.url}/incidents/${id}`);
	await card(p).waitFor();
	await look(p, `handover-card-${lang}-${theme}-${width}`, wrong);
	await p.goto(`${room.url}/incidents/${id}/handover`);
	await part(p, "notes").waitFor();
	await look(p, `handover-${lang}-${theme}-${width}`, wrong, { isWhole: true });
	assert.deepEqual([...wrong, ...p.wrong], []);
	await p.context().close();
}));
await runAll(tests, omid, room, browser);
