/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* test_csv.c - RFC 4180, whole and byte by byte, and what is done with what it is not. */
#include "app/csv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

/* Rows as text: fields between <>, rows ended by their line, refusals as !line. */
struct seen {
	struct dw_buf b;
};

static void on_row(void *ctx, const struct dw_str *field, size_t n, uint64_t line)
{
	struct seen *s = ctx;

	for (size_t i = 0; i < n; i++)
		assert_int_equal(
			dw_buf_addf(&s->b, "<%.*s>", (int)field[i].n, field[i].p), 0);
	assert_int_equal(dw_buf_addf(&s->b, "@%u ", (unsigned)line), 0);
}

static void on_bad(void *ctx, uint64_t line, const char *why)
{
	struct seen *s = ctx;

	assert_true(why[0] != '\0');
	assert_int_equal(dw_buf_addf(&s->b, "!%u ", (unsigned)line), 0);
}

static void read_in(const char *text, size_t step, size_t max_row, struct seen *s)
{
	const struct dw_csv_ops ops = { on_row, on_bad, s };
	size_t n = strlen(text);
	struct dw_csv c;

	dw_buf_init(&s->b, 65536);
	assert_int_equal(dw_buf_addz(&s->b, ""), 0);
	dw_csv_init(&c, &ops, max_row);
	for (size_t i = 0; i < n; i += step)
		dw_csv_feed(&c, dw_str_make(text + i, n - i < step ? n - i : step));
	dw_csv_end(&c);
	dw_csv_fini(&c);
}

static void check(const char *text, const char *want)
{
	static const size_t steps[] = { 1, 2, 3, 7, 65536 };

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		struct seen s;

		read_in(text, steps[i], 1000, &s);
		assert_string_equal(s.b.p != NULL ? s.b.p : "", want);
		dw_buf_fini(&s.b);
	}
}

static void test_plain(void **state)
{
	check("a,b\r\n1,2\r\n", "<a><b>@1 <1><2>@2 ");
	check("a,b\n1,2", "<a><b>@1 <1><2>@2 ");
	check(",\n", "<><>@1 ");
	check("a,\n", "<a><>@1 ");
	check("\n\na\n", "<a>@3 ");
	check("", "");
}

static void test_quotes(void **state)
{
	check("\"a,b\",\"c\"\"d\"\n", "<a,b><c\"d>@1 ");
	check("\"two\nlines\",x\ny,z\n", "<two\nlines><x>@1 <y><z>@3 ");
	check("\"\",\"\"\"\"\n", "<><\">@1 ");
	check("\"\"\n", "<>@1 ");
	check("\"a\"", "<a>@1 ");
}

static void test_mark(void **state)
{
	check("\xef\xbb\xbf"
	      "a,b\n",
	      "<a><b>@1 ");
	check("\xef\xbb"
	      "a\n",
	      "<\xef\xbb"
	      "a>@1 ");
	check("a\n\xef\xbb\xbf\n", "<a>@1 <\xef\xbb\xbf>@2 ");
}

static void test_bad_rows_cost_a_row(void **state)
{
	check("a\nb\"c,d\ne\n", "<a>@1 !2 <e>@3 ");
	check("\"a\"b\nc\n", "!1 <c>@2 ");
	check("a\rb\nc\n", "!1 <c>@2 ");
	check("a\n\"open\nto the end", "<a>@1 !2 ");
}

static void test_ceiling(void **state)
{
	struct seen s;

	read_in("abcdefghijk\nx\n", 4, 10, &s);
	assert_string_equal(s.b.p, "!1 <x>@2 ");
	dw_buf_fini(&s.b);
	/* a quote that never closes is found when the row is full, and costs up to that line */
	read_in("\"aaaa\nbbbb\ncccc\ndd\nee\n", 5, 10, &s);
	assert_string_equal(s.b.p, "!1 <dd>@4 <ee>@5 ");
	dw_buf_fini(&s.b);
}

static void test_too_many_fields(void **state)
{
	char text[400];
	size_t n = 0;

	while (n < 256)
		text[n++] = ',';
	memcpy(text + n, "\nz\n", 4);
	check(text, "!1 <z>@2 ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_quotes),
		cmocka_unit_test(test_mark),
		cmocka_unit_test(test_bad_rows_cost_a_row),
		cmocka_unit_test(test_ceiling),
		cmocka_unit_test(test_too_many_fields),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
