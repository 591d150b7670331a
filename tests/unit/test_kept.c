/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_kept.c - files by their SHA-256: kept once, in order, and never dropped once they are sealed.
 */
#include "store/kept.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[200], path[232];

static int setup(void **state)
{
	const char *tmp = getenv("TMPDIR");
	struct dw_db *db = NULL;

	snprintf(folder, sizeof(folder), "%s/diwan-kept-XXXXXX",
		 tmp != NULL ? tmp : P_tmpdir);
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/diwan.db", folder);
	if (dw_db_open(&db, path, DW_DB_WRITER, NULL) < 0)
		return -1;
	*state = db;
	return 0;
}

static int teardown(void **state)
{
	dw_db_close(*state);
	unlink(path);
	return rmdir(folder);
}

/* Parts named 0, 1, …, n bytes each. */
static uint64_t send(struct dw_db *db, unsigned parts, size_t n, uint8_t sha256[32])
{
	char *all = malloc(parts * n + 1);
	uint64_t id = 0;

	assert_non_null(all);
	assert_int_equal(dw_kept_begin_on_writer(db, 5, &id, NULL), 0);
	for (unsigned i = 0; i < parts; i++) {
		memset(all + i * n, 'a' + (int)i, n);
		assert_int_equal(dw_kept_part_on_writer(
					 db, id, i, dw_str_make(all + i * n, n), NULL),
				 0);
	}
	dw_sha256(sha256, all, parts * n);
	free(all);
	return id;
}

static unsigned drop_all(struct dw_db *db, uint64_t id)
{
	unsigned rounds = 1;
	int rc;

	while ((rc = dw_kept_drop_on_writer(db, id, NULL)) == 1)
		rounds++;
	assert_int_equal(rc, 0);
	return rounds;
}

static uint64_t count(struct dw_db *db, const char *sql)
{
	sqlite3_stmt *s = dw_db_stmt(db, sql, NULL);
	uint64_t n;

	assert_int_equal(dw_db_step(db, s, NULL), 1);
	n = (uint64_t)sqlite3_column_int64(s, 0);
	sqlite3_reset(s);
	return n;
}

static void it_is_there_when_it_is_sealed(void **state)
{
	struct dw_db *db = *state;
	uint8_t sha256[32];
	uint64_t id = send(db, 3, 1000, sha256), found = 0, size = 0;
	struct dw_blob *part;

	assert_int_equal(dw_kept_find(db, sha256, &found, &size, NULL), 0);
	assert_int_equal(dw_kept_seal_on_writer(db, id, sha256, 3000, NULL), 1);
	assert_int_equal(dw_kept_find(db, sha256, &found, &size, NULL), 1);
	assert_true(found == id && size == 3000);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(dw_kept_read(db, id, i, &part, NULL), 1);
		assert_int_equal(part->len, 1000);
		assert_int_equal(part->data[999], 'a' + (int)i);
		dw_blob_unref(part);
	}
	assert_int_equal(dw_kept_read(db, id, 3, &part, NULL), 0);
	assert_null(part);
}

static void the_same_bytes_are_kept_once(void **state)
{
	struct dw_db *db = *state;
	uint8_t sha256[32];
	uint64_t first = send(db, 2, 500, sha256), second, found, size;

	assert_int_equal(dw_kept_seal_on_writer(db, first, sha256, 1000, NULL), 1);
	second = send(db, 2, 500, sha256);
	assert_int_equal(dw_kept_seal_on_writer(db, second, sha256, 1000, NULL), 0);
	drop_all(db, second);
	assert_int_equal(dw_kept_find(db, sha256, &found, &size, NULL), 1);
	assert_int_equal(found, first);
	assert_int_equal(count(db, "SELECT count(*) FROM file"), 1);
	assert_int_equal(count(db, "SELECT count(*) FROM file_part"), 2);
}

static void what_was_not_sealed_is_dropped_a_little_at_a_time(void **state)
{
	struct dw_db *db = *state;
	uint8_t kept[32], lost[32];
	uint64_t a = send(db, 1, 10, kept), b = send(db, 30, 10, lost), id = 0;

	assert_int_equal(dw_kept_seal_on_writer(db, a, kept, 10, NULL), 1);
	assert_int_equal(dw_kept_open_after(db, 0, &id, NULL), 1);
	assert_int_equal(id, b);
	assert_int_equal(dw_kept_open_after(db, b, &id, NULL), 0);
	assert_true(drop_all(db, b) > 5);
	assert_int_equal(dw_kept_open_after(db, 0, &id, NULL), 0);
	drop_all(db, a); /* sealed: nothing happens */
	drop_all(db, 99);
	assert_int_equal(count(db, "SELECT count(*) FROM file"), 1);
	assert_int_equal(count(db, "SELECT count(*) FROM file_part"), 1);
}

static void what_is_not_there_cannot_be_sealed(void **state)
{
	struct dw_db *db = *state;
	uint8_t sha256[32] = { 1 };
	struct dw_err err = { 0 };

	assert_int_equal(dw_kept_seal_on_writer(db, 7, sha256, 1, &err), DW_EINTERNAL);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(it_is_there_when_it_is_sealed),
		T(the_same_bytes_are_kept_once),
		T(what_was_not_sealed_is_dropped_a_little_at_a_time),
		T(what_is_not_there_cannot_be_sealed),
	};

	return cmocka_run_group_tests_name("kept", tests, NULL, NULL);
}
