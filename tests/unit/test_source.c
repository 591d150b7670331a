/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_source.c - sources: what they may be called and where they may lie, commands at the same
 * time, health as time goes by, and all of it again after a restart.
 */
#include "engine/source.h"

#include "engine/projection.h"
#include "enginerig.h"
#include "store/journal_mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define URL "https://news.example.org/feed.xml"

/* ---- names and addresses ---- */

static void test_addresses(void **state)
{
	static const char *const good[] = {
		"http://a",
		"https://example.org",
		"HTTPS://Example.org:8443/a/b?c=d&e=%20",
		"http://127.0.0.1:8080/",
		"http://[2001:db8::1]:80/x",
		"http://xn--mgbh0fb.example/",
		"http://a?b@c",
	};
	static const char *const bad[] = {
		"",
		"http://",
		"https:///x",
		"ftp://a/",
		"//a/",
		"http:/a",
		"http:a",
		"https//a",
		"http://a b/",
		"http://a\tb",
		"http://a@b/",
		"http://:80/",
		"http://a:/",
		"http://a:0/",
		"http://a:65536/",
		"http://a:8o/",
		"http://a:80:80/",
		"http://-a/",
		"http://.a/",
		"http://a\\b/",
		"http://a/<b>",
		"http://a/#b",
		"http://[]/",
		"http://[::1/",
		"http://[::1%25en0]/",
		"http://[g::]/",
		"http://\xd8\xa7/",
		"http://a/\x7f",
		"javascript:alert(1)//http://a",
	};
	struct dw_fault f;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (dw_source_url_check(dw_str_of(good[i]), &f) < 0)
			fail_msg("%s: %s", good[i], f.detail);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (dw_source_url_check(dw_str_of(bad[i]), &f) == 0)
			fail_msg("%s was taken", bad[i]);
		assert_string_equal(f.pointer, "/url");
	}
	assert_int_equal(dw_source_url_check(DW_STR("http://a\0b/"), &f), DW_EINVAL);
}

static void test_slugs(void **state)
{
	static const char *const bad[] = {
		"",
		"desk",
		" a",
		"a ",
		"a\nb",
		"a\x7f",
		"\xff",
		"a\xe2\x80\xae"
		"b",
		"a\xe2\x80\x8b",
		"\xef\xbb\xbf"
		"a",
		"a\xd8\x9c",
		"a\xc2\x85",
		"a\xe2\x81\xa6",
		"a\xf3\xa0\x80\xa1",
	};
	struct dw_fault f;

	(void)state;
	assert_int_equal(dw_source_slug_check(DW_STR("news:example.org"), &f), 0);
	assert_int_equal(dw_source_slug_check(DW_STR("خبرگزاری‌ها"), &f), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (dw_source_slug_check(dw_str_of(bad[i]), &f) == 0)
			fail_msg("bad name %zu was taken", i);
}

/* ---- the rig ---- */

struct doing {
	struct dw_source_op op;
	bool done;
};

static struct dw_sources *all(struct enginerig *r)
{
	return dw_engine_sources(r->engine);
}

static void on_op(struct dw_source_op *op)
{
	*(bool *)op->data = true;
}

static void begin(struct doing *d)
{
	memset(d, 0, sizeof(*d));
	d->op.who.kind = DW_OPERATOR;
	d->op.cb = on_op;
	d->op.data = &d->done;
}

static int add(struct enginerig *r, struct doing *d, const char *slug, const char *url)
{
	begin(d);
	d->op.slug = dw_str_of(slug);
	d->op.url = dw_str_of(url);
	dw_source_add(all(r), &d->op);
	assert_false(d->done);
	enginerig_until(r, &d->done);
	return d->op.status;
}

static void begin_pause(struct doing *d, uint64_t id, uint64_t version, bool is_paused)
{
	begin(d);
	d->op.id = id;
	d->op.version = version;
	d->op.set = DW_SOURCE_SET_PAUSED;
	d->op.is_paused = is_paused;
}

static int set_paused(struct enginerig *r, uint64_t id, bool is_paused)
{
	struct doing d;

	begin_pause(&d, id, 0, is_paused);
	dw_source_change(all(r), &d.op);
	enginerig_until(r, &d.done);
	return d.op.status;
}

static struct dw_source_info get(struct enginerig *r, uint64_t id)
{
	struct dw_source_info i;

	assert_true(dw_sources_get(all(r), id, &i));
	return i;
}

static void result(struct enginerig *r, uint64_t id, const char *failure)
{
	struct dw_source_result res = { .is_ok = failure == NULL, .detail = failure };

	dw_source_result(all(r), id, &res);
}

/* Let what is in the journal's hands come back. */
static void settle(struct enginerig *r)
{
	struct doing d;

	begin(&d);
	d.op.id = UINT64_MAX;
	dw_source_change(all(r), &d.op);
	enginerig_until(r, &d.done);
	while (dw_journal_pending(dw_engine_journal(r->engine)) > 0)
		(void)uv_run(&r->loop.uv, UV_RUN_ONCE);
}

static void watch(struct enginerig *r)
{
	dw_sources_watch(all(r));
	settle(r);
}

/* ---- commands ---- */

static void test_add_and_change(void **state)
{
	struct enginerig r = { 0 };
	struct doing d, e;
	char last[1024];

	(void)state;
	enginerig_open(&r, NULL);
	assert_int_equal(add(&r, &d, "news", URL), 0);
	assert_int_equal(d.op.now.id, 1);
	assert_int_equal(d.op.now.version, 2);
	assert_int_equal(d.op.now.interval_s, DW_INTERVAL_DEFAULT);
	assert_int_equal(enginerig_events(&r, "source.added", last), 1);
	assert_string_equal(last, "{\"slug\":\"news\"}");
	assert_int_equal(enginerig_events(&r, "source.configured", last), 1);
	assert_string_equal(last, "{\"slug\":\"news\",\"kind\":\"feed\",\"url\":\"" URL
				  "\",\"interval_s\":300,\"paused\":false}");
	assert_int_equal(get(&r, 1).health.state, DW_SOURCE_NEW);
	assert_int_equal(add(&r, &e, "news", URL), DW_EEXISTS);
	assert_string_equal(e.op.fault.pointer, "/slug");
	assert_int_equal(add(&r, &e, "other", "ftp://x"), DW_EINVAL);
	assert_string_equal(e.op.fault.pointer, "/url");
	/* what changes nothing is no event */
	assert_int_equal(set_paused(&r, 1, false), 0);
	assert_int_equal(enginerig_events(&r, "source.configured", NULL), 1);
	assert_int_equal(set_paused(&r, 1, true), 0);
	assert_int_equal(get(&r, 1).health.state, DW_SOURCE_PAUSED);
	assert_int_equal(get(&r, 1).version, 3);
	begin_pause(&e, 1, 2, false);
	dw_source_change(all(&r), &e.op);
	enginerig_until(&r, &e.done);
	assert_int_equal(e.op.status, DW_EMOVED);
	assert_int_equal(e.op.now.version, 3);
	assert_int_equal(set_paused(&r, 99, true), DW_ENOTFOUND);
	begin(&e);
	e.op.id = 1;
	e.op.set = DW_SOURCE_SET_INTERVAL;
	e.op.interval_s = 29;
	dw_source_change(all(&r), &e.op);
	enginerig_until(&r, &e.done);
	assert_int_equal(e.op.status, DW_EINVAL);
	assert_string_equal(e.op.fault.pointer, "/interval_s");
	enginerig_close(&r);
}

/* Both were decided on the same state; the journal lets one pass, the other decides again. */
static void test_two_at_once(void **state)
{
	struct enginerig r = { 0 };
	struct doing a, b;

	(void)state;
	enginerig_open(&r, NULL);
	begin(&a);
	begin(&b);
	a.op.slug = b.op.slug = DW_STR("news");
	a.op.url = b.op.url = DW_STR(URL);
	dw_source_add(all(&r), &a.op);
	dw_source_add(all(&r), &b.op);
	enginerig_until(&r, &a.done);
	enginerig_until(&r, &b.done);
	assert_int_equal(a.op.status, 0);
	assert_int_equal(b.op.status, DW_EEXISTS);
	begin_pause(&a, 1, 2, true);
	begin_pause(&b, 1, 2, true);
	dw_source_change(all(&r), &a.op);
	dw_source_change(all(&r), &b.op);
	enginerig_until(&r, &a.done);
	enginerig_until(&r, &b.done);
	assert_int_equal(a.op.status, 0);
	assert_int_equal(b.op.status, DW_EMOVED);
	enginerig_close(&r);
}

static void test_how_many(void **state)
{
	struct enginerig r = { 0 };
	struct doing d;
	char slug[20];

	(void)state;
	enginerig_open(&r, NULL);
	for (int i = 0; i < DW_FEEDS_MAX; i++) {
		snprintf(slug, sizeof(slug), "feed %d", i);
		assert_int_equal(add(&r, &d, slug, URL), 0);
	}
	assert_int_equal(add(&r, &d, "one more", URL), DW_EUNPROCESSABLE);
	enginerig_close(&r);
}

/* ---- health ---- */

static void test_health(void **state)
{
	struct enginerig r = { 0 };
	struct doing d;
	char last[1024];
	int64_t began;

	(void)state;
	enginerig_open(&r, NULL);
	assert_int_equal(add(&r, &d, "news", URL), 0);
	result(&r, 1, NULL);
	began = r.now_us;
	assert_int_equal(get(&r, 1).health.state, DW_SOURCE_OK);
	assert_int_equal(get(&r, 1).health.last_success_at, began);
	enginerig_advance(&r, 300);
	result(&r, 1, "no luck");
	result(&r, 1, "no luck again");
	watch(&r);
	assert_int_equal(get(&r, 1).health.state, DW_SOURCE_FAILING);
	assert_int_equal(get(&r, 1).health.failures, 2);
	assert_string_equal(get(&r, 1).health.error, "no luck again");
	enginerig_advance(&r, 600); /* three intervals, to the second */
	watch(&r);
	assert_int_equal(get(&r, 1).health.state, DW_SOURCE_FAILING);
	enginerig_advance(&r, 1);
	watch(&r);
	assert_int_equal(get(&r, 1).health.state, DW_SOURCE_BLIND);
	assert_int_equal(get(&r, 1).health.blind_since, began);
	for (int i = 0; i < 5; i++) {
		result(&r, 1, "still none");
		watch(&r);
	}
	assert_int_equal(enginerig_events(&r, "source.blind", last), 1);
	assert_non_null(strstr(last, "\"id\":1,\"slug\":\"news\",\"since\":\""));
	assert_non_null(strstr(last, "\"detail\":\"no luck again\""));
	assert_int_equal(get(&r, 1).version, 2); /* health is no change of the source */
	result(&r, 1, NULL);
	settle(&r);
	assert_int_equal(get(&r, 1).health.state, DW_SOURCE_OK);
	assert_int_equal(enginerig_events(&r, "source.recovered", NULL), 1);
	/* gone for good is blind at once, paused is neither */
	struct dw_source_result gone = { .is_gone = true, .detail = "gone" };

	dw_source_result(all(&r), 1, &gone);
	settle(&r);
	assert_int_equal(get(&r, 1).health.state, DW_SOURCE_BLIND);
	assert_int_equal(set_paused(&r, 1, true), 0);
	assert_int_equal(get(&r, 1).health.state, DW_SOURCE_PAUSED);
	enginerig_advance(&r, 100000);
	watch(&r);
	assert_int_equal(enginerig_events(&r, "source.blind", NULL), 2);
	/* resumed it has all the time of a new one, and is blind until it answers */
	assert_int_equal(set_paused(&r, 1, false), 0);
	watch(&r);
	assert_int_equal(get(&r, 1).health.state, DW_SOURCE_BLIND);
	result(&r, 1, NULL);
	settle(&r);
	assert_int_equal(enginerig_events(&r, "source.recovered", NULL), 2);
	enginerig_close(&r);
}

static void test_never_answered(void **state)
{
	struct enginerig r = { 0 };
	struct doing d;
	char last[1024];

	(void)state;
	enginerig_open(&r, NULL);
	assert_int_equal(add(&r, &d, "news", URL), 0);
	enginerig_advance(&r, 901);
	/* what could not be told is told when it can be */
	dw_journal_mem_fail(dw_engine_journal(r.engine), DW_EFULL, 1);
	watch(&r);
	assert_int_equal(enginerig_events(&r, "source.blind", NULL), 0);
	assert_int_equal(get(&r, 1).health.state, DW_SOURCE_NEW);
	watch(&r);
	assert_int_equal(enginerig_events(&r, "source.blind", last), 1);
	assert_non_null(strstr(last, "\"detail\":\"there was no answer yet\""));
	assert_int_equal(get(&r, 1).health.state, DW_SOURCE_BLIND);
	enginerig_close(&r);
}

/* ---- again ---- */

static void check_kept(struct enginerig *r)
{
	struct dw_source_memo m;

	assert_string_equal(get(r, 1).url.p, URL);
	assert_int_equal(get(r, 1).interval_s, 300);
	assert_int_equal(get(r, 1).version, 2);
	assert_int_equal(get(r, 1).health.state, DW_SOURCE_BLIND);
	assert_int_not_equal(get(r, 1).health.last_success_at, 0);
	assert_true(get(r, 3).is_paused);
	dw_source_memo(all(r), 1, &m);
	assert_string_equal(m.etag, "\"e\"");
	assert_null(m.last_modified);
}

static void test_restart_and_rebuild(void **state)
{
	struct enginerig r = { 0 };
	struct dw_projector p = dw_projection();
	struct dw_source_memo memo = { "\"e\"", NULL };
	struct dw_source_result res = { .is_ok = true, .memo = &memo };
	char dir[] = P_tmpdir "/diwan-source-XXXXXX", cmd[100];
	struct doing d;

	(void)state;
	assert_non_null(mkdtemp(dir));
	enginerig_open(&r, dir);
	assert_int_equal(add(&r, &d, "news", URL), 0);
	assert_int_equal(add(&r, &d, "second", URL), 0);
	assert_int_equal(set_paused(&r, 3, true), 0);
	dw_source_result(all(&r), 1, &res);
	enginerig_advance(&r, 901);
	watch(&r);
	check_kept(&r);
	enginerig_close(&r);
	enginerig_open(&r, dir);
	check_kept(&r);
	enginerig_close(&r);
	assert_int_equal(dw_store_lock(dir, &r.lock, NULL), 0);
	assert_int_equal(dw_store_rebuild(dir, &p, NULL), 0);
	close(r.lock);
	enginerig_open(&r, dir);
	check_kept(&r);
	result(&r, 1, NULL);
	settle(&r);
	assert_int_equal(get(&r, 1).health.state, DW_SOURCE_OK);
	enginerig_close(&r);
	snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	assert_int_equal(system(cmd), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_slugs),
		cmocka_unit_test(test_add_and_change),
		cmocka_unit_test(test_two_at_once),
		cmocka_unit_test(test_how_many),
		cmocka_unit_test(test_health),
		cmocka_unit_test(test_never_answered),
		cmocka_unit_test(test_restart_and_rebuild),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
