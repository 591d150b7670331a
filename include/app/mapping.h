/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_APP_MAPPING_H
#define DW_APP_MAPPING_H
/*
 * From the records of a file to mentions: which field is which. Known names need no telling
 * (id, created_at, retweets, followers, …); others are given as "field=column,…".
 */
#include "base/buf.h"

struct dw_mapping;

/** spec: "text=body,author.handle=user", or NULL. source: for every record, or NULL. */
DW_MUST_USE int dw_mapping_create(struct dw_mapping **out, const char *spec,
				  const char *source, struct dw_err *err);
/** NULL is fine. */
void dw_mapping_destroy(struct dw_mapping *m);
/**
 * One JSON object (a line of JSONL) as one mention on one line, appended to `out` with '\n'. Fields
 * that are no part of a mention are kept. DW_EINVAL with the reason; `out` is then as before.
 */
DW_MUST_USE int dw_mapping_json(const struct dw_mapping *m, struct dw_str line,
				struct dw_buf *out, struct dw_err *err);
/** The same for a row under a header of `n` names. Empty fields are absent ones. */
DW_MUST_USE int dw_mapping_row(const struct dw_mapping *m, const struct dw_str *names,
			       const struct dw_str *field, size_t n, struct dw_buf *out,
			       struct dw_err *err);

#endif
