/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * fuzz_search.c - arbitrary bytes as a query, a line feed, and a text. The MATCH expression is
 * made of quoted terms, AND, OR and parentheses only; whatever the query finds in the text, an
 * index of its terms finds, too; marks lie inside, rise and do not overlap.
 */
#include "text/search.h"
#include "text/token.h"

#include <stdio.h>
#include <stdlib.h>

#define MARKS 50

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "fuzz_search: %s\n", what);
	abort();
}

struct lookup {
	struct dw_str term;
	bool is_there;
};

static int on_token(void *ctx, const struct dw_token *t)
{
	struct lookup *l = ctx;

	if ((t->flags & DW_TOKEN_IS_SAME) == 0 && dw_str_eq(t->text, l->term))
		l->is_there = true;
	return l->is_there ? 1 : 0;
}

/* Does the index of this text have the quoted term at *p? Moves *p behind it. */
static bool has_term(const char **p, struct dw_str text)
{
	struct lookup l = { { NULL, 0 }, false };
	const char *end;

	check(**p == '"', "no quote");
	end = strchr(*p + 1, '"');
	check(end != NULL && end > *p + 1, "no end of the quote");
	l.term = dw_str_make(*p + 1, (size_t)(end - *p - 1));
	*p = end + 1;
	(void)dw_tokenize(text, DW_TOKENS_OF_TEXT, on_token, &l);
	return l.is_there;
}

static void expect(const char **p, const char *word)
{
	check(strncmp(*p, word, strlen(word)) == 0, "grammar");
	*p += strlen(word);
}

/* What FTS5 would say: (T OR T) AND (T) ... */
static bool in_index(const char *p, struct dw_str text)
{
	bool all = true;

	for (;;) {
		bool any;

		expect(&p, "(");
		any = has_term(&p, text);
		while (*p != ')') {
			expect(&p, " OR ");
			any = has_term(&p, text) || any;
		}
		expect(&p, ")");
		all = all && any;
		if (*p == '\0')
			return all;
		expect(&p, " AND ");
	}
}

static void check_marks(const struct dw_mark *m, size_t n, struct dw_str text)
{
	uint32_t last = 0;

	check(n <= MARKS, "too many marks");
	for (size_t i = 0; i < n; i++) {
		check(m[i].from >= last && m[i].from < m[i].to, "order of marks");
		last = m[i].to;
	}
	/* What is not UTF-8 has no length in UTF-16; a mention never is that. */
	check(last <= text.n || !dw_utf8_valid(text), "a mark outside");
}

static void search(struct dw_str query, struct dw_str text, enum dw_search_mode mode)
{
	struct dw_search *s = NULL;
	struct dw_mark m[MARKS];
	struct dw_buf fts;
	uint32_t found;
	size_t n;
	int rc = dw_search_create(&s, query, mode, NULL);

	check(rc == 0 || rc == DW_EINVAL || rc == DW_ETOOBIG, "code");
	if (rc < 0)
		return;
	dw_buf_init(&fts, 65536);
	check(dw_search_fts(s, &fts) == 0 && strlen(fts.p) == fts.len, "expression");
	found = dw_search_find(s, text, m, MARKS, &n);
	check_marks(m, n, text);
	check((found != 0) == (n > 0), "found and not marked");
	check(!dw_search_is_all(s, found) || in_index(fts.p, text),
	      "an index would not find it");
	check(dw_search_matches(s, text) == dw_search_is_all(s, found), "two answers");
	dw_buf_fini(&fts);
	dw_search_destroy(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *p = (const char *)data,
		   *cut = size > 0 ? memchr(p, '\n', size) : NULL;
	struct dw_str query = dw_str_make(p, cut != NULL ? (size_t)(cut - p) : size);
	struct dw_str text =
		cut != NULL ? dw_str_make(cut + 1, size - query.n - 1) : query;

	search(query, text, DW_SEARCH_DEFAULT);
	search(query, text, DW_SEARCH_EXACT);
	return 0;
}
