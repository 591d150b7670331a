/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * pool.c - a few threads for one kind of slow work.
 *
 * libuv has one pool for everything, of four threads: two password hashes there would hold up
 * every read behind them. Here each kind has its own threads, its own bound, and whatever a
 * thread needs for itself (a read connection), made once on that thread.
 *
 * The bound counts what waits beyond what the threads can hold: with two threads and a queue of
 * 16, the 19th piece of work is refused, whether or not the threads have woken up yet.
 *
 * A thread takes the oldest piece of a caller for whom no thread is at work, and only when there
 * is none the oldest of all. So who asks for a hundred slow things holds one thread while others
 * wait, and all of them while nobody does. Rejected: a queue for each caller. The one queue is
 * short, and walking it costs less than keeping a table of callers.
 */
#include "rt/pool.h"

#include <pthread.h>
#include <stdlib.h>

struct thread {
	struct dw_pool *pool;
	pthread_t id;
	uint64_t caller; /* under the lock: for whom it is at work, or 0 */
};

struct dw_pool {
	struct dw_pool_ops ops;
	uv_async_t async;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	/* under the lock */
	struct dw_link queue; /* struct dw_work, oldest first */
	struct dw_link done;
	size_t unfinished; /* waiting or running */
	int alive;	   /* threads that have not ended */
	bool is_stopping;
	/* loop thread only */
	int n_threads;
	void (*on_closed)(void *data);
	void *on_closed_data;
	struct thread threads[];
};

static bool is_served(const struct dw_pool *p, uint64_t caller)
{
	for (int i = 0; caller != 0 && i < p->ops.threads; i++)
		if (p->threads[i].caller == caller)
			return true;
	return false;
}

/* What a free thread does next; NULL: nothing. */
static struct dw_work *take(struct dw_pool *p)
{
	struct dw_link *oldest = p->queue.next;

	if (dw_list_empty(&p->queue))
		return NULL;
	DW_LIST_EACH(l, &p->queue) {
		if (!is_served(p, DW_CONTAINER_OF(l, struct dw_work, link)->caller)) {
			oldest = l;
			break;
		}
	}
	dw_list_remove(oldest);
	return DW_CONTAINER_OF(oldest, struct dw_work, link);
}

static void *run_on_pool(void *data)
{
	struct thread *t = data;
	struct dw_pool *p = t->pool;
	void *local = NULL;

	if (p->ops.thread_init_on_pool != NULL)
		local = p->ops.thread_init_on_pool(p->ops.ctx);
	pthread_mutex_lock(&p->lock);
	for (;;) {
		struct dw_work *w = take(p);

		if (w == NULL && p->is_stopping)
			break;
		if (w == NULL) {
			pthread_cond_wait(&p->wake, &p->lock);
			continue;
		}
		t->caller = w->caller;
		pthread_mutex_unlock(&p->lock);
		w->run_on_pool(w, local);
		pthread_mutex_lock(&p->lock);
		t->caller = 0;
		p->unfinished--;
		dw_list_push(&p->done, &w->link);
		uv_async_send(&p->async);
	}
	pthread_mutex_unlock(&p->lock);
	if (p->ops.thread_fini_on_pool != NULL)
		p->ops.thread_fini_on_pool(local);
	pthread_mutex_lock(&p->lock);
	if (--p->alive == 0)
		uv_async_send(&p->async);
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

static void on_async_closed(uv_handle_t *h)
{
	struct dw_pool *p = DW_CONTAINER_OF(h, struct dw_pool, async);
	void (*cb)(void *data) = p->on_closed;
	void *data = p->on_closed_data;

	pthread_cond_destroy(&p->wake);
	pthread_mutex_destroy(&p->lock);
	free(p);
	if (cb != NULL)
		cb(data);
}

static void on_async(uv_async_t *h)
{
	struct dw_pool *p = DW_CONTAINER_OF(h, struct dw_pool, async);
	struct dw_link done, *e;
	bool has_ended;

	dw_list_init(&done);
	pthread_mutex_lock(&p->lock);
	dw_list_splice(&done, &p->done);
	has_ended = p->is_stopping && p->alive == 0;
	pthread_mutex_unlock(&p->lock);
	while ((e = dw_list_pop(&done)) != NULL) {
		struct dw_work *w = DW_CONTAINER_OF(e, struct dw_work, link);

		w->on_done(w);
	}
	if (!has_ended || uv_is_closing((uv_handle_t *)h))
		return;
	for (int i = 0; i < p->n_threads; i++)
		pthread_join(p->threads[i].id, NULL);
	uv_close((uv_handle_t *)&p->async, on_async_closed);
}

static int start_threads(struct dw_pool *p)
{
	while (p->n_threads < p->ops.threads) {
		struct thread *t = &p->threads[p->n_threads];
		int rc;

		t->pool = p;
		pthread_mutex_lock(&p->lock);
		p->alive++;
		pthread_mutex_unlock(&p->lock);
		rc = pthread_create(&t->id, NULL, run_on_pool, t);
		if (rc != 0) {
			pthread_mutex_lock(&p->lock);
			p->alive--;
			pthread_mutex_unlock(&p->lock);
			return uv_translate_sys_error(rc);
		}
		p->n_threads++;
	}
	return 0;
}

int dw_pool_start(struct dw_pool **out, struct dw_loop *loop,
		  const struct dw_pool_ops *ops, struct dw_err *err)
{
	struct dw_pool *p;
	int rc;

	DW_REQUIRE(ops->threads > 0 && ops->threads <= 64);
	p = calloc(1, sizeof(*p) + (size_t)ops->threads * sizeof(p->threads[0]));
	DW_INVARIANT(p != NULL && pthread_mutex_init(&p->lock, NULL) == 0 &&
		     pthread_cond_init(&p->wake, NULL) == 0);
	p->ops = *ops;
	dw_list_init(&p->queue);
	dw_list_init(&p->done);
	rc = uv_async_init(&loop->uv, &p->async, on_async);
	if (rc < 0) {
		pthread_cond_destroy(&p->wake);
		pthread_mutex_destroy(&p->lock);
		free(p);
		return dw_uv_fail(err, rc, "making a pool's wake-up");
	}
	rc = start_threads(p);
	if (rc < 0) {
		dw_pool_close(p, NULL, NULL);
		return dw_uv_fail(err, rc, "starting a pool's threads");
	}
	*out = p;
	return 0;
}

static bool has_its_share(const struct dw_pool *p, uint64_t caller)
{
	size_t n = 0;

	if (caller == 0 || p->ops.max_per_caller == 0)
		return false;
	for (int i = 0; i < p->ops.threads; i++)
		n += p->threads[i].caller == caller;
	DW_LIST_EACH(l, &p->queue)
		n += DW_CONTAINER_OF(l, struct dw_work, link)->caller == caller;
	return n >= p->ops.max_per_caller;
}

int dw_pool_submit(struct dw_pool *p, struct dw_work *w)
{
	int rc = 0;

	pthread_mutex_lock(&p->lock);
	DW_REQUIRE(!p->is_stopping);
	if (p->ops.max_queue > 0 &&
	    p->unfinished >= p->ops.max_queue + (size_t)p->ops.threads)
		rc = DW_EBUSY;
	else if (has_its_share(p, w->caller))
		rc = DW_EAGAIN;
	if (rc == 0) {
		dw_list_init(&w->link);
		dw_list_push(&p->queue, &w->link);
		p->unfinished++;
		pthread_cond_signal(&p->wake);
	}
	pthread_mutex_unlock(&p->lock);
	return rc;
}

void dw_pool_close(struct dw_pool *p, void (*cb)(void *data), void *data)
{
	p->on_closed = cb;
	p->on_closed_data = data;
	pthread_mutex_lock(&p->lock);
	DW_REQUIRE(!p->is_stopping);
	p->is_stopping = true;
	pthread_cond_broadcast(&p->wake);
	if (p->alive == 0)
		uv_async_send(&p->async);
	pthread_mutex_unlock(&p->lock);
}
