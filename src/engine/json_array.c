/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * json_array.c - finds the items of a JSON array without building it.
 *
 * A tree of a large body of many small values takes a hundred times its size in memory, so an
 * array of mentions is only walked here, and each item is then read by itself. The walk keeps
 * to the grammar strictly: a body that breaks off or is garbled near its end is refused before
 * anything of it is stored.
 */
#include "engine/ndjson.h"
#include "json_walk_int.h"

static int bad(const struct json_walk *w, struct dw_str text, struct dw_err *err)
{
	return dw_fail(err, DW_EINVAL, "the body is not JSON at byte %zu",
		       (size_t)(w->p - text.p));
}

/* Behind the opening bracket, up to the closing one. */
static int walk_items(struct json_walk *w, struct dw_str text, struct dw_str *item,
		      size_t max, size_t *n, struct dw_err *err)
{
	json_walk_blanks(w);
	if (json_walk_take(w, ']'))
		return 0;
	for (;;) {
		json_walk_blanks(w);
		if (*n == max)
			return dw_fail(err, DW_ETOOBIG,
				       "the array has more than %zu items", max);
		item[*n].p = w->p;
		if (!json_walk_value(w))
			return bad(w, text, err);
		item[*n].n = (size_t)(w->p - item[*n].p);
		(*n)++;
		json_walk_blanks(w);
		if (json_walk_take(w, ']'))
			return 0;
		if (!json_walk_take(w, ','))
			return bad(w, text, err);
	}
}

int dw_json_array_split(struct dw_str text, struct dw_str *item, size_t max, size_t *n,
			struct dw_err *err)
{
	struct json_walk w = { .p = text.p, .end = text.p + text.n };
	int rc;

	*n = 0;
	if (text.n == 0)
		return dw_fail(err, DW_EINVAL, "the body is empty");
	if (!dw_utf8_valid(text))
		return dw_fail(err, DW_EINVAL, "the body is not UTF-8");
	json_walk_blanks(&w);
	if (!json_walk_take(&w, '['))
		return dw_fail(err, DW_EINVAL, "the body is not a JSON array");
	rc = walk_items(&w, text, item, max, n, err);
	if (rc < 0)
		return rc;
	json_walk_blanks(&w);
	return w.p == w.end ? 0 : bad(&w, text, err);
}
