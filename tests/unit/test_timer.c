/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_timer.c - deadlines of several lengths: never early, none lost; started, moved and
 * stopped at will, also from each other.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rt/timer.h"
#include "seeded.h"

#define RESOLUTION 5u
#define MANY 200

struct mine {
	struct dw_deadline deadline;
	struct rig *rig;
	struct mine *stops, *starts;
	uint64_t started, fired;
	unsigned length;
	int runs;
};

struct rig {
	struct dw_loop loop;
	struct dw_timers *timers;
};

static void on_due(struct dw_deadline *d)
{
	struct mine *m = DW_CONTAINER_OF(d, struct mine, deadline);

	m->fired = uv_now(&m->rig->loop.uv);
	m->runs++;
	if (m->stops != NULL)
		dw_deadline_stop(&m->stops->deadline);
	if (m->starts != NULL && m->runs < 3)
		dw_deadline_start(m->rig->timers,
				  dw_timers_class(m->rig->timers, m->starts->length),
				  &m->starts->deadline);
}

static void start(struct mine *m, struct rig *r, unsigned length)
{
	m->rig = r;
	m->length = length;
	m->started = uv_now(&r->loop.uv);
	dw_deadline_start(r->timers, dw_timers_class(r->timers, length), &m->deadline);
}

static void up(struct rig *r)
{
	assert_int_equal(dw_loop_init(&r->loop, NULL), 0);
	r->timers = dw_timers_create(&r->loop, RESOLUTION);
}

static void down(struct rig *r)
{
	dw_timers_close(r->timers);
	dw_loop_close(&r->loop);
	dw_loop_run(&r->loop);
	dw_loop_fini(&r->loop);
}

static void none_comes_early_and_none_is_lost(void **state)
{
	static const unsigned lengths[] = { 0, 1, 7, 20, 40 };
	static struct mine m[MANY];
	struct seeded s = { 10 };
	struct rig r;

	up(&r);
	for (int i = 0; i < MANY; i++) {
		dw_deadline_init(&m[i].deadline, on_due);
		start(&m[i], &r, lengths[seeded_below(&s, 5)]);
	}
	for (int i = 0; i < MANY;
	     i++) { /* some are moved to another class, some stopped */
		if (i % 3 == 0)
			start(&m[i], &r, lengths[seeded_below(&s, 5)]);
		if (i % 7 == 0)
			dw_deadline_stop(&m[i].deadline);
	}
	dw_loop_run(&r.loop); /* ends when the last one has fired */
	for (int i = 0; i < MANY; i++) {
		assert_int_equal(m[i].runs, i % 7 == 0 ? 0 : 1);
		assert_int_equal(m[i].deadline.at_ms, 0);
		if (i % 7 != 0)
			assert_true(m[i].fired >= m[i].started + m[i].length);
	}
	down(&r);
}

static void shorter_ones_overtake(void **state)
{
	struct mine slow = { 0 }, quick = { 0 };
	struct rig r;

	up(&r);
	dw_deadline_init(&slow.deadline, on_due);
	dw_deadline_init(&quick.deadline, on_due);
	start(&slow, &r, 600000);
	start(&quick, &r, 10);
	quick.stops = &slow; /* or we would wait for ten minutes */
	dw_loop_run(&r.loop);
	assert_int_equal(quick.runs, 1);
	assert_int_equal(slow.runs, 0);
	down(&r);
}

static void due_ones_may_touch_each_other(void **state)
{
	struct mine a = { 0 }, b = { 0 }, c = { 0 };
	struct rig r;

	up(&r);
	dw_deadline_init(&a.deadline, on_due);
	dw_deadline_init(&b.deadline, on_due);
	dw_deadline_init(&c.deadline, on_due);
	start(&a, &r, 10);
	start(&b, &r, 10);
	start(&c, &r, 0);
	a.stops = &b; /* due in the same moment */
	c.starts = &c;
	dw_deadline_stop(&b.deadline);
	start(&b, &r, 10);
	dw_loop_run(&r.loop);
	assert_int_equal(a.runs, 1);
	assert_int_equal(b.runs, 0);
	assert_int_equal(c.runs, 3);
	down(&r);
}

/* Turns of the loop are counted; a turn with a hundred ends would keep everybody else waiting. */
static unsigned fired_in_turn, most_in_turn;

static void on_counted(struct dw_deadline *d)
{
	on_due(d);
	if (++fired_in_turn > most_in_turn)
		most_in_turn = fired_in_turn;
}

static void on_turn(uv_prepare_t *p)
{
	(void)p;
	fired_in_turn = 0;
}

static void a_crowd_does_not_end_in_one_turn(void **state)
{
	static struct mine m[MANY];
	struct mine other = { 0 };
	uv_prepare_t turn;
	struct rig r;

	most_in_turn = 0;
	up(&r);
	assert_int_equal(uv_prepare_init(&r.loop.uv, &turn), 0);
	assert_int_equal(uv_prepare_start(&turn, on_turn), 0);
	uv_unref((uv_handle_t *)&turn);
	for (int i = 0; i < MANY; i++) {
		m[i] = (struct mine){ 0 };
		dw_deadline_init(&m[i].deadline, on_counted);
		start(&m[i], &r, 10);
	}
	dw_deadline_init(&other.deadline, on_due);
	start(&other, &r, 7);
	dw_loop_run(&r.loop);
	for (int i = 0; i < MANY; i++) {
		assert_int_equal(m[i].runs, 1);
		assert_true(m[i].fired >= m[i].started + m[i].length);
	}
	assert_true(most_in_turn <= 16);
	assert_int_equal(other.runs, 1); /* of another length: not behind the crowd */
	assert_true(other.fired <= m[16].fired);
	uv_close((uv_handle_t *)&turn, NULL);
	down(&r);
}

static void one_class_for_one_length(void **state)
{
	struct rig r;
	int first;

	up(&r);
	first = dw_timers_class(r.timers, 1000);
	for (unsigned i = 1; i < DW_TIMER_CLASSES; i++)
		assert_int_not_equal(dw_timers_class(r.timers, 1000 + i), first);
	assert_int_equal(dw_timers_class(r.timers, 1000), first);
	down(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(none_comes_early_and_none_is_lost),
		cmocka_unit_test(shorter_ones_overtake),
		cmocka_unit_test(due_ones_may_touch_each_other),
		cmocka_unit_test(a_crowd_does_not_end_in_one_turn),
		cmocka_unit_test(one_class_for_one_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
