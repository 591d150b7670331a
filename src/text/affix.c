/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * affix.c - light stemming on folded spelling.
 *
 * After Lucene's Arabic and Persian light stemmers, joined and made careful: only the article
 * with what may stand before it, and a single و before longer words; single ب ل ف ك never come
 * off (بازار, بنك, لبن, فاتورة). All letters are two bytes of UTF-8 here, so lengths in bytes
 * are twice those in letters.
 */
#include "affix_int.h"

#define LETTERS(n) ((size_t)(n)*2)

/* Longest first, as folded (ک is ك, ی is ي, ة is ه). */
static const char *const prefixes[] = { "وبال", "وال", "بال", "كال",
					"فال",	"ولل", "لل",  "ال" };
static const char *const suffixes[] = {
	"هايشان", "هايمان", "هايتان", "هايم", "هايت", "هايش", "هايي", "هاي", "ترين", "ها",
	"تر",	  "يها",    "يات",    "ات",   "ون",   "ين",   "ان",   "يه",  "ه",    "ي",
};
static const char *const wholes[] = { "الله", "لله", "الي", "التي", "الذي" };

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static bool is_one_of(struct dw_str s, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (dw_str_eq(s, dw_str_of(list[i])))
			return true;
	return false;
}

static struct dw_str strip_prefix(struct dw_str w)
{
	for (size_t i = 0; i < COUNT(prefixes); i++) {
		struct dw_str p = dw_str_of(prefixes[i]);

		if (w.n >= p.n + LETTERS(3) && memcmp(w.p, p.p, p.n) == 0)
			return dw_str_make(w.p + p.n, w.n - p.n);
	}
	if (w.n >= LETTERS(5) && memcmp(w.p, "و", LETTERS(1)) == 0)
		return dw_str_make(w.p + LETTERS(1), w.n - LETTERS(1));
	return w;
}

static bool strip_suffix(struct dw_str *w)
{
	for (size_t i = 0; i < COUNT(suffixes); i++) {
		struct dw_str s = dw_str_of(suffixes[i]);

		if (w->n >= s.n + LETTERS(3) &&
		    memcmp(w->p + w->n - s.n, s.p, s.n) == 0) {
			w->n -= s.n;
			return true;
		}
	}
	return false;
}

struct dw_str affix_strip(struct dw_str word)
{
	if (is_one_of(word, wholes, COUNT(wholes)))
		return word;
	word = strip_prefix(word);
	if (strip_suffix(&word))
		strip_suffix(&word);
	return word;
}

bool affix_joins(struct dw_str first, struct dw_str second)
{
	static const char *const before[] = { "مي", "نمي" };
	static const char *const behind[] = {
		"ها",	  "هاي",    "هايي",   "هايم", "هايت", "هايش",
		"هايمان", "هايتان", "هايشان", "تر",   "ترين",
	};

	return is_one_of(first, before, COUNT(before)) ||
	       is_one_of(second, behind, COUNT(behind));
}
