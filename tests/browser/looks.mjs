/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * looks.mjs - what every page must stand in each language, theme and width: axe finds nothing and
 * nothing sticks out sideways. A picture of each look is left in shots/, to be looked at; SHOTS=0
 * leaves none, and LOOK=fa-dark-390 looks at that one alone.
 */
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { newPage } from "./room.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const here = dirname(fileURLToPath(import.meta.url));
const shots = process.env.SHOTS === "0" ? null : process.env.SHOTS ?? join(here, "shots");
const LOOK = process.env.LOOK ?? "";
if (shots)
	mkdirSync(shots, { recursive: true });

const ALL = ["en", "ar", "fa"].flatMap((lang) => ["light", "dark"].flatMap((theme) => [1280, 390].map((width) => ({ lang, theme, width }))));

/* A test for each look that is asked for: { en_light_1280: () => fn("en", "light", 1280), … }. */
export function forEachLook(fn) {
	return Object.fromEntries(ALL.filter(({ lang, theme, width }) => `${lang}-${theme}-${width}`.includes(LOOK))
		.map(({ lang, theme, width }) => [`${lang}_${theme}_${width}`, () => fn(lang, theme, width)]));
}

/* A page whose reader has chosen these. */
export async function dressed(browser, room, lang, theme, width, options = {}) {
	const p = await newPage(browser, { viewport: { width, height: width < 500 ? 844 : 800 }, ...options });
	await p.context().addCookies([{ name: "diwan_lang", value: lang, url: room.url }, { name: "diwan_theme", value: theme, url: room.url }]);
	return p;
}

/* One look at what the page shows now; what is wrong with it goes into `wrong`. */
export async function look(p, name, wrong, { isWhole = false } = {}) {
	await p.evaluate(() => document.fonts.ready);
	if (!await p.evaluate(() => "axe" in globalThis))
		await p.evaluate(axe);
	const found = await p.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
	wrong.push(...found.violations.map((v) => `${name}: ${v.id}: ${v.nodes.map((n) => n.target.join(" ")).join(", ")}`));
	if (await p.evaluate(() => document.documentElement.scrollWidth > innerWidth))
		wrong.push(`${name}: it scrolls sideways`);
	if (shots)
		await p.screenshot({ path: join(shots, `${name}.png`), fullPage: isWhole });
}
