/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* now.ts - the time as pages show it: one timer for all "3 minutes ago", still while nobody looks. */
import { signal } from "@preact/signals";

/** Milliseconds; moves every 15 seconds and when the page is looked at again. */
export const minute = signal(Date.now());

const tick = (): void => {
	if (!document.hidden)
		minute.value = Date.now();
};

export function watchClock(): void {
	setInterval(tick, 15000);
	document.addEventListener("visibilitychange", tick);
}
