/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * publish.c - see publish.h. The text of a mention is words drawn from a small vocabulary by a
 * fixed generator, so that a search index has something to do, and ends in the mark.
 */
#include "lib/publish.h"
#include "lib/sse.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define ANSWER_MAX 4096
#define HEAD_MAX 512

struct bench_pub {
	struct bench_src src; /* fd -1: connect before use */
	struct bench_press *press;
	bool is_busy;
	uint64_t sent_at;
	char *out;
	size_t n_out, off;
	char in[ANSWER_MAX];
	size_t n_in;
};

static const char *const words[] = {
	"airport", "delay",   "customers", "refund",  "statement", "outage", "app",
	"payment", "card",    "the",	   "still",   "waiting",   "please", "explain",
	"answer",  "why",     "nobody",	   "at",      "service",   "desk",   "in",
	"Tehran",  "بانک",    "قطعی",	   "سلام",    "شرکت",	   "خبر",    "الشركة",
	"انقطاع",  "الخدمة",  "بيان",	   "عاجل",    "video",	   "shows",  "rumour",
	"recall",  "battery", "fire",	   "factory", "safe",	   "not",    "true",
};

static void on_ready(struct bench_src *s, uint32_t events);

/* One message of BENCH_MESSAGE bytes. */
static void put_message(const struct bench_press *p, char *out, uint64_t sent,
			uint32_t number)
{
	uint32_t seed = (p->run ^ number) * 2654435761u + 1;
	size_t n, end = BENCH_MESSAGE - BENCH_MARK - 2;

	n = p->lead != NULL ? (size_t)snprintf(out, BENCH_MESSAGE, "%s", p->lead)
			    : (size_t)sprintf(out,
					      "{\"source\":\"bench\",\"source_id\":"
					      "\"%08x-%08x\",\"text\":\"",
					      p->run, number);
	if (n > end)
		bench_die("what a message begins with is too long");
	for (;;) {
		const char *w;
		size_t len;

		seed = seed * 1664525u + 1013904223u;
		w = words[(seed >> 16) % (sizeof(words) / sizeof(words[0]))];
		len = strlen(w);
		if (n + len + 1 > end)
			break;
		memcpy(out + n, w, len);
		n += len;
		out[n++] = ' ';
	}
	memset(out + n, '.', end - n);
	bench_mark_put(out + end, sent, number);
	memcpy(out + end + BENCH_MARK, "\"}", 2);
}

static size_t put_request(struct bench_press *p, char *out, uint64_t sent)
{
	size_t body = p->batch == 1 ? BENCH_MESSAGE : p->batch * (BENCH_MESSAGE + 1u);
	int n = snprintf(out, HEAD_MAX, "%sContent-Length: %zu\r\n\r\n", p->request,
			 body);
	char *at = out + n;

	if (n >= HEAD_MAX)
		bench_die("the head of the request is too long");
	for (unsigned i = 0; i < p->batch; i++) {
		put_message(p, at, sent, p->next++);
		at += BENCH_MESSAGE;
		if (p->batch > 1)
			*at++ = '\n';
	}
	return (size_t)(at - out);
}

void bench_press_init(struct bench_press *p)
{
	size_t cap = HEAD_MAX + p->batch * (BENCH_MESSAGE + 1u);

	p->pub = calloc(p->connections, sizeof(p->pub[0]));
	for (unsigned i = 0; p->pub != NULL && i < p->connections; i++) {
		struct bench_pub *b = &p->pub[i];

		b->src = (struct bench_src){ -1, on_ready };
		b->press = p;
		b->out = malloc(cap);
		if (b->out == NULL)
			bench_die("out of memory");
	}
	if (p->pub == NULL)
		bench_die("out of memory");
}

void bench_press_reset(struct bench_press *p)
{
	p->sent = p->answered = p->accepted = p->refused = 0;
	memset(&p->answers, 0, sizeof(p->answers));
	p->due = 0;
}

static void write_more(struct bench_pub *b)
{
	ssize_t n = send(b->src.fd, b->out + b->off, b->n_out - b->off, MSG_NOSIGNAL);

	if (n < 0 && errno != EAGAIN && errno != ENOTCONN)
		bench_die("publishing: %s", strerror(errno));
	if (n > 0)
		b->off += (size_t)n;
	bench_loop_change(b->press->loop, &b->src,
			  b->off < b->n_out ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

static void start(struct bench_pub *b, uint64_t sent)
{
	struct bench_press *p = b->press;

	b->n_out = put_request(p, b->out, sent);
	b->off = 0;
	b->n_in = 0;
	b->is_busy = true;
	b->sent_at = sent;
	p->in_flight++;
	p->sent += p->batch;
	p->left -= p->left < p->batch ? p->left : p->batch;
	if (b->src.fd >= 0) {
		write_more(b);
		return;
	}
	b->src.fd = bench_connect(p->port, 0);
	if (b->src.fd < 0)
		bench_die("connecting a publisher: %s", strerror(errno));
	bench_loop_add(p->loop, &b->src, EPOLLIN | EPOLLOUT);
}

/* Whole answer in b->in? Then what it says. */
static bool is_answered(struct bench_pub *b)
{
	const char *end = memmem(b->in, b->n_in, "\r\n\r\n", 4), *len, *got;
	size_t head, body = 0;

	if (end == NULL)
		return false;
	head = (size_t)(end - b->in) + 4;
	b->in[b->n_in] = '\0';
	len = strcasestr(b->in, "\ncontent-length:");
	if (len != NULL && len < end)
		body = strtoul(len + 16, NULL, 10);
	if (b->n_in < head + body)
		return false;
	if (b->in[9] != '2') {
		if (b->press->refused++ == 0)
			(void)fprintf(stderr, "bench: refused: %.600s\n", b->in);
	} else if ((got = strstr(end, "\"accepted\":")) != NULL) {
		b->press->accepted += strtoul(got + 11, NULL, 10);
	}
	return true;
}

static void on_answer(struct bench_pub *b)
{
	struct bench_press *p = b->press;

	b->is_busy = false;
	p->in_flight--;
	p->answered += p->batch;
	bench_hist_add(&p->answers, (bench_now() - b->sent_at) / 1000);
	if (p->rate <= 0 && p->left > 0)
		start(b, bench_now());
}

static void on_ready(struct bench_src *s, uint32_t events)
{
	struct bench_pub *b = (struct bench_pub *)s;
	ssize_t n;

	if ((events & EPOLLOUT) != 0 && b->is_busy && b->off < b->n_out)
		write_more(b);
	if ((events & ~(uint32_t)EPOLLOUT) == 0)
		return;
	n = recv(s->fd, b->in + b->n_in, ANSWER_MAX - 1 - b->n_in, 0);
	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0) {
		if (b->is_busy)
			bench_die("a publisher's connection ended before its answer");
		(void)close(s->fd); /* idle for too long: connect again when needed */
		s->fd = -1;
		return;
	}
	b->n_in += (size_t)n;
	if (b->is_busy && is_answered(b))
		on_answer(b);
	else if (b->n_in >= ANSWER_MAX - 1)
		bench_die("an answer is longer than %d bytes", ANSWER_MAX);
}

static struct bench_pub *free_one(struct bench_press *p)
{
	for (unsigned i = 0; i < p->connections; i++)
		if (!p->pub[i].is_busy)
			return &p->pub[i];
	return NULL;
}

int bench_press_run(struct bench_press *p)
{
	uint64_t now = bench_now();
	struct bench_pub *b;

	if (p->rate <= 0) {
		while (p->left > 0 && (b = free_one(p)) != NULL)
			start(b, bench_now());
		return 50;
	}
	if (p->due == 0)
		p->due = now;
	while (p->left > 0 && p->due <= now && (b = free_one(p)) != NULL) {
		start(b, p->due);
		p->due += (uint64_t)(1e9 / p->rate) * p->batch;
	}
	if (p->left == 0 || p->due <= now)
		return 50;
	return (int)((p->due - now) / 1000000u) + 1;
}
