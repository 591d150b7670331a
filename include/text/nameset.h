/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_TEXT_NAMESET_H
#define DW_TEXT_NAMESET_H
/*
 * Names that must not be mixed up: people, places, products, organisations. Each is a line with its
 * spellings in any language, "Dana Dairy = دانا للألبان = لبنیات دانا"; whichever of them a text has, it is
 * the same name.
 */
#include "base/str.h"

#define DW_NAMES_MAX 50
#define DW_NAME_CHARS_MAX 300	/* of a line */
#define DW_NAME_SPELLINGS_MAX 8 /* of a line */
#define DW_NAME_WORDS_MAX 16	/* of a spelling */

/** Why that is no line of a name, as a sentence for who wrote it; NULL: it is one. */
const char *dw_name_refused(struct dw_str line);

/* Lines made ready for looking in texts. Not changed afterwards. */
struct dw_nameset;

/**
 * Borrows the lines until it is destroyed. Total: what goes beyond the limits, or is no spelling, is
 * left out. Of two lines with the same spelling it is the first one's.
 */
struct dw_nameset *dw_nameset_create(const struct dw_str *lines, size_t n);
/** NULL is fine. */
void dw_nameset_destroy(struct dw_nameset *s);
/** What line i calls itself: its first spelling. */
struct dw_str dw_nameset_name(const struct dw_nameset *s, size_t i);

#endif
