/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_journal_mem.c - the journal in memory: the contract, and its faults on demand.
 */
#include "contract.h"
#include "journalrig.h"
#include "store/journal_mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static int setup(void **state)
{
	struct rig *r = malloc(sizeof(*r));

	rig_init(r, true, 1);
	*state = r;
	return rig_open(r, NULL);
}

static int teardown(void **state)
{
	rig_fini(*state);
	free(*state);
	return 0;
}

static void on_count(struct dw_append *a)
{
	++*(int *)a->data;
}

struct batch {
	struct dw_record rec[4];
	struct dw_append a[4];
	int done;
};

static void start_four(struct rig *r, struct batch *b)
{
	memset(b, 0, sizeof(*b));
	for (int i = 0; i < 4; i++) {
		b->rec[i] = rig_record("a.b", "{}");
		b->a[i].recs = &b->rec[i];
		b->a[i].n = 1;
		b->a[i].cb = on_count;
		b->a[i].data = &b->done;
		assert_int_equal(dw_journal_append(r->j, &b->a[i]), 0);
	}
}

static void finish_four(struct batch *b)
{
	for (int i = 0; i < 4; i++)
		rig_record_fini(&b->rec[i]);
}

static void test_steps(void **state)
{
	struct rig *r = *state;
	struct batch b;

	dw_journal_mem_manual(r->j, true);
	start_four(r, &b);
	assert_int_equal(dw_journal_pending(r->j), 4);
	assert_int_equal(dw_journal_mem_step(r->j, 1), 1);
	assert_int_equal(b.done, 1);
	assert_int_equal(dw_journal_head(r->j), 1);
	assert_int_equal(dw_journal_mem_step(r->j, 100), 3);
	assert_int_equal(dw_journal_mem_step(r->j, 100), 0);
	assert_int_equal(b.done, 4);
	assert_int_equal(dw_journal_head(r->j), 4);
	finish_four(&b);
}

static void test_crash_loses_what_was_not_completed(void **state)
{
	struct rig *r = *state;
	struct dw_record out;
	struct batch b;

	dw_journal_mem_manual(r->j, true);
	start_four(r, &b);
	assert_int_equal(dw_journal_mem_step(r->j, 2), 2);
	dw_journal_mem_crash(r->j);
	assert_int_equal(dw_journal_mem_step(r->j, 100), 0);
	assert_int_equal(b.done, 2);
	assert_int_equal(dw_journal_pending(r->j), 0);
	assert_int_equal(dw_journal_head(r->j), 2);
	dw_journal_mem_manual(r->j, false);
	assert_int_equal(rig_append_one(r, rig_record("a.b", "{}"), &out), 0);
	assert_int_equal(out.seq, 3);
	finish_four(&b);
}

static void test_full_recovers(void **state)
{
	struct rig *r = *state;

	dw_journal_mem_fail(r->j, DW_EFULL, 2);
	assert_int_equal(rig_append_one(r, rig_record("a.b", "{}"), NULL), DW_EFULL);
	assert_true(dw_journal_stats(r->j)->is_full);
	assert_int_equal(rig_append_one(r, rig_record("a.b", "{}"), NULL), DW_EFULL);
	assert_int_equal(dw_journal_head(r->j), 0);
	assert_int_equal(rig_append_one(r, rig_record("a.b", "{}"), NULL), 0);
	assert_false(dw_journal_stats(r->j)->is_full);
	assert_int_equal(dw_journal_stats(r->j)->errors_full, 2);
	assert_int_equal(dw_journal_head(r->j), 1);
}

static void test_failed_disk_is_final(void **state)
{
	struct rig *r = *state;

	dw_journal_mem_fail(r->j, DW_EIO, 1);
	assert_int_equal(rig_append_one(r, rig_record("a.b", "{}"), NULL), DW_EIO);
	assert_true(dw_journal_stats(r->j)->is_failed);
	assert_int_equal(rig_append_one(r, rig_record("a.b", "{}"), NULL), DW_EIO);
	assert_int_equal(dw_journal_head(r->j), 0);
	dw_journal_mem_crash(r->j);
	assert_int_equal(rig_append_one(r, rig_record("a.b", "{}"), NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CONTRACT(setup, teardown),
		cmocka_unit_test_setup_teardown(test_steps, setup, teardown),
		cmocka_unit_test_setup_teardown(test_crash_loses_what_was_not_completed,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_full_recovers, setup, teardown),
		cmocka_unit_test_setup_teardown(test_failed_disk_is_final, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
