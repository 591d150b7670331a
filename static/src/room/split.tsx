/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* split.tsx - a part of an incident, begun with some of its mentions, becomes one of its own. Loaded when somebody asks for it. */
import { useState } from "preact/hooks";

import { t } from "../i18n/t";
import { navigate } from "../router";
import { errorAt } from "../ui/at";
import { Dialog } from "../ui/dialog";
import { Field } from "../ui/field";
import { SeverityChoice } from "./declare";
import { DraftForm, textOf } from "./draft";
import { Area } from "./fields";
import { act, type RoomData, type Severity } from "./model";

export interface SplitProps {
	room: RoomData;
	mentions: readonly number[];
	onClose: () => void;
}

export default function Split({ room, mentions, onClose }: SplitProps) {
	const [severity, setSeverity] = useState<Severity>(room.severity);
	let made: RoomData | null = null;
	return (
		<Dialog title={t("room.split_title")} onClose={onClose} class="wide">
			<p class="soft">{t("room.split_hint", { n: mentions.length })}</p>
			<DraftForm name={`room-${room.id}-split`} go={t("room.split_go")} fields={["/title", "/type", "/reason"]} onCancel={onClose}
				onDone={() => { onClose(); if (made !== null) navigate(`/incidents/${made.id}`); }}
				onSend={async (f) => {
					const r = await act<RoomData>("POST", `/incidents/${room.id}/split`, {
						title: textOf(f, "title"), severity, type: textOf(f, "type"), reason: textOf(f, "reason"), mentions,
					});
					made = r.ok ? r.data : null;
					return r;
				}}>
				{(problem) => (
					<>
						<Field label={t("declare.title")} name="title" required maxLength={200} hint={t("declare.title_hint")} error={errorAt(problem, "/title")} />
						<SeverityChoice value={severity} onChange={setSeverity} />
						<Field label={t("declare.type")} name="type" maxLength={60} hint={t("declare.type_hint")} error={errorAt(problem, "/type")} />
						<Area label={t("reason")} name="reason" required maxLength={2000} hint={t("reason.hint")} error={errorAt(problem, "/reason")} />
					</>
				)}
			</DraftForm>
		</Dialog>
	);
}
