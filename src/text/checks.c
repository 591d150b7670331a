/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * checks.c - what is looked at in a statement before it leaves.
 *
 * Every rule can be said in a sentence, and its finding points at the words that it is about:
 *
 *  (1) Controls that turn text around are refused; so are characters without meaning: controls,
 *      tags, private use, not assigned. What nobody sees is warned about: blanks of no width, a
 *      joiner far from what it could join. ZWNJ beside an Arabic letter (one too many at the end of a
 *      word is in 5 % of Persian texts and harmless), ZWJ beside one or in an emoji, and the three
 *      direction marks are ordinary text.
 *  (2) A text that is longer than its channel takes is refused.
 *  (3) Asking somebody who was harmed for a code puts the work on them. It is said that somebody takes
 *      care of it, and by when, or it is warned about. A sentence that says not to send one does not ask.
 *  (4) To people outside: that they were harmed is said, and what happens next.
 *  (5) Words of blame are warned about, unless their sentence takes them on.
 *  (6) So is what is more than half the same as an answer that went out: they get screenshots.
 *
 * The words are in checks.def, per language; a text in another language has (1), (2) and (6).
 * A statement of a few words ("We fixed it.") is not asked for (4).
 *
 * Rejected: a model that finds "cold" answers. Nobody could tell an executive why.
 */
#include "text/checks.h"

#include "fold_int.h"
#include "phrase_int.h"
#include "text/length.h"

#include <stdlib.h>
#include <utf8proc.h>

#define LIKE_MIN 50	  /* of 100: a near copy */
#define SHINGLES_MIN 40	  /* shorter texts are all alike: "Thank you for waiting." */
#define STATEMENT_WORDS 8 /* fewer are no statement */

struct dw_checker {
	struct phrases *phrases;
};

const struct phrases *checker_phrases(const struct dw_checker *c)
{
	return c->phrases;
}

const char *dw_check_name(enum dw_check check)
{
	static const char *const names[] = {
#define NAME(id, name) name,
		DW_CHECK_MAP(NAME)
#undef NAME
	};

	DW_REQUIRE(check < DW_CHECK_COUNT);
	return names[check];
}

struct dw_checker *dw_checker_create(void)
{
	struct dw_checker *c = calloc(1, sizeof(*c));

	DW_INVARIANT(c != NULL);
	c->phrases = phrases_create();
	return c;
}

void dw_checker_destroy(struct dw_checker *c)
{
	if (c == NULL)
		return;
	phrases_destroy(c->phrases);
	free(c);
}

struct run {
	const struct phrases *phrases;
	const struct dw_check_text *t;
	const struct phrase_text *words;
	enum phrase_lang lang;
	struct dw_findings *out;
	size_t byte; /* units of the text before it: */
	uint32_t unit;
};

/* ---- findings ---- */

/* Places rise within a check, so counting goes on from the last one. */
static uint32_t unit_of(struct run *r, size_t byte)
{
	if (byte < r->byte) {
		r->byte = 0;
		r->unit = 0;
	}
	r->unit += (uint32_t)dw_utf16_count(
		dw_str_make(r->t->text.p + r->byte, byte - r->byte));
	r->byte = byte;
	return r->unit;
}

static void add(struct run *r, struct dw_finding f, size_t from, size_t to)
{
	if (r->out->n == DW_FINDINGS_MAX)
		return;
	f.from = unit_of(r, from);
	f.to = unit_of(r, to);
	r->out->at[r->out->n++] = f;
}

#define WARN(id, ...)                                                                    \
	((struct dw_finding){                                                            \
		.check = DW_CHECK_##id, .severity = DW_CHECK_WARN, __VA_ARGS__ })
#define REFUSE(id, ...)                                                                  \
	((struct dw_finding){                                                            \
		.check = DW_CHECK_##id, .severity = DW_CHECK_REFUSE, __VA_ARGS__ })

/* ---- (1) characters ---- */

static bool is_bidi_control(uint32_t c)
{
	return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

static bool is_arabic(uint32_t c)
{
	return (c >= 0x620 && c <= 0x65f) || (c >= 0x66e && c <= 0x6d3) || c == 0x6d5 ||
	       (c >= 0x6ee && c <= 0x6ff) || (c >= 0x750 && c <= 0x77f) ||
	       (c >= 0x8a0 && c <= 0x8ff);
}

static bool is_emoji_part(uint32_t c)
{
	return c == 0xfe0f || (c >= 0x2190 && c <= 0x2bff) ||
	       (c >= 0x1f000 && c <= 0x1faff);
}

/* Controls, private use, not assigned, tags: nothing that a reader could be meant to see. */
static bool has_no_meaning(uint32_t c)
{
	utf8proc_category_t category;

	if (c == '\n' || c == '\t')
		return false;
	if (c >= 0xe0000 && c <= 0xe0fff)
		return c < 0xe0100 || c > 0xe01ef;
	category = utf8proc_category((utf8proc_int32_t)c);
	return category == UTF8PROC_CATEGORY_CC || category == UTF8PROC_CATEGORY_CO ||
	       category == UTF8PROC_CATEGORY_CN;
}

/* Blanks of no width, joiners that join nothing. */
static bool is_unseen(uint32_t before, uint32_t c, uint32_t behind)
{
	switch (c) {
	case 0x200c:
		return !is_arabic(before) && !is_arabic(behind);
	case 0x200d:
		return !is_arabic(before) && !is_arabic(behind) &&
		       !is_emoji_part(before) && !is_emoji_part(behind);
	case 0xad:
	case 0x200b:
	case 0xfeff:
		return true;
	default:
		return c >= 0x2060 && c <= 0x2064;
	}
}

static uint32_t code_at(struct dw_str t, size_t i, size_t *used)
{
	*used = 1;
	return i < t.n ? fold_decode(t.p + i, t.n - i, used) : 0;
}

static void check_bidi(struct run *r)
{
	size_t used;

	for (size_t i = 0; i < r->t->text.n; i += used) {
		uint32_t c = code_at(r->t->text, i, &used);

		if (is_bidi_control(c))
			add(r, REFUSE(BIDI, .value = c), i, i + used);
	}
}

static void check_hidden(struct run *r)
{
	uint32_t before = 0;
	size_t used, next;

	for (size_t i = 0; i < r->t->text.n; i += used) {
		uint32_t c = code_at(r->t->text, i, &used);
		uint32_t behind = code_at(r->t->text, i + used, &next);

		if (has_no_meaning(c))
			add(r, REFUSE(HIDDEN, .value = c), i, i + used);
		else if (is_unseen(before, c, behind))
			add(r, WARN(HIDDEN, .value = c), i, i + used);
		before = c;
	}
}

/* ---- (2) length ---- */

static void check_length(struct run *r)
{
	const struct dw_check_text *t = r->t;
	size_t over, n;

	if (t->length_max == 0)
		return;
	n = t->is_post ? dw_post_length(t->text, t->length_max, &over)
		       : dw_plain_length(t->text, t->length_max, &over);
	if (n > t->length_max)
		add(r, REFUSE(TOO_LONG, .value = (uint32_t)n), over, t->text.n);
}

/* ---- (3), (4), (5) words ---- */

static void find(struct run *r, enum phrase_kind kind, struct phrase_matches *m)
{
	phrase_find(m, r->phrases, r->lang, kind, r->words);
}

static bool says(struct run *r, enum phrase_kind kind)
{
	struct phrase_matches m;
	bool is_said;

	find(r, kind, &m);
	is_said = m.n > 0;
	phrase_matches_fini(&m);
	return is_said;
}

static void check_asking(struct run *r)
{
	struct phrase_matches codes, verbs, nots;
	uint32_t missing = (says(r, OWNER) ? 0 : (uint32_t)DW_MISSES_OWNER) |
			   (says(r, WHEN) ? 0 : (uint32_t)DW_MISSES_TIME);

	find(r, ASK_CODE, &codes);
	find(r, ASK_VERB, &verbs);
	find(r, ASK_NOT, &nots);
	for (size_t i = 0; missing != 0 && i < codes.n; i++) {
		const struct phrase_match *code = &codes.at[i], *verb;

		verb = phrase_in(&verbs, code->sentence);
		/* Once a sentence. */
		if (verb == NULL || phrase_in(&nots, code->sentence) != NULL ||
		    (i > 0 && code[-1].sentence == code->sentence))
			continue;
		add(r, WARN(ASKS_CODE, .value = missing),
		    verb->from < code->from ? verb->from : code->from,
		    verb->to > code->to ? verb->to : code->to);
	}
	phrase_matches_fini(&codes);
	phrase_matches_fini(&verbs);
	phrase_matches_fini(&nots);
}

static void check_outside(struct run *r)
{
	if (r->t->is_inside || phrase_text_words(r->words) < STATEMENT_WORDS)
		return;
	if (!says(r, HARM))
		add(r, WARN(NO_HARM, .value = 0), 0, r->t->text.n);
	if (!says(r, NEXT))
		add(r, WARN(NO_NEXT, .value = 0), 0, r->t->text.n);
}

/* "not our fault" is not taken back by "our fault": it begins inside. */
static bool is_taken_back(const struct phrase_matches *nots,
			  const struct phrase_match *blame)
{
	const struct phrase_match *m = phrase_in(nots, blame->sentence);

	for (; m != NULL && m < nots->at + nots->n && m->sentence == blame->sentence; m++)
		if (m->from <= blame->from || m->from >= blame->to)
			return true;
	return false;
}

static void check_blame(struct run *r)
{
	struct phrase_matches blames, nots;

	find(r, BLAME, &blames);
	find(r, BLAME_NOT, &nots);
	for (size_t i = 0; i < blames.n; i++)
		if (!is_taken_back(&nots, &blames.at[i]))
			add(r, WARN(BLAME, .value = 0), blames.at[i].from,
			    blames.at[i].to);
	phrase_matches_fini(&blames);
	phrase_matches_fini(&nots);
}

bool phrase_language(struct dw_str tag, enum phrase_lang *lang)
{
	static const char *const names[] = { "ar", "fa", "en" };
	struct dw_str rest = tag, primary;

	if (!dw_str_split(&rest, '-', &primary))
		return false;
	for (unsigned i = 0; i < PHRASE_LANGS; i++)
		if (dw_str_eq_nocase(primary, dw_str_of(names[i]))) {
			*lang = (enum phrase_lang)i;
			return true;
		}
	return false;
}

/* ---- (6) copies ---- */

static void check_copy(struct run *r)
{
	unsigned most = 0;
	size_t which = 0;
	struct dw_shingles own;

	if (r->t->n_earlier == 0)
		return;
	dw_shingles_init(&own, r->t->text);
	for (size_t i = 0; own.n >= SHINGLES_MIN && i < r->t->n_earlier; i++) {
		unsigned like = dw_shingles_likeness(&own, &r->t->earlier[i]);

		if (like > most) {
			most = like;
			which = i;
		}
	}
	dw_shingles_fini(&own);
	if (most >= LIKE_MIN)
		add(r, WARN(COPY, .value = most, .copy_of = which), 0, r->t->text.n);
}

void dw_check_run(const struct dw_checker *c, const struct dw_check_text *t,
		  struct dw_findings *out)
{
	struct run r = { .phrases = c->phrases, .t = t, .out = out };
	struct phrase_text *words;

	out->n = 0;
	check_bidi(&r);
	check_hidden(&r);
	check_length(&r);
	if (phrase_language(t->lang, &r.lang)) {
		words = phrase_text_create(t->text);
		r.words = words;
		check_asking(&r);
		check_outside(&r);
		check_blame(&r);
		phrase_text_destroy(words);
	}
	check_copy(&r);
}
