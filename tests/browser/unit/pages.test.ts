/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* pages.test.ts - what the smaller pages work out: devices, names of sources, spans, command lines. */
import "./page";

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";

import { newPassword, readGroups } from "../../../static/src/pages/people_parts";
import { deviceOf, placeOf } from "../../../static/src/pages/sessions_agent";
import { intervals, roughly, span, suggestSlug } from "../../../static/src/pages/sources_parts";
import { curlLine } from "../../../static/src/pages/tokens_parts";

test("a browser that claims to be three is the one that people know", () => {
	const AGENTS: [string, string | null, string | null, boolean][] = [
		["Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0", "Edge", "Windows", false],
		["Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15", "Safari", "macOS", false],
		["Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/130.0 Mobile/15E148 Safari/604.1", "Chrome", "iPhone", true],
		["Mozilla/5.0 (Linux; Android 14; SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/26.0 Chrome/122.0.0.0 Mobile Safari/537.36", "Samsung Internet", "Android", true],
		["Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0", "Firefox", "Linux", false],
		["curl/8.5.0", "curl", null, false],
		["", null, null, false],
	];
	for (const [agent, browser, system, isHandheld] of AGENTS)
		assert.deepEqual(deviceOf(agent), { browser, system, isHandheld }, agent);
});

test("an address is of this machine, of a local network, or of the world", () => {
	for (const [peer, place] of [["127.0.0.1", "here"], ["::1", "here"], ["10.1.2.3", "near"], ["172.31.0.1", "near"], ["172.32.0.1", "far"],
		["::ffff:192.168.1.4", "near"], ["fd12:3456::1", "near"], ["fe80::1", "near"], ["203.0.113.9", "far"], ["2001:db8::1", "far"]])
		assert.equal(placeOf(peer ?? ""), place, peer);
});

test("a source gets a name from its address, and one that is free", () => {
	assert.equal(suggestSlug("https://feeds.example.org/world.xml", []), "news:example");
	assert.equal(suggestSlug("http://www.example.org", ["news:example"]), "news:example-2");
	assert.equal(suggestSlug("https://news.example.org/rss", ["news:example", "news:example-2"]), "news:example-3");
	assert.equal(suggestSlug("http://192.0.2.7:8080/feed", []), "news:192.0.2.7");
	for (const none of ["", "example.org", "ftp://example.org/feed", "javascript:alert(1)", "https://"])
		assert.equal(suggestSlug(none, []), "", none);
});

test("spans of time are in the largest unit that fits", () => {
	assert.equal(span(300), "5 minutes");
	assert.equal(span(5400), "90 minutes");
	assert.equal(span(86400), "1 day");
	assert.equal(roughly(0.2), "1 second");
	assert.equal(roughly(59.9), "59 seconds");
	assert.equal(roughly(3599), "59 minutes");
	assert.equal(roughly(200000), "2 days");
	assert.ok(intervals(77).includes(77), "what is set can stay");
	assert.equal(new Set(intervals(300)).size, intervals(300).length);
});

test("groups are read with the commas of three languages", () => {
	assert.deepEqual(readGroups(" legal, قانوني،حقوقی ,, legal ,"), ["legal", "قانوني", "حقوقی"]);
});

test("a password is long, readable and never the same", () => {
	const many = new Set(Array.from({ length: 200 }, newPassword));
	assert.equal(many.size, 200);
	for (const one of many)
		assert.match(one, /^([a-hjkmnp-z2-9]{4}-){4}[a-hjkmnp-z2-9]{4}$/);
});

test("the command line says to a shell what it says to a reader", () => {
	Object.assign(globalThis, { location: { origin: "http://room.example.org" } });
	const argv = (line: string): string[] => execFileSync("sh", ["-c", `curl() { for a; do printf '%s\\0' "$a"; done; }\n${line}`], { encoding: "utf8" }).split("\0").slice(0, -1);
	assert.deepEqual(argv(curlLine("dwt_x", ["ingest"], "it's $HOME `id`")), ["http://room.example.org/api/v1/mentions", "-H", "Authorization: Bearer dwt_x",
		"-H", "Content-Type: application/json", "-d", `{"source":"my-source","source_id":"1","text":"it's $HOME \`id\`"}`]);
	assert.deepEqual(argv(curlLine("dwt_x", ["read", "act"], "")), ["http://room.example.org/api/v1/mentions?limit=5", "-H", "Authorization: Bearer dwt_x"]);
	assert.equal(argv(curlLine("dwt_x", ["act"], "hi")).at(-1), "{\"text\":\"hi\"}");
});
