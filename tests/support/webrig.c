/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* webrig.c - see the header. */
#include "webrig.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

struct peer {
	uv_tcp_t tcp;
	uv_write_t write;
	struct web *web;
	struct peer *next; /* of those that wait for their answer */
	char in[4000];
	size_t n_in;
	bool is_asked;
};

static void on_peer_closed(uv_handle_t *h)
{
	struct peer *p = h->data;

	p->web->n_open--;
	free(p);
}

static void hang_up(struct peer *p)
{
	struct peer **at = &p->web->waiting;

	while (*at != NULL && *at != p)
		at = &(*at)->next;
	if (*at == p) {
		*at = p->next;
		p->web->n_waiting--;
	}
	if (!uv_is_closing((uv_handle_t *)&p->tcp))
		uv_close((uv_handle_t *)&p->tcp, on_peer_closed);
}

static void on_written(uv_write_t *w, int status)
{
	(void)status;
	hang_up(w->data);
}

static void answer(struct peer *p, const char *text)
{
	uv_buf_t b = uv_buf_init((char *)(uintptr_t)text, (unsigned)strlen(text));

	p->write.data = p;
	DW_INVARIANT(uv_write(&p->write, (uv_stream_t *)&p->tcp, &b, 1, on_written) == 0);
}

static void on_alloc(uv_handle_t *h, size_t hint, uv_buf_t *b)
{
	struct peer *p = h->data;

	(void)hint;
	*b = uv_buf_init(p->in + p->n_in, (unsigned)(sizeof(p->in) - 1 - p->n_in));
}

static void on_asked(struct peer *p)
{
	struct web *w = p->web;
	const char *text;

	p->is_asked = true;
	w->n_asked++;
	memcpy(w->last, p->in, sizeof(w->last));
	text = w->choose != NULL ? w->choose(w, p->in) : w->answer;
	if (text != NULL) {
		answer(p, text);
		return;
	}
	p->next = w->waiting;
	w->waiting = p;
	if (++w->n_waiting > w->most_waiting)
		w->most_waiting = w->n_waiting;
}

static void on_read(uv_stream_t *s, ssize_t n, const uv_buf_t *b)
{
	struct peer *p = s->data;

	(void)b;
	if (n < 0) {
		hang_up(p);
		return;
	}
	p->n_in += (size_t)n;
	p->in[p->n_in] = '\0';
	if (!p->is_asked && strstr(p->in, "\r\n\r\n") != NULL)
		on_asked(p);
}

static void on_connected(uv_stream_t *s, int status)
{
	struct peer *p = calloc(1, sizeof(*p));

	DW_INVARIANT(status == 0);
	DW_INVARIANT(p != NULL);
	p->web = s->data;
	p->web->n_open++;
	DW_INVARIANT(uv_tcp_init(s->loop, &p->tcp) == 0);
	p->tcp.data = p;
	DW_INVARIANT(uv_accept(s, (uv_stream_t *)&p->tcp) == 0);
	DW_INVARIANT(uv_read_start((uv_stream_t *)&p->tcp, on_alloc, on_read) == 0);
}

void web_open(struct web *w, struct dw_loop *loop, const char *address, int port)
{
	struct sockaddr_in sa;
	int n = sizeof(sa);

	memset(w, 0, sizeof(*w));
	DW_INVARIANT(uv_tcp_init(&loop->uv, &w->tcp) == 0);
	w->tcp.data = w;
	DW_INVARIANT(uv_ip4_addr(address, port, &sa) == 0);
	DW_INVARIANT(uv_tcp_bind(&w->tcp, (struct sockaddr *)&sa, 0) == 0);
	DW_INVARIANT(uv_listen((uv_stream_t *)&w->tcp, 128, on_connected) == 0);
	DW_INVARIANT(uv_tcp_getsockname(&w->tcp, (struct sockaddr *)&sa, &n) == 0);
	w->port = ntohs(sa.sin_port);
}

static void on_web_closed(uv_handle_t *h)
{
	((struct web *)h->data)->port = 0;
}

void web_close(struct web *w)
{
	while (w->waiting != NULL)
		hang_up(w->waiting);
	uv_close((uv_handle_t *)&w->tcp, on_web_closed);
	while (w->n_open > 0 || w->port != 0)
		(void)uv_run(w->tcp.loop, UV_RUN_ONCE);
}

/* Let those who wait have their answer, and everybody from now on. */
void web_answer(struct web *w, const char *text)
{
	struct peer *p = w->waiting;

	w->answer = text;
	w->waiting = NULL;
	w->n_waiting = 0;
	while (p != NULL) {
		struct peer *next = p->next;

		p->next = NULL;
		answer(p, text);
		p = next;
	}
}
