/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * language.c - Arabic, Persian, English, or not certain.
 *
 * One pass counts letters by script and collects evidence; links, @names and emoji count for
 * nothing.
 *
 *  (1) The script with most of the letters decides between Latin and Arabic; without a clear
 *      majority there is no answer.
 *  (2) In Arabic script, letters and words give points to one language each: پ چ ژ گ, ک and ی, and
 *      ZWNJ inside a word are Persian; ة ى إ أ, and ي and ك a little (Persian is often typed on
 *      an Arabic keyboard), are Arabic; so are words behind ال. Some twenty words of each count
 *      most. The difference must be clear.
 *  (3) Letters that only Urdu, Pashto or Kurdish have: no answer.
 *  (4) In Latin script, words of English against words and accents of its neighbours.
 *
 * Arabic or Persian in Latin letters passes for English, which is known and shown as a guess.
 *
 * Rejected: CLD2 (17 µs and 2 MB, and calls a sixth of short Arabic English), a regression over
 * n-grams (better by a third of a percent, for 48 KiB of numbers that nobody can read).
 */
#include "text/language.h"

#include "fold_int.h"

#include <pthread.h>

#define WORD_MAX 6    /* letters of the longest word that counts */
#define TEXT_MAX 2000 /* bytes that are looked at */

struct counts {
	unsigned arabic, latin, other; /* letters */
	unsigned accents;	       /* Latin letters that English does not have */
	unsigned alien;		       /* Arabic-script letters of (3) */
	unsigned fa, ar, en, not_en;   /* points */
};

/* ---- letters ---- */

/* ٹ ڈ ڑ ں ہ ے ۓ; ټ ډ ړ ښ ږ ڼ ې ۍ ځ څ; ڕ ێ ۆ ڵ ە */
static bool is_alien(uint32_t c)
{
	static const uint32_t alien[] = { 0x679, 0x688, 0x691, 0x6ba, 0x6c1, 0x6d2,
					  0x6d3, 0x67c, 0x689, 0x693, 0x69a, 0x696,
					  0x6bc, 0x6d0, 0x6cd, 0x681, 0x685, 0x695,
					  0x6ce, 0x6c6, 0x6b5, 0x6d5, 0 };
	const uint32_t *p = alien;

	if (c < 0x679 || c > 0x6d5)
		return false;
	while (*p != 0 && *p != c)
		p++;
	return *p != 0;
}

static void count_arabic(struct counts *n, uint32_t c)
{
	n->arabic++;
	switch (c) {
	case 0x67e: /* پ چ ژ گ */
	case 0x686:
	case 0x698:
	case 0x6af:
		n->fa += 3;
		break;
	case 0x6a9: /* ک ی */
	case 0x6cc:
		n->fa += 2;
		break;
	case 0x629: /* ة أ إ */
	case 0x623:
	case 0x625:
		n->ar += 3;
		break;
	case 0x64a: /* ي ك ى */
	case 0x643:
	case 0x649:
		n->ar += 1;
		break;
	default:
		n->alien += is_alien(c);
		n->ar += c >= 0xfe70; /* presentation forms */
		break;
	}
}

static bool is_arabic_letter(uint32_t c)
{
	return (c >= 0x620 && c <= 0x64a && c != 0x640) || (c >= 0x66e && c <= 0x6d3) ||
	       c == 0x6d5 || (c >= 0xfb50 && c <= 0xfdfb) || (c >= 0xfe70 && c <= 0xfefc);
}

static bool is_latin_letter(uint32_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= 0xc0 && c <= 0x24f && c != 0xd7 && c != 0xf7);
}

/* Letters of other scripts, roughly: what is neither sign nor emoji. */
static bool is_other_letter(uint32_t c)
{
	return (c >= 0x370 && c <= 0x5ff) || (c >= 0x700 && c <= 0x1fff) ||
	       (c >= 0x2c00 && c <= 0x2dff) || (c >= 0x3040 && c <= 0xd7ff) ||
	       (c >= 0xf900 && c <= 0xfaff) || (c >= 0x20000 && c <= 0x3ffff);
}

/* ---- what a letter is, looked up ---- */

#define CLASS_END 0x700 /* behind what most texts are written in */

enum class { NO_LETTER, LATIN, ARABIC, SILENT, OTHER };

static uint8_t class_of[CLASS_END];

/* Marks, tatweel, direction marks and apostrophes, which do not end a word. */
static bool is_silent(uint32_t c)
{
	return (c >= 0x64b && c <= 0x65f) || c == 0x670 || c == 0x640 || c == 0x200e ||
	       c == 0x200f || c == '\'' || c == 0x2019;
}

static uint8_t classify(uint32_t c)
{
	if (is_silent(c))
		return SILENT;
	if (is_arabic_letter(c))
		return ARABIC;
	if (is_latin_letter(c))
		return LATIN;
	return is_other_letter(c) ? OTHER : NO_LETTER;
}

/* ---- words ---- */

static const char *const words_fa[] = {
	"آن",	"از",	"است",	 "اون",	 "اين",	 "اگر",	 "این", "با",  "بايد", "باید",
	"بر",	"براى", "براي",	 "برای", "به",	 "بود",	 "تا",	"خوب", "خيلى", "خيلي",
	"خیلی", "در",	"ديگه",	 "دیگه", "را",	 "رو",	 "شد",	"شده", "كرد",  "كن",
	"كنم",	"كه",	"ممنون", "مى",	 "مي",	 "ميشه", "می",	"نه",  "نيست", "نیست",
	"هاى",	"هاي",	"های",	 "هست",	 "هستم", "هم",	 "همه", "ولي", "ولی",  "يك",
	"يه",	"چرا",	"چه",	 "کرد",	 "که",	 "یه",	 "یک"
};
static const char *const words_ar[] = {
	"أن",  "أنا",	"إلى", "احنا", "التي", "الذي", "اللهم", "اللي", "الى", "ان",
	"انا", "بس",	"بعد", "جدا",  "شي",   "على",  "عليه",	"عن",	"غير", "في",
	"فيه", "قال",	"قبل", "قد",   "كان",  "كل",   "كيف",	"لا",	"لم",  "لن",
	"لو",  "ليش",	"ما",  "مش",   "مع",   "من",   "هذا",	"هذه",	"هذي", "هو",
	"هي",  "والله", "ولا", "وين",  "يا",   "يارب"
};
static const char *const words_en[] = {
	"all", "an",   "and",  "are",  "at",   "be",   "but",  "by", "can", "dont",
	"for", "from", "get",  "has",  "have", "how",  "i",    "if", "im",  "in",
	"is",  "it",   "its",  "just", "me",   "my",   "not",  "of", "on",  "or",
	"our", "out",  "so",   "that", "the",  "they", "this", "to", "up",  "was",
	"we",  "what", "when", "will", "with", "you",  "your"
};
/* Spanish, Portuguese, French, Italian, German, Turkish, Tagalog, Indonesian. */
static const char *const words_not_en[] = {
	"ako",	"al",	 "ang", "auf",	"bir",	 "bu",	 "che",	 "como", "con",
	"dans", "das",	 "de",	"del",	"della", "den",	 "der",	 "des",	 "di",
	"die",	"du",	 "ein", "eine", "el",	 "em",	 "en",	 "es",	 "est",
	"et",	"foi",	 "ich", "il",	"ini",	 "ist",	 "itu",	 "la",	 "lang",
	"las",	"le",	 "les", "lo",	"los",	 "mais", "mga",	 "mit",	 "nel",
	"ng",	"nicht", "non", "os",	"para",	 "pas",	 "per",	 "pero", "por",
	"pour", "que",	 "sa",	"sono", "su",	 "sur",	 "um",	 "uma",	 "un",
	"una",	"und",	 "ve",	"von",	"y",	 "yan",	 "yang", "zu"
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* All of them by a hash of their letters. Most words of a text are none of them, and most of
 * those are known to be none by an empty slot. */
#define SLOTS 1024 /* a power of two, several times the number of words */

enum { IS_FA = 1, IS_AR = 2, IS_EN = 4, IS_NOT_EN = 8 };

static struct slot {
	const char *word;
	unsigned lists;
} slots[SLOTS];
static pthread_once_t tables_once = PTHREAD_ONCE_INIT;

static uint32_t hash_letter(uint32_t hash, uint32_t c)
{
	return (hash ^ c) * 0x9e3779b1u;
}

/* The slot of a word, or the empty one where it would be. */
static struct slot *slot_of(const char *word, uint32_t hash)
{
	size_t i = hash >> 22; /* of SLOTS: the upper bits are the mixed ones */

	while (slots[i].word != NULL && strcmp(slots[i].word, word) != 0)
		i = (i + 1) % SLOTS;
	return &slots[i];
}

static void fill(const char *const *words, size_t n, unsigned list)
{
	for (size_t i = 0; i < n; i++) {
		struct dw_str left = dw_str_of(words[i]);
		struct slot *s;
		uint32_t hash = 0;
		size_t used;

		for (; left.n > 0; left.p += used, left.n -= used)
			hash = hash_letter(hash, fold_decode(left.p, left.n, &used));
		s = slot_of(words[i], hash);
		s->word = words[i];
		s->lists |= list;
	}
}

static void fill_tables(void)
{
	for (uint32_t c = 0; c < CLASS_END; c++)
		class_of[c] = classify(c);
	fill(words_fa, COUNT(words_fa), IS_FA);
	fill(words_ar, COUNT(words_ar), IS_AR);
	fill(words_en, COUNT(words_en), IS_EN);
	fill(words_not_en, COUNT(words_not_en), IS_NOT_EN);
}

struct word {
	char p[WORD_MAX * 4 + 1]; /* UTF-8, ASCII in small letters */
	size_t n;
	uint32_t hash;
	unsigned letters;
	bool is_arabic;
};

static void add_letter(struct word *w, uint32_t c)
{
	if (w->letters++ >= WORD_MAX)
		return;
	if (c < 0x80) {
		c |= 0x20;
		w->p[w->n++] = (char)c;
	} else {
		w->n += dw_utf8_put(c, w->p + w->n);
	}
	w->hash = hash_letter(w->hash, c);
}

static void end_word(struct counts *n, struct word *w)
{
	unsigned lists;

	if (w->letters == 0)
		return;
	w->p[w->n] = '\0';
	if (w->letters >= 5 && w->is_arabic && memcmp(w->p, "ال", 4) == 0)
		n->ar += 2;
	lists = w->letters <= WORD_MAX ? slot_of(w->p, w->hash)->lists : 0;
	if (w->is_arabic && w->letters > 1) {
		n->fa += (lists & IS_FA) != 0 ? 4 : 0;
		n->ar += (lists & IS_AR) != 0 ? 4 : 0;
	}
	n->en += (lists & IS_EN) != 0;
	n->not_en += (lists & IS_NOT_EN) != 0;
	w->n = 0;
	w->hash = 0;
	w->letters = 0;
}

/* ---- the pass ---- */

/* Behind the link or @name at p, or p. */
static size_t skip_name(struct dw_str t, size_t p)
{
	static const char *const begin[] = { "http://", "https://", "www.", "@" };

	if (t.p[p] != 'h' && t.p[p] != 'w' && t.p[p] != '@')
		return p;
	for (size_t i = 0; i < sizeof(begin) / sizeof(begin[0]); i++) {
		size_t n = strlen(begin[i]);

		if (t.n - p <= n || memcmp(t.p + p, begin[i], n) != 0)
			continue;
		while (p < t.n && (unsigned char)t.p[p] > ' ')
			p++;
		break;
	}
	return p;
}

static void count_letter(struct counts *n, struct word *w, uint32_t c, uint8_t class)
{
	bool is_arabic = class == ARABIC;

	if (!is_arabic && class != LATIN) {
		end_word(n, w);
		n->other += class == OTHER;
		return;
	}
	if (w->n > 0 && w->is_arabic != is_arabic)
		end_word(n, w);
	w->is_arabic = is_arabic;
	if (is_arabic) {
		count_arabic(n, c);
	} else {
		n->latin++;
		n->accents += c >= 0xc0;
	}
	add_letter(w, c);
}

static void count(struct counts *n, struct dw_str t)
{
	struct word w = { .n = 0 };
	bool is_begin = true;

	if (t.n > TEXT_MAX)
		t.n = TEXT_MAX;
	for (size_t at = 0; at < t.n;) {
		size_t used, next = is_begin ? skip_name(t, at) : at;
		uint32_t c;
		uint8_t class;

		if (next > at) {
			at = next;
			is_begin = false;
			continue;
		}
		c = fold_next(t.p + at, t.n - at, &used);
		at += used;
		is_begin = c <= ' ' || c == '(' || c == '"';
		if (c == 0x200c && w.n > 0 && w.is_arabic)
			n->fa += 3; /* and the word is two */
		class = c < CLASS_END ? class_of[c] : classify(c);
		if (class != SILENT)
			count_letter(n, &w, c, class);
	}
	end_word(n, &w);
}

static struct dw_str guess_arabic(const struct counts *n)
{
	struct dw_str none = { NULL, 0 };

	if (n->alien * 25 >= n->arabic)
		return none;
	if (n->fa >= n->ar + 2 && n->fa * 2 >= n->ar * 3)
		return DW_STR("fa");
	if (n->ar >= n->fa + 2 && n->ar * 2 >= n->fa * 3)
		return DW_STR("ar");
	/* Hardly any Persian is as long as this without a sign of it; much Arabic is. */
	if (n->fa == 0 && n->arabic >= 5)
		return DW_STR("ar");
	return none;
}

static struct dw_str guess_latin(const struct counts *n)
{
	struct dw_str none = { NULL, 0 };

	if (n->latin < 3 || n->accents * 20 > n->latin)
		return none;
	return n->not_en > n->en ? none : DW_STR("en");
}

struct dw_str dw_language_guess(struct dw_str text)
{
	struct counts n = { 0 };
	struct dw_str none = { NULL, 0 };
	unsigned all;

	DW_INVARIANT(pthread_once(&tables_once, fill_tables) == 0);
	count(&n, text);
	all = n.arabic + n.latin + n.other;
	if (all < 2)
		return none;
	if (n.arabic * 20 >= all * 11)
		return guess_arabic(&n);
	if (n.latin * 10 >= all * 8)
		return guess_latin(&n);
	return none;
}
