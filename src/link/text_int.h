/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_LINK_TEXT_INT_H
#define DW_LINK_TEXT_INT_H
/* Small readers that documents from outside need: markup, entities, dates, addresses. */
#include "base/buf.h"

/** Code point of an entity of HTML 4 or XML ("nbsp", "eacute"), 0 = there is none such. */
uint32_t link_entity(struct dw_str name);

/** HTML as plain text, added to out; what does not fit is left out. */
void link_html_text(struct dw_str html, struct dw_buf *out);
/** Plain text with its blanks put in order, the same way. */
void link_plain_text(struct dw_str text, struct dw_buf *out);
/** Line breaks become blanks. */
void link_one_line(struct dw_buf *b);
/** The first `max` bytes at most, never half a character. */
struct dw_str link_cut(struct dw_str s, size_t max);

/**
 * RFC 822 and ISO 8601 dates as feeds write them: without seconds, weekday or zone, with zones by
 * name, with one digit. DW_EINVAL.
 */
DW_MUST_USE int link_date(struct dw_str s, int64_t *us);

/**
 * `ref` resolved against `base` into out (cleared first). False: it is no http or https address,
 * holds a user name, or is too long.
 */
DW_MUST_USE bool link_resolve(const char *base, struct dw_str ref, struct dw_buf *out);

/** Code points of the 256 bytes of a single-byte encoding (-1 = none). False: not known here. */
DW_MUST_USE bool link_charset(const char *name, int map[256]);

#endif
