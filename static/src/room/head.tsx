/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * head.tsx - the top of a room: what it is, how bad, how far, and loudly what is missing. Severity and
 * status are changed here, each with a reason; whoever was faster is shown, and the reason stays.
 */
import alertIcon from "@primer/octicons/build/svg/alert-16.svg";
import backIcon from "@primer/octicons/build/svg/arrow-left-16.svg";
import branchIcon from "@primer/octicons/build/svg/git-branch-16.svg";
import { useState } from "preact/hooks";

import { exact } from "../i18n/format";
import { t, tx } from "../i18n/t";
import { hrefOf } from "../statement/model";
import { errorAt } from "../ui/at";
import { Dialog } from "../ui/dialog";
import { Icon } from "../ui/icon";
import { Name } from "../ui/parts";
import { fail, say } from "../ui/toast";
import { SeverityChoice } from "./declare";
import { DraftForm, textOf } from "./draft";
import { Area } from "./fields";
import { MoreMoves } from "./head_more";
import { KindMarks, SeverityMark, StatusMark } from "./marks";
import { Present } from "./presence";
import { act, mayCommand, me, MOVES, orReload, type RoomData, type Severity, type Status, writes } from "./model";
import { StartButton } from "./playbooks";

/** One of three true things about what was changed here. */
export function Saved() {
	const { sending, hasFailed } = writes.value;
	const state = sending > 0 ? "sending" : hasFailed ? "not_saved" : "saved";
	return <span class={`saved saved-${state} small`} role="status">{t(`room.${state}`)}</span>;
}

type Changing = { what: "severity" } | { what: "status"; to: Status };

function Change({ room, changing, onClose, reload }: { room: RoomData; changing: Changing; onClose: () => void; reload: () => Promise<void> }) {
	const [severity, setSeverity] = useState<Severity>(room.severity);
	const [began] = useState(room);
	const hasMoved = room.version !== began.version;
	const title = changing.what === "severity" ? t("room.change_severity") : t(`status.to.${changing.to}`);
	return (
		<Dialog title={title} onClose={onClose} class={changing.what === "severity" ? "wide" : ""}>
			{hasMoved && <p class="note">{t("moved.title")} <SeverityMark of={room.severity} /> <StatusMark of={room.status} /></p>}
			<DraftForm name={`room-${room.id}-${changing.what}`} go={t("save")} fields={["/reason"]} onCancel={onClose}
				onDone={() => { say(t("saved_now")); onClose(); void reload(); }}
				onSend={(f) => orReload(act("PATCH", `/incidents/${room.id}`, {
					reason: textOf(f, "reason"), ...(changing.what === "severity" ? { severity } : { status: changing.to }),
				}, room.version), reload)}>
				{(problem) => (
					<>
						{changing.what === "severity" && <SeverityChoice value={severity} onChange={setSeverity} />}
						<Area label={t("reason")} name="reason" required maxLength={2000} hint={t("reason.hint")} error={errorAt(problem, "/reason")} />
					</>
				)}
			</DraftForm>
		</Dialog>
	);
}

async function takeLead(room: RoomData, reload: () => Promise<void>): Promise<void> {
	const r = await act("POST", `/incidents/${room.id}/participants`, { user: me(), role: "lead" });
	if (!r.ok)
		fail(r.problem);
	await reload();
}

/* Said loudly until somebody does it. */
function Missing({ room, isFrozen, reload }: { room: RoomData; isFrozen: boolean; reload: () => Promise<void> }) {
	if (!room.missing.includes("lead") || room.status === "merged")
		return null;
	return (
		<div class="note bad room-missing" role="alert">
			<span><Icon of={alertIcon} /> {t("room.no_lead_loud")}</span>
			{!isFrozen && mayCommand(room) && <button type="button" class="danger" onClick={() => void takeLead(room, reload)}>{t("room.take_lead")}</button>}
		</div>
	);
}

/* What the public was told and is not so, until the correction is out. */
function Contradicted({ room }: { room: RoomData }) {
	const statements = room.statements ?? [];
	const open = statements.flatMap((s) => s.contradictions.filter((c) => s.published_at !== null && c.at >= s.published_at && !statements.some((x) => x.id === c.correction && x.published_at !== null)).map((c) => ({ s, c })));
	return open.length === 0 ? null : (
		<div class="note bad room-contradicted" role="alert">
			{open.map(({ s, c }) => (
				<div key={c.seq}>
					<p><Icon of={alertIcon} /><span>{tx("timeline.statement_contradicted", { statement: <a href={hrefOf(s)}><Name>{s.title}</Name></a> })}</span></p>
					{c.quote !== null && <p class="strong"><Name>{c.quote}</Name></p>}
					{c.correction !== null && <a href={hrefOf({ id: c.correction, incident: room.id })}>{t("statement.contradicted_go")}</a>}
				</div>
			))}
		</div>
	);
}

const RoomLink = ({ id }: { id: number }) => <a href={`/incidents/${id}`}><bdi>{id}</bdi></a>;

/* Where it came from and what came out of it. */
function Relatives({ room }: { room: RoomData }) {
	const { split_from: from, split_into: into } = room;
	return (
		<>
			{from !== null && <p class="relative"><Icon of={branchIcon} /><span>{tx("room.split_from", { incident: <RoomLink id={from} /> })}</span></p>}
			{into.length > 0 && (
				<p class="relative"><Icon of={branchIcon} /><span>{tx("room.split_into", { n: into.length, incidents: into.map((id, i) => <>{i > 0 && t("comma")}<RoomLink id={id} /></>) })}</span></p>
			)}
		</>
	);
}

export function Head({ room, isFrozen, reload }: { room: RoomData; isFrozen: boolean; reload: () => Promise<void> }) {
	const [changing, setChanging] = useState<Changing | null>(null);
	const canChange = !isFrozen && mayCommand(room);
	return (
		<header class={room.drill ? "room-head drill" : "room-head"}>
			{room.drill && <p class="drill-stripe">{t("room.drill_loud")}</p>}
			<a class="room-back small" href="/incidents"><Icon of={backIcon} mirrors />{t("nav.incidents")}</a>
			<div class="room-title">
				<h1 tabIndex={-1}><Name>{room.title ?? t("room.untitled")}</Name></h1>
				{!isFrozen && <div class="room-title-end"><Saved />{canChange && <MoreMoves room={room} reload={reload} />}</div>}
			</div>
			<div class="incident-marks">
				<SeverityMark of={room.severity} /><StatusMark of={room.status} /><KindMarks room={room} />
				{room.type !== null && <span class="tag plain-tag"><Name>{room.type}</Name></span>}
				<span class="soft small" title={exact(room.declared_at)}>{t("room.number", { id: String(room.id) })}</span>
			</div>
			{!isFrozen && <Present room={room} />}
			{room.summary !== null && <p class="room-summary"><Name>{room.summary}</Name></p>}
			{room.merged_into !== null && <p class="note">{t("room.merged")} <a href={`/incidents/${room.merged_into}`}>{t("room.merged_go")}</a></p>}
			<Relatives room={room} />
			<Missing room={room} isFrozen={isFrozen} reload={reload} />
			<Contradicted room={room} />
			{canChange && (
				<div class="buttons room-moves">
					{MOVES[room.status].map((to) => <button key={to} type="button" onClick={() => setChanging({ what: "status", to })}>{t(`status.to.${to}`)}</button>)}
					<button type="button" onClick={() => setChanging({ what: "severity" })}>{t("room.change_severity")}</button>
					<StartButton />
				</div>
			)}
			{changing !== null && <Change room={room} changing={changing} onClose={() => setChanging(null)} reload={reload} />}
		</header>
	);
}
