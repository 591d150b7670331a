/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* test_names.c - the snapshot of actors that frames are written with. */
#include "engine/names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static void assert_json(const struct dw_names *n, uint64_t id, const char *want)
{
	char scratch[64];
	struct dw_str got = dw_names_json(n, id, scratch);

	if (!dw_str_eq(got, dw_str_of(want)))
		print_error("got %.*s, want %s\n", (int)got.n, got.p, want);
	assert_true(dw_str_eq(got, dw_str_of(want)));
}

static void actors_are_found_whatever_their_order(void **state)
{
	const struct dw_name list[] = {
		{ 900, DW_NAME_TOKEN, DW_STR("webhook") },
		{ 3, DW_NAME_USER, DW_STR("سارا") },
		{ 17, DW_NAME_USER, DW_STR("a \"b\"\\") },
	};
	struct dw_names *n = dw_names_new(list, 3);

	assert_json(n, 3, "{\"id\":3,\"name\":\"سارا\",\"kind\":\"user\"}");
	assert_json(n, 17, "{\"id\":17,\"name\":\"a \\\"b\\\"\\\\\",\"kind\":\"user\"}");
	assert_json(n, 900, "{\"id\":900,\"name\":\"webhook\",\"kind\":\"token\"}");
	dw_names_unref(n);
}

static void the_system_and_strangers_have_no_name(void **state)
{
	struct dw_names *n = dw_names_new(NULL, 0);

	assert_json(n, 0, "{\"id\":0,\"name\":\"\",\"kind\":\"system\"}");
	assert_json(n, 5, "{\"id\":5,\"name\":\"\",\"kind\":\"user\"}");
	assert_json(n, UINT64_MAX,
		    "{\"id\":18446744073709551615,\"name\":\"\",\"kind\":\"user\"}");
	dw_names_unref(n);
}

static void a_snapshot_copies_and_lives_as_long_as_it_is_held(void **state)
{
	char name[] = "before";
	struct dw_name one = { 1, DW_NAME_USER, { name, 6 } };
	struct dw_names *n = dw_names_new(&one, 1), *held = dw_names_ref(n);

	memcpy(name, "after!", 6);
	dw_names_unref(n);
	assert_json(held, 1, "{\"id\":1,\"name\":\"before\",\"kind\":\"user\"}");
	dw_names_unref(held);
	dw_names_unref(NULL);
}

static void many_actors(void **state)
{
	enum { N = 1000 };
	static struct dw_name list[N];
	static char text[N][8];
	struct dw_names *n;

	for (unsigned i = 0; i < N; i++) {
		/* 7 and N have no common factor: every id from 1 to N once, out of order */
		unsigned id = i * 7 % N + 1;

		snprintf(text[i], sizeof(text[i]), "u%u", id);
		list[i] = (struct dw_name){ id, DW_NAME_USER, dw_str_of(text[i]) };
	}
	n = dw_names_new(list, N);
	for (unsigned id = 1; id <= N; id++) {
		char want[80];

		snprintf(want, sizeof(want),
			 "{\"id\":%u,\"name\":\"u%u\",\"kind\":\"user\"}", id, id);
		assert_json(n, id, want);
	}
	dw_names_unref(n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(actors_are_found_whatever_their_order),
		cmocka_unit_test(the_system_and_strangers_have_no_name),
		cmocka_unit_test(a_snapshot_copies_and_lives_as_long_as_it_is_held),
		cmocka_unit_test(many_actors),
	};

	return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
