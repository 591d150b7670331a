/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * room.mjs - a server, a browser and the names of tests, for the tests beside it.
 *
 * The server is the real one ($DIWAN_BIN) on a temporary folder and a port that it picks. Nothing
 * here sleeps: playwright waits for what must come, DIWAN_SLOW stretches how long it may take.
 */
import { execFile, spawn } from "node:child_process";
import { mkdtempSync, mkdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { chromium } from "playwright-core";

const run = promisify(execFile);
const here = dirname(fileURLToPath(import.meta.url));
const slow = Math.max(1, Number(process.env.DIWAN_SLOW || 1));
export const PATIENCE = 15000 * slow;
const pages = process.env.DIWAN_STATIC; /* other pages than those in the program */
export const bin = process.env.DIWAN_BIN || join(here, "../../build/release/diwan");

export class Room {
	constructor() {
		this.dir = mkdtempSync(join(tmpdir(), "diwan-browser-"));
		this.listen = "127.0.0.1:0";
		this.log = "";
	}

	/* Resolves when it serves; this.setup is the path of the set-up link, if it printed one. */
	async start({ wantSetup = false, args = [] } = {}) {
		this.process = spawn(bin, ["serve", "--data", this.dir, "--listen", this.listen,
			...(pages ? ["--static-dir", pages] : []), ...args], { stdio: ["ignore", "pipe", "pipe"] });
		this.ended = new Promise((resolve) => this.process.on("exit", resolve));
		this.url = this.setup = undefined;
		await new Promise((resolve, reject) => {
			this.process.on("exit", () => reject(new Error(`the server ended:\n${this.log}`)));
			const goOn = () => this.url && (this.setup || !wantSetup) && resolve();
			createInterface({ input: this.process.stdout }).on("line", (line) => {
				const ready = /^diwan: serving (http:\/\/(\S+))$/.exec(line);
				if (!ready)
					return reject(new Error(`on standard output: ${line}`));
				[, this.url, this.listen] = ready;
				goOn();
			});
			createInterface({ input: this.process.stderr }).on("line", (line) => {
				this.log += `${line}\n`;
				this.setup ??= /^diwan: set up the first admin at \S+(\/setup#\S+)$/.exec(line)?.[1];
				goOn();
			});
		});
	}

	async stop(signal = "SIGTERM") {
		this.process.kill(signal);
		return this.ended;
	}

	/* A number of GET /metrics. */
	async metric(name) {
		const text = await (await fetch(`${this.url}/metrics`)).text();
		return Number(new RegExp(`^\\w*${name} (\\S+)`, "m").exec(text)?.[1] ?? NaN);
	}

	async until(what, fn) {
		const end = Date.now() + 3 * PATIENCE;
		while (!(await fn())) {
			if (Date.now() > end)
				throw new Error(`it never came to this: ${what}`);
			await new Promise((resolve) => { setTimeout(resolve, 50); });
		}
	}

	async cli(...args) {
		const child = run(bin, [...args, "--data", this.dir]);
		child.child.stdin.end();
		return (await child).stdout.trim();
	}

	async say(mentions) {
		this.token ??= await this.cli("token", "add", "feed", "--scope", "ingest");
		const r = await fetch(`${this.url}/api/v1/mentions`, {
			method: "POST", body: JSON.stringify(mentions),
			headers: { "Content-Type": "application/json", Authorization: `Bearer ${this.token}` },
		});
		const answer = await r.text();
		if (r.status !== 201 || JSON.parse(answer).rejected.length > 0)
			throw new Error(`ingest: ${r.status} ${answer}`);
	}

	async remove() {
		if (this.process.exitCode === null) {
			this.process.kill("SIGKILL");
			await this.ended;
		}
		rmSync(this.dir, { recursive: true, force: true });
	}
}

export async function launch(...args) {
	return chromium.launch({
		executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
		args: ["--no-sandbox", "--disable-dev-shm-usage", ...args],
	});
}

/* A page that keeps what went wrong in it: exceptions, and what its policy refused. */
export async function newPage(browser, options = {}) {
	const context = await browser.newContext({ locale: "en", viewport: { width: 1280, height: 800 }, ...options });
	const page = await context.newPage();
	page.setDefaultTimeout(PATIENCE);
	page.wrong = [];
	page.on("pageerror", (e) => page.wrong.push(`exception: ${e.message}`));
	/* Everything that is complained about, also a missing word; a refused request is an answer. */
	page.on("console", (m) => {
		if (m.type() === "error" && !/^Failed to load resource/.test(m.text()))
			page.wrong.push(`console: ${m.text()}`);
	});
	await page.addInitScript(() => {
		document.addEventListener("securitypolicyviolation", (e) => console.error(`Content Security Policy: ${e.violatedDirective} ${e.blockedURI}`));
	});
	return page;
}

export const PASSWORD = "the quiet harbour at noon";

export async function fillSetup(page, name = "mira", again = PASSWORD) {
	await page.fill("[name=username]", name);
	await page.fill("[name=password]", PASSWORD);
	await page.fill("[name=again]", again);
	await page.click("button[type=submit]");
}

/* The first admin by the link, signed in and on the feed. */
export async function setUp(page, room, name = "mira") {
	await page.goto(room.url + room.setup);
	await fillSetup(page, name);
	await live(page);
	await page.locator(".welcome-top button").click();
}

export async function signIn(page, name, password = PASSWORD) {
	await page.fill("[name=username]", name);
	await page.fill("[name=password]", password);
	await page.click("#sign-in button[type=submit]");
}

/* The stream is open. */
export const live = (page) => page.locator(".dot.live").waitFor({ timeout: 3 * PATIENCE });
/* The same on any page: what happens from here on comes by the stream, whatever the page had read before. */
export const joined = (page) => page.locator("html[data-line=live]").waitFor({ state: "attached", timeout: 3 * PATIENCE });

/* By the menu, as a reader does it. */
export async function choose(page, lang) {
	await page.locator(".rail .menu > button").click();
	await page.click(`[data-lang="${lang}"]`);
	await page.waitForFunction((l) => document.documentElement.lang === l, lang);
	await page.keyboard.press("Escape");
	await page.locator(".menu-panel").waitFor({ state: "hidden" });
}

/* By the API, with a browser's own session. */
export async function send(p, room, method, path, data, version) {
	const { csrf } = JSON.parse(await (await p.request.get(`${room.url}/api/v1/session`)).text());
	const r = await p.request.fetch(`${room.url}/api/v1${path}`, { method, data, headers: { "X-CSRF-Token": csrf, Origin: room.url,
		...(method === "POST" ? { "Idempotency-Key": crypto.randomUUID() } : {}), ...(version ? { "If-Match": `"${version}"` } : {}) } });
	if (!r.ok())
		throw new Error(`${method} ${path}: ${r.status()} ${await r.text()}`);
	return r.status() === 204 ? null : JSON.parse(await r.text());
}

/* Runs each in order, prints TAP, keeps a picture of a failure, ends the process. */
export async function runAll(tests, page, room, browser) {
	let failed = 0, number = 0;
	for (const [name, fn] of Object.entries(tests)) {
		number++;
		try {
			await fn();
			console.log(`ok ${number} ${name}`);
		} catch (e) {
			failed++;
			console.log(`not ok ${number} ${name}\n# ${String(e.stack).replaceAll("\n", "\n# ")}`);
			const shots = join(here, "shots");
			mkdirSync(shots, { recursive: true });
			await page.screenshot({ path: join(shots, `${name}.png`) }).catch(() => {});
		}
	}
	console.log(`1..${number}`);
	if (failed > 0)
		console.log(`# log of the server:\n# ${room.log.replaceAll("\n", "\n# ")}`);
	await browser.close();
	await room.remove();
	process.exit(failed > 0 ? 1 : 0);
}
