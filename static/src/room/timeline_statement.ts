/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* timeline_statement.ts - what entries about statements say. The text itself stands on the statement's page. */
import type { Key } from "../i18n/t";
import { block, fact, type Given, id, list, name, type Part, reason, type Rest, text } from "./timeline_parts";

/* By the title that the room knows, else the one that the entry has. */
function statement({ d, e, scene }: Given): Part {
	const of = id(d, "statement") || e.seq;
	return { is: "statement", id: of, text: text(d, "title") || scene.statement(of) };
}

const plain = (key: Key) => (g: Given): Rest => ({ key, holes: { statement: statement(g) }, body: reason(g.d) });

function rests(key: Key) {
	return (g: Given): Rest => {
		const claim = g.scene.claim(id(g.d, "claim"));
		return { key, holes: { statement: statement(g) }, body: [...block(null, text(g.d, "quote")), ...block("timeline.part.claim", claim)] };
	};
}

function submitted(g: Given): Rest {
	const deadline = text(g.d, "deadline");
	return { key: "timeline.statement_submitted", holes: { statement: statement(g) }, body: deadline === "" ? [] : [fact("timeline.part.due", { is: "time", at: deadline })] };
}

const VERDICTS: Readonly<Record<string, Key>> = {
	approve: "timeline.statement_approve", reject: "timeline.statement_reject", hold: "timeline.statement_hold", ask: "timeline.statement_ask",
};

function given(g: Given): Rest {
	const whom = id(g.d, "on_behalf_of");
	return {
		key: VERDICTS[text(g.d, "verdict")] ?? "timeline.statement_ask", holes: { statement: statement(g) },
		body: [...reason(g.d), ...(whom === 0 ? [] : [fact("timeline.part.for", name(g.scene, whom))])],
	};
}

const delivered = (key: Key) => (g: Given): Rest => ({
	key, holes: { statement: statement(g), outlet: { is: "quote", text: text(g.d, "name") } },
	body: block("timeline.part.reason", text(g.d, "detail")),
});

export const STATEMENTS: Readonly<Record<string, (g: Given) => Rest>> = {
	"statement.drafted": (g) => plain(id(g.d, "correction_of") === 0 ? "timeline.statement_drafted" : "timeline.statement_correction")(g),
	"statement.changed": plain("timeline.statement_changed"),
	"statement.linked": rests("timeline.statement_linked"),
	"statement.unlinked": rests("timeline.statement_unlinked"),
	"statement.submitted": submitted,
	"statement.approved": plain("timeline.statement_complete"),
	"statement.published": plain("timeline.statement_published"),
	"statement.withdrawn": plain("timeline.statement_withdrawn"),
	"statement.contradicted": rests("timeline.statement_contradicted"),
	"delivery.made": (g) => delivered(g.d.withdrawal === true ? "timeline.delivery_withdrawal" : "timeline.delivery_made")(g),
	"delivery.failed": delivered("timeline.delivery_failed"),
	"verdict.given": given,
	"verdict.carried": (g) => ({ key: "timeline.statement_carried", holes: { statement: statement(g), n: list(g.d, "verdicts").length } }),
};
