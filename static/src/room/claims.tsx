/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * claims.tsx - the claim ledger: the crisis split into single assertions, each with what we know of it.
 * A verdict is changed with a reason and never silently; evidence is added and never taken away.
 */
import alertIcon from "@primer/octicons/build/svg/alert-16.svg";
import linkIcon from "@primer/octicons/build/svg/link-external-16.svg";
import plusIcon from "@primer/octicons/build/svg/plus-16.svg";
import { useState } from "preact/hooks";

import { number } from "../i18n/format";
import { safeHref } from "../i18n/foreign";
import { t, tx } from "../i18n/t";
import { errorAt } from "../ui/at";
import { Dialog } from "../ui/dialog";
import { Icon } from "../ui/icon";
import { useLate } from "../ui/late";
import { minute } from "../ui/now";
import { Name, Time } from "../ui/parts";
import { Text } from "../ui/text";
import { say } from "../ui/toast";
import { DraftForm, textOf, timeOfField } from "./draft";
import { Area, PersonField, TimeField } from "./fields";
import { FileFacts } from "./files";
import { VerdictMark } from "./marks";
import { act, type Claim, type Exhibit, mayAdd, mayChange, nameOf, type RoomData, type Verdict } from "./model";
import { Part, type PartProps } from "./part";
import { showSpread } from "./spread";

const isPast = (at: string | null): boolean => at !== null && Date.parse(at) < minute.value;

function Evidence({ room, x }: { room: RoomData; x: Exhibit }) {
	const href = safeHref(x.url), file = room.files.find((f) => f.id === x.file);
	return (
		<li>
			{x.mention !== undefined && <a href={`/mentions/${x.mention}`}>{t("claim.evidence_mention", { id: String(x.mention) })}</a>}
			{file !== undefined && <FileFacts room={room.id} file={file} />}
			{href !== undefined && <a href={href} target="_blank" rel="noopener noreferrer nofollow" dir="ltr"><Icon of={linkIcon} mirrors />{"\u00a0"}{x.url}</a>}
			{x.url !== undefined && href === undefined && <bdi dir="ltr">{x.url}</bdi>}
			{x.note !== null && <Text>{x.note}</Text>}
			<span class="soft small">{tx("by_when", { who: <Name>{nameOf(room, x.by)}</Name>, when: <Time at={x.at} /> })}</span>
		</li>
	);
}

/* The past has no list of its mentions, so it leads nowhere there. */
function Spread({ claim, isFrozen }: { claim: Claim; isFrozen: boolean }) {
	const n = claim.spread ?? 0;
	if (n === 0)
		return null;
	return isFrozen ? <span>{t("claim.spread", { n })}</span>
		: <button type="button" class="link small claim-spread" onClick={() => showSpread(claim.id)}>{t("claim.spread", { n })}<span class="unseen"> {claim.text}</span></button>;
}

function Row({ room, claim, isFrozen, onChange }: { room: RoomData; claim: Claim; isFrozen: boolean; onChange: () => void }) {
	return (
		<li class={`thing claim claim-${claim.verdict}`} id={`claim-${claim.id}`}>
			<div class="thing-top">
				<VerdictMark of={claim.verdict} />
				{!isFrozen && mayChange(room, claim.owner) && <button type="button" onClick={onChange}>{t("claim.judge")}<span class="unseen"> {claim.text}</span></button>}
			</div>
			<Text class="thing-text">{claim.text ?? t("erased")}</Text>
			<p class="thing-facts soft small">
				{claim.owner !== null && <span>{tx("owned_by", { who: <Name class="strong">{nameOf(room, claim.owner)}</Name> })}</span>}
				{claim.recheck_at !== null && (isPast(claim.recheck_at)
					? <span class="loud"><Icon of={alertIcon} />{t("claim.recheck_overdue")}</span>
					: <span>{tx("claim.recheck_at", { when: <Time at={claim.recheck_at} /> })}</span>)}
				<Spread claim={claim} isFrozen={isFrozen} />
				<a href={`#claim-${claim.id}`}><Time at={claim.at} /></a>
			</p>
			{claim.evidence.length > 0 && (
				<details class="evidence">
					<summary>{t("claim.evidence", { n: claim.evidence.length })}</summary>
					<ul>{claim.evidence.map((x) => <Evidence key={x.seq + String(x.url ?? x.mention ?? x.file)} room={room} x={x} />)}</ul>
				</details>
			)}
		</li>
	);
}

function Add({ room, onClose, reload }: { room: RoomData; onClose: () => void; reload: () => Promise<void> }) {
	return (
		<Dialog title={t("claim.add")} onClose={onClose}>
			<p class="soft">{t("claim.add_hint")}</p>
			<DraftForm name={`room-${room.id}-claim`} go={t("claim.add_go")} fields={["/text", "/owner", "/recheck_at"]} onCancel={onClose} onDone={() => { say(t("saved_now")); onClose(); void reload(); }}
				onSend={(f) => act("POST", `/incidents/${room.id}/claims`, {
					text: textOf(f, "text"), recheck_at: timeOfField(f, "recheck_at"),
					...(textOf(f, "owner") !== undefined ? { owner: Number(textOf(f, "owner")) } : {}),
				})}>
				{(problem) => (
					<>
						<Area label={t("claim.text")} name="text" required error={errorAt(problem, "/text")} />
						<PersonField label={t("owner")} name="owner" isOptional error={errorAt(problem, "/owner")} />
						<TimeField label={t("claim.recheck")} name="recheck_at" error={errorAt(problem, "/recheck_at")} />
					</>
				)}
			</DraftForm>
		</Dialog>
	);
}

const ORDER: Record<Verdict, number> = { unknown: 0, mixed: 1, true: 2, false: 3 };

export function Claims({ room, isFrozen, reload }: PartProps) {
	const [open, setOpen] = useState<number | "add" | null>(null);
	const close = (): void => setOpen(null);
	const Change = useLate(typeof open === "number", () => import("./claim_change"), close);
	const changing = typeof open === "number" ? room.claims.find((c) => c.id === open) : undefined;
	const all = [...room.claims].sort((a, b) => ORDER[a.verdict] - ORDER[b.verdict] || a.id - b.id);
	return (
		<Part name="claims" title={t("claims")} count={all.length}
			actions={!isFrozen && mayAdd(room) && <button type="button" onClick={() => setOpen("add")}><Icon of={plusIcon} />{t("claim.add")}</button>}>
			{all.length === 0 ? <p class="soft part-empty">{t("claims.empty")}</p>
				: <ol class="things" aria-label={`${t("claims")}: ${number(all.length)}`}>{all.map((c) => <Row key={c.id} room={room} claim={c} isFrozen={isFrozen} onChange={() => setOpen(c.id)} />)}</ol>}
			{open === "add" && <Add room={room} onClose={close} reload={reload} />}
			{changing !== undefined && Change !== null && <Change key={changing.id} room={room} claim={changing} onClose={close} reload={reload} />}
		</Part>
	);
}
