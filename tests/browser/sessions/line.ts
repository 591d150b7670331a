/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * line.ts - one page's line to the server, over real sockets, which loses what it likes.
 *
 * What the pages ask goes through `fetch`: whose line it takes is whose page asks (withLine). A request
 * may never leave, its connection may be cut as soon as it has left, or its answer may be lost on
 * the way back; the page learns the same each time, and only here is known what the server said.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { Agent, type ClientRequest, get, type IncomingMessage, request } from "node:http";

import type { WireUpdate } from "../../../static/src/statement/collab";

export type Fate = "arrives" | "unsent" | "cut" | "lost";

/** What the server said yes to. */
export interface Taken {
	base: number;
	updates: readonly WireUpdate[];
}

export interface Place {
	/** Of the server: "http://127.0.0.1:1"; a server that starts again keeps it. */
	url: string;
	/** As if it were so far away, ms there and back. */
	rtt?: number;
	/** A page's timers run so many times as fast; 1: as they do. */
	pace: number;
	/** How often somebody was told to wait (429). */
	waits: number;
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, ms); });

const PATIENCE_MS = 30000;

export class Line {
	readonly taken: Taken[] = [];
	readonly #agent: Agent;

	/** isKept: one connection for many requests; the server may end it between two of them. */
	constructor(readonly place: Place, readonly token: string, readonly fate: () => Fate, isKept = true) {
		this.#agent = new Agent({ keepAlive: isKept });
	}

	async fetch(path: string, init: RequestInit): Promise<Response> {
		const fate = this.fate(), way = (this.place.rtt ?? 0) / 2;
		if (fate === "unsent")
			throw new Error("unsent");
		if (way === 0)
			return this.#ask(path, init, fate);
		await sleep(way);
		const answer = await this.#ask(path, init, fate);
		await sleep(way);
		return answer;
	}

	#ask(path: string, init: RequestInit, fate: Fate): Promise<Response> {
		return new Promise<Response>((resolve, reject) => {
			const headers = { ...init.headers as Record<string, string>, Authorization: `Bearer ${this.token}` };
			const r = request(this.place.url + path, { agent: this.#agent, method: init.method ?? "GET", headers, timeout: PATIENCE_MS }, (answer) => {
				this.#read(answer, init).then((got) => (fate === "lost" ? reject(new Error("lost")) : resolve(got)), reject);
			});
			r.on("timeout", () => r.destroy(new Error("no answer")));
			r.on("error", reject);
			r.end((init.body as string | null | undefined) ?? undefined, () => { if (fate === "cut") r.destroy(); });
		});
	}

	async #read(answer: IncomingMessage, init: RequestInit): Promise<Response> {
		let text = "";
		for await (const part of answer.setEncoding("utf8"))
			text += part as string;
		if (init.method === "POST" && answer.statusCode === 200) {
			const { revision, updates } = JSON.parse(text) as { revision: number; updates: WireUpdate[] };
			this.taken.push({ base: revision - updates.length, updates });
		}
		this.place.waits += answer.statusCode === 429 ? 1 : 0;
		return new Response(text, { status: answer.statusCode ?? 0, headers: { "Retry-After": answer.headers["retry-after"] ?? "" } });
	}

	close(): void {
		this.#agent.destroy();
	}
}

const lines = new AsyncLocalStorage<Line>();

/** What is asked within goes over this line. */
export const withLine = <T>(line: Line, fn: () => T): T => lines.run(line, fn);

globalThis.fetch = ((path: string, init: RequestInit) => {
	const line = lines.getStore();
	return line === undefined ? Promise.reject(new Error("nobody's request")) : line.fetch(path, init);
}) as typeof fetch;

/** What is typed anywhere, as the stream tells it; begins again where it ended. */
export class Frames {
	#last = "";
	#request: ClientRequest | null = null;
	#isOver = false;

	constructor(readonly place: Place, readonly token: string, readonly onBatch: (batch: { statement: number; base: number; updates: WireUpdate[] }) => void,
		readonly onLive: () => void) {
		this.#open();
	}

	#open(): void {
		if (this.#isOver)
			return;
		const again = (): void => { setTimeout(() => this.#open(), 20); };
		const headers = { Authorization: `Bearer ${this.token}`, ...(this.#last === "" ? {} : { "Last-Event-ID": this.#last }) };
		this.#request = get(`${this.place.url}/api/v1/stream?types=draft`, { headers, agent: false }, (answer) => {
			let rest = "";
			answer.setEncoding("utf8").on("data", (part: string) => {
				const frames = (rest + part).split("\n\n");
				rest = frames.pop() ?? "";
				frames.forEach((frame) => this.#frame(frame));
			}).on("error", () => {}).on("close", again);
			if (answer.statusCode === 200)
				this.onLive();
		});
		this.#request.on("error", () => { if (this.#request?.res === undefined || this.#request.res === null) again(); });
	}

	#frame(text: string): void {
		const field = (name: string): string => new RegExp(`^${name}: ?(.*)$`, "m").exec(text)?.[1] ?? "";
		this.#last = field("id") || this.#last;
		if (field("event") === "draft.changed")
			this.onBatch((JSON.parse(field("data")) as { data: { statement: number; base: number; updates: WireUpdate[] } }).data);
	}

	close(): void {
		this.#isOver = true;
		this.#request?.destroy();
	}
}
