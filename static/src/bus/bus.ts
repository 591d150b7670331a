/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * bus.ts - what a page sees of the stream: the state of the connection, and events.
 *
 *   const stop = onEvents((events) => …);    // in order, some at once; data is JSON, unread
 *   const stop = onJump(() => …);            // something was missed: read anew what you show
 *
 * All pages of a browser share one stream, because a browser opens six connections to a server and
 * the seventh page would not even load. It runs in a shared worker; where there is none, in the page
 * that leads (leader.ts); where that cannot be either, in each page for itself.
 *
 * The hub is heard at least every 15 s while it is connected. When it says nothing for long - a
 * worker that the system has killed, a leader that sleeps - the page opens another one. What a page
 * missed meanwhile, or while it lay in the browser's cache, it reads anew when the line is live: what
 * comes after that reading is then sure to come by the stream.
 */
import { signal } from "@preact/signals";

import { sessionEnded } from "../session";
import { type FromHub, Hub, type ToHub } from "./hub";
import { canLead, openLeader } from "./leader";
import { type LineEvent, type LineState, SILENCE_MS } from "./line";

export type { LineEvent, LineState };

export const connection = signal<LineState>({ name: "connecting" });

type Taker = (events: readonly LineEvent[]) => void;
const takers = new Set<Taker>();
const jumpers = new Set<() => void>();
let post: ((message: ToHub) => void) | null = null;
let user = 0, lastId = 0, heardAt = 0, hasMissed = false;

/** When the hub was last heard, in ms: while the line lives that is at most 15 s ago. */
export const heard = (): number => heardAt;

export function onEvents(take: Taker): () => void {
	takers.add(take);
	return () => takers.delete(take);
}

export function onJump(jump: () => void): () => void {
	jumpers.add(jump);
	return () => jumpers.delete(jump);
}

function take(message: FromHub): void {
	heardAt = Date.now();
	switch (message.kind) {
	case "state":
		lastId = Math.max(lastId, message.at);
		connection.value = message.state;
		if (message.state.name === "out")
			sessionEnded();
		break;
	case "events":
		for (const event of message.events) /* some have none */
			lastId = Math.max(lastId, event.id);
		for (const taker of takers)
			taker(message.events);
		break;
	case "jump":
		lastId = 0;
		hasMissed = true;
		break;
	case "beat":
		lastId = Math.max(lastId, message.at);
		break;
	}
	if (hasMissed && connection.value.name === "live") {
		hasMissed = false;
		for (const jump of jumpers)
			jump();
	}
}

/* The policy of our pages lets no plain string become a script's address. */
function workerAddress(): string {
	const address = document.documentElement.dataset.bus ?? "";
	const policy = window.trustedTypes?.createPolicy("diwan-bus", { createScriptURL: (url) => url });
	return (policy?.createScriptURL(address) ?? address) as string;
}

let address: string | null = null;
let port: MessagePort | null = null;

const sayHello = (): void => post?.({ kind: "hello", user, at: lastId });

function openHub(): (message: ToHub) => void {
	if (typeof SharedWorker !== "undefined") {
		address ??= workerAddress();
		const mine = port = new SharedWorker(address, { name: "diwan" }).port;
		mine.onmessage = (e: MessageEvent<FromHub>) => take(e.data);
		return (message) => mine.postMessage(message);
	}
	if (canLead())
		return openLeader(take, () => { if (user !== 0) sayHello(); });
	const hub = new Hub();
	return (message) => hub.take(take, message);
}

/** Hangs this page on the stream of this account. */
export function connect(id: number): void {
	if (id !== user)
		lastId = 0;
	user = id;
	heardAt = Date.now();
	post ??= openHub();
	sayHello();
}

export function disconnect(): void {
	user = 0;
	post?.({ kind: "leave" });
}

export function tryNow(): void {
	post?.({ kind: "nudge" });
}

/* Only a worker can be replaced; a leader is replaced by the lock, and a hub of our own is us. The
 * worker may live after all, and it was us who slept: without the bye we would hear it twice. */
function checkHub(): void {
	if (user !== 0 && port !== null && Date.now() - heardAt > 2 * SILENCE_MS) {
		post?.({ kind: "bye" });
		port.onmessage = null;
		post = null;
		connect(user);
	}
}

setInterval(checkHub, 5000);
addEventListener("online", tryNow);
addEventListener("pagehide", () => post?.({ kind: "bye" }));
addEventListener("pageshow", (e) => { if (e.persisted && user !== 0) connect(user); });
document.addEventListener("visibilitychange", () => { if (!document.hidden) tryNow(); });
