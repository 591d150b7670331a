/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * declare.tsx - an incident is declared in one act, from mentions or from nothing. Each severity says
 * what it means, so that two people who choose mean the same.
 */
import { useState } from "preact/hooks";

import { t } from "../i18n/t";
import { navigate } from "../router";
import { errorAt } from "../ui/at";
import { Dialog } from "../ui/dialog";
import { Field } from "../ui/field";
import { DraftForm, textOf } from "./draft";
import { Area } from "./fields";
import { SeverityMark } from "./marks";
import { act, type RoomData, SEVERITIES, type Severity } from "./model";

export function SeverityChoice({ value, onChange }: { value: Severity; onChange: (s: Severity) => void }) {
	return (
		<fieldset class="choice">
			<legend>{t("severity")}</legend>
			<div class="checks">
				{SEVERITIES.map((s) => (
					<label key={s} class={s === value ? "chosen" : ""}>
						<input type="radio" name="severity" value={s} checked={s === value} onChange={() => onChange(s)} />
						<SeverityMark of={s} />
						<span class="hint">{t(`severity.${s}.means`)}</span>
					</label>
				))}
			</div>
		</fieldset>
	);
}

function Tick({ name, label, hint }: { name: string; label: string; hint: string }) {
	return (
		<div class="checks">
			<label><input type="checkbox" name={name} /><span class="strong">{label}</span><span class="hint">{hint}</span></label>
		</div>
	);
}

export function Declare({ mentions, onClose, onDone = onClose }: { mentions: readonly number[]; onClose: () => void; onDone?: () => void }) {
	const [severity, setSeverity] = useState<Severity>(3);
	let made: RoomData | null = null;
	return (
		<Dialog title={t("declare")} onClose={onClose} class="wide">
			{mentions.length > 0 && <p class="soft">{t("declare.from", { n: mentions.length })}</p>}
			<DraftForm name="declare" go={t("declare.go")} fields={["/title", "/type", "/summary"]} onCancel={onClose}
				onDone={() => { onDone(); if (made !== null) navigate(`/incidents/${made.id}`); }}
				onSend={async (f) => {
					const r = await act<RoomData>("POST", "/incidents", {
						title: textOf(f, "title"), severity, type: textOf(f, "type"), summary: textOf(f, "summary"),
						...(mentions.length > 0 ? { mentions } : {}),
						...(f.get("drill") !== null ? { drill: true } : {}), ...(f.get("restricted") !== null ? { restricted: true } : {}),
					});
					made = r.ok ? r.data : null;
					return r;
				}}>
				{(problem) => (
					<>
						<Field label={t("declare.title")} name="title" required maxLength={200} hint={t("declare.title_hint")} error={errorAt(problem, "/title")} />
						<SeverityChoice value={severity} onChange={setSeverity} />
						<Field label={t("declare.type")} name="type" maxLength={60} hint={t("declare.type_hint")} error={errorAt(problem, "/type")} />
						<Area label={t("declare.summary")} name="summary" hint={t("declare.summary_hint")} error={errorAt(problem, "/summary")} />
						<Tick name="drill" label={t("declare.drill")} hint={t("declare.drill_hint")} />
						<Tick name="restricted" label={t("declare.restricted")} hint={t("declare.restricted_hint")} />
					</>
				)}
			</DraftForm>
		</Dialog>
	);
}
