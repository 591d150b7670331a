/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* test_feed.c - what is new goes to everybody, in one write, and nobody waits for another. */
#include "feedworld.h"

static void all_that_waits_goes_out_in_one_write(void **state)
{
	struct out *o;
	uint64_t before;

	seed = 1;
	begin(200, 40, false);
	o = watch(&outs[0], 0, SIZE_MAX / 2);
	before = dw_feed_stats(feed)->writes;
	n_durable = 200;
	for (int i = 0; i < 20; i++)
		push(10);
	turn();
	assert_int_equal(dw_feed_stats(feed)->writes, before + 1);
	assert_int_equal(dw_feed_stats(feed)->deliveries, 200);
	assert_null(posted);
	settle(o, 200);
	check_out(o, true);
	o->got.len = o->want.len = 0;
	close_out(o);
	end();
}

static void deliveries_are_counted_once_however_short_the_writes(void **state)
{
	struct out *o;

	seed = 2;
	begin(100, 40, false);
	o = watch(&outs[0], 0, 0);
	n_durable = 100;
	push(100);
	while (o->w.cursor < 100 || o->rest_n > 0) {
		o->room = 700;
		turn();
		drain(o);
	}
	assert_int_equal(dw_feed_stats(feed)->deliveries, 100);
	settle(o, 100);
	check_out(o, true);
	o->got.len = o->want.len = 0;
	close_out(o);
	end();
}

/* A turn serves so many and no more; those who waited longest come first. */
static void nobody_starves(void **state)
{
	static struct out many[1000];
	size_t turns = 0;

	seed = 3;
	begin(1000, 40, false);
	n_durable = 1000;
	for (size_t i = 0; i < 1000; i++)
		watch(&many[i], 0, SIZE_MAX / 2);
	while (dw_feed_stats(feed)->writes < 1000) {
		push(1);
		turn();
		assert_true(++turns <= 8);
		assert_true(dw_feed_stats(feed)->writes <= 128 * turns);
	}
	for (size_t i = 0; i < 1000; i++) {
		assert_true(many[i].w.cursor > 0);
		close_out(&many[i]);
	}
	posted = NULL;
	end();
}

/* Let it take so much that it is known to read. */
static void prove(struct out *o)
{
	while (o->w.flowed < 96u * 1024) {
		push(20);
		while (posted != NULL)
			turn();
	}
}

static void who_reads_goes_before_who_has_just_come(void **state)
{
	static struct out fresh[500];
	struct out *o;
	uint64_t seq;

	seed = 4;
	begin(3000, 100, false);
	n_durable = 3000;
	o = watch(&outs[0], 0, SIZE_MAX / 2);
	prove(o);
	for (size_t i = 0; i < 500; i++)
		watch(&fresh[i], n_pushed, SIZE_MAX / 2);
	push(1);
	turn(); /* the new ones wait in a long line */
	assert_true(fresh[0].w.cursor == n_pushed && fresh[400].w.cursor < n_pushed);
	for (int i = 0; i < 5; i++) {
		push(1);
		turn();
		assert_int_equal(o->w.cursor, n_pushed);
	}
	seq = n_pushed;
	for (int i = 0; i < 20; i++) { /* and are served all the same, while more comes */
		push(1);
		turn();
	}
	for (size_t i = 0; i < 500; i++)
		assert_true(fresh[i].w.cursor >= seq - 5);
	for (size_t i = 0; i < 500; i++)
		close_out(&fresh[i]);
	close_out(o);
	posted = NULL;
	end();
}

/* 300 who are known to read and 200 who have just come. */
static void begin_mixed(struct out *proven, struct out *fresh)
{
	begin(3000, 100, false);
	n_durable = 3000;
	for (size_t i = 0; i < 300; i++)
		watch(&proven[i], 0, SIZE_MAX / 2);
	for (size_t i = 0; i < 300; i++)
		prove(&proven[i]);
	for (size_t i = 0; i < 200; i++)
		watch(&fresh[i], n_pushed, SIZE_MAX / 2);
}

static void end_mixed(struct out *proven, struct out *fresh)
{
	for (size_t i = 0; i < 300; i++)
		close_out(&proven[i]);
	for (size_t i = 0; i < 200; i++)
		close_out(&fresh[i]);
	posted = NULL;
	end();
}

static size_t n_up_to_date(const struct out *o, size_t n)
{
	size_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += o[i].w.cursor == n_pushed;
	return sum;
}

static void all_who_read_are_served_before_any_who_have_just_come(void **state)
{
	static struct out proven[300], fresh[200];

	seed = 6;
	begin_mixed(proven, fresh);
	push(1);
	turn();
	assert_int_equal(n_up_to_date(proven, 300), 128);
	turn();
	assert_int_equal(n_up_to_date(proven, 300), 256);
	assert_int_equal(n_up_to_date(fresh, 200), 0);
	turn();
	assert_int_equal(n_up_to_date(proven, 300), 300);
	assert_int_equal(n_up_to_date(fresh, 200), 64);
	for (int i = 0; i < 3; i++)
		turn();
	assert_int_equal(n_up_to_date(fresh, 200), 200);
	end_mixed(proven, fresh);
}

/* Where those who read never have everything, the others get their share all the same. */
static void who_has_just_come_does_not_wait_for_ever(void **state)
{
	static struct out proven[300], fresh[200];
	uint64_t seq;

	seed = 7;
	begin_mixed(proven, fresh);
	seq = n_pushed + 1;
	for (int i = 0; i < 7 + (200 + 63) / 64; i++) {
		push(1);
		turn();
		assert_true(n_up_to_date(proven, 300) < 300);
	}
	for (size_t i = 0; i < 200; i++)
		assert_true(fresh[i].w.cursor >= seq);
	end_mixed(proven, fresh);
}

static void who_is_held_up_stands_with_the_new_ones(void **state)
{
	static struct out fresh[200];
	struct out *o;

	seed = 5;
	begin(3000, 100, false);
	n_durable = 3000;
	o = watch(&outs[0], 0, SIZE_MAX / 2);
	watch(&outs[1], 0, SIZE_MAX / 2);
	prove(o);
	for (size_t i = 0; i < 200; i++)
		watch(&fresh[i], n_pushed, SIZE_MAX / 2);
	o->room = 10;
	push(1);
	while (posted != NULL)
		turn();
	o->room = SIZE_MAX / 2;
	drain(o);
	assert_int_equal(o->w.cursor, n_pushed);
	push(1);
	turn(); /* of those who waited as long, this one came last */
	assert_true(outs[1].w.cursor == n_pushed);
	assert_true(o->w.cursor < n_pushed);
	for (size_t i = 0; i < 200; i++)
		close_out(&fresh[i]);
	close_out(o);
	close_out(&outs[1]);
	posted = NULL;
	end();
}

static void a_restart_fills_the_ring(void **state)
{
	struct dw_err err = { 0 };
	struct out *o;

	seed = 8;
	begin(300, 40, false);
	dw_feed_destroy(feed);
	n_durable = n_pushed = 300;
	assert_int_equal(dw_feed_create(&feed, &engine, RING_BYTES, NULL), 0);
	assert_int_equal(dw_feed_fill(feed, NULL, NULL), 0);
	assert_int_equal(dw_feed_stats(feed)->ring_last, 300);
	o = watch(&outs[0], 250, SIZE_MAX / 2);
	turn();
	assert_true(dw_list_empty(&queue));
	settle(o, 300);
	check_out(o, true);
	o->got.len = o->want.len = 0;
	close_out(o);
	dw_feed_destroy(feed);
	hole = 17;
	assert_int_equal(dw_feed_create(&feed, &engine, RING_BYTES, NULL), 0);
	assert_int_equal(dw_feed_fill(feed, NULL, &err), DW_ECORRUPT);
	end();
}

static void a_beat_moves_the_position_of_a_narrow_filter(void **state)
{
	struct dw_type_set none = { { 0, 0 } };
	struct out *o;

	seed = 9;
	begin(100, 40, false);
	n_durable = 100;
	o = watch(&outs[0], 0, SIZE_MAX / 2);
	dw_watcher_set_want(&o->w, none);
	push(100);
	turn();
	assert_int_equal(o->got.len, 0);
	dw_watcher_beat(&o->w);
	assert_string_equal(o->got.p, "id: 100\n\nevent: hb\ndata: {}\n\n");
	/* a beat that the socket does not take whole is finished before anything else */
	o->room = 5;
	dw_watcher_beat(&o->w);
	assert_int_equal(o->rest_n, 24);
	assert_false(dw_watcher_say(&o->w, DW_STR("event: say\ndata: {}\n\n")));
	o->room = SIZE_MAX / 2;
	drain(o);
	assert_true(dw_watcher_say(&o->w, DW_STR("event: say\ndata: {}\n\n")));
	close_out(o);
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_that_waits_goes_out_in_one_write),
		cmocka_unit_test(deliveries_are_counted_once_however_short_the_writes),
		cmocka_unit_test(nobody_starves),
		cmocka_unit_test(who_reads_goes_before_who_has_just_come),
		cmocka_unit_test(all_who_read_are_served_before_any_who_have_just_come),
		cmocka_unit_test(who_has_just_come_does_not_wait_for_ever),
		cmocka_unit_test(who_is_held_up_stands_with_the_new_ones),
		cmocka_unit_test(a_restart_fills_the_ring),
		cmocka_unit_test(a_beat_moves_the_position_of_a_narrow_filter),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
