/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * envelopes.tsx - what was signed in calm time: an office may let a filled template out alone, so often, up to a
 * severity, until a day. Its terms in one sentence, who has signed and who is missing, and how often it was used.
 */
import alertIcon from "@primer/octicons/build/svg/alert-16.svg";
import mailIcon from "@primer/octicons/build/svg/mail-24.svg";
import plusIcon from "@primer/octicons/build/svg/plus-16.svg";
import { useState } from "preact/hooks";

import { api } from "../api";
import { dateTime, exact } from "../i18n/format";
import { t, tx } from "../i18n/t";
import { me } from "../room/model";
import { hasRole } from "../session";
import { lackText, langName, shortDigest } from "../statement/model";
import { baseOf, Shown } from "../statement/shown";
import { confirm } from "../ui/dialog";
import { keepFocus } from "../ui/focus";
import { Icon } from "../ui/icon";
import { useLate } from "../ui/late";
import { type List, Loading, useEvents, useLoaded } from "../ui/load";
import { Empty, Name, Time } from "../ui/parts";
import { fail, say } from "../ui/toast";
import type { DialogProps } from "./envelope_dialogs";
import { channelsText, type Envelope } from "./model";
import { Part } from "./part";

const ofEnvelopes = ({ type }: { type: string }): boolean => type.startsWith("envelope.") || type === "statement.published";
const isOpenState = (e: Envelope): boolean => e.state === "waiting" || e.state === "in_force" || e.state === "used_up";

export function Terms({ of }: { of: Envelope }) {
	return (
		<p>{tx("authority.terms", {
			office: <strong>{t(`office.${of.office}`)}</strong>, channels: <strong>{channelsText(of.channels)}</strong>, severity: <strong>{t(`severity.${of.severity}`)}</strong>,
			times: <strong>{t("authority.times_n", { n: of.times })}</strong>, when: <time class="strong" dateTime={of.until} title={exact(of.until)}>{dateTime(of.until)}</time>,
		})}</p>
	);
}

/* "waiting" is amber, "in force" green, the rest grey: by a dot of a statement's status. */
const DOTS: Record<Envelope["state"], string> = { waiting: "submitted", in_force: "approved", used_up: "draft", over: "draft", ended: "withdrawn" };

function Signed({ of }: { of: Envelope }) {
	return (
		<>
			{of.signed_by.length > 0 && (
				<ul class="chips" aria-label={t("authority.signed_by")}>
					{of.signed_by.map((s) => <li key={s.seq} class="tag plain-tag" title={exact(s.at)}>{tx("authority.signed_one", { who: <Name>{s.by.name}</Name>, proof: t(`statement.proof.${s.proof}`) })}</li>)}
				</ul>
			)}
			{of.state === "waiting" && of.missing.length > 0 && (
				<div class="lacks"><p class="strong">{t("statement.missing")}</p><ul>{of.missing.map((l) => <li key={l.group}><Icon of={alertIcon} /><span>{lackText(l, () => "")}</span></li>)}</ul></div>
			)}
		</>
	);
}

async function end(of: Envelope, reload: () => Promise<void>): Promise<void> {
	if (!await confirm({ title: t("authority.envelope_end_q", { name: of.title ?? "" }), text: t("authority.envelope_end_hint"), yes: t("authority.envelope_end"), isDangerous: true }))
		return;
	const r = await api("DELETE", `/envelopes/${of.id}`);
	if (r.ok)
		say(t("authority.ended_now"));
	else
		fail(r.problem);
	await reload();
	keepFocus();
}

function One({ of, onSign, reload }: { of: Envelope; onSign: () => void; reload: () => Promise<void> }) {
	const maySign = hasRole("approver") && of.by.id !== me() && (of.state === "waiting" || of.state === "in_force") && of.signed_by.every((s) => s.by.id !== me());
	return (
		<li class={isOpenState(of) ? "thing" : "thing is-off"} data-envelope={of.id}>
			<div class="thing-top">
				<p><Name class="strong">{of.title ?? ""}</Name> <span class="soft" lang={of.lang ?? undefined}>{langName(of.lang ?? "")}</span></p>
				<span class={`status statement-status statement-${DOTS[of.state]}`}><span class="status-dot" aria-hidden="true" />{t(`authority.state.${of.state}`)}</span>
			</div>
			<Terms of={of} />
			<Signed of={of} />
			<p class="soft small thing-facts"><span>{t("authority.used", { n: of.used.length, most: of.times })}</span><span>{tx("authority.drafted_by", { who: <Name>{of.by.name}</Name> })}</span><Time at={of.at} /></p>
			<details><summary class="small">{t("authority.text")}</summary><Shown text={of.text ?? ""} lang={of.lang ?? "en"} forced={baseOf(of.lang ?? "en")} /><p class="soft small">{t("statement.digest", { digest: shortDigest(of.digest) })}</p></details>
			{isOpenState(of) && (maySign || hasRole("admin", "lead", "approver")) && (
				<div class="buttons">
					{maySign && <button type="button" class="primary" onClick={onSign}>{t("authority.sign")}<span class="unseen"> {of.title}</span></button>}
					<button type="button" class="bad-ink" onClick={() => void end(of, reload)}>{t("authority.envelope_end")}<span class="unseen"> {of.title}</span></button>
				</div>
			)}
		</li>
	);
}

export function Envelopes() {
	const envelopes = useLoaded<List<Envelope>>("/envelopes");
	useEvents(ofEnvelopes, envelopes.reload);
	const [doing, setDoing] = useState<"draft" | Envelope | null>(null);
	const close = (): void => setDoing(null);
	const View = useLate<DialogProps>(doing !== null, () => import("./envelope_dialogs"), close);
	const isEmpty = envelopes.data?.items.length === 0;
	const draft = hasRole("lead") && <button type="button" class={isEmpty ? "primary" : ""} onClick={() => setDoing("draft")}><Icon of={plusIcon} />{t("authority.envelope_draft")}</button>;
	return (
		<Part id="envelopes" title={t("authority.envelopes")} hint={t("authority.envelopes_hint")} class="is-wide" act={!isEmpty && draft}>
			<Loading of={envelopes}>
				{({ items }) => isEmpty ? <Empty icon={mailIcon} title={t("authority.envelopes_none")} text={t("authority.envelopes_none_hint")}>{draft}</Empty>
					: <ul class="things">{[...items].sort((a, b) => Number(isOpenState(b)) - Number(isOpenState(a))).map((e) => <One key={e.id} of={e} onSign={() => setDoing(e)} reload={envelopes.reload} />)}</ul>}
			</Loading>
			{doing !== null && View !== null && <View of={doing === "draft" ? null : doing} onClose={close} reload={envelopes.reload} />}
		</Part>
	);
}
