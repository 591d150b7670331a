/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * router.ts - the address is the state: path for the page, query for its filters.
 *
 * A plain <a href="/people"> is enough; clicks on links to our own pages are taken here. A page
 * changes its query by setQuery(), which replaces the entry and does not add one, so that Back
 * leaves the page and does not undo letters.
 */
import { computed, signal } from "@preact/signals";

const here = (): { path: string; query: string } => ({ path: location.pathname, query: location.search });
const where = signal(here());

export const path = computed(() => where.value.path);
export const query = computed(() => new URLSearchParams(where.value.query));

export function navigate(to: string, { replaces = false } = {}): void {
	if (replaces)
		history.replaceState(history.state, "", to);
	else if (to !== location.pathname + location.search)
		history.pushState(null, "", to);
	where.value = here();
}

/** Changes parts of the query; an empty value takes its name away. */
export function setQuery(change: Record<string, string>): void {
	const q = new URLSearchParams(location.search);
	for (const [name, value] of Object.entries(change)) {
		if (value === "")
			q.delete(name);
		else
			q.set(name, value);
	}
	const text = q.toString();
	history.replaceState(history.state, "", location.pathname + (text === "" ? "" : `?${text}`));
	where.value = here();
}

function onClick(e: MouseEvent): void {
	const link = e.target instanceof Element ? e.target.closest("a[href]") : null;
	if (e.defaultPrevented || e.button !== 0 || e.metaKey || e.ctrlKey || e.shiftKey || e.altKey
		|| !(link instanceof HTMLAnchorElement) || link.target !== "" || link.origin !== location.origin
		|| link.hasAttribute("download") || link.getAttribute("href")?.startsWith("#") || link.pathname.includes("."))
		return;
	e.preventDefault();
	navigate(link.pathname + link.search + link.hash);
}

export function watchAddress(): void {
	addEventListener("popstate", () => { where.value = here(); });
	document.addEventListener("click", onClick);
}
