/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * approvals.c - what waits for the caller's verdict: GET /approvals.
 *
 * Asked of the live statements each time: they are in memory, and nothing of this is kept anywhere. Who may give no
 * verdicts has an empty list. A deputy sees what waits for those they stand in for, and for whom.
 */
#include "engine/authority.h"
#include "params_int.h"
#include "statement_int.h"

#include <stdlib.h>

#define VOICES_MAX 16

/* Somebody whom a verdict of the caller would count for: themself first, then whose deputy they are. */
struct voice {
	uint64_t id;
	struct dw_str groups;
};

struct waiting {
	const struct dw_statement *t;
	const struct dw_incident *s;
	const struct dw_ruling_given *last; /* of the first voice, on any version */
	const struct dw_statement_version *on;
	const char *why;
	unsigned voices; /* 1 << index */
};

struct looking {
	const struct dw_rooms *rooms;
	const struct dw_principal *who;
	struct voice voice[VOICES_MAX];
	size_t n_voices;
	struct dw_statement_now now; /* of the room s */
	const struct dw_incident *s;
	struct waiting *p;
	size_t n, cap;
};

static bool speaks_for(struct dw_str groups, struct dw_str group)
{
	return group.n == 0 || dw_group_is_in(groups, group);
}

/* Would a yes of theirs be one of those that are missing? yes: the one that stands, or NULL. */
static bool is_needed(const struct looking *l, const struct voice *one,
		      const struct dw_statement *t, const struct dw_statement_version *v,
		      const struct dw_ruling_given *yes)
{
	struct dw_lack lack[DW_LACKS_MAX];
	size_t n = dw_statement_lacks(t, v, &l->now, lack);
	bool is_needed = false;

	for (size_t i = 0; i < n; i++) {
		if (lack[i].kind == DW_LACK_EXPIRED)
			return false;
		if (lack[i].kind == DW_LACK_GROUP &&
		    speaks_for(one->groups, lack[i].group) &&
		    (yes == NULL || !speaks_for(yes->groups, lack[i].group)))
			is_needed = true;
	}
	return is_needed;
}

static void find_last(struct waiting *w, const struct voice *one)
{
	w->last = NULL;
	for (size_t i = w->t->versions.n; i-- > 0 && w->last == NULL;) {
		w->on = &w->t->versions.p[i];
		w->last = dw_statement_ruling_of(w->on, one->id);
	}
}

/* One human is one voice: has the caller a yes here for somebody else? */
static bool is_spent(const struct looking *l, const struct voice *one,
		     const struct dw_statement_version *v)
{
	for (size_t i = 0; i < v->rulings.n; i++) {
		const struct dw_ruling_given *g = &v->rulings.p[i];
		uint64_t person = g->on_behalf_of != 0 ? g->on_behalf_of : g->by;

		if (g->by == l->who->id && person != one->id &&
		    g->ruling == DW_RULING_APPROVE &&
		    dw_statement_ruling_of(v, person) == g)
			return true;
	}
	return false;
}

/* NULL: it does not wait for them. */
static const char *why(const struct looking *l, const struct voice *one,
		       const struct waiting *w, const struct dw_statement_version *v)
{
	const struct dw_ruling_given *here = w->on == v ? w->last : NULL;

	if ((v->last_author == l->who->id || v->last_author == one->id) &&
	    !v->quorum.may_approve_own)
		return NULL;
	if (here != NULL && here->ruling != DW_RULING_APPROVE)
		return here->ruling == DW_RULING_REJECT ? NULL : "asked";
	if (!is_needed(l, one, w->t, v, here) || is_spent(l, one, v))
		return NULL;
	return here == NULL && w->last != NULL ? "changed" : "needed";
}

/* For whom, and what the first of them said last. */
static void find_voices(const struct looking *l, struct waiting *w,
			const struct dw_statement_version *v)
{
	struct waiting one = *w;

	for (size_t i = 0; i < l->n_voices; i++) {
		find_last(&one, &l->voice[i]);
		one.why = why(l, &l->voice[i], &one, v);
		if (one.why == NULL)
			continue;
		if (w->why == NULL) {
			w->why = one.why;
			w->last = one.last;
			w->on = one.on;
		}
		w->voices |= 1u << i;
	}
}

static bool on_statement(void *data, const struct dw_statement *t)
{
	const struct dw_statement_version *v = dw_statement_submitted(t);
	struct looking *l = data;
	struct waiting w = { .t = t, .s = l->s };
	enum dw_statement_status status = dw_statement_status(t, &l->now);

	if (v == NULL ||
	    (status != DW_STATEMENT_SUBMITTED && status != DW_STATEMENT_APPROVED))
		return true;
	find_voices(l, &w, v);
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
	l->now = dw_statements_now(l->rooms, s);
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
	dw_jsonw_ku64(w, "submitted", x->on->seq);
	dw_jsonw_kstr(w, "verdict",
		      dw_str_of(dw_statement_word(DW_WORDS_RULING, x->last->ruling)));
	dw_jsonw_ktime(w, "at", x->last->at);
	dw_jsonw_obj_end(w);
}

static void write_voices(struct dw_jsonw *w, const struct looking *l, unsigned voices,
			 const struct dw_names *names)
{
	char scratch[64];

	dw_jsonw_key(w, "for");
	dw_jsonw_arr(w);
	for (size_t i = 0; i < l->n_voices; i++)
		if ((voices >> i & 1) != 0)
			dw_jsonw_raw(w, dw_names_json(names, l->voice[i].id, scratch));
	dw_jsonw_arr_end(w);
}

static void write_item(struct dw_jsonw *w, const struct looking *l,
		       const struct waiting *x, const struct dw_names *names)
{
	struct dw_statement_now now = dw_statements_now(l->rooms, x->s);

	dw_jsonw_obj(w);
	dw_statement_write_own(w, x->t, names, &now);
	write_voices(w, l, x->voices, names);
	dw_jsonw_kstr(w, "why", dw_str_of(x->why));
	write_last(w, x);
	dw_jsonw_ku64(w, "severity", x->s->severity);
	dw_jsonw_kbool(w, "drill", x->s->is_drill);
	dw_jsonw_kstr_or_null(w, "incident_title", x->s->title);
	dw_jsonw_obj_end(w);
}

/* Themself, and whom they stand in for now. */
static void add_voices(struct looking *l, struct dw_account *accounts,
		       const struct dw_authority *a)
{
	struct dw_user_info u;

	if (!dw_account_user(accounts, l->who->id, &u))
		return;
	l->voice[l->n_voices++] = (struct voice){ l->who->id, u.groups };
	for (size_t i = 0; i < a->deputies.n && l->n_voices < VOICES_MAX; i++) {
		const struct dw_deputy *d = &a->deputies.p[i];
		bool is_new = d->deputy == l->who->id && dw_deputy_is_on(d, l->now.at) &&
			      dw_account_user(accounts, d->user, &u) && !u.is_disabled &&
			      (u.roles & DW_ROLE_APPROVER) != 0;

		for (size_t k = 0; k < l->n_voices; k++)
			is_new = is_new && l->voice[k].id != d->user;
		if (is_new)
			l->voice[l->n_voices++] = (struct voice){ d->user, u.groups };
	}
}

void dw_api_approvals(struct dw_http_req *req, void *data)
{
	static const char *const known[] = { NULL };
	struct dw_api *api = data;
	struct dw_account *a = dw_engine_account(api->engine);
	struct looking l = { .rooms = dw_engine_rooms(api->engine),
			     .who = dw_api_who(req),
			     .now = { .at = dw_now_us(dw_engine_clock(api->engine)) } };
	struct dw_jsonw w;
	struct dw_buf b;

	if (!api_only(req, known))
		return;
	if (dw_policy_check(l.who, DW_RIGHT_APPROVE, NULL) == 0) {
		add_voices(&l, a, dw_authorities_now(dw_engine_authorities(api->engine)));
		dw_rooms_each(l.rooms, on_room, &l);
	}
	if (l.n > 0)
		qsort(l.p, l.n, sizeof(*l.p), by_urgency);
	api_list_begin(&w, &b);
	for (size_t i = 0; i < l.n; i++)
		write_item(&w, &l, &l.p[i], dw_account_names(a));
	free(l.p);
	api_list_reply(req, &w, "statements");
}
