/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * rest_delta.c - claims that stand under other sentences than before.
 *
 * Two claims that changed places leave the text and the set of claims as they were, and yet other sentences are
 * now said on other grounds. So a link is looked for under its sentence:
 *
 *   its sentence in the other version        it is the same link when
 *   is the one of the other link             it begins and ends at the same place in it
 *   stands there, with the link elsewhere    never: the link has moved
 *   was rewritten, and the other's as well   it is that link still (its id), or stands under the same words
 *
 * A sentence here is all those that a link touches. Rejected: to ask for the id alone. Who rewrites two sentences
 * into each other, under links that stay, has moved the claims as well.
 */
#include "domain/rest_delta.h"

#include "text/sentence.h"

struct span {
	uint32_t from, to; /* UTF-16 units */
	struct dw_str text;
};

struct link {
	const struct dw_rest *rest;
	const struct span *span; /* the first of its sentences */
	size_t n;		 /* of them; 0: it covers blanks alone */
	struct dw_str words;
	bool is_there; /* its sentences stand in the other version, too */
	bool stands;   /* the other version has it */
};

struct side {
	struct dw_str text;
	struct span *span;
	size_t n_spans;
	struct link *link;
	size_t n_links;
};

/* ---- a version taken apart ---- */

/* A walk forward from places in units to places in bytes. */
struct walk {
	struct dw_str text;
	size_t at;
	uint32_t units;
};

static size_t byte_of(struct walk *w, uint32_t units)
{
	while (w->units < units && w->at < w->text.n) {
		unsigned char lead = (unsigned char)w->text.p[w->at];

		w->at += lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
		w->units += lead < 0xf0 ? 1 : 2;
	}
	return w->at;
}

static struct dw_str slice(struct walk *w, uint32_t from, uint32_t to)
{
	size_t begin = byte_of(w, from);

	return dw_str_make(w->text.p + begin, byte_of(w, to) - begin);
}

static size_t cut(struct dw_str text, struct span *out)
{
	struct dw_sentences s = { text, 0, 0, NULL };
	struct walk w = { text, 0, 0 };
	struct dw_sentence one;
	size_t n = 0;

	while (dw_sentence_next(&s, &one)) {
		if (out != NULL)
			out[n] = (struct span){ one.from, one.to,
						slice(&w, one.from, one.to) };
		n++;
	}
	return n;
}

static void place_link(const struct side *s, struct link *l)
{
	struct walk w = { s->text, 0, 0 };
	size_t i = 0;

	while (i < s->n_spans && s->span[i].to <= l->rest->from)
		i++;
	l->span = &s->span[i];
	while (i + l->n < s->n_spans && s->span[i + l->n].from < l->rest->to)
		l->n++;
	l->words = slice(&w, l->rest->from, l->rest->to);
}

static struct side take_apart(const struct dw_statement_version *v, struct dw_arena *a)
{
	struct side s = { .text = v->text, .n_links = v->rests.n };

	s.n_spans = cut(s.text, NULL);
	s.span = dw_arena_alloc(a, (s.n_spans + 1) * sizeof(*s.span));
	cut(s.text, s.span);
	s.link = dw_arena_alloc(a, (s.n_links + 1) * sizeof(*s.link));
	for (size_t i = 0; i < s.n_links; i++) {
		s.link[i] = (struct link){ .rest = &v->rests.p[i] };
		place_link(&s, &s.link[i]);
	}
	return s;
}

/* ---- side by side ---- */

static bool are_same(const struct span *a, const struct span *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!dw_str_eq(a[i].text, b[i].text))
			return false;
	return true;
}

static void look_for(struct side *s, const struct side *other)
{
	for (size_t i = 0; i < s->n_links; i++) {
		struct link *l = &s->link[i];

		for (size_t k = 0; l->n > 0 && k + l->n <= other->n_spans && !l->is_there;
		     k++)
			l->is_there = are_same(l->span, &other->span[k], l->n);
	}
}

static bool is_same_claim(const struct link *a, const struct link *b)
{
	return a->rest->claim == b->rest->claim && a->rest->rests == b->rest->rests;
}

static bool is_same_place(const struct link *a, const struct link *b)
{
	if (a->n > 0 && a->n == b->n && are_same(a->span, b->span, a->n))
		return a->rest->from - a->span->from == b->rest->from - b->span->from &&
		       a->rest->to - a->span->from == b->rest->to - b->span->from;
	if (a->is_there || b->is_there)
		return false;
	return a->rest->id == b->rest->id || dw_str_eq(a->words, b->words);
}

/* Each stands for one of the other side, so that a claim under one more sentence is told. */
static void pair(struct side *a, struct side *b)
{
	for (size_t i = 0; i < a->n_links; i++) {
		struct link *l = &a->link[i];

		for (size_t k = 0; k < b->n_links && !l->stands; k++) {
			struct link *m = &b->link[k];

			if (m->stands || !is_same_claim(l, m) || !is_same_place(l, m))
				continue;
			l->stands = m->stands = true;
		}
	}
}

static bool is_moved(const struct link *l, const struct side *other)
{
	for (size_t k = 0; k < other->n_links; k++)
		if (!other->link[k].stands && is_same_claim(l, &other->link[k]))
			return true;
	return false;
}

static size_t tell(const struct side *s, const struct side *other, bool is_gone,
		   struct dw_rest_delta *out)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n_links; i++) {
		const struct dw_rest *r = s->link[i].rest;

		if (!s->link[i].stands)
			out[n++] =
				(struct dw_rest_delta){ r->claim, r->from, r->to, is_gone,
							is_moved(&s->link[i], other) };
	}
	return n;
}

size_t dw_rest_deltas(const struct dw_statement_version *was,
		      const struct dw_statement_version *is, struct dw_arena *a,
		      struct dw_rest_delta **out)
{
	struct side old = take_apart(was, a), new = take_apart(is, a);
	size_t n;

	look_for(&old, &new);
	look_for(&new, &old);
	pair(&old, &new);
	*out = dw_arena_alloc(a, (old.n_links + new.n_links + 1) * sizeof(**out));
	n = tell(&old, &new, true, *out);
	return n + tell(&new, &old, false, *out + n);
}
