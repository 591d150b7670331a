/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * outbox_show.c - what leaves, in words: the body of a post and the parts of a mail, from the version
 * that was published, byte for byte; and outlets as admins see them.
 */
#include "engine/names.h"
#include "engine/statement.h"
#include "outbox_int.h"
#include "statement_int.h"

/* ---- what leaves ---- */

struct leaving {
	const struct dw_statement *t;
	const struct dw_publication *p; /* or withdrawal */
	const struct dw_statement_version *v;
	const struct dw_publication *out; /* that stood before a withdrawal; p else */
	const struct dw_publication
		*replaced; /* what a later version replaces, or NULL */
};

static bool find(struct dw_outbox *o, const struct dw_delivery *d, struct leaving *l)
{
	const struct dw_principal us = { .kind = DW_OPERATOR };
	const struct dw_publication *before = NULL;

	memset(l, 0, sizeof(*l));
	l->t = dw_statements_see(dw_engine_rooms(o->engine), &us, d->statement);
	for (size_t i = 0; l->t != NULL && i < l->t->publications.n; i++) {
		const struct dw_publication *p = &l->t->publications.p[i];

		if (p->seq == d->seq) {
			l->p = p;
			break;
		}
		if (!p->is_withdrawal)
			before = p;
	}
	if (l->p == NULL || l->p->version >= l->t->versions.n)
		return false;
	l->v = &l->t->versions.p[l->p->version];
	l->out = l->p->is_withdrawal && before != NULL ? before : l->p;
	l->replaced = l->p->is_withdrawal ? NULL : before;
	return true;
}

/* What went out last of it, withdrawn since or not; or NULL. */
static const struct dw_publication *last_out(const struct dw_statement *t)
{
	for (size_t i = t->publications.n; i-- > 0;)
		if (!t->publications.p[i].is_withdrawal)
			return &t->publications.p[i];
	return NULL;
}

/* Whose readers the reason is about; or NULL. */
static const struct dw_statement_version *find_concerned(struct dw_outbox *o,
							 const struct leaving *l)
{
	const struct dw_principal us = { .kind = DW_OPERATOR };
	const struct dw_statement *t = l->t;
	const struct dw_publication *p = l->replaced;

	if (p == NULL && t->correction_of != 0) {
		t = dw_statements_see(dw_engine_rooms(o->engine), &us, t->correction_of);
		p = t != NULL ? last_out(t) : NULL;
	}
	return p != NULL && p->version < t->versions.n ? &t->versions.p[p->version]
						       : NULL;
}

/* What was wrong with a word for the staff is not told to the public. */
static struct dw_str reason_of(struct dw_outbox *o, const struct leaving *l)
{
	const struct dw_statement_version *of;

	if (l->p->is_withdrawal)
		return l->p->reason;
	of = find_concerned(o, l);
	if (of != NULL && of->reader != DW_READER_PUBLIC && of->reader != l->v->reader)
		return dw_str_make(NULL, 0);
	return l->p->reason;
}

/* Where the public finds it. */
static struct dw_str link_of(struct dw_outbox *o, const struct leaving *l,
			     struct dw_arena *a)
{
	const char *base = dw_engine_conf(o->engine)->public_url;

	if (base == NULL || l->v->reader != DW_READER_PUBLIC ||
	    (l->v->channel != DW_CHANNEL_PRESS && l->v->channel != DW_CHANNEL_SOCIAL))
		return dw_str_make(NULL, 0);
	return dw_arena_printf(a, "%s/newsroom/%llu", base, (unsigned long long)l->t->id);
}

static void write_statement(struct dw_jsonw *w, const struct leaving *l,
			    struct dw_str link, struct dw_str reason)
{
	const struct dw_statement_version *v = l->v;
	const struct dw_statement_version *was =
		l->replaced != NULL ? &l->t->versions.p[l->replaced->version] : NULL;
	struct dw_str none = { NULL, 0 };

	dw_jsonw_obj(w);
	dw_jsonw_ku64(w, "id", l->t->id);
	dw_jsonw_kstr(w, "title", v->title);
	dw_jsonw_kstr(w, "lang", v->lang);
	dw_jsonw_kstr(w, "channel",
		      dw_str_of(dw_statement_word(DW_WORDS_CHANNEL, v->channel)));
	dw_jsonw_kstr(w, "audience",
		      dw_str_of(dw_statement_word(DW_WORDS_READER, v->reader)));
	dw_jsonw_kstr_or_null(w, "text", l->p->is_withdrawal ? none : v->text);
	dw_jsonw_kstr(w, "digest", dw_str_of(v->digest));
	dw_jsonw_kstr_or_null(w, "url", link);
	dw_jsonw_ktime(w, "published_at", l->out->at);
	dw_jsonw_ktime_or_null(w, "withdrawn_at", l->p->is_withdrawal ? l->p->at : 0);
	dw_jsonw_ku64_or_null(w, "correction_of", l->t->correction_of);
	dw_jsonw_kstr_or_null(w, "replaces", was != NULL ? dw_str_of(was->digest) : none);
	dw_jsonw_kstr_or_null(w, "reason", reason);
	dw_jsonw_obj_end(w);
}

static bool write_body(struct dw_delivery *d, const struct leaving *l, struct dw_str link,
		       struct dw_str reason)
{
	struct dw_jsonw w;

	dw_jsonw_init(&w, &d->body);
	dw_jsonw_obj(&w);
	dw_jsonw_kstr(&w, "id", dw_str_of(d->key));
	dw_jsonw_kstr(&w, "type",
		      dw_str_of(d->is_withdrawal ? "statement.withdrawn"
						 : "statement.published"));
	dw_jsonw_key(&w, "statement");
	write_statement(&w, l, link, reason);
	dw_jsonw_obj_end(&w);
	return dw_jsonw_end(&w) == 0;
}

static struct dw_str keep(struct dw_delivery *d, struct dw_str s)
{
	return s.p != NULL ? dw_str_make(dw_arena_strdup(d->arena, s), s.n) : s;
}

static void fill_mail(struct dw_delivery *d, const struct leaving *l,
		      struct dw_str reason)
{
	d->title = keep(d, l->v->title);
	d->lang = keep(d, l->v->lang);
	d->text = keep(d, l->p->is_withdrawal ? dw_str_make(NULL, 0) : l->v->text);
	d->reason = keep(d, reason);
	d->is_correction = l->t->correction_of != 0 || l->replaced != NULL;
}

static void fill_address(struct dw_delivery *d, const struct outlet_beside *b)
{
	struct dw_str rest = dw_str_of(b->address), one;

	memcpy(d->secret, b->secret, sizeof(d->secret));
	if (d->kind == DW_OUTLET_WEBHOOK) {
		d->url = keep(d, rest);
		return;
	}
	d->to = dw_arena_alloc(d->arena, DW_OUTLET_TO_MAX * sizeof(*d->to));
	while (d->n_to < DW_OUTLET_TO_MAX && dw_str_split(&rest, '\n', &one))
		d->to[d->n_to++] = keep(d, one);
}

bool outbox_fill(struct dw_outbox *o, struct dw_delivery *d)
{
	struct leaving l;
	struct dw_str reason;

	if (!find(o, d, &l))
		return false;
	reason = reason_of(o, &l);
	d->at = l.p->at;
	fill_address(d, outbox_beside(o, d->outlet));
	d->page = link_of(o, &l, d->arena);
	if (d->kind == DW_OUTLET_WEBHOOK)
		return write_body(d, &l, d->page, reason);
	fill_mail(d, &l, reason);
	return true;
}

/* ---- outlets ---- */

static void write_address(struct dw_jsonw *w, const struct dw_outlet *x,
			  const char *address)
{
	struct dw_str rest = dw_str_of(address != NULL ? address : ""), one;

	if (x->kind == DW_OUTLET_WEBHOOK) {
		dw_jsonw_kstr(w, "url", rest);
		return;
	}
	dw_jsonw_key(w, "to");
	dw_jsonw_arr(w);
	while (dw_str_split(&rest, '\n', &one))
		dw_jsonw_str(w, one);
	dw_jsonw_arr_end(w);
}

static void write_health(struct dw_jsonw *w, const struct dw_outbox *o,
			 const struct dw_outlet *x, const struct outlet_beside *b)
{
	int64_t next = 0;
	uint64_t open = 0;

	for (size_t i = 0; i < o->state->open.n; i++) {
		const struct dw_parcel *p = &o->state->open.p[i];

		if (p->outlet != x->id)
			continue;
		open++;
		if (p->tries.due != 0 && (next == 0 || p->tries.due < next))
			next = p->tries.due;
	}
	dw_jsonw_key(w, "health");
	dw_jsonw_obj(w);
	dw_jsonw_kstr(w, "state",
		      dw_str_of(x->is_paused		  ? "paused"
				: b->failures > 0	  ? "failing"
				: b->last_success_at != 0 ? "ok"
							  : "new"));
	dw_jsonw_ku64(w, "open", open);
	dw_jsonw_ku64(w, "failures", b->failures);
	dw_jsonw_ktime_or_null(w, "last_success_at", b->last_success_at);
	dw_jsonw_key(w, "last_error");
	if (b->error_at != 0) {
		dw_jsonw_obj(w);
		dw_jsonw_ktime(w, "at", b->error_at);
		dw_jsonw_kstr(w, "detail", dw_str_of(b->error));
		dw_jsonw_obj_end(w);
	} else {
		dw_jsonw_null(w);
	}
	dw_jsonw_ktime_or_null(w, "next_at", x->is_paused ? 0 : next);
	dw_jsonw_obj_end(w);
}

void dw_outlet_write(struct dw_jsonw *w, struct dw_outbox *o, const struct dw_outlet *x,
		     const struct dw_names *names, const char *secret)
{
	const struct outlet_beside *b = outbox_beside(o, x->id);
	char scratch[64];

	dw_jsonw_obj(w);
	dw_jsonw_ku64(w, "id", x->id);
	dw_jsonw_ku64(w, "version", x->version);
	dw_jsonw_kstr(w, "kind", dw_str_of(dw_outlet_kind_name(x->kind)));
	dw_jsonw_kstr(w, "name", x->name);
	write_address(w, x, b->address);
	dw_statement_words_write(w, "channels", DW_WORDS_CHANNEL, x->channels);
	dw_statement_words_write(w, "audiences", DW_WORDS_READER, x->readers);
	dw_jsonw_kbool(w, "paused", x->is_paused);
	dw_jsonw_kstr_or_null(w, "why", x->why);
	dw_jsonw_key(w, "by");
	dw_jsonw_raw(w, dw_names_json(names, x->by, scratch));
	dw_jsonw_ktime(w, "at", x->at);
	write_health(w, o, x, b);
	if (secret[0] != '\0')
		dw_jsonw_kstr(w, "secret", dw_str_of(secret));
	dw_jsonw_obj_end(w);
}
