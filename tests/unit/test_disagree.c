/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_disagree.c - when gate and parser read a request in two ways, it is refused, the connection
 * ends, and it is counted.
 *
 * No request is known that the real ones disagree on (tests/fuzz looks for one), so the parser is
 * played here: this program has its own in the place of http_parse.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "net/parse.h"
#include "netrig.h"

#include <stdio.h>
#include <string.h>

static bool at_head, at_chunk;

void dw_parser_init(struct dw_parser *p)
{
	memset(p, 0, sizeof(*p));
}

int dw_parser_head(struct dw_parser *p, struct dw_str head, const struct dw_gate_head *g,
		   struct dw_err *err)
{
	(void)p;
	(void)head;
	(void)g;
	return at_head ? dw_fail(err, DW_EINVAL, "played") : 0;
}

int dw_parser_chunk(struct dw_parser *p, struct dw_str run, enum dw_chunk_kind kind,
		    struct dw_err *err)
{
	(void)p;
	(void)run;
	return at_chunk && kind == DW_CHUNK_DATA ? dw_fail(err, DW_EINVAL, "played") : 0;
}

#define CHUNKED                                                                          \
	"POST /upload HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"         \
	"3\r\nabc\r\n0\r\n\r\n"
#define HELLO "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"

/* The status. A second request behind it is only answered when the first was taken. */
static int ask(struct netrig *r, const char *first)
{
	char text[512], out[4096];

	snprintf(text, sizeof(text), "%s%s", first, HELLO);
	netrig_ask(r, text, out, sizeof(out));
	assert_int_equal(netrig_replies(out), 1);
	return netrig_status(out);
}

static void a_head_read_in_two_ways(void **state)
{
	struct netrig_opts opts = { .limits = DW_NET_LIMITS_DEFAULT };
	struct netrig r;

	netrig_start(&r, &opts);
	at_head = false;
	assert_int_equal(ask(&r, ""), 200);
	at_head = true;
	assert_int_equal(ask(&r, HELLO), 400);
	assert_int_equal(netrig_stats(&r).gate_disagreed, 1);
	at_head = false;
	netrig_stop(&r);
	assert_int_equal(r.stats.gate_refused, 0);
}

static void a_chunk_read_in_two_ways(void **state)
{
	struct netrig_opts opts = { .limits = DW_NET_LIMITS_DEFAULT };
	struct netrig r;

	netrig_start(&r, &opts);
	at_chunk = true;
	assert_int_equal(ask(&r, CHUNKED), 400);
	assert_int_equal(netrig_stats(&r).gate_disagreed, 1);
	at_chunk = false;
	netrig_stop(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_head_read_in_two_ways),
		cmocka_unit_test(a_chunk_read_in_two_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
