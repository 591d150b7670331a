/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_rest.c - readers that have no room: what is kept for them, how much, and for how long.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "netrig.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LONG_MS 20000 /* nothing takes this long; only a failure waits for it */
#define GET(path) "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"
#define BIG (8u * 1024 * 1024) /* what the routes answer with */
#define KERNEL (256u * 1024)   /* more than both kernels hold of one that reads nothing */
#define WAIT_FOR(condition)                                                              \
	do {                                                                             \
		for (int i_ = 0; i_ < LONG_MS && !(condition); i_++)                     \
			(void)poll(NULL, 0, 1);                                          \
		assert_true(condition);                                                  \
	} while (0)

static char buf[64 * 1024];

static struct netrig_opts opts_of(unsigned write_stall_ms, unsigned reply_min_rate)
{
	struct netrig_opts opts = { .limits = DW_NET_LIMITS_DEFAULT };

	opts.limits.write_stall_ms = write_stall_ms;
	opts.limits.reply_min_rate = reply_min_rate;
	return opts;
}

/* Asks, and reads no more than the first line of the answer; its kernel holds `room` bytes. */
static int ask_with(struct netrig *r, const char *text, int room)
{
	int fd = netrig_connect(r);
	bool eof;

	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	netrig_send(fd, text, strlen(text), 0);
	(void)netrig_read(fd, buf, 16, LONG_MS, &eof);
	assert_int_equal(netrig_status(buf), 200);
	return fd;
}

static int ask(struct netrig *r, const char *text)
{
	return ask_with(r, text, 4096);
}

static void only_copies_are_counted(void **state)
{
	struct netrig_opts opts = opts_of(LONG_MS, 1);
	struct netrig r;
	int fd[3];

	(void)state;
	netrig_start(&r, &opts);
	fd[0] = ask(&r, GET("/big"));
	fd[1] = ask(&r, GET("/lasting"));
	assert_true(netrig_stats(&r).unsent_bytes < 1024); /* a head, at most */
	fd[2] = ask(&r, GET("/copied"));
	assert_true(netrig_stats(&r).unsent_bytes <= BIG);
	/* And of the rest the kernel has taken little. */
	assert_true(netrig_stats(&r).unsent_bytes > BIG - KERNEL);
	for (int i = 0; i < 3; i++)
		close(fd[i]);
	WAIT_FOR(netrig_stats(&r).connections_open == 0);
	assert_int_equal(netrig_stats(&r).unsent_bytes, 0);
	netrig_stop(&r);
}

static void all_of_it_comes_wherever_it_lies(void **state)
{
	static const char *const text[] = { GET("/big"), GET("/lasting"),
					    GET("/copied") };
	struct netrig_opts opts = opts_of(LONG_MS, 1);
	struct netrig r;

	(void)state;
	netrig_start(&r, &opts);
	for (size_t i = 0; i < 3; i++) {
		int fd = ask_with(&r, text[i], 256 * 1024);
		size_t got = 0, n;
		bool eof = false;

		shutdown(fd, SHUT_WR);
		while (!eof && (n = netrig_read(fd, buf, sizeof(buf), LONG_MS, &eof)) > 0)
			got += n;
		assert_true(eof && got >= BIG && got < BIG + 1024);
		assert_int_equal(buf[0], 'b');
		close(fd);
	}
	assert_int_equal(netrig_stats(&r).unsent_bytes, 0);
	netrig_stop(&r);
}

static void too_much_for_one_address_is_cut(void **state)
{
	struct netrig_opts opts = opts_of(LONG_MS, 1);
	struct netrig r;
	int fd[3];

	(void)state;
	opts.limits.max_unsent_bytes_per_peer = 2 * BIG;
	netrig_start(&r, &opts);
	for (int i = 0; i < 2; i++)
		fd[i] = ask(&r, GET("/copied"));
	assert_int_equal(netrig_stats(&r).unsent_cut, 0);
	fd[2] = ask(&r, GET("/copied"));
	WAIT_FOR(netrig_stats(&r).unsent_cut == 1);
	WAIT_FOR(netrig_stats(&r).connections_open == 2);
	close(fd[0]); /* and there is room for another one */
	WAIT_FOR(netrig_stats(&r).connections_open == 1);
	fd[0] = ask(&r, GET("/copied"));
	assert_int_equal(netrig_stats(&r).unsent_cut, 1);
	for (int i = 0; i < 3; i++)
		close(fd[i]);
	netrig_stop(&r);
}

static void too_much_in_all_is_cut(void **state)
{
	struct netrig_opts opts = opts_of(LONG_MS, 1);
	struct netrig r;
	int fd[2];

	(void)state;
	opts.limits.max_unsent_bytes = BIG;
	netrig_start(&r, &opts);
	fd[0] = ask(&r, GET("/copied"));
	fd[1] = ask(&r, GET("/copied"));
	WAIT_FOR(netrig_stats(&r).unsent_cut == 1);
	assert_true(netrig_stats(&r).unsent_bytes <= BIG);
	close(fd[0]);
	close(fd[1]);
	netrig_stop(&r);
}

/* A little every few milliseconds, until the end. */
static void sip_to_the_end(int fd)
{
	bool eof = false;

	for (int i = 0; i < LONG_MS / 4 && !eof; i++) {
		(void)netrig_read(fd, buf, 200, LONG_MS, &eof);
		(void)poll(NULL, 0, 4);
	}
	assert_true(eof);
}

static void a_reply_that_is_only_held_is_cut(void **state)
{
	struct netrig_opts opts = opts_of(200, 5 * 1024 * 1024); /* 1 MiB in 200 ms */
	struct netrig r;
	int fd;

	(void)state;
	netrig_start(&r, &opts);
	fd = ask(&r, GET("/big"));
	sip_to_the_end(fd);
	assert_int_equal(netrig_stats(&r).timeouts_write, 1);
	close(fd);
	netrig_stop(&r);
}

/* What is asked of a reply is not asked of a stream: it goes on as long as it moves. */
static void a_stream_may_be_slow(void **state)
{
	static char chunk[64 * 1024];
	struct netrig_opts opts = opts_of(400, 1000 * 1000 * 1000);
	struct netrig r;
	bool eof = false;
	size_t got = 0;
	int fd;

	(void)state;
	memset(chunk, 'c', sizeof(chunk) - 1);
	netrig_start(&r, &opts);
	fd = ask(&r, GET("/sink"));
	WAIT_FOR(atomic_load(&r.sinks) == 1);
	netrig_push(&r, chunk, 4);
	while (got <
	       2 * sizeof(chunk)) { /* in 130 steps of 4 ms: longer than the limit */
		got += netrig_read(fd, buf, 1000, LONG_MS, &eof);
		assert_false(eof);
		(void)poll(NULL, 0, 4);
	}
	assert_int_equal(atomic_load(&r.sinks), 1);
	assert_int_equal(netrig_stats(&r).timeouts_write, 0);
	close(fd);
	netrig_stop(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_copies_are_counted),
		cmocka_unit_test(all_of_it_comes_wherever_it_lies),
		cmocka_unit_test(too_much_for_one_address_is_cut),
		cmocka_unit_test(too_much_in_all_is_cut),
		cmocka_unit_test(a_reply_that_is_only_held_is_cut),
		cmocka_unit_test(a_stream_may_be_slow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
