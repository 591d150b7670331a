/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * sources.c - where mentions come from: the list with its health, and the feeds that we ask.
 *
 * The list is written from memory, on the loop: the read tables know nothing of health, and
 * whoever looks at it looks again every few seconds. Asking is the poller's work (link/poll.c);
 * it is known here only by what the engine was given of it.
 */
#include "account_int.h"
#include "engine/source.h"
#include "once_int.h"

#define ITEM_MAX (16u * 1024) /* one source as JSON: its address escaped, and more */
#define TEST_MAX (8u * 1024 * 1024)

/* One command about a source; in the request's arena. */
struct source_req {
	struct dw_source_op op;
	struct dw_http_req *req;
	json_t *body; /* owned until the answer: the op borrows its strings */
	struct dw_buf out;
};

/* ---- a source as JSON ---- */

static void write_health(struct dw_jsonw *w, const struct dw_source_health *h,
			 int64_t now)
{
	static const char *const states[] = { "push",	 "new",	  "ok",
					      "failing", "blind", "paused" };

	dw_jsonw_key(w, "health");
	dw_jsonw_obj(w);
	dw_jsonw_kstr(w, "state", dw_str_of(states[h->state]));
	dw_jsonw_ktime_or_null(w, "last_success_at", h->last_success_at);
	dw_jsonw_key(w, "last_error");
	if (h->error_at != 0 && h->error != NULL) {
		dw_jsonw_obj(w);
		dw_jsonw_ktime(w, "at", h->error_at);
		dw_jsonw_kstr(w, "detail", dw_str_of(h->error));
		dw_jsonw_obj_end(w);
	} else {
		dw_jsonw_null(w);
	}
	dw_jsonw_ku64(w, "failures", h->failures);
	dw_jsonw_key(w, "lag_s");
	if (h->last_success_at != 0 && now >= h->last_success_at)
		dw_jsonw_u64(w, (uint64_t)(now - h->last_success_at) / 1000000);
	else
		dw_jsonw_null(w);
	dw_jsonw_ktime_or_null(w, "blind_since", h->blind_since);
	dw_jsonw_ktime_or_null(w, "next_at", h->next_at);
	if (h->moved_to != NULL)
		dw_jsonw_kstr(w, "moved_to", dw_str_of(h->moved_to));
	dw_jsonw_obj_end(w);
}

static void write_source(struct dw_jsonw *w, const struct dw_source_info *i, int64_t now)
{
	dw_jsonw_obj(w);
	dw_jsonw_ku64(w, "id", i->id);
	dw_jsonw_ku64(w, "version", i->version);
	dw_jsonw_kstr(w, "slug", i->slug);
	dw_jsonw_kstr(w, "kind", dw_str_of(i->kind == DW_SOURCE_FEED ? "feed" : "push"));
	if (i->kind == DW_SOURCE_FEED) {
		dw_jsonw_kstr(w, "url", i->url);
		dw_jsonw_ku64(w, "interval_s", i->interval_s);
	}
	dw_jsonw_kbool(w, "paused", i->is_paused);
	dw_jsonw_ku64(w, "mentions", i->mentions);
	dw_jsonw_ktime_or_null(w, "last_seen_at", i->last_seen_at);
	write_health(w, &i->health, now);
	dw_jsonw_obj_end(w);
}

struct listing {
	struct dw_jsonw w;
	int64_t now;
};

static bool add_item(void *data, const struct dw_source_info *i)
{
	struct listing *l = data;

	write_source(&l->w, i, l->now);
	return true;
}

void dw_api_sources_list(struct dw_http_req *req, void *data)
{
	static const char *const none[] = { NULL };
	struct dw_api *api = data;
	struct dw_err err = { 0 };
	struct listing l = { .now = dw_now_us(dw_engine_clock(api->engine)) };
	struct dw_buf b;

	if (dw_http_query_only(req, none, &err) < 0) {
		dw_api_refuse_err(req, &err);
		return;
	}
	api_list_begin(&l.w, &b);
	dw_sources_each(dw_engine_sources(api->engine), add_item, &l);
	api_list_reply(req, &l.w, "sources");
}

/* ---- commands ---- */

static void render(struct source_req *r)
{
	struct dw_jsonw w;

	dw_buf_clear(&r->out);
	dw_jsonw_init(&w, &r->out);
	write_source(&w, &r->op.now, 0);
	DW_INVARIANT(dw_jsonw_end(&w) == 0);
}

/* The reply ends the request and the arena that `r` lies in: what is needed is taken out. */
static void reply(struct source_req *r, int status)
{
	struct dw_http_req *req = r->req;
	struct dw_buf out;

	render(r);
	out = r->out;
	json_decref(r->body);
	dw_api_tag(req, r->op.now.version);
	dw_api_reply_json(req, status, &out);
	dw_buf_fini(&out);
}

static void refuse(struct source_req *r)
{
	const struct dw_source_op *op = &r->op;

	json_decref(r->body);
	dw_buf_fini(&r->out);
	dw_api_refuse_fault(r->req, &op->err, &op->fault);
}

static struct source_req *make_req(struct dw_http_req *req, json_t *o, dw_source_cb cb)
{
	struct source_req *r = dw_arena_alloc(req->arena, sizeof(*r));

	r->req = req;
	r->body = o;
	dw_buf_init(&r->out, ITEM_MAX);
	r->op.who = *dw_api_who(req);
	r->op.cb = cb;
	return r;
}

/* An optional whole number. False: refused. */
static bool read_interval(struct dw_http_req *req, json_t *o, unsigned *out)
{
	json_t *v = json_object_get(o, "interval_s");

	*out = 0;
	if (v == NULL)
		return true;
	if (json_is_integer(v) && json_integer_value(v) > 0 &&
	    json_integer_value(v) <= DW_INTERVAL_MAX) {
		*out = (unsigned)json_integer_value(v);
		return true;
	}
	dw_api_refuse_at(req, DW_EINVAL, "/interval_s",
			 "interval_s must be a whole number of seconds, up to %d",
			 DW_INTERVAL_MAX);
	return false;
}

static bool read_paused(struct dw_http_req *req, json_t *o, bool *out)
{
	json_t *v = json_object_get(o, "paused");

	if (v != NULL && !json_is_boolean(v)) {
		dw_api_refuse_at(req, DW_EINVAL, "/paused",
				 "paused must be true or false");
		return false;
	}
	*out = json_is_true(v);
	return true;
}

/* ---- POST /sources ---- */

static int keep_on_writer(struct dw_source_op *op, struct dw_db *db, struct dw_err *err)
{
	struct source_req *r = DW_CONTAINER_OF(op, struct source_req, op);

	render(r);
	return dw_once_keep_on_writer(r->req, db, 201, dw_buf_str(&r->out), err);
}

static void on_added(struct dw_source_op *op)
{
	struct source_req *r = DW_CONTAINER_OF(op, struct source_req, op);

	if (op->status < 0)
		refuse(r);
	else
		reply(r, 201);
}

static bool read_kind(struct dw_http_req *req, json_t *o)
{
	struct dw_str kind;

	if (!dw_api_string(req, o, "kind", 1, 20, &kind))
		return false;
	if (dw_str_eq(kind, DW_STR("feed")))
		return true;
	dw_api_refuse_at(req, DW_EINVAL, "/kind",
			 "kind must be feed: other sources appear with what they send");
	return false;
}

static void create(struct dw_http_req *req, void *data)
{
	static const char *const known[] = { "slug", "kind", "url", "interval_s", NULL };
	struct dw_api *api = data;
	json_t *o = dw_api_object(req, known);
	struct source_req *r;

	if (o == NULL)
		return;
	r = make_req(req, o, on_added);
	if (!dw_api_string(req, o, "slug", 1, 100, &r->op.slug) || !read_kind(req, o) ||
	    !dw_api_string(req, o, "url", 1, DW_URL_MAX, &r->op.url) ||
	    !read_interval(req, o, &r->op.interval_s)) {
		json_decref(o);
		return;
	}
	r->op.also_on_writer = keep_on_writer;
	dw_api_command(req, api, r->op.command);
	dw_source_add(dw_engine_sources(api->engine), &r->op);
}

void dw_api_sources_create(struct dw_http_req *req, void *data)
{
	dw_api_once(req, data, req->body, create);
}

/* ---- PATCH /sources/{id} ---- */

static void on_changed(struct dw_source_op *op)
{
	struct source_req *r = DW_CONTAINER_OF(op, struct source_req, op);

	if (op->status == DW_EMOVED)
		reply(r, dw_err_status(DW_EMOVED));
	else if (op->status < 0)
		refuse(r);
	else
		reply(r, 200);
}

void dw_api_sources_patch(struct dw_http_req *req, void *data)
{
	static const char *const known[] = { "url", "interval_s", "paused", NULL };
	struct dw_api *api = data;
	uint64_t id, version;
	struct dw_source_info now = { .id = 0 };
	struct source_req *r;
	json_t *o;

	if (!api_path_id(req, &id))
		return;
	(void)dw_sources_get(dw_engine_sources(api->engine), id, &now);
	if (!api_if_match(req, now.version, &version))
		return;
	o = dw_api_object(req, known);
	if (o == NULL)
		return;
	r = make_req(req, o, on_changed);
	r->op.id = id;
	r->op.version = version;
	if (json_object_get(o, "url") != NULL)
		r->op.set |= DW_SOURCE_SET_URL;
	if (json_object_get(o, "interval_s") != NULL)
		r->op.set |= DW_SOURCE_SET_INTERVAL;
	if (json_object_get(o, "paused") != NULL)
		r->op.set |= DW_SOURCE_SET_PAUSED;
	if (((r->op.set & DW_SOURCE_SET_URL) != 0 &&
	     !dw_api_string(req, o, "url", 1, DW_URL_MAX, &r->op.url)) ||
	    !read_interval(req, o, &r->op.interval_s) ||
	    !read_paused(req, o, &r->op.is_paused)) {
		json_decref(o);
		return;
	}
	dw_source_change(dw_engine_sources(api->engine), &r->op);
}

/* ---- asking now, and trying an address ---- */

static const struct dw_poller *find_poller(struct dw_http_req *req, struct dw_api *api)
{
	const struct dw_poller *p = dw_sources_poller(dw_engine_sources(api->engine));

	if (p == NULL)
		dw_api_refuse(req, DW_EUNAVAILABLE, "this server asks no feeds");
	return p;
}

static void check(struct dw_http_req *req, void *data)
{
	static const char *const none[] = { NULL };
	struct dw_api *api = data;
	const struct dw_poller *p;
	struct dw_source_info i;
	struct dw_err err = { 0 };
	uint64_t id;
	json_t *o;

	if (!api_path_id(req, &id))
		return;
	o = dw_api_object(req, none);
	if (o == NULL)
		return;
	json_decref(o);
	if (!dw_sources_get(dw_engine_sources(api->engine), id, &i)) {
		dw_api_refuse(req, DW_ENOTFOUND, "there is no source of this id");
	} else if (i.kind != DW_SOURCE_FEED) {
		dw_api_refuse(req, DW_EUNPROCESSABLE,
			      "the mentions of this source are sent to us: there is "
			      "nobody to ask");
	} else if ((p = find_poller(req, api)) != NULL) {
		if (p->check(p->ctx, id, &err) < 0)
			dw_api_refuse_err(req, &err);
		else
			dw_http_reply(req, 202, "application/json", DW_STR("{}"));
	}
}

void dw_api_sources_check(struct dw_http_req *req, void *data)
{
	dw_api_once(req, data, req->body, check);
}

struct test_req {
	struct dw_source_test test;
	struct dw_http_req *req;
	json_t *body;
};

static void reply_tested(struct dw_http_req *req, const struct dw_source_test *t)
{
	struct dw_jsonw w;
	struct dw_buf b;

	dw_buf_init(&b, TEST_MAX);
	dw_jsonw_init(&w, &b);
	dw_jsonw_obj(&w);
	dw_jsonw_kstr_or_null(&w, "title", t->title);
	dw_jsonw_key(&w, "items");
	dw_jsonw_raw(&w, t->items);
	dw_jsonw_obj_end(&w);
	if (dw_jsonw_end(&w) < 0)
		dw_api_refuse(req, DW_EUNPROCESSABLE, "its first items are too large");
	else
		dw_api_reply_json(req, 200, &b);
	dw_buf_fini(&b);
}

static void on_tested(struct dw_source_test *t)
{
	struct test_req *r = DW_CONTAINER_OF(t, struct test_req, test);

	json_decref(r->body);
	if (t->status < 0)
		dw_api_refuse_at(r->req, t->status, "/url", "%s", dw_err_text(&t->err));
	else
		reply_tested(r->req, t);
}

/* Nothing is changed by it, so there is no need of an Idempotency-Key: asked again, it asks
 * again. */
void dw_api_sources_test(struct dw_http_req *req, void *data)
{
	static const char *const known[] = { "url", NULL };
	struct dw_api *api = data;
	const struct dw_poller *p = find_poller(req, api);
	struct test_req *r = dw_arena_alloc(req->arena, sizeof(*r));
	struct dw_err err = { 0 };
	struct dw_fault f;

	if (p == NULL)
		return;
	r->body = dw_api_object(req, known);
	if (r->body == NULL)
		return;
	r->req = req;
	r->test.cb = on_tested;
	r->test.slug = DW_STR("test");
	if (!dw_api_string(req, r->body, "url", 1, DW_URL_MAX, &r->test.url)) {
		json_decref(r->body);
	} else if (dw_source_url_check(r->test.url, &f) < 0) {
		json_decref(r->body);
		dw_api_refuse_at(req, DW_EINVAL, f.pointer, "%s", f.detail);
	} else if (p->test(p->ctx, &r->test, &err) < 0) {
		json_decref(r->body);
		dw_api_refuse_err(req, &err);
	}
}
