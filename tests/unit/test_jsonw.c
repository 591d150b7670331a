/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_jsonw.c - what is written, jansson must read as what was meant.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/jsonw.h"
#include "seeded.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

static size_t put_code_point(char *p, uint32_t c)
{
	if (c < 0x80) {
		p[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		p[0] = (char)(0xc0 | c >> 6);
		p[1] = (char)(0x80 | (c & 63));
		return 2;
	}
	if (c < 0x10000) {
		p[0] = (char)(0xe0 | c >> 12);
		p[1] = (char)(0x80 | (c >> 6 & 63));
		p[2] = (char)(0x80 | (c & 63));
		return 3;
	}
	p[0] = (char)(0xf0 | c >> 18);
	p[1] = (char)(0x80 | (c >> 12 & 63));
	p[2] = (char)(0x80 | (c >> 6 & 63));
	p[3] = (char)(0x80 | (c & 63));
	return 4;
}

static uint32_t code_point(struct seeded *s)
{
	uint32_t c;

	switch (seeded_below(s, 5)) {
	case 0:
		return (uint32_t)seeded_below(s, 0x80);
	case 1:
		return (uint32_t)(0x600 + seeded_below(s, 0x100));
	case 2: /* around U+2028 */
		return (uint32_t)(0x2020 + seeded_below(s, 16));
	case 3:
		return (uint32_t)(' ' + seeded_below(s, 90));
	default:
		c = (uint32_t)seeded_below(s, 0x110000);
		return c >= 0xd800 && c <= 0xdfff ? 'x' : c;
	}
}

/* Writes one value, and returns what it should be read as. */
static json_t *one(struct dw_jsonw *w, struct seeded *s, int depth)
{
	char text[512];
	size_t n = 0;
	int64_t i = (int64_t)seeded_next(s) >> seeded_below(s, 63);
	json_t *j;

	switch (seeded_below(s, depth > 0 ? 7 : 5)) {
	case 0:
		dw_jsonw_i64(w, i);
		return json_integer(i);
	case 1:
		dw_jsonw_u64(w, (uint64_t)(i < 0 ? ~i : i));
		return json_integer(i < 0 ? ~i : i);
	case 2:
		dw_jsonw_bool(w, i % 2 == 0);
		return json_boolean(i % 2 == 0);
	case 3:
		dw_jsonw_null(w);
		return json_null();
	case 4:
		for (uint64_t k = seeded_below(s, 100); k > 0; k--)
			n += put_code_point(text + n, code_point(s));
		dw_jsonw_str(w, dw_str_make(text, n));
		return json_stringn(text, n);
	case 5:
		j = json_array();
		dw_jsonw_arr(w);
		for (uint64_t k = seeded_below(s, 6); k > 0; k--)
			json_array_append_new(j, one(w, s, depth - 1));
		dw_jsonw_arr_end(w);
		return j;
	default:
		j = json_object();
		dw_jsonw_obj(w);
		for (uint64_t k = seeded_below(s, 6); k > 0; k--) {
			snprintf(text, sizeof(text), "key_%d", (int)k);
			dw_jsonw_key(w, text);
			json_object_set_new(j, text, one(w, s, depth - 1));
		}
		dw_jsonw_obj_end(w);
		return j;
	}
}

static void jansson_reads_what_was_meant(void **state)
{
	struct seeded s = { 8 };

	for (int i = 0; i < 3000; i++) {
		struct dw_jsonw w;
		struct dw_buf b;
		json_t *want, *have;

		dw_buf_init(&b, 10u * 1024 * 1024);
		dw_jsonw_init(&w, &b);
		want = one(&w, &s, 4);
		assert_int_equal(dw_jsonw_end(&w), 0);
		have = json_loadb(b.p, b.len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
		assert_non_null(have);
		assert_true(json_equal(want, have));
		assert_null(memchr(b.p, '\n', b.len));
		assert_null(memchr(b.p, '\r', b.len));
		assert_null(memmem(b.p, b.len, "\xe2\x80\xa8", 3));
		assert_null(memmem(b.p, b.len, "\xe2\x80\xa9", 3));
		json_decref(want);
		json_decref(have);
		dw_buf_fini(&b);
	}
}

static void absent_is_null(void **state)
{
	struct dw_jsonw w;
	struct dw_buf b;

	dw_buf_init(&b, 1000);
	dw_jsonw_init(&w, &b);
	dw_jsonw_obj(&w);
	dw_jsonw_kstr_or_null(&w, "a", dw_str_make(NULL, 0));
	dw_jsonw_kstr_or_null(&w, "b", DW_STR(""));
	dw_jsonw_ku64_or_null(&w, "c", 0);
	dw_jsonw_ku64_or_null(&w, "d", 7);
	dw_jsonw_ktime_or_null(&w, "e", 0);
	dw_jsonw_ktime_or_null(&w, "f", 1);
	dw_jsonw_obj_end(&w);
	assert_int_equal(dw_jsonw_end(&w), 0);
	assert_string_equal(b.p, "{\"a\":null,\"b\":\"\",\"c\":null,\"d\":7,\"e\":null,"
				 "\"f\":\"1970-01-01T00:00:00.000001Z\"}");
	dw_buf_fini(&b);
}

static void compact_and_in_order(void **state)
{
	struct dw_jsonw w;
	struct dw_buf b;

	dw_buf_init(&b, 1000);
	dw_jsonw_init(&w, &b);
	dw_jsonw_obj(&w);
	dw_jsonw_kstr(&w, "a", DW_STR("\"\\/\b\f\n\r\t\x0b\x01\x7f\xe2\x80\xa8"));
	dw_jsonw_ku64(&w, "b", UINT64_MAX);
	dw_jsonw_kbool(&w, "c", false);
	dw_jsonw_ktime(&w, "d", 0);
	dw_jsonw_key(&w, "e");
	dw_jsonw_arr(&w);
	dw_jsonw_i64(&w, INT64_MIN);
	dw_jsonw_raw(&w, DW_STR("{\"x\":1}"));
	dw_jsonw_obj(&w);
	dw_jsonw_obj_end(&w);
	dw_jsonw_str(&w, dw_str_make(NULL, 0));
	dw_jsonw_arr_end(&w);
	dw_jsonw_obj_end(&w);
	assert_int_equal(dw_jsonw_end(&w), 0);
	assert_string_equal(
		b.p, "{\"a\":\"\\\"\\\\/\\b\\f\\n\\r\\t\\u000b\\u0001\\u007f\\u2028\","
		     "\"b\":18446744073709551615,\"c\":false,"
		     "\"d\":\"1970-01-01T00:00:00.000000Z\","
		     "\"e\":[-9223372036854775808,{\"x\":1},{},\"\"]}");
	dw_buf_fini(&b);
}

static void the_ceiling_sticks(void **state)
{
	for (size_t max = 1; max < 60; max++) {
		struct dw_jsonw w;
		struct dw_buf b;

		dw_buf_init(&b, max);
		dw_jsonw_init(&w, &b);
		dw_jsonw_obj(&w);
		dw_jsonw_kstr(&w, "name", DW_STR("a\tb"));
		dw_jsonw_ktime(&w, "t", 1);
		dw_jsonw_obj_end(&w); /* 49 bytes in all */
		assert_int_equal(dw_jsonw_end(&w), max < 49 ? DW_ETOOBIG : 0);
		assert_true(b.len <= max);
		dw_buf_fini(&b);
	}
}

static void a_name_that_is_a_text_is_escaped(void **state)
{
	struct dw_jsonw w;
	struct dw_buf b;

	dw_buf_init(&b, 100);
	dw_jsonw_init(&w, &b);
	dw_jsonw_obj(&w);
	dw_jsonw_key_text(&w, DW_STR("a\"b"));
	dw_jsonw_u64(&w, 1);
	dw_jsonw_key_text(&w, DW_STR("حق"));
	dw_jsonw_arr(&w);
	dw_jsonw_arr_end(&w);
	dw_jsonw_obj_end(&w);
	assert_int_equal(dw_jsonw_end(&w), 0);
	assert_string_equal(b.p, "{\"a\\\"b\":1,\"حق\":[]}");
	dw_buf_fini(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_that_is_a_text_is_escaped),
		cmocka_unit_test(jansson_reads_what_was_meant),
		cmocka_unit_test(absent_is_null),
		cmocka_unit_test(compact_and_in_order),
		cmocka_unit_test(the_ceiling_sticks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
