/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * rooms.c - one incident that grows: how long it takes to show it as it is, as it was at any
 * moment, and to have it again after a restart. The engine by itself, without HTTP.
 *
 *   rooms DIR N           a room of N events, measured on the way at N/100, N/10 and N. Of ten
 *                         events eight link one mention each, two are notes, tasks, claims,
 *                         decisions and moves. Then 100 mentions an event, until there are N links.
 *                         Writes DIR, which the caller removes.
 *
 * Printed, times in milliseconds: `past EVENTS LINKS P50 P99 MAX CPU50 KB`, the room folded at a random
 * moment and written as JSON; `end …`, the same at its newest event; `live …`, the room in memory
 * written as JSON; `hand …`, the hand-over of the room in memory, both halves; `write EVENTS EACH`, microseconds to append and fold one event; `start EVENTS MS`,
 * folding at start-up. CPU is what the thread used, without what a busy machine adds.
 */
#include "base/jsonw.h"
#include "domain/statement.h"
#include "engine/account.h"
#include "engine/room.h"
#include "lib/hist.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define BATCH 250
#define LOOKS 200
#define TOGETHER 100 /* mentions of one event, at the end */
#define SECOND INT64_C(1000000)

static struct {
	struct dw_loop loop;
	struct dw_timers *timers;
	struct dw_engine *engine;
	uint64_t room, events, links;
	uint64_t task, claim; /* the newest */
	bool is_done;
} g;

static int64_t now(void)
{
	return dw_mono_us(dw_clock_system());
}

static int64_t cpu_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return t.tv_sec * SECOND + t.tv_nsec / 1000;
}

static void die(const char *what, const struct dw_err *err)
{
	(void)fprintf(stderr, "rooms: %s: %s\n", what,
		      err != NULL ? dw_err_text(err) : "");
	exit(1);
}

static uint64_t random_below(uint64_t n)
{
	static uint64_t x = 88172645463325252u;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return x % n;
}

/* ---- engine ---- */

static void open_engine(const char *dir, int *lock)
{
	struct dw_err err = { 0 };
	struct dw_engine_conf conf = { .dir = dir,
				       .loop = &g.loop,
				       .timers = g.timers,
				       .clock = dw_clock_system(),
				       .ring_bytes = 4 << 20,
				       .session_idle_s = 3600,
				       .session_absolute_s = 3600,
				       .sign_in_per_minute = 10 };

	if (dw_store_lock(dir, lock, &err) < 0 ||
	    dw_engine_open(&g.engine, &conf, &err) < 0)
		die(dir, &err);
}

static void on_closed(void *data)
{
	*(bool *)data = true;
}

static void close_engine(int lock)
{
	bool is_closed = false;

	dw_engine_close(g.engine, on_closed, &is_closed);
	while (!is_closed)
		(void)uv_run(&g.loop.uv, UV_RUN_ONCE);
	(void)close(lock);
}

/* ---- what happens in the room ---- */

static const char words[] =
	"The operator confirmed that the second ring was cut near the bridge at 14:05; "
	"crews are on their way, and the regional offices will call the large customers.";

static void link_some(struct dw_fact *f, struct dw_arena *a, size_t n)
{
	f->type = DW_EV_MENTION_LINKED;
	f->has = DW_HAS(LINKED);
	f->linked.n = n;
	f->linked.p = dw_arena_alloc(a, n * sizeof(*f->linked.p));
	for (size_t i = 0; i < n; i++) {
		/* Now and then an older one is found to belong here. */
		f->linked.p[i].id = 1000000 + 16 * g.links++;
		if (random_below(50) == 0)
			f->linked.p[i].id -= 8 * random_below(g.links) | 1;
		f->linked.p[i].at = 1790000000 * SECOND + (int64_t)g.links * SECOND +
				    (int64_t)random_below(3600) * SECOND;
	}
}

static void say_something(struct dw_fact *f)
{
	static const enum dw_event_type types[] = {
		DW_EV_NOTE_ADDED,	DW_EV_NOTE_ADDED,  DW_EV_NOTE_ADDED,
		DW_EV_NOTE_ADDED,	DW_EV_TASK_ADDED,  DW_EV_TASK_CHANGED,
		DW_EV_CORRECTION_ADDED, DW_EV_CLAIM_ADDED, DW_EV_CLAIM_CHANGED,
		DW_EV_INCIDENT_CHANGED,
	};

	f->type = types[random_below(10)];
	/* What the room lists is a matter of crises, not of traffic. */
	if (random_below(20) != 0 &&
	    (f->type == DW_EV_TASK_ADDED || f->type == DW_EV_CLAIM_ADDED))
		f->type = DW_EV_NOTE_ADDED;
	f->has = dw_fact_fields(f->type) &
		 (DW_HAS(TITLE) | DW_HAS(TEXT) | DW_HAS(TARGET) | DW_HAS(TASK) |
		  DW_HAS(CLAIM) | DW_HAS(VERDICT) | DW_HAS(OWNER) | DW_HAS(REASON) |
		  DW_HAS(DONE));
	f->title = dw_str_make(words, 60);
	f->text = dw_str_make(words, 60 + random_below(sizeof(words) - 60));
	f->reason = f->title;
	f->target = g.room;
	f->task = g.task;
	f->claim = g.claim;
	f->verdict = (unsigned)random_below(4);
	f->owner = 1 + random_below(20);
	f->is_done = random_below(2) != 0;
}

static void on_appended(struct dw_append *a)
{
	if (a->status < 0)
		die("appending", &a->err);
	g.is_done = true;
}

static void note_made(const struct dw_record *r)
{
	if (strcmp(r->type, "incident.declared") == 0)
		g.room = r->seq;
	else if (strcmp(r->type, "task.added") == 0)
		g.task = r->seq;
	else if (strcmp(r->type, "claim.added") == 0)
		g.claim = r->seq;
}

static void append(const struct dw_fact *f, size_t n)
{
	static struct dw_record recs[BATCH];
	struct dw_append a = { .recs = recs, .n = n, .cb = on_appended };

	memset(recs, 0, sizeof(recs));
	for (size_t i = 0; i < n; i++) {
		const struct dw_event_info *info = dw_event_info(f[i].type);

		recs[i].type = info->name;
		recs[i].type_version = (uint16_t)info->version;
		recs[i].actor = 1 + random_below(20);
		recs[i].room = g.room;
		recs[i].room_back = g.room == 0 ? 1 : 0;
		recs[i].payload = dw_fact_payload(&f[i]);
	}
	g.is_done = false;
	if (dw_engine_append(g.engine, &a) < 0)
		die("appending", &a.err);
	while (!g.is_done)
		(void)uv_run(&g.loop.uv, UV_RUN_ONCE);
	for (size_t i = 0; i < n; i++) {
		note_made(&recs[i]);
		dw_blob_unref(recs[i].payload);
	}
	g.events += n;
}

static void declare(void)
{
	struct dw_fact f = { .type = DW_EV_INCIDENT_DECLARED,
			     .has = DW_HAS(TITLE) | DW_HAS(SEVERITY) | DW_HAS(DRILL) |
				    DW_HAS(RESTRICTED),
			     .title = DW_STR("A cable is cut"),
			     .severity = 2 };

	append(&f, 1);
}

/* Until the room has so many events, or so many links. */
static void grow(uint64_t events, uint64_t links)
{
	static struct dw_fact f[BATCH];
	uint64_t before = g.events;
	int64_t begun = now();

	while (g.events < events || g.links < links) {
		struct dw_arena *a = dw_arena_create();
		size_t n = 0;

		memset(f, 0, sizeof(f));
		while (n < BATCH && g.events + n < events) {
			if (random_below(10) < 8)
				link_some(&f[n++], a, 1);
			else
				say_something(&f[n++]);
		}
		while (n < BATCH && g.events + n >= events && g.links < links)
			link_some(&f[n++], a, TOGETHER);
		append(f, n);
		dw_arena_destroy(a);
	}
	(void)printf("write %llu %.1f\n", (unsigned long long)g.events,
		     (double)(now() - begun) / (double)(g.events - before));
}

/* ---- looking ---- */

struct look {
	struct bench_hist hist, cpu;
	size_t bytes;
};

static void show(const struct dw_incident *s, struct look *l)
{
	struct dw_jsonw w;
	struct dw_buf b;

	dw_buf_init(&b, DW_ROOM_OUT_MAX);
	dw_jsonw_init(&w, &b);
	dw_room_write(&w, s, NULL, dw_account_names(dw_engine_account(g.engine)),
		      &(struct dw_statement_now){ .at = 1800000000 * SECOND });
	if (dw_jsonw_end(&w) < 0)
		die("writing the room", NULL);
	l->bytes = b.len;
	dw_buf_fini(&b);
}

static void look(struct dw_reader *r, uint64_t at, struct look *l)
{
	int64_t begun = now(), cpu = cpu_us();
	struct dw_incident *s;
	struct dw_err err = { 0 };

	if (dw_room_fold_on_pool(r, g.room, at, &s, &err) < 0)
		die("folding", &err);
	show(s, l);
	dw_incident_destroy(s);
	bench_hist_add(&l->hist, (uint64_t)(now() - begun));
	bench_hist_add(&l->cpu, (uint64_t)(cpu_us() - cpu));
}

static void look_live(struct look *l)
{
	int64_t begun = now(), cpu = cpu_us();

	show(dw_rooms_find(dw_engine_rooms(g.engine), g.room), l);
	bench_hist_add(&l->hist, (uint64_t)(now() - begun));
	bench_hist_add(&l->cpu, (uint64_t)(cpu_us() - cpu));
}

static void look_handover(struct dw_reader *r, uint64_t head, struct look *l)
{
	int64_t begun = now(), cpu = cpu_us();
	struct dw_handover_show how = { .room = g.room,
					.upto = head,
					.at = 1800000000 * SECOND };
	struct dw_err err = { 0 };
	struct dw_jsonw w;
	struct dw_buf b;

	dw_buf_init(&b, DW_ROOM_OUT_MAX);
	dw_jsonw_init(&w, &b);
	dw_handover_write(&w, dw_rooms_find(dw_engine_rooms(g.engine), g.room),
			  dw_account_names(dw_engine_account(g.engine)), &how);
	if (dw_handover_end_on_pool(r, &w, NULL, &how, &err) < 0)
		die("writing the hand-over", &err);
	l->bytes = b.len;
	dw_buf_fini(&b);
	bench_hist_add(&l->hist, (uint64_t)(now() - begun));
	bench_hist_add(&l->cpu, (uint64_t)(cpu_us() - cpu));
}

static void say(const char *what, const struct look *l)
{
	(void)printf("%s %llu %llu %.2f %.2f %.2f %.2f %.1f\n", what,
		     (unsigned long long)g.events, (unsigned long long)g.links,
		     (double)bench_hist_at(&l->hist, 0.5) / 1000,
		     (double)bench_hist_at(&l->hist, 0.99) / 1000,
		     (double)l->hist.max / 1000,
		     (double)bench_hist_at(&l->cpu, 0.5) / 1000, (double)l->bytes / 1024);
	(void)fflush(stdout);
}

static void measure(void)
{
	struct look *past = calloc(4, sizeof(*past)), *end = past + 1, *live = past + 2,
		    *hand = past + 3;
	uint64_t head = dw_journal_head(dw_engine_journal(g.engine));
	struct dw_reader *r = NULL;
	struct dw_err err = { 0 };

	if (past == NULL ||
	    dw_journal_reader_open(dw_engine_journal(g.engine), &r, &err) < 0)
		die("reader", &err);
	for (int i = 0; i < LOOKS; i++) {
		look(r, g.room + random_below(head - g.room + 1), past);
		look(r, head, end);
		look_live(live);
		look_handover(r, head, hand);
	}
	say("past", past);
	say("end", end);
	say("live", live);
	say("hand", hand);
	dw_reader_close(r);
	free(past);
}

static void restart(const char *dir, int *lock)
{
	int64_t begun;

	close_engine(*lock);
	begun = now();
	open_engine(dir, lock);
	(void)printf("start %llu %.1f\n", (unsigned long long)g.events,
		     (double)(now() - begun) / 1000);
}

int main(int argc, char **argv)
{
	uint64_t n = argc == 3 ? strtoull(argv[2], NULL, 10) : 0;
	struct dw_err err = { 0 };
	int lock;

	if (n < 1000) {
		(void)fprintf(stderr, "usage: rooms DIR N\n");
		return 2;
	}
	if (dw_loop_init(&g.loop, &err) < 0)
		die("loop", &err);
	g.timers = dw_timers_create(&g.loop, 50);
	open_engine(argv[1], &lock);
	declare();
	for (uint64_t part = 100; part >= 1; part /= 10) {
		grow(n / part, 0);
		measure();
	}
	grow(n, n);
	measure();
	restart(argv[1], &lock);
	close_engine(lock);
	dw_timers_close(g.timers);
	dw_loop_close(&g.loop);
	dw_loop_run(&g.loop);
	dw_loop_fini(&g.loop);
	return 0;
}
