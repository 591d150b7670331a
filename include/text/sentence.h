/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_TEXT_SENTENCE_H
#define DW_TEXT_SENTENCE_H
/* Where the sentences of a text are, and which of them have a figure in them. */
#include "base/str.h"

struct dw_sentence {
	uint32_t from, to; /* UTF-16 units [from, to), without blanks around it */
	bool has_figure;   /* a digit: Latin, Arabic or Persian */
};

/* A walk over a text. */
struct dw_sentences {
	struct dw_str text; /* valid UTF-8, borrowed */
	size_t at;
	uint32_t units;
	/* for each byte: it is no figure, whatever it is (NULL: none is given) */
	const bool *given;
};

/**
 * The next sentence; false at the end. One ends behind . ! ? and their Arabic and Urdu kin, and at
 * the end of a line; a full stop between two digits belongs to the figure, one in front of a small
 * Latin letter to an address. Start: {text, 0, 0, given}.
 */
bool dw_sentence_next(struct dw_sentences *s, struct dw_sentence *out);

/** Mark each place (bytes) where `what` stands in `text`; not where a figure goes on before or behind it. */
void dw_sentence_give(struct dw_str text, struct dw_str what, bool *given);

#endif
