/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * hub.ts - one line, many pages: what runs in the shared worker, in the page that leads where there
 * is none, or in a page for itself. It knows pages only as functions that take messages.
 *
 * Events are handed on together, ten times a second: a message to eight pages costs eight times
 * what it costs to one.
 */
import { Line, type LineEvent, type LineState } from "./line";

export type ToHub =
	/** Here is a page in which this account is signed in; sent again after each sign-in. */
	| { kind: "hello"; user: number }
	/** Somebody looks, or the network is back: do not wait. */
	| { kind: "nudge" }
	/** Nobody is signed in any more. */
	| { kind: "leave" }
	| { kind: "bye" };

export type FromHub =
	| { kind: "state"; state: LineState }
	| { kind: "events"; events: LineEvent[] }
	/** So much was missed that it is not sent: read anew what you show. */
	| { kind: "jump" }
	/** The line lives, and so does the hub. */
	| { kind: "beat" };

export type Post = (message: FromHub) => void;

const BATCH_MS = 100;

export class Hub {
	readonly #pages = new Set<Post>();
	#user = 0;
	#after = 0;
	#waiting: LineEvent[] = [];
	#timer: ReturnType<typeof setTimeout> | undefined;
	readonly #line: Line;

	/** `after`: go on behind this event, as the page did that led before. */
	constructor(after = 0) {
		this.#line = new Line({
			onState: (state) => {
				this.#flush();
				this.#tell({ kind: "state", state });
			},
			onEvent: (event) => this.#event(event),
			onJump: () => {
				this.#waiting = [];
				this.#tell({ kind: "jump" });
			},
		});
		this.#line.lastId = after;
		this.#after = after;
	}

	take(page: Post, message: ToHub): void {
		switch (message.kind) {
		case "hello":
			this.#hello(page, message.user);
			break;
		case "nudge":
			this.#line.nudge();
			break;
		case "leave":
			this.#line.close();
			this.#user = 0;
			break;
		case "bye":
			this.#pages.delete(page);
			break;
		}
	}

	close(): void {
		clearTimeout(this.#timer);
		this.#line.close();
	}

	/* Another account's stream begins at the newest event; the same one's goes on where it was. */
	#hello(page: Post, user: number): void {
		this.#pages.add(page);
		if (user !== this.#user) {
			this.#line.lastId = this.#after;
			this.#after = 0;
			this.#waiting = [];
		}
		if (user !== this.#user || this.#line.state.name === "out")
			this.#line.open();
		else
			page({ kind: "state", state: this.#line.state });
		this.#user = user;
	}

	#event(event: LineEvent): void {
		if (event.type === "hb") {
			this.#tell({ kind: "beat" });
			return;
		}
		this.#waiting.push(event);
		this.#timer ??= setTimeout(() => this.#flush(), BATCH_MS);
	}

	#flush(): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
		const events = this.#waiting;
		this.#waiting = [];
		if (events.length > 0)
			this.#tell({ kind: "events", events });
	}

	#tell(message: FromHub): void {
		for (const page of this.#pages)
			page(message);
	}
}
