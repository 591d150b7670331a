/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* test_same.c - what counts as the same text, and where a figure stands. */
#include "text/same.h"
#include "text/sentence.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define ZWNJ "\xe2\x80\x8c"
#define NBSP "\xc2\xa0"

static const struct {
	const char *a, *b;
	bool is_same;
} pairs[] = {
	{ "", "", true },
	{ "", " \n ", true },
	{ "We know.", "We  know.\n", true },
	{ "We know.", "We\nknow.", true },
	{ "We know.", "We" NBSP "know.", true },
	{ "We know.", "Weknow.", false },
	{ "We know.", "We know", false },
	{ "We know.", "We know.x", false },
	{ "We know.", "we know.", false },
	{ "not able", "notable", false },
	/* an alef and its hamza, an alef and its madda, waw and yeh with hamza: composed or not */
	{ "أعلنت الشركة",
	  "ا\xd9\x94"
	  "علنت  الشركة",
	  true },
	{ "القرآن",
	  "القرا\xd9\x93"
	  "ن",
	  true },
	{ "مسؤول",
	  "مسو\xd9\x94"
	  "ول",
	  true },
	{ "أعلنت", "اعلنت", false },
	{ "é", "e\xcc\x81", true },
	{ "é", "e", false },
	/* marks of one letter in another order */
	{ "بَّ", "ب\xd9\x91\xd9\x8e", true },
	{ "می" ZWNJ "دانیم", "می دانیم", false },
	{ "می" ZWNJ "دانیم", "میدانیم", false },
	{ "می" ZWNJ "دانیم", "می" ZWNJ "دانیم ", true },
	{ "کی", "كي", false },
	{ "ساعت ۱۴", "ساعت ١٤", false },
	{ "ساعت ۱۴", "ساعت 14", false },
	{ "ساعت ۱۴", "ساعت ۱۵", false },
	{ "x²", "x2", false },
	{ "ﷲ", "الله", false },
	{ "a\xff", "a\xff", true },
	{ "a\xff", "a \xff", false },
};

static void only_space_and_spelling_are_forgiven(void **state)
{
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		struct dw_str a = dw_str_of(pairs[i].a), b = dw_str_of(pairs[i].b);

		if (dw_text_is_same_but_space(a, b) != pairs[i].is_same ||
		    dw_text_is_same_but_space(b, a) != pairs[i].is_same)
			fail_msg("%s | %s", pairs[i].a, pairs[i].b);
	}
}

/* Sixty thousand marks in the wrong order would be sorted for minutes. */
static void a_heap_of_marks_costs_nothing(void **state)
{
	static char heap[120002], other[120002];

	for (size_t i = 0; i < 120000; i += 4) {
		heap[i] = (char)0xcc;
		heap[i + 1] = (char)0x81;
		heap[i + 2] = (char)0xcc;
		heap[i + 3] = (char)0xa3;
	}
	heap[120000] = 'a';
	memcpy(other, heap, sizeof(heap));
	assert_true(dw_text_is_same_but_space(dw_str_of(heap), dw_str_of(other)));
	other[120000] = 'b';
	assert_false(dw_text_is_same_but_space(dw_str_of(heap), dw_str_of(other)));
}

static void places_leave_out_space_and_spelling(void **state)
{
	uint32_t one[9], other[10];

	/* an alef with its hamza, as one character and as two */
	dw_text_places(DW_STR("\xd8\xa3 b\xf0\x9f\x98\x80."), one, 8);
	dw_text_places(DW_STR("\xd8\xa7\xd9\x94\n\n b"), other, 9);
	assert_true(one[0] == 0 && one[1] == 2 && one[2] == 2 && one[3] == 3);
	assert_true(one[4] == 3 && one[5] == 4 && one[6] == 5 && one[8] == 5);
	assert_true(other[1] == 1 && other[2] == 2 && other[5] == 2 && other[6] == 3 &&
		    other[9] == 3);
	dw_text_places(DW_STR(""), one, 0);
	assert_int_equal(one[0], 0);
}

/* Each sentence as from-to, with ! where a figure stands. */
static void assert_sentences(const char *text, const char *want)
{
	struct dw_sentences s = { dw_str_of(text), 0, 0, NULL };
	struct dw_sentence one;
	char got[200] = "";
	size_t n = 0;

	while (dw_sentence_next(&s, &one))
		n += (size_t)snprintf(got + n, sizeof(got) - n, "%s%u-%u%s",
				      n > 0 ? " " : "", one.from, one.to,
				      one.has_figure ? "!" : "");
	assert_string_equal(got, want);
}

/* How many sentences have a figure when `what` is given. */
static unsigned figures_besides(const char *text, const char *what)
{
	struct dw_str t = dw_str_of(text);
	bool given[200] = { false };
	struct dw_sentences s = { t, 0, 0, given };
	struct dw_sentence one;
	unsigned n = 0;

	dw_sentence_give(t, dw_str_of(what), given);
	while (dw_sentence_next(&s, &one))
		n += one.has_figure;
	return n;
}

static void what_is_given_is_no_figure(void **state)
{
	assert_int_equal(figures_besides("Call 0800 1. Or 0800 1!", "0800 1"), 0);
	assert_int_equal(figures_besides("Call 0800 1. Or 0800 2!", "0800 1"), 1);
	assert_int_equal(figures_besides("Call 0800 1 at 5.", "0800 1"), 1);
	assert_int_equal(figures_besides("Tel. 0800 1", "Tel. 0800 1"), 0);
	/* another figure, of which it is a part */
	assert_int_equal(figures_besides("Call 0800 12", "0800 1"), 1);
	assert_int_equal(figures_besides("Call 10800 1", "0800 1"), 1);
	assert_int_equal(figures_besides("ساعت ۱۰:۰۰.", "ساعت ۱۰:۰۰"), 0);
	assert_int_equal(figures_besides("ساعت ۱۰:۰۰۰.", "ساعت ۱۰:۰۰"), 1);
	assert_int_equal(figures_besides("۱۰ ۱۱", "۱۰"), 1);
	assert_int_equal(figures_besides("1", ""), 1);
	assert_int_equal(figures_besides("", "1"), 0);
}

static void sentences_and_their_figures(void **state)
{
	assert_sentences("", "");
	assert_sentences(" \n\t ", "");
	assert_sentences("One. Two 2! Three? Four", "0-4 5-11! 12-18 19-23");
	assert_sentences("It rose by 3.5 percent. Done.", "0-23! 24-29");
	assert_sentences("At 5.\nThen", "0-5! 6-10");
	assert_sentences("Line 1\n\n  Line two", "0-6! 10-18");
	assert_sentences("كم عددهم؟ كانوا ٣٠٠. انتهى", "0-9 10-20! 21-26");
	assert_sentences("ساعت ۱۴ بود۔ تمام", "0-12! 13-17");
	assert_sentences("😀 7. 😀", "0-5! 6-8");
	/* an address is one word; where a blank was forgotten there is an end */
	assert_sentences("Call 112 or press@example.org. Or go.", "0-30! 31-37");
	assert_sentences("اكتبوا إلى www2.example.org. شكرًا", "0-28! 29-34");
	assert_sentences("Nobody is hurt.5 are.Then", "0-15 15-21! 21-25");
	assert_sentences("تم.ثم example.تم", "0-3 3-14 14-16");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_space_and_spelling_are_forgiven),
		cmocka_unit_test(a_heap_of_marks_costs_nothing),
		cmocka_unit_test(places_leave_out_space_and_spelling),
		cmocka_unit_test(sentences_and_their_figures),
		cmocka_unit_test(what_is_given_is_no_figure),
	};

	return cmocka_run_group_tests_name("same", tests, NULL, NULL);
}
