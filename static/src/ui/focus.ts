/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* focus.ts - where the focus goes when what had it is gone: to the page's heading, not to nowhere. */

/** Call after a change that may have taken the pressed button away; looks once it is painted. */
export function keepFocus(): void {
	requestAnimationFrame(() => requestAnimationFrame(() => {
		if (document.activeElement === document.body || document.activeElement === null)
			document.querySelector<HTMLElement>("main h1")?.focus();
	}));
}
