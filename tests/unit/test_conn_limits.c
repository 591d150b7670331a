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
	opts.limits.idle_ms = LONG_MS;
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
	opts.limits.max_head_bytes =
		8192; /* more than drips in, however late the server looks */
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
	netrig_stop(&r);
	assert_int_equal(r.stats.timeouts_head, 1);
	assert_int_equal(r.stats.timeouts_body, 2);
	assert_int_equal(r.stats.timeouts_idle, 0);
}

static void idle_ones_are_closed(void **state)
{
	struct netrig_opts opts = small_limits();
	struct netrig r;
	int fd;

	(void)state;
	opts.limits.idle_ms = 1000;
	netrig_start(&r, &opts);
	fd = netrig_connect(&r); /* says nothing at all */
	expect_end(fd);
	fd = netrig_connect(&r); /* nothing after an answer */
	expect(fd, GET("/hello"), "hello");
	expect_end(fd);
	netrig_stop(&r);
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

/* Comes, says it, and hears it. */
static int come(const struct netrig *r, const char *text, const char *needle)
{
	int fd = netrig_connect(r);

	expect(fd, text, needle);
	return fd;
}

static void is_refused(const struct netrig *r)
{
	int fd = come(r, "", "\r\n\r\n");

	assert_int_equal(netrig_status(buf), 503);
	expect_end(fd);
}

static struct netrig_opts patient_limits(unsigned most)
{
	struct netrig_opts opts = small_limits();

	opts.limits.idle_ms = opts.limits.head_ms = opts.limits.body_window_ms = LONG_MS;
	opts.limits.max_connections_per_peer = most;
	opts.limits.newcomer_ms = 0;
	return opts;
}

/* Whoever asked, well or not, and whoever is being answered stays; who has not asked to the end makes room. */
static void newcomers_make_room(void **state)
{
	struct netrig_opts opts = patient_limits(9);
	int stays[4], newcomer[5], later[5];
	struct netrig r;

	(void)state;
	netrig_start(&r, &opts);
	newcomer[0] = come(&r, "GET /hello HTTP/1.1\r\nHost: ", "");
	newcomer[1] = come(&r, POST("/echo", "Content-Length: 9\r\n") "12", "");
	newcomer[2] = come(&r, POST("/nowhere", "Content-Length: 9\r\n") "12", "}");
	newcomer[3] = netrig_connect(&r);
	stays[0] = come(&r, GET("/hello"), "hello");
	expect(stays[0], POST("/refuse", "Content-Length: 9\r\n") "12", "no");
	stays[1] = come(&r, GET("/nowhere"), "}");
	stays[2] = come(&r, GET("/sink"), "\r\n\r\n");
	stays[3] = come(&r, GET("/nowhere") GET("/held"), "}");
	/* Refused by its handler and skipped: from that moment on a newcomer. */
	newcomer[4] = come(&r, POST("/refuse", "Content-Length: 9\r\n") "12", "\r\n\r\n");
	for (int i = 0; i < 5; i++) {
		later[i] = come(&r, GET("/hello"), "hello");
		expect_end(newcomer[i]);
		assert_int_equal(netrig_status(buf), 200);
	}
	is_refused(&r);
	expect(stays[0], "3456789" GET("/hello"), "hello");
	expect(stays[1], GET("/hello"), "hello");
	for (int i = 0; i < 4; i++)
		close(stays[i]);
	for (int i = 0; i < 5; i++)
		close(later[i]);
	netrig_stop(&r);
	assert_int_equal(r.stats.connections_displaced, 5);
}

/* What it sent may lie unread in the kernel. */
static void very_young_ones_make_no_room(void **state)
{
	struct netrig_opts opts = patient_limits(1);
	struct netrig r;
	int fd;

	(void)state;
	opts.limits.newcomer_ms = LONG_MS;
	netrig_start(&r, &opts);
	fd = come(&r, "GET /hello HTTP/1.1\r\nHost: a\r\n", "");
	is_refused(&r);
	expect(fd, "\r\n", "hello");
	close(fd);
	netrig_stop(&r);
	assert_int_equal(r.stats.connections_displaced, 0);
}

/* Behind a trusted proxy are strangers: none of them is displaced for another. */
static void nobody_makes_room_behind_a_proxy(void **state)
{
	static const char *const proxies[] = { "127.0.0.0/8", NULL };
	struct netrig_opts opts = patient_limits(1);
	struct netrig r;
	int half, fd;

	(void)state;
	opts.proxies = proxies;
	opts.limits.max_connections = 2;
	netrig_start(&r, &opts);
	half = come(&r, "GET /hello HTTP/1.1\r\nHost: a\r\n", "");
	fd = come(&r, GET("/hello"), "hello");
	is_refused(&r);
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
		cmocka_unit_test(idle_ones_are_closed),
		cmocka_unit_test(a_paused_body_is_not_slow),
		cmocka_unit_test(connections_are_limited),
		cmocka_unit_test(newcomers_make_room),
		cmocka_unit_test(very_young_ones_make_no_room),
		cmocka_unit_test(nobody_makes_room_behind_a_proxy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
