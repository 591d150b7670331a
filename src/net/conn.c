/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * conn.c - one connection, from its first byte to its last.
 *
 * A connection is the state machine drawn in net_int.h. Whatever happens (bytes, end of input, a
 * finished write, a reply, a time-out) notes itself and calls dw_conn_run, which takes steps
 * until it has to wait. Handlers run inside such a step, and a reply from within one only sets a
 * flag that the next step sees: nothing recurses and nothing is freed under anyone's feet.
 *
 * Reading is stopped lazily. While a request is in work one more read may come in; if it holds
 * bytes they are kept (64 KiB at most) and reading stops until the reply has gone. The usual
 * client sends nothing then, and so two epoll_ctl calls per request are saved.
 *
 * Closing is polite where the peer may still be sending: we shut our side, then discard for up
 * to a second. A close() with unread bytes would make the kernel send RST, and that would
 * destroy the answer that says what was wrong.
 *
 *  (1) One deadline per connection; which one is a function of the state.
 *  (2) A connection is freed in its close callback, or, when a handler still owes a reply at
 *      that time, by that reply.
 */
#include "net_int.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>

static void on_due(struct dw_deadline *d);

struct dw_conn *dw_conn_create(struct dw_net *n, bool is_local)
{
	struct dw_conn *c = calloc(1, sizeof(*c));

	DW_INVARIANT(c != NULL);
	c->net = n;
	c->is_local = is_local;
	if (is_local)
		(void)uv_pipe_init(&n->loop->uv, &c->u.pipe, 0);
	else
		(void)uv_tcp_init(&n->loop->uv, &c->u.tcp);
	dw_deadline_init(&c->deadline, on_due);
	dw_list_init(&c->newcomer);
	dw_list_push(&n->conns, &c->link);
	return c;
}

static void set_state(struct dw_conn *c, enum dw_conn_state state)
{
	c->state = (uint8_t)state;
}

/* ---- the end ---- */

static void conn_free(struct dw_conn *c)
{
	struct dw_net *n = c->net;

	dw_exchange_destroy(c->x);
	if (c->peer != NULL)
		dw_peer_unref(n, c->peer);
	dw_list_remove(&c->link);
	free(c);
	dw_net_check_closed(n);
}

/* Free what nobody needs any more; the connection itself once handle and handler let go. */
static void reap(struct dw_conn *c)
{
	bool is_owed = c->x != NULL && c->x->is_owed && !c->x->is_replied;

	if (c->x != NULL && !is_owed) {
		dw_exchange_destroy(c->x);
		c->x = NULL;
	}
	if (!c->is_closed || is_owed)
		return;
	dw_sink_closed(c);
	conn_free(c);
}

static void count_no_more(struct dw_conn *c)
{
	if (!c->is_counted)
		return;
	c->is_counted = false;
	c->net->stats.connections_open--;
	if (c->peer != NULL)
		c->peer->conns--;
}

static void on_closed(uv_handle_t *h)
{
	struct dw_conn *c = h->data;

	c->is_closed = true;
	count_no_more(c);
	if (c->is_refused)
		c->net->n_refused--;
	reap(c);
}

/*
 * What the kernel still has goes out after us, in nobody's count: not for longer than a reader may take
 * nothing (tcp(7), TCP_USER_TIMEOUT). Left to itself it asks a closed window for minutes.
 */
static void bound_the_end(const struct dw_conn *c)
{
	unsigned ms = c->net->conf.limits.write_stall_ms;
	uv_os_fd_t fd;

	if (!c->is_local && uv_fileno(&c->u.handle, &fd) == 0)
		(void)setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &ms, sizeof(ms));
}

void dw_conn_close(struct dw_conn *c, bool with_reset)
{
	bool breaks_body = c->state == DW_CONN_BODY;

	if (c->state == DW_CONN_CLOSING)
		return;
	set_state(c, DW_CONN_CLOSING);
	dw_list_remove(&c->newcomer);
	dw_deadline_stop(&c->deadline);
	c->u.handle.data = c;
	if (c->is_local || !with_reset || uv_tcp_close_reset(&c->u.tcp, on_closed) < 0) {
		bound_the_end(c);
		uv_close(&c->u.handle, on_closed);
	}
	if (breaks_body && c->x != NULL && c->x->is_owed && !c->x->is_replied)
		dw_exchange_break(c->x, DW_ECLOSED, "the peer went away");
}

void dw_conn_displace(struct dw_conn *c)
{
	c->net->stats.connections_displaced++;
	count_no_more(c);
	dw_conn_close(c, true);
}

void dw_conn_linger(struct dw_conn *c)
{
	uv_os_fd_t fd;

	if (c->is_eof || uv_fileno(&c->u.handle, &fd) < 0 || shutdown(fd, SHUT_WR) < 0) {
		dw_conn_close(c, false);
		return;
	}
	set_state(c, DW_CONN_LINGER);
	dw_list_remove(&c->newcomer); /* for a second, which its answer has to arrive */
	dw_deadline_start(c->net->timers, c->net->cls_linger, &c->deadline);
}

/* ---- newcomers ---- */

void dw_conn_newcomer(struct dw_conn *c)
{
	dw_list_remove(&c->newcomer);
	if (c->peer != NULL)
		dw_list_push(&c->peer->newcomers, &c->newcomer);
}

/* To the end, and was answered. */
static void has_asked(struct dw_conn *c)
{
	c->has_asked = true;
	dw_list_remove(&c->newcomer);
}

/* ---- steps: true when there may be more to do ---- */

static bool step_head(struct dw_conn *c)
{
	struct dw_exchange *x = c->x;

	if (x == NULL || dw_exchange_waiting(x) == 0) {
		if (x != NULL)
			dw_exchange_destroy(x);
		c->x = NULL;
		set_state(c, DW_CONN_IDLE);
		dw_deadline_start(c->net->timers, c->net->cls_idle, &c->deadline);
		if (c->is_eof || c->net->is_closing)
			dw_conn_close(c, false);
		return false;
	}
	if (c->state == DW_CONN_IDLE) {
		set_state(c, DW_CONN_HEAD);
		dw_deadline_start(c->net->timers, c->net->cls_head, &c->deadline);
	}
	if (dw_exchange_head(x) == 1)
		return true;
	if (c->is_eof)
		dw_conn_close(c, false);
	return dw_exchange_waiting(x) == 0 && c->state == DW_CONN_HEAD;
}

/* The reply is in the kernel or on its way: what comes after it. */
static bool step_replied(struct dw_conn *c)
{
	struct dw_exchange *x = c->x;

	if (c->rest != NULL) {
		set_state(c, DW_CONN_REPLY);
		return false;
	}
	dw_deadline_stop(&c->deadline);
	if (!x->keep) {
		dw_conn_linger(c);
		return false;
	}
	if (!x->is_body_done) {
		set_state(c, DW_CONN_DRAIN);
		dw_deadline_start(c->net->timers, c->net->cls_window, &c->deadline);
		if (!c->has_asked)
			dw_conn_newcomer(c);
		return true;
	}
	has_asked(c);
	dw_exchange_reset(x);
	set_state(c, DW_CONN_IDLE);
	return true;
}

static bool step_body(struct dw_conn *c)
{
	if (dw_exchange_body(c->x) == 1)
		return true;
	if (!c->is_eof || c->x->is_paused)
		return false;
	dw_exchange_break(c->x, DW_EINVAL, "the body ended before its announced end");
	return true;
}

static bool step_drain(struct dw_conn *c)
{
	if (dw_exchange_drain(c->x) == 0) {
		if (c->is_eof)
			dw_conn_close(c, false);
		return false;
	}
	has_asked(c);
	dw_exchange_reset(c->x);
	set_state(c, DW_CONN_IDLE);
	return true;
}

static bool step(struct dw_conn *c)
{
	switch ((enum dw_conn_state)c->state) {
	case DW_CONN_IDLE:
	case DW_CONN_HEAD:
		return c->x != NULL && c->x->is_replied ? step_replied(c) : step_head(c);
	case DW_CONN_BODY:
		return c->x->is_replied ? step_replied(c) : step_body(c);
	case DW_CONN_WORK:
	case DW_CONN_REPLY:
		return c->x->is_replied ? step_replied(c) : false;
	case DW_CONN_DRAIN:
		return step_drain(c);
	case DW_CONN_SINK:
	case DW_CONN_LINGER:
	case DW_CONN_CLOSING:
		break;
	}
	return false;
}

/* ---- reading ---- */

static bool wants_input(const struct dw_conn *c)
{
	const struct dw_exchange *x = c->x;

	switch ((enum dw_conn_state)c->state) {
	case DW_CONN_IDLE:
	case DW_CONN_HEAD:
	case DW_CONN_DRAIN:
	case DW_CONN_SINK:
	case DW_CONN_LINGER:
		return !c->is_eof;
	case DW_CONN_BODY:
		return !c->is_eof && x != NULL && !x->is_paused;
	case DW_CONN_WORK:
	case DW_CONN_REPLY:
		return !c->is_eof && x != NULL && dw_exchange_waiting(x) == 0;
	case DW_CONN_CLOSING:
		break;
	}
	return false;
}

static void discard(struct dw_conn *c, size_t n)
{
	c->discarded += (uint32_t)n;
	if (c->discarded > DW_NET_DRAIN_MAX)
		dw_conn_close(c, c->state == DW_CONN_SINK);
}

static void take_input(struct dw_conn *c, const char *p, size_t n)
{
	if (c->x == NULL)
		c->x = dw_exchange_create(c);
	c->x->window += n;
	if (dw_buf_add(&c->x->in, p, n) < 0) {
		dw_conn_close(c, true);
		return;
	}
	dw_conn_run(c);
}

static void on_end(struct dw_conn *c, bool is_broken)
{
	bool was_eof = c->is_eof;

	c->is_eof = true;
	c->is_reading = false;
	if (is_broken || c->state == DW_CONN_LINGER) {
		dw_conn_close(c, false);
	} else if (c->state == DW_CONN_SINK) {
		/* Perhaps only half closed: then it still reads. If it is gone, writing tells. */
		if (!was_eof && c->sink.ops->on_eof != NULL)
			c->sink.ops->on_eof(c->sink.data);
	} else {
		dw_conn_run(c);
	}
}

static void on_read(uv_stream_t *s, ssize_t nread, const uv_buf_t *buf)
{
	struct dw_conn *c = s->data;

	if (c->state == DW_CONN_CLOSING || nread == 0)
		return;
	if (nread < 0) {
		(void)uv_read_stop(s);
		on_end(c, nread != UV_EOF);
		return;
	}
	c->net->stats.bytes_in += (uint64_t)nread;
	if (c->state == DW_CONN_SINK || c->state == DW_CONN_LINGER)
		discard(c, (size_t)nread);
	else
		take_input(c, buf->base, (size_t)nread);
}

/* One buffer for all: what a read brings is used or copied before the next one. */
static void on_alloc(uv_handle_t *h, size_t hint, uv_buf_t *buf)
{
	struct dw_conn *c = h->data;

	(void)hint;
	*buf = uv_buf_init(c->net->read_buf, sizeof(c->net->read_buf));
}

void dw_conn_settle(struct dw_conn *c)
{
	bool wants = wants_input(c);

	if (c->state == DW_CONN_CLOSING || wants == c->is_reading)
		return;
	c->is_reading = wants;
	if (!wants)
		(void)uv_read_stop(&c->u.stream);
	else if (uv_read_start(&c->u.stream, on_alloc, on_read) < 0)
		dw_conn_close(c, false);
}

void dw_conn_run(struct dw_conn *c)
{
	if (c->is_running)
		return;
	c->is_running = true;
	while (step(c))
		;
	c->is_running = false;
	if (c->x != NULL && c->x->off > 0) {
		dw_buf_consume(&c->x->in, c->x->off);
		c->x->off = 0;
	}
	dw_conn_settle(c);
	if (c->state == DW_CONN_CLOSING || c->state == DW_CONN_SINK ||
	    c->state == DW_CONN_LINGER)
		reap(c);
}

void dw_conn_start(struct dw_conn *c)
{
	c->u.handle.data = c;
	set_state(c, DW_CONN_IDLE);
	dw_conn_run(c);
}

/* ---- time ---- */

static void judge_rate(struct dw_conn *c)
{
	struct dw_exchange *x = c->x;
	const struct dw_net_limits *l = &c->net->conf.limits;
	uint64_t least = (uint64_t)l->body_min_rate * l->body_window_ms / 1000;

	if (x->is_paused || x->window >= least) {
		x->window = 0;
		dw_deadline_start(c->net->timers, c->net->cls_window, &c->deadline);
		return;
	}
	c->net->stats.timeouts_body++;
	if (c->state == DW_CONN_DRAIN) {
		dw_conn_close(c, false);
		return;
	}
	dw_exchange_break(x, DW_ETIMEDOUT, "the body comes too slowly");
	dw_conn_run(c);
}

static void on_due(struct dw_deadline *d)
{
	struct dw_conn *c = DW_CONTAINER_OF(d, struct dw_conn, deadline);

	switch ((enum dw_conn_state)c->state) {
	case DW_CONN_IDLE:
		c->net->stats.timeouts_idle++;
		dw_conn_close(c, false);
		break;
	case DW_CONN_HEAD:
		c->net->stats.timeouts_head++;
		c->x->keep = false;
		dw_exchange_refuse(c->x, DW_ETIMEDOUT, "the request head took too long");
		dw_conn_run(c);
		break;
	case DW_CONN_BODY:
	case DW_CONN_DRAIN:
		judge_rate(c);
		break;
	case DW_CONN_REPLY:
	case DW_CONN_SINK:
		dw_rest_judge(c);
		break;
	case DW_CONN_LINGER:
		dw_conn_close(c, false);
		break;
	case DW_CONN_WORK:
	case DW_CONN_CLOSING:
		break;
	}
}
