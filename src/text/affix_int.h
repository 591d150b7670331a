/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_TEXT_AFFIX_INT_H
#define DW_TEXT_AFFIX_INT_H
/* Prefixes and suffixes of folded Arabic and Persian words. */
#include "base/str.h"

/** What is left of a word without them; the word itself when nothing comes off. */
struct dw_str affix_strip(struct dw_str word);
/** Are these two words, written with a blank between, one word? */
bool affix_joins(struct dw_str first, struct dw_str second);

#endif
