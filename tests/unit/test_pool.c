/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_pool.c - work on other threads: done once, told on the loop, bounded, finished at the end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rt/pool.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <string.h>

#define WORKS 500

struct work {
	struct dw_work work;
	struct rig *rig;
	int runs, dones;
	bool waits;
	int turn; /* when it ran, from 1 */
};

struct rig {
	struct dw_loop loop;
	struct dw_pool *pool;
	struct work works[WORKS];
	pthread_t loop_thread;
	atomic_int made, ended, running, most, turns;
	sem_t started, go;
	int done;
	bool is_closed;
};

static void *thread_init(void *ctx)
{
	struct rig *r = ctx;

	atomic_fetch_add(&r->made, 1);
	return r;
}

static void thread_fini(void *local)
{
	struct rig *r = local;

	atomic_fetch_add(&r->ended, 1);
}

static void run(struct dw_work *w, void *local)
{
	struct work *mine = DW_CONTAINER_OF(w, struct work, work);
	struct rig *r = mine->rig;
	int running = atomic_fetch_add(&r->running, 1) + 1;

	DW_REQUIRE(local == r && !pthread_equal(pthread_self(), r->loop_thread));
	if (running > atomic_load(&r->most))
		atomic_store(&r->most, running);
	mine->runs++;
	mine->turn = atomic_fetch_add(&r->turns, 1) + 1;
	if (mine->waits) {
		sem_post(&r->started);
		sem_wait(&r->go);
	}
	atomic_fetch_sub(&r->running, 1);
}

static void on_done(struct dw_work *w)
{
	struct work *mine = DW_CONTAINER_OF(w, struct work, work);
	struct rig *r = mine->rig;

	assert_true(pthread_equal(pthread_self(), r->loop_thread));
	assert_false(r->is_closed);
	mine->dones++;
	r->done++;
}

static void on_closed(void *data)
{
	struct rig *r = data;

	r->is_closed = true;
	dw_loop_close(&r->loop);
}

static void up(struct rig *r, size_t max_queue, size_t max_per_caller)
{
	struct dw_pool_ops ops = { .threads = 2,
				   .max_queue = max_queue,
				   .max_per_caller = max_per_caller,
				   .thread_init_on_pool = thread_init,
				   .thread_fini_on_pool = thread_fini,
				   .ctx = r };

	memset(r, 0, sizeof(*r));
	r->loop_thread = pthread_self();
	sem_init(&r->started, 0, 0);
	sem_init(&r->go, 0, 0);
	for (int i = 0; i < WORKS; i++)
		r->works[i] = (struct work){
			{ { NULL, NULL }, run, on_done, 0 }, r, 0, 0, false, 0
		};
	assert_int_equal(dw_loop_init(&r->loop, NULL), 0);
	assert_int_equal(dw_pool_start(&r->pool, &r->loop, &ops, NULL), 0);
}

static void down(struct rig *r)
{
	dw_pool_close(r->pool, on_closed, r);
	dw_loop_run(&r->loop);
	assert_true(r->is_closed);
	assert_int_equal(atomic_load(&r->made), 2);
	assert_int_equal(atomic_load(&r->ended), 2);
	assert_true(atomic_load(&r->most) <= 2);
	dw_loop_fini(&r->loop);
	sem_destroy(&r->started);
	sem_destroy(&r->go);
}

static void each_is_done_once_also_when_closing(void **state)
{
	static struct rig r;

	up(&r, 0, 0);
	for (int i = 0; i < WORKS; i++)
		assert_int_equal(dw_pool_submit(r.pool, &r.works[i].work), 0);
	down(&r);
	assert_int_equal(r.done, WORKS);
	for (int i = 0; i < WORKS; i++)
		assert_true(r.works[i].runs == 1 && r.works[i].dones == 1);
}

static void a_full_queue_refuses(void **state)
{
	static struct rig r;

	up(&r, 3, 0);
	for (int i = 0; i < 5; i++) {
		r.works[i].waits = i < 2;
		assert_int_equal(dw_pool_submit(r.pool, &r.works[i].work), 0);
	}
	for (int round = 0; round < 2; round++) {
		/* before the threads woke up, and when both are at work */
		assert_int_equal(dw_pool_submit(r.pool, &r.works[9].work), DW_EBUSY);
		if (round == 0) {
			sem_wait(&r.started);
			sem_wait(&r.started);
		}
	}
	sem_post(&r.go);
	sem_post(&r.go);
	while (r.done < 5)
		uv_run(&r.loop.uv, UV_RUN_ONCE);
	assert_int_equal(r.works[9].runs, 0);
	assert_int_equal(dw_pool_submit(r.pool, &r.works[9].work), 0);
	down(&r);
	assert_int_equal(r.works[9].dones, 1);
}

static void submit(struct rig *r, int i, uint64_t caller, bool waits)
{
	r->works[i].work.caller = caller;
	r->works[i].waits = waits;
	assert_int_equal(dw_pool_submit(r->pool, &r->works[i].work), 0);
}

/* Both threads are at work for 7; then three more of 7 come, and one each of 8 and 9. */
static void who_is_not_served_goes_first(void **state)
{
	static struct rig r;

	up(&r, 0, 0);
	for (int i = 0; i < 2; i++) {
		submit(&r, i, 7, true);
		sem_wait(&r.started);
	}
	for (int i = 2; i < 5; i++)
		submit(&r, i, 7, false);
	submit(&r, 5, 8, false);
	submit(&r, 6, 9, false);
	sem_post(&r.go); /* one thread goes on, the other stays with 7 */
	while (r.done < 6)
		uv_run(&r.loop.uv, UV_RUN_ONCE);
	assert_int_equal(r.works[5].turn, 3);
	assert_int_equal(r.works[6].turn, 4);
	for (int i = 2; i < 5; i++)
		assert_int_equal(r.works[i].turn, i + 3);
	sem_post(&r.go);
	down(&r);
}

static void a_caller_has_a_share_and_no_more(void **state)
{
	static struct rig r;

	up(&r, 10, 3);
	for (int i = 0; i < 2; i++) {
		submit(&r, i, 7, true);
		sem_wait(&r.started);
	}
	submit(&r, 2, 7, false);
	r.works[9].work.caller = 7;
	assert_int_equal(dw_pool_submit(r.pool, &r.works[9].work), DW_EAGAIN);
	submit(&r, 3, 8, false); /* others have theirs */
	for (int i = 4; i < 8; i++)
		submit(&r, i, 0, false); /* nobody's is not counted */
	sem_post(&r.go);
	sem_post(&r.go);
	while (r.done < 8)
		uv_run(&r.loop.uv, UV_RUN_ONCE);
	submit(&r, 9, 7, false);
	down(&r);
	assert_int_equal(r.works[9].dones, 1);
}

static void it_ends_without_work(void **state)
{
	static struct rig r;

	up(&r, 1, 0);
	down(&r);
	assert_int_equal(r.done, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_done_once_also_when_closing),
		cmocka_unit_test(a_full_queue_refuses),
		cmocka_unit_test(who_is_not_served_goes_first),
		cmocka_unit_test(a_caller_has_a_share_and_no_more),
		cmocka_unit_test(it_ends_without_work),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
