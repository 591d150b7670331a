/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_MENTION_PLAN_INT_H
#define DW_MENTION_PLAN_INT_H
/* What a search for mentions asks the index. */
#include "engine/mention_query.h"

struct dw_db;

/**
 * The MATCH expression of a query with words into *out, which has room for 64 KiB: it finds all that the query
 * wants, and may find more. source: id of q->source, 0 = any.
 */
DW_MUST_USE int mention_plan(struct dw_db *db, const struct dw_mention_query *q,
			     uint64_t source, struct dw_buf *out, struct dw_err *err);

#endif
