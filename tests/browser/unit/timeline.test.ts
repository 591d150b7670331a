/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* timeline.test.ts - every event of a room is a sentence, in three languages; none is left out. */
import { LANGS, wordsOf } from "./page";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { words } from "../../../static/src/i18n/t";
import { type Entry, KNOWN, plainly, plainPart, sayEntry, type Scene, short } from "../../../static/src/room/timeline_said";
import { calendar, digits, lang } from "../../../static/src/settings";

function speak(l: (typeof LANGS)[number]): void {
	words.value = wordsOf(l);
	lang.value = l;
	calendar.value = "auto";
	digits.value = "auto";
}

const scene: Scene = {
	person: (id) => ({ 7: "Layla", 8: "Omid" })[id] ?? "",
	claim: (id) => id === 20 ? "The water is unsafe" : "",
	file: (id) => id === 3 ? "gate.png" : "",
	task: (id) => id === 30 ? "Call the plant" : "",
	statement: (id) => id === 40 ? "What we know" : "",
};
const AT = "2026-11-25T12:00:00.000000Z";

function entryOf(type: string, data: Record<string, unknown>, actor = { id: 7, name: "Layla", kind: "user" }): Entry {
	return { seq: 99, type, recorded_at: AT, occurred_at: AT, actor, incident: 10, data };
}

const system = { id: 0, name: "system", kind: "system" };
/* Type, data, what the English sentence says. */
const SAMPLES: [string, Record<string, unknown>, RegExp, typeof system?][] = [
	["incident.declared", { title: "Smell", severity: 1, drill: false, restricted: true }, /^Layla declared the incident “Smell”, severity 1 \(critical\)$/],
	["incident.declared", { title: "Rehearsal", severity: 4, drill: true }, /^Layla began the drill “Rehearsal”, severity 4 \(low\)$/],
	["incident.declared", { title: "Part", severity: 3, from: 5 }, /^Layla opened “Part” out of incident 5, severity 3/],
	["incident.changed", { title: "New" }, /^Layla changed the title$/],
	["incident.changed", { summary: null, type: "outage" }, /^Layla changed the type, the summary$/],
	["incident.changed", { names: ["Harbour Kitchen = مطبخ الميناء", "Cold Room 2"] }, /^Layla changed the names$/],
	["incident.changed", { title: "New", names: [] }, /^Layla changed the title, the names$/],
	["incident.severity_changed", { severity: 1, was_severity: 2, reason: "It spreads" }, /^Layla set severity 1 \(critical\); it was 2 \(high\)$/],
	["incident.severity_changed", { severity: 1, was_severity: null, reason: "x" }, /^Layla set severity 1 \(critical\)$/],
	["incident.status_changed", { status: "active", was_status: "declared", reason: "x" }, /^Layla made the incident active$/],
	["incident.status_changed", { status: "active", was_status: "resolved", reason: "x" }, /^Layla opened the incident again$/],
	["incident.status_changed", { status: "monitoring", was_status: "active", reason: "x" }, /monitoring$/],
	["incident.status_changed", { status: "resolved", was_status: "active", reason: "x" }, /^Layla resolved the incident$/],
	["incident.status_changed", { status: "reviewed", was_status: "resolved", reason: "x" }, /review/],
	["incident.access_changed", { restricted: true }, /^Layla closed the room/],
	["incident.access_changed", { restricted: false, reason: "x" }, /^Layla opened the room/],
	["incident.merged", { into: 12, was_status: "active", reason: "the same" }, /^Layla merged this incident into incident 12$/],
	["incident.absorbed", { from: 12, reason: "the same" }, /^Layla merged incident 12 into this one$/],
	["incident.split", { back: 87, mentions: [1, 2], reason: "another thing" }, /^Layla split 2 mentions off into incident 12$/],
	["participant.added", { user: 8, role: "lead", deputy: false }, /^Layla made Omid lead$/],
	["participant.added", { user: 8, role: "lead", deputy: true }, /^Layla made Omid deputy lead$/],
	["participant.added", { user: 7, role: "legal", deputy: false }, /^Layla took on the role of legal adviser$/],
	["participant.added", { user: 8, role: "lead", deputy: false, replaces: 7 }, /^Layla handed the role of lead from Layla to Omid$/],
	["participant.added", { user: 8, role: "member" }, /^Layla added Omid to the room$/],
	["participant.added", { user: 7, role: "member" }, /^Layla joined the room$/],
	["participant.left", { participant: 3, user: 8, role: "scribe", deputy: false }, /^Layla took Omid off the role of scribe$/],
	["participant.left", { participant: 3, user: 7, role: "scribe", deputy: false }, /^Layla gave up the role of scribe$/],
	["participant.left", { participant: 3, user: 8, role: "member" }, /^Layla took Omid out of the room$/],
	["participant.left", { participant: 3, user: 7, role: "member" }, /^Layla left the room$/],
	["mention.linked", { mentions: [{ id: 1, at: AT }] }, /^Layla put 1 mention into the room$/],
	["mention.linked", { mentions: [{ id: 1, at: AT }, { id: 2, at: AT }] }, /^Layla put 2 mentions into the room$/],
	["mention.unlinked", { mentions: [1, 2, 3] }, /^Layla took 3 mentions out of the room$/],
	["mention.triaged", { mention: 4, state: "owned", owner: 8 }, /^Layla set mention 4 to “being handled”$/],
	["mention.triaged", { mention: 4, state: "answered", asks: true, note: "Your number?" }, /^Layla set mention 4 to/],
	["note.added", { text: "The gate was shut" }, /^Layla noted$/],
	["correction.added", { target: 50, text: "It stood open" }, /^Layla corrected an earlier entry$/],
	["claim.added", { text: "The water is unsafe", verdict: "unknown" }, /^Layla wrote down a claim to be checked$/],
	["claim.added", { text: "The water is unsafe", verdict: "false", owner: 8, recheck_at: AT }, /^Layla wrote down a claim, false$/],
	["claim.changed", { claim: 20, verdict: "mixed", reason: "two samples" }, /^Layla judged the claim “The water is unsafe”: partly true$/],
	["claim.changed", { claim: 20, evidence: [{ url: "https://example.org/a", note: "n" }, { file: 3 }, { mention: 4 }] }, /^Layla added 3 pieces of evidence/],
	["claim.changed", { claim: 20, owner: 8 }, /^Layla gave the claim “The water is unsafe” to Omid$/],
	["claim.changed", { claim: 20, owner: null }, /^Layla took the owner off/],
	["claim.changed", { claim: 20, recheck_at: AT }, /checked again by/],
	["claim.changed", { claim: 20, recheck_at: null }, /took the re-check off/],
	["claim.linked", { claim: 20, mentions: [4, 5] }, /^Layla marked 2 mentions as spreading the claim “The water is unsafe”$/],
	["claim.linked", { claim: 21, mentions: [4] }, /^Layla marked 1 mention as spreading the claim 21$/],
	["claim.unlinked", { claim: 20, mentions: [4] }, /^Layla took 1 mention off the claim “The water is unsafe”$/],
	["claim.overdue", { claim: 20, recheck_at: AT }, /^The claim “The water is unsafe” was to be checked again by/, system],
	["task.added", { title: "Call", owner: 8, due_at: AT }, /^Layla added the task “Call”$/],
	["task.changed", { task: 30, done: true }, /^Layla finished the task “Call the plant”$/],
	["task.changed", { task: 30, done: false, reason: "x" }, /^Layla opened the task “Call the plant” again$/],
	["task.changed", { task: 30, owner: 8, due_at: AT }, /^Layla gave the task “Call the plant” to Omid$/],
	["task.changed", { task: 30, owner: null }, /^Layla took the owner off/],
	["task.changed", { task: 30, due_at: AT }, /due by/],
	["task.changed", { task: 30, due_at: null }, /took the due time off/],
	["task.changed", { task: 30, title: "Call again" }, /^Layla renamed the task “Call again”$/],
	["task.overdue", { task: 30, due_at: AT }, /^The task “Call the plant” is overdue/, system],
	["decision.made", { question: "Close?", options: ["Yes", "No"], choice: "Yes", reasons: "r", deciders: [7], consulted: [8], known_at: 60, supersedes: 40 }, /^Layla recorded a decision$/],
	["milestone.pinned", { target: 50, label: "First call" }, /^Layla pinned an earlier entry as the milestone “First call”$/],
	["milestone.unpinned", { target: 50 }, /^Layla took the pin off an earlier entry$/],
	["word.spoken", { audience: "public", text: "We know.", url: "https://example.org/w", next_at: AT }, /^Layla recorded our word to the public$/],
	["word.spoken", { audience: "executive", text: "We know." }, /management$/],
	["word.spoken", { audience: "internal", text: "We know." }, /our own people$/],
	["word.overdue", { audience: "public", due_at: AT }, /^A word to the public is overdue/, system],
	["cadence.set", { audience: "public", every_s: 5400 }, /^Layla promised a word to the public every 90 minutes$/],
	["cadence.set", { audience: "public", every_s: null }, /^Layla ended the regular word to the public$/],
	["file.added", { id: 3, name: "photo.jpg", media_type: "image/jpeg", size: 3, sha256: "0", captured_at: AT, note: "n" }, /^Layla added the file photo\.jpg$/],
	["task.added", { title: "Check the contracts", role: "legal", back: 3, due_at: AT }, /^Layla added the task “Check the contracts”$/],
	["playbook.started", { slug: "service-outage", playbook_version: 1, title: "Service outage", lang: "en" }, /^Layla started the playbook “Service outage”$/],
	["statement.drafted", { title: "What we know", lang: "en", channel: "press", audience: "public", text: "" }, /^Layla began the statement “What we know”$/],
	["statement.drafted", { title: "What we know", correction_of: 40 }, /^Layla began a correction: “What we know”$/],
	["statement.drafted", { title: "What we know", correction_of: 40 }, /^Diwan began a correction/, system],
	["statement.changed", { statement: 40, title: "Now" }, /^Layla changed what the statement “Now” is for$/],
	["statement.linked", { statement: 40, claim: 20, rests: "asserts", from: 0, to: 3, quote: "It is" }, /^Layla linked a sentence of the statement “What we know” to a claim$/],
	["statement.unlinked", { statement: 40, link: 41 }, /^Layla took a link to a claim out of the statement “What we know”$/],
	["statement.submitted", { statement: 40, title: "What we know", digest: "ab", revision: 3, deadline: AT }, /^Layla submitted the statement “What we know” for approval$/],
	["statement.approved", { statement: 40, digest: "ab" }, /^The statement “What we know” has all approvals that it needs$/, system],
	["statement.published", { statement: 40, digest: "ab", reason: "corrected" }, /^Layla published the statement “What we know”$/],
	["statement.withdrawn", { statement: 40, digest: "ab", reason: "wrong" }, /^Layla withdrew the statement “What we know”$/],
	["delivery.made", { statement: 40, seq: 41, outlet: 5, name: "Wire", attempt: 1 }, /^The statement “What we know” reached “Wire”$/, system],
	["delivery.made", { statement: 40, seq: 41, outlet: 5, name: "Wire", attempt: 1, withdrawal: true }, /^The withdrawal of the statement “What we know” reached “Wire”$/, system],
	["delivery.failed", { statement: 40, seq: 41, outlet: 5, name: "Wire", attempt: 9, detail: "it broke off" }, /^The statement “What we know” could not be brought to “Wire”, and is not tried any more$/, system],
	["statement.contradicted", { statement: 40, claim: 20, link: 41, from: 0, to: 3, quote: "It is" }, /^What the published statement “What we know” says does not hold any more$/, system],
	["verdict.given", { statement: 40, digest: "ab", verdict: "approve", proof: "password", groups: "legal" }, /^Layla approved the statement “What we know”$/],
	["verdict.given", { statement: 41, digest: "ab", verdict: "reject", reason: "No", proof: "password", on_behalf_of: 8 }, /^Layla rejected the statement 41$/],
	["verdict.given", { statement: 40, digest: "ab", verdict: "hold", reason: "Wait" }, /^Layla held the statement/],
	["verdict.given", { statement: 40, digest: "ab", verdict: "ask", reason: "Who?" }, /^Layla asked about the statement/],
	["verdict.carried", { statement: 40, from_digest: "ab", digest: "cd", verdicts: [50] }, /^Approvals of the statement “What we know” were carried over/],
];

const bare = (s: string): string => s.replace(/[\u2068\u2069]/g, "");

/* What console.error was given while fn ran. */
function complaints(fn: () => void): string[] {
	const said: string[] = [], before = console.error;
	console.error = (...args: unknown[]) => { said.push(args.join(" ")); };
	try {
		fn();
	} finally {
		console.error = before;
	}
	return said;
}

test("the sentences in English", () => {
	speak("en");
	for (const [type, data, wanted, actor] of SAMPLES)
		assert.match(bare(plainly(sayEntry(entryOf(type, data, actor), scene))), wanted, `${type} ${JSON.stringify(data)}`);
});

test("every event of a room has words, and a sample here", () => {
	const catalogue = readFileSync("include/domain/event.def", "utf8");
	const types = [...catalogue.matchAll(/^X\(\w+, "([a-z_.]+)", \d+, ROOM,/gm)].map((m) => m[1] ?? "");
	assert.ok(types.length >= 18, "the catalogue is read");
	assert.deepEqual(types.filter((x) => !KNOWN.includes(x)), [], "types without a sentence");
	assert.deepEqual(KNOWN.filter((x) => !SAMPLES.some(([s]) => s === x)), [], "sentences without a sample");
});

test("every sample is a whole sentence in each language, and they differ", () => {
	const said: Record<string, string[]> = {};
	for (const l of LANGS) {
		speak(l);
		const wrong = complaints(() => {
			said[l] = SAMPLES.map(([type, data, , actor]) => {
				const s = sayEntry(entryOf(type, data, actor), scene);
				assert.notEqual(s.key, "timeline.other", type);
				for (const b of s.body)
					assert.ok(b.parts.length > 0 && b.parts.every((p) => String(plainPart(p)) !== ""), `${l} ${type}: an empty part`);
				return plainly(s);
			});
		});
		assert.deepEqual(wrong, [], l);
		for (const sentence of said[l] ?? [])
			assert.doesNotMatch(sentence, /[{}]|undefined|NaN/, l);
	}
	SAMPLES.forEach(([type], i) => assert.equal(new Set(LANGS.map((l) => said[l]?.[i])).size, 3, type));
});

test("a decision says all that was weighed", () => {
	speak("en");
	const made = SAMPLES.find(([type]) => type === "decision.made");
	assert.ok(made);
	const said = sayEntry(entryOf(made[0], made[1]), scene);
	assert.deepEqual(said.body.map((b) => b.label), ["timeline.part.question", "timeline.part.choice", "timeline.part.options", "timeline.part.reasons",
		"timeline.part.deciders", "timeline.part.consulted", "timeline.part.supersedes"]);
});

test("what is not known, erased or nonsense is said and never thrown", () => {
	speak("en");
	assert.match(bare(plainly(sayEntry(entryOf("weather.turned", { x: 1 }), scene))), /does not know: weather\.turned$/);
	assert.match(bare(plainly(sayEntry(entryOf("task.changed", { task: 31, done: true }), scene))), /^Layla finished the task 31$/);
	assert.match(bare(plainly(sayEntry(entryOf("participant.added", { user: 1234, role: "herald" }), scene))), /^Layla made somebody herald$/);
	const erased = sayEntry(entryOf("note.added", { id: 1, version: 1, erased: true }), scene);
	assert.deepEqual(erased.body.map((b) => b.parts), [["The content was erased."]]);
	for (const type of KNOWN) {
		for (const data of [{}, { title: 3, text: null, options: "x", mentions: 7, evidence: [null, 3], deciders: {}, every_s: "x" }])
			assert.ok(plainly(sayEntry(entryOf(type, data as Record<string, unknown>), scene)).length > 0, type);
	}
});

test("a text inside a sentence is one short line, and no letter is cut in two", () => {
	assert.equal(short("a\n b\t c"), "a b c");
	assert.equal(short("x".repeat(121)).length, 121);
	const faces = short("😀".repeat(100), 11);
	assert.equal(faces, `${"😀".repeat(5)}…`);
});
