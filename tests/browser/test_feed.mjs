/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_feed.mjs - the feed page: arrivals, holding still and the pill, reading back, filters and search
 * (live ones, too), one mention with its history, the keyboard alone, and texts that mean harm.
 */
import assert from "node:assert/strict";

import { launch, live, newPage, Room, runAll, setUp } from "./room.mjs";

const room = new Room();
await room.start({ wantSetup: true });
const browser = await launch();
const page = await newPage(browser);

const rows = page.locator(".mention");
const row = (t) => page.locator(".mention", { hasText: t });
const pill = page.locator(".pill");
const mention = (id, t, more = {}) => ({ source: "desk-test", source_id: id, text: t, ...more });
const many = (name, n, more = {}) => Array.from({ length: n }, (_, i) => mention(`${name}-${i}`, `${name} ${i}.`, more));
const scroll = (to) => page.locator(".list").evaluate((e, y) => { e.scrollTop = y; }, to);
const place = (r) => r.evaluate((e) => e.getBoundingClientRect().top);
const query = () => new URL(page.url()).searchParams;

async function fresh() {
	await page.goto(room.url);
	await live(page);
	await rows.first().waitFor();
}

await setUp(page, room);
await runAll({
	async what_is_shown_first_is_asked_for_once_and_before_any_script_is_here() {
		const p = await page.context().newPage();
		const asked = [], ask = () => asked.filter((path) => /^\/(session|mentions)/.test(path)).sort();
		p.on("request", (r) => asked.push(r.url().replace(`${room.url}/api/v1`, "")));
		let letGo;
		const gate = new Promise((resolve) => { letGo = resolve; });
		await p.route("**/assets/main.*", async (route) => { await gate; await route.continue(); });
		await p.goto(room.url, { waitUntil: "commit" });
		const first = ["/mentions?limit=100", "/session"];
		await room.until("both are asked for", () => ask().join() === first.join());
		letGo();
		await live(p);
		await p.locator(".empty").waitFor();
		assert.deepEqual(ask().filter((path) => first.includes(path)), first);
		asked.length = 0;
		await p.goto(`${room.url}/?lang=fa`);
		await live(p);
		assert.deepEqual(ask().filter((path) => first.includes(path)), ["/session"], "what is filtered is asked for by the feed");
		await p.close();
	},
	async mentions_arrive_by_themselves() {
		await room.say([mention("1", "The first one"), mention("2", "مرحبا بالجميع", { lang: "ar" }),
			mention("3", "سلام به همه", { lang: "fa" })]);
		await row("سلام به همه").waitFor();
		assert.deepEqual(await page.locator(".mention .text").allTextContents(), ["سلام به همه", "مرحبا بالجميع", "The first one"]);
		const direction = (t) => row(t).locator(".text").evaluate((e) => getComputedStyle(e).direction);
		assert.deepEqual([await direction("مرحبا"), await direction("first")], ["rtl", "ltr"]);
	},
	async a_change_is_shown_in_place() {
		await room.say(mention("1", "The first one, corrected"));
		await row("corrected").waitFor();
		assert.equal(await rows.count(), 3);
		await rows.last().locator(".flag", { hasText: "changed" }).waitFor();
	},
	async text_of_others_is_only_text() {
		await room.say([
			mention("4", "<img src=x onerror=\"window.hurt=1\"><script>window.hurt=1</script>", {
				author: { name: "<b>bold</b>", handle: "\u202eevil" } }),
			mention("5", "before \u202egnp.live\u202c after \u2066x", { url: "https://example.org/a", title: "A \u202dtitle" }),
			mention("6", "iPhone من خراب شده است @handle", { author: { name: "سارا \u202e(admin)" } }),
		]);
		await row("خراب").waitFor();
		assert.equal(await page.locator(".mention img, .mention script, .mention b").count(), 0);
		assert.equal(await page.evaluate(() => window.hurt), undefined);
		await row("<img src=x").locator(".who", { hasText: "<b>bold</b>" }).waitFor();
		assert.equal(await row("خراب").locator(".text").evaluate((e) => getComputedStyle(e).direction), "rtl");
	},
	async characters_that_turn_text_around_do_nothing_but_show() {
		const bad = row("gnp.live");
		assert.deepEqual(await bad.locator(".hidden-mark").allTextContents(), ["LRO", "RLO", "PDF", "LRI"]);
		assert.equal(await bad.locator(".flag.bad").count(), 1);
		/* No such character is left anywhere in the page. */
		const left = await page.evaluate(() => /[\u202a-\u202e\u2067\u2066]/.test(document.body.innerText));
		assert.equal(left, false);
		/* "gnp.live" runs left to right: its first letter is left of its last. */
		const isInOrder = await bad.locator(".text").evaluate((e) => {
			const walk = document.createTreeWalker(e, NodeFilter.SHOW_TEXT);
			for (let n = walk.nextNode(); n !== null; n = walk.nextNode()) {
				const at = n.data.indexOf("gnp.live");
				if (at < 0)
					continue;
				const box = (i) => { const r = new Range(); r.setStart(n, i); r.setEnd(n, i + 1); return r.getBoundingClientRect().left; };
				return box(at) < box(at + 7);
			}
			return null;
		});
		assert.equal(isInOrder, true);
	},
	async one_mention_has_an_address_history_and_a_safe_link() {
		await row("corrected").click();
		await page.locator(".detail-text", { hasText: "corrected" }).waitFor();
		assert.match(new URL(page.url()).pathname, /^\/mentions\/\d+$/);
		await page.locator(".history li").nth(1).waitFor();
		assert.equal(await page.locator(".history li").count(), 2);
		await page.reload();
		await page.locator(".detail-text", { hasText: "corrected" }).waitFor();
		await page.locator(".side").getByRole("button", { name: "Close" }).click();
		await row("gnp.live").click();
		const link = page.locator(".side a[target=_blank]").first();
		assert.equal(await link.getAttribute("href"), "https://example.org/a");
		assert.equal(await link.getAttribute("rel"), "noopener noreferrer nofollow");
		await page.locator(".side .note.bad").waitFor();
		await page.locator(".raw summary").click();
		await page.locator(".raw dd", { hasText: "gnp.live" }).first().waitFor();
		await page.keyboard.press("Escape");
		await page.locator(".glance").waitFor();
		assert.equal(new URL(page.url()).pathname, "/");
	},
	async a_click_opens_what_was_clicked_while_more_come() {
		await page.goto(room.url);
		await live(page);
		let isOn = true, n = 0;
		const crowd = (async () => {
			while (isOn)
				await room.say(Array.from({ length: 10 }, () => mention(`rush-${++n}`, `rush ${n}.`)));
		})();
		for (let k = 0; k < 5; k++) {
			await row("rush").nth(3).waitFor();
			const box = await rows.nth(3).boundingBox();
			await page.mouse.move(box.x + 300, box.y + box.height / 2);
			await page.mouse.down();
			const under = await page.evaluate(([x, y]) => document.elementFromPoint(x, y).closest(".mention").querySelector(".text").textContent, [box.x + 300, box.y + box.height / 2]);
			await room.until("more have come", ((before) => () => n > before)(n + 20));
			await page.mouse.up();
			await page.locator(".detail-text").waitFor();
			assert.equal(await page.locator(".detail-text").textContent(), under);
			await page.locator(".detail .raw").waitFor(); /* with it come the keys that know what is open */
			await page.keyboard.press("Period");
			await page.locator(".glance").waitFor();
		}
		/* The first one, where the pill comes. */
		const box = await rows.first().boundingBox();
		await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
		await page.mouse.down();
		await room.until("more have come", ((before) => () => n > before)(n + 50));
		await page.mouse.up();
		await page.locator(".detail .raw").waitFor();
		await page.keyboard.press("Period");
		isOn = false;
		await crowd;
	},
	async a_link_is_copied_also_where_scripts_have_no_clipboard() {
		await rows.first().click();
		await page.locator(".detail-text").waitFor();
		await page.context().grantPermissions(["clipboard-read", "clipboard-write"], { origin: room.url });
		await page.evaluate(() => {
			Object.defineProperty(navigator, "clipboard", { value: undefined, configurable: true });
			Object.defineProperty(window, "isSecureContext", { value: false, configurable: true });
		});
		const button = page.locator(".side").getByRole("button", { name: "Copy link" });
		await button.click();
		await page.locator(".toast", { hasText: "copied" }).waitFor();
		assert.equal(await button.evaluate((e) => e === document.activeElement), true, "the focus stays");
		await page.evaluate(() => { delete navigator.clipboard; delete window.isSecureContext; });
		assert.equal(await page.evaluate(() => navigator.clipboard.readText()), page.url());
		await page.keyboard.press("Period");
		await page.locator(".glance").waitFor();
	},
	async hidden_characters_are_shown_on_request() {
		await room.say(mention("7", "می\u200cخواهم بدانم"));
		await row("بدانم").click();
		assert.equal(await page.locator(".detail-text .hidden-mark").count(), 0);
		await page.getByRole("button", { name: "Show hidden characters" }).click();
		assert.deepEqual(await page.locator(".detail-text .hidden-mark").allTextContents(), ["ZWNJ"]);
		await page.goto(`${room.url}/mentions/999999`);
		await page.locator(".side [role=alert]", { hasText: "no such mention" }).waitFor();
	},
	async reading_holds_the_feed_and_the_pill_counts() {
		await fresh();
		await room.say(many("crowd", 60));
		await row("crowd 59.").waitFor();
		await scroll(1500);
		await page.locator(".feed-held").waitFor();
		const seen = row("crowd 40.");
		const before = await place(seen);
		await room.say([mention("8", "While you read"), mention("9", "And another")]);
		await pill.getByText("2 new").waitFor();
		assert.equal(await place(seen), before, "nothing jumped");
		assert.equal(await row("While you read").count(), 0);
		assert.ok((await page.title()).startsWith("(2)"));
		const box = await pill.boundingBox();
		await room.say(mention("10", "A third"));
		await pill.getByText("3 new").waitFor();
		const after = await pill.boundingBox();
		assert.ok(Math.abs(box.y - after.y) < 1, "the pill stays under the pointer");
		await pill.click();
		await row("While you read").waitFor();
		await pill.waitFor({ state: "hidden" });
		assert.ok(!(await page.title()).startsWith("("));
		await page.locator(".list").evaluate((e) => { if (e.scrollTop !== 0) throw new Error("not at the top"); });
	},
	async scrolling_back_to_the_top_goes_on() {
		await scroll(800);
		await page.locator(".feed-held").waitFor();
		await room.say(mention("11", "Held for a moment"));
		await pill.getByText("1 new").waitFor();
		await scroll(0);
		await row("Held for a moment").waitFor();
		await pill.waitFor({ state: "hidden" });
	},
	async selected_text_holds_the_feed() {
		await row("Held for a moment").locator(".text").evaluate((e) => getSelection().selectAllChildren(e));
		await room.say(mention("12", "Not while I copy"));
		await pill.getByText("1 new").waitFor();
		await page.evaluate(() => getSelection().removeAllRanges());
		await row("Not while I copy").waitFor();
	},
	async the_list_is_virtual_and_reads_back_to_the_beginning() {
		await room.say(many("flood", 1500));
		await row("flood 1499.").waitFor();
		assert.ok(await rows.count() < 40, "only what can be seen is in the page");
		await fresh();
		/* Wheel down until the oldest of all is there: pages are fetched as one comes near the end. */
		await page.locator(".list").hover();
		await room.until("the end of the list", async () => {
			await page.mouse.wheel(0, 20000);
			return await row("The first one, corrected").count() === 1 && await page.getByText("That is all there is.").isVisible();
		});
		const last = await rows.last().getAttribute("aria-posinset");
		assert.equal(Number(last), await page.locator(".rows").evaluate((e, h) => Math.round(e.offsetHeight / h), (await rows.first().boundingBox()).height));
		await page.keyboard.press("Escape");
	},
	async filters_are_in_the_address_and_hold_for_what_arrives() {
		await room.say([mention("13", "Ein Satz", { lang: "de", source: "other" }), mention("14", "سلام دوباره", { lang: "fa", source: "other" })]);
		await fresh();
		await page.locator("select").first().selectOption("other");
		await row("Ein Satz").waitFor();
		await room.until("the other source alone", async () => await rows.count() === 2);
		assert.equal(query().get("source"), "other");
		await page.locator("select").nth(1).selectOption("fa");
		await room.until("Persian alone", async () => await rows.count() === 1);
		await room.say([mention("15", "Noch einer", { lang: "de", source: "other" }), mention("16", "سلام سوم", { lang: "fa", source: "other" })]);
		await row("سلام سوم").waitFor();
		assert.equal(await rows.count(), 2);
		await page.reload();
		await row("سلام سوم").waitFor();
		assert.equal(await rows.count(), 2);
		await page.getByRole("button", { name: "Clear" }).click();
		await row("Noch einer").waitFor();
		assert.equal(query().size, 0);
	},
	async what_else_an_author_wrote_is_one_click_away() {
		const by = (id, t, handle, more = {}) => mention(id, t, { source: "net", author: { name: "Dana", handle }, ...more });
		await room.say([by("a1", "Dana's first", "@Dana"), by("a2", "Dana's second", "dana"), by("a3", "Another Dana", "dana2"), mention("a4", "Dana elsewhere", { author: { handle: "dana" } })]);
		await fresh();
		await row("Dana's first").click();
		await page.locator(".detail a", { hasText: "All 2 by this author" }).click();
		await page.locator(".author-chip", { hasText: "@dana" }).waitFor();
		await room.until("these two alone", async () => await rows.count() === 2 && await row("Dana's second").count() === 1);
		assert.deepEqual([query().get("source"), query().get("author")], ["net", "@dana"]);
		await room.say([by("a5", "Dana's third", "DANA"), by("a6", "Omid's", "omid")]);
		await row("Dana's third").waitFor();
		await page.reload();
		await row("Dana's third").waitFor();
		assert.equal(await rows.count(), 3, "the address says it all");
		await page.fill("[data-search]", "second");
		await room.until("words go with it", async () => await rows.count() === 1);
		await page.fill("[data-search]", "");
		await room.until("all three again", async () => await rows.count() === 3);
		await page.locator(".author-chip button").click();
		await row("Omid's").waitFor();
		assert.deepEqual([query().get("source"), query().get("author")], ["net", null]);
		await row("Another Dana").click();
		await page.locator(".detail").getByText("The only one by this author here").waitFor();
		await page.goto(`${room.url}/?source=net&author=@dana`);
		await page.locator(".author-chip").waitFor();
		await page.locator("select").first().selectOption("desk-test");
		await page.locator(".author-chip").waitFor({ state: "detached" });
		await page.getByRole("button", { name: "Clear" }).click();
	},
	async a_search_marks_what_it_found_and_finds_what_arrives() {
		await room.say([mention("17", "The plant at Karkheh leaks"), mention("18", "كتاب جديد"), mention("19", "نشت در کارخانه")]);
		await page.keyboard.press("Slash");
		await page.keyboard.type("leaks");
		await row("Karkheh").locator("mark", { hasText: "leaks" }).waitFor();
		await room.until("one hit", async () => await rows.count() === 1);
		assert.equal(query().get("q"), "leaks");
		await room.say([mention("20", "It leaks again"), mention("21", "It does not")]);
		await row("leaks again").locator("mark").waitFor();
		assert.equal(await rows.count(), 2);
		/* Both keyboards' kaf and yeh find the same. */
		await page.fill("[data-search]", "کتاب");
		await row("كتاب جديد").locator("mark").waitFor();
		await page.goBack().catch(() => {});
	},
	async a_letter_that_comes_as_the_search_begins_stays() {
		await fresh();
		await page.evaluate(() => {
			const set = history.replaceState;
			history.replaceState = (...args) => {
				history.replaceState = set;
				set.apply(history, args);
				const input = document.querySelector("[data-search]");
				input.value += "k";
				input.dispatchEvent(new InputEvent("input", { bubbles: true }));
			};
		});
		await page.fill("[data-search]", "lea");
		await page.waitForFunction(() => new URLSearchParams(location.search).get("q") === "leak");
		assert.equal(await page.inputValue("[data-search]"), "leak");
		/* The address is still stronger than the field, when it was changed by other means. */
		await page.getByRole("button", { name: "Clear" }).click();
		await page.waitForFunction(() => document.querySelector("[data-search]").value === "");
	},
	async a_search_that_cannot_be_says_why() {
		await fresh();
		await page.fill("[data-search]", "؟!");
		await page.locator(".search-problem", { hasText: "cannot be searched" }).waitFor();
		await page.fill("[data-search]", "nobody ever said this");
		await page.locator(".empty", { hasText: "Nothing matches" }).waitFor();
		await page.getByRole("button", { name: "Clear" }).click();
		await rows.first().waitFor();
		assert.equal(await page.locator("[data-search]").inputValue(), "");
	},
	async the_keyboard_alone_is_enough() {
		await fresh();
		const focused = () => page.evaluate(() => document.activeElement.closest(".mention")?.querySelector(".text").textContent ?? "");
		await page.keyboard.press("KeyJ");
		const first = await focused();
		assert.ok(first !== "");
		await page.keyboard.press("KeyJ");
		assert.notEqual(await focused(), first);
		await page.keyboard.press("KeyK");
		assert.equal(await focused(), first);
		await page.keyboard.press("PageDown");
		assert.notEqual(await focused(), first);
		await page.keyboard.press("PageUp");
		await page.keyboard.press("Enter");
		await page.locator(".detail-text").waitFor();
		const opened = await page.locator(".detail-text").textContent();
		await page.locator(".detail .raw").waitFor();
		await page.keyboard.press("KeyJ");
		await page.waitForFunction((t) => document.querySelector(".detail-text")?.textContent !== t, opened);
		await page.keyboard.press("Escape");
		await page.locator(".glance").waitFor();
		await page.locator(".pause[aria-pressed=false]").waitFor();
		await page.keyboard.press("Escape");
		await page.keyboard.press("Space");
		await page.locator(".pause[aria-pressed=true]").waitFor();
		await room.say(mention("22", "Waits for the key"));
		await pill.getByText("1 new").waitFor();
		await page.keyboard.press("Period");
		await row("Waits for the key").waitFor();
		await page.keyboard.press("Shift+Slash");
		await page.locator("dialog .keys kbd", { hasText: "J" }).waitFor();
		await page.keyboard.press("Escape");
		await page.locator("dialog").waitFor({ state: "hidden" });
		await Promise.all([page.keyboard.press("KeyG"), page.keyboard.press("KeyE")]); /* within 1.5 s */
		await page.locator("h1", { hasText: "Settings" }).waitFor();
		await page.locator("[name=keys][value=off]").check();
		await page.locator("h1").click();
		await page.keyboard.press("KeyG");
		await page.keyboard.press("KeyF");
		assert.equal(new URL(page.url()).pathname, "/settings", "single keys are off");
		await page.getByRole("radio", { name: "On", exact: true }).check();
	},
	async on_a_phone_one_of_the_two_is_seen() {
		await page.setViewportSize({ width: 390, height: 844 });
		await fresh();
		const seen = await page.evaluate(() => {
			const list = document.querySelector(".list").getBoundingClientRect();
			return [...document.querySelectorAll(".mention")].filter((e) => e.getBoundingClientRect().bottom <= list.bottom + 1).length;
		});
		assert.ok(seen >= 5, `${seen} mentions on a phone`);
		await rows.first().click();
		await page.locator(".detail-text").waitFor();
		assert.equal(await page.locator(".feed-main").evaluate((e) => e.inert), true);
		await page.locator(".side").getByRole("button", { name: "Close" }).click();
		await page.locator(".side").waitFor({ state: "hidden" });
		await page.setViewportSize({ width: 1280, height: 800 });
	},
	async a_blind_source_is_said_on_every_page() {
		/* A closed port of this machine: refused at once, and blind after five minutes; here the server's answer is played. */
		await page.route("**/api/v1/sources", (route) => route.fulfill({ json: { items: [
			{ id: 1, version: 1, slug: "rss:example.org", kind: "feed", mentions: 3, last_seen_at: null, health: { state: "blind", blind_since: new Date(Date.now() - 600000).toISOString() } },
			{ id: 2, version: 2, slug: "rss:two", kind: "feed", mentions: 0, last_seen_at: null, health: { state: "blind", blind_since: null } },
		] } }));
		await page.goto(`${room.url}/settings`);
		await page.locator("[data-blind]", { hasText: "rss:example.org" }).waitFor();
		await page.locator("[data-blind]", { hasText: "1 more source" }).waitFor();
		await page.unroute("**/api/v1/sources");
	},
	async nothing_was_complained_about() {
		assert.deepEqual(page.wrong, []);
	},
}, page, room, browser);
