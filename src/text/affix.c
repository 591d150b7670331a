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

struct affix {
	const char *p;
	size_t n;
};

#define A(lit)                                                                           \
	{                                                                                \
		(lit), sizeof(lit) - 1                                                   \
	}

/* Longest first, as folded (ک is ك, ی is ي, ة is ه). */
static const struct affix prefixes[] = { A("وبال"), A("وال"), A("بال"), A("كال"),
					 A("فال"),  A("ولل"), A("لل"),	A("ال") };
static const struct affix suffixes[] = {
	A("هايشان"), A("هايمان"), A("هايتان"), A("هايم"), A("هايت"), A("هايش"), A("هايي"),
	A("هاي"),    A("ترين"),	  A("ها"),     A("تر"),	  A("يها"),  A("يات"),	A("ات"),
	A("ون"),     A("ين"),	  A("ان"),     A("يه"),	  A("ه"),    A("ي"),
};
static const struct affix wholes[] = { A("الله"), A("لله"), A("الي"), A("التي"),
				       A("الذي") };

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static bool is_one_of(struct dw_str s, const struct affix *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (s.n == list[i].n && memcmp(s.p, list[i].p, s.n) == 0)
			return true;
	return false;
}

/* Bytes at the two ends are looked at before the rest: nearly all affixes fail there. */
static bool is_at(const char *p, const struct affix *a)
{
	return p[1] == a->p[1] && p[a->n - 1] == a->p[a->n - 1] &&
	       memcmp(p, a->p, a->n) == 0;
}

static struct dw_str strip_prefix(struct dw_str w)
{
	for (size_t i = 0; i < COUNT(prefixes); i++) {
		const struct affix *a = &prefixes[i];

		if (w.n >= a->n + LETTERS(3) && is_at(w.p, a))
			return dw_str_make(w.p + a->n, w.n - a->n);
	}
	if (w.n >= LETTERS(5) && memcmp(w.p, "و", LETTERS(1)) == 0)
		return dw_str_make(w.p + LETTERS(1), w.n - LETTERS(1));
	return w;
}

static bool strip_suffix(struct dw_str *w)
{
	for (size_t i = 0; i < COUNT(suffixes); i++) {
		const struct affix *a = &suffixes[i];

		if (w->n >= a->n + LETTERS(3) && is_at(w->p + w->n - a->n, a)) {
			w->n -= a->n;
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
	static const struct affix before[] = { A("مي"), A("نمي") };
	static const struct affix behind[] = {
		A("ها"),     A("هاي"),	  A("هايي"),   A("هايم"), A("هايت"), A("هايش"),
		A("هايمان"), A("هايتان"), A("هايشان"), A("تر"),	  A("ترين"),
	};

	return is_one_of(first, before, COUNT(before)) ||
	       is_one_of(second, behind, COUNT(behind));
}
