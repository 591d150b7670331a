/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_gate.c - the gate by itself: where a head ends, what is refused and with which status,
 * and how a target is taken apart. The same refusals over sockets are in test_hostile.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "net/gate.h"

#include <stdio.h>

static const struct dw_net_limits limits = DW_NET_LIMITS_DEFAULT;

static int check(const char *head, struct dw_gate_head *g)
{
	struct dw_err err = { 0 };
	int rc = dw_gate_check(dw_str_of(head), &limits, g, &err);

	if (rc < 0)
		assert_true(err.msg[0] != '\0');
	return rc;
}

static void head_ends_at_the_empty_line(void **state)
{
	const char *text = "GET / HTTP/1.1\r\nHost: a\r\n\r\nrest";
	bool bad;

	(void)state;
	for (size_t n = 0; n < strlen(text) - 4; n++) {
		assert_int_equal(dw_gate_head_length(text, n, &bad), 0);
		assert_false(bad);
	}
	assert_int_equal(dw_gate_head_length(text, strlen(text), &bad), strlen(text) - 4);
	assert_false(bad);
}

static void head_with_strange_bytes_is_bad_at_once(void **state)
{
	static const struct dw_str heads[] = {
		{ "GET / HTTP/1.1\nHost: a\n\n", 24 }, { "GET / HTTP/1.1\rX", 16 },
		{ "GET /\0 HTTP/1.1\r\n", 17 },	       { "\x16\x03\x01\x02", 4 },
		{ "GET / HTTP/1.1\r\n\r\x00", 18 },    { "A: \x7f\r\n\r\n", 8 },
	};
	bool bad;

	(void)state;
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		assert_true(dw_gate_head_length(heads[i].p, heads[i].n, &bad) > 0);
		assert_true(bad);
	}
}

static void plain_get_is_read(void **state)
{
	struct dw_gate_head g;

	(void)state;
	assert_int_equal(
		check("GET /a/b?c=d HTTP/1.1\r\nHost: Example.org:80\r\nX-A:  b c \t\r\n"
		      "Empty:\r\n\r\n",
		      &g),
		0);
	assert_true(dw_str_eq(g.method, DW_STR("GET")));
	assert_true(dw_str_eq(g.target, DW_STR("/a/b?c=d")));
	assert_true(dw_str_eq(g.version, DW_STR("HTTP/1.1")));
	assert_int_equal(g.minor, 1);
	assert_int_equal(g.n_fields, 3);
	assert_true(dw_str_eq(g.fields[1].value, DW_STR("b c")));
	assert_true(dw_str_eq(g.fields[2].value, DW_STR("")));
	assert_true(g.keep_alive && !g.has_length && !g.is_chunked &&
		    !g.expects_continue);
}

static void keep_alive_follows_version_and_connection(void **state)
{
	static const struct {
		const char *head;
		bool keep;
	} rows[] = {
		{ "GET / HTTP/1.1\r\nHost: a\r\n\r\n", true },
		{ "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", false },
		{ "GET / HTTP/1.1\r\nHost: a\r\nConnection: x, CLOSE\r\n\r\n", false },
		{ "GET / HTTP/1.0\r\n\r\n", false },
		{ "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true },
		{ "GET / HTTP/1.0\r\nConnection: Keep-Alive, x\r\n\r\n", true },
	};
	struct dw_gate_head g;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(check(rows[i].head, &g), 0);
		assert_int_equal(g.keep_alive, rows[i].keep);
	}
}

static void lengths_are_read(void **state)
{
	struct dw_gate_head g;

	(void)state;
	assert_int_equal(
		check("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 999999999\r\n\r\n",
		      &g),
		0);
	assert_true(g.has_length && g.length == 999999999);
	assert_int_equal(
		check("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1234567890\r\n\r\n",
		      &g),
		DW_ETOOBIG);
	assert_int_equal(
		check("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
		      "Expect: 100-Continue\r\n\r\n",
		      &g),
		0);
	assert_true(g.is_chunked && g.expects_continue && !g.has_length);
}

static void target_is_taken_apart(void **state)
{
	static const struct {
		const char *target, *authority, *path, *query;
	} rows[] = {
		{ "/", "", "/", "" },
		{ "/a?b", "", "/a", "b" },
		{ "/a?b?c=/d", "", "/a", "b?c=/d" },
		{ "http://h:1/a?b", "h:1", "/a", "b" },
		{ "HTTPS://h", "h", "/", "" },
		{ "http://h?x", "h", "/", "x" },
		{ "/http://x/", "", "/http://x/", "" },
	};
	struct dw_gate_head g = { 0 };
	struct dw_str a, p, q;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		g.target = dw_str_of(rows[i].target);
		dw_gate_split(&g, &a, &p, &q);
		assert_true(dw_str_eq(a, dw_str_of(rows[i].authority)));
		assert_true(dw_str_eq(p, dw_str_of(rows[i].path)));
		assert_true(dw_str_eq(q, dw_str_of(rows[i].query)));
	}
}

static void hosts_are_judged(void **state)
{
	static const struct {
		const char *host, *name; /* name NULL: refused */
	} rows[] = {
		{ "a", "a" },
		{ "a.b-c.example:8080", "a.b-c.example" },
		{ "[::1]:80", "[::1]" },
		{ "[2001:db8::1]", "[2001:db8::1]" },
		{ "", NULL },
		{ ":80", NULL },
		{ "a:", NULL },
		{ "a:b", NULL },
		{ "a:123456", NULL },
		{ "a b", NULL },
		{ "a/b", NULL },
		{ "u@a", NULL },
		{ "a,b", NULL },
		{ "[::1", NULL },
		{ "[]", NULL },
		{ "[::1]x", NULL },
		{ "a:80:80", NULL },
		{ "\xc3\xa9.example", NULL },
	};
	struct dw_str name;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool ok = dw_gate_host(dw_str_of(rows[i].host), &name);

		assert_int_equal(ok, rows[i].name != NULL);
		if (ok)
			assert_true(dw_str_eq(name, dw_str_of(rows[i].name)));
	}
}

static void head_limits_hold(void **state)
{
	struct dw_net_limits small = DW_NET_LIMITS_DEFAULT;
	struct dw_gate_head g;
	char head[4096];
	size_t n = (size_t)snprintf(head, sizeof(head), "GET / HTTP/1.1\r\nHost: a\r\n");
	size_t start = n;

	(void)state;
	for (int i = 1; i < DW_HTTP_MAX_HEADERS; i++)
		n += (size_t)snprintf(head + n, sizeof(head) - n, "X%d: y\r\n", i);
	snprintf(head + n, sizeof(head) - n, "\r\n");
	assert_int_equal(check(head, &g), 0);
	assert_int_equal(g.n_fields, DW_HTTP_MAX_HEADERS);
	snprintf(head + n, sizeof(head) - n, "X: y\r\n\r\n");
	assert_int_equal(check(head, &g), DW_EBIGHEAD);
	head[start] = '\r';
	head[start + 1] = '\n';
	head[start + 2] = '\0';
	small.max_head_bytes = (unsigned)start + 1;
	assert_int_equal(dw_gate_check(dw_str_of(head), &small, &g, NULL), DW_EBIGHEAD);
	small.max_head_bytes = 16384;
	small.max_target_bytes = 1;
	assert_int_equal(dw_gate_check(dw_str_of(head), &small, &g, NULL), 0);
	small.max_target_bytes = 0;
	assert_int_equal(dw_gate_check(dw_str_of(head), &small, &g, NULL),
			 DW_ELONGTARGET);
}

/* Feeds `text` in pieces of `step` and collects data; returns the last kind. */
static enum dw_chunk_kind decode(const char *text, size_t step, char *out, size_t *out_n)
{
	struct dw_chunk k = { 0 };
	enum dw_chunk_kind kind = DW_CHUNK_MORE;
	size_t at = 0, n = strlen(text), used;

	*out_n = 0;
	while (at < n) {
		size_t have = n - at < step ? n - at : step;

		kind = dw_chunk_next(&k, text + at, have, &used);
		if (kind == DW_CHUNK_BAD || kind == DW_CHUNK_END)
			return kind;
		assert_true(used > 0 && used <= have);
		if (kind == DW_CHUNK_DATA) {
			memcpy(out + *out_n, text + at, used);
			*out_n += used;
		}
		at += used;
	}
	return kind;
}

static void chunks_are_cut(void **state)
{
	static const struct {
		const char *text, *body; /* body NULL: refused; otherwise complete */
	} rows[] = {
		{ "0\r\n\r\n", "" },
		{ "5\r\nhello\r\n0\r\n\r\n", "hello" },
		{ "5\r\nhello\r\n00006\r\n world\r\n000\r\n\r\n", "hello world" },
		{ "A\r\n0123456789\r\n0\r\n\r\n", "0123456789" },
		{ "a\r\n0123456789\r\n0\r\n\r\n", "0123456789" },
		{ "5;x=y\r\nhello\r\n0\r\n\r\n", NULL },
		{ "5 \r\nhello\r\n0\r\n\r\n", NULL },
		{ " 5\r\nhello\r\n0\r\n\r\n", NULL },
		{ "5\nhello\n0\n\n", NULL },
		{ "5\r\nhelloX\r\n0\r\n\r\n", NULL },
		{ "0x5\r\nhello\r\n0\r\n\r\n", NULL },
		{ "+5\r\nhello\r\n0\r\n\r\n", NULL },
		{ "-5\r\nhello\r\n0\r\n\r\n", NULL },
		{ "\r\nhello\r\n0\r\n\r\n", NULL },
		{ "000000005\r\nhello\r\n0\r\n\r\n", NULL },
		{ "fffffffff\r\n", NULL },
		{ "0\r\nX: y\r\n\r\n", NULL },
		{ "0\r\n\n", NULL },
		{ "5\r\nhello\n0\r\n\r\n", NULL },
	};
	char out[64];
	size_t n;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (size_t step = 1; step < 20; step += 6) {
			enum dw_chunk_kind kind = decode(rows[i].text, step, out, &n);

			assert_int_equal(kind, rows[i].body != NULL ? DW_CHUNK_END
								    : DW_CHUNK_BAD);
			if (rows[i].body != NULL)
				assert_true(dw_str_eq(dw_str_make(out, n),
						      dw_str_of(rows[i].body)));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(head_ends_at_the_empty_line),
		cmocka_unit_test(head_with_strange_bytes_is_bad_at_once),
		cmocka_unit_test(plain_get_is_read),
		cmocka_unit_test(keep_alive_follows_version_and_connection),
		cmocka_unit_test(lengths_are_read),
		cmocka_unit_test(target_is_taken_apart),
		cmocka_unit_test(hosts_are_judged),
		cmocka_unit_test(head_limits_hold),
		cmocka_unit_test(chunks_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
