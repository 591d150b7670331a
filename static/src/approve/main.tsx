/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * main.tsx - the page of approvals starts here, as a script of its own: it has to be read and answered on a
 * phone at the end of a slow line, so the feed and the rooms stay behind. Links to them load the other one.
 */
import { render } from "preact";

import { needStatementWords, setLanguage } from "../i18n/t";
import { lookUp } from "../session";
import { lang, watchSettings } from "../settings";
import { watchClock } from "../ui/now";
import { App } from "./app";

async function start(): Promise<void> {
	const root = document.getElementById("app");
	if (root === null)
		throw new Error("the page has no #app");
	watchClock();
	const session = lookUp();
	await Promise.all([setLanguage(lang.value), needStatementWords()]);
	watchSettings();
	await session;
	render(<App />, root);
}

void start();
