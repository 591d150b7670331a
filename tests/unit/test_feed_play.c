/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_feed_play.c - a play of hundreds of seeds: the ring moves while the store is being read,
 * rights change in mid-flight, sockets take a few bytes at a time, and a run repeats exactly from
 * its seed (printed when it fails).
 */
#include "feedworld.h"

static struct dw_type_set random_want(void)
{
	struct dw_type_set s = { { 0, 0 } };

	if (below(2) == 0)
		return dw_type_set_all();
	for (size_t i = 0; i < 4; i++)
		if (below(2) == 0)
			dw_type_set_add(&s, types[i]);
	return s;
}

static void open_out(struct out *o)
{
	uint64_t after = below(3) == 0 ? n_pushed : below(n_pushed + 1);

	memset(o, 0, sizeof(*o));
	dw_buf_init(&o->got, 64u * 1024 * 1024);
	dw_buf_init(&o->want, 64u * 1024 * 1024);
	o->is_open = true;
	o->settled = after;
	o->w.ops = &out_ops;
	o->w.out = o;
	o->room = below(100000);
	dw_feed_watch(feed, &o->w, after, random_want(),
		      below(4) == 0 ? 1 + below(2) : 0);
}

static void change_want(struct out *o)
{
	settle(o, o->w.cursor);
	dw_watcher_set_want(&o->w, random_want());
}

static void move_out(struct out *o)
{
	if (!o->is_open) {
		if (below(3) == 0)
			open_out(o);
		return;
	}
	if (o->is_ended || below(150) == 0) {
		close_out(o);
		return;
	}
	CHECK(o->w.cursor <= n_pushed); /* nothing ahead of the tail */
	switch (below(8)) {
	case 0:
		change_want(o);
		break;
	case 1:
		dw_watcher_beat(&o->w);
		break;
	case 2:
		(void)dw_watcher_say(&o->w, DW_STR("event: say\ndata: {}\n\n"));
		break;
	case 3:
		o->room += below(4) == 0 ? below(300000) : below(700);
		break;
	default:
		drain(o);
		break;
	}
}

static void move(size_t n_events)
{
	switch (below(6)) {
	case 0:
		n_durable += below(40);
		if (n_durable > n_events)
			n_durable = n_events;
		break;
	case 1:
		push(below(60));
		break;
	case 2:
		turn();
		break;
	case 3:
		run_work();
		break;
	case 4:
		tell_work();
		break;
	default:
		move_out(&outs[below(N_OUTS)]);
		break;
	}
}

static bool is_quiet(void)
{
	if (posted != NULL || !dw_list_empty(&queue) || !dw_list_empty(&ran))
		return false;
	for (size_t i = 0; i < N_OUTS; i++)
		if (outs[i].is_open && (outs[i].rest_n > 0 || outs[i].is_ended))
			return false;
	return true;
}

/* Everyone reads as fast as they can until there is nothing left to do. */
static void finish(size_t n_events)
{
	may_break = false;
	n_durable = n_events;
	push(n_events);
	for (size_t steps = 0; !is_quiet(); steps++) {
		CHECK(steps < 100000);
		turn();
		run_work();
		tell_work();
		for (size_t i = 0; i < N_OUTS; i++) {
			struct out *o = &outs[i];

			o->room = SIZE_MAX / 2;
			if (o->is_open && o->is_ended)
				close_out(o);
			else
				drain(o);
		}
	}
}

static void play(size_t n_events, size_t n_moves)
{
	begin(n_events, 40, true);
	may_break = true;
	for (size_t i = 0; i < n_moves; i++)
		move(n_events);
	finish(n_events);
	for (size_t i = 0; i < N_OUTS; i++) {
		struct out *o = &outs[i];

		if (!o->is_open)
			continue;
		CHECK(o->w.cursor == n_events);
		settle(o, n_events);
		check_out(o, true);
		o->got.len = 0;
		o->want.len = 0;
		close_out(o);
	}
	CHECK(dw_feed_stats(feed)->watchers == 0);
	end();
}

static void everyone_gets_exactly_what_they_want(void **state)
{
	const char *soak = getenv("DIWAN_SOAK");
	uint64_t runs = soak != NULL ? 20000 : 100;

	for (seed = 1; seed <= runs; seed++)
		play(200 + seed % 1800, 3000 + seed % 7 * 2000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everyone_gets_exactly_what_they_want),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
