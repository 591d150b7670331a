/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * sessions_agent.ts - a browser's User-Agent as a person would name the device: "Firefox", "Windows".
 *
 * Only the names that people know; a browser that calls itself by three names is the one that comes
 * first here, because all of them also claim to be Chrome or Safari. null: none that we know.
 */
export interface Device {
	browser: string | null;
	system: string | null;
	isHandheld: boolean;
}

const BROWSERS: readonly [RegExp, string][] = [
	[/\bEdg(?:e|A|iOS)?\//, "Edge"], [/\bOPR\/|\bOpera\b|\bOPiOS\//, "Opera"], [/\bSamsungBrowser\//, "Samsung Internet"],
	[/\bYaBrowser\//, "Yandex"], [/\bVivaldi\//, "Vivaldi"], [/\bFirefox\/|\bFxiOS\//, "Firefox"], [/\bHeadlessChrome\/|\bChrome\/|\bCriOS\//, "Chrome"],
	[/\bVersion\/[\d.]+.*\bSafari\//, "Safari"], [/^curl\//, "curl"], [/^diwan\b/, "diwan"], [/^python|^Python/, "Python"],
];
const SYSTEMS: readonly [RegExp, string][] = [
	[/\biPhone\b/, "iPhone"], [/\biPad\b/, "iPad"], [/\bAndroid\b/, "Android"], [/\bHarmonyOS\b/, "HarmonyOS"], [/\bWindows\b/, "Windows"],
	[/\bCrOS\b/, "ChromeOS"], [/\bMac OS X\b|\bMacintosh\b/, "macOS"], [/\bLinux\b|\bX11\b/, "Linux"],
];

const first = (from: readonly [RegExp, string][], text: string): string | null => from.find(([pattern]) => pattern.test(text))?.[1] ?? null;

export function deviceOf(agent: string): Device {
	const text = agent.slice(0, 512);
	return { browser: first(BROWSERS, text), system: first(SYSTEMS, text), isHandheld: /\biPhone\b|\biPad\b|\bAndroid\b|\bMobile\b/.test(text) };
}

/** An address of this machine, of a network that is not the internet, or of the world. */
export function placeOf(peer: string): "here" | "near" | "far" {
	if (/^127\.|^::1$|^::ffff:127\.|^$|^unix/.test(peer))
		return "here";
	const v4 = peer.replace(/^::ffff:/i, "");
	return /^10\.|^192\.168\.|^172\.(1[6-9]|2\d|3[01])\.|^169\.254\.|^f[cd][0-9a-f]{2}:|^fe80:/i.test(v4) ? "near" : "far";
}
