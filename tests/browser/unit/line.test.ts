/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* line.test.ts - the stream: its frames however they are cut, and what the line makes of each end. */
import { until } from "./page";
import assert from "node:assert/strict";
import { test } from "node:test";

import { Hub, type FromHub } from "../../../static/src/bus/hub";
import { backoff, FrameReader, Line, type LineEvent, type LineState } from "../../../static/src/bus/line";
import { capsOf, find, isPrefix } from "../../../static/src/keys";

const STREAM = "retry: 2210\nid: 41\n\n: a comment\n\nid: 42\nevent: mention.added\ndata: {\"a\":\"سلام\"}\n\n"
	+ "id: 43\r\nevent: x\r\ndata:one\r\ndata: two\r\n\r\nid: 44\n\nevent: hb\ndata: {}\n\nid: 45\nevent: cut";

function read(pieces: string[]): { events: unknown[]; ids: number[]; reader: FrameReader } {
	const events: unknown[] = [], ids: number[] = [];
	const reader = new FrameReader({ id: (id) => ids.push(id), event: (type, data, id) => events.push([type, data, id]) });
	for (const piece of pieces)
		reader.push(piece);
	return { events, ids, reader };
}

test("frames are the same however they are cut", () => {
	const want = [["mention.added", "{\"a\":\"سلام\"}", 42], ["x", "one\ntwo", 43], ["hb", "{}", 0]];
	for (let at = 0; at <= STREAM.length; at++) {
		const { events, ids } = read([STREAM.slice(0, at), STREAM.slice(at)]);
		assert.deepEqual(events, want);
		assert.deepEqual(ids, [41, 42, 43, 44]);
	}
	assert.deepEqual(read([...STREAM]).events, want);
});

test("a server that goes down in order says so last", () => {
	assert.equal(read(["id: 1\n\nretry: 900\n\n"]).reader.saidGoodbye, true);
	assert.equal(read(["retry: 900\nid: 1\n\n"]).reader.saidGoodbye, false);
});

test("the wait grows to 15 s and is spread", () => {
	assert.equal(backoff(0, 0.5), 1000);
	assert.equal(backoff(2, 0.5), 4000);
	assert.equal(backoff(9, 0.5), 15000);
	for (let i = 0; i < 100; i++)
		assert.ok(backoff(0) >= 700 && backoff(99) <= 19500);
});

/* Resolves with the states that a line goes through until it is at rest, for one answer. */
async function statesFor(answer: () => Promise<Response>): Promise<{ states: LineState[]; events: LineEvent[]; line: Line; headers: Headers }> {
	const states: LineState[] = [], events: LineEvent[] = [], before = globalThis.fetch;
	let headers = new Headers(), done = (): void => undefined;
	const atRest = new Promise<void>((resolve) => { done = resolve; });
	globalThis.fetch = (_url, init) => {
		headers = new Headers(init?.headers);
		return answer();
	};
	const line = new Line({
		onState: (s) => {
			states.push(s);
			if (s.name === "waiting" || s.name === "out" || s.name === "offline")
				done();
		},
		onEvent: (e) => events.push(e), onJump: () => undefined,
	});
	line.lastId = 7;
	line.open();
	await atRest;
	line.close();
	globalThis.fetch = before;
	return { states, events, line, headers };
}

const why = (s: LineState | undefined): string => s?.name === "waiting" ? s.why : s?.name ?? "";

test("each end of a line is told apart", async () => {
	const gone = await statesFor(() => Promise.reject(new TypeError("refused")));
	assert.deepEqual(gone.states.map(why), ["connecting", "lost"]);
	assert.equal(gone.headers.get("last-event-id"), "7");
	const signedOut = await statesFor(() => Promise.resolve(new Response("", { status: 401 })));
	assert.deepEqual(signedOut.states.map((s) => s.name), ["connecting", "out"]);
	const began = Date.now();
	const busy = await statesFor(() => Promise.resolve(new Response("", { status: 503, headers: { "Retry-After": "9" } })));
	const last = busy.states.at(-1);
	assert.equal(why(last), "busy");
	assert.ok(last?.name === "waiting" && last.at >= began + 9000, "the server's wish counts");
	const restart = await statesFor(() => Promise.resolve(new Response("id: 8\n\nid: 9\nevent: a\ndata: {}\n\nretry: 1000\n\n")));
	assert.deepEqual(restart.states.map(why), ["connecting", "live", "restart"]);
	assert.deepEqual([restart.events.length, restart.line.lastId], [1, 9]);
	const cut = await statesFor(() => Promise.resolve(new Response("id: 8\n\nid: 9\nevent: a\nda")));
	assert.deepEqual(cut.states.map(why), ["connecting", "live", "lost"]);
	assert.equal(cut.line.lastId, 8, "half a frame is not an event");
});

test("one line serves many pages, and another account begins anew", async () => {
	const before = globalThis.fetch, asked: (string | null)[] = [];
	globalThis.fetch = (_url, init) => {
		asked.push(new Headers(init?.headers).get("last-event-id"));
		return Promise.resolve(new Response(new ReadableStream({ start: (c) => c.enqueue(new TextEncoder().encode("id: 5\n\nid: 6\nevent: a\ndata: {}\n\n")) })));
	};
	const said: [string, FromHub][] = [];
	const settled = (n: number): Promise<void> => until(`${n} batches`, () => said.filter(([, f]) => f.kind === "events").length >= n);
	const hub = new Hub(), one = (f: FromHub): void => { said.push(["one", f]); }, two = (f: FromHub): void => { said.push(["two", f]); };
	hub.take(one, { kind: "hello", user: 1, at: 0 });
	hub.take(two, { kind: "hello", user: 1, at: 0 });
	await settled(2);
	assert.equal(asked.length, 1);
	hub.take(two, { kind: "bye" });
	hub.take(one, { kind: "hello", user: 2, at: 0 });
	await settled(3);
	assert.deepEqual(asked, [null, null], "the other account's place is not this one's");
	assert.equal(said.filter(([who, f]) => who === "two" && f.kind === "events").length, 1);
	hub.close();
	globalThis.fetch = before;
});

/* A server whose newest event is `head`, and pages on one hub; `asked` says behind what the stream was asked for. */
function play(head: number, refuse = 0): { hub: Hub; page: (name: string) => (f: FromHub) => void; said: string[]; asked: (string | null)[]; end: () => void } {
	const before = globalThis.fetch, asked: (string | null)[] = [], said: string[] = [], hub = new Hub();
	globalThis.fetch = (url, init) => {
		if (String(url).includes("/mentions"))
			return Promise.resolve(Response.json({ items: [{ id: head }] }));
		const at = new Headers(init?.headers).get("last-event-id");
		asked.push(at);
		if (refuse-- > 0)
			return Promise.resolve(new Response("", { status: 400 }));
		const hello = new TextEncoder().encode(`retry: 2000\nid: ${at ?? head}\n\n`);
		return Promise.resolve(new Response(new ReadableStream({ start: (c) => c.enqueue(hello) })));
	};
	return {
		hub, said, asked,
		page: (name) => (f) => said.push(f.kind === "state" ? `${name}: ${f.state.name} ${f.at}` : `${name}: ${f.kind}`),
		end: () => { hub.close(); globalThis.fetch = before; },
	};
}

test("a page that slept is told that it has missed something, the others are not", async () => {
	const { hub, page, said, end } = play(50);
	const one = page("one"), slept = page("slept");
	hub.take(one, { kind: "hello", user: 1, at: 0 });
	await until("it is said", () => said.includes("one: live 50"));
	said.length = 0;
	hub.take(slept, { kind: "hello", user: 1, at: 40 });
	hub.take(page("new"), { kind: "hello", user: 1, at: 0 });
	hub.take(page("quick"), { kind: "hello", user: 1, at: 50 });
	hub.take(one, { kind: "hello", user: 1, at: 10 });
	assert.deepEqual(said, ["slept: live 50", "slept: jump", "new: live 50", "quick: live 50", "one: live 50"]);
	hub.take(slept, { kind: "bye" });
	said.length = 0;
	hub.take(slept, { kind: "hello", user: 1, at: 49 });
	assert.deepEqual(said, ["slept: live 50", "slept: jump"]);
	end();
});

test("a new hub goes on where its pages were, also when the first of them had been nowhere", async () => {
	const { hub, page, said, asked, end } = play(50);
	hub.take(page("new"), { kind: "hello", user: 1, at: 0 });
	hub.take(page("old"), { kind: "hello", user: 1, at: 40 });
	await until("it is said", () => said.includes("old: live 40"));
	assert.deepEqual(asked, [null, "40"]);
	assert.ok(!said.includes("old: jump"));
	end();
	const far = play(90000);
	far.hub.take(far.page("old"), { kind: "hello", user: 1, at: 40 });
	await until("it is said", () => far.said.includes("old: live 90000"));
	assert.deepEqual(far.said, ["old: connecting 40", "old: jump", "old: live 90000"], "a night is not sent one by one");
	far.end();
});

test("a server that was set back to a copy is not asked for what it never had", async () => {
	const { hub, page, said, asked, end } = play(50, 1);
	hub.take(page("one"), { kind: "hello", user: 1, at: 60 });
	await until("it is said", () => said.some((s) => s.startsWith("one: waiting")));
	hub.take(page("one"), { kind: "nudge" });
	await until("it is said", () => said.includes("one: live 50"));
	assert.deepEqual(asked, ["60", null]);
	assert.ok(said.includes("one: jump"));
	end();
});

test("who signs out signs out all pages", async () => {
	const { hub, page, said, end } = play(50);
	const one = page("one");
	hub.take(one, { kind: "hello", user: 1, at: 0 });
	hub.take(page("two"), { kind: "hello", user: 1, at: 0 });
	await until("it is said", () => said.includes("two: live 50"));
	said.length = 0;
	hub.take(one, { kind: "leave" });
	assert.deepEqual(said, ["two: out 50"]);
	end();
});

test("keys: one, two after each other, with shift", () => {
	const run = (): void => undefined;
	const list = [{ code: "KeyJ", label: "keys.next", run }, { code: "KeyG KeyF", label: "keys.go_feed", run }, { code: "Shift+Slash", label: "keys.help", run }] as const;
	assert.equal(find(list, "", "KeyJ")?.label, "keys.next");
	assert.equal(find(list, "", "Shift+KeyJ"), null);
	assert.equal(find(list, "KeyG", "KeyF")?.label, "keys.go_feed");
	assert.equal(find(list, "KeyG", "KeyJ"), null);
	assert.equal(find(list, "", "KeyF"), null);
	assert.deepEqual([isPrefix(list, "KeyG"), isPrefix(list, "KeyJ")], [true, false]);
	assert.deepEqual(capsOf("KeyG KeyF"), ["G", "F"]);
	assert.deepEqual(capsOf("Shift+Slash"), ["?"]);
});
