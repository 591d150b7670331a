/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* test_ndjson.c - bodies of many values: lines from pieces, items of arrays. */
#include "engine/ndjson.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#define MAX_LINE 16

/* What came out, as text: "0:line|1!|2:…": number, then the line or "!" for one too long. */
static void note(struct dw_buf *out, struct dw_ndjson *s, enum dw_ndjson_got got,
		 struct dw_str line)
{
	assert_int_equal(dw_buf_addf(out, "%llu", (unsigned long long)s->index), 0);
	if (got == DW_NDJSON_TOO_LONG) {
		assert_int_equal(dw_buf_addz(out, "!|"), 0);
		return;
	}
	assert_int_equal(dw_buf_addc(out, ':'), 0);
	assert_int_equal(dw_buf_add(out, line.p, line.n), 0);
	assert_int_equal(dw_buf_addc(out, '|'), 0);
}

/* Each piece in memory of its own, so that a sanitizer sees whoever reads past it. */
static void feed(struct dw_ndjson *s, struct dw_str piece, struct dw_buf *out)
{
	char *own = malloc(piece.n > 0 ? piece.n : 1);
	enum dw_ndjson_got got;
	struct dw_str line;

	memcpy(own, piece.p, piece.n);
	dw_ndjson_feed(s, dw_str_make(own, piece.n));
	while ((got = dw_ndjson_next(s, &line)) != DW_NDJSON_MORE)
		note(out, s, got, line);
	free(own);
}

static void finish(struct dw_ndjson *s, struct dw_buf *out)
{
	enum dw_ndjson_got got;
	struct dw_str line;

	got = dw_ndjson_last(s, &line);
	if (got != DW_NDJSON_MORE)
		note(out, s, got, line);
	assert_int_equal(dw_ndjson_last(s, &line), DW_NDJSON_MORE);
	assert_int_equal(dw_buf_addc(out, '.'), 0);
	dw_ndjson_fini(s);
}

static void check(struct dw_str body, const char *want)
{
	struct dw_buf out;
	struct dw_ndjson s;

	dw_buf_init(&out, 1 << 20);
	dw_ndjson_init(&s, MAX_LINE);
	feed(&s, body, &out);
	finish(&s, &out);
	assert_string_equal(out.p, want);
	dw_buf_fini(&out);
}

static void test_lines(void **state)
{
	check(DW_STR(""), ".");
	check(DW_STR("\n\r\n \t\n"), ".");
	check(DW_STR("{}\n"), "0:{}|.");
	check(DW_STR("{}"), "0:{}|.");
	check(DW_STR("a\r\nb\r\n\r\nc\r"), "0:a|1:b|2:c|.");
	check(DW_STR("a\rb\n"), "0:a\rb|.");
	check(DW_STR("\n\na\n\nb"), "0:a|1:b|.");
}

static void test_long_lines(void **state)
{
	check(DW_STR("0123456789abcdef\n"), "0:0123456789abcdef|.");
	check(DW_STR("0123456789abcdef\r\n"), "0:0123456789abcdef|.");
	check(DW_STR("0123456789abcdefg\nx\n"), "0!|1:x|.");
	check(DW_STR("a\n0123456789abcdefghijklmnopqrstuvwxyz"), "0:a|1!|.");
	check(DW_STR("                    \nx"), "0!|1:x|.");
}

/* Property: what comes out does not depend on how the bytes were cut. */
static void test_any_cut(void **state)
{
	static const char alphabet[] = "ab\n\n\r {}";
	unsigned seed = 20260101;
	char body[200];

	for (int round = 0; round < 3000; round++) {
		size_t n = (size_t)rand_r(&seed) % sizeof(body), at = 0;
		struct dw_buf whole, cut;
		struct dw_ndjson s;

		for (size_t i = 0; i < n; i++)
			body[i] = alphabet[(size_t)rand_r(&seed) % 8];
		dw_buf_init(&whole, 1 << 16);
		dw_buf_init(&cut, 1 << 16);
		dw_ndjson_init(&s, MAX_LINE);
		feed(&s, dw_str_make(body, n), &whole);
		finish(&s, &whole);
		dw_ndjson_init(&s, MAX_LINE);
		while (at < n) {
			size_t piece = 1 + (size_t)rand_r(&seed) % 40;

			if (piece > n - at)
				piece = n - at;
			feed(&s, dw_str_make(body + at, piece), &cut);
			at += piece;
		}
		finish(&s, &cut);
		if (strcmp(whole.p, cut.p) != 0)
			print_error("round %d\n", round);
		assert_string_equal(whole.p, cut.p);
		dw_buf_fini(&whole);
		dw_buf_fini(&cut);
	}
}

static void test_long_line_is_not_held(void **state)
{
	struct dw_ndjson s;
	struct dw_str line;
	char piece[1000];

	memset(piece, 'x', sizeof(piece));
	dw_ndjson_init(&s, MAX_LINE);
	for (int i = 0; i < 1000; i++) {
		dw_ndjson_feed(&s, dw_str_make(piece, sizeof(piece)));
		assert_int_equal(dw_ndjson_next(&s, &line), DW_NDJSON_MORE);
		assert_true(s.held.cap < 1000);
	}
	assert_int_equal(dw_ndjson_last(&s, &line), DW_NDJSON_TOO_LONG);
	dw_ndjson_fini(&s);
}

/* ---- arrays ---- */

/* The items with "|" behind each, or "!" and the error's name. */
static void check_array(struct dw_str text, const char *want)
{
	struct dw_str item[8];
	struct dw_err err = { 0 };
	size_t n;
	struct dw_buf out;
	char *own = malloc(text.n > 0 ? text.n : 1);
	int rc;

	memcpy(own, text.p, text.n);
	dw_buf_init(&out, 4096);
	rc = dw_json_array_split(dw_str_make(own, text.n), item, 8, &n, &err);
	if (rc < 0) {
		assert_int_equal(dw_buf_addf(&out, "!%s", dw_err_name(rc)), 0);
		assert_int_equal(err.code, rc);
		assert_true(err.msg[0] != '\0');
	}
	for (size_t i = 0; rc == 0 && i < n; i++) {
		assert_int_equal(dw_buf_add(&out, item[i].p, item[i].n), 0);
		assert_int_equal(dw_buf_addc(&out, '|'), 0);
	}
	assert_int_equal(dw_buf_addc(&out, '.'), 0);
	if (strcmp(out.p, want) != 0)
		print_error("for %.*s\n", (int)text.n, text.p);
	assert_string_equal(out.p, want);
	dw_buf_fini(&out);
	free(own);
}

static void test_arrays(void **state)
{
	check_array(DW_STR("[]"), ".");
	check_array(DW_STR(" \n[ ] \r\n"), ".");
	check_array(DW_STR("[1]"), "1|.");
	check_array(DW_STR("[ {\"a\" : [1, 2.5e-3, {}]} , \"x,]\\\"\", null ]"),
		    "{\"a\" : [1, 2.5e-3, {}]}|\"x,]\\\"\"|null|.");
	check_array(DW_STR("[[],[[]],{},true,false,-0,1E+9,\"\\u00e9\"]"),
		    "[]|[[]]|{}|true|false|-0|1E+9|\"\\u00e9\"|.");
}

static void test_bad_arrays(void **state)
{
	static const char *const bad[] = {
		"",	    "{}",	    "[",
		"]",	    "[1",	    "[1,",
		"[1,]",	    "[,1]",	    "[1 2]",
		"[1]x",	    "[1],",	    "[01]",
		"[1.]",	    "[.5]",	    "[1e]",
		"[+1]",	    "[-]",	    "[tru]",
		"[\"]",	    "[\"\\x\"]",    "[\"\\u12g4\"]",
		"[\"\n\"]", "[{\"a\"}]",    "[{\"a\":}]",
		"[{a:1}]",  "[{\"a\":1,}]", "[{]}",
		"[[}]",	    "[{\"a\":1]}",  "[NaN]",
		"['a']",    "[\"\xff\"]",   "[\"\\\"]",
		"[{,}]",    "[1]]",	    "[\"a\" \"b\"]",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		check_array(dw_str_of(bad[i]), "!EINVAL.");
	check_array(DW_STR("[1,2,3,4,5,6,7,8]"), "1|2|3|4|5|6|7|8|.");
	check_array(DW_STR("[1,2,3,4,5,6,7,8,9]"), "!ETOOBIG.");
	check_array(DW_STR("[\"a\0b\"]"), "!EINVAL.");
	check_array(DW_STR("[\"a\\\0b\"]"), "!EINVAL.");
}

static void test_depth(void **state)
{
	char text[300];
	struct dw_str item[1];
	size_t n;

	for (size_t depth = 1; depth < 140; depth++) {
		memset(text, '[', depth);
		memset(text + depth, ']', depth);
		assert_int_equal(dw_json_array_split(dw_str_make(text, 2 * depth), item,
						     1, &n, NULL),
				 depth <= DW_JSON_DEPTH_MAX + 1 ? 0 : DW_EINVAL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_long_lines),
		cmocka_unit_test(test_any_cut),
		cmocka_unit_test(test_long_line_is_not_held),
		cmocka_unit_test(test_arrays),
		cmocka_unit_test(test_bad_arrays),
		cmocka_unit_test(test_depth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
