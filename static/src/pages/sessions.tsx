/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * sessions.tsx - where one is signed in, and the way to end it: for a lost phone, a shared computer.
 * With ?user= an admin sees those of somebody else.
 */
import desktopIcon from "@primer/octicons/build/svg/device-desktop-24.svg";
import mobileIcon from "@primer/octicons/build/svg/device-mobile-24.svg";
import { useEffect } from "preact/hooks";

import { api } from "../api";
import { t } from "../i18n/t";
import { query } from "../router";
import { isAdmin, session, signOut } from "../session";
import { confirm } from "../ui/dialog";
import { keepFocus } from "../ui/focus";
import { Icon } from "../ui/icon";
import { type List, Loading, useEvents, useLoaded } from "../ui/load";
import { Empty, PageHead, Time } from "../ui/parts";
import { DataTable } from "../ui/table";
import { fail, say } from "../ui/toast";
import type { User } from "./people_parts";
import { deviceOf, placeOf } from "./sessions_agent";

interface Session {
	id: number;
	created_at: string;
	last_seen_at: string;
	expires_at: string;
	peer: string;
	user_agent?: string;
	current: boolean;
}

function deviceWords(agent: string): string {
	const { browser, system } = deviceOf(agent);
	if (browser !== null && system !== null)
		return t("sessions.device", { browser, system });
	return browser ?? system ?? t("sessions.device_unknown");
}

function DeviceCell({ s }: { s: Session }) {
	const agent = s.user_agent ?? "";
	return (
		<span class="device">
			<Icon of={deviceOf(agent).isHandheld ? mobileIcon : desktopIcon} size={22} />
			<span>{deviceWords(agent)}</span>
			{s.current && <span class="tag role-lead">{t("sessions.this")}</span>}
		</span>
	);
}

function Where({ peer }: { peer: string }) {
	const place = placeOf(peer);
	return (
		<span class="where">
			<bdi dir="ltr" class="mono">{peer}</bdi>
			{place !== "far" && <span class="soft small">{t(place === "here" ? "sessions.here" : "sessions.near")}</span>}
		</span>
	);
}

async function end(s: Session, reload: () => Promise<void>): Promise<void> {
	if (s.current) {
		const problem = await signOut();
		if (problem !== null)
			fail(problem);
		return;
	}
	const r = await api<null>("DELETE", `/sessions/${s.id}`);
	if (r.ok || r.status === 404)
		say(t("sessions.ended", { device: deviceWords(s.user_agent ?? "") }));
	else
		fail(r.problem);
	await reload();
	keepFocus();
}

async function endAll(others: readonly Session[], reload: () => Promise<void>): Promise<void> {
	const n = others.length;
	if (!await confirm({ title: t("sessions.end_all_q", { n }), text: t("sessions.end_all_hint"), yes: t("sessions.end_all_yes", { n }), isDangerous: true }))
		return;
	let ended = 0;
	for (const s of others) {
		const r = await api<null>("DELETE", `/sessions/${s.id}`);
		if (r.ok || r.status === 404)
			ended++;
		else
			fail(r.problem);
	}
	if (ended > 0)
		say(t("sessions.ended_n", { n: ended }));
	await reload();
	keepFocus();
}

/* What was used last stands first, this one above all. */
const inOrder = (all: readonly Session[]): Session[] =>
	[...all].sort((a, b) => Number(b.current) - Number(a.current) || Date.parse(b.last_seen_at) - Date.parse(a.last_seen_at));

function SessionTable({ items, reload }: { items: readonly Session[]; reload: () => Promise<void> }) {
	if (items.length === 0)
		return <Empty icon={desktopIcon} title={t("sessions.empty")} text={t("sessions.empty_hint")} />;
	return (
		<DataTable caption={t("nav.sessions")} rows={inOrder(items)} rowKey={(s) => s.id} columns={[
			{ key: "device", label: t("sessions.what"), isName: true, cell: (s) => <DeviceCell s={s} /> },
			{ key: "where", label: t("sessions.where"), cell: (s) => <Where peer={s.peer} /> },
			{ key: "seen", label: t("sessions.seen"), cell: (s) => <Time at={s.last_seen_at} /> },
			{ key: "start", label: t("sessions.started"), cell: (s) => <Time at={s.created_at} /> },
		]} actionsLabel={t("actions")} actions={(s) => (
			<button type="button" class="bad-ink" onClick={() => void end(s, reload)}>
				{t(s.current ? "sign_out" : "sessions.end")}<span class="unseen"> {deviceWords(s.user_agent ?? "")}</span>
			</button>
		)} />
	);
}

/* Whose they are, when not one's own; the names are read once, an admin has few people. */
function useName(user: string | null): string {
	const users = useLoaded<List<User>>(user === null ? null : "/users");
	return users.data?.items.find((u) => String(u.id) === user)?.name ?? "";
}

export default function Sessions() {
	const asked = query.value.get("user");
	const user = isAdmin.value && asked !== null && /^\d+$/.test(asked) && asked !== String(session.value?.user.id) ? asked : null;
	const sessions = useLoaded<List<Session>>(user === null ? "/sessions" : `/sessions?user=${user}`);
	const name = useName(user);
	useEvents("session.", sessions.reload);
	useEffect(() => {
		const look = (): void => { if (!document.hidden) void sessions.reload(); };
		document.addEventListener("visibilitychange", look);
		return () => document.removeEventListener("visibilitychange", look);
	}, [sessions.reload]);
	const others = (sessions.data?.items ?? []).filter((s) => !s.current);
	return (
		<>
			<PageHead title={user === null ? t("nav.sessions") : t("sessions.of", { name })} hint={t(user === null ? "sessions.hint" : "sessions.hint_of")}>
				{user !== null && <a class="button" href="/people">{t("nav.people")}</a>}
				{others.length > 0 && (
					<button type="button" class="bad-ink" onClick={() => void endAll(others, sessions.reload)}>{t(user === null ? "sessions.end_others" : "sessions.end_all")}</button>
				)}
			</PageHead>
			<Loading of={sessions}>{({ items }) => <SessionTable items={items} reload={sessions.reload} />}</Loading>
		</>
	);
}
