/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* test_ingest.c - mentions into the journal, on both of its bodies. */
#include "engine/source.h"
#include "ingestrig.h"
#include "store/journal_mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

/* Of what test_payload sends, by another program. */
#define RAW_SHA256 "0cf5b96566073d14a0ef5fced87c7cf6f369cf0208d2b0d0e1df2049d4efa108"

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

static void count_events(struct ingestrig *r, struct count *c)
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
	struct ingestrig *r = *state;
	struct count c;

	for (int round = 0; round < 3; round++) {
		struct batch *b = batch_new(r);

		for (int i = 1; i <= 3; i++)
			batch_add_simple(b, "feed", i, "x");
		batch_send_and_wait(b);
		batch_check(b, round == 0 ? 3 : 0, 0, round == 0 ? 0 : 3);
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
	struct ingestrig *r = *state;
	struct batch *b = batch_new(r), *again;
	struct dw_ingest_totals t = { 0 };

	batch_add_simple(b, "feed", 1, "before");
	batch_add_simple(b, "feed", 2, "same");
	batch_send_and_wait(b);
	batch_free(b);
	b = batch_new(r);
	batch_add_simple(b, "feed", 1, "after");
	batch_add_simple(b, "feed", 2, "same");
	batch_send_and_wait(b);
	batch_check(b, 0, 1, 1);
	assert_int_equal(dw_ingest_record(&b->in, 0)->subject, 2);
	assert_int_equal(dw_ingest_record(&b->in, 0)->seq, 4);
	dw_ingest_sum(&b->in, &t);
	assert_int_equal(t.first_seq, 4);
	assert_int_equal(t.last_seq, 4);
	again = batch_new(r);
	batch_add_simple(again, "feed", 1,
			 "before"); /* back to what it was: a change, too */
	batch_send_and_wait(again);
	batch_check(again, 0, 1, 0);
	batch_free(again);
	batch_free(b);
}

static void test_other_spelling(void **state)
{
	struct batch *b = batch_new(*state), *again = batch_new(*state);

	batch_add(
		b,
		"{\"source\":\"feed\",\"source_id\":\"1\",\"text\":\"\\u00e9\",\"url\":null}");
	batch_send_and_wait(b);
	batch_check(b, 1, 0, 0);
	batch_add(again, "{ \"text\": \"\xc3\xa9\", \"extra\": 1, \"source_id\": \"1\","
			 " \"source\": \"feed\" }");
	batch_send_and_wait(again);
	batch_check(again, 0, 0, 1);
	batch_free(b);
	batch_free(again);
}

/* (source, source_id) is the identity: neither alone, and no way to shift between them. */
static void test_identity(void **state)
{
	struct batch *b = batch_new(*state);

	batch_add(b, "{\"source\":\"a\",\"source_id\":\"bc\",\"text\":\"x\"}");
	batch_add(b, "{\"source\":\"ab\",\"source_id\":\"c\",\"text\":\"x\"}");
	batch_add(b, "{\"source\":\"a\",\"source_id\":\"b\",\"text\":\"x\"}");
	batch_add(b, "{\"source\":\"ab\",\"source_id\":\"bc\",\"text\":\"x\"}");
	batch_send_and_wait(b);
	batch_check(b, 4, 0, 0);
	batch_free(b);
}

static void test_twice_in_one_batch(void **state)
{
	struct ingestrig *r = *state;
	struct batch *b = batch_new(r);
	struct count c;

	batch_add_simple(b, "feed", 1, "x");
	batch_add_simple(b, "feed", 1, "x");
	batch_add_simple(b, "feed", 1, "y");
	batch_add_simple(b, "other", 1, "x");
	batch_add_simple(b, "feed", 1, "y");
	batch_send_and_wait(b);
	batch_check(b, 2, 1, 2);
	batch_free(b);
	count_events(r, &c);
	assert_int_equal(c.sources, 2);
	assert_int_equal(c.added, 2);
	assert_int_equal(c.changed, 1);
	count_fini(&c);
}

static void test_concurrent_batches(void **state)
{
	struct ingestrig *r = *state;
	struct batch *b[8];
	struct dw_ingest_totals t = { 0 };
	struct count c;

	for (int k = 0; k < 8; k++) {
		b[k] = batch_new(r);
		for (int i = 0; i < 10; i++)
			batch_add_simple(b[k], "feed", (i + k) % 10, "x");
	}
	for (int k = 0; k < 8; k++)
		batch_send(b[k]);
	ingestrig_wait(r, 8);
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
	struct ingestrig *r = *state;
	struct batch *a = batch_new(r), *b = batch_new(r);
	struct count c;

	batch_add_simple(a, "new", 1, "x");
	batch_add_simple(b, "new", 2, "x");
	batch_send(a);
	batch_send(b);
	ingestrig_wait(r, 2);
	batch_check(a, 1, 0, 0);
	batch_check(b, 1, 0, 0);
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
	struct ingestrig *r = *state;
	struct batch *b[20];
	uint64_t last = 0;

	for (int k = 0; k < 20; k++) {
		b[k] = batch_new(r);
		for (int i = 0; i < 15; i++)
			batch_add_simple(b[k], "feed", 100 * k + i, "x");
		batch_send(b[k]);
	}
	ingestrig_wait(r, 20);
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
	struct ingestrig *r = *state;
	struct batch *b = batch_new(r);
	struct count c;

	batch_add(b, "{\"text\":\"x\",\"source\":\"feed\",\"source_id\":\"1\"}");
	batch_send_and_wait(b);
	batch_free(b);
	count_events(r, &c);
	assert_string_equal(
		c.payloads.p,
		"{\"slug\":\"feed\"}\n"
		"{\"source\":\"feed\",\"source_id\":\"1\",\"text\":\"x\",\"raw_sha256\":"
		"\"" RAW_SHA256 "\"}\n");
	count_fini(&c);
}

/* A guess is stored with the mention and is no part of what it is known by. */
static void test_guessed_language(void **state)
{
	static const char sent[] =
		"{\"source\":\"feed\",\"source_id\":\"1\",\"text\":\"آیا نشت "
		"واقعی است؟\"}";
	struct ingestrig *r = *state;
	struct batch *b = batch_new(r), *again = batch_new(r), *told = batch_new(r);
	uint8_t tag[16];
	struct count c;

	batch_add(b, sent);
	/* Version 0.1 took the tag over exactly this, the last brace left out. */
	assert_int_equal(crypto_generichash(tag, sizeof(tag), (const uint8_t *)sent,
					    strlen(sent) - 1,
					    dw_engine_identity_key(r->engine), 32),
			 0);
	assert_memory_equal(tag, dw_ingest_record(&b->in, 0)->tag, sizeof(tag));
	batch_send_and_wait(b);
	batch_add(again, sent);
	batch_send_and_wait(again);
	batch_check(again, 0, 0, 1);
	count_events(r, &c);
	assert_non_null(strstr(c.payloads.p,
			       "است؟\",\"lang\":\"fa\",\"lang_guessed\":true,\""
			       "raw_sha256\":"));
	count_fini(&c);
	/* That its sender tells it is news, and so is that it is another. */
	batch_add(told,
		  "{\"source\":\"feed\",\"source_id\":\"1\",\"lang\":\"fa\",\"text\":"
		  "\"آیا نشت واقعی است؟\"}");
	batch_send_and_wait(told);
	batch_check(told, 0, 1, 0);
	batch_free(b);
	batch_free(again);
	batch_free(told);
}

static void test_many_new_sources(void **state)
{
	struct ingestrig *r = *state;
	struct batch *b = batch_new(r);
	char name[32];

	for (int i = 0; i < 2000; i++) {
		snprintf(name, sizeof(name), "source %d", i % 1000);
		batch_add_simple(b, name, i, "x");
	}
	batch_send_and_wait(b);
	batch_check(b, 2000, 0, 0);
	assert_int_equal(dw_sources_count(dw_engine_sources(r->engine)), 1000);
	batch_free(b);
}

/* ---- faults, in memory ---- */

static void test_full_disk(void **state)
{
	struct ingestrig *r = *state;
	struct batch *b = batch_new(r), *again = batch_new(r);
	struct count c;

	dw_journal_mem_fail(dw_engine_journal(r->engine), DW_EFULL, 1);
	batch_add_simple(b, "feed", 1, "x");
	batch_send(b);
	ingestrig_wait(r, 1);
	assert_int_equal(b->in.append.status, DW_EFULL);
	count_events(r, &c);
	assert_int_equal(c.last, 0);
	count_fini(&c);
	assert_int_equal(dw_sources_count(dw_engine_sources(r->engine)), 0);
	batch_add_simple(again, "feed", 1, "x");
	batch_send_and_wait(again);
	batch_check(again, 1, 0, 0);
	batch_free(b);
	batch_free(again);
}

static void test_back_pressure(void **state)
{
	struct ingestrig *r = *state;
	struct dw_journal *j = dw_engine_journal(r->engine);
	struct batch **b = calloc(DW_INGEST_PENDING_MAX + 1, sizeof(struct batch *));
	size_t n = 0;
	int rc = 0;

	dw_journal_mem_manual(j, true);
	for (; n <= DW_INGEST_PENDING_MAX && rc == 0; n++) {
		b[n] = batch_new(r);
		batch_add_simple(b[n], "feed", (int)n, "x");
		rc = batch_try(b[n]);
	}
	assert_int_equal(rc, DW_EBUSY);
	assert_int_equal(n, DW_INGEST_PENDING_MAX + 1);
	while (r->done < DW_INGEST_PENDING_MAX) {
		(void)dw_journal_mem_step(j, 100);
		uv_run(&r->loop.uv, UV_RUN_NOWAIT);
	}
	rc = batch_try(b[n - 1]); /* there is room again */
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

static char memory[] = "memory", disk[] = "disk";

#define ON(where, test)                                                                  \
	{                                                                                \
#test " in " #where, test, ingestrig_setup, ingestrig_teardown, where    \
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
		ON(memory, test_guessed_language),
		ON(disk, test_guessed_language),
		ON(memory, test_many_new_sources),
		ON(disk, test_many_new_sources),
		ON(memory, test_full_disk),
		ON(memory, test_back_pressure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
