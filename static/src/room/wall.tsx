/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * wall.tsx - the display for a room's big screen: one incident (`?incident=ID`), or all that are open.
 *
 * Nothing on it can be pressed and nothing scrolls. Sizes follow the window, so that at 1080 lines no
 * letter is below 28. It says how old it is: a display that stands still looks like calm. Once a minute it
 * reads anew whatever the stream says, which also keeps its session alive, and moves by a few
 * dots, so that nothing burns in.
 */
import alertIcon from "@primer/octicons/build/svg/alert-16.svg";
import type { ComponentChildren } from "preact";
import { useCallback, useEffect, useState } from "preact/hooks";

import { connection, heard } from "../bus/bus";
import { clock, longDay, number } from "../i18n/format";
import { t } from "../i18n/t";
import { query } from "../router";
import { title } from "../title";
import { ProblemNote } from "../ui/field";
import { Icon } from "../ui/icon";
import { type List, type Loaded, useLoaded } from "../ui/load";
import { Skeleton } from "../ui/parts";
import { Text } from "../ui/text";
import { claimsBy, lastWord, publicClock } from "./brief_facts";
import { Sentence } from "./entry";
import { inOrder } from "./list";
import { KindMarks, SeverityMark, StatusMark, VerdictMark } from "./marks";
import { isOfRoom, nameOf, type RoomData, type RoomSummary, useFollow, useRoom, VERDICTS } from "./model";
import { spanOf } from "./span";
import { type Entry, sayEntry } from "./timeline_said";

const AGAIN_MS = 60000, OLD_S = 30, TILES = 9, LINES = 5, SHIFT_PX = 6;

function useSecond(): number {
	const [now, setNow] = useState(Date.now());
	useEffect(() => {
		const timer = setInterval(() => setNow(Date.now()), 1000);
		return () => clearInterval(timer);
	}, []);
	return now;
}

/* A dark screen shows nothing. Not everywhere, and only while we are looked at. */
function useWakeLock(): void {
	useEffect(() => {
		let lock: WakeLockSentinel | null = null;
		const ask = (): void => {
			if (!document.hidden)
				navigator.wakeLock?.request("screen").then((l) => { lock = l; }, () => {});
		};
		ask();
		document.addEventListener("visibilitychange", ask);
		return () => {
			document.removeEventListener("visibilitychange", ask);
			void lock?.release();
		};
	}, []);
}

function useAgain(reload: () => Promise<void>): void {
	useEffect(() => {
		const timer = setInterval(() => void reload(), AGAIN_MS);
		return () => clearInterval(timer);
	}, [reload]);
}

/* How old what is shown may be: the stream was heard, or the answer came, so long ago. */
function Age({ now, readAt }: { now: number; readAt: number }) {
	const isLive = connection.value.name === "live";
	const seconds = Math.max(0, Math.floor((now - Math.max(readAt, isLive ? heard() : 0)) / 1000));
	const isOld = seconds >= OLD_S;
	return (
		<p class={isOld ? "wall-age old" : "wall-age"}>
			{isOld && <Icon of={alertIcon} />}<span class="dot-mark" aria-hidden="true" />{t("wall.age", { n: seconds })}
		</p>
	);
}

function Frame({ now, readAt, children, head }: { now: number; readAt: number; head: ComponentChildren; children: ComponentChildren }) {
	useWakeLock();
	useEffect(() => { title.value = t("nav.wall"); }, []);
	const turn = Math.floor(now / 60000) % 4;
	return (
		<div class="wall" style={{ translate: `${turn % 2 * SHIFT_PX}px ${turn > 1 ? SHIFT_PX : 0}px` }}>
			<header class="wall-head">{head}<div class="wall-clock"><time dateTime={new Date(now).toISOString()}>{clock(now)}</time><span>{longDay(now)}</span></div></header>
			{children}
			<footer class="wall-foot"><Age now={now} readAt={readAt} /></footer>
		</div>
	);
}

function Due({ room, now }: { room: Pick<RoomSummary, "clocks">; now: number }) {
	const due = publicClock(room);
	if (due === null)
		return <p class="wall-due soft">{t("brief.nothing_promised")}</p>;
	const left = (Date.parse(due) - now) / 1000;
	return (
		<p class={left < 0 ? "wall-due overdue" : "wall-due"}>
			{left < 0 && <Icon of={alertIcon} size={32} />}<span>{t(left < 0 ? "brief.next_overdue" : "brief.next_word")}</span>
			<strong>{left < 0 ? t("clock.overdue", { span: spanOf(left) }) : t("clock.next_at", { at: clock(due), span: spanOf(left) })}</strong>
		</p>
	);
}

const sinceOf = (room: RoomSummary): string => room.clocks?.first_mention_at ?? room.first_mention_at ?? room.declared_at;

function Tile({ room, now }: { room: RoomSummary; now: number }) {
	return (
		<li class={`wall-tile severity-edge-${room.severity}`}>
			<div class="incident-marks"><SeverityMark of={room.severity} /><StatusMark of={room.status} /><KindMarks room={room} /></div>
			<h2><Text isInline>{room.title ?? t("room.untitled")}</Text></h2>
			<p class={room.lead === null ? "loud" : "soft"}>{room.lead === null ? t("room.no_lead") : t("room.led_by", { who: nameOf(room, room.lead) })}
				<span class="soft">{" · "}{spanOf((now - Date.parse(sinceOf(room))) / 1000)}{" · "}{t("room.n_mentions", { n: room.counts.mentions })}</span></p>
			<Due room={room} now={now} />
		</li>
	);
}

function useReadAt<T>(of: Loaded<T>): number {
	const [readAt, setReadAt] = useState(0);
	useEffect(() => { if (of.data !== null && of.problem === null) setReadAt(Date.now()); }, [of.data]);
	return readAt;
}

function All() {
	const now = useSecond(), rooms = useLoaded<List<RoomSummary>>("/incidents?status=open");
	useFollow(useCallback((type: string, data: string) => !type.startsWith("mention.added") && data.includes('"incident":'), []), rooms.reload);
	useAgain(rooms.reload);
	const readAt = useReadAt(rooms), items = inOrder(rooms.data?.items ?? []), shown = items.slice(0, TILES);
	/* One by itself has the whole screen, until there is another. */
	const [only] = items;
	if (only !== undefined && items.length === 1)
		return <One key={only.id} id={only.id} />;
	return (
		<Frame now={now} readAt={readAt} head={<h1 tabIndex={-1}>{t("wall.open", { n: items.length })}</h1>}>
			{rooms.data === null ? rooms.problem === null ? <Skeleton rows={3} /> : <ProblemNote problem={rooms.problem} />
				: shown.length === 0 ? <p class="wall-calm">{t("board.open.empty")}</p>
					: <ul class={`wall-tiles of-${shown.length}`}>{shown.map((r) => <Tile key={r.id} room={r} now={now} />)}</ul>}
			{items.length > TILES && <p class="wall-more">{t("wall.more", { n: items.length - TILES })}</p>}
		</Frame>
	);
}

function Latest({ room }: { room: RoomData }) {
	const page = useLoaded<List<Entry>>(`/incidents/${room.id}/timeline?order=desc&limit=${LINES}`);
	useFollow((type, data) => !type.startsWith("mention.added") && isOfRoom(data, room.id), page.reload);
	const scene = {
		person: (id: number) => nameOf(room, id), claim: (id: number) => room.claims.find((c) => c.id === id)?.text ?? "",
		task: (id: number) => room.tasks.find((x) => x.id === id)?.title ?? "", file: (id: number) => room.files.find((f) => f.id === id)?.name ?? "",
		statement: (id: number) => room.statements?.find((s) => s.id === id)?.title ?? "",
	};
	return (
		<section class="wall-latest" aria-labelledby="wall-latest">
			<h2 id="wall-latest">{t("wall.latest")}</h2>
			<ol inert>
				{(page.data?.items ?? []).map((e) => (
					<li key={e.seq} class={e.corrected_by === undefined ? "" : "struck"}>
						<time dateTime={e.recorded_at}>{clock(e.recorded_at)}</time><span class="wall-line"><Sentence said={sayEntry(e, scene)} room={room.id} /></span>
					</li>
				))}
			</ol>
		</section>
	);
}

function Word({ room, now }: { room: RoomData; now: number }) {
	const word = lastWord(room);
	return (
		<section class="wall-word" aria-labelledby="wall-word">
			<h2 id="wall-word">{t("brief.said")}</h2>
			{word === null ? <p class="loud">{t("brief.said_nothing")}</p> : (
				<>
					<Text class="wall-said">{word.text ?? word.url ?? ""}</Text>
					<p class="soft">{t("clock.spoke", { span: spanOf((now - Date.parse(word.at)) / 1000) })}</p>
				</>
			)}
		</section>
	);
}

function Numbers({ room, now }: { room: RoomData; now: number }) {
	const counts = claimsBy(room.claims);
	return (
		<dl class="wall-numbers">
			<div><dt>{t(room.clocks.first_mention_at === null ? "clock.since_declared" : "clock.since_first")}</dt><dd>{spanOf((now - Date.parse(sinceOf(room))) / 1000)}</dd></div>
			<div><dt>{t("part.mentions")}</dt><dd>{number(room.counts.mentions)}</dd></div>
			<div><dt>{t("wall.open_tasks")}</dt><dd>{number(room.counts.open_tasks)}</dd></div>
			{VERDICTS.filter((v) => counts[v] > 0).map((v) => <div key={v}><dt><VerdictMark of={v} /></dt><dd>{number(counts[v])}</dd></div>)}
		</dl>
	);
}

function One({ id }: { id: number }) {
	const now = useSecond(), loaded = useRoom(id, null), readAt = useReadAt(loaded), room = loaded.data;
	useAgain(loaded.reload);
	if (room === null)
		return (
			<Frame now={now} readAt={readAt} head={<h1 tabIndex={-1}>{t("nav.wall")}</h1>}>
				{loaded.problem === null ? <Skeleton rows={3} /> : <p class="wall-calm">{loaded.problem.status === 404 ? t("room.gone") : <ProblemNote problem={loaded.problem} />}</p>}
			</Frame>
		);
	return (
		<Frame now={now} readAt={readAt} head={
			<div class="wall-title">
				<div class="incident-marks"><SeverityMark of={room.severity} /><StatusMark of={room.status} /><KindMarks room={room} /></div>
				<h1 tabIndex={-1}><Text isInline>{room.title ?? t("room.untitled")}</Text></h1>
				<p class={room.lead === null ? "loud" : "soft"}>{room.lead === null ? t("room.no_lead_loud") : t("room.led_by", { who: nameOf(room, room.lead) })}</p>
			</div>
		}>
			{room.drill && <p class="drill-stripe">{t("room.drill_loud")}</p>}
			<div class="wall-one">
				<div class="wall-column"><Due room={room} now={now} /><Word room={room} now={now} /></div>
				<div class="wall-column"><Numbers room={room} now={now} /><Latest room={room} /></div>
			</div>
		</Frame>
	);
}

export default function Wall() {
	const id = Number(query.value.get("incident") ?? 0);
	return Number.isInteger(id) && id > 0 ? <One key={id} id={id} /> : <All />;
}
