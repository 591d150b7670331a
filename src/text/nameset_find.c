/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * nameset_find.c - where names stand in a text.
 *
 *  (1) Names and texts are words of the search's tokenizer: one fold for letters, marks, digits and
 *      capitals. What is compared are the letters of the words, one behind the other: so it makes no
 *      difference whether a name is written with blanks, with ZWNJ, or as a tag.
 *  (2) A name begins and ends where words do, or parts that ZWNJ joins, and all of it stands on one line.
 *  (3) In front of the first word may be what Arabic writes together with it: و ف, then ب ك ل, then
 *      the article, which ل takes the alef of (للقاهرة). A single letter comes off long names only:
 *      "بقم" may be one word.
 *  (4) Of names that overlap the longest one stands there, of equally long ones the first one: taken is the longest of
 *      all, then the longest of those that do not overlap it, and so on. So in "A B C D" of the names A B, B C and C D
 *      the first and the last stand, and a name is not lost to one that is lost itself. Looked at is the longest name from each
 *      word on: where that is lost, no shorter one from there is taken instead ("Bank" is not the one of "Bank Dana").
 *
 * The spellings are sorted, so all that go on like the words so far lie side by side: from each word
 * of the text the range is narrowed word by word until nothing or one is left, whatever their number.
 * Rejected: the phrases of phrase.c (each word is compared with each of a few dozen phrases; here are
 * hundreds, and whoever writes them may be no friend).
 */
#include "nameset_int.h"

#include <stdlib.h>

/* ---- (3): how the first word may be meant ---- */

#define HEADS_MAX 8

struct head {
	struct dw_str before,
		rest; /* letters that were lost in joining, and the others */
	size_t least; /* bytes that such a name has */
};

struct heads {
	struct head at[HEADS_MAX];
	size_t n;
};

#define ARTICLE DW_STR("ال")
#define LETTER ((size_t)2) /* bytes of an Arabic one */

static void add_head(struct heads *h, struct dw_str before, struct dw_str word,
		     size_t off, size_t least)
{
	struct dw_str rest;

	if (word.n <= off * LETTER)
		return;
	rest = dw_str_make(word.p + off * LETTER, word.n - off * LETTER);
	if ((unsigned char)rest.p[0] < 0x80)
		least = 0; /* لـDana */
	h->at[h->n++] = (struct head){ before, rest, least * LETTER };
}

static bool begins(struct dw_str word, const char *with)
{
	return dw_str_starts(word, dw_str_of(with));
}

/* With the article, or with ب ك ل and the article or not. */
static void add_joined(struct heads *h, struct dw_str word)
{
	if (begins(word, "ال"))
		add_head(h, DW_STR(""), word, 2, 2);
	if (!begins(word, "ب") && !begins(word, "ك") && !begins(word, "ل"))
		return;
	add_head(h, DW_STR(""), word, 1, 3);
	if (begins(word, "بال") || begins(word, "كال"))
		add_head(h, DW_STR(""), word, 3, 2);
	if (begins(word, "لل")) {
		add_head(h, DW_STR(""), word, 2, 2);
		add_head(h, ARTICLE, word, 2, 2);
		add_head(h, ARTICLE, word, 1, 2); /* للاذقية */
	}
}

static void heads_of(struct heads *h, struct dw_str word)
{
	h->n = 0;
	add_head(h, DW_STR(""), word, 0, 0);
	add_joined(h, word);
	if (!begins(word, "و") && !begins(word, "ف"))
		return;
	add_head(h, DW_STR(""), word, 1, 3);
	if (word.n > LETTER)
		add_joined(h, dw_str_make(word.p + LETTER, word.n - LETTER));
}

/* ---- finding ---- */

static struct dw_str spelled(const struct words *l, size_t i)
{
	return dw_str_make(l->bytes.p + l->at[i].at, l->at[i].n);
}

/* Spellings that have the same first bytes. */
struct range {
	size_t from, to, bytes;
};

/* Does x, behind the bytes that all have, begin with w (0), or is it before or behind those? */
static int compare(const struct dw_nameset *s, size_t i, size_t bytes, struct dw_str w)
{
	struct dw_str x = letters(s, &s->spelling[i]);
	size_t n = x.n - bytes;
	int c = memcmp(x.p + bytes, w.p, n < w.n ? n : w.n);

	return c != 0 ? c : n < w.n ? -1 : 0;
}

/* The first one in [from, to) that is not before w, or with is_behind: that is behind it. */
static size_t bound(const struct dw_nameset *s, const struct range *r, struct dw_str w,
		    bool is_behind)
{
	size_t from = r->from, to = r->to;

	while (from < to) {
		size_t mid = from + (to - from) / 2;

		if (compare(s, mid, r->bytes, w) < (is_behind ? 1 : 0))
			from = mid + 1;
		else
			to = mid;
	}
	return from;
}

/* False: none goes on with w. */
static bool narrow(const struct dw_nameset *s, struct range *r, struct dw_str w)
{
	r->from = bound(s, r, w, false);
	if (r->from == r->to || compare(s, r->from, r->bytes, w) != 0)
		return false;
	r->to = bound(s, r, w, true);
	r->bytes += w.n;
	return true;
}

struct found {
	size_t first; /* its first word */
	size_t end;   /* behind its last word */
	size_t bytes; /* of its letters; 0: nothing */
	size_t name;
};

struct search {
	const struct dw_nameset *s;
	struct dw_str text;
	const struct words *words;
};

/* Rule 2. */
static bool is_line_end(const struct search *f, size_t i)
{
	const struct word *w = &f->words->at[i];

	return i + 1 == f->words->n ||
	       (w[1].from > w->to &&
		memchr(f->text.p + w->to, '\n', w[1].from - w->to) != NULL);
}

/* The longest name that begins with that head at word i, if it is longer than *best. */
static void find_with(const struct search *f, size_t i, const struct head *head,
		      struct found *best)
{
	struct range r = { 0, f->s->n, 0 };

	if (!narrow(f->s, &r, head->before) || !narrow(f->s, &r, head->rest))
		return;
	for (size_t n = 1;; n++, i++) {
		const struct spelling *x = &f->s->spelling[r.from];

		/* The shortest of those that go on like this is the first of them. */
		if (x->n == r.bytes && r.bytes > best->bytes && r.bytes >= head->least)
			*best = (struct found){ best->first, i + 1, r.bytes, x->name };
		if (n == DW_NAME_WORDS_MAX || is_line_end(f, i) ||
		    !narrow(f->s, &r, spelled(f->words, i + 1)))
			return;
	}
}

struct finds {
	struct found *at; /* owned */
	size_t n, cap;
};

static void add_find(struct finds *l, const struct found *f)
{
	if (l->n == l->cap) {
		l->cap = l->cap > 0 ? l->cap * 2 : 32;
		l->at = realloc(l->at, l->cap * sizeof(l->at[0]));
		DW_INVARIANT(l->at != NULL);
	}
	l->at[l->n++] = *f;
}

/* The longest one from each word on, in order. */
static void find_all(const struct search *f, struct finds *out)
{
	for (size_t i = 0; i < f->words->n; i++) {
		struct found best = { i, 0, 0, 0 };
		struct heads heads;

		heads_of(&heads, spelled(f->words, i));
		for (size_t k = 0; k < heads.n; k++)
			find_with(f, i, &heads.at[k], &best);
		if (best.bytes > 0)
			add_find(out, &best);
	}
}

/* ---- rule 4 ---- */

static int by_length(const void *a, const void *b)
{
	const struct found *x = a, *y = b;

	if (x->bytes != y->bytes)
		return x->bytes > y->bytes ? -1 : 1;
	return x->first < y->first ? -1 : x->first > y->first;
}

static int by_place(const void *a, const void *b)
{
	const struct name_match *x = a, *y = b;

	return x->from < y->from ? -1 : x->from > y->from;
}

static bool is_free(const bool *is_taken, const struct found *f)
{
	for (size_t i = f->first; i < f->end; i++)
		if (is_taken[i])
			return false;
	return true;
}

static void choose(const struct words *words, struct finds *l, struct name_matches *out)
{
	bool *is_taken = calloc(words->n + 1, sizeof(*is_taken));

	out->at = calloc(l->n + 1, sizeof(out->at[0]));
	DW_INVARIANT(is_taken != NULL && out->at != NULL);
	if (l->n > 1)
		qsort(l->at, l->n, sizeof(l->at[0]), by_length);
	for (size_t i = 0; i < l->n; i++) {
		const struct found *f = &l->at[i];

		if (!is_free(is_taken, f))
			continue;
		memset(&is_taken[f->first], 1, f->end - f->first);
		out->at[out->n++] =
			(struct name_match){ words->at[f->first].from,
					     words->at[f->end - 1].to, f->name };
	}
	if (out->n > 1)
		qsort(out->at, out->n, sizeof(out->at[0]), by_place);
	free(is_taken);
}

void nameset_find(const struct dw_nameset *s, struct dw_str text,
		  struct name_matches *out)
{
	struct words words;
	struct search f = { s, text, &words };
	struct finds finds = { NULL, 0, 0 };

	*out = (struct name_matches){ NULL, 0 };
	if (s->n == 0)
		return;
	words_of(&words, text);
	find_all(&f, &finds);
	choose(&words, &finds, out);
	free(finds.at);
	words_fini(&words);
}

void name_matches_fini(struct name_matches *m)
{
	free(m->at);
	*m = (struct name_matches){ NULL, 0 };
}
