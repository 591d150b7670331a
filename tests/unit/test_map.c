/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_map.c - the map against a list that is searched from end to end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/map.h"
#include "seeded.h"

#define KEYS 200

/* key i: its length goes from nothing to well beyond what a slot holds */
static struct dw_str key_at(size_t i, char *buf)
{
	size_t n = i % 40;

	memset(buf, (int)('a' + i / 40), n);
	return dw_str_make(buf, n);
}

static void check_all(const struct dw_map *m, void *const *model)
{
	bool seen[KEYS] = { false };
	size_t it = 0, n = 0, count = 0;
	struct dw_str key;
	void *value;

	while (dw_map_next(m, &it, &key, &value)) {
		size_t i = key.n == 0 ? 0 : (size_t)(key.p[0] - 'a') * 40 + key.n;

		assert_true(i < KEYS && !seen[i]);
		seen[i] = true;
		assert_ptr_equal(value, model[i]);
		n++;
	}
	for (size_t i = 0; i < KEYS; i++)
		count += model[i] != NULL;
	assert_int_equal(n, count);
	assert_int_equal(dw_map_count(m), count);
}

static void behaves_as_a_list(void **state)
{
	struct seeded s = { 3 };
	static char values[1000];
	char buf[64];

	for (int round = 0; round < 20; round++) {
		struct dw_map *m = dw_map_create();
		void *model[KEYS] = { NULL };

		for (int i = 0; i < 2000; i++) {
			size_t k = seeded_below(&s, KEYS);
			void *value = &values[seeded_below(&s, sizeof(values))];
			struct dw_str key = key_at(k, buf);

			if (key.n == 0) /* five of the keys would be the empty one */
				k = 0;
			assert_ptr_equal(dw_map_get(m, key), model[k]);
			if (seeded_below(&s, 5) < 3) {
				assert_ptr_equal(dw_map_put(m, key, value), model[k]);
				model[k] = value;
			} else {
				assert_ptr_equal(dw_map_remove(m, key), model[k]);
				model[k] = NULL;
			}
			memset(buf, '!', sizeof(buf)); /* the map has its own copy */
			if (i % 100 == 0)
				check_all(m, model);
		}
		check_all(m, model);
		dw_map_destroy(m);
	}
	dw_map_destroy(NULL);
}

static void numbers_are_keys(void **state)
{
	struct dw_map *m = dw_map_create();
	static char values[5000];

	for (uint64_t i = 0; i < sizeof(values); i++)
		assert_null(dw_map_put_u64(m, i * 4096, &values[i]));
	assert_int_equal(dw_map_count(m), sizeof(values));
	for (uint64_t i = 0; i < sizeof(values); i += 2)
		assert_ptr_equal(dw_map_remove_u64(m, i * 4096), &values[i]);
	for (uint64_t i = 0; i < sizeof(values); i++)
		assert_ptr_equal(dw_map_get_u64(m, i * 4096),
				 i % 2 == 1 ? &values[i] : NULL);
	assert_null(dw_map_get_u64(m, UINT64_MAX));
	assert_null(dw_map_remove_u64(m, 0));
	dw_map_destroy(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(behaves_as_a_list),
		cmocka_unit_test(numbers_are_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
