/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * names.tsx - the names that must not be mixed up, each with how it is written in other languages. Whoever
 * leads the room keeps the list; the dialog for it is loaded when it is opened (head_dialogs.tsx).
 */
import pencilIcon from "@primer/octicons/build/svg/pencil-16.svg";
import { useState } from "preact/hooks";

import { t } from "../i18n/t";
import { number } from "../i18n/format";
import { Icon } from "../ui/icon";
import { useLate } from "../ui/late";
import { Text } from "../ui/text";
import { mayCommand } from "./model";
import { spellingsOf } from "./names";
import type { PartProps } from "./part";

/* So many are seen at a glance; the people of the room stand beside them. */
const FEW = 8;

export function NamesList({ of }: { of: readonly string[] }) {
	return (
		<ul class="names-list">
			{of.map((entry, i) => {
				const [first = "", ...others] = spellingsOf(entry);
				return <li key={i}><Text isInline class="strong">{first}</Text>{others.map((s, k) => <span key={k} class="soft">{"= "}<Text isInline>{s}</Text></span>)}</li>;
			})}
		</ul>
	);
}

export function Names({ room, isFrozen, reload }: PartProps) {
	const [isOpen, setOpen] = useState(false), [isWhole, setWhole] = useState(false);
	const close = (): void => setOpen(false);
	const View = useLate(isOpen, () => import("./head_dialogs"), close);
	const { names } = room, shown = isWhole || names.length <= FEW + 1 ? names : names.slice(0, FEW);
	return (
		<section class="room-box names" aria-labelledby="names-heading">
			<header class="part-head">
				<h2 id="names-heading">{t("room.names")}{names.length > 0 && <span class="count-tag">{number(names.length)}</span>}</h2>
				{!isFrozen && mayCommand(room) && <button type="button" onClick={() => setOpen(true)}><Icon of={pencilIcon} />{t("edit")}<span class="unseen"> {t("room.names")}</span></button>}
			</header>
			{names.length === 0 ? <p class="soft part-empty">{t("room.names_none")} {t("room.names_means")}</p> : <NamesList of={shown} />}
			{shown.length < names.length && <p class="part-more"><button type="button" onClick={() => setWhole(true)}>{t("room.names_all", { n: names.length })}</button></p>}
			{isOpen && View !== null && <View room={room} what="names" onClose={close} reload={reload} />}
		</section>
	);
}
