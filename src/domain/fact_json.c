/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * fact_json.c - fields from JSON and to JSON: payloads of our own, and bodies of commands.
 *
 * The same readers serve both. For a command the first thing wrong is told with its place; of a
 * payload what cannot be read is left out, so that a fold never stops, whatever a later version
 * wrote. Texts and lists are copied into the arena: no JSON value outlives the call.
 */
#include "base/blob.h"
#include "base/clock.h"
#include "base/jsonw.h"
#include "fact_int.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#define PAYLOAD_MAX (512u * 1024)

#define OPTION_MAX 1000 /* characters of one text in a list */
#define URL_MAX 2048
#define SPAN_MIN 60
#define ID_MAX ((INT64_C(1) << 53) - 1)
#define LINKED_READ_MAX 100000

const struct row fact_rows[DW_FIELD_COUNT] = {
#define X(id, name, field_kind, member, limit)                                           \
	[DW_F_##id] = { name, field_kind, offsetof(struct dw_fact, member), limit },
#include "domain/field.def"
#undef X
};

/* ---- writing ---- */

static void write_evidence(struct dw_jsonw *w, const struct dw_fact *f)
{
	dw_jsonw_arr(w);
	for (size_t i = 0; i < f->evidence.n; i++) {
		const struct dw_evidence *e = &f->evidence.p[i];

		dw_jsonw_obj(w);
		if (e->mention != 0)
			dw_jsonw_ku64(w, "mention", e->mention);
		if (e->file != 0)
			dw_jsonw_ku64(w, "file", e->file);
		if (e->url.p != NULL)
			dw_jsonw_kstr(w, "url", e->url);
		if (e->note.p != NULL)
			dw_jsonw_kstr(w, "note", e->note);
		dw_jsonw_obj_end(w);
	}
	dw_jsonw_arr_end(w);
}

static void write_list(struct dw_jsonw *w, const struct dw_fact *f, const struct row *r)
{
	const struct dw_texts *texts = fact_in(f, r);
	const struct dw_refs *refs = fact_in(f, r);

	if (r->kind == EVIDENCE) {
		write_evidence(w, f);
		return;
	}
	dw_jsonw_arr(w);
	for (size_t i = 0; r->kind == TEXTS && i < texts->n; i++)
		dw_jsonw_str(w, texts->p[i]);
	for (size_t i = 0; r->kind == REFS && i < refs->n; i++)
		dw_jsonw_u64(w, refs->p[i]);
	for (size_t i = 0; r->kind == LINKED && i < f->linked.n; i++) {
		dw_jsonw_obj(w);
		dw_jsonw_ku64(w, "id", f->linked.p[i].id);
		dw_jsonw_ktime(w, "at", f->linked.p[i].at);
		dw_jsonw_obj_end(w);
	}
	dw_jsonw_arr_end(w);
}

static void write_number(struct dw_jsonw *w, const struct dw_fact *f, const struct row *r)
{
	uint64_t n = r->kind == SEVERITY ? *(const unsigned *)fact_in(f, r)
					 : *(const uint64_t *)fact_in(f, r);

	if (r->kind == COUNT)
		dw_jsonw_ku64(w, r->key, n);
	else
		dw_jsonw_ku64_or_null(w, r->key, n);
}

static void write_field(struct dw_jsonw *w, const struct dw_fact *f, const struct row *r)
{
	const char *word;

	switch (r->kind) {
	case LINE:
	case TEXT:
	case URL:
		dw_jsonw_kstr_or_null(w, r->key, *(const struct dw_str *)fact_in(f, r));
		break;
	case REF:
	case COUNT:
	case SPAN:
	case SEVERITY:
		write_number(w, f, r);
		break;
	case TIME:
		dw_jsonw_ktime_or_null(w, r->key, *(const int64_t *)fact_in(f, r));
		break;
	case RAW:
		dw_jsonw_key(w, r->key);
		dw_jsonw_raw(w, *(const struct dw_str *)fact_in(f, r));
		break;
	case FLAG:
		dw_jsonw_kbool(w, r->key, *(const bool *)fact_in(f, r));
		break;
	case TEXTS:
	case REFS:
	case LINKED:
	case EVIDENCE:
		dw_jsonw_key(w, r->key);
		write_list(w, f, r);
		break;
	case STATUS:
	case VERDICT:
	case ROOM_ROLE:
	case AUDIENCE:
	case TRIAGE:
	case OUTCOME:
		word = dw_word_name(fact_word_kind(r->kind),
				    *(const unsigned *)fact_in(f, r));
		dw_jsonw_kstr_or_null(w, r->key, dw_str_of(word));
		break;
	}
}

void dw_fact_write(struct dw_jsonw *w, const struct dw_fact *f)
{
	for (unsigned i = 0; i < DW_FIELD_COUNT; i++)
		if ((f->has >> i & 1) != 0)
			write_field(w, f, &fact_rows[i]);
}

struct dw_blob *dw_fact_payload(const struct dw_fact *f)
{
	struct dw_jsonw w;
	struct dw_buf b;
	struct dw_blob *blob;

	dw_buf_init(&b, PAYLOAD_MAX);
	dw_jsonw_init(&w, &b);
	dw_jsonw_obj(&w);
	dw_fact_write(&w, f);
	dw_jsonw_obj_end(&w);
	DW_INVARIANT(dw_jsonw_end(&w) == 0);
	blob = dw_blob_new(b.p, b.len);
	dw_buf_fini(&b);
	return blob;
}

/* ---- reading; each returns false with the reason in *why ---- */

struct reading {
	struct dw_fact *f;
	struct dw_arena *a;
	bool is_ours;		/* a payload: no limits */
	struct dw_fault *fault; /* a command's */
};

/* Control characters; a text may have line breaks and tabs. */
static bool has_control(struct dw_str s, bool is_line)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c == 0x7f ||
		    (c < 0x20 && (is_line || strchr("\t\n\r", c) == NULL || c == '\0')))
			return true;
	}
	return false;
}

static bool is_blank(struct dw_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (strchr(" \t\r\n", s.p[i]) == NULL)
			return false;
	return true;
}

static int wrong(struct reading *r, const char *at, const char *why)
{
	if (r->fault != NULL)
		(void)dw_fault_set(r->fault, at, "%s", why);
	return DW_EINVAL;
}

static int read_text(struct reading *r, const char *at, json_t *v, bool is_line,
		     size_t most, struct dw_str *out)
{
	char why[120];
	struct dw_str s;

	if (!json_is_string(v))
		return wrong(r, at, "this must be a text");
	s = dw_str_make(json_string_value(v), json_string_length(v));
	if (!r->is_ours && (s.n > 4 * most || dw_utf8_count(s) > most || is_blank(s) ||
			    has_control(s, is_line))) {
		snprintf(why, sizeof(why),
			 "this must have 1 to %zu characters, not only blanks, and no "
			 "control characters",
			 most);
		return wrong(r, at, why);
	}
	*out = dw_str_make(dw_arena_strdup(r->a, s), s.n);
	return 0;
}

static int read_u64(struct reading *r, const char *at, json_t *v, bool may_be_0,
		    uint64_t *out)
{
	json_int_t n = json_integer_value(v);

	if (!json_is_integer(v) || n < (may_be_0 ? 0 : 1) || n > ID_MAX)
		return wrong(r, at,
			     may_be_0 ? "this must be a whole number"
				      : "this must be the id of one: a number from 1");
	*out = (uint64_t)n;
	return 0;
}

static int read_time(struct reading *r, const char *at, json_t *v, int64_t *out)
{
	struct dw_str s = dw_str_make(json_string_value(v), json_string_length(v));

	if (!json_is_string(v) || dw_time_parse(s, out) < 0)
		return wrong(r, at,
			     "this must be a time of RFC 3339, as 2026-11-23T18:16:41Z");
	if (*out == 0)
		*out = 1; /* 0 stands for none */
	return 0;
}

static int read_word(struct reading *r, const char *at, json_t *v, enum dw_word_kind kind,
		     unsigned *out)
{
	struct dw_str s = dw_str_make(json_string_value(v), json_string_length(v));
	char why[160];

	if (json_is_string(v) && dw_word_find(kind, s, out))
		return 0;
	snprintf(why, sizeof(why), "this must be one of: %s", dw_word_list(kind));
	return wrong(r, at, why);
}

static int read_severity(struct reading *r, const char *at, json_t *v, unsigned *out)
{
	json_int_t n = json_integer_value(v);

	if (!json_is_integer(v) || n < 1 || n > 4)
		return wrong(r, at, "severity is 1 (critical), 2, 3 or 4 (low)");
	*out = (unsigned)n;
	return 0;
}

static bool is_link(struct dw_str s)
{
	size_t scheme = dw_str_starts(s, DW_STR("https://"))  ? 8
			: dw_str_starts(s, DW_STR("http://")) ? 7
							      : 0;

	return scheme != 0 && s.n > scheme && memchr(s.p, ' ', s.n) == NULL;
}

static int read_url(struct reading *r, const char *at, json_t *v, size_t most,
		    struct dw_str *out)
{
	int rc = read_text(r, at, v, true, most, out);

	if (rc < 0 || is_link(*out))
		return rc;
	*out = (struct dw_str){ NULL, 0 };
	return wrong(r, at, "an address begins with http:// or https://");
}

static int read_span(struct reading *r, const char *at, json_t *v, size_t most,
		     uint64_t *out)
{
	json_int_t n = json_integer_value(v);
	char why[80];

	snprintf(why, sizeof(why), "this must be %d to %zu seconds, or null", SPAN_MIN,
		 most);
	if (!json_is_integer(v) || n < SPAN_MIN || (uint64_t)n > most)
		return wrong(r, at, why);
	*out = (uint64_t)n;
	return 0;
}

/* ---- lists ---- */

static const char *item_at(char out[80], const char *at, size_t i, const char *key)
{
	snprintf(out, 80, "%.20s/%u%s%.30s", at, (unsigned)i, key[0] != '\0' ? "/" : "",
		 key);
	return out;
}

static int check_list(struct reading *r, const char *at, json_t *v, size_t most)
{
	char why[80];

	if (!json_is_array(v))
		return wrong(r, at, "this must be a list");
	if (json_array_size(v) <= (r->is_ours ? LINKED_READ_MAX : most))
		return 0;
	snprintf(why, sizeof(why), "there may be at most %zu of these", most);
	return wrong(r, at, why);
}

static int read_texts(struct reading *r, const char *at, json_t *v, size_t most,
		      struct dw_texts *out)
{
	int rc = check_list(r, at, v, most);
	char item[80];

	if (rc < 0)
		return rc;
	out->n = json_array_size(v);
	out->p = dw_arena_alloc(r->a, (out->n + 1) * sizeof(*out->p));
	for (size_t i = 0; rc == 0 && i < out->n; i++)
		rc = read_text(r, item_at(item, at, i, ""), json_array_get(v, i), false,
			       OPTION_MAX, &out->p[i]);
	return rc;
}

static int read_refs(struct reading *r, const char *at, json_t *v, size_t most,
		     struct dw_refs *out)
{
	int rc = check_list(r, at, v, most);
	char item[80];

	if (rc < 0)
		return rc;
	out->n = json_array_size(v);
	out->p = dw_arena_alloc(r->a, (out->n + 1) * sizeof(*out->p));
	for (size_t i = 0; rc == 0 && i < out->n; i++)
		rc = read_u64(r, item_at(item, at, i, ""), json_array_get(v, i), false,
			      &out->p[i]);
	return rc;
}

static int read_linked(struct reading *r, const char *at, json_t *v)
{
	int rc = check_list(r, at, v, LINKED_READ_MAX);
	char item[80];

	if (rc < 0)
		return rc;
	r->f->linked.n = json_array_size(v);
	r->f->linked.p =
		dw_arena_alloc(r->a, (r->f->linked.n + 1) * sizeof(*r->f->linked.p));
	for (size_t i = 0; rc == 0 && i < r->f->linked.n; i++) {
		json_t *one = json_array_get(v, i);

		rc = read_u64(r, item_at(item, at, i, "id"), json_object_get(one, "id"),
			      false, &r->f->linked.p[i].id);
		if (rc == 0)
			rc = read_time(r, item_at(item, at, i, "at"),
				       json_object_get(one, "at"), &r->f->linked.p[i].at);
	}
	return rc;
}

static int read_one_evidence(struct reading *r, const char *at, size_t i, json_t *v,
			     struct dw_evidence *e)
{
	const char *key;
	json_t *m;
	char item[80];
	int rc = 0, n = 0;

	if (!json_is_object(v))
		return wrong(
			r, item_at(item, at, i, ""),
			"evidence is {mention}, {url} or {file}, with a note or not");
	json_object_foreach(v, key, m) {
		(void)item_at(item, at, i, strlen(key) < 40 ? key : "");
		if (strcmp(key, "mention") == 0 && ++n > 0)
			rc = read_u64(r, item, m, false, &e->mention);
		else if (strcmp(key, "file") == 0 && ++n > 0)
			rc = read_u64(r, item, m, false, &e->file);
		else if (strcmp(key, "url") == 0 && ++n > 0)
			rc = read_url(r, item, m, URL_MAX, &e->url);
		else if (strcmp(key, "note") == 0)
			rc = read_text(r, item, m, false, 2000, &e->note);
		else if (!r->is_ours)
			rc = wrong(r, item, "there is no field of this name");
		if (rc < 0)
			return rc;
	}
	if (n != 1)
		return wrong(r, item_at(item, at, i, ""),
			     "give exactly one of mention, url and file");
	return 0;
}

static int read_evidence(struct reading *r, const char *at, json_t *v, size_t most)
{
	int rc = check_list(r, at, v, most);

	if (rc < 0)
		return rc;
	r->f->evidence.n = json_array_size(v);
	r->f->evidence.p =
		dw_arena_alloc(r->a, (r->f->evidence.n + 1) * sizeof(*r->f->evidence.p));
	for (size_t i = 0; rc == 0 && i < r->f->evidence.n; i++)
		rc = read_one_evidence(r, at, i, json_array_get(v, i),
				       &r->f->evidence.p[i]);
	return rc;
}

/* Of a payload, as it was written. */
static int read_raw(struct reading *r, json_t *v, struct dw_str *out)
{
	char *text = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);

	DW_INVARIANT(text != NULL);
	*out = dw_str_of(dw_arena_strdup(r->a, dw_str_of(text)));
	free(text);
	return 0;
}

/* ---- fields ---- */

/* What may be taken away by null. */
static bool may_be_null(enum dw_field i)
{
	return i == DW_F_OWNER || i == DW_F_DUE_AT || i == DW_F_RECHECK_AT ||
	       i == DW_F_SUMMARY || i == DW_F_TYPE || i == DW_F_EVERY;
}

static int read_list(struct reading *r, const char *at, json_t *v, const struct row *row)
{
	switch ((unsigned)row->kind) {
	case TEXTS:
		return read_texts(r, at, v, row->most, fact_place(r->f, row));
	case REFS:
		return read_refs(r, at, v, row->most, fact_place(r->f, row));
	case LINKED:
		return read_linked(r, at, v);
	case RAW:
		return read_raw(r, v, fact_place(r->f, row));
	default:
		return read_evidence(r, at, v, row->most);
	}
}

static int read_value(struct reading *r, const char *at, json_t *v, const struct row *row)
{
	if (fact_is_word(row->kind))
		return read_word(r, at, v, fact_word_kind(row->kind),
				 fact_place(r->f, row));
	if (row->kind >= TEXTS)
		return read_list(r, at, v, row);
	switch ((unsigned)row->kind) {
	case LINE:
	case TEXT:
		return read_text(r, at, v, row->kind == LINE, row->most,
				 fact_place(r->f, row));
	case URL:
		return read_url(r, at, v, row->most, fact_place(r->f, row));
	case SPAN:
		return read_span(r, at, v, row->most, fact_place(r->f, row));
	case SEVERITY:
		return read_severity(r, at, v, fact_place(r->f, row));
	case TIME:
		return read_time(r, at, v, fact_place(r->f, row));
	case FLAG:
		if (!json_is_boolean(v))
			return wrong(r, at, "this must be true or false");
		*(bool *)fact_place(r->f, row) = json_is_true(v);
		return 0;
	default:
		return read_u64(r, at, v, row->kind == COUNT, fact_place(r->f, row));
	}
}

static int read_field(struct reading *r, enum dw_field i, json_t *v)
{
	char at[80];
	int rc = 0;

	snprintf(at, sizeof(at), "/%s", fact_rows[i].key);
	if (!json_is_null(v) || !may_be_null(i))
		rc = read_value(r, at, v, &fact_rows[i]);
	if (rc == 0)
		r->f->has |= UINT64_C(1) << i;
	return rc;
}

void dw_fact_read(struct dw_fact *f, struct dw_str payload, struct dw_arena *a)
{
	struct reading r = { .f = f, .a = a, .is_ours = true };
	uint64_t fields = dw_fact_fields(f->type);
	json_t *o;

	f->has = 0;
	f->is_erased = payload.p == NULL;
	if (f->is_erased)
		return;
	o = json_loadb(payload.p, payload.n, 0, NULL);
	for (unsigned i = 0; i < DW_FIELD_COUNT; i++) {
		json_t *v = (fields >> i & 1) != 0 ? json_object_get(o, fact_rows[i].key)
						   : NULL;

		if (v != NULL)
			(void)read_field(&r, (enum dw_field)i, v);
	}
	json_decref(o);
}

/* ---- commands ---- */

/* The field of this name among the known ones, or DW_FIELD_COUNT. */
static enum dw_field find_field(const char *key, uint64_t known)
{
	for (unsigned i = 0; i < DW_FIELD_COUNT; i++)
		if ((known >> i & 1) != 0 && strcmp(fact_rows[i].key, key) == 0)
			return (enum dw_field)i;
	return DW_FIELD_COUNT;
}

/* A member's name as a JSON pointer, cut where it is too long. */
static void point(const char *key, char out[80])
{
	size_t n = 1;

	out[0] = '/';
	for (; *key != '\0' && n < 76; key++) {
		if (*key == '~' || *key == '/') {
			out[n++] = '~';
			out[n++] = *key == '~' ? '0' : '1';
		} else {
			out[n++] = *key;
		}
	}
	out[n] = '\0';
}

static int parse_members(struct reading *r, json_t *o, uint64_t known)
{
	const char *key;
	json_t *v;

	json_object_foreach(o, key, v) {
		enum dw_field i = find_field(key, known);
		char at[80];
		int rc;

		point(key, at);
		rc = i == DW_FIELD_COUNT ? wrong(r, at, "there is no field of this name")
					 : read_field(r, i, v);
		if (rc < 0)
			return rc;
	}
	return 0;
}

int dw_fact_parse(struct dw_fact *f, struct dw_str json, uint64_t required,
		  uint64_t known, struct dw_arena *a, struct dw_fault *fault)
{
	struct reading r = { .f = f, .a = a, .fault = fault };
	json_error_t e;
	json_t *o = json_loadb(json.p != NULL ? json.p : "", json.n,
			       JSON_REJECT_DUPLICATES, &e);
	int rc;

	f->has = 0;
	if (o == NULL)
		return dw_fault_set(fault, "",
				    "the body is not JSON: line %d, column %d: %s",
				    e.line, e.column, e.text);
	rc = json_is_object(o) ? parse_members(&r, o, known)
			       : wrong(&r, "", "the body must be a JSON object");
	json_decref(o);
	for (unsigned i = 0; rc == 0 && i < DW_FIELD_COUNT; i++) {
		char at[80];

		snprintf(at, sizeof(at), "/%s", fact_rows[i].key);
		if ((required & ~f->has) >> i & 1)
			rc = dw_fault_set(fault, at, "%s is missing", fact_rows[i].key);
	}
	return rc;
}
