/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* test_mention_query.c - mentions out of the read tables: pages, history, sources, a rebuild. */
#include "engine/account.h"
#include "engine/mention_query.h"
#include "engine/source.h"
#include "engine/projection.h"
#include "ingestrig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void list(struct ingestrig *r, const struct dw_mention_query *q,
		 struct dw_buf *out)
{
	struct dw_err err = { 0 };
	struct dw_reader *reader;

	dw_buf_init(out, DW_MENTION_OUT_MAX);
	assert_int_equal(
		dw_journal_reader_open(dw_engine_journal(r->engine), &reader, NULL), 0);
	if (dw_mention_list_on_pool(reader, q, out, &err) < 0)
		fail_msg("%s", err.msg);
	dw_reader_close(reader);
}

/* The ids of a page, and its next. */
static void check_page(struct ingestrig *r, struct dw_mention_query q, const char *want)
{
	struct dw_buf out;
	char got[400] = "";
	const char *p;

	list(r, &q, &out);
	p = out.p;
	while ((p = strstr(p, "{\"id\":")) != NULL) {
		p += 6;
		snprintf(got + strlen(got), sizeof(got) - strlen(got), "%llu ",
			 strtoull(p, NULL, 10));
	}
	snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s",
		 strstr(out.p, "],\"next\":") + 2);
	assert_string_equal(got, want);
	dw_buf_fini(&out);
}

/* source 1, mentions 2 to 6; source 7, mention 8; 9 changes 3. */
static void fill(struct ingestrig *r)
{
	struct batch *b = batch_new(r);

	for (int i = 1; i <= 5; i++)
		batch_add_simple(b, "feed", i, "x");
	batch_add_simple(b, "mail", 2, "x");
	batch_add_simple(b, "feed", 2, "changed");
	batch_send_and_wait(b);
	batch_check(b, 6, 1, 0);
	batch_free(b);
}

static void test_pages(void **state)
{
	struct ingestrig *r = *state;
	struct dw_mention_query all = { .before = INT64_MAX, .limit = 500 };
	struct dw_mention_query q = all;

	fill(r);
	check_page(r, all, "8 6 5 4 3 2 \"next\":null}");
	q.limit = 4;
	check_page(r, q, "8 6 5 4 \"next\":4}");
	q.before = 4;
	check_page(r, q, "3 2 \"next\":null}");
	q.limit = 2;
	check_page(r, q, "3 2 \"next\":null}");
	q = all;
	q.source = DW_STR("feed");
	check_page(r, q, "6 5 4 3 2 \"next\":null}");
	q.lang = DW_STR("fa");
	check_page(r, q, "5 3 \"next\":null}");
	q.source = dw_str_make(NULL, 0);
	check_page(r, q, "8 5 3 \"next\":null}");
	q.limit = 1;
	q.before = 8;
	check_page(r, q, "5 \"next\":5}");
	q = all;
	q.source = DW_STR("none");
	check_page(r, q, "\"next\":null}");
}

static void get(struct ingestrig *r, uint64_t id, struct dw_buf *out, int want)
{
	const struct dw_onlooker all = { 0 };
	struct dw_err err = { 0 };
	struct dw_reader *reader;
	uint64_t version = 0;

	dw_buf_init(out, DW_MENTION_OUT_MAX);
	assert_int_equal(
		dw_journal_reader_open(dw_engine_journal(r->engine), &reader, NULL), 0);
	assert_int_equal(dw_mention_get_on_pool(reader, &all,
						dw_account_names(
							dw_engine_account(r->engine)),
						id, out, &version, &err),
			 want);
	if (want == 0)
		assert_int_equal(version, id == 3 ? 9 : id);
	dw_reader_close(reader);
}

static void test_one_with_history(void **state)
{
	struct ingestrig *r = *state;
	static const char begin[] = "{\"id\":3,\"version\":9,\"source\":\"feed\","
				    "\"source_id\":\"2\",\"text\":\"changed\",";
	struct dw_buf out;
	const char *first, *second;

	fill(r);
	get(r, 3, &out, 0);
	assert_int_equal(strncmp(out.p, begin, strlen(begin)), 0);
	first = strstr(out.p, "{\"seq\":3,\"type\":\"mention.added\"");
	second = strstr(out.p, "{\"seq\":9,\"type\":\"mention.changed\"");
	assert_non_null(first);
	assert_non_null(second);
	assert_true(first < second);
	dw_buf_fini(&out);
	get(r, 2, &out, 0);
	assert_null(strstr(out.p, "mention.changed"));
	dw_buf_fini(&out);
	get(r, 1, &out, DW_ENOTFOUND); /* a source */
	dw_buf_fini(&out);
	get(r, 99, &out, DW_ENOTFOUND);
	dw_buf_fini(&out);
}

struct listing {
	char text[2000];
	size_t n;
};

static bool on_source(void *data, const struct dw_source_info *i)
{
	struct listing *l = data;

	l->n += (size_t)snprintf(l->text + l->n, sizeof(l->text) - l->n,
				 "%llu/%llu %.*s %llu %lld\n", (unsigned long long)i->id,
				 (unsigned long long)i->version, (int)i->slug.n,
				 i->slug.p, (unsigned long long)i->mentions,
				 (long long)i->last_seen_at);
	return true;
}

static void sources(struct ingestrig *r, struct listing *l)
{
	memset(l, 0, sizeof(*l));
	dw_sources_each(dw_engine_sources(r->engine), on_source, l);
}

static void test_sources(void **state)
{
	struct ingestrig *r = *state;
	struct dw_source_info i;
	struct listing l;

	fill(r);
	sources(r, &l);
	assert_non_null(strstr(l.text, "1/1 feed 5 1"));
	assert_non_null(strstr(l.text, "7/7 mail 1 1"));
	assert_true(dw_sources_get(dw_engine_sources(r->engine), 7, &i));
	assert_int_equal(i.health.state, DW_SOURCE_IS_PUSH);
	assert_false(dw_sources_get(dw_engine_sources(r->engine), 2, &i));
}

/* A restart and a rebuild from the payloads: nothing that one can see is different. */
static void test_rebuild(void **state)
{
	struct ingestrig *r = *state;
	struct dw_mention_query all = { .before = INT64_MAX, .limit = 500 };
	struct dw_projector p = dw_projection();
	struct dw_buf before, after;
	struct listing sources_before, sources_after;
	struct dw_err err = { 0 };
	struct batch *b;

	fill(r);
	list(r, &all, &before);
	sources(r, &sources_before);
	ingestrig_close(r);
	assert_int_equal(dw_store_lock(r->dir, &r->lock, NULL), 0);
	if (dw_store_rebuild(r->dir, &p, &err) < 0)
		fail_msg("%s", err.msg);
	close(r->lock);
	ingestrig_open(r);
	list(r, &all, &after);
	sources(r, &sources_after);
	assert_string_equal(before.p, after.p);
	assert_string_equal(sources_before.text, sources_after.text);
	check_page(r,
		   (struct dw_mention_query){
			   .source = DW_STR("mail"), .before = INT64_MAX, .limit = 9 },
		   "8 \"next\":null}");
	b = batch_new(r);
	batch_add_simple(b, "feed", 2, "changed");
	batch_add_simple(b, "feed", 6, "x");
	batch_send_and_wait(b);
	batch_check(b, 1, 0, 1); /* identity outlives the process; the source is known */
	batch_free(b);
	dw_buf_fini(&before);
	dw_buf_fini(&after);
}

static char disk[] = "disk";

#define ON(where, test)                                                                  \
	{                                                                                \
#test " in " #where, test, ingestrig_setup, ingestrig_teardown, where    \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON(disk, test_pages),
		ON(disk, test_one_with_history),
		ON(disk, test_sources),
		ON(disk, test_rebuild),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
