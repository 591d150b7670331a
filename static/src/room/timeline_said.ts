/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * timeline_said.ts - what an entry says: one sentence, and what stands below it.
 *
 * A sentence is a key and what fills its holes; the holes are described and not drawn, so that the
 * list draws them as nodes, a label for screen readers takes them as text, and a test reads them.
 * Events name claims, tasks and people by id: `Scene` knows what those are at the moment looked at.
 * Arabic verbs know their subject's gender and we do not, so Arabic says who, and then what.
 */
import { clock, dateTime, day, measure } from "../i18n/format";
import { type Key, t, words } from "../i18n/t";
import { block, type Body, type Data, type Entry, entry, fact, type Given, id, list, name, type Part, quote, reason, type Rest, role, type Said, type Scene, severity, text, time, titled, wordOf } from "./timeline_parts";
import { STATEMENTS } from "./timeline_statement";

export { type Body, type Entry, type Part, type Said, type Scene, short, wordOf } from "./timeline_parts";

/* ---- the sentences ---- */

function declared({ d }: Given): Rest {
	const body = [...block("timeline.part.summary", text(d, "summary")), ...block("timeline.part.type", text(d, "type"))];
	if (d.restricted === true)
		body.push({ label: null, parts: [t("timeline.part.only_participants")] });
	const holes: Record<string, Part> = { title: quote(text(d, "title")), severity: severity(id(d, "severity")) };
	if (id(d, "from") !== 0)
		return { key: "timeline.split_off", holes: { ...holes, incident: { is: "room", id: id(d, "from") } }, body };
	return { key: d.drill === true ? "timeline.drill" : "timeline.declared", holes, body };
}

function changed({ d }: Given): Rest {
	const own = (["title", "type", "summary", "names"] as const).filter((n) => n in d);
	return {
		key: "timeline.changed_own", holes: { what: own.map((n) => t(`timeline.own.${n}`)).join(t("comma")) },
		body: own.flatMap((n): Body[] => d[n] === null || (n === "names" && list(d, n).length === 0) ? [fact(`timeline.part.${n}`, t("timeline.none"))]
			: n === "names" ? [{ label: "timeline.part.names", isList: true, parts: list(d, n).map((x) => quote(String(x))) }] : block(`timeline.part.${n}`, text(d, n))),
	};
}

function severityChanged({ d }: Given): Rest {
	const was = id(d, "was_severity");
	return was === 0 ? { key: "timeline.severity_set", holes: { severity: severity(id(d, "severity")) }, body: reason(d) }
		: { key: "timeline.severity_changed", holes: { severity: severity(id(d, "severity")), was: severity(was) }, body: reason(d) };
}

function statusChanged({ d }: Given): Rest {
	const status = text(d, "status");
	const isBack = status === "active" && ["resolved", "reviewed"].includes(text(d, "was_status"));
	const key = `timeline.became.${isBack ? "reopened" : status}`;
	return key in words.value ? { key: key as Key, body: reason(d) }
		: { key: "timeline.other", holes: { type: status }, body: reason(d) };
}

function participantAdded({ d, e, scene }: Given): Rest {
	const user = id(d, "user"), isSelf = user === e.actor.id && e.actor.kind === "user", before = id(d, "replaces");
	if (text(d, "role") === "member")
		return isSelf ? { key: "timeline.joined" } : { key: "timeline.added_member", holes: { user: name(scene, user) } };
	if (before !== 0)
		return { key: "timeline.handed_office", holes: { role: role(d), before: name(scene, before), user: name(scene, user) } };
	return isSelf ? { key: "timeline.took_office", holes: { role: role(d) } }
		: { key: "timeline.gave_office", holes: { role: role(d), user: name(scene, user) } };
}

function participantLeft({ d, e, scene }: Given): Rest {
	const user = id(d, "user"), isSelf = user === e.actor.id && e.actor.kind === "user";
	if (text(d, "role") === "member")
		return isSelf ? { key: "timeline.left" } : { key: "timeline.removed_member", holes: { user: name(scene, user) } };
	return isSelf ? { key: "timeline.gave_up", holes: { role: role(d) } }
		: { key: "timeline.took_away", holes: { role: role(d), user: name(scene, user) } };
}

/* Whoever has it and until when, where an entry says so. */
function whoAndWhen({ d, scene }: Given, at: "due_at" | "recheck_at", label: Key): Body[] {
	const facts: Body[] = [];
	if (id(d, "owner") !== 0)
		facts.push(fact("timeline.part.owner", name(scene, id(d, "owner"))));
	else if (d.owner === null)
		facts.push(fact("timeline.part.owner", t("timeline.none")));
	if (text(d, at) !== "")
		facts.push(fact(label, time(text(d, at))));
	else if (d[at] === null)
		facts.push(fact(label, t("timeline.none")));
	return facts;
}

/* The office that a task of a playbook is meant for. */
function office({ d }: Given): Body[] {
	return text(d, "role") === "" ? [] : [fact("timeline.part.office", wordOf("role", text(d, "role")))];
}

function claimAdded(g: Given): Rest {
	const verdict = text(g.d, "verdict");
	const body = [...block(null, text(g.d, "text")), ...whoAndWhen(g, "recheck_at", "timeline.part.recheck")];
	return verdict === "" || verdict === "unknown" ? { key: "timeline.claim_added", body }
		: { key: "timeline.claim_added_as", holes: { verdict: wordOf("verdict", verdict) }, body };
}

function evidence({ d, scene }: Given): Body[] {
	return list(d, "evidence").flatMap((one): Body[] => {
		const x = (typeof one === "object" && one !== null ? one : {}) as Data;
		const what: Body[] = id(x, "mention") !== 0 ? [fact("timeline.part.mention", { is: "mention", id: id(x, "mention") })]
			: id(x, "file") !== 0 ? [fact("timeline.part.file", { is: "file", id: id(x, "file"), text: scene.file(id(x, "file")) })]
				: block("timeline.part.url", text(x, "url"));
		return [...what, ...block("timeline.part.note", text(x, "note"))];
	});
}

function claimChanged(g: Given): Rest {
	const { d, scene } = g, of = id(d, "claim");
	const claim = titled(scene.claim(of), of), pieces = list(d, "evidence").length;
	const rest = whoAndWhen(g, "recheck_at", "timeline.part.recheck");
	if (text(d, "verdict") !== "")
		return { key: "timeline.judged", holes: { claim, verdict: wordOf("verdict", text(d, "verdict")) }, body: [...reason(d), ...evidence(g), ...rest] };
	if (pieces > 0)
		return { key: "timeline.evidence", holes: { claim, n: pieces }, body: [...evidence(g), ...reason(d), ...rest] };
	if ("owner" in d) {
		const body = [...reason(d), ...rest.filter((b) => b.label !== "timeline.part.owner")];
		return d.owner === null ? { key: "timeline.claim_unowned", holes: { claim }, body }
			: { key: "timeline.claim_given", holes: { claim, user: name(scene, id(d, "owner")) }, body };
	}
	if ("recheck_at" in d)
		return d.recheck_at === null ? { key: "timeline.claim_no_recheck", holes: { claim }, body: reason(d) }
			: { key: "timeline.claim_recheck", holes: { claim, time: time(text(d, "recheck_at")) }, body: reason(d) };
	return { key: "timeline.claim_touched", holes: { claim }, body: reason(d) };
}

/* Mentions that spread a claim, or that do not after all. */
function spreading(key: Key, d: Data, scene: Scene): Rest {
	const of = id(d, "claim");
	return { key, holes: { claim: titled(scene.claim(of), of), n: list(d, "mentions").length } };
}

function taskChanged(g: Given): Rest {
	const { d, scene } = g, of = id(d, "task"), title = text(d, "title");
	const task = titled(title || scene.task(of), of);
	const rest = whoAndWhen(g, "due_at", "timeline.part.due");
	if (typeof d.done === "boolean")
		return { key: d.done ? "timeline.task_done" : "timeline.task_reopened", holes: { task }, body: [...reason(d), ...rest] };
	if (title !== "")
		return { key: "timeline.task_renamed", holes: { task }, body: [...reason(d), ...rest] };
	if ("owner" in d) {
		const body = [...reason(d), ...rest.filter((b) => b.label !== "timeline.part.owner")];
		return d.owner === null ? { key: "timeline.task_unowned", holes: { task }, body }
			: { key: "timeline.task_given", holes: { task, user: name(scene, id(d, "owner")) }, body };
	}
	if ("due_at" in d)
		return d.due_at === null ? { key: "timeline.task_no_due", holes: { task }, body: reason(d) }
			: { key: "timeline.task_due", holes: { task, time: time(text(d, "due_at")) }, body: reason(d) };
	return { key: "timeline.task_touched", holes: { task }, body: reason(d) };
}

function people(scene: Scene, label: Key, ids: unknown[]): Body[] {
	return ids.length === 0 ? [] : [{ label, isList: true, parts: ids.map((x) => name(scene, Number(x))) }];
}

function decided({ d, scene }: Given): Rest {
	const options = list(d, "options").map((o): Part => ({ is: "quote", text: String(o) }));
	return {
		key: "timeline.decided",
		body: [
			...block("timeline.part.question", text(d, "question")), ...block("timeline.part.choice", text(d, "choice")),
			...(options.length > 0 ? [{ label: "timeline.part.options" as Key, isList: true, parts: options }] : []),
			...block("timeline.part.reasons", text(d, "reasons")),
			...people(scene, "timeline.part.deciders", list(d, "deciders")),
			...people(scene, "timeline.part.consulted", list(d, "consulted")),
			...(id(d, "supersedes") === 0 ? [] : [fact("timeline.part.supersedes",
				{ is: "entry", seq: id(d, "supersedes"), text: t("timeline.part.earlier_decision") })]),
		],
	};
}

function spoken({ d }: Given): Rest {
	const body = [...block(null, text(d, "text")), ...block("timeline.part.url", text(d, "url"))];
	if (text(d, "next_at") !== "")
		body.push(fact("timeline.part.next", time(text(d, "next_at"))));
	const key = `timeline.spoke.${text(d, "audience")}`;
	return key in words.value ? { key: key as Key, body } : { key: "timeline.other", holes: { type: text(d, "audience") }, body };
}

function cadence({ d }: Given): Rest {
	const audience = wordOf("audience", text(d, "audience")), every = id(d, "every_s");
	return every === 0 ? { key: "timeline.cadence_off", holes: { audience }, body: reason(d) }
		: { key: "timeline.cadence", holes: { audience, span: spanOf(every) }, body: reason(d) };
}

/* 5400 is "90 minutes": the largest unit that it is a whole number of. */
function spanOf(seconds: number): string {
	const [unit, size] = ([["day", 86400], ["hour", 3600], ["minute", 60]] as const).find(([, s]) => seconds % s === 0) ?? ["second", 1];
	return measure(seconds / size, unit);
}

const SENTENCES: Readonly<Record<string, (g: Given) => Rest>> = {
	"incident.declared": declared,
	"incident.changed": changed,
	"incident.severity_changed": severityChanged,
	"incident.status_changed": statusChanged,
	"incident.access_changed": ({ d }) => ({ key: d.restricted === true ? "timeline.closed_room" : "timeline.opened_room", body: reason(d) }),
	"incident.merged": ({ d }) => ({ key: "timeline.merged", holes: { incident: { is: "room", id: id(d, "into") } }, body: reason(d) }),
	"incident.absorbed": ({ d }) => ({ key: "timeline.absorbed", holes: { incident: { is: "room", id: id(d, "from") } }, body: reason(d) }),
	"incident.split": ({ d, e }) => ({
		key: "timeline.split", holes: { incident: { is: "room", id: e.seq - id(d, "back") }, n: list(d, "mentions").length }, body: reason(d),
	}),
	"participant.added": participantAdded,
	"participant.left": participantLeft,
	"mention.linked": ({ d }) => ({ key: "timeline.linked", holes: { n: list(d, "mentions").length } }),
	"mention.unlinked": ({ d }) => ({ key: "timeline.unlinked", holes: { n: list(d, "mentions").length } }),
	"mention.triaged": ({ d }) => ({
		key: "timeline.triaged", holes: { mention: { is: "mention", id: id(d, "mention") }, state: wordOf("triage", text(d, "state")) },
		body: [...(d.asks === true ? [{ label: null, parts: [t("timeline.part.asks")] }] : []), ...block("timeline.part.note", text(d, "note"))],
	}),
	"note.added": ({ d }) => ({ key: "timeline.noted", body: block(null, text(d, "text")) }),
	"correction.added": ({ d }) => ({ key: "timeline.corrected", holes: { entry: entry(id(d, "target")) }, body: block(null, text(d, "text")) }),
	"claim.added": claimAdded,
	"claim.changed": claimChanged,
	"claim.linked": ({ d, scene }) => spreading("timeline.claim_linked", d, scene),
	"claim.unlinked": ({ d, scene }) => spreading("timeline.claim_unlinked", d, scene),
	"claim.overdue": ({ d, scene }) => ({
		key: "timeline.claim_overdue", holes: { claim: titled(scene.claim(id(d, "claim")), id(d, "claim")), time: time(text(d, "recheck_at")) },
	}),
	"task.added": (g) => ({ key: "timeline.task_added", holes: { task: quote(text(g.d, "title")) }, body: [...office(g), ...whoAndWhen(g, "due_at", "timeline.part.due")] }),
	"task.changed": taskChanged,
	"task.overdue": ({ d, scene }) => ({
		key: "timeline.task_overdue", holes: { task: titled(scene.task(id(d, "task")), id(d, "task")), time: time(text(d, "due_at")) },
	}),
	"decision.made": decided,
	"milestone.pinned": ({ d }) => ({ key: "timeline.pinned", holes: { entry: entry(id(d, "target")), label: quote(text(d, "label")) } }),
	"milestone.unpinned": ({ d }) => ({ key: "timeline.unpinned", holes: { entry: entry(id(d, "target")) } }),
	"word.spoken": spoken,
	"word.overdue": ({ d }) => ({ key: "timeline.word_overdue", holes: { audience: wordOf("audience", text(d, "audience")), time: time(text(d, "due_at")) } }),
	"cadence.set": cadence,
	"file.added": ({ d }) => ({
		key: "timeline.file_added", holes: { file: { is: "file", id: id(d, "id"), text: text(d, "name") } },
		body: [...block("timeline.part.note", text(d, "note")),
			...(text(d, "captured_at") === "" ? [] : [fact("timeline.part.captured", time(text(d, "captured_at")))])],
	}),
	"playbook.started": ({ d }) => ({ key: "timeline.playbook", holes: { title: quote(text(d, "title") || text(d, "slug")) },
		body: id(d, "playbook_version") === 0 ? [] : [fact("timeline.part.version", id(d, "playbook_version"))] }),
	...STATEMENTS,
};

/** The types that have a sentence of their own. */
export const KNOWN: readonly string[] = Object.keys(SENTENCES);

export function sayEntry(e: Entry, scene: Scene): Said {
	const sentence = SENTENCES[e.type] ?? ((): Rest => ({ key: "timeline.other", holes: { type: e.type } }));
	const { key, holes = {}, body = [] } = sentence({ d: e.data, e, scene });
	const who: Part = e.actor.kind === "system" ? t("timeline.system")
		: { is: "name", text: e.actor.name || scene.person(e.actor.id) || t("timeline.somebody") };
	if (e.data.erased === true)
		return { key, holes: { who, ...holes }, body: [{ label: null, parts: [t("timeline.part.erased")] }] };
	return { key, holes: { who, ...holes }, body };
}

/* ---- as plain text ---- */

/** With the day when that is another than the entry's or today's. */
export function moment(at: string, today = Date.now()): string {
	return day(at) === day(today) ? clock(at) : dateTime(at);
}

export function plainPart(p: Part): string | number {
	if (typeof p !== "object")
		return p;
	switch (p.is) {
	case "quote": return t("timeline.quoted", { text: p.text });
	case "name": case "entry": return p.text;
	case "file": return p.text === "" ? String(p.id) : p.text;
	case "statement": return p.text === "" ? String(p.id) : t("timeline.quoted", { text: p.text });
	case "room": case "mention": return String(p.id);
	case "time": return moment(p.at);
	}
}

/** The sentence as a text, for labels and for lists that have no room for more. */
export function plainly(said: Said): string {
	return t(said.key, Object.fromEntries(Object.entries(said.holes).map(([k, p]) => [k, plainPart(p)])));
}
