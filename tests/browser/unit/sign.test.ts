/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* sign.test.ts - the bytes that a device signs, against those of the server's own tests, and what rules come to. */
import { wordsOf } from "./page";

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";

import { demand, needsText, ruleText, slotsIn } from "../../../static/src/authority/model";
import { words } from "../../../static/src/i18n/t";
import { lang } from "../../../static/src/settings";
import { base64url, codeOfKey, envelopeDigest, verdictBytes, versionDigest } from "../../../static/src/sign/bytes";

interface Case {
	lang: string; channel: string; audience: string; text: string; digest: string;
	drill: boolean; origin: string; incident: number; statement: number; verdict: string; reason: string; expires: string; nonce: string; signed: string;
}

test("500 versions and verdicts have the bytes of tests/support/version_cases.py", async () => {
	const lines = execFileSync("python3", ["tests/support/version_cases.py", "500"], { encoding: "utf8", maxBuffer: 1 << 26 }).trim().split("\n");
	assert.equal(lines.length, 500);
	for (const line of lines) {
		const c = JSON.parse(line) as Case;
		assert.equal(await versionDigest(c), c.digest);
		const bytes = await verdictBytes({ ...c, isDrill: c.drill });
		assert.equal(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes), c.signed);
	}
});

test("one of them letter by letter", async () => {
	const v = { isDrill: true, origin: "war-room.example/log", incident: 7, statement: 9, digest: "ab".repeat(32), verdict: "reject", reason: "", expires: "2026-11-25T13:05:00.000Z", nonce: "n" };
	assert.equal(new TextDecoder().decode(await verdictBytes(v)), `diwan-drill-verdict-v1\nwar-room.example/log\n7\n9\n${"ab".repeat(32)}\nreject\n`
		+ "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n2026-11-25T13:05:00.000Z\nn\n");
});

test("terms of an envelope, each of which moves its digest", async () => {
	const e = { office: "communications", lang: "en", channels: ["press", "social"], severity: 2, times: 3, until: "2026-12-25T13:05:00.000Z", text: "We know about {what}.\n" };
	const seen = new Set([await envelopeDigest(e)]);
	for (const change of [{ office: "legal" }, { lang: "fa" }, { channels: ["press"] }, { severity: 1 }, { times: 30 }, { until: "2027-12-25T13:05:00.000Z" }, { text: "We know about {what}." }])
		seen.add(await envelopeDigest({ ...e, ...change }));
	assert.equal(seen.size, 8);
});

test("a key's code is the beginning of it", () => {
	const raw = Uint8Array.from({ length: 32 }, (_, i) => 0xf8 + i);
	assert.equal(base64url(raw.buffer).length, 43);
	assert.match(base64url(raw.buffer), /^[\w-]+$/);
	assert.equal(codeOfKey(base64url(raw.buffer)), "f8f9\u00a0fafb\u00a0fcfd\u00a0feff");
});

test("rules in words, and added up", () => {
	words.value = wordsOf("en");
	lang.value = "en";
	const rules = [{ channels: ["press"] as ["press"], severity: 2 as const, groups: { legal: 1, comms: 2 } }, { channels: [], severity: 4 as const, groups: { legal: 2 }, any: 3, blocks: ["blame" as const] }];
	const bare = (s: string): string => s.replace(/[\u2068\u2069]/g, "");
	const said = rules.map(ruleText);
	assert.equal(bare(`${said[0]?.when}: ${said[0]?.needs}`), "Press release · high and graver: 1 of Legal, 2 of Communications");
	assert.equal(bare(`${said[1]?.when}: ${said[1]?.needs}`), "every channel · every severity: 2 of Legal, 3 of anybody");
	assert.deepEqual(demand(rules, "press", 1), { groups: { legal: 2, comms: 2 }, any: 3 });
	assert.deepEqual(demand(rules, "press", 3), { groups: { legal: 2 }, any: 3 });
	assert.deepEqual(demand([], "reply", 1), { groups: {}, any: 1 });
	assert.equal(needsText({}, 1), "1 of anybody");
	assert.deepEqual(slotsIn("{what} {contact} {what}").map((s) => [s.slot, s.means.length > 0]), [["what", true], ["contact", true]]);
});
