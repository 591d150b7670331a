/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * handover.tsx - what somebody must know who takes an incident over, on one page that can be printed.
 *
 * The server makes it from the record (GET /incidents/{id}/handover); here it is only drawn. Behind
 * each line is the entry of the timeline that it stems from. ?at= shows what it said at a moment.
 */
import alertIcon from "@primer/octicons/build/svg/alert-16.svg";
import backIcon from "@primer/octicons/build/svg/arrow-left-16.svg";
import arrowIcon from "@primer/octicons/build/svg/arrow-right-16.svg";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";

import { safeHref } from "../i18n/foreign";
import { exact, number } from "../i18n/format";
import { t, tx } from "../i18n/t";
import type { PageProps } from "../pages";
import { title } from "../title";
import { Icon } from "../ui/icon";
import { Loading, useLoaded } from "../ui/load";
import { Name } from "../ui/parts";
import { Text } from "../ui/text";
import { asOf, at as lookedAt, hrefAt, isFrozen } from "./at";
import { AtFrame } from "./at_frame";
import { Gone } from "./gone";
import { markRead } from "./handover_card";
import { KindMarks, SeverityMark, StatusMark, VerdictMark } from "./marks";
import { type Audience, type Clocks, type HandedOver, isOfRoom, me, type Milestone, nameOf, type Office, type Person, type Severity, type Status, useFollow, type Verdict,
	VERDICTS } from "./model";
import { milestoneText } from "./scrubber_marks";
import { moment } from "./timeline_said";

type Move = { seq: number; at: string; by: number } & (
	| { what: "severity"; from: Severity; to: Severity }
	| { what: "status"; from: Status; to: Status }
	| { what: "title"; from: string | null; to: string | null });
interface Handover {
	incident: number;
	at: string;
	since: { seq: number; at: string };
	handed_over: HandedOver | null;
	title: string | null;
	summary: string | null;
	severity: Severity;
	status: Status;
	drill: boolean;
	restricted: boolean;
	moves: Move[];
	offices: { seq: number; role: Office; deputy: boolean; user: number }[];
	vacant: Exclude<Office, "member">[];
	claims: Record<Verdict, number> & { past_recheck: number; open: number; items: {
		seq: number; text: string | null; verdict: Verdict; owner: number | null; recheck_at: string | null; past_recheck: boolean }[] };
	tasks: { open: number; overdue: number; items: {
		seq: number; title: string | null; owner: number | null; due_at: string | null; overdue: boolean; former_lead: boolean }[] };
	decisions: { holding: number; items: { seq: number; at: string; by: number; question: string | null; choice: string | null; reasons: string | null }[] };
	words: { seq: number; audience: Audience; text: string | null; url: string | null; at: string; by: number }[];
	clocks: Clocks;
	milestones: Milestone[];
	people: Person[];
	mentions: Record<"new" | "seen" | "owned" | "answered" | "closed" | "ignored" | "open", number> & { oldest_new: { mention: number; recorded_at: string } | null };
	notes: { seq: number; recorded_at: string; occurred_at: string; by: number; text: string | null; corrected_by: number | null }[];
}

const OPEN_STATES = ["new", "seen", "owned", "answered"] as const;

/* The entry that a line stems from, in the room as it is looked at. */
function Entry({ of, seq }: { of: Handover; seq: number }) {
	const q = new URLSearchParams({ part: "timeline", ...(isFrozen.value ? { at: lookedAt.value } : {}) });
	return <a class="handover-entry small" href={`/incidents/${of.incident}?${q}#e${seq}`}>{t("handover.entry", { id: String(seq) })}</a>;
}

const When = ({ at }: { at: string }) => <time dateTime={at} title={exact(at)}>{moment(at)}</time>;

function Section({ name, heading, count, none, children }: { name: string; heading: string; count?: ComponentChildren; none?: string | false; children?: ComponentChildren }) {
	return (
		<section class={`handover-part handover-${name}`} aria-labelledby={`handover-${name}`}>
			<h2 id={`handover-${name}`}>{heading}{count !== undefined && <span class="count-tag">{count}</span>}</h2>
			{typeof none === "string" ? <p class="soft">{none}</p> : children}
		</section>
	);
}

function More({ all, shown }: { all: number; shown: number }) {
	return all > shown ? <p class="soft small">{t("handover.more", { n: all - shown })}</p> : null;
}

function Moves({ of }: { of: Handover }) {
	const mark = (m: Move, which: "from" | "to"): ComponentChildren =>
		m.what === "severity" ? <SeverityMark of={m[which]} /> : m.what === "status" ? <StatusMark of={m[which]} />
			: <Name class="strong">{m[which] ?? t("room.untitled")}</Name>;
	return (
		<Section name="moves" heading={t("handover.moves")} none={of.moves.length === 0 && t("handover.no_moves")}>
			<ul class="handover-list">
				{of.moves.map((m) => (
					<li key={`${m.seq}${m.what}`}>
						<span class="handover-move">{mark(m, "from")}<Icon of={arrowIcon} mirrors /><span class="unseen">{t("handover.became")}</span>{mark(m, "to")}</span>
						<span class="soft small"><Name>{nameOf(of, m.by)}</Name>{t("comma")}<When at={m.at} /></span>
						<Entry of={of} seq={m.seq} />
					</li>
				))}
			</ul>
		</Section>
	);
}

function Offices({ of }: { of: Handover }) {
	return (
		<Section name="offices" heading={t("handover.offices")}>
			<ul class="handover-list">
				{of.offices.map((o) => (
					<li key={o.seq}>
						<span><span class="soft">{t(`office.${o.role}`)}{o.deputy && <>{t("comma")}{t("office.deputy")}</>}:</span> <Name class="strong">{nameOf(of, o.user)}</Name></span>
						<Entry of={of} seq={o.seq} />
					</li>
				))}
			</ul>
			{of.vacant.length > 0 && <p class={of.vacant.includes("lead") ? "loud" : "soft"}>{t("handover.vacant")} {of.vacant.map((o) => t(`office.${o}`)).join(t("comma"))}</p>}
		</Section>
	);
}

function Tasks({ of }: { of: Handover }) {
	const { tasks } = of;
	return (
		<Section name="tasks" heading={t("handover.tasks")} count={number(tasks.open)} none={tasks.open === 0 && t("handover.no_tasks")}>
			<ul class="handover-list">
				{tasks.items.map((x) => (
					<li key={x.seq} class={x.overdue ? "is-late" : ""}>
						<Text class="strong">{x.title ?? t("erased")}</Text>
						<span class="handover-facts small">
							{x.due_at !== null && (x.overdue
								? <span class="loud"><Icon of={alertIcon} size={12} />{tx("handover.was_due", { when: <When at={x.due_at} /> })}</span>
								: <span>{tx("handover.due", { when: <When at={x.due_at} /> })}</span>)}
							{x.owner === null ? <span class="loud">{t("task.nobody")}</span> : <Name class="soft">{nameOf(of, x.owner)}</Name>}
							{x.former_lead && <span class="tag plain-tag">{t("handover.former")}</span>}
						</span>
						<Entry of={of} seq={x.seq} />
					</li>
				))}
			</ul>
			<More all={tasks.open} shown={tasks.items.length} />
		</Section>
	);
}

function Claims({ of }: { of: Handover }) {
	const { claims } = of, all = VERDICTS.reduce((n, v) => n + claims[v], 0);
	return (
		<Section name="claims" heading={t("handover.claims")} count={number(claims.open)} none={all === 0 && t("brief.no_claims")}>
			<p class="handover-verdicts">{VERDICTS.filter((v) => claims[v] > 0).map((v) => <span key={v}><VerdictMark of={v} /> {number(claims[v])}</span>)}</p>
			{claims.open === 0 && <p class="soft">{t("handover.no_claims")}</p>}
			<ul class="handover-list">
				{claims.items.map((c) => (
					<li key={c.seq} class={c.past_recheck ? "is-late" : ""}>
						<Text class="strong">{c.text ?? t("erased")}</Text>
						<span class="handover-facts small">
							<VerdictMark of={c.verdict} />
							{c.past_recheck && c.recheck_at !== null && <span class="loud"><Icon of={alertIcon} size={12} />{t("claim.recheck_overdue")}: <When at={c.recheck_at} /></span>}
							{c.owner !== null && <Name class="soft">{nameOf(of, c.owner)}</Name>}
						</span>
						<Entry of={of} seq={c.seq} />
					</li>
				))}
			</ul>
			<More all={claims.open} shown={claims.items.length} />
		</Section>
	);
}

function Decisions({ of }: { of: Handover }) {
	const { decisions } = of;
	return (
		<Section name="decisions" heading={t("handover.decisions")} count={number(decisions.holding)} none={decisions.holding === 0 && t("handover.no_decisions")}>
			<ul class="handover-list">
				{decisions.items.map((d) => (
					<li key={d.seq}>
						<Text class="soft">{d.question ?? t("erased")}</Text>
						<Text class="strong">{d.choice ?? t("erased")}</Text>
						{d.reasons !== null && <Text class="handover-text">{d.reasons}</Text>}
						<span class="soft small"><When at={d.at} /></span>
						<Entry of={of} seq={d.seq} />
					</li>
				))}
			</ul>
			<More all={decisions.holding} shown={decisions.items.length} />
		</Section>
	);
}

/* What was said last, and to whom we owe a word. */
function Words({ of }: { of: Handover }) {
	const due = (of.clocks.words ?? []).filter((w) => w.due_at !== null);
	return (
		<Section name="words" heading={t("brief.said")}>
			{due.length > 0 && (
				<ul class="handover-list">
					{due.map((w) => w.due_at !== null && (
						<li key={w.audience} class={w.overdue ? "is-late" : ""}>
							<span><span class="soft">{t(`audience.${w.audience}`)}:</span>{" "}
								{w.overdue ? <span class="loud"><Icon of={alertIcon} size={12} />{tx("handover.word_was_due", { when: <When at={w.due_at} /> })}</span>
									: tx("handover.word_due", { when: <When at={w.due_at} /> })}</span>
						</li>
					))}
				</ul>
			)}
			{of.words.length === 0 ? <p class="soft">{t("handover.no_words")}</p> : (
				<ul class="handover-list">
					{of.words.map((w) => {
						const href = safeHref(w.url ?? undefined);
						return (
							<li key={w.seq}>
								<span class="soft small">{t(`audience.${w.audience}`)}{t("comma")}<When at={w.at} /></span>
								{w.text !== null && <Text class="handover-text">{w.text}</Text>}
								{href !== undefined && <a class="handover-url" href={href} target="_blank" rel="noopener noreferrer nofollow" dir="ltr">{href}</a>}
								<Entry of={of} seq={w.seq} />
							</li>
						);
					})}
				</ul>
			)}
		</Section>
	);
}

function Mentions({ of }: { of: Handover }) {
	const { mentions } = of, oldest = mentions.oldest_new;
	return (
		<Section name="mentions" heading={t("handover.mentions")} count={number(mentions.open)} none={mentions.open === 0 && t("handover.no_mentions")}>
			<dl class="handover-states">
				{OPEN_STATES.map((s) => <div key={s}><dt>{t(`triage.${s}`)}</dt><dd>{number(mentions[s])}</dd></div>)}
			</dl>
			{oldest !== null && <p>{tx("handover.oldest", { when: <When at={oldest.recorded_at} /> })} <a href={`/mentions/${oldest.mention}`}>{t("handover.oldest_go")}</a></p>}
		</Section>
	);
}

function Course({ of }: { of: Handover }) {
	return (
		<Section name="course" heading={t("handover.milestones")}>
			<ul class="handover-list">
				{of.milestones.map((m) => (
					<li key={`${m.kind}${m.seq ?? m.mention}`}>
						<span><Text isInline class="strong">{m.kind === "first_mention" ? t("handover.first_mention") : milestoneText(m)}</Text></span>
						<span class="soft small"><When at={m.at} /></span>
						{m.seq !== undefined ? <Entry of={of} seq={m.seq} />
							: <a class="handover-entry small" href={`/mentions/${m.mention}`}>{t("claim.evidence_mention", { id: String(m.mention) })}</a>}
					</li>
				))}
			</ul>
		</Section>
	);
}

function Notes({ of }: { of: Handover }) {
	return (
		<Section name="notes" heading={t("handover.notes")} none={of.notes.length === 0 && t("handover.no_notes")}>
			<ul class="handover-list">
				{of.notes.map((n) => (
					<li key={n.seq}>
						{n.corrected_by === null ? <Text class="handover-text">{n.text ?? t("erased")}</Text>
							: <><del><Text class="handover-text">{n.text ?? t("erased")}</Text></del><span class="small">{t("timeline.was_corrected")} <Entry of={of} seq={n.corrected_by} /></span></>}
						<span class="soft small"><Name>{nameOf(of, n.by)}</Name>{t("comma")}<When at={n.occurred_at} /></span>
						<Entry of={of} seq={n.seq} />
					</li>
				))}
			</ul>
		</Section>
	);
}

/* Who led, who leads, and how far back this goes. */
function Lead({ of }: { of: Handover }) {
	const h = of.handed_over, bold = (id: number): ComponentChildren => <Name class="strong">{nameOf(of, id)}</Name>;
	return (
		<div class="handover-lead">
			{of.vacant.includes("lead") && <p class="loud"><Icon of={alertIcon} />{t("room.no_lead_loud")}</p>}
			{h !== null && <p>{h.from !== null && h.from !== h.to ? tx("handover.from_to", { from: bold(h.from), to: bold(h.to), when: <When at={h.at} /> })
				: tx("handover.first", { to: bold(h.to), when: <When at={h.at} /> })} <Entry of={of} seq={h.seq} /></p>}
			<p class="soft">{tx("handover.since", { when: <When at={of.since.at} /> })} {tx("handover.made", { when: <When at={of.at} /> })}</p>
		</div>
	);
}

function Body({ of }: { of: Handover }) {
	useEffect(() => { title.value = `${t("nav.handover")}: ${of.title ?? t("nav.room")}`; }, [of.title]);
	useEffect(() => {
		if (!isFrozen.value && of.handed_over !== null && of.handed_over.to === me())
			markRead(of.incident, of.handed_over);
	}, [of]);
	return (
		<article class="handover">
			<AtFrame shown={of.at} />
			<header class="handover-head">
				{of.drill && <p class="drill-stripe">{t("room.drill_loud")}</p>}
				<div class="handover-tools">
					<a class="room-back small" href={hrefAt(lookedAt.value).replace("/handover", "")}><Icon of={backIcon} mirrors />{t("handover.room")}</a>
					<button type="button" onClick={() => print()}>{t("handover.print")}</button>
				</div>
				<h1 tabIndex={-1}>{t("nav.handover")}: <Text isInline>{of.title ?? t("room.untitled")}</Text></h1>
				<div class="incident-marks"><SeverityMark of={of.severity} /><StatusMark of={of.status} /><KindMarks room={of} /></div>
				<Lead of={of} />
				{of.summary !== null && <Text class="handover-text">{of.summary}</Text>}
			</header>
			<div class="handover-grid">
				<Tasks of={of} />
				<Claims of={of} />
				<Decisions of={of} />
				<Words of={of} />
				<Mentions of={of} />
				<Moves of={of} />
				<Offices of={of} />
				<Course of={of} />
				<Notes of={of} />
			</div>
		</article>
	);
}

export default function HandoverPage({ id = "0" }: PageProps) {
	const room = Number(id), handover = useLoaded<Handover>(asOf(`/incidents/${room}/handover`));
	useFollow(isFrozen.value ? null : (type, data) => type === "mention.triaged" || isOfRoom(data, room), handover.reload);
	if (handover.data === null && handover.problem?.status === 404)
		return <Gone />;
	return <Loading of={handover}>{(data) => <Body of={data} />}</Loading>;
}
