/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_NET_INT_H
#define DW_NET_INT_H
/* The structs that listener, conn, request, reply and sink share. */
#include "base/map.h"
#include "net/parse.h"
#include "net/router.h"

#define DW_NET_READ_SIZE (64u * 1024) /* one read at most; also what may be held back */
#define DW_NET_DRAIN_MAX                                                                 \
	(64u * 1024) /* of a refused body that is read to keep a connection */
#define DW_NET_LINGER_MS 1000
#define DW_NET_UNSENT                                                                    \
	(16 * 1024) /* of a reply that the kernel takes and cannot send yet */

/* One address with its connections. */
struct dw_peer {
	unsigned refs;
	unsigned conns;
	uint64_t unsent; /* bytes copied for readers at this address */
	struct dw_link
		newcomers; /* connections without a complete request yet, in order */
	char text[48];
};

struct dw_addr { /* IPv4 as ::ffff:a.b.c.d */
	uint8_t b[16];
};

struct dw_cidr {
	struct dw_addr addr;
	unsigned bits;
};

/*
 * A connection.
 *
 *            first byte        head complete          body complete
 *   IDLE ───────────────► HEAD ─────────────► BODY ─────────────────► WORK
 *    ▲                     │ refused           │ refused               │ reply
 *    │                     ▼                   ▼                       ▼
 *    │                   REPLY  ◄──────────────┴───────────────────────┤
 *    │      written, keep  │ │ written, the rest of a refused body     │ dw_http_sink
 *    ├─────────────────────┘ └──► DRAIN ──► IDLE                       ▼
 *    │                     │ written, no keep                         SINK
 *    │                     ▼                                           │
 *    └─ time-out ──► LINGER ──► CLOSING ◄──────────────────────────────┘
 *
 * REPLY is skipped when the kernel took it all at once. An error leads to CLOSING from anywhere.
 */
enum dw_conn_state {
	DW_CONN_IDLE,  /* between requests: no buffer, no parser, no arena */
	DW_CONN_HEAD,  /* part of a head has come */
	DW_CONN_BODY,  /* the head is through the guard; its body is coming */
	DW_CONN_WORK,  /* a handler has it all and owes the reply */
	DW_CONN_REPLY, /* the reply is going out */
	DW_CONN_DRAIN, /* answered; skipping the rest of a body that nobody wanted */
	DW_CONN_SINK,  /* a reply that stays open */
	DW_CONN_LINGER, /* our side is shut; waiting for theirs, so that they get the answer */
	DW_CONN_CLOSING, /* uv_close was called */
};

struct dw_sink {
	const struct dw_sink_ops *ops; /* NULL: not a sink */
	void *data;
	struct dw_peer *peer; /* as in the request */
	bool is_sized; /* a reply with a length, like any other but made piece by piece */
};

/* Bytes that the kernel did not take at once. */
struct dw_rest {
	uv_write_t req;
	struct dw_conn *conn;
	struct dw_blob *hold;	/* may be NULL */
	struct dw_peer *reader; /* whom it counts for; NULL: nobody */
	size_t copied;		/* bytes that count */
	uint64_t untaken;	/* bytes that the peer had not taken at the last look */
	bool is_slow;		/* at the last look too little had been taken */
	char copy[];
};

struct dw_conn {
	union {
		uv_handle_t handle;
		uv_stream_t stream;
		uv_tcp_t tcp;
		uv_pipe_t pipe;
	} u;
	struct dw_link link; /* net->conns */
	struct dw_link
		newcomer; /* peer->newcomers: no whole request yet, no handler has one */
	uint64_t came_ms; /* loop time */
	struct dw_deadline deadline;
	struct dw_net *net;
	struct dw_peer *peer;  /* of the socket; NULL on the control socket */
	struct dw_exchange *x; /* NULL while idle and in a sink */
	struct dw_rest *rest;  /* NULL when nothing waits to go out */
	struct dw_sink sink;
	uint32_t discarded; /* bytes thrown away as a sink or in LINGER */
	uint8_t state;	    /* enum dw_conn_state */
	bool is_local;
	bool is_proxy;	 /* the peer is a trusted proxy */
	bool is_counted; /* in connections_open and the peer's number */
	bool is_reading;
	bool is_running;       /* dw_conn_run is on the stack */
	bool is_eof;	       /* the peer will send no more */
	bool is_closed;	       /* the uv handle is gone */
	bool is_refused;       /* one too many: told so, and lingering */
	bool has_asked;	       /* one request at least was whole */
	bool has_skipped_line; /* one empty line before a request is forgiven */
};

/* One request and its reply. Freed as soon as the connection is idle or a sink. */
struct dw_exchange {
	struct dw_http_req req;
	struct dw_conn *conn;
	struct dw_task task; /* runs the connection on a later turn */
	struct dw_parser parser;
	struct dw_chunk chunk;
	struct dw_buf in; /* bytes read; what lies before `off` is used up */
	size_t off;
	struct dw_buf body;    /* DW_BODY_WHOLE */
	struct dw_buf headers; /* of the reply, as lines */
	uint64_t body_left;    /* without chunks: bytes still to come */
	uint64_t body_seen, body_max;
	uint64_t window; /* bytes since the rate was last judged */
	bool is_chunked, is_body_done;
	bool expects_continue; /* and 100 was not sent */
	bool is_head;	       /* HEAD: no body in the reply */
	bool is_http10;
	bool keep;    /* keep-alive after this reply */
	bool is_owed; /* a handler has the request */
	bool is_replied;
	bool is_paused;
	bool is_decorating;
};

struct dw_listener {
	union {
		uv_handle_t handle;
		uv_stream_t stream;
		uv_tcp_t tcp;
		uv_pipe_t pipe;
	} u;
	struct dw_link link;
	struct dw_net *net;
	bool is_local;
};

struct dw_net {
	struct dw_loop *loop;
	struct dw_timers *timers;
	struct dw_net_conf conf;
	const struct dw_route *routes;
	struct dw_net_stats stats;
	struct dw_cidr *proxies;
	size_t n_proxies;
	struct dw_map *peers;
	struct dw_link listeners, conns;
	unsigned n_refused; /* lingering */
	int cls_head, cls_window, cls_idle, cls_write, cls_linger;
	struct dw_buf head;	 /* scratch for the head of a reply */
	struct dw_blob *lasting; /* holds, in name, what lies in the program */
	int64_t date_s;
	char date[32];
	char read_buf[DW_NET_READ_SIZE];
	bool is_closing;
	struct dw_deadline grace;
	struct dw_task closed;
	void (*on_closed)(void *data);
	void *on_closed_data;
};

/* ---- conn.c ---- */
struct dw_conn *dw_conn_create(struct dw_net *n, bool is_local);
/** Admitted: start reading. */
void dw_conn_start(struct dw_conn *c);
/** Do all that can be done now. c may be freed on return. */
void dw_conn_run(struct dw_conn *c);
/** End it now; with_reset drops what the kernel still holds. c lives until the loop turns. */
void dw_conn_close(struct dw_conn *c, bool with_reset);
/** It is the youngest of its peer's that have not asked: in danger from dw_conn_displace. */
void dw_conn_newcomer(struct dw_conn *c);
/** End it to let another one in: it counts no more from now on. */
void dw_conn_displace(struct dw_conn *c);
/** Shut our side and wait a little for theirs. */
void dw_conn_linger(struct dw_conn *c);
/** Start or stop reading, as the state wants it. */
void dw_conn_settle(struct dw_conn *c);
/** Nothing is left but to wait for net's end? */
void dw_net_check_closed(struct dw_net *n);

/* ---- request.c: an exchange up to its handler ---- */
struct dw_exchange *dw_exchange_create(struct dw_conn *c);
/** Ready for the next request; input not used yet stays. */
void dw_exchange_reset(struct dw_exchange *x);
void dw_exchange_destroy(struct dw_exchange *x);
static inline size_t dw_exchange_waiting(const struct dw_exchange *x)
{
	return x->in.len - x->off;
}
/** The next head in x->in: 1 when it was taken (the state has moved on), 0 to wait. */
int dw_exchange_head(struct dw_exchange *x);
/** More of the body: 1 when anything happened, 0 to wait. */
int dw_exchange_body(struct dw_exchange *x);
/** Skip what is left of an unwanted body: 1 when it is through, 0 to wait. */
int dw_exchange_drain(struct dw_exchange *x);
/** The body will not end well: tell the handler, or answer `code` when none has the request. */
void dw_exchange_break(struct dw_exchange *x, int code, const char *why);
/** Answer as net itself. */
void dw_exchange_refuse(struct dw_exchange *x, int code, const char *detail);

/* ---- http_reply.c ---- */
static inline struct dw_exchange *dw_exchange_of(const struct dw_http_req *req)
{
	return (struct dw_exchange *)(void *)(uintptr_t)req;
}
/** Writes the head of a sink's reply; length < 0: it ends with the connection. */
void dw_reply_sink_head(struct dw_exchange *x, const char *content_type, int64_t length);
const char *dw_reply_reason(int status);

/* ---- rest.c ---- */
/**
 * Of what it has not sent the kernel takes no more than `most` bytes and the end of a packet
 * (TCP_NOTSENT_LOWAT). Sockets that a listener accepts inherit it.
 */
void dw_net_keep_unsent(const uv_handle_t *h, int most);
/** Send the bufs: at once what goes, the rest in the background. The last may lie in `hold`. */
void dw_conn_send(struct dw_conn *c, uv_buf_t bufs[2], struct dw_blob *hold);
/**
 * All of it in the background; bufs[1] is borrowed when `hold` keeps it, all else copied. Beyond
 * the limits of what may be copied the connection is closed instead.
 */
void dw_conn_send_rest(struct dw_conn *c, uv_buf_t bufs[2], struct dw_blob *hold);
/** write_stall_ms are over: go on if enough was taken, else close. */
void dw_rest_judge(struct dw_conn *c);

/* ---- sink.c ---- */
void dw_sink_closed(struct dw_conn *c);

/* ---- query.c ---- */
/** Percent-decode into out (room for s.n bytes); returns the length, or -1. */
ssize_t dw_percent_decode(struct dw_str s, bool plus_is_space, char *out);

/* ---- proxy.c ---- */
DW_MUST_USE int dw_addr_parse(struct dw_str s, struct dw_addr *out);
/** Into out[48]. */
void dw_addr_format(const struct dw_addr *a, char *out);
void dw_addr_of_sockaddr(const struct sockaddr *sa, struct dw_addr *out);
DW_MUST_USE int dw_proxies_parse(const char *const *list, struct dw_cidr **out, size_t *n,
				 struct dw_err *err);
bool dw_proxies_have(const struct dw_net *n, const struct dw_addr *a);
/** Fills req->peer and req->is_tls. */
void dw_proxy_apply(const struct dw_conn *c, struct dw_http_req *req);

/* ---- listener.c ---- */
struct dw_peer *dw_peer_ref(struct dw_net *n, const char *text);
void dw_peer_unref(struct dw_net *n, struct dw_peer *p);
void dw_listener_close(struct dw_listener *l);

#endif
