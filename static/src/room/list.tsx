/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * list.tsx - the incidents that one may see: mine, open, all; the worst and newest first. What is
 * wrong with one (no lead, a word overdue) is said in its row, not found out by opening it.
 */
import alertIcon from "@primer/octicons/build/svg/alert-16.svg";
import plusIcon from "@primer/octicons/build/svg/plus-16.svg";
import reportIcon from "@primer/octicons/build/svg/report-24.svg";
import { useCallback, useEffect, useState } from "preact/hooks";

import { number } from "../i18n/format";
import { t, tx } from "../i18n/t";
import { bindKeys } from "../keys";
import { query, setQuery } from "../router";
import { Icon } from "../ui/icon";
import { type List, Loading, useLoaded } from "../ui/load";
import { minute } from "../ui/now";
import { Empty, Name, PageHead, Time } from "../ui/parts";
import { NextWord } from "./clocks";
import { Declare } from "./declare";
import { KindMarks, SeverityMark, StatusMark } from "./marks";
import { mayDeclare, nameOf, type RoomSummary, useFollow } from "./model";
import { spanOf } from "./span";

const BOARDS = ["mine", "open", "all"] as const;
type Board = (typeof BOARDS)[number];
const PATHS: Record<Board, string> = { mine: "/incidents?mine=true", open: "/incidents?status=open", all: "/incidents" };
const isOver = (r: RoomSummary): boolean => r.status === "resolved" || r.status === "reviewed" || r.status === "merged";

/** Open ones first, rehearsals behind the real, then by severity, then the newest. */
export function inOrder(rooms: readonly RoomSummary[]): RoomSummary[] {
	const rank = (r: RoomSummary): number => (isOver(r) ? 100 : 0) + (r.drill ? 10 : 0) + r.severity;
	return [...rooms].sort((a, b) => rank(a) - rank(b) || b.id - a.id);
}

function Since({ room }: { room: RoomSummary }) {
	const from = room.clocks?.first_mention_at ?? room.first_mention_at ?? room.declared_at;
	if (isOver(room))
		return <Time at={room.resolved_at ?? room.declared_at} />;
	return <time dateTime={from}>{t(from === room.declared_at ? "room.since_declared" : "room.since_first", { span: spanOf((minute.value - Date.parse(from)) / 1000) })}</time>;
}

function Row({ room }: { room: RoomSummary }) {
	return (
		<li class={`incident ${isOver(room) ? "is-over" : ""}`}>
			<div class="incident-marks"><SeverityMark of={room.severity} /><StatusMark of={room.status} /><KindMarks room={room} /></div>
			<h2><a href={`/incidents/${room.id}`}><Name>{room.title ?? t("room.untitled")}</Name></a></h2>
			{room.summary !== null && <p class="soft incident-summary"><Name>{room.summary}</Name></p>}
			<div class="incident-facts soft small">
				<Since room={room} />
				{room.lead !== null ? <span>{tx("room.led_by", { who: <Name class="strong">{nameOf(room, room.lead)}</Name> })}</span>
					: !isOver(room) && <span class="loud"><Icon of={alertIcon} />{t("room.no_lead")}</span>}
				{!isOver(room) && <NextWord room={room} />}
				<span>{t("room.n_mentions", { n: room.counts.mentions })}</span>
				<span>{t("room.n_claims", { n: room.counts.claims })}</span>
				<span>{t("room.n_open_tasks", { n: room.counts.open_tasks })}</span>
			</div>
		</li>
	);
}

function Boards({ board }: { board: Board }) {
	return (
		<div class="switch" role="group" aria-label={t("room.boards")}>
			{BOARDS.map((b) => <button key={b} type="button" aria-pressed={b === board} onClick={() => setQuery({ board: b === "open" ? "" : b })}>{t(`board.${b}`)}</button>)}
		</div>
	);
}

export default function Incidents() {
	const asked = query.value.get("board") as Board | null;
	const board = asked !== null && BOARDS.includes(asked) ? asked : "open";
	const rooms = useLoaded<List<RoomSummary>>(PATHS[board]);
	const [isDeclaring, setDeclaring] = useState(false);
	useFollow(useCallback((type: string, data: string) => !type.startsWith("mention.") && data.includes('"incident":'), []), rooms.reload);
	useEffect(() => mayDeclare() ? bindKeys([{ code: "KeyC", label: "keys.declare", run: () => setDeclaring(true) }]) : undefined, []);
	const declare = mayDeclare() && <button type="button" class="primary" onClick={() => setDeclaring(true)}><Icon of={plusIcon} />{t("declare")}</button>;
	return (
		<>
			<PageHead title={t("nav.incidents")} hint={t("room.list_hint")}><Boards board={board} /><a class="button" href="/playbooks">{t("playbooks")}</a>{declare}</PageHead>
			<Loading of={rooms}>
				{({ items }) => items.length === 0
					? <Empty icon={reportIcon} title={t(`board.${board}.empty`)} text={t(mayDeclare() ? "room.empty_hint" : "room.empty_ask")}>{declare}</Empty>
					: <ol class="incidents" aria-label={`${t("nav.incidents")}: ${number(items.length)}`}>{inOrder(items).map((r) => <Row key={r.id} room={r} />)}</ol>}
			</Loading>
			{isDeclaring && <Declare mentions={[]} onClose={() => setDeclaring(false)} />}
		</>
	);
}
