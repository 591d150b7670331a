/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * app.tsx - what waits for my verdict, the most urgent first and open. A GET never decides anything: an
 * address, also one from a notification (#s12), only opens a statement.
 */
import checkIcon from "@primer/octicons/build/svg/check-circle-24.svg";
import { useEffect, useState } from "preact/hooks";

import { ConnectionBanner } from "../bus/banner";
import { connect, disconnect } from "../bus/bus";
import { FrozenBanner, watchOutgoing } from "../frozen";
import { t } from "../i18n/t";
import { generation, lookUp, presence, session, sessionProblem } from "../session";
import { SignInCard, SignInDialog } from "../sign_in";
import type { Severity } from "../room/model";
import type { Ruling, Summary } from "../statement/model";
import { LangSwitch } from "../switches";
import { title, unread } from "../title";
import { type List, Loading, Retry, useEvents, useLoaded } from "../ui/load";
import { Empty } from "../ui/parts";
import { Toasts } from "../ui/toast";
import { Item } from "./item";

export interface Waiting extends Summary {
	why: "needed" | "asked" | "changed";
	/** Whom a verdict of mine would count for: me, or those whose deputy I am. */
	for: { id: number; name: string }[];
	last_verdict: { digest: string; submitted: number; verdict: Ruling; at: string } | null;
	severity: Severity;
	drill: boolean;
	incident_title: string | null;
}

const ofStatements = ({ type }: { type: string }): boolean => /^(statement|verdict|outgoing|policy|deputy)\./.test(type);
const asked = (): number => Number(/^#s(\d+)$/.exec(location.hash)?.[1] ?? 0);

function Waits() {
	const list = useLoaded<List<Waiting>>("/approvals");
	useEvents(ofStatements, list.reload);
	const [open, setOpen] = useState(asked), [isClosed, setClosed] = useState(false);
	const items = list.data?.items ?? [], first = items.find((w) => w.id === open)?.id ?? (isClosed ? 0 : items[0]?.id ?? 0);
	useEffect(() => { unread.value = items.length; }, [items.length]);
	return (
		<Loading of={list}>
			{() => items.length === 0 ? <Empty icon={checkIcon} title={t("approve.none")} text={t("approve.none_hint")} /> : (
				<>
					<p class="soft" role="status">{t("approve.n", { n: items.length })}</p>
					<ol class="waits">
						{items.map((w) => <Item key={`${w.id}${w.submitted?.digest ?? ""}${w.submitted?.at ?? ""}`} of={w} isOpen={w.id === first} reload={list.reload}
							onToggle={() => { setClosed(w.id === first); setOpen(w.id === first ? 0 : w.id); }} />)}
					</ol>
				</>
			)}
		</Loading>
	);
}

function Body() {
	const isIn = presence.value === "in" || presence.value === "ended";
	if (presence.value === "unknown" && sessionProblem.value !== null)
		return <div class="plain"><Retry problem={sessionProblem.value} onRetry={() => void lookUp()} /></div>;
	if (!isIn)
		return <div class="plain"><SignInCard /></div>;
	return (
		<div class="approve" key={generation.value}>
			<header class="approve-head">
				<a class="approve-brand" href="/" aria-label={t("brand")}><img src="/favicon.svg" alt="" width="28" height="28" /></a>
				<h1 tabIndex={-1}>{t("approve.title")}</h1><LangSwitch />
			</header>
			<ConnectionBanner /><FrozenBanner />
			<main id="main" hidden={presence.value === "ended"}><Waits /></main>
		</div>
	);
}

export function App() {
	const user = session.value?.user.id ?? 0;
	useEffect(() => {
		if (user !== 0) {
			connect(user);
			return watchOutgoing();
		}
		if (presence.value === "out")
			disconnect();
		return undefined;
	}, [user, presence.value]);
	useEffect(() => { title.value = t("nav.approvals"); });
	return (
		<>
			<Body />
			{presence.value === "ended" && <SignInDialog />}
			<Toasts />
		</>
	);
}
