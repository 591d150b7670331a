/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * store.ts - the mentions that a page keeps, newest first, and those that it holds back.
 *
 *   server ── take() ──► held ── release() ──► items (the newest 5,000)
 *                  counted in the pill            what the list shows
 *
 * What arrives is held until the next picture (live.ts), or for as long as somebody reads.
 * Plain arrays, ordered by id; whoever shows them repaints when told (live.ts). The list and the
 * stream are merged here, so it does not matter which of them brings a mention first, or twice, or
 * late: each goes where its id belongs.
 *
 *  (1) items and held are strictly falling by id, and no id is in both.
 *  (2) Between two release() items changes only in place and at its old end: nothing jumps.
 *  (3) After release() items is what it would have been without waiting, as far as it is kept.
 *  (4) From #floor on nothing is missing that was taken; what is older comes by paging, and is ignored
 *      when it comes otherwise, or there would be a hole above it.
 */
import type { Mention } from "./mention";

export const KEPT = 5000;
/** How far one can read back; beyond that a filter is the better way. */
export const REACH = 20000;

/** Where `id` is in a list that falls by id, or the place where it belongs, as -(place + 1). */
export function placeOf(items: readonly Mention[], id: number): number {
	let low = 0, high = items.length - 1;
	while (low <= high) {
		const middle = (low + high) >> 1, there = items[middle]?.id ?? 0;
		if (there === id)
			return middle;
		if (there > id)
			low = middle + 1;
		else
			high = middle - 1;
	}
	return -(low + 1);
}

export class FeedStore {
	items: Mention[] = [];
	held: Mention[] = [];
	/** Of those that are held back, also the ones that `held` has no room for. */
	heldCount = 0;
	/** The server has older ones than the last of items. */
	hasOlder = true;
	/* Infinity: no page has come yet, and what the stream has brought waits for it. */
	#floor = Infinity;
	#early: Mention[] = [];

	reset(): void {
		this.items = [];
		this.held = [];
		this.heldCount = 0;
		this.hasOlder = true;
		this.#floor = Infinity;
		this.#early = [];
	}

	get newestId(): number {
		return Math.max(this.items[0]?.id ?? 0, this.held[0]?.id ?? 0);
	}

	get hasPage(): boolean {
		return this.#floor !== Infinity;
	}

	/** Takes arrivals in any order; returns how many are new. */
	take(arrivals: readonly Mention[]): number {
		if (!this.hasPage) {
			this.#early = this.#early.concat(arrivals).slice(-KEPT);
			return 0;
		}
		/* A full `held` has lost what is older than its last. */
		const bottom = this.held.length < KEPT ? this.#floor : this.held.at(-1)?.id ?? 0;
		const fresh = newestFirst(arrivals.filter((m) => !this.#replace(m) && m.id >= bottom));
		this.held = merged(this.held, fresh).slice(0, KEPT);
		this.heldCount += fresh.length;
		return fresh.length;
	}

	/** The first page, or the one behind the last: mentions newest first, whether there is more. */
	addPage(page: readonly Mention[], hasMore: boolean): void {
		const last = newestFirst(page.filter((m) => !this.#replace(m)));
		this.items = merged(this.items, last);
		this.#floor = hasMore ? page.at(-1)?.id ?? 0 : 0;
		this.hasOlder = hasMore && this.items.length < REACH;
		const early = this.#early;
		this.#early = [];
		this.take(early);
	}

	/** Shows what was held back. */
	release(): void {
		const isLost = this.heldCount > this.held.length; /* then that many alone are KEPT */
		this.items = merged(this.items, this.held);
		this.held = [];
		this.heldCount = 0;
		if (isLost || this.items.length > KEPT) {
			this.items.length = KEPT;
			this.hasOlder = true;
			this.#floor = this.items.at(-1)?.id ?? 0;
		}
	}

	at(id: number): Mention | undefined {
		return this.items[placeOf(this.items, id)] ?? this.held[placeOf(this.held, id)];
	}

	/* Another version of one that is here takes its place; false when it is not here. */
	#replace(m: Mention): boolean {
		for (const list of [this.items, this.held]) {
			const place = placeOf(list, m.id), there = list[place];
			if (there === undefined)
				continue;
			if (m.version >= there.version)
				list[place] = keepMarks(m, there);
			return true;
		}
		return false;
	}
}

/* Two lists that fall by id and share none, as one. */
function merged(a: readonly Mention[], b: readonly Mention[]): Mention[] {
	const all: Mention[] = [];
	let i = 0;
	for (const m of b) {
		for (let x = a[i]; x !== undefined && x.id > m.id; x = a[++i])
			all.push(x);
		all.push(m);
	}
	return all.concat(a.slice(i));
}

/* Marks came with a search and the stream has none: they hold as long as the text does. */
function keepMarks(m: Mention, before: Mention): Mention {
	if (m.marks !== undefined || before.marks === undefined || m.text !== before.text)
		return m;
	return { ...m, marks: before.marks, ...(before.title_marks && m.title === before.title ? { title_marks: before.title_marks } : {}) };
}

/* Without doubles; of two versions the later. */
function newestFirst(list: readonly Mention[]): Mention[] {
	const byId = new Map<number, Mention>();
	for (const m of list) {
		if (m.version >= (byId.get(m.id)?.version ?? 0))
			byId.set(m.id, m);
	}
	return [...byId.values()].sort((a, b) => b.id - a.id);
}
