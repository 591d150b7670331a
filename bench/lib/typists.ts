/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* typists.ts - for bench/statements.mjs: people who type in one statement, far from the server, with the code of the pages. */
import "../../tests/browser/unit/page";

import { declare, Desk, sleep } from "../../tests/browser/sessions/desk";
import { worldOf } from "../../tests/browser/sessions/play";
import { Dice } from "../../tests/browser/unit/typists";

const KEY_MS = 150; /* a fast typist: from one key to the next */

export interface Settled {
	/** From the last key until everybody shows the same and all of it is saved. */
	settled_ms: number;
	keys: number;
	/** Changes that waited in one page at once. */
	waiting_most: number;
}

export async function typists(url: string, tokens: string[], people: number, rtt: number, seconds: number, seed: number): Promise<Settled> {
	const world = worldOf({ url, rtt, pace: 1, waits: 0 }, tokens, 1), desk = new Desk(world, seed, true);
	await desk.open(await declare(world), people);
	const end = performance.now() + seconds * 1000;
	let keys = 0, last = 0, most = 0;
	await Promise.all(desk.pages.map(async (p, i) => {
		const dice = new Dice(seed * 100 + i);
		await sleep(dice.below(KEY_MS));
		while (performance.now() < end) {
			desk.type(p);
			keys++;
			last = performance.now();
			most = Math.max(most, p.collab.waiting);
			await sleep(KEY_MS / 2 + dice.below(KEY_MS));
		}
	}));
	await desk.until("all have settled", () => desk.isSettled);
	const settled_ms = performance.now() - last;
	await desk.settle();
	desk.close();
	world.frames.close();
	return { settled_ms, keys, waiting_most: most };
}
