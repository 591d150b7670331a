/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* title.ts - the window's title: what is unread, the page, the program. */
import { effect, signal } from "@preact/signals";

import { number } from "./i18n/format";
import { t, words } from "./i18n/t";

export const title = signal("");
/** Mentions that came while nobody looked, or are held back. */
export const unread = signal(0);

effect(() => {
	if (!("brand" in words.value))
		return;
	const count = unread.value > 0 ? `(${number(unread.value)}) ` : "";
	document.title = `${count}${title.value === "" ? "" : `${title.value} · `}${t("brand")}`;
});
