/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* sock.c - see sock.h. */
#include "lib/sock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define TURN_EVENTS 512

_Noreturn void bench_die(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	(void)fprintf(stderr, "bench: ");
	(void)vfprintf(stderr, format, ap);
	(void)fprintf(stderr, "\n");
	va_end(ap);
	exit(1);
}

uint64_t bench_now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

unsigned bench_raise_files(void)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) < 0)
		return 1024;
	r.rlim_cur = r.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &r);
	(void)getrlimit(RLIMIT_NOFILE, &r);
	return r.rlim_cur > 1000000 ? 1000000u : (unsigned)r.rlim_cur;
}

void bench_loop_init(struct bench_loop *l)
{
	l->fd = epoll_create1(EPOLL_CLOEXEC);
	if (l->fd < 0)
		bench_die("epoll_create1: %s", strerror(errno));
}

static void control(struct bench_loop *l, int op, struct bench_src *s, uint32_t events)
{
	struct epoll_event e = { .events = events, .data.ptr = s };

	if (epoll_ctl(l->fd, op, s->fd, &e) < 0)
		bench_die("epoll_ctl: %s", strerror(errno));
}

void bench_loop_add(struct bench_loop *l, struct bench_src *s, uint32_t events)
{
	control(l, EPOLL_CTL_ADD, s, events);
}

void bench_loop_change(struct bench_loop *l, struct bench_src *s, uint32_t events)
{
	control(l, EPOLL_CTL_MOD, s, events);
}

int bench_loop_turn(struct bench_loop *l, int ms)
{
	struct epoll_event e[TURN_EVENTS];
	int n = epoll_wait(l->fd, e, TURN_EVENTS, ms);

	if (n < 0 && errno != EINTR)
		bench_die("epoll_wait: %s", strerror(errno));
	for (int i = 0; i < n; i++) {
		struct bench_src *s = e[i].data.ptr;

		s->on_ready(s, e[i].events);
	}
	return n;
}

void bench_nonblock(int fd)
{
	int on = 1;

	(void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

int bench_listen(int *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_port = htons((uint16_t)*port),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(a);
	int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		bench_die("socket: %s", strerror(errno));
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0 || listen(fd, 4096) < 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &n) < 0)
		bench_die("listening: %s", strerror(errno));
	*port = ntohs(a.sin_port);
	return fd;
}

int bench_connect(int port, unsigned from)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (from > 0) {
		/* 127.1.0.1 and on; the port is chosen when the pair of ends is known */
		a.sin_addr.s_addr = htonl(0x7f010001u + from / 250 * 256 + from % 250);
		(void)setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on,
				 sizeof(on));
		if (bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0) {
			(void)close(fd);
			return -1;
		}
	}
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	a.sin_port = htons((uint16_t)port);
	if (connect(fd, (struct sockaddr *)&a, sizeof(a)) < 0 && errno != EINPROGRESS) {
		(void)close(fd);
		return -1;
	}
	return fd;
}
