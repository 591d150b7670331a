/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_DOMAIN_STATEMENT_LEDGER_H
#define DW_DOMAIN_STATEMENT_LEDGER_H
/* The waiting ledger: where the time of a statement has gone, from its first word on. */
#include "domain/statement.h"

enum dw_spent {
	DW_SPENT_DRAFTING,   /* somebody types */
	DW_SPENT_IDLE,	     /* nobody types, and nothing is submitted */
	DW_SPENT_WAITING,    /* a version waits for verdicts */
	DW_SPENT_PUBLISHING, /* it may go out, and nobody has let it */
	DW_SPENT_OUT,	     /* it is out and nothing new is begun */
	DW_SPENT_COUNT
};

#define DW_WAITS_ON 8 /* of what it waits for, the first ones */

struct dw_stint {
	enum dw_spent spent;
	int64_t from, to;		/* µs; they follow each other without a gap */
	uint64_t version;		/* seq of the version that waits; 0: none */
	struct dw_lack on[DW_WAITS_ON]; /* WAITING: for whom */
	size_t n_on;
};

#define DW_STINTS_MAX 2000

struct dw_ledger {
	struct dw_stint *stint; /* in the arena */
	size_t n;
	bool is_cut; /* there would be more: the last one stands for the rest */
	int64_t total[DW_SPENT_COUNT]; /* µs of each */
};

/** "drafting"…; NULL past the last. */
const char *dw_spent_name(unsigned spent);
/** Up to `now`, which is not before the statement's last event. */
void dw_ledger_make(struct dw_ledger *l, const struct dw_statement *t, int64_t now,
		    struct dw_arena *a);

#endif
