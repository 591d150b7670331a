/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* test_newsroom_ltr.c - numbers that run from left to right as a whole: the table is tests/unit/ltr.tsv. */
#include "../../src/api/newsroom_int.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_BYTES 512

/* What is found in a text, parted by "|". */
static void find_all(struct dw_str text, struct dw_buf *out)
{
	size_t n;

	for (size_t i = 0; i < text.n; i++) {
		n = newsroom_ltr_run(text, i);
		if (n == 0)
			continue;
		if (dw_buf_str(out).n > 0)
			assert_int_equal(dw_buf_addc(out, '|'), 0);
		assert_int_equal(dw_buf_add(out, text.p + i, n), 0);
		i += n - 1;
	}
}

/* "_" stands for U+00A0. */
static struct dw_str spaced(struct dw_buf *b, struct dw_str s)
{
	for (size_t i = 0; i < s.n; i++)
		assert_int_equal(s.p[i] == '_' ? dw_buf_addz(b, "\u00a0")
					       : dw_buf_addc(b, s.p[i]),
				 0);
	return dw_buf_str(b);
}

static void check(char *line)
{
	char *want = strchr(line, '\t');
	struct dw_buf text, runs, found;
	struct dw_str got;

	assert_non_null(want);
	*want++ = '\0';
	want[strcspn(want, "\n")] = '\0';
	dw_buf_init(&text, LINE_MAX_BYTES);
	dw_buf_init(&runs, LINE_MAX_BYTES);
	dw_buf_init(&found, LINE_MAX_BYTES);
	find_all(spaced(&text, dw_str_of(line)), &found);
	got = dw_buf_str(&found);
	if (!dw_str_eq(got, spaced(&runs, dw_str_of(strcmp(want, "-") == 0 ? "" : want))))
		fail_msg("in %s: %.*s", line, (int)got.n, got.n > 0 ? got.p : "");
	dw_buf_fini(&text);
	dw_buf_fini(&runs);
	dw_buf_fini(&found);
}

static void numbers_run_from_left_to_right(void **state)
{
	char line[LINE_MAX_BYTES];
	FILE *f = fopen("tests/unit/ltr.tsv", "r");
	int n = 0;

	(void)state;
	assert_non_null(f);
	for (; fgets(line, sizeof(line), f) != NULL; n++)
		if (line[0] != '#')
			check(line);
	(void)fclose(f);
	assert_true(n > 15);
}

/* Every beginning of a text is read without looking behind its end. */
static void a_cut_number_is_read_to_its_end(void **state)
{
	static const char text[] = "+(98) 21-\u06f0\u06f1 1234 5678-A";

	(void)state;
	for (size_t n = 1; n < sizeof(text); n++) {
		char *cut = strndup(text, n);

		assert_non_null(cut);
		for (size_t i = 0; i < n; i++)
			assert_true(newsroom_ltr_run(dw_str_make(cut, n), i) <= n - i);
		free(cut);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_run_from_left_to_right),
		cmocka_unit_test(a_cut_number_is_read_to_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
