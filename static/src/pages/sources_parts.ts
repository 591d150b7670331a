/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* sources_parts.ts - a source's health as shape and word, spans of time in words, a name from an address. */
import eyeClosedIcon from "@primer/octicons/build/svg/eye-closed-16.svg";
import alertIcon from "@primer/octicons/build/svg/alert-16.svg";
import checkIcon from "@primer/octicons/build/svg/check-circle-16.svg";
import hourglassIcon from "@primer/octicons/build/svg/hourglass-16.svg";
import inboxIcon from "@primer/octicons/build/svg/inbox-16.svg";
import pauseIcon from "@primer/octicons/build/svg/pause-16.svg";

import { inUnit } from "../i18n/format";
import type { Key } from "../i18n/t";
import type { Health, Source } from "../sources";

export type State = Health["state"];

export const STATES: Record<State, { icon: string; tone: string; rank: number; word: Key }> = {
	blind: { icon: eyeClosedIcon, tone: "bad", rank: 0, word: "source.blind" },
	failing: { icon: alertIcon, tone: "warn", rank: 1, word: "source.failing" },
	new: { icon: hourglassIcon, tone: "soft", rank: 2, word: "source.new" },
	ok: { icon: checkIcon, tone: "good", rank: 3, word: "source.ok" },
	push: { icon: inboxIcon, tone: "soft", rank: 3, word: "source.push" },
	paused: { icon: pauseIcon, tone: "soft", rank: 4, word: "source.paused" },
};

export const stateOf = (s: Source): State => s.health?.state ?? "push";

/** What needs somebody comes first; the rest in the order of arrival. */
export const inOrder = (all: readonly Source[]): Source[] =>
	[...all].sort((a, b) => STATES[stateOf(a)].rank - STATES[stateOf(b)].rank || a.id - b.id);

const UNITS: readonly [string, number][] = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];

/** 300 is "5 minutes", 5400 "90 minutes": the largest unit that it is a whole number of. */
export function span(seconds: number): string {
	const [unit, size] = UNITS.find(([, s]) => seconds >= s && seconds % s === 0) ?? ["second", 1];
	return inUnit(seconds / size, unit);
}

/** "12 minutes" for any number of seconds, no more exact than people care. */
export function roughly(seconds: number): string {
	const [, size] = UNITS.find(([, s]) => seconds >= s) ?? ["second", 1];
	return span(Math.max(1, Math.floor(seconds / size)) * size);
}

/** Seconds between two askings that one can choose from; what is set already is among them. */
export function intervals(now: number): number[] {
	return [...new Set([60, 120, 300, 600, 900, 1800, 3600, 3 * 3600, 6 * 3600, 24 * 3600, now])].sort((a, b) => a - b);
}

const NOT_A_NAME = /^(?:www\d?|rss|feeds?|news|m|api|xml|blog)$/;

/** https://feeds.example.org/world.xml → "news:example", or "" while it is no address yet. */
export function suggestSlug(url: string, taken: readonly string[]): string {
	let host: string;
	try {
		const u = new URL(url.trim());
		if (!/^https?:$/.test(u.protocol))
			return "";
		host = u.hostname;
	} catch {
		return "";
	}
	const isNumber = /^[\d.]+$|^\[/.test(host);
	const labels = host.split(".").filter((l) => !NOT_A_NAME.test(l));
	const name = `news:${isNumber ? host.replace(/[[\]]/g, "") : labels[0] ?? host}`;
	for (let i = 1; ; i++) {
		const slug = i === 1 ? name : `${name}-${i}`;
		if (!taken.includes(slug))
			return slug;
	}
}
