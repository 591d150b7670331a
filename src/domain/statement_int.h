/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_STATEMENT_INT_H
#define DW_STATEMENT_INT_H
/* What the files about statements share. */
#include "domain/statement.h"

#define YES_MAX 256 /* that are counted of one version: more than any quorum asks for */

/** Whose ruling it is: of a deputy, whom they stood in for. */
static inline uint64_t ruling_person(const struct dw_ruling_given *g)
{
	return g->on_behalf_of != 0 ? g->on_behalf_of : g->by;
}

/** Is it the last one of its person? */
bool ruling_stands(const struct dw_statement_version *v, const struct dw_ruling_given *g);

/** Was the text changed last by whom that ruling is of, or who gave it? */
static inline bool ruling_is_own(const struct dw_statement_version *v,
				 const struct dw_ruling_given *g)
{
	return v->last_author != 0 &&
	       (g->by == v->last_author || ruling_person(g) == v->last_author);
}

/** What the quorum of a version lacks, its draft and deadline apart. */
size_t version_lacks(const struct dw_statement_version *v,
		     const struct dw_statement_now *now,
		     struct dw_lack out[DW_LACKS_MAX]);

/** The same rests, in whatever order. */
bool rests_are_same(const struct dw_rest *a, size_t n_a, const struct dw_rest *b,
		    size_t n_b);

#endif
