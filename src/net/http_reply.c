/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * http_reply.c - writes replies.
 *
 * Head and body go to the kernel in one writev, from where they lie; only what it does not take is
 * kept (rest.c) and sent in the background. The head is built in a scratch buffer of the net, so an
 * ordinary reply allocates nothing.
 *
 * Every reply says its Content-Length, except 204 and 304, which have no body, and streams, which
 * end with the connection. We never send chunks: no reply of ours has a length that is unknown
 * and an end that matters, and HTTP/1.0 would not understand them.
 */
#include "net_int.h"

#include <time.h>

const char *dw_reply_reason(int status)
{
	static const struct {
		int status;
		const char *reason;
	} table[] = {
		{ 200, "OK" },
		{ 201, "Created" },
		{ 202, "Accepted" },
		{ 204, "No Content" },
		{ 303, "See Other" },
		{ 304, "Not Modified" },
		{ 400, "Bad Request" },
		{ 401, "Unauthorized" },
		{ 403, "Forbidden" },
		{ 404, "Not Found" },
		{ 405, "Method Not Allowed" },
		{ 406, "Not Acceptable" },
		{ 408, "Request Timeout" },
		{ 409, "Conflict" },
		{ 410, "Gone" },
		{ 412, "Precondition Failed" },
		{ 413, "Content Too Large" },
		{ 414, "URI Too Long" },
		{ 415, "Unsupported Media Type" },
		{ 417, "Expectation Failed" },
		{ 421, "Misdirected Request" },
		{ 422, "Unprocessable Content" },
		{ 428, "Precondition Required" },
		{ 429, "Too Many Requests" },
		{ 431, "Request Header Fields Too Large" },
		{ 500, "Internal Server Error" },
		{ 501, "Not Implemented" },
		{ 503, "Service Unavailable" },
		{ 505, "HTTP Version Not Supported" },
		{ 507, "Insufficient Storage" },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (table[i].status == status)
			return table[i].reason;
	}
	return "Other";
}

/* ---- headers ---- */

static bool is_clean(struct dw_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char ch = (unsigned char)s.p[i];

		if (ch == 0x7f || (ch < ' ' && ch != '\t'))
			return false;
	}
	return true;
}

static bool has_header(const struct dw_exchange *x, struct dw_str name)
{
	struct dw_str rest = dw_buf_str(&x->headers), line;

	while (dw_str_split(&rest, '\n', &line)) {
		if (line.n > name.n && line.p[name.n] == ':' &&
		    dw_str_eq_nocase(dw_str_make(line.p, name.n), name))
			return true;
	}
	return false;
}

void dw_http_set(struct dw_http_req *req, const char *name, struct dw_str value)
{
	struct dw_exchange *x = dw_exchange_of(req);
	struct dw_str n = dw_str_of(name);

	DW_REQUIRE(n.n > 0 && is_clean(n) && strpbrk(name, " \t:") == NULL);
	DW_REQUIRE(!dw_str_eq_nocase(n, DW_STR("Content-Length")) &&
		   !dw_str_eq_nocase(n, DW_STR("Transfer-Encoding")));
	if (dw_str_eq_nocase(n, DW_STR("Connection"))) {
		if (dw_str_eq_nocase(value, DW_STR("close")))
			x->keep = false;
		return;
	}
	/* What the handler said stands; decoration only adds. */
	if (!is_clean(value) || (x->is_decorating && has_header(x, n)))
		return;
	/* Beyond 32 KiB of our own headers something is wrong; the rest is left out whole. */
	if (x->headers.len + n.n + value.n + 4 > x->headers.max)
		return;
	DW_INVARIANT(dw_buf_add(&x->headers, n.p, n.n) == 0 &&
		     dw_buf_add(&x->headers, ": ", 2) == 0 &&
		     dw_buf_add(&x->headers, value.p, value.n) == 0 &&
		     dw_buf_add(&x->headers, "\r\n", 2) == 0);
}

/* Now, made once a second. */
static const char *date(struct dw_net *n)
{
	time_t now = time(NULL);

	if ((int64_t)now != n->date_s) {
		n->date_s = (int64_t)now;
		dw_http_date(n->date, now);
	}
	return n->date;
}

static void decorate(struct dw_exchange *x)
{
	struct dw_net_conf *conf = &x->conn->net->conf;

	x->is_decorating = true;
	if (conf->decorate != NULL)
		conf->decorate(&x->req, conf->ctx);
}

/* length < 0: a sink. */
static struct dw_buf *build_head(struct dw_exchange *x, int status, const char *type,
				 int64_t length)
{
	struct dw_net *n = x->conn->net;
	struct dw_buf *b = &n->head;
	int rc;

	dw_buf_clear(b);
	rc = dw_buf_addf(b, "HTTP/1.1 %d %s\r\nDate: %s\r\n", status,
			 dw_reply_reason(status), date(n));
	if (rc == 0 && type != NULL)
		rc = dw_buf_addf(b, "Content-Type: %s\r\n", type);
	if (rc == 0 && length >= 0 && status != 204 && status != 304)
		rc = dw_buf_addf(b, "Content-Length: %lld\r\n", (long long)length);
	if (rc == 0 && !x->keep)
		rc = dw_buf_addz(b, "Connection: close\r\n");
	else if (rc == 0 && x->is_http10)
		rc = dw_buf_addz(b, "Connection: keep-alive\r\n");
	if (rc == 0)
		rc = dw_buf_add(b, x->headers.p, x->headers.len);
	if (rc == 0)
		rc = dw_buf_add(b, "\r\n", 2);
	DW_INVARIANT(rc ==
		     0); /* headers and type are capped below the scratch's ceiling */
	return b;
}

/* ---- replies ---- */

/* A body that was not read to its end: skip it later if that is cheap, else close. */
static void decide_keep(struct dw_exchange *x)
{
	if (x->conn->net->is_closing)
		x->keep = false;
	if (!x->is_body_done &&
	    (x->is_chunked || x->expects_continue || x->body_left > DW_NET_DRAIN_MAX))
		x->keep = false;
}

static void reply(struct dw_http_req *req, int status, const char *type,
		  struct dw_str body, struct dw_blob *hold)
{
	struct dw_exchange *x = dw_exchange_of(req);
	struct dw_conn *c = x->conn;
	bool has_none = x->is_head || status == 204 || status == 304;
	uv_buf_t bufs[2];
	struct dw_buf *head;

	DW_REQUIRE(!x->is_replied && status >= 200 && status < 600);
	x->is_replied = true;
	if (req->on_answered != NULL)
		req->on_answered(req, status);
	if (c->state != DW_CONN_CLOSING) {
		c->net->stats.requests[status / 100]++;
		decide_keep(x);
		decorate(x);
		head = build_head(x, status, type, (int64_t)body.n);
		bufs[0] = uv_buf_init(head->p, (unsigned)head->len);
		bufs[1] = (uv_buf_t){ (char *)(uintptr_t)body.p, has_none ? 0 : body.n };
		dw_conn_send(c, bufs, has_none ? NULL : hold);
	}
	if (c->is_running)
		return;
	/* A pipelined request must not run inside the caller's stack. */
	if (c->state != DW_CONN_CLOSING && dw_exchange_waiting(x) > 0)
		dw_task_post(c->net->loop, &x->task);
	else
		dw_conn_run(c);
}

void dw_http_reply(struct dw_http_req *req, int status, const char *content_type,
		   struct dw_str body)
{
	reply(req, status, content_type, body, NULL);
}

void dw_http_reply_lasting(struct dw_http_req *req, int status, const char *content_type,
			   struct dw_str body)
{
	reply(req, status, content_type, body, dw_exchange_of(req)->conn->net->lasting);
}

void dw_http_reply_blob(struct dw_http_req *req, int status, const char *content_type,
			struct dw_blob *body)
{
	reply(req, status, content_type, dw_blob_str(body), body);
}

void dw_reply_sink_head(struct dw_exchange *x, const char *content_type, int64_t length)
{
	struct dw_conn *c = x->conn;
	struct dw_buf *head;
	uv_buf_t bufs[2] = { { NULL, 0 }, { NULL, 0 } };

	c->net->stats.requests[2]++;
	x->keep = false;
	decorate(x);
	dw_http_set(&x->req, "Cache-Control", DW_STR("no-store"));
	dw_http_set(&x->req, "X-Accel-Buffering", DW_STR("no"));
	head = build_head(x, 200, content_type, length);
	bufs[0] = uv_buf_init(head->p, (unsigned)head->len);
	dw_conn_send(c, bufs, NULL);
}

bool dw_http_is_gone(const struct dw_http_req *req)
{
	return dw_exchange_of(req)->conn->state == DW_CONN_CLOSING;
}

void dw_http_body_pause(struct dw_http_req *req)
{
	struct dw_exchange *x = dw_exchange_of(req);

	x->is_paused = true;
	if (!x->conn->is_running && x->conn->state == DW_CONN_BODY)
		dw_conn_settle(x->conn);
}

void dw_http_body_resume(struct dw_http_req *req)
{
	struct dw_exchange *x = dw_exchange_of(req);

	if (!x->is_paused)
		return;
	x->is_paused = false;
	x->window = 0;
	if (x->conn->state != DW_CONN_BODY)
		return;
	dw_deadline_start(x->conn->net->timers, x->conn->net->cls_window,
			  &x->conn->deadline);
	dw_task_post(x->conn->net->loop, &x->task);
}
