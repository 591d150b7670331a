/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * approval_pane.tsx - how far the text is from leaving: what is submitted, what was said of it, what is
 * missing, and the acts that are possible now. Verdicts are given on the page of approvals.
 */
import alertIcon from "@primer/octicons/build/svg/alert-16.svg";
import checkIcon from "@primer/octicons/build/svg/check-circle-16.svg";
import clockIcon from "@primer/octicons/build/svg/clock-16.svg";
import { useState } from "preact/hooks";

import { frozen, stopSentence } from "../frozen";
import { clock, dateTime, exact } from "../i18n/format";
import { t, tx } from "../i18n/t";
import type { RoomData } from "../room/model";
import { Icon } from "../ui/icon";
import { useLate } from "../ui/late";
import { Name, Time } from "../ui/parts";
import { Text } from "../ui/text";
import type { ActProps, ActName } from "./acts";
import type { Handle } from "./editor";
import { RulingLine, StatementMark } from "./marks";
import { ByEnvelope } from "./by_envelope";
import { type Checked, lackText, namesOf, shortDigest, type StatementData } from "./model";

function Missing({ statement }: { statement: StatementData }) {
	if (statement.submitted === null || statement.status === "withdrawn")
		return null;
	if (statement.missing.length === 0)
		return <p class="good-line"><Icon of={checkIcon} />{t("statement.complete")}</p>;
	return (
		<div class="lacks">
			<p class="strong">{t("statement.missing")}</p>
			<ul>{statement.missing.map((lack) => <li key={JSON.stringify(lack)}><Icon of={alertIcon} /><span>{lackText(lack, namesOf(statement))}</span></li>)}</ul>
		</div>
	);
}

function Published({ statement }: { statement: StatementData }) {
	return statement.publications.length === 0 ? null : (
		<ul class="things publications" aria-label={t("statement.publications")}>
			{statement.publications.map((p) => (
				<li key={p.seq} class="thing">
					<p>{tx(p.is_withdrawal ? "statement.withdrew" : "statement.published_by", { who: <Name class="strong">{p.by.name}</Name>, when: <time dateTime={p.at} title={exact(p.at)}>{dateTime(p.at)}</time> })}</p>
					{p.reason !== null && p.reason !== "" && <Text class="ruling-reason">{p.reason}</Text>}
					{p.digest !== undefined && <p class="soft small">{t("statement.digest", { digest: shortDigest(p.digest) })}</p>}
				</li>
			))}
		</ul>
	);
}

/* Which acts lead somewhere now; the server has the last word. */
function actsOf(statement: StatementData): ActName[] {
	const may = statement.may, acts: ActName[] = [];
	const isOut = statement.publications.at(-1)?.is_withdrawal === false;
	const isEdited = statement.submitted === null || statement.submitted.is_edited === true || statement.missing.some((l) => l.kind === "edited" || l.kind === "expired");
	if (may?.submit && statement.status !== "withdrawn" && isEdited)
		acts.push("submit");
	if (may?.publish && statement.submitted !== null && statement.missing.length === 0 && statement.publications.at(-1)?.digest !== statement.submitted.digest)
		acts.push("publish");
	if (may?.correct && isOut)
		acts.push("correct");
	if (may?.withdraw && isOut)
		acts.push("withdraw");
	return acts;
}

interface PaneProps {
	room: RoomData;
	statement: StatementData;
	checked: Checked | null;
	handle: Handle | null;
	isFrozen: boolean;
	reload: () => Promise<void>;
}

export function ApprovalPane({ room, statement, checked, handle, isFrozen, reload }: PaneProps) {
	const [doing, setDoing] = useState<ActName | null>(null), [isCounting, setCounting] = useState(false);
	const close = (): void => setDoing(null);
	const Ledger = useLate(isCounting, () => import("./ledger"), () => setCounting(false));
	const Act = useLate<ActProps>(doing !== null, () => import("./acts"), close);
	const version = statement.submitted;
	const acts = isFrozen ? [] : actsOf(statement);
	return (
		<section class="room-box approval-pane" aria-labelledby="statement-approval">
			<header class="part-head"><h2 id="statement-approval">{t("statement.approval")}</h2><StatementMark of={statement.status} /></header>
			{version === null ? <p class="soft">{t("statement.not_submitted")}</p> : (
				<p class="soft small thing-facts">
					<span>{tx("statement.submitted_by", { who: <Name class="strong">{version.by.name}</Name>, when: <Time at={version.at} /> })}</span>
					<span>{t("statement.digest", { digest: shortDigest(version.digest) })}</span>
					{version.deadline !== null && <span class="deadline"><Icon of={clockIcon} size={12} />{tx("statement.deadline_at", { at: <time dateTime={version.deadline} title={exact(version.deadline)}>{clock(version.deadline)}</time> })}</span>}
				</p>
			)}
			<Missing statement={statement} />
			{statement.verdicts.length > 0 && <ul class="things rulings" aria-label={t("statement.verdicts")}>{statement.verdicts.map((g) => <RulingLine key={g.seq} given={g} />)}</ul>}
			<Published statement={statement} />
			{room.drill && <p class="note">{t("statement.drill")}</p>}
			{frozen.value !== null && acts.includes("publish") && <p class="note bad">{stopSentence(frozen.value)} <a href="/authority">{t("frozen.look")}</a></p>}
			{!isFrozen && (
				<div class="buttons approval-acts">
					<ByEnvelope room={room} statement={statement} reload={reload} />
					{acts.map((act, i) => <button key={act} type="button" class={i === 0 ? "primary" : act === "withdraw" ? "danger" : ""} disabled={act === "publish" && frozen.value !== null} onClick={() => setDoing(act)}>{t(`statement.act.${act}`)}</button>)}
					{statement.may?.rule && version !== null && statement.missing.some((l) => l.kind !== "edited") && <a class="button" href={`/approvals#s${statement.id}`} target="_self">{t("statement.judge")}</a>}
				</div>
			)}
			<button type="button" class="link small ledger-link" onClick={() => setCounting(true)}>{t("statement.ledger")}</button>
			{isCounting && Ledger !== null && <Ledger statement={statement} onClose={() => setCounting(false)} />}
			{doing !== null && Act !== null && <Act key={doing} act={doing} room={room} statement={statement} checked={checked} handle={handle} onClose={close} reload={reload} />}
		</section>
	);
}
