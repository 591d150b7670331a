/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * phrase.c - finds the phrases of checks.def in a text.
 *
 * Phrases and texts go through the tokenizer of the search, as queries: then one spelling stands
 * for all (می خواهم, می‌خواهم and میخواهم are one word). A phrase matches inside of one sentence. What may
 * be written in a phrase is said in checks.def.
 *
 * Each word of the text is compared with the first word of each phrase of its list: some dozen
 * comparisons of a few bytes, for a text that a person writes in minutes.
 */
#include "phrase_int.h"

#include "text/token.h"

#include <stdlib.h>

#define GAP_MAX 4 /* words that ".." stands for, at most */
#define WORDS_MAX 10

enum word_kind { WORD, STEM, NUMBER, GAP };

struct word {
	uint8_t kind;
	bool may_have_clitic;
	uint32_t at, n; /* in phrases.bytes */
};

struct phrase {
	uint32_t n, first; /* of phrases.word */
};

struct phrases {
	struct dw_buf bytes;
	struct word *word;
	struct phrase *phrase;
	size_t n_words, n_phrases;
	/* Those of a kind and language lie together. */
	size_t first[PHRASE_KINDS][PHRASE_LANGS], end[PHRASE_KINDS][PHRASE_LANGS];
};

static const struct {
	enum phrase_kind kind;
	enum phrase_lang lang;
	const char *text;
} table[] = {
#define AR(kind, text) { kind, PHRASE_AR, text },
#define FA(kind, text) { kind, PHRASE_FA, text },
#define EN(kind, text) { kind, PHRASE_EN, text },
#include "checks.def"
#undef AR
#undef FA
#undef EN
};

#define TABLE (sizeof(table) / sizeof(table[0]))

/* ---- lists ---- */

struct adding {
	struct phrases *p;
	struct phrase *phrase;
	bool may_have_clitic;
};

static struct word *add_word(struct adding *a, enum word_kind kind)
{
	struct word *w = &a->p->word[a->p->n_words++];

	DW_INVARIANT(a->phrase->n < WORDS_MAX);
	a->phrase->n++;
	*w = (struct word){ .kind = (uint8_t)kind };
	return w;
}

static int on_word(void *data, const struct dw_token *t)
{
	struct adding *a = data;
	struct word *w;
	int rc;

	if ((t->flags & DW_TOKEN_IS_ALIAS) != 0)
		return 0;
	w = add_word(a, WORD);
	w->may_have_clitic = a->may_have_clitic;
	w->at = (uint32_t)a->p->bytes.len;
	w->n = (uint32_t)t->text.n;
	rc = dw_buf_add(&a->p->bytes, t->text.p, t->text.n);
	DW_INVARIANT(rc == 0);
	return 0;
}

static void add_part(struct adding *a, struct dw_str part)
{
	bool is_stem = part.p[part.n - 1] == '*';
	size_t words = a->p->n_words;

	if (dw_str_eq(part, DW_STR(".."))) {
		add_word(a, GAP);
	} else if (dw_str_eq(part, DW_STR("#"))) {
		add_word(a, NUMBER);
	} else {
		a->may_have_clitic = part.p[0] == '+';
		if (a->may_have_clitic)
			part = dw_str_make(part.p + 1, part.n - 1);
		part.n -= is_stem;
		(void)dw_tokenize(part, DW_TOKENS_OF_QUERY, on_word, a);
		DW_INVARIANT(a->p->n_words > words);
		if (is_stem)
			a->p->word[a->p->n_words - 1].kind = STEM;
	}
}

static void add_phrase(struct phrases *p, const char *text)
{
	struct adding a = { p, &p->phrase[p->n_phrases++], false };
	struct dw_str rest = dw_str_of(text), part;

	a.phrase->first = (uint32_t)p->n_words;
	while (dw_str_split(&rest, ' ', &part))
		add_part(&a, part);
}

static void add_list(struct phrases *p, enum phrase_kind kind, enum phrase_lang lang)
{
	p->first[kind][lang] = p->n_phrases;
	for (size_t i = 0; i < TABLE; i++)
		if (table[i].kind == kind && table[i].lang == lang)
			add_phrase(p, table[i].text);
	p->end[kind][lang] = p->n_phrases;
}

struct phrases *phrases_create(void)
{
	struct phrases *p = calloc(1, sizeof(*p));

	DW_INVARIANT(p != NULL);
	dw_buf_init(&p->bytes, 1u << 20);
	p->word = calloc(TABLE * WORDS_MAX, sizeof(p->word[0]));
	p->phrase = calloc(TABLE, sizeof(p->phrase[0]));
	DW_INVARIANT(p->word != NULL && p->phrase != NULL);
	for (unsigned kind = 0; kind < PHRASE_KINDS; kind++)
		for (unsigned lang = 0; lang < PHRASE_LANGS; lang++)
			add_list(p, (enum phrase_kind)kind, (enum phrase_lang)lang);
	return p;
}

void phrases_destroy(struct phrases *p)
{
	if (p == NULL)
		return;
	dw_buf_fini(&p->bytes);
	free(p->word);
	free(p->phrase);
	free(p);
}

/* ---- texts ---- */

struct spoken {
	uint32_t at, n;	       /* surface, in phrase_text.bytes */
	uint32_t stem, n_stem; /* without affixes; 0: the same */
	uint32_t from, to;
	uint32_t sentence;
	bool is_number;
};

struct phrase_text {
	struct dw_str text;
	struct dw_buf bytes;
	struct spoken *word;
	size_t n, cap;
	unsigned sentence;
	size_t seen; /* bytes that were looked at for ends of sentences */
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool at_is(struct dw_str t, size_t i, const char *z)
{
	return t.n - i >= strlen(z) && memcmp(t.p + i, z, strlen(z)) == 0;
}

/* Ends of sentences in the text between two words. */
static void see(struct phrase_text *t, size_t to)
{
	static const char *const ends[] = { "!", "?", "\n", "؟", "۔", "…", "。" };
	bool is_end = false;

	for (size_t i = t->seen; i < to; i++) {
		for (size_t k = 0; k < sizeof(ends) / sizeof(ends[0]); k++)
			is_end = is_end || at_is(t->text, i, ends[k]);
		/* No end: 18.30, example.org. */
		is_end = is_end ||
			 (t->text.p[i] == '.' &&
			  (i + 1 == t->text.n || (unsigned char)t->text.p[i + 1] <= ' ' ||
			   (unsigned char)t->text.p[i + 1] >= 0x80));
	}
	t->sentence += is_end;
	t->seen = to;
}

static int on_spoken(void *data, const struct dw_token *k)
{
	struct phrase_text *t = data;
	struct spoken *w;
	uint32_t at = (uint32_t)t->bytes.len;
	int rc = dw_buf_add(&t->bytes, k->text.p, k->text.n);

	DW_INVARIANT(rc == 0);
	if ((k->flags & DW_TOKEN_IS_ALIAS) != 0) {
		w = &t->word[t->n - 1];
		w->stem = at + 1;
		w->n_stem = (uint32_t)k->text.n - 1;
		return 0;
	}
	if (t->n == t->cap) {
		t->cap = t->cap > 0 ? t->cap * 2 : 128;
		t->word = realloc(t->word, t->cap * sizeof(t->word[0]));
		DW_INVARIANT(t->word != NULL);
	}
	if (t->n > 0)
		see(t, k->from > t->seen ? k->from : t->seen);
	t->seen = k->to;
	w = &t->word[t->n++];
	*w = (struct spoken){ .at = at,
			      .n = (uint32_t)k->text.n,
			      .from = (uint32_t)k->from,
			      .to = (uint32_t)k->to,
			      .sentence = t->sentence };
	w->is_number = is_digit(k->text.p[0]);
	return 0;
}

struct phrase_text *phrase_text_create(struct dw_str text)
{
	struct phrase_text *t = calloc(1, sizeof(*t));

	DW_INVARIANT(t != NULL);
	t->text = text;
	/* A token is hardly longer than what it was written as, and there are two of each. */
	dw_buf_init(&t->bytes, 64 * text.n + 4096);
	(void)dw_tokenize(text, DW_TOKENS_OF_QUERY, on_spoken, t);
	return t;
}

void phrase_text_destroy(struct phrase_text *t)
{
	if (t == NULL)
		return;
	dw_buf_fini(&t->bytes);
	free(t->word);
	free(t);
}

size_t phrase_text_words(const struct phrase_text *t)
{
	return t->n;
}

/* ---- matching ---- */

static bool equals(struct dw_str spoken, struct dw_str w, bool is_stem)
{
	return is_stem ? dw_str_starts(spoken, w) : dw_str_eq(spoken, w);
}

/* One letter that is written together with the word: و ف ب ل ك. */
static struct dw_str without_clitic(struct dw_str s)
{
	static const char *const clitics[] = { "و", "ف", "ب", "ل", "ك" };

	for (size_t i = 0; i < sizeof(clitics) / sizeof(clitics[0]); i++)
		if (dw_str_starts(s, dw_str_of(clitics[i])))
			return dw_str_make(s.p + 2, s.n - 2);
	return s;
}

static bool is_said(const struct phrases *p, const struct word *w,
		    const struct phrase_text *t, const struct spoken *s)
{
	struct dw_str want = dw_str_make(p->bytes.p + w->at, w->n);
	struct dw_str surface = dw_str_make(t->bytes.p + s->at, s->n);
	bool is_stem = w->kind == STEM;

	if (w->kind == NUMBER)
		return s->is_number;
	if (equals(surface, want, is_stem) ||
	    (w->may_have_clitic && equals(without_clitic(surface), want, is_stem)))
		return true;
	return is_stem && s->n_stem > 0 &&
	       equals(dw_str_make(t->bytes.p + s->stem, s->n_stem), want, true);
}

/* Words [k, n) of the phrase at word i of the text: behind the last one, or 0. */
static size_t match_from(const struct phrases *p, const struct phrase *f, size_t k,
			 const struct phrase_text *t, size_t i, uint32_t sentence)
{
	const struct word *w = &p->word[f->first + k];

	if (k == f->n)
		return i;
	if (w->kind == GAP) {
		for (size_t skip = 0; skip <= GAP_MAX; skip++) {
			size_t end = match_from(p, f, k + 1, t, i + skip, sentence);

			if (end > 0)
				return end;
		}
		return 0;
	}
	if (i >= t->n || t->word[i].sentence != sentence ||
	    !is_said(p, w, t, &t->word[i]))
		return 0;
	return match_from(p, f, k + 1, t, i + 1, sentence);
}

/* Behind the longest phrase of [first, end) at word i, or 0. */
static size_t longest_at(const struct phrases *p, size_t first, size_t end,
			 const struct phrase_text *t, size_t i)
{
	size_t longest = 0;

	for (size_t k = first; k < end; k++) {
		size_t behind =
			match_from(p, &p->phrase[k], 0, t, i, t->word[i].sentence);

		longest = behind > longest ? behind : longest;
	}
	return longest;
}

void phrase_find(struct phrase_matches *out, const struct phrases *p,
		 enum phrase_lang lang, enum phrase_kind kind,
		 const struct phrase_text *t)
{
	size_t cap = 0;

	*out = (struct phrase_matches){ NULL, 0 };
	for (size_t i = 0; i < t->n; i++) {
		size_t behind =
			longest_at(p, p->first[kind][lang], p->end[kind][lang], t, i);

		if (behind == 0)
			continue;
		if (out->n == cap) {
			cap = cap > 0 ? cap * 2 : 8;
			out->at = realloc(out->at, cap * sizeof(out->at[0]));
			DW_INVARIANT(out->at != NULL);
		}
		out->at[out->n++] =
			(struct phrase_match){ t->word[i].from, t->word[behind - 1].to,
					       t->word[i].sentence };
	}
}

void phrase_matches_fini(struct phrase_matches *m)
{
	free(m->at);
	*m = (struct phrase_matches){ NULL, 0 };
}

const struct phrase_match *phrase_in(const struct phrase_matches *m, unsigned sentence)
{
	size_t from = 0, to = m->n;

	while (from < to) {
		size_t mid = from + (to - from) / 2;

		if (m->at[mid].sentence < sentence)
			from = mid + 1;
		else
			to = mid;
	}
	return from < m->n && m->at[from].sentence == sentence ? &m->at[from] : NULL;
}

struct keying {
	char *out;
	size_t n, cap;
};

static int on_key_word(void *data, const struct dw_token *t)
{
	struct keying *k = data;
	size_t n = t->text.n;

	if ((t->flags & DW_TOKEN_IS_ALIAS) != 0)
		return 0;
	if (k->n > 0 && k->n + 1 < k->cap)
		k->out[k->n++] = ' ';
	if (n > k->cap - 1 - k->n)
		n = k->cap - 1 - k->n;
	memcpy(k->out + k->n, t->text.p, n);
	k->n += n;
	return 0;
}

void phrase_key(struct dw_str text, size_t from, size_t to, char *out, size_t cap)
{
	struct keying k = { out, 0, cap };

	(void)dw_tokenize(dw_str_make(text.p + from, to - from), DW_TOKENS_OF_QUERY,
			  on_key_word, &k);
	out[k.n] = '\0';
}
