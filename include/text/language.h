/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_TEXT_LANGUAGE_H
#define DW_TEXT_LANGUAGE_H
/* Which of our languages a text is written in. */
#include "base/str.h"

/**
 * "ar", "fa" or "en", static; p == NULL when that is not certain enough, or when it looks like
 * another language. `text` is as it was written: folding takes away what tells the two apart.
 * Any bytes are taken.
 */
struct dw_str dw_language_guess(struct dw_str text);

#endif
