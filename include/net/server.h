/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_NET_SERVER_H
#define DW_NET_SERVER_H
/* Listeners, limits, the router and the ordered end of serving. */
#include "net/http.h"
#include "rt/timer.h"

struct dw_net_limits {
	unsigned max_connections;	   /* in all: 20000 */
	unsigned max_connections_per_peer; /* 512 */
	unsigned max_head_bytes;	   /* 16384: 431 */
	unsigned max_target_bytes;	   /* 8192: 414 */
	size_t max_body_bytes;		   /* default cap of DW_BODY_WHOLE: 1 MiB */
	unsigned head_ms;		   /* 5000: 408 */
	unsigned body_min_rate;	 /* bytes/s, judged once per body_window_ms: 408 */
	unsigned idle_ms;	 /* keep-alive: 15000 */
	unsigned write_stall_ms; /* 10000 */
	unsigned body_window_ms; /* 5000 */
	unsigned reply_min_rate; /* bytes/s, judged once per write_stall_ms: closed */
	/* Copies of replies that their readers have no room for; beyond it: closed. */
	size_t max_unsent_bytes, max_unsent_bytes_per_peer; /* 256 MiB, 64 MiB */
	unsigned
		newcomer_ms; /* until which a connection is not displaced for another: 20 */
};

#define DW_NET_LIMITS_DEFAULT                                                            \
	{                                                                                \
		20000, 512, 16384, 8192, 1024 * 1024, 5000, 500, 15000, 10000, 5000,     \
			500, (size_t)256 << 20, (size_t)64 << 20, 20                     \
	}

struct dw_net_stats { /* counters for /metrics; monotonic unless said */
	uint64_t connections_accepted, connections_refused;
	uint64_t connections_displaced; /* without a request; closed to let another in */
	uint64_t connections_open;	/* now */
	uint64_t sinks_open;		/* now */
	uint64_t requests[6];		/* by status class, [0] unused */
	uint64_t gate_refused;		/* heads that the gate turned away */
	uint64_t
		gate_disagreed; /* heads that passed the gate and failed in llhttp, or differed */
	uint64_t bytes_in, bytes_out;
	uint64_t timeouts_head, timeouts_body, timeouts_idle, timeouts_write;
	uint64_t unsent_bytes; /* now: copied for readers that have no room yet */
	uint64_t unsent_cut;   /* connections closed because that would be too much */
};

struct dw_net; /* one per process: all listeners and connections */

struct dw_net_conf {
	struct dw_net_limits limits;
	const char *const *hosts; /* NULL-ended names that Host may say; NULL = any */
	const char *const
		*trusted_proxies; /* NULL-ended addresses or CIDR blocks; NULL = none */
	/* Runs at the head of each routed request, before its body is read. True: go on. False: it
	 * has replied. May be NULL. */
	bool (*guard)(struct dw_http_req *req, void *ctx);
	void *ctx; /* for guard, handlers and on_problem */
	/* Writes the body of an error that net itself answers (404, 405, 413 …): the text of a
	 * problem+json into `out`. NULL: an empty body. */
	void (*problem)(int code, const char *detail, struct dw_buf *out);
	/* Adds headers that every reply carries (security headers); may be NULL. */
	void (*decorate)(struct dw_http_req *req, void *ctx);
};

/** Routes: an array ended by path == NULL; borrowed, must outlive the net. */
DW_MUST_USE int dw_net_create(struct dw_net **out, struct dw_loop *loop,
			      struct dw_timers *timers, const struct dw_net_conf *conf,
			      const struct dw_route *routes, struct dw_err *err);
/** HOST:PORT, [v6]:PORT; port 0 picks one, *port says which. */
DW_MUST_USE int dw_net_listen(struct dw_net *n, const char *addr, int *port,
			      struct dw_err *err);
/** Unix socket, mode 0600; peers of another uid (and not root) are dropped. A stale one is replaced. */
DW_MUST_USE int dw_net_listen_local(struct dw_net *n, const char *path,
				    struct dw_err *err);
const struct dw_net_stats *dw_net_stats(const struct dw_net *n);
/**
 * Ordered end: stop accepting, finish requests in work (no keep-alive after), sinks are the
 * owner's to close, then `cb`. After grace_ms what is left is cut. Frees nothing.
 */
void dw_net_close(struct dw_net *n, unsigned grace_ms, void (*cb)(void *data),
		  void *data);
/** Requires: dw_net_close's cb came, or nothing was ever listening. NULL is fine. */
void dw_net_destroy(struct dw_net *n);

#endif
