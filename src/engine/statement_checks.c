/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * statement_checks.c - what a submission would say now, as JSON.
 *
 * Reading a text of 65,536 units takes some ten milliseconds, and each of its translations as long again: too
 * long for the loop. So the texts are copied there, which takes a thousandth of that, with what is known of
 * the room; all looking is done on a reading thread.
 */
#include "engine/template.h"
#include "statement_int.h"
#include "text/length.h"

#include <stdlib.h>

struct other {
	uint64_t id;
	struct dw_str title, lang, text;
	struct dw_given given;
	bool is_original;
};

struct dw_statement_checks {
	struct dw_arena *arena;		  /* all texts and lists lie in it */
	const struct dw_checker *checker; /* the rooms' */
	struct dw_statement own;	  /* as much of it as is looked at */
	struct dw_earlier earlier;
	struct dw_given given;
	struct dw_str *name;
	size_t n_names;
	struct other other[DW_TRANSLATIONS_MAX];
	size_t n_others;
	bool is_more;	      /* there are more of those */
	struct dw_buf claims; /* JSON */
	struct dw_statement_plan plan;
};

/* ---- on the loop ---- */

static struct dw_str copy(struct dw_statement_checks *c, struct dw_str s)
{
	return s.p == NULL ? s : dw_str_make(dw_arena_strdup(c->arena, s), s.n);
}

static void write_range(struct dw_jsonw *w, uint32_t from, uint32_t to)
{
	dw_jsonw_ku64(w, "from", from);
	dw_jsonw_ku64(w, "to", to);
}

static void write_claims(struct dw_jsonw *w, const struct dw_statement *t,
			 const struct dw_incident *s, int64_t now)
{
	static const char *const why[] = { [DW_REST_UNKNOWN] = "unknown",
					   [DW_REST_FALSE] = "false",
					   [DW_REST_MIXED] = "mixed",
					   [DW_REST_RECHECK] = "recheck" };

	dw_jsonw_arr(w);
	for (size_t i = 0; i < t->rests.n; i++) {
		const struct dw_rest *r = &t->rests.p[i];
		enum dw_rest_state state = dw_rest_state(s, r->claim, now);

		if (r->rests != DW_RESTS_ASSERTS || state == DW_REST_HOLDS)
			continue;
		dw_jsonw_obj(w);
		dw_jsonw_ku64(w, "link", r->id);
		dw_jsonw_ku64(w, "claim", r->claim);
		write_range(w, r->from, r->to);
		dw_jsonw_kstr(w, "why", dw_str_of(why[state]));
		dw_jsonw_obj_end(w);
	}
	dw_jsonw_arr_end(w);
}

static void take_claims(struct dw_statement_checks *c, const struct statement *t,
			int64_t now)
{
	struct dw_jsonw w;

	dw_buf_init(&c->claims, DW_STATEMENT_OUT_MAX);
	dw_jsonw_init(&w, &c->claims);
	write_claims(&w, t->state, t->room->state, now);
	DW_INVARIANT(dw_jsonw_end(&w) == 0);
}

static void take_own(struct dw_statement_checks *c, const struct dw_statement *t)
{
	size_t bytes = t->rests.n * sizeof(*t->rests.p);
	int rc;

	c->own = (struct dw_statement){ .id = t->id,
					.channel = t->channel,
					.reader = t->reader,
					.lang = copy(c, t->lang),
					.revision = t->revision };
	dw_draft_init(&c->own.draft);
	dw_buf_init(&c->own.draft.text, t->draft.text.len + 1);
	rc = dw_buf_add(&c->own.draft.text, t->draft.text.p, t->draft.text.len);
	DW_INVARIANT(rc == 0);
	if (t->rests.n == 0)
		return;
	c->own.rests.n = t->rests.n;
	c->own.rests.p = dw_arena_alloc(c->arena, bytes);
	memcpy(c->own.rests.p, t->rests.p, bytes);
}

static void take_names(struct dw_statement_checks *c, const struct dw_incident *room)
{
	c->n_names = room->names.n;
	c->name = dw_arena_alloc(c->arena, (c->n_names + 1) * sizeof(*c->name));
	for (size_t i = 0; i < c->n_names; i++)
		c->name[i] = copy(c, room->names.p[i]);
}

static void take_given(struct dw_statement_checks *c, struct dw_rooms *rooms,
		       const struct statement *t, struct dw_str lang,
		       struct dw_given *out)
{
	struct dw_fill_from from = dw_fill_from_now(rooms->engine, lang, t->room->state);

	dw_template_given(out, &from, c->arena);
}

/* The original is older than this one, and so comes first. */
static void take_others(struct dw_statement_checks *c, struct dw_rooms *rooms,
			const struct statement *t)
{
	const struct dw_statement *own = t->state;
	struct other *o;

	DW_LIST_EACH(l, &t->room->statements) {
		const struct dw_statement *x =
			DW_CONTAINER_OF(l, struct statement, link)->state;
		bool is_original = own->translation_of == x->id;

		if (x->id == 0 || x == own ||
		    (x->translation_of != own->id && !is_original))
			continue;
		if (c->n_others == DW_TRANSLATIONS_MAX) {
			c->is_more = true;
			return;
		}
		o = &c->other[c->n_others++];
		*o = (struct other){
			.id = x->id,
			.title = copy(c, x->title),
			.lang = copy(c, x->lang),
			.text = copy(c, statement_text_now(x)),
			.is_original = is_original,
		};
		take_given(c, rooms, t, o->lang, &o->given);
	}
}

struct dw_statement_checks *dw_statement_checks_take(struct dw_rooms *rooms,
						     uint64_t statement,
						     const struct dw_principal *who)
{
	const struct statement *t = statement_find(rooms, statement);
	struct dw_statement_checks *c = calloc(1, sizeof(*c));

	DW_REQUIRE(t != NULL);
	DW_INVARIANT(c != NULL);
	c->arena = dw_arena_create();
	c->checker = rooms->checker;
	take_own(c, t->state);
	take_claims(c, t, dw_now_us(dw_engine_clock(rooms->engine)));
	take_names(c, t->room->state);
	take_others(c, rooms, t);
	take_given(c, rooms, t, c->own.lang, &c->given);
	statement_earlier(rooms, t, who, c->arena, &c->earlier);
	for (size_t i = 0; i < c->earlier.n; i++)
		(void)statement_shingles_ref(c->earlier.held[i]);
	return c;
}

void dw_statement_checks_destroy(struct dw_statement_checks *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->earlier.n; i++)
		statement_shingles_unref(c->earlier.held[i]);
	dw_draft_fini(&c->own.draft);
	dw_buf_fini(&c->claims);
	dw_arena_destroy(c->arena);
	free(c);
}

/* ---- on any thread ---- */

/* Those of one kind. gone: it stands in the other text alone. */
static void write_list(struct dw_jsonw *w, const char *key,
		       const struct dw_deltas *deltas, enum dw_delta_kind kind,
		       const struct dw_nameset *names)
{
	dw_jsonw_key(w, key);
	dw_jsonw_arr(w);
	for (size_t i = 0; i < deltas->n; i++) {
		if (deltas->at[i].kind == kind)
			statement_write_found(w, NULL, &deltas->at[i], names);
	}
	dw_jsonw_arr_end(w);
}

static void write_translation(struct dw_jsonw *w, const struct other *x,
			      struct dw_told *own, const struct dw_nameset *names)
{
	struct dw_told *theirs = dw_told_create(names, x->text);
	struct dw_deltas deltas;

	dw_told_give(theirs, x->given.text, DW_GIVEN_MAX);
	dw_told_delta(theirs, own, &deltas);
	dw_jsonw_obj(w);
	dw_jsonw_ku64(w, "statement", x->id);
	dw_jsonw_kstr_or_null(w, "title", x->title);
	dw_jsonw_kstr_or_null(w, "lang", x->lang);
	dw_jsonw_kbool(w, "is_original", x->is_original);
	write_list(w, "numbers", &deltas, DW_DELTA_NUMBER, names);
	write_list(w, "names", &deltas, DW_DELTA_NAME, names);
	dw_jsonw_kbool(w, "is_more", deltas.is_more);
	dw_jsonw_obj_end(w);
	dw_told_destroy(theirs);
}

static void write_translations(struct dw_jsonw *w, const struct dw_statement_checks *c)
{
	struct dw_nameset *names = dw_nameset_create(c->name, c->n_names);
	struct dw_told *own = dw_told_create(names, statement_text_now(&c->own));

	dw_told_give(own, c->given.text, DW_GIVEN_MAX);
	dw_jsonw_key(w, "translations");
	dw_jsonw_arr(w);
	for (size_t i = 0; i < c->n_others; i++)
		write_translation(w, &c->other[i], own, names);
	dw_jsonw_arr_end(w);
	dw_jsonw_kbool(w, "is_more", c->is_more);
	dw_told_destroy(own);
	dw_nameset_destroy(names);
}

static void write_length(struct dw_jsonw *w, const struct dw_statement *t)
{
	struct dw_str text = statement_text_now(t);
	bool is_post = t->channel == DW_CHANNEL_SOCIAL;

	dw_jsonw_ku64(w, "length",
		      is_post ? dw_post_length(text, DW_POST_LENGTH_MAX, NULL)
			      : dw_plain_length(text, SIZE_MAX, NULL));
	dw_jsonw_ku64_or_null(w, "length_max", is_post ? DW_POST_LENGTH_MAX : 0);
}

void dw_statement_checks_write(struct dw_statement_checks *c, struct dw_jsonw *w)
{
	dw_statement_look(&c->own, c->checker, c->earlier.shingles, c->earlier.n,
			  &c->given, &c->plan);
	dw_jsonw_obj(w);
	dw_jsonw_ku64(w, "revision", c->own.revision);
	dw_statement_write_findings(w, &c->plan, &c->earlier);
	dw_jsonw_key(w, "claims");
	dw_jsonw_raw(w, dw_buf_str(&c->claims));
	write_translations(w, c);
	write_length(w, &c->own);
	dw_jsonw_obj_end(w);
}
