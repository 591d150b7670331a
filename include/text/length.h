/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_TEXT_LENGTH_H
#define DW_TEXT_LENGTH_H
/* How long a text is for the channel that it goes out by. */
#include "base/str.h"

#define DW_POST_LENGTH_MAX 280 /* of a social post */

/**
 * The length of a social post as X counts it; its rules are in src/text/length.c. *over, when it is
 * not NULL, gets the byte where `most` is passed, text.n when it is not. Requires valid UTF-8.
 */
size_t dw_post_length(struct dw_str text, size_t most, size_t *over);

/** The same in plain characters (code points): for channels that do not count in a way of their own. */
size_t dw_plain_length(struct dw_str text, size_t most, size_t *over);

#endif
