/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * acts.tsx - the dialogs behind an approval's buttons: submit, publish, correct, withdraw. None of them is
 * optimistic: what they did is shown when the server has it.
 */
import { useEffect, useState } from "preact/hooks";

import type { Problem } from "../api";
import { t, tx } from "../i18n/t";
import { DraftForm, textOf, timeOfField } from "../room/draft";
import { Area, TimeField } from "../room/fields";
import { act, type RoomData } from "../room/model";
import { navigate } from "../router";
import { errorAt } from "../ui/at";
import { Checks } from "../ui/checks";
import { Dialog } from "../ui/dialog";
import { Text } from "../ui/text";
import { say } from "../ui/toast";
import { ChecksList } from "./checks_pane";
import type { Handle } from "./editor";
import { type Checked, groupName, hrefOf, reasonAsked, shortDigest, type StatementData, type Summary } from "./model";
import { Shown } from "./shown";

export type ActName = "submit" | "publish" | "correct" | "withdraw";
export interface ActProps {
	act: ActName;
	room: RoomData;
	statement: StatementData;
	checked: Checked | null;
	handle: Handle | null;
	onClose: () => void;
	reload: () => Promise<void>;
}

/* Groups that are asked for besides what the settings demand. */
const GROUPS = ["legal", "executive", "comms"] as const;

/* What waits is sent first: a version is of a revision. */
async function settled(handle: Handle | null): Promise<boolean> {
	for (let n = 0; n < 50 && handle !== null && handle.draft.waiting() > 0; n++)
		await new Promise((resolve) => { setTimeout(resolve, 100); });
	return handle === null || handle.draft.waiting() === 0;
}

function Submit({ room, statement, checked, handle, onClose, reload }: ActProps) {
	const [groups, setGroups] = useState<(typeof GROUPS)[number][]>([]), [isSettled, setSettled] = useState(true);
	useEffect(() => { void settled(handle).then(setSettled); }, [handle]);
	const done = (): void => { say(t("statement.submitted")); onClose(); void reload(); };
	return (
		<Dialog title={t("statement.act.submit")} onClose={onClose} class="wide">
			<p class="soft">{t("statement.submit_hint")}</p>
			{!isSettled && <p class="note bad">{t("statement.not_settled")}</p>}
			{checked !== null && <ChecksList checked={checked} room={room} text={statement.text} handle={null} />}
			<DraftForm name={`statement-${statement.id}-submit`} go={t("statement.submit_go")} fields={["/policy/deadline"]} onCancel={onClose} onDone={done}
				onSend={async (f) => {
					await settled(handle);
					const deadline = timeOfField(f, "deadline");
					const policy = { ...(groups.length > 0 ? { groups: Object.fromEntries(groups.map((g) => [g, 1])) } : {}), ...(deadline !== undefined ? { deadline } : {}) };
					return act("POST", `/statements/${statement.id}/submit`, { revision: handle?.draft.revision() ?? statement.revision, ...(Object.keys(policy).length > 0 ? { policy } : {}) });
				}}>
				{(problem) => (
					<>
						<Checks label={t("statement.submit_groups")} name="groups" chosen={groups} onChange={setGroups}
							options={GROUPS.map((g) => ({ value: g, label: groupName(g), hint: t(`statement.group.${g}.means`) }))} />
						<TimeField label={t("statement.deadline")} name="deadline" hint={t("statement.deadline_hint")} error={errorAt(problem, "/policy/deadline")} />
					</>
				)}
			</DraftForm>
		</Dialog>
	);
}

function Reason({ problem, value = "" }: { problem: Problem | null; value?: string }) {
	return <Area label={t("reason")} name="reason" required rows={2} maxLength={2000} value={value} hint={t("statement.reason_public")} error={errorAt(problem, "/reason")} />;
}

function Publish({ statement, onClose, reload }: ActProps) {
	const version = statement.submitted, reason = reasonAsked(statement);
	const done = (): void => { say(t("statement.published")); onClose(); void reload(); };
	if (version === null)
		return null;
	return (
		<Dialog title={t("statement.act.publish")} onClose={onClose} class="wide">
			<p>{tx("statement.publish_hint", { audience: <strong>{t(`statement.audience.${version.audience}`)}</strong>, digest: <code dir="ltr">{shortDigest(version.digest)}</code> })}</p>
			<p class="strong"><Text isInline>{version.title}</Text></p>
			<div class="paper is-short" tabIndex={0} role="region" aria-label={t("statement.text")}><Shown text={version.text} lang={version.lang} /></div>
			<DraftForm name={`statement-${statement.id}-publish`} go={t("statement.publish_go")} fields={["/reason"]} onCancel={onClose} onDone={done}
				onSend={(f) => act("POST", `/statements/${statement.id}/publish`, { digest: version.digest, ...(textOf(f, "reason") === undefined ? {} : { reason: textOf(f, "reason") }) })}>
				{(problem) => reason !== null && <Reason problem={problem} value={reason} />}
			</DraftForm>
		</Dialog>
	);
}

function Withdraw({ statement, onClose, reload }: ActProps) {
	return (
		<Dialog title={t("statement.act.withdraw")} onClose={onClose}>
			<p>{t("statement.withdraw_hint")}</p>
			<DraftForm name={`statement-${statement.id}-withdraw`} go={t("statement.withdraw_go")} isDangerous fields={["/reason"]} onCancel={onClose} onDone={() => { say(t("saved_now")); onClose(); void reload(); }}
				onSend={(f) => act("POST", `/statements/${statement.id}/withdraw`, { reason: textOf(f, "reason") })}>
				{(problem) => <Reason problem={problem} />}
			</DraftForm>
		</Dialog>
	);
}

function Correct({ statement, onClose }: ActProps) {
	const [opened, setOpened] = useState<Summary | null>(null);
	const done = (): void => { onClose(); if (opened !== null) navigate(hrefOf(opened)); };
	useEffect(() => { if (opened !== null) done(); }, [opened]);
	return (
		<Dialog title={t("statement.act.correct")} onClose={onClose} class="wide">
			<p class="soft">{t("statement.correct_hint")}</p>
			<DraftForm name={`statement-${statement.id}-correct`} go={t("statement.correct_go")} fields={["/reason", "/text"]} onCancel={onClose} onDone={() => undefined}
				onSend={async (f) => {
					const r = await act<Summary>("POST", `/statements/${statement.id}/corrections`, { reason: textOf(f, "reason"), text: String(f.get("text") ?? "") });
					if (r.ok)
						setOpened(r.data);
					return r;
				}}>
				{(problem) => (
					<>
						<Reason problem={problem} />
						<Area label={t("statement.text")} name="text" rows={8} maxLength={20000} required value={statement.submitted?.text ?? statement.text} error={errorAt(problem, "/text")} />
					</>
				)}
			</DraftForm>
		</Dialog>
	);
}

const ACTS = { submit: Submit, publish: Publish, correct: Correct, withdraw: Withdraw };

export default function Act(props: ActProps) {
	const One = ACTS[props.act];
	return <One {...props} />;
}
