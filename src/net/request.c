/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * request.c - one request, from the bytes of its head to the call of its handler.
 *
 * The order of questions is fixed, because each may end the matter before the next one costs
 * anything: is the head well-formed (gate), do both readers agree (http_parse), is it for this
 * host, is there such a path, does it take the method, may the caller (guard), is the body of a
 * size that is wanted; then 100 Continue if it was asked for, the body, and the handler.
 *
 * The head is copied into the request's arena, so that everything the handler sees has one
 * lifetime. Body bytes are handed on from the input buffer as they come; what is decoded is the
 * handler's to keep or drop. A body that nobody wants is skipped when it is small, because then
 * the connection can be kept, and otherwise left unread.
 */
#include "net_int.h"

#include <stdlib.h>

static void on_task(struct dw_task *t)
{
	dw_conn_run(DW_CONTAINER_OF(t, struct dw_exchange, task)->conn);
}

static void exchange_init(struct dw_exchange *x, struct dw_conn *c)
{
	x->conn = c;
	x->is_body_done = true;
	dw_task_init(&x->task, on_task);
	dw_buf_init(&x->body, 1);
	dw_buf_init(&x->headers, 32u * 1024);
	snprintf(x->req.peer, sizeof(x->req.peer), "%s",
		 c->peer != NULL ? c->peer->text : "local");
	x->req.is_local = c->is_local;
}

struct dw_exchange *dw_exchange_create(struct dw_conn *c)
{
	struct dw_exchange *x = calloc(1, sizeof(*x));

	DW_INVARIANT(x != NULL);
	exchange_init(x, c);
	dw_buf_init(&x->in, c->net->conf.limits.max_head_bytes + 2u * DW_NET_READ_SIZE);
	return x;
}

static void exchange_fini(struct dw_exchange *x)
{
	dw_task_cancel(x->conn->net->loop, &x->task);
	dw_arena_destroy(x->req.arena);
	dw_buf_fini(&x->body);
	dw_buf_fini(&x->headers);
}

void dw_exchange_reset(struct dw_exchange *x)
{
	struct dw_conn *c = x->conn;
	struct dw_buf in = x->in;
	size_t off = x->off;

	exchange_fini(x);
	memset(x, 0, sizeof(*x));
	exchange_init(x, c);
	x->in = in;
	x->off = off;
}

void dw_exchange_destroy(struct dw_exchange *x)
{
	if (x == NULL)
		return;
	exchange_fini(x);
	dw_buf_fini(&x->in);
	free(x);
}

void dw_exchange_refuse(struct dw_exchange *x, int code, const char *detail)
{
	struct dw_net_conf *conf = &x->conn->net->conf;
	struct dw_buf body;

	dw_buf_init(&body, 8192);
	if (conf->problem != NULL)
		conf->problem(code, detail, &body);
	dw_http_reply(&x->req, dw_err_status(code),
		      body.len > 0 ? "application/problem+json" : NULL,
		      dw_buf_str(&body));
	dw_buf_fini(&body);
}

static void to_work(struct dw_exchange *x)
{
	x->conn->state = DW_CONN_WORK;
	dw_deadline_stop(&x->conn->deadline);
}

/* ---- body ---- */

void dw_exchange_break(struct dw_exchange *x, int code, const char *why)
{
	x->keep = false;
	if (x->conn->state != DW_CONN_CLOSING)
		to_work(x);
	if (!x->is_owed)
		dw_exchange_refuse(x, code, why);
	else if (x->req.on_body_end != NULL)
		x->req.on_body_end(&x->req, code); /* may reply: x is not ours after it */
}

static void call_handler(struct dw_exchange *x)
{
	x->is_owed = true;
	dw_list_remove(&x->conn->newcomer);
	x->req.route->handler(&x->req, x->conn->net->conf.ctx);
}

static int body_end(struct dw_exchange *x)
{
	to_work(x);
	if (x->req.route->body == DW_BODY_STREAM) {
		if (x->req.on_body_end != NULL)
			x->req.on_body_end(&x->req, 0);
		return 1;
	}
	x->req.body = dw_buf_str(&x->body);
	call_handler(x);
	return 1;
}

static int take_piece(struct dw_exchange *x, struct dw_str piece)
{
	x->body_seen += piece.n;
	if (x->body_seen > x->body_max) {
		dw_exchange_break(x, DW_ETOOBIG, "the body is too large");
		return 1;
	}
	if (x->req.route->body == DW_BODY_WHOLE) {
		if (dw_buf_add(&x->body, piece.p, piece.n) < 0)
			dw_exchange_break(x, DW_ETOOBIG, "the body is too large");
	} else if (x->req.on_body != NULL) {
		x->req.on_body(&x->req, piece);
	}
	return 1;
}

static int take_chunk(struct dw_exchange *x)
{
	struct dw_err err = { 0 };
	struct dw_str run = { x->in.p + x->off, 0 };
	enum dw_chunk_kind kind;

	kind = dw_chunk_next(&x->chunk, run.p, dw_exchange_waiting(x), &run.n);
	if (kind == DW_CHUNK_MORE)
		return 0;
	if (kind == DW_CHUNK_BAD) {
		x->conn->net->stats.gate_refused++;
		dw_exchange_break(x, DW_EINVAL, "the chunked body is not well-formed");
		return 1;
	}
	x->off += run.n;
	if (dw_parser_chunk(&x->parser, run, kind, &err) < 0) {
		x->conn->net->stats.gate_disagreed++;
		dw_exchange_break(x, DW_EINVAL, dw_err_text(&err));
		return 1;
	}
	x->is_body_done = kind == DW_CHUNK_END;
	return kind == DW_CHUNK_DATA ? take_piece(x, run) : 1;
}

int dw_exchange_body(struct dw_exchange *x)
{
	struct dw_str piece = { NULL, dw_exchange_waiting(x) };

	if (x->is_paused)
		return 0;
	if (x->is_body_done)
		return body_end(x);
	if (x->is_chunked)
		return take_chunk(x);
	if (piece.n > x->body_left)
		piece.n = (size_t)x->body_left;
	if (piece.n == 0)
		return 0;
	piece.p = x->in.p + x->off;
	x->off += piece.n;
	x->body_left -= piece.n;
	x->is_body_done = x->body_left == 0;
	return take_piece(x, piece);
}

int dw_exchange_drain(struct dw_exchange *x)
{
	size_t n = dw_exchange_waiting(x);

	if (n > x->body_left)
		n = (size_t)x->body_left;
	x->off += n;
	x->body_left -= n;
	return x->body_left == 0 ? 1 : 0;
}

static void send_continue(struct dw_conn *c)
{
	static char text[] = "HTTP/1.1 100 Continue\r\n\r\n";
	uv_buf_t buf = uv_buf_init(text, sizeof(text) - 1);

	int sent = uv_try_write(&c->u.stream, &buf, 1);

	/* Behind a reply that waits in the kernel it is left out: who asked sends the body after a
	 * while (RFC 9110, 10.1.1). */
	if (sent == UV_EAGAIN)
		return;
	if (sent != (int)buf.len)
		dw_conn_close(c, false);
	else
		c->net->stats.bytes_out += buf.len;
}

static void refuse_size(struct dw_exchange *x)
{
	char text[80];

	snprintf(text, sizeof(text), "the body is too large: here it may have %llu bytes",
		 (unsigned long long)x->body_max);
	dw_exchange_refuse(x, DW_ETOOBIG, text);
}

/* The guard has let it through: is the body wanted? Then read it, or call the handler. */
static void begin_body(struct dw_exchange *x)
{
	const struct dw_route *r = x->req.route;
	struct dw_conn *c = x->conn;
	size_t whole = c->net->conf.limits.max_body_bytes;

	x->body_max = r->body == DW_BODY_STREAM ? UINT64_MAX : whole;
	if (r->max_body > 0)
		x->body_max = r->max_body;
	if (!x->is_chunked && x->body_left > x->body_max) {
		refuse_size(x);
		return;
	}
	if (r->body == DW_BODY_NONE && !x->is_body_done) {
		dw_exchange_refuse(x, DW_EINVAL, "this address takes no body");
		return;
	}
	dw_buf_init(&x->body, (size_t)x->body_max);
	c->state = DW_CONN_BODY;
	if (!x->is_body_done)
		dw_deadline_start(c->net->timers, c->net->cls_window, &c->deadline);
	x->window = 0;
	if (r->body == DW_BODY_STREAM)
		call_handler(x);
	/* Only now: the handler may have had enough of the head. */
	if (x->is_replied || c->state == DW_CONN_CLOSING)
		return;
	if (x->expects_continue && !x->is_body_done && dw_exchange_waiting(x) == 0)
		send_continue(c);
	x->expects_continue = false;
}

/* ---- head ---- */

static enum dw_http_method method_of(struct dw_str m)
{
	switch (m.p[0]) {
	case 'G':
		return DW_GET;
	case 'H':
		return DW_HEAD;
	case 'D':
		return DW_DELETE;
	case 'O':
		return DW_OPTIONS;
	default:
		return m.p[1] == 'O' ? DW_POST : m.p[1] == 'U' ? DW_PUT : DW_PATCH;
	}
}

static void lower(char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i] >= 'A' && p[i] <= 'Z')
			p[i] = (char)(p[i] - 'A' + 'a');
	}
}

/* `head` is our copy, which g points into. */
static void fill_request(struct dw_exchange *x, char *head, const struct dw_gate_head *g)
{
	struct dw_http_req *req = &x->req;
	struct dw_str authority;

	req->method = method_of(g->method);
	dw_gate_split(g, &authority, &req->path, &req->query);
	req->n_headers = g->n_fields;
	for (size_t i = 0; i < g->n_fields; i++) {
		lower(head + (g->fields[i].name.p - head), g->fields[i].name.n);
		req->headers[i] = g->fields[i];
	}
	(void)dw_gate_host(dw_http_header(req, "host"), &req->host);
	req->content_length = g->is_chunked ? UINT64_MAX : g->length;
	dw_proxy_apply(x->conn, req);
	x->is_head = req->method == DW_HEAD;
	x->is_http10 = g->minor == 0;
	x->is_chunked = g->is_chunked;
	x->body_left = g->length;
	x->is_body_done = !g->is_chunked && g->length == 0;
	x->expects_continue = g->expects_continue;
	x->keep = g->keep_alive && !x->conn->net->is_closing;
}

static bool is_our_host(const struct dw_exchange *x)
{
	const char *const *hosts = x->conn->net->conf.hosts;

	if (hosts == NULL || x->req.is_local || x->req.host.n == 0)
		return true;
	for (; *hosts != NULL; hosts++) {
		if (dw_str_eq_nocase(x->req.host, dw_str_of(*hosts)))
			return true;
	}
	return false;
}

static int decode_params(struct dw_exchange *x, const struct dw_found *f)
{
	for (size_t i = 0; i < f->n_params; i++) {
		char *p = dw_arena_alloc(x->req.arena, f->params[i].n + 1);
		ssize_t n = dw_percent_decode(f->params[i], false, p);

		if (n <= 0 || !dw_utf8_valid(dw_str_make(p, (size_t)n)))
			return DW_EINVAL;
		x->req.params[i] = dw_str_make(p, (size_t)n);
	}
	x->req.n_params = f->n_params;
	return 0;
}

static void reply_allow(struct dw_exchange *x, unsigned allow, int code)
{
	char text[64];

	dw_router_allow(allow, text);
	dw_http_set(&x->req, "Allow", dw_str_of(text));
	if (code == 0)
		dw_http_reply(&x->req, 204, NULL, dw_str_make(NULL, 0));
	else
		dw_exchange_refuse(x, code, "this address does not take that method");
}

static void route(struct dw_exchange *x)
{
	struct dw_net_conf *conf = &x->conn->net->conf;
	struct dw_found found;

	if (!is_our_host(x)) {
		dw_exchange_refuse(x, DW_EMISDIRECTED,
				   "this server does not answer for that host");
		return;
	}
	dw_router_find(x->conn->net->routes, x->req.method, x->req.path, &found);
	if (found.allow == 0) {
		dw_exchange_refuse(x, DW_ENOTFOUND, "there is nothing at this address");
		return;
	}
	if (x->req.method == DW_OPTIONS || found.route == NULL) {
		reply_allow(x, found.allow, x->req.method == DW_OPTIONS ? 0 : DW_EMETHOD);
		return;
	}
	if (decode_params(x, &found) < 0) {
		dw_exchange_refuse(x, DW_EINVAL, "a part of the path is not UTF-8");
		return;
	}
	x->req.route = found.route;
	if (conf->guard != NULL && !conf->guard(&x->req, conf->ctx)) {
		DW_REQUIRE(x->is_replied);
		return;
	}
	begin_body(x);
}

static void begin(struct dw_exchange *x, size_t length)
{
	struct dw_net *n = x->conn->net;
	struct dw_gate_head g;
	struct dw_err err = { 0 };
	char *head;
	int rc;

	x->req.arena = dw_arena_create();
	head = dw_arena_alloc(x->req.arena, length + 1);
	memcpy(head, x->in.p + x->off, length);
	rc = dw_gate_check(dw_str_make(head, length), &n->conf.limits, &g, &err);
	if (rc < 0) {
		n->stats.gate_refused++;
		dw_exchange_refuse(x, rc, dw_err_text(&err));
		return;
	}
	dw_parser_init(&x->parser);
	rc = dw_parser_head(&x->parser, dw_str_make(head, length), &g, &err);
	if (rc < 0) {
		n->stats.gate_disagreed++;
		dw_exchange_refuse(x, rc, dw_err_text(&err));
		return;
	}
	x->off += length;
	fill_request(x, head, &g);
	route(x);
}

static void refuse_excess(struct dw_exchange *x, struct dw_str part)
{
	struct dw_err err = { 0 };
	int code = dw_gate_excess(part, &x->conn->net->conf.limits, &err);

	dw_exchange_refuse(x, code, dw_err_text(&err));
}

int dw_exchange_head(struct dw_exchange *x)
{
	struct dw_net *n = x->conn->net;
	const char *p = x->in.p + x->off;
	size_t length, have = dw_exchange_waiting(x);
	bool bad;

	if (!x->conn->has_skipped_line && have >= 2 && p[0] == '\r' && p[1] == '\n') {
		x->conn->has_skipped_line = true;
		x->off += 2;
		return dw_exchange_waiting(x) > 0 ? dw_exchange_head(x) : 0;
	}
	length = dw_gate_head_length(p, have, &bad);
	if (length == 0 && have <= n->conf.limits.max_head_bytes)
		return 0;
	dw_deadline_stop(&x->conn->deadline);
	if (length > 0 && !bad) {
		x->conn->has_skipped_line = false;
		begin(x, length);
		return 1;
	}
	n->stats.gate_refused++;
	if (bad)
		dw_exchange_refuse(x, DW_EINVAL,
				   "the head has a control byte or a line that "
				   "does not end in CRLF");
	else
		refuse_excess(x, dw_str_make(p, have));
	return 1;
}
