/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_DOMAIN_REST_DELTA_H
#define DW_DOMAIN_REST_DELTA_H
/* Which sentences rest on something else in another version of a statement. */
#include "base/arena.h"
#include "domain/statement.h"

struct dw_rest_delta {
	uint64_t claim;
	uint32_t from, to; /* UTF-16 units of the version that it is in */
	bool is_gone;	   /* it is in the old one alone; else in the new one */
	bool is_moved;	   /* the other version has it too, under other words */
};

/**
 * Links that only one of two versions has: the same claim in the same way under the same sentence, at the
 * same place in it. A link that is still there and whose sentence was rewritten meanwhile is the same one.
 * What is gone comes first, each by the order of its version. Returns how many; *out is in the arena.
 */
size_t dw_rest_deltas(const struct dw_statement_version *was,
		      const struct dw_statement_version *is, struct dw_arena *a,
		      struct dw_rest_delta **out);

#endif
