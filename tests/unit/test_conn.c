/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_conn.c - one connection over a real socket: kept or closed, pipelined, with bodies of all
 * kinds.
 */
#include "talk.h"

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static int rig_up(void **state)
{
	struct netrig *r = calloc(1, sizeof(*r));
	struct netrig_opts opts = { .limits = DW_NET_LIMITS_DEFAULT, .is_local = true };

	netrig_start(r, &opts);
	*state = r;
	return 0;
}

static int rig_down(void **state)
{
	struct netrig *r = *state;

	netrig_stop(r);
	assert_int_equal(r->stats.connections_open, 0);
	assert_int_equal(r->stats.gate_disagreed, 0);
	free(r);
	return 0;
}

/* ---- kept or not ---- */

static void is_kept_between_requests(void **state)
{
	int fd = netrig_connect(*state);

	for (int i = 0; i < 5; i++) {
		expect(fd, GET("/hello"), "hello");
		assert_int_equal(netrig_replies(buf), 1);
		assert_null(strstr(buf, "Connection:"));
		assert_non_null(strstr(buf, "Content-Length: 5\r\n"));
		assert_non_null(strstr(buf, "X-Content-Type-Options: nosniff\r\n"));
		assert_non_null(strstr(buf, "\r\nDate: "));
	}
	expect(fd, "GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
	       "hello");
	assert_non_null(strstr(buf, "Connection: close\r\n"));
	expect_end(fd);
}

static void http_1_0_is_kept_only_when_asked(void **state)
{
	int fd = netrig_connect(*state);

	expect(fd, "GET /hello HTTP/1.0\r\n\r\n", "hello");
	assert_non_null(strstr(buf, "Connection: close\r\n"));
	expect_end(fd);
	fd = netrig_connect(*state);
	for (int i = 0; i < 3; i++) {
		expect(fd, "GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
		       "hello");
		assert_non_null(strstr(buf, "Connection: keep-alive\r\n"));
		assert_null(strstr(buf, "Transfer-Encoding"));
	}
	close(fd);
}

static void pipelined_ones_are_answered_in_order(void **state)
{
	static const char *const order[] = { "later", "hello", "first", "later",
					     "second" };
	static const char text[] = GET("/later") GET("/hello") GET("/items/first")
		GET("/later") GET("/items/second");

	for (size_t step = 0; step < 60; step += 7) {
		int fd = netrig_connect(*state);
		const char *at = buf;

		netrig_send(fd, text, sizeof(text) - 1, step);
		(void)netrig_read_until(fd, buf, sizeof(buf), "second", LONG_MS);
		for (size_t i = 0; i < 5; i++) {
			at = strstr(at, "\r\n\r\n");
			assert_non_null(at);
			at += 4;
			assert_memory_equal(at, order[i], strlen(order[i]));
		}
		assert_int_equal(netrig_replies(buf), 5);
		close(fd);
	}
}

/* 400 KB of requests at once: far more than a connection may hold back. */
#define MANY 400

static void *send_many(void *data)
{
	static const char head[] = POST("/echo", "Content-Length: 1000\r\n");
	int fd = *(int *)data;
	char body[1000];

	memset(body, 'e', sizeof(body));
	for (int i = 0; i < MANY; i++) {
		netrig_send(fd, head, sizeof(head) - 1, 0);
		netrig_send(fd, body, sizeof(body), 0);
	}
	shutdown(fd, SHUT_WR);
	return NULL;
}

static void many_pipelined_ones_wait_in_the_kernel(void **state)
{
	const size_t cap = 1024 * 1024;
	char *all = malloc(cap);
	int fd = netrig_connect(*state);
	pthread_t sender;
	bool eof;

	assert_int_equal(pthread_create(&sender, NULL, send_many, &fd), 0);
	(void)netrig_read(fd, all, cap, LONG_MS, &eof);
	pthread_join(sender, NULL);
	assert_true(eof);
	assert_int_equal(netrig_replies(all), MANY);
	assert_int_equal(netrig_count(all, "\r\n\r\neeee"), MANY);
	close(fd);
	free(all);
}

static void head_is_get_without_body(void **state)
{
	int fd = netrig_connect(*state);

	expect(fd, "HEAD /hello HTTP/1.1\r\nHost: a\r\n\r\n" GET("/items/x"),
	       "\r\n\r\nx");
	assert_int_equal(netrig_replies(buf), 2);
	assert_non_null(strstr(buf, "Content-Length: 5\r\n"));
	assert_null(strstr(buf, "hello"));
	close(fd);
}

static void options_and_405_say_what_is_allowed(void **state)
{
	int fd = netrig_connect(*state);

	expect(fd, "OPTIONS /items/x HTTP/1.1\r\nHost: a\r\n\r\n", "\r\n\r\n");
	assert_int_equal(netrig_status(buf), 204);
	assert_non_null(strstr(buf, "Allow: GET, HEAD, PUT, DELETE, OPTIONS\r\n"));
	expect(fd, "PATCH /items/x HTTP/1.1\r\nHost: a\r\n\r\n", "}");
	assert_int_equal(netrig_status(buf), 405);
	assert_non_null(strstr(buf, "Allow: GET, HEAD, PUT, DELETE, OPTIONS\r\n"));
	expect(fd, GET("/items/special"), "the special one");
	close(fd);
}

static void a_half_closed_client_gets_its_answers(void **state)
{
	(void)netrig_ask(*state, GET("/later") GET("/later") GET("/hello"), buf,
			 sizeof(buf));
	assert_int_equal(netrig_replies(buf), 3);
	assert_non_null(strstr(buf, "\r\n\r\nhello"));
}

/* ---- bodies ---- */

static void bodies_come_whole_in_any_pieces(void **state)
{
	static const char *const texts[] = {
		POST("/echo", "Content-Length: 11\r\n") "hello world",
		POST("/echo",
		     "Transfer-Encoding: chunked\r\n") "6\r\nhello \r\n05\r\nworld\r\n0\r\n\r\n",
		POST("/upload", "Content-Length: 11\r\n") "hello world",
		POST("/upload",
		     "Transfer-Encoding: chunked\r\n") "b\r\nhello world\r\n0\r\n\r\n",
		POST("/upload?pause",
		     "Transfer-Encoding: chunked\r\n") "1\r\nh\r\nA\r\nello world\r\n0\r\n\r\n",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		for (size_t step = 0; step < 50; step += 10) {
			int fd = netrig_connect(*state);

			netrig_send(fd, texts[i], strlen(texts[i]), step);
			expect(fd, GET("/items/next"), "\r\n\r\nnext");
			assert_int_equal(netrig_replies(buf), 2);
			assert_non_null(
				strstr(buf, i < 2 ? "\r\n\r\nhello world" : "11 bytes"));
			close(fd);
		}
	}
}

static void continue_is_sent_when_the_body_is_wanted(void **state)
{
	int fd = netrig_connect(*state);

	expect(fd, POST("/echo", "Expect: 100-continue\r\nContent-Length: 5\r\n"),
	       "HTTP/1.1 100 Continue\r\n\r\n");
	assert_int_equal(netrig_replies(buf), 0);
	expect(fd, "hello", "\r\n\r\nhello");
	assert_int_equal(netrig_status(buf), 200);
	expect(fd,
	       POST("/upload", "Expect: 100-Continue\r\nTransfer-Encoding: chunked\r\n"),
	       "HTTP/1.1 100 Continue\r\n\r\n");
	expect(fd, "5\r\nhello\r\n0\r\n\r\n", "5 bytes");
	close(fd);
}

static void no_continue_where_the_answer_is_known(void **state)
{
	static const struct {
		const char *text;
		int status;
	} rows[] = {
		{ POST("/denied", "Expect: 100-continue\r\nContent-Length: 5\r\n"), 401 },
		{ POST("/refuse", "Expect: 100-continue\r\nContent-Length: 5\r\n"), 403 },
		{ POST("/echo", "Expect: 100-continue\r\nContent-Length: 1001\r\n"),
		  413 },
		{ POST("/nothing", "Expect: 100-continue\r\nContent-Length: 5\r\n"),
		  404 },
		{ POST("/echo", "Expect: 200-ok\r\nContent-Length: 5\r\n"), 417 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int fd = netrig_connect(*state);

		expect(fd, rows[i].text, "\r\n\r\n");
		assert_null(strstr(buf, "100 Continue"));
		assert_int_equal(netrig_status(buf), rows[i].status);
		assert_non_null(strstr(buf, "Connection: close\r\n"));
		expect_end(fd);
	}
}

static void http_1_0_knows_no_continue(void **state)
{
	int fd = netrig_connect(*state);

	expect(fd,
	       "POST /echo HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello",
	       "\r\n\r\nhello");
	assert_null(strstr(buf, "100 Continue"));
	expect_end(fd);
}

static void an_unwanted_body_is_skipped_or_ends_it(void **state)
{
	char *big = malloc(200001);
	int fd = netrig_connect(*state);

	expect(fd, POST("/refuse", "Content-Length: 5\r\n") "hello" GET("/items/x"),
	       "\r\n\r\nx");
	assert_int_equal(netrig_status(buf), 403);
	assert_int_equal(netrig_replies(buf), 2);
	send_text(fd, POST("/refuse", "Content-Length: 200000\r\n"));
	memset(big, 'x', 200000);
	netrig_send(fd, big, 200000, 0);
	(void)netrig_read_until(fd, buf, sizeof(buf), "no", LONG_MS);
	assert_int_equal(netrig_status(buf), 403);
	assert_non_null(strstr(buf, "Connection: close\r\n"));
	close(fd);
	free(big);
}

static void chunks_beyond_the_limit_are_413(void **state)
{
	char text[2000];
	int n = snprintf(text, sizeof(text), "%s",
			 POST("/echo", "Transfer-Encoding: chunked\r\n"));

	n += snprintf(text + n, sizeof(text) - (size_t)n, "3e9\r\n%01001d\r\n0\r\n\r\n",
		      7);
	assert_true(n > 0 && (size_t)n < sizeof(text));
	(void)netrig_ask(*state, text, buf, sizeof(buf));
	assert_int_equal(netrig_status(buf), 413);
	assert_int_equal(netrig_replies(buf), 1);
}

static void a_broken_body_is_told_to_its_handler(void **state)
{
	struct netrig *r = *state;
	int before = atomic_load(&r->body_breaks), fd;

	(void)netrig_ask(r, POST("/upload", "Content-Length: 10\r\n") "half", buf,
			 sizeof(buf));
	assert_int_equal(netrig_status(buf), 400);
	assert_int_equal(atomic_load(&r->body_breaks), before + 1);
	fd = netrig_connect(r);
	expect(fd, POST("/upload", "Expect: 100-continue\r\nContent-Length: 10\r\n"),
	       "\r\n\r\n");
	close(fd);
	for (int i = 0; i < LONG_MS && atomic_load(&r->body_breaks) < before + 2; i++)
		(void)poll(NULL, 0, 1);
	assert_int_equal(atomic_load(&r->body_breaks), before + 2);
}

static void the_peer_may_go_before_the_answer(void **state)
{
	struct netrig *r = *state;

	for (int i = 0; i < 20; i++) {
		struct linger hard = { 1, 0 };
		int fd = netrig_connect(r);

		send_text(fd, GET("/later"));
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
		close(fd); /* with a reset */
	}
	(void)netrig_ask(r, GET("/later"), buf, sizeof(buf));
	assert_int_equal(netrig_status(buf), 200);
}

static void a_large_reply_arrives_whole(void **state)
{
	const size_t want = 8u * 1024 * 1024;
	char *big = malloc(want + 10000), *body;
	size_t n = netrig_ask(*state, GET("/big"), big, want + 10000);

	body = strstr(big, "\r\n\r\n");
	assert_non_null(body);
	assert_int_equal(n - (size_t)(body + 4 - big), want);
	free(big);
}

/* ---- who it is ---- */

static void the_control_socket_is_our_own(void **state)
{
	int fd = netrig_connect_local(*state);

	expect(fd, GET("/peer"), "local own");
	close(fd);
	fd = netrig_connect(*state);
	expect(fd,
	       "GET /peer HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 1.2.3.4\r\n"
	       "X-Forwarded-Proto: https\r\n\r\n",
	       "\r\n\r\n127.0.0.1");
	assert_null(strstr(buf, " tls"));
	close(fd);
}

static void a_trusted_proxy_names_the_client(void **state)
{
	static const char *const proxies[] = { "127.0.0.1", "10.0.0.0/8", NULL };
	static const struct {
		const char *fields, *want;
	} rows[] = {
		{ "", "\r\n\r\n127.0.0.1" },
		{ "X-Forwarded-For: 1.2.3.4\r\n", "\r\n\r\n1.2.3.4" },
		{ "X-Forwarded-For: 6.6.6.6, 1.2.3.4\r\n", "\r\n\r\n1.2.3.4" },
		{ "X-Forwarded-For: 1.2.3.4, 10.1.2.3\r\n", "\r\n\r\n1.2.3.4" },
		{ "X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-For: 1.2.3.4\r\n",
		  "\r\n\r\n1.2.3.4" },
		{ "X-Forwarded-For: nonsense\r\n", "\r\n\r\n127.0.0.1" },
		{ "X-Forwarded-For: ::ffff:1.2.3.4\r\n", "\r\n\r\n1.2.3.4" },
		{ "X-Forwarded-For: [2001:db8::1]:99\r\n", "\r\n\r\n2001:db8::1" },
		{ "X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Proto: https\r\n",
		  "\r\n\r\n1.2.3.4 tls" },
		{ "X-Forwarded-Proto: https, http\r\n", "\r\n\r\n127.0.0.1" },
	};
	struct netrig_opts opts = { .limits = DW_NET_LIMITS_DEFAULT, .proxies = proxies };
	struct netrig r;

	(void)state;
	netrig_start(&r, &opts);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[300], *body;

		snprintf(text, sizeof(text), "GET /peer HTTP/1.1\r\nHost: a\r\n%s\r\n",
			 rows[i].fields);
		(void)netrig_ask(&r, text, buf, sizeof(buf));
		body = strstr(buf, "\r\n\r\n");
		assert_non_null(body);
		assert_string_equal(body, rows[i].want);
	}
	netrig_stop(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_kept_between_requests),
		cmocka_unit_test(http_1_0_is_kept_only_when_asked),
		cmocka_unit_test(pipelined_ones_are_answered_in_order),
		cmocka_unit_test(many_pipelined_ones_wait_in_the_kernel),
		cmocka_unit_test(head_is_get_without_body),
		cmocka_unit_test(options_and_405_say_what_is_allowed),
		cmocka_unit_test(a_half_closed_client_gets_its_answers),
		cmocka_unit_test(bodies_come_whole_in_any_pieces),
		cmocka_unit_test(continue_is_sent_when_the_body_is_wanted),
		cmocka_unit_test(no_continue_where_the_answer_is_known),
		cmocka_unit_test(http_1_0_knows_no_continue),
		cmocka_unit_test(an_unwanted_body_is_skipped_or_ends_it),
		cmocka_unit_test(chunks_beyond_the_limit_are_413),
		cmocka_unit_test(a_broken_body_is_told_to_its_handler),
		cmocka_unit_test(the_peer_may_go_before_the_answer),
		cmocka_unit_test(a_large_reply_arrives_whole),
		cmocka_unit_test(the_control_socket_is_our_own),
		cmocka_unit_test(a_trusted_proxy_names_the_client),
	};

	return cmocka_run_group_tests(tests, rig_up, rig_down);
}
