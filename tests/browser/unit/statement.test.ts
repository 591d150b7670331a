/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* statement.test.ts - what the page asks for when a statement is let out. */
import "./page";
import assert from "node:assert/strict";
import { test } from "node:test";

import { type Publication, reasonAsked } from "../../../static/src/statement/model";

test("a correction and a version behind another are asked for their reason", () => {
	const out = [{} as Publication];
	const asked = (correction_of: number | null, reason: string | null, publications: Publication[]): string | null => reasonAsked({ correction_of, reason, publications });
	assert.equal(asked(null, null, []), null, "a first version has none");
	assert.equal(asked(null, null, out), "");
	assert.equal(asked(4, null, []), "", "the system begins one without");
	assert.equal(asked(4, "More have called.", []), "More have called.", "what it was begun for is offered");
	assert.equal(asked(4, "More have called.", out), "", "and is no reason for what comes behind it");
});
