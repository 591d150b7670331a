/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * live.test.ts - the feed between list and stream: the real hub, line and store against a server that
 * answers when the test says so, so that each order of answers and events can be had.
 */
import { until } from "./page";
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { connect, connection, disconnect, tryNow } from "../../../static/src/bus/bus";
import { Live } from "../../../static/src/feed/live";
import type { Mention } from "../../../static/src/feed/mention";
import { KEPT } from "../../../static/src/feed/store";
import { setQuery } from "../../../static/src/router";

Object.defineProperty(globalThis, "navigator", { value: { onLine: true }, configurable: true });
Object.assign(globalThis, { history: { state: null, replaceState: (_: unknown, __: string, to: string): void => {
	location.search = to.includes("?") ? to.slice(to.indexOf("?")) : "";
} } });

const m = (id: number, more: Partial<Mention> = {}): Mention =>
	({ id, version: id, source: "s", source_id: String(id), text: `text ${id}`, recorded_at: new Date().toISOString(), ...more });
const ids = (list: readonly Mention[]): number[] => list.map((x) => x.id);

/* What was asked and waits for its answer. */
class Server {
	readonly waiting: { path: string; answer: (r: Response) => void }[] = [];
	#stream: ReadableStreamDefaultController<Uint8Array> | undefined;

	constructor() {
		globalThis.fetch = (url, init) => new Promise((resolve, reject) => {
			init?.signal?.addEventListener("abort", () => reject(new DOMException("gone", "AbortError")));
			this.waiting.push({ path: String(url).replace("/api/v1", ""), answer: resolve });
		});
	}

	async answer(path: string, response: Response): Promise<void> {
		await until(`${path} is asked for`, () => this.waiting.some((w) => w.path === path));
		const [asked] = this.waiting.splice(this.waiting.findIndex((w) => w.path === path), 1);
		asked?.answer(response);
	}

	page(path: string, items: Mention[], next: number | null = null): Promise<void> {
		return this.answer(path, Response.json({ items, next }));
	}

	open(at: number): Promise<void> {
		const body = new ReadableStream<Uint8Array>({ start: (c) => { this.#stream = c; } });
		this.#say(`retry: 2000\nid: ${at}\n\n`);
		return this.answer("/stream", new Response(body));
	}

	event(type: string, data: Mention): void {
		this.#say(`id: ${data.version}\nevent: ${type}\ndata: ${JSON.stringify({ recorded_at: data.recorded_at, data })}\n\n`);
	}

	/* All that was said has been read. */
	async taken(): Promise<void> {
		await until("the stream is read", () => this.#stream?.desiredSize === 1);
		await new Promise((resolve) => { setImmediate(resolve); });
	}

	cut(): void {
		this.#stream?.close();
	}

	#say(text: string): void {
		this.#stream?.enqueue(new TextEncoder().encode(text));
	}
}

let live: Live | undefined;

function begin(): { live: Live; server: Server } {
	const server = new Server();
	live = new Live();
	live.start();
	return { live, server };
}

afterEach(() => {
	live?.stop();
	disconnect();
	connection.value = { name: "connecting" };
	setQuery({ lang: "" });
});

test("what falls between the list and the stream is there, also when the stream speaks first", async () => {
	const { live, server } = begin();
	await server.page("/mentions?limit=100", [m(3), m(2), m(1)]);
	await until("the page is shown", () => !live.isLoading.value);
	connect(1);
	await server.open(4); /* the fourth was said meanwhile */
	server.event("mention.added", m(5));
	await until("the fifth is here", () => live.store.at(5) !== undefined);
	await server.page("/mentions?limit=500&after=3", [m(5), m(4)]);
	await until("the fourth is shown", () => live.store.items.length === 5);
	assert.deepEqual(ids(live.store.items), [5, 4, 3, 2, 1]);
});

test("a gap of more than a page is read page by page, and nothing is begun anew", async () => {
	const { live, server } = begin();
	await server.page("/mentions?limit=100", [m(3)]);
	connect(1);
	await server.open(6);
	await server.page("/mentions?limit=500&after=3", [m(6), m(5)], 5);
	await server.page("/mentions?limit=500&after=3&before=5", [m(4)]);
	await until("all are shown", () => live.store.items.length === 4);
	assert.deepEqual(ids(live.store.items), [6, 5, 4, 3]);
});

test("a gap that could not be read is read when the line is live again", async () => {
	const { live, server } = begin();
	await server.page("/mentions?limit=100", [m(3)]);
	connect(1);
	await server.open(4);
	await server.answer("/mentions?limit=500&after=3", new Response("", { status: 503 }));
	await until("the problem is known", () => live.problem.value !== null);
	server.cut();
	await until("the line is cut", () => connection.value.name === "waiting");
	tryNow();
	await server.open(4);
	await server.page("/mentions?limit=500&after=3", [m(4)]);
	await until("the fourth is here", () => live.store.at(4) !== undefined);
	assert.equal(live.problem.value, null);
});

test("a first page that did not come is asked for when the line is live", async () => {
	const { live, server } = begin();
	await server.answer("/mentions?limit=100", new Response("", { status: 503 }));
	await until("the problem is known", () => live.problem.value !== null);
	connect(1);
	await server.open(4);
	await server.page("/mentions?limit=100", [m(4)]);
	await until("it is shown", () => live.store.at(4) !== undefined);
});

test("the press that begins to hold finds what was painted under it", async () => {
	const { live, server } = begin();
	await server.page("/mentions?limit=100", [m(1)]);
	connect(1);
	await server.open(1);
	await server.page("/mentions?limit=500&after=1", []);
	server.event("mention.added", m(2));
	await until("the second is shown", () => live.store.items.length === 2);
	server.event("mention.added", m(3));
	await until("the third has come", () => live.store.at(3) !== undefined);
	const painted = live.painted.value;
	live.hold("pointer", true);
	assert.deepEqual([ids(live.store.items), live.painted.value], [[2, 1], painted], "it came after the picture");
	live.hold("pointer", false);
	assert.deepEqual(ids(live.store.items), [3, 2, 1]);
});

test("a page behind an end that has moved is not put there", async () => {
	const { live, server } = begin();
	await server.page("/mentions?limit=100", [m(30), m(20)], 20);
	await until("older ones are asked for", () => live.isLoadingOlder.value);
	live.store.take(Array.from({ length: KEPT }, (_, i) => m(100 + i)));
	live.resume();
	await server.page("/mentions?limit=400&before=20", [m(10)], null);
	await until("they came", () => !live.isLoadingOlder.value);
	assert.deepEqual([live.store.items.at(-1)?.id, live.store.hasOlder], [100, true]);
});

test("a mention that no longer passes the filter shows what it is now", async () => {
	setQuery({ lang: "fa" });
	const { live, server } = begin();
	await server.page("/mentions?lang=fa&limit=100", [m(2, { lang: "fa" }), m(1, { lang: "fa" })]);
	connect(1);
	await server.open(2);
	await server.page("/mentions?lang=fa&limit=500&after=2", []);
	server.event("mention.changed", m(1, { version: 3, lang: "ar" }));
	server.event("mention.added", m(4, { lang: "ar" }));
	server.event("mention.added", m(5, { lang: "fa" }));
	await until("the fifth is shown", () => live.store.items[0]?.id === 5);
	assert.deepEqual(ids(live.store.items), [5, 2, 1]);
	assert.equal(live.store.at(1)?.lang, "ar");
});

test("what was missed while a page slept is read anew", async () => {
	const { live, server } = begin();
	await server.page("/mentions?limit=100", [m(3)]);
	connect(1);
	await server.open(3);
	await server.page("/mentions?limit=500&after=3", []);
	/* The browser put the page away and brought it back; its own hub has gone on meanwhile. */
	dispatchEvent(new Event("pagehide"));
	server.event("mention.added", m(4));
	server.event("mention.added", m(5));
	await server.taken();
	dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
	await server.page("/mentions?limit=100", [m(5), m(4), m(3)]);
	await until("all are here", () => live.store.at(4) !== undefined);
	assert.deepEqual(ids(live.store.items), [5, 4, 3]);
});
