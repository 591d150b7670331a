/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * timeline_data.ts - a stretch of a room's timeline, newest first, and its moves.
 *
 * It holds at most a few hundred entries without a gap, wherever in the history they lie: going on
 * at one end lets go of the other. So a room of twenty thousand entries costs what is shown. New
 * entries join while the newest end is held; a search by words is the server's, so what comes then
 * makes it ask again, and it looks at so many entries at a time: it is asked on until some are found. Events that came before the first answer did are in that answer or behind it.
 */
import { signal } from "@preact/signals";

import { api, type Problem } from "../api";
import { type LineEvent, onEvents, onJump } from "../bus/bus";
import type { Entry } from "./timeline_said";

export interface Sieve {
	/** A noun ("note"), or some with commas between; "" is all. */
	kind: string;
	/** Whose entries; 0 is everybody's. */
	actor: number;
	text: string;
}

export const NO_SIEVE: Sieve = { kind: "", actor: 0, text: "" };

const PAGE = 100, MOST = 500, AGAIN_MS = 500;
const SOME = 20; /* that a search shows before it waits to be asked for more */
interface Page { items: Entry[]; next: number | null }

/** Does an entry pass by kind and person? */
export function passes(sieve: Sieve, e: Entry): boolean {
	const kinds = sieve.kind === "" ? [] : sieve.kind.split(",");
	return (sieve.actor === 0 || sieve.actor === e.actor.id)
		&& (kinds.length === 0 || kinds.includes(e.type) || kinds.includes(e.type.split(".")[0] ?? ""));
}

export class Timeline {
	readonly items = signal<readonly Entry[]>([]);
	readonly hasOlder = signal(false);
	readonly hasNewer = signal(false);
	readonly isLoading = signal(true);
	readonly problem = signal<Problem | null>(null);
	#sieve = NO_SIEVE;
	/* Where the older ones go on, when that is not the last item. */
	#older: number | null = null;
	#asking = new AbortController();
	#ends: (() => void)[] = [];
	#timer: ReturnType<typeof setTimeout> | undefined;
	/* What the stream brought while a page was on its way. */
	#waiting: Entry[] = [];

	/** `at`: as of then; "" is live. */
	constructor(readonly room: number, readonly at: string) {}

	start(around: number): void {
		if (this.at === "")
			this.#ends = [onEvents((events) => this.#take(events)), onJump(() => void this.load())];
		void this.load(around);
	}

	stop(): void {
		this.#asking.abort();
		clearTimeout(this.#timer);
		for (const end of this.#ends)
			end();
	}

	sift(sieve: Sieve): void {
		const { kind, actor, text } = this.#sieve;
		if (sieve.kind === kind && sieve.actor === actor && sieve.text === text)
			return;
		this.#sieve = sieve;
		void this.load();
	}

	/** Those around an entry, whatever was sifted for. */
	seek(seq: number): void {
		this.#sieve = NO_SIEVE;
		void this.load(seq);
	}

	/** The newest, or those around an entry. */
	async load(around = 0): Promise<void> {
		this.#asking.abort();
		this.#asking = new AbortController();
		this.#waiting = [];
		this.isLoading.value = true;
		const page = around === 0 ? await this.#askOn({ order: "desc" }, "before") : await this.#ask({ around: String(around) });
		if (page === null)
			return;
		this.items.value = [...page.items].sort((a, b) => b.seq - a.seq);
		this.hasNewer.value = around !== 0;
		this.hasOlder.value = around !== 0 || page.next !== null;
		this.#older = around !== 0 ? null : page.next;
		this.#settle();
		if (around !== 0)
			await this.newer(); /* says whether the newest end is held */
	}

	async older(): Promise<void> {
		const last = this.items.value.at(-1);
		if (!this.hasOlder.value || this.isLoading.value || last === undefined)
			return;
		this.isLoading.value = true;
		const page = await this.#askOn({ order: "desc", before: String(this.#older ?? last.seq) }, "before");
		if (page === null)
			return;
		const all = [...this.items.value, ...page.items];
		this.hasOlder.value = page.next !== null;
		this.#older = page.next;
		if (all.length > MOST)
			this.hasNewer.value = true;
		this.items.value = all.slice(-MOST);
		this.#settle();
	}

	async newer(): Promise<void> {
		const first = this.items.value[0];
		if (!this.hasNewer.value || this.isLoading.value || first === undefined)
			return;
		this.isLoading.value = true;
		const page = await this.#askOn({ after: String(first.seq) }, "after");
		if (page === null)
			return;
		const all = [...page.items.reverse(), ...this.items.value];
		this.hasNewer.value = page.next !== null;
		this.#letGo(all.length);
		this.items.value = all.slice(0, MOST);
		this.#settle();
	}

	/* More than are kept: the oldest go, and come again behind the last that stays. */
	#letGo(n: number): void {
		if (n <= MOST)
			return;
		this.hasOlder.value = true;
		this.#older = null;
	}

	/* A page of a search may hold few or none and have more behind it. */
	async #askOn(paging: Record<string, string>, cursor: "before" | "after"): Promise<Page | null> {
		const items: Entry[] = [];
		for (let from = paging;;) {
			const page = await this.#ask(from);
			if (page === null)
				return null;
			items.push(...page.items);
			if (page.next === null || this.#sieve.text === "" || items.length >= SOME)
				return { items, next: page.next };
			from = { ...paging, [cursor]: String(page.next) };
		}
	}

	/* null: overtaken by another question, or refused. */
	async #ask(paging: Record<string, string>): Promise<Page | null> {
		const asking = this.#asking;
		const q = new URLSearchParams({ limit: String(PAGE), ...paging });
		if (this.at !== "")
			q.set("as_of", this.at);
		if (this.#sieve.kind !== "")
			q.set("kind", this.#sieve.kind);
		if (this.#sieve.actor !== 0)
			q.set("actor", String(this.#sieve.actor));
		if (this.#sieve.text !== "")
			q.set("text", this.#sieve.text);
		const r = await api<Page>("GET", `/incidents/${this.room}/timeline?${q}`, { signal: asking.signal });
		if (asking !== this.#asking || asking.signal.aborted)
			return null;
		this.problem.value = r.ok ? null : r.problem;
		if (r.ok)
			return r.data;
		this.isLoading.value = false;
		return null;
	}

	#settle(): void {
		this.isLoading.value = false;
		const waiting = this.#waiting;
		this.#waiting = [];
		this.#join(waiting);
	}

	#take(events: readonly LineEvent[]): void {
		const fresh: Entry[] = [];
		for (const e of events) {
			if (e.id === 0 || e.type === "draft.changed" || !e.data.includes(`"incident":${this.room}`))
				continue;
			const entry = JSON.parse(e.data) as Entry;
			if (entry.incident === this.room)
				fresh.push(entry);
		}
		if (this.isLoading.value)
			this.#waiting.push(...fresh);
		else
			this.#join(fresh);
	}

	#join(fresh: readonly Entry[]): void {
		if (fresh.length === 0)
			return;
		this.#strike(fresh);
		if (this.hasNewer.value)
			return;
		if (this.#sieve.text !== "") {
			this.#timer ??= setTimeout(() => { this.#timer = undefined; void this.load(); }, AGAIN_MS);
			return;
		}
		const top = this.items.value[0]?.seq ?? 0;
		const joining = fresh.filter((e) => e.seq > top && passes(this.#sieve, e)).reverse();
		if (joining.length === 0)
			return;
		const all = [...joining, ...this.items.value];
		this.#letGo(all.length);
		this.items.value = all.slice(0, MOST);
	}

	/* A correction strikes what it corrects through, wherever it is shown. */
	#strike(fresh: readonly Entry[]): void {
		const by = new Map<number, number>();
		for (const e of fresh) {
			if (e.type === "correction.added" && typeof e.data.target === "number")
				by.set(e.data.target, e.seq);
		}
		if (by.size > 0 && this.items.value.some((e) => by.has(e.seq)))
			this.items.value = this.items.value.map((e) => by.has(e.seq) ? { ...e, corrected_by: by.get(e.seq) ?? 0 } : e);
	}
}
