/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_LINK_POLL_H
#define DW_LINK_POLL_H
/* Asks the feeds that are configured, in their intervals, and brings in what is new. */
#include "engine/engine.h"

struct dw_poll;

struct dw_poll_conf {
	struct dw_engine *engine;
	struct dw_loop *loop;
	struct dw_timers *timers;
	unsigned timeout_s;   /* of one asking; 0: 60 */
	bool may_ask_private; /* addresses that are not of the public Internet */
};

/** Starts asking, and is the poller of the engine's sources from now on. */
DW_MUST_USE int dw_poll_create(struct dw_poll **out, const struct dw_poll_conf *conf,
			       struct dw_err *err);
/** Ask nobody any more; who waits for a test is told. What was read is still brought in. */
void dw_poll_stop(struct dw_poll *p);
/** Requires: stopped, the engine is open. cb when all is done, and it is gone. */
void dw_poll_close(struct dw_poll *p, void (*cb)(void *data), void *data);

#endif
