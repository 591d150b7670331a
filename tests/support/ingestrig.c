/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* ingestrig.c - engines and batches for the tests of mentions. */
#include "ingestrig.h"

#include "engine/mention_json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void ingestrig_open(struct ingestrig *r)
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
	((struct ingestrig *)data)->is_closed = true;
}

void ingestrig_close(struct ingestrig *r)
{
	r->is_closed = false;
	dw_engine_close(r->engine, on_closed, r);
	while (!r->is_closed)
		uv_run(&r->loop.uv, UV_RUN_ONCE);
	if (r->dir[0] != '\0')
		close(r->lock);
}

void ingestrig_begin(struct ingestrig *r)
{
	assert_int_equal(dw_loop_init(&r->loop, NULL), 0);
	r->timers = dw_timers_create(&r->loop, 50);
}

void ingestrig_end(struct ingestrig *r)
{
	dw_timers_close(r->timers);
	dw_loop_close(&r->loop);
	dw_loop_run(&r->loop);
	dw_loop_fini(&r->loop);
}

int ingestrig_setup(void **state)
{
	bool in_memory = strcmp(*state, "memory") == 0;
	struct ingestrig *r = calloc(1, sizeof(*r));

	if (!in_memory) {
		snprintf(r->dir, sizeof(r->dir), P_tmpdir "/ingest.XXXXXX");
		assert_non_null(mkdtemp(r->dir));
	}
	ingestrig_begin(r);
	ingestrig_open(r);
	*state = r;
	return 0;
}

int ingestrig_teardown(void **state)
{
	struct ingestrig *r = *state;
	char command[100];

	ingestrig_close(r);
	ingestrig_end(r);
	if (r->dir[0] != '\0') {
		snprintf(command, sizeof(command), "rm -rf '%s'", r->dir);
		assert_int_equal(system(command), 0);
	}
	free(r);
	return 0;
}

/* ---- batches ---- */

struct batch *batch_new(struct ingestrig *r)
{
	static const uint8_t command[16] = "a test's command";
	struct batch *b = calloc(1, sizeof(*b));

	b->rig = r;
	dw_ingest_init(&b->in, r->engine, 7, command);
	return b;
}

void batch_free(struct batch *b)
{
	dw_ingest_fini(&b->in);
	free(b);
}

void batch_add(struct batch *b, const char *json)
{
	struct dw_mention_doc doc;
	struct dw_fault f;

	if (dw_mention_parse(&doc, dw_str_of(json), DW_MENTION_FROM_MACHINE, &f) < 0)
		fail_msg("%s: %s", f.pointer, f.detail);
	assert_int_equal(dw_ingest_add(&b->in, &doc.m, dw_str_of(json), &f), 0);
	dw_mention_doc_fini(&doc);
}

void batch_add_simple(struct batch *b, const char *source, int id, const char *text)
{
	char json[300];

	snprintf(
		json, sizeof(json),
		"{\"source\":\"%s\",\"source_id\":\"%d\",\"text\":\"%s\",\"lang\":\"%s\","
		"\"posted_at\":\"2026-01-02T03:04:05Z\"}",
		source, id, text, id % 2 == 0 ? "fa" : "ar");
	batch_add(b, json);
}

static void on_sent(struct dw_ingest *in)
{
	DW_CONTAINER_OF(in, struct batch, in)->rig->done++;
}

int batch_try(struct batch *b)
{
	return dw_ingest_send(&b->in, on_sent);
}

void batch_send(struct batch *b)
{
	assert_int_equal(batch_try(b), 0);
}

void ingestrig_wait(struct ingestrig *r, unsigned done)
{
	while (r->done < done)
		uv_run(&r->loop.uv, UV_RUN_ONCE);
}

void batch_send_and_wait(struct batch *b)
{
	unsigned done = b->rig->done;

	batch_send(b);
	ingestrig_wait(b->rig, done + 1);
	if (b->in.append.status < 0)
		fail_msg("%s", dw_err_text(&b->in.append.err));
}

void batch_check(const struct batch *b, uint64_t accepted, uint64_t updated,
		 uint64_t duplicates)
{
	struct dw_ingest_totals t = { 0 };

	dw_ingest_sum(&b->in, &t);
	assert_int_equal(t.accepted, accepted);
	assert_int_equal(t.updated, updated);
	assert_int_equal(t.duplicates, duplicates);
}
