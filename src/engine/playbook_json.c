/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * playbook_json.c - playbooks as JSON: what is sent and may be anything, what is stored, and one
 * language of it for a room.
 *
 * The languages of `titles` are those of the playbook: every other text has exactly these, so that
 * a copy in one of them has no holes. What is left out is stored as empty, so that whoever reads
 * one has no cases to tell apart.
 */
#include "playbooks_int.h"

#include "domain/mention.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#define ROLES_MAX 20
#define TASKS_MAX 100
#define TEMPLATES_MAX 40
#define DUE_MAX (90 * 86400)
#define EVERY_MIN 60
#define EVERY_MAX 604800

static const char *const langs[] = { "ar", "fa", "en" };
#define N_LANGS (sizeof(langs) / sizeof(langs[0]))

struct checking {
	struct dw_fault *f;
	unsigned langs; /* bits of those that it has */
};

static int wrong(struct checking *c, const char *at, const char *why)
{
	return dw_fault_set(c->f, at, "%s", why);
}

/* ---- texts ---- */

static bool is_text(json_t *v, size_t most, bool is_line)
{
	struct dw_str s = dw_str_make(json_string_value(v), json_string_length(v));
	bool is_blank = true;

	if (!json_is_string(v) || s.n > 4 * most || dw_utf8_count(s) > most)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char ch = (unsigned char)s.p[i];

		if (ch == 0x7f || (ch < 0x20 && (is_line || ch != '\n')))
			return false;
		is_blank &= ch == ' ' || ch == '\n';
	}
	return !is_blank;
}

static int check_text(struct checking *c, const char *at, json_t *v, size_t most,
		      bool is_line)
{
	char why[100];

	if (is_text(v, most, is_line))
		return 0;
	snprintf(why, sizeof(why),
		 "this must be a text of 1 to %zu characters without control characters",
		 most);
	return wrong(c, at, why);
}

static unsigned lang_bit(const char *key)
{
	for (unsigned i = 0; i < N_LANGS; i++)
		if (strcmp(langs[i], key) == 0)
			return 1u << i;
	return 0;
}

/* {"ar":…,"fa":…,"en":…}: the first of them says which languages there are. */
static int check_langs(struct checking *c, const char *at, json_t *v, size_t most,
		       bool is_line)
{
	unsigned has = 0;
	const char *key;
	json_t *m;

	if (!json_is_object(v) || json_object_size(v) == 0)
		return wrong(c, at,
			     "this must be texts by language: {\"ar\",\"fa\",\"en\"}");
	json_object_foreach(v, key, m) {
		char where[100];

		snprintf(where, sizeof(where), "%.60s/%.20s", at, key);
		if (lang_bit(key) == 0)
			return wrong(c, where, "the languages are ar, fa and en");
		has |= lang_bit(key);
		if (check_text(c, where, m, most, is_line) < 0)
			return DW_EINVAL;
	}
	if (c->langs == 0)
		c->langs = has;
	return has == c->langs
		       ? 0
		       : wrong(c, at, "this must be in the same languages as /titles");
}

static bool is_name(json_t *v, size_t most)
{
	struct dw_str s = dw_str_make(json_string_value(v), json_string_length(v));

	if (!json_is_string(v) || s.n == 0 || s.n > most || s.p[0] == '-')
		return false;
	for (size_t i = 0; i < s.n; i++)
		if ((s.p[i] < 'a' || s.p[i] > 'z') && (s.p[i] < '0' || s.p[i] > '9') &&
		    s.p[i] != '-')
			return false;
	return true;
}

static int check_name(struct checking *c, const char *at, json_t *v, size_t most)
{
	return is_name(v, most)
		       ? 0
		       : wrong(c, at,
			       "this must be a name of lower-case letters a to z, "
			       "digits and hyphens");
}

static bool is_seconds(json_t *v, json_int_t least, json_int_t most)
{
	return json_is_integer(v) && json_integer_value(v) >= least &&
	       json_integer_value(v) <= most;
}

/* ---- parts ---- */

static bool has_word(enum dw_word_kind kind, json_t *v, unsigned *out)
{
	struct dw_str s = dw_str_make(json_string_value(v), json_string_length(v));

	return json_is_string(v) && dw_word_find(kind, s, out);
}

static int check_role(struct checking *c, const char *at, json_t *v)
{
	char why[160];
	unsigned role;

	if (has_word(DW_WORD_ROOM_ROLE, v, &role))
		return 0;
	snprintf(why, sizeof(why), "this must be one of: %s",
		 dw_word_list(DW_WORD_ROOM_ROLE));
	return wrong(c, at, why);
}

static const char *in(char out[100], const char *at, const char *key)
{
	snprintf(out, 100, "%.60s/%s", at, key);
	return out;
}

/* An object with exactly these members. */
static int check_members(struct checking *c, const char *at, json_t *v,
			 const char *const *known)
{
	const char *key;
	char where[100];
	json_t *m;

	if (!json_is_object(v))
		return wrong(c, at, "this must be an object");
	for (size_t i = 0; known[i] != NULL; i++)
		if (json_object_get(v, known[i]) == NULL)
			return wrong(c, in(where, at, known[i]), "this is missing");
	json_object_foreach(v, key, m) {
		size_t i = 0;

		while (known[i] != NULL && strcmp(known[i], key) != 0)
			i++;
		if (known[i] == NULL)
			return wrong(c, in(where, at, strlen(key) < 30 ? key : ""),
				     "there is no field of this name");
	}
	return 0;
}

static int check_one_role(struct checking *c, const char *at, json_t *v)
{
	static const char *const known[] = { "role", "duty", NULL };
	char where[100];

	if (check_members(c, at, v, known) < 0 ||
	    check_role(c, in(where, at, "role"), json_object_get(v, "role")) < 0 ||
	    check_langs(c, in(where, at, "duty"), json_object_get(v, "duty"), 1000,
			false) < 0)
		return DW_EINVAL;
	return 0;
}

static int check_one_task(struct checking *c, const char *at, json_t *v)
{
	static const char *const known[] = { "key", "title", "role", "due_s", NULL };
	char where[100];

	if (check_members(c, at, v, known) < 0 ||
	    check_name(c, in(where, at, "key"), json_object_get(v, "key"), 60) < 0 ||
	    check_langs(c, in(where, at, "title"), json_object_get(v, "title"), 200,
			true) < 0 ||
	    check_role(c, in(where, at, "role"), json_object_get(v, "role")) < 0)
		return DW_EINVAL;
	return is_seconds(json_object_get(v, "due_s"), 0, DUE_MAX)
		       ? 0
		       : wrong(c, in(where, at, "due_s"),
			       "this must be 0 to 7776000 seconds after the start");
}

static bool is_channel(json_t *v)
{
	static const char *const channels[] = { "press", "social", "internal", "reply" };

	for (size_t i = 0; json_is_string(v) && i < 4; i++)
		if (strcmp(json_string_value(v), channels[i]) == 0)
			return true;
	return false;
}

static int check_one_template(struct checking *c, const char *at, json_t *v)
{
	static const char *const known[] = { "key", "channel", "title", "text", NULL };
	char where[100];

	if (check_members(c, at, v, known) < 0 ||
	    check_name(c, in(where, at, "key"), json_object_get(v, "key"), 60) < 0 ||
	    check_langs(c, in(where, at, "title"), json_object_get(v, "title"), 200,
			true) < 0 ||
	    check_langs(c, in(where, at, "text"), json_object_get(v, "text"), 5000,
			false) < 0)
		return DW_EINVAL;
	return is_channel(json_object_get(v, "channel"))
		       ? 0
		       : wrong(c, in(where, at, "channel"),
			       "this must be one of: press, social, internal, reply");
}

/* A list of these, no two with the same `unique`. */
static int check_list(struct checking *c, const char *at, json_t *v, size_t most,
		      const char *unique,
		      int (*check)(struct checking *c, const char *at, json_t *v))
{
	char where[100];

	if (!json_is_array(v) || json_array_size(v) > most) {
		snprintf(where, sizeof(where), "this must be a list of at most %zu",
			 most);
		return wrong(c, at, where);
	}
	for (size_t i = 0; i < json_array_size(v); i++) {
		json_t *one = json_array_get(v, i);

		snprintf(where, sizeof(where), "%s/%zu", at, i);
		if (check(c, where, one) < 0)
			return DW_EINVAL;
		for (size_t k = 0; k < i; k++)
			if (json_equal(json_object_get(one, unique),
				       json_object_get(json_array_get(v, k), unique)))
				return wrong(c, where, "there is one like this already");
	}
	return 0;
}

static int check_cadence(struct checking *c, json_t *v)
{
	const char *key;
	unsigned audience;
	json_t *m;

	if (!json_is_object(v))
		return wrong(c, "/cadence", "this must be seconds by audience");
	json_object_foreach(v, key, m) {
		if (!dw_word_find(DW_WORD_AUDIENCE, dw_str_of(key), &audience))
			return wrong(c, "/cadence",
				     "the audiences are internal, executive and public");
		if (!is_seconds(m, EVERY_MIN, EVERY_MAX))
			return wrong(c, "/cadence", "these must be 60 to 604800 seconds");
	}
	return 0;
}

static int check_all(struct checking *c, json_t *o)
{
	static const char *const known[] = { "slug",	"type",	     "titles",
					     "summary", "roles",     "tasks",
					     "cadence", "templates", NULL };

	if (check_members(c, "", o, known) < 0 ||
	    check_name(c, "/slug", json_object_get(o, "slug"), 60) < 0 ||
	    check_text(c, "/type", json_object_get(o, "type"), 60, true) < 0 ||
	    check_langs(c, "/titles", json_object_get(o, "titles"), 200, true) < 0)
		return DW_EINVAL;
	if (json_object_size(json_object_get(o, "summary")) > 0 &&
	    check_langs(c, "/summary", json_object_get(o, "summary"), 4000, false) < 0)
		return DW_EINVAL;
	if (!json_is_object(json_object_get(o, "summary")))
		return wrong(c, "/summary", "this must be texts by language");
	if (check_list(c, "/roles", json_object_get(o, "roles"), ROLES_MAX, "role",
		       check_one_role) < 0 ||
	    check_list(c, "/tasks", json_object_get(o, "tasks"), TASKS_MAX, "key",
		       check_one_task) < 0 ||
	    check_cadence(c, json_object_get(o, "cadence")) < 0)
		return DW_EINVAL;
	return check_list(c, "/templates", json_object_get(o, "templates"), TEMPLATES_MAX,
			  "key", check_one_template);
}

/* ---- a whole one ---- */

static json_t *load(struct dw_str text)
{
	json_t *o = json_loadb(text.p != NULL ? text.p : "", text.n,
			       JSON_REJECT_DUPLICATES, NULL);

	if (o != NULL && !json_is_object(o)) {
		json_decref(o);
		return NULL;
	}
	return o;
}

/* In the order of the contract; what was left out is empty. */
static json_t *whole(json_t *sent, json_t *base)
{
	static const struct {
		const char *key;
		char empty; /* { [ or 0: it has to be there */
	} order[] = { { "slug", 0 },	  { "type", 0 },       { "titles", 0 },
		      { "summary", '{' }, { "roles", '[' },    { "tasks", '[' },
		      { "cadence", '{' }, { "templates", '[' } };
	json_t *o = json_object();
	const char *key;
	json_t *m;

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		json_t *v = json_object_get(sent, order[i].key);

		if (v == NULL)
			v = json_object_get(base, order[i].key);
		if (v != NULL)
			(void)json_object_set(o, order[i].key, v);
		else if (order[i].empty != 0)
			(void)json_object_set_new(o, order[i].key,
						  order[i].empty == '{' ? json_object()
									: json_array());
	}
	json_object_foreach(sent, key, m) /* unknown ones: to be refused */
		(void)json_object_set(o, key, m);
	return o;
}

static struct dw_blob *dump(json_t *o)
{
	char *text = json_dumps(o, JSON_COMPACT);
	struct dw_blob *b;

	DW_INVARIANT(text != NULL);
	b = dw_blob_new(text, strlen(text));
	free(text);
	return b;
}

/* Parts that were small enough to be sent one by one can be too much together. */
static int dump_checked(json_t *o, struct dw_blob **out, struct dw_fault *f)
{
	struct dw_blob *b = dump(o);

	if (b->len <= DW_PLAYBOOK_BYTES) {
		*out = b;
		return 0;
	}
	dw_blob_unref(b);
	(void)dw_fault_set(f, "", "the whole playbook may have %u bytes at most",
			   DW_PLAYBOOK_BYTES);
	return DW_EUNPROCESSABLE;
}

int playbook_parse(struct dw_str body, struct dw_str base, struct dw_blob **out,
		   struct dw_fault *f)
{
	struct checking c = { .f = f };
	json_t *sent = load(body), *old = base.p != NULL ? load(base) : NULL, *o;
	int rc;

	if (sent == NULL) {
		json_decref(old);
		return dw_fault_set(f, "", "the body must be a JSON object");
	}
	if (old != NULL && json_object_get(sent, "slug") != NULL) {
		json_decref(sent);
		json_decref(old);
		return dw_fault_set(f, "/slug", "a playbook keeps its name");
	}
	o = whole(sent, old);
	rc = check_all(&c, o);
	if (rc == 0)
		rc = dump_checked(o, out, f);
	json_decref(o);
	json_decref(sent);
	json_decref(old);
	return rc;
}

/* ---- what is stored ---- */

bool playbook_slug(struct dw_str doc, char out[64])
{
	json_t *o = load(doc);
	json_t *v = json_object_get(o, "slug");
	bool is_there = is_name(v, 60);

	if (is_there)
		snprintf(out, 64, "%s", json_string_value(v));
	json_decref(o);
	return is_there;
}

struct dw_blob *playbook_changed(uint64_t id, struct dw_str doc)
{
	json_t *o = json_object(), *members = load(doc);
	struct dw_blob *b;

	(void)json_object_set_new(o, "playbook", json_integer((json_int_t)id));
	(void)json_object_update(o, members);
	b = dump(o);
	json_decref(members);
	json_decref(o);
	return b;
}

struct dw_blob *playbook_doc(struct dw_str payload)
{
	json_t *o = load(payload);
	struct dw_blob *b;

	(void)json_object_del(o, "playbook");
	b = dump(o);
	json_decref(o);
	return b;
}

uint64_t playbook_changed_id(struct dw_str payload)
{
	json_t *o = load(payload);
	json_int_t id = json_integer_value(json_object_get(o, "playbook"));

	json_decref(o);
	return id > 0 ? (uint64_t)id : 0;
}

/* ---- as it is shown ---- */

struct dw_blob *playbook_brief(struct dw_str doc)
{
	static const char *const shown[] = { "slug", "type", "titles" };
	json_t *o = load(doc), *part = json_object();
	struct dw_blob *b;

	for (size_t k = 0; k < sizeof(shown) / sizeof(shown[0]); k++)
		(void)json_object_set(part, shown[k], json_object_get(o, shown[k]));
	b = dump(part);
	json_decref(part);
	json_decref(o);
	return b;
}

int dw_playbook_write(struct dw_buf *out, const struct dw_playbook_info *i, bool is_whole)
{
	struct dw_str text = is_whole ? i->doc : i->brief;
	int rc;

	DW_REQUIRE(text.n > 1 && text.p[0] == '{');
	rc = i->id != 0 ? dw_buf_addf(out, "{\"id\":%llu,", (unsigned long long)i->id)
			: dw_buf_addz(out, "{\"id\":null,");
	if (rc == 0)
		rc = dw_buf_addf(out, "\"version\":%llu,\"builtin\":%s,",
				 (unsigned long long)i->version,
				 i->is_builtin ? "true" : "false");
	if (rc == 0)
		rc = dw_buf_add(out, text.p + 1, text.n - 1);
	return rc;
}

/* ---- one language ---- */

/* Of {"key":…,"title":{…}}: texts by language become the text. */
static json_t *in_language(json_t *list, const char *lang)
{
	json_t *out = json_array();

	for (size_t i = 0; i < json_array_size(list); i++) {
		json_t *o = json_object(), *m;
		const char *key;

		json_object_foreach(json_array_get(list, i), key, m)
			(void)json_object_set(o, key,
					      json_is_object(m) ? json_object_get(m, lang)
								: m);
		(void)json_array_append_new(out, o);
	}
	return out;
}

static struct dw_str keep(struct dw_arena *a, json_t *list, const char *lang)
{
	json_t *one = in_language(list, lang);
	char *text = json_dumps(one, JSON_COMPACT);
	struct dw_str out;

	DW_INVARIANT(text != NULL);
	out = dw_str_of(dw_arena_strdup(a, dw_str_of(text)));
	free(text);
	json_decref(one);
	return out;
}

static struct dw_str text_of(struct dw_arena *a, json_t *v)
{
	const char *s = json_string_value(v);

	return dw_str_of(dw_arena_strdup(a, dw_str_of(s != NULL ? s : "")));
}

static void take_tasks(struct dw_playbook_copy *p, json_t *list, const char *lang,
		       struct dw_arena *a)
{
	p->n_tasks = json_array_size(list);
	p->task = dw_arena_alloc(a, (p->n_tasks + 1) * sizeof(*p->task));
	for (size_t i = 0; i < p->n_tasks; i++) {
		json_t *t = json_array_get(list, i);

		p->task[i].title =
			text_of(a, json_object_get(json_object_get(t, "title"), lang));
		p->task[i].due_s =
			(uint64_t)json_integer_value(json_object_get(t, "due_s"));
		p->task[i].role = DW_ROOM_MEMBER;
		(void)has_word(DW_WORD_ROOM_ROLE, json_object_get(t, "role"),
			       &p->task[i].role);
	}
}

const struct dw_playbook_copy *playbook_copy(struct dw_str doc, uint64_t version,
					     struct dw_str lang, struct dw_arena *a)
{
	json_t *o = load(doc), *titles = json_object_get(o, "titles"), *every;
	const char *l = dw_arena_strdup(a, lang);
	struct dw_playbook_copy *p;

	if (json_object_get(titles, l) == NULL) {
		json_decref(o);
		return NULL;
	}
	p = dw_arena_alloc(a, sizeof(*p));
	p->slug = text_of(a, json_object_get(o, "slug"));
	p->lang = dw_str_of(l);
	p->version = version;
	p->title = text_of(a, json_object_get(titles, l));
	p->roles = keep(a, json_object_get(o, "roles"), l);
	p->templates = keep(a, json_object_get(o, "templates"), l);
	take_tasks(p, json_object_get(o, "tasks"), l, a);
	every = json_object_get(o, "cadence");
	for (unsigned i = 0; i < DW_AUDIENCE_COUNT; i++)
		p->every_s[i] = (uint64_t)json_integer_value(
			json_object_get(every, dw_word_name(DW_WORD_AUDIENCE, i)));
	json_decref(o);
	return p;
}
