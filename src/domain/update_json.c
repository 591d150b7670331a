/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * update_json.c - changes of a draft as JSON.
 *
 * jansson has refused what is not JSON, not UTF-8, half a surrogate pair, and a NUL, before anything
 * is looked at here. Then each part is read strictly: whole numbers, lines without breaks. A part
 * that would be of no use to the library in the page is refused, even where the library would
 * take it. The rules that are not about spelling are dw_change_check's.
 */
#include "update_int.h"

#include <stdio.h>

#define CLIENT_MAX 64

static int refuse(struct dw_fault *f, int code, const char *prefix, size_t part,
		  size_t line, const char *what)
{
	char pointer[sizeof(f->pointer)];

	if (line > 0)
		snprintf(pointer, sizeof(pointer), "%s/%zu/%zu", prefix, part, line);
	else
		snprintf(pointer, sizeof(pointer), "%s/%zu", prefix, part);
	dw_fault_set(f, pointer, "%s", what);
	return code;
}

/* A whole number from 0 to what a draft may have. */
static bool read_units(const json_t *v, uint32_t *n)
{
	json_int_t i = json_integer_value(v); /* 0 of all that is not one */

	if (!json_is_integer(v) || i < 0 || i > (json_int_t)DW_TEXT_UNITS_MAX)
		return false;
	*n = (uint32_t)i;
	return true;
}

static struct dw_str line_of(const json_t *part, size_t i)
{
	const json_t *v = json_array_get(part, i);

	return dw_str_make(json_string_value(v), json_string_length(v));
}

/* Lines 1… of a part, checked to be strings, as one text. */
static struct dw_str join(const json_t *part, struct dw_arena *a)
{
	size_t lines = json_array_size(part), n = lines - 2, at = 0;
	char *text;

	for (size_t i = 1; i < lines; i++)
		n += line_of(part, i).n;
	text = dw_arena_alloc(a, n + 1);
	for (size_t i = 1; i < lines; i++) {
		struct dw_str line = line_of(part, i);

		if (i > 1)
			text[at++] = '\n';
		if (line.n > 0)
			memcpy(text + at, line.p, line.n);
		at += line.n;
	}
	return dw_str_make(text, n);
}

static int read_lines(struct dw_change_part *p, const json_t *v, const char *prefix,
		      size_t part, struct dw_arena *a, struct dw_fault *f)
{
	for (size_t i = 1; i < json_array_size(v); i++) {
		struct dw_str line = line_of(v, i);

		if (!json_is_string(json_array_get(v, i)))
			return refuse(f, DW_EINVAL, prefix, part, i,
				      "a line must be a string");
		if (line.n > 0 && (memchr(line.p, '\n', line.n) != NULL ||
				   memchr(line.p, '\r', line.n) != NULL))
			return refuse(
				f, DW_EUNPROCESSABLE, prefix, part, i,
				"a line holds no line break; it is a line of its own");
	}
	if (json_array_size(v) > 1)
		p->text = join(v, a);
	return 0;
}

static int read_part(struct dw_change_part *p, const json_t *v, const char *prefix,
		     size_t part, struct dw_arena *a, struct dw_fault *f)
{
	p->is_kept = json_is_integer(v);
	if (p->is_kept ? !read_units(v, &p->n) : !read_units(json_array_get(v, 0), &p->n))
		return refuse(
			f, DW_EINVAL, prefix, part, 0,
			"a part is a whole number of units up to 65536, or an array "
			"that begins with one");
	if (!p->is_kept && json_array_size(v) > DW_TEXT_UNITS_MAX)
		return refuse(f, DW_ETOOBIG, prefix, part, 0,
			      "this is longer than a draft may be");
	return read_lines(p, v, prefix, part, a, f);
}

static int read_change(struct dw_change *c, const json_t *v, const char *prefix,
		       struct dw_arena *a, struct dw_fault *f)
{
	struct dw_fault inner;
	int rc;

	if (!json_is_array(v)) {
		dw_fault_set(f, prefix, "a change is an array of parts");
		return DW_EINVAL;
	}
	c->n = json_array_size(v);
	if (c->n > DW_CHANGE_PARTS_MAX)
		return refuse(f, DW_ETOOBIG, prefix, DW_CHANGE_PARTS_MAX, 0,
			      "these are more parts than may be sent at once");
	c->part = dw_arena_alloc(a, (c->n + 1) * sizeof(c->part[0]));
	for (size_t i = 0; i < c->n; i++) {
		rc = read_part(&c->part[i], json_array_get(v, i), prefix, i, a, f);
		if (rc < 0)
			return rc;
	}
	rc = dw_change_check(c, &inner);
	if (rc < 0) {
		char pointer[sizeof(f->pointer) * 2];

		snprintf(pointer, sizeof(pointer), "%s%s", prefix, inner.pointer);
		dw_fault_set(f, pointer, "%s", inner.detail);
	}
	return rc;
}

static int load(json_t **root, struct dw_str json, struct dw_fault *f)
{
	json_error_t e;

	if (json.n > DW_UPDATES_BYTES) {
		dw_fault_set(f, "", "changes take %u bytes at most", DW_UPDATES_BYTES);
		return DW_ETOOBIG;
	}
	*root = json_loadb(json.n > 0 ? json.p : "", json.n, JSON_REJECT_DUPLICATES, &e);
	if (*root == NULL)
		return dw_fault_set(f, "", "this is not JSON at byte %d: %s", e.position,
				    e.text);
	return 0;
}

int dw_change_parse(struct dw_change *c, struct dw_str json, struct dw_arena *a,
		    struct dw_fault *f)
{
	json_t *root;
	int rc = load(&root, json, f);

	if (rc < 0)
		return rc;
	rc = read_change(c, root, "", a, f);
	json_decref(root);
	return rc;
}

/* ---- updates ---- */

static bool is_client(struct dw_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~')
			return false;
	return s.n > 0 && s.n <= CLIENT_MAX;
}

static int read_update(struct dw_update *u, const json_t *v, size_t i, struct dw_arena *a,
		       struct dw_fault *f)
{
	const json_t *client = json_object_get(v, "client");
	char prefix[40];

	if (json_object_size(v) != 2 || client == NULL ||
	    json_object_get(v, "changes") == NULL)
		return refuse(f, DW_EINVAL, "", i, 0,
			      "an update has the members client and changes");
	u->client = dw_str_make(json_string_value(client), json_string_length(client));
	snprintf(prefix, sizeof(prefix), "/%zu/client", i);
	if (!is_client(u->client))
		return dw_fault_set(f, prefix, "client is 1 to %d visible characters",
				    CLIENT_MAX);
	u->client.p = dw_arena_strdup(a, u->client);
	snprintf(prefix, sizeof(prefix), "/%zu/changes", i);
	return read_change(&u->change, json_object_get(v, "changes"), prefix, a, f);
}

int updates_read(struct dw_update **u, size_t *n, const json_t *v, struct dw_arena *a,
		 struct dw_fault *f)
{
	size_t parts = 0;

	*n = json_array_size(v);
	if (*n == 0)
		return dw_fault_set(f, "", "updates is an array that is not empty");
	if (*n > DW_UPDATES_MAX) {
		dw_fault_set(f, "", "%u updates are taken at once", DW_UPDATES_MAX);
		return DW_ETOOBIG;
	}
	*u = dw_arena_alloc(a, *n * sizeof((*u)[0]));
	for (size_t i = 0; i < *n; i++) {
		int rc = read_update(&(*u)[i], json_array_get(v, i), i, a, f);

		if (rc < 0)
			return rc;
		parts += (*u)[i].change.n;
		if (parts > DW_CHANGE_PARTS_MAX)
			return refuse(f, DW_ETOOBIG, "", i, 0,
				      "these are more parts than may be sent at once");
	}
	return 0;
}

int dw_updates_parse(struct dw_update **u, size_t *n, struct dw_str json,
		     struct dw_arena *a, struct dw_fault *f)
{
	json_t *root;
	int rc = load(&root, json, f);

	if (rc < 0)
		return rc;
	rc = updates_read(u, n, root, a, f);
	json_decref(root);
	return rc;
}

/* ---- writing ---- */

static void write_lines(struct dw_jsonw *w, struct dw_str text)
{
	for (;;) {
		const char *end = memchr(text.p, '\n', text.n);
		size_t n = end != NULL ? (size_t)(end - text.p) : text.n;

		dw_jsonw_str(w, dw_str_make(text.p, n));
		if (end == NULL)
			return;
		text = dw_str_make(end + 1, text.n - n - 1);
	}
}

void dw_change_write(struct dw_jsonw *w, const struct dw_change *c)
{
	dw_jsonw_arr(w);
	for (size_t i = 0; i < c->n; i++) {
		const struct dw_change_part *p = &c->part[i];

		if (p->is_kept) {
			dw_jsonw_u64(w, p->n);
			continue;
		}
		dw_jsonw_arr(w);
		dw_jsonw_u64(w, p->n);
		if (p->text.n > 0)
			write_lines(w, p->text);
		dw_jsonw_arr_end(w);
	}
	dw_jsonw_arr_end(w);
}

void dw_update_write(struct dw_jsonw *w, const struct dw_update *u)
{
	dw_jsonw_obj(w);
	dw_jsonw_kstr(w, "client", u->client);
	dw_jsonw_key(w, "changes");
	dw_change_write(w, &u->change);
	dw_jsonw_obj_end(w);
}
