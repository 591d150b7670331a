/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_NET_ROUTER_H
#define DW_NET_ROUTER_H
/* Which route a method and a path belong to. */
#include "net/http.h"

struct dw_found {
	const struct dw_route *route; /* NULL when the path or the method is not known */
	unsigned allow; /* bit per method that the path takes; 0: no such path */
	struct dw_str params[DW_HTTP_MAX_PARAMS]; /* undecoded */
	size_t n_params;
};

/** Search the table; HEAD finds GET, and the path "*" all methods there are. */
void dw_router_find(const struct dw_route *routes, enum dw_http_method method,
		    struct dw_str path, struct dw_found *out);
/** "GET, HEAD, OPTIONS" into out[64]. */
void dw_router_allow(unsigned allow, char *out);

#endif
