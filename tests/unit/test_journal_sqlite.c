/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_journal_sqlite.c - the journal in SQLite: the contract, reopening, views.
 */
#include "contract.h"
#include "journalrig.h"
#include "store/db.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static int setup(void **state)
{
	struct rig *r = malloc(sizeof(*r));

	rig_init(r, false, 1);
	*state = r;
	return rig_open(r, NULL);
}

static int teardown(void **state)
{
	rig_fini(*state);
	free(*state);
	return 0;
}

static void append_some(struct rig *r, int n)
{
	for (int i = 0; i < n; i++)
		assert_int_equal(rig_append_one(r, rig_record("a.b", "{\"v\":1}"), NULL),
				 0);
}

static void reopen(struct rig *r)
{
	struct dw_err err = { 0 };

	rig_close(r);
	if (rig_open(r, &err) < 0)
		fail_msg("%s", err.msg);
}

static uint64_t number(struct rig *r, const char *sql)
{
	struct dw_reader *reader;
	sqlite3_stmt *s;
	uint64_t v;

	assert_int_equal(dw_journal_reader_open(r->j, &reader, NULL), 0);
	s = dw_db_stmt(dw_reader_db(reader), sql, NULL);
	assert_non_null(s);
	assert_int_equal(dw_db_step(dw_reader_db(reader), s, NULL), 1);
	v = (uint64_t)sqlite3_column_int64(s, 0);
	dw_reader_close(reader);
	return v;
}

static void test_reopening_goes_on(void **state)
{
	struct rig *r = *state;
	struct dw_record rec = rig_record("note.added", "{}"), out;
	uint8_t before[DW_HASH_SIZE], after[DW_HASH_SIZE];
	int64_t last_at;

	append_some(r, 6);
	rec.room = 3;
	rec.moves = DW_KEY_OUTGOING;
	rig_record_key(&rec, "k", "t");
	assert_int_equal(rig_append_one(r, rec, &out), 0);
	last_at = out.recorded_at;
	dw_merkle_root(dw_journal_tree(r->j), before);
	reopen(r);
	dw_merkle_root(dw_journal_tree(r->j), after);
	assert_memory_equal(before, after, sizeof(before));
	assert_int_equal(dw_journal_head(r->j), 7);
	assert_int_equal(dw_journal_position(r->j, 3), 7);
	assert_int_equal(dw_journal_position(r->j, DW_KEY_OUTGOING), 7);
	r->now = 5; /* a clock that starts in 1970 */
	rec = rig_record("note.added", "{}");
	rig_record_key(&rec, "k", "t");
	assert_int_equal(rig_append_one(r, rec, &out), 0);
	assert_int_equal(out.outcome, DW_DUPLICATE);
	assert_int_equal(out.seq, 7);
	assert_int_equal(rig_append_one(r, rig_record("a.b", "{}"), &out), 0);
	assert_int_equal(out.seq, 8);
	assert_true(out.recorded_at >= last_at);
}

static void test_files_are_private(void **state)
{
	static const char *const name[] = { "diwan.db", "diwan.db-wal", "diwan.db-shm" };
	struct rig *r = *state;
	char path[512];
	struct stat st;

	append_some(r, 1);
	for (size_t i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s/%s", r->dir, name[i]);
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 0777, 0600);
	}
}

static void test_readers_cannot_write(void **state)
{
	struct rig *r = *state;
	struct dw_reader *reader;

	append_some(r, 1);
	assert_int_equal(dw_journal_reader_open(r->j, &reader, NULL), 0);
	assert_true(dw_db_exec(dw_reader_db(reader), "DELETE FROM event", NULL) < 0);
	assert_true(dw_db_exec(dw_reader_db(reader),
			       "PRAGMA query_only = OFF; DELETE FROM event", NULL) < 0);
	dw_reader_close(reader);
	assert_int_equal(number(r, "SELECT count(*) FROM event"), 1);
}

static void test_raw_is_kept(void **state)
{
	struct rig *r = *state;
	struct dw_record rec = rig_record("a.b", "{}");

	rec.raw = dw_blob_new("\0\xff raw", 6);
	assert_int_equal(rig_append_one(r, rec, NULL), 0);
	assert_int_equal(number(r, "SELECT raw = x'00ff20726177' FROM raw WHERE seq = 1"),
			 1);
}

static void test_erased_payload_is_null(void **state)
{
	struct rig *r = *state;
	struct dw_db *db;
	char path[512];

	append_some(r, 3);
	rig_close(r);
	snprintf(path, sizeof(path), "%s/diwan.db", r->dir);
	assert_int_equal(dw_db_open(&db, path, DW_DB_WRITER, NULL), 0);
	assert_int_equal(
		dw_db_exec(db,
			   "DELETE FROM payload WHERE seq = 1;"
			   "UPDATE payload SET salt = NULL, payload = NULL WHERE seq = 3",
			   NULL),
		0);
	dw_db_close(db);
	assert_int_equal(rig_open(r, NULL), 0);
	assert_int_equal(number(r, "SELECT count(payload) FROM event LEFT JOIN payload"
				   " USING (seq)"),
			 1);
}

/* ---- views ---- */

struct views {
	int applied;
	uint64_t progress, fail_at;
};

static int on_apply(void *ctx, struct dw_db *db, const struct dw_stored *e,
		    struct dw_err *err)
{
	struct views *v = ctx;
	sqlite3_stmt *s =
		dw_db_stmt(db, "INSERT INTO seen (seq, payload) VALUES (?1, ?2)", err);

	if (s == NULL)
		return DW_EINTERNAL;
	if (e->seq == v->fail_at)
		return dw_fail(err, DW_EINTERNAL, "this view fails");
	v->applied++;
	dw_db_bind_u64(s, 1, e->seq);
	dw_db_bind_text(s, 2, e->payload);
	return dw_db_run(db, s, err);
}

static void on_progress(void *ctx, uint64_t n, uint64_t total)
{
	struct views *v = ctx;

	assert_true(n <= total);
	v->progress = n;
}

static const char SCHEMA_1[] =
	"CREATE TABLE seen (seq INTEGER PRIMARY KEY, payload TEXT) STRICT;"
	"CREATE INDEX seen_payload ON seen (payload);"
	"CREATE VIRTUAL TABLE found USING fts5(x);"
	"CREATE VIEW newest AS SELECT max(seq) AS seq FROM seen;";
static const char SCHEMA_2[] =
	"CREATE TABLE seen (seq INTEGER PRIMARY KEY, payload TEXT, more TEXT) STRICT;";

static void test_views_follow(void **state)
{
	struct rig *r = *state;
	struct views v = { 0 };
	struct dw_projector p = { .schema = SCHEMA_1,
				  .apply_on_writer = on_apply,
				  .on_progress = on_progress,
				  .ctx = &v };

	append_some(r, 3);
	r->conf.projector = &p;
	reopen(r);
	assert_int_equal(v.applied, 3);
	assert_int_equal(v.progress, 3);
	append_some(r, 2);
	assert_int_equal(v.applied, 5);
	assert_int_equal(number(r, "SELECT seq FROM newest"), 5);
	reopen(r); /* the same definition: nothing to do */
	assert_int_equal(v.applied, 5);
	p.schema = SCHEMA_2;
	reopen(r);
	assert_int_equal(v.applied, 10);
	assert_int_equal(number(r, "SELECT count(*) FROM seen WHERE more IS NULL"), 5);
	assert_int_equal(
		number(r, "SELECT count(*) FROM sqlite_schema WHERE name LIKE 'found%'"
			  " OR name = 'newest'"),
		0);
	rig_close(r);
	assert_int_equal(dw_store_rebuild(r->dir, &p, NULL), 0);
	assert_int_equal(v.applied, 15);
}

/* A rebuild that was cut off goes on where it stopped, and never serves half a view. */
static void test_rebuild_resumes(void **state)
{
	struct rig *r = *state;
	struct views v = { .fail_at = 7 };
	struct dw_projector p = { .schema = SCHEMA_1,
				  .apply_on_writer = on_apply,
				  .ctx = &v };
	struct dw_err err = { 0 };

	append_some(r, 9);
	rig_close(r);
	r->conf.projector = &p;
	assert_int_equal(rig_open(r, &err), DW_EINTERNAL);
	assert_non_null(strstr(err.msg, "this view fails"));
	assert_non_null(strstr(err.msg, "event 7"));
	v.fail_at = 0;
	assert_int_equal(rig_open(r, NULL), 0);
	assert_int_equal(number(r, "SELECT count(*) FROM seen"), 9);
}

/* A view that fails fails the transaction: nothing of it is left. */
static void test_failing_view_fails_the_append(void **state)
{
	struct rig *r = *state;
	struct views v = { .fail_at = 2 };
	struct dw_projector p = { .schema = SCHEMA_1,
				  .apply_on_writer = on_apply,
				  .ctx = &v };

	r->conf.projector = &p;
	reopen(r);
	append_some(r, 1);
	assert_int_equal(rig_append_one(r, rig_record("a.b", "{}"), NULL), DW_EINTERNAL);
	assert_int_equal(dw_journal_head(r->j), 1);
	assert_int_equal(dw_journal_stats(r->j)->errors_other, 1);
	assert_false(dw_journal_stats(r->j)->is_failed);
	v.fail_at = 0;
	append_some(r, 1);
	assert_int_equal(number(r, "SELECT count(*) FROM seen"), 2);
	assert_int_equal(number(r, "SELECT max(seq) FROM event"), 2);
}

static int put_answer(struct dw_append *a, struct dw_db *db, struct dw_err *err)
{
	sqlite3_stmt *s =
		dw_db_stmt(db, "INSERT INTO meta (name, value) VALUES ('t', ?1)", err);

	if (s == NULL)
		return DW_EINTERNAL;
	dw_db_bind_u64(s, 1, a->recs[0].seq);
	return dw_db_run(db, s, err);
}

/* also_on_writer writes in the same transaction; failing, it takes its append along. */
static void test_also_writes(void **state)
{
	struct rig *r = *state;
	struct dw_record rec = rig_record("a.b", "{}");
	struct dw_append a = { .recs = &rec, .n = 1, .also_on_writer = put_answer };

	append_some(r, 1);
	assert_int_equal(rig_append(r, &a), 0);
	assert_int_equal(number(r, "SELECT value FROM meta WHERE name = 't'"), 2);
	assert_true(rig_append(r, &a) < 0); /* the name is taken */
	assert_int_equal(dw_journal_head(r->j), 2);
	assert_int_equal(number(r, "SELECT count(*) FROM event"), 2);
	append_some(r, 1);
	assert_int_equal(r->seen[2].seq, 3);
	rig_record_fini(&rec);
}

static void test_second_process_is_locked_out(void **state)
{
	struct rig *r = *state;
	struct dw_err err = { 0 };
	int first = -1, second = -1;

	assert_int_equal(dw_store_lock(r->dir, &first, NULL), 0);
	assert_int_equal(dw_store_lock(r->dir, &second, &err), DW_ELOCKED);
	assert_int_equal(second, -1);
	close(first);
	assert_int_equal(dw_store_lock(r->dir, &second, NULL), 0);
	close(second);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		CONTRACT(setup, teardown),
		CASE(test_reopening_goes_on),
		CASE(test_files_are_private),
		CASE(test_readers_cannot_write),
		CASE(test_raw_is_kept),
		CASE(test_erased_payload_is_null),
		CASE(test_views_follow),
		CASE(test_rebuild_resumes),
		CASE(test_failing_view_fails_the_append),
		CASE(test_also_writes),
		CASE(test_second_process_is_locked_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
