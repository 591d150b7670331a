/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_hostile.c - requests that two servers might read differently, over real sockets, whole
 * and byte by byte. For each: the status of the first reply, and how many replies there are in
 * all: a smuggled request would show as one more. Odd but valid ones are there too, because a
 * gate that refuses everything is not a gate.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "netrig.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <sys/socket.h>

struct row {
	const char *name;
	struct dw_str bytes;
	int status;  /* 0: no reply at all */
	int replies; /* 0 = one, when there is a status */
};

/* The length is the literal's, so that a NUL can be in it. Status, and replies if not one. */
#define WANT(status, replies, ...) (status), (replies)
#define ROW(name, text, ...)                                                             \
	{                                                                                \
		(name), { (text), sizeof(text) - 1 }, WANT(__VA_ARGS__, 0, 0)            \
	}
#define H "Host: a\r\n"
#define G "GET /hello HTTP/1.1\r\n"
#define P "POST /echo HTTP/1.1\r\nHost: a\r\n"
#define END "\r\n"
#define NEXT "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"

static const struct row rows[] = {
	/* what must work */
	ROW("plain", G H END, 200),
	ROW("no blank after the colon", G "Host:a\r\n" END, 200),
	ROW("blanks around a value", G "Host: \t a \t \r\n" END, 200),
	ROW("name in capitals", G "HOST: a\r\n" END, 200),
	ROW("port in host", G "Host: a:8080\r\n" END, 200),
	ROW("8-bit bytes in a value", G H "X: \xd8\xa8\r\n" END, 200),
	ROW("pipelined", G H END NEXT NEXT, 200, 3),
	ROW("one empty line before", "\r\n" G H END, 200),
	ROW("empty line between", G H END "\r\n" NEXT, 200, 2),
	ROW("absolute form", "GET http://a/hello HTTP/1.1\r\n" H END, 200),
	ROW("absolute form, case of host", "GET HTTP://A/hello HTTP/1.1\r\n" H END, 200),
	ROW("query", "GET /query?q=a%20b HTTP/1.1\r\n" H END, 200),
	ROW("HTTP/1.0 without host", "GET /hello HTTP/1.0\r\n" END, 200),
	ROW("length zero on GET", G H "Content-Length: 0\r\n" END, 200),
	ROW("body", P "Content-Length: 5\r\n" END "hello", 200),
	ROW("body and pipelined", P "Content-Length: 5\r\n" END "hello" NEXT, 200, 2),
	ROW("chunked", P "Transfer-Encoding: chunked\r\n" END "5\r\nhello\r\n0\r\n\r\n",
	    200),
	ROW("chunked and pipelined",
	    P "Transfer-Encoding: chunked\r\n" END "5\r\nhello\r\n00\r\n\r\n" NEXT, 200,
	    2),
	ROW("OPTIONS", "OPTIONS /hello HTTP/1.1\r\n" H END, 204),
	ROW("OPTIONS of all", "OPTIONS * HTTP/1.1\r\n" H END, 204),
	ROW("coded name in path", "GET /items/a%20b HTTP/1.1\r\n" H END, 200),
	ROW("dots that are a name", "GET /items/... HTTP/1.1\r\n" H END, 200),

	/* line ends and control bytes */
	ROW("bare LF after the request line", "GET /hello HTTP/1.1\nHost: a\r\n\r\n",
	    400),
	ROW("bare LF after a field", G "Host: a\n\r\n" NEXT, 400),
	ROW("bare LF everywhere", "GET /hello HTTP/1.1\nHost: a\n\n", 400),
	ROW("bare CR in a field", G "Host: a\r\nX: a\rb\r\n" END, 400),
	ROW("bare CR ends a field", G "Host: a\rX: b\r\n" END, 400),
	ROW("CRLF CR ends the head", G "Host: a\r\n\rX: b\r\n" END, 400),
	ROW("LF CR LF", G "Host: a\r\n\n\r\n", 400),
	ROW("NUL in the path", "GET /hel\0lo HTTP/1.1\r\n" H END, 400),
	ROW("NUL in a value", G H "X: a\0b\r\n" END, 400),
	ROW("NUL in a name", G H "X\0Y: a\r\n" END, 400),
	ROW("escape byte in a value", G H "X: \x1b[1m\r\n" END, 400),
	ROW("vertical tab in a value", G H "X: a\x0b\r\n" END, 400),
	ROW("delete in a value", G H "X: a\x7f\r\n" END, 400),
	ROW("TLS hello", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
	ROW("two empty lines before", "\r\n\r\n" G H END, 400),

	/* fields */
	ROW("folded with a space", G H "X: a\r\n b\r\n" END, 400),
	ROW("folded with a tab", G H "X: a\r\n\tb\r\n" END, 400),
	ROW("folded first field", G " " H END, 400),
	ROW("folded length", P "Content-Length:\r\n 5\r\n" END "hello", 400),
	ROW("space before the colon", G "Host : a\r\n" END, 400),
	ROW("tab before the colon", G H "X\t: a\r\n" END, 400),
	ROW("length, space before the colon", P "Content-Length : 5\r\n" END "hello",
	    400),
	ROW("empty name", G H ": a\r\n" END, 400),
	ROW("no colon", G H "nonsense\r\n" END, 400),
	ROW("space in a name", G H "X Y: a\r\n" END, 400),
	ROW("8-bit byte in a name", G H "X\xc3\xa9: a\r\n" END, 400),
	ROW("brackets in a name", G H "X(y): a\r\n" END, 400),

	/* Content-Length */
	ROW("two lengths", P "Content-Length: 5\r\nContent-Length: 6\r\n" END "hello",
	    400),
	ROW("the same length twice",
	    P "Content-Length: 5\r\nContent-Length: 5\r\n" END "hello", 400),
	ROW("list of lengths", P "Content-Length: 5, 5\r\n" END "hello", 400),
	ROW("length with plus", P "Content-Length: +5\r\n" END "hello", 400),
	ROW("length with minus", P "Content-Length: -5\r\n" END "hello", 400),
	ROW("empty length", P "Content-Length:\r\n" END, 400),
	ROW("length in hex", P "Content-Length: 0x5\r\n" END "hello", 400),
	ROW("length with a fraction", P "Content-Length: 5.0\r\n" END "hello", 400),
	ROW("length with a blank inside", P "Content-Length: 5 5\r\n" END "hello", 400),
	ROW("length in quotes", P "Content-Length: \"5\"\r\n" END "hello", 400),
	ROW("length of 10 digits", P "Content-Length: 1000000000\r\n" END, 413),
	ROW("length beyond 64 bits",
	    P "Content-Length: 18446744073709551621\r\n" END "hello", 413),
	ROW("length beyond the limit", P "Content-Length: 1001\r\n" END, 413),
	ROW("body on GET", G H "Content-Length: 5\r\n" END "hello" NEXT, 400, 2),
	ROW("request as the body of GET",
	    G H "Content-Length: 38\r\n" END
		"GET /items/x HTTP/1.1\r\nHost: a\r\n\r\nabc",
	    400),

	/* Transfer-Encoding */
	ROW("both lengths",
	    P "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n" END "0\r\n\r\n" NEXT,
	    400),
	ROW("both, other order",
	    P "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n" END "0\r\n\r\n" NEXT,
	    400),
	ROW("coding twice",
	    P "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n" END
	      "0\r\n\r\n",
	    400),
	ROW("chunked and identity",
	    P "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n" END
	      "0\r\n\r\n",
	    400),
	ROW("list of codings", P "Transfer-Encoding: gzip, chunked\r\n" END "0\r\n\r\n",
	    501),
	ROW("chunked, identity",
	    P "Transfer-Encoding: chunked, identity\r\n" END "0\r\n\r\n", 501),
	ROW("identity", P "Transfer-Encoding: identity\r\n" END, 501),
	ROW("xchunked", P "Transfer-Encoding: xchunked\r\n" END "0\r\n\r\n", 501),
	ROW("chunkedx", P "Transfer-Encoding: chunkedx\r\n" END "0\r\n\r\n", 501),
	ROW("chunked in quotes", P "Transfer-Encoding: \"chunked\"\r\n" END "0\r\n\r\n",
	    501),
	ROW("empty coding", P "Transfer-Encoding:\r\n" END, 501),
	ROW("coding with vertical tab",
	    P "Transfer-Encoding: \x0b"
	      "chunked\r\n" END "0\r\n\r\n",
	    400),
	ROW("coding, space before the colon",
	    P "Transfer-Encoding : chunked\r\n" END "0\r\n\r\n", 400),
	ROW("coding in HTTP/1.0",
	    "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n" END "0\r\n\r\n", 400),
	ROW("trailer announced",
	    P "Transfer-Encoding: chunked\r\nTrailer: X\r\n" END "0\r\n\r\n", 400),

	/* chunks */
	ROW("trailer", P "Transfer-Encoding: chunked\r\n" END "0\r\nX: y\r\n\r\n", 400),
	ROW("extension",
	    P "Transfer-Encoding: chunked\r\n" END "5;a=b\r\nhello\r\n0\r\n\r\n", 400),
	ROW("size in LF", P "Transfer-Encoding: chunked\r\n" END "5\nhello\r\n0\r\n\r\n",
	    400),
	ROW("size with 0x",
	    P "Transfer-Encoding: chunked\r\n" END "0x5\r\nhello\r\n0\r\n\r\n", 400),
	ROW("size with sign",
	    P "Transfer-Encoding: chunked\r\n" END "-1\r\nhello\r\n0\r\n\r\n", 400),
	ROW("size with blank",
	    P "Transfer-Encoding: chunked\r\n" END "5 \r\nhello\r\n0\r\n\r\n", 400),
	ROW("empty size", P "Transfer-Encoding: chunked\r\n" END "\r\nhello\r\n0\r\n\r\n",
	    400),
	ROW("size of 17 digits",
	    P "Transfer-Encoding: chunked\r\n" END
	      "10000000000000005\r\nhello\r\n0\r\n\r\n",
	    400),
	ROW("data longer than its size",
	    P "Transfer-Encoding: chunked\r\n" END "5\r\nhelloX\r\n0\r\n\r\n", 400),
	ROW("data without CRLF",
	    P "Transfer-Encoding: chunked\r\n" END "5\r\nhello0\r\n\r\n", 400),
	ROW("last chunk in LF", P "Transfer-Encoding: chunked\r\n" END "0\r\n\n", 400),
	ROW("chunked beyond the limit",
	    P "Transfer-Encoding: chunked\r\n" END "fffff\r\nhello", 400),

	/* Host */
	ROW("no host", G END, 400),
	ROW("two hosts", G H "Host: b\r\n" END, 400),
	ROW("the same host twice", G H H END, 400),
	ROW("empty host", G "Host:\r\n" END, 400),
	ROW("host with a slash", G "Host: a/b\r\n" END, 400),
	ROW("host with a user", G "Host: x@a\r\n" END, 400),
	ROW("host with a blank", G "Host: a b\r\n" END, 400),
	ROW("host with a comma", G "Host: a,b\r\n" END, 400),
	ROW("host with a bad port", G "Host: a:8x\r\n" END, 400),
	ROW("host in 8 bits", G "Host: \xc3\xa9\r\n" END, 400),
	ROW("unknown host", G "Host: evil.example\r\n" END, 421),
	ROW("unknown host, pipelined", G "Host: evil.example\r\n" END NEXT, 421, 2),
	ROW("two hosts in HTTP/1.0", "GET /hello HTTP/1.0\r\n" H H END, 400),

	/* the request line */
	ROW("two spaces", "GET  /hello HTTP/1.1\r\n" H END, 400),
	ROW("two spaces after", "GET /hello  HTTP/1.1\r\n" H END, 400),
	ROW("tab", "GET\t/hello HTTP/1.1\r\n" H END, 400),
	ROW("blank at the end", "GET /hello HTTP/1.1 \r\n" H END, 400),
	ROW("blank in front", " GET /hello HTTP/1.1\r\n" H END, 400),
	ROW("fragment", "GET /hello#x HTTP/1.1\r\n" H END, 400),
	ROW("8-bit path", "GET /\xc3\xa9 HTTP/1.1\r\n" H END, 400),
	ROW("HTTP/0.9", "GET /hello\r\n\r\n", 400),
	ROW("no target", "GET HTTP/1.1\r\n" H END, 400),
	ROW("no slash", "GET hello HTTP/1.1\r\n" H END, 400),
	ROW("star on GET", "GET * HTTP/1.1\r\n" H END, 400),
	ROW("lower-case version", "GET /hello http/1.1\r\n" H END, 400),
	ROW("version without minor", "GET /hello HTTP/1\r\n" H END, 400),
	ROW("version with three digits", "GET /hello HTTP/1.10\r\n" H END, 400),
	ROW("version 1.2", "GET /hello HTTP/1.2\r\n" H END, 505),
	ROW("version 2.0", "GET /hello HTTP/2.0\r\n" H END, 505),
	ROW("version 3.1", "GET /hello HTTP/3.1\r\n" H END, 505),
	ROW("version 0.9", "GET /hello HTTP/0.9\r\n" H END, 505),
	ROW("HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
	ROW("unknown method", "BREW /hello HTTP/1.1\r\n" H END, 501),
	ROW("TRACE", "TRACE /hello HTTP/1.1\r\n" H END, 501),
	ROW("lower-case method", "get /hello HTTP/1.1\r\n" H END, 501),
	ROW("method with a comma", "GE,T /hello HTTP/1.1\r\n" H END, 400),
	ROW("CONNECT", "CONNECT a:80 HTTP/1.1\r\n" H END, 501),
	ROW("RTSP", "DESCRIBE rtsp://a/ RTSP/1.0\r\n" H END, 400),
	ROW("RTSP with a known method", "GET /hello RTSP/1.0\r\n" H END, 400),
	ROW("ICE", "SOURCE /hello ICE/1.0\r\n" H END, 400),
	ROW("absolute form, other host", "GET http://b/hello HTTP/1.1\r\n" H END, 400),
	ROW("absolute form, other port", "GET http://a:81/hello HTTP/1.1\r\n" H END, 400),
	ROW("absolute form with a user", "GET http://x@a/hello HTTP/1.1\r\n" H END, 400),
	ROW("absolute form without host", "GET http://a/hello HTTP/1.1\r\n" END, 400),
	ROW("other scheme", "GET ftp://a/hello HTTP/1.1\r\n" H END, 400),

	/* paths */
	ROW("dot segment", "GET /items/../hello HTTP/1.1\r\n" H END, 400),
	ROW("single dot", "GET /items/./x HTTP/1.1\r\n" H END, 400),
	ROW("dots at the end", "GET /items/.. HTTP/1.1\r\n" H END, 400),
	ROW("coded dots", "GET /items/%2e%2E/hello HTTP/1.1\r\n" H END, 400),
	ROW("half coded dots", "GET /items/.%2e/hello HTTP/1.1\r\n" H END, 400),
	ROW("coded NUL", "GET /items/a%00 HTTP/1.1\r\n" H END, 400),
	ROW("coded slash", "GET /items%2fx HTTP/1.1\r\n" H END, 400),
	ROW("coded backslash", "GET /items/a%5Cb HTTP/1.1\r\n" H END, 400),
	ROW("backslash", "GET /items\\x HTTP/1.1\r\n" H END, 400),
	ROW("coded line end", "GET /items/a%0d%0aX HTTP/1.1\r\n" H END, 400),
	ROW("bad escape", "GET /items/%zz HTTP/1.1\r\n" H END, 400),
	ROW("cut escape", "GET /items/a% HTTP/1.1\r\n" H END, 400),
	ROW("coded bytes that are no UTF-8", "GET /items/%ff HTTP/1.1\r\n" H END, 400),
	ROW("dot segment in absolute form", "GET http://a/../hello HTTP/1.1\r\n" H END,
	    400),

	/* Expect, Upgrade, Connection */
	ROW("unknown expectation",
	    P "Expect: miracles\r\nContent-Length: 5\r\n" END "hello", 417),
	ROW("two expectations", P "Expect: 100-continue\r\nExpect: 100-continue\r\n" END,
	    417),
	ROW("expectation in HTTP/1.0", "GET /hello HTTP/1.0\r\nExpect: miracles\r\n" END,
	    200),
	ROW("upgrade", G H "Connection: upgrade\r\nUpgrade: websocket\r\n" END, 501),
	ROW("h2c", G H "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n" END,
	    501),
	ROW("close and keep-alive", G H "Connection: close, keep-alive\r\n" END, 400),
	ROW("connection is no list", G H "Connection: a b\r\n" END, 400),
	ROW("tab in Connection", G H "Connection: close\t, a\r\n" END, 400),
	ROW("tab behind Connection", G H "Connection: close \t \r\n" END, 400),
	ROW("blanks in Connection", G H "Connection:  a ,  close  \r\n" END NEXT, 200),
	ROW("tab behind a length", P "Content-Length: 5\t\r\n" END "hello", 400),
	ROW("tab behind a coding", P "Transfer-Encoding: chunked\t\r\n" END "0\r\n\r\n",
	    400),
	ROW("two Authorization fields",
	    G H "Authorization: a\r\nAuthorization: b\r\n" END, 400),

	/* what is not there */
	ROW("no such path", "GET /nothing HTTP/1.1\r\n" H END NEXT, 404, 2),
	ROW("wrong method", "DELETE /hello HTTP/1.1\r\n" H END NEXT, 405, 2),
	ROW("half a head", G, 0),
	ROW("half a body", P "Content-Length: 5\r\n" END "he", 400),
	ROW("nothing", "", 0),
};

static const char *const hosts[] = { "a", NULL };

static int rig_up(void **state)
{
	struct netrig *r = calloc(1, sizeof(*r));
	struct netrig_opts opts = { .limits = DW_NET_LIMITS_DEFAULT, .hosts = hosts };

	netrig_start(r, &opts);
	*state = r;
	return 0;
}

static int rig_down(void **state)
{
	struct netrig *r = *state;

	netrig_stop(r);
	free(r);
	return 0;
}

/* Of one row; returns whether it is as wanted, and says what is not. */
static bool try_row(const struct netrig *r, const struct row *row, size_t step)
{
	char buf[8192];
	int fd = netrig_connect(r), status, replies;
	int want = row->replies > 0 ? row->replies : row->status > 0 ? 1 : 0;
	bool eof;

	netrig_send(fd, row->bytes.p, row->bytes.n, step);
	shutdown(fd, SHUT_WR);
	(void)netrig_read(fd, buf, sizeof(buf), LONG_MS, &eof);
	close(fd);
	status = netrig_status(buf);
	replies = netrig_replies(buf);
	if (status == row->status && replies == want && eof)
		return true;
	print_error("%s (%s): status %d, wanted %d; %d replies, wanted %d; %s\n%s\n",
		    row->name, step == 1 ? "byte by byte" : "whole", status, row->status,
		    replies, want, eof ? "closed" : "left open", buf);
	return false;
}

static void run_table(const struct netrig *r, size_t step)
{
	size_t wrong = 0;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		wrong += try_row(r, &rows[i], step) ? 0 : 1;
	assert_int_equal(wrong, 0);
}

static void whole(void **state)
{
	run_table(*state, 0);
}

static void byte_by_byte(void **state)
{
	run_table(*state, 1);
}

/* A head or a line beyond its limit. */
static void too_long(void **state)
{
	static const struct {
		size_t path, value, fields;
		int status;
	} big[] = {
		{ 8192, 0, 0, 404 },   { 8193, 0, 0, 414 },   { 20000, 0, 0, 414 },
		{ 10, 15000, 0, 404 }, { 10, 17000, 0, 431 }, { 10, 10, 61, 404 },
		{ 10, 10, 62, 404 },   { 10, 10, 63, 431 },
	};
	struct netrig *r = *state;
	char *text = malloc(64 * 1024), buf[4096];

	for (size_t i = 0; i < sizeof(big) / sizeof(big[0]); i++) {
		size_t n = (size_t)sprintf(text, "GET /");

		memset(text + n, 'p', big[i].path - 1);
		n += big[i].path - 1;
		n += (size_t)sprintf(text + n, " HTTP/1.1\r\nHost: a\r\nX: ");
		memset(text + n, 'v', big[i].value);
		n += big[i].value;
		n += (size_t)sprintf(text + n, "\r\n");
		for (size_t k = 0; k < big[i].fields; k++)
			n += (size_t)sprintf(text + n, "Y%zu: z\r\n", k);
		sprintf(text + n, "\r\n");
		(void)netrig_ask(r, text, buf, sizeof(buf));
		assert_int_equal(netrig_status(buf), big[i].status);
	}
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole),
		cmocka_unit_test(byte_by_byte),
		cmocka_unit_test(too_long),
	};

	return cmocka_run_group_tests(tests, rig_up, rig_down);
}
