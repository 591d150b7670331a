/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * sink.c - replies that stay open.
 *
 * A sink is a connection that has given everything back: no parser, no arena, no buffer, no
 * timer. What stays is the socket, the owner's two pointers and a flag, 400 bytes or so, because
 * there may be a hundred thousand of them. The owner keeps a position in bytes that live
 * elsewhere; dw_sink_try offers those to the kernel without copying, and only what a full socket
 * refuses is worth an allocation, which ends when it has gone out.
 *
 * It keeps reading, into a buffer that all share, so that a peer that goes away is noticed. End
 * of input alone does not end a sink: a client may shut its sending side and go on listening.
 */
#include "net_int.h"

#include <errno.h>
#include <sys/socket.h>

#define TRY_PIECES 64
/*
 * Of one stream that its peer's window has no room for. Otherwise there is a write for each event for
 * somebody who never reads, and everybody else waits behind those: with 1,000 such streams twice as long.
 */
#define UNSENT_BYTES (4 * 1024)

static struct dw_conn *conn_of(struct dw_sink *s)
{
	return DW_CONTAINER_OF(s, struct dw_conn, sink);
}

static struct dw_sink *start(struct dw_http_req *req, const char *content_type,
			     int64_t length, const struct dw_sink_ops *ops, void *data)
{
	struct dw_exchange *x = dw_exchange_of(req);
	struct dw_conn *c = x->conn;

	DW_REQUIRE(!x->is_replied && ops->on_drain != NULL && ops->on_close != NULL);
	x->is_replied = true;
	if (req->on_answered != NULL)
		req->on_answered(req, 200);
	c->sink = (struct dw_sink){ ops, data, dw_peer_ref(c->net, req->peer),
				    length >= 0 };
	c->net->stats.sinks_open++;
	if (length < 0)
		dw_net_keep_unsent(&c->u.handle, UNSENT_BYTES);
	if (c->state != DW_CONN_CLOSING)
		dw_reply_sink_head(x, content_type, length);
	if (c->state != DW_CONN_CLOSING && !x->is_head) {
		c->state = DW_CONN_SINK;
		if (c->rest == NULL)
			dw_deadline_stop(&c->deadline);
	}
	/* Whatever follows, on_close above all, happens after we have returned. */
	if (!c->is_running)
		dw_task_post(c->net->loop, &x->task);
	return &c->sink;
}

struct dw_sink *dw_http_sink(struct dw_http_req *req, const char *content_type,
			     const struct dw_sink_ops *ops, void *data)
{
	return start(req, content_type, -1, ops, data);
}

struct dw_sink *dw_http_sink_sized(struct dw_http_req *req, const char *content_type,
				   uint64_t length, const struct dw_sink_ops *ops,
				   void *data)
{
	DW_REQUIRE(length <= INT64_MAX);
	return start(req, content_type, (int64_t)length, ops, data);
}

bool dw_sink_is_busy(const struct dw_sink *s)
{
	return conn_of((struct dw_sink *)(uintptr_t)s)->rest != NULL;
}

/*
 * Straight to the socket. uv_try_write comes to a write(2), which in the kernel goes through what
 * files need, and costs a tenth more than a send. Requires: nothing of this connection is queued
 * in libuv.
 */
static ssize_t offer(uv_os_fd_t fd, const uv_buf_t *bufs, unsigned n)
{
	struct iovec piece[TRY_PIECES];
	struct msghdr m = { .msg_iov = piece };
	ssize_t sent;

	if (n > TRY_PIECES)
		n = TRY_PIECES;
	for (unsigned i = 0; i < n; i++)
		piece[i] = (struct iovec){ bufs[i].base, bufs[i].len };
	m.msg_iovlen = n;
	do {
		sent = n == 1 ? send(fd, bufs[0].base, bufs[0].len, MSG_NOSIGNAL)
			      : sendmsg(fd, &m, MSG_NOSIGNAL);
	} while (sent < 0 && errno == EINTR);
	return sent;
}

ssize_t dw_sink_try(struct dw_sink *s, const uv_buf_t *bufs, unsigned n)
{
	struct dw_conn *c = conn_of(s);
	uv_os_fd_t fd;
	ssize_t sent;

	if (c->state != DW_CONN_SINK)
		return DW_ECLOSED;
	if (c->rest != NULL)
		return 0;
	DW_INVARIANT(uv_fileno(&c->u.handle, &fd) == 0);
	sent = offer(fd, bufs, n);
	if (sent < 0 && (errno == EAGAIN || errno == ENOBUFS))
		return 0;
	if (sent < 0) {
		dw_conn_close(c, false);
		return DW_ECLOSED;
	}
	c->net->stats.bytes_out += (uint64_t)sent;
	return sent;
}

void dw_sink_rest(struct dw_sink *s, const char *p, size_t n, struct dw_blob *hold)
{
	struct dw_conn *c = conn_of(s);
	uv_buf_t bufs[2] = { { NULL, 0 }, { (char *)(uintptr_t)p, n } };

	if (c->state != DW_CONN_SINK)
		return;
	DW_REQUIRE(c->rest == NULL && n > 0);
	dw_conn_send_rest(c, bufs, hold);
}

void dw_sink_close(struct dw_sink *s)
{
	struct dw_conn *c = conn_of(s);

	if (c->state == DW_CONN_SINK)
		dw_conn_close(c, false);
}

const char *dw_sink_peer(const struct dw_sink *s)
{
	return s->peer->text;
}

void dw_sink_closed(struct dw_conn *c)
{
	const struct dw_sink_ops *ops = c->sink.ops;

	if (ops == NULL)
		return;
	c->sink.ops = NULL;
	c->net->stats.sinks_open--;
	ops->on_close(c->sink.data);
	dw_peer_unref(c->net, c->sink.peer);
}
