/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* test_mention.c - mentions from and to JSON: what is taken, what is refused and under which pointer. */
#include "engine/mention_json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#define HEAD "{\"source\":\"feed\",\"source_id\":\"1\",\"text\":\"x\""

static void written(const struct dw_mention *m, struct dw_buf *b)
{
	struct dw_jsonw w;

	dw_jsonw_init(&w, b);
	dw_jsonw_obj(&w);
	dw_mention_write(&w, m);
	dw_jsonw_obj_end(&w);
	assert_int_equal(dw_jsonw_end(&w), 0);
}

static void expect(struct dw_str json, enum dw_mention_form form, const char *want)
{
	struct dw_mention_doc doc;
	struct dw_fault f = { 0 };
	struct dw_buf b;

	if (dw_mention_parse(&doc, json, form, &f) < 0)
		fail_msg("%s: %s", f.pointer, f.detail);
	dw_buf_init(&b, 1 << 20);
	written(&doc.m, &b);
	assert_string_equal(b.p, want);
	dw_buf_fini(&b);
	dw_mention_doc_fini(&doc);
}

static void refuse_as(struct dw_str json, enum dw_mention_form form, const char *pointer)
{
	struct dw_mention_doc doc;
	struct dw_fault f = { 0 };
	char *own = malloc(json.n > 0 ? json.n : 1);

	memcpy(own, json.p, json.n);
	if (dw_mention_parse(&doc, dw_str_make(own, json.n), form, &f) == 0)
		fail_msg("was taken: %.200s", json.p);
	free(own);
	assert_string_equal(f.pointer, pointer);
	assert_true(f.detail[0] != '\0');
	assert_true(dw_utf8_valid(dw_str_of(f.detail)));
	assert_true(dw_utf8_valid(dw_str_of(f.pointer)));
	assert_null(doc.own);
}

static void refuse(const char *json, const char *pointer)
{
	refuse_as(dw_str_of(json), DW_MENTION_FROM_MACHINE, pointer);
}

static void test_whole(void **state)
{
	expect(DW_STR("{\"in_reply_to\":\"r\",\"thread\":\"t\",\"metrics\":{\"views\":4,"
		      "\"likes\":1,\"reposts\":2,\"replies\":0},\"lang\":\"ar\","
		      "\"posted_at\":\"2026-02-03T06:05:06+02:00\",\"title\":\"T\","
		      "\"url\":\"https://example.org/1\",\"author\":{\"followers\":7,"
		      "\"url\":\"http://example.org/u\",\"handle\":\"@u\",\"name\":\"N\"},"
		      "\"text\":\"سلام\",\"source_id\":\"1\",\"source\":\"feed\"}"),
	       DW_MENTION_FROM_MACHINE,
	       "{\"source\":\"feed\",\"source_id\":\"1\",\"text\":\"سلام\","
	       "\"author\":{\"name\":\"N\",\"handle\":\"@u\","
	       "\"url\":\"http://example.org/u\",\"followers\":7},"
	       "\"url\":\"https://example.org/1\",\"title\":\"T\",\"lang\":\"ar\","
	       "\"posted_at\":\"2026-02-03T04:05:06.000000Z\","
	       "\"metrics\":{\"likes\":1,\"reposts\":2,\"replies\":0,\"views\":4},"
	       "\"thread\":\"t\",\"in_reply_to\":\"r\"}");
}

/* Text is kept as it came: escapes resolved, nothing cleaned, still one line. */
static void test_text_is_kept(void **state)
{
	expect(DW_STR("{\"source\":\"s\",\"source_id\":\"1\",\"text\":\"a\\n\\u0001\\u200f"
		      "\\ud83d\\ude00 \\u2028&amp;\"}"),
	       DW_MENTION_FROM_MACHINE,
	       "{\"source\":\"s\",\"source_id\":\"1\",\"text\":\"a\\n\\u0001\xe2\x80\x8f"
	       "\xf0\x9f\x98\x80 \\u2028&amp;\"}");
}

static void test_absent(void **state)
{
	expect(DW_STR(HEAD "}"), DW_MENTION_FROM_MACHINE, HEAD "}");
	expect(DW_STR(HEAD
		      ",\"author\":null,\"lang\":null,\"metrics\":{\"likes\":null}}"),
	       DW_MENTION_FROM_MACHINE, HEAD "}");
	expect(DW_STR(HEAD ",\"author\":{},\"metrics\":{}}"), DW_MENTION_FROM_MACHINE,
	       HEAD "}");
	expect(DW_STR(HEAD ",\"extra\":{\"a\":[1,{}]},\"label\":\"x\"}"),
	       DW_MENTION_FROM_MACHINE, HEAD "}");
}

static void test_required(void **state)
{
	refuse("{\"source_id\":\"1\",\"text\":\"x\"}", "/source");
	refuse("{\"source\":\"s\",\"text\":\"x\"}", "/source_id");
	refuse("{\"source\":\"s\",\"source_id\":\"1\"}", "/text");
	refuse("{\"source\":\"s\",\"source_id\":\"1\",\"text\":null}", "/text");
	refuse("{\"source\":\"\",\"source_id\":\"1\",\"text\":\"x\"}", "/source");
	refuse("{\"source\":\" s\",\"source_id\":\"1\",\"text\":\"x\"}", "/source");
	refuse("{\"source\":\"s\",\"source_id\":\"\",\"text\":\"x\"}", "/source_id");
	refuse("{\"source\":\"s\",\"source_id\":\"a\\nb\",\"text\":\"x\"}", "/source_id");
	refuse("{\"source\":\"s\",\"source_id\":\"1\",\"text\":\"\"}", "/text");
	refuse("{\"source\":7,\"source_id\":\"1\",\"text\":\"x\"}", "/source");
	refuse("{\"source\":\"s\",\"source_id\":1,\"text\":\"x\"}", "/source_id");
	refuse("{\"source\":\"s\",\"source_id\":\"1\",\"text\":[\"x\"]}", "/text");
}

static void test_wrong_members(void **state)
{
	refuse(HEAD ",\"author\":\"me\"}", "/author");
	refuse(HEAD ",\"author\":{\"name\":5}}", "/author/name");
	refuse(HEAD ",\"author\":{\"followers\":\"7\"}}", "/author/followers");
	refuse(HEAD ",\"author\":{\"followers\":-1}}", "/author/followers");
	refuse(HEAD ",\"author\":{\"followers\":1.5}}", "/author/followers");
	refuse(HEAD ",\"author\":{\"followers\":9007199254740992}}", "/author/followers");
	refuse(HEAD ",\"author\":{\"url\":\"javascript:alert(1)\"}}", "/author/url");
	refuse(HEAD ",\"metrics\":[]}", "/metrics");
	refuse(HEAD ",\"metrics\":{\"views\":true}}", "/metrics/views");
	refuse(HEAD ",\"url\":\"ftp://example.org\"}", "/url");
	refuse(HEAD ",\"url\":\"https://\"}", "/url");
	refuse(HEAD ",\"url\":\"https://a b\"}", "/url");
	refuse(HEAD ",\"lang\":\"\"}", "/lang");
	refuse(HEAD ",\"lang\":\"e\"}", "/lang");
	refuse(HEAD ",\"lang\":\"en-\"}", "/lang");
	refuse(HEAD ",\"lang\":\"فارسی\"}", "/lang");
	refuse(HEAD ",\"posted_at\":1700000000}", "/posted_at");
	refuse(HEAD ",\"posted_at\":\"yesterday\"}", "/posted_at");
	refuse(HEAD ",\"posted_at\":\"2026-02-30T00:00:00Z\"}", "/posted_at");
	refuse(HEAD ",\"thread\":{}}", "/thread");
}

static void test_not_json(void **state)
{
	refuse("", "");
	refuse(" ", "");
	refuse("x", "");
	refuse("[]", "");
	refuse("null", "");
	refuse("\"text\"", "");
	refuse("{\"source\":\"s\"", "");
	refuse("{\"source\"", "");
	refuse("{\"source", "");
	refuse("{\"source\":", "");
	refuse("{\"source\":nul}", "");
	refuse("{,}", "");
	refuse("{\"source\":\"s\",}", "");
	refuse("{source:1}", "");
	refuse(HEAD "} {}", "");
	refuse(HEAD " \"lang\":\"fa\"}", "");
	refuse(HEAD ",\"lang\":\"f\na\"}", "");
	refuse(HEAD ",\"lang\":\"\\x\"}", "");
	refuse(HEAD ",\"metrics\":{\"likes\":01}}", "");
	refuse(HEAD ",\"metrics\":{\"likes\":-}}", "");
	refuse(HEAD ",\"extra\":[1,}", "");
	refuse(HEAD ",\"extra\":\"\xc3\"}", "");
	refuse_as(DW_STR(HEAD ",\"extra\":false\0}"), DW_MENTION_FROM_MACHINE, "");
	refuse_as(DW_STR("{\"source\":\"s\0\"}"), DW_MENTION_FROM_MACHINE, "");
}

static void test_twice(void **state)
{
	refuse("{\"source\":\"s\",\"source\":\"t\",\"source_id\":\"1\",\"text\":\"x\"}",
	       "/source");
	refuse("{\"source\":null,\"\\u0073ource\":\"t\",\"source_id\":\"1\",\"text\":\"x\"}",
	       "/source");
	refuse(HEAD ",\"author\":{\"name\":\"a\",\"name\":\"b\"}}", "/author/name");
	expect(DW_STR(HEAD ",\"url\":\"http://a\",\"author\":{\"url\":\"http://b\"},"
			   "\"name\":1,\"name\":2}"),
	       DW_MENTION_FROM_MACHINE,
	       HEAD ",\"author\":{\"url\":\"http://b\"},\"url\":\"http://a\"}");
}

static void test_escapes(void **state)
{
	expect(DW_STR("{\"\\u0073ource\":\"\\u0073\",\"source_id\":\"\\/\","
		      "\"te\\u0078t\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00E9\\u20aC\\ud83D\\ude00\"}"),
	       DW_MENTION_FROM_MACHINE,
	       "{\"source\":\"s\",\"source_id\":\"/\","
	       "\"text\":\"\\\"\\\\/\\b\\f\\n\\r\\té€\xf0\x9f\x98\x80\"}");
	refuse("{\"source\":\"s\",\"source_id\":\"1\",\"text\":\"\\u0000\"}", "/text");
	refuse("{\"source\":\"s\",\"source_id\":\"1\",\"text\":\"\\ud800\"}", "/text");
	refuse("{\"source\":\"s\",\"source_id\":\"1\",\"text\":\"\\ud800\\u0041\"}",
	       "/text");
	refuse("{\"source\":\"s\",\"source_id\":\"1\",\"text\":\"\\ud800\\\\dc00\"}",
	       "/text");
	refuse("{\"source\":\"s\",\"source_id\":\"1\",\"text\":\"\\udc00\\ud800\"}",
	       "/text");
	refuse("{\"\\ud800\":1}", "");
}

static char *repeat(const char *before, const char *what, size_t n, const char *after)
{
	size_t a = strlen(before), w = strlen(what), z = strlen(after);
	char *text = malloc(a + n * w + z + 1);

	memcpy(text, before, a);
	for (size_t i = 0; i < n; i++)
		memcpy(text + a + i * w, what, w);
	memcpy(text + a + n * w, after, z + 1);
	return text;
}

static void test_sizes(void **state)
{
	struct dw_mention_doc doc;
	struct dw_fault f;
	char *text = repeat(HEAD ",\"title\":\"", "t", 4096, "\"}");

	assert_int_equal(
		dw_mention_parse(&doc, dw_str_of(text), DW_MENTION_FROM_MACHINE, &f), 0);
	dw_mention_doc_fini(&doc);
	free(text);
	text = repeat(HEAD ",\"title\":\"", "t", 4097, "\"}");
	refuse(text, "/title");
	free(text);
	text = repeat(HEAD ",\"pad\":\"", "p", DW_MENTION_BYTES, "\"}");
	refuse(text, "");
	free(text);
	text = repeat("{\"source\":\"", "س", 101,
		      "\",\"source_id\":\"1\",\"text\":\"x\"}");
	refuse(text, "/source");
	free(text);
	text = repeat("{\"source\":\"", "س", 100,
		      "\",\"source_id\":\"1\",\"text\":\"x\"}");
	assert_int_equal(
		dw_mention_parse(&doc, dw_str_of(text), DW_MENTION_FROM_MACHINE, &f), 0);
	dw_mention_doc_fini(&doc);
	free(text);
}

static void test_depth(void **state)
{
	char *open = repeat(HEAD ",\"a/b~\":", "[", 64, ""), *text;
	struct dw_mention_doc doc;
	struct dw_fault f;

	text = repeat(open, "]", 64, "}");
	assert_int_equal(
		dw_mention_parse(&doc, dw_str_of(text), DW_MENTION_FROM_MACHINE, &f), 0);
	dw_mention_doc_fini(&doc);
	free(text);
	free(open);
	open = repeat(HEAD ",\"a/b~\":", "[", 65, "");
	text = repeat(open, "]", 65, "}");
	refuse(text, "/a~1b~0");
	free(text);
	free(open);
	open = repeat(HEAD ",\"a\":", "[", 100000, "");
	refuse(open, "/a");
	free(open);
}

static void test_desk(void **state)
{
	expect(DW_STR("{\"text\":\"a call\",\"author\":{\"name\":\"N\"}}"),
	       DW_MENTION_FROM_DESK,
	       "{\"source\":\"desk\",\"source_id\":\"-\",\"text\":\"a call\","
	       "\"author\":{\"name\":\"N\"}}");
	refuse_as(DW_STR("{\"text\":\"x\",\"source\":\"s\"}"), DW_MENTION_FROM_DESK,
		  "/source");
	refuse_as(DW_STR("{\"text\":\"x\",\"source_id\":\"s\"}"), DW_MENTION_FROM_DESK,
		  "/source_id");
	refuse_as(DW_STR("{\"text\":\"x\",\"txet\":\"s\"}"), DW_MENTION_FROM_DESK,
		  "/txet");
	refuse_as(DW_STR("{\"text\":\"x\",\"author\":{\"nmae\":1}}"),
		  DW_MENTION_FROM_DESK, "/author/nmae");
	refuse_as(DW_STR("{\"author\":{}}"), DW_MENTION_FROM_DESK, "/text");
}

/* Property: what was written is read as the same, and written the same again. */
static void test_written_is_stable(void **state)
{
	struct dw_mention_doc doc, again;
	struct dw_fault f;
	struct dw_buf a, b;

	dw_buf_init(&a, 4096);
	dw_buf_init(&b, 4096);
	assert_int_equal(
		dw_mention_parse(&doc,
				 DW_STR(HEAD
					",\"posted_at\":\"1969-12-31T23:59:59.5Z\","
					"\"author\":{\"followers\":0},\"title\":\"\","
					"\"extra\":1}"),
				 DW_MENTION_FROM_MACHINE, &f),
		0);
	written(&doc.m, &a);
	assert_int_equal(dw_mention_parse(&again, dw_buf_str(&a), DW_MENTION_STORED, &f),
			 0);
	written(&again.m, &b);
	assert_string_equal(a.p, b.p);
	assert_non_null(strstr(a.p, "\"followers\":0"));
	assert_non_null(strstr(a.p, "\"title\":\"\""));
	dw_mention_doc_fini(&doc);
	dw_mention_doc_fini(&again);
	dw_buf_fini(&a);
	dw_buf_fini(&b);
}

static void test_author(void **state)
{
	static const struct {
		struct dw_str handle, url, name;
		const char *want;
	} who[] = {
		{ { "Dana", 4 }, { "https://e.org", 13 }, { "D", 1 }, "@dana" },
		{ { "@DANA", 5 }, { NULL, 0 }, { NULL, 0 }, "@dana" },
		{ { "@@a", 3 }, { NULL, 0 }, { NULL, 0 }, "@@a" },
		{ { "\xd8\xafZ", 3 }, { NULL, 0 }, { NULL, 0 }, "@\xd8\xafz" },
		{ { "", 0 }, { "https://E.org", 13 }, { "D", 1 }, "https://E.org" },
		{ { "@", 1 }, { NULL, 0 }, { "Dana", 4 }, "Dana" },
		{ { NULL, 0 }, { NULL, 0 }, { NULL, 0 }, "" },
	};
	static char long_handle[DW_AUTHOR_BYTES + 1], buf[DW_AUTHOR_BYTES];
	struct dw_mention m = { .author_name = DW_STR("N") };

	for (size_t i = 0; i < sizeof(who) / sizeof(who[0]); i++) {
		struct dw_mention w = { .author_handle = who[i].handle,
					.author_url = who[i].url,
					.author_name = who[i].name };

		assert_true(
			dw_str_eq(dw_mention_author(&w, buf), dw_str_of(who[i].want)));
	}
	assert_true(dw_str_eq(dw_author_fold(DW_STR("@DaNa"), buf), DW_STR("@dana")));
	assert_true(dw_str_eq(dw_author_fold(DW_STR("DaNa"), buf), DW_STR("DaNa")));
	assert_int_equal(dw_author_fold(DW_STR(""), buf).n, 0);
	/* what no check lets in is cut by nobody here */
	memset(long_handle, 'A', sizeof(long_handle));
	m.author_handle = dw_str_make(long_handle, sizeof(long_handle));
	assert_true(dw_str_eq(dw_mention_author(&m, buf), DW_STR("N")));
	m.author_handle.n = DW_AUTHOR_BYTES - 1;
	assert_int_equal(dw_mention_author(&m, buf).n, DW_AUTHOR_BYTES);
	assert_int_equal(buf[DW_AUTHOR_BYTES - 1], 'a');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_text_is_kept),
		cmocka_unit_test(test_absent),
		cmocka_unit_test(test_required),
		cmocka_unit_test(test_wrong_members),
		cmocka_unit_test(test_not_json),
		cmocka_unit_test(test_twice),
		cmocka_unit_test(test_escapes),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_desk),
		cmocka_unit_test(test_author),
		cmocka_unit_test(test_written_is_stable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
