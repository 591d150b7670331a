/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_RT_WRITER_H
#define DW_RT_WRITER_H
/*
 * One thread that takes everything that waits as one batch (group commit without a timer:
 * the next batch forms while this one is being synced), then hands it back to the loop. Work that a job
 * can have done before its turn is done by a second thread, in the same order.
 */
#include "rt/loop.h"

struct dw_writer;

struct dw_writer_ops {
	/* On the loop: is there something to prepare? NULL: never, and no second thread. */
	bool (*has_ahead)(void *ctx, struct dw_link *job);
	/* On the second thread, before the writer gets it, one job after the other. */
	void (*prepare_ahead)(void *ctx, struct dw_link *job);
	/* On the writer: `batch` is a list of the links that were queued, oldest first; leave
	 * them all on it. */
	void (*on_batch_on_writer)(void *ctx, struct dw_link *batch);
	/* On the loop: the same list, done; the callee empties it. Batches come back in order. */
	void (*on_done)(void *ctx, struct dw_link *batch);
	/* On the writer when nothing was queued for idle_ms; may be NULL. */
	void (*on_idle_on_writer)(void *ctx);
	int idle_ms;
};

DW_MUST_USE int dw_writer_start(struct dw_writer **out, struct dw_loop *loop,
				const struct dw_writer_ops *ops, void *ctx,
				struct dw_err *err);
/** From the loop thread only. Never blocks. */
void dw_writer_queue(struct dw_writer *w, struct dw_link *job);
/** Jobs queued and not yet given to on_done. */
size_t dw_writer_pending(const struct dw_writer *w);
/**
 * Finish what is queued, join the thread, deliver the last on_done, then `cb` on the loop
 * and free the writer. Nothing may be queued after this call.
 */
void dw_writer_close(struct dw_writer *w, void (*cb)(void *data), void *data);

#endif
