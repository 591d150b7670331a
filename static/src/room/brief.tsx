/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * brief.tsx - a room on one screen of a phone, for who decides and has two minutes: what happened,
 * how bad, what we have said, what waits for them, when the next word is due. Nothing is changed
 * here but what is one's own: a task is done with one tap, everything else is in the room.
 */
import alertIcon from "@primer/octicons/build/svg/alert-16.svg";
import backIcon from "@primer/octicons/build/svg/arrow-left-16.svg";
import checkIcon from "@primer/octicons/build/svg/check-16.svg";
import clockIcon from "@primer/octicons/build/svg/clock-16.svg";
import megaphoneIcon from "@primer/octicons/build/svg/megaphone-16.svg";
import { useEffect } from "preact/hooks";

import { clock, exact, number } from "../i18n/format";
import { t, tx } from "../i18n/t";
import type { PageProps } from "../pages";
import { query } from "../router";
import { hasRole } from "../session";
import { hrefOf, type Summary } from "../statement/model";
import { title } from "../title";
import { Icon } from "../ui/icon";
import { type List, Loading, useLoaded } from "../ui/load";
import { minute } from "../ui/now";
import { Time } from "../ui/parts";
import { Text } from "../ui/text";
import { AtFrame } from "./at_frame";
import { claimsBy, lastWord, publicClock, published, rateOf, waitingFor } from "./brief_facts";
import { Gone } from "./gone";
import { KindMarks, SeverityMark, StatusMark, VerdictMark } from "./marks";
import { me, nameOf, isOfRoom, type RoomData, type SpokenWord, useFollow, useRoom, VERDICTS } from "./model";
import { spanOf } from "./span";
import { moment } from "./timeline_said";

const RATE_OF = 100; /* the newest so many say how fast they come */

/* Where the brief's clocks stand: they run with the reader's, unless a past moment is looked at. */
const nowOf = (room: RoomData, isPast: boolean): number => isPast ? Date.parse(room.clocks.at) : minute.value;

function Headline({ room, now }: { room: RoomData; now: number }) {
	const from = room.clocks.first_mention_at ?? room.declared_at;
	return (
		<section class={`brief-card brief-what severity-edge-${room.severity}`} aria-labelledby="brief-what">
			<h2 id="brief-what">{t("brief.what")}</h2>
			<div class="incident-marks"><SeverityMark of={room.severity} /><StatusMark of={room.status} /><KindMarks room={room} /></div>
			<p class="soft">{t(`severity.${room.severity}.means`)}</p>
			{room.summary === null ? <p class="soft">{t("brief.no_summary")}</p> : <Text class="brief-summary" links>{room.summary}</Text>}
			<p class="brief-since soft">{tx(room.clocks.first_mention_at === null ? "room.since_declared" : "room.since_first",
				{ span: <time class="strong" dateTime={from} title={exact(from)}>{spanOf((now - Date.parse(from)) / 1000)}</time> })}</p>
			<p class={room.lead === null ? "loud" : "soft"}>{room.lead === null ? t("room.no_lead_loud") : t("room.led_by", { who: nameOf(room, room.lead) })}</p>
		</section>
	);
}

function Numbers({ room, now, isPast }: { room: RoomData; now: number; isPast: boolean }) {
	const newest = useLoaded<List<{ recorded_at: string }>>(isPast ? null : `/mentions?incident=${room.id}&limit=${RATE_OF}`);
	useFollow(isPast ? null : (type, data) => type === "mention.linked" && isOfRoom(data, room.id), newest.reload);
	const rate = newest.data === null ? null : rateOf(newest.data.items.map((m) => Date.parse(m.recorded_at)), now);
	const counts = claimsBy(room.claims);
	return (
		<section class="brief-card" aria-labelledby="brief-bad">
			<h2 id="brief-bad">{t("brief.how_bad")}</h2>
			<p class="brief-mentions"><strong>{number(room.counts.mentions)}</strong> {t("brief.mentions", { n: room.counts.mentions })}
				{rate !== null && <span class="soft">{" · "}{t("brief.rate", { n: rate })}</span>}</p>
			{room.claims.length > 0 && (
				<dl class="brief-claims">
					{VERDICTS.filter((v) => counts[v] > 0).map((v) => <div key={v}><dt><VerdictMark of={v} /></dt><dd>{number(counts[v])}</dd></div>)}
				</dl>
			)}
			{room.claims.length === 0 && <p class="soft">{t("brief.no_claims")}</p>}
		</section>
	);
}

function Spoken({ room, word, now }: { room: RoomData; word: SpokenWord | null; now: number }) {
	const out = published(room);
	return (
		<section class="brief-card" aria-labelledby="brief-said">
			<h2 id="brief-said">{t("brief.said")}</h2>
			{word === null ? <p class="loud"><Icon of={alertIcon} />{t("brief.said_nothing")}</p> : (
				<>
					{word.text !== null && <Text class="brief-word" links>{word.text}</Text>}
					{word.url !== null && <p><a href={word.url} target="_blank" rel="noopener noreferrer nofollow" dir="ltr">{word.url}</a></p>}
					<p class="soft small"><time dateTime={word.at} title={exact(word.at)}>{t("brief.said_when", { at: moment(word.at), span: spanOf((now - Date.parse(word.at)) / 1000) })}</time></p>
				</>
			)}
			{out.length > 0 && <ul class="brief-list">{out.map((s) => <li key={s.id}><a href={hrefOf(s)} class="brief-thing"><Text isInline class="strong">{s.title}</Text><span class="small">{tx("statement.published_at", { when: <Time at={s.published_at ?? s.at} /> })}</span></a></li>)}</ul>}
		</section>
	);
}

function NextWord({ room, now }: { room: RoomData; now: number }) {
	const next = publicClock(room);
	if (next === null)
		return <p class="brief-next soft"><Icon of={megaphoneIcon} />{t("brief.nothing_promised")}</p>;
	const left = (Date.parse(next) - now) / 1000;
	return (
		<p class={left < 0 ? "brief-next overdue" : "brief-next"} role={left < 0 ? "alert" : undefined}>
			<Icon of={left < 0 ? alertIcon : clockIcon} />
			<span>{left < 0 ? t("brief.next_overdue") : t("brief.next_word")}</span>
			<time dateTime={next} title={exact(next)}>{left < 0 ? t("clock.overdue", { span: spanOf(left) }) : t("clock.next_at", { at: clock(next), span: spanOf(left) })}</time>
		</p>
	);
}

function Waiting({ room, now, isPast }: { room: RoomData; now: number; isPast: boolean }) {
	const mine = useLoaded<List<Summary>>(!isPast && hasRole("approver") ? "/approvals" : null);
	useFollow(isPast ? null : (type, data) => /^(statement|verdict)\./.test(type) && isOfRoom(data, room.id), mine.reload);
	const things = waitingFor(room, me(), now, mine.data?.items.filter((s) => s.incident === room.id));
	return (
		<section class="brief-card" aria-labelledby="brief-waits">
			<h2 id="brief-waits">{t("brief.waits")}</h2>
			{things.length === 0 ? <p class="brief-nothing"><Icon of={checkIcon} />{t("brief.waits_nothing")}</p> : (
				<ul class="brief-list">
					{things.map((x) => (
						<li key={x.id}>
							<a href={x.kind === "statement" ? `/approvals#s${x.id}` : `/incidents/${room.id}?part=${x.kind === "task" ? "tasks" : "claims"}`}
								target={x.kind === "statement" ? "_self" : undefined} class={x.isOverdue ? "brief-thing overdue" : "brief-thing"}>
								<span class="small">{t(`brief.${x.kind}`)}</span>
								<Text isInline class="strong">{x.text}</Text>
								{x.due !== null && <span class="small brief-due"><Icon of={x.isOverdue ? alertIcon : clockIcon} size={12} />{x.isOverdue
									? t("clock.overdue", { span: spanOf((now - Date.parse(x.due)) / 1000) }) : moment(x.due)}</span>}
							</a>
						</li>
					))}
				</ul>
			)}
		</section>
	);
}

function Decided({ room }: { room: RoomData }) {
	const last = room.decisions.filter((d) => d.superseded_by === null).at(-1);
	return last === undefined ? null : (
		<section class="brief-card" aria-labelledby="brief-decided">
			<h2 id="brief-decided">{t("brief.decided")}</h2>
			<Text class="soft">{last.question ?? ""}</Text>
			<Text class="strong">{last.choice ?? ""}</Text>
			<p class="soft small"><Time at={last.at} /></p>
		</section>
	);
}

function Body({ room, isPast }: { room: RoomData; isPast: boolean }) {
	const now = nowOf(room, isPast);
	useEffect(() => { title.value = room.title ?? t("nav.room"); }, [room.title]);
	return (
		<article class="brief">
			<AtFrame shown={room.clocks.at} />
			<header class="brief-head">
				{room.drill && <p class="drill-stripe">{t("room.drill_loud")}</p>}
				<h1 tabIndex={-1}><Text isInline>{room.title ?? t("room.untitled")}</Text></h1>
				<NextWord room={room} now={now} />
			</header>
			<div class="brief-grid">
				<Headline room={room} now={now} />
				<Numbers room={room} now={now} isPast={isPast} />
				<Spoken room={room} word={lastWord(room)} now={now} />
				<Waiting room={room} now={now} isPast={isPast} />
				<Decided room={room} />
			</div>
			<a class="button brief-room" href={`/incidents/${room.id}`}><Icon of={backIcon} mirrors />{t("brief.room")}</a>
		</article>
	);
}

export default function Brief({ id = "0" }: PageProps) {
	const at = query.value.get("at");
	const room = useRoom(Number(id), at);
	if (room.data === null && room.problem?.status === 404)
		return <Gone />;
	return <Loading of={room}>{(data) => <Body room={data} isPast={at !== null} />}</Loading>;
}
