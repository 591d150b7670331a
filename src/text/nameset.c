/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * nameset.c - lines of names made ready for looking in texts. What a name is: nameset_find.c.
 */
#include "nameset_int.h"

#include "text/token.h"

#include <stdlib.h>

/* ---- words ---- */

static struct word *add_word(struct words *l, const struct dw_token *t)
{
	struct word *w;
	int rc;

	if (l->n == l->cap) {
		l->cap = l->cap > 0 ? l->cap * 2 : 64;
		l->at = realloc(l->at, l->cap * sizeof(l->at[0]));
		DW_INVARIANT(l->at != NULL);
	}
	w = &l->at[l->n++];
	*w = (struct word){ (uint32_t)l->bytes.len, (uint32_t)t->text.n,
			    (uint32_t)t->from, (uint32_t)t->to };
	rc = dw_buf_add(&l->bytes, t->text.p, t->text.n);
	DW_INVARIANT(rc == 0);
	return w;
}

/* Of a compound the parts are taken, which come behind it. Tags and joined words stand over more
 * than one word and add nothing. */
static int on_word(void *data, const struct dw_token *t)
{
	struct words *l = data;

	if ((t->flags & DW_TOKEN_COLOCATED) == 0) {
		add_word(l, t);
		l->whole_from = t->from;
		l->whole_to = t->to;
	} else if ((t->flags & DW_TOKEN_IS_ALIAS) == 0 && t->from >= l->whole_from &&
		   t->to <= l->whole_to) {
		l->n -= t->from == l->whole_from;
		add_word(l, t);
	}
	return 0;
}

void words_of(struct words *l, struct dw_str text)
{
	*l = (struct words){ .at = NULL };
	/* One character folds to at most 64, and may stand in a compound and in a part of it. */
	dw_buf_init(&l->bytes, 512 * text.n + 1);
	(void)dw_tokenize(text, DW_TOKENS_OF_TEXT, on_word, l);
}

void words_fini(struct words *l)
{
	dw_buf_fini(&l->bytes);
	free(l->at);
}

/* ---- lines ---- */

/* The next spelling of a line; false behind the last one. Between two `=` is an empty one. */
static bool next_spelling(struct dw_str *rest, struct dw_str *out)
{
	const char *at;
	size_t n;

	if (rest->p == NULL)
		return false;
	at = memchr(rest->p, '=', rest->n);
	n = at != NULL ? (size_t)(at - rest->p) : rest->n;
	*out = dw_str_trim(dw_str_make(rest->p, n));
	*rest = at != NULL ? dw_str_make(at + 1, rest->n - n - 1)
			   : (struct dw_str){ NULL, 0 };
	return true;
}

static int on_letters(void *data, const struct dw_token *t)
{
	*(bool *)data |= (t->flags & DW_TOKEN_IS_EMOJI) == 0;
	return 0;
}

/* An emoji is a word of a name, and no name by itself: it stands in texts for whatever they like. */
static bool has_letters(struct dw_str spelling)
{
	bool has = false;

	(void)dw_tokenize(spelling, DW_TOKENS_OF_TEXT, on_letters, &has);
	return has;
}

static size_t count_words(struct dw_str spelling)
{
	struct words l;
	size_t n;

	words_of(&l, spelling);
	n = l.n;
	words_fini(&l);
	return n;
}

static bool is_line(struct dw_str s)
{
	return !dw_str_has_control(s) && s.n <= 4 * DW_NAME_CHARS_MAX &&
	       dw_utf8_count(s) <= DW_NAME_CHARS_MAX;
}

const char *dw_name_refused(struct dw_str line)
{
	struct dw_str rest = line, spelling;
	size_t n = 0;

	if (!is_line(line))
		return "a name is one line of at most 300 characters";
	while (next_spelling(&rest, &spelling)) {
		size_t words = count_words(spelling);

		if (words == 0 || !has_letters(spelling))
			return "between two = and at both ends stands a spelling of the "
			       "name, with letters or digits";
		if (words > DW_NAME_WORDS_MAX)
			return "a spelling of a name has at most 16 words";
		if (++n > DW_NAME_SPELLINGS_MAX)
			return "a name has at most 8 spellings";
	}
	return NULL;
}

/* ---- the set ---- */

static int by_letters(const void *a, const void *b, void *set)
{
	const struct spelling *x = a, *y = b;
	struct dw_str p = letters(set, x), q = letters(set, y);
	int c = memcmp(p.p, q.p, p.n < q.n ? p.n : q.n);

	if (c != 0)
		return c;
	if (p.n != q.n)
		return p.n < q.n ? -1 : 1;
	return x->name < y->name ? -1 : x->name > y->name;
}

static void add_spelling(struct dw_nameset *s, size_t name, struct dw_str text)
{
	struct spelling *x = &s->spelling[s->n];
	struct words l;

	words_of(&l, text);
	*x = (struct spelling){ (uint32_t)s->bytes.len, 0, (uint32_t)name };
	for (size_t i = 0; l.n <= DW_NAME_WORDS_MAX && i < l.n; i++) {
		int rc = dw_buf_add(&s->bytes, l.bytes.p + l.at[i].at, l.at[i].n);

		DW_INVARIANT(rc == 0);
		x->n += l.at[i].n;
	}
	s->n += x->n > 0;
	words_fini(&l);
}

static void add_line(struct dw_nameset *s, struct dw_str line)
{
	struct dw_str rest = line, text;
	size_t name = s->n_names++;

	for (size_t i = 0; i < DW_NAME_SPELLINGS_MAX && next_spelling(&rest, &text);
	     i++) {
		if (i == 0)
			s->first[name] = text;
		if (text.n <= 4 * DW_NAME_CHARS_MAX)
			add_spelling(s, name, text);
	}
}

struct dw_nameset *dw_nameset_create(const struct dw_str *lines, size_t n)
{
	struct dw_nameset *s = calloc(1, sizeof(*s));
	size_t kept = 0;

	DW_INVARIANT(s != NULL);
	dw_buf_init(&s->bytes, (size_t)DW_NAMES_MAX * DW_NAME_SPELLINGS_MAX *
				       DW_NAME_WORDS_MAX * DW_TOKEN_MAX);
	for (size_t i = 0; i < n && i < DW_NAMES_MAX; i++)
		add_line(s, lines[i]);
	if (s->n > 1)
		qsort_r(s->spelling, s->n, sizeof(s->spelling[0]), by_letters, s);
	for (size_t i = 0; i < s->n; i++)
		if (i == 0 || !dw_str_eq(letters(s, &s->spelling[i]),
					 letters(s, &s->spelling[kept - 1])))
			s->spelling[kept++] = s->spelling[i];
	s->n = kept;
	return s;
}

void dw_nameset_destroy(struct dw_nameset *s)
{
	if (s == NULL)
		return;
	dw_buf_fini(&s->bytes);
	free(s);
}

struct dw_str dw_nameset_name(const struct dw_nameset *s, size_t i)
{
	DW_REQUIRE(i < s->n_names);
	return s->first[i];
}
