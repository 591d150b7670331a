/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* brief_facts.ts - what the brief and the wall take from a room; no drawing. */
import { safeHref } from "../i18n/foreign";
import type { Summary } from "../statement/model";
import type { Claim, RoomData, RoomSummary, SpokenWord, Verdict } from "./model";

const HOUR_MS = 3600000;

export function claimsBy(claims: readonly Claim[]): Record<Verdict, number> {
	const n: Record<Verdict, number> = { unknown: 0, true: 0, false: 0, mixed: 0 };
	for (const c of claims)
		n[c.verdict]++;
	return n;
}

/** How many came in the last hour; when more than are known did, as many as would at their pace. */
export function rateOf(newestFirst: readonly number[], now: number): number {
	const inHour = newestFirst.filter((at) => at > now - HOUR_MS && at <= now);
	const oldest = inHour.at(-1);
	if (oldest === undefined || inHour.length < newestFirst.length || inHour.length < 100)
		return inHour.length;
	return Math.round(inHour.length * HOUR_MS / Math.max(60000, now - oldest));
}

/** The newest word to the public; null when there is none. */
export function lastWord(room: Pick<RoomData, "words">): SpokenWord | null {
	const said = (room.words ?? []).filter((w) => w.audience === "public").sort((a, b) => Date.parse(b.at) - Date.parse(a.at))[0];
	return said === undefined ? null : { ...said, url: safeHref(said.url ?? undefined) ?? null };
}

/** When the public is to hear from us next; null when nobody has promised anything. */
export function publicClock(room: Pick<RoomSummary, "clocks">): string | null {
	return room.clocks?.words?.find((w) => w.audience === "public")?.due_at ?? null;
}

export interface Thing {
	kind: "task" | "claim" | "statement";
	id: number;
	text: string;
	due: string | null;
	isOverdue: boolean;
}

/** What went out and stands, the newest first. */
export function published(room: Pick<RoomData, "statements">): Summary[] {
	return (room.statements ?? []).filter((s) => s.status === "published" && s.published_at !== null)
		.sort((a, b) => Date.parse(b.published_at ?? "") - Date.parse(a.published_at ?? ""));
}

/** Statements for one's verdict, open tasks and claims of one person: what is overdue first, then what is due soonest. */
export function waitingFor(room: Pick<RoomData, "tasks" | "claims">, user: number, now: number, statements: readonly Pick<Summary, "id" | "title" | "submitted">[] = []): Thing[] {
	const isLate = (at: string | null): boolean => at !== null && Date.parse(at) < now;
	const things: Thing[] = statements.map((s) => ({ kind: "statement", id: s.id, text: s.title, due: s.submitted?.deadline ?? null, isOverdue: isLate(s.submitted?.deadline ?? null) }));
	for (const x of room.tasks) {
		if (x.owner === user && !x.done)
			things.push({ kind: "task", id: x.id, text: x.title ?? "", due: x.due_at, isOverdue: isLate(x.due_at) });
	}
	for (const c of room.claims) {
		if (c.owner === user && (c.verdict === "unknown" || c.verdict === "mixed" || isLate(c.recheck_at)))
			things.push({ kind: "claim", id: c.id, text: c.text ?? "", due: c.recheck_at, isOverdue: isLate(c.recheck_at) });
	}
	const rank = (x: Thing): number => x.due === null ? Infinity : Date.parse(x.due);
	return things.sort((a, b) => rank(a) === rank(b) ? a.id - b.id : rank(a) - rank(b));
}
