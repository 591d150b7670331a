/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * statement_look.c - what a command about a statement is decided on besides the statement and its room: the
 * groups that somebody is in, what may leave at all, and answers that went out before.
 *
 * A near copy is looked for among texts that are out: all of the same room, and of others what the
 * public has read. Which statement that is, is told to those who may see its room: what is read outside
 * does not say in which room it was written.
 */
#include "engine/account.h"
#include "engine/authority.h"
#include "statement_int.h"

#include <stdlib.h>

#define EARLIER_MAX 200 /* the newest */
#define MERGED_MAX 1000 /* one into the other */

struct dw_held_shingles *statement_shingles_ref(struct dw_held_shingles *s)
{
	s->refs++;
	return s;
}

void statement_shingles_unref(struct dw_held_shingles *s)
{
	if (s == NULL || --s->refs > 0)
		return;
	dw_shingles_fini(&s->of);
	free(s);
}

/* Of the text that is out; made once for each publication. */
static struct dw_held_shingles *shingles_of(struct statement *t,
					    const struct dw_statement_version *v)
{
	if (t->shingles != NULL && t->shingles->version == v->seq)
		return t->shingles;
	statement_shingles_unref(t->shingles);
	t->shingles = calloc(1, sizeof(*t->shingles));
	DW_INVARIANT(t->shingles != NULL);
	t->shingles->refs = 1;
	t->shingles->version = v->seq;
	dw_shingles_init(&t->shingles->of, v->text);
	return t->shingles;
}

static void take(struct dw_earlier *out, bool is_seen, const struct room *room,
		 const struct statement *of, struct statement *t)
{
	const struct dw_publication *p = dw_statement_out(t->state);
	const struct dw_statement_version *v;

	if (p == NULL || t == of || out->n == EARLIER_MAX)
		return;
	v = &t->state->versions.p[p->version];
	if (t->room != room && v->reader != DW_READER_PUBLIC)
		return;
	if (of != NULL && of->state->correction_of == t->state->id)
		return; /* it says the same again, corrected */
	out->held[out->n] = shingles_of(t, v);
	out->shingles[out->n] = out->held[out->n]->of;
	out->id[out->n++] = is_seen ? t->state->id : 0;
}

static void take_all(struct dw_earlier *out, bool is_seen, const struct room *of_room,
		     const struct statement *of, struct room *room)
{
	for (struct dw_link *l = room->statements.prev; l != &room->statements;
	     l = l->prev)
		take(out, is_seen, of_room, of,
		     DW_CONTAINER_OF(l, struct statement, link));
}

void statement_earlier(struct dw_rooms *rooms, const struct statement *of,
		       const struct dw_principal *who, struct dw_arena *a,
		       struct dw_earlier *out)
{
	out->n = 0;
	out->shingles = dw_arena_alloc(a, EARLIER_MAX * sizeof(*out->shingles));
	out->held = dw_arena_alloc(a, EARLIER_MAX * sizeof(struct dw_held_shingles *));
	out->id = dw_arena_alloc(a, EARLIER_MAX * sizeof(*out->id));
	for (struct dw_link *l = rooms->all.prev; l != &rooms->all; l = l->prev) {
		struct room *room = DW_CONTAINER_OF(l, struct room, link);

		take_all(out, dw_rooms_see(rooms, who, room->state->id) != NULL, of->room,
			 of, room);
	}
}

const struct dw_incident *dw_rooms_go_on(const struct dw_rooms *rooms, uint64_t id)
{
	const struct dw_incident *s = dw_rooms_find(rooms, id);

	for (unsigned i = 0; i < MERGED_MAX && s != NULL && s->merged_into != 0; i++)
		s = dw_rooms_find(rooms, s->merged_into);
	return s;
}

static void fill_sources(struct dw_statement_op *op)
{
	struct dw_statement_command *c = &op->cmd;
	const struct dw_incident *s;

	c->original = dw_statements_see(op->rooms, &c->who, c->translation_of);
	c->corrected = dw_statements_see(op->rooms, &c->who, c->correction_of);
	s = c->corrected != NULL ? dw_rooms_go_on(op->rooms, c->corrected->incident)
				 : NULL;
	if (s == NULL || s->id != op->incident)
		c->corrected = NULL;
}

void statement_fill(struct dw_statement_op *op, const struct statement *t)
{
	struct dw_statement_command *c = &op->cmd;

	c->authority = dw_authorities_now(dw_engine_authorities(op->rooms->engine));
	if (c->who.kind == DW_USER)
		c->groups = c->people.groups(c->people.ctx, c->who.id);
	if (c->type == DW_CMD_DRAFT_STATEMENT)
		fill_sources(op);
	if (c->type == DW_CMD_WITHDRAW)
		c->goes_on = dw_rooms_go_on(op->rooms, op->incident);
	if (c->type != DW_CMD_SUBMIT || t == NULL)
		return;
	statement_earlier(op->rooms, t, &c->who, op->arena, &op->earlier);
	c->checker = op->rooms->checker;
	c->earlier = op->earlier.shingles;
	c->n_earlier = op->earlier.n;
}

/* ---- as JSON ---- */

static void write_range(struct dw_jsonw *w, uint32_t from, uint32_t to)
{
	dw_jsonw_ku64(w, "from", from);
	dw_jsonw_ku64(w, "to", to);
}

static void write_finding(struct dw_jsonw *w, const struct dw_finding *f,
			  const struct dw_earlier *earlier)
{
	dw_jsonw_obj(w);
	dw_jsonw_kstr(w, "check", dw_str_of(dw_check_name(f->check)));
	dw_jsonw_kstr(w, "severity",
		      f->severity == DW_CHECK_REFUSE ? DW_STR("refuse") : DW_STR("warn"));
	write_range(w, f->from, f->to);
	if (f->check == DW_CHECK_ASKS_CODE) {
		dw_jsonw_key(w, "missing");
		dw_jsonw_arr(w);
		if ((f->value & DW_MISSES_OWNER) != 0)
			dw_jsonw_str(w, DW_STR("owner"));
		if ((f->value & DW_MISSES_TIME) != 0)
			dw_jsonw_str(w, DW_STR("time"));
		dw_jsonw_arr_end(w);
	} else if (f->value != 0) {
		dw_jsonw_ku64(w, "value", f->value);
	}
	if (f->check == DW_CHECK_COPY && f->copy_of < earlier->n &&
	    earlier->id[f->copy_of] != 0)
		dw_jsonw_ku64(w, "copy_of", earlier->id[f->copy_of]);
	dw_jsonw_obj_end(w);
}

void dw_statement_write_findings(struct dw_jsonw *w, const struct dw_statement_plan *p,
				 const struct dw_earlier *earlier)
{
	dw_jsonw_key(w, "findings");
	dw_jsonw_arr(w);
	for (size_t i = 0; i < p->findings.n; i++)
		write_finding(w, &p->findings.at[i], earlier);
	dw_jsonw_arr_end(w);
	dw_jsonw_key(w, "bare");
	dw_jsonw_arr(w);
	for (size_t i = 0; i < p->n_bare; i++) {
		dw_jsonw_obj(w);
		write_range(w, p->bare[i].from, p->bare[i].to);
		dw_jsonw_obj_end(w);
	}
	dw_jsonw_arr_end(w);
}
