/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_journal.c - random histories of a journal against a model that fits on a page.
 *
 * Each history is decided by its seed: appends with and without keys, duplicates, changes,
 * stale expectations, failing `also`, a full disk, a failed disk, crashes, completion in steps of
 * any size. The model is told of an append when it completes and must agree with every number and
 * outcome; at the end, what is read back must be what the model holds. 3,000 histories (100,000
 * with DIWAN_SOAK=1); a failure prints its seed.
 */
#include "journalrig.h"
#include "store/journal_mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define KEYS 6
#define ROOMS 4
#define RECS 5
#define EVENTS_MAX 4096

struct model {
	uint64_t head;
	uint64_t first[KEYS], last[KEYS];
	int tag[KEYS];
	uint64_t moved[ROOMS + 1];
	uint32_t payload[EVENTS_MAX]; /* by seq */
	uint64_t subject[EVENTS_MAX];
};

struct flight {
	struct dw_link link; /* of those in the air */
	struct dw_append a;
	struct dw_record rec[RECS];
	int key[RECS], tag[RECS]; /* key -1: none */
	uint32_t payload[RECS];
	struct dw_expect expect;
	struct world *w;
};

struct world {
	struct rig rig;
	struct model m;
	struct dw_link air;
	uint64_t seed;
	uint32_t payloads;
	size_t faults; /* ordered and not met yet, at most */
	bool is_failed;
	const char *wrong; /* the first thing that is */
};

static void wrong(struct world *w, const char *what)
{
	if (w->wrong == NULL)
		w->wrong = what;
}

static uint64_t below(struct world *w, uint64_t n)
{
	return rig_random(&w->rig) % n;
}

/* ---- the model ---- */

static void model_append(struct model *m, const struct flight *f, size_t i,
			 uint64_t subject)
{
	m->head++;
	m->payload[m->head] = f->payload[i];
	m->subject[m->head] = subject != 0 ? subject : f->key[i] >= 0 ? m->head : 0;
	if (f->rec[i].room != 0)
		m->moved[f->rec[i].room] = m->head;
	if (f->key[i] < 0)
		return;
	if (subject == 0)
		m->first[f->key[i]] = m->head;
	m->last[f->key[i]] = m->head;
	m->tag[f->key[i]] = f->tag[i];
}

static void model_record(struct world *w, const struct flight *f, size_t i)
{
	const struct dw_record *r = &f->rec[i];
	struct model *m = &w->m;
	int k = f->key[i];

	if (k >= 0 && m->last[k] != 0 &&
	    (m->tag[k] == f->tag[i] || r->type_if_known == NULL)) {
		if (r->outcome != DW_DUPLICATE || r->seq != m->last[k] ||
		    r->subject != m->first[k])
			wrong(w, "a duplicate was not one");
		return;
	}
	bool is_change = k >= 0 && m->last[k] != 0;

	model_append(m, f, i, is_change ? m->first[k] : 0);
	if (r->outcome != (is_change ? DW_CHANGED : DW_APPENDED) || r->seq != m->head)
		wrong(w, "a record has another number or outcome");
	if (r->subject != (is_change ? m->first[k] : m->head))
		wrong(w, "a record has another subject");
}

static bool has_moved(const struct world *w, const struct flight *f)
{
	return f->a.n_expect > 0 && w->m.moved[f->expect.key] != f->expect.pos;
}

/* ---- appends ---- */

static void land(struct flight *f)
{
	dw_list_remove(&f->link);
	for (size_t i = 0; i < f->a.n; i++)
		rig_record_fini(&f->rec[i]);
	free(f);
}

static void on_done(struct dw_append *a)
{
	struct flight *f = a->data;
	struct world *w = f->w;

	if (DW_CONTAINER_OF(w->air.next, struct flight, link) != f)
		wrong(w, "completed out of order");
	switch (a->status) {
	case 0:
		if (has_moved(w, f))
			wrong(w, "a stale append went through");
		if (w->is_failed)
			wrong(w, "something went through a failed disk");
		if (a->also_on_writer != NULL)
			wrong(w, "an append went through whose own work failed");
		for (size_t i = 0; i < a->n; i++)
			model_record(w, f, i);
		break;
	case DW_ECONFLICT:
		if (!has_moved(w, f))
			wrong(w, "a conflict without a reason");
		break;
	case DW_EEXISTS:
		if (a->also_on_writer == NULL)
			wrong(w, "refused for work that it did not bring");
		break;
	case DW_EIO:
		w->is_failed = true;
		break;
	default:
		if (a->status != DW_EFULL)
			wrong(w, "an unknown failure");
		break;
	}
	if (dw_journal_head(w->rig.j) < w->m.head)
		wrong(w, "completed before it was durable");
	land(f);
}

static int on_also(struct dw_append *a, struct dw_db *db, struct dw_err *err)
{
	return dw_fail(err, DW_EEXISTS, "it is there");
}

static void fill(struct world *w, struct flight *f, size_t i)
{
	char text[40], key[16], tag[16];

	f->payload[i] = ++w->payloads;
	snprintf(text, sizeof(text), "{\"p\":%u}", f->payload[i]);
	f->rec[i] = rig_record("mention.added", text);
	f->rec[i].type_if_known = below(w, 4) > 0 ? "mention.changed" : NULL;
	f->rec[i].room = below(w, ROOMS + 1);
	f->key[i] = (int)below(w, KEYS + 2) - 2;
	f->tag[i] = (int)below(w, 3);
	if (f->key[i] < 0)
		return;
	snprintf(key, sizeof(key), "k%d", f->key[i]);
	snprintf(tag, sizeof(tag), "t%d", f->tag[i]);
	rig_record_key(&f->rec[i], key, tag);
}

static void start(struct world *w)
{
	struct flight *f = calloc(1, sizeof(*f));
	size_t n = below(w, RECS + 1);

	f->w = w;
	for (size_t i = 0; i < n; i++)
		fill(w, f, i);
	f->expect.key = 1 + below(w, ROOMS);
	f->expect.pos = below(w, 8) > 0 ? dw_journal_position(w->rig.j, f->expect.key)
					: below(w, w->m.head + 1);
	f->a = (struct dw_append){ .recs = f->rec,
				   .n = n,
				   .expect = &f->expect,
				   .n_expect = below(w, 3) == 0,
				   .also_on_writer = below(w, 10) == 0 ? on_also : NULL,
				   .cb = on_done,
				   .data = f };
	dw_list_init(&f->link);
	if (dw_journal_append(w->rig.j, &f->a) < 0) {
		if (!w->is_failed)
			wrong(w, "an append was refused at once");
		land(f);
	} else {
		dw_list_push(&w->air, &f->link);
	}
}

static void crash(struct world *w)
{
	dw_journal_mem_crash(w->rig.j);
	while (!dw_list_empty(&w->air))
		land(DW_CONTAINER_OF(w->air.next, struct flight, link));
	w->is_failed = false;
	if (dw_journal_pending(w->rig.j) != 0)
		wrong(w, "a crash left something pending");
}

static void step(struct world *w)
{
	switch (below(w, 40)) {
	case 0:
		crash(w);
		break;
	case 1:
		dw_journal_mem_fail(w->rig.j, DW_EFULL, 1 + below(w, 3));
		break;
	case 2:
		if (below(w, 5) == 0)
			dw_journal_mem_fail(w->rig.j, DW_EIO, 1);
		break;
	case 3:
		w->rig.now -= (int64_t)below(w, 1000);
		break;
	default:
		if (below(w, 3) > 0)
			start(w);
		else
			dw_journal_mem_step(w->rig.j, 1 + below(w, 6));
		break;
	}
	if (dw_journal_head(w->rig.j) != w->m.head)
		wrong(w, "the head is not the model's");
	for (uint64_t room = 1; room <= ROOMS; room++)
		if (dw_journal_position(w->rig.j, room) != w->m.moved[room])
			wrong(w, "a position is not the model's");
}

/* ---- the end ---- */

struct reading {
	struct world *w;
	struct dw_merkle tree;
};

static bool on_row(void *data, const struct dw_stored *e)
{
	struct reading *r = data;
	const struct model *m = &r->w->m;
	uint8_t leaf[DW_HASH_SIZE];
	char want[40];

	snprintf(want, sizeof(want), "{\"p\":%u}", m->payload[e->seq]);
	if (!dw_str_eq(e->payload, dw_str_of(want)) || e->subject != m->subject[e->seq])
		wrong(r->w, "what is read back is not what went in");
	dw_merkle_leaf(leaf, e->envelope.p, e->envelope.n);
	dw_merkle_add(&r->tree, leaf);
	return true;
}

static void read_back(struct world *w)
{
	uint8_t read[DW_HASH_SIZE], known[DW_HASH_SIZE];
	struct reading r = { .w = w };
	struct dw_reader *reader;
	uint64_t last = 0;

	dw_merkle_init(&r.tree);
	assert_int_equal(dw_journal_reader_open(w->rig.j, &reader, NULL), 0);
	assert_int_equal(dw_reader_scan(reader, 0, EVENTS_MAX, on_row, &r, &last, NULL),
			 0);
	dw_reader_close(reader);
	dw_merkle_root(&r.tree, read);
	dw_merkle_root(dw_journal_tree(w->rig.j), known);
	if (last != w->m.head || memcmp(read, known, sizeof(read)) != 0)
		wrong(w, "the tree is not that of what is read back");
	if (w->rig.n_seen != w->m.head || w->rig.is_order_broken)
		wrong(w, "the tail was not told of each event once and in order");
}

static void run_history(uint64_t seed)
{
	struct world *w = calloc(1, sizeof(*w));
	uint64_t steps;

	w->seed = seed;
	dw_list_init(&w->air);
	rig_init(&w->rig, true, seed);
	assert_int_equal(rig_open(&w->rig, NULL), 0);
	dw_journal_mem_manual(w->rig.j, true);
	steps = 20 + below(w, 150);
	for (uint64_t i = 0; i < steps && w->wrong == NULL; i++)
		step(w);
	dw_journal_mem_step(w->rig.j, SIZE_MAX);
	if (!dw_list_empty(&w->air))
		wrong(w, "an append was never completed");
	read_back(w);
	if (w->wrong != NULL)
		fail_msg("seed %llu: %s", (unsigned long long)seed, w->wrong);
	rig_fini(&w->rig);
	free(w);
}

static void test_histories(void **state)
{
	const char *soak = getenv("DIWAN_SOAK");
	uint64_t runs = soak != NULL && soak[0] == '1' ? 100000 : 3000;

	for (uint64_t seed = 1; seed <= runs; seed++)
		run_history(seed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_histories),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
