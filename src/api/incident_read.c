/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * incident_read.c - incidents as they are and as they were, and their timelines.
 *
 * What is so now is in memory and is written on the loop; the past is folded on a reading thread.
 * Who may see it is asked on the loop, with today's rights, whatever moment is looked at: a room
 * that is closed to the caller is answered as one that is not there.
 */
#include "account_int.h"
#include "engine/statement.h"
#include "params_int.h"
#include "presence_int.h"

#include <stdlib.h>

#define LIMIT_DEFAULT 100

struct job {
	struct dw_work work;
	struct dw_http_req *req;
	struct dw_names *names;		/* of the people in it */
	struct dw_timeline_query query; /* room and upto for a room, too */
	struct dw_search *words;	/* of the query */
	int64_t at;			/* as_of as a time; 0: a seq */
	struct dw_handover_show show;
	struct dw_jsonw jw; /* of the half that was written on the loop */
	uint64_t head;	    /* when it was asked */
	struct dw_buf out;
	struct dw_err err;
	int rc;
};

const struct dw_incident *api_see_room(struct dw_http_req *req, const struct dw_api *api)
{
	const struct dw_incident *s;
	uint64_t id;

	if (!api_path_id(req, &id))
		return NULL;
	s = dw_rooms_see(dw_engine_rooms(api->engine), dw_api_who(req), id);
	if (s == NULL)
		dw_api_refuse(req, DW_ENOTFOUND, "there is no incident of this id");
	else
		dw_rooms_note_read(dw_engine_rooms(api->engine), dw_api_who(req), s);
	return s;
}

/* ---- reading the past ---- */

static void on_read(struct dw_work *w)
{
	struct job *j = DW_CONTAINER_OF(w, struct job, work);

	if (j->rc < 0) {
		if (j->err.code == 0)
			j->err.code = j->rc;
		dw_api_refuse_err(j->req, &j->err);
	} else {
		dw_api_reply_json(j->req, 200, &j->out);
	}
	dw_buf_fini(&j->out);
	dw_names_unref(j->names);
	dw_timeline_words_free(j->words);
	free(j);
}

static struct job *job_new(struct dw_http_req *req, struct dw_api *api, size_t max)
{
	struct job *j = calloc(1, sizeof(*j));

	DW_INVARIANT(j != NULL);
	j->req = req;
	j->names = dw_names_ref(dw_account_names(dw_engine_account(api->engine)));
	j->head = dw_journal_head(dw_engine_journal(api->engine));
	dw_buf_init(&j->out, max);
	j->work.on_done = on_read;
	return j;
}

static void submit(struct job *j, struct dw_api *api)
{
	int rc = dw_api_read(j->req, api, &j->work, &j->err);

	if (rc == 0)
		return; /* j is the pool's now */
	j->rc = rc;
	on_read(&j->work);
}

/* The moment that is looked at, as a seq. */
static int find_moment(struct job *j, struct dw_reader *r)
{
	if (r == NULL)
		return dw_fail(&j->err, DW_EIO, "the journal cannot be read");
	return j->at != 0 ? dw_seq_at_on_pool(r, j->head, j->at, &j->query.upto, &j->err)
			  : 0;
}

/* The room at the moment that is looked at; j->at is then when that was. */
static int fold_then(struct job *j, struct dw_reader *r, struct dw_incident **s)
{
	int rc = find_moment(j, r);

	if (rc == 0)
		rc = dw_room_fold_on_pool(r, j->query.room, j->query.upto, s, &j->err);
	if (rc == 0 && j->at == 0)
		rc = dw_time_of_on_pool(r, j->query.upto, &j->at, &j->err);
	return rc;
}

static void room_on_pool(struct dw_work *w, void *local)
{
	struct job *j = DW_CONTAINER_OF(w, struct job, work);
	struct dw_statement_list list = { NULL, 0 };
	struct dw_arena *a = dw_arena_create();
	struct dw_incident *s = NULL;
	struct dw_jsonw jw;

	j->rc = fold_then(j, local, &s);
	if (j->rc == 0)
		j->rc = dw_statements_fold_on_pool(local, j->query.room, j->query.upto,
						   &list, a, &j->err);
	if (j->rc == 0) {
		dw_jsonw_init(&jw, &j->out);
		dw_room_write(&jw, s, &list, j->names,
			      &(struct dw_statement_now){ .at = j->at });
		j->rc = dw_jsonw_end(&jw);
	}
	dw_statement_list_destroy(&list);
	dw_incident_destroy(s);
	dw_arena_destroy(a);
}

/* ---- GET /incidents/{id} ---- */

/* Behind the room's own members: who is in it now is none of its state. */
static bool add_present(struct dw_buf *b, const struct dw_api *api, uint64_t room)
{
	struct dw_jsonw w;

	b->len--; /* the closing brace */
	if (dw_buf_addz(b, ",\"present\":") < 0)
		return false;
	dw_jsonw_init(&w, b);
	presence_write(&w, api, room);
	return dw_jsonw_end(&w) == 0 && dw_buf_addc(b, '}') == 0;
}

static void reply_now(struct dw_http_req *req, struct dw_api *api,
		      const struct dw_incident *s)
{
	struct dw_rooms *rooms = dw_engine_rooms(api->engine);
	struct dw_statement_list list = dw_statements_of(rooms, s->id, req->arena);
	struct dw_statement_now now = dw_statements_now(rooms, s);
	struct dw_jsonw w;
	struct dw_buf b;

	dw_buf_init(&b, DW_ROOM_OUT_MAX);
	dw_jsonw_init(&w, &b);
	dw_room_write(&w, s, &list, dw_account_names(dw_engine_account(api->engine)),
		      &now);
	if (dw_jsonw_end(&w) < 0 || !add_present(&b, api, s->id)) {
		dw_api_refuse(req, DW_EINTERNAL, "this incident is too large to show");
	} else {
		dw_api_tag(req, s->version);
		dw_api_reply_json(req, 200, &b);
	}
	dw_buf_fini(&b);
}

void dw_api_incident_get(struct dw_http_req *req, void *data)
{
	static const char *const known[] = { "as_of", NULL };
	const struct dw_incident *s;
	struct dw_api *api = data;
	struct dw_str text;
	struct job *j;
	uint64_t upto;
	int64_t at;

	if (!api_only(req, known) || (s = api_see_room(req, api)) == NULL ||
	    !api_as_of(req, api, &upto, &at))
		return;
	if (dw_http_query(req, "as_of", &text) < 0) {
		reply_now(req, api, s);
		return;
	}
	j = job_new(req, api, DW_ROOM_OUT_MAX);
	j->query.room = s->id;
	j->query.upto = upto;
	j->at = at;
	j->work.run_on_pool = room_on_pool;
	submit(j, api);
}

/* ---- GET /incidents/{id}/handover ---- */

/* The first half of the live room was written on the loop. */
static void handover_on_pool(struct dw_work *w, void *local)
{
	struct job *j = DW_CONTAINER_OF(w, struct job, work);
	struct dw_incident *s = NULL;
	struct dw_jsonw jw = j->jw;

	j->rc = 0;
	if (j->show.is_past) {
		dw_jsonw_init(&jw, &j->out);
		j->rc = fold_then(j, local, &s);
		j->show.upto = j->query.upto;
		j->show.at = j->at;
		if (j->rc == 0)
			dw_handover_write(&jw, s, j->names, &j->show);
	}
	if (j->rc == 0)
		j->rc = dw_handover_end_on_pool(local, &jw, s, &j->show, &j->err);
	dw_incident_destroy(s);
}

void dw_api_incident_handover(struct dw_http_req *req, void *data)
{
	static const char *const known[] = { "since", "as_of", NULL };
	const struct dw_incident *s;
	uint64_t since = 0, upto;
	struct dw_api *api = data;
	struct dw_str text;
	struct job *j;
	int64_t at;

	if (!api_only(req, known) || (s = api_see_room(req, api)) == NULL ||
	    !api_as_of(req, api, &upto, &at) || !api_number(req, "since", 1, &since))
		return;
	if (since > upto) {
		(void)api_bad_param(req, "since",
				    "lies beyond the moment that is looked at");
		return;
	}
	j = job_new(req, api, DW_ROOM_OUT_MAX);
	j->query.room = s->id;
	j->query.upto = upto;
	j->at = at;
	j->show =
		(struct dw_handover_show){ .room = s->id, .since = since, .upto = upto };
	j->show.is_past = dw_http_query(req, "as_of", &text) == 0;
	if (!j->show.is_past) {
		j->show.at = dw_now_us(dw_engine_clock(api->engine));
		dw_jsonw_init(&j->jw, &j->out);
		dw_handover_write(&j->jw, s, j->names, &j->show);
	}
	j->work.run_on_pool = handover_on_pool;
	submit(j, api);
}

/* ---- GET /incidents/{id}/timeline ---- */

static void timeline_on_pool(struct dw_work *w, void *local)
{
	struct job *j = DW_CONTAINER_OF(w, struct job, work);

	j->rc = find_moment(j, local);
	if (j->rc == 0)
		j->rc = dw_timeline_on_pool(local, j->names, &j->query, &j->out, &j->err);
}

static bool read_kinds(struct dw_http_req *req, struct dw_type_set *kinds)
{
	struct dw_err err = { 0 };
	struct dw_str s;
	int rc = api_param(req, "kind", &s);

	*kinds = dw_type_set_all();
	if (rc <= 0)
		return rc == 0;
	if (dw_type_set_parse(s, kinds, &err) == 0)
		return true;
	dw_api_refuse_at(req, DW_EINVAL, "/kind", "%s", dw_err_text(&err));
	return false;
}

/* "asc", as when there is none, or "desc". */
static bool read_order(struct dw_http_req *req, bool *is_desc)
{
	struct dw_str s;
	int rc = api_param(req, "order", &s);

	*is_desc = rc > 0 && dw_str_eq(s, DW_STR("desc"));
	if (rc <= 0)
		return rc == 0;
	return *is_desc || dw_str_eq(s, DW_STR("asc")) ||
	       api_bad_param(req, "order", "is asc or desc");
}

static bool read_bounds(struct dw_http_req *req, struct dw_timeline_query *q)
{
	return api_number(req, "after", 0, &q->after) &&
	       api_number(req, "before", 1, &q->before) &&
	       api_number(req, "around", 1, &q->around) &&
	       read_order(req, &q->newest_first);
}

/* *words stays NULL when there are none. */
static bool read_words(struct dw_http_req *req, const struct dw_timeline_query *q,
		       struct dw_search **words)
{
	struct dw_fault f;
	struct dw_str s;
	int rc = api_param(req, "text", &s);

	if (rc <= 0)
		return rc == 0;
	if (q->around != 0)
		return api_bad_param(req, "around", "does not go with text");
	if (dw_timeline_words(words, s, &f) == 0)
		return true;
	dw_api_refuse_at(req, DW_EINVAL, f.pointer, "%s", f.detail);
	return false;
}

void dw_api_incident_timeline(struct dw_http_req *req, void *data)
{
	static const char *const known[] = { "as_of",  "kind",	 "actor", "after",
					     "before", "around", "order", "limit",
					     "text",   NULL };
	struct dw_timeline_query q = { .limit = LIMIT_DEFAULT };
	const struct dw_incident *s;
	struct dw_api *api = data;
	uint64_t limit = LIMIT_DEFAULT;
	struct dw_search *words = NULL;
	struct job *j;
	int64_t at;

	if (!api_only(req, known) || (s = api_see_room(req, api)) == NULL ||
	    !api_as_of(req, api, &q.upto, &at) || !read_kinds(req, &q.kinds) ||
	    !api_number(req, "actor", 1, &q.actor) || !read_bounds(req, &q) ||
	    !api_number(req, "limit", 1, &limit) || !read_words(req, &q, &words))
		return;
	q.room = s->id;
	q.words = words;
	q.limit = limit < DW_TIMELINE_MAX ? (unsigned)limit : DW_TIMELINE_MAX;
	j = job_new(req, api, DW_TIMELINE_OUT_MAX);
	j->query = q;
	j->words = words;
	j->at = at;
	j->work.run_on_pool = timeline_on_pool;
	submit(j, api);
}

/* ---- GET /incidents ---- */

struct listing {
	struct dw_jsonw w;
	const struct dw_names *names;
	const struct dw_principal *who;
	const struct dw_doors *doors;
	int64_t now;
	uint64_t before, limit, n, last;
	unsigned statuses; /* bits; 0: any */
	bool is_mine, is_more;
};

static bool add_item(void *data, const struct dw_incident *s)
{
	struct listing *l = data;

	if (s->id >= l->before || !dw_policy_sees(l->who, l->doors, s->id) ||
	    (l->statuses != 0 && (l->statuses >> s->status & 1) == 0) ||
	    (l->is_mine && !dw_incident_has_user(s, l->who->id)))
		return true;
	if (l->n >= l->limit) {
		l->is_more = true;
		return false;
	}
	dw_room_write_summary(&l->w, s, l->names, l->now);
	l->last = s->id;
	l->n++;
	return true;
}

/* "open" is all that are neither resolved, reviewed nor merged. */
static bool read_statuses(struct dw_http_req *req, unsigned *out)
{
	struct dw_str s, part;
	unsigned one;
	int rc = api_param(req, "status", &s);

	if (rc <= 0)
		return rc == 0;
	while (dw_str_split(&s, ',', &part)) {
		if (dw_word_find(DW_WORD_STATUS, part, &one))
			*out |= 1u << one;
		else if (dw_str_eq(part, DW_STR("open")))
			*out |= 1u << DW_DECLARED | 1u << DW_ACTIVE | 1u << DW_MONITORING;
		else
			return api_bad_param(req, "status",
					     "must be open, or some of declared, active, "
					     "monitoring, resolved, reviewed, merged");
	}
	return *out != 0 || api_bad_param(req, "status", "is empty");
}

static bool read_mine(struct dw_http_req *req, bool *out)
{
	struct dw_str s;
	int rc = api_param(req, "mine", &s);

	if (rc <= 0)
		return rc == 0;
	*out = dw_str_eq(s, DW_STR("true"));
	return *out || dw_str_eq(s, DW_STR("false")) ||
	       api_bad_param(req, "mine", "is true or false");
}

static void reply_list(struct dw_http_req *req, struct listing *l)
{
	struct dw_jsonw *w = &l->w;

	dw_jsonw_arr_end(w);
	dw_jsonw_ku64_or_null(w, "next", l->is_more ? l->last : 0);
	dw_jsonw_obj_end(w);
	if (dw_jsonw_end(w) < 0)
		dw_api_refuse(req, DW_EINTERNAL, "there are too many incidents to list");
	else
		dw_api_reply_json(req, 200, w->b);
	dw_buf_fini(w->b);
}

void dw_api_incidents_list(struct dw_http_req *req, void *data)
{
	static const char *const known[] = { "status", "mine", "before", "limit", NULL };
	struct dw_api *api = data;
	struct dw_rooms *rooms = dw_engine_rooms(api->engine);
	struct listing l = { .before = INT64_MAX,
			     .limit = LIMIT_DEFAULT,
			     .now = dw_now_us(dw_engine_clock(api->engine)),
			     .who = dw_api_who(req),
			     .doors = dw_rooms_doors(rooms),
			     .names = dw_account_names(dw_engine_account(api->engine)) };
	struct dw_buf b;

	if (!api_only(req, known) || !read_statuses(req, &l.statuses) ||
	    !read_mine(req, &l.is_mine) || !api_number(req, "before", 1, &l.before) ||
	    !api_number(req, "limit", 1, &l.limit))
		return;
	l.limit = l.limit < DW_TIMELINE_MAX ? l.limit : DW_TIMELINE_MAX;
	api_list_begin(&l.w, &b);
	dw_rooms_each(rooms, add_item, &l);
	reply_list(req, &l);
}
