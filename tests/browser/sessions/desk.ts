/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * desk.ts - one statement and those who type in it, through the real server, at random: a session is told by
 * its number. How the network and the server take it is not, so a number says what was tried and not
 * what became of it.
 */
import assert from "node:assert/strict";

import { ChangeSet, Text } from "../../../static/node_modules/@codemirror/state/dist/index.js";

import { restore, sumOf, type WireUpdate } from "../../../static/src/statement/collab";
import { wireOf } from "../../../static/src/statement/wire";
import { Dice } from "../unit/typists";
import { type Fate, type Frames, Line, type Place, type Taken, withLine } from "./line";
import { Typist } from "./typist";

/** The server, and by whom it is asked. */
export interface World {
	place: Place;
	/** One account each. */
	tokens: string[];
	frames: Frames;
	desks: Map<number, Desk>;
	/** DIWAN_SLOW */
	patience: number;
}

interface Shown {
	text: string;
	revision: number;
	units: number;
	hash: number;
	authors: { units: number }[];
}

const LETTERS = ["س", "لا", "می\u200c", "خواهیم\u200cگفت ", "é", "e\u0301", "👨‍👩‍👧", "🙂", "\n", "word ", "الخبر ", "۱۲", "\r\n", "سطر اول\r\nسطر دوم\r\n", "\rold", "\u{20000}", "\u05bc", "\u200f", "\ufeff"];
const BEGINNINGS = ["", "ما می\u200cدانیم که ساعت ۱۴:۰۵\nنحن نتحقق 🙂 من الأمر\n\nwe speak again at 15:00", "بيان\n"];
export const sleep = (ms: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, ms); });

async function ask<T>(line: Line, method: string, path: string, body?: unknown): Promise<T> {
	const r = await line.fetch(`/api/v1${path}`, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }), headers: { "Content-Type": "application/json" } });
	const text = await r.text();
	assert.ok(r.ok, `${method} ${path}: ${r.status} ${text}`);
	return JSON.parse(text) as T;
}

/** A room to write statements in. */
export async function declare(world: World): Promise<number> {
	const line = new Line(world.place, world.tokens[0] as string, () => "arrives", false);
	const { id } = await ask<{ id: number }>(line, "POST", "/incidents", { title: "A cable is cut", severity: 2 });
	line.close();
	return id;
}

export class Desk {
	pages: Typist[] = [];
	readonly typed = new Set<string>();
	loss = 0;
	id = 0;
	readonly #dice: Dice;
	readonly #onlyInserts: boolean;
	readonly #sure: Line; /* on which nothing is lost */
	readonly #taken: Taken[][] = [];
	#beginning = "";
	#born = 0;
	#letter = 0xf0000; /* each letter of its own: a private plane */

	constructor(readonly world: World, seed: number, onlyInserts = seed % 3 === 0) {
		this.#dice = new Dice(seed);
		this.#onlyInserts = onlyInserts;
		this.#sure = new Line(world.place, world.tokens[0] as string, () => "arrives", false);
	}

	async open(room: number, people: number): Promise<void> {
		this.#beginning = this.#dice.of(BEGINNINGS);
		const { id } = await ask<{ id: number }>(this.#sure, "POST", `/incidents/${room}/statements`,
			{ title: "بیانیه", lang: "fa", channel: "press", audience: "public", text: this.#beginning });
		this.id = id;
		this.world.desks.set(id, this);
		for (let i = 0; i < people; i++)
			this.pages.push(this.#page(Text.of(this.#beginning.split("\n")), 0));
	}

	/* before: whose rest it goes on with. */
	#page(text: Text, revision: number, before?: Typist): Typist {
		const n = this.#born++, token = before?.line.token ?? this.world.tokens[n % this.world.tokens.length] as string;
		const fate = (): Fate => (this.#dice.is(this.loss) ? this.#dice.of(["unsent", "cut", "lost"] as const) : "arrives");
		const line = new Line(this.world.place, token, fate);
		this.#taken.push(line.taken);
		return new Typist(line, this.id, text, revision, before?.kept?.client ?? `c${this.id}-${n}`);
	}

	/** Of the stream: to each page at once, late, twice or never. */
	heard(batch: { base: number; updates: WireUpdate[] }): void {
		const { rtt } = this.world.place;
		if (rtt !== undefined) {
			setTimeout(() => { for (const p of this.pages) p.batch(batch); }, rtt / 2);
			return;
		}
		for (const p of this.pages) {
			const times = this.#dice.is(this.loss) ? this.#dice.below(3) : 1;
			for (let i = 0; i < times; i++) {
				const late = this.#dice.is(0.5) ? this.#dice.below(15) : 0;
				if (late > 0)
					setTimeout(() => p.batch(batch), late);
				else
					p.batch(batch);
			}
		}
	}

	/** Anywhere, also in the middle of a pair: the page has to put that right. */
	type(p: Typist): void {
		const dice = this.#dice, doc = p.state.doc, from = dice.below(doc.length + 1);
		if (!this.#onlyInserts) {
			const to = dice.is(0.5) ? from : Math.min(doc.length, from + dice.below(6));
			p.type({ from, to, insert: dice.is(0.3) ? "" : dice.is(0.05) ? "\ud83d" : dice.of(LETTERS) });
			return;
		}
		const letter = String.fromCodePoint(this.#letter++);
		this.typed.add(letter);
		p.type({ from: /[\ud800-\udbff]$/.test(doc.sliceString(0, from)) ? from + 1 : from, insert: letter });
	}

	/** The page dies; a new one goes on with what it had kept, while the last request may still be on its way. */
	async crash(p: Typist): Promise<void> {
		p.close();
		const { kept } = p, now = await this.#shown();
		const missed = (await this.#log()).slice(kept?.revision ?? 0, now.revision);
		const was = kept === null ? { text: Text.of(now.text.split("\n")), revision: now.revision, changes: [] } : restore(kept, missed);
		const next = this.#page(was.text, was.revision, p);
		this.pages[this.pages.indexOf(p)] = next;
		for (const changes of was.changes) {
			next.state = next.state.update({ changes }).state;
			next.collab.typed();
		}
		next.collab.nudge();
	}

	async play(steps: number, crashes: number): Promise<void> {
		for (let i = 0; i < steps; i++) {
			const p = this.#dice.of(this.pages);
			this.type(p);
			if (this.#dice.is(0.4))
				await sleep(this.#dice.below(8));
			if (this.#dice.is(crashes))
				await this.crash(p);
		}
	}

	/** Everybody shows the same, and nothing waits. */
	get isSettled(): boolean {
		const [first] = this.pages;
		return this.pages.every((p) => p.collab.waiting === 0 && p.collab.revision === first?.collab.revision);
	}

	async until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
		const end = Date.now() + 60000 * this.world.patience;
		while (!await isSo()) {
			assert.ok(Date.now() < end, `statement ${this.id}: it never came to this: ${what}`);
			await sleep(4);
		}
	}

	#shown(): Promise<Shown> {
		return ask<Shown>(this.#sure, "GET", `/statements/${this.id}`);
	}

	async #log(): Promise<WireUpdate[]> {
		const log: WireUpdate[] = [], wire = wireOf(this.id);
		for (;;) {
			const some = await withLine(this.#sure, () => wire.since(log.length));
			assert.ok(some !== null, "GET changes");
			log.push(...some.updates);
			if (log.length >= some.revision)
				return log;
		}
	}

	/** The network is good again: everybody comes to the same text, and it has all that was taken. */
	async settle(): Promise<void> {
		this.loss = 0;
		for (const p of this.pages)
			p.collab.nudge();
		await this.until("all is quiet", () => this.pages.every((p) => p.isQuiet || p.wrong !== ""));
		const { revision } = await this.#shown();
		for (const p of this.pages)
			if (p.collab.revision < revision)
				p.collab.nudge();
		await this.until("all have seen the newest", () => this.pages.every((p) => (p.isQuiet && p.collab.revision >= revision) || p.wrong !== ""));
		const now = await this.#shown();
		for (const p of this.pages) {
			assert.equal(p.wrong, "");
			assert.equal(p.text, now.text, p.name);
			assert.deepEqual([p.saved, p.kept, p.collab.revision], ["saved", null, now.revision], p.name);
		}
		await this.#check(now);
	}

	async #check(now: Shown): Promise<void> {
		assert.deepEqual([now.units, now.hash], [now.text.length, sumOf(now.text)]);
		assert.equal(now.authors.reduce((n, a) => n + a.units, 0), now.units);
		const log = await this.#log();
		const text = log.reduce((t, u) => ChangeSet.fromJSON(u.changes).apply(t), Text.of(this.#beginning.split("\n")));
		assert.deepEqual([log.length, text.toString()], [now.revision, now.text]);
		for (const { base, updates } of this.#taken.flat())
			for (const [i, u] of updates.entries())
				assert.deepEqual([log[base + i]?.client, log[base + i]?.changes], [u.client, u.changes], `acknowledged as ${base + i}`);
		for (const letter of this.typed)
			assert.equal(now.text.split(letter).length, 2, `U+${letter.codePointAt(0)?.toString(16)} is there ${now.text.split(letter).length - 1} times`);
	}

	/** How many updates the server said yes to, as far as anybody heard. */
	get acknowledged(): number {
		return this.#taken.flat().reduce((n, t) => n + t.updates.length, 0);
	}

	close(): void {
		this.world.desks.delete(this.id);
		for (const p of this.pages)
			p.close();
		this.#sure.close();
	}
}
