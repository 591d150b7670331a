/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_sink.c - replies that stay open, readers that stall, and the ordered end of serving.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "netrig.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static char buf[64 * 1024];

static void up(struct netrig *r, unsigned write_stall_ms)
{
	struct netrig_opts opts = { .limits = DW_NET_LIMITS_DEFAULT };

	opts.limits.write_stall_ms = write_stall_ms;
	netrig_start(r, &opts);
}

/* Stops, and looks for what must be so after any test. */
static void down(struct netrig *r)
{
	netrig_stop(r);
	assert_int_equal(atomic_load(&r->sinks), 0);
	assert_int_equal(atomic_load(&r->sink_early), 0);
	assert_int_equal(r->stats.sinks_open, 0);
	assert_int_equal(r->stats.connections_open, 0);
}

static int open_sink(struct netrig *r)
{
	int fd = netrig_connect(r), before = atomic_load(&r->sinks);

	netrig_send(fd, GET("/sink"), strlen(GET("/sink")), 0);
	(void)netrig_read_until(fd, buf, sizeof(buf), "\r\n\r\n", LONG_MS);
	assert_int_equal(netrig_status(buf), 200);
	WAIT_FOR(atomic_load(&r->sinks) == before + 1);
	return fd;
}

static void read_end(int fd)
{
	bool eof;

	do {
		(void)netrig_read(fd, buf, sizeof(buf), LONG_MS, &eof);
	} while (!eof && buf[0] != '\0');
	assert_true(eof);
	close(fd);
}

static void a_sink_streams_until_its_owner_ends_it(void **state)
{
	struct netrig r;
	int fd;

	up(&r, 10000);
	fd = open_sink(&r);
	assert_non_null(strstr(buf, "Content-Type: text/event-stream\r\n"));
	assert_non_null(strstr(buf, "Cache-Control: no-store\r\n"));
	assert_non_null(strstr(buf, "X-Accel-Buffering: no\r\n"));
	assert_non_null(strstr(buf, "Connection: close\r\n"));
	assert_null(strstr(buf, "Content-Length"));
	for (int i = 0; i < 3; i++) {
		netrig_push(&r, "data: x\n\n", 2);
		(void)netrig_read_until(fd, buf, sizeof(buf), "data: x\n\ndata: x\n\n",
					LONG_MS);
		assert_string_equal(buf, "data: x\n\ndata: x\n\n");
	}
	assert_int_equal(netrig_stats(&r).sinks_open, 1);
	netrig_close_sinks(&r);
	WAIT_FOR(atomic_load(&r.sink_closes) == 1);
	read_end(fd);
	down(&r);
	assert_int_equal(atomic_load(&r.sink_closes), 1);
}

static void a_peer_that_goes_is_noticed(void **state)
{
	struct linger hard = { 1, 0 };
	struct netrig r;
	int fd;

	up(&r, 10000);
	fd = open_sink(&r); /* with a reset, at once */
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
	close(fd);
	WAIT_FOR(atomic_load(&r.sink_closes) == 1);
	fd = open_sink(&r); /* with a plain end: only writing tells */
	close(fd);
	WAIT_FOR(atomic_load(&r.sink_eofs) == 1);
	for (int i = 0; i < LONG_MS && atomic_load(&r.sinks) > 0; i++)
		netrig_push(&r, "data: x\n\n", 1);
	assert_int_equal(atomic_load(&r.sinks), 0);
	down(&r);
	assert_int_equal(atomic_load(&r.sink_closes), 2);
}

static void a_half_closed_peer_goes_on_reading(void **state)
{
	struct netrig r;
	int fd;

	up(&r, 10000);
	fd = open_sink(&r);
	shutdown(fd, SHUT_WR);
	WAIT_FOR(atomic_load(&r.sink_eofs) == 1);
	for (int i = 0; i < 5; i++) {
		netrig_push(&r, "data: x\n\n", 1);
		(void)netrig_read_until(fd, buf, sizeof(buf), "data: x\n\n", LONG_MS);
		assert_string_equal(buf, "data: x\n\n");
	}
	assert_int_equal(atomic_load(&r.sinks), 1);
	netrig_close_sinks(&r);
	read_end(fd);
	down(&r);
	assert_int_equal(atomic_load(&r.sink_eofs), 1);
}

static void a_peer_that_talks_to_a_sink_is_cut(void **state)
{
	struct netrig r;
	char noise[4096];
	int fd;

	up(&r, 10000);
	fd = open_sink(&r);
	memset(noise, 'n', sizeof(noise));
	for (int i = 0; i < LONG_MS && atomic_load(&r.sinks) > 0; i++)
		netrig_send(fd, noise, sizeof(noise), 0);
	assert_int_equal(atomic_load(&r.sinks), 0);
	close(fd);
	down(&r);
}

/*
 * One of two does not read: it is closed, the other gets everything meanwhile. What is pushed at once fits
 * into a kernel, and the live one takes all of it before the next: it never has a rest, so no time runs for it.
 */
static void a_stalled_reader_harms_only_itself(void **state)
{
	static char chunk[8 * 1024];
	struct netrig r;
	int stalled, live;

	up(&r, 100);
	memset(chunk, 'c', sizeof(chunk) - 1);
	stalled = open_sink(&r);
	live = open_sink(&r);
	for (int i = 0; i < LONG_MS && atomic_load(&r.sinks) == 2; i++) {
		bool eof;

		netrig_push(&r, chunk, 1);
		assert_int_equal(netrig_read(live, buf, sizeof(chunk), LONG_MS, &eof),
				 sizeof(chunk) - 1);
	}
	assert_int_equal(atomic_load(&r.sinks), 1);
	assert_int_equal(netrig_stats(&r).timeouts_write, 1);
	close(stalled);
	netrig_close_sinks(&r);
	read_end(live);
	down(&r);
}

static void a_stalled_reader_of_a_reply_too(void **state)
{
	struct netrig r;
	int fd;

	up(&r, 100);
	fd = netrig_connect(&r);
	netrig_send(fd, GET("/big"), strlen(GET("/big")), 0);
	WAIT_FOR(netrig_stats(&r).timeouts_write == 1);
	close(fd);
	down(&r);
}

static void a_slow_reader_gets_it_all(void **state)
{
	const size_t want = 8u * 1024 * 1024;
	const char *ask = "GET /big HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
	size_t got = 0;
	struct netrig r;
	bool eof = false;
	int fd, small = 256 * 1024;

	up(&r, LONG_MS);
	fd = netrig_connect(&r);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	netrig_send(fd, ask, strlen(ask), 0);
	while (!eof)
		got += netrig_read(fd, buf, sizeof(buf), LONG_MS, &eof);
	assert_in_range(got, want, want + 2000); /* and a head */
	close(fd);
	down(&r);
	assert_int_equal(r.stats.timeouts_write, 0);
}

/* ---- the ordered end ---- */

static void the_end_finishes_what_was_begun(void **state)
{
	struct sockaddr_in sa = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int idle, busy, sink, late;
	struct netrig r;

	up(&r, 10000);
	idle = netrig_connect(&r);
	netrig_send(idle, GET("/hello"), strlen(GET("/hello")), 0);
	(void)netrig_read_until(idle, buf, sizeof(buf), "hello", LONG_MS);
	sink = open_sink(&r);
	busy = netrig_connect(&r);
	netrig_send(busy, GET("/held") GET("/hello"), strlen(GET("/held") GET("/hello")),
		    0);
	WAIT_FOR(atomic_load(&r.held) == 1);
	down(&r);

	read_end(idle);
	(void)netrig_read_until(busy, buf, sizeof(buf), "\r\n\r\nheld", LONG_MS);
	assert_int_equal(netrig_status(buf), 200);
	assert_non_null(strstr(buf, "Connection: close\r\n"));
	assert_int_equal(netrig_replies(buf), 1); /* the next one was not begun */
	read_end(busy);
	read_end(sink);
	assert_int_equal(atomic_load(&r.sink_closes), 1);
	late = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	sa.sin_port = htons((uint16_t)r.port);
	assert_int_equal(connect(late, (struct sockaddr *)&sa, sizeof(sa)), -1);
	assert_int_equal(errno, ECONNREFUSED);
	close(late);
}

static void the_grace_has_an_end(void **state)
{
	struct netrig r;
	int fd;
	const char *text = "POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n"
			   "Expect: 100-continue\r\n\r\n";

	up(&r, 10000);
	fd = netrig_connect(&r); /* a body that never comes */
	netrig_send(fd, text, strlen(text), 0);
	(void)netrig_read_until(fd, buf, sizeof(buf), "100 Continue", LONG_MS);
	down(&r); /* would hang if the connection were waited for */
	assert_int_equal(atomic_load(&r.body_breaks), 1);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sink_streams_until_its_owner_ends_it),
		cmocka_unit_test(a_peer_that_goes_is_noticed),
		cmocka_unit_test(a_half_closed_peer_goes_on_reading),
		cmocka_unit_test(a_peer_that_talks_to_a_sink_is_cut),
		cmocka_unit_test(a_stalled_reader_harms_only_itself),
		cmocka_unit_test(a_stalled_reader_of_a_reply_too),
		cmocka_unit_test(a_slow_reader_gets_it_all),
		cmocka_unit_test(the_end_finishes_what_was_begun),
		cmocka_unit_test(the_grace_has_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
