/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* people.tsx - accounts: who may come in, and as what. For admins. */
import kebabIcon from "@primer/octicons/build/svg/kebab-horizontal-16.svg";
import peopleIcon from "@primer/octicons/build/svg/people-24.svg";
import addIcon from "@primer/octicons/build/svg/person-add-16.svg";
import { useState } from "preact/hooks";

import { api } from "../api";
import { t } from "../i18n/t";
import { session } from "../session";
import { StateChip } from "../ui/chip";
import { confirm } from "../ui/dialog";
import { Icon } from "../ui/icon";
import { type List, Loading, useEvents, useLoaded } from "../ui/load";
import { Menu } from "../ui/menu";
import { Empty, Name, PageHead, Time } from "../ui/parts";
import { DataTable } from "../ui/table";
import { fail, say } from "../ui/toast";
import { AddPerson } from "./people_add";
import { EditPerson } from "./people_edit";
import { GroupChips, isLastAdmin, RoleChips, ROLES, type User } from "./people_parts";
import { NewPassword } from "./people_password";

type Open = { what: "add" } | { what: "edit" | "password"; user: User } | null;

/* Switches an account off or on again; off asks first, because it ends what is open there. */
async function switchState(user: User, all: readonly User[], reload: () => Promise<void>): Promise<void> {
	const isMe = user.id === session.value?.user.id;
	if (!user.disabled) {
		if (isLastAdmin(user, all)) {
			await confirm({ title: t("people.disable_q", { name: user.name }), text: t("people.last_admin"), yes: t("close") });
			return;
		}
		const text = t(isMe ? "people.disable_mine" : "people.disable_hint");
		if (!await confirm({ title: t("people.disable_q", { name: user.name }), text, yes: t("people.disable"), isDangerous: true }))
			return;
	}
	const r = await api<User>("PATCH", `/users/${user.id}`, { body: { disabled: !user.disabled }, ifMatch: user.version });
	if (r.ok)
		say(t(user.disabled ? "people.enabled_now" : "people.disabled_now", { name: user.name }));
	else if (r.status === 412)
		say(t("people.moved_retry", { name: user.name }));
	else
		fail(r.problem);
	await reload();
}

function Actions({ user, all, open, reload }: { user: User; all: readonly User[]; open: (o: Open) => void; reload: () => Promise<void> }) {
	return (
		<div class="row-actions">
			<button type="button" onClick={() => open({ what: "edit", user })}>{t("edit")}<span class="unseen"> {user.name}</span></button>
			<Menu label={t("people.more", { name: user.name })} button={<Icon of={kebabIcon} />}>
				{(close) => (
					<>
						<button type="button" class="menu-item" onClick={() => { close(); open({ what: "password", user }); }}>{t("people.new_password")}</button>
						<a class="menu-item" href={`/sessions?user=${user.id}`} onClick={close}>{t("people.sessions")}</a>
						<button type="button" class={user.disabled ? "menu-item" : "menu-item bad-ink"} onClick={() => { close(); void switchState(user, all, reload); }}>
							{t(user.disabled ? "people.enable" : "people.disable")}
						</button>
					</>
				)}
			</Menu>
		</div>
	);
}

function NameCell({ user }: { user: User }) {
	return <><Name>{user.name}</Name>{user.id === session.value?.user.id && <span class="tag plain-tag">{t("people.you")}</span>}</>;
}

function Meanings() {
	return (
		<details class="fold">
			<summary>{t("people.meanings")}</summary>
			<dl class="meanings">
				{ROLES.map((r) => <div key={r}><dt><span class={`tag role-${r}`}>{t(`role.${r}`)}</span></dt><dd>{t(`role.${r}.means`)}</dd></div>)}
			</dl>
			<p class="soft">{t("people.groups_mean")}</p>
		</details>
	);
}

function Table({ all, open, reload }: { all: readonly User[]; open: (o: Open) => void; reload: () => Promise<void> }) {
	return (
		<DataTable caption={t("nav.people")} rows={all} rowKey={(u) => u.id} rowClass={(u) => u.disabled ? "is-off" : ""} columns={[
			{ key: "name", label: t("username"), isName: true, cell: (u) => <NameCell user={u} /> },
			{ key: "roles", label: t("people.roles"), cell: (u) => <RoleChips roles={u.roles} /> },
			{ key: "groups", label: t("people.groups"), cell: (u) => <GroupChips groups={u.groups} /> },
			{ key: "state", label: t("people.state"), cell: (u) => <StateChip isOn={!u.disabled}>{t(u.disabled ? "people.disabled" : "people.enabled")}</StateChip> },
			{ key: "made", label: t("made_at"), cell: (u) => <Time at={u.created_at} /> },
		]} actions={(u) => <Actions user={u} all={all} open={open} reload={reload} />} actionsLabel={t("actions")} />
	);
}

export default function People() {
	const users = useLoaded<List<User>>("/users");
	const [open, setOpen] = useState<Open>(null);
	useEvents("user.", users.reload);
	const all = users.data?.items ?? [];
	const groups = [...new Set(all.flatMap((u) => u.groups))];
	const close = (): void => setOpen(null);
	const changed = (): void => void users.reload();
	return (
		<>
			<PageHead title={t("nav.people")} hint={t("people.hint")}>
				<button type="button" class="primary" onClick={() => setOpen({ what: "add" })}><Icon of={addIcon} />{t("people.add")}</button>
			</PageHead>
			<Loading of={users}>
				{() => (
					<>
						<Table all={all} open={setOpen} reload={users.reload} />
						{all.length === 1 && <Empty icon={peopleIcon} title={t("people.alone")} text={t("people.alone_hint")} />}
						<Meanings />
					</>
				)}
			</Loading>
			{open?.what === "add" && <AddPerson groups={groups} onClose={close} onAdded={changed} />}
			{open?.what === "edit" && <EditPerson user={open.user} all={all} groups={groups} onClose={close} onChanged={changed} />}
			{open?.what === "password" && <NewPassword user={open.user} onClose={close} onChanged={changed} />}
		</>
	);
}
