/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* feed.tsx - the live feed: the newest mentions, and those that come. */
import inboxIcon from "@primer/octicons/build/svg/inbox-24.svg";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

import { api } from "../api";
import { onEvents } from "../bus/bus";
import { ConnectionDot } from "../bus/banner";
import { directionOf } from "../i18n/direction";
import { t } from "../i18n/t";
import type { PageProps } from "../pages";
import { Empty, Name, Skeleton, Time } from "../ui/parts";
import type { Mention, MentionPage } from "./mention";

const MOST = 200;

function Row({ m }: { m: Mention }) {
	return (
		<article class="mention" lang={m.lang}>
			<p class="meta">
				<Name class="strong">{m.author?.name ?? m.author?.handle ?? m.source}</Name>
				<Name class="soft">{m.source}</Name>
				<Time at={m.posted_at ?? m.recorded_at} />
			</p>
			<p class="text" dir={directionOf(m.text)}>{m.text}</p>
		</article>
	);
}

export function Feed(_: PageProps) {
	const rows = useSignal<readonly Mention[] | null>(null);
	useEffect(() => {
		const merge = (some: readonly Mention[]): void => {
			const all = new Map((rows.value ?? []).map((m) => [m.id, m]));
			for (const m of some) {
				if (m.version >= (all.get(m.id)?.version ?? 0))
					all.set(m.id, m);
			}
			rows.value = [...all.values()].sort((a, b) => b.id - a.id).slice(0, MOST);
		};
		const stop = onEvents((events) => merge(events.filter((e) => e.type.startsWith("mention.")).map((e) => {
			const item = JSON.parse(e.data) as { recorded_at: string; data: Mention };
			return { ...item.data, recorded_at: item.recorded_at };
		})));
		void api<MentionPage>("GET", "/mentions?limit=100").then((r) => { if (r.ok) merge(r.data.items); });
		return stop;
	}, []);
	return (
		<>
			<div class="page-head"><h1 tabIndex={-1}>{t("feed.title")}</h1><ConnectionDot /></div>
			{rows.value === null ? <Skeleton /> : rows.value.length === 0
				? <Empty icon={inboxIcon} title={t("feed.empty")} text={t("feed.empty_hint")} />
				: <div role="feed" class="feed">{rows.value.map((m) => <Row key={m.id} m={m} />)}</div>}
		</>
	);
}
