/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_blob.c - shared bytes: copied once, freed by whoever lets go last, on any thread.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/blob.h"

#include <pthread.h>

static void holds_a_copy(void **state)
{
	char text[] = "war\0room";
	struct dw_blob *b = dw_blob_new(text, sizeof(text) - 1);

	memset(text, 'x', sizeof(text));
	assert_int_equal(b->len, 8);
	assert_memory_equal(b->data, "war\0room", 9);
	assert_true(dw_str_eq(dw_blob_str(b), dw_str_make("war\0room", 8)));
	dw_blob_unref(b);
	b = dw_blob_new(NULL, 0);
	assert_int_equal(b->len, 0);
	assert_int_equal(b->data[0], 0);
	dw_blob_unref(b);
	dw_blob_unref(NULL);
	assert_int_equal(dw_blob_str(NULL).n, 0);
}

static void lives_as_long_as_a_reference(void **state)
{
	struct dw_blob *b = dw_blob_alloc(3);

	memcpy(b->data, "abc", 3);
	assert_ptr_equal(dw_blob_ref(b), b);
	dw_blob_unref(b);
	assert_string_equal(b->data, "abc");
	dw_blob_unref(b);
}

static void *use(void *data)
{
	struct dw_blob *b = data;
	size_t sum = 0;

	for (int i = 0; i < 20000; i++) {
		struct dw_blob *mine = dw_blob_ref(b);

		sum += (size_t)mine->data[i % 8];
		dw_blob_unref(mine);
	}
	dw_blob_unref(b);
	return (void *)(uintptr_t)sum;
}

/* The sanitizers see it when the count goes wrong. */
static void threads_may_share_it(void **state)
{
	struct dw_blob *b = dw_blob_new("12345678", 8);
	pthread_t threads[4];
	void *sums[4];

	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, use, dw_blob_ref(b)),
				 0);
	dw_blob_unref(b);
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_join(threads[i], &sums[i]), 0);
	for (int i = 1; i < 4; i++)
		assert_ptr_equal(sums[i], sums[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(holds_a_copy),
		cmocka_unit_test(lives_as_long_as_a_reference),
		cmocka_unit_test(threads_may_share_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
