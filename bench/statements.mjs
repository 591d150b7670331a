/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * statements.mjs - the generator of the row `statements` of bench/run; prints one line of JSON.
 *
 *   BENCH_TOKENS=T,… node bench/statements.mjs URL typists SECONDS    eight at 100 ms: see lib/typists.ts
 *   … one-room SECONDS · … many-rooms SECONDS                         50 statements, a key every 200 ms in each
 *
 * In the last two each statement has somebody who types and somebody who looks on, by a stream of their own
 * of that incident. A key is timed from the moment that it was due.
 */
import { Agent, get, request } from "node:http";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const [url, scene, seconds] = [process.argv[2], process.argv[3], Number(process.argv[4])];
const tokens = process.env.BENCH_TOKENS.split(",");
const STATEMENTS = 50, KEY_MS = 200, WARM_MS = 500, LAST_MS = 5000;
const agent = new Agent({ keepAlive: true });
const sleep = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });
const headers = (i) => ({ Authorization: `Bearer ${tokens[i % tokens.length]}`, "Content-Type": "application/json" });

function post(i, path, body) {
	return new Promise((resolve, reject) => {
		const r = request(`${url}/api/v1${path}`, { agent, method: "POST", headers: headers(i), timeout: 30000 }, (answer) => {
			let text = "";
			answer.setEncoding("utf8").on("data", (part) => { text += part; }).on("end", () => (answer.statusCode < 300 ? resolve(JSON.parse(text)) : reject(new Error(`${path}: ${answer.statusCode} ${text}`))));
		});
		r.on("timeout", () => r.destroy(new Error("no answer")));
		r.on("error", reject);
		r.end(JSON.stringify(body));
	});
}

/* Calls back with the revision that a frame about this statement starts from. */
function watch(i, incident, statement, onFrame) {
	return new Promise((resolve, reject) => {
		get(`${url}/api/v1/stream?incident=${incident}`, { agent: false, headers: headers(i) }, (answer) => {
			const own = new RegExp(`"statement":${statement},"base":(\\d+)`, "g");
			let rest = "";
			answer.setEncoding("utf8").on("data", (part) => {
				const all = rest + part, end = all.lastIndexOf("\n\n") + 1;
				rest = all.slice(end);
				for (const [, base] of all.slice(0, end).matchAll(own))
					onFrame(Number(base));
			});
			answer.statusCode === 200 ? resolve(answer) : reject(new Error(`a stream: ${answer.statusCode}`));
		}).on("error", reject);
	});
}

async function edited(isOneRoom) {
	const late = [], rooms = [];
	let sent = 0, end = Infinity, begin = Infinity;
	const statements = [];
	for (let i = 0; i < STATEMENTS; i++) {
		const n = isOneRoom ? 0 : i;
		rooms[n] ??= (await post(0, "/incidents", { title: "A cable is cut", severity: 2 })).id;
		const s = await post(i, `/incidents/${rooms[n]}/statements`, { title: "بیانیه", lang: "fa", channel: "press", audience: "public", text: "" });
		const due = [];
		const stream = await watch(i + 1, rooms[n], s.id, (base) => {
			if (due[base] !== undefined && due[base] >= begin)
				late.push(performance.now() - due[base]);
		});
		statements.push({ id: s.id, due, stream });
	}
	const start = performance.now();
	begin = start + WARM_MS;
	end = begin + seconds * 1000;
	const cpu = process.cpuUsage();
	await Promise.all(statements.map(async ({ id, due }, i) => {
		for (let n = 0; ; n++) {
			const at = start + (i * KEY_MS) / STATEMENTS + n * KEY_MS;
			if (at > end)
				break;
			await sleep(at - performance.now());
			due[n] = at;
			sent += at >= begin;
			await post(i, `/statements/${id}/changes`, { revision: n, updates: [{ client: `t${i}`, changes: n === 0 ? [[0, "س"]] : [n, [0, "س"]] }] });
		}
	}));
	const { user, system } = process.cpuUsage(cpu), took = performance.now() - start;
	for (let waited = 0; late.length < sent && waited < LAST_MS; waited += 10)
		await sleep(10);
	for (const { stream } of statements)
		stream.destroy();
	late.sort((a, b) => a - b);
	const at = (share) => late[Math.min(late.length - 1, Math.floor(late.length * share))];
	return { keys_s: sent / seconds, p50_ms: at(0.5), p99_ms: at(0.99), worst_ms: at(1), missing: sent - late.length, own_cpu_share: (user + system) / 1000 / took };
}

async function eight() {
	const { bundle, canBundle, unbundle } = await import("../tests/browser/bundle.mjs");
	if (!canBundle())
		throw new Error("the packages of static/ are not installed");
	const out = bundle([join(dirname(fileURLToPath(import.meta.url)), "lib/typists.ts")]);
	const { typists } = await import(pathToFileURL(join(out, "typists.mjs")));
	unbundle(out);
	return typists(url, tokens, 8, 100, seconds, Number(process.env.BENCH_SEED || 1));
}

const result = await (scene === "typists" ? eight() : edited(scene === "one-room"));
console.log(JSON.stringify(result));
process.exit(0);
