/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_source_events.c - events of sources as earlier versions wrote them still fold to the same.
 *
 * fixtures/source_v1.txt has one event a line, type/version and payload, and is never edited; a new
 * version of a payload adds a file. The state is looked at after each event, live; after a
 * restart, from the read tables; and after these were built anew.
 */
#include "engine/projection.h"
#include "engine/source.h"
#include "enginerig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define FIXTURE "tests/replay/fixtures/source_v1.txt"

/* After each line: kind, address, interval, paused, blind since (s of the day), version. */
static const char *const want[] = {
	"push - 0 - 0 v1",
	"feed https://news.example.org/feed.xml 300 - 0 v2",
	"feed https://news.example.org/feed.xml 300 - 30600 v2",
	"feed https://news.example.org/other.xml 60 paused 30600 v4",
	"feed https://news.example.org/other.xml 60 paused 0 v4",
	"feed https://news.example.org/other.xml 60 - 0 v6",
	"feed https://news.example.org/other.xml 60 - 34200 v6",
};
#define LINES (sizeof(want) / sizeof(want[0]))

static void check(struct enginerig *r, const char *line)
{
	struct dw_source_info i;
	char got[200];

	assert_true(dw_sources_get(dw_engine_sources(r->engine), 1, &i));
	assert_true(dw_str_eq(i.slug, DW_STR("news:example")));
	snprintf(got, sizeof(got), "%s %.*s %u %s %lld v%llu",
		 i.kind == DW_SOURCE_FEED ? "feed" : "push",
		 i.url.p != NULL ? (int)i.url.n : 1, i.url.p != NULL ? i.url.p : "-",
		 i.interval_s, i.is_paused ? "paused" : "-",
		 (long long)(i.health.blind_since / 1000000 % 86400),
		 (unsigned long long)i.version);
	assert_string_equal(got, line);
}

static void on_appended(struct dw_append *a)
{
	*(bool *)a->data = true;
}

/* "source.added/1 {…}" */
static void append(struct enginerig *r, char *line)
{
	char *slash = strchr(line, '/'), *blank = strchr(line, ' ');
	struct dw_record rec = { .type = line, .type_if_known = line };
	bool done = false;
	struct dw_append a = { .recs = &rec, .n = 1, .cb = on_appended, .data = &done };

	assert_true(slash != NULL && blank != NULL && slash < blank);
	*slash = *blank = '\0';
	rec.type_version = (uint16_t)atoi(slash + 1);
	rec.payload = dw_blob_new(blank + 1, strcspn(blank + 1, "\n"));
	/* the first two share an identity, which is that of the source; each has other content */
	rec.has_key = strcmp(line, "source.added") == 0 ||
		      strcmp(line, "source.configured") == 0;
	memset(rec.key, 7, sizeof(rec.key));
	dw_random(&r->clock, rec.tag, sizeof(rec.tag));
	assert_int_equal(dw_engine_append(r->engine, &a), 0);
	enginerig_until(r, &done);
	assert_int_equal(a.status, 0);
	dw_blob_unref(rec.payload);
}

static void test_version_1(void **state)
{
	struct enginerig r = { 0 };
	struct dw_projector p = dw_projection();
	char dir[] = P_tmpdir "/diwan-replay-XXXXXX", cmd[100], line[1000];
	FILE *in = fopen(FIXTURE, "r");
	size_t n = 0;

	(void)state;
	if (in == NULL)
		fail_msg("%s is not there (the tests run in the source tree)", FIXTURE);
	assert_non_null(mkdtemp(dir));
	enginerig_open(&r, dir);
	while (fgets(line, sizeof(line), in) != NULL) {
		assert_true(n < LINES);
		append(&r, line);
		check(&r, want[n++]);
	}
	fclose(in);
	assert_int_equal(n, LINES);
	enginerig_close(&r);
	enginerig_open(&r, dir);
	check(&r, want[LINES - 1]);
	enginerig_close(&r);
	assert_int_equal(dw_store_lock(dir, &r.lock, NULL), 0);
	assert_int_equal(dw_store_rebuild(dir, &p, NULL), 0);
	close(r.lock);
	enginerig_open(&r, dir);
	check(&r, want[LINES - 1]);
	enginerig_close(&r);
	snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	assert_int_equal(system(cmd), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_version_1),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
