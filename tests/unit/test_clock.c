/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_clock.c - times both ways, compared with the C library's calendar; what is not a time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "seeded.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define FIRST INT64_C(-62135596800)
#define LAST INT64_C(253402300799)

static void formats_as_the_c_library_counts(void **state)
{
	struct seeded s = { 7 };
	char text[DW_TIME_MAX], want[64];

	for (int i = 0; i < 50000; i++) {
		int64_t sec =
			FIRST + (int64_t)seeded_below(&s, (uint64_t)(LAST - FIRST + 1));
		int64_t us = (int64_t)seeded_below(&s, 1000000), back;
		time_t t = (time_t)sec;
		struct tm tm;

		assert_non_null(gmtime_r(&t, &tm));
		snprintf(want, sizeof(want), "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ",
			 tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
			 tm.tm_min, tm.tm_sec, (int)us);
		assert_string_equal(dw_time_format(text, sec * 1000000 + us), want);
		assert_int_equal(dw_time_parse(dw_str_of(text), &back), 0);
		assert_true(back == sec * 1000000 + us);
	}
}

static void every_day_around_leap_days(void **state)
{
	static const int years[] = { 1,	   4,	 100,  400,  1600, 1900,
				     1970, 2000, 2024, 2100, 9999 };
	char text[40];
	int64_t before = 0, us;

	for (size_t i = 0; i < sizeof(years) / sizeof(years[0]); i++) {
		int y = years[i], days = 0;
		bool is_leap = y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);

		for (int m = 1; m <= 12; m++) {
			for (int d = 0; d <= 32; d++) {
				snprintf(text, sizeof(text), "%04d-%02d-%02dT00:00:00Z",
					 y, m, d);
				if (dw_time_parse(dw_str_of(text), &us) < 0)
					continue;
				if (days > 0)
					assert_true(us - before == INT64_C(86400000000));
				before = us;
				days++;
			}
		}
		assert_int_equal(days, is_leap ? 366 : 365);
	}
}

static void offsets_and_fractions(void **state)
{
	static const struct {
		const char *text, *same;
	} rows[] = {
		{ "2026-11-23T18:16:41Z", "2026-11-23T18:16:41.000000Z" },
		{ "2026-11-23t18:16:41z", "2026-11-23T18:16:41.000000Z" },
		{ "2026-11-23T21:46:41+03:30", "2026-11-23T18:16:41.000000Z" },
		{ "2026-11-23T13:16:41.5-05:00", "2026-11-23T18:16:41.500000Z" },
		{ "2026-11-23T18:16:41.123456789Z", "2026-11-23T18:16:41.123456Z" },
		{ "2026-11-23T18:16:41.000001-00:00", "2026-11-23T18:16:41.000001Z" },
		{ "2025-01-01T00:30:00+01:00", "2024-12-31T23:30:00.000000Z" },
		{ "1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z" },
		{ "2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000000Z" },
		{ "2017-01-01T03:29:60+03:30", "2017-01-01T00:00:00.000000Z" },
		{ "0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000000Z" },
		{ "9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z" },
	};
	char text[DW_TIME_MAX];
	int64_t us;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(dw_time_parse(dw_str_of(rows[i].text), &us), 0);
		assert_string_equal(dw_time_format(text, us), rows[i].same);
	}
}

static void what_is_no_time(void **state)
{
	static const char *const rows[] = {
		"",
		"2026",
		"2026-11-23",
		"2026-11-23T18:16Z",
		"2026-11-23T18:16:41",
		"2026-11-23 18:16:41Z",
		"2026-11-23T18:16:41.Z",
		"2026-11-23T18:16:41.1234567890Z",
		"2026-11-23T18:16:41,5Z",
		"2026-13-01T00:00:00Z",
		"2026-00-01T00:00:00Z",
		"2026-02-29T00:00:00Z",
		"1900-02-29T00:00:00Z",
		"2026-04-31T00:00:00Z",
		"2026-11-23T24:00:00Z",
		"2026-11-23T18:60:00Z",
		"2026-11-23T18:16:61Z",
		"2026-11-23T18:16:60Z",
		"2026-11-23T18:16:41+24:00",
		"2026-11-23T18:16:41+01:60",
		"2026-11-23T18:16:41+0100",
		"2026-11-23T18:16:41 Z",
		" 2026-11-23T18:16:41Z",
		"2026-11-23T18:16:41Zx",
		"2026-11-23T18:16:41ZZ",
		"-026-11-23T18:16:41Z",
		"+2026-11-23T18:16:41Z",
		"0000-01-01T00:00:00Z",
		"0001-01-01T00:00:00+00:01",
		"9999-12-31T23:59:59-00:01",
		"2026-11-23T1 :16:41Z",
		"20261-1-23T18:16:41Z",
		"9999-12-31T23:59:60Z",
	};
	int64_t us;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(dw_time_parse(dw_str_of(rows[i]), &us), DW_EINVAL);
}

static void beyond_the_calendar_is_its_edge(void **state)
{
	char text[DW_TIME_MAX];

	assert_string_equal(dw_time_format(text, INT64_MAX),
			    "9999-12-31T23:59:59.999999Z");
	assert_string_equal(dw_time_format(text, INT64_MIN),
			    "0001-01-01T00:00:00.000000Z");
}

static void the_machine_has_time_and_entropy(void **state)
{
	const struct dw_clock *c = dw_clock_system();
	int64_t before = time(NULL);
	int64_t mono = dw_mono_us(c), now = dw_now_us(c) / 1000000;
	uint8_t a[32] = { 0 }, b[32] = { 0 };

	assert_true(now >= before - 1 && now <= (int64_t)time(NULL) + 1);
	for (int i = 0; i < 1000; i++) {
		int64_t next = dw_mono_us(c);

		assert_true(next >= mono);
		mono = next;
	}
	dw_random(c, a, sizeof(a));
	dw_random(c, b, sizeof(b));
	assert_memory_not_equal(a, b, sizeof(a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(formats_as_the_c_library_counts),
		cmocka_unit_test(every_day_around_leap_days),
		cmocka_unit_test(offsets_and_fractions),
		cmocka_unit_test(what_is_no_time),
		cmocka_unit_test(beyond_the_calendar_is_its_edge),
		cmocka_unit_test(the_machine_has_time_and_entropy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
