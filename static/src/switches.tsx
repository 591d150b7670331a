/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* switches.tsx - language and theme, wherever somebody may need them before anything else. */
import deviceIcon from "@primer/octicons/build/svg/device-desktop-16.svg";
import moonIcon from "@primer/octicons/build/svg/moon-16.svg";
import sunIcon from "@primer/octicons/build/svg/sun-16.svg";

import { UNREACHED } from "./api";
import { LANG_NAMES, setLanguage, t } from "./i18n/t";
import { type Lang, lang, LANGS, type Theme, theme, THEMES } from "./settings";
import { Icon } from "./ui/icon";
import { fail } from "./ui/toast";

const SHORT = { en: "EN", ar: "ع", fa: "فا" };
const ICONS: Record<Theme, string> = { auto: deviceIcon, light: sunIcon, dark: moonIcon };

export function chooseLanguage(l: Lang): void {
	setLanguage(l).catch(() => fail(UNREACHED));
}

export function LangSwitch() {
	return (
		<div class="switch" role="group" aria-label={t("settings.language")}>
			{LANGS.map((l) => (
				<button key={l} type="button" lang={l} data-lang={l} aria-pressed={lang.value === l} title={LANG_NAMES[l]}
					onClick={() => chooseLanguage(l)}><span aria-hidden="true">{SHORT[l]}</span><span class="unseen">{LANG_NAMES[l]}</span></button>
			))}
		</div>
	);
}

export function ThemeSwitch() {
	return (
		<div class="switch" role="group" aria-label={t("settings.theme")}>
			{THEMES.map((v) => (
				<button key={v} type="button" data-theme-choice={v} aria-pressed={theme.value === v} aria-label={t(`theme.${v}`)} title={t(`theme.${v}`)}
					onClick={() => { theme.value = v; }}><Icon of={ICONS[v]} /></button>
			))}
		</div>
	);
}
