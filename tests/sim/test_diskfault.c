/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_diskfault.c - the disk fails at every operation in turn, and no lie is told (promise 2).
 *
 * A scripted session, with a view, a reader and several checkpoints, is run once to count the
 * operations it makes of each sort. Then it is run again for each of them, with that one failing:
 * an I/O error, a full disk, a short read. Who reads meanwhile is refused or sees what is so. Afterwards
 * the file is opened on a disk that works: everything that was acknowledged is there, what was
 * refused may be there or not (nobody was told), nothing is there twice, verify is content.
 * After a full disk the same process goes on; after a failed sync it takes nothing more.
 */
#include "faultvfs.h"
#include "journalrig.h"
#include "store/db.h"

#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define APPENDS 8
#define NEVER_MS 3600000
#define LOG_FRAMES 12 /* pages: a checkpoint before every second append or so */

struct outcome {
	bool is_acked[APPENDS];
	uint64_t seq[APPENDS];
	int code[APPENDS];
	int open_rc;
	bool was_failed, has_synced_badly;
	size_t n_seen;
};

/* A rig whose journal does nothing by itself: operations are counted, and the machine may be busy. */
static void init(struct rig *r)
{
	rig_init(r, false, 1);
	r->conf.idle_ms = NEVER_MS;
}

static struct dw_record record_of(int i)
{
	char text[400], key[16];
	struct dw_record rec;

	snprintf(text, sizeof(text), "{\"i\":%d,\"pad\":\"%0*d\"}", i, 20 + 40 * i, 0);
	snprintf(key, sizeof(key), "key %d", i);
	rec = rig_record("mention.added", text);
	rec.raw = dw_blob_new(text, strlen(text));
	rec.room = 3;
	rig_record_key(&rec, key, text);
	return rec;
}

static int apply(void *ctx, struct dw_db *db, const struct dw_stored *e,
		 struct dw_err *err)
{
	sqlite3_stmt *st = dw_db_stmt(db, "INSERT INTO view_of_all VALUES (?1)", err);

	(void)ctx;
	if (st == NULL)
		return DW_EIO;
	dw_db_bind_u64(st, 1, e->seq);
	return dw_db_run(db, st, err);
}

static const struct dw_projector projector = {
	.schema = "CREATE TABLE view_of_all (seq INTEGER PRIMARY KEY) STRICT;",
	.apply_on_writer = apply,
};

struct glimpse {
	const struct outcome *o;
	uint64_t next;
};

static bool on_glimpse(void *data, const struct dw_stored *e)
{
	struct glimpse *g = data;
	int i = -1;

	assert_int_equal(sscanf(e->payload.p, "{\"i\":%d", &i), 1);
	assert_in_range(i, 0, APPENDS - 1);
	assert_int_equal(e->seq, g->next++);
	if (g->o->is_acked[i])
		assert_int_equal(g->o->seq[i], e->seq);
	return true;
}

/* While the disk fails: an error, or everything that was acknowledged, in order. */
static void read_back(struct rig *r, const struct outcome *o, uint64_t acked)
{
	struct glimpse g = { o, 1 };
	struct dw_reader *reader;
	uint64_t last;

	if (dw_journal_reader_open(r->j, &reader, NULL) < 0)
		return;
	if (dw_reader_scan(reader, 0, 1000, on_glimpse, &g, &last, NULL) == 0)
		assert_true(last >= acked);
	dw_reader_close(reader);
}

/* The session: open, append one after the other, read back, close. */
static void run(struct rig *r, struct outcome *o)
{
	uint64_t acked = 0;

	memset(o, 0, sizeof(*o));
	r->conf.projector = &projector;
	r->conf.log_frames = LOG_FRAMES;
	o->open_rc = rig_open(r, NULL);
	if (o->open_rc < 0)
		return;
	for (int i = 0; i < APPENDS; i++) {
		struct dw_record out;

		o->code[i] = rig_append_one(r, record_of(i), &out);
		o->is_acked[i] = o->code[i] == 0;
		o->seq[i] = out.seq;
		acked = o->is_acked[i] ? out.seq : acked;
		read_back(r, o, acked);
	}
	o->has_synced_badly = faultvfs_has_failed_in_sync();
	o->was_failed = dw_journal_stats(r->j)->is_failed;
	o->n_seen = r->n_seen;
	assert_false(r->is_order_broken);
	rig_close(r);
}

static void on_one(struct dw_append *a)
{
	(*(size_t *)a->data)++;
}

struct found {
	unsigned count[APPENDS];
	uint64_t seq[APPENDS];
};

static bool on_row(void *data, const struct dw_stored *e)
{
	struct found *f = data;
	int i = -1;

	assert_int_equal(sscanf(e->payload.p, "{\"i\":%d", &i), 1);
	assert_in_range(i, 0, APPENDS - 1);
	f->count[i]++;
	f->seq[i] = e->seq;
	return true;
}

/* On a disk that works: nothing acknowledged is missing, and the rest can be appended. */
static void check(struct rig *r, const struct outcome *o, const char *what, uint64_t n)
{
	struct dw_verify_report report;
	struct found found = { 0 };
	struct dw_reader *reader;
	struct dw_err err = { 0 };
	uint64_t last;

	if (rig_open(r, &err) < 0)
		fail_msg("%s at %llu: does not open again: %s", what,
			 (unsigned long long)n, err.msg);
	assert_int_equal(dw_journal_reader_open(r->j, &reader, NULL), 0);
	assert_int_equal(dw_reader_scan(reader, 0, 1000, on_row, &found, &last, NULL), 0);
	dw_reader_close(reader);
	for (int i = 0; i < APPENDS; i++) {
		if (o->is_acked[i] && (found.count[i] != 1 || found.seq[i] != o->seq[i]))
			fail_msg(
				"%s at %llu: append %d was acknowledged and is there %u times",
				what, (unsigned long long)n, i, found.count[i]);
		assert_true(found.count[i] <= 1);
		assert_int_equal(rig_append_one(r, record_of(i), NULL), 0);
	}
	assert_int_equal(dw_journal_head(r->j),
			 APPENDS); /* each is there once, by its key */
	rig_close(r);
	if (dw_store_verify(r->dir, &report, NULL, NULL, &err) < 0)
		fail_msg("%s at %llu: %s", what, (unsigned long long)n, err.msg);
	assert_int_equal(report.events, APPENDS);
}

static uint64_t count_operations(enum fault_kind kind)
{
	struct rig r;
	struct outcome o;
	uint64_t n;

	init(&r);
	faultvfs_start(r.dir);
	faultvfs_fail(kind, UINT64_MAX - 1, 1);
	run(&r, &o);
	n = faultvfs_count();
	faultvfs_stop();
	assert_int_equal(o.open_rc, 0);
	assert_true(o.is_acked[APPENDS - 1]);
	rig_fini(&r);
	assert_true(n > 10);
	return n;
}

static void fail_once(enum fault_kind kind, uint64_t n, uint64_t times, const char *what)
{
	struct rig r;
	struct outcome o;

	init(&r);
	faultvfs_start(r.dir);
	faultvfs_fail(kind, n, times);
	run(&r, &o);
	assert_true(faultvfs_has_failed());
	faultvfs_fail(FAULT_NONE, 0, 0);
	if (kind == FAULT_FULL) /* it recovers by itself */
		assert_false(o.was_failed);
	for (int i = 0; kind == FAULT_FULL && o.open_rc == 0 && i + 1 < APPENDS; i++)
		if (times == 1 && o.code[i] != 0)
			assert_true(o.code[i] == DW_EFULL && o.is_acked[i + 1]);
	if (o.has_synced_badly)
		assert_true(o.was_failed);
	for (int i = 0; o.was_failed && i + 1 < APPENDS; i++)
		if (o.code[i] == DW_EIO)
			assert_int_equal(o.code[i + 1], DW_EIO); /* final */
	size_t acked = 0;

	for (int i = 0; i < APPENDS; i++)
		acked += o.is_acked[i];
	assert_int_equal(acked, o.n_seen); /* nobody is told of what was refused */
	check(&r, &o, what, n);
	faultvfs_stop();
	rig_fini(&r);
}

static void test_io_error_everywhere(void **state)
{
	uint64_t n = count_operations(FAULT_IOERR);

	(void)state;
	for (uint64_t i = 1; i <= n; i++)
		fail_once(FAULT_IOERR, i, 1, "I/O error");
	print_message("%llu points of failure\n", (unsigned long long)n);
}

static void test_full_disk_everywhere(void **state)
{
	uint64_t n = count_operations(FAULT_FULL);

	(void)state;
	for (uint64_t i = 1; i <= n; i++) {
		fail_once(FAULT_FULL, i, 1, "full disk");
		fail_once(FAULT_FULL, i, 6, "full disk for a while");
	}
	print_message("%llu points of failure\n", (unsigned long long)n);
}

static void test_short_read_everywhere(void **state)
{
	uint64_t n = count_operations(FAULT_SHORT);

	(void)state;
	for (uint64_t i = 1; i <= n; i++)
		fail_once(FAULT_SHORT, i, 1, "short read");
	print_message("%llu points of failure\n", (unsigned long long)n);
}

/* A full disk refuses with DW_EFULL, says so in the counters, and is forgotten once there is room. */
static void test_full_disk_is_said_and_forgotten(void **state)
{
	struct rig r;
	struct dw_record out;

	(void)state;
	init(&r);
	faultvfs_start(r.dir);
	assert_int_equal(rig_open(&r, NULL), 0);
	assert_int_equal(rig_append_one(&r, record_of(0), NULL), 0);
	faultvfs_fail(FAULT_FULL, 1, UINT64_MAX / 2);
	for (int i = 1; i < 4; i++)
		assert_int_equal(rig_append_one(&r, record_of(i), NULL), DW_EFULL);
	assert_true(dw_journal_stats(r.j)->is_full);
	assert_int_equal(dw_journal_stats(r.j)->errors_full, 3);
	assert_int_equal(dw_journal_head(r.j), 1);
	faultvfs_fail(FAULT_NONE, 0, 0);
	assert_int_equal(rig_append_one(&r, record_of(1), &out), 0);
	assert_int_equal(out.seq, 2);
	assert_false(dw_journal_stats(r.j)->is_full);
	rig_close(&r);
	faultvfs_stop();
	rig_fini(&r);
}

static void wait_for_all(void *data)
{
	while (sem_wait(data) < 0)
		;
}

/* What waits while a commit is on its way comes with the next one: one sync for all of it. */
static void test_one_sync_for_all_that_waits(void **state)
{
	enum { N = 200 };
	static struct dw_record rec[N];
	static struct dw_append a[N];
	struct rig r;
	size_t done = 0;
	uint64_t syncs;
	sem_t all_wait;

	(void)state;
	init(&r);
	faultvfs_start(r.dir);
	assert_int_equal(rig_open(&r, NULL), 0);
	faultvfs_fail(FAULT_SYNC, UINT64_MAX - 1, 1);
	DW_INVARIANT(sem_init(&all_wait, 0, 0) == 0);
	faultvfs_cut_at(1, wait_for_all, &all_wait);
	for (int i = 0; i < N; i++) {
		rec[i] = rig_record("a.b", "{}");
		a[i] = (struct dw_append){
			.recs = &rec[i], .n = 1, .cb = on_one, .data = &done
		};
		assert_int_equal(dw_journal_append(r.j, &a[i]), 0);
	}
	sem_post(&all_wait);
	while (done < N)
		rig_turn(&r);
	syncs = faultvfs_count();
	print_message("%d appends, %llu commits, %llu syncs\n", N,
		      (unsigned long long)dw_journal_stats(r.j)->commits,
		      (unsigned long long)syncs);
	/* One each, and one for the head of a new log. */
	assert_true(syncs <= dw_journal_stats(r.j)->commits + 1);
	assert_true(dw_journal_stats(r.j)->commits <= 2);
	sem_destroy(&all_wait);
	for (int i = 0; i < N; i++)
		rig_record_fini(&rec[i]);
	rig_close(&r);
	faultvfs_stop();
	rig_fini(&r);
}

/* One that fails while nobody waits, in a checkpoint, is counted and final as well. */
static void test_a_sync_fails_while_nothing_happens(void **state)
{
	struct rig r;

	(void)state;
	rig_init(&r, false, 1);
	faultvfs_start(r.dir);
	assert_int_equal(rig_open(&r, NULL), 0);
	assert_int_equal(rig_append_one(&r, record_of(0), NULL), 0);
	faultvfs_fail(FAULT_SYNC, 1, 1);
	/* It looks once after each write: if that was over before the line above, write again. */
	for (int turn = 1, n = 1; !dw_journal_stats(r.j)->is_failed; turn++) {
		(void)usleep(1000);
		if (turn % 2000 != 0)
			continue;
		faultvfs_fail(FAULT_NONE, 0, 0);
		if (rig_append_one(&r, record_of(n++ % APPENDS), NULL) == 0)
			faultvfs_fail(FAULT_SYNC, 1, 1);
	}
	faultvfs_fail(FAULT_NONE, 0, 0);
	assert_int_equal(dw_journal_stats(r.j)->errors_sync, 1);
	assert_int_equal(dw_journal_stats(r.j)->errors_io, 1);
	assert_int_equal(rig_append_one(&r, record_of(1), NULL), DW_EIO);
	rig_close(&r);
	faultvfs_stop();
	rig_fini(&r);
}

/* After a failed sync nothing is taken, although the disk would work again; reads go on. */
static void test_failed_sync_is_final(void **state)
{
	struct rig r;
	struct dw_reader *reader;
	struct found found = { 0 };
	uint64_t last;

	(void)state;
	rig_init(&r, false, 1);
	faultvfs_start(r.dir);
	assert_int_equal(rig_open(&r, NULL), 0);
	assert_int_equal(rig_append_one(&r, record_of(0), NULL), 0);
	faultvfs_fail(FAULT_SYNC, 1, 1);
	assert_int_equal(rig_append_one(&r, record_of(1), NULL), DW_EIO);
	assert_true(faultvfs_has_failed_in_sync());
	faultvfs_fail(FAULT_NONE, 0, 0);
	assert_true(dw_journal_stats(r.j)->is_failed);
	assert_int_equal(dw_journal_stats(r.j)->errors_sync, 1);
	assert_int_equal(rig_append_one(&r, record_of(2), NULL), DW_EIO);
	assert_int_equal(dw_journal_stats(r.j)->errors_sync, 1);
	assert_int_equal(dw_journal_head(r.j), 1);
	assert_int_equal(dw_journal_reader_open(r.j, &reader, NULL), 0);
	assert_int_equal(dw_reader_scan(reader, 0, 10, on_row, &found, &last, NULL), 0);
	assert_int_equal(found.count[0], 1);
	dw_reader_close(reader);
	rig_close(&r);
	faultvfs_stop();
	rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_io_error_everywhere),
		cmocka_unit_test(test_full_disk_everywhere),
		cmocka_unit_test(test_short_read_everywhere),
		cmocka_unit_test(test_full_disk_is_said_and_forgotten),
		cmocka_unit_test(test_one_sync_for_all_that_waits),
		cmocka_unit_test(test_a_sync_fails_while_nothing_happens),
		cmocka_unit_test(test_failed_sync_is_final),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
