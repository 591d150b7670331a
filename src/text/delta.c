/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * delta.c - figures, names and denials that one of two texts has and the other has not.
 *
 * All are bags: what has only moved is no change. A figure is compared as the number that it
 * spells: digits of three scripts, separators between groups of three dropped, a decimal point and a percent
 * sign of any script kept. So a translation can be held against its original. Dates in different
 * calendars do differ, and are shown, but for those that are given: they say the same in each language.
 */
#include "text/delta.h"

#include "fold_int.h"
#include "nameset_int.h"
#include "phrase_int.h"

#include <stdio.h>
#include <stdlib.h>

#define NUMBER_MAX                                                                       \
	64 /* bytes of a number as it is compared; what is behind does not count */
#define ITEMS_MAX 20000

struct item {
	char key[NUMBER_MAX];
	size_t from, to; /* bytes */
	uint32_t name;
	bool is_matched;
	uint8_t given;	/* NUMBER: part of which one that is given, from 1; 0: of none */
	uint32_t place; /* which of its places, from 0 */
};

struct items {
	struct item *at;
	size_t n, cap;
	uint32_t places
		[DW_TOLD_GIVEN]; /* how often each that is given stands in the text */
};

const char *dw_delta_name(enum dw_delta_kind kind)
{
	static const char *const names[] = { "number", "name", "negation" };

	return names[kind];
}

/* At those bytes; NULL: there are enough. */
static struct item *add(struct items *l, size_t from, size_t to)
{
	struct item *i;

	if (l->n == ITEMS_MAX)
		return NULL;
	if (l->n == l->cap) {
		l->cap = l->cap > 0 ? 2 * l->cap : 64;
		l->at = realloc(l->at, l->cap * sizeof(*l->at));
		DW_INVARIANT(l->at != NULL);
	}
	i = &l->at[l->n++];
	*i = (struct item){ .from = from, .to = to };
	return i;
}

/* ---- figures ---- */

static int digit_of(uint32_t c)
{
	if (c >= '0' && c <= '9')
		return (int)(c - '0');
	if (c >= 0x660 && c <= 0x669)
		return (int)(c - 0x660);
	return c >= 0x6f0 && c <= 0x6f9 ? (int)(c - 0x6f0) : -1;
}

struct scan {
	struct dw_str text;
	size_t at;
};

static uint32_t look(const struct scan *s, size_t at, size_t *used)
{
	*used = 0;
	return at < s->text.n ? fold_decode(s->text.p + at, s->text.n - at, used) : 0;
}

/* How many digits stand from there on. */
static size_t digits_at(const struct scan *s, size_t at)
{
	size_t n = 0, used;

	while (digit_of(look(s, at, &used)) >= 0 && used > 0) {
		at += used;
		n++;
	}
	return n;
}

static bool is_group(uint32_t c)
{
	return c == ',' || c == 0x66c || c == 0x60c || c == 0xa0 || c == 0x202f ||
	       c == '\'';
}

static bool is_percent(uint32_t c)
{
	return c == '%' || c == 0x66a;
}

static void put(struct item *i, size_t *n, char c)
{
	if (*n < NUMBER_MAX - 1)
		i->key[(*n)++] = c;
}

/* What joins two runs of digits to one number: 0 nothing, else what stands for it ('g': nothing is written). */
static char joint(const struct scan *s, uint32_t c, size_t behind)
{
	size_t n = digits_at(s, behind);

	if (n == 0)
		return 0;
	if (is_group(c))
		return n == 3 ? 'g' : 0;
	if (c == '.' || c == 0x66b)
		return '.';
	return c == ':' ? ':' : 0;
}

static void take_number(struct scan *s, struct items *l)
{
	struct item *i = add(l, s->at, s->at);
	size_t n = 0, used;
	uint32_t c;
	char j;

	if (i == NULL) {
		s->at = s->text.n;
		return;
	}
	for (;;) {
		c = look(s, s->at, &used);
		if (used == 0)
			break;
		j = digit_of(c) >= 0 ? 'd' : joint(s, c, s->at + used);
		if (j == 0)
			break;
		if (j == 'd')
			put(i, &n, (char)('0' + digit_of(c)));
		else if (j != 'g')
			put(i, &n, j);
		s->at += used;
	}
	i->to = s->at;
	if (used > 0 && is_percent(c)) {
		put(i, &n, '%');
		s->at += used;
		i->to = s->at;
	}
}

static void find_numbers(struct dw_str text, struct items *l)
{
	struct scan s = { text, 0 };

	while (s.at < text.n) {
		size_t used;

		if (digit_of(look(&s, s.at, &used)) >= 0)
			take_number(&s, l);
		else
			s.at += used > 0 ? used : 1;
	}
}

/* ---- names ---- */

static void find_names(const struct dw_nameset *names, struct dw_str text,
		       struct items *l)
{
	struct name_matches m;

	nameset_find(names, text, &m);
	for (size_t i = 0; i < m.n; i++) {
		struct item *one = add(l, m.at[i].from, m.at[i].to);

		if (one == NULL)
			break;
		one->name = (uint32_t)m.at[i].name;
		snprintf(one->key, sizeof(one->key), "%u", (unsigned)one->name);
	}
	name_matches_fini(&m);
}

/* Each name once, where it stands first. */
static void keep_first(struct items *l)
{
	bool is_seen[DW_NAMES_MAX] = { false };
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++) {
		if (!is_seen[l->at[i].name])
			l->at[n++] = l->at[i];
		is_seen[l->at[i].name] = true;
	}
	l->n = n;
}

/* ---- denials ---- */

static void find_negations(const struct dw_checker *c, struct dw_str text,
			   struct dw_str tag, struct items *l)
{
	struct phrase_matches m;
	struct phrase_text *words;
	enum phrase_lang lang;

	if (!phrase_language(tag, &lang))
		return;
	words = phrase_text_create(text);
	phrase_find(&m, checker_phrases(c), lang, NEGATION, words);
	for (size_t i = 0; i < m.n; i++) {
		struct item *one = add(l, m.at[i].from, m.at[i].to);

		if (one == NULL)
			break;
		phrase_key(text, one->from, one->to, one->key, sizeof(one->key));
	}
	phrase_matches_fini(&m);
	phrase_text_destroy(words);
}

/* ---- bags ---- */

static int by_key(const void *a, const void *b)
{
	const struct item *x = *(const struct item *const *)a,
			  *y = *(const struct item *const *)b;
	int c = strcmp(x->key, y->key);

	return c != 0 ? c : x->from < y->from ? -1 : x->from > y->from;
}

/* As often as both texts have what is given, its numbers need no other to match. */
static bool is_settled(const struct item *i, const struct items *a, const struct items *b)
{
	return i->given > 0 && i->place < a->places[i->given - 1] &&
	       i->place < b->places[i->given - 1];
}

struct sorting {
	struct item **at;
	size_t n;
};

/* Those of l, of a or b, that are to be matched; none of them is yet. */
static struct sorting sorted(struct items *l, const struct items *a,
			     const struct items *b)
{
	struct sorting v = { calloc(l->n + 1, sizeof(struct item *)), 0 };

	DW_INVARIANT(v.at != NULL);
	for (size_t i = 0; i < l->n; i++) {
		l->at[i].is_matched = is_settled(&l->at[i], a, b);
		if (!l->at[i].is_matched)
			v.at[v.n++] = &l->at[i];
	}
	if (v.n > 1)
		qsort(v.at, v.n, sizeof(struct item *), by_key);
	return v;
}

/* Of one key the first ones on both sides are taken for the same. */
static void match(struct items *a, struct items *b)
{
	struct sorting x = sorted(a, a, b), y = sorted(b, a, b);
	size_t i = 0, k = 0;

	while (i < x.n && k < y.n) {
		int c = strcmp(x.at[i]->key, y.at[k]->key);

		if (c == 0)
			x.at[i]->is_matched = y.at[k]->is_matched = true;
		i += c <= 0;
		k += c >= 0;
	}
	free(x.at);
	free(y.at);
}

/* Until *out has `most`. */
static void tell(struct dw_deltas *out, size_t most, enum dw_delta_kind kind,
		 const struct items *l, struct dw_str text, bool is_gone)
{
	size_t at = 0;
	uint32_t units = 0;

	for (size_t i = 0; i < l->n; i++) {
		struct dw_delta *d = &out->at[out->n];

		if (l->at[i].is_matched)
			continue;
		if (out->n == most) {
			out->is_more = true;
			return;
		}
		units += (uint32_t)dw_utf16_count(
			dw_str_make(text.p + at, l->at[i].from - at));
		at = l->at[i].from;
		d->kind = kind;
		d->is_gone = is_gone;
		d->name = l->at[i].name;
		d->from = units;
		d->to = units + (uint32_t)dw_utf16_count(
					dw_str_make(text.p + at, l->at[i].to - at));
		out->n++;
	}
}

static size_t count_unmatched(const struct items *l)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++)
		n += !l->at[i].is_matched;
	return n;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Of too many on both sides each has half: what is new is not less than what is gone. */
static void compare(struct dw_deltas *out, enum dw_delta_kind kind, struct items *old,
		    struct dw_str old_text, struct items *new, struct dw_str new_text)
{
	const size_t half = DW_DELTAS_MAX / 2;
	size_t gone, come;

	match(old, new);
	gone = count_unmatched(old);
	come = count_unmatched(new);
	tell(out, out->n + DW_DELTAS_MAX - least(come, half), kind, old, old_text, true);
	tell(out, out->n + DW_DELTAS_MAX - least(gone, half), kind, new, new_text, false);
}

/* ---- one text ---- */

struct dw_told {
	struct dw_str text;
	struct items numbers, names;
};

struct dw_told *dw_told_create(const struct dw_nameset *names, struct dw_str text)
{
	struct dw_told *t = calloc(1, sizeof(*t));

	DW_INVARIANT(t != NULL);
	t->text = text;
	find_numbers(text, &t->numbers);
	find_names(names, text, &t->names);
	return t;
}

/* Do the numbers from *i on that lie in [from, to) lie there whole, and one at least? *i: behind those in front. */
static bool lie_whole(const struct items *l, size_t *i, size_t from, size_t to)
{
	size_t k;

	while (*i < l->n && l->at[*i].to <= from)
		(*i)++;
	for (k = *i; k < l->n && l->at[k].from < to; k++)
		if (l->at[k].from < from || l->at[k].to > to)
			return false;
	return k > *i;
}

static void give_one(struct dw_told *t, struct dw_str given, uint8_t number)
{
	struct items *l = &t->numbers;
	uint32_t *places = &l->places[number - 1];
	size_t i = 0, at = 0;
	const char *found;

	*places = 0;
	while (given.n > 0 && (found = memmem(t->text.p + at, t->text.n - at, given.p,
					      given.n)) != NULL) {
		size_t from = (size_t)(found - t->text.p), to = from + given.n;

		at = to;
		if (!lie_whole(l, &i, from, to))
			continue;
		for (; i < l->n && l->at[i].from < to; i++) {
			l->at[i].given = number;
			l->at[i].place = *places;
		}
		(*places)++;
	}
}

void dw_told_give(struct dw_told *t, const struct dw_str *given, size_t n)
{
	DW_REQUIRE(n <= DW_TOLD_GIVEN);
	for (size_t i = 0; i < n; i++)
		give_one(t, given[i], (uint8_t)(i + 1));
}

void dw_told_destroy(struct dw_told *t)
{
	if (t == NULL)
		return;
	free(t->numbers.at);
	free(t->names.at);
	free(t);
}

void dw_told_delta(struct dw_told *a, struct dw_told *b, struct dw_deltas *out)
{
	out->n = 0;
	out->is_more = false;
	keep_first(&a->names);
	keep_first(&b->names);
	compare(out, DW_DELTA_NUMBER, &a->numbers, a->text, &b->numbers, b->text);
	compare(out, DW_DELTA_NAME, &a->names, a->text, &b->names, b->text);
}

static void compare_negations(const struct dw_checker *c, struct dw_str a,
			      struct dw_str b, struct dw_str lang, struct dw_deltas *out)
{
	struct items old = { .at = NULL }, new = { .at = NULL };

	find_negations(c, a, lang, &old);
	find_negations(c, b, lang, &new);
	compare(out, DW_DELTA_NEGATION, &old, a, &new, b);
	free(old.at);
	free(new.at);
}

void dw_text_delta(const struct dw_checker *c, const struct dw_nameset *names,
		   struct dw_str old, struct dw_str new, struct dw_str lang,
		   struct dw_deltas *out)
{
	struct dw_told *a = dw_told_create(names, old), *b = dw_told_create(names, new);

	out->n = 0;
	out->is_more = false;
	compare(out, DW_DELTA_NUMBER, &a->numbers, old, &b->numbers, new);
	compare(out, DW_DELTA_NAME, &a->names, old, &b->names, new);
	compare_negations(c, old, new, lang, out);
	dw_told_destroy(a);
	dw_told_destroy(b);
}
