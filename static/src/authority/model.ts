/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* model.ts - who may let statements go, as the server tells it, and in words. */
import { type Key as WordKey, t } from "../i18n/t";
import type { Office, Severity } from "../room/model";
import { LANGS } from "../settings";
import type { Channel, Check, Who } from "../statement/model";
import { CHANNELS, groupName } from "../statement/model";

export interface Rule {
	/** None: all. */
	channels: Channel[];
	/** The mildest severity that it still is for: 1 is critical alone, 4 all. */
	severity: Severity;
	groups: Record<string, number>;
	any?: number;
	may_approve_own?: boolean;
	blocks?: Check[];
}
export interface Policy {
	version: number;
	rules: Rule[];
}

export interface Envelope {
	id: number;
	state: "waiting" | "in_force" | "used_up" | "over" | "ended";
	title: string | null;
	office: Exclude<Office, "member">;
	lang: string | null;
	text: string | null;
	channels: Channel[];
	/** The gravest that it is for. */
	severity: Severity;
	times: number;
	until: string;
	digest: string;
	by: Who;
	at: string;
	signed_by: { seq: number; by: Who; proof: "password" | "signature"; at: string }[];
	missing: { kind: "group"; group: string; n: number }[];
	signed_at: string | null;
	ended_at: string | null;
	/** Statements that went out by it. */
	used: number[];
}

export interface Deputy {
	id: number;
	user: Who;
	deputy: Who;
	reason: string | null;
	at: string;
	until: string;
}

/** Checks that only warn unless a rule makes them stop; the others always do. */
export const WARNINGS: readonly Check[] = ["asks_for_code", "no_acknowledgement", "no_next_step", "blame", "near_copy", "hidden_character"];

const listed = (words: readonly string[]): string => words.join(t("comma"));

export const channelsText = (channels: readonly Channel[]): string =>
	channels.length === 0 || channels.length === CHANNELS.length ? t("authority.all_channels") : listed(channels.map((c) => t(`statement.channel.${c}`)));

/** What a rule is for, as far down as it goes. */
export const severityText = (n: Severity): string => n === 4 ? t("authority.all_severities") : t(`authority.severity_to.${n}` as WordKey);

/* "one of Legal, two of Communications" */
export function needsText(groups: Record<string, number>, any = 0): string {
	const needs = Object.entries(groups).filter(([, n]) => n > 0).map(([g, n]) => t("authority.of_group", { n, group: groupName(g) }));
	return listed(any > 0 || needs.length === 0 ? [...needs, ...(any > 0 ? [t("authority.of_any", { n: any })] : [])] : needs);
}

/** A rule as one sentence; what it lets and stops behind it. */
export function ruleText(r: Rule): { when: string; needs: string; more: string[] } {
	const needs = needsText(r.groups, r.any);
	return {
		when: `${channelsText(r.channels)} · ${severityText(r.severity)}`,
		needs: needs === "" ? t("authority.asks_nothing") : needs,
		more: [
			...(r.may_approve_own ? [t("authority.may_own")] : []),
			...(r.blocks && r.blocks.length > 0 ? [t("authority.stops", { checks: listed(r.blocks.map((c) => t(`authority.check.${c}` as WordKey))) })] : []),
		],
	};
}

/** What all rules together ask for: of each group the most that any asks for, and one of anybody where nothing is asked. */
export function demand(rules: readonly Rule[], channel: Channel, severity: number): { groups: Record<string, number>; any: number } {
	const groups: Record<string, number> = {};
	let any = 0;
	for (const r of rules) {
		if ((r.channels.length > 0 && !r.channels.includes(channel)) || severity > r.severity)
			continue;
		for (const [g, n] of Object.entries(r.groups))
			groups[g] = Math.max(groups[g] ?? 0, n);
		any = Math.max(any, r.any ?? 0);
	}
	return any === 0 && Object.keys(groups).length === 0 ? { groups, any: 1 } : { groups, any };
}

/** How people reach us: a text by language. */
export interface Contacts {
	version: number;
	contacts: Record<string, string>;
}

/** Those that the pages speak, and what else is set. */
export const contactLangs = (of: Contacts): string[] => [...new Set<string>([...LANGS, ...Object.keys(of.contacts)])];

const KNOWN = ["known", "checking", "what", "since", "next_update", "contact"] as const;

/** The {slots} of a text, each once, and whether the room fills them. */
export function slotsIn(text: string): { slot: string; means: string }[] {
	const names = [...new Set([...text.matchAll(/\{([a-z_]+)\}/g)].map((m) => m[1] ?? ""))];
	return names.map((slot) => ({ slot, means: t((KNOWN as readonly string[]).includes(slot) ? `authority.slot.${slot}` as WordKey : "authority.slot.free") }));
}
