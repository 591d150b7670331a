/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_replay.c - journals that earlier versions wrote still read the same.
 *
 * fixtures/journal_v1.db was written by `test_replay --make tests/replay/fixtures` and is never
 * written again; journal_v1.txt beside it says what is in it, one event a line, and the root of its
 * tree. A change of the envelope's layout or of the tables adds a fixture (journal_v2) and keeps
 * this one. The test works on a copy.
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

#define FIXTURES "tests/replay/fixtures"
#define EVENTS 40

/* One line for an event: all that an envelope and its payload say. */
static bool print_event(void *data, const struct dw_stored *e)
{
	char command[33], commit[65], recorded[DW_TIME_MAX], occurred[DW_TIME_MAX];

	fprintf(data, "%llu %s %s %llu %llu %.*s/%u %s %s %llu %.*s\n",
		(unsigned long long)e->seq, dw_time_format(recorded, e->recorded_at),
		dw_time_format(occurred, e->occurred_at), (unsigned long long)e->actor,
		(unsigned long long)e->room, (int)e->type.n, e->type.p, e->type_version,
		dw_hex(command, e->command, 16), dw_hex(commit, e->commit, DW_HASH_SIZE),
		(unsigned long long)e->subject,
		(int)(e->payload.p != NULL ? e->payload.n : 6),
		e->payload.p != NULL ? e->payload.p : "erased");
	return true;
}

/* The whole journal of an open rig as text. */
static char *print_journal(struct rig *r, uint64_t max)
{
	char *text = NULL, hex[65];
	uint8_t root[DW_HASH_SIZE];
	size_t n = 0;
	FILE *out = open_memstream(&text, &n);
	struct dw_reader *reader;
	uint64_t last;

	assert_non_null(out);
	assert_int_equal(dw_journal_reader_open(r->j, &reader, NULL), 0);
	assert_int_equal(dw_reader_scan(reader, 0, max, print_event, out, &last, NULL),
			 0);
	dw_reader_close(reader);
	dw_merkle_root(dw_journal_tree(r->j), root);
	fprintf(out, "root %s\n", dw_hex(hex, root, sizeof(root)));
	fclose(out);
	return text;
}

static char *slurp(const char *path, size_t *n)
{
	FILE *f = fopen(path, "rb");
	char *p;

	if (f == NULL)
		fail_msg("%s is not there (the tests run in the source tree)", path);
	fseek(f, 0, SEEK_END);
	*n = (size_t)ftell(f);
	rewind(f);
	p = calloc(1, *n + 1);
	assert_int_equal(fread(p, 1, *n, f), *n);
	fclose(f);
	return p;
}

static void spill(const char *path, const char *p, size_t n)
{
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(p, 1, n, f), n);
	fclose(f);
}

static void copy_fixture(struct rig *r, const char *name)
{
	char path[400];
	size_t n;
	char *p;

	snprintf(path, sizeof(path), FIXTURES "/%s.db", name);
	p = slurp(path, &n);
	snprintf(path, sizeof(path), "%s/diwan.db", r->dir);
	spill(path, p, n);
	free(p);
}

static void test_version_1(void **state)
{
	struct rig r;
	struct dw_verify_report report;
	struct dw_record out;
	struct dw_err err = { 0 };
	char *want, *got, hex[65];
	size_t n;

	(void)state;
	rig_init(&r, false, 1);
	copy_fixture(&r, "journal_v1");
	want = slurp(FIXTURES "/journal_v1.txt", &n);
	if (dw_store_verify(r.dir, &report, &tamper_checks, NULL, &err) < 0)
		fail_msg("%s", err.msg);
	assert_int_equal(report.events, EVENTS);
	assert_int_equal(report.erased, 1);
	assert_non_null(strstr(want, dw_hex(hex, report.root, sizeof(report.root))));
	if (rig_open(&r, &err) < 0)
		fail_msg("%s", err.msg);
	got = print_journal(&r, EVENTS);
	assert_string_equal(got, want);
	free(got);
	/* and it goes on */
	assert_int_equal(rig_append_one(&r, rig_record("a.b", "{}"), &out), 0);
	assert_int_equal(out.seq, EVENTS + 1);
	rig_close(&r);
	assert_int_equal(dw_store_verify(r.dir, &report, &tamper_checks, NULL, NULL), 0);
	assert_int_equal(report.events, EVENTS + 1);
	free(want);
	rig_fini(&r);
}

static int make(const char *dir)
{
	struct rig r;
	struct dw_verify_report report;
	char path[400], *text;

	rig_init(&r, false, 20261125);
	r.step = 1234567;
	DW_INVARIANT(rig_open(&r, NULL) == 0);
	tamper_fill(&r, EVENTS);
	rig_close(&r);
	tamper_exec(r.dir,
		    "UPDATE payload SET payload = NULL, salt = NULL WHERE seq = 11;"
		    "DELETE FROM raw WHERE seq = 11");
	snprintf(path, sizeof(path), "%s/journal_v1.db", dir);
	unlink(path);
	DW_INVARIANT(dw_store_backup(r.dir, path, NULL, &report, NULL) == 0);
	DW_INVARIANT(rig_open(&r, NULL) == 0);
	text = print_journal(&r, EVENTS);
	snprintf(path, sizeof(path), "%s/journal_v1.txt", dir);
	spill(path, text, strlen(text));
	free(text);
	rig_fini(&r);
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_version_1),
	};

	if (argc == 3 && strcmp(argv[1], "--make") == 0)
		return make(argv[2]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
