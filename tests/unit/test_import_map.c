/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* test_import_map.c - records of other people's files as mentions. */
#include "app/mapping.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <jansson.h>

static struct dw_mapping *mapping(const char *spec, const char *source)
{
	struct dw_mapping *m = NULL;
	struct dw_err err;

	if (dw_mapping_create(&m, spec, source, &err) < 0)
		fail_msg("%s", dw_err_text(&err));
	return m;
}

/* The mention that the line becomes is the same JSON as `want`. */
static void check(const char *spec, const char *source, const char *line,
		  const char *want)
{
	struct dw_mapping *m = mapping(spec, source);
	json_t *expected = json_loads(want, 0, NULL), *got;
	struct dw_err err;
	struct dw_buf b;

	assert_non_null(expected);
	dw_buf_init(&b, 65536);
	if (dw_mapping_json(m, dw_str_of(line), &b, &err) < 0)
		fail_msg("%s", dw_err_text(&err));
	assert_int_equal(b.p[b.len - 1], '\n');
	assert_null(memchr(b.p, '\n', b.len - 1));
	got = json_loadb(b.p, b.len, 0, NULL);
	if (!json_equal(got, expected))
		fail_msg("got %s", b.p);
	json_decref(got);
	json_decref(expected);
	dw_buf_fini(&b);
	dw_mapping_destroy(m);
}

static void test_known_names(void **state)
{
	check(NULL, NULL,
	      "{\"id\":\"tw:1\",\"text\":\"t\",\"lang\":\"ar\",\"created_at\":\"2018-12-07T10:42:13Z\","
	      "\"author\":\"u_1\",\"followers\":122,\"likes\":3,\"retweets\":4,\"reply_to\":\"tw:0\","
	      "\"thread\":\"q\",\"source\":\"s\",\"label\":\"negative\"}",
	      "{\"source\":\"s\",\"source_id\":\"tw:1\",\"text\":\"t\",\"lang\":\"ar\","
	      "\"posted_at\":\"2018-12-07T10:42:13Z\",\"author\":{\"handle\":\"u_1\",\"followers\":122},"
	      "\"metrics\":{\"likes\":3,\"reposts\":4},\"in_reply_to\":\"tw:0\",\"thread\":\"q\","
	      "\"label\":\"negative\"}");
}

static void test_a_mention_stays_itself(void **state)
{
	const char *text =
		"{\"source\":\"s\",\"source_id\":\"1\",\"text\":\"t\",\"author\":{\"name\":\"n\","
		"\"handle\":\"h\",\"url\":\"https://a.example/\",\"followers\":1,\"verified\":true},"
		"\"metrics\":{\"likes\":1,\"shares\":2},\"url\":\"https://b.example/\"}";

	check(NULL, NULL, text, text);
}

static void test_map(void **state)
{
	check("text=body,source_id=key,author.name=who,metrics.views=stats.seen", "shop",
	      "{\"body\":\"b\",\"key\":7,\"who\":\"w\",\"stats\":{\"seen\":9,\"x\":1},\"id\":\"other\"}",
	      "{\"source\":\"shop\",\"source_id\":\"7\",\"text\":\"b\",\"author\":{\"name\":\"w\"},"
	      "\"metrics\":{\"views\":9},\"stats\":{\"x\":1},\"id\":\"other\"}");
}

static void test_source_wins(void **state)
{
	check(NULL, "mine", "{\"source\":\"theirs\",\"id\":\"1\",\"text\":\"t\"}",
	      "{\"source\":\"mine\",\"source_id\":\"1\",\"text\":\"t\"}");
}

static void test_times(void **state)
{
	check(NULL, "s",
	      "{\"id\":\"1\",\"text\":\"t\",\"created_at\":\"2026-03-01 10:00:00\"}",
	      "{\"source\":\"s\",\"source_id\":\"1\",\"text\":\"t\","
	      "\"posted_at\":\"2026-03-01T10:00:00Z\"}");
	/* what is no time is the server's to refuse */
	check(NULL, "s", "{\"id\":\"1\",\"text\":\"t\",\"created_at\":\"yesterday\"}",
	      "{\"source\":\"s\",\"source_id\":\"1\",\"text\":\"t\",\"posted_at\":\"yesterday\"}");
}

static void refuse(const char *spec, const char *source, const char *line,
		   const char *word)
{
	struct dw_mapping *m = mapping(spec, source);
	struct dw_err err;
	struct dw_buf b;

	dw_buf_init(&b, 65536);
	assert_int_equal(dw_buf_addz(&b, "before"), 0);
	assert_true(dw_mapping_json(m, dw_str_of(line), &b, &err) < 0);
	if (strstr(dw_err_text(&err), word) == NULL)
		fail_msg("says \"%s\", without \"%s\"", dw_err_text(&err), word);
	assert_string_equal(b.p, "before");
	dw_buf_fini(&b);
	dw_mapping_destroy(m);
}

static void test_refusals(void **state)
{
	refuse(NULL, "s", "{\"id\":\"1\"}", "text");
	refuse(NULL, "s", "{\"text\":\"t\"}", "source_id");
	refuse(NULL, NULL, "{\"id\":\"1\",\"text\":\"t\"}", "--source");
	refuse(NULL, "s", "[1]", "object");
	refuse(NULL, "s", "{\"id\":\"1\",", "column");
	refuse(NULL, "s", "{\"id\":\"1\",\"id\":\"2\",\"text\":\"t\"}", "duplicate");
	refuse(NULL, "s", "{\"id\":\"1\",\"text\":\"\xff\"}", "JSON");
}

static void test_bad_specs(void **state)
{
	static const char *const specs[] = { "text", "text=", "=x", "colour=x",
					     "text=a,text=b" };

	for (size_t i = 0; i < sizeof(specs) / sizeof(specs[0]); i++) {
		struct dw_mapping *m = NULL;
		struct dw_err err;

		assert_int_equal(dw_mapping_create(&m, specs[i], NULL, &err), DW_EINVAL);
		assert_null(m);
	}
}

static void test_row(void **state)
{
	const struct dw_str names[] = { DW_STR("id"), DW_STR("text"), DW_STR("likes"),
					DW_STR("url"), DW_STR("note") };
	const struct dw_str field[] = { DW_STR("1"), DW_STR("سلام"), DW_STR("12"),
					DW_STR(""), DW_STR("n") };
	struct dw_mapping *m = mapping(NULL, "s");
	json_t *got, *want = json_loads(
			     "{\"source\":\"s\",\"source_id\":\"1\",\"text\":\"سلام\","
			     "\"metrics\":{\"likes\":12},\"note\":\"n\"}",
			     0, NULL);
	struct dw_err err;
	struct dw_buf b;

	dw_buf_init(&b, 4096);
	assert_int_equal(dw_mapping_row(m, names, field, 5, &b, &err), 0);
	got = json_loadb(b.p, b.len, 0, NULL);
	assert_true(json_equal(got, want));
	json_decref(got);
	json_decref(want);
	dw_buf_fini(&b);
	dw_mapping_destroy(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_names),
		cmocka_unit_test(test_a_mention_stays_itself),
		cmocka_unit_test(test_map),
		cmocka_unit_test(test_source_wins),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_bad_specs),
		cmocka_unit_test(test_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
