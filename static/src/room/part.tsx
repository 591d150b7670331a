/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* part.tsx - a part of the room: a box with a heading on a wide screen, behind a tab on a narrow one. */
import type { ComponentChildren } from "preact";

import { number } from "../i18n/format";
import { query } from "../router";
import type { RoomData } from "./model";

export interface PartProps {
	room: RoomData;
	/** The past is looked at: nothing can be changed. */
	isFrozen: boolean;
	reload: () => Promise<void>;
}

export const PARTS = ["overview", "statements", "claims", "tasks", "decisions", "mentions", "files", "timeline"] as const;
export type PartName = (typeof PARTS)[number];

export function shownPart(): PartName {
	const asked = query.value.get("part") as PartName | null;
	return asked !== null && PARTS.includes(asked) ? asked : "overview";
}

export function Part({ name, title, count, actions, children }: { name: PartName; title: string; count?: number; actions?: ComponentChildren; children: ComponentChildren }) {
	return (
		<section class={`room-box part-${name}`} data-part={name} data-shown={shownPart() === name ? "" : undefined} aria-labelledby={`part-${name}`}>
			<header class="part-head">
				<h2 id={`part-${name}`}>{title}{count !== undefined && <span class="count-tag">{number(count)}</span>}</h2>
				{actions && <div class="buttons">{actions}</div>}
			</header>
			{children}
		</section>
	);
}
