/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_FACT_INT_H
#define DW_FACT_INT_H
/* What is known of each field: for all that reads and writes facts, whatever the spelling. */
#include "domain/fact.h"

enum kind {
	LINE,
	TEXT,
	URL,
	REF,
	COUNT,
	SPAN,
	TIME,
	FLAG,
	SEVERITY,
	STATUS,
	VERDICT,
	ROOM_ROLE,
	AUDIENCE,
	TRIAGE,
	OUTCOME,
	TEXTS,
	REFS,
	LINKED,
	EVIDENCE,
	RAW
};

struct row {
	const char *key;
	enum kind kind;
	size_t at; /* in struct dw_fact */
	size_t most;
};

extern const struct row fact_rows[DW_FIELD_COUNT]; /* fact_json.c */

static inline void *fact_place(struct dw_fact *f, const struct row *r)
{
	return (char *)f + r->at;
}

static inline const void *fact_in(const struct dw_fact *f, const struct row *r)
{
	return (const char *)f + r->at;
}

static inline bool fact_is_word(enum kind k)
{
	return k >= STATUS && k <= OUTCOME;
}

static inline enum dw_word_kind fact_word_kind(enum kind k)
{
	static const enum dw_word_kind map[] = {
		[STATUS] = DW_WORD_STATUS,	 [VERDICT] = DW_WORD_VERDICT,
		[ROOM_ROLE] = DW_WORD_ROOM_ROLE, [AUDIENCE] = DW_WORD_AUDIENCE,
		[TRIAGE] = DW_WORD_TRIAGE,	 [OUTCOME] = DW_WORD_OUTCOME,
	};

	return map[k];
}

#endif
