/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * line.ts - one live stream from the server, kept alive; the place where the truth about the
 * connection is known. It has no DOM and runs in a page or in a worker.
 *
 *              open ok                 ended or broken
 *   connecting ───────► live ────────────────────────────► waiting ── time is up ──► connecting
 *        │ 401            │ 401 at the next try               ▲ │ no network
 *        └──────► out ◄───┘                                   └─┴──► offline ── online ──► connecting
 *
 * It reads with fetch and not with EventSource, which cannot say why it failed: here a 401, a 503
 * with Retry-After, a server that said goodbye and a cut cable are four things. Nothing is lost
 * between two connections: each begins after the last id of the one before. Silence of 40 s (the
 * server beats every 15) is a broken line, whatever the network says. Waiting grows from 1 to 15 s
 * and is spread at random, so that a room of browsers does not come back in one instant.
 */
export type LineState =
	| { name: "connecting" }
	| { name: "live" }
	/** `at`: when it tries again. why: the server went down in order, is busy, or cannot be reached. */
	| { name: "waiting"; at: number; why: "restart" | "busy" | "lost" }
	| { name: "offline" }
	| { name: "out" };

export interface LineEvent {
	/** 0 when the frame had no id: not a journal event. */
	id: number;
	type: string;
	/** JSON, as it came. */
	data: string;
}

export interface LineListener {
	onState(state: LineState): void;
	onEvent(event: LineEvent): void;
	/** It goes on at the newest event: what was missed is too much to be sent one by one. */
	onJump(): void;
}

export const SILENCE_MS = 40000;
const FIRST_MS = 1000, MOST_MS = 15000;
/* After a night's sleep a page does not want a million events; it reads the newest page instead. */
const LONG_MS = 60000, MUCH = 5000;
/* A server that said goodbye and does not answer yet is on its way back, for so long. */
const RESTART_MS = 60000;

/** The wait before try number n (from 0): 1 to 15 s, spread by ± 30 %. */
export function backoff(n: number, random = Math.random()): number {
	return Math.min(MOST_MS, FIRST_MS * 2 ** n) * (0.7 + 0.6 * random);
}

/** Cuts text/event-stream into frames. Feed it pieces; a frame ends with an empty line. */
export class FrameReader {
	#rest = "";
	#id: string | null = null;
	#type = "";
	#data: string[] = [];
	/** The last thing said was "retry": a server that goes down in order says so. */
	saidGoodbye = false;

	constructor(private readonly on: { id(id: number): void; event(type: string, data: string, id: number): void }) {}

	push(piece: string): void {
		const lines = (this.#rest + piece).split("\n");
		this.#rest = lines.pop() ?? "";
		for (const line of lines)
			this.#line(line.endsWith("\r") ? line.slice(0, -1) : line);
	}

	#line(line: string): void {
		if (line === "") {
			this.#dispatch();
			return;
		}
		const colon = line.indexOf(":");
		const name = colon < 0 ? line : line.slice(0, colon);
		const value = colon < 0 ? "" : line.slice(colon + (line[colon + 1] === " " ? 2 : 1));
		this.saidGoodbye = name === "retry";
		if (name === "id" && /^\d+$/.test(value))
			this.#id = value;
		else if (name === "event")
			this.#type = value;
		else if (name === "data")
			this.#data.push(value);
	}

	#dispatch(): void {
		const id = this.#id === null ? 0 : Number(this.#id);
		if (this.#data.length > 0)
			this.on.event(this.#type || "message", this.#data.join("\n"), id);
		if (this.#id !== null)
			this.on.id(id);
		this.#id = null;
		this.#type = "";
		this.#data = [];
	}
}

export class Line {
	/** The last id that came; 0: none yet. */
	lastId = 0;
	state: LineState = { name: "connecting" };
	#tries = 0;
	#heardAt = Date.now();
	#goodbyeAt = -Infinity;
	#abort: AbortController | null = null;
	#timer: ReturnType<typeof setTimeout> | undefined;
	#watchdog: ReturnType<typeof setTimeout> | undefined;

	constructor(private readonly listener: LineListener) {}

	/** Connects behind that event, which may have been long ago; of 0 at the newest. */
	begin(after: number): void {
		this.lastId = after;
		this.#heardAt = -Infinity;
		this.open();
	}

	/** Connects now, whatever it was doing. */
	open(): void {
		this.close();
		this.#set({ name: "connecting" });
		const abort = new AbortController();
		this.#abort = abort;
		void this.#run(abort);
	}

	/** Ends it without a word. */
	close(): void {
		clearTimeout(this.#timer);
		clearTimeout(this.#watchdog);
		this.#abort?.abort();
		this.#abort = null;
	}

	/** The network, or somebody's eyes, are back: do not wait for the rest of the pause. */
	nudge(): void {
		if (this.state.name === "waiting" || this.state.name === "offline") {
			this.#tries = 0;
			this.open();
		}
	}

	#set(state: LineState): void {
		this.state = state;
		this.listener.onState(state);
	}

	#watch(abort: AbortController): void {
		clearTimeout(this.#watchdog);
		this.#watchdog = setTimeout(() => abort.abort(new Error("silence")), SILENCE_MS);
	}

	async #run(abort: AbortController): Promise<void> {
		const reader = new FrameReader({
			id: (id) => { this.lastId = Math.max(this.lastId, id); },
			event: (type, data, id) => this.listener.onEvent({ id, type, data }),
		});
		let why: "restart" | "busy" | "lost" = "lost", pause = 0;
		try {
			const isLong = Date.now() - this.#heardAt > LONG_MS;
			this.#watch(abort);
			if (isLong && this.lastId > 0 && await this.#isFarBehind(abort.signal)) {
				this.lastId = 0;
				this.listener.onJump();
			}
			const answer = await fetch("/api/v1/stream", {
				headers: this.lastId > 0 ? { "Last-Event-ID": String(this.lastId) } : {},
				cache: "no-store", signal: abort.signal,
			});
			if (answer.status === 401) {
				this.#end(abort, { name: "out" });
				return;
			}
			if (answer.status === 400 && this.lastId > 0) {
				/* The server's past ends before ours: it was set back to a copy. */
				this.lastId = 0;
				this.listener.onJump();
			}
			if (!answer.ok || answer.body === null) {
				why = "busy";
				pause = Number(answer.headers.get("Retry-After") ?? 0) * 1000;
			} else {
				await this.#read(answer.body, reader, abort);
				if (reader.saidGoodbye)
					this.#goodbyeAt = Date.now();
			}
		} catch { /* no connection, a broken one, silence, or close() */ }
		if (this.#abort !== abort)
			return; /* closed, or opened anew meanwhile */
		if (why === "lost" && Date.now() - this.#goodbyeAt < RESTART_MS)
			why = "restart";
		const wait = Math.max(backoff(this.#tries++), pause);
		if (typeof navigator !== "undefined" && navigator.onLine === false)
			this.#end(abort, { name: "offline" });
		else
			this.#end(abort, { name: "waiting", at: Date.now() + wait, why });
		this.#timer = setTimeout(() => this.open(), wait);
	}

	async #isFarBehind(signal: AbortSignal): Promise<boolean> {
		const answer = await fetch("/api/v1/mentions?limit=1", { cache: "no-store", signal });
		if (!answer.ok)
			return false;
		const { items } = await answer.json() as { items: { id: number }[] };
		return (items[0]?.id ?? 0) - this.lastId > MUCH;
	}

	async #read(body: ReadableStream<Uint8Array>, frames: FrameReader, abort: AbortController): Promise<void> {
		const reader = body.getReader(), decoder = new TextDecoder();
		for (;;) {
			const { done, value } = await reader.read();
			if (done || this.#abort !== abort)
				return;
			this.#heardAt = Date.now();
			this.#watch(abort);
			frames.push(decoder.decode(value, { stream: true }));
			if (this.state.name !== "live") {
				this.#tries = 0;
				this.#goodbyeAt = -Infinity;
				this.#set({ name: "live" });
			}
		}
	}

	#end(abort: AbortController, state: LineState): void {
		if (this.#abort !== abort)
			return;
		this.close();
		this.#set(state);
	}
}
