/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * outlet_json.c - outlets and deliveries as JSON: payloads of our own, and bodies of commands.
 *
 * A payload has no address, only its host or how many there are: the address of a webhook is often all
 * that one needs to know to post there, mail addresses are people's, and the journal is for ever.
 */
#include "base/jsonw.h"
#include "domain/outbox.h"
#include "domain/source.h"

#include <jansson.h>
#include <stdio.h>

#define PAYLOAD_MAX 16384u

static const char *const kinds[] = { "webhook", "email", NULL };

const char *dw_outlet_kind_name(unsigned kind)
{
	return kind < DW_OUTLET_KINDS ? kinds[kind] : NULL;
}

static bool find_kind(struct dw_str name, enum dw_outlet_kind *out)
{
	for (unsigned i = 0; kinds[i] != NULL; i++) {
		if (dw_str_eq(name, dw_str_of(kinds[i]))) {
			*out = (enum dw_outlet_kind)i;
			return true;
		}
	}
	return false;
}

static struct dw_str text_of(const json_t *v)
{
	return dw_str_make(json_string_value(v), json_string_length(v));
}

/* ---- writing ---- */

static struct dw_blob *end(struct dw_jsonw *w)
{
	struct dw_blob *blob;

	dw_jsonw_obj_end(w);
	DW_INVARIANT(dw_jsonw_end(w) == 0);
	blob = dw_blob_new(w->b->p, w->b->len);
	dw_buf_fini(w->b);
	return blob;
}

static void begin(struct dw_jsonw *w, struct dw_buf *b)
{
	dw_buf_init(b, PAYLOAD_MAX);
	dw_jsonw_init(w, b);
	dw_jsonw_obj(w);
}

struct dw_blob *dw_outlet_payload(const struct dw_outlet_fact *f)
{
	const struct dw_outlet *x = &f->now;
	struct dw_jsonw w;
	struct dw_buf b;

	begin(&w, &b);
	if (f->type != DW_EV_OUTLET_ADDED)
		dw_jsonw_ku64(&w, "outlet", x->id);
	dw_jsonw_kstr(&w, "kind", dw_str_of(kinds[x->kind]));
	dw_jsonw_kstr(&w, "name", x->name);
	if (f->type != DW_EV_OUTLET_REMOVED) {
		if (x->kind == DW_OUTLET_WEBHOOK)
			dw_jsonw_kstr(&w, "host", x->host);
		else
			dw_jsonw_ku64(&w, "addresses", x->n_to);
		dw_statement_words_write(&w, "channels", DW_WORDS_CHANNEL, x->channels);
		dw_statement_words_write(&w, "audiences", DW_WORDS_READER, x->readers);
		dw_jsonw_kbool(&w, "paused", x->is_paused);
		if (x->why.p != NULL)
			dw_jsonw_kstr(&w, "why", x->why);
	}
	return end(&w);
}

struct dw_blob *dw_delivery_payload(const struct dw_delivery_fact *f)
{
	struct dw_jsonw w;
	struct dw_buf b;

	begin(&w, &b);
	dw_jsonw_ku64(&w, "statement", f->statement);
	dw_jsonw_ku64(&w, "seq", f->seq);
	dw_jsonw_kbool(&w, "withdrawal", f->is_withdrawal);
	dw_jsonw_ku64(&w, "outlet", f->outlet);
	dw_jsonw_kstr(&w, "kind", dw_str_of(kinds[f->kind]));
	dw_jsonw_kstr(&w, "name", f->name);
	dw_jsonw_ku64(&w, "attempt", f->attempt);
	if (f->status > 0)
		dw_jsonw_ku64(&w, "status", (uint64_t)f->status);
	if (f->refused != 0)
		dw_jsonw_ku64(&w, "refused", f->refused);
	if (f->type == DW_EV_DELIVERY_FAILED)
		dw_jsonw_kstr(&w, "detail", f->detail);
	return end(&w);
}

/* ---- reading ours ---- */

static struct dw_str keep(const json_t *v, struct dw_arena *a)
{
	struct dw_str s = text_of(v);

	return json_is_string(v) ? dw_str_make(dw_arena_strdup(a, s), s.n)
				 : dw_str_make(NULL, 0);
}

static uint64_t number_of(const json_t *v)
{
	return json_integer_value(v) > 0 ? (uint64_t)json_integer_value(v) : 0;
}

/* Words that are none are left out. */
static unsigned words_of(const json_t *list, enum dw_statement_word_kind kind)
{
	unsigned mask = 0, word;

	for (size_t i = 0; i < json_array_size(list); i++)
		if (json_is_string(json_array_get(list, i)) &&
		    dw_statement_word_find(kind, text_of(json_array_get(list, i)), &word))
			mask |= 1u << word;
	return mask;
}

void dw_outlet_read(struct dw_outlet_fact *f, struct dw_str payload,
		    struct dw_arena *arena)
{
	json_t *o = payload.p != NULL ? json_loadb(payload.p, payload.n, 0, NULL) : NULL;
	struct dw_outlet *x = &f->now;

	*x = (struct dw_outlet){ .id = number_of(json_object_get(o, "outlet")) };
	if (!find_kind(text_of(json_object_get(o, "kind")), &x->kind))
		x->kind = DW_OUTLET_WEBHOOK;
	x->name = keep(json_object_get(o, "name"), arena);
	x->host = keep(json_object_get(o, "host"), arena);
	x->n_to = (unsigned)number_of(json_object_get(o, "addresses"));
	x->channels = words_of(json_object_get(o, "channels"), DW_WORDS_CHANNEL);
	x->readers = words_of(json_object_get(o, "audiences"), DW_WORDS_READER);
	x->is_paused = json_is_true(json_object_get(o, "paused"));
	x->why = keep(json_object_get(o, "why"), arena);
	json_decref(o);
}

bool dw_delivery_read(struct dw_str payload, uint64_t *seq, uint64_t *outlet)
{
	json_t *o = payload.p != NULL ? json_loadb(payload.p, payload.n, 0, NULL) : NULL;

	*seq = number_of(json_object_get(o, "seq"));
	*outlet = number_of(json_object_get(o, "outlet"));
	json_decref(o);
	return *seq != 0 && *outlet != 0;
}

/* ---- bodies ---- */

struct asking {
	struct dw_outlet_wish *w;
	struct dw_arena *a;
	struct dw_fault *fault;
};

static int ask_name(struct asking *q, const json_t *v)
{
	struct dw_str s = text_of(v);
	bool is_blank = true;

	if (!json_is_string(v))
		return dw_fault_set(q->fault, "/name", "name must be a text");
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c < 0x20 || c == 0x7f)
			return dw_fault_set(q->fault, "/name",
					    "name has a control character");
		is_blank = is_blank && c == ' ';
	}
	if (is_blank || dw_utf8_count(s) > DW_OUTLET_NAME_MAX)
		return dw_fault_set(q->fault, "/name",
				    "name must have 1 to %d characters",
				    DW_OUTLET_NAME_MAX);
	q->w->name = keep(v, q->a);
	return 0;
}

static int ask_url(struct asking *q, const json_t *v)
{
	if (!json_is_string(v))
		return dw_fault_set(q->fault, "/url", "url must be a text");
	q->w->url = keep(v, q->a);
	return dw_source_url_check(q->w->url, q->fault);
}

/* Letters, digits and some marks, with single dots between. */
static bool is_dotted(struct dw_str s, const char *marks)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool is_alnum = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
				(c >= '0' && c <= '9');

		if (c == '.' ? i == 0 || i + 1 == s.n || s.p[i - 1] == '.'
			     : !is_alnum && (c == '\0' || strchr(marks, c) == NULL))
			return false;
	}
	return s.n > 0;
}

/* In the plain letters that need no quoting anywhere on the way. */
bool dw_mail_address_is_valid(struct dw_str s)
{
	struct dw_str local, domain = s;

	if (s.n > DW_MAIL_ADDRESS_MAX || !dw_str_split(&domain, '@', &local) ||
	    local.n > 64)
		return false;
	return is_dotted(local, "!#$%&'*+-/=?^_`{|}~") && is_dotted(domain, "-") &&
	       domain.p[0] != '-';
}

static int ask_to(struct asking *q, const json_t *list)
{
	size_t n = json_array_size(list);

	if (!json_is_array(list) || n == 0 || n > DW_OUTLET_TO_MAX)
		return dw_fault_set(q->fault, "/to",
				    "to must be a list of 1 to %d mail addresses",
				    DW_OUTLET_TO_MAX);
	q->w->to = dw_arena_alloc(q->a, n * sizeof(*q->w->to));
	for (size_t i = 0; i < n; i++) {
		const json_t *v = json_array_get(list, i);
		char at[40];

		snprintf(at, sizeof(at), "/to/%zu", i);
		if (!json_is_string(v) || !dw_mail_address_is_valid(text_of(v)))
			return dw_fault_set(q->fault, at,
					    "this must be a mail address such as "
					    "desk@example.org, in ASCII");
		q->w->to[i] = keep(v, q->a);
	}
	q->w->n_to = n;
	return 0;
}

static int ask_words(struct asking *q, const char *at, const json_t *list,
		     enum dw_statement_word_kind kind, const char *all, unsigned *mask)
{
	unsigned word;

	*mask = 0;
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *v = json_array_get(list, i);

		if (!json_is_string(v) ||
		    !dw_statement_word_find(kind, text_of(v), &word))
			return dw_fault_set(q->fault, at, "this is a list of %s", all);
		*mask |= 1u << word;
	}
	if (*mask != 0)
		return 0;
	return dw_fault_set(q->fault, at, "this is a list of one at least of %s", all);
}

static int ask_kind(struct asking *q, const json_t *v)
{
	if (json_is_string(v) && find_kind(text_of(v), &q->w->kind))
		return 0;
	return dw_fault_set(q->fault, "/kind", "kind must be webhook or email");
}

static int ask_paused(struct asking *q, const json_t *v)
{
	q->w->is_paused = json_is_true(v);
	if (json_is_boolean(v))
		return 0;
	return dw_fault_set(q->fault, "/paused", "paused must be true or false");
}

static int ask_member(struct asking *q, const char *key, const json_t *v)
{
	static const struct {
		const char *key;
		unsigned bit;
	} members[] = { { "name", DW_OUTLET_HAS_NAME },
			{ "url", DW_OUTLET_HAS_URL },
			{ "to", DW_OUTLET_HAS_TO },
			{ "channels", DW_OUTLET_HAS_CHANNELS },
			{ "audiences", DW_OUTLET_HAS_READERS },
			{ "paused", DW_OUTLET_HAS_PAUSED } };
	unsigned bit = 0;
	char at[40];

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if (strcmp(members[i].key, key) == 0)
			bit = members[i].bit;
	q->w->has |= bit;
	snprintf(at, sizeof(at), "/%.30s", key);
	switch (bit) {
	case DW_OUTLET_HAS_NAME:
		return ask_name(q, v);
	case DW_OUTLET_HAS_URL:
		return ask_url(q, v);
	case DW_OUTLET_HAS_TO:
		return ask_to(q, v);
	case DW_OUTLET_HAS_CHANNELS:
		return ask_words(q, at, v, DW_WORDS_CHANNEL,
				 "press, social, internal, reply", &q->w->channels);
	case DW_OUTLET_HAS_READERS:
		return ask_words(q, at, v, DW_WORDS_READER, "public, staff, customer",
				 &q->w->readers);
	case DW_OUTLET_HAS_PAUSED:
		return ask_paused(q, v);
	default:
		return dw_fault_set(q->fault, at, "this is not known here");
	}
}

/* A new one says of what kind it is, what it is called and where it leads. */
static int check_new(struct dw_outlet_wish *w, const json_t *o, struct dw_fault *fault)
{
	const char *where = w->kind == DW_OUTLET_WEBHOOK ? "url" : "to";
	const char *other = w->kind == DW_OUTLET_WEBHOOK ? "to" : "url";
	char at[40];

	if ((w->has & DW_OUTLET_HAS_NAME) == 0)
		return dw_fault_set(fault, "/name", "name is needed");
	snprintf(at, sizeof(at), "/%s", where);
	if (json_object_get(o, where) == NULL)
		return dw_fault_set(fault, at, "%s is needed", where);
	snprintf(at, sizeof(at), "/%s", other);
	if (json_object_get(o, other) != NULL)
		return dw_fault_set(fault, at, "%s goes with the other kind", other);
	return 0;
}

int dw_outlet_parse(struct dw_outlet_wish *w, struct dw_str json, bool is_new,
		    struct dw_arena *arena, struct dw_fault *fault)
{
	struct asking q = { w, arena, fault };
	json_t *o = json_loadb(json.p != NULL ? json.p : "", json.n,
			       JSON_REJECT_DUPLICATES, NULL);
	const char *key;
	json_t *v;
	int rc = 0;

	memset(w, 0, sizeof(*w));
	if (!json_is_object(o)) {
		json_decref(o);
		return dw_fault_set(fault, "", "this is no JSON object");
	}
	if (is_new)
		rc = ask_kind(&q, json_object_get(o, "kind"));
	json_object_foreach(o, key, v) {
		if (rc == 0 && !(is_new && strcmp(key, "kind") == 0))
			rc = ask_member(&q, key, v);
	}
	if (rc == 0 && is_new)
		rc = check_new(w, o, fault);
	json_decref(o);
	return rc;
}

struct dw_str dw_outlet_host(struct dw_str url)
{
	size_t from = 0, to;

	while (from + 3 <= url.n && memcmp(url.p + from, "://", 3) != 0)
		from++;
	from = from + 3 <= url.n ? from + 3 : 0;
	for (to = from; to < url.n && strchr("/?", url.p[to]) == NULL;)
		to++;
	return dw_str_make(url.p + from, to - from);
}
