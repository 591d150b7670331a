/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_conn_limits.c - what happens to those who send too much, too slowly or not at all, and to
 * those who are too many.
 */
#include "talk.h"

#include <poll.h>

static struct netrig_opts small_limits(void)
{
	struct netrig_opts opts = { .limits = DW_NET_LIMITS_DEFAULT };

	opts.limits.head_ms = 200;
	opts.limits.idle_ms = 150;
	opts.limits.body_window_ms = 150;
	opts.limits.body_min_rate = 10000;
	opts.limits.max_head_bytes = 600;
	opts.limits.max_target_bytes = 100;
	opts.limits.max_connections_per_peer = 3;
	return opts;
}

static void sizes_are_limited(void **state)
{
	struct netrig_opts opts = small_limits();
	struct netrig r;
	char text[1000];

	(void)state;
	netrig_start(&r, &opts);
	snprintf(text, sizeof(text), "GET /%099d HTTP/1.1\r\nHost: a\r\n\r\n", 0);
	(void)netrig_ask(&r, text, buf, sizeof(buf));
	assert_int_equal(netrig_status(buf), 404);
	snprintf(text, sizeof(text), "GET /%0100d HTTP/1.1\r\nHost: a\r\n\r\n", 0);
	(void)netrig_ask(&r, text, buf, sizeof(buf));
	assert_int_equal(netrig_status(buf), 414);
	snprintf(text, sizeof(text), "GET / HTTP/1.1\r\nHost: a\r\nX: %0600d\r\n\r\n", 0);
	(void)netrig_ask(&r, text, buf, sizeof(buf));
	assert_int_equal(netrig_status(buf), 431);
	(void)netrig_ask(&r, POST("/echo", "Content-Length: 1001\r\n"), buf, sizeof(buf));
	assert_int_equal(netrig_status(buf), 413);
	netrig_stop(&r);
	assert_int_equal(r.stats.gate_refused, 2);
	assert_int_equal(r.stats.requests[4], 4);
}

/* Sends `piece` again and again, a few milliseconds apart, until there is an answer or an end. */
static void drip(int fd, const char *piece)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };

	for (int i = 0; i < LONG_MS / 5 && poll(&pfd, 1, 5) == 0; i++)
		send_text(fd, piece);
}

static void slow_ones_are_told_and_closed(void **state)
{
	struct netrig_opts opts = small_limits();
	struct netrig r;
	int fd;

	(void)state;
	netrig_start(&r, &opts);
	fd = netrig_connect(&r); /* a byte at a time does not stretch the head's time */
	send_text(fd, "GET /hello HTTP/1.1\r\nHost: a\r\nX: ");
	drip(fd, "x");
	expect(fd, "", "}");
	assert_int_equal(netrig_status(buf), 408);
	expect_end(fd);

	fd = netrig_connect(&r);
	send_text(fd, POST("/echo", "Content-Length: 900\r\n"));
	drip(fd, "x");
	expect(fd, "", "}");
	assert_int_equal(netrig_status(buf), 408);
	expect_end(fd);

	fd = netrig_connect(&r); /* a streamed one's handler is told, and answers */
	send_text(fd, POST("/upload", "Transfer-Encoding: chunked\r\n") "ffff\r\n");
	drip(fd, "x");
	expect(fd, "", "\r\n\r\n");
	assert_int_equal(netrig_status(buf), 408);
	expect_end(fd);
	assert_int_equal(atomic_load(&r.body_breaks), 1);

	fd = netrig_connect(&r); /* says nothing at all */
	expect_end(fd);
	fd = netrig_connect(&r); /* nothing after an answer */
	expect(fd, GET("/hello"), "hello");
	expect_end(fd);
	netrig_stop(&r);
	assert_int_equal(r.stats.timeouts_head, 1);
	assert_int_equal(r.stats.timeouts_body, 2);
	assert_int_equal(r.stats.timeouts_idle, 2);
}

static void a_paused_body_is_not_slow(void **state)
{
	struct netrig_opts opts = small_limits();
	struct netrig r;
	int fd;

	(void)state;
	opts.limits.body_window_ms = 10; /* shorter than the pause */
	opts.limits.body_min_rate = 100;
	netrig_start(&r, &opts);
	fd = netrig_connect(&r);
	expect(fd, POST("/upload?pause", "Content-Length: 5\r\n") "hello", "5 bytes");
	close(fd);
	netrig_stop(&r);
	assert_int_equal(r.stats.timeouts_body, 0);
}

static void connections_are_counted(struct netrig *r, int most)
{
	int fd[8], extra;

	for (int i = 0; i < most; i++) {
		fd[i] = netrig_connect(r);
		expect(fd[i], GET("/hello"), "hello");
	}
	extra = netrig_connect(r);
	expect(extra, "", "\r\n\r\n");
	assert_int_equal(netrig_status(buf), 503);
	assert_non_null(strstr(buf, "Retry-After: "));
	expect_end(extra);
	close(fd[0]); /* and there is room again, as soon as the server has seen it */
	for (int i = 0; i < LONG_MS; i++) {
		extra = netrig_connect(r);
		expect(extra, GET("/hello"), "\r\n\r\n");
		close(extra);
		if (netrig_status(buf) == 200)
			break;
	}
	assert_int_equal(netrig_status(buf), 200);
	for (int i = 1; i < most; i++)
		close(fd[i]);
}

static void connections_are_limited(void **state)
{
	struct netrig_opts opts = small_limits();
	struct netrig r;

	(void)state;
	opts.limits.idle_ms = LONG_MS;
	netrig_start(&r, &opts);
	connections_are_counted(&r, 3); /* per address */
	netrig_stop(&r);
	assert_true(r.stats.connections_refused >= 1);
	opts.limits.max_connections = 2;
	netrig_start(&r, &opts);
	connections_are_counted(&r, 2); /* in all */
	netrig_stop(&r);
}

/* Comes and asks, again while it is refused: newcomers of the last moment are not displaced. */
static int admitted(const struct netrig *r)
{
	for (int i = 0; i < LONG_MS; i++) {
		int fd = netrig_connect(r);

		expect(fd, GET("/hello"), "\r\n\r\n");
		if (netrig_status(buf) == 200)
			return fd;
		close(fd);
	}
	fail_msg("there was no room");
	return -1;
}

/* Of the five that its address may have: who has asked stays, who has not to the end makes room. */
static void newcomers_make_room(void **state)
{
	static const char *const says[] = {
		"GET /hello HTTP/1.1\r\nHost: ",
		POST("/echo", "Content-Length: 9\r\n") "12",
		POST("/nowhere",
		     "Content-Length: 9\r\n") "12", /* answered, and skipped */
		"",
	};
	struct netrig_opts opts = small_limits();
	struct netrig r;
	int asked[5], newcomer[4], extra;

	(void)state;
	opts.limits.idle_ms = opts.limits.head_ms = opts.limits.body_window_ms = LONG_MS;
	opts.limits.max_connections_per_peer = 5;
	netrig_start(&r, &opts);
	asked[0] = admitted(&r);
	for (int i = 0; i < 4; i++) {
		newcomer[i] = netrig_connect(&r);
		send_text(newcomer[i], says[i]);
		if (i == 2)
			expect(newcomer[i], "", "}");
	}
	for (int i = 0; i < 4; i++)
		asked[i + 1] = admitted(&r);
	for (int i = 0; i < 4; i++)
		expect_end(newcomer[i]);
	for (int i = 0; i < 5; i++)
		expect(asked[i], GET("/hello"), "hello");
	extra = netrig_connect(&r); /* all have asked */
	expect(extra, "", "\r\n\r\n");
	assert_int_equal(netrig_status(buf), 503);
	expect_end(extra);
	for (int i = 0; i < 5; i++)
		close(asked[i]);
	netrig_stop(&r);
	assert_int_equal(r.stats.connections_displaced, 4);
}

/* Behind a trusted proxy are strangers: none of them is displaced for another. */
static void nobody_makes_room_behind_a_proxy(void **state)
{
	static const char *const proxies[] = { "127.0.0.0/8", NULL };
	struct netrig_opts opts = small_limits();
	struct netrig r;
	int half, fd;

	(void)state;
	opts.proxies = proxies;
	opts.limits.idle_ms = opts.limits.head_ms = LONG_MS;
	opts.limits.max_connections = 2;
	netrig_start(&r, &opts);
	half = netrig_connect(&r);
	send_text(half, "GET /hello HTTP/1.1\r\nHost: a\r\n");
	fd = admitted(&r);
	for (int i = 0; i < 50; i++) { /* also not after a while */
		int extra = netrig_connect(&r);

		expect(extra, "", "\r\n\r\n");
		assert_int_equal(netrig_status(buf), 503);
		expect_end(extra);
	}
	expect(half, "\r\n", "hello");
	close(half);
	close(fd);
	netrig_stop(&r);
	assert_int_equal(r.stats.connections_displaced, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_are_limited),
		cmocka_unit_test(slow_ones_are_told_and_closed),
		cmocka_unit_test(a_paused_body_is_not_slow),
		cmocka_unit_test(connections_are_limited),
		cmocka_unit_test(newcomers_make_room),
		cmocka_unit_test(nobody_makes_room_behind_a_proxy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
