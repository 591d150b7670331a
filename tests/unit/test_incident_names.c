/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* test_incident_names.c - the names that a room must not mix up: replaced as a whole, or refused. */
#include "domain/decide.h"
#include "factgen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define LEAD 7

struct table {
	struct dw_incident *s;
	struct dw_plan plan;
	struct dw_fault fault;
	uint64_t seq;
};

static int setup(void **state)
{
	struct table *t = calloc(1, sizeof(*t));
	struct dw_fact f = { .type = DW_EV_INCIDENT_DECLARED, .seq = 100, .room = 100 };

	assert_non_null(t);
	t->s = dw_incident_create();
	t->plan.arena = t->s->arena;
	f.has = DW_HAS(TITLE) | DW_HAS(SEVERITY);
	f.title = DW_STR("Milk is bad");
	f.severity = 2;
	dw_incident_apply(t->s, &f);
	t->seq = 100;
	*state = t;
	return 0;
}

static int teardown(void **state)
{
	struct table *t = *state;

	dw_plan_fini(&t->plan);
	dw_incident_destroy(t->s);
	free(t);
	return 0;
}

/* What the lead's PATCH with those lines comes to, folded as the journal would have it. */
static int give(struct table *t, const char *const *lines, size_t n)
{
	struct dw_command c = { .type = DW_CMD_CHANGE,
				.who = { DW_USER, LEAD, DW_ROLE_LEAD, 0, 1 } };
	struct dw_fact read;
	int rc;

	c.f.has = DW_HAS(NAMES);
	c.f.names.p = dw_arena_alloc(t->s->arena, (n + 1) * sizeof(struct dw_str));
	c.f.names.n = n;
	for (size_t i = 0; i < n; i++)
		c.f.names.p[i] =
			dw_str_of(dw_arena_strdup(t->s->arena, dw_str_of(lines[i])));
	dw_plan_fini(&t->plan);
	memset(&t->fault, 0, sizeof(t->fault));
	rc = dw_decide(&c, t->s, NULL, &t->plan, &t->fault);
	for (size_t i = 0; rc == 0 && i < t->plan.n; i++) {
		t->plan.fact[i].seq = ++t->seq;
		factgen_reread(&read, &t->plan.fact[i], t->s->arena);
		dw_incident_apply(t->s, &read);
	}
	return rc;
}

static const char *const two[] = { "Dana Dairy = دانا للألبان =لبنیات دانا", "Ahvaz" };

static void names_are_replaced_as_a_whole(void **state)
{
	struct table *t = *state;

	assert_int_equal(t->s->names.n, 0);
	assert_int_equal(give(t, two, 2), 0);
	assert_int_equal(t->plan.n, 1);
	assert_int_equal(t->plan.fact[0].type, DW_EV_INCIDENT_CHANGED);
	assert_int_equal(t->plan.fact[0].has, DW_HAS(NAMES));
	assert_int_equal(t->s->names.n, 2);
	assert_true(dw_str_eq(t->s->names.p[0], dw_str_of(two[0])));
	assert_int_equal(t->s->version, t->seq);
	assert_int_equal(give(t, two, 1), 0);
	assert_int_equal(t->s->names.n, 1);
	assert_int_equal(give(t, &two[1], 1), 0);
	assert_true(dw_str_eq(t->s->names.p[0], DW_STR("Ahvaz")));
}

static void the_same_names_are_no_event(void **state)
{
	struct table *t = *state;

	assert_int_equal(give(t, two, 0), 0);
	assert_int_equal(t->plan.n, 0);
	assert_int_equal(give(t, two, 2), 0);
	assert_int_equal(give(t, two, 2), 0);
	assert_int_equal(t->plan.n, 0);
	assert_int_equal(give(t, two, 0), 0);
	assert_int_equal(t->plan.n, 1);
	assert_int_equal(t->s->names.n, 0);
}

static void a_name_without_a_spelling_is_refused(void **state)
{
	static const char *const lines[] = {
		"= b",
		"a = = b",
		"a =",
		"=",
		"\"!\" = b",
		"a\nb",
		"a=b=c=d=e=f=g=h=i",
		"1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17"
	};
	struct table *t = *state;

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		const char *both[] = { "a=b=c=d=e=f=g=h", lines[i] };

		if (give(t, both, 2) != DW_EUNPROCESSABLE)
			fail_msg("%s", lines[i]);
		assert_string_equal(t->fault.pointer, "/names/1");
		assert_true(t->fault.detail[0] != '\0');
		assert_int_equal(t->s->names.n, 0);
	}
}

/* Counted in characters, whatever their bytes. */
static void a_name_has_at_most_300_characters(void **state)
{
	char line[2 * 301 + 1] = "";
	const char *one = line;
	struct table *t = *state;

	for (int i = 0; i < 300; i++)
		strcat(line, "ق");
	assert_int_equal(give(t, &one, 1), 0);
	strcat(line, "ق");
	assert_int_equal(give(t, &one, 1), DW_EUNPROCESSABLE);
	assert_string_equal(t->fault.pointer, "/names/0");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(names_are_replaced_as_a_whole),
		TEST(the_same_names_are_no_event),
		TEST(a_name_without_a_spelling_is_refused),
		TEST(a_name_has_at_most_300_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
