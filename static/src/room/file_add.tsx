/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* file_add.tsx - the dialog that brings a file into the room, as evidence of no claim yet. */
import { useState } from "preact/hooks";

import type { Problem } from "../api";
import { t } from "../i18n/t";
import { Dialog } from "../ui/dialog";
import { Form } from "../ui/field";
import { say } from "../ui/toast";
import { FilePick, useFilePick } from "./file_pick";
import type { RoomData } from "./model";

export default function FileAdd({ room, onClose, reload }: { room: RoomData; onClose: () => void; reload: () => Promise<void> }) {
	const pick = useFilePick(room.id);
	const [problem, setProblem] = useState<Problem | null>(null);
	return (
		<Dialog title={t("file.add")} onClose={onClose}>
			<p class="soft">{t("file.add_hint")}</p>
			<Form problem={problem} fields={["/captured_at"]} onSubmit={async (data) => {
				const r = pick.wrong === "" ? await pick.send(data) : null;
				if (r === null)
					return;
				setProblem(r.ok ? null : r.problem);
				if (!r.ok)
					return;
				say(t("saved_now"));
				onClose();
				void reload();
			}}>
				<FilePick pick={pick} problem={problem} />
				<div class="buttons">
					<button type="button" onClick={onClose}>{t("cancel")}</button>
					<button class="primary" disabled={pick.file === null || pick.wrong !== "" || pick.part !== null}>{t("file.add_go")}</button>
				</div>
			</Form>
		</Dialog>
	);
}
