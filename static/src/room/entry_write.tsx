/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* entry_write.tsx - what can be said about an entry: that it is a milestone, or that it was wrong. */
import { useId, useState } from "preact/hooks";

import { api, fieldError, type Problem } from "../api";
import { t } from "../i18n/t";
import { Dialog } from "../ui/dialog";
import { Field, Form } from "../ui/field";
import { say } from "../ui/toast";
import { type Entry, plainly, sayEntry, type Scene, short } from "./timeline_said";

interface Props {
	room: number;
	entry: Entry;
	scene: Scene;
	onClose: () => void;
}

const LABEL_MAX = 200, TEXT_MAX = 10000;

/* Which entry it is about, so that nobody has to remember. */
function About({ entry, scene }: { entry: Entry; scene: Scene }) {
	return <p class="soft entry-about">{plainly(sayEntry(entry, scene))}</p>;
}

/* The entry's own words, when it has any, as a first name for the milestone. */
function suggestion(e: Entry): string {
	for (const member of ["title", "question", "text", "label"] as const) {
		if (typeof e.data[member] === "string")
			return short(e.data[member], 60);
	}
	return "";
}

function Buttons({ onClose, yes }: { onClose: () => void; yes: string }) {
	return (
		<div class="buttons">
			<button type="button" onClick={onClose}>{t("cancel")}</button>
			<button type="submit" class="primary">{yes}</button>
		</div>
	);
}

export function PinDialog({ room, entry, scene, onClose }: Props) {
	const [problem, setProblem] = useState<Problem | null>(null);
	return (
		<Dialog title={t("timeline.pin")} onClose={onClose}>
			<About entry={entry} scene={scene} />
			<Form problem={problem} fields={["/label"]} onSubmit={async (data) => {
				const r = await api("POST", `/incidents/${room}/milestones`, { body: { target: entry.seq, label: String(data.get("label")).trim() } });
				if (r.ok)
					onClose();
				else
					setProblem(r.problem);
			}}>
				<Field label={t("timeline.pin_label")} name="label" hint={t("timeline.pin_hint")} required maxLength={LABEL_MAX} defaultValue={suggestion(entry)}
					autocomplete="off" error={fieldError(problem, "/label")} />
				<Buttons onClose={onClose} yes={t("timeline.pin_go")} />
			</Form>
		</Dialog>
	);
}

export function CorrectDialog({ room, entry, scene, onClose }: Props) {
	const [problem, setProblem] = useState<Problem | null>(null);
	const id = useId();
	return (
		<Dialog title={t("timeline.correct")} onClose={onClose} class="wide">
			<About entry={entry} scene={scene} />
			<Form problem={problem} fields={["/text"]} onSubmit={async (data) => {
				const r = await api("POST", `/incidents/${room}/corrections`, { body: { target: entry.seq, text: String(data.get("text")).trim() } });
				if (r.ok) {
					say(t("timeline.corrected_now"));
					onClose();
				} else {
					setProblem(r.problem);
				}
			}}>
				<div class="field">
					<label for={id}>{t("timeline.correct_label")}</label>
					<textarea id={id} name="text" dir="auto" rows={4} required maxLength={TEXT_MAX} aria-describedby={`${id}-hint`}
						aria-invalid={fieldError(problem, "/text") !== "" ? "true" : undefined} />
					<p id={`${id}-hint`} class="hint">{t("timeline.correct_hint")}</p>
					{fieldError(problem, "/text") !== "" && <p class="error"><bdi>{fieldError(problem, "/text")}</bdi></p>}
				</div>
				<Buttons onClose={onClose} yes={t("timeline.correct_go")} />
			</Form>
		</Dialog>
	);
}
