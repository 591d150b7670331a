/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_API_API_H
#define DW_API_API_H
/* The HTTP contract: routes, and what all handlers share. */
#include "domain/policy.h"
#include "engine/engine.h"
#include "net/files.h"
#include "net/server.h"

struct dw_api_conf {
	const char *
		public_url; /* "https://…" decides Secure, __Host-, origins; NULL = any */
	const char *organisation;     /* whose newsroom it is; NULL or "": not said */
	unsigned streams_per_session; /* 8 */
	unsigned streams_per_account; /* 32 */
	unsigned streams_per_address; /* 256 */
	unsigned heartbeat_s;	      /* 15 */
	unsigned presence_s;	      /* 30; 0: that */
	unsigned changes_per_s;	      /* 200; 0: that */
	size_t max_mention_bytes;     /* one mention as JSON: 256 KiB */
	size_t max_batch_bytes;	      /* an array: 16 MiB */
	size_t max_held_bytes;	      /* of all bodies together: 256 MiB; 0: that */
};

struct dw_api; /* also the ctx of every handler */

DW_MUST_USE int dw_api_create(struct dw_api **out, struct dw_engine *e,
			      struct dw_timers *timers, struct dw_loop *loop,
			      struct dw_files *files, const struct dw_api_conf *conf,
			      struct dw_err *err);
const struct dw_route *dw_api_routes(void);
/** For dw_net_conf: authenticates, checks rights, CSRF and content type. */
bool dw_api_guard(struct dw_http_req *req, void *api);
void dw_api_decorate(struct dw_http_req *req, void *api);
void dw_api_problem(int code, const char *detail, struct dw_buf *out);
/** The net whose counters /metrics shows. */
void dw_api_set_net(struct dw_api *api, struct dw_net *net);
/** Ends all streams with `retry:`; refuses new ones from now on. */
void dw_api_close_streams(struct dw_api *api);
/** Requires: no request in work, no stream open, the engine not yet closed. */
void dw_api_destroy(struct dw_api *api);

#endif
