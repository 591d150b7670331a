/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * hub.ts - one line, many pages: what runs in the shared worker, in the page that leads where there
 * is none, or in a page for itself. It knows pages only as functions that take messages.
 *
 * Events are handed on together, ten times a second: a message to eight pages costs eight times
 * what it costs to one.
 *
 * A page says how far it has come when it says hello, and is told how far the hub has: so a page that
 * slept or changed its hub is told when it has missed something, and a new hub goes on where its
 * first page was.
 */
import { Line, type LineEvent, type LineState } from "./line";

export type ToHub =
	/** Here is a page in which this account is signed in; sent again after each sign-in. `at`: the last id it knows of, or 0. */
	| { kind: "hello"; user: number; at: number }
	/** Somebody looks, or the network is back: do not wait. */
	| { kind: "nudge" }
	/** Nobody is signed in any more. */
	| { kind: "leave" }
	| { kind: "bye" };

export type FromHub =
	/** `at`: what is newer than this will come. */
	| { kind: "state"; state: LineState; at: number }
	| { kind: "events"; events: LineEvent[] }
	/** Something was missed that is not sent: read anew what you show, once the line is live. */
	| { kind: "jump" }
	/** The line lives, and so does the hub. */
	| { kind: "beat"; at: number };

export type Post = (message: FromHub) => void;

const BATCH_MS = 100;

export class Hub {
	readonly #pages = new Set<Post>();
	#user = 0;
	#waiting: LineEvent[] = [];
	#timer: ReturnType<typeof setTimeout> | undefined;
	readonly #line: Line;

	constructor() {
		this.#line = new Line({
			onState: (state) => {
				this.#flush();
				this.#tell(this.#state(state));
			},
			onEvent: (event) => this.#event(event),
			onJump: () => {
				this.#waiting = [];
				this.#tell({ kind: "jump" });
			},
		});
	}

	take(page: Post, message: ToHub): void {
		switch (message.kind) {
		case "hello":
			this.#hello(page, message.user, message.at);
			break;
		case "nudge":
			this.#line.nudge();
			break;
		case "leave":
			this.#leave(page);
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

	/* Another account's stream begins at the newest event, or where that page was; the same one's goes
	 * on where it was. */
	#hello(page: Post, user: number, at: number): void {
		this.#flush(); /* or it would be told of a place that is ahead of what it gets */
		const isNew = !this.#pages.has(page);
		this.#pages.add(page);
		if (user !== this.#user) {
			this.#user = user;
			this.#waiting = [];
			this.#line.begin(at);
		} else if (this.#line.lastId === 0 && at > 0) {
			this.#line.begin(at);
		} else if (this.#line.state.name === "out") {
			this.#line.open();
		} else {
			page(this.#state(this.#line.state));
			if (isNew && at > 0 && at < this.#line.lastId)
				page({ kind: "jump" });
		}
	}

	/* The session is one for all pages of a browser; who has ended it knows already. */
	#leave(page: Post): void {
		this.#line.close();
		this.#user = 0;
		this.#waiting = [];
		for (const other of this.#pages) {
			if (other !== page)
				other(this.#state({ name: "out" }));
		}
	}

	#state(state: LineState): FromHub {
		return { kind: "state", state, at: this.#line.lastId };
	}

	#event(event: LineEvent): void {
		if (event.type === "hb") {
			this.#flush();
			this.#tell({ kind: "beat", at: this.#line.lastId });
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
