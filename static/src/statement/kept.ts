/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * kept.ts - text that the server does not have yet, in this browser's storage: by person, statement and
 * page ("client"). A page that opens a statement takes over what dead pages of the same person left.
 *
 * Whether a page lives is asked on a channel of the browser. One that sleeps may not answer; so a
 * record that is taken is marked, and the one whose it was sees that before it sends again.
 */
import type { Kept } from "./collab";

const PREFIX = "diwan.statement.";
const ANSWER_MS = 250;

export interface Record {
	key: string;
	/** null: `text` could not be sent and is only to be read. */
	kept: Kept | null;
	text: string;
	/** When it was written, in ms. */
	at: number;
}

type Stored = { at: number } & ({ kept: Kept } | { aside: string } | { taken: true });

const keyOf = (user: number, statement: number, client: string): string => `${PREFIX}${user}.${statement}.${client}`;

function read(key: string): Stored | null {
	try {
		return JSON.parse(localStorage.getItem(key) ?? "null") as Stored | null;
	} catch {
		return null;
	}
}

function write(key: string, value: Stored): boolean {
	try {
		localStorage.setItem(key, JSON.stringify(value));
		return true;
	} catch {
		return false; /* closed to us or full: the text lives as long as the page */
	}
}

function drop(key: string): void {
	try {
		localStorage.removeItem(key);
	} catch { /* as above */ }
}

/** All that this person's pages left of a statement, oldest first. */
function recordsOf(user: number, statement: number): Record[] {
	const found: Record[] = [];
	try {
		const prefix = keyOf(user, statement, "");
		for (let i = 0; i < localStorage.length; i++) {
			const key = localStorage.key(i) ?? "";
			const stored = key.startsWith(prefix) ? read(key) : null;
			if (stored !== null && "kept" in stored)
				found.push({ key, kept: stored.kept, text: "", at: stored.at });
			else if (stored !== null && "aside" in stored)
				found.push({ key, kept: null, text: stored.aside, at: stored.at });
		}
	} catch { /* as above */ }
	return found.sort((a, b) => a.at - b.at);
}

/** Is there any, of pages that live or not? */
export const hasLeft = (user: number, statement: number): boolean => recordsOf(user, statement).length > 0;

/** One page's own record. */
export class Keeper {
	readonly #key: string;
	readonly #channel: BroadcastChannel | null;

	constructor(user: number, statement: number, client: string) {
		this.#key = keyOf(user, statement, client);
		this.#channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("diwan-statement");
		if (this.#channel !== null) {
			this.#channel.onmessage = (e: MessageEvent<{ asks?: string }>) => {
				if (e.data.asks === this.#key)
					this.#channel?.postMessage({ lives: this.#key });
			};
		}
	}

	/** null: nothing waits. False when it could not be kept. */
	keep(kept: Kept | null): boolean {
		if (kept !== null)
			return write(this.#key, { at: Date.now(), kept });
		drop(this.#key);
		return true;
	}

	/** It will not be sent as it is: the whole text is kept to be read. */
	putAside(text: string): Record {
		const at = Date.now();
		write(this.#key, { at, aside: text });
		return { key: this.#key, kept: null, text, at };
	}

	/** Another page has taken over what this one had typed. */
	get isTaken(): boolean {
		const stored = read(this.#key);
		return stored !== null && "taken" in stored;
	}

	close(): void {
		this.#channel?.close();
	}
}

function livesOn(channel: BroadcastChannel, keys: readonly string[]): Promise<Set<string>> {
	return new Promise((resolve) => {
		const lives = new Set<string>();
		channel.onmessage = (e: MessageEvent<{ lives?: string }>) => { if (e.data.lives !== undefined) lives.add(e.data.lives); };
		for (const key of keys)
			channel.postMessage({ asks: key });
		setTimeout(() => resolve(lives), ANSWER_MS);
	});
}

/** What dead pages left; nothing is taken yet. */
export async function leftBehind(user: number, statement: number): Promise<Record[]> {
	const records = recordsOf(user, statement);
	if (records.length === 0 || typeof BroadcastChannel === "undefined")
		return records;
	const channel = new BroadcastChannel("diwan-statement");
	const lives = await livesOn(channel, records.map((r) => r.key));
	channel.close();
	return records.filter((r) => !lives.has(r.key));
}

/** It is in another page's hands now; `isDone`: nobody will ask for it. */
export function take(record: Record): void {
	write(record.key, { at: Date.now(), taken: true });
}

/** It has arrived, or nobody wants it. */
export const forget = (record: Record): void => drop(record.key);

const OLD_MS = 7 * 86400000;

/** Marks that nobody comes back for. */
export function sweep(now = Date.now()): void {
	try {
		for (const key of Object.keys(localStorage)) {
			const stored = key.startsWith(PREFIX) ? read(key) : null;
			if (stored !== null && "taken" in stored && now - stored.at > OLD_MS)
				drop(key);
		}
	} catch { /* as above */ }
}
