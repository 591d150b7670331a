/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * statement_show_room.c - what of its room is shown with a statement: claims, and who may do what.
 */
#include "statement_int.h"

#define CLAIMS_MAX (2 * DW_RESTS_MAX)

struct claims {
	uint64_t id[CLAIMS_MAX];
	size_t n;
};

static void add_claim(struct claims *c, uint64_t id)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->id[i] == id)
			return;
	if (c->n < CLAIMS_MAX)
		c->id[c->n++] = id;
}

void statement_write_claims(struct dw_jsonw *w, const struct dw_statement *t,
			    const struct dw_incident *s)
{
	const struct dw_statement_version *v = dw_statement_submitted(t);
	struct claims c = { .n = 0 };

	for (size_t i = 0; i < t->rests.n; i++)
		add_claim(&c, t->rests.p[i].claim);
	for (size_t i = 0; v != NULL && i < v->rests.n; i++)
		add_claim(&c, v->rests.p[i].claim);
	dw_jsonw_key(w, "claims");
	dw_jsonw_arr(w);
	for (size_t i = 0; i < c.n; i++) {
		const struct dw_claim *claim = dw_incident_claim(s, c.id[i]);

		if (claim == NULL)
			continue;
		dw_jsonw_obj(w);
		dw_jsonw_ku64(w, "id", claim->id);
		dw_jsonw_kstr_or_null(w, "text", claim->text);
		room_write_word(w, "verdict", DW_WORD_VERDICT, claim->verdict);
		dw_jsonw_ktime_or_null(w, "recheck_at", claim->recheck_at);
		dw_jsonw_obj_end(w);
	}
	dw_jsonw_arr_end(w);
}

/* What is public is corrected and taken back in the room that a merged one goes on in. */
void statement_write_may(struct dw_jsonw *w, const struct dw_incident *s,
			 const struct dw_incident *goes_on, bool is_seen,
			 const struct dw_principal *who)
{
	static const struct {
		const char *key;
		enum dw_command_type type;
		bool outlives; /* a merger */
		bool enters;   /* the room that it goes on in */
	} acts[] = { { "type", DW_CMD_TYPE, false, false },
		     { "submit", DW_CMD_SUBMIT, false, false },
		     { "rule", DW_CMD_RULE, false, false },
		     { "publish", DW_CMD_PUBLISH, false, false },
		     { "correct", DW_CMD_DRAFT_STATEMENT, true, true },
		     { "withdraw", DW_CMD_WITHDRAW, true, false } };

	dw_jsonw_key(w, "may");
	dw_jsonw_obj(w);
	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
		const struct dw_incident *in = acts[i].outlives ? goes_on : s;
		struct dw_standing standing = {
			.is_lead =
				who->kind == DW_USER && dw_incident_is_led_by(in, who->id)
		};

		dw_jsonw_kbool(w, acts[i].key,
			       in->merged_into == 0 && (is_seen || !acts[i].enters) &&
				       dw_policy_command(who, acts[i].type, &standing,
							 NULL) == 0);
	}
	dw_jsonw_obj_end(w);
}
