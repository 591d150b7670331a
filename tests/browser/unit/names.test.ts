/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* names.test.ts - the list of names as it is typed, and what is said of those that a translation lacks. */
import { wordsOf } from "./page";
import assert from "node:assert/strict";
import { test } from "node:test";

import { words } from "../../../static/src/i18n/t";
import { LONGEST, MOST_NAMES, MOST_SPELLINGS, namesIn, spellingsOf } from "../../../static/src/room/names";
import { lang } from "../../../static/src/settings";
import { rowsOf } from "../../../static/src/statement/checks_pane";
import type { Checked } from "../../../static/src/statement/model";

test("a line is a name, its spellings stand between =", () => {
	assert.deepEqual(namesIn("Harbour Kitchen=مطبخ الميناء   =  آشپزخانهٔ بندر\n\n  Cold Room 2 \r\n"),
		{ names: ["Harbour Kitchen = مطبخ الميناء = آشپزخانهٔ بندر", "Cold Room 2"], wrong: null });
	assert.deepEqual(spellingsOf("Harbour Kitchen = مطبخ الميناء"), ["Harbour Kitchen", "مطبخ الميناء"]);
	assert.deepEqual(namesIn(" \n"), { names: [], wrong: null });
});

test("what the server would refuse is found in the line where it stands", () => {
	assert.deepEqual(namesIn("A\n\n= B").wrong, { what: "empty", line: 3 });
	assert.deepEqual(namesIn("A\nB = = C").wrong, { what: "empty", line: 2 });
	const spellings = (n: number): string => Array.from({ length: n }, (_, i) => `n${i}`).join(" = ");
	assert.equal(namesIn(spellings(MOST_SPELLINGS)).wrong, null);
	assert.deepEqual(namesIn(spellings(MOST_SPELLINGS + 1)).wrong, { what: "spellings", line: 1 });
	assert.equal(namesIn("\u{1f35c}".repeat(LONGEST)).wrong, null, "characters, not units");
	assert.deepEqual(namesIn(`A\n${"x".repeat(LONGEST + 1)}\n=`).wrong, { what: "long", line: 2 }, "the first of them");
	const lines = (n: number): string => Array.from({ length: n }, (_, i) => `n${i}`).join("\n");
	assert.equal(namesIn(lines(MOST_NAMES)).wrong, null);
	assert.deepEqual(namesIn(lines(MOST_NAMES + 1)).wrong, { what: "count", line: 0 });
});

test("a name that a translation lacks is named, and leads to its place where it has one", () => {
	words.value = wordsOf("en");
	lang.value = "en";
	const checked: Checked = {
		revision: 1, findings: [], bare: [], claims: [], length: 20, length_max: null,
		is_more: true, translations: [{ statement: 4, title: "متن", lang: "fa", is_more: true, numbers: [{ gone: false, from: 19, to: 21 }, { gone: true, from: 1, to: 2 }, { gone: true, from: 5, to: 6 }],
			names: [{ gone: true, from: 40, to: 50, name: "Harbour Bakery" }, { gone: false, from: 3, to: 18, name: "Harbour Kitchen" }] }],
	};
	const rows = rowsOf(checked, { claims: [], names: ["Harbour Bakery = نانوایی بندر", "Harbour Kitchen"] }, "At Harbour Kitchen 12");
	assert.deepEqual(rows.map((r) => r.spellings), [undefined, ["Harbour Bakery", "نانوایی بندر"], undefined, undefined, undefined, undefined], "how to write it");
	assert.deepEqual(rows.map((r) => [r.from, r.to, r.text.replace(/[\u2068\u2069]/g, "")]), [
		[0, 0, "“متن”, the same in another language, has a figure that is not here."],
		[0, 0, "“متن”, the same in another language, has the name “Harbour Bakery”, which is not here."],
		[0, 0, "“متن”, the same in another language, differs in more figures or names than stand here."],
		[0, 0, "Only 20 of the texts in other languages were compared."],
		[3, 18, "The name “Harbour Kitchen” is here and not in “متن”, the same in another language."],
		[19, 21, "A figure that “متن”, the same in another language, does not have."],
	]);
});
