/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * claim_change.tsx - everything about a claim that may change, in one form; only what was changed is sent. A
 * file goes first, on its own: a form that is refused afterwards keeps it.
 */
import { useState } from "preact/hooks";

import { t } from "../i18n/t";
import { errorAt } from "../ui/at";
import { Dialog } from "../ui/dialog";
import { Choice, Field } from "../ui/field";
import { Text } from "../ui/text";
import { say } from "../ui/toast";
import { DraftForm, textOf, timeOfField } from "./draft";
import { Area, PersonField, TimeField } from "./fields";
import { FilePick, useFilePick } from "./file_pick";
import { VerdictMark } from "./marks";
import { act, type Claim, orReload, type RoomData, type Verdict, VERDICTS } from "./model";

export default function ClaimChange({ room, claim, onClose, reload }: { room: RoomData; claim: Claim; onClose: () => void; reload: () => Promise<void> }) {
	const [verdict, setVerdict] = useState<Verdict>(claim.verdict);
	const [began] = useState(claim.version);
	const pick = useFilePick(room.id);
	return (
		<Dialog title={t("claim.change")} onClose={onClose} class="wide">
			<Text class="quoted">{claim.text ?? t("erased")}</Text>
			{claim.version !== began && <p class="note">{t("moved.title")} <VerdictMark of={claim.verdict} /></p>}
			<DraftForm name={`room-${room.id}-claim-${claim.id}`} go={t("save")} fields={["/reason", "/owner", "/recheck_at", "/evidence", "/captured_at"]} onCancel={onClose}
				onDone={() => { say(t("saved_now")); onClose(); void reload(); }}
				onSend={async (f) => {
					const sent = pick.wrong === "" ? await pick.send(f) : null;
					if (sent !== null && !sent.ok)
						return sent;
					const url = textOf(f, "url"), note = textOf(f, "note"), mention = textOf(f, "mention");
					/* What it shows is said once, of the first of them. */
					const evidence = [
						...(sent !== null ? [{ file: sent.data.id }] : []), ...(url !== undefined ? [{ url }] : []),
						...(mention !== undefined ? [{ mention: Number(mention) }] : []),
					].map((x, i) => i === 0 && note !== undefined ? { ...x, note } : x);
					const owner = textOf(f, "owner"), recheck = timeOfField(f, "recheck_at") ?? null;
					return await orReload(act("PATCH", `/incidents/${room.id}/claims/${claim.id}`, {
						...(verdict !== claim.verdict ? { verdict } : {}), reason: textOf(f, "reason"),
						...(owner !== undefined && Number(owner) !== claim.owner ? { owner: Number(owner) } : {}),
						...(f.has("owner") && owner === undefined && claim.owner !== null ? { owner: null } : {}),
						...(recheck !== claim.recheck_at && (recheck === null || Date.parse(recheck) !== Date.parse(claim.recheck_at ?? "")) ? { recheck_at: recheck } : {}),
						...(evidence.length > 0 ? { evidence } : {}),
					}, claim.version), reload);
				}}>
				{(problem) => (
					<>
						<Choice label={t("claim.verdict")} name="verdict" value={verdict} onChange={setVerdict}
							options={VERDICTS.map((v) => ({ value: v, label: t(`verdict.${v}`) }))} />
						<Area label={t("reason")} name="reason" rows={2} maxLength={2000} required={verdict !== claim.verdict} error={errorAt(problem, "/reason")} />
						<fieldset class="choice">
							<legend>{t("claim.evidence_add")}</legend>
							<FilePick pick={pick} problem={problem} />
							<Field label={t("claim.evidence_url")} name="url" type="url" dir="ltr" error={errorAt(problem, "/evidence")} />
							<Field label={t("claim.evidence_number")} name="mention" inputMode="numeric" pattern="[0-9]*" dir="ltr" hint={t("claim.evidence_number_hint")} />
							<Field label={t("claim.evidence_note")} name="note" maxLength={2000} />
						</fieldset>
						<PersonField label={t("owner")} name="owner" value={claim.owner} isOptional error={errorAt(problem, "/owner")} />
						<TimeField label={t("claim.recheck")} name="recheck_at" value={claim.recheck_at} error={errorAt(problem, "/recheck_at")} />
					</>
				)}
			</DraftForm>
		</Dialog>
	);
}
