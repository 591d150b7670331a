/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * handover_card.tsx - who has just been given the lead is told so loudly, until they have read the
 * hand-over or put this aside. That is remembered in the browser; it is no part of the record.
 */
import handIcon from "@primer/octicons/build/svg/arrow-switch-16.svg";
import xIcon from "@primer/octicons/build/svg/x-16.svg";
import { signal } from "@preact/signals";

import { t } from "../i18n/t";
import { Icon } from "../ui/icon";
import { me, nameOf, type HandedOver, type RoomData } from "./model";

const nameFor = (room: number, h: HandedOver): string => `diwan.handover.${room}.${h.seq}`;

/* What was read, also where nothing can be kept. */
const read = signal<ReadonlySet<string>>(new Set());

function isRead(room: number, h: HandedOver): boolean {
	if (read.value.has(nameFor(room, h)))
		return true;
	try {
		return localStorage.getItem(nameFor(room, h)) !== null;
	} catch {
		return false;
	}
}

/** The hand-over that is meant: to whom it was given needs it no more. */
export function markRead(room: number, h: HandedOver): void {
	read.value = new Set([...read.value, nameFor(room, h)]);
	try {
		localStorage.setItem(nameFor(room, h), "1");
	} catch { /* storage is closed to us: it lasts as long as the page */ }
}

export function HandoverCard({ room }: { room: RoomData }) {
	const h = room.handed_over;
	if (h === null || h.from === null || h.from === h.to || h.to !== me() || room.lead !== me() || isRead(room.id, h))
		return null;
	return (
		<aside class="handover-card" aria-labelledby="handover-card">
			<Icon of={handIcon} />
			<div>
				<p id="handover-card" class="handover-loud" role="status">{t("handover.loud")}</p>
				<p class="small">{t("handover.loud_hint", { who: nameOf(room, h.from) })}</p>
			</div>
			<div class="buttons">
				<a class="button primary" href={`/incidents/${room.id}/handover`}>{t("handover.read")}</a>
				<button type="button" class="icon-button" title={t("handover.dismiss")} onClick={() => markRead(room.id, h)}>
					<Icon of={xIcon} /><span class="unseen">{t("handover.dismiss")}</span>
				</button>
			</div>
		</aside>
	);
}
