/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef HTTPFAKE_H
#define HTTPFAKE_H
/*
 * net played by the test: requests that are structs, answers that are kept to be looked at, and
 * sinks whose sockets take what the test lets them. It defines what src/net/http_reply.c and
 * sink.c define, so include it in one file of a program, and drive handlers from the route table.
 */
#include "api/api.h"

#include <stdio.h>
#include <stdlib.h>

#define FAKE_SINKS 64

struct dw_sink {
	const struct dw_sink_ops *ops;
	void *data;
	struct dw_buf got;
	size_t room; /* bytes that the socket takes */
	char *rest;
	size_t rest_n;
	bool is_busy; /* the head of the reply is still going out */
	bool is_closing, is_closed;
	char peer[48];
};

struct fake_req {
	struct dw_http_req req; /* first */
	struct dw_principal who;
	struct dw_buf head, body;
	int status; /* 0 = not answered yet */
	struct dw_sink *sink;
};

static struct dw_sink *fake_sinks[FAKE_SINKS];
static size_t fake_n_sinks;
static bool fake_next_is_busy;

static struct fake_req *fake_of(const struct dw_http_req *req)
{
	return (struct fake_req *)(void *)(uintptr_t)req;
}

static void fake_answer(struct dw_http_req *req, int status, struct dw_str body)
{
	struct fake_req *f = fake_of(req);

	DW_REQUIRE(f->status == 0);
	if (req->on_answered != NULL)
		req->on_answered(req, status);
	DW_REQUIRE(dw_buf_add(&f->body, body.p, body.n) == 0 &&
		   dw_buf_addc(&f->body, '\0') == 0);
	f->status = status;
}

void dw_http_set(struct dw_http_req *req, const char *name, struct dw_str value)
{
	DW_REQUIRE(dw_buf_addf(&fake_of(req)->head, "%s: %.*s\n", name, (int)value.n,
			       value.p) == 0);
}

void dw_http_reply(struct dw_http_req *req, int status, const char *type,
		   struct dw_str body)
{
	if (type != NULL)
		dw_http_set(req, "Content-Type", dw_str_of(type));
	fake_answer(req, status, body);
}

void dw_http_reply_blob(struct dw_http_req *req, int status, const char *type,
			struct dw_blob *body)
{
	dw_http_reply(req, status, type, dw_blob_str(body));
}

bool dw_http_is_gone(const struct dw_http_req *req)
{
	(void)req;
	return false;
}

void dw_http_body_pause(struct dw_http_req *req)
{
	(void)req;
}

void dw_http_body_resume(struct dw_http_req *req)
{
	(void)req;
}

const struct dw_net_stats *dw_net_stats(const struct dw_net *n)
{
	static const struct dw_net_stats none;

	(void)n;
	return &none;
}

/* The real one is a part of net; no test of handlers asks for a page. */
void dw_files_reply(struct dw_files *f, struct dw_http_req *req, const char *name)
{
	(void)f;
	(void)req;
	(void)name;
	abort();
}

void dw_files_reply_asset(struct dw_files *f, struct dw_http_req *req, struct dw_str name)
{
	(void)f;
	(void)req;
	(void)name;
	abort();
}

int dw_files_address(const struct dw_files *f, struct dw_str name, struct dw_buf *out)
{
	(void)f;
	(void)name;
	(void)out;
	abort();
}

bool dw_files_is_live(const struct dw_files *f)
{
	(void)f;
	abort();
}

const char *dw_files_language(const struct dw_http_req *req)
{
	(void)req;
	abort();
}

/* ---- sinks ---- */

struct dw_sink *dw_http_sink(struct dw_http_req *req, const char *type,
			     const struct dw_sink_ops *ops, void *data)
{
	struct dw_sink *s = calloc(1, sizeof(*s));

	DW_REQUIRE(s != NULL && fake_n_sinks < FAKE_SINKS);
	dw_http_set(req, "Content-Type", dw_str_of(type));
	s->ops = ops;
	s->data = data;
	s->room = SIZE_MAX / 2;
	s->is_busy = fake_next_is_busy;
	s->is_closing = req->method == DW_HEAD;
	dw_buf_init(&s->got, 1024 * 1024);
	snprintf(s->peer, sizeof(s->peer), "%s", req->peer);
	fake_sinks[fake_n_sinks++] = s;
	fake_of(req)->sink = s;
	fake_answer(req, 200, dw_str_make(NULL, 0));
	return s;
}

struct dw_sink *dw_http_sink_sized(struct dw_http_req *req, const char *type,
				   uint64_t length, const struct dw_sink_ops *ops,
				   void *data)
{
	(void)length;
	return dw_http_sink(req, type, ops, data);
}

bool dw_sink_is_busy(const struct dw_sink *s)
{
	return s->is_busy || s->rest_n > 0;
}

ssize_t dw_sink_try(struct dw_sink *s, const uv_buf_t *bufs, unsigned n)
{
	ssize_t took = 0;

	if (s->is_closing)
		return DW_ECLOSED;
	if (dw_sink_is_busy(s))
		return 0;
	for (unsigned i = 0; i < n; i++) {
		size_t k = bufs[i].len < s->room ? bufs[i].len : s->room;

		DW_REQUIRE(dw_buf_add(&s->got, bufs[i].base, k) == 0);
		s->room -= k;
		took += (ssize_t)k;
	}
	return took;
}

void dw_sink_rest(struct dw_sink *s, const char *p, size_t n, struct dw_blob *hold)
{
	(void)hold; /* always copied here */
	if (s->is_closing)
		return;
	DW_REQUIRE(!dw_sink_is_busy(s) && n > 0);
	s->rest = malloc(n);
	DW_REQUIRE(s->rest != NULL);
	memcpy(s->rest, p, n);
	s->rest_n = n;
}

void dw_sink_close(struct dw_sink *s)
{
	s->is_closing = true;
}

const char *dw_sink_peer(const struct dw_sink *s)
{
	return s->peer;
}

/* The socket is free again. */
static inline void fake_drain(struct dw_sink *s)
{
	if (s->is_closing)
		return;
	s->is_busy = false;
	s->room = SIZE_MAX / 2;
	DW_REQUIRE(dw_buf_add(&s->got, s->rest, s->rest_n) == 0);
	s->rest_n = 0;
	free(s->rest);
	s->rest = NULL;
	s->ops->on_drain(s->data);
}

/* What was closed tells its owner, as a later turn of the loop would. */
static inline void fake_turn(void)
{
	for (size_t i = 0; i < fake_n_sinks; i++) {
		struct dw_sink *s = fake_sinks[i];

		if (!s->is_closing || s->is_closed)
			continue;
		s->is_closed = true;
		s->ops->on_close(s->data);
	}
}

static inline void fake_sinks_free(void)
{
	for (size_t i = 0; i < fake_n_sinks; i++) {
		dw_buf_fini(&fake_sinks[i]->got);
		free(fake_sinks[i]->rest);
		free(fake_sinks[i]);
	}
	fake_n_sinks = 0;
}

static inline const char *fake_got(struct dw_sink *s)
{
	return s->got.p != NULL ? s->got.p : "";
}

/* ---- requests ---- */

static inline void fake_header(struct fake_req *f, const char *name, const char *value)
{
	f->req.headers[f->req.n_headers++] =
		(struct dw_http_header){ dw_str_of(name), dw_str_of(value) };
}

/* `who` is copied; path without a query. */
static inline void fake_init(struct fake_req *f, enum dw_http_method method,
			     const char *path, const struct dw_principal *who,
			     const char *body)
{
	memset(f, 0, sizeof(*f));
	dw_buf_init(&f->head, 16384);
	dw_buf_init(&f->body, 65536);
	f->who = *who;
	f->req.arena = dw_arena_create();
	f->req.method = method;
	f->req.path = dw_str_of(path);
	f->req.query = dw_str_make("", 0);
	f->req.body = dw_str_of(body);
	f->req.principal = &f->who;
	snprintf(f->req.peer, sizeof(f->req.peer), "192.0.2.1");
	if (body != NULL)
		fake_header(f, "content-type", "application/json");
}

static inline void fake_fini(struct fake_req *f)
{
	DW_REQUIRE(f->status != 0);
	dw_arena_destroy(f->req.arena);
	dw_buf_fini(&f->head);
	dw_buf_fini(&f->body);
}

/* Call the handler of its route. */
static inline void fake_call(struct fake_req *f, struct dw_api *api)
{
	enum dw_http_method method = f->req.method == DW_HEAD ? DW_GET : f->req.method;

	for (const struct dw_route *r = dw_api_routes(); r->path != NULL; r++) {
		if (r->method != method || !dw_str_eq(dw_str_of(r->path), f->req.path))
			continue;
		f->req.route = r;
		r->handler(&f->req, api);
		return;
	}
	DW_REQUIRE(!"there is such a route");
}

static inline bool fake_has(const struct fake_req *f, const char *line)
{
	return f->head.p != NULL && strstr(f->head.p, line) != NULL;
}

#endif
