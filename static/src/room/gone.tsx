/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* gone.tsx - in place of an incident that is not there, or not for whoever asks. */
import { t } from "../i18n/t";

export function Gone() {
	return (
		<div class="empty">
			<h1 tabIndex={-1}>{t("room.gone")}</h1>
			<p class="soft">{t("room.gone_hint")}</p>
			<a class="button primary" href="/incidents">{t("nav.incidents")}</a>
		</div>
	);
}
