/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* watch.c - see watch.h. One read of up to 256 KiB for each time that a socket is ready. */
#include "lib/watch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define READ_BYTES (256u * 1024)
#define PER_ADDRESS 200
#define AT_ONCE 500
#define HEAD_OVER UINT32_MAX
#define READS_ONE_IN 20
#define HEARTBEATS 64 /* bytes; less than a frame */

static char read_buf[READ_BYTES];
static uint64_t read_at; /* when the bytes that are being scanned were read */

static void on_ready(struct bench_src *s, uint32_t events);

void bench_crowd_init(struct bench_crowd *c, struct bench_loop *loop, int port,
		      unsigned n)
{
	memset(c, 0, sizeof(*c));
	c->loop = loop;
	c->port = port;
	c->n = n;
	c->w = calloc(n > 0 ? n : 1, sizeof(c->w[0]));
	if (c->w == NULL)
		bench_die("out of memory");
	for (unsigned i = 0; i < n; i++) {
		c->w[i].src = (struct bench_src){ -1, on_ready };
		c->w[i].crowd = c;
	}
}

static void leave(struct bench_watcher *w)
{
	if (w->src.fd < 0)
		return;
	(void)close(w->src.fd);
	w->src.fd = -1;
	bench_sse_reset(&w->sse);
	if (w->head == HEAD_OVER)
		w->crowd->connected--;
}

static void check_done(struct bench_watcher *w)
{
	struct bench_crowd *c = w->crowd;

	if (w->is_done || !c->want_set)
		return;
	if (c->want_newest > 0 ? w->newest < c->want_newest
			       : w->messages < c->want_messages)
		return;
	w->is_done = true;
	c->done++;
}

static void on_message(void *data, const struct bench_mark *m)
{
	struct bench_watcher *w = data;
	struct bench_crowd *c = w->crowd;

	w->messages++;
	c->messages++;
	if (m->number > w->newest)
		w->newest = m->number;
	if (c->hist != NULL && m->sent >= c->since)
		bench_hist_add(c->hist,
			       read_at > m->sent ? (read_at - m->sent) / 1000 : 0);
	if (c->want_set)
		check_done(w);
}

/* Skip the reply's head; returns the number of bytes that belong to it. */
static size_t take_head(struct bench_watcher *w, const char *p, size_t n)
{
	static const char end[] = "\r\n\r\n";

	for (size_t i = 0; i < n; i++) {
		if (i == 9 && w->head == 0 && memcmp(p, "HTTP/1.", 7) == 0 && p[9] != '2')
			bench_die("a stream was refused: %.*s", (int)(n < 600 ? n : 600),
				  p);
		if (p[i] == end[w->head])
			w->head++;
		else
			w->head = p[i] == '\r';
		if (w->head == 4) {
			w->head = HEAD_OVER;
			w->crowd->connected++;
			return i + 1;
		}
	}
	return n;
}

static void greet(struct bench_watcher *w)
{
	struct bench_crowd *c = w->crowd;
	char text[1024];
	int n;

	if (c->resume && w->sse.id[0] != '\0')
		n = snprintf(text, sizeof(text), "%sLast-Event-ID: %s\r\n\r\n",
			     c->request, w->sse.id);
	else
		n = snprintf(text, sizeof(text), "%s\r\n", c->request);
	if (n >= (int)sizeof(text) || send(w->src.fd, text, (size_t)n, MSG_NOSIGNAL) != n)
		bench_die("asking for a stream: %s", strerror(errno));
	bench_loop_change(c->loop, &w->src, EPOLLIN);
}

static bool is_reading(const struct bench_watcher *w)
{
	return !w->crowd->is_weighed || (w - w->crowd->w) % READS_ONE_IN == 0;
}

void bench_crowd_weigh(struct bench_crowd *c)
{
	c->is_weighed = true;
	c->messages = 0;
	for (unsigned i = 0; i < c->n; i++)
		c->w[i].bytes = c->w[i].messages = 0;
}

uint64_t bench_crowd_received(const struct bench_crowd *c)
{
	const struct bench_watcher *first = &c->w[0];
	uint64_t n = c->messages;

	if (!c->is_weighed || first->messages == 0)
		return n;
	for (unsigned i = 0; i < c->n; i++) {
		const struct bench_watcher *w = &c->w[i];

		if (!is_reading(w))
			n += w->bytes + HEARTBEATS >= first->bytes
				     ? first->messages
				     : w->bytes * first->messages / first->bytes;
	}
	return n;
}

static void on_ready(struct bench_src *s, uint32_t events)
{
	struct bench_watcher *w = (struct bench_watcher *)s;
	bool reads = is_reading(w);
	size_t skip = 0;
	ssize_t n;

	if ((events & (EPOLLOUT | EPOLLERR)) == EPOLLOUT) {
		greet(w);
		return;
	}
	n = recv(s->fd, read_buf, sizeof(read_buf), reads ? 0 : MSG_TRUNC);
	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0) {
		leave(w);
		w->crowd->lost++;
		return;
	}
	w->bytes += (uint64_t)n;
	if (!reads)
		return;
	read_at = bench_now();
	if (w->head != HEAD_OVER)
		skip = take_head(w, read_buf, (size_t)n);
	if (skip < (size_t)n)
		bench_sse_feed(&w->sse, read_buf + skip, (size_t)n - skip, on_message, w);
}

static void dial(struct bench_watcher *w, unsigned i)
{
	struct bench_crowd *c = w->crowd;

	w->src.fd = bench_connect(c->port, c->first_address + 1 + i / PER_ADDRESS);
	if (w->src.fd < 0)
		bench_die("connecting watcher %u: %s", i, strerror(errno));
	w->head = 0;
	w->newest = 0;
	w->messages = 0;
	bench_loop_add(c->loop, &w->src, EPOLLOUT);
}

bool bench_crowd_joining(struct bench_crowd *c)
{
	unsigned open = 0, begun = 0;

	if (c->connected == c->n)
		return false;
	for (unsigned i = 0; i < c->n; i++)
		open += c->w[i].src.fd >= 0;
	begun = open - c->connected;
	for (unsigned i = 0; i < c->n && begun < AT_ONCE && open < c->n; i++) {
		if (c->w[i].src.fd >= 0)
			continue;
		dial(&c->w[i], i);
		begun++;
		open++;
	}
	return true;
}

void bench_crowd_join(struct bench_crowd *c, unsigned ms)
{
	uint64_t end = bench_now() + (uint64_t)ms * 1000000u;

	while (bench_crowd_joining(c)) {
		if (bench_now() > end)
			bench_die("only %u of %u watchers are connected", c->connected,
				  c->n);
		(void)bench_loop_turn(c->loop, 100);
	}
}

void bench_crowd_drop(struct bench_crowd *c)
{
	for (unsigned i = 0; i < c->n; i++)
		leave(&c->w[i]);
}

void bench_crowd_want(struct bench_crowd *c, uint32_t newest, uint64_t messages)
{
	c->want_set = true;
	c->want_newest = newest;
	c->want_messages = messages;
	c->done = 0;
	for (unsigned i = 0; i < c->n; i++) {
		c->w[i].is_done = false;
		check_done(&c->w[i]);
	}
}
