/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_approvals.mjs - the page of approvals on a phone: what it shows of another version of the same text, when
 * claims changed places or the title did; a device's key, which nothing can take out of the browser, and the
 * password where a browser keeps no keys; three taps at the end of a slow line, and none that decides by accident.
 */
import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";

import { PATIENCE, Room, launch, newPage, runAll, send, setUp, signIn } from "./room.mjs";

const room = new Room();
await room.start({ wantSetup: true });
const browser = await launch();
const admin = await newPage(browser);
await setUp(admin, room);

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }, PASSWORDS = {};
async function enter(p, name, url = room.url) {
	await p.goto(`${url}/settings`);
	await signIn(p, name, PASSWORDS[name]);
	await p.locator(".rail").waitFor({ state: "attached" });
	return p;
}
async function person(name, roles, options = {}) {
	PASSWORDS[name] = await room.cli("user", "add", name, "--roles", roles);
	return enter(await newPage(browser, options), name);
}
const layla = await person("layla", "lead"), nasrin = await person("نسرین", "drafter"), sami = await person("سامي", "approver", { ...PHONE, locale: "ar-EG" });

const incident = await send(layla, room, "POST", "/incidents", { title: "وعكة صحية بعد العشاء", severity: 2 });
const claim = async (text) => (await send(layla, room, "POST", `/incidents/${incident.id}/claims`, { text, verdict: "true" })).id;
const soup = await claim("الحساء سليم"), rice = await claim("الأرز طازج");

/* What somebody drafted, and what it rests on: words, and the claim behind them. */
async function draft(title, text, rests = []) {
	const { id } = await send(nasrin, room, "POST", `/incidents/${incident.id}/statements`, { title, lang: "ar", channel: "press", audience: "public", text });
	await link(id, text, rests);
	return id;
}
async function link(id, text, rests) {
	for (const [words, to] of rests)
		await send(nasrin, room, "POST", `/statements/${id}/links`, { revision: 0, claim: to, rests: "asserts", from: text.indexOf(words), to: text.indexOf(words) + words.length });
}
const read = (id) => send(layla, room, "GET", `/statements/${id}`);
async function submit(id) {
	const { revision } = await read(id);
	return send(nasrin, room, "POST", `/statements/${id}/submit`, { revision });
}
const weighty = (p) => p.locator(".weighty li span").evaluateAll((all) => all.map((e) => e.textContent.replace(/[\u2066-\u2069]/g, "")));
async function approve(p, name, of) {
	if (of !== undefined)
		await p.goto(`${room.url}/approvals#s${of}`);
	await p.locator(".rulings-row .primary").tap();
	await p.fill("dialog [name=password]", PASSWORDS[name]);
	await p.locator("dialog .buttons .primary").tap();
	await p.locator(".empty").waitFor();
}
const ONE = "نؤكد أن حساءنا سليم.", TWO = "نؤكد أن أرزنا طازج.", TEXT = `${ONE} ${TWO}`;
let swapped;

/* Bytes as they travel. */
const sizeOf = async (url) => gzipSync(Buffer.from(await (await fetch(url)).arrayBuffer()), { level: 9 }).length;
const frames = (p) => p.evaluate(() => new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)); }));
/* A phone of somebody who is signed in, at the end of a line like that of a village: 400 kbit/s, 400 ms. */
async function far(who) {
	const p = await newPage(browser, { ...PHONE, locale: "ar-EG", storageState: await who.context().storageState() });
	const line = await p.context().newCDPSession(p);
	await line.send("Network.enable");
	await line.send("Network.emulateNetworkConditions", { offline: false, latency: 400, downloadThroughput: 50000, uploadThroughput: 50000 });
	await p.addInitScript(() => {
		globalThis.taps = 0;
		addEventListener("pointerdown", (e) => { globalThis.taps += e.isTrusted ? 1 : 0; }, true);
	});
	return p;
}
/* What is sent to decide. */
function deciding(p) {
	const sent = [];
	p.on("request", (r) => { if (r.method() === "POST" && r.url().endsWith("/verdicts")) sent.push(r.url()); });
	return sent;
}
const middle = (p, what) => p.locator(what).evaluate(async (e) => {
	await document.fonts.ready;
	e.scrollIntoView({ block: "center", behavior: "instant" });
	const { x, y, width, height } = e.getBoundingClientRect();
	return [x + width / 2, y + height / 2];
});

/* What the browser keeps of the key of its device, and what it gives away. */
const keptKeys = (p) => p.evaluate(async () => {
	const done = (request) => new Promise((resolve, reject) => { request.onsuccess = () => resolve(request.result); request.onerror = () => reject(request.error); });
	const db = await done(indexedDB.open("diwan-keys"));
	const all = await done(db.transaction("keys").objectStore("keys").getAll());
	return Promise.all(all.map(async ({ pair: { privateKey: key }, ...rest }) => ({
		rest: Object.keys(rest).sort(), isKey: key instanceof CryptoKey, type: key.type, extractable: key.extractable, usages: key.usages,
		exported: await Promise.all(["pkcs8", "jwk", "raw"].map((format) => crypto.subtle.exportKey(format, key).then(() => "given away", (e) => e.name))),
		wrapped: await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, true, ["wrapKey"])
			.then((by) => crypto.subtle.wrapKey("pkcs8", key, by, { name: "AES-GCM", iv: new Uint8Array(12) })).then(() => "given away", (e) => e.name),
	})));
});

const tests = {
	async claims_that_changed_places_are_shown_above_the_same_text() {
		swapped = await draft("ما نعرفه", TEXT, [[ONE, soup], [TWO, rice]]);
		const { digest } = await submit(swapped);
		await sami.goto(`${room.url}/approvals`);
		await approve(sami, "سامي");
		assert.equal((await read(swapped)).status, "approved");
		for (const { id } of (await read(swapped)).rests)
			await send(nasrin, room, "DELETE", `/statements/${swapped}/links/${id}`);
		await link(swapped, TEXT, [[ONE, rice], [TWO, soup]]);
		assert.equal((await submit(swapped)).digest, digest, "it is the same text");
		assert.deepEqual((await read(swapped)).verdicts, [], "what was said of it is void");
		await sami.locator(".weighty li").nth(1).waitFor();
		assert.deepEqual(await weighty(sami), [
			`جزء آخر من النص صار يستند إلى «الحساء سليم»: ${ONE} ← ${TWO}`,
			`جزء آخر من النص صار يستند إلى «الأرز طازج»: ${TWO} ← ${ONE}`,
		]);
		assert.equal(await sami.locator(".diff-new, .diff-gone").count(), 0);
		await approve(sami, "سامي");
	},

	async so_is_another_title() {
		const { version } = await read(swapped);
		await send(nasrin, room, "PATCH", `/statements/${swapped}`, { title: "كل شيء سليم" }, version);
		await submit(swapped);
		await sami.locator(".weighty li").first().waitFor();
		assert.deepEqual(await weighty(sami), ["تغيّر العنوان أو اللغة أو القناة أو الجمهور."]);
	},

	async while_it_lies_open_the_next_version_takes_its_place() {
		/* The same text again: only the claims are others than those on the screen. */
		await link(swapped, TEXT, [[ONE, soup]]);
		await submit(swapped);
		await room.until("one more claim is told", async () => (await weighty(sami))[0] === "صار يستند إلى ادعاءات أخرى: – ← الحساء سليم");
		await sami.locator(".things .thing", { hasText: ONE }).nth(1).waitFor();
		await approve(sami, "سامي");
		assert.equal((await read(swapped)).status, "approved");
	},

	async the_key_of_a_device_cannot_be_taken_out() {
		await sami.goto(`${room.url}/authority`);
		await sami.locator(".this-device .primary").click();
		await sami.locator("dialog .primary").click();
		await sami.locator(".this-device code").waitFor();
		await sami.reload();
		await sami.locator(".this-device code").waitFor();
		assert.deepEqual(await keptKeys(sami), [{ rest: ["public", "user"], isKey: true, type: "private", extractable: false, usages: ["sign"],
			exported: Array(3).fill("InvalidAccessError"), wrapped: "InvalidAccessError" }]);
	},

	async a_device_without_keys_approves_by_password() {
		const name = "war-room.example", plain = await launch(`--host-resolver-rules=MAP ${name} 127.0.0.1`), url = room.url.replace("127.0.0.1", name);
		const p = await enter(await newPage(plain, { ...PHONE, locale: "en-GB" }), "سامي", url);
		assert.equal(await p.evaluate(() => isSecureContext), false);
		await p.goto(`${url}/authority`);
		await p.locator("#keys h2").waitFor();
		await p.locator(".this-device", { hasText: "that needs https" }).waitFor();
		assert.equal(await p.locator(".this-device .primary").count(), 0, "no key is made here");
		const of = await draft("من جهاز بلا مفاتيح", "نعود إليكم عند 15:00.");
		await submit(of);
		await p.goto(`${url}/approvals#s${of}`);
		await p.locator(`#s${of} .ruling-ask`).tap();
		await p.fill("dialog [name=reason]", "من قال ذلك؟");
		assert.equal(await p.locator("dialog .signs").count(), 0);
		await p.fill("dialog [name=password]", PASSWORDS["سامي"]);
		await p.locator("dialog .buttons .primary").tap();
		const said = p.locator(`#s${of} .ruling-ask.thing`);
		await said.waitFor();
		assert.match(await said.innerText(), /by password/);
		const [given] = (await read(of)).verdicts;
		assert.deepEqual([given.by.name, given.verdict, given.proof], ["سامي", "ask", "password"]);
		await layla.goto(`${room.url}/incidents/${incident.id}/statements/${of}`);
		await layla.locator(".ruling-ask", { hasText: "by password" }).waitFor();
		assert.deepEqual(p.wrong.filter((w) => !w.includes("Cross-Origin-Opener-Policy header has been ignored")), []);
		await plain.close();
		await approve(sami, "سامي", of);
	},

	async three_taps_from_a_link_to_a_verdict_on_a_slow_line() {
		const of = await draft("من بعيد", "نعود إليكم عند 16:00."), p = await far(sami), scripts = [];
		await submit(of);
		p.on("response", (r) => { if (r.request().resourceType() === "script") scripts.push(r.url()); });
		await p.goto(`${room.url}/approvals#s${of}`);
		await p.locator(`#s${of} .ruling-approve`).tap();
		await p.locator("dialog [name=password]").tap();
		await p.keyboard.type(PASSWORDS["سامي"]);
		assert.deepEqual((await read(of)).verdicts, [], "nothing is said by then");
		await p.locator("dialog .buttons .primary").tap();
		await p.locator(".toast").waitFor();
		const [given] = (await read(of)).verdicts;
		assert.deepEqual([given.by.name, given.verdict], ["سامي", "approve"]);
		assert.equal(await p.evaluate(() => globalThis.taps), 3);
		/* All that ran for it: the page's scripts, and the worker that keeps the stream. */
		const cdp = await browser.newBrowserCDPSession(), { targetInfos } = await cdp.send("Target.getTargets");
		scripts.push(...new Set(targetInfos.filter((i) => i.type === "shared_worker" && i.url.startsWith(room.url)).map((i) => i.url)));
		assert.deepEqual(scripts.map((url) => /(\w+)[^/]*\.js$/.exec(url)?.[1]).sort(), ["approve", "bus"], "those that static/budgets.mjs counts");
		const inline = await p.evaluate(() => [...document.querySelectorAll("script:not([src])")].reduce((n, s) => n + s.textContent.length, 0));
		const bytes = (await Promise.all(scripts.map(sizeOf))).reduce((a, b) => a + b, inline);
		assert.ok(bytes <= 30 * 1024, `${bytes} bytes of script`);
		assert.deepEqual(p.wrong, []);
		await p.context().close();
	},

	async a_second_tap_at_the_same_place_decides_nothing() {
		const of = await draft("نقرتان", "نعود إليكم عند 17:00.");
		await submit(of);
		const { items } = await send(layla, room, "GET", "/keys");
		await send(layla, room, "POST", `/keys/${items[0].id}/confirm`, {});
		/* The moment for which the last button waits (rule.tsx) is as long as this test wants it to be. */
		const p = await sami.context().newPage();
		p.setDefaultTimeout(PATIENCE);
		await p.addInitScript((HOLD_MS) => {
			const later = globalThis.setTimeout;
			globalThis.held = [];
			globalThis.setTimeout = (fn, ms, ...rest) => (ms === HOLD_MS ? globalThis.held.push(fn) : later(fn, ms, ...rest));
		}, 700);
		for (const [width, height] of [[320, 568], [360, 640], [390, 844], [844, 390]]) {
			await p.setViewportSize({ width, height });
			await p.goto(`${room.url}/settings`);
			await p.goto(`${room.url}/approvals#s${of}`);
			await p.locator(`#s${of} .ruling-approve`).waitFor();
			await p.evaluate(() => {
				globalThis.submits = 0;
				addEventListener("submit", (e) => { globalThis.submits++; e.preventDefault(); e.stopPropagation(); }, true);
			});
			const place = await middle(p, `#s${of} .ruling-approve`);
			await p.touchscreen.tap(...place);
			await p.locator("dialog .signs").waitFor();
			/* Wherever the last button lies: at that place, and where it is. */
			const last = await middle(p, "dialog .buttons .primary");
			const isBeside = await p.evaluate(([x, y]) => document.elementFromPoint(x, y) === document.querySelector("dialog[open]"), place);
			await p.touchscreen.tap(...last);
			await p.touchscreen.tap(...place);
			assert.equal(await p.evaluate(() => globalThis.submits), 0, `${width} × ${height}`);
			if (isBeside) { /* what lies beside a dialog closes it */
				await p.locator("dialog[open]").waitFor({ state: "detached" });
				continue;
			}
			await p.evaluate(() => globalThis.held.pop()());
			await p.locator("dialog .buttons .primary:enabled").waitFor();
			await p.touchscreen.tap(...last);
			await p.waitForFunction(() => globalThis.submits === 1); /* a moment later it answers */
		}
		await p.close();
		assert.deepEqual((await read(of)).verdicts, []);
	},

	async a_finger_that_scrolls_opens_nothing() {
		await sami.reload();
		const button = "li.is-open .ruling-approve";
		await sami.locator(button).waitFor();
		const [x, y] = await middle(sami, button), finger = await sami.context().newCDPSession(sami), sent = deciding(sami);
		await sami.evaluate(() => { globalThis.clicks = 0; addEventListener("click", () => { globalThis.clicks++; }, true); });
		await finger.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: [{ x, y }] });
		for (let i = 1; i <= 8; i++)
			await finger.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: [{ x, y: y + 12 * i }] });
		await finger.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
		await frames(sami);
		assert.equal(await sami.evaluate(() => globalThis.clicks), 0);
		assert.equal(await sami.locator("dialog[open]").count(), 0);
		/* A finger that stays does open it: the way is the same one. */
		const [x2, y2] = await middle(sami, button);
		await finger.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: [{ x: x2, y: y2 }] });
		await finger.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
		await sami.locator("dialog[open]").waitFor();
		assert.deepEqual(sent, []);
		await sami.keyboard.press("Escape");
	},

	async two_taps_on_the_last_button_are_one_verdict() {
		const next = await draft("التالي", "نعود إليكم عند 18:00."), sent = deciding(sami);
		await submit(next);
		await sami.reload();
		await sami.locator(".wait").nth(1).waitFor();
		await sami.locator("li.is-open .ruling-approve").tap();
		await sami.locator("dialog .signs").waitFor();
		await sami.locator("dialog .buttons .primary:enabled").waitFor();
		const place = await middle(sami, "dialog .buttons .primary");
		await sami.touchscreen.tap(...place);
		await sami.touchscreen.tap(...place);
		await sami.locator(".toast").waitFor();
		await room.until("the other one is open", async () => await sami.locator(".wait").count() === 1 && await sami.locator(`#s${next} .ruling-approve`).count() === 1);
		assert.equal(sent.length, 1);
		assert.deepEqual((await read(next)).verdicts, []);
	},

	async nothing_went_wrong_on_the_way() {
		assert.deepEqual([layla, nasrin, sami].flatMap((p) => p.wrong), []);
	},
};

await runAll(tests, sami, room, browser);
