/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_demo.mjs - what a new user sees first: `diwan demo` fills the page by itself, in three languages,
 * and so does `diwan import` of a file.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { bin, launch, live, newPage, PATIENCE, Room, runAll, setUp, signIn } from "./room.mjs";

const room = new Room();
await room.start({ wantSetup: true });
const browser = await launch();
const page = await newPage(browser);

/* Until it has printed all that it prints: { process, said, dir }. */
async function demo() {
	const dir = mkdtempSync(join(tmpdir(), "diwan-demo-"));
	const child = spawn(bin, ["demo", "--listen", "127.0.0.1:0"], { cwd: dir, stdio: ["ignore", "pipe", "pipe"] });
	let said = "";
	await new Promise((resolve, reject) => {
		const take = (data) => {
			said += data;
			if (said.includes("Ctrl-C"))
				resolve();
		};
		child.stdout.on("data", take);
		child.stderr.on("data", take);
		child.on("exit", () => reject(new Error(`the demo ended:\n${said}`)));
	});
	child.removeAllListeners("exit");
	return { process: child, said, dir };
}

/* Until each language was among the rows that are drawn, which are a part of the list. */
async function untilThree(p, goOn = async () => {}) {
	const seen = new Set();
	await room.until("mentions in three languages", async () => {
		for (const lang of ["ar", "fa", "en"])
			if (await p.locator(`.mention [lang="${lang}"]`).count() > 0)
				seen.add(lang);
		await goOn();
		return seen.size === 3;
	});
}

await setUp(page, room);
await runAll({
	async the_demo_fills_the_page_by_itself() {
		const d = await demo(), p = await newPage(browser);
		try {
			const url = /http:\/\/127\.0\.0\.1:\d+/.exec(d.said)[0];
			await p.goto(url);
			await signIn(p, "observer", /^ *observer +(\S+)/m.exec(d.said)[1]);
			await live(p);
			await p.evaluate(() => { window.isTheSamePage = true; });
			await untilThree(p);
			const newest = () => p.locator(".mention").first().getAttribute("data-id"), was = Number(await newest());
			await room.until("a newer one comes by itself", async () => Number(await newest()) > was);
			assert.equal(await p.evaluate(() => window.isTheSamePage), true);
			assert.deepEqual(p.wrong, []);
		} finally {
			const ended = new Promise((resolve) => { d.process.on("exit", resolve); });
			d.process.kill("SIGINT");
			await ended;
			rmSync(d.dir, { recursive: true, force: true });
			await p.close();
		}
	},
	async an_import_is_shown_as_it_comes() {
		const file = join(room.dir, "crisis.jsonl"), texts = { ar: "انقطعت الكهرباء عن الحي", fa: "برق محله قطع شد", en: "The lights went out" };
		writeFileSync(file, Object.entries(texts).flatMap(([lang, text]) =>
			Array.from({ length: 30 }, (_, i) => `${JSON.stringify({ source: "file", source_id: `${lang}-${i}`, text: `${text} ${i}`, lang })}\n`)).join(""));
		await room.cli("import", file);
		await page.locator(".mention", { hasText: `${texts.en} 29` }).waitFor({ timeout: PATIENCE });
		/* On only when what is there was drawn: no screenful is passed over. */
		await untilThree(page, () => page.locator(".list").evaluate((e) => {
			const { x, y, width, height } = e.getBoundingClientRect();
			if (document.elementFromPoint(x + width / 2, y + height / 2)?.closest(".mention"))
				e.scrollTop += 400;
		}));
		assert.deepEqual(page.wrong, []);
	},
}, page, room, browser);
