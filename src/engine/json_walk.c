/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * json_walk.c - is it JSON, and where does a value end?
 *
 * A stack of one bit per level (object or array) and the level are all the state; there is no
 * recursion and nothing is allocated, so hostile text costs one pass.
 */
#include "json_walk_int.h"

void json_walk_blanks(struct json_walk *w)
{
	while (w->p < w->end &&
	       (*w->p == ' ' || *w->p == '\n' || *w->p == '\r' || *w->p == '\t'))
		w->p++;
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool walk_escape(struct json_walk *w)
{
	if (w->p == w->end)
		return false;
	if (*w->p != 'u')
		return strchr("\"\\/bfnrt", *w->p) != NULL && *w->p++ != '\0';
	for (int i = 1; i <= 4; i++) {
		if (w->end - w->p <= i || !is_hex(w->p[i]))
			return false;
	}
	w->p += 5;
	return true;
}

bool json_walk_string(struct json_walk *w)
{
	if (!json_walk_take(w, '"'))
		return false;
	while (w->p < w->end) {
		unsigned char c = (unsigned char)*w->p++;

		if (c == '"')
			return true;
		if (c < 0x20 || (c == '\\' && !walk_escape(w)))
			return false;
	}
	return false;
}

static bool walk_digits(struct json_walk *w)
{
	const char *from = w->p;

	while (w->p < w->end && *w->p >= '0' && *w->p <= '9')
		w->p++;
	return w->p > from;
}

bool json_walk_number(struct json_walk *w)
{
	(void)json_walk_take(w, '-');
	if (!json_walk_take(w, '0') && !walk_digits(w))
		return false;
	if (json_walk_take(w, '.') && !walk_digits(w))
		return false;
	if (json_walk_take(w, 'e') || json_walk_take(w, 'E')) {
		if (!json_walk_take(w, '+'))
			(void)json_walk_take(w, '-');
		return walk_digits(w);
	}
	return true;
}

bool json_walk_word(struct json_walk *w, struct dw_str word)
{
	if ((size_t)(w->end - w->p) < word.n || memcmp(w->p, word.p, word.n) != 0)
		return false;
	w->p += word.n;
	return true;
}

static bool walk_scalar(struct json_walk *w)
{
	switch (*w->p) {
	case '"':
		return json_walk_string(w);
	case 't':
		return json_walk_word(w, DW_STR("true"));
	case 'f':
		return json_walk_word(w, DW_STR("false"));
	case 'n':
		return json_walk_word(w, DW_STR("null"));
	default:
		return json_walk_number(w);
	}
}

static bool walk_key(struct json_walk *w)
{
	json_walk_blanks(w);
	if (!json_walk_string(w))
		return false;
	json_walk_blanks(w);
	return json_walk_take(w, ':');
}

/* Go into an object or array. *is_open: it has something in it. */
static bool enter(struct json_walk *w, bool *is_open)
{
	bool is_object = *w->p++ == '{';
	uint64_t bit;

	if (w->depth >= JSON_WALK_DEPTH)
		return false;
	bit = UINT64_C(1) << w->depth;
	json_walk_blanks(w);
	*is_open = !json_walk_take(w, is_object ? '}' : ']');
	if (!*is_open)
		return true;
	w->is_object = is_object ? w->is_object | bit : w->is_object & ~bit;
	w->depth++;
	return !is_object || walk_key(w);
}

/* Behind a value: close what ends here. *is_done: back at level `floor`. False: an error. */
static bool leave(struct json_walk *w, unsigned floor, bool *is_done)
{
	*is_done = false;
	while (w->depth > floor) {
		bool is_object = (w->is_object >> (w->depth - 1) & 1) != 0;

		json_walk_blanks(w);
		if (json_walk_take(w, ','))
			return !is_object || walk_key(w);
		if (!json_walk_take(w, is_object ? '}' : ']'))
			return false;
		w->depth--;
	}
	*is_done = true;
	return true;
}

bool json_walk_value(struct json_walk *w)
{
	unsigned floor = w->depth;
	bool is_done = false;

	while (!is_done) {
		bool is_open = false;

		json_walk_blanks(w);
		if (w->p == w->end)
			return false;
		if (*w->p == '{' || *w->p == '[') {
			if (!enter(w, &is_open))
				return false;
			if (is_open)
				continue;
		} else if (!walk_scalar(w)) {
			return false;
		}
		if (!leave(w, floor, &is_done))
			return false;
	}
	return true;
}
