/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * decisions.tsx - what was decided, by whom, why, and what else was on the table. A decision is never
 * edited: a later one takes its place, and both stay. Each leads to the room as it was known then.
 */
import lawIcon from "@primer/octicons/build/svg/law-16.svg";
import plusIcon from "@primer/octicons/build/svg/plus-16.svg";
import historyIcon from "@primer/octicons/build/svg/history-16.svg";
import { useId, useState } from "preact/hooks";

import { number } from "../i18n/format";
import { t, tx } from "../i18n/t";
import { errorAt } from "../ui/at";
import { Dialog } from "../ui/dialog";
import { Icon } from "../ui/icon";
import { Name, Time } from "../ui/parts";
import { Text } from "../ui/text";
import { say } from "../ui/toast";
import { DraftForm, textOf } from "./draft";
import { Area, usePeople } from "./fields";
import { act, type Decision, mayAdd, me, nameOf, type RoomData } from "./model";
import { Part, type PartProps } from "./part";

const MOST_OPTIONS = 20;

const names = (room: RoomData, ids: readonly number[]): string => ids.map((id) => nameOf(room, id)).join(t("comma"));

/** Each line that says something; the server's own limit says when there are too many. */
export const linesOf = (text: string | undefined): string[] => (text ?? "").split("\n").map((l) => l.trim()).filter((l) => l !== "");

/* Some of all people: those of the room first, because it is mostly they. */
function PeopleChecks({ room, label, name, chosen, error }: { room: RoomData; label: string; name: string; chosen: readonly number[]; error: string }) {
	const id = useId();
	const inRoom = new Set(room.participants.map((p) => p.user));
	const people = [...usePeople()].sort((a, b) => Number(inRoom.has(b.id)) - Number(inRoom.has(a.id)));
	if (people.length === 0)
		return null;
	return (
		<fieldset class="choice" aria-describedby={error ? `${id}-error` : undefined}>
			<legend>{label}</legend>
			<div class="pick-people">
				{people.map((p) => (
					<label key={p.id}><input type="checkbox" name={name} value={p.id} defaultChecked={chosen.includes(p.id)} /><Name>{p.name}</Name></label>
				))}
			</div>
			{error && <p id={`${id}-error`} class="error"><bdi>{error}</bdi></p>}
		</fieldset>
	);
}

function Decide({ room, instead, onClose, reload }: { room: RoomData; instead?: Decision | undefined; onClose: () => void; reload: () => Promise<void> }) {
	const idsOf = (f: FormData, name: string): number[] => f.getAll(name).map(Number);
	return (
		<Dialog title={t(instead === undefined ? "decision.add" : "decision.supersede")} onClose={onClose} class="wide">
			<p class="soft">{t("decision.add_hint")}</p>
			{instead !== undefined && <Text class="quoted">{instead.choice ?? t("erased")}</Text>}
			<DraftForm name={`room-${room.id}-decision-${instead?.id ?? "new"}`} go={t("decision.go")} onCancel={onClose}
				fields={["/question", "/options", "/choice", "/reasons", "/deciders", "/consulted"]}
				onDone={() => { say(t("saved_now")); onClose(); void reload(); }}
				onSend={(f) => act("POST", `/incidents/${room.id}/decisions`, {
					question: textOf(f, "question"), options: linesOf(textOf(f, "options")), choice: textOf(f, "choice"), reasons: textOf(f, "reasons"),
					deciders: idsOf(f, "deciders"), consulted: idsOf(f, "consulted"),
					...(instead !== undefined ? { supersedes: instead.id } : {}),
				})}>
				{(problem) => (
					<>
						<Area label={t("decision.question")} name="question" rows={2} maxLength={2000} required value={instead?.question ?? ""} error={errorAt(problem, "/question")} />
						<Area label={t("decision.options")} name="options" hint={t("decision.options_hint", { n: MOST_OPTIONS })} required value={instead?.options.join("\n") ?? ""} error={errorAt(problem, "/options")} />
						<Area label={t("decision.choice")} name="choice" rows={2} maxLength={2000} required error={errorAt(problem, "/choice")} />
						<Area label={t("decision.reasons")} name="reasons" maxLength={10000} required error={errorAt(problem, "/reasons")} />
						<PeopleChecks room={room} label={t("decision.deciders")} name="deciders" chosen={[me()]} error={errorAt(problem, "/deciders")} />
						<PeopleChecks room={room} label={t("decision.consulted")} name="consulted" chosen={[]} error={errorAt(problem, "/consulted")} />
					</>
				)}
			</DraftForm>
		</Dialog>
	);
}

function Row({ room, d, isFrozen, onSupersede }: { room: RoomData; d: Decision; isFrozen: boolean; onSupersede: () => void }) {
	const isOld = d.superseded_by !== null;
	return (
		<li class={isOld ? "thing decision is-old" : "thing decision"} id={`decision-${d.id}`}>
			<Text class="soft small decision-question">{d.question ?? t("erased")}</Text>
			<p class="decision-choice"><Icon of={lawIcon} />{isOld && <span class="tag">{t("decision.superseded")}</span>}<Name class="thing-text">{d.choice ?? t("erased")}</Name></p>
			{d.reasons !== null && <Text class="decision-reasons">{d.reasons}</Text>}
			{d.options.length > 0 && (
				<details class="evidence">
					<summary>{t("decision.n_options", { n: d.options.length })}</summary>
					<ul>{d.options.map((o, i) => <li key={i}><Name>{o}</Name></li>)}</ul>
				</details>
			)}
			<p class="thing-facts soft small">
				<span>{tx("decision.by", { who: <Name class="strong">{names(room, d.deciders)}</Name> })}</span>
				{d.consulted.length > 0 && <span>{tx("decision.consulted_by", { who: <Name>{names(room, d.consulted)}</Name> })}</span>}
				<a href={`#decision-${d.id}`}><Time at={d.at} /></a>
				{d.supersedes !== null && <a href={`#decision-${d.supersedes}`}>{t("decision.supersedes")}</a>}
				{d.superseded_by !== null && <a href={`#decision-${d.superseded_by}`}>{t("decision.superseded_by")}</a>}
			</p>
			<div class="thing-acts">
				<a class="small" href={`/incidents/${room.id}?at=${d.known_at}`}><Icon of={historyIcon} />{t("decision.as_known")}</a>
				{!isOld && !isFrozen && mayAdd(room) && <button type="button" class="link small" onClick={onSupersede}>{t("decision.supersede")}<span class="unseen"> {d.question}</span></button>}
			</div>
		</li>
	);
}

export function Decisions({ room, isFrozen, reload }: PartProps) {
	const [open, setOpen] = useState<number | "add" | null>(null);
	const instead = typeof open === "number" ? room.decisions.find((d) => d.id === open) : undefined;
	/* What holds first, the newest of it on top. */
	const all = [...room.decisions].sort((a, b) => Number(a.superseded_by !== null) - Number(b.superseded_by !== null) || b.id - a.id);
	return (
		<Part name="decisions" title={t("decisions")} count={all.length}
			actions={!isFrozen && mayAdd(room) && <button type="button" onClick={() => setOpen("add")}><Icon of={plusIcon} />{t("decision.add")}</button>}>
			{all.length === 0 ? <p class="soft part-empty">{t("decisions.empty")}</p>
				: <ol class="things" aria-label={`${t("decisions")}: ${number(all.length)}`}>{all.map((d) => <Row key={d.id} room={room} d={d} isFrozen={isFrozen} onSupersede={() => setOpen(d.id)} />)}</ol>}
			{(open === "add" || instead !== undefined) && <Decide key={String(open)} room={room} instead={instead} onClose={() => setOpen(null)} reload={reload} />}
		</Part>
	);
}
