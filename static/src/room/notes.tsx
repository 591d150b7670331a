/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * notes.tsx - the quickest way to put something on record: a field that is always there. What happened
 * earlier says so, and the timeline then shows both times.
 */
import noteIcon from "@primer/octicons/build/svg/note-16.svg";

import { t } from "../i18n/t";
import { errorAt } from "../ui/at";
import { Icon } from "../ui/icon";
import { say } from "../ui/toast";
import { DraftForm, textOf, timeOfField } from "./draft";
import { Area, TimeField } from "./fields";
import { act, mayAdd } from "./model";
import type { PartProps } from "./part";

export function AddNote({ room, isFrozen, reload }: PartProps) {
	if (isFrozen || !mayAdd(room))
		return null;
	return (
		<div class="add-note">
			<DraftForm name={`room-${room.id}-note`} go={t("note.go")} fields={["/text", "/occurred_at"]} onDone={() => { say(t("saved_now")); void reload(); }}
				onSend={(f) => act("POST", `/incidents/${room.id}/notes`, { text: textOf(f, "text"), occurred_at: timeOfField(f, "occurred_at") })}>
				{(problem) => (
					<>
						<Area label={t("note.add")} name="text" rows={2} maxLength={10000} required error={errorAt(problem, "/text")} />
						<details class="note-when">
							<summary class="small"><Icon of={noteIcon} size={12} />{t("note.earlier")}</summary>
							<TimeField label={t("note.when")} name="occurred_at" hint={t("note.when_hint")} error={errorAt(problem, "/occurred_at")} />
						</details>
					</>
				)}
			</DraftForm>
		</div>
	);
}
