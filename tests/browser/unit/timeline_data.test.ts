/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* timeline_data.test.ts - a stretch of a timeline: a search is asked on, and knows where it stopped. */
import "./page";

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { Timeline } from "../../../static/src/room/timeline_data";
import type { Entry } from "../../../static/src/room/timeline_said";

const AT = "2026-11-25T12:00:00.000000Z";
const entry = (seq: number): Entry => ({ seq, type: "note.added", recorded_at: AT, occurred_at: AT, actor: { id: 7, name: "Layla", kind: "user" }, incident: 1, data: { text: "x" } });

const before = globalThis.fetch;
afterEach(() => { globalThis.fetch = before; });

/* A server that looks at `looks` entries of `all` at a time, newest first; the words are in every `each`th. */
function serve(all: number, looks: number, each: number): URLSearchParams[] {
	const asked: URLSearchParams[] = [];
	globalThis.fetch = async (url) => {
		const q = new URL(String(url), "http://x").searchParams, items: Entry[] = [];
		asked.push(q);
		let seq = Number(q.get("before") ?? all + 1) - 1;
		const limit = Number(q.get("limit"));
		for (let n = 0; seq > 0 && n < looks && items.length < limit; n++, seq--) {
			if (q.get("text") === null || seq % each === 0)
				items.push(entry(seq));
		}
		return Response.json({ items, next: seq > 0 ? seq + 1 : null });
	};
	return asked;
}

async function settled(t: Timeline): Promise<void> {
	while (t.isLoading.value)
		await new Promise((resolve) => { setImmediate(resolve); });
}

const words = { kind: "", actor: 0, text: "needle" };

test("pages without a hit are asked on until there are some", async () => {
	const asked = serve(1000, 100, 250), t = new Timeline(1, "9");
	t.sift(words);
	await settled(t);
	assert.deepEqual(t.items.value.map((e) => e.seq), [1000, 750, 500, 250]);
	assert.deepEqual([t.hasOlder.value, asked.length], [false, 10]);
	assert.ok(asked.every((q) => q.get("text") === "needle" && q.get("as_of") === "9"));
});

test("enough of them wait for the reader, and go on where the server stopped", async () => {
	const asked = serve(1000, 100, 5), t = new Timeline(1, "9");
	t.sift(words);
	await settled(t);
	assert.deepEqual([t.items.value.length, t.hasOlder.value, asked.length], [20, true, 1]);
	await t.older();
	assert.equal(asked[1]?.get("before"), "901", "not behind the last hit, but behind what was looked at");
	assert.equal(t.items.value.length, 40);
});

test("the same sieve asks nothing, and an entry that is sought lifts it", async () => {
	const asked = serve(50, 100, 5), t = new Timeline(1, "9");
	t.sift({ kind: "", actor: 0, text: "" });
	assert.equal(asked.length, 0);
	t.sift(words);
	t.sift({ ...words });
	await settled(t);
	assert.equal(asked.length, 1);
	t.seek(30);
	await settled(t);
	assert.deepEqual([asked[1]?.get("around"), asked[1]?.get("text")], ["30", null]);
});
