/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_arena.c - pieces of all sizes: zeroed, aligned, apart from each other.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "seeded.h"

#include <stdalign.h>

#define PIECES 300

static bool is_filled(const unsigned char *p, unsigned char with, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i] != with)
			return false;
	}
	return true;
}

static void pieces_are_zeroed_aligned_and_apart(void **state)
{
	struct seeded s = { 2 };

	for (int round = 0; round < 20; round++) {
		struct dw_arena *a = dw_arena_create();
		unsigned char *p[PIECES];
		size_t n[PIECES], sum = 0;

		for (int i = 0; i < PIECES; i++) {
			n[i] = seeded_below(&s, 8) == 0 ? seeded_below(&s, 200000)
							: seeded_below(&s, 200);
			p[i] = dw_arena_alloc(a, n[i]);
			assert_int_equal((uintptr_t)p[i] % alignof(max_align_t), 0);
			assert_true(is_filled(p[i], 0, n[i]));
			memset(p[i], i % 251 + 1, n[i]);
			sum += n[i];
		}
		for (int i = 0; i < PIECES; i++)
			assert_true(is_filled(p[i], (unsigned char)(i % 251 + 1), n[i]));
		assert_true(dw_arena_used(a) >= sum);
		dw_arena_destroy(a);
	}
	dw_arena_destroy(NULL);
}

static void texts_end_in_nul(void **state)
{
	struct dw_arena *a = dw_arena_create();
	char *z = dw_arena_strdup(a, dw_str_make("abcdef", 3));
	struct dw_str s = dw_arena_printf(a, "%s/%d", z, 42), big;

	assert_string_equal(z, "abc");
	assert_string_equal(dw_arena_strdup(a, dw_str_make(NULL, 0)), "");
	assert_string_equal(s.p, "abc/42");
	assert_int_equal(s.n, 6);
	big = dw_arena_printf(a, "%0*d", 100000, 7);
	assert_int_equal(big.n, 100000);
	assert_int_equal(strlen(big.p), 100000);
	dw_arena_destroy(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_are_zeroed_aligned_and_apart),
		cmocka_unit_test(texts_end_in_nul),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
