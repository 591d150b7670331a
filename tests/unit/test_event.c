/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* test_event.c - the catalogue of events and sets of types. */
#include "domain/event.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void every_type_is_found_by_its_name(void **state)
{
	for (unsigned t = 0; t < DW_EV_COUNT; t++) {
		const struct dw_event_info *i = dw_event_info((enum dw_event_type)t);
		const char *dot = strchr(i->name, '.');

		assert_int_equal(dw_event_by_name(dw_str_of(i->name)), t);
		assert_true(i->version >= 1);
		assert_true((unsigned)i->class < DW_CLASS_COUNT);
		assert_true(dot != NULL && dot > i->name && dot[1] != '\0');
		assert_null(strchr(dot + 1, '.'));
		assert_true(strlen(i->name) <= 64);
	}
}

static void an_unknown_name_is_for_admins(void **state)
{
	static const char *const names[] = { "",
					     "mention",
					     "mention.",
					     "mention.addedx",
					     "Mention.added",
					     "later.invented" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(dw_event_by_name(dw_str_of(names[i])), DW_EV_UNKNOWN);
	assert_int_equal(dw_event_info(DW_EV_UNKNOWN)->class, DW_CLASS_SECURITY);
}

static void the_catalogue_says_what_is_an_object(void **state)
{
	assert_int_equal(dw_event_info(DW_EV_MENTION_ADDED)->flags, DW_EVF_OBJECT);
	assert_int_equal(dw_event_info(DW_EV_SESSION_ENDED)->flags, DW_EVF_NONE);
	assert_int_equal(dw_event_info(DW_EV_SOURCE_ADDED)->class, DW_CLASS_SOURCE);
	assert_int_equal(dw_event_info(DW_EV_BACKUP_MADE)->class, DW_CLASS_SYSTEM);
}

static size_t count(const struct dw_type_set *s)
{
	size_t n = 0;

	for (unsigned t = 0; t <= DW_EV_UNKNOWN; t++)
		n += dw_type_set_has(s, (enum dw_event_type)t);
	return n;
}

static void nouns_and_full_types_make_a_set(void **state)
{
	struct dw_type_set s;
	struct dw_err err = { 0 };

	assert_int_equal(dw_type_set_parse(DW_STR("mention"), &s, &err), 0);
	assert_int_equal(count(&s), 5);
	assert_true(dw_type_set_has(&s, DW_EV_MENTION_ADDED));
	assert_true(dw_type_set_has(&s, DW_EV_MENTION_CHANGED));
	assert_int_equal(
		dw_type_set_parse(DW_STR("source.added,mention.changed"), &s, &err), 0);
	assert_int_equal(count(&s), 2);
	assert_true(dw_type_set_has(&s, DW_EV_SOURCE_ADDED));
	assert_true(dw_type_set_has(&s, DW_EV_MENTION_CHANGED));
	assert_int_equal(dw_type_set_parse(DW_STR("user,user.added"), &s, &err), 0);
	assert_int_equal(count(&s), 5);
}

static void a_wrong_part_is_named(void **state)
{
	static const struct {
		const char *list, *says;
	} bad[] = {
		{ "", "empty" },
		{ "mention,", "empty" },
		{ ",mention", "empty" },
		{ "mention,,user", "empty" },
		{ "mentio", "'mentio'" },
		{ "mention,nosuch.thing", "'nosuch.thing'" },
		{ "mention.", "'mention.'" },
		{ "mention ", "'mention '" },
		{ "unknown", "'unknown'" },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct dw_type_set s = { { 7, 7 } };
		struct dw_err err = { 0 };

		assert_int_equal(dw_type_set_parse(dw_str_of(bad[i].list), &s, &err),
				 DW_EINVAL);
		assert_non_null(strstr(err.msg, bad[i].says));
		assert_true(s.w[0] == 7 && s.w[1] == 7);
	}
}

static void sets_are_sets(void **state)
{
	struct dw_type_set all = dw_type_set_all(), a = { { 0, 0 } }, b = { { 0, 0 } },
			   both;

	assert_true(dw_type_set_has(&all, DW_EV_UNKNOWN));
	assert_int_equal(count(&all), DW_EV_COUNT + 1);
	dw_type_set_add(&a, DW_EV_USER_ADDED);
	dw_type_set_add(&a, DW_EV_TOKEN_ADDED);
	dw_type_set_add(&b, DW_EV_TOKEN_ADDED);
	both = dw_type_set_and(a, b);
	assert_int_equal(count(&both), 1);
	assert_true(dw_type_set_has(&both, DW_EV_TOKEN_ADDED));
	assert_true(dw_type_set_within(&b, &a));
	assert_false(dw_type_set_within(&a, &b));
	assert_true(dw_type_set_within(&a, &all));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type_is_found_by_its_name),
		cmocka_unit_test(an_unknown_name_is_for_admins),
		cmocka_unit_test(the_catalogue_says_what_is_an_object),
		cmocka_unit_test(nouns_and_full_types_make_a_set),
		cmocka_unit_test(a_wrong_part_is_named),
		cmocka_unit_test(sets_are_sets),
	};

	return cmocka_run_group_tests_name("event", tests, NULL, NULL);
}
