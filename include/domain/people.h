/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_DOMAIN_PEOPLE_H
#define DW_DOMAIN_PEOPLE_H
/* Who exists and may be named as owner, decider or participant; and whose yes counts. */
#include "base/str.h"

struct dw_people {
	bool (*is_active)(void *ctx, uint64_t user);
	/* that they are in: "comms,legal"; empty when none, or nobody; till anything changes */
	struct dw_str (*groups)(void *ctx, uint64_t user);
	void *ctx;
	/* enum dw_role bits, 0 of nobody; NULL: nobody is asked about theirs */
	unsigned (*roles)(void *ctx, uint64_t user);
};

#endif
