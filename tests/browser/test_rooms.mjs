/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_rooms.mjs - what a team does in an incident room, in a real browser against a real server:
 * declare, lead, judge, assign, decide, look back. How it looks is test_room_looks.mjs.
 */
import assert from "node:assert/strict";

import { joined, launch, live, newPage, Room, runAll, send as sendBy, setUp, signIn } from "./room.mjs";

const room = new Room();
await room.start({ wantSetup: true });
const browser = await launch();
const page = await newPage(browser);
const PASSWORDS = {};
for (const [name, roles] of [["layla", "lead"], ["omid", "drafter"], ["olga", "observer"]])
	PASSWORDS[name] = await room.cli("user", "add", name, "--roles", roles);

async function enter(p, name) {
	await p.goto(room.url);
	await signIn(p, name, PASSWORDS[name]);
	await live(p);
}

const send = (p, ...rest) => sendBy(p, room, ...rest);
const get = (path) => send(page, "GET", path);

const part = (name) => page.locator(`section[data-part=${name}]`);
const dialog = () => page.locator("dialog[open]").last();
const closed = () => page.waitForFunction(() => document.querySelector("dialog[open]") === null);
const submit = async () => { await dialog().locator("button[class=primary], button.primary").last().click(); await closed(); };
const here = () => Number(/\/incidents\/(\d+)/.exec(page.url())?.[1]);

let id = 0;
async function toRoom() {
	if (here() === id && !page.url().includes("?"))
		return;
	await page.goto(`${room.url}/incidents/${id}`);
	await page.locator(".room-head").waitFor();
}

const tests = {
	async the_empty_list_teaches_and_c_declares() {
		const saying = Array.from({ length: 5 }, (_, i) => ({ source: "x", source_id: String(i), lang: "en", text: `Is it true about the soup? ${i}`, author: { name: `guest ${i}` } }));
		await room.say(saying);
		await page.goto(`${room.url}/incidents`);
		await page.locator(".empty", { hasText: "No incident is open" }).waitFor();
		await page.keyboard.press("c");
		await dialog().locator("[name=title]").fill("A rehearsal");
		await dialog().locator("[name=drill]").check();
		await submit();
		await page.locator(".drill-stripe").waitFor();
		const made = await get(`/incidents/${here()}`);
		assert.equal(made.drill, true);
		assert.equal(made.severity, 3, "what is not chosen is medium");
	},

	async mentions_are_chosen_in_the_feed_and_declared() {
		await page.goto(room.url);
		await live(page);
		await page.locator(".mention .pick input").nth(0).check();
		await page.locator(".mention .pick input").nth(2).check();
		await page.locator(".pick-bar", { hasText: "2 chosen" }).waitFor();
		await page.locator(".pick-bar button", { hasText: "Declare an incident" }).click();
		await dialog().locator("[name=title]").fill("Guests are ill");
		await dialog().locator("[name=severity][value='2']").check();
		await submit();
		await page.locator(".room-head h1", { hasText: "Guests are ill" }).waitFor();
		id = here();
		await part("mentions").locator(".room-mention").nth(1).waitFor();
		assert.equal((await get(`/incidents/${id}`)).counts.mentions, 2);
		await page.goto(room.url);
		await page.locator(".mention").nth(1).waitFor();
		assert.equal(await page.locator(".pick-bar").count(), 0, "nothing is chosen any more");
	},

	async the_others_of_an_author_are_one_click_away_from_the_room() {
		await page.goto(`${room.url}/incidents/${id}`);
		await part("mentions").locator(".room-mention", { hasText: "guest 4" }).locator("a", { hasText: "More from this author" }).click();
		await page.locator(".author-chip", { hasText: "guest 4" }).waitFor();
		await page.waitForFunction(() => document.querySelectorAll(".mention").length === 1);
		await page.locator(".author-chip button").click();
		await page.locator(".mention").nth(1).waitFor();
	},

	async one_more_is_added_from_its_detail() {
		await page.locator(".mention").nth(1).click();
		await page.locator(".detail button", { hasText: "Add to an incident" }).click();
		await dialog().locator("label", { hasText: "Guests are ill" }).click();
		await submit();
		await page.locator(".room-head h1", { hasText: "Guests are ill" }).waitFor();
		await part("mentions").locator(".room-mention").nth(2).waitFor();
	},

	async the_detail_says_what_becomes_of_it() {
		await page.goto(room.url);
		await page.locator(".mention").nth(1).click();
		const became = page.locator(".detail .became");
		await became.getByText("not assessed for").waitFor();
		assert.equal(await became.locator(`a[href="/incidents/${id}"]`).count(), 1, "it leads to its incident");
		await became.locator("button", { hasText: "Assess" }).click();
		await dialog().locator("[value=owned]").check();
		await dialog().locator("[name=owner]").waitFor();
		await dialog().locator("[name=note]").fill("I call her");
		await submit();
		await became.locator(".became-now .triage-owned").waitFor();
		await became.getByText("first assessed after").waitFor();
		await became.locator(".history", { hasText: "I call her" }).getByText("layla").waitFor();
	},

	async nobody_leads_until_somebody_does() {
		await toRoom();
		await page.locator(".room-missing").getByText("Nobody leads this incident yet").waitFor();
		await page.locator(".room-missing button").click();
		await page.locator(".room-missing").waitFor({ state: "detached" });
		await page.locator(".office", { hasText: "Lead" }).getByText("layla").waitFor();
	},

	async an_office_is_given_with_a_deputy_and_handed_over() {
		await page.locator(".vacant button", { hasText: "Spokesperson" }).click();
		await dialog().locator("[name=holder]").selectOption({ label: "omid" });
		await dialog().locator("[name=deputy]").selectOption({ label: "layla" });
		await submit();
		const office = page.locator(".office", { hasText: "Spokesperson" });
		await office.getByText("omid").waitFor();
		await office.getByText("Deputy").waitFor();
		await office.locator("button").click();
		await dialog().locator("[name=holder]").selectOption({ label: "mira" });
		await dialog().locator("[name=deputy]").selectOption("");
		await submit();
		await office.getByText("mira").waitFor();
		const seats = (await get(`/incidents/${id}`)).participants.filter((p) => p.role === "spokesperson");
		assert.deepEqual(seats.map((s) => s.deputy), [false], "the deputy is gone");
	},

	async a_claim_is_split_off_and_judged() {
		await part("claims").locator(".part-head button").click();
		await dialog().locator("[name=text]").fill("The soup was kept warm over night");
		await submit();
		const claim = part("claims").locator(".claim", { hasText: "kept warm" });
		await claim.locator(".verdict-unknown").waitFor();
		await claim.locator(".thing-top button").click();
		await dialog().locator("[name=verdict][value=false]").check();
		await dialog().locator("[name=reason]").fill("The log says otherwise");
		await dialog().locator("[name=url]").fill("https://example.org/log");
		await submit();
		await claim.locator(".verdict-false").waitFor();
		await claim.getByText("1 piece of evidence").waitFor();
		const [it] = (await get(`/incidents/${id}`)).claims;
		assert.equal(it.evidence[0].url, "https://example.org/log");
	},

	async a_task_is_done_and_opened_again() {
		await part("tasks").locator(".part-head button").click();
		await dialog().locator("[name=title]").fill("Call the guests back");
		await dialog().locator("[name=owner]").selectOption({ label: "omid" });
		await submit();
		const task = part("tasks").locator(".task", { hasText: "Call the guests back" });
		await task.locator("input").click();
		await part("tasks").locator(".task.is-done").waitFor();
		await page.locator(".toast", { hasText: "Done." }).locator("button", { hasText: "Undo" }).click();
		await part("tasks").locator(".task.is-done").waitFor({ state: "detached" });
		assert.equal((await get(`/incidents/${id}`)).tasks[0].done, false);
	},

	async a_mention_is_assessed_and_only_an_outcome_closes_it() {
		const mention = part("mentions").locator(".room-mention").first();
		await mention.locator("button", { hasText: "Assess" }).click();
		await dialog().locator("[value=closed]").check();
		await dialog().locator("[name=outcome]").selectOption("no_answer");
		await submit();
		await mention.locator(".triage-closed").waitFor();
		await part("mentions").locator("select").selectOption("open");
		await page.waitForFunction(() => document.querySelectorAll(".room-mention").length === 2);
		await part("mentions").locator("select").selectOption("");
		await part("mentions").locator(".room-mention").nth(2).waitFor();
	},

	async an_answer_that_only_asks_stays_open() {
		const open = part("mentions").locator(".room-mention", { has: page.locator(".triage-new") }).first();
		const which = await open.getAttribute("id"), mention = part("mentions").locator(`#${which}`);
		await mention.locator("button", { hasText: "Assess" }).click();
		await dialog().locator("[value=answered]").check();
		await dialog().locator("[name=asks]").check();
		await dialog().locator("[name=note]").fill("Which table was it?");
		await submit();
		await mention.locator(".triage-asks", { hasText: "asked for something" }).waitFor();
		await mention.locator("button", { hasText: "Assess" }).click();
		await dialog().locator(".note", { hasText: "nothing is solved by it" }).waitFor();
		assert.ok(await dialog().locator("[name=asks]").isChecked());
		await dialog().locator("[value=closed]").check();
		assert.equal(await dialog().locator("[name=outcome] option[value=solved]").count(), 0, "nothing is solved by a question");
		await dialog().locator("[value=answered]").check();
		await dialog().locator("[name=asks]").uncheck();
		await submit();
		await mention.locator(".triage-answered").waitFor();
	},

	async an_unlinked_mention_comes_back_by_undo() {
		await part("mentions").locator("button", { hasText: "Unlink" }).first().click();
		await page.waitForFunction(() => document.querySelectorAll(".room-mention").length === 2);
		await page.locator(".toast", { hasText: "Unlinked" }).locator("button", { hasText: "Undo" }).click();
		await part("mentions").locator(".room-mention").nth(2).waitFor();
		assert.equal((await get(`/incidents/${id}`)).counts.mentions, 3);
	},

	async some_mentions_are_split_off_into_an_incident_of_their_own() {
		await part("mentions").locator(".pick input").nth(0).check();
		await part("mentions").locator(".pick input").nth(1).check();
		await part("mentions").locator(".picks", { hasText: "2 chosen" }).locator("button", { hasText: "Split off" }).click();
		await dialog().getByText(/begins with 2 mentions/).waitFor();
		await dialog().locator("[name=title]").fill("The second kitchen");
		await dialog().locator("[name=severity][value='3']").check();
		await dialog().locator("[name=reason]").fill("Another cook, another soup");
		await submit();
		await page.locator(".room-head h1", { hasText: "The second kitchen" }).waitFor();
		const own = here();
		assert.notEqual(own, id);
		await part("mentions").locator(".room-mention").nth(1).waitFor();
		assert.equal(await page.locator(".picks").count(), 0, "nothing is chosen in the new room");
		await part("timeline").locator(".entry", { hasText: "out of incident" }).waitFor();
		await page.locator(".relative a", { hasText: String(id) }).click();
		await page.locator(".room-head h1", { hasText: "Guests are ill" }).waitFor();
		await page.locator(".relative a", { hasText: String(own) }).waitFor();
		const entry = part("timeline").locator(".entry", { hasText: "split 2 mentions off" });
		await entry.getByText("Another cook, another soup").waitFor();
		assert.equal(await entry.locator(".entry-line a").getAttribute("href"), `/incidents/${own}`);
		const now = await get(`/incidents/${own}`);
		assert.deepEqual([now.severity, now.split_from, now.counts.mentions], [3, id, 2]);
		assert.equal((await get(`/incidents/${id}`)).counts.mentions, 3, "they stay here as well");
	},

	async a_claim_shows_the_mentions_that_spread_it() {
		const shown = (n) => page.waitForFunction((k) => document.querySelectorAll(".room-mention").length === k, n);
		await shown(3);
		const which = [];
		for (const i of [0, 2]) {
			which.push(await part("mentions").locator(".room-mention").nth(i).getAttribute("id"));
			await part("mentions").locator(".pick input").nth(i).check();
		}
		await part("mentions").locator(".picks", { hasText: "2 chosen" }).locator("button", { hasText: "Spreads a claim" }).click();
		await dialog().locator("label", { hasText: "kept warm" }).click();
		await submit();
		await page.locator(".toast", { hasText: "2 mentions linked" }).waitFor();
		assert.equal(await page.locator(".picks").count(), 0, "nothing is chosen any more");
		const claim = part("claims").locator(".claim", { hasText: "kept warm" });
		const spread = (n) => claim.locator(".claim-spread", { hasText: n === 1 ? "spread by 1 mention" : `spread by ${n} mentions` });
		await part("timeline").locator(".entry", { hasText: "marked 2 mentions as spreading the claim" }).waitFor();
		await spread(2).click();
		await part("mentions").locator(".claim-chip", { hasText: "kept warm" }).waitFor();
		await shown(2);
		const ids = async () => page.locator(".room-mention").evaluateAll((all) => all.map((m) => m.id));
		assert.deepEqual(await ids(), which);
		await page.reload();
		await part("mentions").locator(".claim-chip").waitFor();
		await joined(page);
		await shown(2);
		assert.deepEqual(await ids(), which, "the address says it");
		await part("mentions").locator(`#${which[1]} button`, { hasText: "Does not spread it" }).click();
		await shown(1);
		await spread(1).waitFor();
		await page.locator(".toast", { hasText: "No longer linked" }).locator("button", { hasText: "Undo" }).click();
		await shown(2);
		await spread(2).waitFor();
		await part("mentions").locator(`#${which[0]} button`, { hasText: "Unlink" }).click();
		await spread(1).waitFor();
		await page.locator(".toast", { hasText: "Unlinked" }).locator("button", { hasText: "Undo" }).click();
		await spread(2).waitFor();
		await shown(2);
		await part("mentions").locator("button[aria-label='Show all mentions']").click();
		await shown(3);
		assert.doesNotMatch(page.url(), /claim=/);
		assert.equal(await page.locator("button", { hasText: "Does not spread it" }).count(), 0);
		assert.equal((await get(`/incidents/${id}`)).claims.find((c) => c.text.includes("kept warm")).spread, 2);
	},

	async all_mentions_of_a_claim_are_let_go_by_undo() {
		const before = await send(page, "POST", `/incidents/${id}/claims`, { text: "The cook has left the country" });
		await part("mentions").locator(".pick input").nth(1).check();
		await part("mentions").locator(".picks button", { hasText: "Spreads a claim" }).click();
		await dialog().locator("label", { hasText: "left the country" }).click();
		await submit();
		const claim = part("claims").locator(".claim", { hasText: "left the country" });
		await claim.locator(".claim-spread", { hasText: "spread by 1 mention" }).waitFor();
		await page.locator(".toast", { hasText: "1 mention linked" }).locator("button", { hasText: "Undo" }).click();
		await claim.locator(".claim-spread").waitFor({ state: "detached" });
		assert.equal((await get(`/incidents/${id}`)).claims.find((c) => c.id === before.id).spread, 0);
	},

	async a_decision_leads_to_the_room_as_it_was() {
		await part("decisions").locator(".part-head button").click();
		await dialog().locator("[name=question]").fill("Do we close?");
		await dialog().locator("[name=options]").fill("Close\n\n  Stay open  ");
		await dialog().locator("[name=choice]").fill("Close");
		await dialog().locator("[name=reasons]").fill("We do not know yet");
		await submit();
		const decision = part("decisions").locator(".decision", { hasText: "Do we close?" });
		await decision.locator("a", { hasText: "as it was then" }).waitFor();
		const [made] = (await get(`/incidents/${id}`)).decisions;
		assert.deepEqual(made.options, ["Close", "Stay open"], "empty lines are no options");
		await send(page, "POST", `/incidents/${id}/tasks`, { title: "What came later" });
		const later = part("tasks").locator(".task", { hasText: "What came later" });
		await later.waitFor();
		await decision.locator("a", { hasText: "as it was then" }).click();
		await later.waitFor({ state: "detached" });
		assert.equal(await page.locator(".room-moves button, .room-box .part-head button, .add-note, .thing-top button").count(), 0, "no past is written to");
		assert.equal(await part("tasks").locator("input:not(:disabled)").count(), 0);
		await toRoom();
	},

	async severity_and_status_change_with_a_reason() {
		await page.locator(".room-moves button", { hasText: "Change the severity" }).click();
		await dialog().locator("[name=severity][value='1']").check();
		await dialog().locator("[name=reason]").fill("A child is in hospital");
		await submit();
		await page.locator(".room-head .severity-1").waitFor();
		await page.locator(".room-moves button", { hasText: "Make it active" }).click();
		await dialog().locator("[name=reason]").fill("All hands");
		await submit();
		await page.locator(".room-head .status-active").waitFor();
		const { items } = await get(`/incidents/${id}/timeline?kind=incident`);
		assert.ok(items.some((e) => e.data.reason === "A child is in hospital"));
	},

	async who_comes_too_late_is_told_and_keeps_the_text() {
		await page.locator(".room-moves button", { hasText: "Resolve it" }).click();
		await dialog().locator("[name=reason]").fill("The laboratory found nothing");
		/* Somebody else is faster by as little as one can be. */
		let isFirst = true;
		await page.route(`**/api/v1/incidents/${id}`, async (route) => {
			if (route.request().method() === "PATCH" && isFirst) {
				isFirst = false;
				const now = await get(`/incidents/${id}`);
				await send(page, "PATCH", `/incidents/${id}`, { severity: 2, reason: "It was another family" }, now.version);
			}
			await route.continue();
		});
		await dialog().locator("button.primary").last().click();
		await dialog().locator("[role=alert]").waitFor();
		assert.equal(await dialog().locator("[name=reason]").inputValue(), "The laboratory found nothing");
		await dialog().locator(".severity-2").waitFor();
		await page.unroute(`**/api/v1/incidents/${id}`);
		await submit();
		await page.locator(".room-head .status-resolved").waitFor();
		assert.equal((await get(`/incidents/${id}`)).severity, 2, "nothing was overwritten");
	},

	async what_is_typed_outlives_the_page() {
		await page.locator(".add-note [name=text]").fill("They called from the hospital");
		await page.reload();
		await page.locator(".add-note [name=text]").waitFor();
		await page.waitForFunction(() => document.querySelector(".add-note [name=text]").value === "They called from the hospital");
		await page.locator(".add-note button.primary").click();
		await page.locator(".toast", { hasText: "Saved" }).waitFor();
		await page.waitForFunction(() => document.querySelector(".add-note [name=text]").value === "");
		const { items } = await get(`/incidents/${id}/timeline?kind=note`);
		assert.deepEqual(items.map((e) => e.data.text), ["They called from the hospital"]);
	},

	async the_timeline_is_searched_in_all_spellings() {
		await send(page, "POST", `/incidents/${id}/notes`, { text: "كتاب السجلات ١٢٣ عند المدير" });
		await toRoom();
		const timeline = part("timeline"), field = timeline.locator("input[type=search]");
		await timeline.locator(".entry", { hasText: "عند المدير" }).waitFor();
		const whole = await timeline.locator(".entry").count();
		await field.fill("کتاب 123");
		await page.waitForFunction(() => document.querySelectorAll(".part-timeline .entry").length === 1);
		await timeline.locator(".entry", { hasText: "عند المدير" }).waitFor();
		assert.match(page.url(), /find=/);
		await send(page, "POST", `/incidents/${id}/notes`, { text: "کتاب دوم: ۱۲۳" });
		await send(page, "POST", `/incidents/${id}/notes`, { text: "something else" });
		await timeline.locator(".entry", { hasText: "کتاب دوم" }).waitFor();
		await page.reload();
		await timeline.locator(".entry", { hasText: "کتاب دوم" }).waitFor();
		assert.equal(await timeline.locator(".entry").count(), 2, "the address says it");
		await field.fill("kept warm");
		await timeline.locator(".entry.noun-claim", { hasText: "judged" }).waitFor();
		assert.ok(await timeline.locator(".entry").count() >= 2, "what became of a claim is found by its words");
		await field.fill("nobody wrote this");
		await timeline.getByText("Nothing matches").waitFor();
		await field.fill("؟!");
		await timeline.getByText("These words cannot be searched for").waitFor();
		assert.equal(await timeline.locator(".entry").count(), 0);
		await timeline.locator("button", { hasText: "Clear" }).click();
		await page.waitForFunction((n) => document.querySelectorAll(".part-timeline .entry").length >= n, whole);
		assert.equal(await field.inputValue(), "");
		const first = (await get(`/incidents/${id}/timeline?limit=1`)).items[0].seq;
		await field.fill("something else");
		await page.waitForFunction(() => document.querySelectorAll(".part-timeline .entry").length === 1);
		await page.evaluate((seq) => { location.hash = `e${seq}`; }, first);
		await timeline.locator(`#e${first}`).waitFor();
		assert.doesNotMatch(page.url(), /find=/, "an entry that is asked for is shown, whatever was searched");
	},

	async all_who_watch_see_a_change() {
		const other = await newPage(browser);
		await enter(other, "omid");
		await other.goto(`${room.url}/incidents/${id}`);
		await other.locator(".room-head").waitFor();
		await joined(other);
		await send(page, "POST", `/incidents/${id}/claims`, { text: "Said by another" });
		await other.locator(".claim", { hasText: "Said by another" }).waitFor();
		assert.equal(await other.locator(".room-moves").count(), 0, "a drafter does not command");
		await other.locator(".room-mention").first().waitFor();
		await other.locator(".room-mention .pick input").first().check();
		await other.locator(".picks button", { hasText: "Spreads a claim" }).waitFor();
		assert.equal(await other.locator(".picks button", { hasText: "Split off" }).count(), 0, "nor splits");
		assert.ok(await other.locator("section[data-part=claims] .part-head button").count() > 0, "and works with claims");
		assert.deepEqual(other.wrong, []);
		await other.context().close();
	},

	async what_it_is_called_is_edited_and_kept_when_somebody_was_faster() {
		await toRoom();
		const more = async (item) => {
			await page.locator(".room-title .menu > button").click();
			await page.locator(".room-title .menu-item", { hasText: item }).click();
		};
		await more("Edit title and summary");
		await dialog().locator("[name=summary]").fill("Nine people since yesterday evening");
		await dialog().locator("[name=title]").fill("Guests are ill, all are home");
		const now = await get(`/incidents/${id}`);
		await send(page, "PATCH", `/incidents/${id}`, { type: "product safety" }, now.version);
		await dialog().getByText("Somebody else has changed this").waitFor();
		assert.equal(await dialog().locator("[name=summary]").inputValue(), "Nine people since yesterday evening");
		await dialog().locator("[name=type]").fill("product safety");
		await submit();
		await page.locator(".room-head h1", { hasText: "all are home" }).waitFor();
		await page.locator(".room-summary", { hasText: "Nine people" }).waitFor();
		const after = await get(`/incidents/${id}`);
		assert.equal(after.type, "product safety");
		await more("Edit title and summary");
		await dialog().locator("[name=summary]").fill("");
		await submit();
		await page.locator(".room-summary").waitFor({ state: "detached" });
	},

	async names_are_kept_by_who_leads_and_seen_by_all() {
		await page.goto(`${room.url}/incidents/${id}`);
		const names = page.locator(".names");
		await names.getByText("must not be mixed up").waitFor();
		await joined(page);
		const edit = async (text) => {
			await names.locator(".part-head button").click();
			await dialog().locator("[name=names]").fill(text);
		};
		await edit("Harbour Kitchen = مطبخ الميناء\n\nHarbour Bakery =");
		await dialog().locator("button.primary").click();
		await dialog().locator(".error", { hasText: "line 3" }).waitFor();
		await dialog().locator("[name=names]").fill("Harbour Kitchen=مطبخ الميناء\n\nHarbour Bakery");
		const now = await get(`/incidents/${id}`);
		await send(page, "PATCH", `/incidents/${id}`, { names: ["Cold Room 2"] }, now.version);
		await dialog().locator(".note .names-list", { hasText: "Cold Room 2" }).waitFor();
		assert.match(await dialog().locator("[name=names]").inputValue(), /Bakery$/, "what is typed stays");
		await submit();
		await names.locator("li", { hasText: "Harbour Bakery" }).waitFor();
		assert.deepEqual((await get(`/incidents/${id}`)).names, ["Harbour Kitchen = مطبخ الميناء", "Harbour Bakery"]);
		await part("timeline").locator(".entry", { hasText: "changed the names" }).first().getByText("Harbour Bakery").waitFor();
		const other = await newPage(browser);
		await enter(other, "olga");
		await other.goto(`${room.url}/incidents/${id}`);
		await other.locator(".names li", { hasText: "مطبخ الميناء" }).waitFor();
		assert.equal(await other.locator(".names button").count(), 0, "who only reads has nothing to edit it with");
		assert.deepEqual(other.wrong, []);
		await other.context().close();
		await page.goto(`${room.url}/incidents/${id}?at=${now.last_seq}`);
		await names.getByText("must not be mixed up").waitFor();
		assert.equal(await names.locator("button").count(), 0, "the past is not edited");
		await page.goto(`${room.url}/incidents/${id}`);
		await edit("");
		await submit();
		await names.locator("li").first().waitFor({ state: "detached" });
		assert.deepEqual((await get(`/incidents/${id}`)).names, []);
	},

	async one_is_merged_into_another_and_leads_there() {
		const merge = async (of) => {
			await page.goto(`${room.url}/incidents/${of.id}`);
			await page.locator(".room-title .menu > button").click();
			await page.locator(".room-title .menu-item", { hasText: "Merge into another" }).click();
		};
		await merge(await send(page, "POST", "/incidents", { title: "Alone of its kind", severity: 3, drill: true, restricted: true }));
		await dialog().getByText("no other open incident").waitFor();
		const other = await send(page, "POST", "/incidents", { title: "The same kitchen", severity: 3 });
		const stays = await send(page, "POST", "/incidents", { title: "The one to stay", severity: 2 });
		await merge(other);
		await dialog().locator("label", { hasText: "The one to stay" }).click();
		await dialog().locator("[name=reason]").fill("One kitchen, one crisis");
		await dialog().locator("button.danger").click();
		await closed();
		await page.locator(".room-head h1", { hasText: "The one to stay" }).waitFor();
		assert.deepEqual((await get(`/incidents/${stays.id}`)).absorbed, [other.id]);
		await page.goto(`${room.url}/incidents/${other.id}`);
		await page.locator(`.room-head a[href="/incidents/${stays.id}"]`).click();
		await page.locator(".room-head h1", { hasText: "The one to stay" }).waitFor();
	},

	async a_room_is_restricted_later_and_opened_again() {
		const made = await send(page, "POST", "/incidents", { title: "Quiet matter", severity: 3 });
		await page.goto(`${room.url}/incidents/${made.id}`);
		for (const [item, restricted] of [["Restrict to its people", true], ["Open it to everybody", false]]) {
			await page.locator(".room-title .menu > button").click();
			await page.locator(".room-title .menu-item", { hasText: item }).click();
			await dialog().locator("[name=reason]").fill("The lawyers say so");
			await submit();
			await page.locator(".people-closed").waitFor({ state: restricted ? "visible" : "detached" });
			assert.equal((await get(`/incidents/${made.id}`)).restricted, restricted);
		}
	},

	async a_restricted_room_is_not_there_for_others() {
		await page.goto(`${room.url}/incidents`);
		await page.locator(".page-head .primary").click();
		await dialog().locator("[name=title]").fill("Behind closed doors");
		await dialog().locator("[name=restricted]").check();
		await submit();
		await page.locator(".people-closed").waitFor();
		const closedRoom = here();
		const other = await newPage(browser);
		await enter(other, "olga");
		await other.goto(`${room.url}/incidents?board=all`);
		await other.locator(".incident", { hasText: "Guests are ill" }).waitFor();
		assert.equal(await other.locator(".incident", { hasText: "Behind closed doors" }).count(), 0);
		await other.goto(`${room.url}/incidents/${closedRoom}`);
		await other.locator("h1", { hasText: "no such incident" }).waitFor();
		assert.equal(await other.getByText("Behind closed doors").count(), 0);
		assert.deepEqual(other.wrong, []);
		await other.context().close();
	},

	async nothing_went_wrong_in_the_page() {
		assert.deepEqual(page.wrong, []);
	},
};

await setUp(page, room);
await page.context().clearCookies();
await enter(page, "layla");
await runAll(tests, page, room, browser);
