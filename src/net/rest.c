/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * rest.c - bytes that a peer has no room for yet.
 *
 * Little of them lies in the kernel: left alone it takes megabytes for each peer that never reads,
 * and nobody counts those. What stays with us is borrowed where it lies (in a blob, or in the
 * program), else copied; copies are counted for each address and in all, and a connection that
 * would go over the limit is cut.
 *
 * A peer has taken what its kernel acknowledged. One that takes nothing is ended, and so is one that
 * takes a reply so slowly that it means to hold it (slow read: github.com/shekyan/slowhttptest). A
 * stream has nothing to take for hours and is judged only by whether it moves.
 */
#include "net_int.h"

#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

void dw_net_keep_unsent(const uv_handle_t *h, int most)
{
	uv_os_fd_t fd;

	if (uv_fileno(h, &fd) == 0)
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &most, sizeof(most));
}

/* ---- counting ---- */

static bool has_room(const struct dw_conn *c, size_t copied)
{
	const struct dw_net_limits *l = &c->net->conf.limits;

	if (copied == 0 || c->is_local)
		return true;
	return c->net->stats.unsent_bytes + copied <= l->max_unsent_bytes &&
	       (c->is_proxy || c->peer->unsent + copied <= l->max_unsent_bytes_per_peer);
}

static void count(struct dw_rest *r, size_t copied)
{
	r->copied = copied;
	r->conn->net->stats.unsent_bytes += copied;
	if (r->conn->peer != NULL)
		r->conn->peer->unsent += copied;
}

static void release(struct dw_rest *r)
{
	r->conn->net->stats.unsent_bytes -= r->copied;
	if (r->conn->peer != NULL)
		r->conn->peer->unsent -= r->copied;
	dw_blob_unref(r->hold);
	free(r);
}

/* ---- sending ---- */

/* Ours, and what the kernel holds until the peer has it (tcp(7), unix(7): SIOCOUTQ). */
static uint64_t untaken(const struct dw_conn *c)
{
	uv_os_fd_t fd;
	int held = 0;

	if (uv_fileno(&c->u.handle, &fd) == 0)
		(void)ioctl(fd, SIOCOUTQ, &held);
	return uv_stream_get_write_queue_size(&c->u.stream) + (uint64_t)held;
}

static void on_written(uv_write_t *req, int status)
{
	struct dw_rest *r = DW_CONTAINER_OF(req, struct dw_rest, req);
	struct dw_conn *c = r->conn;

	c->rest = NULL;
	release(r);
	if (c->state == DW_CONN_CLOSING)
		return;
	if (status < 0) {
		dw_conn_close(c, false);
		return;
	}
	if (c->state != DW_CONN_SINK) {
		dw_conn_run(c);
		return;
	}
	dw_deadline_stop(&c->deadline);
	c->sink.ops->on_drain(c->sink.data);
}

/* See the header: the second is borrowed when `hold` keeps it. */
void dw_conn_send_rest(struct dw_conn *c, uv_buf_t bufs[2], struct dw_blob *hold)
{
	size_t copied = bufs[0].len + (hold != NULL ? 0 : bufs[1].len);
	struct dw_rest *r;
	uv_buf_t out[2];

	if (!has_room(c, copied)) {
		c->net->stats.unsent_cut++;
		dw_conn_close(c, true);
		return;
	}
	r = malloc(sizeof(*r) + copied);
	DW_INVARIANT(r != NULL && c->rest == NULL);
	r->conn = c;
	r->hold = hold != NULL ? dw_blob_ref(hold) : NULL;
	count(r, copied);
	if (bufs[0].len > 0)
		memcpy(r->copy, bufs[0].base, bufs[0].len);
	if (hold == NULL && bufs[1].len > 0)
		memcpy(r->copy + bufs[0].len, bufs[1].base, bufs[1].len);
	out[0] = uv_buf_init(r->copy, (unsigned)copied);
	out[1] = hold != NULL ? bufs[1] : uv_buf_init(NULL, 0);
	c->net->stats.bytes_out += out[0].len + out[1].len;
	if (uv_write(&r->req, &c->u.stream, copied > 0 ? out : out + 1,
		     copied > 0 && out[1].len > 0 ? 2 : 1, on_written) < 0) {
		release(r);
		dw_conn_close(c, false);
		return;
	}
	c->rest = r;
	r->untaken = untaken(c);
	dw_deadline_start(c->net->timers, c->net->cls_write, &c->deadline);
}

void dw_conn_send(struct dw_conn *c, uv_buf_t bufs[2], struct dw_blob *hold)
{
	int sent = uv_try_write(&c->u.stream, bufs, bufs[1].len > 0 ? 2 : 1);

	if (sent == UV_EAGAIN)
		sent = 0;
	if (sent < 0) {
		dw_conn_close(c, false);
		return;
	}
	c->net->stats.bytes_out += (uint64_t)sent;
	for (int i = 0; i < 2; i++) {
		size_t n = (size_t)sent < bufs[i].len ? (size_t)sent : bufs[i].len;

		bufs[i].base = n > 0 ? bufs[i].base + n : bufs[i].base;
		bufs[i].len -= n;
		sent -= (int)n;
	}
	if (bufs[0].len + bufs[1].len > 0)
		dw_conn_send_rest(c, bufs, hold);
}

/* ---- time ---- */

/* Bytes that must have been taken since the last look. */
static uint64_t least(const struct dw_conn *c)
{
	const struct dw_net_limits *l = &c->net->conf.limits;
	uint64_t n = (uint64_t)l->reply_min_rate * l->write_stall_ms / 1000;

	return c->state == DW_CONN_REPLY && n > 0 ? n : 1;
}

void dw_rest_judge(struct dw_conn *c)
{
	uint64_t left;

	if (c->rest == NULL)
		return;
	left = untaken(c);
	if (left + least(c) <= c->rest->untaken) {
		c->rest->untaken = left;
		dw_deadline_start(c->net->timers, c->net->cls_write, &c->deadline);
		return;
	}
	c->net->stats.timeouts_write++;
	dw_conn_close(c, true);
}
