/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * once.c - a POST that is sent again acts once.
 *
 * A client that got no answer cannot know whether it was heard. It sends the request again with
 * the same Idempotency-Key, and the answer that was given (or would have been) comes again. The
 * answer is a row written in the transaction of the events, so after any crash there is one
 * exactly when there are the others. Between arrival and answer a request stands in `busy`, in
 * memory: what comes meanwhile under the same key is told to wait.
 *
 *      no key ─────────────────────────────────────────────► go
 *      busy ──► 409          row ──► the kept answer, 422 or 409
 *      else ──► busy, look for a row on the pool ── none ──► go ──► answered: no longer busy
 *
 * Rejected: keys in memory only (the retry after a crash is the one that matters); a row written
 * before the work (a second fsync for each request, and a crash leaves rows that say nothing).
 *
 *  (1) A key means nothing outside of its caller: the id is a hash over both.
 *  (2) A secret is never kept: such a row has no body.
 *  (3) Only what was done is kept. A refusal may be tried again under the same key.
 */
#include "once_int.h"

#include "base/map.h"
#include "engine/answer.h"

#include <sodium.h>
#include <stdlib.h>

#define KEEP_US INT64_C(604800000000) /* 7 days */
#define KEY_MAX 200
#define SWEEP_MS (3600u * 1000)
#define SWEEP_ROWS 500
#define MEMORY_MAX 4096 /* answers kept by a journal in memory */

/* A request with a key, from its arrival to its answer. */
struct once {
	struct dw_work work;
	struct dw_http_req *req;
	struct dw_api *api;
	dw_http_handler go;
	uint8_t id[DW_ANSWER_ID];
	struct dw_answer ask;	/* what is kept: digest, created_at */
	struct dw_answer found; /* by the lookup */
	int rc;
	struct dw_err err;
	size_t held; /* of its body, counted while it is looked up */
	/* the handler's own, which comes after ours */
	void (*then)(struct dw_http_req *req, int status);
	void *then_data;
	struct kept *kept; /* journal in memory: to be kept once answered */
};

/* An answer kept by a journal in memory. */
struct kept {
	struct dw_link link;
	uint8_t id[DW_ANSWER_ID];
	struct dw_answer answer;
};

struct sweep {
	struct dw_append append;
	struct state *state; /* NULL: it has gone */
	int64_t before;
	int dropped;
};

struct state {
	struct dw_api *api;
	struct dw_map *busy;   /* id → struct once */
	struct dw_map *memory; /* id → struct kept */
	struct dw_link kept;   /* the same, oldest first */
	struct dw_deadline due;
	int cls;
	struct sweep *sweep; /* in flight, or NULL */
};

static struct dw_str id_str(const uint8_t id[DW_ANSWER_ID])
{
	return dw_str_make((const char *)id, DW_ANSWER_ID);
}

/* ---- hashes ---- */

static void hash_str(crypto_generichash_state *h, struct dw_str s)
{
	uint64_t n = s.n;

	crypto_generichash_update(h, (const uint8_t *)&n, sizeof(n));
	if (s.n > 0)
		crypto_generichash_update(h, (const uint8_t *)s.p, s.n);
}

/* `label` keeps hashes for different ends apart. */
static void hash_caller(const struct dw_http_req *req, const char *label,
			struct dw_str key, uint8_t *out, size_t n)
{
	const struct dw_principal *who = dw_api_who(req);
	uint64_t caller[2] = { (uint64_t)who->kind, who->id };
	crypto_generichash_state h;

	crypto_generichash_init(&h, NULL, 0, n);
	hash_str(&h, dw_str_of(label));
	hash_str(&h, dw_str_make((const char *)caller, sizeof(caller)));
	hash_str(&h, key);
	crypto_generichash_final(&h, out, n);
}

static void hash_request(const struct dw_http_req *req, struct dw_str body,
			 uint8_t out[32])
{
	uint64_t method = (uint64_t)req->method;
	crypto_generichash_state h;

	crypto_generichash_init(&h, NULL, 0, 32);
	hash_str(&h, dw_str_make((const char *)&method, sizeof(method)));
	hash_str(&h, req->path);
	hash_str(&h, req->query);
	hash_str(&h, body);
	crypto_generichash_final(&h, out, 32);
}

/* ---- the key ---- */

/* 1 there is a good one, 0 none, DW_EINVAL. */
static int find_key(const struct dw_http_req *req, struct dw_str *key)
{
	unsigned seen = 0;

	for (size_t i = 0; i < req->n_headers; i++) {
		if (!dw_str_eq(req->headers[i].name, DW_STR("idempotency-key")))
			continue;
		seen++;
		*key = req->headers[i].value;
	}
	if (seen == 0)
		return 0;
	if (seen > 1 || key->n == 0 || key->n > KEY_MAX)
		return DW_EINVAL;
	for (size_t i = 0; i < key->n; i++)
		if (key->p[i] < '!' || key->p[i] > '~')
			return DW_EINVAL;
	return 1;
}

/* Nobody's keys would be everybody's: without a caller there are none. */
static bool has_caller(const struct dw_http_req *req)
{
	return dw_api_who(req) != NULL && dw_api_who(req)->kind != DW_NOBODY;
}

void dw_api_command(const struct dw_http_req *req, const struct dw_api *api,
		    uint8_t out[16])
{
	struct dw_str key;

	if (has_caller(req) && find_key(req, &key) == 1)
		hash_caller(req, "diwan command", key, out, 16);
	else
		dw_random(dw_engine_clock(api->engine), out, 16);
}

/* ---- from arrival to answer ---- */

static void kept_free(struct kept *k)
{
	if (k == NULL)
		return;
	dw_blob_unref(k->answer.body);
	free(k);
}

static void memory_drop(struct state *st, struct kept *k)
{
	dw_list_remove(&k->link);
	(void)dw_map_remove(st->memory, id_str(k->id));
	kept_free(k);
}

static void memory_put(struct state *st, struct kept *k)
{
	struct kept *old = dw_map_get(st->memory, id_str(k->id));

	if (old != NULL)
		memory_drop(st, old);
	if (dw_map_count(st->memory) >= MEMORY_MAX)
		memory_drop(st, DW_CONTAINER_OF(st->kept.next, struct kept, link));
	(void)dw_map_put(st->memory, id_str(k->id), k);
	dw_list_push(&st->kept, &k->link);
}

static void let_go(struct once *o)
{
	dw_api_let_go(o->api, o->held);
	o->held = 0;
}

static void on_answered(struct dw_http_req *req, int status)
{
	struct once *o = req->answered_data;
	struct state *st = o->api->once;

	req->on_answered = o->then;
	req->answered_data = o->then_data;
	let_go(o);
	(void)dw_map_remove(st->busy, id_str(o->id));
	if (o->kept != NULL && status < 300)
		memory_put(st, o->kept);
	else
		kept_free(o->kept);
	dw_blob_unref(o->found.body);
	free(o);
	if (req->on_answered != NULL)
		req->on_answered(req, status);
}

static const struct once *once_of(const struct dw_http_req *req)
{
	return req->on_answered == on_answered ? req->answered_data : NULL;
}

static void replay(struct once *o)
{
	struct dw_http_req *req = o->req;
	const struct dw_answer *a = &o->found;
	struct dw_blob *body = o->found.body; /* on_answered frees o before it is sent */

	if (sodium_memcmp(a->digest, o->ask.digest, sizeof(a->digest)) != 0) {
		dw_api_refuse(
			req, DW_EUNPROCESSABLE,
			"this Idempotency-Key came with another request before: use a new one");
	} else if (a->is_secret) {
		dw_api_refuse(
			req, DW_ECONFLICT,
			"this was done already; the answer held a secret, which is shown once "
			"and not kept");
	} else {
		o->api->count.answers_replayed++;
		dw_http_set(req, "Idempotency-Replayed", DW_STR("true"));
		o->found.body = NULL;
		dw_http_reply(req, a->status, "application/json", dw_blob_str(body));
		dw_blob_unref(body);
	}
}

static void on_looked(struct dw_work *w)
{
	struct once *o = DW_CONTAINER_OF(w, struct once, work);

	let_go(o); /* from here on the handler counts what it holds */
	if (o->rc < 0) {
		o->err.code = o->rc;
		dw_api_refuse_err(o->req, &o->err);
	} else if (o->rc > 0) {
		replay(o);
	} else {
		o->go(o->req, o->api);
	}
}

static void look_on_pool(struct dw_work *w, void *local)
{
	struct once *o = DW_CONTAINER_OF(w, struct once, work);

	if (local == NULL)
		o->rc = dw_fail(&o->err, DW_EIO, "the journal cannot be read");
	else if (dw_reader_db(local) != NULL)
		o->rc = dw_answer_find_on_pool(local, o->id, o->ask.created_at - KEEP_US,
					       &o->found, &o->err);
}

/* A journal in memory: found here, and the pool is only a turn of the loop. */
static void look_in_memory(struct once *o)
{
	struct state *st = o->api->once;
	const struct kept *k = dw_map_get(st->memory, id_str(o->id));

	if (k == NULL || k->answer.created_at < o->ask.created_at - KEEP_US)
		return;
	o->found = k->answer;
	if (o->found.body != NULL)
		(void)dw_blob_ref(o->found.body);
	o->rc = 1;
}

static void start(struct dw_http_req *req, struct dw_api *api, struct dw_str key,
		  struct dw_str body, dw_http_handler go)
{
	struct state *st = api->once;
	struct once *o = calloc(1, sizeof(*o));

	DW_INVARIANT(o != NULL);
	o->req = req;
	o->api = api;
	o->go = go;
	o->ask.created_at = dw_now_us(dw_engine_clock(api->engine));
	hash_caller(req, "diwan answer", key, o->id, sizeof(o->id));
	hash_request(req, body, o->ask.digest);
	if (dw_map_get(st->busy, id_str(o->id)) != NULL) {
		free(o);
		dw_http_set(req, "Retry-After", DW_STR("1"));
		dw_api_refuse(
			req, DW_ECONFLICT,
			"a request with this Idempotency-Key is still in work: try again");
		return;
	}
	(void)dw_map_put(st->busy, id_str(o->id), o);
	o->then = req->on_answered;
	o->then_data = req->answered_data;
	req->on_answered = on_answered;
	req->answered_data = o;
	if (!dw_api_hold(api, req->body.n)) {
		dw_api_refuse_crowd(req);
		return;
	}
	o->held = req->body.n;
	look_in_memory(o);
	o->work.run_on_pool = look_on_pool;
	o->work.on_done = on_looked;
	if (dw_api_read(req, api, &o->work, &o->err) < 0) {
		struct dw_err err = o->err; /* o goes with the answer */

		dw_api_refuse_err(req, &err);
	}
}

void dw_api_once(struct dw_http_req *req, struct dw_api *api, struct dw_str body,
		 dw_http_handler go)
{
	struct dw_str key = { NULL, 0 };
	int rc = find_key(req, &key);

	DW_REQUIRE(once_of(req) == NULL);
	if (rc < 0)
		dw_api_refuse(
			req, DW_EINVAL,
			"Idempotency-Key must come once, with 1 to %d visible ASCII "
			"characters",
			KEY_MAX);
	else if (rc == 0 || !has_caller(req))
		go(req, api);
	else
		start(req, api, key, body, go);
}

/* ---- keeping ---- */

static int keep(const struct dw_http_req *req, struct dw_db *db,
		const struct dw_answer *a, struct dw_str json, struct dw_err *err)
{
	struct once *o = req->answered_data;

	if (db != NULL)
		return dw_answer_put_on_writer(db, o->id, a, json, err);
	kept_free(o->kept);
	o->kept = calloc(1, sizeof(*o->kept));
	DW_INVARIANT(o->kept != NULL);
	memcpy(o->kept->id, o->id, sizeof(o->id));
	o->kept->answer = *a;
	if (!a->is_secret)
		o->kept->answer.body = dw_blob_new(json.p, json.n);
	return 0;
}

int dw_once_keep_on_writer(const struct dw_http_req *req, struct dw_db *db, int status,
			   struct dw_str json, struct dw_err *err)
{
	struct dw_answer a;

	DW_REQUIRE(status >= 200 && status < 300);
	if (once_of(req) == NULL)
		return 0;
	a = once_of(req)->ask;
	a.status = status;
	return keep(req, db, &a, json, err);
}

int dw_once_keep_secret_on_writer(const struct dw_http_req *req, struct dw_db *db,
				  struct dw_err *err)
{
	struct dw_answer a;

	if (once_of(req) == NULL)
		return 0;
	a = once_of(req)->ask;
	a.status = 201;
	a.is_secret = true;
	return keep(req, db, &a, dw_str_make(NULL, 0), err);
}

/* ---- forgetting ---- */

static void sweep_memory(struct state *st, int64_t before)
{
	while (!dw_list_empty(&st->kept)) {
		struct kept *k = DW_CONTAINER_OF(st->kept.next, struct kept, link);

		if (k->answer.created_at >= before)
			return;
		memory_drop(st, k);
	}
}

static int sweep_on_writer(struct dw_append *a, struct dw_db *db, struct dw_err *err)
{
	struct sweep *s = DW_CONTAINER_OF(a, struct sweep, append);
	int rc = db != NULL ? dw_answer_sweep_on_writer(db, s->before, SWEEP_ROWS, err)
			    : 0;

	s->dropped = rc > 0 ? rc : 0;
	return rc < 0 ? rc : 0;
}

static void on_swept(struct dw_append *a);

static void sweep_start(struct sweep *s)
{
	s->append =
		(struct dw_append){ .also_on_writer = sweep_on_writer, .cb = on_swept };
	s->dropped = 0;
	if (s->state != NULL && dw_engine_append(s->state->api->engine, &s->append) == 0)
		return;
	if (s->state != NULL)
		s->state->sweep = NULL;
	free(s);
}

/* A little at a time, so that nobody's commit waits behind a long one. A failure is no matter:
 * what is too old is not found any more, and the next hour tries again. */
static void on_swept(struct dw_append *a)
{
	struct sweep *s = DW_CONTAINER_OF(a, struct sweep, append);

	if (a->status == 0 && s->dropped == SWEEP_ROWS) {
		sweep_start(s);
		return;
	}
	if (s->state != NULL)
		s->state->sweep = NULL;
	free(s);
}

static void on_due(struct dw_deadline *d)
{
	struct state *st = DW_CONTAINER_OF(d, struct state, due);
	int64_t before = dw_now_us(dw_engine_clock(st->api->engine)) - KEEP_US;

	dw_deadline_start(st->api->timers, st->cls, &st->due);
	sweep_memory(st, before);
	if (st->sweep != NULL)
		return;
	st->sweep = calloc(1, sizeof(*st->sweep));
	DW_INVARIANT(st->sweep != NULL);
	st->sweep->state = st;
	st->sweep->before = before;
	sweep_start(st->sweep);
}

void dw_api_once_init(struct dw_api *api)
{
	struct state *st = calloc(1, sizeof(*st));

	DW_INVARIANT(st != NULL);
	st->api = api;
	st->busy = dw_map_create();
	st->memory = dw_map_create();
	dw_list_init(&st->kept);
	dw_deadline_init(&st->due, on_due);
	st->cls = dw_timers_class(api->timers, SWEEP_MS);
	dw_deadline_start(api->timers, st->cls, &st->due);
	api->once = st;
}

void dw_api_once_stop(struct dw_api *api)
{
	struct state *st = api->once;

	dw_deadline_stop(&st->due);
	if (st->sweep != NULL)
		st->sweep->state = NULL;
	st->sweep = NULL;
}

void dw_api_once_fini(struct dw_api *api)
{
	struct state *st = api->once;

	DW_REQUIRE(dw_map_count(st->busy) == 0);
	dw_api_once_stop(api);
	while (!dw_list_empty(&st->kept))
		memory_drop(st, DW_CONTAINER_OF(st->kept.next, struct kept, link));
	dw_map_destroy(st->busy);
	dw_map_destroy(st->memory);
	free(st);
	api->once = NULL;
}
