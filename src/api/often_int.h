/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_API_OFTEN_INT_H
#define DW_API_OFTEN_INT_H
/* How often each account or token may say one thing: in memory, see often.c. */
#include "base/map.h"

struct dw_api;
struct dw_http_req;

struct often {
	struct dw_map *said; /* account or token → how often in this window */
	uint64_t since_ms;   /* when it began */
	unsigned per_s;	     /* of each, over a window of ten seconds */
	uint64_t refused;    /* since the start, of all */
};

void often_init(struct often *o, unsigned per_s);
void often_fini(struct often *o);
/** The caller says it once more. False: that is too often, and refused. */
DW_MUST_USE bool often_take(struct often *o, struct dw_http_req *req,
			    const struct dw_api *api);

#endif
