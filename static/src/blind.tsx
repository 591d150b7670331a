/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * blind.tsx - says when a source has gone silent on us: an empty feed must not look like a calm day.
 * Across all pages, because whoever decides something may be on any of them.
 */
import eyeIcon from "@primer/octicons/build/svg/eye-closed-16.svg";

import { clockOrDate } from "./i18n/format";
import { t, tx } from "./i18n/t";
import { blind } from "./sources";
import { Icon } from "./ui/icon";
import { minute } from "./ui/now";
import { Name } from "./ui/parts";

export function BlindBanner() {
	const [first, ...others] = blind.value;
	if (first === undefined)
		return null;
	const since = first.health?.blind_since;
	return (
		<div class="banner bad" role="status" data-blind>
			<Icon of={eyeIcon} />
			<span>
				{tx(since ? "blind.since" : "blind.one", { source: <Name class="strong">{first.slug}</Name>, when: since ? clockOrDate(since, minute.value) : "" })}
				{others.length > 0 && ` ${t("blind.others", { n: others.length })}`}
			</span>
			<a href="/sources">{t("blind.look")}</a>
		</div>
	);
}
