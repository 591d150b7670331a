/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_DOMAIN_TEMPLATE_H
#define DW_DOMAIN_TEMPLATE_H
/*
 * A text with slots, filled from the room: what is known, what is being checked, when we speak next
 * are in the claim ledger and the clocks already, and are not typed again.
 *
 * A slot is a name in braces: {known}, the claims that are true, a line each; {checking}, those
 * that are unknown or mixed; {what}, the incident's title; {since}, when it began; {next_update},
 * when the public is to hear from us; and {contact}, how people reach us, which is set for each
 * language. What is not known stays as it is: somebody has to write it before the text can be submitted.
 */
#include "base/buf.h"
#include "domain/incident.h"
#include "domain/statement_fact.h"

/* What is known. */
struct dw_fill_from {
	struct dw_str lang;    /* of the text, as in dw_template_time */
	struct dw_str contact; /* in that language; n == 0: none is set */
	const struct dw_incident *s;
	int64_t now; /* a promised word that is over is none */
};

struct dw_filled {
	struct dw_str text;	   /* in the arena */
	struct dw_rest_list rests; /* the lines that stand for claims; ids are 0 */
	size_t *left;		   /* where in text each slot is that stayed; bytes */
	size_t n_left;
};

/** DW_ETOOBIG: the text or its links would be more than a draft may have. */
DW_MUST_USE int dw_template_fill(struct dw_filled *out, struct dw_str text,
				 const struct dw_fill_from *from, struct dw_arena *a);

/** The first slot that is left from byte `from` on, with its braces; p == NULL: none. */
struct dw_str dw_template_slot(struct dw_str text, size_t from);

/**
 * Add a moment in words, in UTC and saying so: in lang ar or fa (in the Persian calendar), else in English.
 * DW_ETOOBIG: it does not fit.
 */
DW_MUST_USE int dw_template_time(struct dw_buf *b, struct dw_str lang, int64_t at);

/* Moments of the room in words, and how people reach us: no claim stands behind them, and none needs to. */
#define DW_GIVEN_MAX 3
struct dw_given {
	struct dw_str text[DW_GIVEN_MAX]; /* in the arena; n == 0: there is none */
};

/** What {since}, {next_update} and {contact} stand for now, in this order; of a word that is over too. */
void dw_template_given(struct dw_given *out, const struct dw_fill_from *from,
		       struct dw_arena *a);

#define DW_SLOT_TEXT_MAX                                                                 \
	100 /* characters that may stand in a slot that stayed, and in a contact */

/**
 * Is `text` a filled template, word for word, but for the slots that stayed: in each of those stands
 * one line of 1 to DW_SLOT_TEXT_MAX characters? Braces in what the room says are no slot.
 */
DW_MUST_USE bool dw_template_fits(struct dw_str text, const struct dw_filled *filled);

/* A day of the solar Hijri calendar of Iran and Afghanistan. */
struct dw_persian_day {
	int year;
	unsigned month, day; /* from 1 */
};

/** Days since 1970-01-01 UTC, from 1800 on; from AP 1502 (2123) on reckonings differ by a day. */
struct dw_persian_day dw_persian_day(int64_t days);

#endif
