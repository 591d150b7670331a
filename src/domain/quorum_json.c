/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* quorum_json.c - what a quorum demands, as JSON: in settings, submissions and their events. */
#include "base/jsonw.h"
#include "domain/authority.h"
#include "domain/statement_fact.h"
#include "text/checks.h"

#include <jansson.h>
#include <stdio.h>

/* ---- writing ---- */

unsigned dw_quorum_write_groups(struct dw_jsonw *w, const struct dw_quorum *q)
{
	unsigned any = 0;

	dw_jsonw_key(w, "groups");
	dw_jsonw_obj(w);
	for (size_t i = 0; i < q->n_needs; i++) {
		if (q->need[i].group.n == 0) {
			any = q->need[i].n;
			continue;
		}
		dw_jsonw_key_text(w, q->need[i].group);
		dw_jsonw_u64(w, q->need[i].n);
	}
	dw_jsonw_obj_end(w);
	return any;
}

void dw_quorum_write(struct dw_jsonw *w, const struct dw_quorum *q)
{
	unsigned any = dw_quorum_write_groups(w, q);

	if (any > 0)
		dw_jsonw_ku64(w, "any", any);
	if (q->may_approve_own)
		dw_jsonw_kbool(w, "may_approve_own", true);
	if (q->blocks == 0)
		return;
	dw_jsonw_key(w, "blocks");
	dw_jsonw_arr(w);
	for (unsigned i = 0; i < DW_CHECK_COUNT; i++)
		if ((q->blocks >> i & 1) != 0)
			dw_jsonw_str(w, dw_str_of(dw_check_name((enum dw_check)i)));
	dw_jsonw_arr_end(w);
}

void dw_quorum_rules_write(struct dw_jsonw *w, const struct dw_quorum_rules *rules)
{
	dw_jsonw_arr(w);
	for (size_t i = 0; i < rules->n; i++) {
		const struct dw_quorum_rule *r = &rules->p[i];

		dw_jsonw_obj(w);
		dw_statement_words_write(w, "channels", DW_WORDS_CHANNEL, r->channels);
		dw_jsonw_ku64(w, "severity", r->severity_most);
		dw_quorum_write(w, &r->quorum);
		dw_jsonw_obj_end(w);
	}
	dw_jsonw_arr_end(w);
}

/* ---- reading ---- */

static int wrong(struct dw_fault *f, const char *at, const char *key, const char *why)
{
	char pointer[sizeof(f->pointer)];

	snprintf(pointer, sizeof(pointer), "%s/%.40s", at, key);
	return dw_fault_set(f, pointer, "%s", why);
}

/* As accounts name them: no separator of theirs, no control character. */
static bool is_group(const char *name)
{
	size_t n = strlen(name);

	if (n == 0 || n > DW_GROUP_BYTES)
		return false;
	for (size_t i = 0; i < n; i++)
		if (name[i] == ',' || (unsigned char)name[i] <= 0x20 || name[i] == 0x7f ||
		    name[i] == '"' || name[i] == '\\')
			return false;
	return true;
}

static bool read_n(const json_t *v, unsigned *n)
{
	json_int_t i = json_integer_value(v);

	if (!json_is_integer(v) || i < 1 || i > DW_NEED_MOST)
		return false;
	*n = (unsigned)i;
	return true;
}

static int read_groups(struct dw_quorum *q, const json_t *v, const char *at,
		       struct dw_arena *a, struct dw_fault *f)
{
	json_t *groups = json_object_get(v, "groups");
	const json_t *any = json_object_get(v, "any");
	const char *name;
	json_t *value;
	unsigned n;

	if (groups != NULL &&
	    (!json_is_object(groups) || json_object_size(groups) > DW_NEEDS_MAX - 1))
		return wrong(f, at, "groups",
			     "this must be an object: how many of each group, of at most "
			     "11 groups");
	json_object_foreach(groups, name, value) {
		if (!is_group(name))
			return wrong(f, at, "groups",
				     "a group is one word of at most 64 bytes");
		if (!read_n(value, &n))
			return wrong(f, at, "groups",
				     "of a group there may be asked 1 to 20");
		/* there is room: at most one less was let in */
		DW_INVARIANT(dw_quorum_need(
			q, dw_str_of(dw_arena_strdup(a, dw_str_of(name))), n));
	}
	if (any == NULL)
		return 0;
	if (!read_n(any, &n))
		return wrong(f, at, "any", "this must be 1 to 20");
	DW_INVARIANT(dw_quorum_need(q, DW_STR(""), n));
	return 0;
}

static int read_blocks(struct dw_quorum *q, const json_t *list, const char *at,
		       struct dw_fault *f)
{
	size_t n = json_array_size(list);

	if (list != NULL && (!json_is_array(list) || n > DW_CHECK_COUNT))
		return wrong(f, at, "blocks", "this must be a list of checks");
	for (size_t i = 0; i < n; i++) {
		const char *name = json_string_value(json_array_get(list, i));
		unsigned c = 0;

		while (c < DW_CHECK_COUNT &&
		       (name == NULL ||
			strcmp(dw_check_name((enum dw_check)c), name) != 0))
			c++;
		if (c == DW_CHECK_COUNT)
			return wrong(f, at, "blocks",
				     "one of these is no check that statements have");
		q->blocks |= 1u << c;
	}
	return 0;
}

int dw_quorum_read(struct dw_quorum *q, const struct json_t *v, const char *at,
		   struct dw_arena *a, struct dw_fault *f)
{
	const json_t *own = json_object_get(v, "may_approve_own");
	int rc;

	memset(q, 0, sizeof(*q));
	if (!json_is_object(v))
		return wrong(f, at, "", "this must be an object");
	if (own != NULL && !json_is_boolean(own))
		return wrong(f, at, "may_approve_own", "this must be true or false");
	q->may_approve_own = json_is_true(own);
	rc = read_groups(q, v, at, a, f);
	return rc < 0 ? rc : read_blocks(q, json_object_get(v, "blocks"), at, f);
}
