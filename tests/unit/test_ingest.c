/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Mentions into the journal and out of the read tables, on both of its bodies. */
#include "engine/ingest.h"
#include "engine/mention_json.h"
#include "engine/mention_query.h"
#include "engine/projection.h"
#include "store/journal_mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Of what test_payload sends, by another program. */
#define RAW_SHA256 "0cf5b96566073d14a0ef5fced87c7cf6f369cf0208d2b0d0e1df2049d4efa108"

struct rig {
	struct dw_loop loop;
	struct dw_timers *timers;
	struct dw_engine *engine;
	char dir[64]; /* empty: in memory */
	int lock;
	unsigned done; /* batches completed */
	bool is_closed;
};

static void open_engine(struct rig *r)
{
	struct dw_err err = { 0 };
	struct dw_engine_conf conf = {
		.dir = r->dir[0] != '\0' ? r->dir : NULL,
		.loop = &r->loop,
		.timers = r->timers,
		.clock = dw_clock_system(),
		.ring_bytes = 1 << 20,
		.session_idle_s = 3600,
		.session_absolute_s = 3600,
		.sign_in_per_minute = 10,
	};

	if (conf.dir != NULL && dw_store_lock(r->dir, &r->lock, &err) < 0)
		fail_msg("%s", err.msg);
	if (dw_engine_open(&r->engine, &conf, &err) < 0)
		fail_msg("%s", err.msg);
}

static void on_closed(void *data)
{
	((struct rig *)data)->is_closed = true;
}

static void close_engine(struct rig *r)
{
	r->is_closed = false;
	dw_engine_close(r->engine, on_closed, r);
	while (!r->is_closed)
		uv_run(&r->loop.uv, UV_RUN_ONCE);
	if (r->dir[0] != '\0')
		close(r->lock);
}

static int setup(void **state)
{
	bool in_memory = strcmp(*state, "memory") == 0;
	struct rig *r = calloc(1, sizeof(*r));

	if (!in_memory) {
		snprintf(r->dir, sizeof(r->dir), "/tmp/diwan-ingest-XXXXXX");
		assert_non_null(mkdtemp(r->dir));
	}
	assert_int_equal(dw_loop_init(&r->loop, NULL), 0);
	r->timers = dw_timers_create(&r->loop, 50);
	open_engine(r);
	*state = r;
	return 0;
}

static int teardown(void **state)
{
	struct rig *r = *state;
	char command[100];

	close_engine(r);
	dw_timers_close(r->timers);
	dw_loop_close(&r->loop);
	dw_loop_run(&r->loop);
	dw_loop_fini(&r->loop);
	if (r->dir[0] != '\0') {
		snprintf(command, sizeof(command), "rm -rf '%s'", r->dir);
		assert_int_equal(system(command), 0);
	}
	free(r);
	return 0;
}

/* ---- batches ---- */

struct batch {
	struct dw_ingest in;
	struct rig *rig;
};

static struct batch *batch_new(struct rig *r)
{
	static const uint8_t command[16] = "a test's command";
	struct batch *b = calloc(1, sizeof(*b));

	b->rig = r;
	dw_ingest_init(&b->in, r->engine, 7, command);
	return b;
}

static void batch_free(struct batch *b)
{
	dw_ingest_fini(&b->in);
	free(b);
}

static void add(struct batch *b, const char *json)
{
	struct dw_mention_doc doc;
	struct dw_fault f;

	if (dw_mention_parse(&doc, dw_str_of(json), DW_MENTION_FROM_MACHINE, &f) < 0)
		fail_msg("%s: %s", f.pointer, f.detail);
	assert_int_equal(dw_ingest_add(&b->in, &doc.m, dw_str_of(json), &f), 0);
	dw_mention_doc_fini(&doc);
}

static void add_simple(struct batch *b, const char *source, int id, const char *text)
{
	char json[300];

	snprintf(
		json, sizeof(json),
		"{\"source\":\"%s\",\"source_id\":\"%d\",\"text\":\"%s\",\"lang\":\"%s\","
		"\"posted_at\":\"2026-01-02T03:04:05Z\"}",
		source, id, text, id % 2 == 0 ? "fa" : "ar");
	add(b, json);
}

static void on_sent(struct dw_ingest *in)
{
	DW_CONTAINER_OF(in, struct batch, in)->rig->done++;
}

static void send_off(struct batch *b)
{
	assert_int_equal(dw_ingest_send(&b->in, on_sent), 0);
}

static void wait_for(struct rig *r, unsigned done)
{
	while (r->done < done)
		uv_run(&r->loop.uv, UV_RUN_ONCE);
}

static void send_and_wait(struct batch *b)
{
	unsigned done = b->rig->done;

	send_off(b);
	wait_for(b->rig, done + 1);
	if (b->in.append.status < 0)
		fail_msg("%s", dw_err_text(&b->in.append.err));
}

static void check_totals(const struct batch *b, uint64_t accepted, uint64_t updated,
			 uint64_t duplicates)
{
	struct dw_ingest_totals t = { 0 };

	dw_ingest_sum(&b->in, &t);
	assert_int_equal(t.accepted, accepted);
	assert_int_equal(t.updated, updated);
	assert_int_equal(t.duplicates, duplicates);
}

/* ---- what the journal holds ---- */

struct count {
	unsigned sources, added, changed;
	uint64_t last;
	struct dw_buf payloads; /* one a line */
};

static bool on_event(void *data, const struct dw_stored *e)
{
	struct count *c = data;

	c->sources += dw_str_eq(e->type, DW_STR("source.added"));
	c->added += dw_str_eq(e->type, DW_STR("mention.added"));
	c->changed += dw_str_eq(e->type, DW_STR("mention.changed"));
	assert_int_equal(e->seq, c->last + 1);
	assert_int_equal(e->actor, 7);
	c->last = e->seq;
	assert_int_equal(dw_buf_add(&c->payloads, e->payload.p, e->payload.n), 0);
	assert_int_equal(dw_buf_addc(&c->payloads, '\n'), 0);
	return true;
}

static void count_fini(struct count *c)
{
	dw_buf_fini(&c->payloads);
}

static void count_events(struct rig *r, struct count *c)
{
	struct dw_reader *reader;
	uint64_t last = 0, head = dw_journal_head(dw_engine_journal(r->engine));

	memset(c, 0, sizeof(*c));
	dw_buf_init(&c->payloads, 1 << 24);
	assert_int_equal(
		dw_journal_reader_open(dw_engine_journal(r->engine), &reader, NULL), 0);
	while (last < head)
		assert_int_equal(
			dw_reader_scan(reader, last, 1000, on_event, c, &last, NULL), 0);
	assert_int_equal(c->last, head);
	dw_reader_close(reader);
}

/* ---- tests ---- */

static void test_repeats(void **state)
{
	struct rig *r = *state;
	struct count c;

	for (int round = 0; round < 3; round++) {
		struct batch *b = batch_new(r);

		for (int i = 1; i <= 3; i++)
			add_simple(b, "feed", i, "x");
		send_and_wait(b);
		check_totals(b, round == 0 ? 3 : 0, 0, round == 0 ? 0 : 3);
		for (size_t i = 0; i < 3; i++) {
			assert_int_equal(dw_ingest_record(&b->in, i)->seq, 2 + i);
			assert_int_equal(dw_ingest_record(&b->in, i)->subject, 2 + i);
		}
		batch_free(b);
	}
	count_events(r, &c);
	assert_int_equal(c.sources, 1);
	assert_int_equal(c.added, 3);
	assert_int_equal(c.changed, 0);
	count_fini(&c);
	assert_int_equal(dw_sources_find(dw_engine_sources(r->engine), DW_STR("feed")),
			 1);
}

static void test_changed(void **state)
{
	struct rig *r = *state;
	struct batch *b = batch_new(r), *again;
	struct dw_ingest_totals t = { 0 };

	add_simple(b, "feed", 1, "before");
	add_simple(b, "feed", 2, "same");
	send_and_wait(b);
	batch_free(b);
	b = batch_new(r);
	add_simple(b, "feed", 1, "after");
	add_simple(b, "feed", 2, "same");
	send_and_wait(b);
	check_totals(b, 0, 1, 1);
	assert_int_equal(dw_ingest_record(&b->in, 0)->subject, 2);
	assert_int_equal(dw_ingest_record(&b->in, 0)->seq, 4);
	dw_ingest_sum(&b->in, &t);
	assert_int_equal(t.first_seq, 4);
	assert_int_equal(t.last_seq, 4);
	again = batch_new(r);
	add_simple(again, "feed", 1, "before"); /* back to what it was: a change, too */
	send_and_wait(again);
	check_totals(again, 0, 1, 0);
	batch_free(again);
	batch_free(b);
}

static void test_other_spelling(void **state)
{
	struct batch *b = batch_new(*state), *again = batch_new(*state);

	add(b,
	    "{\"source\":\"feed\",\"source_id\":\"1\",\"text\":\"\\u00e9\",\"url\":null}");
	send_and_wait(b);
	check_totals(b, 1, 0, 0);
	add(again, "{ \"text\": \"\xc3\xa9\", \"extra\": 1, \"source_id\": \"1\","
		   " \"source\": \"feed\" }");
	send_and_wait(again);
	check_totals(again, 0, 0, 1);
	batch_free(b);
	batch_free(again);
}

/* (source, source_id) is the identity: neither alone, and no way to shift between them. */
static void test_identity(void **state)
{
	struct batch *b = batch_new(*state);

	add(b, "{\"source\":\"a\",\"source_id\":\"bc\",\"text\":\"x\"}");
	add(b, "{\"source\":\"ab\",\"source_id\":\"c\",\"text\":\"x\"}");
	add(b, "{\"source\":\"a\",\"source_id\":\"b\",\"text\":\"x\"}");
	add(b, "{\"source\":\"ab\",\"source_id\":\"bc\",\"text\":\"x\"}");
	send_and_wait(b);
	check_totals(b, 4, 0, 0);
	batch_free(b);
}

static void test_twice_in_one_batch(void **state)
{
	struct rig *r = *state;
	struct batch *b = batch_new(r);
	struct count c;

	add_simple(b, "feed", 1, "x");
	add_simple(b, "feed", 1, "x");
	add_simple(b, "feed", 1, "y");
	add_simple(b, "other", 1, "x");
	add_simple(b, "feed", 1, "y");
	send_and_wait(b);
	check_totals(b, 2, 1, 2);
	batch_free(b);
	count_events(r, &c);
	assert_int_equal(c.sources, 2);
	assert_int_equal(c.added, 2);
	assert_int_equal(c.changed, 1);
	count_fini(&c);
}

static void test_concurrent_batches(void **state)
{
	struct rig *r = *state;
	struct batch *b[8];
	struct dw_ingest_totals t = { 0 };
	struct count c;

	for (int k = 0; k < 8; k++) {
		b[k] = batch_new(r);
		for (int i = 0; i < 10; i++)
			add_simple(b[k], "feed", (i + k) % 10, "x");
	}
	for (int k = 0; k < 8; k++)
		send_off(b[k]);
	wait_for(r, 8);
	for (int k = 0; k < 8; k++) {
		assert_int_equal(b[k]->in.append.status, 0);
		dw_ingest_sum(&b[k]->in, &t);
		batch_free(b[k]);
	}
	assert_int_equal(t.accepted, 10);
	assert_int_equal(t.duplicates, 70);
	count_events(r, &c);
	assert_int_equal(c.sources, 1);
	assert_int_equal(c.added, 10);
	count_fini(&c);
}

/* Two batches bring the same unknown source at once, with different mentions. */
static void test_source_race(void **state)
{
	struct rig *r = *state;
	struct batch *a = batch_new(r), *b = batch_new(r);
	struct count c;

	add_simple(a, "new", 1, "x");
	add_simple(b, "new", 2, "x");
	send_off(a);
	send_off(b);
	wait_for(r, 2);
	check_totals(a, 1, 0, 0);
	check_totals(b, 1, 0, 0);
	count_events(r, &c);
	assert_int_equal(c.sources, 1);
	assert_int_equal(c.added, 2);
	count_fini(&c);
	assert_int_equal(dw_sources_count(dw_engine_sources(r->engine)), 1);
	assert_int_equal(dw_sources_find(dw_engine_sources(r->engine), DW_STR("new")), 1);
	batch_free(a);
	batch_free(b);
}

static void test_order(void **state)
{
	struct rig *r = *state;
	struct batch *b[20];
	uint64_t last = 0;

	for (int k = 0; k < 20; k++) {
		b[k] = batch_new(r);
		for (int i = 0; i < 15; i++)
			add_simple(b[k], "feed", 100 * k + i, "x");
		send_off(b[k]);
	}
	wait_for(r, 20);
	for (int k = 0; k < 20; k++) {
		for (size_t i = 0; i < 15; i++) {
			assert_true(dw_ingest_record(&b[k]->in, i)->seq > last);
			last = dw_ingest_record(&b[k]->in, i)->seq;
		}
		batch_free(b[k]);
	}
	assert_int_equal(last, 301);
}

static void test_payload(void **state)
{
	struct rig *r = *state;
	struct batch *b = batch_new(r);
	struct count c;

	add(b, "{\"text\":\"x\",\"source\":\"feed\",\"source_id\":\"1\"}");
	send_and_wait(b);
	batch_free(b);
	count_events(r, &c);
	assert_string_equal(
		c.payloads.p,
		"{\"slug\":\"feed\"}\n"
		"{\"source\":\"feed\",\"source_id\":\"1\",\"text\":\"x\",\"raw_sha256\":"
		"\"" RAW_SHA256 "\"}\n");
	count_fini(&c);
}

static void test_many_new_sources(void **state)
{
	struct rig *r = *state;
	struct batch *b = batch_new(r);
	char name[32];

	for (int i = 0; i < 2000; i++) {
		snprintf(name, sizeof(name), "source %d", i % 1000);
		add_simple(b, name, i, "x");
	}
	send_and_wait(b);
	check_totals(b, 2000, 0, 0);
	assert_int_equal(dw_sources_count(dw_engine_sources(r->engine)), 1000);
	batch_free(b);
}

/* ---- faults, in memory ---- */

static void test_full_disk(void **state)
{
	struct rig *r = *state;
	struct batch *b = batch_new(r), *again = batch_new(r);
	struct count c;

	dw_journal_mem_fail(dw_engine_journal(r->engine), DW_EFULL, 1);
	add_simple(b, "feed", 1, "x");
	send_off(b);
	wait_for(r, 1);
	assert_int_equal(b->in.append.status, DW_EFULL);
	count_events(r, &c);
	assert_int_equal(c.last, 0);
	count_fini(&c);
	assert_int_equal(dw_sources_count(dw_engine_sources(r->engine)), 0);
	add_simple(again, "feed", 1, "x");
	send_and_wait(again);
	check_totals(again, 1, 0, 0);
	batch_free(b);
	batch_free(again);
}

static void test_back_pressure(void **state)
{
	struct rig *r = *state;
	struct dw_journal *j = dw_engine_journal(r->engine);
	struct batch **b = calloc(DW_INGEST_PENDING_MAX + 1, sizeof(struct batch *));
	size_t n = 0;
	int rc = 0;

	dw_journal_mem_manual(j, true);
	for (; n <= DW_INGEST_PENDING_MAX && rc == 0; n++) {
		b[n] = batch_new(r);
		add_simple(b[n], "feed", (int)n, "x");
		rc = dw_ingest_send(&b[n]->in, on_sent);
	}
	assert_int_equal(rc, DW_EBUSY);
	assert_int_equal(n, DW_INGEST_PENDING_MAX + 1);
	while (r->done < DW_INGEST_PENDING_MAX) {
		(void)dw_journal_mem_step(j, 100);
		uv_run(&r->loop.uv, UV_RUN_NOWAIT);
	}
	rc = dw_ingest_send(&b[n - 1]->in, on_sent); /* there is room again */
	assert_int_equal(rc, 0);
	dw_journal_mem_manual(j, false);
	while (r->done < n) {
		(void)dw_journal_mem_step(j, 1);
		uv_run(&r->loop.uv, UV_RUN_NOWAIT);
	}
	for (size_t i = 0; i < n; i++)
		batch_free(b[i]);
	free(b);
}

/* ---- read tables, on disk ---- */

static void list(struct rig *r, const struct dw_mention_query *q, struct dw_buf *out)
{
	struct dw_err err = { 0 };
	struct dw_reader *reader;

	dw_buf_init(out, DW_MENTION_OUT_MAX);
	assert_int_equal(
		dw_journal_reader_open(dw_engine_journal(r->engine), &reader, NULL), 0);
	if (dw_mention_list_on_pool(reader, q, out, &err) < 0)
		fail_msg("%s", err.msg);
	dw_reader_close(reader);
}

/* The ids of a page, and its next. */
static void check_page(struct rig *r, struct dw_mention_query q, const char *want)
{
	struct dw_buf out;
	char got[400] = "";
	const char *p;

	list(r, &q, &out);
	p = out.p;
	while ((p = strstr(p, "{\"id\":")) != NULL) {
		p += 6;
		snprintf(got + strlen(got), sizeof(got) - strlen(got), "%llu ",
			 strtoull(p, NULL, 10));
	}
	snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s",
		 strstr(out.p, "],\"next\":") + 2);
	assert_string_equal(got, want);
	dw_buf_fini(&out);
}

/* source 1, mentions 2 to 6; source 7, mention 8; 9 changes 3. */
static void fill(struct rig *r)
{
	struct batch *b = batch_new(r);

	for (int i = 1; i <= 5; i++)
		add_simple(b, "feed", i, "x");
	add_simple(b, "mail", 2, "x");
	add_simple(b, "feed", 2, "changed");
	send_and_wait(b);
	check_totals(b, 6, 1, 0);
	batch_free(b);
}

static void test_pages(void **state)
{
	struct rig *r = *state;
	struct dw_mention_query all = { .before = INT64_MAX, .limit = 500 };
	struct dw_mention_query q = all;

	fill(r);
	check_page(r, all, "8 6 5 4 3 2 \"next\":null}");
	q.limit = 4;
	check_page(r, q, "8 6 5 4 \"next\":4}");
	q.before = 4;
	check_page(r, q, "3 2 \"next\":null}");
	q.limit = 2;
	check_page(r, q, "3 2 \"next\":null}");
	q = all;
	q.source = DW_STR("feed");
	check_page(r, q, "6 5 4 3 2 \"next\":null}");
	q.lang = DW_STR("fa");
	check_page(r, q, "5 3 \"next\":null}");
	q.source = dw_str_make(NULL, 0);
	check_page(r, q, "8 5 3 \"next\":null}");
	q.limit = 1;
	q.before = 8;
	check_page(r, q, "5 \"next\":5}");
	q = all;
	q.source = DW_STR("none");
	check_page(r, q, "\"next\":null}");
}

static void get(struct rig *r, uint64_t id, struct dw_buf *out, int want)
{
	struct dw_err err = { 0 };
	struct dw_reader *reader;
	uint64_t version = 0;

	dw_buf_init(out, DW_MENTION_OUT_MAX);
	assert_int_equal(
		dw_journal_reader_open(dw_engine_journal(r->engine), &reader, NULL), 0);
	assert_int_equal(dw_mention_get_on_pool(reader, id, out, &version, &err), want);
	if (want == 0)
		assert_int_equal(version, id == 3 ? 9 : id);
	dw_reader_close(reader);
}

static void test_one_with_history(void **state)
{
	struct rig *r = *state;
	static const char begin[] = "{\"id\":3,\"version\":9,\"source\":\"feed\","
				    "\"source_id\":\"2\",\"text\":\"changed\",";
	struct dw_buf out;
	const char *first, *second;

	fill(r);
	get(r, 3, &out, 0);
	assert_int_equal(strncmp(out.p, begin, strlen(begin)), 0);
	first = strstr(out.p, "{\"seq\":3,\"type\":\"mention.added\"");
	second = strstr(out.p, "{\"seq\":9,\"type\":\"mention.changed\"");
	assert_non_null(first);
	assert_non_null(second);
	assert_true(first < second);
	dw_buf_fini(&out);
	get(r, 2, &out, 0);
	assert_null(strstr(out.p, "mention.changed"));
	dw_buf_fini(&out);
	get(r, 1, &out, DW_ENOTFOUND); /* a source */
	dw_buf_fini(&out);
	get(r, 99, &out, DW_ENOTFOUND);
	dw_buf_fini(&out);
}

static void sources(struct rig *r, struct dw_buf *out)
{
	struct dw_reader *reader;

	dw_buf_init(out, DW_MENTION_OUT_MAX);
	assert_int_equal(
		dw_journal_reader_open(dw_engine_journal(r->engine), &reader, NULL), 0);
	assert_int_equal(dw_source_list_on_pool(reader, out, NULL), 0);
	dw_reader_close(reader);
}

static void test_sources(void **state)
{
	struct rig *r = *state;
	struct dw_buf out;

	fill(r);
	sources(r, &out);
	assert_non_null(strstr(
		out.p,
		"{\"id\":1,\"version\":1,\"slug\":\"feed\",\"mentions\":5,\"last_seen"));
	assert_non_null(strstr(
		out.p,
		"{\"id\":7,\"version\":7,\"slug\":\"mail\",\"mentions\":1,\"last_seen"));
	dw_buf_fini(&out);
}

/* A restart and a rebuild from the payloads: nothing that one can see is different. */
static void test_rebuild(void **state)
{
	struct rig *r = *state;
	struct dw_mention_query all = { .before = INT64_MAX, .limit = 500 };
	struct dw_projector p = dw_projection();
	struct dw_buf before, after, sources_before, sources_after;
	struct dw_err err = { 0 };
	struct batch *b;

	fill(r);
	list(r, &all, &before);
	sources(r, &sources_before);
	close_engine(r);
	assert_int_equal(dw_store_lock(r->dir, &r->lock, NULL), 0);
	if (dw_store_rebuild(r->dir, &p, &err) < 0)
		fail_msg("%s", err.msg);
	close(r->lock);
	open_engine(r);
	list(r, &all, &after);
	sources(r, &sources_after);
	assert_string_equal(before.p, after.p);
	assert_string_equal(sources_before.p, sources_after.p);
	check_page(r,
		   (struct dw_mention_query){
			   .source = DW_STR("mail"), .before = INT64_MAX, .limit = 9 },
		   "8 \"next\":null}");
	b = batch_new(r);
	add_simple(b, "feed", 2, "changed");
	add_simple(b, "feed", 6, "x");
	send_and_wait(b);
	check_totals(b, 1, 0, 1); /* identity outlives the process; the source is known */
	batch_free(b);
	dw_buf_fini(&before);
	dw_buf_fini(&after);
	dw_buf_fini(&sources_before);
	dw_buf_fini(&sources_after);
}

static char memory[] = "memory", disk[] = "disk";

#define ON(where, test)                                                                  \
	{                                                                                \
#test " in " #where, test, setup, teardown, where                        \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON(memory, test_repeats),
		ON(disk, test_repeats),
		ON(memory, test_changed),
		ON(disk, test_changed),
		ON(memory, test_other_spelling),
		ON(disk, test_other_spelling),
		ON(memory, test_identity),
		ON(disk, test_identity),
		ON(memory, test_twice_in_one_batch),
		ON(disk, test_twice_in_one_batch),
		ON(memory, test_concurrent_batches),
		ON(disk, test_concurrent_batches),
		ON(memory, test_source_race),
		ON(disk, test_source_race),
		ON(memory, test_order),
		ON(disk, test_order),
		ON(memory, test_payload),
		ON(disk, test_payload),
		ON(memory, test_many_new_sources),
		ON(disk, test_many_new_sources),
		ON(memory, test_full_disk),
		ON(memory, test_back_pressure),
		ON(disk, test_pages),
		ON(disk, test_one_with_history),
		ON(disk, test_sources),
		ON(disk, test_rebuild),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
