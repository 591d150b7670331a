/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_poll.c - which addresses are public, how many feeds are asked at once, when they are asked
 * again, and stopping in the middle. The other side is a small HTTP server on the same loop; the
 * clock moves when it is told to.
 */
#include "engine/source.h"
#include "enginerig.h"
#include "link/address.h"
#include "link/poll.h"
#include "webrig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- addresses ---- */

static bool is_public(const char *text)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	struct sockaddr_storage any = { 0 };
	char out[64];

	if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
		memcpy(&any, &v4, sizeof(v4));
	else if (inet_pton(AF_INET6, text, &v6.sin6_addr) == 1)
		memcpy(&any, &v6, sizeof(v6));
	else
		fail_msg("%s is no address", text);
	assert_true(strlen(dw_address_text((struct sockaddr *)&any, out)) > 1);
	return dw_address_is_public((struct sockaddr *)&any);
}

static void test_addresses(void **state)
{
	static const char *const public[] = {
		"1.1.1.1",	   "9.255.255.255",    "11.0.0.0",
		"100.63.255.255",  "100.128.0.0",      "126.255.255.255",
		"128.0.0.1",	   "169.253.255.255",  "172.15.255.255",
		"172.32.0.0",	   "192.167.1.1",      "192.169.0.0",
		"198.17.255.255",  "198.20.0.0",       "223.255.255.255",
		"2606:4700::1111", "2a00:1450::1",     "2001:200::1",
		"::ffff:1.1.1.1",  "64:ff9b::101:101",
	};
	static const char *const special[] = {
		"0.0.0.0",
		"0.1.2.3",
		"10.0.0.1",
		"100.64.0.1",
		"100.127.255.255",
		"127.0.0.1",
		"127.255.255.255",
		"169.254.169.254",
		"172.16.0.1",
		"172.31.255.255",
		"192.0.0.8",
		"192.0.2.1",
		"192.88.99.1",
		"192.168.0.1",
		"198.18.0.1",
		"198.19.255.255",
		"198.51.100.1",
		"203.0.113.9",
		"224.0.0.1",
		"239.255.255.255",
		"240.0.0.1",
		"255.255.255.255",
		"::",
		"::1",
		"::127.0.0.1",
		"::ffff:10.0.0.1",
		"::ffff:127.0.0.1",
		"64:ff9b::a00:1",
		"64:ff9b::7f00:1",
		"64:ff9b:1::101:101",
		"100::1",
		"fe80::1",
		"febf::1",
		"fc00::1",
		"fd00:ec2::254",
		"fec0::1",
		"ff02::1",
		"2001::1",
		"2001:1ff::1",
		"2001:db8::1",
		"2002:a00:1::1",
		"2002:101:101::1",
		"3fff::1",
		"4000::1",
		"5f00::1",
	};
	struct sockaddr_storage other = { .ss_family = AF_UNIX };

	(void)state;
	for (size_t i = 0; i < sizeof(public) / sizeof(public[0]); i++)
		if (!is_public(public[i]))
			fail_msg("%s is public", public[i]);
	for (size_t i = 0; i < sizeof(special) / sizeof(special[0]); i++)
		if (is_public(special[i]))
			fail_msg("%s is not public", special[i]);
	assert_false(dw_address_is_public((struct sockaddr *)&other));
}

#define FEED                                                                             \
	"HTTP/1.1 200 OK\r\nConnection: close\r\nETag: \"1\"\r\n\r\n"                    \
	"<rss><channel><title>T</title><item><guid>1</guid><title>one</title></item>"    \
	"</channel></rss>"
#define ANSWER(status, more)                                                             \
	"HTTP/1.1 " status "\r\nConnection: close\r\nContent-Length: 0\r\n" more "\r\n"

/* ---- the rig ---- */

struct pollrig {
	struct enginerig r;
	struct web web;
	struct dw_poll *poll;
};

static void turn(struct pollrig *p)
{
	(void)uv_run(&p->r.loop.uv, UV_RUN_ONCE);
}

static int setup(void **state)
{
	struct pollrig *p = calloc(1, sizeof(*p));
	struct dw_poll_conf conf = { .may_ask_private = true };

	assert_non_null(p);
	enginerig_open(&p->r, NULL);
	web_open(&p->web, &p->r.loop, "127.0.0.1", 0);
	conf.engine = p->r.engine;
	conf.loop = &p->r.loop;
	conf.timers = p->r.timers;
	assert_int_equal(dw_poll_create(&p->poll, &conf, NULL), 0);
	*state = p;
	return 0;
}

static void on_done(void *data)
{
	*(bool *)data = true;
}

static int teardown(void **state)
{
	struct pollrig *p = *state;
	bool done = false;

	dw_poll_stop(p->poll);
	dw_poll_close(p->poll, on_done, &done);
	enginerig_until(&p->r, &done);
	web_close(&p->web);
	enginerig_close(&p->r);
	free(p);
	return 0;
}

static void on_op(struct dw_source_op *op)
{
	*(bool *)op->data = true;
}

static uint64_t add(struct pollrig *p, const char *slug, unsigned interval_s)
{
	struct dw_source_op op = { .who = { .kind = DW_OPERATOR },
				   .slug = dw_str_of(slug),
				   .interval_s = interval_s,
				   .cb = on_op };
	bool done = false;
	char url[100];

	snprintf(url, sizeof(url), "http://127.0.0.1:%d/%s", p->web.port, slug);
	op.url = dw_str_of(url);
	op.data = &done;
	dw_source_add(dw_engine_sources(p->r.engine), &op);
	enginerig_until(&p->r, &done);
	assert_int_equal(op.status, 0);
	return op.now.id;
}

static struct dw_source_info get(struct pollrig *p, uint64_t id)
{
	struct dw_source_info i;

	assert_true(dw_sources_get(dw_engine_sources(p->r.engine), id, &i));
	return i;
}

static const struct dw_poller *poller(struct pollrig *p)
{
	return dw_sources_poller(dw_engine_sources(p->r.engine));
}

/* ---- tests ---- */

static void test_a_few_at_once(void **state)
{
	struct pollrig *p = *state;
	char slug[20];

	for (int i = 0; i < 30; i++) {
		snprintf(slug, sizeof(slug), "f%d", i);
		(void)add(p, slug, 3600);
	}
	while (p->web.n_waiting < 8)
		turn(p);
	/* those who wait behind them are not asked, however often the loop turns */
	for (int i = 0; i < 200; i++)
		(void)uv_run(&p->r.loop.uv, UV_RUN_NOWAIT);
	assert_int_equal(p->web.n_asked, 8);
	web_answer(&p->web, FEED);
	while (enginerig_events(&p->r, "mention.added", NULL) < 30)
		turn(p);
	assert_int_equal(p->web.n_asked, 30);
	assert_int_equal(p->web.most_waiting, 8);
	assert_int_equal(dw_sources_stats(dw_engine_sources(p->r.engine))->polls, 30);
}

/* Move the clock to when it is due, and wait for what comes of it. */
static int64_t next_failure(struct pollrig *p, uint64_t id, unsigned n)
{
	int64_t next = get(p, id).health.next_at;

	if (next > p->r.now_us)
		p->r.now_us = next;
	while (get(p, id).health.failures < n)
		turn(p);
	return (get(p, id).health.next_at - p->r.now_us) / 1000000;
}

static void test_when_it_is_asked_again(void **state)
{
	struct pollrig *p = *state;
	static const int64_t doubled[] = { 300, 600, 1200, 2400, 3600, 3600 };
	uint64_t id;
	int64_t s;

	web_answer(&p->web, ANSWER("500 Broken", ""));
	id = add(p, "news", 300);
	for (unsigned i = 0; i < sizeof(doubled) / sizeof(doubled[0]); i++) {
		s = next_failure(p, id, i + 1);
		if (s < doubled[i] * 3 / 4 || s > doubled[i] * 5 / 4 || s > 3600)
			fail_msg("failure %u: asked again after %lld s", i + 1,
				 (long long)s);
	}
	web_answer(&p->web, ANSWER("503 Later", "Retry-After: 7200\r\n"));
	s = next_failure(p, id, 7);
	assert_int_equal(s, 7200);
	web_answer(&p->web, FEED);
	p->r.now_us = get(p, id).health.next_at;
	while (get(p, id).health.failures > 0)
		turn(p);
	s = (get(p, id).health.next_at - p->r.now_us) / 1000000;
	assert_in_range(s, 285, 315);
	assert_null(strstr(p->web.last, "If-None-Match"));
	/* what it said of itself is sent back; gone for good is not asked any more */
	web_answer(&p->web, ANSWER("410 Gone", ""));
	(void)next_failure(p, id, 1);
	assert_non_null(strstr(p->web.last, "If-None-Match: \"1\"\r\n"));
	assert_int_equal(get(p, id).health.next_at, 0);
	/* ... unless somebody says so */
	web_answer(&p->web, FEED);
	assert_int_equal(poller(p)->check(poller(p)->ctx, id, NULL), 0);
	while (get(p, id).health.failures > 0)
		turn(p);
	assert_int_equal(get(p, id).mentions, 1);
	assert_int_equal(enginerig_events(&p->r, "mention.added", NULL), 1);
}

static void on_test(struct dw_source_test *t)
{
	*(bool *)t->data = true;
}

static void test_stop_in_the_middle(void **state)
{
	struct pollrig *p = *state;
	struct dw_source_test t[9];
	bool told[9] = { false };
	char url[100];
	uint64_t id = add(p, "news", 300);

	(void)add(p, "second", 300);
	while (p->web.n_waiting < 2)
		turn(p);
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/test", p->web.port);
	for (int i = 0; i < 9; i++) {
		struct dw_err err = { 0 };

		t[i] = (struct dw_source_test){ .url = dw_str_of(url),
						.slug = DW_STR("test"),
						.cb = on_test,
						.data = &told[i] };
		/* eight may be tried at a time */
		assert_int_equal(poller(p)->test(poller(p)->ctx, &t[i], &err),
				 i < 8 ? 0 : DW_EBUSY);
	}
	while (p->web.n_waiting < 8)
		turn(p);
	/* some in work, some waiting for a place: all are told, and no feed has failed */
	dw_poll_stop(p->poll);
	assert_null(poller(p));
	for (int i = 0; i < 8; i++) {
		assert_true(told[i]);
		assert_int_equal(t[i].status, DW_ECLOSED);
	}
	assert_int_equal(get(p, id).health.failures, 0);
	assert_int_equal(get(p, id).health.state, DW_SOURCE_NEW);
}

/* Configured anew while it is being asked: what the old address says does not count. */
static void test_another_address_meanwhile(void **state)
{
	struct pollrig *p = *state;
	struct dw_source_op op = { .who = { .kind = DW_OPERATOR },
				   .set = DW_SOURCE_SET_URL,
				   .cb = on_op };
	bool done = false;
	char url[100];

	op.id = add(p, "news", 300);
	op.data = &done;
	while (p->web.n_waiting < 1)
		turn(p);
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/elsewhere", p->web.port);
	op.url = dw_str_of(url);
	dw_source_change(dw_engine_sources(p->r.engine), &op);
	enginerig_until(&p->r, &done);
	while (strstr(p->web.last, "GET /elsewhere ") == NULL)
		turn(p);
	web_answer(&p->web, FEED);
	while (get(p, op.id).mentions < 1)
		turn(p);
	assert_string_equal(get(p, op.id).url.p, url);
	assert_int_equal(p->web.n_asked, 2);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses),     WITH(test_a_few_at_once),
		WITH(test_when_it_is_asked_again),    WITH(test_stop_in_the_middle),
		WITH(test_another_address_meanwhile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
