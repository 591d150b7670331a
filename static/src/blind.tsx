/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * blind.tsx - says when a source has gone silent on us: an empty feed must not look like a calm day.
 * Across all pages, because whoever decides something may be on any of them.
 */
import eyeIcon from "@primer/octicons/build/svg/eye-closed-16.svg";

import { clock, dateTime } from "./i18n/format";
import { t, tx } from "./i18n/t";
import { blind } from "./sources";
import { Icon } from "./ui/icon";
import { minute } from "./ui/now";
import { Name } from "./ui/parts";

const DAY_MS = 86400000;

/* "since 13:07": "since 5 minutes ago" is not a time in any of our languages. */
const when = (at: string): string => minute.value - Date.parse(at) < DAY_MS ? clock(at) : dateTime(at);

export function BlindBanner() {
	const [first, ...others] = blind.value;
	if (first === undefined)
		return null;
	const since = first.health?.blind_since;
	return (
		<div class="banner bad" role="status" data-blind>
			<Icon of={eyeIcon} />
			<span>
				{tx(since ? "blind.since" : "blind.one", { source: <Name class="strong">{first.slug}</Name>, when: since ? when(since) : "" })}
				{others.length > 0 && ` ${t("blind.others", { n: others.length })}`}
			</span>
			<a href="/sources">{t("blind.look")}</a>
		</div>
	);
}
