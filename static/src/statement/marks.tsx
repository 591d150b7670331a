/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * marks.tsx - small things that say how far a statement is: its status, one verdict, what a stretch rests on. The
 * page of approvals has them too, so nothing here may bring much along.
 */
import checkIcon from "@primer/octicons/build/svg/check-circle-16.svg";
import questionIcon from "@primer/octicons/build/svg/question-16.svg";
import pauseIcon from "@primer/octicons/build/svg/stopwatch-16.svg";
import xIcon from "@primer/octicons/build/svg/x-circle-16.svg";

import { t, tx } from "../i18n/t";
import { Icon } from "../ui/icon";
import { Name, Time } from "../ui/parts";
import { Text } from "../ui/text";
import type { Given, KnownClaim, Rest, Ruling, StatementStatus } from "./model";
import type { Mark } from "./shown";

const ICONS: Record<Ruling, string> = { approve: checkIcon, reject: xIcon, hold: pauseIcon, ask: questionIcon };

export function StatementMark({ of }: { of: StatementStatus }) {
	return <span class={`status statement-status statement-${of}`}><span class="status-dot" aria-hidden="true" />{t(`statement.status.${of}`)}</span>;
}

export function RulingLine({ given }: { given: Given }) {
	return (
		<li class={`thing ruling ruling-${given.verdict}`}>
			<p><Icon of={ICONS[given.verdict]} /><span>{tx(given.on_behalf_of === null ? `statement.said.${given.verdict}` : "statement.said.for",
				{ who: <Name class="strong">{given.by.name}</Name>, ...(given.on_behalf_of === null ? {} : { whom: <Name class="strong">{given.on_behalf_of.name}</Name>, verdict: t(`statement.verdict.${given.verdict}`) }) })}</span></p>
			{given.reason !== null && given.reason !== "" && <Text class="ruling-reason">{given.reason}</Text>}
			<p class="soft small thing-facts"><Time at={given.at} /><span>{t(`statement.proof.${given.proof}`)}</span>
				{given.is_carried && <span>{t("statement.carried")}</span>}{given.own_text && <span class="loud">{t("statement.own_text")}</span>}</p>
		</li>
	);
}

/** How each linked stretch is shown in the text. */
export function restMarks(rests: readonly Rest[], claims: readonly KnownClaim[]): Mark[] {
	return rests.map((r) => {
		const claim = claims.find((c) => c.id === r.claim);
		return { from: r.from, to: r.to, class: `rests rests-${r.rests} rests-${claim?.verdict ?? "unknown"}`, title: `${t(`statement.rests.${r.rests}`)}: ${claim?.text ?? ""} (${t(`verdict.${claim?.verdict ?? "unknown"}`)})` };
	});
}
