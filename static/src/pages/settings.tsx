/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* settings.tsx - how this browser shows things: language, theme, calendar, digits, time zone, single keys. */
import { ago, dateTime, exact, number } from "../i18n/format";
import { LANG_NAMES, t } from "../i18n/t";
import { showKeys } from "../keys";
import { calendar, CALENDARS, canKeep, digits, DIGITS, hasKeys, lang, LANGS, theme, THEMES, zone } from "../settings";
import { chooseLanguage } from "../switches";
import { Choice } from "../ui/field";
import { minute } from "../ui/now";
import { PageHead } from "../ui/parts";

const own = new Intl.DateTimeFormat().resolvedOptions().timeZone;

/* What the choices beside it make of now and of a number. */
function Sample() {
	const now = minute.value;
	return (
		<div class="sample" role="group" aria-label={t("settings.dates")}>
			<p class="strong">{dateTime(now)}</p>
			<p class="soft small">{exact(now)}</p>
			<p>{ago(now - 5 * 60000)} · {number(1234567.8)}</p>
		</div>
	);
}

function ZoneField() {
	const names = Intl.supportedValuesOf("timeZone").filter((z) => z !== "UTC");
	return (
		<div class="field">
			<label for="zone">{t("settings.zone")}</label>
			<select id="zone" name="zone" value={zone.value} onChange={(e) => { zone.value = e.currentTarget.value; }}>
				<option value="auto">{t("zone.auto", { zone: own })}</option>
				<option value="UTC">{t("zone.utc")}</option>
				{names.map((z) => <option key={z} value={z} dir="ltr">{z.replaceAll("_", " ")}</option>)}
			</select>
		</div>
	);
}

export default function Settings() {
	return (
		<>
			<PageHead title={t("nav.settings")} hint={t(canKeep() ? "settings.kept" : "settings.not_kept")} />
			<div class="settings">
				<section class="panel">
					<Choice label={t("settings.language")} name="lang" value={lang.value} options={LANGS.map((l) => ({ value: l, label: LANG_NAMES[l] }))}
						onChange={chooseLanguage} />
					<Choice label={t("settings.theme")} name="theme" value={theme.value} onChange={(v) => { theme.value = v; }}
						options={THEMES.map((v) => ({ value: v, label: t(`theme.${v}`) }))} />
					<div class="stack">
						<Choice label={t("settings.keys")} name="keys" value={hasKeys.value ? "on" : "off"} onChange={(v) => { hasKeys.value = v === "on"; }}
							options={[{ value: "on", label: t("on") }, { value: "off", label: t("off") }]} />
						<p class="hint">{t("settings.keys_hint")} <button type="button" class="link" onClick={showKeys}>{t("settings.keys_show")}</button></p>
					</div>
				</section>
				<section class="panel">
					<Choice label={t("settings.calendar")} name="calendar" value={calendar.value} onChange={(v) => { calendar.value = v; }}
						options={CALENDARS.map((v) => ({ value: v, label: t(`calendar.${v}`) }))} />
					<Choice label={t("settings.digits")} name="digits" value={digits.value} onChange={(v) => { digits.value = v; }}
						options={DIGITS.map((v) => ({ value: v, label: t(`digits.${v}`) }))} />
					<ZoneField />
					<Sample />
				</section>
			</div>
		</>
	);
}
