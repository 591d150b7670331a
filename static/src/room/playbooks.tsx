/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * playbooks.tsx - what of playbooks stands in the room itself: which of them runs, since when and by
 * whom, and the way to start one. The rest is loaded when somebody asks for it.
 */
import bookIcon from "@primer/octicons/build/svg/book-16.svg";
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";

import { t, tx } from "../i18n/t";
import { Icon } from "../ui/icon";
import { useLate } from "../ui/late";
import { Name, Time } from "../ui/parts";
import { nameOf, type RoomData } from "./model";
import type { PartProps } from "./part";
import type { Started } from "./playbook";
import type { PlaybookDialogProps } from "./playbook_dialogs";

const open = signal<PlaybookDialogProps["open"] | null>(null);

export const startPlaybook = (): void => { open.value = "start"; };

export function StartButton() {
	return <button type="button" class="start-playbook" onClick={startPlaybook}><Icon of={bookIcon} />{t("playbook.start")}</button>;
}

export function StartedFacts({ of, by }: { of: Started; by: string }) {
	return <>{tx("playbook.since", { version: of.playbook_version, when: <Time at={of.at} />, who: <Name class="strong">{by}</Name> })}</>;
}

/** One line for each that runs. */
export function Running({ room }: { room: RoomData }) {
	return room.playbooks.length === 0 ? null : (
		<ul class="running" aria-label={t("playbook.running")}>
			{room.playbooks.map((p) => (
				<li key={p.id}>
					<Icon of={bookIcon} />
					<div>
						<p><span class="soft small">{t("playbook.running")}</span> <Name class="strong">{p.title ?? p.slug}</Name></p>
						<p class="soft small"><StartedFacts of={p} by={nameOf(room, p.by)} /></p>
					</div>
					<button type="button" onClick={() => { open.value = p.id; }}>{t("playbook.open")}<span class="unseen"> {p.title}</span></button>
				</li>
			))}
		</ul>
	);
}

/** Stands once in the room. */
export function PlaybookDialogs({ room, reload }: PartProps) {
	const close = (): void => { open.value = null; };
	const View = useLate(open.value !== null, () => import("./playbook_dialogs"), close);
	useEffect(() => close, []);
	return open.value !== null && View !== null ? <View room={room} open={open.value} onClose={close} reload={reload} /> : null;
}
