/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_authority.mjs - who may let statements go, in pages: a key made on a device and confirmed by a second
 * person, a verdict signed by it without a password and taken once; the emergency stop on every page; rules, envelopes,
 * deputies. And all of it in each look.
 */
import assert from "node:assert/strict";

import { dressed, forEachLook, look } from "./looks.mjs";
import { Room, launch, newPage, runAll, send, setUp, signIn } from "./room.mjs";

const room = new Room();
await room.start({ wantSetup: true });
const browser = await launch();
const admin = await newPage(browser);
await setUp(admin, room);

const PASSWORDS = {};
async function person(name, roles, groups, options = {}) {
	PASSWORDS[name] = await room.cli("user", "add", name, "--roles", roles, ...(groups ? ["--groups", groups] : []));
	const p = await newPage(browser, options);
	await p.goto(`${room.url}/settings`);
	await signIn(p, name, PASSWORDS[name]);
	await p.locator(".rail").waitFor();
	p.name = name;
	return p;
}
const layla = await person("layla", "lead,drafter"), nasrin = await person("نسرین", "drafter");
const sami = await person("سامي", "approver", "legal", { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
const ada = await person("a.whitfield-montgomery", "approver", "executive");

const incident = await send(layla, room, "POST", "/incidents", { title: "Guests fall ill after the soup", severity: 2 });
async function statement(title, lang = "en", text = "We are sorry. Next word at 15:00.") {
	const s = await send(nasrin, room, "POST", `/incidents/${incident.id}/statements`, { title, lang, channel: "press", audience: "public", text });
	return { id: s.id, ...await send(nasrin, room, "POST", `/statements/${s.id}/submit`, { revision: 0 }) };
}
const open = async (p, part = "") => { await p.goto(`${room.url}/authority${part}`); await p.locator("#keys h2").waitFor(); };
const verdicts = async (s) => (await send(layla, room, "GET", `/statements/${s.id}`)).verdicts;
const at = (p, s) => p.goto(`${room.url}/approvals#s${s.id}`).then(() => p.reload()).then(() => p.locator(`#s${s.id} .ruling-approve`).waitFor());
let first, lost;

const tests = {
	async what_is_not_there_yet_is_explained() {
		await open(layla);
		await layla.locator("#envelopes .empty").waitFor();
		await layla.locator("#policy", { hasText: "one approval, of any approver" }).waitFor();
		await layla.locator("#keys", { hasText: "No key yet" }).waitFor();
		assert.equal(await layla.locator("#policy .part-head button").count(), 0, "a lead reads the rules");
		assert.equal(await nasrin.locator("#stop .danger").count(), 0);
		assert.equal(await layla.locator(".rail-item[aria-current=page]").getAttribute("href"), "/authority");
	},

	async a_device_enrols_a_key() {
		await open(sami);
		await sami.locator(".this-device .primary").click();
		assert.match(await sami.inputValue("dialog [name=name]"), /Chrome/);
		await sami.fill("dialog [name=name]", "هاتف سامي");
		await sami.locator("dialog .primary").click();
		await sami.locator(".this-device code").waitFor();
		const code = await sami.locator(".this-device code").innerText();
		await open(layla);
		const one = layla.locator("#keys [data-key]");
		await one.waitFor();
		assert.ok((await one.innerText()).includes(code), "both see the same code");
		assert.equal(await sami.locator("#keys [data-key] .primary").count(), 0, "nobody confirms their own");
	},

	async before_it_is_confirmed_the_password_is_asked_for() {
		first = await statement("We are looking into it");
		await at(sami, first);
		await sami.locator(`#s${first.id} .ruling-approve`).click();
		await sami.locator("dialog [name=password]").waitFor();
		assert.match(await sami.locator("dialog").innerText(), /waits for a second person/);
		await sami.keyboard.press("Escape");
	},

	async a_second_person_confirms_it() {
		await layla.locator("#keys [data-key] .primary").click();
		await layla.locator("dialog .primary").click();
		await layla.locator("#keys [data-key] .state.good").waitFor();
		await open(sami);
		await sami.locator(".this-device .good-line").waitFor();
	},

	async it_signs_without_a_password_and_once() {
		await at(sami, first);
		await sami.locator(`#s${first.id} .ruling-approve`).click();
		await sami.locator("dialog .signs").waitFor();
		assert.equal(await sami.locator("dialog [name=password]").count(), 0);
		const sent = sami.waitForRequest((r) => r.url().endsWith("/verdicts"));
		await sami.locator("dialog .primary").click();
		const body = (await sent).postDataJSON();
		await sami.locator(".toast").waitFor();
		const [given] = await verdicts(first);
		assert.deepEqual([given.by.name, given.verdict, given.proof], ["سامي", "approve", "signature"]);
		assert.deepEqual(Object.keys(body.signature).sort(), ["expires", "key", "nonce", "sig"]);
		await assert.rejects(send(sami, room, "POST", `/statements/${first.id}/verdicts`, body), /403.*signature/s, "sent again it is refused");
		assert.equal((await verdicts(first)).length, 1);
		await layla.goto(`${room.url}/incidents/${incident.id}/statements/${first.id}`);
		await layla.getByText("signed on the device").first().waitFor();
	},

	async what_differs_from_the_screen_is_not_signed() {
		const other = await statement("Nobody was hurt", "en", "Nobody was hurt, and we are sorry.");
		await sami.route(`**/api/v1/statements/${other.id}`, async (route) => {
			const r = await route.fetch(), text = (await r.text()).replaceAll("Nobody was hurt, and", "Nobody was seen, and");
			await route.fulfill({ response: r, body: text });
		});
		await at(sami, other);
		await sami.locator(`#s${other.id} .ruling-approve`).click();
		await sami.locator("dialog .signs").waitFor();
		await sami.locator("dialog .primary").click();
		await sami.locator("dialog .note.bad").waitFor();
		assert.deepEqual(await verdicts(other), []);
		await sami.unroute(`**/api/v1/statements/${other.id}`);
		await sami.keyboard.press("Escape");
		await at(sami, other);
		await sami.locator(`#s${other.id} .ruling-reject`).click();
		await sami.fill("dialog [name=reason]", "لم يُتحقق منه");
		await sami.locator("dialog .link").click();
		await sami.fill("dialog [name=password]", "wrong wrong wrong");
		await sami.locator("dialog .danger").click();
		await sami.locator("dialog .error").waitFor();
		await sami.locator("dialog .link").click();
		await sami.locator("dialog .danger").click();
		await sami.locator("dialog").waitFor({ state: "detached" });
		const [given] = await verdicts(other);
		assert.deepEqual([given.verdict, given.proof, given.reason], ["reject", "signature", "لم يُتحقق منه"]);
	},

	async the_stop_is_on_every_page() {
		await open(layla);
		await layla.locator("#stop .danger").click();
		await layla.fill("dialog [name=reason]", "The figures of line two are wrong");
		await layla.locator("dialog .danger").click();
		await layla.locator("[data-frozen]").waitFor();
		await sami.locator("[data-frozen]").waitFor();
		assert.match(await sami.locator("[data-frozen]").innerText(), /layla.*figures of line two/s);
		await ada.goto(`${room.url}/`);
		await ada.locator("[data-frozen] a").click();
		await ada.locator("#stop .note.bad").waitFor();
		await layla.goto(`${room.url}/incidents/${incident.id}/statements/${first.id}`);
		await layla.locator(".approval-acts .primary:disabled").waitFor();
		assert.match(await layla.locator(".approval-pane .note.bad").innerText(), /layla has stopped/);
	},

	async it_has_an_end_and_is_lifted() {
		await open(layla);
		await layla.locator("#stop .buttons button").nth(1).click();
		assert.equal(await layla.inputValue("dialog [name=reason]"), "The figures of line two are wrong");
		const soon = new Date(Date.now() + 3600000);
		await layla.fill("dialog [name=until]", new Date(soon.getTime() - soon.getTimezoneOffset() * 60000).toISOString().slice(0, 16));
		await layla.locator("dialog .primary").click();
		await layla.locator("[data-frozen] time").waitFor();
		await layla.locator("#stop .primary").click();
		await layla.locator("dialog .primary").click();
		await layla.locator("#stop .danger").waitFor();
		await ada.locator("[data-frozen]").waitFor({ state: "detached" });
	},

	async rules_are_written_in_words() {
		await open(admin);
		await admin.locator("#policy .part-head button").click();
		await admin.locator("dialog form > div > button").first().click();
		await admin.locator("dialog .rule-draft .choice-row label").first().click();
		await admin.locator("dialog select").selectOption("2");
		await admin.locator("dialog .offer").click();
		await admin.locator("dialog .count-row input:not([type=number])").nth(1).fill("comms");
		await admin.locator("dialog .count-row input[type=number]").nth(1).fill("2");
		await admin.locator("dialog .rule-draft .sample").getByText("Legal").waitFor();
		const said = (await admin.locator("dialog .rule-draft .sample").innerText()).replace(/[\u2068\u2069]/g, "");
		assert.match(said, /Press release · high and graver: 1 of Legal, 2 of Communications/);
		await admin.locator("dialog .primary").click();
		await layla.locator("#policy .thing").waitFor();
		assert.deepEqual((await send(admin, room, "GET", "/policy")).rules, [{ channels: ["press"], severity: 2, groups: { comms: 2, legal: 1 } }]);
	},

	async two_who_change_the_rules_see_each_other() {
		await admin.locator("#policy .part-head button").click();
		const now = await send(admin, room, "GET", "/policy");
		await send(admin, room, "PATCH", "/policy", { rules: [{ channels: ["social"], severity: 4, groups: { executive: 1 } }] }, now.version);
		await admin.locator("dialog .count-row input[type=number]").first().fill("1");
		await admin.locator("dialog .primary").click();
		await admin.locator("dialog .note.moved").waitFor();
		assert.match(await admin.locator("dialog .note.moved").innerText(), /Management/);
		await admin.locator("dialog .primary").click();
		await admin.locator("dialog").waitFor({ state: "detached" });
		assert.deepEqual((await send(admin, room, "GET", "/policy")).rules[0].groups, { comms: 1, legal: 1 });
		await send(admin, room, "PATCH", "/policy", { rules: [] }, (await send(admin, room, "GET", "/policy")).version);
	},

	async an_envelope_is_drafted_and_signed_on_the_device() {
		await open(layla);
		await layla.locator("#envelopes .empty .primary").click();
		await layla.locator("dialog [name=template] option").nth(1).waitFor({ state: "attached" });
		await layla.locator("dialog [name=template]").selectOption("holding");
		assert.match(await layla.inputValue("dialog [name=text]"), /\{known\}/);
		assert.match(await layla.locator("dialog .sample").innerText(), /\{contact\}/);
		await layla.fill("dialog [name=times]", "2");
		await layla.locator("dialog .primary").click();
		await layla.locator("#envelopes [data-envelope]").waitFor();
		assert.match(await layla.locator("#envelopes .lacks").innerText(), /1 approval/);
		assert.equal(await layla.locator("#envelopes [data-envelope] .primary").count(), 0, "who drafted it does not sign it");
		await open(sami);
		await sami.locator("#envelopes [data-envelope] .primary").click();
		await sami.locator("dialog .signs").waitFor();
		await sami.locator("dialog .primary").click();
		await layla.locator("#envelopes .statement-approved").waitFor();
		const [e] = (await send(layla, room, "GET", "/envelopes")).items;
		assert.deepEqual([e.state, e.signed_by.map((s) => [s.by.name, s.proof]), e.times, e.office], ["in_force", [["سامي", "signature"]], 2, "communications"]);
	},

	async its_office_publishes_alone_inside_of_it() {
		const people = (await send(layla, room, "GET", "/people")).items, base = `/incidents/${incident.id}`;
		await send(layla, room, "POST", `${base}/participants`, { user: people.find((p) => p.name === nasrin.name).id, role: "communications" });
		await send(layla, room, "POST", `${base}/claims`, { text: "Nobody is in hospital", verdict: "true" });
		await send(layla, room, "POST", `${base}/claims`, { text: "The soup was kept warm" });
		await send(layla, room, "POST", `${base}/words`, { audience: "public", text: "we look", next_at: new Date(Date.now() + 3600000).toISOString() });
		await nasrin.goto(`${room.url}${base}`);
		await nasrin.locator("[data-part=statements] .part-head button").click();
		await nasrin.locator("dialog select option[value^=envelope]").waitFor({ state: "attached" });
		await nasrin.locator("dialog select").selectOption(await nasrin.locator("dialog select option[value^=envelope]").getAttribute("value"));
		await nasrin.locator("dialog .paper").waitFor();
		await nasrin.locator("dialog button.primary").click();
		await nasrin.locator(".cm-content").waitFor();
		const id = Number(/statements\/(\d+)$/.exec(nasrin.url())[1]), { text, units } = await send(nasrin, room, "GET", `/statements/${id}`);
		const from = text.indexOf("{contact}");
		await send(nasrin, room, "POST", `/statements/${id}/changes`, { revision: 0, updates: [{ client: "t", changes: [from, [9, "112"], units - from - 9] }] });
		await send(nasrin, room, "POST", `/statements/${id}/submit`, { revision: 1 });
		await nasrin.locator(".approval-acts button", { hasText: "Publish by authority" }).click();
		await nasrin.locator("dialog .primary").click();
		await nasrin.locator(".publications").waitFor();
		assert.deepEqual((await send(layla, room, "GET", "/envelopes")).items[0].used, [id]);
		assert.equal(await nasrin.locator(".approval-acts button", { hasText: "Publish by authority" }).count(), 0);
	},

	async how_people_reach_us_is_set_once() {
		await open(layla);
		await open(nasrin);
		assert.equal(await nasrin.locator("#contacts .part-head button").count(), 0, "who writes does not set it");
		await layla.locator("#contacts .part-head button").click();
		await layla.fill("dialog [name=ar]", "112 {x}");
		await layla.locator("dialog .primary").click();
		await layla.locator("dialog .error", { hasText: "without braces" }).waitFor();
		await layla.fill("dialog [name=ar]", "هاتف 0800 555 0100");
		await send(admin, room, "PATCH", "/contacts", { contacts: { en: "0800 1", fr: "0800 2" } }, String((await send(admin, room, "GET", "/contacts")).version));
		await layla.locator("#contacts dd", { hasText: "0800 1" }).waitFor({ state: "attached" });
		assert.equal(await layla.inputValue("dialog [name=en]"), "", "what others saved does not come into the form");
		await layla.locator("dialog .primary").click();
		assert.match(await layla.locator("dialog .note.moved").innerText(), /0800 1[^]*0800 2/);
		await layla.locator("dialog .primary").click();
		await layla.locator("dialog").waitFor({ state: "detached" });
		assert.deepEqual((await send(layla, room, "GET", "/contacts")).contacts, { ar: "هاتف 0800 555 0100", fr: "0800 2" });
		await nasrin.locator("#contacts dd", { hasText: "0800 555 0100" }).waitFor();
		const [made] = (await send(nasrin, room, "GET", `/incidents/${incident.id}/templates?lang=ar`)).items.filter((x) => x.template === "holding");
		assert.match(made.text, /هاتف 0800 555 0100/);
	},

	async a_deputy_answers_for_somebody() {
		await open(sami);
		await sami.locator("#deputies .part-head button").click();
		await sami.fill("dialog [name=reason]", "في الطائرة");
		await sami.locator("dialog .primary").click();
		await sami.locator("#deputies .thing").waitFor();
		await open(ada);
		await ada.locator("#deputies .thing").waitFor();
		assert.match((await ada.locator("#deputies .thing").innerText()).replace(/[\u2068\u2069]/g, ""), /You stand in for سامي/);
		const s = await statement("For legal alone");
		await at(ada, s);
		await ada.locator(`#s${s.id} .ruling-approve`).click();
		await ada.locator("dialog [name=password]").fill(PASSWORDS[ada.name]);
		await ada.locator("dialog .primary").click();
		assert.equal(await ada.locator("dialog").count(), 1, "for whom is to be chosen");
		await ada.locator("dialog .choice-row label").nth(1).click();
		await ada.locator("dialog .primary").click();
		await ada.locator("dialog").waitFor({ state: "detached" });
		const [given] = await verdicts(s);
		assert.deepEqual([given.by.name, given.on_behalf_of.name, given.proof], [ada.name, "سامي", "password"]);
		await open(ada);
		await ada.locator("#deputies .thing button").click();
		await ada.locator("dialog .primary").click();
		await ada.locator("#deputies .thing").waitFor({ state: "detached" });
	},

	async a_revoked_key_signs_no_more() {
		lost = await statement("After the phone was lost");
		await at(sami, lost);
		await open(layla);
		await layla.locator("#keys [data-key] .bad-ink").click();
		await layla.locator("dialog .danger").click();
		await layla.locator("#keys .is-off").waitFor();
		await sami.locator(`#s${lost.id} .ruling-approve`).click();
		await sami.locator("dialog [name=password]").waitFor();
		await sami.keyboard.press("Escape");
		for (const p of [admin, layla, sami, ada, nasrin])
			assert.deepEqual(p.wrong, [], p.name);
	},
};

/* ---- looks ---- */

async function fill() {
	await open(sami);
	await sami.locator(".this-device .primary").click();
	await sami.locator("dialog .primary").click();
	await sami.locator(".this-device code").waitFor();
	await send(admin, room, "PATCH", "/policy", { rules: [
		{ channels: ["press", "social"], severity: 2, groups: { legal: 1, comms: 2 }, any: 4, blocks: ["blame", "no_next_step"] },
		{ channels: [], severity: 4, groups: {}, may_approve_own: true }] }, (await send(admin, room, "GET", "/policy")).version);
	await send(layla, room, "POST", "/envelopes", { title: "بيان أولي لأول ساعة", office: "spokesperson", lang: "ar", text: "نعرف أن الناس قلقون بشأن {what}.\n{known}\nللتواصل معنا: {contact}.\n", channels: ["press", "social"], severity: 1, times: 3, until: new Date(Date.now() + 30 * 86400000).toISOString() });
	await send(admin, room, "PATCH", "/contacts", { contacts: { ar: "هاتف 0800 555 0100 أو press@example.org", en: "0800 555 0100 or press@example.org" } }, String((await send(admin, room, "GET", "/contacts")).version));
	await send(ada, room, "POST", "/deputies", { deputy: (await send(ada, room, "GET", "/people")).items.find((p) => p.name === "سامي").id, until: new Date(Date.now() + 86400000).toISOString(), reason: "On a flight until noon" });
	await send(layla, room, "POST", "/outgoing/freeze", { reason: "الأرقام في السطر الثاني خاطئة", until: new Date(Date.now() + 7200000).toISOString() });
}

const states = {};
const VIEWS = {
	authority: { who: layla },
	authority_approver: { who: sami },
	authority_policy: { who: admin, act: (p) => p.locator("#policy .part-head button").click(), shows: "dialog .rule-draft" },
	authority_envelope: { who: layla, shows: "dialog .meanings", act: async (p) => {
		await p.locator("#envelopes .part-head button").click();
		await p.locator("dialog [name=template] option").nth(1).waitFor({ state: "attached" });
		await p.locator("dialog [name=template]").selectOption("holding");
	} },
	authority_sign: { who: ada, act: (p) => p.locator("#envelopes [data-envelope] .primary").first().click(), shows: "dialog [name=password]" },
	authority_deputy: { who: sami, act: (p) => p.locator("#deputies .part-head button").click(), shows: "dialog [name=until]" },
	authority_contacts: { who: layla, act: (p) => p.locator("#contacts .part-head button").click(), shows: "dialog [name=fa]" },
	authority_confirm: { who: layla, act: (p) => p.locator("#keys [data-key] .primary").first().click(), shows: "dialog" },
	authority_stop: { who: layla, act: (p) => p.locator("#stop .buttons button").nth(1).click(), shows: "dialog [name=reason]" },
};

const looks = forEachLook(async (lang, theme, width) => {
	const wrong = [];
	for (const [name, view] of Object.entries(VIEWS)) {
		const p = await dressed(browser, room, lang, theme, width, { storageState: states[view.who.name ?? "admin"], hasTouch: width < 500, timezoneId: "Asia/Tehran" });
		await open(p);
		await p.locator("#keys .thing").first().waitFor();
		await p.locator("#envelopes .thing").first().waitFor();
		await p.locator("[data-frozen]").waitFor();
		await view.act?.(p);
		if (view.shows)
			await p.locator(view.shows).first().waitFor();
		await look(p, `${name}-${lang}-${theme}-${width}`, wrong, { isWhole: view.act === undefined });
		wrong.push(...p.wrong);
		await p.context().close();
	}
	const p = await dressed(browser, room, lang, theme, width, { storageState: states[sami.name], hasTouch: width < 500 });
	await p.goto(`${room.url}/approvals#s${lost.id}`);
	await p.locator(`#s${lost.id} .ruling-approve`).click();
	await p.locator("dialog .choice-row").waitFor();
	await look(p, `approvals_for-${lang}-${theme}-${width}`, wrong);
	assert.deepEqual([...wrong, ...p.wrong], []);
	await p.context().close();
});

await runAll({ ...tests, async it_is_filled() {
	await fill();
	for (const p of [layla, sami, ada, admin])
		states[p.name ?? "admin"] = await p.context().storageState();
}, ...looks }, layla, room, browser);
