/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * claims_pane.tsx - what the text rests on: each linked stretch with its claim and what we know of that.
 * A stretch either asserts a claim or says that it is being checked; what is asserted must be true to leave.
 */
import linkIcon from "@primer/octicons/build/svg/link-16.svg";
import xIcon from "@primer/octicons/build/svg/x-16.svg";
import { useState } from "preact/hooks";

import type { Answer } from "../api";
import { t, tx } from "../i18n/t";
import { Form } from "../ui/field";
import { VerdictMark } from "../room/marks";
import { act, type Claim, type RoomData } from "../room/model";
import { Dialog } from "../ui/dialog";
import { Choice } from "../ui/field";
import { Icon } from "../ui/icon";
import { Text } from "../ui/text";
import { fail, say } from "../ui/toast";
import type { Problem } from "../api";
import type { Handle } from "./editor";
import type { Rest, RestsOn, StatementData } from "./model";

const claimOf = (room: RoomData, id: number): Claim | undefined => room.claims.find((c) => c.id === id);

const TRIES = 5;

/* The place is that of the editor's selection, which moves with what others type until it is sent. */
async function link(statement: number, handle: Handle, claim: number, rests: RestsOn): Promise<Answer<unknown> | null> {
	for (let i = 0; ; i++) {
		for (let n = 0; n < 40 && handle.draft.waiting() > 0; n++)
			await new Promise((resolve) => { setTimeout(resolve, 100); });
		const at = handle.selected.value;
		if (at === null)
			return null;
		const r = await act("POST", `/statements/${statement}/links`, { revision: handle.draft.revision(), claim, rests, from: at.from, to: at.to });
		if (r.ok || r.status !== 409 || i >= TRIES)
			return r;
		await new Promise((resolve) => { setTimeout(resolve, 150); });
	}
}

function RestDialog({ room, statement, handle, onClose, reload }: { room: RoomData; statement: StatementData; handle: Handle; onClose: () => void; reload: () => Promise<void> }) {
	const [rests, setRests] = useState<RestsOn>("asserts"), [claim, setClaim] = useState<number>(room.claims[0]?.id ?? 0);
	const [problem, setProblem] = useState<Problem | null>(null);
	const selected = handle.selected.value;
	return (
		<Dialog title={t("statement.rest")} onClose={onClose} class="wide">
			<Text class="quoted">{selected?.text ?? ""}</Text>
			<Form problem={problem} onSubmit={async () => {
				const r = await link(statement.id, handle, claim, rests);
				if (r !== null && !r.ok)
					return setProblem(r.problem);
				if (r !== null)
					say(t("saved_now"));
				onClose();
				return void reload();
			}}>
				<Choice label={t("statement.rest_how")} name="rests" value={rests} onChange={setRests} options={(["asserts", "checking"] as const).map((v) => ({ value: v, label: t(`statement.rests.${v}`), hint: t(`statement.rests.${v}.means`) }))} />
				<fieldset class="choice">
					<legend>{t("statement.rest_which")}</legend>
					<div class="checks claim-picks">
						{room.claims.map((c) => (
							<label key={c.id} class={c.id === claim ? "chosen" : ""}>
								<input type="radio" name="claim" value={c.id} checked={c.id === claim} onChange={() => setClaim(c.id)} />
								<Text isInline class="strong">{c.text ?? ""}</Text>
								<span class="hint"><VerdictMark of={c.verdict} /></span>
							</label>
						))}
					</div>
				</fieldset>
				<div class="buttons"><button type="button" onClick={onClose}>{t("cancel")}</button><button class="primary">{t("statement.rest_go")}</button></div>
			</Form>
		</Dialog>
	);
}

async function unlink(statement: number, rest: Rest, reload: () => Promise<void>): Promise<void> {
	const r = await act("DELETE", `/statements/${statement}/links/${rest.id}`);
	if (!r.ok)
		fail(r.problem);
	await reload();
}

interface PaneProps {
	room: RoomData;
	statement: StatementData;
	handle: Handle | null;
	mayLink: boolean;
	reload: () => Promise<void>;
}

export function ClaimsPane({ room, statement, handle, mayLink, reload }: PaneProps) {
	const [isOpen, setOpen] = useState(false);
	const hasSelected = handle?.selected.value != null;
	return (
		<section class="room-box" aria-labelledby="statement-rests">
			<header class="part-head"><h2 id="statement-rests">{t("statement.rests")}</h2></header>
			{mayLink && room.claims.length > 0 && (
				<div class="rest-add">
					<button type="button" disabled={!hasSelected} onPointerDown={(e) => e.preventDefault()} onClick={() => setOpen(true)}><Icon of={linkIcon} />{t("statement.rest")}</button>
					{!hasSelected && <p class="hint">{t("statement.rest_hint")}</p>}
				</div>
			)}
			{room.claims.length === 0 && <p class="soft">{tx("statement.no_claims", { room: <a href={`/incidents/${room.id}?part=claims`}>{t("claims")}</a> })}</p>}
			{statement.rests.length === 0 ? room.claims.length > 0 && <p class="soft part-empty">{t("statement.rests_none")}</p> : (
				<ol class="things">
					{statement.rests.map((r) => {
						const claim = claimOf(room, r.claim);
						return (
							<li key={`${r.id}-${r.claim}`} class="thing">
								<div class="thing-top">
									<span class="small strong">{t(`statement.rests.${r.rests}`)}</span>
									{mayLink && <button type="button" class="icon-button" aria-label={t("statement.unlink")} title={t("statement.unlink")} onClick={() => void unlink(statement.id, r, reload)}><Icon of={xIcon} /></button>}
								</div>
								<button type="button" class="link rest-quote" disabled={handle === null} onClick={() => handle?.goTo(r.from, r.to)}><Text isInline>{r.quote ?? statement.text.slice(r.from, r.to)}</Text></button>
								<p class="rest-claim"><Text isInline>{claim?.text ?? t("erased")}</Text></p>
								<VerdictMark of={claim?.verdict ?? "unknown"} />
							</li>
						);
					})}
				</ol>
			)}
			{isOpen && handle !== null && <RestDialog room={room} statement={statement} handle={handle} onClose={() => setOpen(false)} reload={reload} />}
		</section>
	);
}
