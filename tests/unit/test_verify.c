/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_verify.c - what verify counts, and what it says of each kind of damage.
 */
#include "tamper.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define EVENTS 90

static int setup(void **state)
{
	struct rig *r = malloc(sizeof(*r));

	rig_init(r, false, 1);
	*state = r;
	if (rig_open(r, NULL) < 0)
		return -1;
	tamper_fill(r, EVENTS);
	return 0;
}

static int teardown(void **state)
{
	rig_fini(*state);
	free(*state);
	return 0;
}

static uint64_t progress_n, progress_total;

static void on_progress(uint64_t n, uint64_t total)
{
	progress_n = n;
	progress_total = total;
}

static void test_all_is_well(void **state)
{
	struct rig *r = *state;
	struct dw_verify_report report;
	uint8_t root[DW_HASH_SIZE];

	/* on a live file, too */
	assert_int_equal(
		dw_store_verify(r->dir, &report, &tamper_checks, on_progress, NULL), 0);
	assert_int_equal(report.events, EVENTS);
	assert_int_equal(report.erased, 0);
	assert_int_equal(report.first_bad, 0);
	assert_string_equal(report.what, "");
	dw_merkle_root(dw_journal_tree(r->j), root);
	assert_memory_equal(root, report.root, sizeof(root));
	rig_close(r);
	assert_int_equal(dw_store_verify(r->dir, &report, NULL, NULL, NULL), 0);
	assert_memory_equal(root, report.root, sizeof(root));
}

static void test_progress(void **state)
{
	struct rig *r = *state;
	struct dw_verify_report report;
	struct dw_record *rec = calloc(5000, sizeof(*rec));
	struct dw_append a = { .recs = rec, .n = 5000 };

	for (int i = 0; i < 5000; i++)
		rec[i] = rig_record("a.b", "{}");
	assert_int_equal(rig_append(r, &a), 0);
	progress_n = progress_total = 0;
	assert_int_equal(dw_store_verify(r->dir, &report, NULL, on_progress, NULL), 0);
	assert_int_equal(progress_n, 4096);
	assert_int_equal(progress_total, EVENTS + 5000);
	for (int i = 0; i < 5000; i++)
		rig_record_fini(&rec[i]);
	free(rec);
}

/* After this SQL, verify says that `seq` is bad, with a text that has `what` in it. */
static void damage(struct rig *r, const char *sql, uint64_t seq, const char *what)
{
	struct dw_verify_report report;
	struct dw_err err = { 0 };

	rig_close(r);
	tamper_exec(r->dir, sql);
	assert_int_equal(dw_store_verify(r->dir, &report, &tamper_checks, NULL, &err),
			 DW_ECORRUPT);
	assert_int_equal(report.first_bad, seq);
	if (strstr(report.what, what) == NULL)
		fail_msg("\"%s\" is not about \"%s\"", report.what, what);
	assert_non_null(strstr(err.msg, report.what));
}

#define DAMAGE(name, sql, seq, what)                                                     \
	static void test_##name(void **state)                                            \
	{                                                                                \
		damage(*state, sql, seq, what);                                          \
	}

DAMAGE(payload, "UPDATE payload SET payload = replace(payload, '7', '8') WHERE seq = 17",
       17, "payload")
DAMAGE(salt, "UPDATE payload SET salt = zeroblob(32) WHERE seq = 18", 18, "payload")
DAMAGE(salt_alone, "UPDATE payload SET salt = NULL WHERE seq = 18", 18, "missing")
DAMAGE(swapped,
       "UPDATE payload SET seq = -seq WHERE seq IN (20, 21);"
       "UPDATE payload SET seq = 41 + seq WHERE seq < 0",
       20, "payload")
DAMAGE(raw, "UPDATE raw SET raw = CAST(raw || 'x' AS BLOB) WHERE seq = 19", 19,
       "raw input")
DAMAGE(raw_gone, "DELETE FROM raw WHERE seq = 19", 19, "raw input")
DAMAGE(raw_stray, "UPDATE raw SET seq = 1000 WHERE seq = 89", 89, "raw input")
DAMAGE(file,
       "INSERT INTO file VALUES (1, zeroblob(32), 3, 0);"
       "INSERT INTO file_part VALUES (1, 0, x'616263')",
       EVENTS, "kept file")
DAMAGE(envelope,
       "UPDATE event SET envelope = CAST(substr(envelope, 1, 59) || x'09' || substr(envelope, 61) AS BLOB)"
       " WHERE seq = 33",
       33, "row")
DAMAGE(subject, "UPDATE event SET subject = 2 WHERE seq = 34", 34, "row")
DAMAGE(sum, "UPDATE event SET sum = sum + 1 WHERE seq = 35", 35, "row")
DAMAGE(event_gone, "DELETE FROM event WHERE seq = 36", 36, "missing")
DAMAGE(tail_cut, "DELETE FROM event WHERE seq > 80", 81, "missing")
DAMAGE(event_added,
       "INSERT INTO event SELECT 91, envelope, subject, identity, sum FROM event WHERE seq = 90",
       91, "not in the tree")
DAMAGE(key_gone, "DELETE FROM identity WHERE last = 37", 37, "identity key")
DAMAGE(key_moved, "UPDATE identity SET last = 40 WHERE last = 37", 37, "identity key")
DAMAGE(key_added, "INSERT INTO identity (key, last) VALUES (zeroblob(16), 40)", 40,
       "identity key")
DAMAGE(tree_gone, "DELETE FROM tree", 90, "tree")
DAMAGE(tree_size, "UPDATE tree SET size = 91, frontier = zeroblob(160)", 91, "missing")
/* 90 = 64 + 16 + 8 + 2: the second subtree starts at 65 */
DAMAGE(frontier,
       "UPDATE tree SET frontier = CAST(substr(frontier, 1, 40) || x'000102' || substr(frontier, 44) AS BLOB)",
       65, "tree")
DAMAGE(position, "UPDATE position SET seq = 5000", 5000, "decision key")
DAMAGE(stray_payload, "INSERT INTO payload VALUES (700, zeroblob(32), '{}')", 700,
       "payload")

static void test_erased_is_fine(void **state)
{
	struct rig *r = *state;
	struct dw_verify_report before, after;

	rig_close(r);
	assert_int_equal(dw_store_verify(r->dir, &before, &tamper_checks, NULL, NULL), 0);
	tamper_exec(r->dir,
		    "UPDATE payload SET payload = NULL, salt = NULL WHERE seq = 5;"
		    "DELETE FROM payload WHERE seq = 7;"
		    "DELETE FROM raw WHERE seq IN (5, 7)");
	assert_int_equal(dw_store_verify(r->dir, &after, &tamper_checks, NULL, NULL), 0);
	assert_int_equal(after.erased, 2);
	assert_memory_equal(before.root, after.root, sizeof(before.root));
}

static void test_no_file(void **state)
{
	struct rig *r = *state;
	struct dw_verify_report report;
	struct dw_err err = { 0 };
	char dir[400];

	snprintf(dir, sizeof(dir), "%s/nowhere", r->dir);
	assert_true(dw_store_verify(dir, &report, NULL, NULL, &err) < 0);
	assert_true(err.msg[0] != '\0');
	assert_int_equal(access(dir, F_OK), -1); /* asking makes nothing */
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(test_all_is_well),
		CASE(test_progress),
		CASE(test_payload),
		CASE(test_salt),
		CASE(test_salt_alone),
		CASE(test_swapped),
		CASE(test_raw),
		CASE(test_raw_gone),
		CASE(test_raw_stray),
		CASE(test_envelope),
		CASE(test_file),
		CASE(test_subject),
		CASE(test_sum),
		CASE(test_event_gone),
		CASE(test_tail_cut),
		CASE(test_event_added),
		CASE(test_key_gone),
		CASE(test_key_moved),
		CASE(test_key_added),
		CASE(test_tree_gone),
		CASE(test_tree_size),
		CASE(test_frontier),
		CASE(test_position),
		CASE(test_stray_payload),
		CASE(test_erased_is_fine),
		CASE(test_no_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
