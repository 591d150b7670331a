/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* room_choice.tsx - one of some incidents: to put mentions into, or another incident. */
import { t } from "../i18n/t";
import { Name } from "../ui/parts";
import { KindMarks, SeverityMark } from "./marks";
import type { RoomSummary } from "./model";

export function RoomChoice({ legend, name, rooms, chosen, onChange }: { legend: string; name: string; rooms: readonly RoomSummary[]; chosen: number; onChange: (id: number) => void }) {
	return (
		<fieldset class="choice">
			<legend>{legend}</legend>
			<div class="checks">
				{rooms.map((r) => (
					<label key={r.id} class={r.id === chosen ? "chosen" : ""}>
						<input type="radio" name={name} value={r.id} checked={r.id === chosen} onChange={() => onChange(r.id)} />
						<Name class="strong">{r.title ?? t("room.untitled")}</Name>
						<span class="hint incident-marks"><SeverityMark of={r.severity} /><KindMarks room={r} />{t("room.n_mentions", { n: r.counts.mentions })}</span>
					</label>
				))}
			</div>
		</fieldset>
	);
}
