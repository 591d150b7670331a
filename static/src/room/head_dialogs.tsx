/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * head_dialogs.tsx - what an incident is called, its names, who may see it, and merging it into another.
 * Loaded when somebody asks for it (head_more.tsx, names_part.tsx). Who was too late is told and keeps what was typed.
 */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

import type { Problem } from "../api";
import { t } from "../i18n/t";
import { navigate } from "../router";
import { errorAt } from "../ui/at";
import { Dialog } from "../ui/dialog";
import { Field } from "../ui/field";
import { type List, Loading, useLoaded } from "../ui/load";
import { Name } from "../ui/parts";
import { say } from "../ui/toast";
import { DraftForm, textOf } from "./draft";
import { Area } from "./fields";
import type { MoreProps } from "./head_more";
import { inOrder } from "./list";
import { SeverityMark, StatusMark } from "./marks";
import { LONGEST, MOST_NAMES, MOST_SPELLINGS, namesIn, type Wrong } from "./names";
import { NamesList } from "./names_part";
import { act, nameOf, orReload, type RoomSummary } from "./model";
import { RoomChoice } from "./room_choice";

interface ChangeProps extends MoreProps {
	go: string;
	fields: readonly string[];
	isDangerous?: boolean;
	bodyOf: (f: FormData) => Record<string, unknown>;
	onDone?: () => void;
	/** What is wrong with it as far as we can see; it is not sent then. */
	refusalOf?: (f: FormData) => Problem | null;
	children: (problem: Problem | null) => ComponentChildren;
}

/* Under the version that is on the screen. */
function Change({ room, what, onClose, reload, go, fields, isDangerous = false, bodyOf, refusalOf, onDone, children }: ChangeProps) {
	const [began] = useState(room.version);
	return (
		<>
			{room.version !== began && <p class="note">{t("moved.title")} <Name class="strong">{room.title ?? t("room.untitled")}</Name> <SeverityMark of={room.severity} /> <StatusMark of={room.status} /></p>}
			<DraftForm name={`room-${room.id}-${what}`} go={go} isDangerous={isDangerous} fields={fields} onCancel={onClose}
				onDone={() => { say(t("saved_now")); onClose(); onDone?.(); void reload(); }}
				onSend={async (f) => {
					const problem = refusalOf?.(f) ?? null;
					return problem !== null ? { ok: false, status: problem.status, problem, data: null }
						: orReload(act("PATCH", `/incidents/${room.id}`, bodyOf(f), room.version), reload);
				}}>
				{children}
			</DraftForm>
		</>
	);
}

function Words(props: MoreProps) {
	const { room } = props;
	return (
		<Change {...props} go={t("save")} fields={["/title", "/type", "/summary"]}
			bodyOf={(f) => ({ title: textOf(f, "title"), type: textOf(f, "type") ?? null, summary: textOf(f, "summary") ?? null })}>
			{(problem) => (
				<>
					<Field label={t("declare.title")} name="title" required maxLength={200} defaultValue={room.title ?? ""} error={errorAt(problem, "/title")} />
					<Field label={t("declare.type")} name="type" maxLength={60} hint={t("declare.type_hint")} defaultValue={room.type ?? ""} error={errorAt(problem, "/type")} />
					<Area label={t("declare.summary")} name="summary" rows={5} hint={t("declare.summary_hint")} value={room.summary ?? ""} error={errorAt(problem, "/summary")} />
				</>
			)}
		</Change>
	);
}

const refused = (wrong: Wrong | null): Problem | null => wrong === null ? null : {
	type: "urn:diwan:problem:EINVAL", title: "", status: 422, detail: "",
	errors: [{ pointer: "/names", detail: t(`room.names_wrong.${wrong.what}`, { line: wrong.line, most: { count: MOST_NAMES, spellings: MOST_SPELLINGS, long: LONGEST, empty: 0 }[wrong.what] }) }],
};

/* The whole list is sent; what stands in it by now is shown to whoever began with another one. */
function Names(props: MoreProps) {
	const { names } = props.room, [began] = useState(names);
	const typed = (f: FormData) => namesIn(String(f.get("names") ?? ""));
	return (
		<>
			<p class="soft">{t("room.names_means")}</p>
			<Change {...props} go={t("save")} fields={["/names"]} bodyOf={(f) => ({ names: typed(f).names })} refusalOf={(f) => refused(typed(f).wrong)}>
				{(problem) => (
					<>
						{names.join("\n") !== began.join("\n") && <div class="note"><p>{t("room.names_now")}</p><NamesList of={names} /></div>}
						<Area label={t("room.names_field")} name="names" rows={8} isMixed maxLength={MOST_NAMES * (LONGEST + 1)} hint={t("room.names_hint", { example: t("room.names_example") })}
							value={names.join("\n")} error={errorAt(problem, "/names")} />
					</>
				)}
			</Change>
		</>
	);
}

function Access(props: MoreProps) {
	const { room } = props;
	const inside = [...new Set(room.participants.map((p) => p.user))];
	return (
		<>
			<p>{t(room.restricted ? "room.open_up_hint" : "room.restrict_hint")}</p>
			{!room.restricted && (inside.length === 0 ? <p class="soft">{t("room.restrict_nobody")}</p>
				: <ul class="members">{inside.map((u) => <li key={u}><Name>{nameOf(room, u)}</Name></li>)}</ul>)}
			<Change {...props} go={t(room.restricted ? "room.open_up" : "room.restrict")} fields={["/reason"]} bodyOf={(f) => ({ restricted: !room.restricted, reason: textOf(f, "reason") })}>
				{(problem) => <Area label={t("reason")} name="reason" required maxLength={2000} hint={t("reason.hint")} error={errorAt(problem, "/reason")} />}
			</Change>
		</>
	);
}

function MergeInto({ others, ...props }: MoreProps & { others: readonly RoomSummary[] }) {
	const [chosen, setChosen] = useState(others[0]?.id ?? 0);
	return (
		<Change {...props} go={t("room.merge_go")} isDangerous fields={["/reason"]} bodyOf={(f) => ({ merge_into: chosen, reason: textOf(f, "reason") })} onDone={() => navigate(`/incidents/${chosen}`)}>
			{(problem) => (
				<>
					<RoomChoice legend={t("room.merge_which")} name="into" rooms={others} chosen={chosen} onChange={setChosen} />
					<Area label={t("reason")} name="reason" required maxLength={2000} hint={t("reason.hint")} error={errorAt(problem, "/reason")} />
				</>
			)}
		</Change>
	);
}

function Merge(props: MoreProps) {
	const { room, onClose } = props;
	const all = useLoaded<List<RoomSummary>>("/incidents?status=open");
	return (
		<>
			<p>{t("room.merge_hint")}</p>
			<Loading of={all}>
				{({ items }) => {
					/* As the server wants it: a rehearsal into a rehearsal, a closed room into a closed one. */
					const others = inOrder(items.filter((r) => r.id !== room.id && r.drill === room.drill && r.restricted === room.restricted));
					return others.length > 0 ? <MergeInto {...props} others={others} /> : (
						<>
							<p class="soft">{t("room.merge_none")}</p>
							<div class="buttons"><button type="button" onClick={onClose}>{t("close")}</button></div>
						</>
					);
				}}
			</Loading>
		</>
	);
}

export default function MoreDialog(props: MoreProps) {
	const { room, what, onClose } = props;
	const title = what === "words" ? t("room.edit") : what === "names" ? t("room.names_edit") : what === "merge" ? t("room.merge") : t(room.restricted ? "room.open_up" : "room.restrict");
	return (
		<Dialog title={title} onClose={onClose} class="wide">
			{what === "words" ? <Words {...props} /> : what === "names" ? <Names {...props} /> : what === "access" ? <Access {...props} /> : <Merge {...props} />}
		</Dialog>
	);
}
