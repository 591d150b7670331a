/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * ingest.c - mentions on their way into the journal.
 *
 * A mention becomes one record: identity key, content tag, the normalised payload, and the raw
 * bytes beside it. Whether it is new, changed or known is decided by the store against its own
 * keys in the transaction that writes it, so two senders of the same mention need not know of
 * each other. Nothing is looked up here but the name of the source.
 *
 * A source that nobody has seen yet gets a source.added in front of its first mention. It has
 * an identity of its own: when two batches bring the same new source at once, the store drops
 * the second of the two records and keeps the mentions.
 *
 *  (1) Keys and tags are keyed hashes: without identity.key nobody can test a guess about what
 *      was sent, even after the payload was erased.
 *  (2) The tag is of what was sent, which the payload begins with: the same content in other
 *      spelling (blanks, order of members, unknown ones) is a duplicate. A language that was
 *      guessed comes behind it, so a better guess changes nothing that is known already.
 *  (3) What is hashed never changes its order or its spelling (mention_json.c), or every
 *      mention that comes again would count as changed.
 */
#include "engine/ingest.h"

#include "base/jsonw.h"
#include "base/map.h"
#include "domain/event.h"
#include "engine/mention_json.h"
#include "engine/source.h"
#include "ingest_int.h"
#include "text/language.h"

#include <sodium.h>
#include <stdlib.h>

/* A payload may be longer than what it was read from: U+2028 is written as an escape. */
#define PAYLOAD_MAX (2 * DW_MENTION_BYTES + 4096)

enum { KEY_MENTION = 1, KEY_SOURCE = 2 };

void dw_ingest_init(struct dw_ingest *b, struct dw_engine *e, uint64_t actor,
		    const uint8_t command[16])
{
	memset(b, 0, sizeof(*b));
	b->engine = e;
	b->actor = actor;
	memcpy(b->command, command, sizeof(b->command));
	dw_buf_init(&b->scratch, PAYLOAD_MAX);
	b->arena = dw_arena_create();
}

void dw_ingest_fini(struct dw_ingest *b)
{
	for (size_t i = 0; i < b->n_recs; i++) {
		dw_blob_unref(b->recs[i].payload);
		dw_blob_unref(b->recs[i].raw);
	}
	free(b->recs);
	free(b->facts);
	if (b->arena != NULL)
		dw_buf_fini(&b->scratch);
	dw_arena_destroy(b->arena);
	dw_map_destroy(b->fresh);
	memset(b, 0, sizeof(*b));
}

/* ---- records ---- */

static struct dw_record *add_record(struct dw_ingest *b, struct dw_ingest_fact **fact)
{
	struct dw_record *r;

	if (b->n_recs == b->cap) {
		b->cap = b->cap == 0 ? 64 : 2 * b->cap;
		b->recs = realloc(b->recs, b->cap * sizeof(*b->recs));
		b->facts = realloc(b->facts, b->cap * sizeof(*b->facts));
		DW_INVARIANT(b->recs != NULL && b->facts != NULL);
	}
	r = &b->recs[b->n_recs];
	*fact = &b->facts[b->n_recs++];
	memset(r, 0, sizeof(*r));
	memset(*fact, 0, sizeof(**fact));
	r->has_key = true;
	r->actor = b->actor;
	memcpy(r->command, b->command, sizeof(r->command));
	return r;
}

/* BLAKE2b-256 under the identity key of: kind, length of the source's name, name, id. */
static void make_key(const struct dw_engine *e, uint8_t out[32], uint8_t kind,
		     struct dw_str source, struct dw_str id)
{
	uint8_t in[3 + 400 + 1000];

	DW_REQUIRE(source.n <= 400 && id.n <= 1000);
	in[0] = kind;
	in[1] = (uint8_t)(source.n >> 8);
	in[2] = (uint8_t)source.n;
	memcpy(in + 3, source.p, source.n);
	if (id.n > 0)
		memcpy(in + 3 + source.n, id.p, id.n);
	DW_INVARIANT(crypto_generichash(out, 32, in, 3 + source.n + id.n,
					dw_engine_identity_key(e), 32) == 0);
}

static void make_tag(const struct dw_engine *e, const char *p, size_t n, uint8_t out[16])
{
	DW_INVARIANT(crypto_generichash(out, 16, (const uint8_t *)p, n,
					dw_engine_identity_key(e), 32) == 0);
}

void ingest_source_identity(const struct dw_engine *e, struct dw_str slug,
			    struct dw_record *r)
{
	r->has_key = true;
	make_key(e, r->key, KEY_SOURCE, slug, dw_str_make(NULL, 0));
}

void ingest_source_record(const struct dw_engine *e, struct dw_str slug,
			  struct dw_record *r)
{
	const struct dw_event_info *info = dw_event_info(DW_EV_SOURCE_ADDED);
	struct dw_jsonw w;
	struct dw_buf b;

	dw_buf_init(&b, 4096);
	dw_jsonw_init(&w, &b);
	dw_jsonw_obj(&w);
	dw_jsonw_kstr(&w, "slug", slug);
	dw_jsonw_obj_end(&w);
	DW_INVARIANT(dw_jsonw_end(&w) == 0);
	r->type = info->name;
	r->type_version = (uint16_t)info->version;
	r->payload = dw_blob_new(b.p, b.len);
	ingest_source_identity(e, slug, r);
	make_tag(e, b.p, b.len, r->tag);
	dw_buf_fini(&b);
}

static void add_source(struct dw_ingest *b, struct dw_str slug)
{
	struct dw_ingest_fact *fact;
	struct dw_record *r = add_record(b, &fact);

	ingest_source_record(b->engine, slug, r);
	fact->is_source = true;
	fact->source = slug;
}

/* Sets b->slug and b->slug_id to the mention's source; adds it when nobody knows it. */
static int find_source(struct dw_ingest *b, struct dw_str slug, struct dw_fault *f)
{
	struct dw_sources *all = dw_engine_sources(b->engine);
	uint64_t id;

	if (b->slug.p != NULL && dw_str_eq(b->slug, slug))
		return 0;
	id = dw_sources_find(all, slug);
	if (id == 0 && (b->fresh == NULL || dw_map_get(b->fresh, slug) == NULL)) {
		size_t more = b->fresh != NULL ? dw_map_count(b->fresh) : 0;

		if (dw_sources_count(all) + more >= DW_SOURCES_MAX)
			return dw_fault_set(
				f, "/source",
				"there are %d sources already, which is the most",
				DW_SOURCES_MAX);
		if (b->fresh == NULL)
			b->fresh = dw_map_create();
		(void)dw_map_put(b->fresh, slug, b);
		b->slug = dw_str_make(dw_arena_strdup(b->arena, slug), slug.n);
		add_source(b, b->slug);
	} else {
		b->slug = dw_str_make(dw_arena_strdup(b->arena, slug), slug.n);
	}
	b->slug_id = id;
	return 0;
}

/* The payload into scratch; the tag is taken on the way. guess.p == NULL: none. */
static void write_payload(struct dw_ingest *b, const struct dw_mention *m,
			  struct dw_str guess, struct dw_str raw, uint8_t tag[16])
{
	uint8_t digest[DW_HASH_SIZE];
	char hex[2 * DW_HASH_SIZE + 1];
	struct dw_jsonw w;

	dw_sha256(digest, raw.p, raw.n);
	dw_buf_clear(&b->scratch);
	dw_jsonw_init(&w, &b->scratch);
	dw_jsonw_obj(&w);
	dw_mention_write(&w, m);
	make_tag(b->engine, b->scratch.p, b->scratch.len, tag);
	if (guess.p != NULL) {
		dw_jsonw_kstr(&w, "lang", guess);
		dw_jsonw_kbool(&w, "lang_guessed", true);
	}
	dw_jsonw_kstr(&w, "raw_sha256",
		      dw_str_make(dw_hex(hex, digest, sizeof(digest)),
				  2 * sizeof(digest)));
	dw_jsonw_obj_end(&w);
	DW_INVARIANT(dw_jsonw_end(&w) == 0);
}

int dw_ingest_add(struct dw_ingest *b, const struct dw_mention *m, struct dw_str raw,
		  struct dw_fault *f)
{
	const struct dw_event_info *info = dw_event_info(DW_EV_MENTION_ADDED);
	struct dw_str guess = { NULL, 0 };
	struct dw_ingest_fact *fact;
	struct dw_record *r;
	int rc = find_source(b, m->source, f);

	if (rc < 0)
		return rc;
	r = add_record(b, &fact);
	r->type = info->name;
	r->type_if_known = dw_event_info(DW_EV_MENTION_CHANGED)->name;
	r->type_version = (uint16_t)info->version;
	if ((m->has & DW_MENTION_POSTED_AT) != 0)
		r->occurred_at = m->posted_at;
	make_key(b->engine, r->key, KEY_MENTION, m->source, m->source_id);
	if (m->lang.p == NULL)
		guess = dw_language_guess(m->text);
	write_payload(b, m, guess, raw, r->tag);
	r->payload = dw_blob_new(b->scratch.p, b->scratch.len);
	r->raw = dw_blob_new(raw.p, raw.n);
	fact->source = b->slug;
	fact->source_id = b->slug_id;
	if (m->lang.p != NULL)
		fact->lang = dw_str_make(dw_arena_strdup(b->arena, m->lang), m->lang.n);
	else
		fact->lang = guess;
	fact->author = mention_author_of(m);
	fact->posted_at = m->posted_at;
	fact->has_posted_at = (m->has & DW_MENTION_POSTED_AT) != 0;
	b->n++;
	b->bytes += b->scratch.len + raw.n;
	return 0;
}

/* ---- sending ---- */

static void on_appended(struct dw_append *a)
{
	struct dw_ingest *b = DW_CONTAINER_OF(a, struct dw_ingest, append);

	b->cb(b);
}

int dw_ingest_send(struct dw_ingest *b, dw_ingest_cb cb)
{
	if (dw_journal_pending(dw_engine_journal(b->engine)) >= DW_INGEST_PENDING_MAX)
		return DW_EBUSY;
	for (size_t i = 0; i < b->n_recs; i++)
		b->recs[i].decoded = &b->facts[i];
	b->append.recs = b->recs;
	b->append.n = b->n_recs;
	b->append.cb = on_appended;
	b->cb = cb;
	return dw_engine_append(b->engine, &b->append);
}

const struct dw_record *dw_ingest_record(const struct dw_ingest *b, size_t i)
{
	DW_REQUIRE(i < b->n);
	for (size_t k = 0; k < b->n_recs; k++) {
		if (!b->facts[k].is_source && i-- == 0)
			return &b->recs[k];
	}
	return NULL;
}

void dw_ingest_sum(const struct dw_ingest *b, struct dw_ingest_totals *t)
{
	for (size_t i = 0; i < b->n_recs; i++) {
		const struct dw_record *r = &b->recs[i];

		if (b->facts[i].is_source)
			continue;
		t->accepted += r->outcome == DW_APPENDED;
		t->updated += r->outcome == DW_CHANGED;
		t->duplicates += r->outcome == DW_DUPLICATE;
		if (r->outcome == DW_DUPLICATE)
			continue;
		if (t->first_seq == 0 || r->seq < t->first_seq)
			t->first_seq = r->seq;
		if (r->seq > t->last_seq)
			t->last_seq = r->seq;
	}
}
