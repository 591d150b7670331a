/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* words.tsx - telling the room that we have spoken, and how often each audience is to hear from us. */
import { useState } from "preact/hooks";

import { t } from "../i18n/t";
import { Dialog } from "../ui/dialog";
import { Choice, Field } from "../ui/field";
import { errorAt } from "../ui/at";
import { say } from "../ui/toast";
import { DraftForm, textOf, timeOfField } from "./draft";
import { Area, Select, TimeField } from "./fields";
import { act, type Audience, type RoomData } from "./model";

const AUDIENCES: readonly Audience[] = ["public", "executive", "internal"];
const CADENCES_S = [900, 1800, 3600, 7200, 14400, 28800, 86400] as const;

function AudienceChoice({ value, onChange }: { value: Audience; onChange: (a: Audience) => void }) {
	return <Choice label={t("word.to")} name="audience" value={value} onChange={onChange} options={AUDIENCES.map((a) => ({ value: a, label: t(`audience.${a}`) }))} />;
}

export function Speak({ room, onClose }: { room: RoomData; onClose: () => void }) {
	const [audience, setAudience] = useState<Audience>("public");
	return (
		<Dialog title={t("word.spoken")} onClose={onClose}>
			<p class="soft">{t("word.spoken_hint")}</p>
			<DraftForm name={`room-${room.id}-word`} go={t("word.record")} fields={["/text", "/url", "/occurred_at", "/next_at"]} onCancel={onClose} onDone={() => { say(t("saved_now")); onClose(); }}
				onSend={(f) => act("POST", `/incidents/${room.id}/words`, {
					audience, text: textOf(f, "text"), url: textOf(f, "url"), occurred_at: timeOfField(f, "occurred_at"), next_at: timeOfField(f, "next_at"),
				})}>
				{(problem) => (
					<>
						<AudienceChoice value={audience} onChange={setAudience} />
						<Area label={t("word.text")} name="text" error={errorAt(problem, "/text")} />
						<Field label={t("word.url")} name="url" type="url" dir="ltr" error={errorAt(problem, "/url")} />
						<TimeField label={t("word.when")} name="occurred_at" hint={t("word.when_hint")} error={errorAt(problem, "/occurred_at")} />
						<TimeField label={t("word.next")} name="next_at" hint={t("word.next_hint")} error={errorAt(problem, "/next_at")} />
					</>
				)}
			</DraftForm>
		</Dialog>
	);
}

export function SetCadence({ room, onClose }: { room: RoomData; onClose: () => void }) {
	const [audience, setAudience] = useState<Audience>("public");
	const now = room.clocks.words?.find((w) => w.audience === audience)?.every_s ?? null;
	return (
		<Dialog title={t("word.cadence")} onClose={onClose}>
			<p class="soft">{t("word.cadence_hint")}</p>
			<DraftForm key={audience} name={`room-${room.id}-cadence-${audience}`} go={t("save")} onCancel={onClose} onDone={() => { say(t("saved_now")); onClose(); }}
				onSend={(f) => act("POST", `/incidents/${room.id}/cadences`, { audience, every_s: textOf(f, "every") === undefined ? null : Number(textOf(f, "every")) })}>
				{() => (
					<>
						<AudienceChoice value={audience} onChange={setAudience} />
						<Select label={t("word.every")} name="every" value={now === null ? "" : String(now)}
							options={[{ value: "", label: t("word.never") }, ...CADENCES_S.map((s) => ({ value: String(s), label: t(s < 3600 ? "word.minutes" : "word.hours", { n: s < 3600 ? s / 60 : s / 3600 }) }))]} />
					</>
				)}
			</DraftForm>
		</Dialog>
	);
}
