/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * writer.c - the thread that owns what must be written in order.
 *
 * Jobs queue under a lock; the thread takes all of them as one batch, works without the lock, and
 * puts the batch on the list of done ones. One uv_async wakes the loop; wake-ups coalesce, so the
 * loop takes whatever is done by then, in the order it was done.
 *
 *   loop:    queue ──► lock, push, signal          async ──► lock, take done ──► on_done(batch)…
 *   ahead:   wait ──► lock, take the oldest ──► prepare ──► lock, push, signal
 *   writer:  wait ──► lock, take all ──► on_batch ──► lock, push done ──► wake the loop
 *
 * What has nothing to prepare skips the second thread, unless something waits for it: jobs keep
 * their order.
 *
 * Closing: the threads work off what is queued, the writer says so through the same async, and they are
 * joined on the loop, which they cannot block because they have nothing left to do.
 */
#include "rt/writer.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

struct batch {
	struct dw_link link;
	struct dw_link jobs;
	size_t n;
};

struct dw_writer {
	struct dw_writer_ops ops;
	void *ctx;
	uv_async_t async;
	pthread_t thread, ahead;
	pthread_mutex_t lock;
	pthread_cond_t wake, wake_ahead;
	/* under the lock */
	struct dw_link raw;   /* to be prepared */
	size_t n_raw;	      /* and the one that is being prepared */
	struct dw_link queue; /* for the writer */
	size_t n_queued;
	struct dw_link done; /* struct batch */
	bool is_stopping, has_ended;
	/* loop thread only */
	size_t pending;
	void (*on_closed)(void *data);
	void *on_closed_data;
};

/* With the lock held: until there is work (true) or the end has come (false). */
static bool wait_for_work(struct dw_writer *w)
{
	while (dw_list_empty(&w->queue) && !(w->is_stopping && w->n_raw == 0)) {
		struct timespec until;

		if (w->ops.on_idle_on_writer == NULL) {
			pthread_cond_wait(&w->wake, &w->lock);
			continue;
		}
		clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_sec += w->ops.idle_ms / 1000;
		until.tv_nsec += (long)(w->ops.idle_ms % 1000) * 1000000;
		if (until.tv_nsec >= 1000000000) {
			until.tv_sec++;
			until.tv_nsec -= 1000000000;
		}
		if (pthread_cond_timedwait(&w->wake, &w->lock, &until) != ETIMEDOUT ||
		    !dw_list_empty(&w->queue) || w->is_stopping)
			continue;
		pthread_mutex_unlock(&w->lock);
		w->ops.on_idle_on_writer(w->ctx);
		pthread_mutex_lock(&w->lock);
	}
	return !dw_list_empty(&w->queue);
}

static void *run_on_writer(void *data)
{
	struct dw_writer *w = data;

	pthread_mutex_lock(&w->lock);
	while (wait_for_work(w)) {
		struct batch *b = malloc(sizeof(*b));

		DW_INVARIANT(b != NULL);
		dw_list_init(&b->link);
		dw_list_init(&b->jobs);
		dw_list_splice(&b->jobs, &w->queue);
		b->n = w->n_queued;
		w->n_queued = 0;
		pthread_mutex_unlock(&w->lock);
		w->ops.on_batch_on_writer(w->ctx, &b->jobs);
		pthread_mutex_lock(&w->lock);
		dw_list_push(&w->done, &b->link);
		uv_async_send(&w->async);
	}
	w->has_ended = true;
	uv_async_send(&w->async);
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

/* With the lock held: for the writer. */
static void queue_ready(struct dw_writer *w, struct dw_link *job)
{
	dw_list_push(&w->queue, job);
	/* It only sleeps on an empty queue, so only the first job must wake it. */
	if (w->n_queued++ == 0)
		pthread_cond_signal(&w->wake);
}

static void *run_ahead(void *data)
{
	struct dw_writer *w = data;
	struct dw_link *job;

	pthread_mutex_lock(&w->lock);
	for (;;) {
		while (dw_list_empty(&w->raw) && !w->is_stopping)
			pthread_cond_wait(&w->wake_ahead, &w->lock);
		job = dw_list_pop(&w->raw);
		if (job == NULL)
			break;
		pthread_mutex_unlock(&w->lock);
		w->ops.prepare_ahead(w->ctx, job);
		pthread_mutex_lock(&w->lock);
		queue_ready(w, job);
		w->n_raw--;
	}
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

static void fini_sync(struct dw_writer *w)
{
	pthread_cond_destroy(&w->wake);
	pthread_cond_destroy(&w->wake_ahead);
	pthread_mutex_destroy(&w->lock);
}

static void on_async_closed(uv_handle_t *h)
{
	struct dw_writer *w = DW_CONTAINER_OF(h, struct dw_writer, async);
	void (*cb)(void *data) = w->on_closed;
	void *data = w->on_closed_data;

	fini_sync(w);
	free(w);
	if (cb != NULL)
		cb(data);
}

static void on_async(uv_async_t *h)
{
	struct dw_writer *w = DW_CONTAINER_OF(h, struct dw_writer, async);
	struct dw_link done, *e;
	bool has_ended;

	dw_list_init(&done);
	pthread_mutex_lock(&w->lock);
	dw_list_splice(&done, &w->done);
	has_ended = w->has_ended;
	pthread_mutex_unlock(&w->lock);
	while ((e = dw_list_pop(&done)) != NULL) {
		struct batch *b = DW_CONTAINER_OF(e, struct batch, link);

		w->pending -= b->n;
		w->ops.on_done(w->ctx, &b->jobs);
		DW_REQUIRE(dw_list_empty(&b->jobs));
		free(b);
	}
	if (!has_ended)
		return;
	pthread_join(w->thread, NULL);
	if (w->ops.has_ahead != NULL)
		pthread_join(w->ahead, NULL);
	uv_close((uv_handle_t *)&w->async, on_async_closed);
}

static void init_sync(struct dw_writer *w)
{
	pthread_condattr_t attr;

	DW_INVARIANT(pthread_condattr_init(&attr) == 0 &&
		     pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) == 0 &&
		     pthread_cond_init(&w->wake, &attr) == 0 &&
		     pthread_cond_init(&w->wake_ahead, NULL) == 0 &&
		     pthread_mutex_init(&w->lock, NULL) == 0);
	pthread_condattr_destroy(&attr);
}

static void stop(struct dw_writer *w)
{
	pthread_mutex_lock(&w->lock);
	DW_REQUIRE(!w->is_stopping);
	w->is_stopping = true;
	pthread_cond_signal(&w->wake);
	pthread_cond_signal(&w->wake_ahead);
	pthread_mutex_unlock(&w->lock);
}

/* Both, or none: an errno. */
static int start_threads(struct dw_writer *w)
{
	int rc = 0;

	if (w->ops.has_ahead != NULL)
		rc = pthread_create(&w->ahead, NULL, run_ahead, w);
	if (rc != 0)
		return rc;
	rc = pthread_create(&w->thread, NULL, run_on_writer, w);
	if (rc != 0 && w->ops.has_ahead != NULL) {
		stop(w);
		pthread_join(w->ahead, NULL);
	}
	return rc;
}

int dw_writer_start(struct dw_writer **out, struct dw_loop *loop,
		    const struct dw_writer_ops *ops, void *ctx, struct dw_err *err)
{
	struct dw_writer *w = calloc(1, sizeof(*w));
	int rc;

	DW_REQUIRE(ops->on_batch_on_writer != NULL && ops->on_done != NULL);
	DW_REQUIRE(ops->on_idle_on_writer == NULL || ops->idle_ms > 0);
	DW_REQUIRE((ops->has_ahead == NULL) == (ops->prepare_ahead == NULL));
	DW_INVARIANT(w != NULL);
	w->ops = *ops;
	w->ctx = ctx;
	dw_list_init(&w->raw);
	dw_list_init(&w->queue);
	dw_list_init(&w->done);
	init_sync(w);
	rc = uv_async_init(&loop->uv, &w->async, on_async);
	if (rc < 0) {
		fini_sync(w);
		free(w);
		return dw_uv_fail(err, rc, "making the writer's wake-up");
	}
	rc = start_threads(w);
	if (rc != 0) {
		uv_close((uv_handle_t *)&w->async, on_async_closed);
		return dw_uv_fail(err, uv_translate_sys_error(rc), "starting the writer");
	}
	*out = w;
	return 0;
}

void dw_writer_queue(struct dw_writer *w, struct dw_link *job)
{
	bool has_ahead = w->ops.has_ahead != NULL && w->ops.has_ahead(w->ctx, job);

	w->pending++;
	pthread_mutex_lock(&w->lock);
	DW_REQUIRE(!w->is_stopping);
	if (has_ahead || w->n_raw > 0) {
		dw_list_push(&w->raw, job);
		if (w->n_raw++ == 0)
			pthread_cond_signal(&w->wake_ahead);
	} else {
		queue_ready(w, job);
	}
	pthread_mutex_unlock(&w->lock);
}

size_t dw_writer_pending(const struct dw_writer *w)
{
	return w->pending;
}

void dw_writer_close(struct dw_writer *w, void (*cb)(void *data), void *data)
{
	w->on_closed = cb;
	w->on_closed_data = data;
	stop(w);
}
