/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_typing.mjs - the pages' own client against the real server: sessions of two to five people in one draft, with
 * requests and answers that are lost, frames of the stream that come twice or never, pages that die. All end
 * with the server's text, and every letter that was typed is in it once. DIWAN_SOAK=1 plays 3,000 of them,
 * SESSIONS=n so many, SEED=n one alone.
 */
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { bundle, canBundle, unbundle } from "./bundle.mjs";
import { Room } from "./room.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const SESSIONS = Number(process.env.SESSIONS ?? (process.env.DIWAN_SOAK ? 3000 : 150)), PER_ROOM = 400, AT_ONCE = 8;

if (!canBundle()) {
	console.log("ok 1 typing # SKIP the packages of static/ are not installed");
	process.exit(0);
}
const out = bundle([join(here, "unit/typists.ts")]);
const { BEGINNING, play, textFrom, World } = await import(pathToFileURL(join(out, "typists.mjs")));

const room = new Room();
await room.start({ args: ["--changes-per-s", "100000"] }); /* here time does not run */

async function signIn(name, roles) {
	const password = await room.cli("user", "add", name, "--roles", roles);
	const r = await fetch(`${room.url}/api/v1/session`, { method: "POST", body: JSON.stringify({ username: name, password }), headers: { "Content-Type": "application/json", Origin: room.url } });
	const { csrf } = await r.json();
	return { Cookie: r.headers.getSetCookie()[0].split(";")[0], "X-CSRF-Token": csrf, Origin: room.url, "Content-Type": "application/json" };
}
const people = [];
for (let i = 0; i < 5; i++)
	people.push(await signIn(`drafter${i}`, i === 0 ? "lead,drafter" : "drafter"));

async function ask(who, method, path, body) {
	const r = await fetch(`${room.url}/api/v1${path}`, { method, headers: people[who], ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
	return { status: r.status, data: await r.json() };
}
async function must(...request) {
	const r = await ask(...request);
	if (r.status >= 300)
		throw new Error(`${request.slice(1, 3).join(" ")}: ${r.status} ${JSON.stringify(r.data)}`);
	return r.data;
}

class Real {
	constructor(id) { this.id = id; }
	async push(revision, updates, page) {
		const { status, data } = await ask(page, "POST", `/statements/${this.id}/changes`, { revision, updates });
		if (status === 200)
			return { is: "taken", updates: data.updates, stand: data };
		if (status === 409)
			return { is: "moved", ...data };
		return status === 429 || status >= 500 ? { is: "failed" } : { is: "refused", status, detail: JSON.stringify(data) };
	}
	async since(revision) {
		return must(0, "GET", `/statements/${this.id}/changes?since=${revision}`);
	}
	async text() {
		const { text, revision } = await must(0, "GET", `/statements/${this.id}`);
		return { text: textFrom(text), revision };
	}
}

/* One stream; each world gets what is typed in its draft, and loses of it what it likes. */
const worlds = new Map();
let frames = 0;
const stop = new AbortController();
async function listen() {
	const r = await fetch(`${room.url}/api/v1/stream?types=draft`, { headers: people[0], signal: stop.signal });
	let rest = "";
	for await (const piece of r.body.pipeThrough(new TextDecoderStream())) {
		const cut = (rest + piece).split("\n\n");
		rest = cut.pop();
		for (const frame of cut) {
			const json = /^data: (\{.*"type":"draft\.changed".*)$/m.exec(frame)?.[1];
			if (json !== undefined) {
				const { data } = JSON.parse(json);
				frames++;
				worlds.get(data.statement)?.tell(data);
			}
		}
	}
}
const heard = listen().catch(() => undefined);

let incident = null, made = 0;
async function begin(dice, seed) {
	if (made++ % PER_ROOM === 0)
		incident = must(0, "POST", "/incidents", { title: `Typing ${made}`, severity: 4 });
	const { id } = await incident, text = dice.is(0.2) ? "" : BEGINNING;
	const statement = await must(0, "POST", `/incidents/${id}/statements`, { title: `Session ${seed}`, lang: "fa", channel: "press", audience: "public", text });
	const server = new Real(statement.id), world = new World(server, dice, seed % 3 === 0, `s${seed}.`);
	worlds.set(statement.id, world);
	return { world, text: textFrom(text), revision: 0, done: () => worlds.delete(statement.id) };
}

async function one(seed) {
	let done = () => undefined;
	await play(seed, async (dice) => {
		const begun = await begin(dice, seed);
		({ done } = begun);
		return begun;
	}).catch((e) => { throw new Error(`SEED=${seed}: ${e.stack}`); });
	done();
}

let next = Number(process.env.SEED ?? 0), wrong = null;
const end = process.env.SEED === undefined ? SESSIONS : next + 1;
await Promise.all(Array.from({ length: AT_ONCE }, async () => {
	while (next < end && wrong === null)
		await one(next++).catch((e) => { wrong = e; });
}));
stop.abort();
await heard;
if (frames === 0)
	wrong ??= new Error("the stream told nothing");
console.log(wrong === null ? `ok 1 ${end - Number(process.env.SEED ?? 0)} sessions converge and nothing typed is lost, ${frames} frames` : `not ok 1 sessions converge\n# ${wrong.message.replaceAll("\n", "\n# ")}`);
console.log("1..1");
await room.stop();
await room.remove();
unbundle(out);
process.exit(wrong === null ? 0 : 1);
