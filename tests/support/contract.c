/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * contract.c - the journal's contract, run over each of its bodies.
 *
 * The numbers in brackets are those of the invariants in store/journal.h.
 */
#include "contract.h"

#include "journalrig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* Append a keyed record and return what became of it. */
static struct dw_record keyed(struct rig *r, const char *key, const char *tag,
			      const char *known)
{
	struct dw_record rec = rig_record("mention.added", tag), out;

	rec.type_if_known = known;
	rig_record_key(&rec, key, tag);
	assert_int_equal(rig_append_one(r, rec, &out), 0);
	return out;
}

/* (1) */
void contract_numbers(void **state)
{
	struct rig *r = *state;
	struct dw_record recs[3] = { rig_record("a.b", "{\"n\":1}"),
				     rig_record("a.c", "{\"n\":2}"),
				     rig_record("a.b", "{\"n\":3}") };
	struct dw_append a = { .recs = recs, .n = 3 };

	assert_int_equal(dw_journal_head(r->j), 0);
	for (uint64_t i = 0; i < 4; i++) {
		assert_int_equal(rig_append(r, &a), 0);
		for (uint64_t k = 0; k < 3; k++) {
			assert_int_equal(recs[k].seq, 3 * i + k + 1);
			assert_int_equal(recs[k].subject, recs[k].seq);
			assert_int_equal(recs[k].outcome, DW_APPENDED);
		}
		assert_int_equal(dw_journal_head(r->j), 3 * i + 3);
	}
	assert_int_equal(r->n_seen, 12);
	assert_false(r->is_order_broken);
	assert_string_equal(r->seen[10].payload, "{\"n\":2}");
	assert_string_equal(r->seen[10].type, "a.c");
	assert_int_equal(dw_journal_stats(r->j)->records, 12);
	for (size_t k = 0; k < 3; k++)
		rig_record_fini(&recs[k]);
}

void contract_empty_append(void **state)
{
	struct rig *r = *state;
	struct dw_append a = { .n = 0 };

	assert_int_equal(rig_append(r, &a), 0);
	assert_int_equal(dw_journal_head(r->j), 0);
	assert_int_equal(r->n_seen, 0);
}

/* (1) recorded_at never goes back, even when the clock does */
void contract_times(void **state)
{
	struct rig *r = *state;
	struct dw_record first, second, third;

	assert_int_equal(rig_append_one(r, rig_record("a.b", "{}"), &first), 0);
	r->now -= 5000000;
	assert_int_equal(rig_append_one(r, rig_record("a.b", "{}"), &second), 0);
	assert_true(second.recorded_at >= first.recorded_at);
	r->now += 60000000;
	assert_int_equal(rig_append_one(r, rig_record("a.b", "{}"), &third), 0);
	assert_true(third.recorded_at > second.recorded_at);
	assert_false(r->is_order_broken);
}

static bool on_row(void *data, const struct dw_stored *e)
{
	struct dw_stored *out = data;

	*out = *e;
	out->payload = dw_str_make(strndup(e->payload.p, e->payload.n), e->payload.n);
	assert_true(e->envelope.n > 0 && e->type.n > 0);
	assert_memory_equal(e->type.p, "a.b", 3);
	return false;
}

void contract_envelope(void **state)
{
	struct rig *r = *state;
	struct dw_record rec = rig_record("a.b", "{\"x\":\"\xd8\xb3\"}");
	struct dw_stored e;
	struct dw_reader *reader;
	uint64_t last;

	rec.actor = 17;
	rec.room = 4;
	rec.type_version = 3;
	rec.occurred_at = -12345;
	memcpy(rec.command, "0123456789abcdef", 16);
	assert_int_equal(rig_append_one(r, rec, NULL), 0);
	assert_int_equal(dw_journal_reader_open(r->j, &reader, NULL), 0);
	assert_int_equal(dw_reader_scan(reader, 0, 10, on_row, &e, &last, NULL), 0);
	assert_int_equal(last, 1);
	assert_int_equal(e.seq, 1);
	assert_int_equal(e.actor, 17);
	assert_int_equal(e.room, 4);
	assert_int_equal(e.type_version, 3);
	assert_int_equal(e.occurred_at, -12345);
	assert_int_equal(e.recorded_at, r->seen[0].recorded_at);
	assert_memory_equal(e.command, "0123456789abcdef", 16);
	assert_int_equal(e.subject, 0);
	assert_string_equal(e.payload.p, "{\"x\":\"\xd8\xb3\"}");
	free((void *)(uintptr_t)e.payload.p);
	dw_reader_close(reader);
}

struct leaves {
	struct dw_merkle m;
};

static bool on_leaf(void *data, const struct dw_stored *e)
{
	struct leaves *l = data;
	uint8_t leaf[DW_HASH_SIZE];

	dw_merkle_leaf(leaf, e->envelope.p, e->envelope.n);
	dw_merkle_add(&l->m, leaf);
	return true;
}

/* The tree that the loop knows is the tree of what is read back. */
void contract_tree(void **state)
{
	struct rig *r = *state;
	uint8_t known[DW_HASH_SIZE], read[DW_HASH_SIZE];
	struct dw_reader *reader;
	struct leaves l;
	uint64_t last;

	dw_merkle_init(&l.m);
	for (int i = 0; i < 21; i++)
		assert_int_equal(rig_append_one(r, rig_record("a.b", "{}"), NULL), 0);
	assert_int_equal(dw_journal_reader_open(r->j, &reader, NULL), 0);
	assert_int_equal(dw_reader_scan(reader, 0, 100, on_leaf, &l, &last, NULL), 0);
	dw_reader_close(reader);
	assert_int_equal(last, 21);
	dw_merkle_root(dw_journal_tree(r->j), known);
	dw_merkle_root(&l.m, read);
	assert_memory_equal(known, read, sizeof(known));
	assert_int_equal(dw_journal_tree(r->j)->size, 21);
}

struct calls {
	struct rig *r;
	int *order, n;
	struct dw_append a[3];
	struct dw_record rec[3];
};

static void on_in_order(struct dw_append *a)
{
	struct calls *c = a->data;
	int i = (int)(a - c->a);

	/* (2), (3): it is durable and was told of before */
	assert_int_equal(a->status, 0);
	assert_true(c->r->n_seen >= c->rec[i].seq);
	assert_true(dw_journal_head(c->r->j) >= c->rec[i].seq);
	c->order[c->n++] = i;
}

void contract_order_of_calls(void **state)
{
	struct rig *r = *state;
	int order[3] = { -1, -1, -1 };
	struct calls c = { .r = r, .order = order };

	for (int i = 0; i < 3; i++) {
		c.rec[i] = rig_record("a.b", "{}");
		c.a[i] = (struct dw_append){
			.recs = &c.rec[i], .n = 1, .cb = on_in_order, .data = &c
		};
		assert_int_equal(dw_journal_append(r->j, &c.a[i]), 0);
		assert_int_equal(c.n, 0);
	}
	assert_int_equal(dw_journal_pending(r->j), 3);
	while (c.n < 3)
		rig_turn(r);
	assert_int_equal(dw_journal_pending(r->j), 0);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(order[i], i);
		assert_int_equal(c.rec[i].seq, i + 1);
		rig_record_fini(&c.rec[i]);
	}
}

/* (4) */
void contract_duplicates(void **state)
{
	struct rig *r = *state;
	struct dw_record rec = keyed(r, "k1", "one", "mention.changed");

	assert_int_equal(rec.outcome, DW_APPENDED);
	assert_int_equal(r->seen[0].subject, 1);
	rec = keyed(r, "k1", "one", "mention.changed");
	assert_int_equal(rec.outcome, DW_DUPLICATE);
	assert_int_equal(rec.seq, 1);
	assert_int_equal(rec.subject, 1);
	rec = keyed(r, "k2", "one", "mention.changed");
	assert_int_equal(rec.outcome, DW_APPENDED);
	assert_int_equal(rec.seq, 2);
	rec = keyed(r, "k1", "two", "mention.changed");
	assert_int_equal(rec.outcome, DW_CHANGED);
	assert_int_equal(rec.seq, 3);
	assert_int_equal(rec.subject, 1);
	assert_string_equal(r->seen[2].type, "mention.changed");
	assert_int_equal(r->seen[2].subject, 1);
	/* compared only with the last under the key: the first content is a change again */
	rec = keyed(r, "k1", "one", "mention.changed");
	assert_int_equal(rec.outcome, DW_CHANGED);
	assert_int_equal(rec.subject, 1);
	rec = keyed(r, "k1", "three", NULL);
	assert_int_equal(rec.outcome, DW_DUPLICATE);
	assert_int_equal(rec.seq, 4);
	assert_int_equal(dw_journal_head(r->j), 4);
	assert_int_equal(dw_journal_stats(r->j)->duplicates, 2);
}

void contract_duplicates_in_one_append(void **state)
{
	static const char *const key[] = { "a", "b", "a", "a", "c" };
	static const char *const tag[] = { "1", "1", "1", "2", "1" };
	static const int outcome[] = { DW_APPENDED, DW_APPENDED, DW_DUPLICATE, DW_CHANGED,
				       DW_APPENDED };
	static const uint64_t seq[] = { 1, 2, 1, 3, 4 };
	struct rig *r = *state;
	struct dw_record recs[5];
	struct dw_append a = { .recs = recs, .n = 5 };

	for (int i = 0; i < 5; i++) {
		recs[i] = rig_record("mention.added", tag[i]);
		recs[i].type_if_known = "mention.changed";
		rig_record_key(&recs[i], key[i], tag[i]);
	}
	assert_int_equal(rig_append(r, &a), 0);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(recs[i].outcome, outcome[i]);
		assert_int_equal(recs[i].seq, seq[i]);
	}
	assert_int_equal(r->n_seen, 4);
	assert_string_equal(r->seen[3].payload, "1");
	assert_int_equal(rig_append(r, &a), 0);
	/* "a" is at "2" now, so the first and the fourth go back and forth */
	assert_int_equal(recs[0].outcome, DW_CHANGED);
	assert_int_equal(recs[1].outcome, DW_DUPLICATE);
	assert_int_equal(recs[2].outcome, DW_DUPLICATE);
	assert_int_equal(recs[3].outcome, DW_CHANGED);
	assert_int_equal(recs[4].outcome, DW_DUPLICATE);
	for (int i = 0; i < 5; i++)
		rig_record_fini(&recs[i]);
}

static int append_expecting(struct rig *r, uint64_t room, uint64_t pos)
{
	struct dw_record rec = rig_record("note.added", "{}");
	struct dw_expect expect = { room, pos };
	struct dw_append a = { .recs = &rec, .n = 1, .expect = &expect, .n_expect = 1 };
	int rc;

	rec.room = room;
	rc = rig_append(r, &a);
	rig_record_fini(&rec);
	return rc;
}

/* (6) */
void contract_conflicts(void **state)
{
	struct rig *r = *state;

	assert_int_equal(dw_journal_position(r->j, 9), 0);
	assert_int_equal(append_expecting(r, 9, 0), 0);
	assert_int_equal(dw_journal_position(r->j, 9), 1);
	assert_int_equal(append_expecting(r, 9, 0), DW_ECONFLICT);
	assert_int_equal(append_expecting(r, 8, 0), 0);
	assert_int_equal(append_expecting(r, 9, 1), 0);
	assert_int_equal(dw_journal_position(r->j, 9), 3);
	assert_int_equal(dw_journal_position(r->j, 8), 2);
	assert_int_equal(dw_journal_head(r->j), 3);
	assert_int_equal(dw_journal_stats(r->j)->conflicts, 1);
}

void contract_moves(void **state)
{
	struct rig *r = *state;
	struct dw_record rec = rig_record("user.added", "{}");
	struct dw_expect expect = { DW_KEY_ROLES, 0 };
	struct dw_append a = { .recs = &rec, .n = 1, .expect = &expect, .n_expect = 1 };

	rec.moves = DW_KEY_ROLES;
	assert_int_equal(rig_append(r, &a), 0);
	assert_int_equal(dw_journal_position(r->j, DW_KEY_ROLES), 1);
	assert_int_equal(dw_journal_position(r->j, DW_KEY_OUTGOING), 0);
	assert_int_equal(rig_append(r, &a), DW_ECONFLICT);
	rig_record_fini(&rec);
}

static int on_also(struct dw_append *a, struct dw_db *db, struct dw_err *err)
{
	a->recs[0].actor = a->recs[a->n - 1].seq; /* numbers are there already */
	return 0;
}

void contract_also(void **state)
{
	struct rig *r = *state;
	struct dw_record rec[2] = { rig_record("a.b", "{}"), rig_record("a.b", "{}") };
	struct dw_append a = { .recs = rec, .n = 2, .also_on_writer = on_also };

	assert_int_equal(rig_append_one(r, rig_record("a.b", "{}"), NULL), 0);
	assert_int_equal(rig_append(r, &a), 0);
	assert_int_equal(rec[0].actor, 3);
	rig_record_fini(&rec[0]);
	rig_record_fini(&rec[1]);
}

static int on_also_failing(struct dw_append *a, struct dw_db *db, struct dw_err *err)
{
	return dw_fail(err, DW_EEXISTS, "there is one already");
}

static void on_count(struct dw_append *a)
{
	++*(int *)a->data;
}

/* An append that fails by itself takes nothing along: neither numbers nor keys nor positions. */
void contract_also_failing(void **state)
{
	struct rig *r = *state;
	struct dw_record rec[3];
	struct dw_append a[3];
	int done = 0;

	for (int i = 0; i < 3; i++) {
		rec[i] = rig_record("a.b", "{}");
		rec[i].room = 5;
		rig_record_key(&rec[i], i == 2 ? "k1" : i == 1 ? "k1" : "k0", "t");
		a[i] = (struct dw_append){
			.recs = &rec[i], .n = 1, .cb = on_count, .data = &done
		};
	}
	a[1].also_on_writer = on_also_failing;
	for (int i = 0; i < 3; i++)
		assert_int_equal(dw_journal_append(r->j, &a[i]), 0);
	while (done < 3)
		rig_turn(r);
	assert_int_equal(a[0].status, 0);
	assert_int_equal(a[1].status, DW_EEXISTS);
	assert_string_equal(a[1].err.msg, "there is one already");
	assert_int_equal(a[2].status, 0);
	assert_int_equal(rec[2].outcome, DW_APPENDED);
	assert_int_equal(rec[2].seq, 2);
	assert_int_equal(dw_journal_position(r->j, 5), 2);
	assert_int_equal(dw_journal_head(r->j), 2);
	assert_int_equal(r->n_seen, 2);
	for (int i = 0; i < 3; i++)
		rig_record_fini(&rec[i]);
}

struct scanned {
	uint64_t first, n, stop_at;
};

static bool on_scanned(void *data, const struct dw_stored *e)
{
	struct scanned *s = data;
	char want[32];

	if (s->n++ == 0)
		s->first = e->seq;
	snprintf(want, sizeof(want), "{\"n\":%u}", (unsigned)e->seq);
	assert_int_equal(e->payload.n, strlen(want));
	assert_memory_equal(e->payload.p, want, e->payload.n);
	return e->seq != s->stop_at;
}

void contract_scan(void **state)
{
	struct rig *r = *state;
	struct dw_reader *reader;
	struct scanned s;
	uint64_t last;
	char text[32];

	for (unsigned i = 1; i <= 40; i++) {
		snprintf(text, sizeof(text), "{\"n\":%u}", i);
		assert_int_equal(rig_append_one(r, rig_record("a.b", text), NULL), 0);
	}
	assert_int_equal(dw_journal_reader_open(r->j, &reader, NULL), 0);
	s = (struct scanned){ 0 };
	assert_int_equal(dw_reader_scan(reader, 0, 100, on_scanned, &s, &last, NULL), 0);
	assert_true(s.first == 1 && s.n == 40 && last == 40);
	s = (struct scanned){ 0 };
	assert_int_equal(dw_reader_scan(reader, 10, 5, on_scanned, &s, &last, NULL), 0);
	assert_true(s.first == 11 && s.n == 5 && last == 15);
	s = (struct scanned){ .stop_at = 33 };
	assert_int_equal(dw_reader_scan(reader, 30, 100, on_scanned, &s, &last, NULL), 0);
	assert_true(s.first == 31 && s.n == 3 && last == 33);
	s = (struct scanned){ 0 };
	assert_int_equal(dw_reader_scan(reader, 40, 100, on_scanned, &s, &last, NULL), 0);
	assert_true(s.n == 0 && last == 40);
	dw_reader_close(reader);
}

enum { MANY = 500 };

void contract_many_in_flight(void **state)
{
	struct rig *r = *state;
	struct dw_record *rec = calloc(MANY, sizeof(*rec));
	struct dw_append *a = calloc(MANY, sizeof(*a));
	int done = 0;

	for (int i = 0; i < MANY; i++) {
		rec[i] = rig_record("a.b", "{}");
		a[i] = (struct dw_append){
			.recs = &rec[i], .n = 1, .cb = on_count, .data = &done
		};
		assert_int_equal(dw_journal_append(r->j, &a[i]), 0);
		if (i % 50 == 0)
			rig_turn(r);
	}
	while (done < MANY)
		rig_turn(r);
	for (int i = 0; i < MANY; i++) {
		assert_int_equal(rec[i].seq, i + 1);
		rig_record_fini(&rec[i]);
	}
	assert_int_equal(r->n_seen, MANY);
	assert_false(r->is_order_broken);
	/* group commit: what waited together went together */
	assert_true(dw_journal_stats(r->j)->commits < MANY);
	free(rec);
	free(a);
}

/* What was started is finished before the journal is closed. */
void contract_closing(void **state)
{
	struct rig *r = *state;
	struct dw_record rec = rig_record("a.b", "{}");
	int done = 0;
	struct dw_append a = { .recs = &rec, .n = 1, .cb = on_count, .data = &done };

	assert_int_equal(dw_journal_append(r->j, &a), 0);
	assert_int_equal(done, 0);
	rig_close(r);
	assert_int_equal(done, 1);
	assert_int_equal(a.status, 0);
	assert_int_equal(rec.seq, 1);
	rig_record_fini(&rec);
}
