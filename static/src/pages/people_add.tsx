/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* people_add.tsx - a new account; its password is made here and shown once, or typed. */
import { useState } from "preact/hooks";

import { api, type Problem } from "../api";
import { t } from "../i18n/t";
import type { Role } from "../session";
import { errorAt } from "../ui/at";
import { Copyable } from "../ui/copy";
import { Dialog } from "../ui/dialog";
import { Field, Form } from "../ui/field";
import { Name } from "../ui/parts";
import { say } from "../ui/toast";
import { GroupsField, type How, PasswordChoice, readGroups, RoleChecks, type User, USER_WORDS } from "./people_parts";

/** What only this page will ever know: the password, and where to use it. */
export function PasswordShown({ name, password, onClose }: { name: string; password: string; onClose: () => void }) {
	return (
		<Dialog title={t("people.shown", { name })} onClose={onClose} isModalOnly>
			<p class="note">{t("people.shown_hint")}</p>
			<Copyable label={t("password")} value={password} />
			<dl class="facts">
				<div><dt>{t("username")}</dt><dd><Name>{name}</Name></dd></div>
				<div><dt>{t("people.where")}</dt><dd><bdi dir="ltr">{location.origin}</bdi></dd></div>
			</dl>
			<div class="buttons"><button type="button" class="primary" onClick={onClose}>{t("people.have_it")}</button></div>
		</Dialog>
	);
}

interface Props {
	groups: readonly string[];
	onClose: () => void;
	onAdded: () => void;
}

export function AddPerson({ groups, onClose, onAdded }: Props) {
	const [problem, setProblem] = useState<Problem | null>(null);
	const [roles, setRoles] = useState<Role[]>([]);
	const [how, setHow] = useState<How>("made");
	const [noRole, setNoRole] = useState(false);
	const [added, setAdded] = useState<User | null>(null);
	const at = (pointer: string): string => errorAt(problem, pointer, USER_WORDS[pointer]);
	if (added?.password !== undefined)
		return <PasswordShown key="shown" name={added.name} password={added.password} onClose={onClose} />;
	return (
		<Dialog key="form" title={t("people.add")} onClose={onClose} class="wide">
			<Form problem={problem} fields={Object.keys(USER_WORDS)} onSubmit={async (data) => {
				setNoRole(roles.length === 0);
				if (roles.length === 0)
					return;
				const typed = how === "typed" ? { password: String(data.get("password")) } : {};
				const r = await api<User>("POST", "/users", {
					body: { name: String(data.get("name")).trim(), roles, groups: readGroups(String(data.get("groups"))), ...typed },
				});
				setProblem(r.ok ? null : r.problem);
				if (!r.ok)
					return;
				onAdded();
				say(t("people.added", { name: r.data.name }));
				if (r.data.password === undefined)
					onClose();
				else
					setAdded(r.data);
			}}>
				<Field label={t("username")} name="name" required maxLength={64} autocomplete="off" autocapitalize="none" spellcheck={false}
					pattern="\S+" hint={t("people.name_rule")} error={at("/name")} />
				<RoleChecks chosen={roles} onChange={setRoles} error={noRole && roles.length === 0 ? t("people.roles_rule") : at("/roles")} />
				<GroupsField before={[]} known={groups} error={at("/groups")} />
				<PasswordChoice label={t("password")} typed={t("people.first_password")} how={how} onHow={setHow} error={at("/password")} />
				<div class="buttons">
					<button type="button" onClick={onClose}>{t("cancel")}</button>
					<button type="submit" class="primary">{t("people.add")}</button>
				</div>
			</Form>
		</Dialog>
	);
}
