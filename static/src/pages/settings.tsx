/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* settings.tsx - how this browser shows things: language, theme, calendar, digits, single keys. */
import { dateTime, number } from "../i18n/format";
import { LANG_NAMES, setLanguage, t } from "../i18n/t";
import { calendar, CALENDARS, digits, DIGITS, hasKeys, lang, LANGS, theme, THEMES } from "../settings";
import { Choice } from "../ui/field";
import { PageHead } from "../ui/parts";

export default function Settings() {
	return (
		<>
			<PageHead title={t("nav.settings")} hint={t("settings.hint")} />
			<div class="panel">
				<Choice label={t("settings.language")} name="lang" value={lang.value} onChange={(l) => void setLanguage(l)}
					options={LANGS.map((l) => ({ value: l, label: LANG_NAMES[l] }))} />
				<Choice label={t("settings.theme")} name="theme" value={theme.value} onChange={(v) => { theme.value = v; }}
					options={THEMES.map((v) => ({ value: v, label: t(`theme.${v}`) }))} />
				<Choice label={t("settings.calendar")} name="calendar" value={calendar.value} onChange={(v) => { calendar.value = v; }}
					options={CALENDARS.map((v) => ({ value: v, label: t(`calendar.${v}`) }))} />
				<Choice label={t("settings.digits")} name="digits" value={digits.value} onChange={(v) => { digits.value = v; }}
					options={DIGITS.map((v) => ({ value: v, label: t(`digits.${v}`) }))} />
				<p class="soft">{t("settings.sample", { date: dateTime(Date.now()), n: number(1234567) })}</p>
				<Choice label={t("settings.keys")} name="keys" value={hasKeys.value ? "on" : "off"} onChange={(v) => { hasKeys.value = v === "on"; }}
					options={[{ value: "on", label: t("on") }, { value: "off", label: t("off") }]} />
			</div>
		</>
	);
}
