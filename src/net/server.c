/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * server.c - the net as a whole: made from a configuration and a table of routes, ended in order.
 *
 * Ending: listeners close at once, so that a successor can have the port. Idle connections close;
 * those with a request finish it and say "Connection: close". Sinks belong to whoever opened
 * them and are closed by him. What is left when the grace is over is cut. The end is reported
 * only when the last handler has given its reply, because until then a request is in use.
 */
#include "net_int.h"

#include <stdlib.h>

static void on_all_closed(struct dw_task *t)
{
	struct dw_net *n = DW_CONTAINER_OF(t, struct dw_net, closed);
	void (*cb)(void *data) = n->on_closed;

	n->on_closed = NULL;
	if (cb != NULL)
		cb(n->on_closed_data);
}

static void on_grace_over(struct dw_deadline *d)
{
	struct dw_net *n = DW_CONTAINER_OF(d, struct dw_net, grace);

	DW_LIST_EACH(it, &n->conns)
		dw_conn_close(DW_CONTAINER_OF(it, struct dw_conn, link), true);
}

int dw_net_create(struct dw_net **out, struct dw_loop *loop, struct dw_timers *timers,
		  const struct dw_net_conf *conf, const struct dw_route *routes,
		  struct dw_err *err)
{
	struct dw_net *n = calloc(1, sizeof(*n));
	int rc;

	DW_INVARIANT(n != NULL);
	rc = dw_proxies_parse(conf->trusted_proxies, &n->proxies, &n->n_proxies, err);
	if (rc < 0) {
		free(n->proxies);
		free(n);
		return rc;
	}
	n->loop = loop;
	n->timers = timers;
	n->conf = *conf;
	n->routes = routes;
	n->peers = dw_map_create();
	dw_list_init(&n->listeners);
	dw_list_init(&n->conns);
	n->cls_head = dw_timers_class(timers, conf->limits.head_ms);
	n->cls_window = dw_timers_class(timers, conf->limits.body_window_ms);
	n->cls_idle = dw_timers_class(timers, conf->limits.idle_ms);
	n->cls_write = dw_timers_class(timers, conf->limits.write_stall_ms);
	n->cls_linger = dw_timers_class(timers, DW_NET_LINGER_MS);
	dw_buf_init(&n->head, 64u * 1024);
	n->lasting = dw_blob_new("", 0);
	dw_deadline_init(&n->grace, on_grace_over);
	dw_task_init(&n->closed, on_all_closed);
	*out = n;
	return 0;
}

const struct dw_net_stats *dw_net_stats(const struct dw_net *n)
{
	return &n->stats;
}

void dw_net_check_closed(struct dw_net *n)
{
	if (!n->is_closing || !dw_list_empty(&n->listeners) || !dw_list_empty(&n->conns))
		return;
	dw_deadline_stop(&n->grace);
	dw_task_post(n->loop, &n->closed);
}

void dw_net_close(struct dw_net *n, unsigned grace_ms, void (*cb)(void *data), void *data)
{
	DW_REQUIRE(!n->is_closing);
	n->is_closing = true;
	n->on_closed = cb;
	n->on_closed_data = data;
	DW_LIST_EACH(it, &n->listeners)
		dw_listener_close(DW_CONTAINER_OF(it, struct dw_listener, link));
	DW_LIST_EACH(it, &n->conns) {
		struct dw_conn *c = DW_CONTAINER_OF(it, struct dw_conn, link);

		if (c->state == DW_CONN_IDLE)
			dw_conn_close(c, false);
	}
	dw_deadline_start(n->timers, dw_timers_class(n->timers, grace_ms), &n->grace);
	dw_net_check_closed(n);
}

void dw_net_destroy(struct dw_net *n)
{
	if (n == NULL)
		return;
	DW_REQUIRE(dw_list_empty(&n->conns) && dw_list_empty(&n->listeners));
	dw_deadline_stop(&n->grace);
	dw_task_cancel(n->loop, &n->closed);
	dw_map_destroy(n->peers);
	dw_buf_fini(&n->head);
	dw_blob_unref(n->lasting);
	free(n->proxies);
	free(n);
}
