/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_RT_LOOP_H
#define DW_RT_LOOP_H
/* The one loop thread: a libuv loop, signals, and closures that run on a later turn. */
#include "base/list.h"

#include <uv.h>

struct dw_loop {
	uv_loop_t uv;	    /* first: everything async hangs on it */
	uv_signal_t sig[2]; /* SIGTERM, SIGINT */
	uv_prepare_t turn;  /* runs the due tasks before the loop sleeps */
	uv_idle_t awake;    /* active while tasks wait, so that the loop does not sleep */
	struct dw_link tasks; /* struct dw_task, in the order posted */
	void (*on_stop)(void *data);
	void *on_stop_data;
};

/** Something to do on a later turn of the loop; embedded in its owner. */
struct dw_task {
	struct dw_link link;
	void (*run)(struct dw_task *t);
};

/** Requires: not initialised. Ignores SIGPIPE. */
DW_MUST_USE int dw_loop_init(struct dw_loop *l, struct dw_err *err);
/** Call `fn` once on the first SIGTERM or SIGINT; a second one exits at once with status 1. */
void dw_loop_on_stop(struct dw_loop *l, void (*fn)(void *data), void *data);
/** Runs until nothing is active. */
void dw_loop_run(struct dw_loop *l);
/** Closes the loop's own handles, so that dw_loop_run can return. */
void dw_loop_close(struct dw_loop *l);
/** Requires: everything closed and dw_loop_run returned. */
void dw_loop_fini(struct dw_loop *l);

static inline void dw_task_init(struct dw_task *t, void (*run)(struct dw_task *t))
{
	dw_list_init(&t->link);
	t->run = run;
}

/** Run the task on a later turn, never before this returns. Posting twice is once. */
void dw_task_post(struct dw_loop *l, struct dw_task *t);
/** Take it back if it is waiting. */
void dw_task_cancel(struct dw_loop *l, struct dw_task *t);

/** libuv's code as ours, with its text. The only place that translates. */
int dw_uv_fail(struct dw_err *err, int uv_code, const char *doing);

#endif
