/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_RT_TIMER_H
#define DW_RT_TIMER_H
/*
 * Coalesced time-outs: all deadlines of one length live on one list in the order they end,
 * and one libuv timer serves every class. Starting, moving and stopping one is two pointer
 * swaps, and a connection pays 32 bytes for it instead of a timer of its own.
 */
#include "rt/loop.h"

#define DW_TIMER_CLASSES 16

struct dw_timers; /* one per loop */

struct dw_deadline {
	struct dw_link link;
	uint64_t at_ms; /* loop time; 0 when not started */
	void (*on_due)(struct dw_deadline *d);
};

struct dw_timers *dw_timers_create(struct dw_loop *loop, unsigned resolution_ms);
/** The lists must be empty. Frees itself when its handle has closed. NULL is fine. */
void dw_timers_close(struct dw_timers *t);
/** Register a length; returns the class to start deadlines with. Same length, same class. */
int dw_timers_class(struct dw_timers *t, unsigned length_ms);

void dw_deadline_init(struct dw_deadline *d, void (*on_due)(struct dw_deadline *d));
/**
 * (Re)start: due `length_ms` of the class from now, up to one resolution later; of a crowd that is due
 * together a few in each turn of the loop.
 */
void dw_deadline_start(struct dw_timers *t, int cls, struct dw_deadline *d);
/** Stopped ones are fine. */
void dw_deadline_stop(struct dw_deadline *d);

#endif
