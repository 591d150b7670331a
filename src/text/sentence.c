/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * sentence.c - sentences by their punctuation.
 *
 * A rule of thumb that anybody can follow: it says where a figure stands, to ask what it rests on.
 * "e.g. 5" is two sentences by it, which does no harm there.
 */
#include "text/sentence.h"

#include "fold_int.h"

#include <string.h>

static bool is_figure(uint32_t c)
{
	return (c >= '0' && c <= '9') || (c >= 0x660 && c <= 0x669) ||
	       (c >= 0x6f0 && c <= 0x6f9);
}

static bool is_end(uint32_t c)
{
	return c == '.' || c == '!' || c == '?' || c == 0x61f || c == 0x6d4 ||
	       c == '\n' || c == 0x2026 || c == 0x2028 || c == 0x2029;
}

/* A full stop between these is inside of a figure or of an address: 3.5, example.org. */
static bool is_inside(uint32_t before, uint32_t behind)
{
	bool is_word = (before >= 'a' && before <= 'z') ||
		       (before >= 'A' && before <= 'Z') || is_figure(before);

	return (is_figure(before) && is_figure(behind)) ||
	       (is_word && behind >= 'a' && behind <= 'z');
}

static bool is_blank(uint32_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == 0xa0 ||
	       (c >= 0x2000 && c <= 0x200b) || c == 0x2028 || c == 0x2029;
}

struct at {
	uint32_t c;
	size_t used;
};

static struct at look(const struct dw_sentences *s, size_t at)
{
	struct at a = { 0, 0 };

	if (at < s->text.n)
		a.c = fold_decode(s->text.p + at, s->text.n - at, &a.used);
	return a;
}

static void step(struct dw_sentences *s, const struct at *a)
{
	s->at += a->used;
	s->units += a->c > 0xffff ? 2 : 1;
}

static bool is_given(const struct dw_sentences *s, size_t at)
{
	return s->given != NULL && s->given[at];
}

bool dw_sentence_next(struct dw_sentences *s, struct dw_sentence *out)
{
	uint32_t last = 0;
	struct at a;

	for (a = look(s, s->at); a.used > 0 && is_blank(a.c); a = look(s, s->at))
		step(s, &a);
	*out = (struct dw_sentence){ s->units, s->units, false };
	for (; a.used > 0; a = look(s, s->at)) {
		bool is_point = a.c == '.' && is_inside(last, look(s, s->at + 1).c);

		step(s, &a);
		last = a.c;
		out->has_figure |= is_figure(a.c) && !is_given(s, s->at - a.used);
		if (!is_blank(a.c))
			out->to = s->units;
		if (is_end(a.c) && !is_point)
			break;
	}
	return out->to > out->from;
}

static bool is_figure_at(struct dw_str text, size_t at)
{
	struct dw_sentences s = { text, 0, 0, NULL };

	return is_figure(look(&s, at).c);
}

/* Where the character in front of this byte begins. */
static size_t before(struct dw_str text, size_t at)
{
	do
		at--;
	while (at > 0 && ((unsigned char)text.p[at] & 0xc0) == 0x80);
	return at;
}

static bool is_part(struct dw_str text, size_t from, size_t to)
{
	return (from > 0 && is_figure_at(text, from) &&
		is_figure_at(text, before(text, from))) ||
	       (is_figure_at(text, to) && is_figure_at(text, before(text, to)));
}

void dw_sentence_give(struct dw_str text, struct dw_str what, bool *given)
{
	const char *found;

	if (what.n == 0)
		return;
	for (size_t at = 0; at < text.n; at++) {
		found = memmem(text.p + at, text.n - at, what.p, what.n);
		if (found == NULL)
			return;
		at = (size_t)(found - text.p);
		if (!is_part(text, at, at + what.n))
			memset(given + at, true, what.n);
	}
}
