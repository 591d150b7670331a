/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * store.c - the journal by itself: appends a second by how many wait and how many come at once,
 * and events a second read back. No views, no HTTP. Records are 300 bytes under an identity key,
 * as mentions are.
 *
 *   store DIR SECONDS     SECONDS for each line; writes DIR, which the caller removes
 */
#include "store/journal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAYLOAD 300
#define PRODUCERS_MAX 128

struct producer {
	struct dw_append append;
	struct dw_record *recs;
};

static const struct phase {
	size_t producers, batch;
} phases[] = { { 1, 1 },  { 8, 1 },  { 32, 1 },	 { 128, 1 },
	       { 1, 10 }, { 4, 10 }, { 4, 100 }, { 1, 1000 } };

static struct {
	struct dw_loop loop;
	struct dw_journal *journal;
	struct dw_blob *payload;
	struct producer producer[PRODUCERS_MAX];
	struct dw_task next;
	size_t phase, running;
	uint64_t keys, records, commits;
	int64_t begun, until, length_us;
} g;

static int64_t now(void)
{
	return dw_mono_us(dw_clock_system());
}

static void die(const struct dw_err *err)
{
	(void)fprintf(stderr, "store: %s\n", dw_err_text(err));
	exit(1);
}

static void submit(struct producer *p)
{
	const struct phase *ph = &phases[g.phase];

	for (size_t i = 0; i < ph->batch; i++) {
		struct dw_record *r = &p->recs[i];

		memset(r, 0, sizeof(*r));
		r->type = "mention.added";
		r->type_version = 1;
		r->has_key = true;
		g.keys++;
		/* spread as a hash spreads them: neighbours in time are none in the index */
		for (size_t k = 0; k < 4; k++) {
			uint64_t word = (g.keys + k) * 0x9e3779b97f4a7c15u;

			memcpy(r->key + k * 8, &word, 8);
		}
		r->payload = g.payload;
	}
	p->append.recs = p->recs;
	p->append.n = ph->batch;
	if (dw_journal_append(g.journal, &p->append) < 0)
		die(&p->append.err);
}

static void on_appended(struct dw_append *a)
{
	struct producer *p = a->data;

	if (a->status < 0)
		die(&a->err);
	g.records += a->n;
	if (now() < g.until) {
		submit(p);
		return;
	}
	if (--g.running == 0)
		dw_task_post(&g.loop, &g.next);
}

static void start_phase(void)
{
	g.records = 0;
	g.commits = dw_journal_stats(g.journal)->commits;
	g.begun = now();
	g.until = g.begun + g.length_us;
	g.running = phases[g.phase].producers;
	for (size_t i = 0; i < phases[g.phase].producers; i++) {
		memset(&g.producer[i].append, 0, sizeof(g.producer[i].append));
		g.producer[i].append.cb = on_appended;
		g.producer[i].append.data = &g.producer[i];
		submit(&g.producer[i]);
	}
}

static bool on_row(void *data, const struct dw_stored *e)
{
	*(uint64_t *)data += e->payload.n;
	return true;
}

static void read_back(void)
{
	struct dw_reader *r = NULL;
	struct dw_err err = { 0 };
	uint64_t head = dw_journal_head(g.journal), at = 0, bytes = 0;
	int64_t begun;

	if (dw_journal_reader_open(g.journal, &r, &err) < 0)
		die(&err);
	begun = now();
	while (at < head) {
		uint64_t last = at;

		if (dw_reader_scan(r, at, 4096, on_row, &bytes, &last, &err) < 0 ||
		    last <= at)
			die(&err);
		at = last;
	}
	dw_reader_close(r);
	(void)printf("  read back %llu events: %.0f events/s, %.0f MB/s of payload\n",
		     (unsigned long long)head,
		     (double)head * 1e6 / (double)(now() - begun),
		     (double)bytes / (double)(now() - begun));
}

static void on_closed(void *data)
{
	(void)data;
	dw_loop_close(&g.loop);
}

static void on_phase_over(struct dw_task *t)
{
	const struct phase *ph = &phases[g.phase];
	double s = (double)(now() - g.begun) / 1e6;
	uint64_t commits = dw_journal_stats(g.journal)->commits - g.commits;

	(void)t;
	(void)printf(
		"  %3zu waiting, %4zu in each: %9.0f events/s %7.0f commits/s %7.1f events "
		"per commit\n",
		ph->producers, ph->batch, (double)g.records / s, (double)commits / s,
		commits > 0 ? (double)g.records / (double)commits : 0.0);
	(void)fflush(stdout);
	if (++g.phase < sizeof(phases) / sizeof(phases[0])) {
		start_phase();
		return;
	}
	read_back();
	dw_journal_close(g.journal, on_closed, NULL);
}

int main(int argc, char **argv)
{
	struct dw_journal_conf conf = { .loop = &g.loop, .clock = dw_clock_system() };
	struct dw_err err = { 0 };
	int lock = -1;

	if (argc != 3 || atof(argv[2]) <= 0) {
		(void)fprintf(stderr, "usage: store DIR SECONDS\n");
		return 2;
	}
	g.length_us = (int64_t)(atof(argv[2]) * 1e6);
	g.payload = dw_blob_alloc(PAYLOAD);
	memset(g.payload->data, 'x', PAYLOAD);
	memcpy(g.payload->data, "{\"text\":\"", 9);
	memcpy(g.payload->data + PAYLOAD - 2, "\"}", 2);
	for (size_t i = 0; i < PRODUCERS_MAX; i++) {
		g.producer[i].recs = calloc(1000, sizeof(struct dw_record));
		if (g.producer[i].recs == NULL)
			return 1;
	}
	if (dw_loop_init(&g.loop, &err) < 0 || dw_store_lock(argv[1], &lock, &err) < 0 ||
	    dw_journal_sqlite_open(&g.journal, argv[1], &conf, &err) < 0)
		die(&err);
	dw_task_init(&g.next, on_phase_over);
	start_phase();
	dw_loop_run(&g.loop);
	dw_loop_fini(&g.loop);
	return 0;
}
