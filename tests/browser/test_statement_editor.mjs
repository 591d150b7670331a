/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_statement_editor.mjs - hands in the editor of a statement: words composed as phones and input methods do, while
 * others type beside them; the Tab key, which leaves it; a direction that is forced; and characters that nobody
 * would see.
 */
import assert from "node:assert/strict";

import { Room, launch, newPage, runAll, send, setUp, signIn } from "./room.mjs";

const room = new Room();
await room.start({ wantSetup: true });
const browser = await launch();
const admin = await newPage(browser);
await setUp(admin, room);

async function person(name, roles, options = {}) {
	const password = await room.cli("user", "add", name, "--roles", roles);
	const p = await newPage(browser, options);
	await p.goto(`${room.url}/settings`);
	await signIn(p, name, password);
	await p.locator(".rail").waitFor();
	return p;
}
const page = await person("layla", "lead"), other = await person("نسرین", "drafter"), reader = await person("omar", "observer");
const incident = await send(page, room, "POST", "/incidents", { title: "Guests fall ill after the soup", severity: 2 });
let statement;

async function begin(text, lang = "ar") {
	({ id: statement } = await send(page, room, "POST", `/incidents/${incident.id}/statements`, { title: "What we know", lang, channel: "press", audience: "public", text }));
	for (const p of [page, other]) {
		await p.goto(`${room.url}/incidents/${incident.id}/statements/${statement}`);
		await p.locator(".cm-content").waitFor();
		await saved(p);
	}
}
const read = () => send(page, room, "GET", `/statements/${statement}`);
const saved = (p) => p.locator(".statement-text .saved-saved").waitFor();
const lines = (p) => p.locator(".cm-content").evaluate((e) => [...e.querySelectorAll(".cm-line")].map((l) => l.textContent).join("\n"));
const shows = (p, words) => room.until(`it shows ${words}`, async () => (await lines(p)).includes(words));
async function settled() {
	for (const p of [page, other])
		await saved(p);
	const { text } = await read();
	for (const p of [page, other])
		await room.until("all have the same", async () => await lines(p) === text);
	return text;
}
async function goTo(p, ...keys) {
	await p.locator(".cm-content").click();
	for (const key of keys)
		await p.keyboard.press(key);
}

/* ---- an input method, as the browser hears of it ---- */

const hands = await page.context().newCDPSession(page);
const compose = (text) => hands.send("Input.imeSetComposition", { text, selectionStart: text.length, selectionEnd: text.length });
const commit = (text) => hands.send("Input.insertText", { text });
const heard = () => page.evaluate(() => globalThis.composed);
const listen = () => page.evaluate(() => {
	globalThis.composed = [];
	for (const type of ["compositionstart", "compositionend"])
		document.querySelector(".cm-content").addEventListener(type, (e) => globalThis.composed.push([type, e.data]));
});
/* Where what is composed stands now, by the browser's own caret. */
const before = () => page.evaluate(() => {
	const { focusNode, focusOffset } = getSelection();
	return focusNode.nodeType === Node.TEXT_NODE ? focusNode.data.slice(0, focusOffset) : "";
});

/* One word, letter by letter; between them the other page types. */
async function composeAround(word, between) {
	await listen();
	const steps = [...word].map((_, i, all) => all.slice(0, i + 1).join(""));
	for (const [i, step] of steps.entries()) {
		await compose(step);
		await shows(page, step);
		await between[i]?.();
		assert.ok((await before()).endsWith(step), `the caret stands behind “${step}”: “${await before()}”`);
		assert.deepEqual((await heard()).map(([type]) => type), ["compositionstart"], `it goes on behind “${step}”`);
	}
	await commit(word);
	await room.until("it is composed", async () => (await heard()).length === 2);
	assert.equal((await heard())[1][1], word);
}
async function types(words, ...keys) {
	await goTo(other, ...keys);
	await other.keyboard.type(words);
	await shows(page, words);
}

await runAll({
	async a_word_is_composed_while_others_type_above_and_below() {
		await begin("السطر الأول\nنأسف لما \nالسطر الأخير");
		await goTo(page, "Control+Home", "ArrowDown", "End");
		await composeAround("حدث", [
			() => types("فوق ", "Control+Home"),
			() => types(" تحت", "Control+End"),
		]);
		await page.keyboard.type("!");
		assert.equal(await settled(), "فوق السطر الأول\nنأسف لما حدث!\nالسطر الأخير تحت");
	},

	async and_in_the_same_line_on_both_sides_of_it() {
		await begin("قبل  بعد");
		await goTo(page, "Control+Home");
		for (let i = 0; i < 4; i++)
			await page.keyboard.press("ArrowLeft");
		await composeAround("کلمه", [
			undefined,
			() => types("از ", "Control+Home"),
			() => types(" از آن", "Control+End"),
		]);
		assert.equal(await settled(), "از قبل کلمه بعد از آن");
	},

	async where_authors_are_coloured_too() {
		await begin("نأسف لما ");
		await page.locator(".editor-tools .offer").click();
		await page.locator(".cm-content .by").first().waitFor();
		await goTo(page, "Control+End");
		await composeAround("وقع", [
			() => types("نحن ", "Control+Home"),
			() => types("ثم ", "Control+Home"),
		]);
		await page.keyboard.type(".");
		assert.equal(await settled(), "ثم نحن نأسف لما وقع.");
		await room.until("each letter has its colour", async () => (await page.locator(".cm-content .by").allInnerTexts()).join("") === "ثم نحن نأسف لما وقع.");
		await page.locator(".editor-tools .offer").click();
	},

	async what_is_given_up_leaves_nothing() {
		await begin("نأسف.");
		await goTo(page, "Control+End");
		await listen();
		await compose("مؤقت");
		await shows(other, "مؤقت");
		await types("إنا ", "Control+Home");
		await compose("");
		await room.until("it is gone", async () => await lines(page) === "إنا نأسف.");
		assert.equal(await settled(), "إنا نأسف.");
	},

	async tab_leaves_it_both_ways() {
		await begin("One line.\nAnother one.", "en");
		const where = () => page.evaluate(() => (document.activeElement.closest(".cm-content") ? "in" : document.activeElement === document.body ? "nowhere" : document.querySelector(".cm-content").compareDocumentPosition(document.activeElement) & Node.DOCUMENT_POSITION_FOLLOWING ? "behind" : "before"));
		await goTo(page, "Control+End");
		assert.equal(await where(), "in");
		await page.keyboard.press("Tab");
		assert.equal(await where(), "behind");
		await page.keyboard.press("Shift+Tab");
		assert.equal(await where(), "in", "and is entered by it");
		await page.keyboard.press("Shift+Tab");
		assert.equal(await where(), "before");
		await page.keyboard.press("Tab");
		await page.keyboard.press("Control+a");
		await page.keyboard.press("Tab");
		assert.equal(await where(), "behind", "also with all of it selected");
		assert.equal(await lines(page), "One line.\nAnother one.");
		assert.equal((await read()).revision, 0);
	},

	async a_direction_is_forced_and_given_back() {
		await begin("Harbour Kitchen: نأسف لما حدث.\nنعود إليكم عند 15:00.\n+971 4 555 0100\nIn English.");
		await reader.goto(`${room.url}/incidents/${incident.id}/statements/${statement}`);
		await reader.locator(".statement-text .shown").waitFor();
		const dirs = (p, line) => p.locator(line).evaluateAll((all) => all.map((e) => getComputedStyle(e).direction));
		/* Which side of its line the first letter is on: what a reader sees of a direction. */
		const side = (p, line) => p.locator(line).first().evaluate((e) => {
			const range = document.createRange(), text = document.createTreeWalker(e, NodeFilter.SHOW_TEXT).nextNode(), box = e.getBoundingClientRect();
			range.setStart(text, 0);
			range.setEnd(text, 1);
			const { left, right } = range.getBoundingClientRect();
			return left - box.left < box.right - right ? "left" : "right";
		});
		for (const [p, line] of [[page, ".cm-line"], [reader, ".shown p"]]) {
			assert.equal(await p.evaluate(() => document.documentElement.dir), "ltr");
			assert.deepEqual(await dirs(p, line), ["ltr", "rtl", "rtl", "ltr"]);
			assert.equal(await side(p, line), "left");
			const press = async (n) => {
				await p.locator(".editor-tools .switch button").nth(n).click();
				assert.deepEqual(await p.locator(".editor-tools .switch button").evaluateAll((all) => all.map((b) => b.getAttribute("aria-pressed"))), [0, 1, 2].map((i) => String(i === n)));
			};
			await press(1);
			assert.deepEqual(await dirs(p, line), ["rtl", "rtl", "rtl", "rtl"]);
			await press(2);
			assert.deepEqual(await dirs(p, line), ["ltr", "ltr", "ltr", "ltr"]);
			await press(1);
		}
		/* A line that is typed now runs that way as well, and only here. */
		await goTo(page, "Control+End");
		await page.keyboard.type("\nMore.");
		assert.deepEqual(await dirs(page, ".cm-line"), Array(5).fill("rtl"));
		await shows(other, "More.");
		assert.deepEqual(await dirs(other, ".cm-line"), ["ltr", "rtl", "rtl", "ltr", "ltr"]);
		await page.locator(".editor-tools .switch button").first().click();
		assert.deepEqual(await dirs(page, ".cm-line"), ["ltr", "rtl", "rtl", "ltr", "ltr"]);
		await settled();
	},

	async what_nobody_would_see_is_shown() {
		await begin("");
		await goTo(page, "Control+End");
		await page.locator(".cm-content").evaluate((e) => {
			const data = new DataTransfer();
			data.setData("text/plain", "نأسف \u202e12\u202c و\u200bمی\u200cدانیم \u2067ما\u2069");
			e.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
		});
		for (const p of [page, other]) {
			await p.locator(".cm-content .hidden-mark").nth(4).waitFor();
			assert.deepEqual(await p.locator(".cm-content .hidden-mark").allInnerTexts(), ["U+202E", "U+202C", "U+200B", "U+2067", "U+2069"]);
			const drawn = await lines(p);
			assert.doesNotMatch(drawn, /[\u200b\u202a-\u202e\u2066-\u2069]/, "none of them is obeyed");
			assert.ok(drawn.includes("می\u200cدانیم"), "and what Persian is written with is no mark");
		}
		await saved(page);
		assert.equal((await read()).text, "نأسف \u202e12\u202c و\u200bمی\u200cدانیم \u2067ما\u2069", "the text has them, until somebody takes them out");
		/* The figure stands as it was typed: its first digit on the left. */
		const [one, two] = await page.locator(".cm-line").evaluate((line) => {
			const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
			let n = walker.nextNode();
			while (!n.data.includes("12"))
				n = walker.nextNode();
			return [0, 1].map((i) => {
				const range = document.createRange(), at = n.data.indexOf("12") + i;
				range.setStart(n, at);
				range.setEnd(n, at + 1);
				return range.getBoundingClientRect().left;
			});
		});
		assert.ok(one < two, `${one} < ${two}`);
		await page.locator(".finding").first().waitFor();
		/* Each is one step for the hands, and goes by one key. */
		await goTo(page, "Control+End", "Backspace");
		await page.waitForFunction(() => document.querySelectorAll(".cm-content .hidden-mark").length === 4);
		await reader.goto(`${room.url}/incidents/${incident.id}/statements/${statement}`);
		await reader.locator(".statement-text .shown .hidden-mark").nth(3).waitFor();
		assert.doesNotMatch(await reader.locator(".statement-text .shown").innerText(), /[\u200b\u202a-\u202e\u2066\u2067]/);
	},

	async nothing_went_wrong_on_the_way() {
		assert.deepEqual([page, other, reader].flatMap((p) => p.wrong), []);
	},
}, page, room, browser);
