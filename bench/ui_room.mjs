/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * ui_room.mjs - how soon an incident's room is there, in a real browser against the real server: a room
 * with little more than is shown at once, and one with a hundred thousand mentions and twenty thousand entries.
 * What is shown is the same, so it must cost the same.
 *
 *   DIWAN_BIN=… node bench/ui_room.mjs [--mentions 100000] [--entries 20000] [--json FILE]
 *
 * "There" is the first frame with the head, the newest entry and the newest mention. Starts of the
 * two rooms alternate, in browsers that have loaded nothing of us; each figure is a median of ROUNDS.
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";

import { launch, newPage, Room, setUp } from "../tests/browser/room.mjs";
import { coldStart, median, table } from "./lib/page.mjs";

const { values: args } = parseArgs({ options: {
	mentions: { type: "string", default: "100000" }, entries: { type: "string", default: "20000" }, json: { type: "string" } } });
const MENTIONS = Number(args.mentions), ENTRIES = Number(args.entries);
const FEW_MENTIONS = 40, FEW_ENTRIES = 200; /* more than is shown at once */
const LINKED_AT_ONCE = 500, AT_ONCE = 16, ROUNDS = 5, LOOKS = 20;
const SHOWN = [".room-head h1", ".entry", ".room-mention"];
const room = new Room();
let said = 0;

async function call(token, method, path, data) {
	const r = await fetch(`${room.url}/api/v1${path}`, { method, ...(data === undefined ? {} : { body: JSON.stringify(data) }),
		headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" } });
	const text = await r.text();
	if (!r.ok)
		throw new Error(`${method} ${path}: ${r.status} ${text}`);
	return JSON.parse(text);
}

async function mentions(token, n) {
	const batch = Array.from({ length: n }, () => ({ source: "x", source_id: String(++said), lang: "en",
		text: `Paid twice and the order is gone. Third attempt, and nobody answers. ${said}`, author: { name: `author ${said % 97}` } }));
	const { last_seq } = await call(token, "POST", "/mentions", batch);
	return Array.from({ length: n }, (_, i) => last_seq - i); /* an id is the number of the event that it came with */
}

/* Every link is an entry of its own kind; notes are the rest. */
async function fill(token, feed, nMentions, nEntries) {
	const { id } = await call(token, "POST", "/incidents", { title: "Paid twice", severity: 2 });
	for (let n = 0; n < nMentions; n += LINKED_AT_ONCE)
		await call(token, "POST", `/incidents/${id}/mentions`, { ids: await mentions(feed, Math.min(LINKED_AT_ONCE, nMentions - n)) });
	let left = nEntries;
	await Promise.all(Array.from({ length: AT_ONCE }, async () => {
		while (left-- > 0)
			await call(token, "POST", `/incidents/${id}/notes`, { text: `The telephone rang again, call ${left}` });
	}));
	return id;
}

async function msOf(fn) {
	const all = [];
	for (let i = 0; i < LOOKS; i++) {
		const began = performance.now();
		await fn();
		all.push(performance.now() - began);
	}
	return median(all);
}

await room.start({ wantSetup: true });
const browser = await launch();
try {
	const page = await newPage(browser);
	await setUp(page, room);
	const state = await page.context().storageState();
	await page.context().close();
	const token = await room.cli("token", "add", "bench", "--scope", "act,read"), feed = await room.cli("token", "add", "bench-feed", "--scope", "ingest");
	const small = await fill(token, feed, FEW_MENTIONS, FEW_ENTRIES), large = await fill(token, feed, MENTIONS, ENTRIES);
	const { counts } = await call(token, "GET", `/incidents/${large}`);
	const starts = { [small]: [], [large]: [] };
	for (let i = 0; i < ROUNDS; i++)
		for (const id of [small, large])
			starts[id].push(await coldStart(browser, `${room.url}/incidents/${id}`, state, SHOWN));
	const [few, many] = [small, large].map((id) => median(starts[id]));
	const rows = [
		["the small room, cold start, ms", few, 1000],
		["the large room, cold start, ms", many, 1000],
		["large / small", many / few, 1.2],
		["GET the large room, ms", await msOf(() => call(token, "GET", `/incidents/${large}`)), 20],
		["GET its newest 100 entries, ms", await msOf(() => call(token, "GET", `/incidents/${large}/timeline?order=desc&limit=100`)), 20],
		["GET its newest 20 mentions, ms", await msOf(() => call(token, "GET", `/mentions?incident=${large}&limit=20`)), 20],
	];
	console.log(`${counts.mentions} mentions, ${counts.entries} entries\n`);
	table(rows);
	if (args.json)
		writeFileSync(args.json, JSON.stringify({ counts, rows }));
} finally {
	await browser.close();
	await room.remove();
}
