/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_TEXT_SEARCH_H
#define DW_TEXT_SEARCH_H
/* What a reader types into the search box: words, all of which must occur, in any order. */
#include "base/buf.h"

enum dw_search_mode {
	DW_SEARCH_DEFAULT, /* with aliases: the company finds "companies" */
	DW_SEARCH_EXACT,   /* folded spelling only */
};

#define DW_SEARCH_MAX_TERMS 32

struct dw_search;

/**
 * Read a query. DW_EINVAL when it holds no word, DW_ETOOBIG with more than DW_SEARCH_MAX_TERMS.
 * Borrows `query` until it returns.
 */
DW_MUST_USE int dw_search_create(struct dw_search **out, struct dw_str query,
				 enum dw_search_mode mode, struct dw_err *err);
/** NULL is fine. */
void dw_search_destroy(struct dw_search *s);

/** The same as an FTS5 MATCH expression: quoted terms only, never what was typed. */
DW_MUST_USE int dw_search_fts(const struct dw_search *s, struct dw_buf *out);

/** Does `text` hold every term? Agrees with the index: both see the same tokens. */
bool dw_search_matches(const struct dw_search *s, struct dw_str text);

struct dw_mark {
	uint32_t from, to; /* UTF-16 units of the original text, [from, to) */
};

/**
 * Where the terms stand in `text`: rising, not overlapping, whole written words. Returns how many
 * of them were put into mark[max].
 */
size_t dw_search_marks(const struct dw_search *s, struct dw_str text,
		       struct dw_mark *mark, size_t max);

#endif
