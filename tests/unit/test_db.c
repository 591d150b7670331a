/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_db.c - a connection's settings, migrations, statements and codes.
 */
#include "journalrig.h"
#include "store/db.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
	struct rig rig; /* for its folder */
	char path[300];
	struct dw_db *db;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	rig_init(&f->rig, false, 1);
	snprintf(f->path, sizeof(f->path), "%s/x.db", f->rig.dir);
	*state = f;
	return dw_db_open(&f->db, f->path, DW_DB_WRITER, NULL);
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	dw_db_close(f->db);
	rig_fini(&f->rig);
	free(f);
	return 0;
}

static int64_t number(struct dw_db *db, const char *sql)
{
	sqlite3_stmt *s = dw_db_stmt(db, sql, NULL);
	int64_t v;

	assert_non_null(s);
	assert_int_equal(dw_db_step(db, s, NULL), 1);
	v = sqlite3_column_int64(s, 0);
	sqlite3_reset(s);
	return v;
}

static void assert_pragma(struct dw_db *db, const char *name, const char *want)
{
	char sql[80];
	sqlite3_stmt *s;

	snprintf(sql, sizeof(sql), "PRAGMA %s", name);
	assert_int_equal(sqlite3_prepare_v2(dw_db_handle(db), sql, -1, &s, NULL),
			 SQLITE_OK);
	assert_int_equal(sqlite3_step(s), SQLITE_ROW);
	assert_string_equal((const char *)sqlite3_column_text(s, 0), want);
	sqlite3_finalize(s);
}

static void test_settings(void **state)
{
	struct fixture *f = *state;
	struct dw_db *reader;

	assert_pragma(f->db, "journal_mode", "wal");
	assert_pragma(f->db, "synchronous", "2");
	assert_pragma(f->db, "foreign_keys", "1");
	assert_pragma(f->db, "trusted_schema", "0");
	assert_pragma(f->db, "cell_size_check", "1");
	assert_pragma(f->db, "temp_store", "2");
	assert_pragma(f->db, "journal_size_limit", "67108864");
	assert_pragma(f->db, "wal_autocheckpoint", "0");
	assert_pragma(f->db, "application_id", "1145657166");
	assert_int_equal(sqlite3_limit(dw_db_handle(f->db), SQLITE_LIMIT_ATTACHED, -1),
			 0);
	assert_true(dw_db_exec(f->db, "SELECT \"no such column\"", NULL) < 0);
	assert_int_equal(dw_db_open(&reader, f->path, DW_DB_READER, NULL), 0);
	assert_pragma(reader, "query_only", "1");
	assert_pragma(reader, "cell_size_check", "1");
	assert_true(dw_db_exec(reader, "CREATE TABLE t (x)", NULL) < 0);
	dw_db_close(reader);
}

static void test_migrations_once(void **state)
{
	struct fixture *f = *state;
	int64_t version = number(f->db, "PRAGMA user_version");

	assert_true(version >= 1);
	assert_int_equal(number(f->db, "SELECT size FROM tree"), 0);
	assert_int_equal(dw_db_exec(f->db, "UPDATE tree SET size = 9", NULL), 0);
	dw_db_close(f->db);
	assert_int_equal(dw_db_open(&f->db, f->path, DW_DB_WRITER, NULL), 0);
	assert_int_equal(number(f->db, "SELECT size FROM tree"), 9);
	assert_int_equal(number(f->db, "PRAGMA user_version"), version);
}

static void test_strangers_are_refused(void **state)
{
	struct fixture *f = *state;
	struct dw_err err = { 0 };

	assert_int_equal(dw_db_exec(f->db, "PRAGMA user_version = 900", NULL), 0);
	dw_db_close(f->db);
	assert_int_equal(dw_db_open(&f->db, f->path, DW_DB_WRITER, &err),
			 DW_EUNAVAILABLE);
	assert_non_null(strstr(err.msg, "newer version"));
	f->db = NULL;
	snprintf(f->path, sizeof(f->path), "%s/y.db", f->rig.dir);
	sqlite3 *h;

	assert_int_equal(sqlite3_open(f->path, &h), SQLITE_OK);
	assert_int_equal(sqlite3_exec(h, "CREATE TABLE other (x)", NULL, NULL, NULL),
			 SQLITE_OK);
	sqlite3_close(h);
	assert_int_equal(dw_db_open(&f->db, f->path, DW_DB_WRITER, &err), DW_ECORRUPT);
	FILE *junk = fopen(f->path, "w");

	fputs("this is no database, however long one looks at it: it is text, and stays text, "
	      "and must not be taken for anything else",
	      junk);
	fclose(junk);
	assert_int_equal(dw_db_open(&f->db, f->path, DW_DB_WRITER, &err), DW_ECORRUPT);
	f->db = NULL;
}

static void test_statements_are_found_again(void **state)
{
	static const char one[] = "SELECT ?1";
	struct fixture *f = *state;
	sqlite3_stmt *s = dw_db_stmt(f->db, one, NULL);
	char *many[200];

	dw_db_bind_u64(s, 1, UINT64_MAX - 1);
	assert_int_equal(dw_db_step(f->db, s, NULL), 1);
	assert_true((uint64_t)sqlite3_column_int64(s, 0) == UINT64_MAX - 1);
	assert_ptr_equal(dw_db_stmt(f->db, one, NULL), s);
	assert_int_equal(dw_db_step(f->db, s, NULL), 1); /* reset, and unbound */
	assert_int_equal(sqlite3_column_type(s, 0), SQLITE_NULL);
	for (int i = 0; i < 200; i++) { /* the table of statements grows */
		many[i] = sqlite3_mprintf("SELECT %d", i);
		assert_int_equal(number(f->db, many[i]), i);
	}
	for (int i = 0; i < 200; i++)
		assert_int_equal(number(f->db, many[i]), i);
	assert_ptr_equal(dw_db_stmt(f->db, one, NULL), s);
	for (int i = 0; i < 200; i++)
		sqlite3_free(many[i]);
}

static void test_bytes(void **state)
{
	static const char sql[] = "SELECT ?1, ?2, ?3, typeof(?1), typeof(?2), typeof(?3)";
	struct fixture *f = *state;
	sqlite3_stmt *s = dw_db_stmt(f->db, sql, NULL);

	dw_db_bind_text(s, 1, dw_str_make("ab\0c", 4));
	dw_db_bind_blob(s, 2, NULL, 0);
	dw_db_bind_text(s, 3, dw_str_make(NULL, 0));
	assert_int_equal(dw_db_step(f->db, s, NULL), 1);
	assert_true(dw_str_eq(dw_db_text(s, 0), dw_str_make("ab\0c", 4)));
	assert_int_equal(dw_db_blob(s, 1).n, 0);
	assert_non_null(dw_db_blob(s, 1).p); /* empty is not NULL */
	assert_null(dw_db_text(s, 2).p);
	assert_true(dw_str_eq(dw_db_text(s, 3), DW_STR("text")));
	assert_true(dw_str_eq(dw_db_text(s, 4), DW_STR("blob")));
	assert_true(dw_str_eq(dw_db_text(s, 5), DW_STR("null")));
}

static void test_codes(void **state)
{
	struct dw_err err;

	(void)state;
	assert_int_equal(dw_db_fail(NULL, SQLITE_FULL, "x", &err), DW_EFULL);
	assert_int_equal(err.sys, SQLITE_FULL);
	assert_int_equal(dw_db_fail(NULL, SQLITE_IOERR_FSYNC, "x", NULL), DW_EIO);
	assert_int_equal(dw_db_fail(NULL, SQLITE_CORRUPT_INDEX, "x", NULL), DW_ECORRUPT);
	assert_int_equal(dw_db_fail(NULL, SQLITE_NOTADB, "x", NULL), DW_ECORRUPT);
	assert_int_equal(dw_db_fail(NULL, SQLITE_BUSY_SNAPSHOT, "x", NULL), DW_ELOCKED);
	assert_int_equal(dw_db_fail(NULL, SQLITE_MISUSE, "x", NULL), DW_EINTERNAL);
}

static void test_a_damaged_file_is_not_quoted(void **state)
{
	struct fixture *f = *state;
	static const char *const sql[] = { "SELECT \"no\xffthing\" FROM meta",
					   "SELECT [no\033thing] FROM meta" };
	struct dw_err err = { 0 };

	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(dw_db_exec(f->db, sql[i], &err), DW_EINTERNAL);
		assert_null(strstr(err.msg, "thing"));
		assert_non_null(strstr(err.msg, "SQL logic error (SQLite 1)"));
	}
	assert_int_equal(dw_db_exec(f->db, "SELECT [no thing] FROM meta", &err),
			 DW_EINTERNAL);
	assert_non_null(strstr(err.msg, "no thing"));
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(test_settings),
		CASE(test_migrations_once),
		CASE(test_strangers_are_refused),
		CASE(test_statements_are_found_again),
		CASE(test_bytes),
		CASE(test_codes),
		CASE(test_a_damaged_file_is_not_quoted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
