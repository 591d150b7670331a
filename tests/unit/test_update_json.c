/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* test_update_json.c - edits of a draft as JSON: what is taken, what is refused, and where. */
#include "domain/update.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

static void what_is_read_is_written(void **state)
{
	static const struct {
		const char *json, *again;
	} cases[] = {
		{ "[]", "[]" },
		{ " [ 3 ] ", "[3]" },
		{ "[5,[0,\",\"],6]", "[5,[0,\",\"],6]" },
		{ "[[5],6]", "[[5],6]" },
		{ "[[5,\"bye\"],6]", "[[5,\"bye\"],6]" },
		{ "[11,[0,\"\",\"\"]]", "[11,[0,\"\",\"\"]]" },
		{ "[[0,\"!\",\"\",\"line\"]]", "[[0,\"!\",\"\",\"line\"]]" },
		{ "[[2,\"\"],1]", "[[2],1]" },
		{ "[[0,\"\\u200c\\ud83d\\ude00\"]]",
		  "[[0,\"\xe2\x80\x8c\xf0\x9f\x98\x80\"]]" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct dw_arena *a = dw_arena_create();
		struct dw_change c;
		struct dw_fault f;
		struct dw_jsonw w;
		struct dw_buf b;

		assert_int_equal(dw_change_parse(&c, dw_str_of(cases[i].json), a, &f), 0);
		dw_buf_init(&b, 1000);
		dw_jsonw_init(&w, &b);
		dw_change_write(&w, &c);
		assert_int_equal(dw_jsonw_end(&w), 0);
		assert_string_equal(b.p, cases[i].again);
		dw_buf_fini(&b);
		dw_arena_destroy(a);
	}
}

static void lines_are_joined(void **state)
{
	struct dw_arena *a = dw_arena_create();
	struct dw_change c;
	struct dw_fault f;

	assert_int_equal(dw_change_parse(&c, DW_STR("[1,[2,\"a\",\"\",\"b\"],3]"), a, &f),
			 0);
	assert_int_equal(c.n, 3);
	assert_true(c.part[0].is_kept && !c.part[1].is_kept);
	assert_int_equal(c.part[1].n, 2);
	assert_true(dw_str_eq(c.part[1].text, DW_STR("a\n\nb")));
	assert_int_equal(c.part[2].n, 3);
	dw_arena_destroy(a);
}

static void a_wrong_change_is_refused_with_its_place(void **state)
{
	static const struct {
		const char *json;
		int code;
		const char *pointer;
	} cases[] = {
		{ "", DW_EINVAL, "" },
		{ "[1", DW_EINVAL, "" },
		{ "[1] 2", DW_EINVAL, "" },
		{ "{}", DW_EINVAL, "" },
		{ "7", DW_EINVAL, "" },
		{ "[[0,\"\\ud83d\"]]", DW_EINVAL, "" },
		{ "[[0,\"\\u0000\"]]", DW_EINVAL, "" },
		{ "[[0,\"\xff\"]]", DW_EINVAL, "" },
		{ "[-1]", DW_EINVAL, "/0" },
		{ "[1,2.0]", DW_EINVAL, "/1" },
		{ "[1e2]", DW_EINVAL, "/0" },
		{ "[1,null]", DW_EINVAL, "/1" },
		{ "[true]", DW_EINVAL, "/0" },
		{ "[\"3\"]", DW_EINVAL, "/0" },
		{ "[{}]", DW_EINVAL, "/0" },
		{ "[[]]", DW_EINVAL, "/0" },
		{ "[[\"a\"]]", DW_EINVAL, "/0" },
		{ "[[-1]]", DW_EINVAL, "/0" },
		{ "[[[1]]]", DW_EINVAL, "/0" },
		{ "[65537]", DW_EINVAL, "/0" },
		{ "[99999999999999999999]", DW_EINVAL, "" },
		{ "[1,[0,1]]", DW_EINVAL, "/1/1" },
		{ "[1,[0,\"a\",null]]", DW_EINVAL, "/1/2" },
		{ "[1,[0,\"a\\nb\"]]", DW_EUNPROCESSABLE, "/1/1" },
		{ "[1,[0,\"a\",\"\\r\"]]", DW_EUNPROCESSABLE, "/1/2" },
		{ "[0]", DW_EUNPROCESSABLE, "/0" },
		{ "[1,[0]]", DW_EUNPROCESSABLE, "/1" },
		{ "[1,[0,\"\"]]", DW_EUNPROCESSABLE, "/1" },
		{ "[65536,1]", DW_ETOOBIG, "/1" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct dw_arena *a = dw_arena_create();
		struct dw_fault f = { "none", "" };
		struct dw_change c;
		int rc = dw_change_parse(&c, dw_str_of(cases[i].json), a, &f);

		if (rc != cases[i].code || strcmp(f.pointer, cases[i].pointer) != 0)
			fail_msg("%s: %d at '%s', %s", cases[i].json, rc, f.pointer,
				 f.detail);
		assert_true(f.detail[0] != '\0');
		dw_arena_destroy(a);
	}
}

static int parse_updates(const char *json, struct dw_fault *f)
{
	struct dw_arena *a = dw_arena_create();
	struct dw_update *u;
	size_t n;
	int rc = dw_updates_parse(&u, &n, dw_str_of(json), a, f);

	dw_arena_destroy(a);
	return rc;
}

static void updates_say_which_tab(void **state)
{
	static const struct {
		const char *json, *pointer;
	} cases[] = {
		{ "[]", "" },
		{ "{}", "" },
		{ "[7]", "/0" },
		{ "[{\"client\":\"a\"}]", "/0" },
		{ "[{\"client\":\"a\",\"changes\":[],\"effects\":[]}]", "/0" },
		{ "[{\"client\":\"\",\"changes\":[]}]", "/0/client" },
		{ "[{\"client\":\"a b\",\"changes\":[]}]", "/0/client" },
		{ "[{\"client\":7,\"changes\":[]}]", "/0/client" },
		{ "[{\"client\":\"a\",\"changes\":[1]},{\"client\":\"a\",\"changes\":[1,[0,2]]}]",
		  "/1/changes/1/1" },
		{ "[{\"client\":\"a\",\"changes\":7}]", "/0/changes" },
		{ "[{\"client\":\"a\",\"client\":\"b\",\"changes\":[]}]", "" },
	};
	struct dw_arena *a = dw_arena_create();
	struct dw_update *u;
	struct dw_fault f;
	size_t n;

	assert_int_equal(
		dw_updates_parse(&u, &n,
				 DW_STR("[{\"client\":\"k3x\",\"changes\":[2,[0,\"a\"]]},"
					"{\"changes\":[[3]],\"client\":\"k3x\"}]"),
				 a, &f),
		0);
	assert_int_equal(n, 2);
	assert_true(dw_str_eq(u[0].client, DW_STR("k3x")));
	assert_int_equal(u[0].change.n, 2);
	assert_int_equal(u[1].change.part[0].n, 3);
	dw_arena_destroy(a);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		f = (struct dw_fault){ "none", "" };
		assert_int_equal(parse_updates(cases[i].json, &f), DW_EINVAL);
		assert_string_equal(f.pointer, cases[i].pointer);
	}
}

/* `times` updates of `parts` parts each. */
static int parse_many(unsigned times, unsigned parts, size_t blanks)
{
	struct dw_fault f;
	struct dw_buf b;
	int rc;

	dw_buf_init(&b, 1u << 20);
	for (unsigned i = 0; i < times; i++) {
		assert_int_equal(dw_buf_addz(&b, i == 0 ? "[" : ","), 0);
		assert_int_equal(dw_buf_addz(&b, "{\"client\":\"a\",\"changes\":["), 0);
		for (unsigned k = 0; k < parts; k++)
			assert_int_equal(dw_buf_addz(&b, k == 0 ? "1" : ",1"), 0);
		assert_int_equal(dw_buf_addz(&b, "]}"), 0);
	}
	while (blanks-- > 0)
		assert_int_equal(dw_buf_addc(&b, ' '), 0);
	assert_int_equal(dw_buf_addc(&b, ']'), 0);
	rc = parse_updates(b.p, &f);
	dw_buf_fini(&b);
	return rc;
}

static void there_is_a_most_of_everything(void **state)
{
	assert_int_equal(parse_many(DW_UPDATES_MAX, 50, 0), 0); /* 10,000 parts */
	assert_int_equal(parse_many(DW_UPDATES_MAX, 51, 0), DW_ETOOBIG);
	assert_int_equal(parse_many(1, DW_CHANGE_PARTS_MAX, 0), 0);
	assert_int_equal(parse_many(1, DW_CHANGE_PARTS_MAX + 1, 0), DW_ETOOBIG);
	assert_int_equal(parse_many(DW_UPDATES_MAX + 1, 1, 0), DW_ETOOBIG);
	assert_int_equal(parse_many(1, 1, DW_UPDATES_BYTES), DW_ETOOBIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_read_is_written),
		cmocka_unit_test(lines_are_joined),
		cmocka_unit_test(a_wrong_change_is_refused_with_its_place),
		cmocka_unit_test(updates_say_which_tab),
		cmocka_unit_test(there_is_a_most_of_everything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
