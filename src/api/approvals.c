/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * approvals.c - what waits for the caller's verdict: GET /approvals.
 *
 * Asked of the live statements each time: they are in memory, and nothing of this is kept anywhere. Who may give no
 * verdicts has an empty list.
 */
#include "params_int.h"
#include "statement_int.h"

#include <stdlib.h>

struct waiting {
	const struct dw_statement *t;
	const struct dw_incident *s;
	const struct dw_ruling_given *last; /* of the caller, on any version */
	const struct dw_statement_version *on;
	const char *why;
};

struct looking {
	const struct dw_rooms *rooms;
	const struct dw_principal *who;
	struct dw_str groups;
	int64_t now;
	const struct dw_incident *s;
	struct waiting *p;
	size_t n, cap;
};

/* Would their yes be one of those that are missing? */
static bool is_needed(const struct looking *l, const struct dw_statement *t,
		      const struct dw_statement_version *v)
{
	struct dw_lack lack[DW_LACKS_MAX];
	size_t n = dw_statement_lacks(t, v, l->now, lack);
	bool is_needed = false;

	for (size_t i = 0; i < n; i++) {
		if (lack[i].kind == DW_LACK_EXPIRED)
			return false;
		if (lack[i].kind == DW_LACK_GROUP &&
		    (lack[i].group.n == 0 || dw_group_is_in(l->groups, lack[i].group)))
			is_needed = true;
	}
	return is_needed;
}

static void find_last(const struct looking *l, struct waiting *w)
{
	for (size_t i = w->t->versions.n; i-- > 0 && w->last == NULL;) {
		w->on = &w->t->versions.p[i];
		w->last = dw_statement_ruling_of(w->on, l->who->id);
	}
}

/* NULL: it does not wait for them. */
static const char *why(const struct looking *l, const struct waiting *w,
		       const struct dw_statement_version *v)
{
	bool has_ruled = w->last != NULL && w->on == v;

	if (v->last_author == l->who->id && !v->quorum.may_approve_own)
		return NULL;
	if (has_ruled)
		return w->last->ruling == DW_RULING_ASK ||
				       w->last->ruling == DW_RULING_HOLD
			       ? "asked"
			       : NULL;
	if (!is_needed(l, w->t, v))
		return NULL;
	return w->last != NULL ? "changed" : "needed";
}

static bool on_statement(void *data, const struct dw_statement *t)
{
	const struct dw_statement_version *v = dw_statement_submitted(t);
	struct looking *l = data;
	struct waiting w = { .t = t, .s = l->s };
	enum dw_statement_status status = dw_statement_status(t);

	if (v == NULL ||
	    (status != DW_STATEMENT_SUBMITTED && status != DW_STATEMENT_APPROVED))
		return true;
	find_last(l, &w);
	w.why = why(l, &w, v);
	if (w.why == NULL)
		return true;
	if (l->n == l->cap) {
		l->cap = l->cap > 0 ? l->cap * 2 : 16;
		l->p = realloc(l->p, l->cap * sizeof(*l->p));
		DW_INVARIANT(l->p != NULL);
	}
	l->p[l->n++] = w;
	return true;
}

static bool on_room(void *data, const struct dw_incident *s)
{
	struct looking *l = data;

	if (s->merged_into != 0 || dw_rooms_see(l->rooms, l->who, s->id) == NULL)
		return true;
	l->s = s;
	dw_statements_each(l->rooms, s->id, on_statement, l);
	return true;
}

static int compare(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

/* None is after all others. */
static uint64_t late(int64_t at)
{
	return at != 0 ? (uint64_t)at : UINT64_MAX;
}

/* A real incident before a drill, the severe first, then what is due first, then the oldest. */
static int by_urgency(const void *a, const void *b)
{
	const struct waiting *x = a, *y = b;
	const struct dw_statement_version *v = dw_statement_submitted(x->t),
					  *u = dw_statement_submitted(y->t);
	int c = compare(x->s->is_drill, y->s->is_drill);

	if (c == 0)
		c = compare(x->s->severity == 0 ? 5 : x->s->severity,
			    y->s->severity == 0 ? 5 : y->s->severity);
	if (c == 0)
		c = compare(late(v->deadline), late(u->deadline));
	return c != 0 ? c : compare(v->seq, u->seq);
}

static void write_last(struct dw_jsonw *w, const struct waiting *x)
{
	dw_jsonw_key(w, "last_verdict");
	if (x->last == NULL) {
		dw_jsonw_null(w);
		return;
	}
	dw_jsonw_obj(w);
	dw_jsonw_ku64(w, "seq", x->last->seq);
	dw_jsonw_kstr(w, "digest", dw_str_of(x->on->digest));
	dw_jsonw_kstr(w, "verdict",
		      dw_str_of(dw_statement_word(DW_WORDS_RULING, x->last->ruling)));
	dw_jsonw_ktime(w, "at", x->last->at);
	dw_jsonw_obj_end(w);
}

static void write_item(struct dw_jsonw *w, const struct waiting *x,
		       const struct dw_names *names, int64_t now)
{
	dw_jsonw_obj(w);
	dw_statement_write_own(w, x->t, names, now);
	dw_jsonw_kstr(w, "why", dw_str_of(x->why));
	write_last(w, x);
	dw_jsonw_ku64(w, "severity", x->s->severity);
	dw_jsonw_kbool(w, "drill", x->s->is_drill);
	dw_jsonw_kstr_or_null(w, "incident_title", x->s->title);
	dw_jsonw_obj_end(w);
}

void dw_api_approvals(struct dw_http_req *req, void *data)
{
	static const char *const known[] = { NULL };
	struct dw_api *api = data;
	struct dw_account *a = dw_engine_account(api->engine);
	struct looking l = { .rooms = dw_engine_rooms(api->engine),
			     .who = dw_api_who(req),
			     .now = dw_now_us(dw_engine_clock(api->engine)) };
	struct dw_user_info u;
	struct dw_jsonw w;
	struct dw_buf b;

	if (!api_only(req, known))
		return;
	if (dw_policy_check(l.who, DW_RIGHT_APPROVE, NULL) == 0 &&
	    dw_account_user(a, l.who->id, &u)) {
		l.groups = u.groups;
		dw_rooms_each(l.rooms, on_room, &l);
	}
	if (l.n > 0)
		qsort(l.p, l.n, sizeof(*l.p), by_urgency);
	api_list_begin(&w, &b);
	for (size_t i = 0; i < l.n; i++)
		write_item(&w, &l.p[i], dw_account_names(a), l.now);
	free(l.p);
	api_list_reply(req, &w, "statements");
}
