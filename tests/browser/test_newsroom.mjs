/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_newsroom.mjs - the public pages in each language, theme and width, and on paper: read by somebody who
 * is nobody, with scripts turned off.
 */
import assert from "node:assert/strict";
import { join } from "node:path";

import { forEachLook, look } from "./looks.mjs";
import { launch, newPage, Room, runAll, send as sendBy, setUp, signIn } from "./room.mjs";

const room = new Room();
await room.start({ wantSetup: true, args: ["--organisation", "Rayhan Foods · ریحان"] });
const browser = await launch();
const page = await newPage(browser);
await setUp(page, room);

async function enter(name, role) {
	const password = await room.cli("user", "add", name, "--roles", role);
	const p = await newPage(browser);
	await p.goto(room.url);
	await signIn(p, name, password);
	await p.locator("#sign-in").waitFor({ state: "detached" });
	return { send: (...rest) => sendBy(p, room, ...rest), password };
}
const lead = await enter("layla", "lead"), boss = await enter("samira", "approver");
const incident = (await lead.send("POST", "/incidents", { title: "Guests are ill", severity: 2 })).id;

const draft = async (lang, title, text, more = {}) => (await lead.send("POST", `/incidents/${incident}/statements`,
	{ title, lang, channel: "press", audience: "public", text, ...more })).id;
async function publish(id, reason) {
	const { revision } = await lead.send("GET", `/statements/${id}`);
	const { digest } = await lead.send("POST", `/statements/${id}/submit`, { revision });
	await boss.send("POST", `/statements/${id}/verdicts`, { digest, verdict: "approve", password: boss.password });
	return (await lead.send("POST", `/statements/${id}/publish`, { digest, ...(reason && { reason }) })).seq;
}
async function append(id, what) {
	const { revision, units } = await lead.send("GET", `/statements/${id}`);
	await lead.send("POST", `/statements/${id}/changes`, { revision, updates: [{ client: "tab", changes: [units, [0, ...what.split("\n")]] }] });
}

const en = await draft("en", "Nine guests are ill: what we know", "Nine guests who ate with us on Saturday evening are ill. We are sorry, and we are with them and their families.\n\n" +
	"The kitchen is closed. The health office takes samples today.\nWe will speak again at 18:00 UTC, here: https://www.example.org/guests?day=saturday (and by telephone, 555-0100).");
const first = await publish(en);
const ar = await draft("ar", "تسعة ضيوف مرضى: ما نعرفه", "تسعة ضيوف تناولوا العشاء عندنا مساء السبت مرضى. نأسف لذلك، ونحن معهم ومع عائلاتهم.\n\n" +
	"المطبخ مغلق. تأخذ هيئة الصحة عينات اليوم، والتفاصيل على https://www.example.org/guests.", { translation_of: en });
await publish(ar);
const fa = await draft("fa", "نُه مهمان بیمارند: آنچه می‌دانیم", "نُه مهمانی که شنبه‌شب نزد ما شام خوردند بیمارند. متأسفیم و کنار آنها و خانواده‌هایشان هستیم.\n\n" +
	"آشپزخانه بسته است. ادارهٔ بهداشت امروز نمونه می‌گیرد: https://www.example.org/guests\nتلفن مهمانان: +98 21 5550 0100، هر روز از ۸ تا ۲۰.", { translation_of: en });
await publish(fa);
await append(en, "\n\nUpdate: eleven guests are ill, not nine.");
await publish(en, "Two more guests have called us.");
const milk = await draft("en", "The milk is not the cause", "The milk of that evening was tested and is safe.");
await publish(milk);
await lead.send("POST", `/statements/${milk}/withdraw`, { reason: "The laboratory has tested another delivery." });
const third = (await lead.send("POST", `/statements/${fa}/corrections`, { text: "یازده مهمان بیمارند و نه نُه مهمان.", reason: "دو مهمان دیگر با ما تماس گرفتند." })).id;
await publish(third, "دو مهمان دیگر با ما تماس گرفتند.");

const PAGES = { list: (lang) => `?lang=${lang}`, one: (lang) => `/${{ en, ar, fa }[lang]}`, old: () => `/${en}?version=${first}`, gone: () => `/${milk}`,
	correction: () => `/${third}` };

/* axe needs scripts in a page that has none of its own: they are turned off where we only look. */
const reader = (options = {}) => newPage(browser, options);

const tests = {
	...forEachLook(async (lang, theme, width) => {
		const p = await reader({ viewport: { width, height: width < 500 ? 844 : 800 }, colorScheme: theme, locale: lang });
		const wrong = [];
		for (const [name, at] of Object.entries(PAGES)) {
			await p.goto(`${room.url}/newsroom${at(lang)}`);
			await look(p, `newsroom-${name}-${lang}-${theme}-${width}`, wrong, { isWhole: true });
		}
		await p.context().close();
		assert.deepEqual(wrong, []);
	}),

	async needs_no_script_and_leaves_nothing() {
		const p = await reader({ javaScriptEnabled: false });
		await p.goto(`${room.url}/newsroom?lang=en`);
		await p.getByRole("link", { name: "The milk is not the cause" }).click();
		assert.equal(await p.getByText("was tested and is safe").isVisible(), false);
		await p.getByText("Read the withdrawn text").click();
		assert.equal(await p.getByText("was tested and is safe").isVisible(), true);
		await p.getByRole("link", { name: "Newsroom" }).click();
		await p.getByRole("link", { name: "فارسی", exact: true }).click();
		await p.getByRole("heading", { level: 1, name: "اتاق خبر" }).waitFor();
		assert.deepEqual(await p.context().cookies(), []);
		await p.context().close();
	},

	async each_text_runs_its_own_way() {
		const p = await reader();
		await p.goto(`${room.url}/newsroom?lang=en`);
		const way = await p.evaluate(() => Object.fromEntries([...document.querySelectorAll(".list h2")].map((h) => [h.lang, getComputedStyle(h).direction])));
		assert.deepEqual(way, { en: "ltr", ar: "rtl", fa: "rtl" });
		await p.goto(`${room.url}/newsroom/${ar}`);
		const link = p.locator(".text a");
		assert.equal(await link.getAttribute("href"), "https://www.example.org/guests");
		assert.equal(await link.getAttribute("rel"), "nofollow noopener");
		await p.goto(`${room.url}/newsroom/${fa}`);
		const lefts = await p.locator(".text").evaluate((box) => {
			const at = (found) => {
				const walk = document.createTreeWalker(box, NodeFilter.SHOW_TEXT), range = document.createRange();
				while (walk.nextNode()) {
					const i = walk.currentNode.data.indexOf(found);
					if (i >= 0) {
						range.setStart(walk.currentNode, i);
						range.setEnd(walk.currentNode, i + found.length);
						return range.getBoundingClientRect().left;
					}
				}
				return NaN;
			};
			return [at("+98"), at("21 5"), at("0100")];
		});
		assert.ok(lefts[0] < lefts[1] && lefts[1] < lefts[2], "a telephone number is not turned around");
		await p.context().close();
	},

	/* Whoever reads in the dark gets dark ink on paper nevertheless. */
	async prints() {
		const p = await reader({ colorScheme: "dark", viewport: { width: 794, height: 1123 } });
		await p.emulateMedia({ media: "print" });
		for (const [name, id] of Object.entries({ en, ar, fa, gone: milk })) {
			await p.goto(`${room.url}/newsroom/${id}`);
			for (const part of ["body > footer", "nav", "details:not([open])"])
				assert.deepEqual(await p.locator(part).evaluateAll((all) => all.filter((e) => e.checkVisibility())), [], `${part} leads nowhere on paper`);
			for (const part of ["body > header strong", "h1", ".meta time"])
				assert.equal(await p.locator(part).first().isVisible(), true, part);
			assert.equal(await p.locator(".proof").isVisible(), name !== "gone", "what is withdrawn stays folded");
			const ink = await p.evaluate(() => [...document.querySelectorAll("body, h1, main, .text, .notice")].map((e) => {
				const { color, backgroundColor } = getComputedStyle(e);
				return `${color} on ${backgroundColor}`;
			}));
			assert.deepEqual([...new Set(ink)], ["rgb(28, 37, 48) on rgba(0, 0, 0, 0)"], name);
			const edges = await p.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
			assert.ok(edges[0] <= edges[1], `${name} runs off the paper`);
			if (process.env.SHOTS !== "0")
				await p.screenshot({ path: join(process.env.SHOTS || join(import.meta.dirname, "shots"), `newsroom-print-${name}.png`), fullPage: true });
		}
		await p.context().close();
	},
};

await runAll(tests, page, room, browser);
