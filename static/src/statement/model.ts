/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * model.ts - a statement as the server tells it, and what one may do with it.
 *
 *   const statement = useStatement(id, at);      // at: null = live, else a seq or a time
 *
 * The text that is typed in is not read from here but kept up by collab.ts; what else a statement says is
 * read anew when something happened to it, and a little later while somebody types.
 */
import { useEffect } from "preact/hooks";

import { api } from "../api";
import { onEvents, onJump } from "../bus/bus";
import { type Key, t, words } from "../i18n/t";
import { type Loaded, useLoaded } from "../ui/load";

export type StatementStatus = "draft" | "submitted" | "approved" | "published" | "withdrawn";
export type Channel = "press" | "social" | "internal" | "reply";
export type Reader = "public" | "staff" | "customer";
export type Ruling = "approve" | "reject" | "hold" | "ask";
export type RestsOn = "asserts" | "checking";

export const CHANNELS: readonly Channel[] = ["press", "social", "internal", "reply"];
export const READERS: readonly Reader[] = ["public", "staff", "customer"];

export interface Who {
	id: number;
	name: string;
}
export type Lack =
	/** n more of a group; "" is anybody who may approve. */
	| { kind: "group"; group: string; n: number }
	| { kind: "rejected" | "held" | "asked"; user: number }
	| { kind: "expired" | "edited" };

export interface Summary {
	id: number;
	version: number;
	incident: number;
	title: string;
	lang: string;
	channel: Channel;
	audience: Reader;
	status: StatementStatus;
	revision: number;
	by: Who;
	at: string;
	changed_at: string;
	changed_by: Who;
	submitted: { digest: string; at: string; deadline: string | null } | null;
	missing: Lack[];
	published_at: string | null;
	translation_of: number | null;
	correction_of: number | null;
	/** Published sentences whose claim is true no longer. */
	contradictions: Contradiction[];
}
/** As much of a claim as a statement needs. */
export interface KnownClaim {
	id: number;
	text: string | null;
	verdict: "unknown" | "true" | "false" | "mixed";
	recheck_at: string | null;
}
export interface Rest {
	id: number;
	claim: number;
	rests: RestsOn;
	from: number;
	to: number;
	quote: string | null;
}
export interface Version {
	seq: number;
	digest: string;
	revision: number;
	text: string;
	title: string;
	lang: string;
	channel: Channel;
	audience: Reader;
	at: string;
	by: Who;
	last_author: Who;
	deadline: string | null;
	policy: { groups: Record<string, number>; any: number };
	rests: Rest[];
	is_edited?: boolean;
	/** Of an earlier one, asked for against the submitted one: what is easily overlooked between the two. */
	deltas?: Delta[];
	/** There are more of these than are told. */
	is_more?: boolean;
}
export interface Delta {
	kind: "number" | "name" | "negation" | "claim";
	/** It stands in the earlier one alone; else in the submitted one alone. */
	gone: boolean;
	from: number;
	to: number;
	claim?: number;
	/** The claim is in the other version, too, under other words. */
	moved?: boolean;
	/** What the name is called in the room; in the text it may be spelled otherwise. */
	name?: string;
}
export interface Given {
	seq: number;
	by: Who;
	on_behalf_of: Who | null;
	verdict: Ruling;
	reason: string | null;
	proof: "password" | "signature";
	own_text: boolean;
	at: string;
	is_carried: boolean;
	digest: string;
}
export interface Publication {
	seq: number;
	at: string;
	by: Who;
	digest?: string;
	is_withdrawal: boolean;
	reason: string | null;
}
export interface Contradiction {
	seq: number;
	claim: number;
	correction: number | null;
	from: number;
	to: number;
	quote: string | null;
	at: string;
}
export interface StatementData extends Omit<Summary, "submitted"> {
	/** Of a correction: what it was begun for. */
	reason: string | null;
	text: string;
	units: number;
	hash: number;
	authors: { user: Who; units: number }[];
	rests: Rest[];
	submitted: Version | null;
	verdicts: Given[];
	versions: { seq: number; digest: string; at: string; by: Who; title: string; approved_at?: string }[];
	publications: Publication[];
	/** Of its rests, those of the submitted version among them. */
	claims: KnownClaim[];
	may?: { type: boolean; submit: boolean; rule: boolean; publish: boolean; correct: boolean; withdraw: boolean };
}

export type Check = "bidi_control" | "hidden_character" | "too_long" | "asks_for_code" | "no_acknowledgement" | "no_next_step" | "blame" | "near_copy";
export interface Finding {
	check: Check;
	severity: "warn" | "refuse";
	from: number;
	to: number;
	value?: number;
	missing?: ("owner" | "time")[];
	copy_of?: number;
}
export interface Unshared {
	statement: number;
	title: string;
	lang: string;
	/** gone: it stands in the other text alone, and the place is one of that. */
	numbers: { gone: boolean; from: number; to: number }[];
	names: { gone: boolean; from: number; to: number; name: string }[];
	/** There are more than these. */
	is_more: boolean;
}
export interface Checked {
	revision: number;
	findings: Finding[];
	/** Sentences with a figure that rest on no claim. */
	bare: { from: number; to: number }[];
	/** Asserted and not so. */
	claims: { link: number; claim: number; from: number; to: number; why: "unknown" | "false" | "mixed" | "recheck" }[];
	/** Figures and names of the room that this text and its translations do not share. */
	translations: Unshared[];
	/** There are more translations than were compared. */
	is_more: boolean;
	/** As the channel counts. */
	length: number;
	length_max: number | null;
}

/* ---- following ---- */

const SOON_MS = 250, TYPING_MS = 1200;
const NOUNS = /^(statement|verdict|draft|claim|incident|outgoing|policy)\./;

/* What has no room (policy, the emergency stop) concerns every statement. */
function concerns(noun: string, json: string, id: number, incident: number): boolean {
	const { incident: room, data } = JSON.parse(json) as { incident?: number; data: { statement?: number } };
	return data.statement === id || ((noun === "claim" || noun === "incident") && room === incident) || noun === "outgoing" || noun === "policy";
}

/** Calls again soon after something happened to it, to its claims or to what its room says, and a while after somebody typed. */
export function useFollowStatement(id: number | null, incident: number, again: () => void): void {
	useEffect(() => {
		if (id === null)
			return undefined;
		let timer: ReturnType<typeof setTimeout> | undefined, due = Infinity;
		const soon = (ms: number): void => {
			const at = Date.now() + ms;
			if (at >= due)
				return;
			due = at;
			clearTimeout(timer);
			timer = setTimeout(() => { due = Infinity; again(); }, ms);
		};
		const ends = [
			onEvents((events) => {
				for (const e of events) {
					const noun = NOUNS.exec(e.type)?.[1];
					if (noun !== undefined && concerns(noun, e.data, id, incident))
						soon(noun === "draft" ? TYPING_MS : SOON_MS);
				}
			}),
			onJump(() => soon(0)),
		];
		return () => {
			clearTimeout(timer);
			for (const end of ends)
				end();
		};
	}, [id, incident, again]);
}

export function useStatement(id: number, incident: number, at: string | null): Loaded<StatementData> {
	const statement = useLoaded<StatementData>(`/statements/${id}${at === null ? "" : `?as_of=${encodeURIComponent(at)}`}`);
	useFollowStatement(at === null ? id : null, incident, statement.reload);
	return statement;
}

/** Everything that was typed since a revision, however much. */
export interface TypedUpdate {
	client: string;
	changes: unknown;
	by: Who;
	at: string;
}
export async function changesSince(id: number, since: number): Promise<TypedUpdate[] | null> {
	const all: TypedUpdate[] = [];
	for (;;) {
		const r = await api<{ revision: number; updates: TypedUpdate[] }>("GET", `/statements/${id}/changes?since=${since + all.length}`);
		if (!r.ok)
			return null;
		all.push(...r.data.updates);
		if (r.data.updates.length === 0 || since + all.length >= r.data.revision)
			return all;
	}
}

/** What the reason field of its publication begins with; null: none is asked for. */
export function reasonAsked({ correction_of, reason, publications }: Pick<StatementData, "correction_of" | "reason" | "publications">): string | null {
	if (publications.length > 0)
		return "";
	return correction_of !== null ? reason ?? "" : null;
}

/* ---- in words ---- */

export const hrefOf = (s: { id: number; incident: number }): string => `/incidents/${s.incident}/statements/${s.id}`;

/** A group's name as people say it; one that is not ours as it is. */
export function groupName(group: string): string {
	const key = `statement.group.${group}`;
	return key in words.value ? t(key as Key) : group;
}

/** What stands between a version and its publication, as one phrase; `name`: of a person, "" when not known. */
export function lackText(lack: Lack, name: (id: number) => string): string {
	switch (lack.kind) {
	case "group":
		return lack.group === "" ? t("statement.lack.any", { n: lack.n }) : t("statement.lack.group", { n: lack.n, group: groupName(lack.group) });
	case "rejected": case "held": case "asked":
		return t(`statement.lack.${lack.kind}`, { who: name(lack.user) || t("statement.somebody") });
	case "expired": case "edited":
		return t(`statement.lack.${lack.kind}`);
	}
}

/** The beginning of a digest: enough to tell two versions apart by eye. */
export const shortDigest = (digest: string): string => digest.slice(0, 8);

/** Whoever gave a verdict on it, by id. */
export const namesOf = (statement: StatementData) => (id: number): string =>
	[...statement.verdicts.map((g) => g.by), ...statement.verdicts.flatMap((g) => g.on_behalf_of ?? [])].find((w) => w.id === id)?.name ?? "";

const NAMES: Record<string, string> = { en: "English", ar: "العربية", fa: "فارسی" };
export const langName = (tag: string): string => NAMES[tag] ?? tag;
