/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_backup.c - a copy made while the journal is written to, and its way back (promise 16).
 */
#include "journalrig.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct copy {
	struct rig *rig;
	char dir[300], dest[320];
	struct dw_verify_report report;
	struct dw_err err;
	int rc;
	bool is_done; /* atomic */
};

static void copy_init(struct copy *c, struct rig *r)
{
	memset(c, 0, sizeof(*c));
	c->rig = r;
	snprintf(c->dir, sizeof(c->dir), "%s/copy", r->dir);
	assert_int_equal(mkdir(c->dir, 0700), 0);
	snprintf(c->dest, sizeof(c->dest), "%s/diwan.db", c->dir);
}

static void *run_copy(void *data)
{
	struct copy *c = data;

	c->rc = dw_store_backup(c->rig->dir, c->dest, NULL, &c->report, &c->err);
	__atomic_store_n(&c->is_done, true, __ATOMIC_RELEASE);
	return NULL;
}

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

static void append(struct rig *r, int n)
{
	char text[600];

	for (int i = 0; i < n; i++) {
		snprintf(text, sizeof(text), "{\"i\":%d,\"pad\":\"%0500d\"}", i, i);
		assert_int_equal(rig_append_one(r, rig_record("a.b", text), NULL), 0);
	}
}

static void test_copy_of_a_live_journal(void **state)
{
	struct rig *r = *state;
	struct copy c;
	struct dw_verify_report again;
	uint8_t root[DW_HASH_SIZE];
	pthread_t thread;
	struct stat st;
	int extra = 0;

	copy_init(&c, r);
	append(r, 300);
	assert_int_equal(pthread_create(&thread, NULL, run_copy, &c), 0);
	while (!__atomic_load_n(&c.is_done, __ATOMIC_ACQUIRE)) {
		append(r, 1);
		extra++;
	}
	pthread_join(thread, NULL);
	if (c.rc < 0)
		fail_msg("%s", c.err.msg);
	assert_true(c.report.events >= 300 && c.report.events <= 300 + (uint64_t)extra);
	assert_int_equal(stat(c.dest, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(dw_store_verify(c.dir, &again, NULL, NULL, NULL), 0);
	assert_memory_equal(again.root, c.report.root, sizeof(again.root));
	/* the copy is a journal: it opens and goes on */
	struct rig restored;
	struct dw_record out;

	rig_init(&restored, true, 2);
	snprintf(restored.dir, sizeof(restored.dir), "%.250s", c.dir);
	assert_int_equal(rig_open(&restored, NULL), 0);
	dw_merkle_root(dw_journal_tree(restored.j), root);
	assert_memory_equal(root, c.report.root, sizeof(root));
	assert_int_equal(rig_append_one(&restored, rig_record("a.b", "{}"), &out), 0);
	assert_int_equal(out.seq, c.report.events + 1);
	rig_fini(&restored);
}

static void test_never_over_a_file(void **state)
{
	struct rig *r = *state;
	struct copy c;
	char tmp[400];
	FILE *f;

	copy_init(&c, r);
	append(r, 3);
	f = fopen(c.dest, "w");
	fputs("precious", f);
	fclose(f);
	assert_int_equal(dw_store_backup(r->dir, c.dest, NULL, &c.report, &c.err),
			 DW_EEXISTS);
	f = fopen(c.dest, "r");
	assert_int_equal(fgetc(f), 'p');
	fclose(f);
	/* what an earlier attempt left is no obstacle, and nothing is left of this one */
	unlink(c.dest);
	snprintf(tmp, sizeof(tmp), "%s.tmp", c.dest);
	f = fopen(tmp, "w");
	fputs("half a copy", f);
	fclose(f);
	assert_int_equal(dw_store_backup(r->dir, c.dest, NULL, &c.report, &c.err), 0);
	assert_int_equal(c.report.events, 3);
	assert_int_equal(access(tmp, F_OK), -1);
}

static void test_no_room_for_it(void **state)
{
	struct rig *r = *state;
	struct dw_verify_report report;
	struct dw_err err = { 0 };
	char dest[400];

	append(r, 1);
	snprintf(dest, sizeof(dest), "%s/no/such/folder/diwan.db", r->dir);
	assert_true(dw_store_backup(r->dir, dest, NULL, &report, &err) < 0);
	assert_true(err.msg[0] != '\0');
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(test_copy_of_a_live_journal),
		CASE(test_never_over_a_file),
		CASE(test_no_room_for_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
