/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_length.c - lengths of social posts. What is expected was computed by the twitter-text library
 * (3.1.0, third configuration).
 */
#include "text/length.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

static void a_post_is_as_long_as_the_channel_says(void **state)
{
	static const struct {
		const char *text;
		size_t want;
	} cases[] = {
		{ "a", 1 },
		{ "The service is back.", 20 },
		{ "سرویس از ساعت ۱۴ برگشته است.", 28 },
		{ "نعتذر عن انقطاع الخدمة منذ الساعة ٩ صباحًا.", 43 },
		{ "می\xe2\x80\x8c"
		  "دانیم که سخت است",
		  19 },
		{ "漢字かな交じり文", 16 },
		{ "한국어", 6 },
		{ "😀", 2 },
		{ "👩\xe2\x80\x8d"
		  "🚀 👨\xe2\x80\x8d"
		  "👩\xe2\x80\x8d"
		  "👧\xe2\x80\x8d"
		  "👦",
		  5 },
		{ "🇮🇷🇸🇦🇺🇸", 6 },
		{ "👍🏽👍", 4 },
		{ "1\xef\xb8\x8f"
		  "\xe2\x83\xa3",
		  2 },
		{ "☎ ☎\xef\xb8\x8f"
		  " © ©\xef\xb8\x8f",
		  10 },
		{ "🏳\xef\xb8\x8f"
		  "\xe2\x80\x8d"
		  "🌈",
		  2 },
		{ "e\xcc\x81"
		  " é",
		  3 },
		{ "ا\xd9\x93"
		  " آ",
		  3 },
		{ "ه\xd9\x94"
		  " ۀ",
		  4 },
		{ "“quoted” – … ‘x’", 17 },
		{ "\xe2\x80\x8f"
		  "\xe2\x80\x8e",
		  4 },
		{ "\xe2\x80\x8c"
		  "\xe2\x80\x8d",
		  2 },
		{ "ﷺ", 2 },
		{ "https://example.com", 23 },
		{ "https://example.com/a/very/long/path/that/goes/on?with=query&and=more#and-a-fragment",
		  23 },
		{ "see http://example.com.", 28 },
		{ "(http://example.com/x)", 25 },
		{ "example.org", 23 },
		{ "www.example.com/x_(y)", 23 },
		{ "mail a@example.org", 18 },
		{ "https://t.co/abcdefghij", 23 },
		{ "https://t.co/abc#سلام", 28 },
		{ "v1.2.3", 6 },
		{ "at 18.30", 8 },
		{ "e.g. this", 9 },
		{ "@diwan.ir", 9 },
		{ "#x.ir", 5 },
		{ "https://example.com، و", 26 },
		{ "https://example.com:8080/p", 23 },
		{ "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
		  281 },
		{ "سلام https://x.ir/ب", 29 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t n = dw_post_length(dw_str_of(cases[i].text), 280, NULL);

		if (n != cases[i].want)
			fail_msg("%zu, not %zu: %s", n, cases[i].want, cases[i].text);
	}
}

static void it_says_where_it_is_too_long(void **state)
{
	struct dw_str s = DW_STR("سلام 😀😀 https://example.com/a");
	size_t over;

	assert_int_equal(dw_post_length(s, 33, &over), 33);
	assert_int_equal(over, s.n);
	assert_int_equal(dw_post_length(s, 32, &over), 33);
	assert_int_equal(over, 9 + 8 + 1); /* the whole link */
	assert_int_equal(dw_post_length(s, 8, &over), 33);
	assert_int_equal(over, 9 + 4); /* the second emoji: 7 and 8 are one */
	assert_int_equal(dw_plain_length(DW_STR("سلام 😀"), 5, &over), 6);
	assert_int_equal(over, 9);
	assert_int_equal(dw_plain_length(DW_STR("سلام 😀"), 6, &over), 6);
	assert_int_equal(over, 13);
	assert_int_equal(dw_plain_length(dw_str_make(NULL, 0), 0, &over), 0);
	assert_int_equal(dw_post_length(dw_str_make(NULL, 0), 0, NULL), 0);
}

/* So the part before the place may be longer than the text is up to there. */
static void a_name_that_is_cut_may_be_a_link(void **state)
{
	struct dw_str s = DW_STR("a.co0m");
	size_t over;

	assert_int_equal(dw_post_length(s, 4, &over), 6);
	assert_int_equal(over, 4);
	assert_int_equal(dw_post_length(dw_str_make(s.p, over), 4, NULL), 23);
	assert_int_equal(dw_post_length(DW_STR("a.co@b"), 4, &over), 6);
	assert_int_equal(over, 4);
}

/* Each byte is looked at a few times, or this would take hours. */
static void hostile_texts_cost_one_pass(void **state)
{
	static const char *const pieces[] = { "a.",	  "http://",	   "(",
					      "\xcc\x81", "a\xcc\x81",	   "👩‍",
					      "🇮",	  "t.co/",	   "x.ir?",
					      "x.ir/(",	  "1\xef\xb8\x8f", "-",
					      "a-",	  "https://a.b.c." };
	const size_t size = 1 << 18;
	char *text = malloc(size + 32);

	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		size_t n = 0;

		while (n < size) {
			memcpy(text + n, pieces[i], strlen(pieces[i]));
			n += strlen(pieces[i]);
		}
		assert_true(dw_post_length(dw_str_make(text, n), 280, NULL) > 0);
	}
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_post_is_as_long_as_the_channel_says),
		cmocka_unit_test(it_says_where_it_is_too_long),
		cmocka_unit_test(a_name_that_is_cut_may_be_a_link),
		cmocka_unit_test(hostile_texts_cost_one_pass),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
