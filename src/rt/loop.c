/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * loop.c - the one loop thread.
 *
 * Tasks are how code says "later, but not inside my caller's stack". They run in a prepare
 * handle, just before the loop would sleep; an idle handle is active while any task waits, which
 * is libuv's way of not sleeping. A task posted by a task runs in the next turn, so that a task
 * that posts itself for ever starves nobody.
 */
#include "rt/loop.h"

#include <signal.h>
#include <unistd.h>

static void on_idle(uv_idle_t *h)
{
	(void)h; /* being active is its whole work */
}

static void on_turn(uv_prepare_t *h)
{
	struct dw_loop *l = DW_CONTAINER_OF(h, struct dw_loop, turn);
	struct dw_link now, *e;

	dw_list_init(&now);
	dw_list_splice(&now, &l->tasks);
	while ((e = dw_list_pop(&now)) != NULL) {
		struct dw_task *t = DW_CONTAINER_OF(e, struct dw_task, link);

		t->run(t);
	}
	if (dw_list_empty(&l->tasks))
		uv_idle_stop(&l->awake);
}

int dw_loop_init(struct dw_loop *l, struct dw_err *err)
{
	int rc = uv_loop_init(&l->uv);

	if (rc < 0)
		return dw_uv_fail(err, rc, "making the event loop");
	/* Both come back as errors of the write, where they can be answered. */
	DW_INVARIANT(signal(SIGPIPE, SIG_IGN) != SIG_ERR);
	DW_INVARIANT(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
	dw_list_init(&l->tasks);
	l->on_stop = NULL;
	l->on_stop_data = NULL;
	DW_INVARIANT(uv_prepare_init(&l->uv, &l->turn) == 0 &&
		     uv_prepare_start(&l->turn, on_turn) == 0 &&
		     uv_idle_init(&l->uv, &l->awake) == 0);
	uv_unref((uv_handle_t *)&l->turn);
	for (int i = 0; i < 2; i++) {
		rc = uv_signal_init(&l->uv, &l->sig[i]);
		DW_INVARIANT(rc == 0);
		uv_unref((uv_handle_t *)&l->sig[i]);
	}
	return 0;
}

static void on_signal(uv_signal_t *h, int number)
{
	struct dw_loop *l = h->data;
	void (*fn)(void *data) = l->on_stop;

	(void)number;
	if (fn == NULL)
		_exit(1);
	l->on_stop = NULL;
	fn(l->on_stop_data);
}

void dw_loop_on_stop(struct dw_loop *l, void (*fn)(void *data), void *data)
{
	static const int numbers[2] = { SIGTERM, SIGINT };

	DW_REQUIRE(fn != NULL);
	l->on_stop = fn;
	l->on_stop_data = data;
	for (int i = 0; i < 2; i++) {
		l->sig[i].data = l;
		DW_INVARIANT(uv_signal_start(&l->sig[i], on_signal, numbers[i]) == 0);
	}
}

void dw_loop_run(struct dw_loop *l)
{
	(void)uv_run(&l->uv, UV_RUN_DEFAULT);
}

void dw_loop_close(struct dw_loop *l)
{
	uv_close((uv_handle_t *)&l->turn, NULL);
	uv_close((uv_handle_t *)&l->awake, NULL);
	uv_close((uv_handle_t *)&l->sig[0], NULL);
	uv_close((uv_handle_t *)&l->sig[1], NULL);
}

void dw_loop_fini(struct dw_loop *l)
{
	DW_REQUIRE(uv_loop_close(&l->uv) == 0);
}

void dw_task_post(struct dw_loop *l, struct dw_task *t)
{
	if (!dw_list_empty(&t->link))
		return;
	dw_list_push(&l->tasks, &t->link);
	if (!uv_is_closing((uv_handle_t *)&l->awake))
		uv_idle_start(&l->awake, on_idle);
}

void dw_task_cancel(struct dw_loop *l, struct dw_task *t)
{
	dw_list_remove(&t->link);
	if (dw_list_empty(&l->tasks))
		uv_idle_stop(&l->awake);
}

static int code_of(int uv_code)
{
	switch (uv_code) {
	case UV_ENOENT:
	case UV_ENOTDIR:
		return DW_ENOTFOUND;
	case UV_EACCES:
	case UV_EPERM:
	case UV_EROFS:
		return DW_EFORBIDDEN;
	case UV_EEXIST:
		return DW_EEXISTS;
	case UV_ENOSPC:
		return DW_EFULL;
	case UV_EIO:
		return DW_EIO;
	case UV_EINVAL:
	case UV_ENAMETOOLONG:
		return DW_EINVAL;
	case UV_ETIMEDOUT:
		return DW_ETIMEDOUT;
	case UV_EAGAIN:
		return DW_EAGAIN;
	case UV_EOF:
	case UV_EPIPE:
	case UV_ECONNRESET:
	case UV_ECANCELED:
		return DW_ECLOSED;
	case UV_EADDRINUSE:
	case UV_EADDRNOTAVAIL:
	case UV_ENOMEM:
	case UV_EMFILE:
	case UV_ENFILE:
	case UV_ECONNREFUSED:
		return DW_EUNAVAILABLE;
	default:
		return DW_EINTERNAL;
	}
}

int dw_uv_fail(struct dw_err *err, int uv_code, const char *doing)
{
	int code = dw_fail(err, code_of(uv_code), "%s: %s", doing, uv_strerror(uv_code));

	if (err != NULL)
		err->sys = uv_code;
	return code;
}
