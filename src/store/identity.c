/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * identity.c - the last event under each identity key, with the newest keys held back in memory.
 *
 * Keys are hashes, so each new one belongs to a page of its own: at a million keys a commit of
 * 200 records wrote 200 pages for them, three times what it wrote for everything else. But the
 * table is only an index: each event's row has its key. So new keys wait in memory, in buckets
 * by their first bits, and once enough of them wait a sweep takes bucket after bucket to the
 * table, round and round, as many keys in each transaction as came in it. What it takes is next
 * to each other in the table, so that with n pages and p waiting keys a transaction writes n/p
 * pages a key instead of one. Nothing ever stops for it.
 *
 *   event row ──► pending (by bucket) ──sweep──► table
 *       └──────────── identity_upto ─────────────┘  what a start has to read again
 *
 * Rejected: writing all of them at once now and then (the writer would stand still for it), and
 * a log-structured table of our own beside SQLite (a second thing to make durable).
 *
 *  (1) A key's last event is the pending one, else the table's.
 *  (2) `meta` has identity_upto: all keys of events up to there are in the table. It moves when
 *      a round is complete, to where the journal ended when the round began.
 *  (3) What waits changes with the transaction: `undo` takes it back, in reverse; buckets are
 *      emptied only when what was written from them is durable.
 */
#include "identity_int.h"

#include <stdlib.h>
#include <string.h>

#define BITS 12
#define BUCKETS (1u << BITS)

static const char SQL_FIND[] = "SELECT last FROM identity WHERE key = ?1";
static const char SQL_EVENT[] = "SELECT subject, identity FROM event WHERE seq = ?1";
static const char SQL_PUT[] = "INSERT INTO identity (key, last) VALUES (?1, ?2)"
			      " ON CONFLICT (key) DO UPDATE SET last = excluded.last"
			      " WHERE excluded.last > last";
static const char SQL_AFTER[] = "SELECT seq, identity FROM event WHERE seq > ?1"
				" AND identity IS NOT NULL ORDER BY seq";
static const char upto_in_meta[] = "identity_upto";

struct entry {
	uint8_t key[IDENTITY_KEY];
	uint64_t last;
};

struct bucket {
	struct entry *entry;
	uint32_t n, cap;
};

struct undo_key {
	uint32_t bucket, at;
	uint64_t
		before; /* what was there; 0: the entry is new, and the last of its bucket */
};

struct identities {
	struct bucket bucket[BUCKETS];
	size_t n, max;
	struct undo_key *undo; /* since the last settle, oldest first */
	size_t n_undo, cap_undo;
	/* the sweep */
	uint32_t next;	   /* bucket that it comes to next */
	uint32_t n_swept;  /* buckets from there on that this transaction wrote */
	uint64_t round_at; /* the newest seq when this round began */
};

static uint32_t bucket_of(const uint8_t *key)
{
	return ((uint32_t)key[0] << 8 | key[1]) >> (16 - BITS);
}

struct identities *identities_create(size_t pending)
{
	struct identities *t = calloc(1, sizeof(*t));

	DW_INVARIANT(t != NULL);
	t->max = pending > 0 ? pending : IDENTITY_PENDING;
	return t;
}

void identities_destroy(struct identities *t)
{
	if (t == NULL)
		return;
	for (uint32_t i = 0; i < BUCKETS; i++)
		free(t->bucket[i].entry);
	free(t->undo);
	free(t);
}

size_t identities_pending(const struct identities *t)
{
	return t->n;
}

/* ---- what waits ---- */

static struct entry *find(const struct identities *t, const uint8_t *key)
{
	const struct bucket *b = &t->bucket[bucket_of(key)];

	for (uint32_t i = b->n; i-- > 0;)
		if (memcmp(b->entry[i].key, key, IDENTITY_KEY) == 0)
			return &b->entry[i];
	return NULL;
}

static struct entry *push(struct bucket *b)
{
	if (b->n == b->cap) {
		b->cap = b->cap > 0 ? b->cap * 2 : 8;
		b->entry = realloc(b->entry, b->cap * sizeof(*b->entry));
		DW_INVARIANT(b->entry != NULL);
	}
	return &b->entry[b->n++];
}

static void remember(struct identities *t, struct undo_key u)
{
	if (t->n_undo == t->cap_undo) {
		t->cap_undo = t->cap_undo > 0 ? t->cap_undo * 2 : 256;
		t->undo = realloc(t->undo, t->cap_undo * sizeof(*t->undo));
		DW_INVARIANT(t->undo != NULL);
	}
	t->undo[t->n_undo++] = u;
}

void identities_move(struct identities *t, const uint8_t *key, uint64_t seq)
{
	uint32_t number = bucket_of(key);
	struct bucket *b = &t->bucket[number];
	struct entry *e = find(t, key);
	uint64_t before = e != NULL ? e->last : 0;

	if (e == NULL) {
		e = push(b);
		memcpy(e->key, key, IDENTITY_KEY);
		t->n++;
	}
	e->last = seq;
	remember(t, (struct undo_key){ number, (uint32_t)(e - b->entry), before });
}

size_t identities_mark(const struct identities *t)
{
	return t->n_undo;
}

void identities_rewind(struct identities *t, size_t mark)
{
	while (t->n_undo > mark) {
		const struct undo_key *u = &t->undo[--t->n_undo];
		struct bucket *b = &t->bucket[u->bucket];

		if (u->before != 0) {
			b->entry[u->at].last = u->before;
			continue;
		}
		DW_INVARIANT(u->at == b->n - 1);
		b->n--;
		t->n--;
	}
	t->n_swept = 0;
}

/* ---- looking up ---- */

/* Subject and tag of the event that a key points at. */
static int describe(struct dw_db *db, struct known *k, struct dw_err *err)
{
	struct dw_str identity;
	sqlite3_stmt *s;
	int rc = db_prepare(db, SQL_EVENT, &s, err);

	if (rc < 0)
		return rc;
	dw_db_bind_u64(s, 1, k->last);
	rc = dw_db_step(db, s, err);
	if (rc < 0)
		return rc;
	identity = rc == 1 ? dw_db_blob(s, 1) : (struct dw_str){ NULL, 0 };
	if (identity.n == IDENTITY_SIZE) {
		k->subject = (uint64_t)sqlite3_column_int64(s, 0);
		memcpy(k->tag, identity.p + IDENTITY_KEY, sizeof(k->tag));
	}
	sqlite3_reset(s);
	return k->subject != 0 ? 0
			       : dw_fail(err, DW_ECORRUPT,
					 "an identity key points at no event of its own");
}

static int find_in_table(struct dw_db *db, const uint8_t *key, uint64_t *last,
			 struct dw_err *err)
{
	sqlite3_stmt *s;
	int rc = db_prepare(db, SQL_FIND, &s, err);

	if (rc < 0)
		return rc;
	dw_db_bind_blob(s, 1, key, IDENTITY_KEY);
	rc = dw_db_step(db, s, err);
	if (rc == 1)
		*last = (uint64_t)sqlite3_column_int64(s, 0);
	sqlite3_reset(s);
	return rc < 0 ? rc : 0;
}

int identities_claim(struct identities *t, struct dw_db *db, const uint8_t *key,
		     uint64_t seq, struct known *out, struct dw_err *err)
{
	const struct entry *e = find(t, key);
	int rc = 0;

	memset(out, 0, sizeof(*out));
	if (e != NULL)
		out->last = e->last;
	else
		rc = find_in_table(db, key, &out->last, err);
	if (rc < 0)
		return rc;
	if (out->last != 0)
		return describe(db, out, err);
	identities_move(t, key, seq);
	return 0;
}

/* ---- to the table ---- */

static int by_key(const void *a, const void *b)
{
	return memcmp(((const struct entry *)a)->key, ((const struct entry *)b)->key,
		      IDENTITY_KEY);
}

/* In a copy: the places in the bucket are what `undo` means. */
static int write_bucket(struct dw_db *db, const struct bucket *b, struct dw_err *err)
{
	struct entry *sorted;
	sqlite3_stmt *s;
	int rc = db_prepare(db, SQL_PUT, &s, err);

	if (rc < 0 || b->n == 0)
		return rc;
	sorted = malloc(b->n * sizeof(*sorted));
	DW_INVARIANT(sorted != NULL);
	memcpy(sorted, b->entry, b->n * sizeof(*sorted));
	qsort(sorted, b->n, sizeof(*sorted), by_key);
	for (uint32_t i = 0; i < b->n && rc == 0; i++) {
		dw_db_bind_blob(s, 1, sorted[i].key, IDENTITY_KEY);
		dw_db_bind_u64(s, 2, sorted[i].last);
		rc = dw_db_run(db, s, err);
	}
	free(sorted);
	return rc;
}

/* From `next` on until `want` keys are written; stops at the end of the round. */
static int sweep(struct identities *t, struct dw_db *db, size_t want, struct dw_err *err)
{
	size_t written = 0;

	t->n_swept = 0;
	while (written < want && t->next + t->n_swept < BUCKETS) {
		const struct bucket *b = &t->bucket[t->next + t->n_swept];
		int rc = write_bucket(db, b, err);

		if (rc < 0)
			return rc;
		written += b->n;
		t->n_swept++;
	}
	return t->next + t->n_swept == BUCKETS
		       ? dw_meta_put_u64(db, upto_in_meta, t->round_at, err)
		       : 0;
}

int identities_sweep(struct identities *t, struct dw_db *db, uint64_t size,
		     struct dw_err *err)
{
	if (t->n <= t->max)
		return 0;
	if (t->next == 0)
		t->round_at = size;
	return sweep(t, db, t->n_undo + (t->n - t->max) / 8, err);
}

void identities_settle(struct identities *t)
{
	for (uint32_t i = t->next; i < t->next + t->n_swept; i++) {
		t->n -= t->bucket[i].n;
		t->bucket[i].n = 0;
	}
	t->next = (t->next + t->n_swept) % BUCKETS;
	t->n_swept = 0;
	t->n_undo = 0;
}

int identities_flush(struct identities *t, struct dw_db *db, uint64_t size,
		     struct dw_err *err)
{
	int rc;

	if (t->n == 0)
		return 0;
	rc = db_begin(db, err);
	if (rc < 0)
		return rc;
	t->next = 0;
	t->round_at = size;
	rc = sweep(t, db, t->n + 1, err);
	if (rc == 0)
		rc = db_commit(db, err);
	if (rc < 0) {
		db_rollback(db);
		t->n_swept = 0;
		return rc;
	}
	identities_settle(t);
	return 0;
}

/* ---- starting ---- */

int identities_upto(struct dw_db *db, uint64_t size, uint64_t *out, struct dw_err *err)
{
	int rc = dw_meta_get_u64(db, upto_in_meta, out, err);

	if (rc == 0)
		*out = size;
	return rc < 0 ? rc : 0;
}

static int read_after(struct identities *t, struct dw_db *db, uint64_t upto,
		      struct dw_err *err)
{
	sqlite3_stmt *s;
	int rc = db_prepare(db, SQL_AFTER, &s, err);

	if (rc < 0)
		return rc;
	dw_db_bind_u64(s, 1, upto);
	while ((rc = dw_db_step(db, s, err)) == 1) {
		struct dw_str identity = dw_db_blob(s, 1);

		if (identity.n != IDENTITY_SIZE) {
			rc = dw_fail(err, DW_ECORRUPT,
				     "the identity key of event %llu has %zu bytes",
				     (unsigned long long)sqlite3_column_int64(s, 0),
				     identity.n);
			break;
		}
		identities_move(t, (const uint8_t *)identity.p,
				(uint64_t)sqlite3_column_int64(s, 0));
	}
	sqlite3_reset(s);
	return rc;
}

int identities_load(struct identities *t, struct dw_db *db, uint64_t size,
		    struct dw_err *err)
{
	uint64_t upto;
	int rc = identities_upto(db, UINT64_MAX, &upto, err);

	/* A file from before there was such a row has every key in the table. */
	if (rc == 0 && upto == UINT64_MAX)
		return dw_meta_put_u64(db, upto_in_meta, size, err);
	if (rc == 0)
		rc = read_after(t, db, upto, err);
	identities_settle(t);
	if (rc == 0 && t->n > t->max * 4) /* more than a crash leaves behind */
		rc = identities_flush(t, db, size, err);
	return rc;
}
