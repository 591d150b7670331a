/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_verify.c - what verify counts, and what it says of each kind of damage, whether all is looked
 * at at once or a few events at a time.
 */
#include "engine/verifier.h"

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

static void says(int rc, const struct dw_verify_report *report, const struct dw_err *err,
		 uint64_t seq, const char *what)
{
	assert_int_equal(rc, DW_ECORRUPT);
	assert_int_equal(report->first_bad, seq);
	if (strstr(report->what, what) == NULL)
		fail_msg("\"%s\" is not about \"%s\"", report->what, what);
	assert_non_null(strstr(err->msg, report->what));
}

/* A pass in slices over what the journal had when it began. */
static int pass(struct dw_reader *rd, struct dw_verify_pass *p, size_t slice,
		struct dw_verify_report *report, struct dw_err *err)
{
	int rc = 0;

	while (rc == 0 && !dw_verify_is_done(p)) {
		rc = dw_verify_some(rd, p, slice, SIZE_MAX, &tamper_checks, report, err);
		assert_true(report->events <= slice);
		assert_true(report->events > 0 || rc < 0);
	}
	return rc;
}

enum finder { BOTH, ALL_AT_ONCE };

/*
 * After this SQL, verify says that `seq` is bad, with a text that has `what` in it. So does a pass
 * in a server that had the file open when it was done, unless that is no work for it.
 */
static void damage(struct rig *r, const char *sql, uint64_t seq, const char *what,
		   enum finder finder)
{
	struct dw_verify_report report;
	struct dw_verify_pass p;
	struct dw_err err = { 0 };
	struct dw_reader *rd;

	if (finder == BOTH) {
		dw_verify_begin(&p, dw_journal_tree(r->j));
		assert_int_equal(dw_journal_reader_open(r->j, &rd, NULL), 0);
		tamper_exec(r->dir, sql);
		says(pass(rd, &p, 7, &report, &err), &report, &err, seq, what);
		dw_reader_close(rd);
		rig_close(r);
	} else {
		rig_close(r);
		tamper_exec(r->dir, sql);
	}
	says(dw_store_verify(r->dir, &report, &tamper_checks, NULL, &err), &report, &err,
	     seq, what);
}

#define DAMAGE_FOUND_BY(name, sql, seq, what, finder)                                    \
	static void test_##name(void **state)                                            \
	{                                                                                \
		damage(*state, sql, seq, what, finder);                                  \
	}
#define DAMAGE(name, sql, seq, what) DAMAGE_FOUND_BY(name, sql, seq, what, ALL_AT_ONCE)
#define DAMAGE_OF_EVENTS(name, sql, seq, what) DAMAGE_FOUND_BY(name, sql, seq, what, BOTH)

DAMAGE_OF_EVENTS(payload,
		 "UPDATE payload SET payload = replace(payload, '7', '8') WHERE seq = 17",
		 17, "payload")
DAMAGE_OF_EVENTS(salt, "UPDATE payload SET salt = zeroblob(32) WHERE seq = 18", 18,
		 "payload")
DAMAGE_OF_EVENTS(salt_alone, "UPDATE payload SET salt = NULL WHERE seq = 18", 18,
		 "missing")
DAMAGE_OF_EVENTS(swapped,
		 "UPDATE payload SET seq = -seq WHERE seq IN (20, 21);"
		 "UPDATE payload SET seq = 41 + seq WHERE seq < 0",
		 20, "payload")
DAMAGE_OF_EVENTS(raw, "UPDATE raw SET raw = CAST(raw || 'x' AS BLOB) WHERE seq = 19", 19,
		 "raw input")
DAMAGE_OF_EVENTS(raw_gone, "DELETE FROM raw WHERE seq = 19", 19, "raw input")
DAMAGE(raw_stray, "UPDATE raw SET seq = 1000 WHERE seq = 89", 89, "raw input")
DAMAGE(file,
       "INSERT INTO file VALUES (1, zeroblob(32), 3, 0);"
       "INSERT INTO file_part VALUES (1, 0, x'616263')",
       EVENTS, "kept file")
DAMAGE_OF_EVENTS(
	envelope,
	"UPDATE event SET envelope = CAST(substr(envelope, 1, 59) || x'09' || substr(envelope, 61) AS BLOB)"
	" WHERE seq = 33",
	33, "row")
DAMAGE_OF_EVENTS(subject, "UPDATE event SET subject = 2 WHERE seq = 34", 34, "row")
DAMAGE_OF_EVENTS(sum, "UPDATE event SET sum = sum + 1 WHERE seq = 35", 35, "row")
DAMAGE_OF_EVENTS(
	before_first,
	"INSERT INTO event SELECT 0, envelope, subject, identity, sum FROM event WHERE seq = 90",
	1, "missing")
DAMAGE_OF_EVENTS(event_gone, "DELETE FROM event WHERE seq = 36", 36, "missing")
DAMAGE_OF_EVENTS(tail_cut, "DELETE FROM event WHERE seq > 80", 81, "missing")
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
	assert_int_equal(dw_store_verify(r->dir, &after, &dw_verifier_checks, NULL, NULL),
			 0);
	assert_int_equal(after.erased, 2);
	assert_memory_equal(before.root, after.root, sizeof(before.root));
}

/* Slices by number and by bytes; what comes meanwhile is for the next pass. */
static void test_a_pass_while_others_write(void **state)
{
	struct rig *r = *state;
	struct dw_verify_report report;
	struct dw_verify_pass p;
	struct dw_reader *rd;

	assert_int_equal(dw_journal_reader_open(r->j, &rd, NULL), 0);
	dw_verify_begin(&p, dw_journal_tree(r->j));
	for (uint64_t i = 0; i < EVENTS; i++) {
		assert_false(dw_verify_is_done(&p));
		assert_int_equal(
			dw_verify_some(rd, &p, 50, 1, &tamper_checks, &report, NULL), 0);
		assert_int_equal(report.events, 1);
		assert_true(report.bytes >= 1);
		if (i == 40)
			tamper_fill(r, 5);
	}
	assert_true(dw_verify_is_done(&p));
	assert_int_equal(p.tree.size, EVENTS);
	dw_verify_begin(&p, dw_journal_tree(r->j));
	assert_int_equal(pass(rd, &p, 1000, &report, NULL), 0);
	assert_int_equal(report.events, EVENTS + 5);
	assert_memory_equal(p.tree.node, dw_journal_tree(r->j)->node, 2 * DW_HASH_SIZE);
	dw_reader_close(rd);
}

/* Rows that agree with each other and not with the tree that the server knows: whoever recomputes
 * all hashes is found at the end. 90 = 64 + 16 + 8 + 2. */
static void test_a_pass_compares_the_tree(void **state)
{
	struct rig *r = *state;
	struct dw_verify_report report;
	struct dw_verify_pass p;
	struct dw_err err = { 0 };
	struct dw_reader *rd;

	assert_int_equal(dw_journal_reader_open(r->j, &rd, NULL), 0);
	dw_verify_begin(&p, dw_journal_tree(r->j));
	p.stored.node[1][0] ^= 1;
	says(pass(rd, &p, 33, &report, &err), &report, &err, 65, "tree");
	dw_reader_close(rd);
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
		CASE(test_before_first),
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
		CASE(test_a_pass_while_others_write),
		CASE(test_a_pass_compares_the_tree),
		CASE(test_no_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
