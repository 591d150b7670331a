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
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BIG (8u * 1024 * 1024) /* what the routes answer with */
#define KERNEL (256u * 1024)   /* more than both kernels hold of one that reads nothing */

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
	int fd = netrig_connect_narrow(r, room);
	bool eof;

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

static void in_all_the_largest_is_cut(void **state)
{
	struct netrig_opts opts = opts_of(LONG_MS, 1);
	struct netrig r;
	int fd[4];

	(void)state;
	opts.limits.max_unsent_bytes = BIG + BIG / 4;
	netrig_start(&r, &opts);
	fd[0] = ask(&r, GET("/copied"));
	fd[1] = ask(&r,
		    GET("/half")); /* more than there is room for: the larger one goes */
	WAIT_FOR(netrig_stats(&r).unsent_cut == 1);
	WAIT_FOR(netrig_stats(&r).connections_open == 1);
	assert_true(netrig_stats(&r).unsent_bytes <= BIG / 2);
	fd[2] = ask(&r, GET("/half"));
	assert_int_equal(netrig_stats(&r).unsent_cut, 1);
	fd[3] = ask(&r, GET("/copied")); /* larger than what there is: it goes itself */
	WAIT_FOR(netrig_stats(&r).unsent_cut == 2);
	WAIT_FOR(netrig_stats(&r).connections_open == 2);
	assert_true(netrig_stats(&r).unsent_bytes <= opts.limits.max_unsent_bytes);
	for (int i = 0; i < 4; i++)
		close(fd[i]);
	WAIT_FOR(netrig_stats(&r).connections_open == 0);
	assert_int_equal(netrig_stats(&r).unsent_bytes, 0);
	netrig_stop(&r);
}

/* A window full every few milliseconds. True: there is more. */
static bool sip(int fd)
{
	bool eof = false;
	size_t n = netrig_read(fd, buf, 4096, LONG_MS, &eof);

	(void)poll(NULL, 0, 8);
	assert_true(n > 0 || eof); /* all of it was taken, and nobody cut it */
	return !eof;
}

/* So much must be taken in a look that no reader can, and each look sees that some was. */
#define LOOK_MS 1000
#define LONG_LOOK_MS                                                                     \
	3000 /* for those who are left: the machine may be away for a second or two */
#define ALWAYS_SLOW (1000 * 1000 * 1000)

static void is_cut(const char *text)
{
	struct netrig_opts opts = opts_of(LOOK_MS, ALWAYS_SLOW);
	struct netrig r;
	int fd;

	netrig_start(&r, &opts);
	fd = ask(&r, text);
	while (sip(fd))
		;
	assert_int_equal(netrig_stats(&r).timeouts_write, 1);
	close(fd);
	netrig_stop(&r);
}

static int sip_for_three_looks(struct netrig *r, const char *text)
{
	int fd = ask(r, text);
	struct timespec from, now;

	clock_gettime(CLOCK_MONOTONIC, &from);
	do {
		assert_true(sip(fd));
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while ((now.tv_sec - from.tv_sec) * 1000 +
			 (now.tv_nsec - from.tv_nsec) / 1000000 <
		 3 * LONG_LOOK_MS);
	assert_int_equal(netrig_stats(r).timeouts_write, 0);
	return fd;
}

static void is_left(const char *text, unsigned reply_min_rate)
{
	struct netrig_opts opts = opts_of(LONG_LOOK_MS, reply_min_rate);
	struct netrig r;

	netrig_start(&r, &opts);
	close(sip_for_three_looks(&r, text));
	netrig_stop(&r);
}

static void a_reply_that_is_only_held_is_cut(void **state)
{
	(void)state;
	is_cut(GET("/big"));
}

static void one_that_keeps_the_rate_is_not(void **state)
{
	(void)state;
	is_left(GET("/big"), 1);
}

/* What is asked of a reply is not asked of a stream: it goes on as long as it moves. */
static void a_stream_may_be_slow(void **state)
{
	(void)state;
	is_left(GET("/long"), ALWAYS_SLOW);
}

/* The same bytes as a reply with a length, made piece by piece. */
static void a_download_may_not(void **state)
{
	(void)state;
	is_cut(GET("/sized"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_copies_are_counted),
		cmocka_unit_test(all_of_it_comes_wherever_it_lies),
		cmocka_unit_test(too_much_for_one_address_is_cut),
		cmocka_unit_test(in_all_the_largest_is_cut),
		cmocka_unit_test(a_reply_that_is_only_held_is_cut),
		cmocka_unit_test(one_that_keeps_the_rate_is_not),
		cmocka_unit_test(a_stream_may_be_slow),
		cmocka_unit_test(a_download_may_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
