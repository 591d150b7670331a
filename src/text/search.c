/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * search.c - a reader's words as terms: for the index, for one text, and for marking.
 *
 * One term is a surface and perhaps its alias; either will do. All terms must occur. Marks are
 * found by tokenizing the text again and not by the index's own highlighter, which counts in
 * bytes of one token at a time and knows nothing of UTF-16.
 */
#include "text/search.h"

#include "text/token.h"

#include <stdlib.h>

struct term {
	char surface[DW_TOKEN_MAX + 4], alias[DW_TOKEN_MAX + 4];
	size_t n_surface, n_alias; /* no alias: 0 */
};

struct dw_search {
	enum dw_search_mode mode;
	size_t n;
	struct term term[DW_SEARCH_MAX_TERMS];
};

static int on_query_token(void *data, const struct dw_token *t)
{
	struct dw_search *s = data;
	bool is_alias = (t->flags & DW_TOKEN_IS_ALIAS) != 0;

	if (!is_alias) {
		if (s->n == DW_SEARCH_MAX_TERMS)
			return DW_ETOOBIG;
		memcpy(s->term[s->n].surface, t->text.p, t->text.n);
		s->term[s->n++].n_surface = t->text.n;
	} else if (s->mode == DW_SEARCH_DEFAULT) {
		memcpy(s->term[s->n - 1].alias, t->text.p, t->text.n);
		s->term[s->n - 1].n_alias = t->text.n;
	}
	return 0;
}

int dw_search_create(struct dw_search **out, struct dw_str query,
		     enum dw_search_mode mode, struct dw_err *err)
{
	struct dw_search *s;
	int rc;

	if (query.n > DW_SEARCH_MAX_BYTES)
		return dw_fail(err, DW_ETOOBIG, "a search takes %d bytes at most",
			       DW_SEARCH_MAX_BYTES);
	s = calloc(1, sizeof(*s));
	DW_INVARIANT(s != NULL);
	s->mode = mode;
	rc = dw_tokenize(query, DW_TOKENS_OF_QUERY, on_query_token, s);
	if (rc == 0 && s->n == 0)
		rc = dw_fail(
			err, DW_EINVAL,
			"there is no word to search for; type letters, digits or an emoji");
	else if (rc < 0)
		rc = dw_fail(err, rc, "a search takes %d words at most",
			     DW_SEARCH_MAX_TERMS);
	if (rc < 0) {
		free(s);
		return rc;
	}
	*out = s;
	return 0;
}

void dw_search_destroy(struct dw_search *s)
{
	free(s);
}

static int add_quoted(struct dw_buf *b, const char *p, size_t n)
{
	int rc = dw_buf_addc(b, '"');

	for (size_t i = 0; i < n && rc == 0; i++) {
		if (p[i] == '"')
			rc = dw_buf_addc(b, '"');
		if (rc == 0)
			rc = dw_buf_addc(b, p[i]);
	}
	return rc == 0 ? dw_buf_addc(b, '"') : rc;
}

/* Words with this stem, and the stem itself when it stands alone. */
static int add_alias(struct dw_buf *out, const struct term *t)
{
	int rc = dw_buf_addz(out, " OR ");

	if (rc == 0)
		rc = add_quoted(out, t->alias, t->n_alias);
	if (rc < 0 || t->n_alias == t->n_surface + 1)
		return rc;
	rc = dw_buf_addz(out, " OR ");
	return rc == 0 ? add_quoted(out, t->alias + 1, t->n_alias - 1) : rc;
}

size_t dw_search_terms(const struct dw_search *s)
{
	return s->n;
}

int dw_search_fts_term(const struct dw_search *s, size_t i, struct dw_buf *out)
{
	const struct term *t = &s->term[i];
	int rc = dw_buf_addc(out, '(');

	if (rc == 0)
		rc = add_quoted(out, t->surface, t->n_surface);
	if (rc == 0 && t->n_alias > 0)
		rc = add_alias(out, t);
	return rc == 0 ? dw_buf_addc(out, ')') : rc;
}

int dw_search_fts(const struct dw_search *s, struct dw_buf *out)
{
	int rc = 0;

	for (size_t i = 0; i < s->n && rc == 0; i++) {
		rc = i > 0 ? dw_buf_addz(out, " AND ") : 0;
		if (rc == 0)
			rc = dw_search_fts_term(s, i, out);
	}
	return rc;
}

static bool is_term(const struct term *k, const struct dw_token *t)
{
	if ((t->flags & DW_TOKEN_IS_ALIAS) == 0)
		return dw_str_eq(dw_str_make(k->surface, k->n_surface), t->text);
	return k->n_alias > 0 && dw_str_eq(dw_str_make(k->alias, k->n_alias), t->text);
}

struct finding {
	const struct dw_search *s;
	uint32_t found;
	struct dw_mark *at; /* in bytes at first */
	size_t n, max;
};

/* Joined with all that it overlaps: a tag or a compound comes behind the parts of it. */
static void add_span(struct finding *f, const struct dw_token *t)
{
	struct dw_mark m = { (uint32_t)t->from, (uint32_t)t->to };

	for (; f->n > 0 && m.from < f->at[f->n - 1].to; f->n--) {
		const struct dw_mark *last = &f->at[f->n - 1];

		m.from = last->from < m.from ? last->from : m.from;
		m.to = last->to > m.to ? last->to : m.to;
	}
	if (f->n < f->max)
		f->at[f->n++] = m;
}

static int on_text_token(void *data, const struct dw_token *t)
{
	struct finding *f = data;
	uint32_t bits = 0;

	for (size_t i = 0; i < f->s->n; i++)
		if (is_term(&f->s->term[i], t))
			bits |= UINT32_C(1) << i;
	f->found |= bits;
	if (bits != 0 && f->max > 0)
		add_span(f, t);
	return 0;
}

/* UTF-16 units of the bytes [from, to), which are whole characters. */
static uint32_t utf16_units(struct dw_str text, size_t from, size_t to)
{
	return (uint32_t)dw_utf16_count(dw_str_make(text.p + from, to - from));
}

uint32_t dw_search_find(const struct dw_search *s, struct dw_str text,
			struct dw_mark *mark, size_t max, size_t *n)
{
	struct finding f = { s, 0, mark, 0, max };
	uint32_t unit = 0;
	size_t at = 0;

	DW_REQUIRE(mark != NULL || max == 0);
	(void)dw_tokenize(text, DW_TOKENS_OF_TEXT, on_text_token, &f);
	for (size_t i = 0; mark != NULL && i < f.n; i++) {
		size_t from = mark[i].from, to = mark[i].to;

		unit += utf16_units(text, at, from);
		mark[i].from = unit;
		unit += utf16_units(text, from, to);
		mark[i].to = unit;
		at = to;
	}
	*n = f.n;
	return f.found;
}

bool dw_search_is_all(const struct dw_search *s, uint32_t found)
{
	return found == (s->n == 32 ? UINT32_MAX : (UINT32_C(1) << s->n) - 1);
}

bool dw_search_matches(const struct dw_search *s, struct dw_str text)
{
	size_t n;

	return dw_search_is_all(s, dw_search_find(s, text, NULL, 0, &n));
}
