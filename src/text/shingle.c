/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * shingle.c - likeness of two texts.
 *
 * The words of a text, folded and with one blank between, are cut into every run of four
 * characters; two texts are as much alike as their sets of runs. Names (@…) and what follows
 * http are left out: a copy differs there. Four characters and not words, because Persian and
 * Arabic words change at their ends; a set and not a sum, so that a repeated phrase adds nothing.
 *
 * Rejected: SimHash, which finds a tenth of the short copies that this finds; MinHash, which
 * estimates the same number and pays when there are millions to compare with. Here there are some
 * hundreds.
 */
#include "text/shingle.h"

#include "fold_int.h"
#include "text/token.h"

#include <stdlib.h>

#define RUN 4

struct shingling {
	struct dw_shingles *s;
	size_t cap;
	uint32_t last[RUN]; /* code points */
	size_t n_last;
	size_t link_end; /* byte; words before it are of a link */
	struct dw_str text;
};

static void push(struct shingling *g, uint32_t c)
{
	uint32_t h = 0x811c9dc5u;

	for (size_t i = 0; i + 1 < RUN; i++)
		g->last[i] = g->last[i + 1];
	g->last[RUN - 1] = c;
	if (++g->n_last < RUN)
		return;
	for (size_t i = 0; i < RUN; i++)
		h = (h ^ g->last[i]) * 0x01000193u ^ (g->last[i] >> 8);
	if (g->s->n == g->cap) {
		g->cap = g->cap > 0 ? g->cap * 2 : 256;
		g->s->p = realloc(g->s->p, g->cap * sizeof(g->s->p[0]));
		DW_INVARIANT(g->s->p != NULL);
	}
	g->s->p[g->s->n++] = h;
}

/* A word "http" or "https" begins a link: to the next blank. */
static bool begins_link(struct shingling *g, const struct dw_token *t)
{
	size_t end = t->to;

	if (!dw_str_eq(t->text, DW_STR("http")) && !dw_str_eq(t->text, DW_STR("https")))
		return false;
	while (end < g->text.n && (unsigned char)g->text.p[end] > ' ')
		end++;
	g->link_end = end;
	return true;
}

static int on_token(void *data, const struct dw_token *t)
{
	struct shingling *g = data;
	size_t used;

	if ((t->flags & (DW_TOKEN_IS_ALIAS | DW_TOKEN_COLOCATED)) != 0 ||
	    t->text.p[0] == '@' || t->from < g->link_end || begins_link(g, t))
		return 0;
	for (size_t i = 0; i < t->text.n; i += used)
		push(g, fold_decode(t->text.p + i, t->text.n - i, &used));
	push(g, ' ');
	return 0;
}

static int by_value(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

void dw_shingles_init(struct dw_shingles *s, struct dw_str text)
{
	struct shingling g = { .s = s, .text = text };
	size_t n = 0;

	*s = (struct dw_shingles){ NULL, 0 };
	(void)dw_tokenize(text, DW_TOKENS_OF_QUERY, on_token, &g);
	if (s->n > 0)
		qsort(s->p, s->n, sizeof(s->p[0]), by_value);
	for (size_t i = 0; i < s->n; i++)
		if (n == 0 || s->p[n - 1] != s->p[i])
			s->p[n++] = s->p[i];
	s->n = n;
}

void dw_shingles_fini(struct dw_shingles *s)
{
	free(s->p);
	*s = (struct dw_shingles){ NULL, 0 };
}

unsigned dw_shingles_likeness(const struct dw_shingles *a, const struct dw_shingles *b)
{
	size_t i = 0, k = 0, both = 0;

	while (i < a->n && k < b->n) {
		if (a->p[i] == b->p[k]) {
			both++;
			i++;
			k++;
		} else if (a->p[i] < b->p[k]) {
			i++;
		} else {
			k++;
		}
	}
	return both == 0 ? 0 : (unsigned)(both * 100 / (a->n + b->n - both));
}
