/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* head_more.tsx - the rarer moves on an incident: what it is called, who may see it, which other one it belongs to. */
import kebabIcon from "@primer/octicons/build/svg/kebab-horizontal-16.svg";
import lockIcon from "@primer/octicons/build/svg/lock-16.svg";
import mergeIcon from "@primer/octicons/build/svg/git-merge-16.svg";
import pencilIcon from "@primer/octicons/build/svg/pencil-16.svg";
import unlockIcon from "@primer/octicons/build/svg/unlock-16.svg";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

import { t } from "../i18n/t";
import { Icon } from "../ui/icon";
import { useLate } from "../ui/late";
import { Menu } from "../ui/menu";
import type { RoomData } from "./model";

export type More = "words" | "access" | "merge" | "names";
export interface MoreProps {
	room: RoomData;
	what: More;
	onClose: () => void;
	reload: () => Promise<void>;
}

export function MoreMoves({ room, reload }: { room: RoomData; reload: () => Promise<void> }) {
	const [what, setWhat] = useState<More | null>(null);
	const close = (): void => setWhat(null);
	const View = useLate(what !== null, () => import("./head_dialogs"), close);
	return (
		<>
			<Menu label={t("room.more")} button={<Icon of={kebabIcon} />}>
				{(shut) => {
					const item = (icon: string, text: string, of: More): ComponentChildren => (
						<button type="button" class="menu-item" onClick={() => { shut(); setWhat(of); }}><Icon of={icon} />{text}</button>
					);
					return (
						<>
							{item(pencilIcon, t("room.edit"), "words")}
							{item(room.restricted ? unlockIcon : lockIcon, t(room.restricted ? "room.open_up" : "room.restrict"), "access")}
							{room.status !== "merged" && item(mergeIcon, t("room.merge"), "merge")}
						</>
					);
				}}
			</Menu>
			{what !== null && View !== null && <View room={room} what={what} onClose={close} reload={reload} />}
		</>
	);
}
