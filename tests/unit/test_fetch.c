/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_fetch.c - one GET from a stranger: where it may lead, what it may bring, how it ends. Here
 * 127.0.0.1 stands for the public Internet and 127.0.0.2 for what is private.
 */
#include "link/fetch.h"
#include "webrig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

struct rig {
	struct dw_loop loop;
	struct dw_fetcher *fetcher;
	struct web open, closed; /* the same port at two addresses */
	uint64_t bytes, refused;
};

struct got {
	struct dw_fetch x;
	char url[300], body[2000];
	size_t n, enough; /* break off after so many bytes */
	bool done;
};

static bool may_ask(const struct sockaddr *sa)
{
	struct sockaddr_in v4;

	memcpy(&v4, sa, sizeof(v4));
	return sa->sa_family == AF_INET && ntohl(v4.sin_addr.s_addr) == INADDR_LOOPBACK;
}

static struct rig *rig; /* of the running test, for answers that name its port */

static int setup(void **state)
{
	struct dw_fetcher_conf conf = { .timeout_s = 20,
					.max_bytes = 64 * 1024,
					.may_ask = may_ask };

	rig = calloc(1, sizeof(*rig));
	assert_non_null(rig);
	assert_int_equal(dw_loop_init(&rig->loop, NULL), 0);
	alarm(120);
	conf.loop = &rig->loop;
	conf.bytes = &rig->bytes;
	conf.refused = &rig->refused;
	assert_int_equal(dw_fetcher_create(&rig->fetcher, &conf, NULL), 0);
	web_open(&rig->open, &rig->loop, "127.0.0.1", 0);
	web_open(&rig->closed, &rig->loop, "127.0.0.2", rig->open.port);
	*state = rig;
	return 0;
}

static void on_closed(void *data)
{
	*(bool *)data = true;
}

static void run_until(const bool *done)
{
	while (!*done)
		(void)uv_run(&rig->loop.uv, UV_RUN_ONCE);
}

static int teardown(void **state)
{
	bool done = false;

	(void)state;
	dw_fetcher_close(rig->fetcher, on_closed, &done);
	run_until(&done);
	web_close(&rig->open);
	web_close(&rig->closed);
	dw_loop_close(&rig->loop);
	dw_loop_run(&rig->loop);
	dw_loop_fini(&rig->loop);
	free(rig);
	return 0;
}

static int on_body(struct dw_fetch *x, struct dw_str piece)
{
	struct got *g = DW_CONTAINER_OF(x, struct got, x);

	for (size_t i = 0; i < piece.n && g->n < sizeof(g->body) - 1; i++)
		g->body[g->n++] = piece.p[i];
	return g->enough != 0 && g->n >= g->enough ? DW_ECLOSED : 0;
}

static void on_done(struct dw_fetch *x)
{
	DW_CONTAINER_OF(x, struct got, x)->done = true;
}

static void start(struct got *g, const char *host, const char *path)
{
	snprintf(g->url, sizeof(g->url), "http://%s:%d%s", host, rig->open.port, path);
	g->x.url = g->url;
	g->x.on_body = on_body;
	g->x.on_done = on_done;
	dw_fetch_start(rig->fetcher, &g->x);
}

static void fetch(struct got *g, const char *host, const char *path)
{
	memset(g, 0, sizeof(*g));
	start(g, host, path);
	assert_false(g->done);
	run_until(&g->done);
	assert_false(dw_fetch_is_active(&g->x));
	assert_true(dw_utf8_valid(dw_str_of(g->x.err.msg)));
}

#define OK(more, body) "HTTP/1.1 200 OK\r\nConnection: close\r\n" more "\r\n" body
#define TO(status, where)                                                                \
	"HTTP/1.1 " status " Elsewhere\r\nConnection: close\r\nContent-Length: 0\r\n"    \
	"Location: " where "\r\n\r\n"

/* ---- where it leads ---- */

/* "/to/HOST/path" leads to that host, at our port. */
static const char *lead(struct web *w, const char *request)
{
	static char text[400];
	char host[60], path[60];

	if (sscanf(request, "GET /to/%59[^/ ]%59[^ ]", host, path) != 2)
		return OK("", "here");
	snprintf(text, sizeof(text), TO("301", "http://%s:%d%s"), host, w->port, path);
	return text;
}

static void test_a_redirect_to_what_is_private(void **state)
{
	static const char *const hosts[] = { "127.0.0.2", "127.2", "0x7f000002",
					     "2130706434" };
	struct got g;

	(void)state;
	rig->open.choose = lead;
	fetch(&g, "127.0.0.1", "/plain");
	assert_int_equal(g.x.rc, 0);
	assert_string_equal(g.body, "here");
	fetch(&g, "127.0.0.1", "/to/127.0.0.1/plain");
	assert_int_equal(g.x.rc, 0);
	assert_true(g.x.is_moved);
	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		char path[100];

		fetch(&g, hosts[i], "/plain");
		assert_int_equal(g.x.rc, DW_EFORBIDDEN);
		assert_non_null(strstr(g.x.err.msg, "127.0.0.2"));
		snprintf(path, sizeof(path), "/to/%s/plain", hosts[i]);
		fetch(&g, "127.0.0.1", path);
		assert_int_equal(g.x.rc, DW_EFORBIDDEN);
		assert_non_null(strstr(g.x.err.msg, "127.0.0.2"));
		assert_int_equal(g.n, 0);
	}
	assert_int_equal(rig->closed.n_asked, 0);
	assert_int_equal(rig->closed.n_open, 0);
	assert_int_equal(rig->refused, 2 * sizeof(hosts) / sizeof(hosts[0]));
}

static void test_redirects(void **state)
{
	static const struct {
		const char *answer, *part;
	} bad[] = {
		{ TO("302", "file:///etc/passwd"), "neither http nor https" },
		{ TO("302", "ftp://127.0.0.1/"), "neither http nor https" },
		{ TO("302", "/again"), "more than 5 times" },
		{ TO("302", "http://a:b@127.0.0.1/"), "" },
		{ TO("302", "http://"), "" },
	};
	struct got g;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		rig->open.n_asked = 0;
		rig->open.answer = bad[i].answer;
		fetch(&g, "127.0.0.1", "/");
		assert_true(g.x.rc < 0);
		if (strstr(g.x.err.msg, bad[i].part) == NULL)
			fail_msg("%s: %s", bad[i].answer, g.x.err.msg);
		assert_in_range(rig->open.n_asked, 1, 6);
	}
}

/* ---- what it brings ---- */

static void test_what_an_answer_says(void **state)
{
	struct got g;

	(void)state;
	rig->open.answer =
		OK("ETag: W/\"x y\"\r\nLAST-MODIFIED: Wed, 25 Nov 2026 08:30:00 GMT\r\n"
		   "Content-Type: text/xml; a=b; Charset=\"windows-1256\"\r\n"
		   "Set-Cookie: a=b\r\n",
		   "body");
	fetch(&g, "127.0.0.1", "/x?y=z");
	assert_int_equal(g.x.rc, 0);
	assert_int_equal(g.x.status, 200);
	assert_string_equal(g.x.new_etag, "W/\"x y\"");
	assert_string_equal(g.x.new_last_modified, "Wed, 25 Nov 2026 08:30:00 GMT");
	assert_string_equal(g.x.charset, "windows-1256");
	assert_string_equal(g.x.final_url, g.url);
	assert_false(g.x.is_moved);
	assert_int_equal(rig->bytes, 4);
	/* what is odd is as good as none, and cookies are not kept */
	rig->open.answer = OK("ETag: \"\x01\"\r\nETag: \"\xff\"\r\n", "");
	memset(&g, 0, sizeof(g));
	g.x.etag = "\"mine\"";
	g.x.last_modified = "yesterday";
	start(&g, "127.0.0.1", "/");
	run_until(&g.done);
	assert_string_equal(g.x.new_etag, "");
	assert_non_null(strstr(rig->open.last, "\r\nIf-None-Match: \"mine\"\r\n"));
	assert_non_null(strstr(rig->open.last, "\r\nIf-Modified-Since: yesterday\r\n"));
	assert_null(strstr(rig->open.last, "Cookie"));
	rig->open.answer =
		"HTTP/1.1 503 Later\r\nRetry-After: 77\r\nContent-Length: 3\r\n"
		"Connection: close\r\n\r\nabc";
	fetch(&g, "127.0.0.1", "/");
	assert_int_equal(g.x.rc, 0);
	assert_int_equal(g.x.status, 503);
	assert_int_equal(g.x.retry_after_s, 77);
	assert_int_equal(g.n, 0); /* only a 200 has a body for us */
}

static void test_how_it_ends(void **state)
{
	static char large[70000];
	struct got g;

	(void)state;
	rig->open.answer = OK("Content-Length: 100\r\n", "short");
	fetch(&g, "127.0.0.1", "/");
	assert_int_equal(g.x.rc, DW_EUNAVAILABLE);
	assert_string_equal(g.x.err.msg, "the answer broke off");
	assert_string_equal(g.body, "short");
	rig->open.answer = OK("Content-Length: 65537\r\n", "");
	fetch(&g, "127.0.0.1", "/");
	assert_int_equal(g.x.rc, DW_ETOOBIG);
	snprintf(large, sizeof(large), "%s", OK("", ""));
	memset(large + strlen(large), 'x', sizeof(large) - strlen(large) - 1);
	rig->open.answer = large;
	fetch(&g, "127.0.0.1", "/");
	assert_int_equal(g.x.rc, DW_ETOOBIG);
	/* whoever reads it has had enough */
	memset(&g, 0, sizeof(g));
	g.enough = 10;
	start(&g, "127.0.0.1", "/");
	run_until(&g.done);
	assert_int_equal(g.x.rc, 0);
	rig->open.answer = "not HTTP at all\r\n\r\n";
	fetch(&g, "127.0.0.1", "/");
	assert_true(g.x.rc < 0);
	fetch(&g, "[::1]", "/");
	assert_true(g.x.rc < 0);
	assert_int_not_equal(rig->refused, 0);
}

static void test_cancel(void **state)
{
	struct got g[12];

	(void)state;
	memset(g, 0, sizeof(g));
	for (int i = 0; i < 12; i++)
		start(&g[i], "127.0.0.1", "/");
	while (rig->open.n_waiting < 8)
		(void)uv_run(&rig->loop.uv, UV_RUN_ONCE);
	dw_fetch_cancel(&g[0].x);
	dw_fetch_cancel(&g[11].x); /* still waiting for a place */
	dw_fetch_cancel(&g[11].x);
	for (int i = 0; i < 12; i++)
		if (i > 0 && i < 11 && !dw_fetch_is_active(&g[i].x))
			fail_msg("%d is not active", i);
	while (rig->open.n_asked < 9) /* the place of the first went to the next */
		(void)uv_run(&rig->loop.uv, UV_RUN_ONCE);
	web_answer(&rig->open, OK("", "x"));
	for (int i = 1; i < 11; i++)
		run_until(&g[i].done);
	assert_false(g[0].done || g[11].done);
	/* the rest is left to the end: closing cancels what is in work */
	memset(&g[0], 0, sizeof(g[0]));
	rig->open.answer = NULL;
	start(&g[0], "127.0.0.1", "/");
	while (rig->open.n_waiting < 1)
		(void)uv_run(&rig->loop.uv, UV_RUN_ONCE);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(test_a_redirect_to_what_is_private),
		WITH(test_redirects),
		WITH(test_what_an_answer_says),
		WITH(test_how_it_ends),
		WITH(test_cancel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
