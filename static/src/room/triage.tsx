/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * triage.tsx - what becomes of a mention. Answered is not closed: an answer may only ask for a number,
 * so closing asks how it ended, and nothing else does.
 */
import answeredIcon from "@primer/octicons/build/svg/reply-16.svg";
import asksIcon from "@primer/octicons/build/svg/question-16.svg";
import closedIcon from "@primer/octicons/build/svg/check-circle-16.svg";
import ignoredIcon from "@primer/octicons/build/svg/circle-slash-16.svg";
import newIcon from "@primer/octicons/build/svg/dot-fill-16.svg";
import ownedIcon from "@primer/octicons/build/svg/person-16.svg";
import seenIcon from "@primer/octicons/build/svg/eye-16.svg";
import { useState } from "preact/hooks";

import { t } from "../i18n/t";
import { errorAt } from "../ui/at";
import { Dialog } from "../ui/dialog";
import { Choice } from "../ui/field";
import { Icon } from "../ui/icon";
import { Text } from "../ui/text";
import { say } from "../ui/toast";
import { DraftForm, textOf } from "./draft";
import { Area, PersonField, Select } from "./fields";
import { act, me } from "./model";

export const STATES = ["new", "seen", "owned", "answered", "closed", "ignored"] as const;
export type State = (typeof STATES)[number];
export const OUTCOMES = ["solved", "not_solved", "no_answer", "not_ours"] as const;
export interface Triage {
	state: State;
	owner: number | null;
	at: string;
	/** The last answer only asked for something. */
	asks?: boolean;
}

const ICONS: Record<State, string> = { new: newIcon, seen: seenIcon, owned: ownedIcon, answered: answeredIcon, closed: closedIcon, ignored: ignoredIcon };

export function TriageMark({ of, asks = false }: { of: State; asks?: boolean | undefined }) {
	return <span class={asks ? "triage triage-asks" : `triage triage-${of}`}><Icon of={asks ? asksIcon : ICONS[of]} />{t(asks ? "triage.asks" : `triage.${of}`)}</span>;
}

export function TriageDialog({ id, text, now, onClose, onDone }: { id: number; text: string; now: Triage | null; onClose: () => void; onDone: () => void }) {
	const [state, setState] = useState<State>(now?.state ?? "seen");
	/* Nothing is solved by having asked. */
	const isAsked = now?.state === "answered" && now.asks === true;
	const outcomes = OUTCOMES.filter((o) => o !== "solved" || !isAsked);
	return (
		<Dialog title={t("triage.change")} onClose={onClose} class="wide">
			<Text class="quoted clamped">{text}</Text>
			<DraftForm name={`triage-${id}`} go={t("save")} fields={["/owner", "/outcome", "/note"]} onCancel={onClose}
				onDone={() => { say(t("saved_now")); onClose(); onDone(); }}
				onSend={(f) => {
					const owner = textOf(f, "owner");
					return act("POST", `/mentions/${id}/triage`, {
						state, note: textOf(f, "note"),
						...(f.has("owner") ? { owner: owner === undefined ? null : Number(owner) } : {}),
						...(state === "answered" && f.get("asks") !== null ? { asks: true } : {}),
						...(state === "closed" ? { outcome: textOf(f, "outcome") } : {}),
					});
				}}>
				{(problem) => (
					<>
						<Choice label={t("triage")} name="state" value={state} onChange={setState} options={STATES.map((s) => ({ value: s, label: t(`triage.${s}`) }))} />
						<p class="hint">{t(`triage.${state}.means`)}</p>
						{isAsked && <p class="note">{t("triage.asked")}</p>}
						{state === "answered" && (
							<div class="checks">
								<label><input type="checkbox" name="asks" defaultChecked={isAsked} /><span class="strong">{t("triage.asks_only")}</span><span class="hint">{t("triage.asks_hint")}</span></label>
							</div>
						)}
						{state === "closed" && (
							<Select label={t("triage.outcome")} name="outcome" hint={t("triage.outcome_hint")} error={errorAt(problem, "/outcome")}
								options={outcomes.map((o) => ({ value: o, label: t(`triage.outcome.${o}`) }))} value={outcomes[0] ?? ""} />
						)}
						<PersonField key={state === "owned" ? "owned" : "other"} label={t("owner")} name="owner" value={now?.owner ?? (state === "owned" ? me() : null)} isOptional={state !== "owned"} error={errorAt(problem, "/owner")} />
						<Area label={t("triage.note")} name="note" rows={2} maxLength={2000} error={errorAt(problem, "/note")} />
					</>
				)}
			</DraftForm>
		</Dialog>
	);
}
