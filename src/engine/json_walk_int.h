/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_JSON_WALK_INT_H
#define DW_JSON_WALK_INT_H
/*
 * Goes over JSON text by the grammar of RFC 8259 without building anything. Each function steps
 * behind what it names, or returns false with p at what is wrong. Strings are not looked into:
 * their bytes need a check for UTF-8 of their own.
 */
#include "base/str.h"

#define JSON_WALK_DEPTH 64

struct json_walk {
	const char *p, *end;
	uint64_t is_object; /* bit d: level d is an object */
	unsigned depth;
};

void json_walk_blanks(struct json_walk *w);
bool json_walk_word(struct json_walk *w, struct dw_str word);
bool json_walk_string(struct json_walk *w);
bool json_walk_number(struct json_walk *w);
/** Any value, nested at most JSON_WALK_DEPTH levels. */
bool json_walk_value(struct json_walk *w);

static inline bool json_walk_take(struct json_walk *w, char c)
{
	if (w->p == w->end || *w->p != c)
		return false;
	w->p++;
	return true;
}

#endif
