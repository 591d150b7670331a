/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_crisis.mjs - one crisis from the first mention to its end, by three people in three languages on
 * the real server: layla leads in English, omar drafts in Arabic, nasrin decides in Persian on a
 * phone. Each does by hand what is theirs and waits for what the others did to come by itself.
 * A picture of each at the turning points is left in shots/; SHOTS=0 leaves none.
 */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { joined, launch, newPage, Room, runAll, setUp, signIn } from "./room.mjs";

const shots = process.env.SHOTS === "0" ? null : process.env.SHOTS ?? join(dirname(fileURLToPath(import.meta.url)), "shots");
if (shots)
	mkdirSync(shots, { recursive: true });
const room = new Room();
await room.start({ wantSetup: true });
const browser = await launch();
const admin = await newPage(browser);
await setUp(admin, room);
await admin.context().close();

async function person(name, roles, locale, lang, viewport) {
	const page = await newPage(browser, { locale, viewport });
	const password = await room.cli("user", "add", name, "--roles", roles);
	await page.goto(room.url);
	await signIn(page, name, password);
	await page.locator(".dot.live").waitFor({ state: "attached" });
	assert.equal(await page.evaluate(() => document.documentElement.lang), lang);
	const part = (p) => page.locator(`section[data-part=${p}]`);
	const dialog = () => page.locator("dialog[open]").last();
	return {
		name, page, part, dialog,
		id: JSON.parse(await (await page.request.get(`${room.url}/api/v1/session`)).text()).user.id,
		async submit() {
			await dialog().locator("button.primary").last().click();
			await page.waitForFunction(() => document.querySelector("dialog[open]") === null);
		},
		/* On a phone a part stands behind its tab. */
		async open(p) {
			await page.goto(`${room.url}/incidents/${id}?part=${p}`);
			await page.locator(".room-head").waitFor();
		},
		async shot(what) {
			if (shots)
				await page.screenshot({ path: join(shots, `crisis-${what}-${lang}-${viewport.width}.png`) });
		},
	};
}
const DESK = { width: 1280, height: 800 }, PHONE = { width: 390, height: 844 };
const layla = await person("layla", "lead", "en-GB", "en", DESK);
const omar = await person("omar", "drafter", "ar-EG", "ar", DESK);
const nasrin = await person("nasrin", "approver", "fa-IR", "fa", PHONE);
const team = [layla, omar, nasrin];
const get = async (path) => JSON.parse(await (await layla.page.request.get(`${room.url}/api/v1${path}`)).text());
const now = () => get(`/incidents/${id}`);

let id = 0, calm = 0, worst = 0;

const tests = {
	async a_wave_comes_in_and_becomes_an_incident() {
		await room.say([
			{ source: "x", source_id: "1", lang: "en", text: "Two of us ate the soup of the harbour kitchen and we are both ill", author: { name: "Window Seat" } },
			{ source: "telegram", source_id: "2", lang: "fa", text: "سوپ بندر ما را مریض کرد، چه کسی پاسخگوست؟", author: { name: "سکوت کوچه" } },
			{ source: "forum", source_id: "3", lang: "ar", text: "أكلنا الحساء ومرضنا، ولا أحد يرد على الهاتف", author: { name: "مسافر الليل" } },
		]);
		const { page } = layla;
		await page.locator(".mention").nth(2).waitFor();
		for (let i = 0; i < 3; i++)
			await page.locator(".mention .pick input").nth(i).check();
		await page.locator(".pick-bar button", { hasText: "Declare an incident" }).click();
		await layla.dialog().locator("[name=title]").fill("Guests fall ill after the soup");
		await layla.dialog().locator("[name=severity][value='3']").check();
		await layla.submit();
		await page.locator(".room-head h1", { hasText: "Guests fall ill" }).waitFor();
		id = Number(/\/incidents\/(\d+)/.exec(page.url())[1]);
		assert.equal((await now()).counts.mentions, 3);
		assert.ok((await now()).clocks.first_mention_at, "the earliest is the first mention");
	},

	async all_three_are_in_the_room() {
		for (const who of [omar, nasrin]) {
			await who.page.goto(`${room.url}/incidents`);
			await who.page.locator(".incident", { hasText: "Guests fall ill" }).locator("a").first().click();
			await who.page.locator(".room-head h1", { hasText: "Guests fall ill" }).waitFor();
			await who.page.locator(".room-missing").waitFor({ state: "visible" });
			assert.equal(await who.page.evaluate(() => document.documentElement.dir), "rtl");
		}
	},

	async offices_are_given() {
		const { page } = layla;
		await page.locator(".room-missing button").click();
		for (const [office, holder] of [["Communications", "omar"], ["Executive", "nasrin"]]) {
			await page.locator(".vacant button", { hasText: office }).click();
			await layla.dialog().locator("[name=holder]").selectOption({ label: holder });
			await layla.submit();
			await page.locator(".office", { hasText: office }).getByText(holder).waitFor();
		}
		await omar.page.locator(".office", { hasText: "omar" }).waitFor();
		await nasrin.page.locator(".office", { hasText: "nasrin" }).waitFor({ state: "attached" });
		for (const who of team)
			await who.page.locator(".room-missing").waitFor({ state: "detached" });
	},

	async a_playbook_is_started_and_gives_work() {
		await layla.page.locator(".room-moves button", { hasText: "Start a playbook" }).click();
		await layla.dialog().locator("[name=slug][value=product-safety]").check();
		await layla.submit();
		await omar.part("tasks").locator(".task").nth(2).waitFor();
		assert.ok((await now()).tasks.length >= 3);
		assert.equal((await now()).playbooks.length, 1);
	},

	async the_crisis_is_split_into_claims() {
		for (const [text, owner] of [["القدر بقي دافئًا طوال الليل", "omar"], ["الخضار من المورد الجديد", "nasrin"]]) {
			await omar.part("claims").locator(".part-head button").click();
			await omar.dialog().locator("[name=text]").fill(text);
			await omar.dialog().locator("[name=owner]").selectOption({ label: owner });
			await omar.submit();
			await layla.part("claims").locator(".claim", { hasText: text }).waitFor();
		}
		await layla.part("tasks").locator(".part-head button", { hasText: "Add a task" }).click();
		await layla.dialog().locator("[name=title]").fill("Ask the hospital");
		await layla.dialog().locator("[name=owner]").selectOption({ label: "nasrin" });
		await layla.submit();
	},

	async on_a_phone_a_claim_is_judged_and_a_task_done() {
		const { page } = nasrin;
		await page.locator(".room-tabs button").nth(await tabOf("claims")).click();
		const claim = nasrin.part("claims").locator(".claim", { hasText: "المورد" });
		await claim.locator(".thing-top button").click();
		await nasrin.dialog().locator("[name=verdict][value=false]").check();
		await nasrin.dialog().locator("[name=reason]").fill("فاکتورها از تأمین‌کنندهٔ همیشگی است");
		await nasrin.dialog().locator("[name=url]").fill("https://example.org/invoices");
		await nasrin.submit();
		await claim.locator(".verdict-false").waitFor();
		await nasrin.shot("judged");
		await layla.part("claims").locator(".verdict-false").waitFor();
		await page.locator(".room-tabs button").nth(await tabOf("tasks")).click();
		for (const who of [nasrin, layla])
			await who.part("tasks").locator("button", { hasText: /Show all|نمایش همهٔ/ }).click();
		await nasrin.part("tasks").locator(".task", { hasText: "Ask the hospital" }).locator("input").click();
		await layla.part("tasks").locator(".task.is-done", { hasText: "Ask the hospital" }).waitFor();
	},

	async a_decision_is_made_on_what_was_known() {
		calm = (await now()).last_seq;
		await layla.part("decisions").locator(".part-head button").click();
		await layla.dialog().locator("[name=question]").fill("Do we close the kitchen?");
		await layla.dialog().locator("[name=options]").fill("Close it\nGo on");
		await layla.dialog().locator("[name=choice]").fill("Close it");
		await layla.dialog().locator("[name=reasons]").fill("Two are in hospital");
		await layla.submit();
		await omar.part("decisions").locator(".decision", { hasText: "Do we close the kitchen?" }).waitFor();
		const [decision] = (await now()).decisions;
		assert.ok(decision.known_at >= calm, "it rests on what was on the screen");
	},

	async the_public_hears_from_us_and_is_promised_more() {
		await omar.page.locator(".clocks .buttons button").first().click();
		await omar.dialog().locator("[name=audience][value=public]").check();
		await omar.dialog().locator("[name=text]").fill("أغلقنا المطبخ، ونعرف ما حدث قبل المساء");
		await omar.submit();
		await layla.page.locator(".clocks").getByText("we spoke").first().waitFor();
		const [word] = (await now()).words;
		assert.equal(word.audience, "public");
	},

	async management_reads_it_on_one_screen_and_the_wall_shows_it() {
		const { page } = nasrin;
		await page.goto(`${room.url}/incidents/${id}/brief`);
		await page.locator(".brief-word", { hasText: "أغلقنا المطبخ" }).waitFor();
		await page.locator(".brief-list a", { hasText: "Decide whether to stop sale" }).waitFor();
		await page.locator(".brief-next time").waitFor();
		assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing sticks out");
		await nasrin.shot("brief");
		const wall = await layla.page.context().newPage();
		await wall.goto(`${room.url}/wall`);
		await wall.locator(".wall-title h1", { hasText: "Guests fall ill" }).waitFor();
		await wall.locator(".wall-said", { hasText: "أغلقنا المطبخ" }).waitFor();
		await wall.locator(".wall-line", { hasText: "omar" }).first().waitFor();
		assert.ok(!/FSI|PDI/.test(await wall.locator(".wall-latest").innerText()), "our own isolates are no danger");
		const { csrf } = await get("/session");
		const made = await layla.page.request.post(`${room.url}/api/v1/incidents`, { data: { title: "A rehearsal beside it", severity: 4, drill: true },
			headers: { "X-CSRF-Token": csrf, Origin: room.url, "Idempotency-Key": crypto.randomUUID() } });
		assert.equal(made.status(), 201);
		await wall.locator(".wall-tile").nth(1).waitFor();
		assert.ok(await wall.evaluate(() => document.documentElement.scrollHeight <= innerHeight), "nothing scrolls");
		await wall.close();
		await nasrin.open("overview");
	},

	async it_becomes_worse_and_everybody_sees_it() {
		for (const who of team)
			await joined(who.page);
		await layla.page.locator(".room-moves button", { hasText: "Change the severity" }).click();
		await layla.dialog().locator("[name=severity][value='1']").check();
		await layla.dialog().locator("[name=reason]").fill("A child is in hospital");
		await layla.submit();
		for (const who of team)
			await who.page.locator(".room-head .severity-1").waitFor();
		await layla.page.locator(".room-moves button", { hasText: "Make it active" }).click();
		await layla.dialog().locator("[name=reason]").fill("All hands");
		await layla.submit();
		for (const who of team)
			await who.page.locator(".room-head .status-active").waitFor();
		worst = (await now()).last_seq;
		for (const who of team)
			await who.shot("worst");
	},

	async what_was_said_to_guests_has_an_outcome() {
		const mention = omar.part("mentions").locator(".room-mention").first();
		await mention.locator(".thing-links > button:not(.link)").click();
		await omar.dialog().locator("[value=closed]").check();
		await omar.dialog().locator("[name=outcome]").selectOption("solved");
		await omar.submit();
		await layla.part("mentions").locator(".triage-closed").waitFor();
	},

	async it_is_resolved() {
		await layla.page.locator(".room-moves button", { hasText: "Resolve it" }).click();
		await layla.dialog().locator("[name=reason]").fill("The laboratory found the cause; all guests are home");
		await layla.submit();
		for (const who of team)
			await who.page.locator(".room-head .status-resolved").waitFor();
	},

	async two_past_moments_are_looked_at() {
		const { page } = nasrin;
		for (const [seq, severity, status, decisions] of [[calm, 3, "declared", 0], [worst, 1, "active", 1]]) {
			await page.goto(`${room.url}/incidents/${id}?part=decisions&at=${seq}`);
			await page.locator(".at-frame").waitFor({ state: "attached" });
			await page.locator(`.room-head .severity-${severity}`).waitFor();
			await page.locator(`.room-head .status-${status}`).waitFor();
			assert.equal(await nasrin.part("decisions").locator(".decision").count(), decisions);
			assert.equal(await page.locator(".room-moves button, .room .part-head button, .add-note").count(), 0, "no past is written to");
			await nasrin.shot(`at-${status}`);
		}
		await page.locator(".at-back").click();
		await page.locator(".room-head .status-resolved").waitFor();
		assert.equal(await page.locator(".at-frame").count(), 0);
	},

	async the_timeline_tells_it_in_each_language() {
		const { items } = await get(`/incidents/${id}/timeline?limit=200`);
		const happened = items.map((e) => e.type);
		for (const type of ["incident.declared", "mention.linked", "participant.added", "playbook.started", "claim.added", "claim.changed",
			"task.added", "task.changed", "decision.made", "word.spoken", "incident.severity_changed", "incident.status_changed"])
			assert.ok(happened.includes(type), `${type} is on the record`);
		assert.ok(items.every((e) => e.actor.name !== "" && Date.parse(e.recorded_at) > 0), "everything by somebody, at a time");
		for (const [who, words] of [[layla, /declared the incident/], [omar, /أعلن|إعلان|أُعلن/], [nasrin, /اعلام/]]) {
			await who.open("timeline");
			const declared = who.page.locator(`#e${items.find((e) => e.type === "incident.declared").seq}`);
			await room.until("the first entry is reached", async () => {
				await who.page.evaluate(() => document.querySelector(".timeline-end:last-of-type")?.scrollIntoView());
				return await declared.count() === 1;
			});
			await declared.filter({ hasText: words }).waitFor({ state: "attached" });
			await who.shot("timeline");
		}
	},

	async nothing_went_wrong_in_any_page() {
		for (const who of team)
			assert.deepEqual(who.page.wrong, [], who.name);
	},
};

/* Which tab it is, whatever it is called in the language. */
async function tabOf(name) {
	const parts = ["overview", "statements", "claims", "tasks", "decisions", "mentions", "files", "timeline"];
	assert.equal(await nasrin.page.locator(".room-tabs button").count(), parts.length);
	return parts.indexOf(name);
}

await runAll(tests, layla.page, room, browser);
