/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_TEXT_DELTA_H
#define DW_TEXT_DELTA_H
/*
 * What is easily overlooked in a difference: a figure or a name that is another one, a "not" that
 * came or went. Shown above the difference, whatever else has changed.
 */
#include "text/checks.h"
#include "text/nameset.h"

enum dw_delta_kind {
	DW_DELTA_NUMBER, /* in any digits: 1,200 and ۱٬۲۰۰ are the same */
	DW_DELTA_NAME, /* in any spelling: Dana Dairy and لبنیات دانا are the same */
	DW_DELTA_NEGATION, /* a word of the text's language that denies */
	DW_DELTA_KINDS
};

struct dw_delta {
	enum dw_delta_kind kind;
	bool is_gone;	   /* it stands in the old text alone; else in the new one */
	uint32_t from, to; /* UTF-16 units of the text that it stands in */
	uint32_t name;	   /* NAME: the line in the set */
};

#define DW_DELTAS_MAX 200 /* of each kind */

/*
 * By kind; of each what is gone, by place, and then what is new. Of too many the first ones; where both sides have too many,
 * half are of each.
 */
struct dw_deltas {
	struct dw_delta at[DW_DELTA_KINDS * DW_DELTAS_MAX];
	size_t n;
	bool is_more; /* there are more than that */
};

/** "number", "name", "negation": the code in the API. */
const char *dw_delta_name(enum dw_delta_kind kind);
/**
 * What either text has more often than the other. Both are valid UTF-8; lang: of both, as struct
 * dw_check_text has it.
 */
void dw_text_delta(const struct dw_checker *c, const struct dw_nameset *names,
		   struct dw_str old, struct dw_str new, struct dw_str lang,
		   struct dw_deltas *out);

/* The numbers and names of a text, found once. */
struct dw_told;

/** Borrows the text until it is destroyed. */
struct dw_told *dw_told_create(const struct dw_nameset *names, struct dw_str text);
#define DW_TOLD_GIVEN 4
/**
 * What says the same in every language, though in other figures: dates in two calendars. The i-th of one text
 * stands for the i-th of another; n ≤ DW_TOLD_GIVEN, empty ones are none. As often as both texts have it, word for
 * word, its numbers are no difference.
 */
void dw_told_give(struct dw_told *t, const struct dw_str *given, size_t n);
/** NULL is fine. */
void dw_told_destroy(struct dw_told *t);
/**
 * Of two texts in different languages: numbers that one has more often, and names that only one has
 * at all, where it has them first. Languages repeat names differently. Requires: both were made with
 * the same names.
 */
void dw_told_delta(struct dw_told *a, struct dw_told *b, struct dw_deltas *out);

#endif
