/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_TEXT_FOLD_INT_H
#define DW_TEXT_FOLD_INT_H
/* Folded characters, each with the bytes that it stands for. */
#include "base/str.h"

enum unit_kind {
	UNIT_SEPARATOR, /* anything that ends a word */
	UNIT_LETTER,	/* letters, and marks that are kept */
	UNIT_DIGIT,
	UNIT_JOINER, /* ZWNJ */
	UNIT_EMOJI,
	UNIT_HASH,
	UNIT_AT,
	UNIT_UNDERSCORE,
};

enum unit_script { SCRIPT_OTHER, SCRIPT_ARABIC, SCRIPT_LATIN };

struct unit {
	uint32_t c; /* folded code point */
	uint32_t
		orig; /* the letter as written, 0 inside an expansion: runs are counted on it */
	uint32_t from, to;
	uint8_t kind, script;
	bool is_upper; /* as written */
	bool is_space; /* U+0020 or U+00A0 */
};

struct units {
	struct unit *at; /* owned */
	size_t n, cap;
};

/** Fold the whole text; at[n] is a separator, which n does not count. Aborts when memory is out: cap the text
 * before. */
void fold_text(struct units *u, struct dw_str text);
void fold_free(struct units *u);
/** Next code point at p (n > 0 bytes left); *used gets its length. A bad byte is U+FFFD. */
uint32_t fold_decode(const char *p, size_t n, size_t *used);

/** The same, quick for what most texts are made of. */
static inline uint32_t fold_next(const char *p, size_t n, size_t *used)
{
	const unsigned char *b = (const unsigned char *)p;

	*used = 1;
	if (b[0] < 0x80)
		return b[0];
	if (b[0] < 0xc2 || b[0] > 0xdf || n < 2 || (b[1] & 0xc0) != 0x80)
		return fold_decode(p, n, used);
	*used = 2;
	return (uint32_t)(b[0] & 0x1f) << 6 | (b[1] & 0x3f);
}

static inline bool unit_in_word(const struct unit *u)
{
	return u->kind == UNIT_LETTER || u->kind == UNIT_DIGIT;
}

#endif
