/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_sessions.mjs - statements written by many at once over real connections, with the code of the pages (collab.ts,
 * wire.ts) and without a browser. Where test_typing.mjs plays a network step by step, here time runs: connections
 * are cut behind a request, pages die while it is on its way, and the server is ended and killed in the
 * middle of eight typists. What it said yes to is in the record, where it said so. See sessions/desk.ts.
 *
 *   DIWAN_SOAK=1 plays the 3,000 sessions that are promised; SESSIONS=n as many as you like.
 */
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { bundle, canBundle, unbundle } from "./bundle.mjs";
import { Room, runAll } from "./room.mjs";

if (!canBundle()) {
	console.log("ok 1 sessions # SKIP the packages of static/ are not installed");
	process.exit(0);
}
const out = bundle([join(dirname(fileURLToPath(import.meta.url)), "sessions/play.ts")]);
const { sessions, eightTypists, worldOf } = await import(pathToFileURL(join(out, "play.mjs")));
unbundle(out);

const N = Number(process.env.SESSIONS || (process.env.DIWAN_SOAK === "1" ? 3000 : 40));
const ENDS = ["SIGTERM", "SIGKILL", "SIGTERM"];
const FASTER_THAN_LIFE = ["--changes-per-s", "100000"]; /* many people to a token, whose timers run at twenty times the speed */
const room = new Room();
await room.start({ args: FASTER_THAN_LIFE });
const tokens = [];
for (const name of ["one", "two", "three", "four"])
	tokens.push(await room.cli("token", "add", name, "--scope", "act,read"));
const world = worldOf({ url: room.url, pace: 20, waits: 0 }, tokens, Math.max(1, Number(process.env.DIWAN_SLOW || 1)));

async function timed(what, fn) {
	const began = performance.now(), taken = await fn();
	console.log(`# ${what}: ${taken} changes taken in ${((performance.now() - began) / 1000).toFixed(1)} s`);
}

await runAll({
	sessions_with_lost_answers_converge: () => timed(`${N} sessions`, () => sessions(world, N)),
	eight_typists_and_a_server_that_ends: () => timed("eight typists", () => eightTypists(world, ENDS, async (how) => {
		await room.stop(how);
		await room.start({ args: FASTER_THAN_LIFE });
	})),
	who_is_told_to_wait_loses_nothing: async () => {
		await room.stop();
		await room.start({ args: ["--changes-per-s", "1"] });
		for (let k = 0; k < 30 && world.place.waits === 0; k++) /* ten seconds' worth may be said at once, by each of four */
			await timed("with one request a second", () => sessions(world, 2));
		if (world.place.waits === 0)
			throw new Error("nobody was told to wait");
	},
}, { screenshot: async () => {} }, room, { close: () => world.frames.close() });
