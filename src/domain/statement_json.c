/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * statement_json.c - what events about statements say, as JSON.
 *
 * Two tables: how each member is spelled and where it lies, and which members an event has. What
 * cannot be read is left out, whatever a later version wrote; but nothing that is left out may say
 * yes. A verdict without its word is none, and a submission without its policy asks for one approver.
 */
#include "base/blob.h"
#include "base/clock.h"
#include "domain/authority.h"
#include "domain/statement_fact.h"
#include "signature_int.h"
#include "update_int.h"

#define PAYLOAD_MAX (4u << 20)
#define ID_MAX ((INT64_C(1) << 53) - 1)

enum kind {
	ID, /* and counts; 0 is absent */
	UNITS,
	TEXT,
	WORD,
	TIME,
	FLAG,
	RESTS,
	POLICY,
	SIGNATURE,
	SEQS,
	BASE,
	UPDATES,
};

#define MEMBER_MAP(X)                                                                    \
	X(STATEMENT, "statement", ID, statement, 0)                                      \
	X(DIGEST_FROM, "from_digest", TEXT, from_digest, 0)                              \
	X(DIGEST, "digest", TEXT, digest, 0)                                             \
	X(BASE, "base", BASE, revision, 0)                                               \
	X(REVISION, "revision", ID, revision, 0)                                         \
	X(TITLE, "title", TEXT, title, 0)                                                \
	X(LANG, "lang", TEXT, lang, 0)                                                   \
	X(CHANNEL, "channel", WORD, channel, DW_WORDS_CHANNEL)                           \
	X(READER, "audience", WORD, reader, DW_WORDS_READER)                             \
	X(BODY, "text", TEXT, text, 0)                                                   \
	X(TEMPLATE, "template", TEXT, template_name, 0)                                  \
	X(TRANSLATION, "translation_of", ID, translation_of, 0)                          \
	X(CORRECTION_OF, "correction_of", ID, correction_of, 0)                          \
	X(RESTS, "rests", RESTS, rests, 0)                                               \
	X(LINK, "link", ID, rest.id, 0)                                                  \
	X(CLAIM, "claim", ID, rest.claim, 0)                                             \
	X(HOW, "rests", WORD, rest.rests, DW_WORDS_RESTS)                                \
	X(FROM, "from", UNITS, rest.from, 0)                                             \
	X(TO, "to", UNITS, rest.to, 0)                                                   \
	X(QUOTE, "quote", TEXT, rest.quote, 0)                                           \
	X(POLICY, "policy", POLICY, quorum, 0)                                           \
	X(DEADLINE, "deadline", TIME, deadline, 0)                                       \
	X(LAST_AUTHOR, "last_author", ID, last_author, 0)                                \
	X(RULING, "verdict", WORD, ruling, DW_WORDS_RULING)                              \
	X(REASON, "reason", TEXT, reason, 0)                                             \
	X(ENVELOPE, "envelope", ID, envelope, 0)                                         \
	X(GROUPS, "groups", TEXT, groups, 0)                                             \
	X(BEHALF, "on_behalf_of", ID, on_behalf_of, 0)                                   \
	X(PROOF, "proof", WORD, proof, DW_WORDS_PROOF)                                   \
	X(SIGNATURE, "signature", SIGNATURE, signature, 0)                               \
	X(OWN, "own_text", FLAG, is_own, 0)                                              \
	X(VERDICTS, "verdicts", SEQS, verdicts, 0)                                       \
	X(CORRECTION, "correction", ID, correction, 0)                                   \
	X(BACK, "back", ID, back, 0)                                                     \
	X(UPDATES, "updates", UPDATES, update, 0)

enum member {
#define X(id, key, kind, member, words) M_##id,
	MEMBER_MAP(X)
#undef X
		MEMBERS
};

static const struct row {
	const char *key;
	enum kind kind;
	size_t offset;
	unsigned words;
} members[MEMBERS] = {
#define X(id, key, kind, member, words)                                                  \
	[M_##id] = { key, kind, offsetof(struct dw_statement_fact, member), words },
	MEMBER_MAP(X)
#undef X
};

#define H(id) (UINT64_C(1) << M_##id)
#define HEAD (H(TITLE) | H(LANG) | H(CHANNEL) | H(READER))
#define PLACE (H(CLAIM) | H(FROM) | H(TO) | H(QUOTE))

static uint64_t members_of(enum dw_event_type type)
{
	switch ((unsigned)type) {
	case DW_EV_STATEMENT_DRAFTED:
		return HEAD | H(BODY) | H(TEMPLATE) | H(TRANSLATION) | H(CORRECTION_OF) |
		       H(RESTS) | H(REASON);
	case DW_EV_STATEMENT_CHANGED:
		return H(STATEMENT) | HEAD;
	case DW_EV_STATEMENT_LINKED:
		return H(STATEMENT) | PLACE | H(HOW);
	case DW_EV_STATEMENT_UNLINKED:
		return H(STATEMENT) | H(LINK);
	case DW_EV_STATEMENT_SUBMITTED:
		return H(STATEMENT) | H(DIGEST) | H(REVISION) | HEAD | H(BODY) |
		       H(RESTS) | H(POLICY) | H(DEADLINE) | H(LAST_AUTHOR);
	case DW_EV_STATEMENT_APPROVED:
		return H(STATEMENT) | H(DIGEST);
	case DW_EV_STATEMENT_PUBLISHED:
		return H(STATEMENT) | H(DIGEST) | H(REASON) | H(ENVELOPE);
	case DW_EV_STATEMENT_WITHDRAWN:
		return H(STATEMENT) | H(DIGEST) | H(REASON);
	case DW_EV_STATEMENT_CONTRADICTED:
		return H(STATEMENT) | PLACE | H(LINK) | H(CORRECTION) | H(BACK);
	case DW_EV_VERDICT_GIVEN:
		return H(STATEMENT) | H(DIGEST) | H(RULING) | H(REASON) | H(GROUPS) |
		       H(BEHALF) | H(PROOF) | H(SIGNATURE) | H(OWN);
	case DW_EV_VERDICT_CARRIED:
		return H(STATEMENT) | H(DIGEST_FROM) | H(DIGEST) | H(VERDICTS);
	case DW_EV_DRAFT_CHANGED:
		return H(STATEMENT) | H(BASE) | H(REVISION) | H(UPDATES);
	default:
		return 0;
	}
}

static const struct {
	unsigned member, has;
} own[] = { { M_TITLE, DW_STATEMENT_TITLE },
	    { M_LANG, DW_STATEMENT_LANG },
	    { M_CHANNEL, DW_STATEMENT_CHANNEL },
	    { M_READER, DW_STATEMENT_READER } };

/* Of statement.changed only what is new. */
static bool is_left_out(const struct dw_statement_fact *f, unsigned i)
{
	for (size_t k = 0; k < 4; k++)
		if (f->type == DW_EV_STATEMENT_CHANGED && own[k].member == i)
			return (f->has & own[k].has) == 0;
	return false;
}

/* ---- writing ---- */

static void write_word(struct dw_jsonw *w, const char *key,
		       enum dw_statement_word_kind kind, unsigned value)
{
	const char *word = dw_statement_word(kind, value);

	if (word != NULL)
		dw_jsonw_kstr(w, key, dw_str_of(word));
}

static void write_id(struct dw_jsonw *w, const char *key, uint64_t id)
{
	if (id != 0)
		dw_jsonw_ku64(w, key, id);
}

static void write_text(struct dw_jsonw *w, const char *key, struct dw_str s)
{
	if (s.p != NULL)
		dw_jsonw_kstr(w, key, s);
}

static void write_rests(struct dw_jsonw *w, const struct dw_rest_list *list)
{
	dw_jsonw_arr(w);
	for (size_t i = 0; i < list->n; i++) {
		const struct dw_rest *r = &list->p[i];

		dw_jsonw_obj(w);
		write_id(w, "id", r->id);
		write_id(w, "claim", r->claim);
		write_word(w, "rests", DW_WORDS_RESTS, r->rests);
		dw_jsonw_ku64(w, "from", r->from);
		dw_jsonw_ku64(w, "to", r->to);
		write_text(w, "quote", r->quote);
		write_id(w, "by", r->by);
		dw_jsonw_obj_end(w);
	}
	dw_jsonw_arr_end(w);
}

void signature_write(struct dw_jsonw *w, const struct dw_signature *s)
{
	dw_jsonw_obj(w);
	write_id(w, "key", s->key);
	write_text(w, "nonce", s->nonce);
	write_text(w, "expires", s->expires);
	write_text(w, "sig", s->sig);
	dw_jsonw_obj_end(w);
}

static void write_list(struct dw_jsonw *w, const struct dw_statement_fact *f,
		       const struct row *r)
{
	dw_jsonw_key(w, r->key);
	if (r->kind == RESTS) {
		write_rests(w, &f->rests);
		return;
	}
	dw_jsonw_arr(w);
	for (size_t i = 0; r->kind == SEQS && i < f->verdicts.n; i++)
		dw_jsonw_u64(w, f->verdicts.p[i]);
	for (size_t i = 0; r->kind == UPDATES && i < f->n_updates; i++)
		dw_update_write(w, &f->update[i]);
	dw_jsonw_arr_end(w);
}

static void write_policy(struct dw_jsonw *w, const char *key, const struct dw_quorum *q)
{
	dw_jsonw_key(w, key);
	dw_jsonw_obj(w);
	dw_quorum_write(w, q);
	dw_jsonw_obj_end(w);
}

static void write_member(struct dw_jsonw *w, const struct dw_statement_fact *f,
			 const struct row *r)
{
	const void *p = (const char *)f + r->offset;

	switch (r->kind) {
	case ID:
		write_id(w, r->key, *(const uint64_t *)p);
		break;
	case UNITS:
		dw_jsonw_ku64(w, r->key, *(const uint32_t *)p);
		break;
	case TEXT:
		write_text(w, r->key, *(const struct dw_str *)p);
		break;
	case WORD:
		write_word(w, r->key, (enum dw_statement_word_kind)r->words,
			   *(const unsigned *)p);
		break;
	case TIME:
		if (f->deadline != 0)
			dw_jsonw_ktime(w, r->key, f->deadline);
		break;
	case FLAG:
		if (f->is_own)
			dw_jsonw_kbool(w, r->key, true);
		break;
	case POLICY:
		write_policy(w, r->key, &f->quorum);
		break;
	case SIGNATURE:
		if (f->proof == DW_PROOF_SIGNATURE) {
			dw_jsonw_key(w, r->key);
			signature_write(w, &f->signature);
		}
		break;
	case BASE:
		dw_jsonw_ku64(w, r->key, f->revision - f->n_updates);
		break;
	case RESTS:
	case SEQS:
	case UPDATES:
		write_list(w, f, r);
		break;
	}
}

struct dw_blob *dw_statement_payload(const struct dw_statement_fact *f)
{
	uint64_t has = members_of(f->type);
	struct dw_jsonw w;
	struct dw_buf b;
	struct dw_blob *blob;

	DW_REQUIRE(dw_statement_is_of(f->type));
	dw_buf_init(&b, PAYLOAD_MAX);
	dw_jsonw_init(&w, &b);
	dw_jsonw_obj(&w);
	for (unsigned i = 0; i < MEMBERS; i++)
		if ((has >> i & 1) != 0 && !is_left_out(f, i))
			write_member(&w, f, &members[i]);
	dw_jsonw_obj_end(&w);
	DW_INVARIANT(dw_jsonw_end(&w) == 0);
	blob = dw_blob_new(b.p, b.len);
	dw_buf_fini(&b);
	return blob;
}

/* ---- reading: false when it is not there, or is nothing of ours ---- */

static bool read_id(const json_t *v, uint64_t *out)
{
	json_int_t n = json_integer_value(v);

	if (!json_is_integer(v) || n < 1 || n > ID_MAX)
		return false;
	*out = (uint64_t)n;
	return true;
}

static bool read_units(const json_t *v, uint32_t *out)
{
	json_int_t n = json_integer_value(v);

	if (!json_is_integer(v) || n < 0 || n > (json_int_t)DW_TEXT_UNITS_MAX)
		return false;
	*out = (uint32_t)n;
	return true;
}

static bool read_text(const json_t *v, struct dw_arena *a, struct dw_str *out)
{
	struct dw_str s = dw_str_make(json_string_value(v), json_string_length(v));

	if (!json_is_string(v))
		return false;
	*out = dw_str_make(dw_arena_strdup(a, s), s.n);
	return true;
}

static bool read_word(const json_t *v, enum dw_statement_word_kind kind, unsigned *out)
{
	struct dw_str s = dw_str_make(json_string_value(v), json_string_length(v));

	return json_is_string(v) && dw_statement_word_find(kind, s, out);
}

static bool read_time(const json_t *v, int64_t *out)
{
	struct dw_str s = dw_str_make(json_string_value(v), json_string_length(v));

	return json_is_string(v) && dw_time_parse(s, out) == 0;
}

static bool read_rest(const json_t *v, struct dw_arena *a, struct dw_rest *r)
{
	memset(r, 0, sizeof(*r));
	(void)read_id(json_object_get(v, "id"), &r->id);
	(void)read_id(json_object_get(v, "by"), &r->by);
	(void)read_word(json_object_get(v, "rests"), DW_WORDS_RESTS, &r->rests);
	(void)read_text(json_object_get(v, "quote"), a, &r->quote);
	return read_id(json_object_get(v, "claim"), &r->claim) &&
	       read_units(json_object_get(v, "from"), &r->from) &&
	       read_units(json_object_get(v, "to"), &r->to) && r->from <= r->to;
}

static void read_rests(const json_t *v, struct dw_arena *a, struct dw_rest_list *out)
{
	size_t n = json_array_size(v);

	out->p = dw_arena_alloc(a, (n + 1) * sizeof(*out->p));
	for (size_t i = 0; i < n; i++)
		out->n += read_rest(json_array_get(v, i), a, &out->p[out->n]);
}

static void read_seqs(const json_t *v, struct dw_arena *a, struct dw_refs *out)
{
	size_t n = json_array_size(v);

	out->p = dw_arena_alloc(a, (n + 1) * sizeof(*out->p));
	for (size_t i = 0; i < n; i++)
		out->n += read_id(json_array_get(v, i), &out->p[out->n]);
}

static void read_policy(const json_t *v, struct dw_arena *a, struct dw_quorum *q)
{
	struct dw_fault ignored;

	if (dw_quorum_read(q, v, "", a, &ignored) == 0 && q->n_needs > 0)
		return;
	/* What cannot be read may have asked for more: then nobody can say yes. */
	memset(q, 0, sizeof(*q));
	q->need[q->n_needs++] = (struct dw_need){ DW_STR(""), UINT32_MAX };
}

void signature_read(struct dw_signature *s, const json_t *v, struct dw_arena *a)
{
	(void)read_id(json_object_get(v, "key"), &s->key);
	(void)read_text(json_object_get(v, "nonce"), a, &s->nonce);
	(void)read_text(json_object_get(v, "expires"), a, &s->expires);
	(void)read_text(json_object_get(v, "sig"), a, &s->sig);
}

static void read_updates(struct dw_statement_fact *f, const json_t *v, struct dw_arena *a)
{
	struct dw_fault ignored;

	if (updates_read(&f->update, &f->n_updates, v, a, &ignored) < 0)
		f->n_updates = 0;
}

static bool read_list(struct dw_statement_fact *f, const struct row *r, const json_t *v,
		      struct dw_arena *a)
{
	if (r->kind == RESTS)
		read_rests(v, a, &f->rests);
	else if (r->kind == SEQS)
		read_seqs(v, a, &f->verdicts);
	else if (r->kind == UPDATES)
		read_updates(f, v, a);
	else if (r->kind == POLICY)
		read_policy(v, a, &f->quorum);
	else if (r->kind == SIGNATURE)
		signature_read(&f->signature, v, a);
	return true;
}

static bool read_member(struct dw_statement_fact *f, const struct row *r, const json_t *v,
			struct dw_arena *a)
{
	void *p = (char *)f + r->offset;

	switch ((unsigned)r->kind) {
	case ID:
		return read_id(v, p);
	case UNITS:
		return read_units(v, p);
	case TEXT:
		return read_text(v, a, p);
	case WORD:
		return read_word(v, (enum dw_statement_word_kind)r->words, p);
	case TIME:
		return read_time(v, p);
	case FLAG:
		*(bool *)p = json_is_true(v);
		return true;
	case BASE:
		return true;
	default:
		return read_list(f, r, v, a);
	}
}

static void read_all(struct dw_statement_fact *f, const json_t *o, struct dw_arena *a)
{
	uint64_t has = members_of(f->type), got = 0;

	for (unsigned i = 0; i < MEMBERS; i++)
		if ((has >> i & 1) != 0 &&
		    read_member(f, &members[i], json_object_get(o, members[i].key), a))
			got |= UINT64_C(1) << i;
	for (size_t i = 0; f->type == DW_EV_STATEMENT_CHANGED && i < 4; i++)
		if ((got >> own[i].member & 1) != 0)
			f->has |= own[i].has;
	if (f->type == DW_EV_VERDICT_GIVEN && (got & H(RULING)) == 0)
		f->ruling = DW_RULING_COUNT;
	if (f->n_updates > f->revision)
		f->n_updates = 0;
	if (f->rest.from > f->rest.to)
		f->rest.to = f->rest.from;
}

void dw_statement_read(struct dw_statement_fact *f, struct dw_str payload,
		       struct dw_arena *a)
{
	struct dw_statement_fact out = { .type = f->type,
					 .seq = f->seq,
					 .room = f->room,
					 .actor = f->actor,
					 .recorded_at = f->recorded_at,
					 .is_erased = payload.p == NULL };
	json_t *o = payload.p != NULL ? json_loadb(payload.p, payload.n, 0, NULL) : NULL;

	read_all(&out, o, a);
	json_decref(o);
	*f = out;
}
