/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_TEXT_SHINGLE_H
#define DW_TEXT_SHINGLE_H
/* How much two texts have in common, whatever their order, spelling and punctuation. */
#include "base/str.h"

/* The different runs of four folded characters of a text, hashed, in order. */
struct dw_shingles {
	uint32_t *p; /* owned */
	size_t n;
};

/** Links, names and what is no word do not count. Any bytes are taken. */
void dw_shingles_init(struct dw_shingles *s, struct dw_str text);
void dw_shingles_fini(struct dw_shingles *s);

/** 0 to 100: the share of those that either has which both have (Jaccard). 0 when one is empty. */
unsigned dw_shingles_likeness(const struct dw_shingles *a, const struct dw_shingles *b);

#endif
