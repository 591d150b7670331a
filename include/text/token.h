/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_TEXT_TOKEN_H
#define DW_TEXT_TOKEN_H
/*
 * Arabic, Persian and English text as search terms, by one fold for all three. Terms carry the
 * byte span that they were written in, so that what is marked is always the original text.
 *
 * Glossary: the surface of a word is its folded spelling; an alias is what is left of it without
 * the usual prefixes and suffixes, behind a marker byte, so that it never meets a surface.
 */
#include "base/str.h"

/* Raise with every change of what text folds or splits to, and of what mention_terms.c makes of it:
 * search indexes are then rebuilt. */
#define DW_FOLD_VERSION 2

#define DW_TOKEN_MAX 200      /* bytes of one token; longer ones are cut */
#define DW_TOKEN_ALIAS_MARK 1 /* first byte of an alias */

enum dw_token_mode {
	DW_TOKENS_OF_TEXT, /* everything that the text may be found by */
	DW_TOKENS_OF_QUERY, /* what was asked for: compounds joined, tags and names as such */
};

enum dw_token_flag {
	DW_TOKEN_COLOCATED = 1, /* at the position of the token before it */
	DW_TOKEN_IS_ALIAS = 2,
	/* an alias that says what its surface says already: nothing came off */
	DW_TOKEN_IS_SAME = 4,
	DW_TOKEN_IS_EMOJI = 8, /* no letter, no digit */
};

struct dw_token {
	struct dw_str text; /* UTF-8; borrowed during the call */
	size_t from, to;    /* bytes of the original */
	unsigned flags;	    /* enum dw_token_flag */
};

/** Non-zero ends the run and is returned by dw_tokenize. */
typedef int (*dw_token_fn)(void *data, const struct dw_token *t);

/**
 * Give each token of `text` to fn, in order of position. Any bytes are taken: what is not UTF-8
 * separates. Rules and their sources: src/text/fold.c and src/text/token.c.
 *
 * Fails with: what fn returned. Requires: text.n <= UINT32_MAX.
 */
int dw_tokenize(struct dw_str text, enum dw_token_mode mode, dw_token_fn fn, void *data);

#endif
