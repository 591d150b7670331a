/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * by_envelope.tsx - publishing by an authority that was signed in calm time: offered to whoever has its office in
 * this room, for the language, channel and severity that it is for. Whether the text lies inside of it is the server's to prove.
 */
import mailIcon from "@primer/octicons/build/svg/mail-16.svg";
import { useState } from "preact/hooks";

import type { Envelope } from "../authority/model";
import { frozen } from "../frozen";
import { dateTime } from "../i18n/format";
import { t } from "../i18n/t";
import { DraftForm } from "../room/draft";
import { act, me, type RoomData } from "../room/model";
import { Dialog } from "../ui/dialog";
import { Icon } from "../ui/icon";
import { type List, useEvents, useLoaded } from "../ui/load";
import { Name } from "../ui/parts";
import { Text } from "../ui/text";
import { say } from "../ui/toast";
import { shortDigest, type StatementData } from "./model";
import { Shown } from "./shown";

const ofEnvelopes = ({ type }: { type: string }): boolean => type.startsWith("envelope.") || type === "statement.published";

/** Those that may let a version of this statement out, by the reader's office. */
function useMine(room: RoomData, statement: StatementData): Envelope[] {
	const offices = room.participants.filter((p) => p.user === me() && !p.deputy).map((p) => p.role);
	const all = useLoaded<List<Envelope>>(offices.length > 0 ? "/envelopes" : null), v = statement.submitted;
	useEvents(ofEnvelopes, all.reload);
	return v === null || room.drill ? [] : (all.data?.items ?? []).filter((e) => e.state === "in_force" && offices.includes(e.office) && e.lang === v.lang && e.channels.includes(v.channel) && room.severity >= e.severity);
}

function Publish({ of, statement, onClose, reload }: { of: Envelope; statement: StatementData; onClose: () => void; reload: () => Promise<void> }) {
	const version = statement.submitted;
	return version === null ? null : (
		<Dialog title={t("statement.by_envelope")} onClose={onClose} class="wide">
			<p>{t("statement.by_envelope_hint", { title: of.title ?? "", when: dateTime(of.until), n: of.times - of.used.length })}</p>
			<p class="strong"><Text isInline>{version.title}</Text> <span class="soft">{t("statement.digest", { digest: shortDigest(version.digest) })}</span></p>
			<div class="paper is-short" tabIndex={0} role="region" aria-label={t("statement.text")}><Shown text={version.text} lang={version.lang} /></div>
			<DraftForm name={`statement-${statement.id}-envelope`} go={t("statement.publish_go")} onCancel={onClose} onDone={() => { say(t("statement.published")); onClose(); void reload(); }}
				onSend={() => act("POST", `/statements/${statement.id}/publish`, { digest: version.digest, envelope: of.id })}>
				{() => null}
			</DraftForm>
		</Dialog>
	);
}

/** Nothing, where there is none or approvals are complete. */
export function ByEnvelope({ room, statement, reload }: { room: RoomData; statement: StatementData; reload: () => Promise<void> }) {
	const mine = useMine(room, statement), [doing, setDoing] = useState<Envelope | null>(null);
	const isOut = statement.publications.some((p) => p.digest === statement.submitted?.digest);
	if (isOut || statement.missing.every((l) => l.kind !== "group") || statement.missing.some((l) => l.kind !== "group"))
		return null;
	return (
		<>
			{mine.map((e) => <button key={e.id} type="button" disabled={frozen.value !== null} onClick={() => setDoing(e)}><Icon of={mailIcon} /><span>{t("statement.by_envelope")}: <Name>{e.title ?? ""}</Name></span></button>)}
			{doing !== null && <Publish of={doing} statement={statement} onClose={() => setDoing(null)} reload={reload} />}
		</>
	);
}
