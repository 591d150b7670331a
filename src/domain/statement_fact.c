/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* statement_fact.c - the words of statements, and which events are about them. */
#include "domain/statement_fact.h"

#include "base/jsonw.h"

static const char *const channels[] = { "press", "social", "internal", "reply", NULL };
static const char *const readers[] = { "public", "staff", "customer", NULL };
static const char *const rulings[] = { "approve", "reject", "hold", "ask", NULL };
static const char *const rests[] = { "asserts", "checking", NULL };
static const char *const proofs[] = { "password", "signature", NULL };
static const char *const statuses[] = { "draft",     "submitted", "approved",
					"published", "withdrawn", NULL };

static const char *const *const words[] = {
	[DW_WORDS_CHANNEL] = channels, [DW_WORDS_READER] = readers,
	[DW_WORDS_RULING] = rulings,   [DW_WORDS_RESTS] = rests,
	[DW_WORDS_PROOF] = proofs,     [DW_WORDS_STATEMENT_STATUS] = statuses,
};

const char *dw_statement_word(enum dw_statement_word_kind kind, unsigned value)
{
	for (unsigned i = 0; words[kind][i] != NULL; i++)
		if (i == value)
			return words[kind][i];
	return NULL;
}

bool dw_statement_word_find(enum dw_statement_word_kind kind, struct dw_str name,
			    unsigned *value)
{
	for (unsigned i = 0; words[kind][i] != NULL; i++) {
		if (dw_str_eq(name, dw_str_of(words[kind][i]))) {
			*value = i;
			return true;
		}
	}
	return false;
}

void dw_statement_words_write(struct dw_jsonw *w, const char *key,
			      enum dw_statement_word_kind kind, unsigned mask)
{
	const char *name;

	dw_jsonw_key(w, key);
	dw_jsonw_arr(w);
	for (unsigned i = 0; (name = dw_statement_word(kind, i)) != NULL; i++)
		if ((mask >> i & 1) != 0)
			dw_jsonw_str(w, dw_str_of(name));
	dw_jsonw_arr_end(w);
}

bool dw_statement_is_of(enum dw_event_type type)
{
	return (type >= DW_EV_STATEMENT_DRAFTED && type <= DW_EV_VERDICT_CARRIED) ||
	       type == DW_EV_DRAFT_CHANGED;
}
