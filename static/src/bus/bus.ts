/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * bus.ts - what a page sees of the stream: the state of the connection, and events.
 *
 *   const stop = onEvents((events) => …);    // in order, some at once; data is JSON, unread
 *
 * The stream itself is in a shared worker, so that eight open pages are one connection; a browser
 * opens six to a server, and the seventh page would not even load.
 */
import { signal } from "@preact/signals";

import { sessionEnded } from "../session";
import { type FromHub, Hub, type ToHub } from "./hub";
import type { LineEvent, LineState } from "./line";

export type { LineEvent, LineState };

export const connection = signal<LineState>({ name: "connecting" });

type Taker = (events: readonly LineEvent[]) => void;
const takers = new Set<Taker>();
let post: ((message: ToHub) => void) | null = null;

export function onEvents(take: Taker): () => void {
	takers.add(take);
	return () => takers.delete(take);
}

function take(message: FromHub): void {
	switch (message.kind) {
	case "state":
		connection.value = message.state;
		if (message.state.name === "out")
			sessionEnded();
		break;
	case "events":
		for (const taker of takers)
			taker(message.events);
		break;
	case "beat":
		break;
	}
}

/* The policy of our pages lets no plain string become a script's address. */
function workerAddress(): string {
	const address = document.documentElement.dataset.bus ?? "";
	const policy = window.trustedTypes?.createPolicy("diwan-bus", { createScriptURL: (url) => url });
	return (policy?.createScriptURL(address) ?? address) as string;
}

function openHub(): (message: ToHub) => void {
	if (typeof SharedWorker === "undefined") {
		const hub = new Hub();
		return (message) => hub.take(take, message);
	}
	const worker = new SharedWorker(workerAddress(), { name: "diwan" });
	worker.port.onmessage = (e: MessageEvent<FromHub>) => take(e.data);
	return (message) => worker.port.postMessage(message);
}

/** Hangs this page on the stream of this account. */
export function connect(user: number): void {
	post ??= openHub();
	post({ kind: "hello", user });
}

export function disconnect(): void {
	post?.({ kind: "leave" });
}

export function tryNow(): void {
	post?.({ kind: "nudge" });
}

addEventListener("online", tryNow);
addEventListener("pagehide", () => post?.({ kind: "bye" }));
document.addEventListener("visibilitychange", () => { if (!document.hidden) tryNow(); });
