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
#define DW_SEARCH_MAX_BYTES 1024 /* of a query */

struct dw_search;

/**
 * Read a query. DW_EINVAL when it holds no word, DW_ETOOBIG when it is over one of the limits.
 * Borrows `query` until it returns.
 */
DW_MUST_USE int dw_search_create(struct dw_search **out, struct dw_str query,
				 enum dw_search_mode mode, struct dw_err *err);
/** NULL is fine. */
void dw_search_destroy(struct dw_search *s);

/**
 * The same as an FTS5 MATCH expression: quoted terms only, never what was typed. For an index
 * without the aliases that are DW_TOKEN_IS_SAME. It finds all that dw_search_find says yes to, and
 * may find more.
 */
DW_MUST_USE int dw_search_fts(const struct dw_search *s, struct dw_buf *out);

/** How many terms it has. */
size_t dw_search_terms(const struct dw_search *s);
/** dw_search_fts of one of them alone. */
DW_MUST_USE int dw_search_fts_term(const struct dw_search *s, size_t i,
				   struct dw_buf *out);

struct dw_mark {
	uint32_t from, to; /* UTF-16 units of the original text, [from, to) */
};

/**
 * The terms that `text` holds, a bit for each, as the index would have found them: both see the
 * same tokens. Where they stand goes into mark[max]: rising, not overlapping, whole written words;
 * *n of them, the first ones when there are more; exact when the text is valid UTF-8. mark may be NULL when max is 0.
 */
uint32_t dw_search_find(const struct dw_search *s, struct dw_str text,
			struct dw_mark *mark, size_t max, size_t *n);
/** Are these the bits of all terms? Bits of several texts may be joined by |. */
bool dw_search_is_all(const struct dw_search *s, uint32_t found);

/** Does `text` by itself hold every term? */
bool dw_search_matches(const struct dw_search *s, struct dw_str text);

#endif
