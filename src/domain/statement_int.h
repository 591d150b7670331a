/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_STATEMENT_INT_H
#define DW_STATEMENT_INT_H
/* What the files about statements share. */
#include "domain/decide.h"
#include "domain/statement.h"

#define YES_MAX 256 /* that are counted of one version: more than any quorum asks for */

/** Whose ruling it is: of a deputy, whom they stood in for. */
static inline uint64_t ruling_person(const struct dw_ruling_given *g)
{
	return g->on_behalf_of != 0 ? g->on_behalf_of : g->by;
}

/** Is it the last one of its person? */
bool ruling_stands(const struct dw_statement_version *v, const struct dw_ruling_given *g);

/**
 * What the quorum of a version lacks, its draft and deadline apart; of people who are gone no yes
 * counts. people NULL: nobody is asked about.
 */
size_t version_lacks(const struct dw_statement_version *v, const struct dw_people *people,
		     struct dw_lack out[DW_LACKS_MAX]);

/** The same rests, in whatever order. */
bool rests_are_same(const struct dw_rest *a, size_t n_a, const struct dw_rest *b,
		    size_t n_b);

#endif
