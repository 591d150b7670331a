/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * get.c - one page, asked for over and over: keep-alive connections with one request in flight on
 * each, against any server. Every answer must be a 200 of the length that the first one had.
 *
 *   get PORT PATH CONNECTIONS SECONDS PIDS [HEADER]
 *
 * Prints JSON: answers a second, bytes of a body, CPU of the server (PIDS) for an answer, how busy both
 * were, p50 and p99 of an answer in milliseconds.
 */
#include "lib/hist.h"
#include "lib/proc.h"
#include "lib/sock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define HEAD_MAX 4096
#define CONNECTIONS_MAX 10000

struct asker {
	struct bench_src src;
	uint64_t sent_at;
	size_t sent;
	char head[HEAD_MAX];
	size_t n_head; /* of the answer; its body is only counted */
	size_t left;   /* of the body */
	bool is_body;
};

static struct bench_loop loop;
static struct bench_hist took;
static char request[1024];
static size_t n_request, body_size;
static uint64_t answers;

static void send_more(struct asker *a)
{
	ssize_t n = send(a->src.fd, request + a->sent, n_request - a->sent, MSG_NOSIGNAL);

	if (n < 0 && errno != EAGAIN && errno != ENOTCONN)
		bench_die("asking: %s", strerror(errno));
	if (n > 0)
		a->sent += (size_t)n;
	if (a->sent < n_request)
		bench_loop_change(&loop, &a->src, EPOLLIN | EPOLLOUT);
}

static void ask(struct asker *a)
{
	a->sent = a->n_head = a->left = 0;
	a->is_body = false;
	a->sent_at = bench_now();
	send_more(a);
}

/* The head is whole: what it says of the body. `end` is behind it. */
static void read_head(struct asker *a, const char *end)
{
	const char *len = strcasestr(a->head, "\r\ncontent-length:");
	size_t size;

	if (strncmp(a->head, "HTTP/1.1 200", 12) != 0 || len == NULL || len > end)
		bench_die("the answer is no page: %.200s", a->head);
	size = strtoul(len + 17, NULL, 10);
	if (body_size != 0 && size != body_size)
		bench_die("a page of %zu bytes, and one of %zu", body_size, size);
	body_size = size;
	a->is_body = true;
	a->left = size;
}

static void take(struct asker *a, const char *p, size_t n)
{
	const char *end;
	size_t room = HEAD_MAX - 1 - a->n_head, had = a->n_head;

	if (!a->is_body) {
		size_t more = n < room ? n : room;

		memcpy(a->head + had, p, more);
		a->n_head += more;
		a->head[a->n_head] = '\0';
		end = strstr(a->head, "\r\n\r\n");
		if (end == NULL && more < n)
			bench_die("the head of the answer is too long");
		if (end == NULL)
			return;
		end += 4;
		read_head(a, end);
		p += (size_t)(end - a->head) - had;
		n -= (size_t)(end - a->head) - had;
	}
	if (n > a->left)
		bench_die("more came than the answer has");
	a->left -= n;
}

static void on_ready(struct bench_src *s, uint32_t events)
{
	static char in[256 * 1024];
	struct asker *a = (struct asker *)s;
	ssize_t n;

	if ((events & EPOLLOUT) != 0) {
		bench_loop_change(&loop, s, EPOLLIN);
		if (a->sent < n_request)
			send_more(a);
	}
	if ((events & ~(uint32_t)EPOLLOUT) == 0)
		return;
	n = recv(s->fd, in, sizeof(in), 0);
	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0)
		bench_die("the server closed a connection");
	take(a, in, (size_t)n);
	if (!a->is_body || a->left > 0)
		return;
	answers++;
	bench_hist_add(&took, (bench_now() - a->sent_at) / 1000);
	ask(a);
}

static void run_for(double seconds)
{
	uint64_t end = bench_now() + (uint64_t)(seconds * 1e9);

	while (bench_now() < end)
		(void)bench_loop_turn(&loop, 10);
}

static void connect_all(int port, unsigned n)
{
	struct asker *all = calloc(n, sizeof(*all));

	if (all == NULL)
		bench_die("out of memory");
	for (unsigned i = 0; i < n; i++) {
		all[i].src =
			(struct bench_src){ bench_connect(port, 1 + i / 200), on_ready };
		if (all[i].src.fd < 0)
			bench_die("connecting: %s", strerror(errno));
		bench_loop_add(&loop, &all[i].src, EPOLLIN | EPOLLOUT);
		all[i].sent_at = bench_now();
	}
}

int main(int argc, char **argv)
{
	struct bench_proc proc = { 0 };
	unsigned connections;
	uint64_t at, cpu, own;
	double seconds;

	if (argc < 6 || argc > 7)
		bench_die("usage: get PORT PATH CONNECTIONS SECONDS PIDS [HEADER]");
	connections = (unsigned)strtoul(argv[3], NULL, 10);
	seconds = strtod(argv[4], NULL);
	if (connections == 0 || connections > CONNECTIONS_MAX || seconds <= 0)
		bench_die("how many connections, for how many seconds?");
	bench_proc_parse(&proc, argv[5]);
	n_request = (size_t)snprintf(request, sizeof(request),
				     "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%s\r\n%s%s\r\n",
				     argv[2], argv[1], argc == 7 ? argv[6] : "",
				     argc == 7 ? "\r\n" : "");
	if (n_request >= sizeof(request))
		bench_die("the request is too long");
	(void)alarm((unsigned)seconds + 60);
	(void)bench_raise_files();
	bench_loop_init(&loop);
	connect_all((int)strtol(argv[1], NULL, 10), connections);
	run_for(0.5);
	memset(&took, 0, sizeof(took));
	answers = 0;
	cpu = bench_proc_cpu_us(&proc);
	own = bench_proc_own_cpu_us();
	at = bench_now();
	run_for(seconds);
	seconds = (double)(bench_now() - at) / 1e9;
	cpu = bench_proc_cpu_us(&proc) - cpu;
	own = bench_proc_own_cpu_us() - own;
	(void)printf(
		"{\"answers_s\":%.1f,\"bytes\":%zu,\"cpu_us\":%.3f,\"cpu_share\":%.3f,"
		"\"own_cpu_share\":%.3f,\"p50_ms\":%.3f,\"p99_ms\":%.3f}\n",
		(double)answers / seconds, body_size,
		answers > 0 ? (double)cpu / (double)answers : 0.0,
		(double)cpu / seconds / 1e6, (double)own / seconds / 1e6,
		(double)bench_hist_at(&took, 0.5) / 1000.0,
		(double)bench_hist_at(&took, 0.99) / 1000.0);
	return answers > 0 ? 0 : 1;
}
