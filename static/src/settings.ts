/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * settings.ts - what a reader chose, kept in this browser.
 *
 * Language and theme are cookies, because the server writes them into the page before any script
 * runs; all else is in localStorage. "auto" means what the language (or the system) suggests.
 */
import { effect, signal } from "@preact/signals";

export type Lang = "en" | "ar" | "fa";
export type Theme = "auto" | "light" | "dark";
export type Calendar = "auto" | "gregory" | "persian" | "islamic-umalqura";
export type Digits = "auto" | "latn" | "arab" | "arabext";

export const LANGS: readonly Lang[] = ["en", "ar", "fa"];
export const THEMES: readonly Theme[] = ["auto", "light", "dark"];
export const CALENDARS: readonly Calendar[] = ["auto", "gregory", "persian", "islamic-umalqura"];
export const DIGITS: readonly Digits[] = ["auto", "latn", "arab", "arabext"];

const root = document.documentElement;

/* The kept value, when it is still one that we know. */
function kept<T extends string>(name: string, known: readonly T[], otherwise: T): T {
	try {
		const value = localStorage.getItem(`diwan.${name}`) as T | null;
		return value !== null && known.includes(value) ? value : otherwise;
	} catch {
		return otherwise; /* storage is closed to us; the choice lasts as long as the page */
	}
}

function keep(name: string, value: string): void {
	try {
		localStorage.setItem(`diwan.${name}`, value);
	} catch { /* as above */ }
}

/** Does the browser let us keep anything? */
export function canKeep(): boolean {
	try {
		localStorage.setItem("diwan.try", "1");
		localStorage.removeItem("diwan.try");
		return navigator.cookieEnabled;
	} catch {
		return false;
	}
}

/* The kept time zone; one that this browser does not know is as good as none. */
function keptZone(): string {
	try {
		const name = localStorage.getItem("diwan.zone") ?? "auto";
		if (name !== "auto")
			new Intl.DateTimeFormat("en", { timeZone: name });
		return name;
	} catch {
		return "auto";
	}
}

function keepCookie(name: string, value: string): void {
	const secure = location.protocol === "https:" ? "; Secure" : "";
	document.cookie = `${name}=${value}; Path=/; Max-Age=31536000; SameSite=Strict${secure}`;
}

export const lang = signal<Lang>(LANGS.find((l) => l === root.lang) ?? "en");
export const theme = signal<Theme>(THEMES.find((v) => v === root.dataset.theme) ?? "auto");
export const calendar = signal<Calendar>(kept("calendar", CALENDARS, "auto"));
export const digits = signal<Digits>(kept("digits", DIGITS, "auto"));
/** "auto" is the device's; else a name such as "Asia/Riyadh". */
export const zone = signal(keptZone());
/** Is the first admin still to be shown what comes first? */
export const isWelcome = signal(kept("welcome", ["on", "off"], "off") === "on");
/** Are single keys (j, k, /, …) shortcuts? WCAG 2.1.4 wants a switch. */
export const hasKeys = signal(kept("keys", ["on", "off"], "on") === "on");

/** Call once: carries every later change of a setting to the page and to the store. */
export function watchSettings(): void {
	let isFirst = true;
	effect(() => {
		root.lang = lang.value;
		root.dir = lang.value === "en" ? "ltr" : "rtl";
		root.dataset.theme = theme.value;
		const values = [calendar.value, digits.value, hasKeys.value ? "on" : "off", zone.value, isWelcome.value ? "on" : "off"] as const;
		if (!isFirst) {
			keepCookie("diwan_lang", lang.value);
			keepCookie("diwan_theme", theme.value);
			keep("calendar", values[0]);
			keep("digits", values[1]);
			keep("keys", values[2]);
			keep("zone", values[3]);
			keep("welcome", values[4]);
		}
		isFirst = false;
	});
}
