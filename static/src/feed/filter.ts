/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * filter.ts - what the feed is narrowed to; its home is the address, so that a link shows the same.
 *
 * Source and language can be told from a mention itself. Words cannot: what matches is the server's
 * business (one fold for all three languages), so with words a live match is a search as well.
 */
import { computed } from "@preact/signals";

import { query, setQuery } from "../router";
import type { Mention } from "./mention";

export interface Filter {
	q: string;
	source: string;
	lang: string;
}

export const filter = computed<Filter>(() => ({
	q: query.value.get("q") ?? "",
	source: query.value.get("source") ?? "",
	lang: query.value.get("lang") ?? "",
}));

export const setFilter = (change: Partial<Filter>): void => setQuery(change);
export const isFiltered = (f: Filter): boolean => f.q !== "" || f.source !== "" || f.lang !== "";

/** Does the mention pass as far as it can be told here? */
export const passes = (f: Filter, m: Mention): boolean =>
	(f.source === "" || m.source === f.source) && (f.lang === "" || m.lang === f.lang);

/** For GET /mentions, without its paging. */
export function searchOf(f: Filter): URLSearchParams {
	const p = new URLSearchParams();
	for (const [name, value] of Object.entries(f) as [string, string][]) {
		if (value !== "")
			p.set(name, value);
	}
	return p;
}
