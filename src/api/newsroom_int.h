/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_NEWSROOM_INT_H
#define DW_NEWSROOM_INT_H
/*
 * What the files that write the newsroom's pages share.
 */
#include "api/newsroom.h"

/* ---- newsroom_html.c: text into HTML that is XML, too ---- */

struct html {
	struct dw_buf *b; /* borrowed */
	int rc;		  /* the first failure, sticks */
};

/* {name} in a template; a hole takes text, never markup: it is escaped. */
struct html_hole {
	const char *name;
	struct dw_str text;
};

#define HTML(w, template, ...)                                                           \
	html_fill(w, template,                                                           \
		  (const struct html_hole[]){ __VA_ARGS__, { NULL, { NULL, 0 } } })

void html_raw(struct html *w, const char *markup);
/** The template with its holes filled; a hole without a text is left empty. */
void html_fill(struct html *w, const char *template, const struct html_hole *holes);
/** Escaped for text and for attributes; what XML cannot hold becomes U+FFFD. */
void html_text(struct html *w, struct dw_str text);
/** A statement's text: <p> for what blank lines part, <br/> for lines, addresses as links. */
void html_prose(struct html *w, struct dw_str text);
/** How it begins: up to `chars` code points of its first paragraph, and an ellipsis if cut. */
void html_excerpt(struct html *w, struct dw_str text, size_t chars);
/** <time>, in words of that language. */
void html_time(struct html *w, struct dw_str lang, int64_t at, const char *itemprop);

/* ---- newsroom_ltr.c: numbers that a line from right to left would turn around ---- */

/**
 * Bytes of the telephone number, date or code that begins at `i` and runs from left to right as a whole;
 * 0: none begins there. The other pages have the same rule (static/src/i18n/foreign.ts);
 * tests/unit/ltr.tsv holds both to it. Requires: i < text.n.
 */
size_t newsroom_ltr_run(struct dw_str text, size_t i);

/* ---- newsroom_words.c: what the pages say themselves ---- */

enum newsroom_word {
	WORD_NEWSROOM,
	WORD_EMPTY,
	WORD_OLDER,
	WORD_NEWEST,
	WORD_PUBLISHED,
	WORD_CORRECTED,
	WORD_WITHDRAWN,
	WORD_WAS_CORRECTED,
	WORD_WAS_WITHDRAWN,
	WORD_IS_OLD,
	WORD_READ_NEWEST,
	WORD_READ_WITHDRAWN,
	WORD_CORRECTS,
	WORD_CORRECTED_BY,
	WORD_REASON,
	WORD_VERSIONS,
	WORD_THIS_VERSION,
	WORD_LANGUAGES,
	WORD_DIGEST,
	WORD_FEED,
	WORD_NOT_FOUND,
	WORD_COUNT
};

/** en, ar or fa: the one of ours that a BCP 47 tag begins with, else en. */
struct dw_str newsroom_ui(struct dw_str lang);
/** lang: one of newsroom_ui. */
struct dw_str newsroom_say(struct dw_str lang, enum newsroom_word word);
/** "rtl" or "ltr", by the language's script. */
struct dw_str newsroom_dir(struct dw_str lang);

/* ---- newsroom_view.c ---- */

const struct dw_statement_version *newsroom_version(const struct dw_statement *t,
						    const struct dw_publication *p);

/* ---- newsroom_list.c, newsroom_page.c ---- */

/* What the head of a page says of it. */
struct newsroom_about {
	struct dw_str title;
	struct dw_str path; /* where it stands */
	struct dw_str text; /* that others quote the beginning of; or empty */
};

/* Both kinds of page: everything up to <main>, and behind it. */
void newsroom_head(struct html *w, const struct dw_newsroom_site *site, struct dw_str ui,
		   const struct newsroom_about *about);
void newsroom_foot(struct html *w, struct dw_str ui);
/** A paragraph: the words, and a link to that statement. */
void newsroom_point(struct html *w, struct dw_str ui, enum newsroom_word word,
		    const struct dw_statement *to);
/** Did another version stand before it? */
bool newsroom_is_correction(const struct dw_statement *t, const struct dw_publication *p);

#endif
