/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* test_links.c - the mentions of a room against a plain table of them, and in bulk. */
#include "domain/links.h"

#include "seeded.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define IDS 5000

static struct {
	int64_t at[IDS]; /* 0: not linked */
	size_t n;
} model;

static void assert_as_the_table(const struct dw_links *l)
{
	const struct dw_linked *one = dw_links_from(l, 0);
	uint64_t first = 0;

	assert_int_equal(l->n, model.n);
	for (uint64_t id = 1; id < IDS; id++) {
		if (model.at[id] == 0) {
			assert_null(dw_links_find(l, id));
			continue;
		}
		assert_non_null(one);
		assert_true(one->id == id && one->at == model.at[id]);
		assert_ptr_equal(dw_links_find(l, id), one);
		if (first == 0 || model.at[id] < model.at[first])
			first = id;
		one = dw_links_from(l, id + 1);
	}
	assert_null(one);
	one = dw_links_earliest(l);
	assert_int_equal(one != NULL ? one->id : 0, first);
}

static void play(uint64_t seed, unsigned rounds, unsigned removes)
{
	struct seeded die = { seed };
	struct dw_links l = { 0 };

	memset(&model, 0, sizeof(model));
	for (unsigned i = 0; i < rounds; i++) {
		uint64_t id = 1 + seeded_below(&die, IDS - 1);
		int64_t at = 1 + (int64_t)seeded_below(&die, 300);
		bool was = model.at[id] != 0;

		if (seeded_below(&die, 100) < removes) {
			assert_int_equal(dw_links_remove(&l, id), was);
			model.n -= was;
			model.at[id] = 0;
		} else {
			assert_int_equal(dw_links_add(&l, (struct dw_linked){ id, at }),
					 !was);
			model.n += !was;
			model.at[id] = was ? model.at[id] : at;
		}
		if (i % 997 == 0)
			assert_as_the_table(&l);
	}
	assert_as_the_table(&l);
	dw_links_fini(&l);
	assert_int_equal(l.n, 0);
}

static void as_a_table_would_have_it(void **state)
{
	for (uint64_t seed = 1; seed <= 4; seed++) {
		play(seed, 20000, 20);
		play(seed, 20000, 60);
	}
}

static void nothing_is_in_an_empty_one(void **state)
{
	struct dw_links l = { 0 };

	assert_null(dw_links_find(&l, 1));
	assert_null(dw_links_from(&l, 0));
	assert_null(dw_links_earliest(&l));
	assert_false(dw_links_remove(&l, 1));
	dw_links_fini(&l);
}

/* Blocks stay full when ids rise, and are given back when all go. */
static void in_bulk(void **state)
{
	struct dw_links up = { 0 }, down = { 0 };
	const uint64_t n = 200000;

	for (uint64_t i = 1; i <= n; i++) {
		assert_true(dw_links_add(&up, (struct dw_linked){
						      2 * i, (int64_t)(n - i + 1) }));
		assert_true(dw_links_add(&down, (struct dw_linked){ 2 * (n - i + 1),
								    (int64_t)i }));
	}
	assert_true(up.n == n && down.n == n);
	assert_true(up.n_blocks <= n / 512 + 1 && down.n_blocks <= n / 256 + 1);
	assert_int_equal(dw_links_earliest(&up)->id, 2 * n);
	assert_int_equal(dw_links_earliest(&down)->id, 2 * n);
	assert_int_equal(dw_links_from(&up, 2 * n - 1)->id, 2 * n);
	assert_false(dw_links_add(&up, (struct dw_linked){ 2, 5 }));
	assert_int_equal(dw_links_find(&up, 2)->at, n);
	for (uint64_t i = 1; i <= n; i++) {
		assert_true(dw_links_remove(&up, 2 * i));
		assert_true(dw_links_remove(&down, 2 * i));
	}
	assert_true(up.n == 0 && up.n_blocks == 0 && down.n_blocks == 0);
	dw_links_fini(&up);
	dw_links_fini(&down);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_in_an_empty_one),
		cmocka_unit_test(as_a_table_would_have_it),
		cmocka_unit_test(in_bulk),
	};

	return cmocka_run_group_tests_name("links", tests, NULL, NULL);
}
