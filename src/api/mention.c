/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * mention.c - POST /mentions with one mention or an array, and POST /mentions/desk.
 *
 * A whole body is collected (the length that it may have depends on what it begins with), cut
 * into items, read a slice of them in each turn of the loop, and appended as one unit: all of
 * an array is durable when it is answered, or none. That also lets the answer be kept in the
 * same transaction for an Idempotency-Key. Bodies of lines go another way (mention_stream.c).
 *
 *   collect ──► once ──► cut ──► read, a slice a turn ──► append ──► answer
 *
 *  (1) A body that is refused as a whole stores nothing.
 *  (2) Of an array, good ones are stored and bad ones reported by index; a single bad mention
 *      is a problem that names the field.
 */
#include "engine/mention_json.h"
#include "engine/mention_query.h"
#include "engine/ndjson.h"
#include "mention_int.h"
#include "once_int.h"

#include <stdlib.h>

#define ITEMS_MAX 10000
#define SLICE 256
/* While it is read and appended a body is there three times: as it came, as raw input and as
 * payloads. */
#define COPIES 3

/* In the request's arena. */
struct whole {
	struct dw_http_req *req;
	struct dw_api *api;
	struct dw_buf body; /* while it is collected */
	char first;	    /* what it begins with, 0 = not known yet */
	struct dw_str *item;
	size_t n, at;
	size_t held; /* counted since the reading began */
	bool is_single;
	struct dw_task slice;
	struct dw_ingest in;
	struct dw_report report;
	struct dw_buf out; /* the answer, when it was kept */
};

static void send_whole(struct whole *w);

/* ---- collecting ---- */

/* What the body begins with, behind blanks; 0 while only those came. */
static char first_of(struct dw_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (strchr(" \t\r\n", s.p[i]) == NULL || s.p[i] == '\0')
			return s.p[i];
	}
	return '\0';
}

static void drop_body(struct whole *w)
{
	dw_api_let_go(w->api, w->body.len);
	dw_buf_fini(&w->body);
	w->req->on_body = NULL;
	w->req->on_body_end = NULL;
}

static void refuse_size(struct whole *w, size_t max)
{
	drop_body(w);
	dw_api_refuse(w->req, DW_ETOOBIG,
		      "this body may have %zu bytes; send more as application/x-ndjson",
		      max);
}

static void on_piece(struct dw_http_req *req, struct dw_str piece)
{
	struct whole *w = req->handler_data;
	size_t one = w->api->conf.max_mention_bytes;

	if (!dw_api_hold(w->api, piece.n)) {
		drop_body(w);
		dw_api_refuse_crowd(req);
		return;
	}
	if (dw_buf_add(&w->body, piece.p, piece.n) < 0) {
		dw_api_let_go(w->api, piece.n);
		refuse_size(w, w->body.max);
		return;
	}
	if (w->first == '\0')
		w->first = first_of(piece);
	if (w->body.len > one && w->first != '[')
		refuse_size(w, one);
}

static void go(struct dw_http_req *req, void *api);

static void on_piece_end(struct dw_http_req *req, int status)
{
	struct whole *w = req->handler_data;

	if (status < 0) {
		drop_body(w);
		dw_api_refuse(req, status,
			      "the body broke off: nothing of it was stored");
		return;
	}
	req->body = dw_str_make(dw_arena_strdup(req->arena, dw_buf_str(&w->body)),
				w->body.len);
	drop_body(w);
	dw_api_once(req, w->api, req->body, go);
}

static void start_whole(struct dw_http_req *req, struct dw_api *api)
{
	struct whole *w = dw_arena_alloc(req->arena, sizeof(*w));

	w->req = req;
	w->api = api;
	dw_buf_init(&w->body, api->conf.max_batch_bytes);
	req->handler_data = w;
	req->on_body = on_piece;
	req->on_body_end = on_piece_end;
}

/* ---- reading ---- */

/* Before the answer: w itself goes with the request. */
static void whole_fini(struct whole *w)
{
	dw_ingest_fini(&w->in);
	dw_report_fini(&w->report);
	dw_buf_fini(&w->out);
	dw_api_let_go(w->api, w->held);
}

static void refuse_fault(struct dw_http_req *req, const struct dw_fault *f)
{
	dw_api_refuse_at(req, DW_EINVAL, f->pointer, "%s", f->detail);
}

/* False: answered, and w is done with. */
static bool take_item(struct whole *w)
{
	struct dw_str text = w->item[w->at];
	struct dw_mention_doc doc;
	struct dw_fault f;
	int rc = dw_mention_parse(&doc, text, DW_MENTION_FROM_MACHINE, &f);

	if (rc == 0) {
		rc = dw_ingest_add(&w->in, &doc.m, text, &f);
		dw_mention_doc_fini(&doc);
	}
	if (rc < 0 && w->is_single) {
		whole_fini(w);
		refuse_fault(w->req, &f);
		return false;
	}
	if (rc < 0)
		dw_report_reject(&w->report, w->at, &f);
	w->at++;
	return true;
}

static void on_slice(struct dw_task *t)
{
	struct whole *w = DW_CONTAINER_OF(t, struct whole, slice);

	for (size_t i = 0; i < SLICE && w->at < w->n; i++) {
		if (!take_item(w))
			return;
	}
	if (w->at < w->n)
		dw_task_post(w->api->loop, &w->slice);
	else
		send_whole(w);
}

static int cut(struct whole *w, struct dw_err *err)
{
	struct dw_str body = w->req->body;
	size_t max = body.n / 2 + 1 < ITEMS_MAX ? body.n / 2 + 1 : ITEMS_MAX;

	w->is_single = w->first != '[';
	if (!w->is_single) {
		w->item = dw_arena_alloc(w->req->arena, max * sizeof(*w->item));
		return dw_json_array_split(body, w->item, max, &w->n, err);
	}
	w->item = dw_arena_alloc(w->req->arena, sizeof(*w->item));
	w->item[0] = body;
	w->n = 1;
	return 0;
}

static void go(struct dw_http_req *req, void *data)
{
	struct whole *w = req->handler_data;
	struct dw_api *api = data;
	struct dw_err err = { 0 };
	uint8_t command[16];

	if (cut(w, &err) < 0) {
		if (err.code == DW_EINVAL)
			dw_api_refuse_at(req, DW_EINVAL, "", "%s", dw_err_text(&err));
		else
			dw_api_refuse_err(req, &err);
		return;
	}
	if (!dw_api_hold(api, COPIES * req->body.n)) {
		dw_api_refuse_crowd(req);
		return;
	}
	w->held = COPIES * req->body.n;
	dw_api_command(req, api, command);
	dw_ingest_init(&w->in, api->engine, dw_api_who(req)->id, command);
	dw_report_init(&w->report);
	dw_buf_init(&w->out, DW_REPORT_MAX);
	dw_task_init(&w->slice, on_slice);
	on_slice(&w->slice);
}

/* ---- appending ---- */

static int keep_on_writer(struct dw_append *a, struct dw_db *db, struct dw_err *err)
{
	struct dw_ingest *in = DW_CONTAINER_OF(a, struct dw_ingest, append);
	struct whole *w = DW_CONTAINER_OF(in, struct whole, in);
	struct dw_ingest_totals t = { 0 };

	dw_ingest_sum(in, &t);
	dw_report_write(&w->report, &t, &w->out);
	return dw_once_keep_on_writer(w->req, db, 201, dw_buf_str(&w->out), err);
}

static void answer_whole(struct whole *w)
{
	struct dw_buf out;

	if (w->out.len == 0) {
		dw_ingest_sum(&w->in, &w->report.totals);
		dw_report_write(&w->report, &w->report.totals, &w->out);
	}
	out = w->out;
	dw_buf_init(&w->out, 1);
	whole_fini(w);
	dw_api_reply_json(w->req, 201, &out);
	dw_buf_fini(&out);
}

static void refuse_whole(struct whole *w, int rc)
{
	struct dw_err err = w->in.append.err;

	(void)dw_report_failure(&err, rc);
	whole_fini(w);
	dw_api_refuse_err(w->req, &err);
}

static void on_whole_sent(struct dw_ingest *in)
{
	struct whole *w = DW_CONTAINER_OF(in, struct whole, in);

	if (in->append.status < 0)
		refuse_whole(w, in->append.status);
	else
		answer_whole(w);
}

static void send_whole(struct whole *w)
{
	int rc;

	if (dw_http_header(w->req, "idempotency-key").p != NULL) {
		w->in.append.also_on_writer = keep_on_writer;
	} else if (w->in.n == 0) {
		answer_whole(w);
		return;
	}
	rc = dw_ingest_send(&w->in, on_whole_sent);
	if (rc < 0)
		refuse_whole(w, rc);
}

/* ---- POST /mentions ---- */

static struct dw_str media_type(const struct dw_http_req *req)
{
	struct dw_str all = dw_http_header(req, "content-type"), type = { NULL, 0 };

	if (!dw_str_split(&all, ';', &type))
		return type;
	return dw_str_trim(type);
}

void dw_api_mentions_create(struct dw_http_req *req, void *data)
{
	struct dw_api *api = data;
	struct dw_str type = media_type(req);

	if (dw_str_eq_nocase(type, DW_STR("application/x-ndjson")))
		dw_mention_lines_start(req, api);
	else if (dw_str_eq_nocase(type, DW_STR("application/json")))
		start_whole(req, api);
	else
		dw_api_refuse(
			req, DW_EMEDIA,
			"send mentions as application/json or application/x-ndjson");
}

/* ---- POST /mentions/desk ---- */

struct desk {
	struct dw_ingest in;
	struct dw_http_req *req;
	struct dw_buf out;
};

static int desk_on_writer(struct dw_append *a, struct dw_db *db, struct dw_err *err)
{
	struct dw_ingest *in = DW_CONTAINER_OF(a, struct dw_ingest, append);
	struct desk *d = DW_CONTAINER_OF(in, struct desk, in);
	const struct dw_record *r = dw_ingest_record(in, 0);
	int rc;

	dw_buf_clear(&d->out);
	dw_mention_show(&d->out, r->subject, r->seq, dw_blob_str(r->payload),
			r->recorded_at);
	/* As it is listed; nobody can have done anything with it yet. */
	rc = dw_buf_addz(&d->out, ",\"triage\":null,\"incidents\":[]}");
	return rc < 0 ? rc
		      : dw_once_keep_on_writer(d->req, db, 201, dw_buf_str(&d->out), err);
}

static void desk_free(struct desk *d)
{
	dw_ingest_fini(&d->in);
	dw_buf_fini(&d->out);
	free(d);
}

static void on_desk_sent(struct dw_ingest *in)
{
	struct desk *d = DW_CONTAINER_OF(in, struct desk, in);

	if (in->append.status < 0) {
		(void)dw_report_failure(&in->append.err, in->append.status);
		dw_api_refuse_err(d->req, &in->append.err);
	} else {
		dw_api_tag(d->req, dw_ingest_record(in, 0)->seq);
		dw_api_reply_json(d->req, 201, &d->out);
	}
	desk_free(d);
}

static void desk_send(struct dw_http_req *req, struct dw_api *api, struct dw_mention *m)
{
	struct desk *d = calloc(1, sizeof(*d));
	char id[5 + 2 * 16 + 1] = "desk-";
	struct dw_err err = { 0 };
	struct dw_fault f;
	uint8_t command[16], name[16];
	int rc;

	DW_INVARIANT(d != NULL);
	dw_api_command(req, api, command);
	/* Not the command id: a key that is used again after its days must not name this one. */
	dw_random(dw_engine_clock(api->engine), name, sizeof(name));
	dw_hex(id + 5, name, sizeof(name));
	m->source_id = dw_str_of(id);
	d->req = req;
	dw_buf_init(&d->out, DW_REPORT_MAX);
	dw_ingest_init(&d->in, api->engine, dw_api_who(req)->id, command);
	d->in.append.also_on_writer = desk_on_writer;
	if (dw_ingest_add(&d->in, m, req->body, &f) < 0) {
		refuse_fault(req, &f);
		desk_free(d);
		return;
	}
	rc = dw_ingest_send(&d->in, on_desk_sent);
	if (rc == 0)
		return;
	desk_free(d);
	(void)dw_report_failure(&err, rc);
	dw_api_refuse_err(req, &err);
}

static void desk_go(struct dw_http_req *req, void *data)
{
	struct dw_mention_doc doc;
	struct dw_fault f;

	if (dw_mention_parse(&doc, req->body, DW_MENTION_FROM_DESK, &f) < 0) {
		refuse_fault(req, &f);
		return;
	}
	desk_send(req, data, &doc.m);
	dw_mention_doc_fini(&doc);
}

void dw_api_mention_desk(struct dw_http_req *req, void *data)
{
	if (!dw_str_eq_nocase(media_type(req), DW_STR("application/json")))
		dw_api_refuse(req, DW_EMEDIA, "send the mention as application/json");
	else
		dw_api_once(req, data, req->body, desk_go);
}
