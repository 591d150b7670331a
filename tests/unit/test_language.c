/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_language.c - guessing the language: single cases, any bytes, and how often it is right over
 * real texts where their folder is there (DIWAN_DATA or ../shared/data).
 */
#include "seeded.h"
#include "text/language.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glob.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

static const char *guess(const char *text)
{
	struct dw_str s = dw_language_guess(dw_str_of(text));

	return s.p != NULL ? s.p : "none";
}

static void test_cases(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "Is it true that the plant leaks?", "en" },
		{ "service down again", "en" },
		{ "آیا نشت واقعی است؟", "fa" },
		{ "اين سرويس كه خيلي بد بود", "fa" }, /* on an Arabic keyboard */
		{ "می‌خواهم برگردانم", "fa" },
		{ "هل انقطعت الخدمة في المدينة؟", "ar" },
		{ "الخِدْمَةُ سيّئة", "ar" },
		{ "ممتاز", "ar" },
		{ "سلام", "none" }, /* said in both */
		{ "@کاربر https://example.org/از/که the plant leaks", "en" },
		{ "چرا آنتن iPhone 15 Pro نمی‌دهد", "fa" },
		{ "Karkheh کرخه Karkheh کرخه", "none" },
		{ "میں نے یہ نہیں کہا کہ ٹھیک ہے", "none" }, /* Urdu */
		{ "من نەمزانی ئەوە چییە", "none" },	     /* Kurdish */
		{ "La planta de agua no funciona por el temblor", "none" },
		{ "Das ist nicht gut und die Anlage ist kaputt", "none" },
		{ "Протечка на станции", "none" },
		{ "水漏れは本当ですか", "none" },
		{ "", "none" },
		{ "x", "none" },
		{ "😡😡😡 12345", "none" },
		{ "\xff\xfe\xd8", "none" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (strcmp(guess(cases[i].text), cases[i].want) != 0)
			fail_msg("'%s': %s, wanted %s", cases[i].text,
				 guess(cases[i].text), cases[i].want);
}

/* Each of these decides by itself, wherever in its table it stands. */
static void test_words_count(void **state)
{
	static const char *const fa[] = {
		"از", "در", "را", "هم", "شد", "تا", "بر", "رو"
	};
	static const char *const ar[] = {
		"من", "في", "ان", "مع", "لم", "يا", "ما", "هو"
	};
	char text[100];

	for (size_t i = 0; i < 8; i++) {
		snprintf(text, sizeof(text), "سد %s سد", fa[i]);
		assert_string_equal(guess(text), "fa");
		snprintf(text, sizeof(text), "سد %s سد", ar[i]);
		assert_string_equal(guess(text), "ar");
	}
	/* Two of another language against one of English. */
	assert_string_equal(guess("the temblor por el"), "none");
	assert_string_equal(guess("the temblor when el"), "en");
}

static void test_any_bytes(void **state)
{
	struct seeded seed = { 1 };
	char text[300];

	for (int i = 0; i < 20000; i++) {
		size_t n = (size_t)seeded_below(&seed, sizeof(text));
		struct dw_str s;

		seeded_fill(&seed, text, n);
		s = dw_language_guess(dw_str_make(text, n));
		assert_true(s.p == NULL || s.n == 2);
	}
}

/* ---- real ---- */

struct score {
	unsigned all, right, none;
};

static void score_file(const char *path, struct score *s)
{
	char line[65536];
	gzFile f = gzopen(path, "r");

	assert_non_null(f);
	while (gzgets(f, line, sizeof(line)) != NULL) {
		json_t *o = json_loads(line, 0, NULL);
		const char *lang = json_string_value(json_object_get(o, "lang"));
		const char *text = json_string_value(json_object_get(o, "text"));

		if (lang != NULL && text != NULL && strcmp(lang, "und") != 0) {
			const char *said = guess(text);

			s->all++;
			s->right += strcmp(said, lang) == 0;
			s->none += strcmp(said, "none") == 0;
		}
		json_decref(o);
	}
	gzclose(f);
}

static void test_real(void **state)
{
	const char *dir = getenv("DIWAN_DATA");
	struct score s = { 0, 0, 0 };
	char pattern[500];
	glob_t found;

	snprintf(pattern, sizeof(pattern), "%s/*.jsonl.gz",
		 dir != NULL ? dir : "../shared/data");
	if (glob(pattern, 0, NULL, &found) != 0)
		skip();
	for (size_t i = 0; i < found.gl_pathc; i++)
		score_file(found.gl_pathv[i], &s);
	globfree(&found);
	print_message(
		"language of %u mentions: %.2f %% right, %.2f %% not certain, %.2f %% "
		"wrong\n",
		s.all, 100.0 * s.right / s.all, 100.0 * s.none / s.all,
		100.0 * (s.all - s.right - s.none) / s.all);
	assert_true(s.right * 1000.0 >= s.all * 985.0);
	assert_true((s.all - s.right - s.none) * 1000.0 <= s.all * 4.0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_words_count),
		cmocka_unit_test(test_any_bytes),
		cmocka_unit_test(test_real),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
