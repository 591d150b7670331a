/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* spread_add.tsx - which claim the chosen mentions spread. Loaded when somebody asks for it. */
import { useState } from "preact/hooks";

import { t } from "../i18n/t";
import { Dialog } from "../ui/dialog";
import { Text } from "../ui/text";
import { fail, say } from "../ui/toast";
import { DraftForm } from "./draft";
import { VerdictMark } from "./marks";
import type { RoomData } from "./model";
import { addSpread, dropSpread, ofClaim } from "./spread";

export interface SpreadProps {
	room: RoomData;
	mentions: readonly number[];
	onClose: () => void;
	onDone: () => void;
}

export default function SpreadAdd({ room, mentions, onClose, onDone }: SpreadProps) {
	const [chosen, setChosen] = useState((room.claims.find((c) => c.id === ofClaim.value) ?? room.claims[0])?.id ?? 0);
	let added = 0;
	const finish = (): void => {
		/* Some may have spread it before, and we cannot tell which: then there is no way back to what was. */
		say(t("part.mentions.spread_done", { n: added }), added !== mentions.length ? {} : {
			undo: () => void dropSpread(room, chosen, mentions).then((r) => { if (r !== null && !r.ok) fail(r.problem); }),
		});
		onDone();
	};
	return (
		<Dialog title={t("part.mentions.spread_title")} onClose={onClose} class="wide">
			<DraftForm name={`room-${room.id}-spread`} go={t("part.mentions.spread_go")} fields={[]} onCancel={onClose} onDone={finish}
				onSend={async () => {
					const before = room.claims.find((c) => c.id === chosen)?.spread ?? 0;
					const r = await addSpread(room, chosen, mentions);
					added = r.ok ? Math.max(0, (r.data.spread ?? 0) - before) : 0;
					return r;
				}}>
				{() => (
					<fieldset class="choice">
						<legend>{t("part.mentions.spread_which", { n: mentions.length })}</legend>
						<div class="checks">
							{room.claims.map((c) => (
								<label key={c.id} class={c.id === chosen ? "chosen" : ""}>
									<input type="radio" name="claim" value={c.id} checked={c.id === chosen} onChange={() => setChosen(c.id)} />
									<Text class="strong">{c.text ?? t("erased")}</Text>
									<span class="hint incident-marks"><VerdictMark of={c.verdict} />{t("claim.spread", { n: c.spread ?? 0 })}</span>
								</label>
							))}
						</div>
					</fieldset>
				)}
			</DraftForm>
		</Dialog>
	);
}
