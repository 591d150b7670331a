/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_TEXT_SAME_H
#define DW_TEXT_SAME_H
/* Whether two texts say the same to whoever reads them, down to the letter. */
#include "base/str.h"

/**
 * Do they differ in nothing but white space, where both have some, and in how Unicode spells the same
 * characters (NFC)? Nothing else is forgiven: a ZWNJ, a hamza, a Persian kaf for an Arabic one and a
 * digit of another script are changes. False for what is no UTF-8, unless the bytes are the same.
 */
bool dw_text_is_same_but_space(struct dw_str a, struct dw_str b);

/**
 * Where each UTF-16 unit stands with white space and the spelling of the same characters taken out of account:
 * place[i] for the place before unit i, up to place[n]; behind the end of the text all is the end. Texts that are the same but for
 * these have the same places for the same characters. Requires: room for n + 1.
 */
void dw_text_places(struct dw_str s, uint32_t *place, size_t n);

#endif
