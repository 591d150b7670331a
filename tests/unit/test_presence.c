/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* test_presence.c - who is in which room: coming, going, silence, and how many there may be. */
#include "base/err.h"
#include "engine/presence.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define EXPIRY 30000

static int enter(struct dw_presence *p, uint64_t room, uint64_t user, uint64_t tab,
		 uint64_t now)
{
	return dw_presence_enter(p, room, user, user + 1000, tab, now, (int64_t)now);
}

static bool leave(struct dw_presence *p, uint64_t room, uint64_t user, uint64_t tab)
{
	return dw_presence_leave(p, room, user, user + 1000, tab);
}

static void all_told(struct dw_here_room *r)
{
	for (size_t i = 0; i < r->n; i++)
		r->here[i].is_told = true;
	r->is_owing = false;
}

static void a_person_is_there_once_until_the_last_page_is_gone(void **state)
{
	struct dw_presence p;

	dw_presence_init(&p, EXPIRY);
	assert_null(dw_presence_room(&p, 5));
	assert_int_equal(enter(&p, 5, 1, 10, 0), 1);
	assert_int_equal(enter(&p, 5, 1, 11, 0), 0);
	assert_int_equal(enter(&p, 5, 2, 10, 0), 1);
	assert_int_equal(dw_presence_room(&p, 5)->n, 2);
	assert_false(leave(&p, 5, 1, 10));
	assert_false(leave(&p, 5, 1, 99));
	assert_false(leave(&p, 6, 1, 11));
	assert_int_equal(dw_presence_room(&p, 5)->n, 2);
	assert_true(leave(&p, 5, 1, 11));
	assert_int_equal(dw_presence_room(&p, 5)->here[0].user, 2);
	assert_true(leave(&p, 5, 2, 10));
	assert_null(dw_presence_room(&p, 5));
	assert_int_equal(p.n_here, 0);
	assert_int_equal(p.n_rooms, 0);
	dw_presence_fini(&p);
}

static void silence_ends_it_and_a_word_prolongs_it(void **state)
{
	struct dw_presence p;

	dw_presence_init(&p, EXPIRY);
	assert_int_equal(enter(&p, 5, 1, 10, 0), 1);
	assert_int_equal(enter(&p, 5, 2, 10, 0), 1);
	assert_int_equal(enter(&p, 5, 1, 10, 20000), 0);
	dw_presence_expire(&p, EXPIRY - 1);
	assert_int_equal(dw_presence_room(&p, 5)->n, 2);
	dw_presence_expire(&p, EXPIRY);
	assert_int_equal(dw_presence_room(&p, 5)->n, 1);
	assert_int_equal(dw_presence_room(&p, 5)->here[0].user, 1);
	assert_int_equal(dw_presence_room(&p, 5)->here[0].since, 0);
	dw_presence_expire(&p, 20000 + EXPIRY);
	assert_null(dw_presence_room(&p, 5));
	dw_presence_fini(&p);
}

static void only_a_change_is_told(void **state)
{
	struct dw_here_room *r;
	struct dw_presence p;

	dw_presence_init(&p, EXPIRY);
	(void)enter(&p, 5, 1, 10, 0);
	(void)enter(&p, 5, 2, 10, 0);
	r = dw_presence_room(&p, 5);
	assert_true(r->is_owing && !r->here[0].is_told && !r->here[1].is_told);
	all_told(r);
	(void)enter(&p, 5, 1, 10, 1);
	(void)enter(&p, 5, 1, 11, 1);
	assert_false(leave(&p, 5, 1, 11));
	dw_presence_expire(&p, 2);
	assert_false(r->is_owing);
	dw_presence_owe(&p, 3);
	assert_false(r->is_owing);
	dw_presence_owe(&p, 2);
	assert_true(r->is_owing && r->here[0].is_told && !r->here[1].is_told);
	all_told(r);
	assert_true(leave(&p, 5, 2, 10));
	assert_true(r->is_owing && !r->here[0].is_told);
	dw_presence_fini(&p);
}

static void nobody_can_make_it_large(void **state)
{
	struct dw_presence p;
	uint64_t user = 0;

	dw_presence_init(&p, EXPIRY);
	for (uint64_t i = 0; i < 3 * DW_HERE_SPOTS; i++)
		(void)enter(&p, 1, 1, i, i);
	assert_int_equal(dw_presence_room(&p, 1)->here[0].n_spots, DW_HERE_SPOTS);
	for (user = 2; user <= DW_HERE_IN_ROOM; user++)
		assert_int_equal(enter(&p, 1, user, 0, 0), 1);
	assert_int_equal(enter(&p, 1, user, 0, 0), DW_EBUSY);
	assert_int_equal(enter(&p, 1, 1, 0, 0), 0);
	for (uint64_t room = 2; room <= DW_HERE_ROOMS; room++)
		assert_int_equal(enter(&p, room, 1, 0, 0), 1);
	assert_int_equal(enter(&p, DW_HERE_ROOMS + 1, 1, 0, 0), DW_EBUSY);
	while (p.n_here < DW_HERE_ALL) {
		user++;
		assert_int_equal(enter(&p, 2 + user % 200, user, 0, 0), 1);
	}
	assert_int_equal(enter(&p, 2, user + 1, 0, 0), DW_EBUSY);
	dw_presence_expire(&p, UINT64_MAX);
	assert_int_equal(p.n_here, 0);
	dw_presence_fini(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_person_is_there_once_until_the_last_page_is_gone),
		cmocka_unit_test(silence_ends_it_and_a_word_prolongs_it),
		cmocka_unit_test(only_a_change_is_told),
		cmocka_unit_test(nobody_can_make_it_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
