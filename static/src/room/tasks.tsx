/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* tasks.tsx - who does what until when. Overdue first; what is done is kept, and may be opened again. */
import alertIcon from "@primer/octicons/build/svg/alert-16.svg";
import plusIcon from "@primer/octicons/build/svg/plus-16.svg";
import { useState } from "preact/hooks";

import { exact, number } from "../i18n/format";
import { t, tx } from "../i18n/t";
import { errorAt } from "../ui/at";
import { Dialog } from "../ui/dialog";
import { Field } from "../ui/field";
import { Icon } from "../ui/icon";
import { minute } from "../ui/now";
import { Name, Time } from "../ui/parts";
import { fail, say } from "../ui/toast";
import { DraftForm, textOf, timeOfField } from "./draft";
import { PersonField, TimeField } from "./fields";
import { act, mayAdd, mayChange, mayCommand, nameOf, orReload, type RoomData, type Task } from "./model";
import { Part, type PartProps } from "./part";
import { Running, StartButton } from "./playbooks";
import { spanOf } from "./span";

const isLate = (task: Task): boolean => !task.done && task.due_at !== null && Date.parse(task.due_at) < minute.value;

async function setDone(room: RoomData, task: Task, done: boolean, reload: () => Promise<void>): Promise<void> {
	const r = await act<Task>("PATCH", `/incidents/${room.id}/tasks/${task.id}`, { done }, task.version);
	if (r.ok)
		say(t(done ? "task.done_now" : "task.reopened_now"), { undo: () => void setDone(room, r.data, !done, reload) });
	else
		fail(r.problem);
	await reload();
}

function Due({ task }: { task: Task }) {
	if (task.done && task.done_at !== null)
		return <span>{tx("task.done_when", { when: <Time at={task.done_at} /> })}</span>;
	if (task.due_at === null)
		return null;
	const left = (Date.parse(task.due_at) - minute.value) / 1000;
	return isLate(task)
		? <span class="loud" title={exact(task.due_at)}><Icon of={alertIcon} />{t("clock.overdue", { span: spanOf(left) })}</span>
		: <time dateTime={task.due_at} title={exact(task.due_at)}>{t("task.due_in", { span: spanOf(left) })}</time>;
}

function Row({ room, task, isFrozen, reload, onChange }: PartProps & { task: Task; onChange: () => void }) {
	const may = !isFrozen && mayChange(room, task.owner);
	return (
		<li class={task.done ? "thing task is-done" : "thing task"} id={`task-${task.id}`}>
			<label class="task-line">
				<input type="checkbox" checked={task.done} disabled={!may} onChange={(e) => {
					e.currentTarget.checked = task.done; /* until the server says so */
					void setDone(room, task, !task.done, reload);
				}} />
				<span class="thing-text"><Name>{task.title ?? t("erased")}</Name></span>
			</label>
			<p class="thing-facts soft small">
				<Due task={task} />
				{task.owner !== null ? <span>{tx("owned_by", { who: <Name class="strong">{nameOf(room, task.owner)}</Name> })}</span>
					: !task.done && <span class="loud">{t("task.nobody")}</span>}
				{task.owner === null && task.role && <span>{t("task.for_office", { office: t(`office.${task.role}`) })}</span>}
				{may && <button type="button" class="link" onClick={onChange}>{t("edit")}<span class="unseen"> {task.title}</span></button>}
			</p>
		</li>
	);
}

function TaskForm({ room, task, onClose, reload }: { room: RoomData; task?: Task; onClose: () => void; reload: () => Promise<void> }) {
	const send = (f: FormData) => {
		const owner = textOf(f, "owner"), due_at = timeOfField(f, "due_at") ?? null;
		if (task === undefined)
			return act("POST", `/incidents/${room.id}/tasks`, { title: textOf(f, "title"), ...(owner !== undefined ? { owner: Number(owner) } : {}), ...(due_at !== null ? { due_at } : {}) });
		return act("PATCH", `/incidents/${room.id}/tasks/${task.id}`, { title: textOf(f, "title"), owner: owner === undefined ? null : Number(owner), due_at }, task.version);
	};
	return (
		<Dialog title={t(task === undefined ? "task.add" : "task.change")} onClose={onClose}>
			<DraftForm name={`room-${room.id}-task-${task?.id ?? "new"}`} go={t("save")} fields={["/title", "/owner", "/due_at"]} onCancel={onClose}
				onDone={() => { say(t("saved_now")); onClose(); void reload(); }}
				onSend={(f) => orReload(send(f), reload)}>
				{(problem) => (
					<>
						<Field label={t("task.title")} name="title" required maxLength={200} defaultValue={task?.title ?? ""} error={errorAt(problem, "/title")} />
						<PersonField label={t("owner")} name="owner" value={task?.owner ?? null} isOptional error={errorAt(problem, "/owner")} />
						<TimeField label={t("task.due")} name="due_at" value={task?.due_at ?? null} error={errorAt(problem, "/due_at")} />
					</>
				)}
			</DraftForm>
		</Dialog>
	);
}

/* A playbook may bring twenty; what stands below them is wanted, too. */
const FEW = 8;

export function Tasks(props: PartProps) {
	const { room, isFrozen, reload } = props;
	const [open, setOpen] = useState<number | "add" | null>(null);
	const [isWhole, setWhole] = useState(() => location.hash.startsWith("#task-"));
	const rank = (x: Task): number => x.done ? Number.MAX_SAFE_INTEGER : x.due_at === null ? Number.MAX_SAFE_INTEGER - 1 : Date.parse(x.due_at);
	const all = [...room.tasks].sort((a, b) => rank(a) - rank(b) || a.id - b.id);
	const shown = isWhole || all.length <= FEW + 1 ? all : all.slice(0, FEW);
	const changing = typeof open === "number" ? room.tasks.find((x) => x.id === open) : undefined;
	return (
		<Part name="tasks" title={t("tasks")} count={room.counts.open_tasks}
			actions={!isFrozen && mayAdd(room) && <button type="button" onClick={() => setOpen("add")}><Icon of={plusIcon} />{t("task.add")}</button>}>
			<Running room={room} />
			{all.length === 0 ? <div class="part-empty"><p class="soft">{t("tasks.empty")}</p>{!isFrozen && mayCommand(room) && <StartButton />}</div>
				: <ol class="things" aria-label={`${t("tasks")}: ${number(all.length)}`}>{shown.map((x) => <Row key={x.id} {...props} task={x} onChange={() => setOpen(x.id)} />)}</ol>}
			{shown.length < all.length && <p class="part-more"><button type="button" onClick={() => setWhole(true)}>{t("tasks.all", { n: all.length })}</button></p>}
			{open === "add" && <TaskForm room={room} onClose={() => setOpen(null)} reload={reload} />}
			{changing !== undefined && <TaskForm key={changing.id} room={room} task={changing} onClose={() => setOpen(null)} reload={reload} />}
		</Part>
	);
}
