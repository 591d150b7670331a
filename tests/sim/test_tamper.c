/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_tamper.c - whatever is edited in the journal's tables, verify notices (promise 9).
 *
 * 1,000 random edits (10,000 with DIWAN_SOAK=1): a byte changed, rows removed, added, swapped or
 * renumbered, in event, payload, raw, identity and tree. Each is made on a copy of one journal,
 * found by verify with the number of the event that it hit, and undone. A payload's row that is
 * gone is an erasure; verify counts it.
 */
#include "tamper.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <sqlite3.h>

#include <cmocka.h>

#define EVENTS 120

static struct rig rig;
static sqlite3 *db;

static uint64_t below(uint64_t n)
{
	return rig_random(&rig) % n;
}

static void run(const char *sql)
{
	char *why = NULL;

	if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
		fail_msg("%s: %s", sql, why);
}

static uint64_t number(const char *sql)
{
	sqlite3_stmt *s;
	uint64_t v;

	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &s, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(s), SQLITE_ROW);
	v = (uint64_t)sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	return v;
}

/* Flip bits of one byte of a value; which event that hits. */
static uint64_t edit_byte(const char *table, const char *column, const char *id,
			  uint64_t row)
{
	char sql[200];
	sqlite3_blob *b;
	uint8_t byte;
	int at;

	snprintf(sql, sizeof(sql),
		 "SELECT count(*) FROM %s WHERE %s = %llu AND length(%s) > 0", table, id,
		 (unsigned long long)row, column);
	if (number(sql) == 0)
		return 0; /* nothing there to edit: another draw */
	assert_int_equal(sqlite3_blob_open(db, "main", table, column, (sqlite3_int64)row,
					   1, &b),
			 SQLITE_OK);
	at = (int)below((uint64_t)sqlite3_blob_bytes(b));
	assert_int_equal(sqlite3_blob_read(b, &byte, 1, at), SQLITE_OK);
	byte ^= (uint8_t)(1 + below(255));
	assert_int_equal(sqlite3_blob_write(b, &byte, 1, at), SQLITE_OK);
	sqlite3_blob_close(b);
	return row;
}

/* ?1 is a random number, ?2 the row. */
static uint64_t edit_number(const char *sql, uint64_t row)
{
	sqlite3_stmt *s;

	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &s, NULL), SQLITE_OK);
	sqlite3_bind_int64(s, 1, (sqlite3_int64)(1 + below(1000)));
	sqlite3_bind_int64(s, 2, (sqlite3_int64)row);
	assert_int_equal(sqlite3_step(s), SQLITE_DONE);
	sqlite3_finalize(s);
	return sqlite3_changes(db) > 0 ? row : 0;
}

static uint64_t edit_event(uint64_t seq)
{
	char sql[300];

	switch (below(6)) {
	case 0:
		return edit_byte("event", "envelope", "seq", seq);
	case 1:
		return edit_byte("event", "identity", "seq", seq);
	case 2:
		return edit_number("UPDATE event SET sum = sum + ?1 WHERE seq = ?2", seq);
	case 3:
		return edit_number("UPDATE event SET subject = subject + ?1"
				   " WHERE seq = ?2 AND subject IS NOT NULL",
				   seq);
	case 4:
		return edit_number("DELETE FROM event WHERE ?1 > 0 AND seq = ?2", seq);
	default:
		if (seq == EVENTS)
			return 0;
		/* two neighbours change places, numbers and all rows */
		snprintf(sql, sizeof(sql),
			 "UPDATE event SET seq = -seq WHERE seq IN (%llu, %llu);"
			 "UPDATE event SET seq = %llu + seq WHERE seq < 0",
			 (unsigned long long)seq, (unsigned long long)seq + 1,
			 (unsigned long long)(2 * seq + 1));
		run(sql);
		return seq;
	}
}

static uint64_t edit_payload(uint64_t seq)
{
	switch (below(4)) {
	case 0:
		return edit_byte("payload", "payload", "seq", seq);
	case 1:
		return edit_byte("payload", "salt", "seq", seq);
	case 2:
		return edit_number(
			"UPDATE payload SET payload = payload || ' ', salt = salt"
			" WHERE ?1 > 0 AND seq = ?2",
			seq);
	default:
		return edit_number(
			"UPDATE payload SET salt = NULL WHERE ?1 > 0 AND seq = ?2", seq);
	}
}

static uint64_t edit_raw(uint64_t seq)
{
	switch (below(3)) {
	case 0:
		return edit_byte("raw", "raw", "seq", seq);
	case 1:
		return edit_number("DELETE FROM raw WHERE ?1 > 0 AND seq = ?2", seq);
	default:
		return edit_number("INSERT INTO raw SELECT seq, zeroblob(?1) FROM event"
				   " WHERE seq = ?2 AND seq NOT IN (SELECT seq FROM raw)",
				   seq);
	}
}

static uint64_t edit_identity(uint64_t seq)
{
	switch (below(3)) {
	case 0:
		return edit_number("UPDATE identity SET key = randomblob(16) WHERE ?1 > 0"
				   " AND last = ?2",
				   seq);
	case 1:
		return edit_number("UPDATE identity SET last = last + ?1 WHERE last = ?2",
				   seq);
	default:
		return edit_number("DELETE FROM identity WHERE ?1 > 0 AND last = ?2",
				   seq);
	}
}

/* The tree's row hits all events; any number is right. */
static uint64_t edit_tree(void)
{
	switch (below(3)) {
	case 0:
		return edit_byte("tree", "frontier", "id", 1) > 0 ? UINT64_MAX : 0;
	case 1:
		run("DELETE FROM tree");
		return UINT64_MAX;
	default:
		return edit_number("UPDATE tree SET size = size + ?1 WHERE id = ?2", 1) >
				       0
			       ? UINT64_MAX
			       : 0;
	}
}

static uint64_t edit_something(const char **what)
{
	static const char *const name[] = { "event", "payload", "raw", "identity",
					    "tree" };
	uint64_t seq = 1 + below(EVENTS), table = below(5);

	*what = name[table];
	switch (table) {
	case 0:
		return edit_event(seq);
	case 1:
		return edit_payload(seq);
	case 2:
		return edit_raw(seq);
	case 3:
		return edit_identity(seq);
	default:
		return edit_tree();
	}
}

static void open_edits(const char *dir)
{
	char path[400];

	snprintf(path, sizeof(path), "%s/diwan.db", dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	run("PRAGMA synchronous = OFF");
}

/* Bytes of the file, to put it back. */
static char *slurp(const char *dir, size_t *n)
{
	char path[400];
	FILE *f;
	char *p;

	snprintf(path, sizeof(path), "%s/diwan.db", dir);
	f = fopen(path, "rb");
	fseek(f, 0, SEEK_END);
	*n = (size_t)ftell(f);
	rewind(f);
	p = malloc(*n);
	assert_int_equal(fread(p, 1, *n, f), *n);
	fclose(f);
	return p;
}

static void put_back(const char *dir, const char *p, size_t n)
{
	char path[400];
	FILE *f;

	for (int i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s/diwan.db%s", dir,
			 i == 0 ? "-wal" : "-shm");
		remove(path);
	}
	snprintf(path, sizeof(path), "%s/diwan.db", dir);
	f = fopen(path, "wb");
	assert_int_equal(fwrite(p, 1, n, f), n);
	fclose(f);
}

static void test_every_edit_is_noticed(void **state)
{
	const char *soak = getenv("DIWAN_SOAK");
	unsigned want = soak != NULL && soak[0] == '1' ? 10000 : 1000, done = 0;
	struct dw_verify_report report;
	size_t n;
	char *bytes;

	(void)state;
	rig_init(&rig, false, 9);
	assert_int_equal(rig_open(&rig, NULL), 0);
	tamper_fill(&rig, EVENTS);
	rig_close(&rig);
	bytes = slurp(rig.dir, &n);
	assert_int_equal(dw_store_verify(rig.dir, &report, &tamper_checks, NULL, NULL),
			 0);
	while (done < want) {
		uint64_t seed = rig.seed, hit;
		const char *what;

		open_edits(rig.dir);
		hit = edit_something(&what);
		sqlite3_close(db);
		if (hit != 0) {
			int rc = dw_store_verify(rig.dir, &report, &tamper_checks, NULL,
						 NULL);

			if (rc != DW_ECORRUPT || report.first_bad == 0)
				fail_msg(
					"an edit of %s at %llu went unnoticed (seed %llu)",
					what, (unsigned long long)hit,
					(unsigned long long)seed);
			if (hit != UINT64_MAX && report.first_bad != hit)
				fail_msg(
					"an edit of %s at %llu was taken for one at %llu: %s "
					"(seed %llu)",
					what, (unsigned long long)hit,
					(unsigned long long)report.first_bad, report.what,
					(unsigned long long)seed);
			done++;
			put_back(rig.dir, bytes, n);
		}
	}
	assert_int_equal(dw_store_verify(rig.dir, &report, &tamper_checks, NULL, NULL),
			 0);
	free(bytes);
	rig_fini(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_edit_is_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
