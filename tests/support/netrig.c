/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * netrig.c - see the header. The server's thread runs an ordinary loop; the test's thread asks
 * it for something through one slot, an uv_async and a semaphore.
 */
#include "netrig.h"

#include "net/files.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define BIG (8u * 1024 * 1024)

struct rig_sink {
	struct dw_link link;
	struct dw_sink *sink;
	struct netrig *rig;
	bool is_started;
};

struct later {
	struct dw_deadline deadline;
	struct dw_http_req *req;
};

struct netrig_inside {
	struct netrig *rig;
	struct dw_loop loop;
	struct dw_timers *timers;
	struct dw_net *net;
	struct dw_net_conf conf;
	struct dw_link sinks;
	struct dw_http_req *held;
	struct dw_blob *big;
	struct dw_files *files;
	int cls_later;
	pthread_t thread;
	uv_async_t async;
	sem_t done;
	void (*fn)(struct netrig_inside *in);
	const char *text;
	int times;
	struct dw_net_stats stats;
};

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "netrig: %s\n", what);
	abort();
}

/* ---- handlers ---- */

static void on_hello(struct dw_http_req *req, void *ctx)
{
	dw_http_reply(req, 200, "text/plain", DW_STR("hello"));
}

static void on_item(struct dw_http_req *req, void *ctx)
{
	must(req->n_params == 1, "one parameter");
	dw_http_set(req, "X-Item", DW_STR("yes"));
	dw_http_reply(req, 200, "text/plain", req->params[0]);
}

static void on_special(struct dw_http_req *req, void *ctx)
{
	dw_http_reply(req, 200, "text/plain", DW_STR("the special one"));
}

static void on_peer(struct dw_http_req *req, void *ctx)
{
	struct dw_str s =
		dw_arena_printf(req->arena, "%s%s%s", req->peer,
				req->is_tls ? " tls" : "", req->is_local ? " own" : "");

	dw_http_reply(req, 200, "text/plain", s);
}

static void on_query(struct dw_http_req *req, void *ctx)
{
	struct dw_str q = { NULL, 0 };
	int rc = dw_http_query(req, "q", &q);

	if (rc < 0)
		dw_http_reply(req, dw_err_status(rc), NULL, dw_str_make(NULL, 0));
	else
		dw_http_reply(req, 200, "text/plain", q);
}

static void on_echo(struct dw_http_req *req, void *ctx)
{
	dw_http_reply(req, 200, "text/plain", req->body);
}

static void on_later_due(struct dw_deadline *d)
{
	struct later *l = DW_CONTAINER_OF(d, struct later, deadline);

	dw_http_reply(l->req, 200, "text/plain", DW_STR("later"));
	free(l);
}

static void on_later(struct dw_http_req *req, void *ctx)
{
	struct netrig_inside *in = ctx;
	struct later *l = calloc(1, sizeof(*l));

	must(l != NULL, "memory");
	l->req = req;
	dw_deadline_init(&l->deadline, on_later_due);
	dw_deadline_start(in->timers, in->cls_later, &l->deadline);
}

static void on_held(struct dw_http_req *req, void *ctx)
{
	struct netrig_inside *in = ctx;

	must(in->held == NULL, "one request at a time is held");
	in->held = req;
	atomic_fetch_add(&in->rig->held, 1);
}

static void on_file(struct dw_http_req *req, void *ctx)
{
	struct netrig_inside *in = ctx;

	dw_files_reply(in->files, req, dw_arena_strdup(req->arena, req->params[0]));
}

static void on_asset(struct dw_http_req *req, void *ctx)
{
	struct netrig_inside *in = ctx;

	dw_files_reply_asset(in->files, req, req->params[0]);
}

static void on_big(struct dw_http_req *req, void *ctx)
{
	struct netrig_inside *in = ctx;

	dw_http_reply_blob(req, 200, "application/octet-stream", in->big);
}

static void on_copied(struct dw_http_req *req, void *ctx)
{
	struct netrig_inside *in = ctx;

	dw_http_reply(req, 200, "application/octet-stream", dw_blob_str(in->big));
}

static void on_half(struct dw_http_req *req, void *ctx)
{
	struct netrig_inside *in = ctx;

	dw_http_reply(req, 200, "application/octet-stream",
		      dw_str_make(in->big->data, in->big->len / 2));
}

static void on_lasting(struct dw_http_req *req, void *ctx)
{
	struct netrig_inside *in = ctx;

	dw_http_reply_lasting(req, 200, "application/octet-stream", dw_blob_str(in->big));
}

struct upload {
	struct dw_deadline deadline;
	struct netrig_inside *in;
	struct dw_http_req *req;
	uint64_t bytes;
	bool pauses;
};

static void on_upload_resume(struct dw_deadline *d)
{
	dw_http_body_resume(DW_CONTAINER_OF(d, struct upload, deadline)->req);
}

static void on_upload_piece(struct dw_http_req *req, struct dw_str piece)
{
	struct upload *u = req->handler_data;

	must(piece.n > 0, "a piece has bytes");
	u->bytes += piece.n;
	if (!u->pauses)
		return;
	dw_http_body_pause(req);
	dw_deadline_start(u->in->timers, u->in->cls_later, &u->deadline);
}

static void on_upload_end(struct dw_http_req *req, int status)
{
	struct upload *u = req->handler_data;
	struct netrig_inside *in = u->in;
	uint64_t bytes = u->bytes;

	dw_deadline_stop(&u->deadline);
	free(u);
	if (status < 0) {
		atomic_fetch_add(&in->rig->body_breaks, 1);
		dw_http_reply(req, dw_err_status(status), NULL, dw_str_make(NULL, 0));
		return;
	}
	dw_http_reply(req, 200, "text/plain",
		      dw_arena_printf(req->arena, "%llu bytes",
				      (unsigned long long)bytes));
}

static void on_upload(struct dw_http_req *req, void *ctx)
{
	struct upload *u = calloc(1, sizeof(*u));
	struct dw_str pause;

	must(u != NULL, "memory");
	u->in = ctx;
	u->req = req;
	u->pauses = dw_http_query(req, "pause", &pause) == 0;
	dw_deadline_init(&u->deadline, on_upload_resume);
	req->handler_data = u;
	req->on_body = on_upload_piece;
	req->on_body_end = on_upload_end;
}

static void on_refuse(struct dw_http_req *req, void *ctx)
{
	dw_http_reply(req, 403, "text/plain", DW_STR("no"));
}

/* ---- sinks ---- */

static void on_sink_drain(void *data)
{
}

static void on_sink_close(void *data)
{
	struct rig_sink *s = data;

	if (!s->is_started)
		atomic_fetch_add(&s->rig->sink_early, 1);
	atomic_fetch_add(&s->rig->sink_closes, 1);
	atomic_fetch_sub(&s->rig->sinks, 1);
	dw_list_remove(&s->link);
	free(s);
}

static void on_sink_eof(void *data)
{
	struct rig_sink *s = data;

	atomic_fetch_add(&s->rig->sink_eofs, 1);
}

static void push_one(struct rig_sink *s, struct dw_blob *blob);

/* size < 0: a stream. */
static struct rig_sink *start_sink(struct dw_http_req *req, struct netrig_inside *in,
				   int64_t size)
{
	static const struct dw_sink_ops ops = { .on_drain = on_sink_drain,
						.on_close = on_sink_close,
						.on_eof = on_sink_eof };
	struct rig_sink *s = calloc(1, sizeof(*s));

	must(s != NULL, "memory");
	s->rig = in->rig;
	dw_list_push(&in->sinks, &s->link);
	atomic_fetch_add(&in->rig->sinks, 1);
	if (size < 0)
		s->sink = dw_http_sink(req, "text/event-stream", &ops, s);
	else
		s->sink = dw_http_sink_sized(req, "application/octet-stream",
					     (uint64_t)size, &ops, s);
	s->is_started = true;
	return s;
}

static void on_sink(struct dw_http_req *req, void *ctx)
{
	(void)start_sink(req, ctx, -1);
}

static void on_long(struct dw_http_req *req, void *ctx)
{
	struct netrig_inside *in = ctx;

	push_one(start_sink(req, in, -1), in->big);
}

static void on_sized(struct dw_http_req *req, void *ctx)
{
	struct netrig_inside *in = ctx;

	push_one(start_sink(req, in, BIG), in->big);
}

static void push_one(struct rig_sink *s, struct dw_blob *blob)
{
	uv_buf_t buf = { blob->data, blob->len };
	ssize_t n = dw_sink_try(s->sink, &buf, 1);

	if (n < 0 || (size_t)n == blob->len)
		return;
	if (n == 0) { /* full, or a rest is going out: a real owner waits for on_drain */
		uv_buf_t probe = { blob->data, 1 };

		if (dw_sink_try(s->sink, &probe, 1) != 0)
			return;
		return;
	}
	dw_sink_rest(s->sink, blob->data + n, blob->len - (size_t)n, blob);
}

static void do_push(struct netrig_inside *in)
{
	struct dw_blob *blob = dw_blob_new(in->text, strlen(in->text));

	for (int i = 0; i < in->times; i++) {
		DW_LIST_EACH(it, &in->sinks)
			push_one(DW_CONTAINER_OF(it, struct rig_sink, link), blob);
	}
	dw_blob_unref(blob);
}

static void do_close_sinks(struct netrig_inside *in)
{
	DW_LIST_EACH(it, &in->sinks)
		dw_sink_close(DW_CONTAINER_OF(it, struct rig_sink, link)->sink);
}

static void do_stats(struct netrig_inside *in)
{
	in->stats = *dw_net_stats(in->net);
}

/* ---- the server ---- */

static bool guard(struct dw_http_req *req, void *ctx)
{
	if (req->route->tag != 1)
		return true;
	dw_http_reply(req, 401, NULL, dw_str_make(NULL, 0));
	return false;
}

static void problem(int code, const char *detail, struct dw_buf *out)
{
	must(dw_buf_addf(out, "{\"status\":%d,\"detail\":\"%s\"}", dw_err_status(code),
			 detail) == 0,
	     "problem");
}

static void decorate(struct dw_http_req *req, void *ctx)
{
	dw_http_set(req, "X-Content-Type-Options", DW_STR("nosniff"));
}

static const struct dw_route routes[] = {
	{ DW_GET, "/hello", on_hello, DW_BODY_NONE, 0, 0 },
	{ DW_GET, "/items/{id}", on_item, DW_BODY_NONE, 0, 0 },
	{ DW_GET, "/items/special", on_special, DW_BODY_NONE, 0, 0 },
	{ DW_PUT, "/items/{id}", on_item, DW_BODY_WHOLE, 0, 0 },
	{ DW_DELETE, "/items/{id}", on_item, DW_BODY_NONE, 0, 0 },
	{ DW_GET, "/later", on_later, DW_BODY_NONE, 0, 0 },
	{ DW_GET, "/file/{name}", on_file, DW_BODY_NONE, 0, 0 },
	{ DW_GET, "/assets/{name}", on_asset, DW_BODY_NONE, 0, 0 },
	{ DW_GET, "/held", on_held, DW_BODY_NONE, 0, 0 },
	{ DW_GET, "/big", on_big, DW_BODY_NONE, 0, 0 },
	{ DW_GET, "/copied", on_copied, DW_BODY_NONE, 0, 0 },
	{ DW_GET, "/half", on_half, DW_BODY_NONE, 0, 0 },
	{ DW_GET, "/long", on_long, DW_BODY_NONE, 0, 0 },
	{ DW_GET, "/sized", on_sized, DW_BODY_NONE, 0, 0 },
	{ DW_GET, "/lasting", on_lasting, DW_BODY_NONE, 0, 0 },
	{ DW_GET, "/peer", on_peer, DW_BODY_NONE, 0, 0 },
	{ DW_GET, "/query", on_query, DW_BODY_NONE, 0, 0 },
	{ DW_GET, "/sink", on_sink, DW_BODY_NONE, 0, 0 },
	{ DW_POST, "/echo", on_echo, DW_BODY_WHOLE, 1000, 0 },
	{ DW_POST, "/upload", on_upload, DW_BODY_STREAM, 0, 0 },
	{ DW_POST, "/refuse", on_refuse, DW_BODY_STREAM, 0, 0 },
	{ DW_POST, "/denied", on_echo, DW_BODY_WHOLE, 0, 1 },
	{ 0, NULL, NULL, 0, 0, 0 },
};

static void on_net_closed(void *data)
{
	struct netrig_inside *in = data;

	in->rig->stats = *dw_net_stats(in->net);
	dw_net_destroy(in->net);
	dw_timers_close(in->timers);
	dw_loop_close(&in->loop);
	uv_close((uv_handle_t *)&in->async, NULL);
}

static void do_stop(struct netrig_inside *in)
{
	do_close_sinks(in);
	dw_net_close(in->net, 500, on_net_closed, in);
	if (in->held != NULL)
		dw_http_reply(in->held, 200, "text/plain", DW_STR("held"));
}

static void on_async(uv_async_t *a)
{
	struct netrig_inside *in = a->data;
	void (*fn)(struct netrig_inside * in) = in->fn;

	fn(in);
	sem_post(&in->done);
}

static void run(struct netrig_inside *in, void (*fn)(struct netrig_inside *in))
{
	in->fn = fn;
	uv_async_send(&in->async);
	while (sem_wait(&in->done) < 0)
		;
}

static void *thread_main(void *arg)
{
	struct netrig_inside *in = arg;

	dw_loop_run(&in->loop);
	return NULL;
}

void netrig_start(struct netrig *r, const struct netrig_opts *opts)
{
	struct netrig_inside *in = calloc(1, sizeof(*in));
	struct dw_err err = { 0 };

	must(in != NULL, "memory");
	memset(r, 0, sizeof(*r));
	r->in = in;
	in->rig = r;
	dw_list_init(&in->sinks);
	must(dw_loop_init(&in->loop, &err) == 0, "loop");
	in->timers = dw_timers_create(&in->loop, 10);
	in->cls_later = dw_timers_class(in->timers, 30);
	in->big = dw_blob_alloc(BIG);
	memset(in->big->data, 'b', BIG);
	must(dw_files_create(&in->files, opts->files_dir,
			     "script-src 'nonce-%s'; style-src 'nonce-%s'",
			     dw_clock_system(), &err) == 0,
	     err.msg);
	in->conf = (struct dw_net_conf){ .limits = opts->limits,
					 .hosts = opts->hosts,
					 .trusted_proxies = opts->proxies,
					 .guard = guard,
					 .ctx = in,
					 .problem = problem,
					 .decorate = decorate };
	must(dw_net_create(&in->net, &in->loop, in->timers, &in->conf, routes, &err) == 0,
	     err.msg);
	must(dw_net_listen(in->net, "127.0.0.1:0", &r->port, &err) == 0, err.msg);
	if (opts->is_local) {
		snprintf(r->path, sizeof(r->path), P_tmpdir "/dw-net-%ld.sock",
			 (long)getpid());
		must(dw_net_listen_local(in->net, r->path, &err) == 0, err.msg);
	}
	sem_init(&in->done, 0, 0);
	uv_async_init(&in->loop.uv, &in->async, on_async);
	in->async.data = in;
	must(pthread_create(&in->thread, NULL, thread_main, in) == 0, "thread");
}

void netrig_stop(struct netrig *r)
{
	struct netrig_inside *in = r->in;

	run(in, do_stop);
	pthread_join(in->thread, NULL);
	dw_loop_fini(&in->loop);
	sem_destroy(&in->done);
	dw_blob_unref(in->big);
	dw_files_destroy(in->files);
	free(in);
	r->in = NULL;
}

void netrig_push(struct netrig *r, const char *text, int times)
{
	r->in->text = text;
	r->in->times = times;
	run(r->in, do_push);
}

void netrig_close_sinks(struct netrig *r)
{
	run(r->in, do_close_sinks);
}

struct dw_net_stats netrig_stats(struct netrig *r)
{
	run(r->in, do_stats);
	return r->in->stats;
}
