/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * demo_room.c - the people of the demo at work: they declare an incident, split it into claims,
 * share out tasks and decide, each with a session of its own and through the same requests that
 * the pages send. What they do is a list (demo_steps.c); this plays it.
 *
 * An act that names something which was never found (a search without hits) is left out. What is typed
 * into a draft is what an editor would send, and in two steps, so that what a sentence rests on stays
 * with it: the new words into the old ones, and then those away.
 */
#include "base/clock.h"
#include "cli_int.h"
#include "demo_int.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#define NAMES_MAX 64
#define TEXT_MAX 16384

struct named {
	const char *name;
	char value[512]; /* an id, or ids with commas between; "" = nothing */
	char digest[80], revision[24], password[80];
	json_int_t version;
};

struct member {
	const char *name;
	struct dw_client *client;
};

struct dw_demo_room {
	struct member *member;
	size_t n_members, next;
	size_t n_named;
	struct named named[NAMES_MAX];
};

/* ---- names ---- */

static struct named *find(struct dw_demo_room *r, struct dw_str name)
{
	for (size_t i = 0; i < r->n_named; i++)
		if (dw_str_eq(name, dw_str_of(r->named[i].name)))
			return &r->named[i];
	return NULL;
}

static struct named *name_of(struct dw_demo_room *r, const char *name)
{
	struct named *k = find(r, dw_str_of(name));

	if (k == NULL) {
		DW_INVARIANT(r->n_named < NAMES_MAX);
		k = &r->named[r->n_named++];
		k->name = name;
	}
	return k;
}

static const char *part_of(const struct named *k, struct dw_str part)
{
	if (dw_str_eq(part, DW_STR(".digest")))
		return k->digest;
	if (dw_str_eq(part, DW_STR(".revision")))
		return k->revision;
	return dw_str_eq(part, DW_STR(".password")) ? k->password : k->value;
}

/* What stands for $name; false when there is nothing of this name. */
static bool put_value(struct dw_demo_room *r, struct dw_buf *out, struct dw_str name)
{
	char text[DW_TIME_MAX];
	const struct named *k;
	const char *value;
	size_t n = 0;

	if (name.n > 1 && name.p[0] == '+') {
		int64_t in_s = strtol(name.p + 1, NULL, 10);

		dw_time_format(text, dw_now_us(dw_clock_system()) + in_s * 1000000);
		return dw_buf_addz(out, text) == 0;
	}
	while (n < name.n && name.p[n] != '.')
		n++;
	k = find(r, dw_str_make(name.p, n));
	if (k == NULL)
		return false;
	value = part_of(k, dw_str_make(name.p + n, name.n - n));
	return value[0] != '\0' && dw_buf_addz(out, value) == 0;
}

/* The text with all names filled in, as a string of C. */
static bool fill_in(struct dw_demo_room *r, struct dw_buf *out, const char *text)
{
	static const char in_name[] = "+._abcdefghijklmnopqrstuvwxyz0123456789";
	bool is_whole = true;

	dw_buf_clear(out);
	while (is_whole && *text != '\0') {
		size_t plain = strcspn(text, "$"), n;

		is_whole = dw_buf_add(out, text, plain) == 0;
		text += plain;
		if (*text == '\0')
			break;
		n = strspn(++text, in_name);
		is_whole = is_whole && put_value(r, out, dw_str_make(text, n));
		text += n;
	}
	return is_whole && dw_buf_addc(out, '\0') == 0;
}

/* ---- acting ---- */

static json_t *json_of(const struct dw_reply *got)
{
	return json_loadb(got->body.p != NULL ? got->body.p : "", got->body.len, 0, NULL);
}

/* What a statement's answers say of it besides. */
static void keep_statement(struct named *k, const json_t *o)
{
	const json_t *revision = json_object_get(o, "revision");

	if (json_object_get(o, "digest") != NULL)
		snprintf(k->digest, sizeof(k->digest), "%s", dw_cli_text(o, "digest"));
	if (revision != NULL)
		snprintf(k->revision, sizeof(k->revision), "%" JSON_INTEGER_FORMAT,
			 json_integer_value(revision));
}

/* Keep the id of the object, or the ids of a list's items; what an answer does not say stays. */
static void keep(struct dw_demo_room *r, const char *name, const struct dw_reply *got)
{
	json_t *o = json_of(got);
	const json_t *items = json_object_get(o, "items");
	const json_t *version = json_object_get(o, "version");
	const json_t *id = json_object_get(o, "id");
	struct named *k = name_of(r, name);
	size_t n = 0;

	keep_statement(k, o);
	if (version != NULL)
		k->version = json_integer_value(version);
	if (items != NULL)
		k->value[0] = '\0';
	for (size_t i = 0; i < json_array_size(items) && n < sizeof(k->value) - 24; i++)
		n += (size_t)snprintf(k->value + n, sizeof(k->value) - n,
				      "%s%" JSON_INTEGER_FORMAT, i > 0 ? "," : "",
				      json_integer_value(json_object_get(
					      json_array_get(items, i), "id")));
	if (id != NULL)
		snprintf(k->value, sizeof(k->value), "%" JSON_INTEGER_FORMAT,
			 json_integer_value(id));
	json_decref(o);
}

static struct dw_client *client_of(const struct dw_demo_room *r, const char *who)
{
	for (size_t i = 0; i < r->n_members; i++)
		if (strcmp(r->member[i].name, who) == 0)
			return r->member[i].client;
	return NULL;
}

static int ask(struct dw_demo_room *r, const struct dw_demo_step *s, const char *path,
	       const struct dw_buf *body, struct dw_err *err)
{
	struct dw_client *c = client_of(r, s->who);
	const char *word_end = strchr(s->call, ' ');
	struct dw_reply got;
	char method[8], version[24] = "";
	int rc;

	DW_INVARIANT(c != NULL && word_end != NULL);
	snprintf(method, sizeof(method), "%.*s", (int)(word_end - s->call), s->call);
	if (strcmp(method, "PATCH") == 0)
		snprintf(version, sizeof(version), "%" JSON_INTEGER_FORMAT,
			 name_of(r, s->save)->version);
	dw_reply_init(&got);
	rc = dw_client_call(c,
			    &(struct dw_call){
				    .method = method,
				    .path = path,
				    .if_match = version[0] != '\0' ? version : NULL,
				    .body = body->len > 0 ? dw_str_of(body->p)
							  : dw_str_make(NULL, 0) },
			    &got, err);
	if (rc == 0 && s->save != NULL)
		keep(r, s->save, &got);
	dw_reply_fini(&got);
	return rc;
}

/* ---- typing ---- */

/* [keep, [take, put], keep]; no change of nothing */
static json_t *change_of(size_t before, size_t take, const char *put, size_t after)
{
	json_t *changes = json_array();
	json_t *one = json_pack("[I]", (json_int_t)take);

	if (before > 0)
		json_array_append_new(changes, json_integer((json_int_t)before));
	if (put != NULL)
		json_array_append_new(one, json_string(put));
	json_array_append_new(changes, one);
	if (after > 0)
		json_array_append_new(changes, json_integer((json_int_t)after));
	return json_pack("{s:s,s:o}", "client", "demo", "changes", changes);
}

/* One line for one that stands there: into it behind its first unit, then what is around away. */
static json_t *updates_of(struct dw_str text, const char *was, const char *is)
{
	const char *p = strstr(text.p, was);
	size_t all = dw_utf16_count(text), old = dw_utf16_count(dw_str_of(was));
	size_t new = dw_utf16_count(dw_str_of(is)), from;

	if (p == NULL || old < 2)
		return NULL;
	from = dw_utf16_count(dw_str_make(text.p, (size_t)(p - text.p)));
	return json_pack("[o,o,o]", change_of(from + 1, 0, is, all - from - 1),
			 change_of(from + 1 + new, old - 1, NULL, all - from - old),
			 change_of(from, 1, NULL, all - from - old + new));
}

static int call(struct dw_demo_room *r, const char *who, const char *method,
		const char *path, json_t *body, struct dw_reply *got, struct dw_err *err)
{
	char *text = body != NULL ? json_dumps(body, JSON_COMPACT) : NULL;
	int rc = dw_client_call(client_of(r, who),
				&(struct dw_call){
					.method = method,
					.path = path,
					.body = text != NULL ? dw_str_of(text)
							     : dw_str_make(NULL, 0) },
				got, err);

	free(text);
	return rc;
}

/* pair: [what stands there, what is to] */
static int retype(struct dw_demo_room *r, const struct dw_demo_step *s, const char *path,
		  const json_t *pair, struct dw_err *err)
{
	const char *was = json_string_value(json_array_get(pair, 0));
	const char *is = json_string_value(json_array_get(pair, 1));
	json_t *o = NULL, *updates = NULL, *body;
	struct dw_reply got;
	char changes[200];
	int rc;

	dw_reply_init(&got);
	DW_INVARIANT(was != NULL && is != NULL);
	rc = call(r, s->who, "GET", path, NULL, &got, err);
	if (rc == 0) {
		o = json_of(&got);
		updates = updates_of(dw_str_of(dw_cli_text(o, "text")), was, is);
	}
	if (rc == 0 && updates == NULL)
		rc = dw_fail(err, DW_ENOTFOUND, "\"%s\" does not stand there", was);
	if (rc == 0) {
		snprintf(changes, sizeof(changes), "%s/changes", path);
		body = json_pack("{s:O,s:o}", "revision", json_object_get(o, "revision"),
				 "updates", updates);
		rc = call(r, s->who, "POST", changes, body, &got, err);
		json_decref(body);
	}
	if (rc == 0 && s->save != NULL)
		keep(r, s->save, &got);
	json_decref(o);
	dw_reply_fini(&got);
	return rc;
}

static int edit(struct dw_demo_room *r, const struct dw_demo_step *s, const char *path,
		const char *body, struct dw_err *err)
{
	json_t *pairs = json_loads(body, 0, NULL);
	int rc = 0;

	DW_INVARIANT(json_is_array(pairs));
	for (size_t i = 0; rc == 0 && i < json_array_size(pairs); i++)
		rc = retype(r, s, path, json_array_get(pairs, i), err);
	json_decref(pairs);
	return rc;
}

/* ---- all ---- */

static int act(struct dw_demo_room *r, const struct dw_demo_step *s, struct dw_err *err)
{
	struct dw_buf path, body;
	int rc = 0;

	dw_buf_init(&path, TEXT_MAX);
	dw_buf_init(&body, TEXT_MAX);
	if (fill_in(r, &path, strchr(s->call, ' ') + 1) &&
	    (s->body == NULL || fill_in(r, &body, s->body)))
		rc = strncmp(s->call, "EDIT ", 5) == 0 ? edit(r, s, path.p, body.p, err)
						       : ask(r, s, path.p, &body, err);
	dw_buf_fini(&path);
	dw_buf_fini(&body);
	return rc < 0 ? dw_wrap(err, rc, "%s: %s", s->who, s->call) : 0;
}

int dw_demo_room_play(struct dw_demo_room *r, double at_s, struct dw_err *err)
{
	int rc = 0;

	while (rc == 0 && r->next < dw_demo_n_steps &&
	       dw_demo_steps[r->next].at_s <= at_s)
		rc = act(r, &dw_demo_steps[r->next++], err);
	if (rc < 0)
		r->next = dw_demo_n_steps;
	return rc;
}

/* ---- coming and going ---- */

static int learn_people(struct dw_demo_room *r, struct dw_client *c, struct dw_err *err)
{
	struct dw_reply got;
	const json_t *items;
	json_t *o;
	int rc;

	dw_reply_init(&got);
	rc = dw_client_call(
		c, &(struct dw_call){ .method = "GET", .path = "/api/v1/people" }, &got,
		err);
	o = rc == 0 ? json_loadb(got.body.p, got.body.len, 0, NULL) : NULL;
	items = json_object_get(o, "items");
	for (size_t i = 0; i < json_array_size(items); i++) {
		const json_t *one = json_array_get(items, i);

		for (size_t k = 0; k < r->n_members; k++)
			if (strcmp(dw_cli_text(one, "name"), r->member[k].name) == 0)
				snprintf(name_of(r, r->member[k].name)->value, 24,
					 "%" JSON_INTEGER_FORMAT,
					 json_integer_value(json_object_get(one, "id")));
	}
	json_decref(o);
	dw_reply_fini(&got);
	return rc;
}

int dw_demo_room_open(struct dw_demo_room **out, const char *url, const char *const *name,
		      const char *const *password, size_t n, const volatile bool *abort,
		      struct dw_err *err)
{
	struct dw_demo_room *r = calloc(1, sizeof(*r));
	int rc = 0;

	DW_REQUIRE(n > 0);
	DW_INVARIANT(r != NULL);
	r->member = calloc(n, sizeof(*r->member));
	DW_INVARIANT(r->member != NULL);
	for (size_t i = 0; i < n && rc == 0; i++) {
		struct member *m = &r->member[i];
		struct named *k = name_of(r, name[i]);

		m->name = name[i];
		rc = dw_client_remote(&m->client, url, NULL, err);
		if (rc < 0)
			break;
		r->n_members++;
		dw_client_abort_on(m->client, abort);
		snprintf(k->password, sizeof(k->password), "%s", password[i]);
		rc = dw_client_sign_in(m->client, name[i], password[i], err);
	}
	if (rc == 0)
		rc = learn_people(r, r->member[0].client, err);
	if (rc < 0) {
		dw_demo_room_close(r);
		return rc;
	}
	*out = r;
	return 0;
}

void dw_demo_room_close(struct dw_demo_room *r)
{
	if (r == NULL)
		return;
	for (size_t i = 0; i < r->n_members; i++)
		dw_client_close(r->member[i].client);
	free(r->member);
	free(r);
}
