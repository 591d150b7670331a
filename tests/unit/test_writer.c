/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_writer.c - every job once, in the order queued, whatever batches they come in and whichever of
 * them are prepared before; idle calls; an end that finishes what was queued.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rt/writer.h"

#include <semaphore.h>
#include <stdatomic.h>
#include <string.h>

#define JOBS 2000

struct job {
	struct dw_link link;
	int number;
	bool has_ahead, is_prepared;
};

struct rig {
	struct dw_loop loop;
	struct dw_writer *writer;
	struct job jobs[JOBS];
	struct dw_task more; /* queues the rest, some each turn */
	int queued, done, limit;
	int prepared; /* on the second thread: the newest */
	int written;  /* on the writer */
	int batches, largest;
	atomic_int idle;
	bool prepares;
	bool holds; /* the first batch waits for `go` */
	sem_t started, go;
	bool is_closed;
};

static void on_batch(void *ctx, struct dw_link *batch)
{
	struct rig *r = ctx;
	int n = 0;

	if (r->holds && r->batches == 0) {
		sem_post(&r->started);
		sem_wait(&r->go);
	}
	DW_LIST_EACH(it, batch) {
		const struct job *job = DW_CONTAINER_OF(it, struct job, link);

		DW_REQUIRE(job->number == r->written);
		DW_REQUIRE(job->is_prepared || !job->has_ahead || !r->prepares);
		r->written++;
		n++;
	}
	r->batches++;
	r->largest = n > r->largest ? n : r->largest;
}

static void on_closed(void *data)
{
	struct rig *r = data;

	r->is_closed = true;
	dw_loop_close(&r->loop);
}

static void on_done(void *ctx, struct dw_link *batch)
{
	struct rig *r = ctx;
	struct dw_link *e;

	assert_false(r->is_closed);
	while ((e = dw_list_pop(batch)) != NULL)
		assert_int_equal(DW_CONTAINER_OF(e, struct job, link)->number, r->done++);
	assert_true(dw_writer_pending(r->writer) <= (size_t)(r->queued - r->done));
	if (r->done == r->limit)
		dw_writer_close(r->writer, on_closed, r);
}

static void on_idle(void *ctx)
{
	struct rig *r = ctx;

	if (atomic_fetch_add(&r->idle, 1) == 0)
		sem_post(&r->started);
}

static bool has_ahead(void *ctx, struct dw_link *job)
{
	(void)ctx;
	return DW_CONTAINER_OF(job, struct job, link)->has_ahead;
}

static void prepare_ahead(void *ctx, struct dw_link *link)
{
	struct rig *r = ctx;
	struct job *job = DW_CONTAINER_OF(link, struct job, link);

	DW_REQUIRE(!job->is_prepared && job->number >= r->prepared);
	r->prepared = job->number;
	job->is_prepared = true;
}

static void queue_some(struct rig *r, int n)
{
	for (; n > 0 && r->queued < JOBS; n--) {
		r->jobs[r->queued].number = r->queued;
		r->jobs[r->queued].has_ahead = r->queued % 5 == 3 || r->queued % 70 > 60;
		dw_list_init(&r->jobs[r->queued].link);
		dw_writer_queue(r->writer, &r->jobs[r->queued++].link);
	}
}

static void on_more(struct dw_task *t)
{
	struct rig *r = DW_CONTAINER_OF(t, struct rig, more);

	queue_some(r, 7);
	if (r->queued < JOBS)
		dw_task_post(&r->loop, &r->more);
}

static void up(struct rig *r, bool has_idle, bool prepares)
{
	struct dw_writer_ops ops = { .has_ahead = prepares ? has_ahead : NULL,
				     .prepare_ahead = prepares ? prepare_ahead : NULL,
				     .on_batch_on_writer = on_batch,
				     .on_done = on_done,
				     .on_idle_on_writer = has_idle ? on_idle : NULL,
				     .idle_ms = 1 };

	memset(r, 0, sizeof(*r));
	r->limit = JOBS;
	r->prepares = prepares;
	sem_init(&r->started, 0, 0);
	sem_init(&r->go, 0, 0);
	dw_task_init(&r->more, on_more);
	assert_int_equal(dw_loop_init(&r->loop, NULL), 0);
	assert_int_equal(dw_writer_start(&r->writer, &r->loop, &ops, r, NULL), 0);
}

static void down(struct rig *r)
{
	dw_loop_run(&r->loop);
	assert_true(r->is_closed);
	assert_int_equal(r->done, r->queued);
	assert_int_equal(r->written, r->queued);
	dw_loop_fini(&r->loop);
	sem_destroy(&r->started);
	sem_destroy(&r->go);
}

static void all_come_back_in_order(void **state)
{
	static struct rig r;

	for (int prepares = 0; prepares < 2; prepares++) {
		up(&r, true, prepares);
		dw_task_post(&r.loop, &r.more);
		down(&r);
		assert_int_equal(r.done, JOBS);
		for (int i = 0; i < JOBS; i++)
			assert_true(prepares
					    ? r.jobs[i].is_prepared >= r.jobs[i].has_ahead
					    : !r.jobs[i].is_prepared);
	}
}

static void what_waits_is_one_batch(void **state)
{
	static struct rig r;

	up(&r, false, false);
	r.holds = true;
	r.limit = 101;
	queue_some(&r, 1);
	sem_wait(&r.started);
	queue_some(&r, 100);
	assert_int_equal(dw_writer_pending(r.writer), 101);
	sem_post(&r.go);
	down(&r);
	assert_int_equal(r.batches, 2);
	assert_int_equal(r.largest, 100);
}

static void closing_finishes_what_is_queued(void **state)
{
	static struct rig r;

	for (int prepares = 0; prepares < 2; prepares++) {
		up(&r, false, prepares);
		r.limit = -1;
		queue_some(&r, 50);
		dw_writer_close(r.writer, on_closed, &r);
		down(&r);
		assert_int_equal(r.done, 50);
	}
}

static void idle_is_noticed(void **state)
{
	static struct rig r;

	up(&r, true, false);
	sem_wait(&r.started);
	dw_writer_close(r.writer, on_closed, &r);
	down(&r);
	assert_true(atomic_load(&r.idle) >= 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_come_back_in_order),
		cmocka_unit_test(what_waits_is_one_batch),
		cmocka_unit_test(closing_finishes_what_is_queued),
		cmocka_unit_test(idle_is_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
