/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * from_feed.tsx - from mentions to an incident: a new one, or one that is open. The feed loads this
 * when somebody asks for it (feed/pick.tsx), so that the feed itself stays light.
 */
import { useState } from "preact/hooks";

import { t } from "../i18n/t";
import { navigate } from "../router";
import { Dialog } from "../ui/dialog";
import { type List, Loading, useLoaded } from "../ui/load";
import { fail, say } from "../ui/toast";
import { Declare } from "./declare";
import { DraftForm } from "./draft";
import { inOrder } from "./list";
import { act, type RoomSummary } from "./model";
import { RoomChoice } from "./room_choice";

async function takeOut(room: number, ids: readonly number[]): Promise<void> {
	for (const id of ids) {
		const r = await act("DELETE", `/incidents/${room}/mentions/${id}`);
		if (!r.ok)
			fail(r.problem);
	}
}

function Choose({ rooms, mentions, onClose, onDone }: { rooms: readonly RoomSummary[]; mentions: readonly number[]; onClose: () => void; onDone: () => void }) {
	const [chosen, setChosen] = useState(rooms[0]?.id ?? 0);
	return (
		<DraftForm name="mentions-to-incident" go={t("declare.add_go")} onCancel={onClose}
			onSend={() => act("POST", `/incidents/${chosen}/mentions`, { ids: mentions })}
			onDone={() => { say(t("declare.added"), { undo: () => void takeOut(chosen, mentions) }); onDone(); navigate(`/incidents/${chosen}?part=mentions`); }}>
			{() => <RoomChoice legend={t("declare.which")} name="incident" rooms={rooms} chosen={chosen} onChange={setChosen} />}
		</DraftForm>
	);
}

function AddTo({ mentions, onClose, onDone }: { mentions: readonly number[]; onClose: () => void; onDone: () => void }) {
	const rooms = useLoaded<List<RoomSummary>>("/incidents?status=open");
	return (
		<Dialog title={t("declare.add")} onClose={onClose} class="wide">
			<p class="soft">{t("declare.from", { n: mentions.length })}</p>
			<Loading of={rooms}>
				{({ items }) => items.length > 0 ? <Choose rooms={inOrder(items)} mentions={mentions} onClose={onClose} onDone={onDone} /> : (
					<>
						<p>{t("declare.none_open")}</p>
						<div class="buttons"><button type="button" onClick={onClose}>{t("close")}</button></div>
					</>
				)}
			</Loading>
		</Dialog>
	);
}

export interface FromFeedProps {
	what: "declare" | "add";
	mentions: readonly number[];
	onClose: () => void;
	/** They are in an incident now. */
	onDone: () => void;
}

export function FromFeed({ what, mentions, onClose, onDone }: FromFeedProps) {
	if (what === "add")
		return <AddTo mentions={mentions} onClose={onClose} onDone={onDone} />;
	return <Declare mentions={mentions} onClose={onClose} onDone={onDone} />;
}
