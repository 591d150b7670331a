/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * statements_read.c - statements as they are and as they were.
 *
 * As everywhere: what is so now is in memory and is written on the loop, the past is folded on a reading thread,
 * and who may see the room today is asked first. A statement of a room that is closed to the caller is
 * answered as one that is not there.
 */
#include "params_int.h"
#include "statement_int.h"

#include <stdlib.h>

const struct dw_statement *statement_see(struct dw_http_req *req, struct dw_api *api,
					 uint64_t id)
{
	struct dw_rooms *rooms = dw_engine_rooms(api->engine);
	const struct dw_statement *t = dw_statements_see(rooms, dw_api_who(req), id);

	if (t == NULL)
		dw_api_refuse(req, DW_ENOTFOUND, "there is no statement of this id");
	else
		dw_rooms_note_read(rooms, dw_api_who(req),
				   dw_rooms_find(rooms, t->incident));
	return t;
}

static int64_t now_of(const struct dw_api *api)
{
	return dw_now_us(dw_engine_clock(api->engine));
}

/* ---- GET /incidents/{id}/statements ---- */

struct listing {
	struct dw_jsonw w;
	const struct dw_names *names;
	struct dw_statement_now now;
};

static bool add_item(void *data, const struct dw_statement *t)
{
	struct listing *l = data;

	dw_statement_write_summary(&l->w, t, l->names, &l->now);
	return true;
}

void dw_api_statements_list(struct dw_http_req *req, void *data)
{
	static const char *const known[] = { NULL };
	struct dw_api *api = data;
	struct listing l = { .names = dw_account_names(dw_engine_account(api->engine)) };
	const struct dw_incident *s;
	struct dw_buf b;

	if (!api_only(req, known) || (s = api_see_room(req, api)) == NULL)
		return;
	l.now = dw_statements_now(dw_engine_rooms(api->engine), s);
	api_list_begin(&l.w, &b);
	dw_statements_each(dw_engine_rooms(api->engine), s->id, add_item, &l);
	api_list_reply(req, &l.w, "statements");
}

/* ---- GET /statements/{id} ---- */

struct past_job {
	struct dw_work work;
	struct dw_http_req *req;
	struct dw_names *names;
	uint64_t statement, room, upto, head;
	int64_t at;	/* as_of as a time; 0: a seq */
	bool is_ledger; /* where its time had gone by then, and not the statement */
	struct dw_statement_checks *checks; /* what a submission would say now; or NULL */
	struct dw_buf out;
	struct dw_err err;
	int rc;
};

static void on_read(struct dw_work *w)
{
	struct past_job *j = DW_CONTAINER_OF(w, struct past_job, work);

	if (j->rc < 0) {
		if (j->err.code == 0)
			j->err.code = j->rc;
		dw_api_refuse_err(j->req, &j->err);
	} else {
		dw_api_reply_json(j->req, 200, &j->out);
	}
	dw_buf_fini(&j->out);
	dw_statement_checks_destroy(j->checks);
	dw_names_unref(j->names);
	free(j);
}

static int find_moment(struct past_job *j, struct dw_reader *r)
{
	if (r == NULL)
		return dw_fail(&j->err, DW_EIO, "the journal cannot be read");
	if (j->at != 0)
		return dw_seq_at_on_pool(r, j->head, j->at, &j->upto, &j->err);
	return j->upto == 0 ? 0 : dw_time_of_on_pool(r, j->upto, &j->at, &j->err);
}

/* What it may do and its claims are the room's. */
static int write_whole(struct past_job *j, struct dw_reader *r, struct dw_jsonw *w,
		       const struct dw_statement *t)
{
	struct dw_incident *s = NULL;
	int rc = dw_room_fold_on_pool(r, j->room, j->upto, &s, &j->err);

	if (rc == 0)
		dw_statement_write(w, t, j->names,
				   &(struct dw_statement_now){ .at = j->at }, s);
	dw_incident_destroy(s);
	return rc;
}

static void fold_on_pool(struct dw_work *w, void *local)
{
	struct past_job *j = DW_CONTAINER_OF(w, struct past_job, work);
	struct dw_statement *t = NULL;
	struct dw_jsonw jw;

	dw_jsonw_init(&jw, &j->out);
	j->rc = find_moment(j, local);
	if (j->rc == 0)
		j->rc = dw_statement_fold_on_pool(local, j->statement, j->upto, &t,
						  &j->err);
	if (j->rc == 0 && j->is_ledger)
		dw_statement_write_ledger(&jw, t, j->names, j->at);
	else if (j->rc == 0)
		j->rc = write_whole(j, local, &jw, t);
	if (j->rc == 0)
		j->rc = dw_jsonw_end(&jw);
	dw_statement_destroy(t);
}

/* It has all but its request; run_on_pool is set. */
static void start_job(struct past_job *j, struct dw_http_req *req, struct dw_api *api)
{
	int rc;

	j->req = req;
	dw_buf_init(&j->out, DW_STATEMENT_OUT_MAX);
	j->work.on_done = on_read;
	rc = dw_api_read(req, api, &j->work, &j->err);
	if (rc == 0)
		return; /* j is the pool's now */
	j->rc = rc;
	on_read(&j->work);
}

static void reply_past(struct dw_http_req *req, struct dw_api *api,
		       const struct dw_statement *t, uint64_t upto, int64_t at,
		       bool is_ledger)
{
	struct past_job *j = calloc(1, sizeof(*j));

	DW_INVARIANT(j != NULL);
	j->names = dw_names_ref(dw_account_names(dw_engine_account(api->engine)));
	j->statement = t->id;
	j->room = t->incident;
	j->upto = upto;
	j->head = dw_journal_head(dw_engine_journal(api->engine));
	j->at = at;
	j->is_ledger = is_ledger;
	j->work.run_on_pool = fold_on_pool;
	start_job(j, req, api);
}

static void reply_now(struct dw_http_req *req, struct dw_api *api,
		      const struct dw_statement *t)
{
	struct dw_jsonw w;
	struct dw_buf b;

	dw_buf_init(&b, DW_STATEMENT_OUT_MAX);
	dw_jsonw_init(&w, &b);
	dw_statement_write_now(dw_engine_rooms(api->engine), &w, t, dw_api_who(req));
	if (dw_jsonw_end(&w) < 0) {
		dw_api_refuse(req, DW_EINTERNAL, "this statement is too large to show");
	} else {
		dw_api_tag(req, t->version);
		dw_api_reply_json(req, 200, &b);
	}
	dw_buf_fini(&b);
}

void dw_api_statement_get(struct dw_http_req *req, void *data)
{
	static const char *const known[] = { "as_of", NULL };
	const struct dw_statement *t;
	struct dw_api *api = data;
	struct dw_str text;
	uint64_t id, upto;
	int64_t at;

	if (!api_only(req, known) || !api_path_id(req, &id) ||
	    (t = statement_see(req, api, id)) == NULL || !api_as_of(req, api, &upto, &at))
		return;
	if (dw_http_query(req, "as_of", &text) < 0)
		reply_now(req, api, t);
	else
		reply_past(req, api, t, upto, at, false);
}

/* ---- GET /statements/{id}/versions/{digest} ---- */

static void reply_with(struct dw_http_req *req, struct dw_jsonw *w)
{
	if (dw_jsonw_end(w) < 0)
		dw_api_refuse(req, DW_EINTERNAL, "this is too large to show");
	else
		dw_api_reply_json(req, 200, w->b);
	dw_buf_fini(w->b);
}

static bool read_against(struct dw_http_req *req, bool *out)
{
	struct dw_str s;
	int rc = api_param(req, "against", &s);

	*out = rc > 0 && dw_str_eq(s, DW_STR("current"));
	if (rc <= 0)
		return rc == 0;
	return *out || api_bad_param(req, "against", "is current");
}

void dw_api_statement_version(struct dw_http_req *req, void *data)
{
	static const char *const known[] = { "against", "submitted", NULL };
	const struct dw_statement_version *v;
	const struct dw_statement *t;
	struct dw_api *api = data;
	bool is_against;
	struct dw_jsonw w;
	uint64_t id, seq = 0;
	struct dw_buf b;

	if (!api_only(req, known) || !api_path_id(req, &id) ||
	    (t = statement_see(req, api, id)) == NULL ||
	    !read_against(req, &is_against) || !api_number(req, "submitted", 1, &seq))
		return;
	v = dw_statement_version_of(t, req->params[1], seq);
	if (v == NULL) {
		dw_api_refuse(req, DW_ENOTFOUND, "there is no version of this digest");
		return;
	}
	dw_buf_init(&b, DW_STATEMENT_OUT_MAX);
	dw_jsonw_init(&w, &b);
	dw_jsonw_obj(&w);
	dw_statement_write_version(&w, t, v,
				   dw_account_names(dw_engine_account(api->engine)));
	if (is_against)
		dw_statement_write_deltas(dw_engine_rooms(api->engine), &w, t, v);
	dw_jsonw_obj_end(&w);
	reply_with(req, &w);
}

/* ---- where the time has gone ---- */

void dw_api_statement_ledger(struct dw_http_req *req, void *data)
{
	static const char *const known[] = { "as_of", NULL };
	const struct dw_statement *t;
	struct dw_api *api = data;
	struct dw_str text;
	struct dw_jsonw w;
	struct dw_buf b;
	uint64_t id, upto;
	int64_t at;

	if (!api_only(req, known) || !api_path_id(req, &id) ||
	    (t = statement_see(req, api, id)) == NULL || !api_as_of(req, api, &upto, &at))
		return;
	if (dw_http_query(req, "as_of", &text) >= 0) {
		reply_past(req, api, t, upto, at, true);
		return;
	}
	dw_buf_init(&b, DW_STATEMENT_OUT_MAX);
	dw_jsonw_init(&w, &b);
	dw_statement_write_ledger(&w, t, dw_account_names(dw_engine_account(api->engine)),
				  now_of(api));
	reply_with(req, &w);
}

static bool add_total(void *data, const struct dw_statement *t)
{
	struct listing *l = data;

	dw_statement_write_ledger_total(&l->w, t, l->now.at);
	return true;
}

void dw_api_statements_ledger(struct dw_http_req *req, void *data)
{
	static const char *const known[] = { NULL };
	struct dw_api *api = data;
	struct listing l = { .now = { .at = now_of(api) } };
	const struct dw_incident *s;
	struct dw_buf b;

	if (!api_only(req, known) || (s = api_see_room(req, api)) == NULL)
		return;
	api_list_begin(&l.w, &b);
	dw_statements_each(dw_engine_rooms(api->engine), s->id, add_total, &l);
	api_list_reply(req, &l.w, "statements");
}

/* ---- what a submission would say ---- */

static void check_on_pool(struct dw_work *w, void *local)
{
	struct past_job *j = DW_CONTAINER_OF(w, struct past_job, work);
	struct dw_jsonw jw;

	(void)local; /* nothing is read: it has all that it takes */
	dw_jsonw_init(&jw, &j->out);
	dw_statement_checks_write(j->checks, &jw);
	j->rc = dw_jsonw_end(&jw);
}

void dw_api_statement_checks(struct dw_http_req *req, void *data)
{
	static const char *const known[] = { NULL };
	struct dw_api *api = data;
	struct past_job *j;
	uint64_t id;

	if (!api_only(req, known) || !api_path_id(req, &id) ||
	    statement_see(req, api, id) == NULL)
		return;
	j = calloc(1, sizeof(*j));
	DW_INVARIANT(j != NULL);
	j->checks = dw_statement_checks_take(dw_engine_rooms(api->engine), id,
					     dw_api_who(req));
	j->work.run_on_pool = check_on_pool;
	start_job(j, req, api);
}
