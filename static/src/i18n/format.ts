/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * format.ts - numbers and dates, by Intl, with calendar and digits always named: what a bare "fa"
 * or "ar-SA" means has changed between releases of browsers. Formatted text is only ever shown,
 * never compared or parsed.
 */
import { computed } from "@preact/signals";

import { type Calendar, calendar, type Digits, digits, type Lang, lang, zone } from "../settings";

const REGION: Record<Lang, string> = { en: "en-GB", ar: "ar", fa: "fa-IR" };
const USUAL_CALENDAR: Record<Lang, Exclude<Calendar, "auto">> = { en: "gregory", ar: "gregory", fa: "persian" };
const USUAL_DIGITS: Record<Lang, Exclude<Digits, "auto">> = { en: "latn", ar: "arab", fa: "arabext" };

const calendarOf = (l: Lang, c: Calendar): Exclude<Calendar, "auto"> => c === "auto" ? USUAL_CALENDAR[l] : c;

export function localeOf(l: Lang, c: Calendar, d: Digits): string {
	return `${REGION[l]}-u-ca-${calendarOf(l, c)}-nu-${d === "auto" ? USUAL_DIGITS[l] : d}`;
}

export const locale = computed(() => localeOf(lang.value, calendar.value, digits.value));

/* Making a formatter costs a thousand times what using one does. */
const dates = new Map<string, Intl.DateTimeFormat>();
const numbers = new Map<string, Intl.NumberFormat>();
const relatives = new Map<string, Intl.RelativeTimeFormat>();

function dateFormat(tag: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
	const key = tag + zone.value + JSON.stringify(options);
	let format = dates.get(key);
	if (format === undefined)
		dates.set(key, format = new Intl.DateTimeFormat(tag, zone.value === "auto" ? options : { ...options, timeZone: zone.value }));
	return format;
}

function numberFormat(tag: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
	const key = tag + JSON.stringify(options);
	let format = numbers.get(key);
	if (format === undefined)
		numbers.set(key, format = new Intl.NumberFormat(tag, options));
	return format;
}

function relativeFormat(tag: string): Intl.RelativeTimeFormat {
	let format = relatives.get(tag);
	if (format === undefined)
		relatives.set(tag, format = new Intl.RelativeTimeFormat(tag, { numeric: "auto", style: "short" }));
	return format;
}

export const number = (n: number): string => numberFormat(locale.value, {}).format(n);
/** 12,345 as 12K: for counts where the exact one is not the point. */
export const compact = (n: number): string => numberFormat(locale.value, { notation: "compact", maximumFractionDigits: 1 }).format(n);
export const percent = (part: number): string => numberFormat(locale.value, { style: "percent" }).format(part);
/** "1.4 MB", by 1024 as limits are set. */
export function bytes(n: number): string {
	const [unit, size] = n < 1024 ? ["byte", 1] as const : n < 1048576 ? ["kilobyte", 1024] as const : ["megabyte", 1048576] as const;
	return numberFormat(locale.value, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: size > 1024 ? 1 : 0 }).format(n / size);
}
/** "5 minutes", in full. */
export const measure = (n: number, unit: "day" | "hour" | "minute" | "second"): string =>
	numberFormat(locale.value, { style: "unit", unit, unitDisplay: "long" }).format(n);

/** "5 minutes". */
export const inUnit = (n: number, unit: string): string => numberFormat(locale.value, { style: "unit", unit, unitDisplay: "long" }).format(n);

const DAY: Intl.DateTimeFormatOptions = { year: "numeric", month: "short", day: "numeric" };
const CLOCK: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const SECOND: Intl.DateTimeFormatOptions = { ...CLOCK, second: "2-digit" };
const LONG: Intl.DateTimeFormatOptions = { year: "numeric", month: "long", day: "numeric" };

const DAY_MS = 86400000;

function parse(at: string | number | Date): Date | null {
	const date = new Date(at);
	return Number.isNaN(date.getTime()) ? null : date;
}

function show(at: string | number | Date, options: Intl.DateTimeFormatOptions): string {
	const date = parse(at);
	return date === null ? "" : dateFormat(locale.value, options).format(date);
}

export const day = (at: string | number | Date): string => show(at, DAY);
/** "Wednesday 25 November 2026", to head what happened then. In Persian Intl puts the weekday last. */
export const longDay = (at: string | number | Date): string => lang.value === "fa"
	? `${show(at, { weekday: "long" })} ${show(at, LONG)}` : show(at, { weekday: "long", ...LONG });
export const clock = (at: string | number | Date): string => show(at, CLOCK);
export const dateTime = (at: string | number | Date): string => show(at, { ...DAY, ...CLOCK });
/** "13:07", and a day later the date with it: for "since …", where "5 minutes ago" is no time in any of our languages. */
export const clockOrDate = (at: string, now: number): string => now - Date.parse(at) < DAY_MS ? clock(at) : dateTime(at);
/** To the second, and the day in the other calendar behind it: for a tooltip. */
export function exact(at: string | number | Date): string {
	const date = parse(at);
	if (date === null)
		return "";
	const shown = calendarOf(lang.value, calendar.value);
	const other = shown === "gregory" ? (lang.value === "fa" ? "persian" : "islamic-umalqura") : "gregory";
	const tag = locale.value.replace(/-u-ca-.*-nu-/, `-u-ca-${other}-nu-`);
	const twin = dateFormat(tag, LONG).format(date);
	return `${dateFormat(locale.value, { ...LONG, ...SECOND, timeZoneName: "short" }).format(date)} · ${twin}`;
}

const STEPS: readonly [Intl.RelativeTimeFormatUnit, number][] = [["day", 86400], ["hour", 3600], ["minute", 60]];

/** "3 minutes ago"; beyond a week the date. Within a minute it is now: a row that counts seconds is unrest. */
export function ago(at: string | number | Date, now = Date.now()): string {
	const date = parse(at);
	if (date === null)
		return "";
	const seconds = Math.round((date.getTime() - now) / 1000);
	if (Math.abs(seconds) > 7 * 86400)
		return show(date, DAY);
	const [unit, size] = STEPS.find(([, s]) => Math.abs(seconds) >= s) ?? ["second", 60];
	return relativeFormat(locale.value).format(Math.trunc(seconds / size), unit);
}
