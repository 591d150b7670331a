/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_ENGINE_MENTION_JSON_H
#define DW_ENGINE_MENTION_JSON_H
/* One mention from JSON and to JSON. */
#include "base/jsonw.h"
#include "domain/mention.h"

enum dw_mention_form {
	DW_MENTION_FROM_MACHINE, /* unknown fields are let be: the raw text keeps them */
	DW_MENTION_FROM_DESK,	 /* no source and source_id, unknown fields refused */
	DW_MENTION_STORED, /* a payload of ours: not checked against today's rules */
};

struct dw_mention_doc {
	struct dw_mention m; /* its texts lie in the JSON that was read, or in own */
	char *own;	     /* owned; NULL when no text had an escape */
};

/**
 * Read and check one mention. Borrows `json` until dw_mention_doc_fini. On DW_EINVAL *f says
 * which field and why, and there is nothing to free. Hostile input is fine.
 */
DW_MUST_USE int dw_mention_parse(struct dw_mention_doc *d, struct dw_str json,
				 enum dw_mention_form form, struct dw_fault *f);
void dw_mention_doc_fini(struct dw_mention_doc *d);

/** Its members in fixed order into an object that was begun; the caller ends it. */
void dw_mention_write(struct dw_jsonw *w, const struct dw_mention *m);

#endif
