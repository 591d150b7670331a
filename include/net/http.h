/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_NET_HTTP_H
#define DW_NET_HTTP_H
/*
 * What a handler sees of HTTP: one request, one reply, and sinks for replies that stay open.
 * net knows no war rooms: whose request it is and what it may do is decided by the guard and
 * the handlers that `api` registers.
 *
 *  (1) Every request that reached a handler is answered exactly once, with dw_http_reply or
 *      dw_http_sink, on the loop thread, at once or later. When the peer went away meanwhile
 *      the reply is dropped; the request stays valid until that call.
 *  (2) One request is in work per connection; pipelined ones wait in the kernel.
 *  (3) A body is read only after the guard has let the head through.
 */
#include "base/arena.h"
#include "base/blob.h"
#include "base/buf.h"
#include "rt/loop.h"

#define DW_HTTP_MAX_HEADERS 64
#define DW_HTTP_MAX_PARAMS 4

enum dw_http_method {
	DW_GET,
	DW_HEAD, /* routed as GET; net drops the body of the reply */
	DW_POST,
	DW_PUT,
	DW_PATCH,
	DW_DELETE,
	DW_OPTIONS,
};

struct dw_http_header {
	struct dw_str name; /* lower case */
	struct dw_str value;
};

struct dw_http_req;

enum dw_body_mode {
	DW_BODY_NONE,  /* a body is refused with 400 (413 when large) */
	DW_BODY_WHOLE, /* collected up to max_body, then the handler runs with req->body */
	DW_BODY_STREAM, /* the handler runs at the head and sets on_body / on_body_end */
};

typedef void (*dw_http_handler)(struct dw_http_req *req, void *ctx);

struct dw_route {
	enum dw_http_method method;
	const char *
		path; /* "/api/v1/mentions/{id}": a {name} matches one non-empty segment */
	dw_http_handler handler;
	enum dw_body_mode body;
	size_t max_body; /* bytes; 0 = the server's default for WHOLE, no cap for STREAM */
	unsigned tag;	 /* for the guard: what right this needs. Meaningless to net */
};

struct dw_http_req {
	struct dw_arena *arena; /* everything below lives here; dies with the reply */
	enum dw_http_method method;
	struct dw_str path;  /* as sent, validated, without query */
	struct dw_str query; /* after '?', undecoded, may be empty */
	struct dw_str body;  /* DW_BODY_WHOLE only */
	struct dw_http_header headers[DW_HTTP_MAX_HEADERS];
	size_t n_headers;
	struct dw_str
		params[DW_HTTP_MAX_PARAMS]; /* matched {…}, in order, percent-decoded */
	size_t n_params;
	const struct dw_route *route;
	struct dw_str host; /* without port; empty in HTTP/1.0 without Host */
	char peer[48]; /* address that limits count: the peer's, or the one that a trusted
				 proxy names; "local" on the control socket */
	bool is_local; /* came over the control socket from our own uid */
	bool is_tls;   /* a trusted proxy says that the browser used https */
	uint64_t content_length; /* UINT64_MAX when chunked */
	void *principal;	 /* set by the guard; borrowed from whoever set it */
	void *handler_data;	 /* the handler's own */

	/* DW_BODY_STREAM: set by the handler before it returns. on_body gets each piece in
	 * order (borrowed until it returns); on_body_end comes once with 0, or with DW_E… when
	 * the body broke off or the peer went away: then nothing more comes, reply to end. */
	void (*on_body)(struct dw_http_req *req, struct dw_str piece);
	void (*on_body_end)(struct dw_http_req *req, int status);

	/* May be set by a handler: comes once, when the request is answered (also when the peer
	 * is gone by then), before the request goes. The data is of whoever set it. */
	void (*on_answered)(struct dw_http_req *req, int status);
	void *answered_data;
};

/** First header of that (lower-case) name, or {NULL,0}. */
struct dw_str dw_http_header(const struct dw_http_req *req, const char *name);
/** Value of a cookie, or {NULL,0}. */
struct dw_str dw_http_cookie(const struct dw_http_req *req, const char *name);
/**
 * Percent-decoded value of a query parameter in *out (arena). 0, DW_ENOTFOUND when absent,
 * DW_EINVAL when given twice, badly encoded, or not UTF-8.
 */
DW_MUST_USE int dw_http_query(const struct dw_http_req *req, const char *name,
			      struct dw_str *out);
/** DW_EINVAL, naming the parameter, when the query has one that is not in the NULL-ended list. */
DW_MUST_USE int dw_http_query_only(const struct dw_http_req *req,
				   const char *const *known, struct dw_err *err);

/** Is the tag, with its quotes, in If-None-Match? W/ does not matter there. */
bool dw_http_knows(const struct dw_http_req *req, struct dw_str tag);
#define DW_HTTP_DATE_MAX 30
/** "Sun, 06 Nov 1994 08:49:37 GMT" of seconds since 1970, in no locale. */
void dw_http_date(char out[DW_HTTP_DATE_MAX], int64_t seconds);

/** Stop and restart delivery of on_body; the peer is held back by TCP meanwhile. */
void dw_http_body_pause(struct dw_http_req *req);
void dw_http_body_resume(struct dw_http_req *req);

/** Has the peer gone? (The reply is still owed, rule 1.) */
bool dw_http_is_gone(const struct dw_http_req *req);

/**
 * Add a header to the reply to come. name and value: no control bytes (checked, aborts on
 * name, drops on value). Copied.
 */
void dw_http_set(struct dw_http_req *req, const char *name, struct dw_str value);

/** Answer and let go of the request. content_type may be NULL when body is empty. Copies body. */
void dw_http_reply(struct dw_http_req *req, int status, const char *content_type,
		   struct dw_str body);
/** The same with a body that lies in the program, or outlives the server: nothing of it is copied. */
void dw_http_reply_lasting(struct dw_http_req *req, int status, const char *content_type,
			   struct dw_str body);
/** The same with shared bytes; takes a reference. */
void dw_http_reply_blob(struct dw_http_req *req, int status, const char *content_type,
			struct dw_blob *body);

/*
 * A sink is a reply that stays open (text/event-stream). The connection becomes close-delimited;
 * request, parser and buffers are freed. The owner keeps a cursor, not a queue: it offers bytes,
 * the kernel takes what it takes, and on_drain says when it is worth offering again.
 */
struct dw_sink;

struct dw_sink_ops {
	/* what dw_sink_rest was given has gone out; may write again */
	void (*on_drain)(void *data);
	/* Once: the peer closed, an error, a reader that is too slow or for whom too much would have to
	 * be kept, or dw_sink_close. The sink
	 * is invalid from now on. Never before the function that started it returned. */
	void (*on_close)(void *data);
	/* May be NULL. The peer will send no more. It may still read (half closed) or be gone;
	 * only a write tells: one now and one more a second later end it if it is gone. */
	void (*on_eof)(void *data);
};

/** Reply 200 with headers set so far and go on as a sink; `req` is gone after this. */
struct dw_sink *dw_http_sink(struct dw_http_req *req, const char *content_type,
			     const struct dw_sink_ops *ops, void *data);
/** The same with Content-Length, which the owner must fulfil: else the peer knows it is cut off. */
struct dw_sink *dw_http_sink_sized(struct dw_http_req *req, const char *content_type,
				   uint64_t length, const struct dw_sink_ops *ops,
				   void *data);
/** Is a rest still going out (the head of the reply itself, perhaps)? Then on_drain will come. */
bool dw_sink_is_busy(const struct dw_sink *s);
/**
 * Offer bytes without copying. Returns how many the kernel took (0 when it is full or a rest is
 * still going out), or DW_ECLOSED.
 */
ssize_t dw_sink_try(struct dw_sink *s, const uv_buf_t *bufs, unsigned n);
/**
 * After a short try: send `n` bytes at `p` in the background, holding a reference on `hold` (NULL:
 * they are copied), then on_drain; or the end. Requires: no rest in flight.
 */
void dw_sink_rest(struct dw_sink *s, const char *p, size_t n, struct dw_blob *hold);
/** End it: what the kernel has is sent, then the connection closes and on_close comes. */
void dw_sink_close(struct dw_sink *s);
/** Peer address as in the request; valid while the sink is. */
const char *dw_sink_peer(const struct dw_sink *s);

#endif
