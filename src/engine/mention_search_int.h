/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_MENTION_SEARCH_INT_H
#define DW_MENTION_SEARCH_INT_H
/* The half of mention_query.c that looks for words. */
#include "engine/mention_query.h"

/** dw_mention_list_on_pool of a query with words; source: id of q->source, 0 = any. */
DW_MUST_USE int mention_search_on_pool(struct dw_reader *r,
				       const struct dw_mention_query *q, uint64_t source,
				       struct dw_buf *out, struct dw_err *err);

#endif
