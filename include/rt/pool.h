/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_RT_POOL_H
#define DW_RT_POOL_H
/*
 * A few threads with a bounded queue, one pool for each kind of work, so that slow password
 * hashes and disk reads never wait for each other; and within a pool, callers who do not push
 * each other aside.
 */
#include "rt/loop.h"

struct dw_pool;

/** One piece of work, embedded in its owner; in flight from submit to on_done. */
struct dw_work {
	struct dw_link link;
	/* on a pool thread; `local` is what the pool's thread_init made for this thread */
	void (*run_on_pool)(struct dw_work *w, void *local);
	/* on the loop */
	void (*on_done)(struct dw_work *w);
	uint64_t
		caller; /* on whose behalf; 0: nobody's, and takes its turn as it comes */
};

struct dw_pool_ops {
	int threads;
	size_t max_queue;			 /* waiting, not running; 0 = no bound */
	size_t max_per_caller;			 /* waiting or running; 0 = no bound */
	void *(*thread_init_on_pool)(void *ctx); /* may be NULL */
	void (*thread_fini_on_pool)(void *local);
	void *ctx;
};

DW_MUST_USE int dw_pool_start(struct dw_pool **out, struct dw_loop *loop,
			      const struct dw_pool_ops *ops, struct dw_err *err);
/**
 * From the loop thread. DW_EBUSY when the queue is full, DW_EAGAIN when the caller has its share
 * of it: on_done is then never called.
 */
DW_MUST_USE int dw_pool_submit(struct dw_pool *p, struct dw_work *w);
/** Finish what was submitted, join, deliver the last on_done, then `cb`, and free. */
void dw_pool_close(struct dw_pool *p, void (*cb)(void *data), void *data);

#endif
