/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * fold.c - one spelling for all that a reader takes for the same.
 *
 * Follows Lucene's Arabic and Persian normalisers joined into one (a mixed index needs one fold
 * for all its languages), with digits, presentation forms and elongation added. Per code point:
 *
 *  (1) What is not UTF-8 is U+FFFD, a separator.
 *  (2) Harakat, Quranic marks, tatweel, Latin accents, bidi controls, zero-width spaces and
 *      variation selectors vanish: they neither split nor change a word. Marks of other scripts
 *      stay, or Hindi would break.
 *  (3) Variants of a letter become one: alefs, wa with hamza, the yehs, the kafs, the hehs; ڤ is
 *      ف; all digits are ASCII. ء is a letter, and گ پ چ ژ are their own.
 *  (4) Anything else is decomposed (NFKD), case folded, and goes through (2) and (3) once more.
 *      All results have the span of the one code point.
 *  (5) Three or more of the same letter as written: one in Arabic script, two in Latin. Digits
 *      never. Counted before (3), or سيئ would be a run.
 *
 * Rejected: ICU (36 MB, UTF-16 offsets that must be mapped back, no Arabic letter rules).
 * A change here or in token.c raises DW_FOLD_VERSION.
 */
#include "fold_int.h"

#include <pthread.h>
#include <stdlib.h>
#include <utf8proc.h>

#define EXPANSION_MAX 64

uint32_t fold_decode(const char *p, size_t n, size_t *used)
{
	const unsigned char *b = (const unsigned char *)p;
	uint32_t c = b[0], least;
	size_t len;

	*used = 1;
	if (c < 0x80)
		return c;
	if (c >= 0xc2 && c <= 0xdf)
		len = 2, least = 0x80, c &= 0x1f;
	else if ((c & 0xf0) == 0xe0)
		len = 3, least = 0x800, c &= 0x0f;
	else if (c >= 0xf0 && c <= 0xf4)
		len = 4, least = 0x10000, c &= 0x07;
	else
		return 0xfffd;
	if (n < len)
		return 0xfffd;
	for (size_t i = 1; i < len; i++) {
		if ((b[i] & 0xc0) != 0x80)
			return 0xfffd;
		c = c << 6 | (b[i] & 0x3f);
	}
	if (c < least || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0xfffd;
	*used = len;
	return c;
}

/* ---- rule 2 ---- */

struct range {
	uint32_t from, to;
};

static bool in_ranges(uint32_t c, const struct range *r, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (c >= r[i].from && c <= r[i].to)
			return true;
	return false;
}

#define IN(c, table) in_ranges((c), (table), sizeof(table) / sizeof((table)[0]))

/* Marks that belong to the character before them: its span grows over them. */
static bool is_mark(uint32_t c)
{
	static const struct range marks[] = {
		{ 0x0300, 0x036f }, { 0x0591, 0x05bd },	  { 0x05bf, 0x05bf },
		{ 0x05c1, 0x05c2 }, { 0x05c4, 0x05c5 },	  { 0x05c7, 0x05c7 },
		{ 0x0610, 0x061a }, { 0x0640, 0x0640 },	  { 0x064b, 0x065f },
		{ 0x0670, 0x0670 }, { 0x06d6, 0x06ed },	  { 0x08d3, 0x08ff },
		{ 0xfe00, 0xfe0f }, { 0x1f3fb, 0x1f3ff }, { 0xe0020, 0xe007f },
	};

	return c >= 0x0300 && IN(c, marks);
}

/* Controls that nobody sees. */
static bool is_invisible(uint32_t c)
{
	static const struct range controls[] = {
		{ 0x00ad, 0x00ad }, { 0x061c, 0x061c },	  { 0x200b, 0x200b },
		{ 0x200d, 0x200f }, { 0x202a, 0x202e },	  { 0x2060, 0x206f },
		{ 0xfeff, 0xfeff }, { 0xe0000, 0xe001f },
	};

	return c >= 0x00ad && IN(c, controls);
}

/* ---- rule 3 ---- */

static uint32_t arabic_letter(uint32_t c)
{
	switch (c) {
	case 0x0622:
	case 0x0623:
	case 0x0625: /* آ أ إ */
	case 0x0671:
	case 0x0672:
	case 0x0673:
	case 0x0675:
		return 0x0627;
	case 0x0624:
	case 0x06c6:
	case 0x06c7:
	case 0x06c8:
	case 0x06cb: /* ؤ */
		return 0x0648;
	case 0x0626:
	case 0x0649:
	case 0x06cc: /* ئ ى ی */
	case 0x06cd:
	case 0x06d0:
	case 0x06d2:
		return 0x064a;
	case 0x06a9:
	case 0x06aa: /* ک */
		return 0x0643;
	case 0x0629:
	case 0x06be:
	case 0x06c0: /* ة ھ ۀ */
	case 0x06c1:
	case 0x06c2:
	case 0x06c3:
	case 0x06d5:
		return 0x0647;
	case 0x06a4: /* ڤ */
		return 0x0641;
	default:
		return c;
	}
}

static bool is_arabic(uint32_t c)
{
	return (c >= 0x0600 && c <= 0x06ff) || (c >= 0x0750 && c <= 0x077f) ||
	       (c >= 0x08a0 && c <= 0x08d2);
}

/* Is it a letter of the Arabic block, for rule 3? */
static bool is_arabic_letter(uint32_t c)
{
	return (c >= 0x0620 && c <= 0x064a && c != 0x0640) ||
	       (c >= 0x066e && c <= 0x0674 && c != 0x0670) ||
	       (c >= 0x0679 && c <= 0x06d2) || c == 0x06d5 || c == 0x06ee ||
	       c == 0x06ef || (c >= 0x06fa && c <= 0x06fc) || c == 0x06ff;
}

static bool is_emoji(uint32_t c)
{
	static const struct range emoji[] = {
		{ 0x231a, 0x231b }, { 0x23e9, 0x23fa },	  { 0x25fb, 0x25fe },
		{ 0x2600, 0x27bf }, { 0x2b1b, 0x2b1c },	  { 0x2b50, 0x2b55 },
		{ 0x3030, 0x3030 }, { 0x1f000, 0x1f3fa }, { 0x1f400, 0x1faff },
	};

	return c >= 0x231a && IN(c, emoji);
}

/* ---- units ---- */

static void reserve(struct units *u, size_t cap)
{
	if (cap <= u->cap)
		return;
	u->cap = cap;
	u->at = realloc(u->at, cap * sizeof(u->at[0]));
	DW_INVARIANT(u->at != NULL);
}

/* To be filled. */
static inline struct unit *next_unit(struct units *u)
{
	if (u->n == u->cap)
		reserve(u, u->cap * 2);
	return &u->at[u->n++];
}

static inline struct unit *add(struct units *u, uint32_t c, enum unit_kind kind,
			       uint32_t from, uint32_t to)
{
	struct unit *x = next_unit(u);

	*x = (struct unit){ .c = c, .from = from, .to = to, .kind = (uint8_t)kind };
	return x;
}

static inline void add_letter(struct units *u, uint32_t c, uint32_t orig,
			      enum unit_script script, uint32_t from, uint32_t to)
{
	struct unit *x = add(u, c, UNIT_LETTER, from, to);

	x->orig = orig;
	x->script = (uint8_t)script;
}

/* ---- rules 2 and 3 of the first blocks: looked up ---- */

#define PLAIN_END 0x700 /* behind Latin and the Arabic of every day */

enum plain_does { IS_UNIT, GROWS_LAST, VANISHES, DECOMPOSES };

static struct plain {
	uint16_t c, orig; /* as struct unit has them */
	uint8_t does, kind, script;
	bool is_upper, is_space;
} plain[PLAIN_END];
static pthread_once_t plain_once = PTHREAD_ONCE_INIT;

static void set_ascii(struct plain *p, uint32_t c)
{
	uint32_t lower = c | 0x20;

	p->c = (uint16_t)c;
	p->is_space = c == ' ';
	if (lower >= 'a' && lower <= 'z') {
		p->c = p->orig = (uint16_t)lower;
		p->kind = UNIT_LETTER;
		p->script = SCRIPT_LATIN;
		p->is_upper = c != lower;
	} else if (c >= '0' && c <= '9') {
		p->kind = UNIT_DIGIT;
	} else {
		p->kind = c == '#'   ? UNIT_HASH
			  : c == '@' ? UNIT_AT
			  : c == '_' ? UNIT_UNDERSCORE
				     : UNIT_SEPARATOR;
	}
}

static void set_plain(struct plain *p, uint32_t c)
{
	if (c < 0x80) {
		set_ascii(p, c);
	} else if (is_arabic_letter(c)) {
		p->c = (uint16_t)arabic_letter(c);
		p->orig = (uint16_t)c;
		p->kind = UNIT_LETTER;
		p->script = SCRIPT_ARABIC;
	} else if (is_mark(c)) {
		p->does = GROWS_LAST;
	} else if (is_invisible(c)) {
		p->does = VANISHES;
	} else if ((c >= 0x0660 && c <= 0x0669) || (c >= 0x06f0 && c <= 0x06f9)) {
		p->c = (uint16_t)('0' + (c & 0xf));
		p->kind = UNIT_DIGIT;
	} else {
		p->does = DECOMPOSES;
	}
}

static void set_all_plain(void)
{
	for (uint32_t c = 0; c < PLAIN_END; c++)
		set_plain(&plain[c], c);
}

/* A mark belongs to the character before it. */
static void grow_last(struct units *u, uint32_t to)
{
	if (u->n > 0 && u->at[u->n - 1].kind != UNIT_SEPARATOR)
		u->at[u->n - 1].to = to;
}

/* False: rule 4 is to come. */
static inline bool add_plain(struct units *u, const struct plain *p, bool is_inside,
			     uint32_t from, uint32_t to)
{
	if (p->does == IS_UNIT) {
		*next_unit(u) = (struct unit){
			.c = p->c,
			.orig = is_inside && p->script == SCRIPT_ARABIC ? 0 : p->orig,
			.from = from,
			.to = to,
			.kind = p->kind,
			.script = p->script,
			.is_upper = p->is_upper,
			.is_space = p->is_space
		};
	} else if (p->does == GROWS_LAST) {
		grow_last(u, to);
	}
	return p->does != DECOMPOSES;
}

/* ---- of all others ---- */

/* A code point that nothing more will be done to. */
static void add_other(struct units *u, uint32_t c, uint32_t orig, uint32_t from,
		      uint32_t to)
{
	utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)c);
	enum unit_script script = is_arabic(c) ? SCRIPT_ARABIC
				  : c < 0x250  ? SCRIPT_LATIN
					       : SCRIPT_OTHER;

	/* Lu, Ll, Lt, Lm, Lo, Mn, Mc, Me; then Nd, Nl, No */
	if (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_ME)
		add_letter(u, c, orig, script, from, to);
	else if (category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO)
		add(u, c, UNIT_DIGIT, from, to);
	else
		add(u, c, UNIT_SEPARATOR, from, to);
}

/* Rules 2 and 3, and what needs no decomposition; is_inside: not the first of an expansion. False: rule 4
 * is to come. */
static bool add_simple(struct units *u, uint32_t c, bool is_inside, uint32_t from,
		       uint32_t to)
{
	if (c < PLAIN_END)
		return add_plain(u, &plain[c], is_inside, from, to);
	if (is_mark(c))
		grow_last(u, to);
	else if (c == 0x200c)
		add(u, c, UNIT_JOINER, from, to);
	else if (is_emoji(c))
		add(u, c, UNIT_EMOJI, from, to);
	else
		return is_invisible(c);
	return true;
}

/* Rule 4. */
static void add_decomposed(struct units *u, uint32_t c, uint32_t from, uint32_t to)
{
	utf8proc_int32_t out[EXPANSION_MAX];
	int last_class = 0;
	size_t first = u->n;
	bool is_upper = utf8proc_category((utf8proc_int32_t)c) == UTF8PROC_CATEGORY_LU;
	utf8proc_ssize_t n = utf8proc_decompose_char(
		(utf8proc_int32_t)c, out, EXPANSION_MAX,
		UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD, &last_class);

	if (n < 0 || n > EXPANSION_MAX) {
		add(u, c, UNIT_SEPARATOR, from, to);
		return;
	}
	for (utf8proc_ssize_t i = 0; i < n; i++) {
		uint32_t orig = i == 0 ? (uint32_t)out[0] : 0;

		if (!add_simple(u, (uint32_t)out[i], i > 0, from, to))
			add_other(u, (uint32_t)out[i], orig, from, to);
	}
	if (u->n > first) {
		u->at[first].is_upper = is_upper;
		u->at[first].is_space = c == 0xa0;
	}
}

/* Rule 5, in place. */
static void shorten_runs(struct units *u)
{
	size_t out = 0;

	for (size_t i = 0; i < u->n;) {
		size_t run = 1, keep;
		const struct unit *a = &u->at[i];

		if (a->kind == UNIT_LETTER && a->orig != 0)
			while (i + run < u->n && u->at[i + run].kind == UNIT_LETTER &&
			       u->at[i + run].orig == a->orig)
				run++;
		keep = run;
		if (run >= 3 && a->script == SCRIPT_ARABIC)
			keep = 1;
		else if (run >= 3 && a->script == SCRIPT_LATIN)
			keep = 2;
		uint32_t to = u->at[i + run - 1].to;

		if (out != i)
			memmove(&u->at[out], &u->at[i], keep * sizeof(u->at[0]));
		u->at[out + keep - 1].to = to;
		out += keep;
		i += run;
	}
	u->n = out;
}

void fold_text(struct units *u, struct dw_str text)
{
	DW_REQUIRE(text.n <= UINT32_MAX);
	DW_INVARIANT(pthread_once(&plain_once, set_all_plain) == 0);
	u->n = 0;
	reserve(u, text.n + 1); /* more only when something expands */
	for (size_t at = 0, used; at < text.n; at += used) {
		uint32_t c = fold_next(text.p + at, text.n - at, &used);
		uint32_t from = (uint32_t)at, to;

		to = (uint32_t)(at + used);
		/* The first case by itself: a tenth faster than through add_simple. */
		if (c < PLAIN_END ? !add_plain(u, &plain[c], false, from, to)
				  : !add_simple(u, c, false, from, to))
			add_decomposed(u, c, from, to);
	}
	shorten_runs(u);
	/* Who looks one further than the last sees the end of a word. */
	add(u, 0, UNIT_SEPARATOR, (uint32_t)text.n, (uint32_t)text.n);
	u->n--;
}

void fold_free(struct units *u)
{
	free(u->at);
	*u = (struct units){ NULL, 0, 0 };
}
