/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * mention_json.c - a mention as JSON.
 *
 * Reading goes over the members that are there and looks each up in a table that says of what
 * kind it is and where it belongs; so a mention costs one pass, and what is unknown is seen.
 * jansson refuses what is not JSON, not UTF-8, has a name twice in an object or a NUL in a
 * string. null is the same as absent.
 *
 * Writing fixes the order of members. The content tag is taken over exactly this text, so the
 * order is part of what is stored: a change of it would make every known mention a changed one.
 */
#include "engine/mention_json.h"

#include "base/clock.h"

#include <jansson.h>

#define DEPTH_MAX 64 /* of what we do not know */

enum kind { TEXT, COUNT, TIME, INSIDE };

struct field {
	const char *key;
	enum kind kind;
	size_t at;		    /* offset in struct dw_mention */
	unsigned has;		    /* its bit, for COUNT and TIME */
	const struct field *inside; /* members of an object */
};

#define AT(member) offsetof(struct dw_mention, member)

static const struct field author_fields[] = {
	{ "name", TEXT, AT(author_name), 0, NULL },
	{ "handle", TEXT, AT(author_handle), 0, NULL },
	{ "url", TEXT, AT(author_url), 0, NULL },
	{ "followers", COUNT, AT(followers), DW_MENTION_FOLLOWERS, NULL },
	{ NULL, TEXT, 0, 0, NULL },
};

static const struct field metric_fields[] = {
	{ "likes", COUNT, AT(likes), DW_MENTION_LIKES, NULL },
	{ "reposts", COUNT, AT(reposts), DW_MENTION_REPOSTS, NULL },
	{ "replies", COUNT, AT(replies), DW_MENTION_REPLIES, NULL },
	{ "views", COUNT, AT(views), DW_MENTION_VIEWS, NULL },
	{ NULL, TEXT, 0, 0, NULL },
};

static const struct field fields[] = {
	{ "source", TEXT, AT(source), 0, NULL },
	{ "source_id", TEXT, AT(source_id), 0, NULL },
	{ "text", TEXT, AT(text), 0, NULL },
	{ "author", INSIDE, 0, 0, author_fields },
	{ "url", TEXT, AT(url), 0, NULL },
	{ "title", TEXT, AT(title), 0, NULL },
	{ "lang", TEXT, AT(lang), 0, NULL },
	{ "posted_at", TIME, AT(posted_at), DW_MENTION_POSTED_AT, NULL },
	{ "metrics", INSIDE, 0, 0, metric_fields },
	{ "thread", TEXT, AT(thread), 0, NULL },
	{ "in_reply_to", TEXT, AT(in_reply_to), 0, NULL },
	{ NULL, TEXT, 0, 0, NULL },
};

struct reading {
	struct dw_mention *m;
	enum dw_mention_form form;
	const char *prefix; /* pointer to the object being read */
	struct dw_fault *f;
};

/* RFC 6901: "~" and "/" in a name are written "~0" and "~1". Cut to what a fault holds. */
static const char *point(const struct reading *r, const char *key, char out[80])
{
	size_t n = (size_t)snprintf(out, 80, "%s/", r->prefix);

	for (; *key != '\0' && n < 76; key++) {
		if (*key == '~' || *key == '/') {
			out[n++] = '~';
			out[n++] = *key == '~' ? '0' : '1';
		} else {
			out[n++] = *key;
		}
	}
	out[n] = '\0';
	return out;
}

static int refuse(const struct reading *r, const char *key, const char *what)
{
	char at[80];

	return dw_fault_set(r->f, point(r, key, at), "%.60s %s", key, what);
}

static struct dw_str text_of(const json_t *v)
{
	return dw_str_make(json_string_value(v), json_string_length(v));
}

static int read_count(const struct reading *r, const struct field *fd, const json_t *v)
{
	uint64_t *n = (void *)((char *)r->m + fd->at);

	if (!json_is_integer(v))
		return refuse(r, fd->key, "must be a whole number");
	if (json_integer_value(v) < 0)
		return refuse(r, fd->key, "must not be negative");
	*n = (uint64_t)json_integer_value(v);
	r->m->has |= fd->has;
	return 0;
}

static int read_members(const struct reading *r, json_t *o, const struct field *table);

static int read_field(const struct reading *r, const struct field *fd, json_t *v)
{
	struct reading inner = *r;
	char at[80];

	switch (fd->kind) {
	case TEXT:
		if (!json_is_string(v))
			return refuse(r, fd->key, "must be a string");
		*(struct dw_str *)(void *)((char *)r->m + fd->at) = text_of(v);
		return 0;
	case COUNT:
		return read_count(r, fd, v);
	case TIME:
		if (!json_is_string(v) ||
		    dw_time_parse(text_of(v),
				  (int64_t *)(void *)((char *)r->m + fd->at)) < 0)
			return refuse(r, fd->key,
				      "must be a time such as 2026-11-23T18:16:41Z");
		r->m->has |= fd->has;
		return 0;
	case INSIDE:
		if (!json_is_object(v))
			return refuse(r, fd->key, "must be an object");
		inner.prefix = point(r, fd->key, at);
		return read_members(&inner, v, fd->inside);
	}
	return 0;
}

static bool is_deeper(json_t *v, int levels)
{
	const char *key;
	json_t *inner;
	size_t i;

	if (levels == 0)
		return json_is_object(v) || json_is_array(v);
	json_object_foreach(v, key, inner) {
		if (is_deeper(inner, levels - 1))
			return true;
	}
	json_array_foreach(v, i, inner) {
		if (is_deeper(inner, levels - 1))
			return true;
	}
	return false;
}

static int read_unknown(const struct reading *r, const char *key, json_t *v)
{
	if (r->form == DW_MENTION_FROM_DESK)
		return refuse(r, key, "is not a field of a mention");
	if (is_deeper(v, DEPTH_MAX))
		return refuse(r, key, "is nested too deep");
	return 0;
}

static int read_members(const struct reading *r, json_t *o, const struct field *table)
{
	const char *key;
	json_t *v;

	json_object_foreach(o, key, v) {
		const struct field *fd = table;
		int rc;

		while (fd->key != NULL && strcmp(fd->key, key) != 0)
			fd++;
		if (fd->key == NULL)
			rc = read_unknown(r, key, v);
		else
			rc = json_is_null(v) ? 0 : read_field(r, fd, v);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int read_mention(const struct reading *r, json_t *root)
{
	int rc;

	if (!json_is_object(root))
		return dw_fault_set(r->f, "", "a mention must be a JSON object");
	rc = read_members(r, root, fields);
	if (rc < 0 || r->form == DW_MENTION_STORED)
		return rc;
	if (r->form == DW_MENTION_FROM_DESK) {
		if (r->m->source.p != NULL)
			return refuse(r, "source", "is given by the server here");
		if (r->m->source_id.p != NULL)
			return refuse(r, "source_id", "is given by the server here");
		r->m->source = DW_STR("desk");
		r->m->source_id = DW_STR("-"); /* the caller sets it */
	}
	return dw_mention_check(r->m, r->f);
}

int dw_mention_parse(struct dw_mention_doc *d, struct dw_str json,
		     enum dw_mention_form form, struct dw_fault *f)
{
	struct reading r = { .m = &d->m, .form = form, .prefix = "", .f = f };
	json_error_t e;
	int rc;

	memset(d, 0, sizeof(*d));
	if (json.n > DW_MENTION_BYTES && form != DW_MENTION_STORED)
		return dw_fault_set(f, "", "the mention is larger than %u bytes",
				    DW_MENTION_BYTES);
	d->root =
		json_loadb(json.n > 0 ? json.p : "", json.n, JSON_REJECT_DUPLICATES, &e);
	if (d->root == NULL)
		return dw_fault_set(f, "", "this is not JSON: %s (line %d, column %d)",
				    e.text, e.line, e.column);
	rc = read_mention(&r, d->root);
	if (rc < 0)
		dw_mention_doc_fini(d);
	return rc;
}

void dw_mention_doc_fini(struct dw_mention_doc *d)
{
	json_decref(d->root);
	d->root = NULL;
}

/* ---- writing ---- */

static void write_text(struct dw_jsonw *w, const char *key, struct dw_str s)
{
	if (s.p != NULL)
		dw_jsonw_kstr(w, key, s);
}

static void write_count(struct dw_jsonw *w, const struct dw_mention *m, const char *key,
			unsigned has, uint64_t n)
{
	if ((m->has & has) != 0)
		dw_jsonw_ku64(w, key, n);
}

static void write_author(struct dw_jsonw *w, const struct dw_mention *m)
{
	if (m->author_name.p == NULL && m->author_handle.p == NULL &&
	    m->author_url.p == NULL && (m->has & DW_MENTION_FOLLOWERS) == 0)
		return;
	dw_jsonw_key(w, "author");
	dw_jsonw_obj(w);
	write_text(w, "name", m->author_name);
	write_text(w, "handle", m->author_handle);
	write_text(w, "url", m->author_url);
	write_count(w, m, "followers", DW_MENTION_FOLLOWERS, m->followers);
	dw_jsonw_obj_end(w);
}

static void write_metrics(struct dw_jsonw *w, const struct dw_mention *m)
{
	if ((m->has & DW_MENTION_METRICS) == 0)
		return;
	dw_jsonw_key(w, "metrics");
	dw_jsonw_obj(w);
	write_count(w, m, "likes", DW_MENTION_LIKES, m->likes);
	write_count(w, m, "reposts", DW_MENTION_REPOSTS, m->reposts);
	write_count(w, m, "replies", DW_MENTION_REPLIES, m->replies);
	write_count(w, m, "views", DW_MENTION_VIEWS, m->views);
	dw_jsonw_obj_end(w);
}

void dw_mention_write(struct dw_jsonw *w, const struct dw_mention *m)
{
	dw_jsonw_kstr(w, "source", m->source);
	dw_jsonw_kstr(w, "source_id", m->source_id);
	dw_jsonw_kstr(w, "text", m->text);
	write_author(w, m);
	write_text(w, "url", m->url);
	write_text(w, "title", m->title);
	write_text(w, "lang", m->lang);
	if ((m->has & DW_MENTION_POSTED_AT) != 0)
		dw_jsonw_ktime(w, "posted_at", m->posted_at);
	write_metrics(w, m);
	write_text(w, "thread", m->thread);
	write_text(w, "in_reply_to", m->in_reply_to);
}
