/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_NAMESET_INT_H
#define DW_NAMESET_INT_H
/* Names and texts as words, and where names stand. */
#include "base/buf.h"
#include "text/nameset.h"

struct word {
	uint32_t at, n;	   /* folded, in words.bytes */
	uint32_t from, to; /* as written */
};

struct words {
	struct dw_buf bytes;
	struct word *at; /* owned */
	size_t n, cap;
	size_t whole_from, whole_to; /* of the last one with all its parts */
};

struct spelling {
	uint32_t at, n; /* its words' letters, in dw_nameset.bytes */
	uint32_t name;
};

struct dw_nameset {
	struct dw_buf bytes;
	struct dw_str first[DW_NAMES_MAX]; /* spelling of each line */
	struct spelling spelling[DW_NAMES_MAX * DW_NAME_SPELLINGS_MAX]; /* sorted */
	size_t n_names, n;
};

static inline struct dw_str letters(const struct dw_nameset *s, const struct spelling *x)
{
	return dw_str_make(s->bytes.p + x->at, x->n);
}

void words_of(struct words *l, struct dw_str text);
void words_fini(struct words *l);

struct name_match {
	size_t from, to; /* bytes, whole words */
	size_t name;	 /* the line */
};

/* In order, none over another. */
struct name_matches {
	struct name_match *at; /* owned */
	size_t n;
};

void nameset_find(const struct dw_nameset *s, struct dw_str text,
		  struct name_matches *out);
void name_matches_fini(struct name_matches *m);

#endif
