/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * fetch.c - many transfers on one loop.
 *
 *   dw_fetch_start ─► waiting ─► active ──► on_body … ─► on_done
 *                        ▲          │ libcurl says which sockets to watch and when to wake it;
 *                        └── place ─┘ libuv watches and wakes
 *
 * libcurl resolves names on threads of its own and does the rest without blocking, so the loop
 * never waits for a stranger. One thing would make it wait: ending a transfer whose name is
 * still being resolved joins that thread. CURLOPT_QUICK_EXIT lets the thread go instead.
 *
 * A transfer ends inside libcurl's own functions; whoever asked is told on a later turn, where
 * anything may be started, cancelled and freed.
 *
 * Rejected: a thread for each feed with a plain transfer. Simpler, but what it finds belongs to
 * the loop anyway, and a hundred sleepy servers are a hundred threads.
 */
#include "fetch_int.h"

#include <stdlib.h>

#define AT_ONCE 8

/* One socket that libcurl wants watched. */
struct watch {
	uv_poll_t poll;
	struct dw_fetcher *fetcher;
	curl_socket_t fd;
};

/* ---- closing ---- */

static void handle_closed(struct dw_fetcher *f)
{
	void (*cb)(void *) = f->on_closed;
	void *data = f->on_closed_data;

	if (--f->n_handles > 0 || !f->is_closing)
		return;
	free(f);
	cb(data);
}

static void on_watch_closed(uv_handle_t *h)
{
	struct watch *w = DW_CONTAINER_OF(h, struct watch, poll);
	struct dw_fetcher *f = w->fetcher;

	free(w);
	handle_closed(f);
}

static void on_timer_closed(uv_handle_t *h)
{
	handle_closed(DW_CONTAINER_OF(h, struct dw_fetcher, timer));
}

/* ---- between libcurl and libuv ---- */

static void act(struct dw_fetcher *f, curl_socket_t fd, int flags)
{
	int running;

	(void)curl_multi_socket_action(f->multi, fd, flags, &running);
	dw_task_post(f->conf.loop, &f->finish);
}

static void on_ready(uv_poll_t *h, int status, int events)
{
	struct watch *w = DW_CONTAINER_OF(h, struct watch, poll);
	int flags = 0;

	if (status < 0)
		flags = CURL_CSELECT_ERR;
	if ((events & UV_READABLE) != 0)
		flags |= CURL_CSELECT_IN;
	if ((events & UV_WRITABLE) != 0)
		flags |= CURL_CSELECT_OUT;
	act(w->fetcher, w->fd, flags);
}

static void unwatch(struct dw_fetcher *f, struct watch *w)
{
	if (w == NULL)
		return;
	(void)curl_multi_assign(f->multi, w->fd, NULL);
	(void)uv_poll_stop(&w->poll);
	uv_close((uv_handle_t *)&w->poll, on_watch_closed);
}

static struct watch *watch_new(struct dw_fetcher *f, curl_socket_t fd)
{
	struct watch *w = calloc(1, sizeof(*w));

	DW_INVARIANT(w != NULL);
	w->fetcher = f;
	w->fd = fd;
	if (uv_poll_init_socket(&f->conf.loop->uv, &w->poll, fd) < 0) {
		free(w);
		return NULL; /* the transfer then runs into its time limit */
	}
	f->n_handles++;
	(void)curl_multi_assign(f->multi, fd, w);
	return w;
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *data, void *assigned)
{
	struct dw_fetcher *f = data;
	struct watch *w = assigned;
	int events = 0;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		unwatch(f, w);
		return 0;
	}
	if (w == NULL)
		w = watch_new(f, fd);
	if (w == NULL)
		return 0;
	if ((what & CURL_POLL_IN) != 0)
		events |= UV_READABLE;
	if ((what & CURL_POLL_OUT) != 0)
		events |= UV_WRITABLE;
	(void)uv_poll_start(&w->poll, events, on_ready);
	return 0;
}

static void on_timer(uv_timer_t *h)
{
	act(DW_CONTAINER_OF(h, struct dw_fetcher, timer), CURL_SOCKET_TIMEOUT, 0);
}

static int on_timeout(CURLM *multi, long ms, void *data)
{
	struct dw_fetcher *f = data;

	(void)multi;
	if (ms < 0)
		(void)uv_timer_stop(&f->timer);
	else if (!f->is_closing)
		(void)uv_timer_start(&f->timer, on_timer, (uint64_t)ms, 0);
	return 0;
}

/* ---- transfers ---- */

static void start_next(struct dw_fetcher *f)
{
	unsigned most = f->conf.at_once != 0 ? f->conf.at_once : AT_ONCE;
	struct dw_link *l;

	while (!f->is_closing && f->n_active < most &&
	       (l = dw_list_pop(&f->waiting)) != NULL) {
		struct dw_fetch *x = DW_CONTAINER_OF(l, struct dw_fetch, link);

		transfer_open(x);
		dw_list_push(&f->active, &x->link);
		f->n_active++;
		DW_INVARIANT(curl_multi_add_handle(f->multi, x->easy) == CURLM_OK);
	}
}

static void let_go(struct dw_fetch *x)
{
	struct dw_fetcher *f = x->fetcher;

	dw_list_remove(&x->link);
	if (x->easy != NULL) {
		/* may call back once more */
		(void)curl_multi_remove_handle(f->multi, x->easy);
		transfer_close(x);
		f->n_active--;
	}
	x->fetcher = NULL;
}

static void on_finish(struct dw_task *t)
{
	struct dw_fetcher *f = DW_CONTAINER_OF(t, struct dw_fetcher, finish);
	struct CURLMsg *m;
	int left;

	while (!f->is_closing && (m = curl_multi_info_read(f->multi, &left)) != NULL) {
		struct dw_fetch *x = NULL;

		if (m->msg != CURLMSG_DONE)
			continue;
		DW_INVARIANT(curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE,
					       (char **)&x) == CURLE_OK);
		transfer_result(x, m->data.result);
		let_go(x);
		x->on_done(x);
	}
	start_next(f);
}

void dw_fetch_start(struct dw_fetcher *f, struct dw_fetch *x)
{
	DW_REQUIRE(x->fetcher == NULL && x->on_body != NULL && x->on_done != NULL &&
		   !f->is_closing);
	x->fetcher = f;
	dw_list_init(&x->link);
	dw_list_push(&f->waiting, &x->link);
	dw_task_post(f->conf.loop, &f->finish);
}

void dw_fetch_cancel(struct dw_fetch *x)
{
	struct dw_fetcher *f = x->fetcher;

	if (f == NULL)
		return;
	let_go(x);
	dw_task_post(f->conf.loop, &f->finish);
}

bool dw_fetch_is_active(const struct dw_fetch *x)
{
	return x->fetcher != NULL;
}

/* ---- the whole ---- */

int dw_fetcher_create(struct dw_fetcher **out, const struct dw_fetcher_conf *conf,
		      struct dw_err *err)
{
	struct dw_fetcher *f;
	const curl_version_info_data *v;

	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return dw_fail(err, DW_EINTERNAL, "libcurl cannot be initialised");
	v = curl_version_info(CURLVERSION_NOW);
	if ((v->features & CURL_VERSION_ASYNCHDNS) == 0)
		return dw_fail(
			err, DW_EINTERNAL,
			"this libcurl resolves names while everything waits: feeds "
			"need one that does not");
	f = calloc(1, sizeof(*f));
	DW_INVARIANT(f != NULL);
	f->conf = *conf;
	f->multi = curl_multi_init();
	DW_INVARIANT(f->multi != NULL);
	dw_list_init(&f->waiting);
	dw_list_init(&f->active);
	dw_task_init(&f->finish, on_finish);
	(void)uv_timer_init(&conf->loop->uv, &f->timer);
	f->n_handles = 1;
	curl_multi_setopt(f->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(f->multi, CURLMOPT_SOCKETDATA, f);
	curl_multi_setopt(f->multi, CURLMOPT_TIMERFUNCTION, on_timeout);
	curl_multi_setopt(f->multi, CURLMOPT_TIMERDATA, f);
	curl_multi_setopt(f->multi, CURLMOPT_MAXCONNECTS, (long)2 * AT_ONCE);
	*out = f;
	return 0;
}

static void cancel_all(struct dw_link *list)
{
	DW_LIST_EACH(l, list)
		let_go(DW_CONTAINER_OF(l, struct dw_fetch, link));
}

void dw_fetcher_close(struct dw_fetcher *f, void (*cb)(void *data), void *data)
{
	f->on_closed = cb;
	f->on_closed_data = data;
	f->is_closing = true;
	cancel_all(&f->waiting);
	cancel_all(&f->active);
	dw_task_cancel(f->conf.loop, &f->finish);
	(void)curl_multi_cleanup(f->multi);
	(void)uv_timer_stop(&f->timer);
	uv_close((uv_handle_t *)&f->timer, on_timer_closed);
}
