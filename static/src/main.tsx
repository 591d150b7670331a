/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* main.tsx - the start: words and session at once, then the shell. */
import { render } from "preact";

import { App } from "./app";
import { connection } from "./bus/bus";
import { setLanguage } from "./i18n/t";
import { watchKeys } from "./keys";
import { watchAddress } from "./router";
import { lookUp } from "./session";
import { lang, watchSettings } from "./settings";
import { watchClock } from "./ui/now";

async function start(): Promise<void> {
	const root = document.getElementById("app");
	if (root === null)
		throw new Error("the page has no #app");
	watchAddress();
	watchClock();
	watchKeys();
	connection.subscribe(({ name }) => { document.documentElement.dataset.line = name; });
	const session = lookUp();
	await setLanguage(lang.value);
	watchSettings();
	await session;
	render(<App />, root);
}

void start();
