/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* page.mjs - what the benchmarks of the pages share: counters of a page, cold starts, and the table. */
import { newPage } from "../../tests/browser/room.mjs";

/* CPU is the main thread's own (Performance.getMetrics in thread ticks); the heap is read after a collection. */
export async function cdpOf(page) {
	const cdp = await page.context().newCDPSession(page);
	await cdp.send("Performance.enable", { timeDomain: "threadTicks" });
	await cdp.send("HeapProfiler.enable");
	const metric = async (name) => (await cdp.send("Performance.getMetrics")).metrics.find((m) => m.name === name).value;
	return {
		cdp, metric,
		heap: async () => {
			await cdp.send("HeapProfiler.collectGarbage");
			return await metric("JSHeapUsedSize") / 2 ** 20;
		},
	};
}

/*
 * Milliseconds from the navigation to the frame in which all of `wanted` (selectors) are there, in a
 * browser that has loaded nothing of us. A phone is a CPU four times slower and 9 Mbit/s with 60 ms
 * of delay, by the browser's own throttle.
 */
export async function coldStart(browser, url, state, wanted, isPhone = false) {
	const page = await newPage(browser, { storageState: state, ...(isPhone ? { viewport: { width: 390, height: 844 } } : {}) });
	if (isPhone) {
		const { cdp } = await cdpOf(page);
		await cdp.send("Network.enable");
		await cdp.send("Emulation.setCPUThrottlingRate", { rate: 4 });
		await cdp.send("Network.emulateNetworkConditions", { offline: false, latency: 60, downloadThroughput: 9e6 / 8, uploadThroughput: 9e6 / 8 });
	}
	await page.addInitScript((selectors) => {
		new MutationObserver((_, o) => {
			if (selectors.every((s) => document.querySelector(s) !== null)) {
				o.disconnect();
				requestAnimationFrame(() => { window.isShownAt = performance.now(); });
			}
		}).observe(document, { childList: true, subtree: true });
	}, wanted);
	await page.goto(url);
	await page.waitForFunction(() => window.isShownAt !== undefined, undefined, { timeout: 60000 });
	const ms = await page.evaluate(() => window.isShownAt);
	await page.context().close();
	return ms;
}

export const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];

/* Rows of [figure, measured, target]; at most the target is well. */
export function table(rows) {
	console.log("| figure | measured | target | |\n| --- | --- | --- | --- |");
	for (const [name, value, target] of rows)
		console.log(`| ${name} | ${value.toFixed(1)} | ${target} | ${value <= target ? "ok" : "over"} |`);
}
