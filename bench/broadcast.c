/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * broadcast.c - the practical limit: accept, then write the same bytes to everybody.
 *
 * What a server must at least do: read a POST, answer it, write its body as one event to each
 * socket that has asked with GET. No journal, no disk, no rights, no HTTP beyond what the
 * generator sends. Mode `each` writes every message by itself to every watcher before it looks at
 * the next; mode `all` takes what has come in one turn of epoll and gives each watcher all that
 * it lacks in one write. Publishers are answered after that.
 *
 * Messages lie in a ring that is mapped twice, back to back, so that any stretch of it is one
 * piece. A watcher is its socket and two positions; who falls behind the ring is dropped.
 */
#include "lib/sock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define RING_BYTES (64u * 1024 * 1024)
#define ENDS (1u << 18)
#define IN_MAX (64u * 1024)
#define WRITE_MAX (512u * 1024)

struct conn {
	struct bench_src src;
	struct conn *prev, *next; /* among the watchers, or among the dead */
	char *in;		  /* a request of which a part has come */
	uint32_t n_in;
	bool is_watcher, is_blocked;
	unsigned owed; /* answers that wait for the end of the turn */
	struct conn *next_owed;
	uint64_t at;	       /* bytes of the log that it has */
	uint64_t next_message; /* number of the message that `at` lies in or before */
};

static struct {
	struct bench_loop loop;
	char *ring;
	uint64_t head;	   /* bytes logged */
	uint64_t messages; /* messages logged */
	uint64_t end[ENDS];
	struct conn *watchers;
	struct conn *owed; /* publishers whose messages are logged and not yet written */
	struct conn *dead; /* freed when no event of this turn can name them any more */
	bool each;
} g;

static char in_buf[IN_MAX];

static void map_ring(void)
{
	int fd = memfd_create("ring", MFD_CLOEXEC);
	char *p;

	if (fd < 0 || ftruncate(fd, RING_BYTES) < 0)
		bench_die("ring: %s", strerror(errno));
	p = mmap(NULL, (size_t)RING_BYTES * 2, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		 0);
	for (size_t i = 0; p != MAP_FAILED && i < 2; i++)
		if (mmap(p + i * RING_BYTES, RING_BYTES, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_FIXED, fd, 0) == MAP_FAILED)
			p = MAP_FAILED;
	if (p == MAP_FAILED)
		bench_die("ring: %s", strerror(errno));
	g.ring = p;
	(void)close(fd);
}

static void drop(struct conn *c)
{
	(void)close(c->src.fd);
	c->src.fd = -1;
	if (c->is_watcher) {
		if (c->next != NULL)
			c->next->prev = c->prev;
		if (c->prev != NULL)
			c->prev->next = c->next;
		else
			g.watchers = c->next;
	}
	c->next = g.dead;
	g.dead = c;
}

static void bury(void)
{
	for (struct conn *c = g.dead, *next; c != NULL; c = next) {
		next = c->next;
		free(c->in);
		free(c);
	}
	g.dead = NULL;
}

static void block(struct conn *c, bool on)
{
	if (c->is_blocked == on)
		return;
	c->is_blocked = on;
	bench_loop_change(&g.loop, &c->src, on ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

/* Where the next write of this watcher ends. */
static uint64_t write_end(struct conn *c)
{
	if (!g.each)
		return g.head - c->at > WRITE_MAX ? c->at + WRITE_MAX : g.head;
	while (g.end[c->next_message % ENDS] <= c->at)
		c->next_message++;
	return g.end[c->next_message % ENDS];
}

/* Write what waits; false when the watcher is gone. */
static bool serve(struct conn *c)
{
	if (g.head - c->at > RING_BYTES / 2) {
		drop(c);
		return false;
	}
	while (c->at < g.head) {
		size_t want = (size_t)(write_end(c) - c->at);
		ssize_t n =
			send(c->src.fd, g.ring + c->at % RING_BYTES, want, MSG_NOSIGNAL);

		if (n < 0 && errno != EAGAIN) {
			drop(c);
			return false;
		}
		if (n > 0)
			c->at += (uint64_t)n;
		if (n < (ssize_t)want) {
			block(c, true);
			return true;
		}
	}
	block(c, false);
	return true;
}

static void serve_all(void)
{
	for (struct conn *c = g.watchers, *next; c != NULL; c = next) {
		next = c->next;
		if (!c->is_blocked && c->at < g.head)
			(void)serve(c);
	}
}

static void log_message(const char *body, size_t n)
{
	char *p = g.ring + g.head % RING_BYTES;
	int head = sprintf(p, "id: %llu\ndata: ", (unsigned long long)g.messages + 1);

	memcpy(p + head, body, n);
	memcpy(p + head + n, "\n\n", 2);
	g.head += (size_t)head + n + 2;
	g.end[g.messages++ % ENDS] = g.head;
	if (g.each)
		serve_all();
}

static void answer(struct conn *c, const char *text)
{
	if (send(c->src.fd, text, strlen(text), MSG_NOSIGNAL) < 0)
		(void)fprintf(stderr, "broadcast: answer: %s\n", strerror(errno));
}

static void start_watching(struct conn *c)
{
	answer(c, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
		  "Cache-Control: no-cache\r\n\r\n");
	c->is_watcher = true;
	c->at = g.head;
	c->next_message = g.messages;
	c->next = g.watchers;
	if (g.watchers != NULL)
		g.watchers->prev = c;
	g.watchers = c;
}

/* One request at p; returns its length, or 0 while it is not whole. */
static size_t take_request(struct conn *c, const char *p, size_t n)
{
	const char *end = memmem(p, n, "\r\n\r\n", 4), *len;
	size_t head, body = 0;

	if (end == NULL)
		return 0;
	head = (size_t)(end - p) + 4;
	if (p[0] == 'G') {
		start_watching(c);
		return head;
	}
	len = memmem(p, head, "\nContent-Length:", 16);
	if (len != NULL)
		body = strtoul(len + 16, NULL, 10);
	if (n - head < body)
		return 0;
	log_message(p + head, body);
	if (c->owed++ == 0) {
		c->next_owed = g.owed;
		g.owed = c;
	}
	return head + body;
}

/* Publishers hear back when the watchers have been written to, as they do from the peer. */
static void answer_all(void)
{
	for (struct conn *c = g.owed; c != NULL; c = c->next_owed)
		for (; c->owed > 0; c->owed--)
			if (c->src.fd >= 0)
				answer(c,
				       "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n");
	g.owed = NULL;
}

/* Take what is whole in p, keep the rest. */
static void take_input(struct conn *c, const char *p, size_t n)
{
	size_t used = 0, k;

	while (used < n && (k = take_request(c, p + used, n - used)) > 0)
		used += k;
	if (used < n && c->in == NULL)
		c->in = malloc(IN_MAX);
	if (used < n && c->in != NULL)
		memmove(c->in, p + used, n - used);
	c->n_in = (uint32_t)(n - used);
	if (c->n_in == 0) {
		free(c->in);
		c->in = NULL;
	}
}

static void on_conn(struct bench_src *s, uint32_t events)
{
	struct conn *c = (struct conn *)s;
	char *p = c->in != NULL ? c->in + c->n_in : in_buf;
	ssize_t n;

	if (s->fd < 0 || ((events & EPOLLOUT) != 0 && !serve(c)))
		return;
	if ((events & ~(uint32_t)EPOLLOUT) == 0)
		return;
	n = recv(s->fd, p, IN_MAX - (c->in != NULL ? c->n_in : 0), 0);
	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0)
		drop(c);
	else if (!c->is_watcher)
		take_input(c, c->in != NULL ? c->in : p, (size_t)n + c->n_in);
}

static void on_accept(struct bench_src *s, uint32_t events)
{
	(void)events;
	for (int i = 0; i < 256; i++) {
		int fd = accept4(s->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		struct conn *c;

		if (fd < 0)
			return;
		c = calloc(1, sizeof(*c));
		if (c == NULL)
			bench_die("out of memory");
		bench_nonblock(fd);
		c->src = (struct bench_src){ fd, on_conn };
		bench_loop_add(&g.loop, &c->src, EPOLLIN);
	}
}

int main(int argc, char **argv)
{
	static struct bench_src listener;
	int port = 0;

	if (argc != 3 || (strcmp(argv[1], "each") != 0 && strcmp(argv[1], "all") != 0)) {
		(void)fprintf(stderr, "usage: broadcast each|all SECONDS\n");
		return 2;
	}
	g.each = strcmp(argv[1], "each") == 0;
	(void)alarm((unsigned)atoi(argv[2])); /* ends by itself, whatever happens */
	(void)bench_raise_files();
	map_ring();
	bench_loop_init(&g.loop);
	listener = (struct bench_src){ bench_listen(&port), on_accept };
	bench_loop_add(&g.loop, &listener, EPOLLIN);
	(void)printf("serving 127.0.0.1:%d\n", port);
	(void)fflush(stdout);
	for (;;) {
		(void)bench_loop_turn(&g.loop, -1);
		serve_all();
		answer_all();
		bury();
	}
}
