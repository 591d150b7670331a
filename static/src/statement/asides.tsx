/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* asides.tsx - texts that were typed here and cannot be sent: whole, to be copied, until the reader throws them away. */
import { dateTime } from "../i18n/format";
import { t } from "../i18n/t";
import { Copyable } from "../ui/copy";
import { confirm } from "../ui/dialog";
import type { Aside } from "./session";

export function Asides({ of, onDrop }: { of: readonly Aside[]; onDrop: (aside: Aside) => void }) {
	const drop = async (aside: Aside): Promise<void> => {
		if (await confirm({ title: t("statement.aside_drop_q"), yes: t("statement.aside_drop"), isDangerous: true }))
			onDrop(aside);
	};
	return (
		<>
			{of.map((aside) => (
				<div key={aside.record.key} class="note aside">
					<p class="strong">{t("statement.aside")}</p>
					<p>{t("statement.aside_hint", { when: dateTime(aside.at) })}</p>
					<Copyable label={t("statement.text")} value={aside.text} />
					<div class="buttons"><button type="button" onClick={() => void drop(aside)}>{t("statement.aside_drop")}</button></div>
				</div>
			))}
		</>
	);
}
