/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* title.ts - the window's title and its little picture: what is unread, the page, the program. */
import { effect, signal } from "@preact/signals";

import { number } from "./i18n/format";
import { t, words } from "./i18n/t";

export const title = signal("");
/** Mentions that came while nobody looked, or are held back. */
export const unread = signal(0);

const MOST = 999;
const PLAIN = "/favicon.svg";
/* The same with a dot: drawn here, so that it needs no second file. */
const DOTTED = `data:image/svg+xml,${encodeURIComponent('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#0e6b66"/><path d="M8 21.5c0-6 3.5-10.5 8-10.5s8 4.5 8 10.5M6.5 24.5h19" fill="none" stroke="#fff" stroke-width="2.6" stroke-linecap="round"/><circle cx="25" cy="7" r="7" fill="#d92d20" stroke="#fff" stroke-width="2"/></svg>')}`;

effect(() => {
	if (!("brand" in words.value))
		return;
	const n = unread.value;
	const count = n > 0 ? `(${number(Math.min(n, MOST))}${n > MOST ? "+" : ""}) ` : "";
	document.title = `${count}${title.value === "" ? "" : `${title.value} · `}${t("brand")}`;
});

effect(() => {
	const icon = document.querySelector<HTMLLinkElement>("link[rel=icon]");
	const wanted = unread.value > 0 ? DOTTED : PLAIN;
	if (icon !== null && icon.getAttribute("href") !== wanted)
		icon.setAttribute("href", wanted);
});
