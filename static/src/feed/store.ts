/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * store.ts - the mentions that a page keeps, newest first, and those that it holds back.
 *
 *   server ── take() ──► items (the newest 5,000)          what the list shows
 *                 └────► held, while somebody reads        counted in the pill
 *
 * Plain arrays, ordered by id; whoever shows them repaints when told (live.ts). The list and the
 * stream are merged here, so it does not matter which of them brings a mention first, or twice.
 *
 *  (1) items is strictly falling by id.
 *  (2) While holding, items changes only in place and at its old end: nothing jumps.
 *  (3) After release() items is what it would have been without holding, as far as it is kept.
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
	isHolding = false;

	reset(): void {
		this.items = [];
		this.held = [];
		this.heldCount = 0;
		this.hasOlder = true;
	}

	get newestId(): number {
		return Math.max(this.items[0]?.id ?? 0, this.held[0]?.id ?? 0);
	}

	/** Takes arrivals in any order; returns how many are new. */
	take(arrivals: readonly Mention[]): number {
		const fresh: Mention[] = [];
		const top = this.newestId;
		for (const m of arrivals) {
			if (m.id > top)
				fresh.push(m);
			else
				this.#replace(m);
		}
		const unique = newestFirst(fresh);
		if (this.isHolding) {
			this.held = unique.concat(this.held).slice(0, KEPT);
			this.heldCount += unique.length;
		} else {
			this.items = unique.concat(this.items);
			this.#trim();
		}
		return unique.length;
	}

	/** The first page, or the one behind the last: `items` newest first, whether there is more. */
	addPage(page: readonly Mention[], hasMore: boolean): void {
		const oldest = this.items.at(-1)?.id ?? Infinity;
		const older: Mention[] = [];
		for (const m of page) {
			if (m.id < oldest)
				older.push(m);
			else
				this.#insert(m);
		}
		this.items = this.items.concat(newestFirst(older));
		this.hasOlder = hasMore && this.items.length < REACH;
	}

	/** Shows what was held back. */
	release(): void {
		this.isHolding = false;
		this.items = this.held.concat(this.items);
		this.held = [];
		this.heldCount = 0;
		this.#trim();
	}

	at(id: number): Mention | undefined {
		return this.items[placeOf(this.items, id)] ?? this.held[placeOf(this.held, id)];
	}

	#trim(): void {
		if (this.items.length > KEPT) {
			this.items.length = KEPT;
			this.hasOlder = true;
		}
	}

	/* Another version of one that is here; of one that is not, there is nothing to show. */
	#replace(m: Mention): void {
		for (const list of [this.items, this.held]) {
			const place = placeOf(list, m.id), there = list[place];
			if (there !== undefined && m.version >= there.version)
				list[place] = keepMarks(m, there);
		}
	}

	/* The stream may have brought some of a page's mentions before the page came. */
	#insert(m: Mention): void {
		const place = placeOf(this.items, m.id), there = this.items[place];
		if (there === undefined && !(placeOf(this.held, m.id) >= 0))
			this.items.splice(-place - 1, 0, m);
		else if (there !== undefined && m.version >= there.version)
			this.items[place] = m;
	}
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
