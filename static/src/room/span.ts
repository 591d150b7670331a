/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* span.ts - how long something has gone on, or until it comes: the two largest units, "1 h 12 min". */
import { locale } from "../i18n/format";
import { t } from "../i18n/t";

const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60]] as const;
const formats = new Map<string, Intl.NumberFormat>();

function inUnit(n: number, unit: string): string {
	const key = locale.value + unit;
	let format = formats.get(key);
	if (format === undefined)
		formats.set(key, format = new Intl.NumberFormat(locale.value, { style: "unit", unit, unitDisplay: "short" }));
	return format.format(n);
}

/** Of seconds, without a sign; what is below a minute says so. */
export function spanOf(seconds: number): string {
	let left = Math.floor(Math.abs(seconds) / 60) * 60;
	const parts: string[] = [];
	for (const [unit, size] of UNITS) {
		const n = Math.floor(left / size);
		if (n > 0 && parts.length < 2)
			parts.push(inUnit(n, unit));
		left -= n * size;
	}
	return parts.length > 0 ? parts.join(" ") : t("clock.under_minute");
}
