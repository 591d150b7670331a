/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* test_delta.c - figures and denials that came or went between two versions. */
#include "text/delta.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static struct dw_checker *checker;
static struct dw_nameset *names;

static int setup(void **state)
{
	checker = dw_checker_create();
	names = dw_nameset_create(NULL, 0);
	return 0;
}

static int teardown(void **state)
{
	dw_checker_destroy(checker);
	dw_nameset_destroy(names);
	return 0;
}

/* Byte of the text that has so many units before it. */
static size_t byte_at(const char *text, uint32_t units)
{
	size_t at = 0;

	while (dw_utf16_count(dw_str_make(text, at)) < units ||
	       ((unsigned char)text[at] & 0xc0) == 0x80)
		at++;
	return at;
}

/* "-12 +13 +not": what is gone and what is new. */
static void is_delta(const char *old, const char *new, const char *lang, const char *want)
{
	char got[1000] = "";
	struct dw_deltas d;

	dw_text_delta(checker, names, dw_str_of(old), dw_str_of(new), dw_str_of(lang),
		      &d);
	for (size_t i = 0; i < d.n; i++) {
		const char *text = d.at[i].is_gone ? old : new;
		size_t from = byte_at(text, d.at[i].from), to = byte_at(text, d.at[i].to);
		size_t n = strlen(got);

		snprintf(got + n, sizeof(got) - n, "%s%c%.*s", n > 0 ? " " : "",
			 d.at[i].is_gone ? '-' : '+', (int)(to - from), text + from);
	}
	assert_string_equal(got, want);
	assert_false(d.is_more);
}

static void figures_are_compared_as_numbers(void **state)
{
	is_delta("12 people, 3 cars", "3 cars, 13 people", "en", "-12 +13");
	is_delta("1,200 of 3.5%", "۱٬۲۰۰ از ۳٫۵٪", "fa", "");
	is_delta("١٢٠٠", "1200", "ar", "");
	is_delta("at 14:05", "at 14:50", "en", "-14:05 +14:50");
	is_delta("5%", "5", "en", "-5% +5");
	is_delta("3.5", "35", "en", "-3.5 +35");
	is_delta("1,20 and 7.", "1 20 7", "en", "");
	is_delta("2 2 2", "2 2", "en", "-2");
	is_delta("😀 7", "😀😀 8", "en", "-7 +8");
	is_delta("", "", "en", "");
	is_delta("1٬2345", "1 2345", "en", "");
}

static void denials_are_seen_in_three_languages(void **state)
{
	is_delta("It is safe.", "It is not safe.", "en", "+not");
	is_delta("It is NOT safe", "It is not safe", "en", "");
	is_delta("We don't know", "We know", "en-GB", "-don't");
	is_delta("کسی آسیب دید", "کسی آسیب ندید، نمی‌دانیم", "fa",
		 "+نمی‌دانیم");
	is_delta("خطری نیست", "خطری هست", "fa", "-نیست");
	is_delta("المنتج آمن", "المنتج غير آمن", "ar", "+غير");
	is_delta("لم يحدث شيء", "حدث شيء", "ar", "-لم");
	is_delta("nicht sicher", "sicher", "de", "");
}

static void translation_delta(struct dw_str a, struct dw_str b, struct dw_deltas *d)
{
	struct dw_told *x = dw_told_create(names, a), *y = dw_told_create(names, b);

	dw_told_delta(x, y, d);
	dw_told_destroy(x);
	dw_told_destroy(y);
}

static void translations_have_the_same_numbers(void **state)
{
	struct dw_deltas d;

	translation_delta(DW_STR("3 hurt, 40 %"), DW_STR("۳ مصدوم، ۴۰"), &d);
	assert_int_equal(d.n, 0);
	translation_delta(DW_STR("3 hurt"), DW_STR("٤ جرحى"), &d);
	assert_int_equal(d.n, 2);
	assert_true(d.at[0].is_gone && !d.at[1].is_gone);
}

/* Told of both with what is given in each: how many differences there are. */
static size_t differences(const char *a, const char *b, const char *given_a,
			  const char *given_b)
{
	struct dw_told *x = dw_told_create(names, dw_str_of(a)),
		       *y = dw_told_create(names, dw_str_of(b));
	struct dw_str of_a[] = { DW_STR(""), dw_str_of(given_a) },
		      of_b[] = { DW_STR(""), dw_str_of(given_b) };
	struct dw_deltas d;

	dw_told_give(x, of_a, 2);
	dw_told_give(y, of_b, 2);
	dw_told_delta(x, y, &d);
	dw_told_destroy(x);
	dw_told_destroy(y);
	return d.n;
}

static void a_date_of_two_calendars_is_one_date(void **state)
{
	const char *en = "29 November 2026", *fa = "۸ آذر ۱۴۰۵";

	assert_int_equal(differences("On 29 November 2026, 3 fell.", "۸ آذر ۱۴۰۵: ۳ تن.",
				     en, fa),
			 0);
	assert_int_equal(differences("On 29 November 2026, 3 fell.", "۸ آذر ۱۴۰۵: ۳ تن.",
				     en, ""),
			 4);
	assert_int_equal(differences("29 November 2026", "۹ آذر ۱۴۰۵", en, fa), 4);
	/* as often as both have it */
	assert_int_equal(differences("29 November 2026. 29 November 2026.", "۸ آذر ۱۴۰۵",
				     en, fa),
			 2);
	/* a figure of which it is a part is another one */
	assert_int_equal(differences("129 November 2026", "۸ آذر ۱۴۰۵", en, fa), 4);
	assert_int_equal(differences("29 November 20261", "۸ آذر ۱۴۰۵", en, fa), 4);
	/* set in one language, typed in the other */
	assert_int_equal(differences("Call 0800 555", "۰۸۰۰ ۵۵۵", "0800 555", ""), 0);
	assert_int_equal(differences("", "", en, fa), 0);
}

static void more_than_can_be_shown_is_said(void **state)
{
	char text[4000] = "";
	struct dw_deltas d;

	for (int i = 0; i < 300; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%d ",
			 1000 + i);
	translation_delta(dw_str_of(text), DW_STR(""), &d);
	assert_int_equal(d.n, DW_DELTAS_MAX);
	assert_true(d.is_more);
}

/* "1000 1001 …": from there on, n of them. */
static void figures(char *out, size_t size, int from, int n)
{
	out[0] = '\0';
	for (int i = 0; i < n; i++)
		snprintf(out + strlen(out), size - strlen(out), "%d ", from + i);
}

static void is_shared_out(int n_gone, int n_new, size_t gone, size_t new, bool is_more)
{
	char old_text[4000], new_text[4000];
	struct dw_deltas d;
	size_t n = 0;

	figures(old_text, sizeof(old_text), 1000, n_gone);
	figures(new_text, sizeof(new_text), 5000, n_new);
	dw_text_delta(checker, names, dw_str_of(old_text), dw_str_of(new_text),
		      DW_STR("en"), &d);
	for (size_t i = 0; i < d.n; i++)
		n += d.at[i].is_gone;
	assert_int_equal(n, gone);
	assert_int_equal(d.n - n, new);
	assert_int_equal(d.is_more, is_more);
}

static void what_is_new_is_not_hidden_by_what_is_gone(void **state)
{
	is_shared_out(300, 300, 100, 100, true);
	is_shared_out(300, 10, 190, 10, true);
	is_shared_out(10, 300, 10, 190, true);
	is_shared_out(100, 100, 100, 100, false);
	is_shared_out(199, 1, 199, 1, false);
	is_shared_out(0, 200, 0, 200, false);
}

/* A text is read once and held against several. */
static void one_text_against_many(void **state)
{
	struct dw_told *own = dw_told_create(names, DW_STR("1 2 3")), *other;
	const char *const texts[] = { "1 2 3", "1 2", "4", "3 2 1" };
	const size_t n[] = { 0, 1, 4, 0 };
	struct dw_deltas d;

	for (size_t i = 0; i < 4; i++) {
		other = dw_told_create(names, dw_str_of(texts[i]));
		dw_told_delta(other, own, &d);
		assert_int_equal(d.n, n[i]);
		dw_told_destroy(other);
	}
	dw_told_destroy(own);
}

/* Seeded: whatever is moved about is no change; one figure changed is two. */
static void order_does_not_count(void **state)
{
	static const char *const words[] = { "12 ",   "not ", "۷٬۰۰۰ ", "never ",
					     "word ", "٣٫٥ ", "کلمه ",	"😀 " };
	uint32_t seed = 7;

	for (int round = 0; round < 2000; round++) {
		char a[600] = "", b[600] = "";
		int pick[20];

		for (int i = 0; i < 20; i++) {
			seed = seed * 1664525u + 1013904223u;
			pick[i] = (int)(seed >> 16) % 8;
			strcat(a, words[pick[i]]);
		}
		for (int i = 0; i < 20; i++)
			strcat(b, words[pick[(i * 7 + round) % 20]]);
		is_delta(a, b, "en", "");
		strcat(b, "99");
		is_delta(a, b, "en", "+99");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(figures_are_compared_as_numbers),
		cmocka_unit_test(denials_are_seen_in_three_languages),
		cmocka_unit_test(translations_have_the_same_numbers),
		cmocka_unit_test(a_date_of_two_calendars_is_one_date),
		cmocka_unit_test(more_than_can_be_shown_is_said),
		cmocka_unit_test(what_is_new_is_not_hidden_by_what_is_gone),
		cmocka_unit_test(one_text_against_many),
		cmocka_unit_test(order_does_not_count),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
