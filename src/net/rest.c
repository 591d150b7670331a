/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * rest.c - bytes that a peer has no room for yet.
 *
 * Of what was not sent yet little lies in the kernel: left alone it takes megabytes for each peer
 * that never reads, and nobody counts those. What stays with us is borrowed where it lies (in a blob,
 * or in the program), else copied. Copies are counted: an address that has too many gets no more
 * (its connection is closed), and when there are too many in all the largest goes. Small ones (an answer of a few lines, the end
 * of a stream's frame) are always kept.
 *
 * A peer has taken what its kernel acknowledged. One that takes nothing in write_stall_ms is ended,
 * and so is one that takes a reply so slowly that it means to hold it (slow read, as
 * github.com/shekyan/slowhttptest makes it), twice in a row, since a radio link may be out for most
 * of one look. A stream has nothing to take for hours and is judged only by whether it moves.
 */
#include "net_int.h"

#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#define SMALL (4 * 1024) /* bytes; at most 80 MB of them with 20,000 connections */

void dw_net_keep_unsent(const uv_handle_t *h, int most)
{
	uv_os_fd_t fd;

	if (uv_fileno(h, &fd) == 0)
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &most, sizeof(most));
}

/* ---- counting ---- */

/* Whom this is for; NULL on the control socket. A reference. */
static struct dw_peer *reader_of(const struct dw_conn *c)
{
	const char *text;

	if (c->is_local)
		return NULL;
	if (c->sink.ops != NULL)
		text = c->sink.peer->text;
	else
		text = c->x != NULL ? c->x->req.peer : c->peer->text;
	return dw_peer_ref(c->net, text);
}

static void count(struct dw_rest *r, size_t copied)
{
	if (r->reader == NULL)
		return;
	r->copied = copied;
	r->conn->net->stats.unsent_bytes += copied;
	r->reader->unsent += copied;
}

static void count_no_more(struct dw_rest *r)
{
	if (r->reader == NULL)
		return;
	r->conn->net->stats.unsent_bytes -= r->copied;
	r->reader->unsent -= r->copied;
	r->copied = 0;
}

static void release(struct dw_rest *r)
{
	count_no_more(r);
	if (r->reader != NULL)
		dw_peer_unref(r->conn->net, r->reader);
	dw_blob_unref(r->hold);
	free(r);
}

static struct dw_rest *largest(const struct dw_net *n)
{
	struct dw_rest *most = NULL;

	DW_LIST_EACH(it, &n->conns) {
		struct dw_rest *r = DW_CONTAINER_OF(it, struct dw_conn, link)->rest;

		if (r != NULL && (most == NULL || r->copied > most->copied))
			most = r;
	}
	return most;
}

/* Whoever makes us keep more than this one goes first. */
static bool make_room(struct dw_net *n, const struct dw_peer *reader, size_t copied)
{
	const struct dw_net_limits *l = &n->conf.limits;

	if (copied <= SMALL || reader == NULL)
		return true;
	if (reader->unsent + copied > l->max_unsent_bytes_per_peer)
		return false;
	while (n->stats.unsent_bytes + copied > l->max_unsent_bytes) {
		struct dw_rest *r = largest(n);

		if (r == NULL || r->copied < copied)
			return false;
		n->stats.unsent_cut++;
		count_no_more(r);
		dw_conn_close(r->conn, true);
	}
	return true;
}

/* ---- sending ---- */

/* Ours, and what the kernel holds until the peer has acknowledged it (linux/sockios.h). */
static uint64_t untaken(const struct dw_conn *c)
{
	uv_os_fd_t fd;
	int held = 0;

	/* Of a unix socket SIOCOUTQ is memory, which shrinks by whole pieces. */
	if (!c->is_local && uv_fileno(&c->u.handle, &fd) == 0)
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
	struct dw_peer *reader = reader_of(c);
	struct dw_rest *r;
	uv_buf_t out[2];

	if (!make_room(c->net, reader, copied)) {
		c->net->stats.unsent_cut++;
		dw_peer_unref(c->net, reader);
		dw_conn_close(c, true);
		return;
	}
	r = malloc(sizeof(*r) + copied);
	DW_INVARIANT(r != NULL && c->rest == NULL);
	r->conn = c;
	r->reader = reader;
	r->copied = 0;
	r->is_slow = false;
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
	bool is_reply = c->state == DW_CONN_REPLY || c->sink.is_sized;

	if (!is_reply || c->is_local)
		return 1;
	return (uint64_t)l->reply_min_rate * l->write_stall_ms / 1000;
}

void dw_rest_judge(struct dw_conn *c)
{
	struct dw_rest *r = c->rest;
	uint64_t left, taken;
	bool was_slow;

	if (r == NULL)
		return;
	left = untaken(c);
	taken = r->untaken > left ? r->untaken - left : 0;
	was_slow = r->is_slow;
	r->is_slow = taken < least(c);
	r->untaken = left;
	if (taken == 0 || (was_slow && r->is_slow)) {
		c->net->stats.timeouts_write++;
		dw_conn_close(c, true);
		return;
	}
	dw_deadline_start(c->net->timers, c->net->cls_write, &c->deadline);
}
