/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * authority_json.c - what is said of authority, as JSON: payloads of our own, and bodies of commands.
 *
 * Of a payload what cannot be read is left out, so that a fold never stops; a body is refused at
 * the first thing wrong.
 */
#include "base/base64.h"
#include "base/blob.h"
#include "base/clock.h"
#include "base/jsonw.h"
#include "domain/authority.h"
#include "domain/statement_fact.h"
#include "signature_int.h"

#include <stdio.h>

#define PAYLOAD_MAX (64u * 1024)
#define REASON_MAX 2000 /* characters */
#define NAME_MAX_CHARS 100
#define LANG_ROOM 40 /* dw_lang_is_valid: at most 35 */
#define ID_MAX ((INT64_C(1) << 53) - 1)

/* ---- writing ---- */

static void write_public(struct dw_jsonw *w, const uint8_t *key)
{
	char text[DW_BASE64_ROOM(DW_PUBLIC_KEY_BYTES)];

	dw_jsonw_kstr(w, "public", dw_str_of(dw_base64(text, key, DW_PUBLIC_KEY_BYTES)));
}

static void write_envelope(struct dw_jsonw *w, const struct dw_authority_fact *f)
{
	dw_jsonw_kstr(w, "title", f->title);
	dw_jsonw_kstr(w, "office", dw_str_of(dw_word_name(DW_WORD_ROOM_ROLE, f->office)));
	dw_jsonw_kstr(w, "lang", f->lang);
	dw_jsonw_kstr(w, "text", f->text);
	dw_statement_words_write(w, "channels", DW_WORDS_CHANNEL, f->channels);
	dw_jsonw_ku64(w, "severity", f->severity);
	dw_jsonw_ku64(w, "times", f->times);
	dw_jsonw_key(w, "policy");
	dw_jsonw_obj(w);
	dw_quorum_write(w, &f->quorum);
	dw_jsonw_obj_end(w);
}

static void write_yes(struct dw_jsonw *w, const struct dw_authority_fact *f)
{
	dw_jsonw_kstr(w, "digest", f->digest);
	dw_jsonw_kstr(w, "groups", f->groups);
	dw_jsonw_kstr(w, "proof", dw_str_of(dw_statement_word(DW_WORDS_PROOF, f->proof)));
	if (f->proof != DW_PROOF_SIGNATURE)
		return;
	dw_jsonw_key(w, "signature");
	signature_write(w, &f->signature);
}

static void write_members(struct dw_jsonw *w, const struct dw_authority_fact *f)
{
	if (f->type == DW_EV_ENVELOPE_DRAFTED)
		write_envelope(w, f);
	if (f->envelope != 0)
		dw_jsonw_ku64(w, "envelope", f->envelope);
	if (f->type == DW_EV_ENVELOPE_SIGNED)
		write_yes(w, f);
	if (f->key != 0)
		dw_jsonw_ku64(w, "key", f->key);
	if (f->has_public)
		write_public(w, f->ed25519);
	if (f->name.p != NULL)
		dw_jsonw_kstr(w, "name", f->name);
	if (f->deputy != 0)
		dw_jsonw_ku64(w, "deputy", f->deputy);
	if (f->reason.p != NULL)
		dw_jsonw_kstr(w, "reason", f->reason);
	if (f->until != 0)
		dw_jsonw_ktime(w, "until", f->until);
	if (f->type == DW_EV_POLICY_SET) {
		dw_jsonw_key(w, "rules");
		dw_quorum_rules_write(w, &f->rules);
	}
	if (f->type == DW_EV_CONTACT_SET) {
		dw_jsonw_key(w, "contacts");
		dw_contacts_write(w, &f->contacts);
	}
}

void dw_contacts_write(struct dw_jsonw *w, const struct dw_contacts *contacts)
{
	dw_jsonw_obj(w);
	for (size_t i = 0; i < contacts->n; i++) {
		char lang[LANG_ROOM];

		snprintf(lang, sizeof(lang), "%.*s", (int)contacts->p[i].lang.n,
			 contacts->p[i].lang.p);
		dw_jsonw_kstr(w, lang, contacts->p[i].text);
	}
	dw_jsonw_obj_end(w);
}

struct dw_blob *dw_authority_payload(const struct dw_authority_fact *f)
{
	struct dw_blob *blob;
	struct dw_jsonw w;
	struct dw_buf b;

	dw_buf_init(&b, PAYLOAD_MAX);
	dw_jsonw_init(&w, &b);
	dw_jsonw_obj(&w);
	write_members(&w, f);
	dw_jsonw_obj_end(&w);
	DW_INVARIANT(dw_jsonw_end(&w) == 0);
	blob = dw_blob_new(b.p, b.len);
	dw_buf_fini(&b);
	return blob;
}

/* ---- rules ---- */

static int read_channels(unsigned *mask, const json_t *list, const char *at,
			 struct dw_fault *f)
{
	char pointer[80];

	snprintf(pointer, sizeof(pointer), "%s/channels", at);
	*mask = 0;
	if (list != NULL && !json_is_array(list))
		return dw_fault_set(f, pointer, "this must be a list of channels");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *v = json_array_get(list, i);
		unsigned c;

		if (!json_is_string(v) ||
		    !dw_statement_word_find(
			    DW_WORDS_CHANNEL,
			    dw_str_make(json_string_value(v), json_string_length(v)), &c))
			return dw_fault_set(
				f, pointer,
				"channels are press, social, internal, reply");
		*mask |= 1u << c;
	}
	return 0;
}

static int read_rule(struct dw_quorum_rule *r, json_t *v, const char *at,
		     struct dw_arena *a, struct dw_fault *f)
{
	static const char *const known[] = { "channels", "severity",	    "groups",
					     "any",	 "may_approve_own", "blocks" };
	const json_t *severity = json_object_get(v, "severity");
	char pointer[80];
	const char *key;
	json_t *member;
	int rc;

	json_object_foreach(v, key, member) {
		size_t i = 0;

		while (i < sizeof(known) / sizeof(known[0]) && strcmp(known[i], key) != 0)
			i++;
		if (i == sizeof(known) / sizeof(known[0]))
			return dw_fault_set(f, at, "a rule has no such member");
	}
	r->severity_most = 4;
	if (severity != NULL) {
		json_int_t n = json_integer_value(severity);

		snprintf(pointer, sizeof(pointer), "%s/severity", at);
		if (!json_is_integer(severity) || n < 1 || n > 4)
			return dw_fault_set(f, pointer,
					    "severity is 1 (critical), 2, 3 or 4 (low)");
		r->severity_most = (unsigned)n;
	}
	rc = read_channels(&r->channels, json_object_get(v, "channels"), at, f);
	return rc < 0 ? rc : dw_quorum_read(&r->quorum, v, at, a, f);
}

static int read_rules(struct dw_quorum_rules *out, const json_t *list, struct dw_arena *a,
		      struct dw_fault *f)
{
	size_t n = json_array_size(list);
	int rc = 0;

	if (!json_is_array(list) || n > DW_RULES_MAX)
		return dw_fault_set(f, "/rules",
				    "this must be a list of at most %d rules",
				    DW_RULES_MAX);
	out->p = dw_arena_alloc(a, (n + 1) * sizeof(*out->p));
	for (size_t i = 0; rc == 0 && i < n; i++) {
		char at[40];

		snprintf(at, sizeof(at), "/rules/%zu", i);
		rc = read_rule(&out->p[i], json_array_get(list, i), at, a, f);
	}
	out->n = n;
	return rc;
}

/* ---- reading ---- */

struct reading {
	struct dw_authority_fact *f;
	struct dw_arena *a;
	bool is_ours;
	struct dw_fault *fault;
};

static int read_text(struct reading *r, const char *at, const json_t *v, size_t most,
		     struct dw_str *out)
{
	struct dw_str s = dw_str_make(json_string_value(v), json_string_length(v));
	bool is_blank = true;

	if (!json_is_string(v))
		return dw_fault_set(r->fault, at, "this must be a text");
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c == 0x7f || (c < 0x20 && c != '\n'))
			return dw_fault_set(r->fault, at,
					    "there are control characters in this");
		is_blank = is_blank && (c == ' ' || c == '\n');
	}
	if (is_blank || dw_utf8_count(s) > most)
		return dw_fault_set(r->fault, at, "this must have 1 to %zu characters",
				    most);
	*out = dw_str_make(dw_arena_strdup(r->a, s), s.n);
	return 0;
}

static int read_id(struct reading *r, const char *at, const json_t *v, uint64_t *out)
{
	json_int_t n = json_integer_value(v);

	if (!json_is_integer(v) || n < 1 || n > ID_MAX)
		return dw_fault_set(r->fault, at,
				    "this must be the id of one: a number from 1");
	*out = (uint64_t)n;
	return 0;
}

static int read_until(struct reading *r, const char *at, const json_t *v)
{
	struct dw_str s = dw_str_make(json_string_value(v), json_string_length(v));

	if (!json_is_string(v) || dw_time_parse(s, &r->f->until) < 0)
		return dw_fault_set(
			r->fault, at,
			"this must be a time of RFC 3339, as 2026-11-23T18:16:41Z");
	if (r->f->until == 0)
		r->f->until = 1; /* 0 stands for none */
	return 0;
}

static int read_public(struct reading *r, const char *at, const json_t *v)
{
	struct dw_str s = dw_str_make(json_string_value(v), json_string_length(v));

	r->f->has_public = dw_base64_parse(r->f->ed25519, sizeof(r->f->ed25519), s);
	if (r->f->has_public)
		return 0;
	return dw_fault_set(r->fault, at,
			    "this must be an Ed25519 public key: 32 bytes in base64url");
}

static int read_number(struct reading *r, const char *at, const json_t *v, unsigned most,
		       uint64_t *out)
{
	json_int_t n = json_integer_value(v);

	if (!json_is_integer(v) || n < 1 || n > (json_int_t)most)
		return dw_fault_set(r->fault, at, "this must be 1 to %u", most);
	*out = (uint64_t)n;
	return 0;
}

static int read_word(struct reading *r, const char *at, const json_t *v, bool is_office,
		     unsigned *out)
{
	struct dw_str s = dw_str_make(json_string_value(v), json_string_length(v));

	if (json_is_string(v) &&
	    (is_office ? dw_word_find(DW_WORD_ROOM_ROLE, s, out) && *out != DW_ROOM_MEMBER
		       : dw_statement_word_find(DW_WORDS_PROOF, s, out)))
		return 0;
	return dw_fault_set(r->fault, at,
			    "this must be an office: lead, communications, spokesperson, "
			    "legal, executive, scribe");
}

static int read_lang(struct reading *r, const char *at, const json_t *v)
{
	struct dw_str s = dw_str_make(json_string_value(v), json_string_length(v));

	if (!json_is_string(v) || !dw_lang_is_valid(s))
		return dw_fault_set(r->fault, at,
				    "this must be a language, as ar, fa, en");
	r->f->lang = dw_str_make(dw_arena_strdup(r->a, s), s.n);
	return 0;
}

/* Braces would make a slot of it again, which stays open for anything. */
static int read_contact(struct reading *r, const char *at, const json_t *v,
			struct dw_str *out)
{
	int rc = read_text(r, at, v, DW_SLOT_TEXT_MAX, out);

	for (size_t i = 0; rc == 0 && i < out->n; i++)
		if (strchr("\n{}", out->p[i]) != NULL)
			rc = dw_fault_set(r->fault, at,
					  "this must be one line, without braces");
	return rc;
}

static int read_contacts(struct reading *r, const char *at, json_t *o)
{
	struct dw_contacts *all = &r->f->contacts;
	const char *key;
	json_t *v;
	int rc = 0;

	if (!json_is_object(o) || json_object_size(o) > DW_CONTACTS_MAX)
		return dw_fault_set(r->fault, at,
				    "this must be an object: a text for each language, "
				    "%d at most",
				    DW_CONTACTS_MAX);
	all->p = dw_arena_alloc(r->a, (json_object_size(o) + 1) * sizeof(*all->p));
	json_object_foreach(o, key, v) {
		char place[80];

		if (rc == 0 && !dw_lang_is_valid(dw_str_of(key)))
			rc = dw_fault_set(r->fault, at,
					  "its members are languages, as ar, fa, en");
		if (rc < 0)
			continue;
		snprintf(place, sizeof(place), "%s/%s", at, key);
		all->p[all->n].lang = dw_str_of(dw_arena_strdup(r->a, dw_str_of(key)));
		rc = read_contact(r, place, v, &all->p[all->n].text);
		all->n += rc == 0;
	}
	return rc;
}

/* Of envelopes; 1: it is none of theirs. */
static int read_envelope_member(struct reading *r, const char *at, const char *key,
				json_t *v)
{
	struct dw_authority_fact *f = r->f;
	uint64_t n = 0;
	int rc;

	if (strcmp(key, "title") == 0)
		return read_text(r, at, v, 200, &f->title);
	if (strcmp(key, "text") == 0)
		return read_text(r, at, v, DW_ENVELOPE_TEXT_MAX, &f->text);
	if (strcmp(key, "lang") == 0)
		return read_lang(r, at, v);
	if (strcmp(key, "office") == 0)
		return read_word(r, at, v, true, &f->office);
	if (strcmp(key, "channels") == 0)
		return read_channels(&f->channels, v, "", r->fault);
	if (strcmp(key, "times") == 0)
		return read_number(r, at, v, DW_ENVELOPE_TIMES_MAX, &f->times);
	if (strcmp(key, "severity") == 0) {
		rc = read_number(r, at, v, 4, &n);
		f->severity = (unsigned)n;
		return rc;
	}
	if (strcmp(key, "policy") == 0)
		return dw_quorum_read(&f->quorum, v, at, r->a, r->fault);
	return 1;
}

/* Of what was signed; 1: it is none of theirs. */
static int read_yes_member(struct reading *r, const char *at, const char *key,
			   const json_t *v)
{
	struct dw_str s = dw_str_make(json_string_value(v), json_string_length(v));

	if (strcmp(key, "envelope") == 0)
		return read_id(r, at, v, &r->f->envelope);
	if (strcmp(key, "statement") == 0)
		return read_id(r, at, v, &r->f->statement);
	if (strcmp(key, "proof") == 0)
		return read_word(r, at, v, false, &r->f->proof);
	if (strcmp(key, "digest") == 0)
		r->f->digest = dw_str_make(dw_arena_strdup(r->a, s), s.n);
	else if (strcmp(key, "groups") == 0)
		r->f->groups = dw_str_make(dw_arena_strdup(r->a, s), s.n);
	else if (strcmp(key, "signature") == 0)
		signature_read(&r->f->signature, v, r->a);
	else
		return 1;
	return 0;
}

static int read_member(struct reading *r, const char *key, json_t *v)
{
	char at[40];
	int rc;

	snprintf(at, sizeof(at), "/%.30s", key);
	if (strcmp(key, "reason") == 0)
		return read_text(r, at, v, REASON_MAX, &r->f->reason);
	if (strcmp(key, "name") == 0)
		return read_text(r, at, v, NAME_MAX_CHARS, &r->f->name);
	if (strcmp(key, "until") == 0)
		return read_until(r, at, v);
	if (strcmp(key, "key") == 0)
		return read_id(r, at, v, &r->f->key);
	if (strcmp(key, "deputy") == 0)
		return read_id(r, at, v, &r->f->deputy);
	if (strcmp(key, "public") == 0)
		return read_public(r, at, v);
	if (strcmp(key, "rules") == 0)
		return read_rules(&r->f->rules, v, r->a, r->fault);
	if (strcmp(key, "contacts") == 0)
		return read_contacts(r, at, v);
	rc = read_envelope_member(r, at, key, v);
	if (rc == 1)
		rc = read_yes_member(r, at, key, v);
	return rc <= 0 ? rc : dw_fault_set(r->fault, at, "this is not known here");
}

void dw_authority_read(struct dw_authority_fact *f, struct dw_str payload,
		       struct dw_arena *arena)
{
	struct dw_fault fault;
	struct reading r = { f, arena, true, &fault };
	json_t *o = payload.p != NULL ? json_loadb(payload.p, payload.n, 0, NULL) : NULL;
	const char *key;
	json_t *v;

	json_object_foreach(o, key, v)
		(void)read_member(&r, key, v);
	json_decref(o);
}

/* ---- bodies ---- */

/* What each command may have, and must: a letter for each member. */
static const struct {
	const char *required, *known;
} bodies[DW_CMD_COUNT] = {
	[DW_CMD_FREEZE] = { "r", "ru" },
	[DW_CMD_THAW] = { "", "r" },
	[DW_CMD_SET_POLICY] = { "R", "R" },
	[DW_CMD_ENROL_KEY] = { "np", "np" },
	[DW_CMD_CONFIRM_KEY] = { "", "" },
	[DW_CMD_REVOKE_KEY] = { "", "r" },
	[DW_CMD_NAME_DEPUTY] = { "du", "dur" },
	[DW_CMD_END_DEPUTY] = { "", "" },
	[DW_CMD_DRAFT_ENVELOPE] = { "tlxocSTu", "tlxocSTu" },
	[DW_CMD_END_ENVELOPE] = { "", "r" },
	[DW_CMD_SET_CONTACTS] = { "C", "C" },
};

static const struct {
	char letter;
	const char *key;
} members[] = { { 'r', "reason" }, { 'u', "until" },	{ 'R', "rules" },
		{ 't', "title" },  { 'l', "lang" },	{ 'x', "text" },
		{ 'o', "office" }, { 'c', "channels" }, { 'S', "severity" },
		{ 'T', "times" },  { 'D', "digest" },	{ 'n', "name" },
		{ 'p', "public" }, { 'd', "deputy" },	{ 'C', "contacts" } };

static char letter_of(const char *key)
{
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if (strcmp(members[i].key, key) == 0)
			return members[i].letter;
	return '?';
}

static int check_required(const json_t *o, const char *required, struct dw_fault *fault)
{
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		char at[40];

		if (strchr(required, members[i].letter) == NULL ||
		    json_object_get(o, members[i].key) != NULL)
			continue;
		snprintf(at, sizeof(at), "/%s", members[i].key);
		return dw_fault_set(fault, at, "this is needed");
	}
	return 0;
}

int dw_authority_parse(struct dw_authority_command *c, struct dw_str json,
		       struct dw_arena *arena, struct dw_fault *fault)
{
	struct reading r = { &c->f, arena, false, fault };
	const char *known = bodies[c->type].known != NULL ? bodies[c->type].known : "";
	json_error_t e;
	json_t *o = json.n == 0 ? json_object()
				: json_loadb(json.p, json.n, JSON_REJECT_DUPLICATES, &e);
	const char *key;
	json_t *v;
	int rc = 0;

	if (!json_is_object(o)) {
		json_decref(o);
		return dw_fault_set(fault, "", "this is no JSON object");
	}
	json_object_foreach(o, key, v) {
		char at[40];

		snprintf(at, sizeof(at), "/%.30s", key);
		if (rc == 0 && strchr(known, letter_of(key)) == NULL)
			rc = dw_fault_set(fault, at, "this is not known here");
		if (rc == 0)
			rc = read_member(&r, key, v);
	}
	if (rc == 0)
		rc = check_required(o, bodies[c->type].required, fault);
	json_decref(o);
	return rc;
}
