/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * statement_show_more.c - what is easily overlooked between two versions, and where
 * the time of a statement has gone, as JSON. See statement_show.c.
 */
#include "domain/rest_delta.h"
#include "domain/statement_ledger.h"
#include "statement_int.h"

#define SECOND 1000000

/* ---- between two versions ---- */

/* Those that the room has now, whatever it had when a version was submitted. */
static struct dw_nameset *names_of(const struct dw_incident *room)
{
	return dw_nameset_create(room->names.p, room->names.n);
}

static void write_delta(struct dw_jsonw *w, const char *kind, bool is_gone, uint32_t from,
			uint32_t to)
{
	dw_jsonw_obj(w);
	if (kind != NULL)
		dw_jsonw_kstr(w, "kind", dw_str_of(kind));
	dw_jsonw_kbool(w, "gone", is_gone);
	dw_jsonw_ku64(w, "from", from);
	dw_jsonw_ku64(w, "to", to);
}

void statement_write_found(struct dw_jsonw *w, const char *kind, const struct dw_delta *d,
			   const struct dw_nameset *names)
{
	write_delta(w, kind, d->is_gone, d->from, d->to);
	if (d->kind == DW_DELTA_NAME)
		dw_jsonw_kstr(w, "name", dw_nameset_name(names, d->name));
	dw_jsonw_obj_end(w);
}

static void write_links(struct dw_jsonw *w, const struct dw_statement_version *was,
			const struct dw_statement_version *is)
{
	struct dw_arena *a = dw_arena_create();
	struct dw_rest_delta *found;
	size_t n = dw_rest_deltas(was, is, a, &found);

	for (size_t i = 0; i < n; i++) {
		write_delta(w, "claim", found[i].is_gone, found[i].from, found[i].to);
		dw_jsonw_ku64(w, "claim", found[i].claim);
		dw_jsonw_kbool(w, "moved", found[i].is_moved);
		dw_jsonw_obj_end(w);
	}
	dw_arena_destroy(a);
}

void dw_statement_write_deltas(const struct dw_rooms *rooms, struct dw_jsonw *w,
			       const struct dw_statement *t,
			       const struct dw_statement_version *was)
{
	const struct dw_statement_version *is = dw_statement_submitted(t);
	struct dw_nameset *names = names_of(dw_rooms_find(rooms, t->incident));
	struct dw_deltas deltas;

	dw_text_delta(rooms->checker, names, was->text, is->text, is->lang, &deltas);
	dw_jsonw_key(w, "deltas");
	dw_jsonw_arr(w);
	for (size_t i = 0; i < deltas.n; i++) {
		statement_write_found(w, dw_delta_name(deltas.at[i].kind), &deltas.at[i],
				      names);
	}
	write_links(w, was, is);
	dw_jsonw_arr_end(w);
	dw_jsonw_kbool(w, "is_more", deltas.is_more);
	dw_nameset_destroy(names);
}

/* ---- where the time has gone ---- */

static void write_stint(struct dw_jsonw *w, const struct dw_stint *s)
{
	dw_jsonw_obj(w);
	dw_jsonw_kstr(w, "spent", dw_str_of(dw_spent_name(s->spent)));
	dw_jsonw_ktime(w, "from", s->from);
	dw_jsonw_ktime(w, "to", s->to);
	dw_jsonw_ku64_or_null(w, "version", s->version);
	dw_jsonw_key(w, "on");
	dw_jsonw_arr(w);
	for (size_t i = 0; i < s->n_on; i++)
		statement_write_lack(w, &s->on[i]);
	dw_jsonw_arr_end(w);
	dw_jsonw_obj_end(w);
}

/* A clock that was set back is none to measure by: not before the last of what is on record. */
static int64_t not_before(const struct dw_statement *t, int64_t now)
{
	const struct dw_statement_version *v = dw_statement_submitted(t);
	const struct dw_publication *p =
		t->publications.n > 0 ? &t->publications.p[t->publications.n - 1] : NULL;
	int64_t at[] = { t->changed_at, v != NULL ? v->at : 0,
			 v != NULL ? v->approved_at : 0,
			 v != NULL && v->rulings.n > 0 ? v->rulings.p[v->rulings.n - 1].at
						       : 0,
			 p != NULL ? p->at : 0 };
	int64_t newest = now;

	for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++)
		newest = at[i] > newest ? at[i] : newest;
	return newest;
}

static void write_total(struct dw_jsonw *w, const struct dw_ledger *l)
{
	dw_jsonw_key(w, "total");
	dw_jsonw_obj(w);
	for (unsigned i = 0; i < DW_SPENT_COUNT; i++)
		dw_jsonw_ku64(w, dw_spent_name(i), (uint64_t)(l->total[i] / SECOND));
	dw_jsonw_obj_end(w);
}

/* Each person that it waited for, once. */
static void write_people(struct dw_jsonw *w, const struct dw_ledger *l,
			 const struct dw_names *names, struct dw_arena *a)
{
	uint64_t *told = dw_arena_alloc(a, (l->n * DW_WAITS_ON + 1) * sizeof(*told));
	size_t n = 0;
	char scratch[64];

	dw_jsonw_key(w, "people");
	dw_jsonw_arr(w);
	for (size_t i = 0; i < l->n * DW_WAITS_ON; i++) {
		const struct dw_stint *s = &l->stint[i / DW_WAITS_ON];
		uint64_t user =
			i % DW_WAITS_ON < s->n_on ? s->on[i % DW_WAITS_ON].user : 0;
		size_t k = 0;

		while (k < n && told[k] != user)
			k++;
		if (user == 0 || k < n)
			continue;
		told[n++] = user;
		dw_jsonw_raw(w, dw_names_json(names, user, scratch));
	}
	dw_jsonw_arr_end(w);
}

void dw_statement_write_ledger(struct dw_jsonw *w, const struct dw_statement *t,
			       const struct dw_names *names, int64_t now)
{
	struct dw_arena *a = dw_arena_create();
	struct dw_ledger l;

	dw_ledger_make(&l, t, not_before(t, now), a);
	dw_jsonw_obj(w);
	dw_jsonw_ku64(w, "statement", t->id);
	dw_jsonw_key(w, "items");
	dw_jsonw_arr(w);
	for (size_t i = 0; i < l.n; i++)
		write_stint(w, &l.stint[i]);
	dw_jsonw_arr_end(w);
	write_people(w, &l, names, a);
	write_total(w, &l);
	dw_jsonw_kbool(w, "is_cut", l.is_cut);
	dw_jsonw_obj_end(w);
	dw_arena_destroy(a);
}

void dw_statement_write_ledger_total(struct dw_jsonw *w, const struct dw_statement *t,
				     int64_t now)
{
	struct dw_arena *a = dw_arena_create();
	struct dw_ledger l;

	dw_ledger_make(&l, t, not_before(t, now), a);
	dw_jsonw_obj(w);
	dw_jsonw_ku64(w, "statement", t->id);
	dw_jsonw_kstr_or_null(w, "title", t->title);
	dw_jsonw_kstr(w, "spent",
		      dw_str_of(dw_spent_name(l.n > 0 ? l.stint[l.n - 1].spent
						      : DW_SPENT_IDLE)));
	write_total(w, &l);
	dw_jsonw_obj_end(w);
	dw_arena_destroy(a);
}
