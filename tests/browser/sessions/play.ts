/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* play.ts - what test_sessions.mjs plays against the server that it has started. */
import "../unit/page";

import { Dice } from "../unit/typists";
import { Desk, declare, sleep, type World } from "./desk";
import { Frames, type Place } from "./line";

const ROOM_MOST = 400; /* statements of one room */
const SIDE_BY_SIDE = 24;

export function worldOf(place: Place, tokens: string[], patience: number): World {
	const desks = new Map<number, Desk>();
	const frames = new Frames(place, tokens[0] as string, (batch) => desks.get(batch.statement)?.heard(batch), () => {
		for (const desk of desks.values())
			for (const p of desk.pages)
				p.collab.nudge();
	});
	return { place, tokens, frames, desks, patience };
}

async function session(world: World, seed: number, room: number): Promise<number> {
	const dice = new Dice(seed), desk = new Desk(world, seed);
	await desk.open(room, 2 + dice.below(4));
	desk.loss = dice.of([0, 0.1, 0.3]);
	await desk.play(20 + dice.below(50), seed % 5 === 0 ? 0.03 : 0);
	await desk.settle();
	desk.close();
	return desk.acknowledged;
}

/** Many statements side by side; returns how many changes were taken. */
export async function sessions(world: World, n: number): Promise<number> {
	const rooms: Promise<number>[] = [];
	let next = 0, taken = 0;
	const some = async (): Promise<void> => {
		while (next < n) {
			const seed = next++;
			const room = await (rooms[Math.floor(seed / ROOM_MOST)] ??= declare(world));
			const more = await session(world, seed, room).catch((e: unknown) => { throw new Error(`session ${seed}: ${String(e)}`, { cause: e }); });
			taken += more;
		}
	};
	await Promise.all(Array.from({ length: SIDE_BY_SIDE }, some));
	return taken;
}

/** Eight people type in one statement while `disturb` does what it does to the server, once for each of `times`. */
export async function eightTypists(world: World, times: readonly NodeJS.Signals[], disturb: (how: NodeJS.Signals) => Promise<void>): Promise<number> {
	const desk = new Desk(world, 8, true);
	let isOver = false;
	await desk.open(await declare(world), 8);
	const typing = desk.pages.map(async (p, i) => {
		const dice = new Dice(i);
		while (!isOver) {
			if (p.collab.waiting < 40) /* while there is no server, a person stops, too */
				desk.type(p);
			await sleep(dice.below(30));
		}
	});
	for (const how of times) {
		const sofar = desk.acknowledged;
		await desk.until("forty more are saved", () => desk.acknowledged >= sofar + 40);
		await disturb(how);
	}
	const sofar = desk.acknowledged;
	await desk.until("forty more are saved after that", () => desk.acknowledged >= sofar + 40);
	isOver = true;
	await Promise.all(typing);
	await desk.settle();
	desk.close();
	return desk.acknowledged;
}
