/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * people_edit.tsx - roles and groups of one account.
 *
 * The change is based on the version that was seen. When somebody else was faster (412), the form
 * says what they changed, keeps what was chosen here, and the next save is based on theirs.
 */
import { useState } from "preact/hooks";

import { api, type Problem } from "../api";
import { t } from "../i18n/t";
import { lookUp, type Role, session } from "../session";
import { errorAt } from "../ui/at";
import { confirm, Dialog } from "../ui/dialog";
import { Form } from "../ui/field";
import { say } from "../ui/toast";
import { GroupChips, GroupsField, isLastAdmin, readGroups, RoleChecks, RoleChips, sameSet, type User, USER_WORDS } from "./people_parts";

/* What is different between the account as it was seen and as it is. */
export function Moved({ before, now }: { before: User; now: User }) {
	const rows = [
		...(sameSet(before.roles, now.roles) ? [] : [{ what: t("people.roles"), was: <RoleChips roles={before.roles} />, is: <RoleChips roles={now.roles} /> }]),
		...(sameSet(before.groups, now.groups) ? [] : [{ what: t("people.groups"), was: <GroupChips groups={before.groups} />, is: <GroupChips groups={now.groups} /> }]),
		...(before.disabled === now.disabled ? [] : [{ what: t("people.state"), was: t(before.disabled ? "people.disabled" : "people.enabled"),
			is: t(now.disabled ? "people.disabled" : "people.enabled") }]),
	];
	return (
		<div class="note moved" role="alert">
			<p class="strong">{t("moved.title")}</p>
			{rows.length === 0 ? <p>{t("people.moved_unseen")}</p> : (
				<dl>
					{rows.map((r) => (
						<div key={r.what}><dt>{r.what}</dt><dd><span class="soft">{t("moved.was")}</span> {r.was}</dd><dd><span class="soft">{t("moved.is")}</span> {r.is}</dd></div>
					))}
				</dl>
			)}
			<p>{t("moved.hint")}</p>
		</div>
	);
}

interface Props {
	user: User;
	all: readonly User[];
	groups: readonly string[];
	onClose: () => void;
	onChanged: () => void;
}

export function EditPerson({ user, all, groups, onClose, onChanged }: Props) {
	const [base, setBase] = useState(user);
	const [movedFrom, setMovedFrom] = useState<User | null>(null);
	const [problem, setProblem] = useState<Problem | null>(null);
	const [roles, setRoles] = useState<Role[]>(user.roles);
	const at = (pointer: string): string => errorAt(problem, pointer, USER_WORDS[pointer]);
	const isMe = user.id === session.value?.user.id;
	const losesAdmin = base.roles.includes("admin") && !roles.includes("admin");
	const isLast = losesAdmin && isLastAdmin(base, all);
	return (
		<Dialog title={t("people.edit", { name: user.name })} onClose={onClose} class="wide">
			<Form problem={problem} fields={Object.keys(USER_WORDS)} onSubmit={async (data) => {
				const chosen = readGroups(String(data.get("groups")));
				const body = { ...(sameSet(roles, base.roles) ? {} : { roles }), ...(sameSet(chosen, base.groups) ? {} : { groups: chosen }) };
				if (Object.keys(body).length === 0) {
					onClose();
					return;
				}
				if (losesAdmin && isMe && !isLast && !await confirm({ title: t("people.own_admin"), text: t("people.own_admin_hint"),
					yes: t("people.own_admin_yes"), isDangerous: true }))
					return;
				const r = await api<User>("PATCH", `/users/${user.id}`, { body, ifMatch: base.version });
				if (r.ok) {
					say(t("people.saved", { name: user.name }));
					onClose();
					onChanged();
					if (isMe)
						void lookUp();
				} else if (r.status === 412) {
					setMovedFrom(base);
					setBase(r.data as User);
					setProblem(null);
					onChanged();
				} else {
					setMovedFrom(null);
					setProblem(r.problem);
				}
			}}>
				{movedFrom !== null && <Moved before={movedFrom} now={base} />}
				<RoleChecks chosen={roles} onChange={setRoles} error={at("/roles")} />
				{isLast && <p class="note" role="status">{t("people.last_admin")}</p>}
				{losesAdmin && isMe && !isLast && <p class="note" role="status">{t("people.own_admin_hint")}</p>}
				<GroupsField before={user.groups} known={groups} error={at("/groups")} />
				<div class="buttons">
					<button type="button" onClick={onClose}>{t("cancel")}</button>
					<button type="submit" class="primary">{t(movedFrom === null ? "save" : "moved.save")}</button>
				</div>
			</Form>
		</Dialog>
	);
}
