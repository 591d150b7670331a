/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * leader.ts - one stream for all pages where there is no shared worker: the page that holds a lock
 * runs the hub, the others talk to it over a channel. When it goes, the lock goes to another page,
 * which asks all for a hello; the stream is taken up where the first of them was.
 *
 *   any page ── {to: "hub", from, message} ──► leader
 *   leader ──── {to: id | "all", message} ───► that page, or all; {to: "all"} without one: say hello
 */
import { type FromHub, Hub, type ToHub } from "./hub";

type Letter =
	| { to: "hub"; from: string; message: ToHub }
	| { to: string; message: FromHub }
	| { to: "all"; hello: true };

export const canLead = (): boolean => typeof BroadcastChannel !== "undefined" && "locks" in navigator;

/** `take` gets what the hub says; `again` asks for a hello. */
export function openLeader(take: (m: FromHub) => void, again: () => void): (m: ToHub) => void {
	const channel = new BroadcastChannel("diwan-stream");
	const me = Array.from(crypto.getRandomValues(new Uint8Array(8)), (b) => b.toString(36)).join("");
	const pages = new Map<string, (m: FromHub) => void>();
	let hub: Hub | null = null;

	const postTo = (id: string): ((m: FromHub) => void) => {
		let post = pages.get(id);
		if (post === undefined) {
			post = id === me ? take : (message) => channel.postMessage({ to: id, message } satisfies Letter);
			pages.set(id, post);
		}
		return post;
	};
	channel.onmessage = (e: MessageEvent<Letter>) => {
		const letter = e.data;
		if ("hello" in letter)
			again();
		else if ("from" in letter)
			hub?.take(postTo(letter.from), letter.message);
		else if (letter.to === me)
			take(letter.message);
	};
	/* Held until this page ends. */
	void navigator.locks.request("diwan-stream", () => new Promise<never>(() => {
		hub = new Hub();
		channel.postMessage({ to: "all", hello: true } satisfies Letter);
		again();
	}));
	return (message) => {
		if (hub !== null)
			hub.take(postTo(me), message);
		else
			channel.postMessage({ to: "hub", from: me, message } satisfies Letter);
	};
}
