/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_ENGINE_MENTION_QUERY_H
#define DW_ENGINE_MENTION_QUERY_H
/* Stored mentions as the API shows them. All of it runs on a reading thread. */
#include "base/buf.h"
#include "store/journal.h"

#define DW_MENTION_PAGE_MAX 500
#define DW_MENTION_PAGE_BYTES                                                            \
	(4u * 1024 * 1024)		       /* a page ends early when it has as much */
#define DW_MENTION_OUT_MAX (16u * 1024 * 1024) /* ceiling that `out` needs */

struct dw_mention_query {
	struct dw_str source, lang; /* p == NULL: any */
	uint64_t before;	    /* ids below it */
	unsigned limit;		    /* 1 to DW_MENTION_PAGE_MAX */
};

/** {"items":[…],"next":…}, newest first. next is the `before` of the page behind, or null. */
DW_MUST_USE int dw_mention_list_on_pool(struct dw_reader *r,
					const struct dw_mention_query *q,
					struct dw_buf *out, struct dw_err *err);
/** One mention and its versions, oldest first. DW_ENOTFOUND. *version: its newest. */
DW_MUST_USE int dw_mention_get_on_pool(struct dw_reader *r, uint64_t id,
				       struct dw_buf *out, uint64_t *version,
				       struct dw_err *err);

/** The members of a mention as an open object: {"id":…,"version":…,… without the last brace. */
void dw_mention_show(struct dw_buf *out, uint64_t id, uint64_t version,
		     struct dw_str payload);

#endif
