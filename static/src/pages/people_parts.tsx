/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* people_parts.tsx - an account, its roles with what they mean, its groups, a new password. */
import { useId, useState } from "preact/hooks";

import { type Key, t } from "../i18n/t";
import type { Role } from "../session";
import { Checks } from "../ui/checks";
import { Choice, Field } from "../ui/field";
import { Name } from "../ui/parts";

export interface User {
	id: number;
	version: number;
	name: string;
	roles: Role[];
	groups: string[];
	disabled: boolean;
	created_at: string;
	/** In the answer to POST only, when the server made one. */
	password?: string;
}

export const ROLES: readonly Role[] = ["admin", "lead", "drafter", "approver", "observer"];
/* Groups that policies speak of; others may be made up. */
const USUAL_GROUPS = ["legal", "executive", "comms"];

export const USER_WORDS: Readonly<Record<string, Readonly<Record<string, Key>>>> = {
	"/name": { EEXISTS: "people.taken", EINVAL: "people.name_rule" },
	"/roles": { EUNPROCESSABLE: "people.last_admin", EINVAL: "people.roles_rule" },
	"/disabled": { EUNPROCESSABLE: "people.last_admin" },
	"/groups": { EINVAL: "people.groups_rule" },
	"/password": { EINVAL: "people.password_rule" },
};

export const isLastAdmin = (user: User, all: readonly User[]): boolean =>
	user.roles.includes("admin") && !user.disabled && !all.some((u) => u.id !== user.id && !u.disabled && u.roles.includes("admin"));

export const sameSet = (a: readonly string[], b: readonly string[]): boolean =>
	a.length === b.length && a.every((x) => b.includes(x));

export function RoleChips({ roles }: { roles: readonly Role[] }) {
	if (roles.length === 0)
		return <span class="soft">{t("people.no_role")}</span>;
	return (
		<ul class="chips">
			{roles.map((r) => <li key={r} class={`tag role-${r}`} title={t(`role.${r}.means`)}>{t(`role.${r}`)}</li>)}
		</ul>
	);
}

export function GroupChips({ groups }: { groups: readonly string[] }) {
	if (groups.length === 0)
		return <span class="soft" aria-label={t("people.no_group")}>–</span>;
	return <ul class="chips">{groups.map((g) => <li key={g} class="tag plain-tag"><Name>{g}</Name></li>)}</ul>;
}

export function RoleChecks({ chosen, onChange, error }: { chosen: readonly Role[]; onChange: (roles: Role[]) => void; error?: string }) {
	return (
		<Checks label={t("people.roles")} name="roles" chosen={chosen} onChange={onChange} {...(error ? { error } : {})}
			options={ROLES.map((r) => ({ value: r, label: t(`role.${r}`), hint: t(`role.${r}.means`) }))} />
	);
}

export const readGroups = (text: string): string[] => [...new Set(text.split(/[,،]/).map((g) => g.trim()).filter(Boolean))];

/** Typed with commas, or put together from those that there are. */
export function GroupsField({ before, known, error }: { before: readonly string[]; known: readonly string[]; error?: string }) {
	const [text, setText] = useState(before.join(", "));
	const id = useId();
	const now = readGroups(text);
	const offered = [...new Set([...USUAL_GROUPS, ...known])].slice(0, 12);
	return (
		<div class="field">
			<Field label={t("people.groups")} name="groups" value={text} maxLength={600} hint={t("people.groups_hint")} autocapitalize="none"
				spellcheck={false} onInput={(e) => setText(e.currentTarget.value)} {...(error ? { error } : {})} />
			<div class="offers" role="group" aria-labelledby={id}>
				<span id={id} class="unseen">{t("people.groups_offered")}</span>
				{offered.map((g) => (
					<button key={g} type="button" class="offer" aria-pressed={now.includes(g)}
						onClick={() => setText((now.includes(g) ? now.filter((x) => x !== g) : [...now, g]).join(", "))}><Name>{g}</Name></button>
				))}
			</div>
		</div>
	);
}

export type How = "made" | "typed";

/** A password that is made, or one that is typed (the field "password"). */
export function PasswordChoice({ label, typed, how, onHow, error }: { label: string; typed: string; how: How; onHow: (how: How) => void; error: string }) {
	return (
		<>
			<Choice label={label} name="how" value={how} onChange={onHow} options={[
				{ value: "made", label: t("people.password_made") }, { value: "typed", label: t("people.password_typed") }]} />
			{how === "typed" && (
				<Field label={typed} name="password" type="password" required minLength={8} maxLength={1000} autocomplete="new-password"
					hint={t("setup.password_hint")} error={error} />
			)}
		</>
	);
}

/* Without the letters that are taken for each other when one is read out. 20 of 31 are 99 bits. */
const LETTERS = "abcdefghjkmnpqrstuvwxyz23456789";

/** "kqwz-7mx4-…": for changing a password; of a new account the server makes it. */
export function newPassword(): string {
	let text = "";
	while (text.length < 20) {
		for (const byte of crypto.getRandomValues(new Uint8Array(32))) {
			if (byte < 248 && text.length < 20) /* 248 = 8 × 31: no letter comes more often */
				text += LETTERS[byte % LETTERS.length];
		}
	}
	return text.replace(/(.{4})(?=.)/g, "$1-");
}
