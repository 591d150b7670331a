/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * need.ts - what pages of rooms stand on besides their code: their words and their style, once. Wait for it
 * together with the code, so that nothing is shown without them.
 */
import { needRoomWords } from "./i18n/t";

let style: Promise<void> | null = null;

function needStyle(): Promise<void> {
	style ??= new Promise((resolve, reject) => {
		const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: document.documentElement.dataset.styleRooms ?? "" });
		link.addEventListener("load", () => resolve());
		link.addEventListener("error", () => {
			link.remove();
			style = null;
			reject(new Error("the style of rooms did not come"));
		});
		document.head.append(link);
	});
	return style;
}

export async function needRoom(): Promise<void> {
	await Promise.all([needRoomWords(), needStyle()]);
}
