/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_PHRASE_INT_H
#define DW_PHRASE_INT_H
/* Phrases of word lists, and where they stand in a text. The lists: checks.def. */
#include "base/buf.h"

enum phrase_lang { PHRASE_AR, PHRASE_FA, PHRASE_EN, PHRASE_LANGS };

enum phrase_kind {
	ASK_VERB,
	ASK_CODE,
	ASK_NOT,
	OWNER,
	WHEN,
	HARM,
	NEXT,
	BLAME,
	BLAME_NOT,
	NEGATION,
	PHRASE_KINDS
};

struct phrases;
struct dw_checker;

struct phrases *phrases_create(void);
void phrases_destroy(struct phrases *p);

/* The words of a text in order. */
struct phrase_text;

struct phrase_text *phrase_text_create(struct dw_str text);
void phrase_text_destroy(struct phrase_text *t);
size_t phrase_text_words(const struct phrase_text *t);

struct phrase_match {
	size_t from, to; /* bytes */
	unsigned sentence;
};

/* In order, and so by sentence. */
struct phrase_matches {
	struct phrase_match *at; /* owned */
	size_t n;
};

/** All matches of one kind; of several at one word the longest. */
void phrase_find(struct phrase_matches *out, const struct phrases *p,
		 enum phrase_lang lang, enum phrase_kind kind,
		 const struct phrase_text *t);
void phrase_matches_fini(struct phrase_matches *m);
/** The words in those bytes as they are compared, into out[cap], cut where it is full. */
void phrase_key(struct dw_str text, size_t from, size_t to, char *out, size_t cap);
/** The first one in a sentence, and those behind it; NULL: there is none. */
const struct phrase_match *phrase_in(const struct phrase_matches *m, unsigned sentence);

/* ---- checks.c ---- */

/** The lists of a tag's language; false: there are none. */
bool phrase_language(struct dw_str tag, enum phrase_lang *lang);
const struct phrases *checker_phrases(const struct dw_checker *c);

#endif
