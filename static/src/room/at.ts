/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * at.ts - the moment that is looked at: `?at=` with the number of an event or a time; without it the
 * room is live. It stands in the address, so that what one person sees can be sent to another.
 */
import { computed } from "@preact/signals";

import { query, setQuery } from "../router";

/** "" is live. Anything that cannot be a moment is the server's to refuse. */
export const at = computed(() => query.value.get("at") ?? "");

/** Nothing can be changed while it is: no past is written to. */
export const isFrozen = computed(() => at.value !== "");

/** Opens the whole room as it was then; "" goes back to live. */
export const lookAt = (moment: string | number): void => setQuery({ at: String(moment) });

/** The address of this page at another moment, with its other parameters as they are. */
export function hrefAt(moment: string | number, hash = ""): string {
	const q = new URLSearchParams(query.value);
	if (moment === "")
		q.delete("at");
	else
		q.set("at", String(moment));
	const text = q.toString();
	return `${location.pathname}${text === "" ? "" : `?${text}`}${hash}`;
}

/** A path of the API as of the moment that is looked at. */
export function asOf(path: string, moment = at.value): string {
	return moment === "" ? path : `${path}${path.includes("?") ? "&" : "?"}as_of=${encodeURIComponent(moment)}`;
}
