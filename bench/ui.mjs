/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * ui.mjs - the feed page under 200 mentions a second, in a real browser against the real server:
 * what a second costs the page's main thread, how long frames take, whether the heap grows, and how
 * soon the first row is there on a cold start, on a desktop and on a phone.
 *
 *   DIWAN_BIN=… node bench/ui.mjs [--seconds 60] [--rate 200] [--json FILE]
 *
 * CPU is the main thread's own (Performance.getMetrics in thread ticks) and so the steady figure on a
 * shared machine; frames and first rows are wall-clock.
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";

import { launch, live, newPage, Room, setUp } from "../tests/browser/room.mjs";
import { cdpOf, coldStart, median, table } from "./lib/page.mjs";

const { values: args } = parseArgs({ options: {
	seconds: { type: "string", default: "60" }, rate: { type: "string", default: "200" }, json: { type: "string" } } });
const SECONDS = Number(args.seconds), RATE = Number(args.rate);
const WARM_UP_S = Math.min(30, SECONDS / 2), FRAMES_S = Math.min(15, SECONDS);
const TEXTS = [
	["en", "x", "Paid twice and the order is gone. Third attempt, third charge, and nobody answers. Code "],
	["fa", "telegram", "پول رو برداشت و سفارش ناپدید شد! می‌خواهم بدانم چه کسی پاسخگوست؟ کد "],
	["ar", "forum", "دفعتُ والتطبيق يقول «فشل الدفع»، لكن البنك خصم المبلغ. أين فلوسي؟ رقم "],
];
let number = 0;

function mention() {
	const [lang, source, text] = TEXTS[number % TEXTS.length];
	return { source, source_id: String(++number), lang, text: text + number, author: { name: `author ${number % 97}`, handle: `author_${number % 97}`, followers: number % 10000 },
		metrics: { likes: number % 500, reposts: number % 40 } };
}

/* Keeps to the rate over the whole time; a late batch is made up for by the next. */
async function publish(room, seconds) {
	const began = performance.now();
	let sent = 0;
	while (performance.now() - began < seconds * 1000) {
		const due = Math.floor((performance.now() - began) / 1000 * RATE) - sent;
		if (due > 0) {
			await room.say(Array.from({ length: Math.min(due, 1000) }, mention));
			sent += due;
		}
		await new Promise((resolve) => { setTimeout(resolve, 50); });
	}
	return sent;
}

const room = new Room();
await room.start({ wantSetup: true });
const browser = await launch();
try {
	const page = await newPage(browser);
	await setUp(page, room);
	await room.say(Array.from({ length: 500 }, mention));
	const state = await page.context().storageState();
	const { metric, heap } = await cdpOf(page);
	await live(page);
	await publish(room, WARM_UP_S);
	const heapBefore = await heap(), cpuBefore = await metric("TaskDuration"), began = performance.now();
	const sent = await publish(room, SECONDS);
	const took = (performance.now() - began) / 1000;
	const cpu = 1000 * (await metric("TaskDuration") - cpuBefore) / took;
	const heapAfter = await heap(), nodes = await metric("Nodes");
	/* Apart from the rest: asking for every frame costs some CPU itself. */
	await page.evaluate(() => {
		window.frames_ = [];
		let last = performance.now();
		const tick = (now) => {
			window.frames_.push(now - last);
			last = now;
			window.frameTick = requestAnimationFrame(tick);
		};
		window.frameTick = requestAnimationFrame(tick);
	});
	await publish(room, FRAMES_S);
	const frames = await page.evaluate(() => { cancelAnimationFrame(window.frameTick); return window.frames_.sort((a, b) => a - b); });
	const starts = { desktop: [], phone: [] };
	for (let i = 0; i < 3; i++) {
		starts.desktop.push(await coldStart(browser, room.url, state, [".mention"]));
		starts.phone.push(await coldStart(browser, room.url, state, [".mention"], true));
	}
	const rows = [
		["main thread, ms of CPU a second", cpu, 80],
		["frame, p95 ms", frames[Math.floor(frames.length * 0.95)], 25],
		["heap after, MB", heapAfter, 30],
		["heap growth after warm-up, MB", heapAfter - heapBefore, 2],
		["first row, desktop, ms", median(starts.desktop), 1000],
		["first row, phone, ms", median(starts.phone), 2500],
	];
	console.log(`${sent} mentions in ${took.toFixed(0)} s (${(sent / took).toFixed(0)}/s), ${frames.length} frames, ${nodes} nodes in the page\n`);
	table(rows);
	if (page.wrong.length > 0)
		console.log(`\nthe page complained: ${page.wrong.join("; ")}`);
	if (args.json)
		writeFileSync(args.json, JSON.stringify({ sent, took, rows }));
} finally {
	await browser.close();
	await room.remove();
}
