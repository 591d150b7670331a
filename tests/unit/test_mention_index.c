/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_mention_index.c - the search index beside the journal: changes, erasure, what is large, what
 * is damaged, and what can be typed.
 */
#include "engine/projection.h"
#include "searchrig.h"
#include "store/db.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

/* A change is seen at once, whichever side of the index its versions are on. */
static void test_change_is_found(void **state)
{
	struct world w;

	world_open(&w, *state, 1);
	world_tell(&w, 0, "first before");
	assert_int_equal(world_count(&w, "before"), 1);
	world_tell(&w, 0, "first behind");
	assert_int_equal(world_count(&w, "before"), 0);
	assert_int_equal(world_count(&w, "behind"), 1);
	world_tell_many(&w, 300);
	assert_int_equal(world_count(&w, "behind first"), 1);
	world_tell(&w, 0, "first again");
	world_tell(&w, 0, "first once more");
	assert_int_equal(world_count(&w, "behind"), 0);
	assert_int_equal(world_count(&w, "once"), 1);
	world_tell_many(&w, 300);
	assert_int_equal(world_count(&w, "behind"), 0);
	assert_int_equal(world_count(&w, "again"), 0);
	assert_int_equal(world_count(&w, "first"), 1);
	assert_int_equal(world_count(&w, "filler"), 600);
	world_fini(&w);
}

static uint64_t read_u64(struct world *w, const char *sql)
{
	sqlite3_stmt *s = dw_db_stmt(dw_reader_db(w->reader), sql, NULL);
	uint64_t n;

	assert_non_null(s);
	assert_int_equal(dw_db_step(dw_reader_db(w->reader), s, NULL), 1);
	n = (uint64_t)sqlite3_column_int64(s, 0);
	sqlite3_reset(s);
	return n;
}

/* What is large is not left for each search to look at. */
static void test_large_goes_in_at_once(void **state)
{
	static const char sql[] = "SELECT seq FROM search_state";
	struct world w;
	char text[6000];

	memset(text, ' ', sizeof(text));
	memcpy(text + sizeof(text) - 10, "at the end", 10);
	text[sizeof(text) - 1] = '\0';
	world_open(&w, *state, 2);
	world_tell(&w, 0, "small");
	assert_int_equal(read_u64(&w, sql), 0);
	world_tell(&w, 1, text);
	assert_int_equal(read_u64(&w, sql), w.at[1].id);
	assert_int_equal(world_count(&w, "the"), 1);
	world_fini(&w);
}

/* However many come, few are behind the index. */
static void test_index_keeps_up(void **state)
{
	static const char head[] = "SELECT max(seq) FROM event";
	static const char seq[] = "SELECT seq FROM search_state";
	struct world w;

	world_open(&w, *state, 3);
	for (int i = 0; i < 1000; i++) {
		struct known *k = world_add(&w);

		k->source = strdup("feed");
		k->text = strdup("filler");
	}
	world_send_from(&w, 0);
	assert_true(read_u64(&w, head) >= 1000);
	assert_true(read_u64(&w, head) - read_u64(&w, seq) < 256);
	world_fini(&w);
}

/* Erased: the row and its place stay, with nothing in it, also through a rebuild. */
static void test_erased_is_not_found(void **state)
{
	static const char sql[] = "DELETE FROM payload WHERE seq = 2 OR seq = 150";
	struct world w;
	char path[100];
	struct dw_db *db = NULL;

	world_open(&w, *state, 4);
	world_tell_many(&w, 200);
	assert_int_equal(world_count(&w, "filler"), 200);
	snprintf(path, sizeof(path), "%s/diwan.db", w.rig->dir);
	assert_int_equal(dw_db_open(&db, path, DW_DB_WRITER, NULL), 0);
	assert_int_equal(dw_db_exec(db, sql, NULL), 0);
	dw_db_close(db);
	for (size_t i = 0; i < w.n; i++)
		if (w.at[i].id == 2 || w.at[i].id == 150)
			w.at[i].text[0] = '\0';
	assert_int_equal(world_count(&w, "filler"), 198);
	world_rebuild(&w);
	assert_int_equal(world_count(&w, "filler"), 198);
	world_fini(&w);
}

/* Whatever is typed: an answer, or a refusal at /q. Never an error of the index. */
static void test_anything_can_be_typed(void **state)
{
	static const char *const parts[] = { "\"",  "'",      "*",    "(",	")",
					     "AND", "OR ",    "NOT",  "NEAR(",	"^",
					     ":",   "+",      "-",    "{",	"}",
					     ",",   "terms:", "\001", "\002s1", " ",
					     "a",   "شرك",    "می ",  "\xff",	"\xd8",
					     "#",   "@",      "_",    "\\",	"😡" };
	struct world w;

	world_open(&w, *state, 5);
	world_tell(&w, 0, "a شركة terms NEAR s1 s2 \001s2");
	for (int round = 0; round < 5000; round++) {
		char typed[300] = "";
		struct dw_search *s;

		for (uint64_t n = seeded_below(&w.seed, 12); n > 0; n--)
			strcat(typed, parts[seeded_below(&w.seed, 30)]);
		s = world_words(typed, round % 2 == 0);
		if (s != NULL)
			world_check(&w, (struct dw_mention_query){ .search = s,
								   .before = INT64_MAX,
								   .limit = 5 });
		dw_mention_words_free(s);
	}
	world_fini(&w);
}

static void test_limits(void **state)
{
	char typed[2000] = "";
	struct dw_search *s;

	for (int i = 0; i < 33; i++)
		strcat(typed, "ab ");
	assert_null(world_words(typed, false));
	typed[32 * 3] = '\0';
	s = world_words(typed, false);
	assert_non_null(s);
	dw_mention_words_free(s);
	memset(typed, 'a', sizeof(typed));
	typed[1025] = '\0';
	assert_null(world_words(typed, false));
}

/* Terms of n times `part`, made ahead: their bytes, or 0. */
static size_t made_ahead(const char *part, size_t n)
{
	struct dw_projector p = dw_projection();
	struct dw_record r = { .type = "mention.added" };
	struct dw_blob *made;
	struct dw_buf b;
	size_t len;

	dw_buf_init(&b, 65536);
	assert_int_equal(
		dw_buf_addz(&b, "{\"source\":\"feed\",\"source_id\":\"1\",\"text\":\""),
		0);
	while (n-- > 0)
		assert_int_equal(dw_buf_addz(&b, part), 0);
	assert_int_equal(dw_buf_addz(&b, "\"}"), 0);
	r.payload = dw_blob_new(b.p, b.len);
	made = p.prepare_ahead(p.ctx, &r);
	len = dw_blob_str(made).n;
	assert_true(len <= 2 * b.len);
	dw_blob_unref(made);
	dw_blob_unref(r.payload);
	dw_buf_fini(&b);
	return len;
}

/* They wait in memory with all that is under way, so they are bounded by what was sent. */
static void test_little_is_made_ahead(void **state)
{
	(void)state;
	assert_true(made_ahead("the company الشركة شرکت ", 10) > 0);
	assert_int_equal(made_ahead("the company ", 400), 0);  /* indexed at once */
	assert_int_equal(made_ahead("\xef\xb7\xba ", 100), 0); /* one that is eighteen */
}

static char disk[] = "disk";

#define ON_DISK(test)                                                                    \
	cmocka_unit_test_prestate_setup_teardown(test, ingestrig_setup,                  \
						 ingestrig_teardown, disk)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_DISK(test_change_is_found),
		ON_DISK(test_large_goes_in_at_once),
		ON_DISK(test_index_keeps_up),
		ON_DISK(test_erased_is_not_found),
		ON_DISK(test_anything_can_be_typed),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_little_is_made_ahead),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
