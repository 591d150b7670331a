/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * mention_terms.c - what a mention is found by.
 *
 * The terms of its title, text and author, and one for its source, behind a marker byte that no
 * word begins with (its language is in mention_lang.c). A handle counts as written with its @, so that asking
 * for @name finds who wrote as well as who was spoken to.
 *
 * A change of what is given here raises DW_FOLD_VERSION, so that every index is made anew.
 *
 * Rejected: columns for title, text and author. A search asks for words wherever they stand, and
 * a column for each makes every list of the index three.
 */
#include "mention_index_int.h"
#include "text/token.h"

#include <stdio.h>

#define MARK_SOURCE "\002s"
#define HANDLE_MAX 1000

struct fields {
	struct dw_str at[4];
	char handle[HANDLE_MAX + 1];
};

enum { TITLE, TEXT, NAME, HANDLE, COUNT };

static void fields_of(struct fields *f, const struct dw_mention *m)
{
	struct dw_str h = m->author_handle;

	f->at[TITLE] = m->title;
	f->at[TEXT] = m->text;
	f->at[NAME] = m->author_name;
	f->at[HANDLE] = h;
	if (h.n == 0 || h.p[0] == '@')
		return;
	if (h.n > HANDLE_MAX)
		h.n = HANDLE_MAX;
	f->handle[0] = '@';
	memcpy(f->handle + 1, h.p, h.n);
	f->at[HANDLE] = dw_str_make(f->handle, h.n + 1);
}

/* ---- for the index ---- */

static int add_term(struct dw_buf *out, const char *p, size_t n)
{
	char *to = dw_buf_reserve(out, n + 1);

	if (to == NULL)
		return DW_ETOOBIG;
	to[0] = (char)n;
	memcpy(to + 1, p, n);
	out->len += n + 1;
	return 0;
}

static int on_token(void *data, const struct dw_token *t)
{
	return (t->flags & DW_TOKEN_IS_SAME) == 0 ? add_term(data, t->text.p, t->text.n)
						  : 0;
}

void mention_terms_source(struct dw_buf *out, uint64_t source)
{
	char facet[64];
	int n = snprintf(facet, sizeof(facet), MARK_SOURCE "%llu",
			 (unsigned long long)source);

	if (source != 0)
		(void)add_term(out, facet, (size_t)n);
}

void mention_terms_rest(struct dw_buf *out, const struct dw_mention *m)
{
	struct fields f;

	fields_of(&f, m);
	/* The ceiling is far above what a mention of 256 KiB can come to; terms over it are lost. */
	for (int i = 0; i < COUNT; i++)
		if (f.at[i].n > 0)
			(void)dw_tokenize(f.at[i], DW_TOKENS_OF_TEXT, on_token, out);
}

void mention_terms(struct dw_buf *out, const struct dw_mention *m, uint64_t source)
{
	dw_buf_clear(out);
	mention_terms_source(out, source);
	mention_terms_rest(out, m);
}

int mention_term_source(struct dw_buf *out, uint64_t source)
{
	return dw_buf_addf(out, "\"" MARK_SOURCE "%llu\"", (unsigned long long)source);
}

/* ---- for one mention ---- */

bool mention_has_terms(const struct dw_search *s, const struct dw_mention *m,
		       struct mention_marks *marks)
{
	struct fields f;
	uint32_t found;
	size_t none;

	fields_of(&f, m);
	found = dw_search_find(s, f.at[TEXT], marks->text, MENTION_MARKS_MAX,
			       &marks->n_text);
	found |= dw_search_find(s, f.at[TITLE], marks->title, MENTION_MARKS_MAX,
				&marks->n_title);
	found |= dw_search_find(s, f.at[NAME], NULL, 0, &none);
	found |= dw_search_find(s, f.at[HANDLE], NULL, 0, &none);
	return dw_search_is_all(s, found);
}
