/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* test_story.c - the demo's story: the same again, in three languages, properly written. */
#include "app/story.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <jansson.h>

#define MANY 3000

static void tell(uint64_t seed, struct dw_buf *b)
{
	struct dw_story *s = dw_story_create(seed);

	dw_buf_init(b, 8u << 20);
	for (int i = 0; i < MANY; i++)
		assert_int_equal(
			dw_story_next(s, i * 0.12, INT64_C(1790000000000000) + i, b), 0);
	dw_story_destroy(s);
}

static void test_same_seed_same_story(void **state)
{
	struct dw_buf a, b, c;

	tell(7, &a);
	tell(7, &b);
	tell(8, &c);
	assert_true(dw_str_eq(dw_buf_str(&a), dw_buf_str(&b)));
	assert_false(dw_str_eq(dw_buf_str(&a), dw_buf_str(&c)));
	dw_buf_fini(&a);
	dw_buf_fini(&b);
	dw_buf_fini(&c);
}

/* No slot is left open, and Persian has its own yeh, kaf and digits. */
static void check_text(const char *text, const char *lang)
{
	assert_null(strchr(text, '{'));
	assert_true(strlen(text) > 10);
	if (strcmp(lang, "fa") != 0)
		return;
	assert_null(strstr(text, "\u064a"));
	assert_null(strstr(text, "\u0643"));
	assert_null(strstr(text, "\u0661"));
}

static void test_every_line_is_a_mention(void **state)
{
	struct dw_str rest, line;
	unsigned ar = 0, fa = 0, en = 0, replies = 0;
	struct dw_buf b;

	tell(1, &b);
	rest = dw_buf_str(&b);
	while (dw_str_split(&rest, '\n', &line)) {
		json_t *o;
		const char *lang;

		if (line.n == 0)
			continue;
		o = json_loadb(line.p, line.n, JSON_REJECT_DUPLICATES, NULL);
		assert_non_null(o);
		lang = json_string_value(json_object_get(o, "lang"));
		assert_non_null(json_string_value(json_object_get(o, "source")));
		assert_non_null(json_string_value(json_object_get(o, "source_id")));
		check_text(json_string_value(json_object_get(o, "text")), lang);
		ar += strcmp(lang, "ar") == 0;
		fa += strcmp(lang, "fa") == 0;
		en += strcmp(lang, "en") == 0;
		replies += json_object_get(o, "in_reply_to") != NULL;
		json_decref(o);
	}
	assert_int_equal(ar + fa + en, MANY);
	assert_true(ar > MANY / 5 && fa > MANY / 5 && en > MANY / 5);
	assert_true(replies > MANY / 20);
	dw_buf_fini(&b);
}

static void test_curve(void **state)
{
	double worst = 0;

	for (double t = 0; t < 1000; t += 0.5) {
		double v = dw_story_intensity(t);

		assert_true(v > 0 && v <= 1);
		worst = v > worst ? v : worst;
	}
	assert_true(worst > 0.9);
	assert_true(dw_story_intensity(5) < 0.3 && dw_story_intensity(900) < 0.3);
	assert_string_not_equal(dw_story_phase(5), dw_story_phase(90));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_seed_same_story),
		cmocka_unit_test(test_every_line_is_a_mention),
		cmocka_unit_test(test_curve),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
