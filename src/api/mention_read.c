/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * mention_read.c - GET /mentions and /mentions/{id}.
 *
 * The query string is read and refused here on the loop, and so is what was typed to search for;
 * the reading is done on a thread of the reading pool, which writes the answer's JSON ready to
 * be sent.
 */
#include "domain/mention.h"
#include "engine/account.h"
#include "engine/mention_query.h"
#include "engine/names.h"
#include "engine/room.h"
#include "mention_int.h"

#include <stdlib.h>

#define LIMIT_DEFAULT 50

struct job {
	struct dw_work work;
	struct dw_http_req *req;
	struct dw_mention_query query;
	struct dw_search *search; /* of the query */
	uint64_t id, version;
	struct dw_names *names; /* of the actors in its history */
	struct dw_buf out;
	struct dw_err err;
	int rc;
};

static void on_read(struct dw_work *w);

static void submit(struct job *j, struct dw_api *api,
		   void (*run_on_pool)(struct dw_work *w, void *local))
{
	int rc;

	j->work.run_on_pool = run_on_pool;
	j->work.on_done = on_read;
	dw_buf_init(&j->out, DW_MENTION_OUT_MAX);
	rc = dw_api_read(j->req, api, &j->work, &j->err);
	if (rc == 0)
		return; /* j is the pool's now */
	j->rc = rc;
	on_read(&j->work);
}

static struct job *job_new(struct dw_http_req *req, const struct dw_api *api)
{
	struct job *j = calloc(1, sizeof(*j));

	DW_INVARIANT(j != NULL);
	j->req = req;
	j->query.onlooker.who = *dw_api_who(req);
	j->query.onlooker.doors =
		dw_doors_ref(dw_rooms_doors(dw_engine_rooms(api->engine)));
	return j;
}

static void job_free(struct job *j)
{
	dw_mention_words_free(j->search);
	dw_names_unref(j->names);
	dw_doors_unref(j->query.onlooker.doors);
	free(j);
}

static void on_read(struct dw_work *w)
{
	struct job *j = DW_CONTAINER_OF(w, struct job, work);
	struct dw_http_req *req = j->req;

	if (j->rc < 0) {
		if (j->err.code == 0)
			j->err.code = j->rc;
		dw_api_refuse_err(req, &j->err);
	} else {
		if (j->version != 0)
			dw_api_tag(req, j->version);
		dw_api_reply_json(req, 200, &j->out);
	}
	dw_buf_fini(&j->out);
	job_free(j);
}

/* ---- GET /mentions ---- */

static void list_on_pool(struct dw_work *w, void *local)
{
	struct job *j = DW_CONTAINER_OF(w, struct job, work);

	j->rc = dw_mention_list_on_pool(local, &j->query, &j->out, &j->err);
}

/* A parameter that may be absent: then *out stays {NULL, 0}. False: refused. */
static bool optional(struct dw_http_req *req, const char *name, struct dw_str *out)
{
	int rc = dw_http_query(req, name, out);

	if (rc == DW_EINVAL) {
		dw_api_refuse(req, DW_EINVAL, "%s is given twice or badly encoded", name);
		return false;
	}
	if (rc == DW_ENOTFOUND)
		*out = dw_str_make(NULL, 0);
	return true;
}

/* An optional whole number of at least `min`. False: refused. */
static bool number(struct dw_http_req *req, const char *name, uint64_t min, uint64_t *out)
{
	struct dw_str s;

	if (!optional(req, name, &s))
		return false;
	if (s.p == NULL)
		return true;
	if (dw_str_u64(s, out) == 0 && *out >= min)
		return true;
	dw_api_refuse(req, DW_EINVAL, "%s must be a whole number from %llu", name,
		      (unsigned long long)min);
	return false;
}

static bool read_author(struct dw_http_req *req, struct dw_mention_query *q)
{
	const char *why = NULL;

	if (!optional(req, "author", &q->author))
		return false;
	if (q->author.p == NULL)
		return true;
	if (q->author.n == 0 || q->author.n > DW_AUTHOR_BYTES ||
	    !dw_utf8_valid(q->author))
		why = "author is an @handle, an address or a name";
	else if (q->source.p == NULL)
		why = "author goes with source: a name means somebody only there";
	if (why != NULL)
		dw_api_refuse_at(req, DW_EINVAL, "/author", "%s", why);
	return why == NULL;
}

static bool read_filters(struct dw_http_req *req, struct dw_mention_query *q)
{
	if (!optional(req, "source", &q->source) || !optional(req, "lang", &q->lang))
		return false;
	if (q->source.p != NULL && !dw_source_is_valid(q->source)) {
		dw_api_refuse(req, DW_EINVAL, "source is no name of a source");
		return false;
	}
	if (q->lang.p != NULL && !dw_lang_is_valid(q->lang)) {
		dw_api_refuse(req, DW_EINVAL, "lang must be a language tag such as fa");
		return false;
	}
	return read_author(req, q);
}

static bool read_paging(struct dw_http_req *req, struct dw_mention_query *q)
{
	uint64_t before = INT64_MAX, after = 0, limit = LIMIT_DEFAULT;

	if (!number(req, "before", 1, &before) || !number(req, "after", 0, &after) ||
	    !number(req, "limit", 1, &limit))
		return false;
	q->before = before < INT64_MAX ? before : INT64_MAX;
	q->after = after < INT64_MAX ? after : INT64_MAX;
	q->limit = (unsigned)(limit < DW_MENTION_PAGE_MAX ? limit : DW_MENTION_PAGE_MAX);
	return true;
}

/* *search stays NULL when nothing is searched for. */
static bool read_words(struct dw_http_req *req, struct dw_search **search)
{
	struct dw_str words, exact;
	struct dw_fault f;
	bool is_exact;

	if (!optional(req, "q", &words) || !optional(req, "exact", &exact))
		return false;
	is_exact = exact.p != NULL && dw_str_eq(exact, DW_STR("true"));
	if (exact.p != NULL && !is_exact && !dw_str_eq(exact, DW_STR("false"))) {
		dw_api_refuse_at(req, DW_EINVAL, "/exact", "exact is true or false");
		return false;
	}
	if (words.p == NULL && exact.p != NULL) {
		dw_api_refuse_at(req, DW_EINVAL, "/q", "exact goes with q");
		return false;
	}
	if (words.p == NULL || dw_mention_words(search, words, is_exact, &f) == 0)
		return true;
	dw_api_refuse_at(req, DW_EINVAL, f.pointer, "%s", f.detail);
	return false;
}

static bool read_claim(struct dw_http_req *req, const struct dw_incident *s,
		       struct job *j)
{
	const struct dw_claim *c;
	uint64_t claim = 0;

	if (!number(req, "claim", 1, &claim))
		return false;
	if (claim == 0)
		return true;
	c = dw_incident_claim(s, claim);
	if (c == NULL) {
		dw_api_refuse_at(req, DW_ENOTFOUND, "/claim",
				 "this incident has no claim of this id");
		return false;
	}
	j->query.claim = claim;
	j->query.claim_mentions = c->spread.n;
	return true;
}

/* The incident whose mentions are asked for, if the caller may see it. */
static bool read_room(struct dw_http_req *req, const struct dw_api *api, struct job *j)
{
	uint64_t room = 0;
	const struct dw_incident *s;

	if (!number(req, "incident", 1, &room))
		return false;
	if (room == 0) {
		struct dw_str claim = { NULL, 0 };

		if (!optional(req, "claim", &claim))
			return false;
		if (claim.p == NULL)
			return true;
		dw_api_refuse_at(req, DW_EINVAL, "/claim",
				 "a claim is one of an incident: give incident, too");
		return false;
	}
	s = dw_rooms_see(dw_engine_rooms(api->engine), dw_api_who(req), room);
	if (s == NULL) {
		dw_api_refuse(req, DW_ENOTFOUND, "there is no incident of this id");
		return false;
	}
	dw_rooms_note_read(dw_engine_rooms(api->engine), dw_api_who(req), s);
	j->query.room = room;
	j->query.room_mentions = s->links.n;
	return read_claim(req, s, j);
}

static bool read_triage(struct dw_http_req *req, unsigned *out)
{
	struct dw_str s, part;
	bool is_given;
	unsigned one;

	if (!optional(req, "triage", &s))
		return false;
	is_given = s.p != NULL;
	while (is_given && dw_str_split(&s, ',', &part)) {
		if (!dw_word_find(DW_WORD_TRIAGE, part, &one)) {
			dw_api_refuse_at(req, DW_EINVAL, "/triage",
					 "triage must be some of: %s",
					 dw_word_list(DW_WORD_TRIAGE));
			return false;
		}
		*out |= 1u << one;
	}
	if (!is_given || *out != 0)
		return true;
	dw_api_refuse_at(req, DW_EINVAL, "/triage", "triage is empty");
	return false;
}

static bool read_query(struct dw_http_req *req, const struct dw_api *api, struct job *j)
{
	static const char *const known[] = { "source", "lang",	 "before", "after",
					     "limit",  "q",	 "exact",  "incident",
					     "triage", "author", "claim",  NULL };
	struct dw_err err = { 0 };

	if (dw_http_query_only(req, known, &err) < 0) {
		dw_api_refuse_err(req, &err);
		return false;
	}
	if (!read_filters(req, &j->query) || !read_paging(req, &j->query) ||
	    !read_triage(req, &j->query.triage) || !read_room(req, api, j) ||
	    !read_words(req, &j->search))
		return false;
	j->query.search = j->search;
	return true;
}

void dw_api_mentions_list(struct dw_http_req *req, void *data)
{
	struct job *j = job_new(req, data);

	if (read_query(req, data, j))
		submit(j, data, list_on_pool);
	else
		job_free(j);
}

/* ---- GET /mentions/{id} ---- */

static bool no_query(struct dw_http_req *req)
{
	static const char *const none[] = { NULL };
	struct dw_err err = { 0 };

	if (dw_http_query_only(req, none, &err) == 0)
		return true;
	dw_api_refuse_err(req, &err);
	return false;
}

static void get_on_pool(struct dw_work *w, void *local)
{
	struct job *j = DW_CONTAINER_OF(w, struct job, work);

	j->rc = dw_mention_get_on_pool(local, &j->query.onlooker, j->names, j->id,
				       &j->out, &j->version, &j->err);
}

void dw_api_mention_get(struct dw_http_req *req, void *data)
{
	struct dw_api *api = data;
	uint64_t id;
	struct job *j;

	if (!no_query(req))
		return;
	if (dw_str_u64(req->params[0], &id) < 0 || id == 0 || id > INT64_MAX) {
		dw_api_refuse(req, DW_ENOTFOUND, "there is no mention of this id");
		return;
	}
	j = job_new(req, api);
	j->id = id;
	j->names = dw_names_ref(dw_account_names(dw_engine_account(api->engine)));
	submit(j, api, get_on_pool);
}
