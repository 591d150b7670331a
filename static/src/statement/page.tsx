/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * page.tsx - one statement: the text in the middle, beside it what it rests on, what the checks say and how
 * far it is from leaving. With ?at= it is looked at as it was, and nothing can be changed.
 */
import backIcon from "@primer/octicons/build/svg/arrow-left-16.svg";
import globeIcon from "@primer/octicons/build/svg/globe-16.svg";
import historyIcon from "@primer/octicons/build/svg/history-16.svg";
import pencilIcon from "@primer/octicons/build/svg/pencil-16.svg";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";

import { t, tx } from "../i18n/t";
import type { PageProps } from "../pages";
import { at as moment, isFrozen as isPast } from "../room/at";
import { AtFrame } from "../room/at_frame";
import { KindMarks } from "../room/marks";
import { type RoomData, useRoom } from "../room/model";
import { Present } from "../room/presence";
import { title } from "../title";
import { Icon } from "../ui/icon";
import { useLate } from "../ui/late";
import { Loading, useLoaded } from "../ui/load";
import { Name, Time } from "../ui/parts";
import { ApprovalPane } from "./approval_pane";
import { ChecksPane } from "./checks_pane";
import { ClaimsPane } from "./claims_pane";
import { DraftPane } from "./draft_pane";
import type { Handle } from "./editor";
import { restMarks, StatementMark } from "./marks";
import { type Checked, hrefOf, langName, type StatementData, useFollowStatement, useStatement } from "./model";

type Open = "meta" | "history" | "translate" | null;

/* Another statement of the room, by its title. */
function Other({ id, room }: { id: number; room: RoomData }) {
	const of = room.statements?.find((s) => s.id === id);
	return <a href={hrefOf({ id, incident: room.id })}>{of === undefined ? t("statement.number", { id: String(id) }) : <Name>{of.title}</Name>}</a>;
}

function Head({ room, statement, isFrozen, onOpen }: { room: RoomData; statement: StatementData; isFrozen: boolean; onOpen: (open: Open) => void }) {
	return (
		<header class={room.drill ? "room-head drill" : "room-head"}>
			{room.drill && <p class="drill-stripe">{t("room.drill_loud")}</p>}
			<a class="room-back small" href={`/incidents/${room.id}?part=statements`}><Icon of={backIcon} mirrors /><Name>{room.title ?? t("room.untitled")}</Name></a>
			<div class="room-title">
				<h1 tabIndex={-1}><Name>{statement.title}</Name></h1>
				<div class="room-title-end statement-moves">
					{statement.may?.type === true && <button type="button" onClick={() => onOpen("meta")}><Icon of={pencilIcon} />{t("edit")}</button>}
					{statement.may?.type === true && <button type="button" onClick={() => onOpen("translate")}><Icon of={globeIcon} />{t("statement.translate")}</button>}
					<button type="button" onClick={() => onOpen("history")}><Icon of={historyIcon} />{t("statement.history")}</button>
				</div>
			</div>
			<div class="incident-marks">
				<StatementMark of={statement.status} /><span class="tag">{t(`statement.channel.${statement.channel}`)}</span>
				<span class="tag plain-tag">{t(`statement.audience.${statement.audience}`)}</span><span class="tag plain-tag" lang={statement.lang}>{langName(statement.lang)}</span>
				<KindMarks room={room} />
				<span class="soft small">{tx("statement.changed_by", { who: <Name>{statement.changed_by.name}</Name>, when: <Time at={statement.changed_at} /> })}</span>
			</div>
			{statement.correction_of !== null && <p class="note of-other">{tx("statement.correction_of", { statement: <Other id={statement.correction_of} room={room} /> })}</p>}
			{statement.translation_of !== null && <p class="note of-other">{tx("statement.translation_of", { statement: <Other id={statement.translation_of} room={room} /> })}</p>}
			{statement.contradictions.map((c) => (
				<div key={c.seq} class="note bad" role="alert">
					<p>{tx("statement.contradicted", { quote: <Name class="strong">{c.quote ?? ""}</Name> })}</p>
					{c.correction !== null && <a href={hrefOf({ id: c.correction, incident: statement.incident })}>{t("statement.contradicted_go")}</a>}
				</div>
			))}
			{!isFrozen && <Present room={room} />}
		</header>
	);
}

function useChecks(statement: StatementData, isFrozen: boolean): Checked | null {
	const checked = useLoaded<Checked>(isFrozen ? null : `/statements/${statement.id}/checks`);
	useFollowStatement(isFrozen ? null : statement.id, statement.incident, checked.reload);
	return checked.data;
}

function Body({ room, statement, isFrozen, reload }: { room: RoomData; statement: StatementData; isFrozen: boolean; reload: () => Promise<void> }) {
	const [handle, setHandle] = useState<Handle | null>(null), [open, setOpen] = useState<Open>(null);
	const close = (): void => setOpen(null);
	const Meta = useLate(open === "meta", () => import("./meta"), close), Translate = useLate<{ statement: StatementData; onClose: () => void }>(open === "translate", () => import("./meta").then((m) => ({ default: m.Translate })), close);
	const History = useLate(open === "history", () => import("./history"), close);
	const checked = useChecks(statement, isFrozen);
	const marks = useMemo(() => restMarks(statement.rests, room.claims), [statement.rests, room.claims]);
	const mayType = !isFrozen && statement.may?.type === true;
	useEffect(() => { title.value = statement.title; }, [statement.title]);
	return (
		<div class="statement">
			<Head room={room} statement={statement} isFrozen={isFrozen} onOpen={setOpen} />
			<div class="statement-grid">
				<DraftPane statement={statement} checked={checked} marks={marks} mayType={mayType} isFrozen={isFrozen} handle={handle} onHandle={setHandle} reload={reload} />
				<div class="room-side">
					<ApprovalPane room={room} statement={statement} checked={checked} handle={handle} isFrozen={isFrozen} reload={reload} />
					<ClaimsPane room={room} statement={statement} handle={handle} mayLink={mayType} reload={reload} />
					{!isFrozen && <ChecksPane checked={checked} room={room} statement={statement} handle={handle} />}
				</div>
			</div>
			{open === "meta" && Meta !== null && <Meta statement={statement} onClose={close} reload={reload} />}
			{open === "translate" && Translate !== null && <Translate statement={statement} onClose={close} />}
			{open === "history" && History !== null && <History statement={statement} onClose={close} />}
		</div>
	);
}

function Missing({ incident }: { incident: number }) {
	return (
		<div class="empty">
			<h1 tabIndex={-1}>{t("statement.gone")}</h1>
			<p class="soft">{t("room.gone_hint")}</p>
			<a class="button primary" href={`/incidents/${incident}`}>{t("brief.room")}</a>
		</div>
	);
}

export default function StatementPage({ id = "0", sid = "0" }: PageProps) {
	const at = isPast.value ? moment.value : null;
	const room = useRoom(Number(id), at), statement = useStatement(Number(sid), Number(id), at);
	/* From one moment to another what is on screen stays until the next is here. */
	const last = useRef<StatementData | null>(null);
	if (statement.data !== null)
		last.current = statement.data;
	const shown = statement.data ?? (last.current?.id === Number(sid) && statement.problem === null ? last.current : null);
	if ((statement.data === null && statement.problem?.status === 404) || (room.data === null && room.problem?.status === 404) || (shown !== null && shown.incident !== Number(id)))
		return <Missing incident={Number(id)} />;
	return (
		<>
			<AtFrame shown={room.data?.clocks.at} />
			<Loading of={room}>
				{(data) => <Loading of={{ ...statement, data: shown }}>{(s) => <Body key={`${s.id}${at === null}`} room={data} statement={s} isFrozen={at !== null} reload={statement.reload} />}</Loading>}
			</Loading>
		</>
	);
}
