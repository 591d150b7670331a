/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * filter.ts - what the feed is narrowed to; its home is the address, so that a link shows the same.
 *
 * Source, language and author can be told from a mention itself. Words cannot: what matches is the server's
 * business (one fold for all three languages), so with words a live match is a search as well.
 */
import { computed } from "@preact/signals";

import { query, setQuery } from "../router";
import type { Mention } from "./mention";

export interface Filter {
	q: string;
	source: string;
	lang: string;
	/** Within the source; what authorOf() says of a mention. */
	author: string;
}

/* Handles are compared without regard to capitals, as the server does (src/domain/author.c). */
const authorFold = (author: string): string => author.startsWith("@") ? author.replace(/[A-Z]/g, (c) => c.toLowerCase()) : author;

/** What an author is known by in its source: @handle, else the address, else the name; "" when nobody is named. */
export function authorOf({ author = {} }: Pick<Mention, "author">): string {
	const handle = author.handle?.replace(/^@/, "") ?? "";
	return handle !== "" ? authorFold(`@${handle}`) : author.url || author.name || "";
}

/** The feed with what the author of a mention wrote. */
export const authorHref = (m: Mention): string => `/?${new URLSearchParams({ source: m.source, author: authorOf(m) })}`;

export const filter = computed<Filter>(() => ({
	q: query.value.get("q") ?? "",
	source: query.value.get("source") ?? "",
	lang: query.value.get("lang") ?? "",
	author: query.value.get("source") === null ? "" : authorFold(query.value.get("author") ?? ""),
}));

export const setFilter = (change: Partial<Filter>): void => setQuery(change);
export const isFiltered = (f: Filter): boolean => f.q !== "" || f.source !== "" || f.lang !== "" || f.author !== "";

/** Does the mention pass as far as it can be told here? */
export const passes = (f: Filter, m: Mention): boolean =>
	(f.source === "" || m.source === f.source) && (f.lang === "" || m.lang === f.lang) && (f.author === "" || authorOf(m) === f.author);

/** For GET /mentions, without its paging. */
export function searchOf(f: Filter): URLSearchParams {
	const p = new URLSearchParams();
	for (const [name, value] of Object.entries(f) as [string, string][]) {
		if (value !== "")
			p.set(name, value);
	}
	return p;
}
