/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * json_array.c - finds the items of a JSON array without building it.
 *
 * A tree of a large body of many small values takes a hundred times its size in memory, so an
 * array of mentions is only walked here, and each item is then read by itself. The walk keeps
 * to the grammar strictly: a body that breaks off or is garbled near its end is refused before
 * anything of it is stored.
 *
 * A stack of one bit per level (object or array) and the level are all the state; there is no
 * recursion.
 */
#include "engine/ndjson.h"

#include <stdint.h>

struct walk {
	const char *p, *end;
	uint64_t is_object; /* bit d: level d is an object */
	unsigned depth;
};

static void skip_blanks(struct walk *w)
{
	while (w->p < w->end &&
	       (*w->p == ' ' || *w->p == '\n' || *w->p == '\r' || *w->p == '\t'))
		w->p++;
}

static bool take(struct walk *w, char c)
{
	if (w->p == w->end || *w->p != c)
		return false;
	w->p++;
	return true;
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool walk_escape(struct walk *w)
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

static bool walk_string(struct walk *w)
{
	if (!take(w, '"'))
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

static bool walk_digits(struct walk *w)
{
	const char *from = w->p;

	while (w->p < w->end && *w->p >= '0' && *w->p <= '9')
		w->p++;
	return w->p > from;
}

static bool walk_number(struct walk *w)
{
	(void)take(w, '-');
	if (!take(w, '0') && !walk_digits(w))
		return false;
	if (take(w, '.') && !walk_digits(w))
		return false;
	if (take(w, 'e') || take(w, 'E')) {
		if (!take(w, '+'))
			(void)take(w, '-');
		return walk_digits(w);
	}
	return true;
}

static bool walk_word(struct walk *w, struct dw_str word)
{
	if ((size_t)(w->end - w->p) < word.n || memcmp(w->p, word.p, word.n) != 0)
		return false;
	w->p += word.n;
	return true;
}

static bool walk_scalar(struct walk *w)
{
	switch (*w->p) {
	case '"':
		return walk_string(w);
	case 't':
		return walk_word(w, DW_STR("true"));
	case 'f':
		return walk_word(w, DW_STR("false"));
	case 'n':
		return walk_word(w, DW_STR("null"));
	default:
		return walk_number(w);
	}
}

static bool walk_key(struct walk *w)
{
	skip_blanks(w);
	if (!walk_string(w))
		return false;
	skip_blanks(w);
	return take(w, ':');
}

/* Go into an object or array. *is_open: it has something in it. */
static bool enter(struct walk *w, bool *is_open)
{
	bool is_object = *w->p++ == '{';
	uint64_t bit = UINT64_C(1) << w->depth;

	if (w->depth + 1 >= DW_JSON_DEPTH_MAX)
		return false;
	skip_blanks(w);
	*is_open = !take(w, is_object ? '}' : ']');
	if (!*is_open)
		return true;
	w->is_object = is_object ? w->is_object | bit : w->is_object & ~bit;
	w->depth++;
	return !is_object || walk_key(w);
}

/* Behind a value: close what ends here. *is_done: back at level `floor`. False: an error. */
static bool leave(struct walk *w, unsigned floor, bool *is_done)
{
	*is_done = false;
	while (w->depth > floor) {
		bool is_object = (w->is_object >> (w->depth - 1) & 1) != 0;

		skip_blanks(w);
		if (take(w, ','))
			return !is_object || walk_key(w);
		if (!take(w, is_object ? '}' : ']'))
			return false;
		w->depth--;
	}
	*is_done = true;
	return true;
}

static bool walk_value(struct walk *w)
{
	unsigned floor = w->depth;
	bool is_done = false;

	while (!is_done) {
		bool is_open = false;

		skip_blanks(w);
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

static int bad(const struct walk *w, struct dw_str text, struct dw_err *err)
{
	return dw_fail(err, DW_EINVAL, "the body is not JSON at byte %zu",
		       (size_t)(w->p - text.p));
}

/* Behind the opening bracket, up to the closing one. */
static int walk_items(struct walk *w, struct dw_str text, struct dw_str *item, size_t max,
		      size_t *n, struct dw_err *err)
{
	skip_blanks(w);
	if (take(w, ']'))
		return 0;
	for (;;) {
		skip_blanks(w);
		if (*n == max)
			return dw_fail(err, DW_ETOOBIG,
				       "the array has more than %zu items", max);
		item[*n].p = w->p;
		if (!walk_value(w))
			return bad(w, text, err);
		item[*n].n = (size_t)(w->p - item[*n].p);
		(*n)++;
		skip_blanks(w);
		if (take(w, ']'))
			return 0;
		if (!take(w, ','))
			return bad(w, text, err);
	}
}

int dw_json_array_split(struct dw_str text, struct dw_str *item, size_t max, size_t *n,
			struct dw_err *err)
{
	struct walk w = { .p = text.p, .end = text.p + text.n };
	int rc;

	*n = 0;
	if (text.n == 0)
		return dw_fail(err, DW_EINVAL, "the body is empty");
	if (!dw_utf8_valid(text))
		return dw_fail(err, DW_EINVAL, "the body is not UTF-8");
	skip_blanks(&w);
	if (!take(&w, '['))
		return dw_fail(err, DW_EINVAL, "the body is not a JSON array");
	rc = walk_items(&w, text, item, max, n, err);
	if (rc < 0)
		return rc;
	skip_blanks(&w);
	return w.p == w.end ? 0 : bad(&w, text, err);
}
