/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* test_feed_past.c - feeding those who are behind from the store, and what may happen meanwhile. */
#include "feedworld.h"

static void catch_up_stays_in_bounds_when_many_do(void **state)
{
	static struct out many[1000];
	size_t held = 0;

	seed = 4;
	begin(3000, 500, false);
	n_durable = 3000;
	push(3000);
	for (size_t i = 0; i < 1000; i++)
		watch(&many[i], 0, 0); /* sockets that take nothing */
	for (int i = 0; i < 3000; i++) {
		run_work();
		tell_work();
	}
	for (size_t i = 0; i < 1000; i++)
		held += many[i].rest_n;
	assert_true(held > 0);
	assert_true(held < 42u * 1024 * 1024); /* 190 MiB if each had what it likes */
	for (size_t i = 0; i < 1000; i++)
		close_out(&many[i]);
	end();
}

static void lost_rights_end_a_chunk_on_its_way(void **state)
{
	struct dw_type_set few = { { 0, 0 } };
	struct out *o;

	seed = 5;
	begin(3000, 100, false);
	n_durable = 3000;
	push(3000);
	o = watch(&outs[0], 0, 1000);
	run_work();
	tell_work();
	assert_true(o->rest_n > 0);
	settle(o, o->w.cursor);
	dw_type_set_add(&few, DW_EV_SOURCE_ADDED);
	dw_watcher_set_want(&o->w, few);
	assert_true(o->is_ended);
	close_out(o);
	end();
}

static void a_failing_store_ends_the_stream(void **state)
{
	struct out *o;

	seed = 6;
	begin(3000, 100, false);
	n_durable = 3000;
	push(3000);
	o = watch(&outs[0], 0, 1000);
	store_rc = DW_EIO;
	run_work();
	tell_work();
	assert_true(o->is_ended);
	assert_int_equal(dw_feed_stats(feed)->catchup_failures, 1);
	close_out(o);
	o = watch(&outs[1], 0, 1000);
	store_rc = 0;
	hole = 1; /* rather than ask for ever */
	run_work();
	tell_work();
	assert_true(o->is_ended);
	assert_int_equal(dw_feed_stats(feed)->catchup_failures, 2);
	close_out(o);
	end();
}

static void leaving_while_the_store_is_read_is_fine(void **state)
{
	struct out *o;

	seed = 7;
	begin(3000, 100, false);
	n_durable = 3000;
	push(3000);
	o = watch(&outs[0], 0, 1000);
	run_work();
	close_out(o);
	memset(o, 0xa5, sizeof(*o)); /* nobody looks at it any more */
	tell_work();
	assert_true(dw_list_empty(&queue));
	memset(o, 0, sizeof(*o));
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(catch_up_stays_in_bounds_when_many_do),
		cmocka_unit_test(lost_rights_end_a_chunk_on_its_way),
		cmocka_unit_test(a_failing_store_ends_the_stream),
		cmocka_unit_test(leaving_while_the_store_is_read_is_fine),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
