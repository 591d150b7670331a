/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * room.tsx - an incident as its team works in it.
 *
 *   wide      overview, tasks | claims, decisions, mentions | timeline
 *   narrow    one part at a time, behind tabs
 *
 * Everything in it is what GET /incidents/{id} says; ?at= looks at the same room at another moment,
 * and then nothing can be changed.
 */
import { useEffect, useRef } from "preact/hooks";

import { explain } from "../api";
import { t } from "../i18n/t";
import type { PageProps } from "../pages";
import { setQuery } from "../router";
import { Statements } from "../statement/card";
import { title } from "../title";
import { Loading } from "../ui/load";
import { at as moment, isFrozen as isPast } from "./at";
import { AtFrame } from "./at_frame";
import { Claims } from "./claims";
import { Clocks } from "./clocks";
import { Decisions } from "./decisions";
import { Files } from "./files";
import { HandoverCard } from "./handover_card";
import { Gone } from "./gone";
import { Head } from "./head";
import { Mentions } from "./mentions";
import { mayAdd, type RoomData, useRoom } from "./model";
import { Names } from "./names_part";
import { AddNote } from "./notes";
import { Part, PARTS, type PartProps, shownPart } from "./part";
import { People } from "./people";
import { PlaybookDialogs } from "./playbooks";
import { Scrubber } from "./scrubber";
import { Tasks } from "./tasks";
import { Timeline } from "./timeline";

function Tabs() {
	const row = useRef<HTMLElement>(null);
	useEffect(() => row.current?.querySelector("[aria-pressed=true]")?.scrollIntoView({ block: "nearest", inline: "nearest" }), [shownPart()]);
	return (
		<nav ref={row} class="room-tabs" aria-label={t("room.parts")}>
			{PARTS.map((p) => <button key={p} type="button" aria-pressed={shownPart() === p} onClick={() => setQuery({ part: p === "overview" ? "" : p })}>{t(`part.${p}`)}</button>)}
		</nav>
	);
}

/* What the address points at is shown once it is there. */
function useTarget(room: RoomData): void {
	useEffect(() => {
		const target = location.hash.length > 1 ? document.getElementById(location.hash.slice(1)) : null;
		const part = target?.closest<HTMLElement>("[data-part]")?.dataset.part;
		if (part !== undefined && part !== shownPart())
			setQuery({ part });
		target?.scrollIntoView({ block: "center" });
		target?.classList.add("is-target");
	}, [room.id]);
}

function Body(props: PartProps) {
	const { room, isFrozen } = props;
	useTarget(room);
	useEffect(() => { title.value = room.title ?? t("nav.room"); }, [room.title]);
	return (
		<div class={`room shows-${shownPart()}${room.drill ? " is-drill" : ""}`}>
			<Head {...props} />
			{!isFrozen && <HandoverCard room={room} />}
			<Scrubber room={room} />
			<Tabs />
			<div class="room-grid">
				<div class="room-side room-overview" data-part="overview" data-shown={shownPart() === "overview" ? "" : undefined}>
					<Clocks room={room} isFrozen={isFrozen} />
					<People {...props} />
					<Names {...props} />
				</div>
				<div class="room-main">
					<Statements {...props} at={moment.value} />
					<Claims {...props} />
					<Decisions {...props} />
					<Mentions {...props} />
					<Files {...props} />
				</div>
				<div class="room-side room-doing">
					<Tasks {...props} />
					<Part name="timeline" title={t("part.timeline")} count={room.counts.entries}>
						<AddNote {...props} />
						<Timeline room={room} at={moment.value} mayWrite={mayAdd(room)} />
					</Part>
				</div>
			</div>
			<PlaybookDialogs {...props} />
		</div>
	);
}

export default function Room({ id = "0" }: PageProps) {
	const room = useRoom(Number(id), isPast.value ? moment.value : null);
	/* From one moment to another the room stays, and with it whoever moves along the scrubber. */
	const last = useRef<RoomData | null>(null);
	if (room.data !== null)
		last.current = room.data;
	const shown = room.data ?? (last.current?.id === Number(id) && room.problem === null ? last.current : null);
	if (room.data === null && room.problem?.status === 404)
		return <Gone />;
	if (room.data === null && room.problem?.status === 400)
		return <div class="note bad" role="alert">{explain(room.problem)} <a href={`/incidents/${id}`}>{t("room.to_live")}</a></div>;
	return (
		<>
			<AtFrame shown={room.data?.clocks.at} />
			<Loading of={{ ...room, data: shown }}>{(data) => <Body room={data} isFrozen={isPast.value} reload={room.reload} />}</Loading>
		</>
	);
}
