/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_str.c - slices, numbers, UTF-8 and hex as hostile input has them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"
#include "seeded.h"

#include <stdio.h>

static void case_and_ends(void **state)
{
	assert_true(dw_str_eq_nocase(DW_STR("Content-LENGTH"), DW_STR("content-length")));
	assert_false(dw_str_eq_nocase(DW_STR("a"), DW_STR("ab")));
	assert_false(dw_str_eq_nocase(DW_STR("@"), DW_STR("`"))); /* differ by 0x20 too */
	assert_false(dw_str_eq_nocase(DW_STR("["), DW_STR("{")));
	assert_true(dw_str_starts(DW_STR("abc"), DW_STR("ab")));
	assert_true(dw_str_starts(DW_STR("abc"), dw_str_make(NULL, 0)));
	assert_false(dw_str_starts(DW_STR("ab"), DW_STR("abc")));
	assert_true(dw_str_eq(dw_str_trim(DW_STR(" \t a b\t ")), DW_STR("a b")));
	assert_int_equal(dw_str_trim(DW_STR(" \t ")).n, 0);
	assert_int_equal(dw_str_trim(dw_str_make(NULL, 0)).n, 0);
	assert_int_equal(dw_str_of(NULL).n, 0);
}

static void splits_at_each_separator(void **state)
{
	struct dw_str rest = DW_STR("a,,bc,"), part;

	assert_true(dw_str_split(&rest, ',', &part) && dw_str_eq(part, DW_STR("a")));
	assert_true(dw_str_split(&rest, ',', &part) && part.n == 0);
	assert_true(dw_str_split(&rest, ',', &part) && dw_str_eq(part, DW_STR("bc")));
	assert_int_equal(rest.n, 0);
	assert_false(dw_str_split(&rest, ',', &part));
	rest = DW_STR("whole");
	assert_true(dw_str_split(&rest, ',', &part) && dw_str_eq(part, DW_STR("whole")));
	assert_false(dw_str_split(&rest, ',', &part));
}

static void numbers_are_digits_only(void **state)
{
	static const char *const bad[] = { "",
					   "+1",
					   "-1",
					   " 1",
					   "1 ",
					   "1a",
					   "0x1",
					   "1.0",
					   "18446744073709551616",
					   "99999999999999999999",
					   "000000000000000000001" };
	struct seeded s = { 4 };
	uint64_t n;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(dw_str_u64(dw_str_of(bad[i]), &n), DW_EINVAL);
	assert_int_equal(dw_str_u64(DW_STR("18446744073709551615"), &n), 0);
	assert_true(n == UINT64_MAX);
	for (int i = 0; i < 2000; i++) {
		uint64_t want = seeded_next(&s) >> seeded_below(&s, 64);
		char text[32];

		snprintf(text, sizeof(text), "%llu", (unsigned long long)want);
		assert_int_equal(dw_str_u64(dw_str_of(text), &n), 0);
		assert_true(n == want);
	}
}

/* The code point at p by the definition of UTF-8, or -1; another way than the code's. */
static int32_t decode(const unsigned char *p, size_t n, size_t *length)
{
	static const uint32_t least[5] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t c = p[0];

	*length = p[0] < 0x80	? 1
		  : p[0] < 0xc0 ? 0
		  : p[0] < 0xe0 ? 2
		  : p[0] < 0xf0 ? 3
				: 4;
	if (*length == 0 || *length > n || p[0] > 0xf7)
		return -1;
	if (*length > 1)
		c = p[0] & (0x7fu >> *length);
	for (size_t i = 1; i < *length; i++) {
		if (p[i] / 64 != 2)
			return -1;
		c = c * 64 + p[i] % 64;
	}
	if (c < least[*length] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return -1;
	return (int32_t)c;
}

static bool model_valid(const unsigned char *p, size_t n, size_t *count)
{
	size_t length;

	for (*count = 0; n > 0; (*count)++) {
		if (decode(p, n, &length) < 0)
			return false;
		p += length;
		n -= length;
	}
	return true;
}

static void check_utf8(const unsigned char *p, size_t n, int *valid)
{
	struct dw_str s = dw_str_make((const char *)p, n);
	size_t count;
	bool want = model_valid(p, n, &count);

	assert_int_equal(dw_utf8_valid(s), want);
	if (want)
		assert_int_equal(dw_utf8_count(s), count);
	*valid += want;
}

static void utf8_is_what_unicode_says(void **state)
{
	/* bytes at the edges of the tables, so that random text is often nearly right */
	static const unsigned char edge[] = { 0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90,
					      0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2,
					      0xdf, 0xe0, 0xe2, 0xec, 0xed, 0xee,
					      0xef, 0xf0, 0xf3, 0xf4, 0xf5, 0xff };
	unsigned char p[64];
	struct seeded s = { 5 };
	int valid = 0;

	for (unsigned i = 0; i < 0x10000; i++) {
		p[0] = (unsigned char)(i >> 8);
		p[1] = (unsigned char)i;
		check_utf8(p, 2, &valid);
		p[2] = 0x80; /* completes the three-byte ones */
		check_utf8(p, 3, &valid);
		p[3] = 0xbf;
		check_utf8(p, 4, &valid);
	}
	for (int i = 0; i < 20000; i++) {
		size_t n = seeded_below(&s, sizeof(p)),
		       at = n > 0 ? seeded_below(&s, n) : 0;

		memset(p, 'x', n); /* ASCII all around, for the fast path */
		for (size_t k = at; k < n && k < at + 4; k++)
			p[k] = edge[seeded_below(&s, sizeof(edge))];
		check_utf8(p, n, &valid);
	}
	assert_true(valid > 1000);
	assert_true(dw_utf8_valid(dw_str_make(NULL, 0)));
	assert_int_equal(dw_utf8_count(DW_STR("دیوان")), 5);
	assert_int_equal(dw_utf16_count(DW_STR("دیوان")), 5);
	assert_int_equal(dw_utf16_count(DW_STR("a\xf0\x9f\x98\x80\xef\xbf\xbd")), 4);
}

static void hex_goes_both_ways(void **state)
{
	struct seeded s = { 6 };
	unsigned char in[40], out[40];
	char text[81];

	for (int i = 0; i < 200; i++) {
		size_t n = seeded_below(&s, sizeof(in));

		seeded_fill(&s, in, n);
		assert_ptr_equal(dw_hex(text, in, n), text);
		assert_int_equal(strlen(text), 2 * n);
		for (size_t k = 0; k < 2 * n; k += 3)
			text[k] = (char)(text[k] >= 'a' ? text[k] - 32 : text[k]);
		assert_int_equal(dw_unhex(out, n, dw_str_of(text)), 0);
		assert_memory_equal(in, out, n);
	}
	assert_string_equal(dw_hex(text, "\x00\x9f\xff", 3), "009fff");
	assert_int_equal(dw_unhex(out, 2, DW_STR("009")), DW_EINVAL);
	assert_int_equal(dw_unhex(out, 2, DW_STR("00990")), DW_EINVAL);
	assert_int_equal(dw_unhex(out, 2, DW_STR("00g9")), DW_EINVAL);
	assert_int_equal(dw_unhex(out, 2, DW_STR("00 9")), DW_EINVAL);
}

static void controls_are_below_the_space_and_del(void **state)
{
	char c;

	(void)state;
	for (int i = 0; i < 256; i++) {
		c = (char)i;
		assert_int_equal(dw_str_has_control(dw_str_make(&c, 1)),
				 i < 0x20 || i == 0x7f);
	}
	assert_true(dw_str_has_control(DW_STR("a\x1b[2J")));
	assert_false(dw_str_has_control(DW_STR("سلام")));
	assert_false(dw_str_has_control(dw_str_make(NULL, 0)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(case_and_ends),
		cmocka_unit_test(splits_at_each_separator),
		cmocka_unit_test(numbers_are_digits_only),
		cmocka_unit_test(utf8_is_what_unicode_says),
		cmocka_unit_test(controls_are_below_the_space_and_del),
		cmocka_unit_test(hex_goes_both_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
