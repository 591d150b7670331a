/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * mapping.c - makes a mention of a record.
 *
 * A table says, for each field of a mention, under which names it is known to occur; the first
 * that a record has is taken out of it and put where a mention has it. What is left over stays:
 * the server keeps the whole as raw input. A name with dots is a path into a JSON record
 * ("author.handle"), or, first, a name that has dots.
 *
 * Nothing is validated here beyond what the move needs. The server judges, and its reasons are
 * shown with file and line; two validators would come to differ.
 */
#include "app/mapping.h"

#include "base/clock.h"

#include <jansson.h>
#include <stdlib.h>

#define ALIASES 4
#define LINE_MAX_BYTES (4u * 1024 * 1024)

enum kind { TEXT, NUMBER, TIME };

static const struct target {
	const char *name; /* path in a mention */
	enum kind kind;
	const char *alias[ALIASES];
} targets[] = {
	{ "source", TEXT, { "source" } },
	{ "source_id", TEXT, { "source_id", "id" } },
	{ "text", TEXT, { "text" } },
	{ "author.handle",
	  TEXT,
	  { "author.handle", "author_handle", "handle", "author" } },
	{ "author.name", TEXT, { "author.name", "author_name" } },
	{ "author.url", TEXT, { "author.url", "author_url" } },
	{ "author.followers", NUMBER, { "author.followers", "followers" } },
	{ "url", TEXT, { "url" } },
	{ "title", TEXT, { "title" } },
	{ "lang", TEXT, { "lang" } },
	{ "posted_at", TIME, { "posted_at", "created_at" } },
	{ "metrics.likes", NUMBER, { "metrics.likes", "likes" } },
	{ "metrics.reposts", NUMBER, { "metrics.reposts", "reposts", "retweets" } },
	{ "metrics.replies", NUMBER, { "metrics.replies", "replies" } },
	{ "metrics.views", NUMBER, { "metrics.views", "views" } },
	{ "thread", TEXT, { "thread" } },
	{ "in_reply_to", TEXT, { "in_reply_to", "reply_to" } },
};

#define N_TARGETS (sizeof(targets) / sizeof(targets[0]))

struct dw_mapping {
	char *from[N_TARGETS]; /* told by --map, or NULL */
	char *source;
};

/* ---- making one ---- */

static int add_pair(struct dw_mapping *m, struct dw_str pair, struct dw_err *err)
{
	const char *eq = pair.n > 0 ? memchr(pair.p, '=', pair.n) : NULL;
	struct dw_str field, column;

	if (eq == NULL || eq + 1 == pair.p + pair.n)
		return dw_fail(err, DW_EINVAL, "--map wants field=column, not \"%.*s\"",
			       (int)(pair.n < 60 ? pair.n : 60),
			       pair.p != NULL ? pair.p : "");
	field = dw_str_make(pair.p, (size_t)(eq - pair.p));
	column = dw_str_make(eq + 1, pair.n - field.n - 1);
	for (size_t i = 0; i < N_TARGETS; i++) {
		if (!dw_str_eq(field, dw_str_of(targets[i].name)))
			continue;
		if (m->from[i] != NULL)
			return dw_fail(err, DW_EINVAL, "--map names %s twice",
				       targets[i].name);
		m->from[i] = strndup(column.p, column.n);
		DW_INVARIANT(m->from[i] != NULL);
		return 0;
	}
	return dw_fail(
		err, DW_EINVAL,
		"a mention has no field \"%.*s\"; it has source, source_id, text, author.handle, "
		"author.name, url, title, lang, posted_at, metrics.likes, thread, …",
		(int)(field.n < 60 ? field.n : 60), field.p);
}

int dw_mapping_create(struct dw_mapping **out, const char *spec, const char *source,
		      struct dw_err *err)
{
	struct dw_mapping *m = calloc(1, sizeof(*m));
	struct dw_str rest = dw_str_of(spec), pair;
	int rc = 0;

	DW_INVARIANT(m != NULL);
	if (source != NULL) {
		m->source = strdup(source);
		DW_INVARIANT(m->source != NULL);
	}
	while (rc == 0 && dw_str_split(&rest, ',', &pair))
		rc = add_pair(m, dw_str_trim(pair), err);
	if (rc < 0) {
		dw_mapping_destroy(m);
		return rc;
	}
	*out = m;
	return 0;
}

void dw_mapping_destroy(struct dw_mapping *m)
{
	if (m == NULL)
		return;
	for (size_t i = 0; i < N_TARGETS; i++)
		free(m->from[i]);
	free(m->source);
	free(m);
}

/* ---- taking fields out of a record ---- */

/* A value that can be the target: an object is none ("author" may be one, or a handle). */
static bool is_value(const json_t *v)
{
	return v != NULL && !json_is_object(v) && !json_is_array(v) && !json_is_null(v);
}

/* Remove the value at `path` from o and return it (to decref), or NULL. */
static json_t *take_path(json_t *o, const char *path)
{
	json_t *v = json_object_get(o, path), *parent;
	const char *dot = strchr(path, '.');
	char head[64];

	if (is_value(v)) {
		json_incref(v);
		json_object_del(o, path);
		return v;
	}
	if (dot == NULL || (size_t)(dot - path) >= sizeof(head))
		return NULL;
	memcpy(head, path, (size_t)(dot - path));
	head[dot - path] = '\0';
	parent = json_object_get(o, head);
	return json_is_object(parent) ? take_path(parent, dot + 1) : NULL;
}

static json_t *take(const struct dw_mapping *m, json_t *o, size_t i)
{
	json_t *v = NULL;

	if (m->from[i] != NULL)
		return take_path(o, m->from[i]);
	for (size_t k = 0; k < ALIASES && v == NULL && targets[i].alias[k] != NULL; k++)
		v = take_path(o, targets[i].alias[k]);
	return v;
}

/* ---- and putting them into a mention ---- */

/* Numbers as ids and names become text. */
static json_t *as_text(json_t *v)
{
	char number[40];

	if (!json_is_integer(v))
		return json_incref(v);
	snprintf(number, sizeof(number), "%" JSON_INTEGER_FORMAT, json_integer_value(v));
	return json_string(number);
}

/* "1200" from a CSV becomes a number; what is none stays and is refused by the server. */
static json_t *as_number(json_t *v)
{
	uint64_t n;

	if (json_is_real(v) && json_real_value(v) >= 0 && json_real_value(v) < 9e15 &&
	    json_real_value(v) == (double)(json_int_t)json_real_value(v))
		return json_integer((json_int_t)json_real_value(v));
	if (json_is_string(v) &&
	    dw_str_u64(dw_str_trim(dw_str_of(json_string_value(v))), &n) == 0 &&
	    n <= INT64_MAX)
		return json_integer((json_int_t)n);
	return json_incref(v);
}

/* "2026-03-01 10:00:00", as spreadsheets write it, is taken for UTC. */
static json_t *as_time(json_t *v)
{
	const char *s = json_string_value(v);
	char t[64];
	int64_t us;
	size_t n = s != NULL ? strlen(s) : 0;

	if (n == 0 || n + 2 > sizeof(t) || dw_time_parse(dw_str_make(s, n), &us) == 0)
		return json_incref(v);
	memcpy(t, s, n + 1);
	if (n > 10 && t[10] == ' ')
		t[10] = 'T';
	if (dw_time_parse(dw_str_make(t, n), &us) < 0) {
		memcpy(t + n, "Z", 2);
		if (dw_time_parse(dw_str_of(t), &us) < 0)
			return json_incref(v);
	}
	return json_string(t);
}

static void put(json_t *mention, const struct target *t, json_t *v)
{
	const char *dot = strchr(t->name, '.');
	json_t *value = t->kind == TEXT	    ? as_text(v)
			: t->kind == NUMBER ? as_number(v)
					    : as_time(v);
	json_t *parent;
	char head[16];

	if (dot == NULL) {
		json_object_set_new(mention, t->name, value);
		return;
	}
	snprintf(head, sizeof(head), "%.*s", (int)(dot - t->name), t->name);
	parent = json_object_get(mention, head);
	if (!json_is_object(parent)) {
		parent = json_object();
		json_object_set_new(mention, head, parent);
	}
	json_object_set_new(parent, dot + 1, value);
}

/* What is left of the record stays beside, unless the mention has that name already. */
static void put_rest(json_t *mention, json_t *o)
{
	const char *key;
	json_t *v, *there;

	json_object_foreach(o, key, v) {
		there = json_object_get(mention, key);
		if (there == NULL && !(json_is_object(v) && json_object_size(v) == 0))
			json_object_set(mention, key, v);
		else if (json_is_object(there) && json_is_object(v))
			json_object_update_missing(there, v);
	}
}

static int need(const json_t *mention, struct dw_err *err)
{
	static const char *const names[] = { "source", "source_id", "text" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (json_object_get(mention, names[i]) == NULL)
			return dw_fail(err, DW_EINVAL, "no %s here: name it with %s",
				       names[i],
				       i == 0	? "--source NAME, or --map source=FIELD"
				       : i == 1 ? "--map source_id=FIELD"
						: "--map text=FIELD");
	}
	return 0;
}

static int write_line(const json_t *mention, struct dw_buf *out, struct dw_err *err)
{
	char *text = json_dumps(mention, JSON_COMPACT);
	size_t before = out->len;
	int rc;

	if (text == NULL)
		return dw_fail(err, DW_EINVAL, "the record holds text that is not UTF-8");
	rc = dw_buf_addz(out, text);
	if (rc == 0)
		rc = dw_buf_addc(out, '\n');
	free(text);
	if (rc == 0)
		return 0;
	out->len = before;
	return dw_fail(err, rc, "the record is too large");
}

/* Takes o apart. */
static int convert(const struct dw_mapping *m, json_t *o, struct dw_buf *out,
		   struct dw_err *err)
{
	json_t *mention = json_object();
	int rc;

	for (size_t i = 0; i < N_TARGETS; i++) {
		json_t *v = take(m, o, i);

		if (v != NULL)
			put(mention, &targets[i], v);
		json_decref(v);
	}
	if (m->source != NULL)
		json_object_set_new(mention, "source", json_string(m->source));
	put_rest(mention, o);
	rc = need(mention, err);
	if (rc == 0)
		rc = write_line(mention, out, err);
	json_decref(mention);
	return rc;
}

int dw_mapping_json(const struct dw_mapping *m, struct dw_str line, struct dw_buf *out,
		    struct dw_err *err)
{
	json_error_t e;
	json_t *o = line.n <= LINE_MAX_BYTES
			    ? json_loadb(line.p, line.n, JSON_REJECT_DUPLICATES, &e)
			    : NULL;
	int rc;

	if (line.n > LINE_MAX_BYTES)
		return dw_fail(err, DW_ETOOBIG, "the line is too long");
	if (o == NULL)
		return dw_fail(err, DW_EINVAL, "not JSON: column %d: %s", e.column,
			       e.text);
	rc = json_is_object(o) ? convert(m, o, out, err)
			       : dw_fail(err, DW_EINVAL, "a line must be a JSON object");
	json_decref(o);
	return rc;
}

int dw_mapping_row(const struct dw_mapping *m, const struct dw_str *names,
		   const struct dw_str *field, size_t n, struct dw_buf *out,
		   struct dw_err *err)
{
	json_t *o = json_object();
	int rc = 0;

	for (size_t i = 0; i < n && rc == 0; i++) {
		char name[200];
		json_t *v;

		if (field[i].n == 0 || names[i].n == 0 || names[i].n >= sizeof(name))
			continue;
		v = json_stringn(field[i].p, field[i].n);
		memcpy(name, names[i].p, names[i].n);
		name[names[i].n] = '\0';
		if (v == NULL || json_object_set_new(o, name, v) < 0)
			rc = dw_fail(err, DW_EINVAL, "%s: the text is not UTF-8", name);
	}
	if (rc == 0)
		rc = convert(m, o, out, err);
	json_decref(o);
	return rc;
}
