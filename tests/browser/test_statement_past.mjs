/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_statement_past.mjs - an Arabic draft that three have written, played back and opened as it was: each
 * letter in the colour of whoever wrote it, which is the same one in the editor, in the film and at a moment
 * of the past, and the names beside it. And where its time has gone, in bars as long as it took.
 */
import assert from "node:assert/strict";

import { Room, launch, newPage, runAll, send, setUp, signIn } from "./room.mjs";

const room = new Room();
await room.start({ wantSetup: true });
const browser = await launch();
const admin = await newPage(browser);
await setUp(admin, room);

async function person(name, roles, locale) {
	const password = await room.cli("user", "add", name, "--roles", roles);
	const p = await newPage(browser, { locale });
	await p.goto(`${room.url}/settings`);
	await signIn(p, name, password);
	await p.locator(".rail").waitFor();
	return p;
}
const layla = await person("layla", "lead", "ar-EG"), nasrin = await person("نسرین", "drafter", "fa-IR"), omar = await person("omar", "drafter", "en-GB");
const incident = await send(layla, room, "POST", "/incidents", { title: "وعكة صحية بعد العشاء", severity: 2 });
const statement = await send(nasrin, room, "POST", `/incidents/${incident.id}/statements`, { title: "ما نعرفه", lang: "ar", channel: "press", audience: "public", text: "نأسف لما حدث.\n" });
const path = `${room.url}/incidents/${incident.id}/statements/${statement.id}`;
const read = (rest = "") => send(layla, room, "GET", `/statements/${statement.id}${rest}`);

/* One change each, by the API: the place, how many go, what comes. */
async function type(by, at, gone, insert) {
	const { revision, units } = await read();
	const changes = [...(at > 0 ? [at] : []), insert === "" ? [gone] : [gone, ...insert.split("\n")], ...(units - at - gone > 0 ? [units - at - gone] : [])];
	await send(by, room, "POST", `/statements/${statement.id}/changes`, { revision, updates: [{ client: `tab-${revision}`, changes }] });
}
await type(layla, 4, 0, " جدا"); /* within what another wrote */
await type(omar, 0, 0, "Harbour Kitchen: +971 4 555 0100\n"); /* above it, and the other way */
await type(layla, 0, 7, "مطبخ"); /* what omar began with is gone */
const LAST = 3;

/* What is coloured on a paper: each stretch with its colour and whose it is. */
const coloured = (p, where) => p.locator(`${where} .by`).evaluateAll((all) => all.map((e) => [e.textContent, e.title, getComputedStyle(e).getPropertyValue("--by")]));
/* The same of the legend. */
const legend = async (p, where = "") => Object.fromEntries(await p.locator(`${where} .by-legend li`).evaluateAll((all) => all.map((li) => [li.querySelector("bdi").textContent,
	[getComputedStyle(li.querySelector(".by")).getPropertyValue("--by"), Number(li.querySelector(".soft").textContent.replace(/[٠-٩۰-۹]/g, (d) => d.charCodeAt(0) & 15))]])));
/* Letters, each with its author, whatever pieces they are drawn in; line ends are not drawn. */
const letters = (pieces) => pieces.flatMap(([text, who]) => [...text].map((c) => `${c} ${who}`));
async function lettersOf(at) {
	const { text, authors } = await read(at);
	let from = 0;
	return letters(authors.map(({ user, units }) => [text.slice(from, from += units).replaceAll("\n", ""), user.name]));
}
const shows = (p) => p.locator(".editor-tools .offer").click();
const range = layla.locator("dialog input[type=range]");
let colours;

await runAll({
	async the_editor_says_who_wrote_what() {
		await layla.goto(path);
		await layla.locator(".cm-content").waitFor();
		await shows(layla);
		await layla.locator(".cm-content .by").nth(4).waitFor();
		assert.deepEqual(letters(await coloured(layla, ".cm-content")), await lettersOf(""));
		colours = await legend(layla);
		assert.deepEqual(Object.keys(colours).sort(), ["layla", "omar", "نسرین"]);
		assert.equal(new Set(Object.values(colours).map(([colour]) => colour)).size, 3, "each has one of their own");
		for (const [, who, colour] of await coloured(layla, ".cm-content"))
			assert.equal(colour, colours[who][0]);
	},

	async played_back_each_keeps_their_colour() {
		await layla.locator(".statement-moves button").last().click();
		await range.waitFor();
		for (let revision = 0; revision <= LAST; revision++) {
			await range.fill(String(revision));
			const at = `?as_of=${encodeURIComponent(await layla.locator("dialog time").getAttribute("datetime"))}`;
			const pieces = await coloured(layla, "dialog .shown"), then = await read(at);
			assert.equal(then.revision, revision, "the moment beside a revision is of that revision");
			assert.deepEqual(letters(pieces), await lettersOf(at));
			for (const [, who, colour] of pieces)
				assert.equal(colour, colours[who][0], `${who} at ${revision}`);
			/* Names stay where they are, whoever has written by then; how much is counted. */
			const names = await legend(layla, "dialog");
			assert.deepEqual(Object.keys(names), ["نسرین", "layla", "omar"]);
			for (const [who, [colour, units]] of Object.entries(names)) {
				assert.equal(colour, colours[who][0]);
				assert.equal(units, then.authors.filter((a) => a.user.name === who).reduce((sum, a) => sum + a.units, 0));
			}
		}
	},

	async what_a_step_put_in_stands_out_in_its_author_s_colour() {
		await range.fill("1");
		assert.equal(await layla.locator("dialog .just-typed").evaluateAll((all) => all.map((e) => e.textContent).join("")), " جدا");
		const [fresh, old] = await layla.locator("dialog .by").evaluateAll((all) => [".just-typed", ":not(.just-typed)"].map((s) => getComputedStyle(all.find((e) => e.matches(s))).boxShadow));
		assert.notEqual(fresh, old);
		await range.fill("2");
		assert.deepEqual(await layla.locator("dialog .shown p").evaluateAll((all) => all.map((e) => getComputedStyle(e).direction)), ["ltr", "rtl", "rtl"]);
		assert.equal(await layla.locator("dialog .film-row").evaluate((e) => getComputedStyle(e).direction), "ltr", "time runs from left to right");
	},

	async from_there_to_the_page_as_it_was() {
		const text = await layla.locator("dialog .shown").innerText();
		await layla.locator("dialog .thing-facts a").click();
		await layla.locator(".at-banner").waitFor();
		await layla.locator(".statement-text .shown").waitFor();
		assert.equal(await layla.locator(".statement-text .shown").innerText(), text);
		assert.equal(await layla.locator(".statement-text .shown .by").count(), 0);
		await shows(layla);
		await layla.locator(".statement-text .shown .by").nth(3).waitFor();
		assert.deepEqual(letters(await coloured(layla, ".statement-text .shown")), await lettersOf(`?as_of=${encodeURIComponent(new URL(layla.url()).searchParams.get("at"))}`));
		for (const [, who, colour] of await coloured(layla, ".statement-text .shown"))
			assert.equal(colour, colours[who][0], "the same as live");
		assert.deepEqual(Object.keys(await legend(layla)), ["omar", "نسرین", "layla"]);
		await shows(layla);
		await layla.locator(".by-legend").waitFor({ state: "detached" });
		assert.equal(await layla.locator(".statement-text .shown .by").count(), 0);
	},

	async played_back_from_there_it_begins_there() {
		await layla.locator(".statement-moves button").last().click();
		await range.waitFor();
		assert.equal(await range.inputValue(), "2");
		assert.equal(await range.getAttribute("max"), String(LAST));
		await layla.keyboard.press("Escape");
	},

	async before_anybody_else_it_is_all_of_one() {
		await layla.goto(`${path}?at=${statement.id}`);
		await layla.locator(".statement-text .shown").waitFor();
		await shows(layla);
		await layla.locator(".by-legend").waitFor();
		assert.deepEqual(await legend(layla), { "نسرین": [colours["نسرین"][0], 14] });
	},

	async bars_are_where_and_as_long_as_the_time_was() {
		/* Of the server's own answer the moments alone are others: nobody waits for hours here. */
		const BEGAN = Date.parse("2026-03-01T08:00:00Z"), STINTS = [["drafting", 0, 10], ["idle", 10, 30], ["waiting", 30, 90], ["out", 90, 100]];
		for (const p of [layla, omar]) {
			await p.route("**/api/v1/statements/*/ledger", async (route) => {
				const r = await route.fetch(), real = await r.json(), when = (min) => new Date(BEGAN + min * 60000).toISOString();
				assert.ok(real.items.length > 0 && real.items[0].spent === "drafting", JSON.stringify(real.items));
				await route.fulfill({ response: r, json: { ...real, items: STINTS.map(([spent, from, to]) => ({ ...real.items[0], spent, from: when(from), to: when(to),
					on: spent === "waiting" ? [{ kind: "group", group: "legal", n: 1 }] : [] })) } });
			});
			await p.goto(path);
			await p.locator(".ledger-link").click();
			await p.locator("dialog .spent-chart li").nth(3).waitFor();
			const rows = await p.locator("dialog .spent-chart li").evaluateAll((all) => all.map((li) => {
				const bar = li.querySelector(".spent-track .spent"), track = li.querySelector(".spent-track").getBoundingClientRect(), { left, width } = bar.getBoundingClientRect();
				return { spent: /spent-(\w+)/.exec(bar.className)[1], from: (100 * (left - track.left)) / track.width, to: (100 * (left + width - track.left)) / track.width, words: li.innerText };
			}));
			assert.deepEqual(rows.map((r) => r.spent), STINTS.map(([spent]) => spent));
			for (const [i, [spent, from, to]] of STINTS.entries())
				assert.ok(Math.abs(rows[i].from - from) < 0.5 && Math.abs(rows[i].to - to) < 0.5, `${spent}: ${rows[i].from}–${rows[i].to}`);
			assert.match(rows[2].words, p === layla ? /القانون/ : /legal/i, "it says for whom");
			/* Time runs from left to right in every language; the words run as their language does. */
			assert.equal(await p.evaluate(() => document.documentElement.dir), p === layla ? "rtl" : "ltr");
			assert.deepEqual(await p.locator("dialog .spent-chart li > span:first-child").evaluateAll((all) => [...new Set(all.map((e) => getComputedStyle(e).direction))]), [p === layla ? "rtl" : "ltr"]);
			const ticks = await p.locator("dialog .spent-axis bdi").evaluateAll((all) => all.map((e) => e.getBoundingClientRect().left));
			assert.deepEqual(ticks, [...ticks].sort((a, b) => a - b));
			await p.unroute("**/api/v1/statements/*/ledger");
		}
	},

	async nothing_went_wrong_on_the_way() {
		assert.deepEqual([layla, nasrin, omar].flatMap((p) => p.wrong), []);
	},
}, layla, room, browser);
