/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * sources.tsx - where mentions come from and whether each of them still tells us something.
 *
 * Health is the server's memory and no event, except for going blind and seeing again: while the
 * page is looked at it asks every ten seconds, and at once when a source.* event comes (sources.ts).
 */
import kebabIcon from "@primer/octicons/build/svg/kebab-horizontal-16.svg";
import plusIcon from "@primer/octicons/build/svg/plus-16.svg";
import rssIcon from "@primer/octicons/build/svg/rss-24.svg";
import { useEffect, useState } from "preact/hooks";

import { api, type Problem } from "../api";
import { clockOrDate, exact, number } from "../i18n/format";
import { t, tx } from "../i18n/t";
import { isAdmin } from "../session";
import { loadSources, type Source, sources } from "../sources";
import { Copyable } from "../ui/copy";
import { ProblemNote } from "../ui/field";
import { keepFocus } from "../ui/focus";
import { Icon } from "../ui/icon";
import { Menu } from "../ui/menu";
import { minute } from "../ui/now";
import { Empty, Name, PageHead, Skeleton, Time } from "../ui/parts";
import { DataTable } from "../ui/table";
import { fail, say } from "../ui/toast";
import { AddSource, EditSource } from "./sources_form";
import { inOrder, roughly, span, stateOf, STATES } from "./sources_parts";
import { sendLine } from "./tokens_parts";

const LOOK_MS = 10000, SOON_MS = 1500, SOON_TIMES = 8;

type Open = { what: "add" } | { what: "edit"; source: Source } | null;

/* One sentence under the state: what was last heard, or since when nothing was. */
function Told({ s }: { s: Source }) {
	const h = s.health;
	if (h === undefined || h.state === "push")
		return <>{s.last_seen_at === null ? t("sources.never") : null}</>;
	const since = (at: string): string => roughly(Math.max(1, (minute.value - Date.parse(at)) / 1000));
	return (
		<>
			{h.state === "blind" && h.blind_since && <span title={exact(h.blind_since)}>{t("sources.blind_for", { span: since(h.blind_since), when: clockOrDate(h.blind_since, minute.value) })}</span>}
			{h.state !== "blind" && h.last_success_at && <span title={exact(h.last_success_at)}>{t("sources.heard_ago", { span: since(h.last_success_at) })}</span>}
			{h.last_error && h.state !== "ok" && h.state !== "paused" && (
				<span class="told-error">{t("sources.error_ago", { span: since(h.last_error.at) })} <bdi lang="en" dir="ltr">{h.last_error.detail}</bdi></span>
			)}
			{(h.failures ?? 0) > 1 && <span>{t("sources.failures", { n: h.failures ?? 0 })}</span>}
		</>
	);
}

function StateCell({ s }: { s: Source }) {
	const { icon, tone, word } = STATES[stateOf(s)];
	return (
		<div class="health">
			<span class={`health-word ${tone}`} data-state={stateOf(s)}><Icon of={icon} />{t(word)}</span>
			<div class="soft small told"><Told s={s} /></div>
		</div>
	);
}

function NameCell({ s }: { s: Source }) {
	return (
		<div class="source-name">
			<a href={`/?source=${encodeURIComponent(s.slug)}`}><Name>{s.slug}</Name></a>
			{s.kind === "feed" && <span class="soft small source-url"><bdi dir="ltr" title={s.url ?? ""}>{(s.url ?? "").replace(/^https?:\/\//, "")}</bdi></span>}
			{s.kind === "feed" && s.interval_s !== undefined && <span class="soft small">{t("sources.every", { span: span(s.interval_s) })}</span>}
			{s.health?.moved_to && <span class="note small">{t("sources.moved_to")} <bdi dir="ltr">{s.health.moved_to}</bdi></span>}
		</div>
	);
}

function MentionsCell({ s }: { s: Source }) {
	return (
		<div class="counted">
			<span class="count">{number(s.mentions)}</span>
			{s.last_seen_at !== null && <span class="soft small">{tx("sources.newest", { when: <Time at={s.last_seen_at} /> })}</span>}
		</div>
	);
}

function NextCell({ s }: { s: Source }) {
	const at = s.health?.next_at;
	if (!at)
		return <span class="soft" aria-label={t("sources.next_none")}>–</span>;
	const left = (Date.parse(at) - minute.value) / 1000;
	return <time dateTime={at} title={exact(at)}>{left < 5 ? t("sources.next_now") : t("sources.next_in", { span: roughly(left) })}</time>;
}

async function setPaused(s: Source, paused: boolean): Promise<void> {
	const r = await api<Source>("PATCH", `/sources/${s.id}`, { body: { paused }, ifMatch: s.version });
	if (r.ok)
		say(t(paused ? "sources.paused_now" : "sources.resumed_now", { name: s.slug }), { undo: () => void setPaused(r.data, !paused) });
	else if (r.status === 412)
		say(t("people.moved_retry", { name: s.slug }));
	else
		fail(r.problem);
	await loadSources();
	keepFocus();
}

/* Asked for now; what came of it shows in the row as soon as there is something. */
async function check(s: Source): Promise<void> {
	const r = await api<unknown>("POST", `/sources/${s.id}/check`, { body: {} });
	if (!r.ok) {
		fail(r.problem);
		return;
	}
	say(t("sources.asked", { name: s.slug }));
	const before = JSON.stringify([s.health?.last_success_at, s.health?.last_error?.at]);
	let left = SOON_TIMES;
	const look = async (): Promise<void> => {
		await loadSources();
		const h = sources.value.find((x) => x.id === s.id)?.health;
		if (JSON.stringify([h?.last_success_at, h?.last_error?.at]) === before && --left > 0)
			setTimeout(() => void look(), SOON_MS);
	};
	setTimeout(() => void look(), SOON_MS / 3);
}

function Actions({ s, open }: { s: Source; open: (o: Open) => void }) {
	if (s.kind !== "feed")
		return null;
	return (
		<div class="row-actions">
			{s.paused
				? <button type="button" onClick={() => void setPaused(s, false)}>{t("sources.resume")}<span class="unseen"> {s.slug}</span></button>
				: <button type="button" onClick={() => void check(s)}>{t("sources.check")}<span class="unseen"> {s.slug}</span></button>}
			<Menu label={t("people.more", { name: s.slug })} button={<Icon of={kebabIcon} />}>
				{(close) => (
					<>
						<button type="button" class="menu-item" onClick={() => { close(); open({ what: "edit", source: s }); }}>{t("edit")}</button>
						{!s.paused && <button type="button" class="menu-item" onClick={() => { close(); void setPaused(s, true); }}>{t("sources.pause")}</button>}
					</>
				)}
			</Menu>
		</div>
	);
}

function Table({ all, open }: { all: readonly Source[]; open: (o: Open) => void }) {
	return (
		<DataTable caption={t("nav.sources")} rows={inOrder(all)} rowKey={(s) => s.id} columns={[
			{ key: "name", label: t("sources.slug"), isName: true, cell: (s) => <NameCell s={s} /> },
			{ key: "state", label: t("people.state"), cell: (s) => <StateCell s={s} /> },
			{ key: "mentions", label: t("sources.mentions"), cell: (s) => <MentionsCell s={s} /> },
			{ key: "next", label: t("sources.next"), cell: (s) => <NextCell s={s} /> },
		]} {...(isAdmin.value ? { actions: (s: Source) => <Actions s={s} open={open} />, actionsLabel: t("actions") } : {})} />
	);
}

/* Those that send by themselves need nothing but a token and a line like this. */
function HowToSend({ isOpen }: { isOpen: boolean }) {
	return (
		<details class="fold" open={isOpen}>
			<summary>{t("sources.push_title")}</summary>
			<p>{t("sources.push_hint")}</p>
			<Copyable label={t("tokens.curl")} value={sendLine("TOKEN", "my-source", t("tokens.sample"))} />
			{isAdmin.value && <p><a href="/tokens">{t("sources.push_token")}</a></p>}
		</details>
	);
}

/* Reads while somebody looks. null: not read yet. */
function useLook(): { isRead: boolean; problem: Problem | null } {
	const [state, setState] = useState<{ isRead: boolean; problem: Problem | null }>({ isRead: sources.value.length > 0, problem: null });
	useEffect(() => {
		let isOn = true;
		const look = async (): Promise<void> => {
			if (document.hidden)
				return;
			const problem = await loadSources();
			if (isOn)
				setState((before) => ({ isRead: before.isRead || problem === null, problem }));
		};
		void look();
		const timer = setInterval(() => void look(), LOOK_MS);
		const onLook = (): void => void look();
		document.addEventListener("visibilitychange", onLook);
		return () => {
			isOn = false;
			clearInterval(timer);
			document.removeEventListener("visibilitychange", onLook);
		};
	}, []);
	return state;
}

export default function Sources() {
	const { isRead, problem } = useLook();
	const [open, setOpen] = useState<Open>(null);
	const all = sources.value;
	const isEmpty = isRead && all.length === 0;
	const add = isAdmin.value && <button type="button" class="primary" onClick={() => setOpen({ what: "add" })}><Icon of={plusIcon} />{t("sources.add")}</button>;
	return (
		<>
			<PageHead title={t("nav.sources")} hint={t("sources.hint")}>{!isEmpty && add}</PageHead>
			<ProblemNote problem={problem} />
			{!isRead && problem === null && <Skeleton rows={4} />}
			{isEmpty && <Empty icon={rssIcon} title={t("sources.empty")} text={t(isAdmin.value ? "sources.empty_hint" : "sources.empty_ask")}>{add}</Empty>}
			{all.length > 0 && <Table all={all} open={setOpen} />}
			{isRead && <HowToSend isOpen={isEmpty} />}
			{open?.what === "add" && <AddSource all={all} onClose={() => setOpen(null)} />}
			{open?.what === "edit" && <EditSource source={open.source} onClose={() => setOpen(null)} />}
		</>
	);
}
