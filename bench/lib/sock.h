/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef BENCH_SOCK_H
#define BENCH_SOCK_H
/*
 * Sockets on loopback, one epoll loop, and the few things that every bench program needs. The
 * programs use no library of the server's: what is measured does not measure itself.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Says what went wrong on stderr and ends the program with status 1. */
_Noreturn void bench_die(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** Monotonic nanoseconds. */
uint64_t bench_now(void);
/** Raise the limit of open files to the most allowed; returns it. */
unsigned bench_raise_files(void);

/* Anything that epoll watches; embedded first in its owner. */
struct bench_src {
	int fd;
	void (*on_ready)(struct bench_src *s, uint32_t events);
};

struct bench_loop {
	int fd;
};

void bench_loop_init(struct bench_loop *l);
void bench_loop_add(struct bench_loop *l, struct bench_src *s, uint32_t events);
void bench_loop_change(struct bench_loop *l, struct bench_src *s, uint32_t events);
/** One turn: waits `ms` at most; returns the number of sources that were ready. */
int bench_loop_turn(struct bench_loop *l, int ms);

/** Listening socket on 127.0.0.1; port 0 picks one; *port says which. */
int bench_listen(int *port);
/**
 * Start to connect to 127.0.0.1:port from the loopback address number `from` (0 = any; 200
 * callers share an address if `from` = 1 + caller / 200). Not blocking; -1 when it fails.
 */
int bench_connect(int port, unsigned from);
void bench_nonblock(int fd);

#endif
