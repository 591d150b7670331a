/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_identity.c - keys that wait for their table: random histories on disk against a map.
 *
 * Few keys may wait, so each history sweeps round after round. It appends new keys, duplicates and
 * changes, lets appends fail half way, closes and opens again, and now and then goes on from a
 * copy of the files as a kill would have left them. Whatever a key's last event is must be what
 * the map says, verify must find nothing wrong at any time, and after a close the table has
 * all keys. 60 histories (2,000 with DIWAN_SOAK=1); a failure prints its seed.
 */
#include "journalrig.h"
#include "store/db.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define KEYS 400
#define RECS 12

struct world {
	struct rig rig;
	uint64_t first[KEYS], last[KEYS];
	int tag[KEYS];
};

static uint64_t below(struct world *w, uint64_t n)
{
	return rig_random(&w->rig) % n;
}

static void open_rig(struct world *w)
{
	struct dw_err err = { 0 };

	if (rig_open(&w->rig, &err) < 0)
		fail_msg("%s", err.msg);
}

static void check_file(const char *dir)
{
	struct dw_verify_report report;

	if (dw_store_verify(dir, &report, NULL, NULL, NULL) < 0)
		fail_msg("event %llu: %s", (unsigned long long)report.first_bad,
			 report.what);
}

/* ---- what a kill leaves behind ---- */

static void copy(const char *from, const char *to, const char *name)
{
	char path[400], chunk[65536];
	FILE *in, *out;
	size_t n;

	snprintf(path, sizeof(path), "%s/%s", from, name);
	in = fopen(path, "rb");
	if (in == NULL)
		return;
	snprintf(path, sizeof(path), "%s/%s", to, name);
	out = fopen(path, "wb");
	assert_non_null(out);
	while ((n = fread(chunk, 1, sizeof(chunk), in)) > 0)
		assert_int_equal(fwrite(chunk, 1, n, out), n);
	fclose(in);
	assert_int_equal(fclose(out), 0);
}

/* Nothing is being written: the copy is what is on disk after the last commit. */
static void kill_and_go_on(struct world *w)
{
	char left[240], made[256];

	snprintf(left, sizeof(left), "%.239s", w->rig.dir);
	snprintf(made, sizeof(made), "%s-XXXXXX", left);
	assert_non_null(mkdtemp(made));
	copy(left, made, "diwan.db");
	copy(left, made, "diwan.db-wal");
	rig_close(&w->rig);
	rig_remove(left);
	snprintf(w->rig.dir, sizeof(w->rig.dir), "%s", made);
	check_file(w->rig.dir);
	open_rig(w);
}

/* ---- appends ---- */

static int refuse(struct dw_append *a, struct dw_db *db, struct dw_err *err)
{
	(void)a;
	(void)db;
	return dw_fail(err, DW_EINVAL, "not today");
}

static void expect(struct world *w, const struct dw_record *rec, int key, int tag,
		   uint64_t *head)
{
	if (w->last[key] != 0 && w->tag[key] == tag) {
		assert_int_equal(rec->outcome, DW_DUPLICATE);
		assert_int_equal(rec->seq, w->last[key]);
		assert_int_equal(rec->subject, w->first[key]);
		return;
	}
	assert_int_equal(rec->outcome, w->last[key] != 0 ? DW_CHANGED : DW_APPENDED);
	assert_int_equal(rec->seq, ++*head);
	if (w->last[key] == 0)
		w->first[key] = *head;
	assert_int_equal(rec->subject, w->first[key]);
	w->last[key] = *head;
	w->tag[key] = tag;
}

static void append(struct world *w)
{
	size_t n = 1 + below(w, RECS);
	bool fails = below(w, 6) == 0;
	uint64_t head = dw_journal_head(w->rig.j);
	struct dw_record rec[RECS];
	int key[RECS], tag[RECS];
	struct dw_append a = { .recs = rec, .n = n };

	for (size_t i = 0; i < n; i++) {
		char text[16], mark[16];

		key[i] = (int)below(w, KEYS);
		tag[i] = (int)below(w, 3);
		snprintf(text, sizeof(text), "key %d", key[i]);
		snprintf(mark, sizeof(mark), "tag %d", tag[i]);
		rec[i] = rig_record("a.b", "{}");
		rec[i].type_if_known = "a.c";
		rig_record_key(&rec[i], text, mark);
	}
	if (fails)
		a.also_on_writer = refuse;
	assert_int_equal(rig_append(&w->rig, &a), fails ? DW_EINVAL : 0);
	for (size_t i = 0; i < n; i++) {
		if (!fails)
			expect(w, &rec[i], key[i], tag[i], &head);
		rig_record_fini(&rec[i]);
	}
	assert_int_equal(dw_journal_head(w->rig.j), head);
}

/* ---- histories ---- */

static uint64_t count(const char *dir, const char *sql)
{
	char path[300];
	sqlite3_stmt *s;
	struct dw_db *db;
	uint64_t n;

	snprintf(path, sizeof(path), "%s/diwan.db", dir);
	assert_int_equal(dw_db_open(&db, path, DW_DB_READER, NULL), 0);
	s = dw_db_stmt(db, sql, NULL);
	assert_non_null(s);
	assert_int_equal(dw_db_step(db, s, NULL), 1);
	n = (uint64_t)sqlite3_column_int64(s, 0);
	sqlite3_reset(s);
	dw_db_close(db);
	return n;
}

/* After a close: one row a key, each at the last event of its key. */
static void check_table(struct world *w)
{
	static const char rows[] = "SELECT count(*) FROM identity";
	static const char sum[] = "SELECT coalesce(sum(last), 0) FROM identity";
	uint64_t keys = 0, lasts = 0;

	for (int i = 0; i < KEYS; i++) {
		keys += w->last[i] != 0;
		lasts += w->last[i];
	}
	assert_int_equal(count(w->rig.dir, rows), keys);
	assert_int_equal(count(w->rig.dir, sum), lasts);
}

static void history(uint64_t seed, size_t pending)
{
	struct world w = { 0 };

	rig_init(&w.rig, false, seed);
	w.rig.conf.identity_pending = pending;
	open_rig(&w);
	for (int step = 0; step < 120; step++) {
		switch (below(&w, 24)) {
		case 0:
			rig_close(&w.rig);
			check_table(&w);
			check_file(w.rig.dir);
			open_rig(&w);
			break;
		case 1:
			kill_and_go_on(&w);
			break;
		case 2:
			check_file(w.rig.dir);
			break;
		default:
			append(&w);
			break;
		}
	}
	rig_close(&w.rig);
	check_table(&w);
	check_file(w.rig.dir);
	rig_fini(&w.rig);
}

static void test_histories(void **state)
{
	static const size_t pending[] = { 1, 7, 40, 200 };
	uint64_t n = getenv("DIWAN_SOAK") != NULL ? 2000 : 60;

	for (uint64_t seed = 1; seed <= n; seed++) {
		print_message("\rseed %llu", (unsigned long long)seed);
		history(seed, pending[seed % 4]);
	}
	print_message("\n");
}

/* The point of it: most new keys cost the table nothing, until there are too many of them. */
static void test_what_waits_is_not_written(void **state)
{
	static const char rows[] = "SELECT count(*) FROM identity";
	struct world w = { 0 };
	char text[24];

	rig_init(&w.rig, false, 1);
	w.rig.conf.identity_pending = 100;
	open_rig(&w);
	for (int i = 0; i < 300; i++) {
		struct dw_record rec = rig_record("a.b", "{}");

		snprintf(text, sizeof(text), "key %d", i);
		rig_record_key(&rec, text, "");
		assert_int_equal(rig_append_one(&w.rig, rec, NULL), 0);
		if (i == 99)
			assert_int_equal(count(w.rig.dir, rows), 0);
	}
	assert_in_range(count(w.rig.dir, rows), 150, 200);
	rig_close(&w.rig);
	assert_int_equal(count(w.rig.dir, rows), 300);
	rig_fini(&w.rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_histories),
		cmocka_unit_test(test_what_waits_is_not_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
