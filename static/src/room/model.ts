/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * model.ts - an incident as the server tells it, kept up by the stream, and what one may do in it.
 *
 *   const room = useRoom(id, at);          // at: null = live, else a seq or a time
 *   const r = await act("POST", `/incidents/${id}/notes`, { text });
 *
 * The page folds nothing: whatever happens in the room, the room is read anew, at most every RELOAD_MS.
 * Who may do what is the server's business; `mayAdd` and `mayCommand` only keep buttons away from
 * those for whom they lead nowhere. act() counts what is on its way, so that the page can say truly
 * whether all is saved.
 */
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";

import { type Answer, api, type Method } from "../api";
import { onEvents, onJump } from "../bus/bus";
import { hasRole, session } from "../session";
import { type Loaded, useLoaded } from "../ui/load";
import type { Summary } from "../statement/model";
import type { Started } from "./playbook";

export type Status = "declared" | "active" | "monitoring" | "resolved" | "reviewed" | "merged";
export type Verdict = "unknown" | "true" | "false" | "mixed";
export type Office = "lead" | "communications" | "spokesperson" | "legal" | "executive" | "scribe" | "member";
export type Audience = "public" | "executive" | "internal";

export const OFFICES: readonly Exclude<Office, "member">[] = ["lead", "communications", "spokesperson", "legal", "executive", "scribe"];
export const VERDICTS: readonly Verdict[] = ["unknown", "true", "false", "mixed"];
export const SEVERITIES = [1, 2, 3, 4] as const;
export type Severity = (typeof SEVERITIES)[number];

export interface Person {
	id: number;
	name: string;
	kind?: string;
}
export interface Participant {
	id: number;
	user: number;
	role: Office;
	deputy: boolean;
	joined_at: string;
}
export interface Exhibit {
	mention?: number;
	file?: number;
	url?: string;
	note: string | null;
	by: number;
	at: string;
	seq: number;
}
export interface Claim {
	id: number;
	version: number;
	text: string | null;
	verdict: Verdict;
	owner: number | null;
	recheck_at: string | null;
	evidence: Exhibit[];
	/** How many mentions spread it. */
	spread?: number;
	by: number;
	at: string;
}
export interface Task {
	id: number;
	version: number;
	title: string | null;
	owner: number | null;
	due_at: string | null;
	/** The office that it is meant for, and the playbook that it came with. */
	role?: Office | null;
	playbook?: number | null;
	done: boolean;
	done_at: string | null;
	done_by: number | null;
	by: number;
	at: string;
}
export interface Decision {
	id: number;
	version: number;
	question: string | null;
	options: string[];
	choice: string | null;
	reasons: string | null;
	deciders: number[];
	consulted: number[];
	known_at: number;
	supersedes: number | null;
	superseded_by: number | null;
	by: number;
	at: string;
}
export interface Milestone {
	kind: string;
	at: string;
	seq?: number;
	mention?: number;
	label?: string | null;
	by?: number;
}
/** What we told an audience. */
export interface SpokenWord {
	id: number;
	audience: Audience;
	text: string | null;
	url: string | null;
	next_at: string | null;
	by: number;
	at: string;
}
/** Of one audience: when it last heard from us, and when it is to hear again. */
export interface WordClock {
	audience: Audience;
	every_s: number | null;
	last_word_at: string | null;
	since_last_word_s: number | null;
	due_at: string | null;
	is_promised: boolean;
	overdue: boolean;
}
export interface Clocks {
	at: string;
	first_mention_at: string | null;
	since_first_mention_s: number | null;
	first_assessed_at?: string | null;
	words?: WordClock[];
}
export interface Here {
	user: Person;
	since: string;
}
/** How the lead's office came to who had it last. */
export interface HandedOver {
	seq: number;
	at: string;
	from: number | null;
	to: number;
	by: number;
}
/** A file that was added; what it is called and what it is, is null when it was erased. */
export interface RoomFile {
	id: number;
	name: string | null;
	media_type: string | null;
	sha256: string | null;
	size: number;
	captured_at: string | null;
	by: number;
	at: string;
	seq: number;
}
/** What stands in the list. */
export interface RoomSummary {
	id: number;
	version: number;
	title: string | null;
	type: string | null;
	summary: string | null;
	severity: Severity;
	status: Status;
	drill: boolean;
	restricted: boolean;
	declared_by: number;
	declared_at: string;
	resolved_at: string | null;
	merged_into: number | null;
	absorbed: number[];
	lead: number | null;
	missing: string[];
	counts: { entries: number; mentions: number; notes: number; claims: number; open_tasks: number; decisions: number;
		participants: number; overdue?: number };
	last_seq: number;
	first_mention_at?: string | null;
	clocks?: Clocks;
	people: Person[];
}
export interface RoomData extends RoomSummary {
	/** Those that must not be mixed up: one an entry, its spellings joined by " = " (names.ts). */
	names: string[];
	participants: Participant[];
	claims: Claim[];
	tasks: Task[];
	decisions: Decision[];
	milestones: Milestone[];
	playbooks: Started[];
	files: RoomFile[];
	statements?: Summary[];
	split_from: number | null;
	split_into: number[];
	clocks: Clocks;
	words?: SpokenWord[];
	handed_over: HandedOver | null;
	/** Who is in it now; only of the live room. */
	present?: Here[];
}

const RELOAD_MS = 300;

/** Is the event one of this incident's? The data is read only when it looks like it. */
export function isOfRoom(data: string, id: number): boolean {
	return data.includes(`"incident":${id}`) && (JSON.parse(data) as { incident?: number }).incident === id;
}

/* Who comes and goes, and what is typed in a draft, is nothing that happened in the room. */
const PASSING: readonly string[] = ["presence", "caret", "draft.changed"];

/** Calls again soon after something happened that `isOurs` knows, and when events were missed. */
export function useFollow(isOurs: ((type: string, data: string) => boolean) | null, again: () => void): void {
	useEffect(() => {
		if (isOurs === null)
			return undefined;
		let timer: ReturnType<typeof setTimeout> | undefined;
		const soon = (): void => { timer ??= setTimeout(() => { timer = undefined; again(); }, RELOAD_MS); };
		const ends = [onEvents((events) => { if (events.some((e) => !PASSING.includes(e.type) && isOurs(e.type, e.data))) soon(); }), onJump(soon)];
		return () => {
			clearTimeout(timer);
			for (const end of ends)
				end();
		};
	}, [isOurs === null, again]);
}

/** The room, live (at: null) or as it was. */
export function useRoom(id: number, at: string | null): Loaded<RoomData> {
	const room = useLoaded<RoomData>(`/incidents/${id}${at === null ? "" : `?as_of=${encodeURIComponent(at)}`}`);
	useFollow(at === null ? (type, data) => !type.startsWith("mention.added") && isOfRoom(data, id) : null, room.reload);
	return room;
}

/* ---- who ---- */

export const nameOf = (room: { people: readonly Person[] }, id: number | null): string =>
	room.people.find((p) => p.id === id)?.name ?? "";

export const me = (): number => session.value?.user.id ?? 0;

const leads = (room: RoomData): boolean => room.participants.some((p) => p.role === "lead" && p.user === me());

/** May command incidents at all. */
export const mayDeclare = (): boolean => hasRole("lead");
/** Severity, status, offices. */
export const mayCommand = (room: RoomData): boolean => room.status !== "merged" && (hasRole("lead") || leads(room));
/** Notes, claims, tasks, decisions. */
export const mayAdd = (room: RoomData): boolean => room.status !== "merged" && (hasRole("lead", "drafter") || leads(room));
/** Be in the room, without an office. */
export const mayJoin = (room: RoomData): boolean => room.status !== "merged" && hasRole("lead", "drafter", "approver");
/** A claim or a task of one's own. */
export const mayChange = (room: RoomData, owner: number | null): boolean =>
	mayAdd(room) || (room.status !== "merged" && owner === me() && hasRole("approver"));

/* ---- acting ---- */

/** How many changes are on their way, and whether the last one failed. */
export const writes = signal({ sending: 0, hasFailed: false });

export async function act<T = unknown>(method: Method, path: string, body?: unknown, ifMatch?: number): Promise<Answer<T>> {
	writes.value = { ...writes.value, sending: writes.value.sending + 1 };
	const r = await api<T>(method, path, { ...(body === undefined ? {} : { body }), ...(ifMatch === undefined ? {} : { ifMatch }) });
	writes.value = { sending: writes.value.sending - 1, hasFailed: !r.ok };
	return r;
}

/** The answer to a change; when somebody else was faster, what is there now is read first, so that it can be shown. */
export async function orReload<T>(asked: Promise<Answer<T>>, reload: () => Promise<void>): Promise<Answer<T>> {
	const r = await asked;
	if (!r.ok && r.status === 412)
		await reload();
	return r;
}

/** Where an incident may go from here; the server has the last word. */
export const MOVES: Record<Status, readonly Status[]> = {
	declared: ["active", "resolved"],
	active: ["monitoring", "resolved"],
	monitoring: ["resolved", "active"],
	resolved: ["reviewed", "active"],
	reviewed: ["active"],
	merged: [],
};
