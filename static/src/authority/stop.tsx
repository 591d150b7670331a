/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* stop.tsx - the emergency stop: whether it holds, who said so and why, stopping and lifting. For leads. */
import checkIcon from "@primer/octicons/build/svg/check-circle-16.svg";
import stopIcon from "@primer/octicons/build/svg/stop-16.svg";
import { useState } from "preact/hooks";

import { api } from "../api";
import { type Frozen, frozen, readOutgoing, stopSentence } from "../frozen";
import { t } from "../i18n/t";
import { DraftForm, textOf, timeOfField } from "../room/draft";
import { Area, TimeField } from "../room/fields";
import { act } from "../room/model";
import { hasRole } from "../session";
import { errorAt } from "../ui/at";
import { confirm, Dialog } from "../ui/dialog";
import { keepFocus } from "../ui/focus";
import { Icon } from "../ui/icon";
import { Time } from "../ui/parts";
import { Text } from "../ui/text";
import { fail, say } from "../ui/toast";
import { Part } from "./part";

function Freeze({ now, onClose }: { now: Frozen | null; onClose: () => void }) {
	return (
		<Dialog title={t(now === null ? "authority.stop_q" : "authority.stop_change")} onClose={onClose}>
			<p class="soft">{t("authority.stop_means")}</p>
			<DraftForm name="authority-stop" go={t(now === null ? "authority.stop_go" : "save")} isDangerous={now === null} fields={["/reason", "/until"]} onCancel={onClose}
				onDone={() => { say(t("authority.stopped_now")); onClose(); void readOutgoing(); }}
				onSend={(f) => act("POST", "/outgoing/freeze", { reason: textOf(f, "reason"), ...(timeOfField(f, "until") === undefined ? {} : { until: timeOfField(f, "until") }) })}>
				{(problem) => (
					<>
						<Area label={t("reason")} name="reason" required rows={2} maxLength={2000} value={now?.reason ?? ""} hint={t("authority.stop_reason")} error={errorAt(problem, "/reason")} />
						<TimeField label={t("authority.until")} name="until" value={now?.until ?? null} hint={t("authority.stop_until")} error={errorAt(problem, "/until", { EUNPROCESSABLE: "authority.until_year" })} />
					</>
				)}
			</DraftForm>
		</Dialog>
	);
}

async function lift(): Promise<void> {
	if (!await confirm({ title: t("authority.lift_q"), text: t("authority.lift_hint"), yes: t("authority.lift") }))
		return;
	const r = await api("DELETE", "/outgoing/freeze");
	if (r.ok)
		say(t("authority.lifted"));
	else
		fail(r.problem);
	await readOutgoing();
	keepFocus();
}

export function Stop() {
	const [isOpen, setOpen] = useState(false);
	const now = frozen.value, isLead = hasRole("lead");
	return (
		<Part id="stop" title={t("authority.stop")} hint={t("authority.stop_hint")}>
			{now === null ? <p class="good-line"><Icon of={checkIcon} />{t("authority.runs")}</p> : (
				<div class="note bad">
					<p class="loud"><Icon of={stopIcon} /><span>{stopSentence(now)}</span></p>
					{now.reason !== null && <Text>{now.reason}</Text>}
					<p class="small"><Time at={now.at} /></p>
				</div>
			)}
			{isLead ? (
				<div class="buttons">
					{now === null ? <button type="button" class="danger" onClick={() => setOpen(true)}><Icon of={stopIcon} />{t("authority.stop_everything")}</button> : (
						<>
							<button type="button" class="primary" onClick={() => void lift()}>{t("authority.lift")}</button>
							<button type="button" onClick={() => setOpen(true)}>{t("authority.stop_change")}</button>
						</>
					)}
				</div>
			) : <p class="soft small">{t("authority.lead_only")}</p>}
			{isOpen && <Freeze now={now} onClose={() => setOpen(false)} />}
		</Part>
	);
}
