/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * at_frame.tsx - that a past moment is looked at, said so that nobody takes it for now: a frame
 * around the window, the moment in words, and the way back.
 */
import historyIcon from "@primer/octicons/build/svg/history-16.svg";
import linkIcon from "@primer/octicons/build/svg/link-16.svg";

import { exact } from "../i18n/format";
import { t, tx } from "../i18n/t";
import { copyLink } from "../ui/copy";
import { Icon } from "../ui/icon";
import { at, hrefAt, isFrozen, lookAt } from "./at";
import { moment } from "./timeline_said";

/** `shown`: the moment as a time, once it is known; nothing while the room is live. */
export function AtFrame({ shown }: { shown: string | undefined }) {
	if (!isFrozen.value)
		return null;
	return (
		<>
			<div class="at-frame" aria-hidden="true" />
			<div class="at-banner" role="status">
				<p><Icon of={historyIcon} />{" "}
					{shown === undefined ? t("at.looking_back")
						: tx("at.looking", { moment: <time class="strong" dateTime={shown} title={exact(shown)}>{moment(shown)}</time> })}{" "}
					<span class="at-hint">{t("at.no_changes")}</span>
				</p>
				<div class="buttons">
					<button type="button" class="at-copy" onClick={() => void copyLink(location.origin + hrefAt(at.value))}><Icon of={linkIcon} />{t("mention.copy")}</button>
					<button type="button" class="primary at-back" onClick={() => lookAt("")}>{t("at.back")}</button>
				</div>
			</div>
		</>
	);
}
