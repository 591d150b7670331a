/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef FEEDWORLD_H
#define FEEDWORLD_H
/*
 * The feed with everything around it played by the test: the store, the pool, the loop's turns and
 * the sockets. Nothing moves by itself, so a test decides what happens before what; a seeded die
 * decides where it does not matter. It defines what src/engine/engine.c, src/store/journal.c and
 * src/rt define, so include it in one file of a program.
 *
 * What must hold: each watcher gets the bytes of exactly the events that it wants, in order, each
 * once; a stream that was ended has got a prefix of them.
 */
#include "engine/account.h"
#include "engine/feed.h"
#include "engine/frame.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define MAX_EVENTS 4000
#define N_OUTS 24
#define RING_BYTES (128u * 1024)

/* ---- the die ---- */

static uint64_t seed, die_state;

static inline uint64_t roll(void)
{
	uint64_t z = (die_state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static inline uint64_t below(uint64_t n)
{
	return roll() % n;
}

#define CHECK(x)                                                                         \
	do {                                                                             \
		if (!(x)) {                                                              \
			print_error("seed %llu: ", (unsigned long long)seed);            \
			fail_msg("%s", #x);                                              \
		}                                                                        \
	} while (0)

/* ---- the engine, the store, the pool and the loop ---- */

struct dw_engine {
	struct dw_engine_conf conf;
};

static struct dw_engine engine;
static struct dw_names *names;
static struct dw_stored event[MAX_EVENTS + 1];
static uint64_t n_durable; /* in the store */
static uint64_t n_pushed;  /* told to the feed */
static uint64_t hole;	   /* the store lacks this one */
static int store_rc;
static struct dw_link queue; /* work submitted, not yet run */
static struct dw_link ran;   /* run, not yet told */
static struct dw_task *posted;

const struct dw_engine_conf *dw_engine_conf(const struct dw_engine *e)
{
	return &e->conf;
}

struct dw_journal *dw_engine_journal(struct dw_engine *e)
{
	(void)e;
	return NULL;
}

struct dw_account *dw_engine_account(struct dw_engine *e)
{
	(void)e;
	return NULL;
}

struct dw_pool *dw_engine_past(struct dw_engine *e)
{
	(void)e;
	return NULL;
}

struct dw_names *dw_account_names(struct dw_account *a)
{
	(void)a;
	return names;
}

uint64_t dw_journal_head(const struct dw_journal *j)
{
	(void)j;
	return n_pushed;
}

int dw_reader_scan(struct dw_reader *r, uint64_t after, size_t max_n,
		   bool (*fn)(void *data, const struct dw_stored *e), void *data,
		   uint64_t *last, struct dw_err *err)
{
	(void)r;
	*last = after;
	if (store_rc < 0)
		return dw_fail(err, store_rc, "as told");
	for (uint64_t s = after + 1; s <= n_durable && max_n > 0; s++, max_n--) {
		if (s == hole)
			return 0;
		*last = s;
		if (!fn(data, &event[s]))
			return 0;
	}
	return 0;
}

int dw_pool_submit(struct dw_pool *p, struct dw_work *w)
{
	(void)p;
	dw_list_push(&queue, &w->link);
	return 0;
}

void dw_task_post(struct dw_loop *l, struct dw_task *t)
{
	(void)l;
	posted = t;
}

void dw_task_cancel(struct dw_loop *l, struct dw_task *t)
{
	(void)l;
	if (posted == t)
		posted = NULL;
}

static inline void turn(void)
{
	struct dw_task *t = posted;

	posted = NULL;
	if (t != NULL)
		t->run(t);
}

static inline void run_work(void)
{
	struct dw_link *l = dw_list_pop(&queue);
	struct dw_work *w;

	if (l == NULL)
		return;
	w = DW_CONTAINER_OF(l, struct dw_work, link);
	w->run_on_pool(w, &engine);
	dw_list_push(&ran, &w->link);
}

static inline void tell_work(void)
{
	struct dw_link *l = dw_list_pop(&ran);

	if (l != NULL) {
		struct dw_work *w = DW_CONTAINER_OF(l, struct dw_work, link);

		w->on_done(w);
	}
}

/* ---- events ---- */

static const enum dw_event_type types[] = { DW_EV_MENTION_ADDED, DW_EV_MENTION_CHANGED,
					    DW_EV_SOURCE_ADDED, DW_EV_SESSION_STARTED };

static inline void make_events(size_t n, size_t small, bool with_large)
{
	for (uint64_t s = 1; s <= n; s++) {
		size_t len = small + below(300);
		bool is_large = with_large && below(200) == 0;
		const char *type = dw_event_info(types[below(4)])->name;
		char *p;

		if (is_large)
			len = 60000 + below(20000);
		p = malloc(len + 16);
		assert_non_null(p);
		memset(p, 'x', len + 16);
		memcpy(p, "{\"t\":\"", 6);
		memcpy(p + 6 + len, "\"}", 2);
		event[s] = (struct dw_stored){ .seq = s,
					       .recorded_at = (int64_t)s * 1000,
					       .room = below(3),
					       .subject = s,
					       .type = dw_str_of(type),
					       .payload = { p, len + 8 } };
	}
	n_durable = n_pushed = 0;
}

static inline void free_events(void)
{
	for (uint64_t s = 1; s <= MAX_EVENTS; s++) {
		free((char *)(uintptr_t)event[s].payload.p);
		event[s].payload.p = NULL;
	}
}

/* ---- sockets ---- */

struct out {
	struct dw_watcher w;
	bool is_open, is_ended; /* ended: the feed asked for it */
	struct dw_buf got;	/* what the peer has */
	struct dw_buf want;	/* what it should get */
	uint64_t settled;	/* `want` holds all up to here */
	size_t room;		/* bytes that the kernel would take */
	const char *rest;
	char *copy;
	size_t rest_n;
	struct dw_blob *hold;
};

static struct out outs[N_OUTS];
static struct dw_feed *feed;
static bool may_break;

static inline ssize_t out_try(void *data, const uv_buf_t *bufs, unsigned n)
{
	struct out *o = data;
	size_t took = 0;

	CHECK(o->is_open && o->rest_n == 0 && n > 0);
	if (may_break && below(400) == 0)
		return DW_ECLOSED;
	for (unsigned i = 0; i < n; i++) {
		size_t k = bufs[i].len < o->room ? bufs[i].len : o->room;

		CHECK(bufs[i].len > 0);
		CHECK(dw_buf_add(&o->got, bufs[i].base, k) == 0);
		took += k;
		o->room -= k;
		if (k < bufs[i].len)
			break;
	}
	return (ssize_t)took;
}

static inline void out_rest(void *data, const char *p, size_t n, struct dw_blob *hold)
{
	struct out *o = data;

	CHECK(o->rest_n == 0 && n > 0);
	o->rest_n = n;
	o->rest = p;
	if (hold != NULL) {
		o->hold = dw_blob_ref(hold);
		CHECK(p >= hold->data && p + n <= hold->data + hold->len);
		return;
	}
	o->copy = malloc(n);
	assert_non_null(o->copy);
	memcpy(o->copy, p, n);
	o->rest = o->copy;
}

static inline void out_close(void *data)
{
	((struct out *)data)->is_ended = true;
}

static const struct dw_watch_out out_ops = { out_try, out_rest, out_close };

static inline void drop_rest(struct out *o)
{
	dw_blob_unref(o->hold);
	free(o->copy);
	o->hold = NULL;
	o->copy = NULL;
	o->rest_n = 0;
}

static inline void drain(struct out *o)
{
	if (!o->is_open || o->is_ended || o->rest_n == 0)
		return;
	CHECK(dw_buf_add(&o->got, o->rest, o->rest_n) == 0);
	drop_rest(o);
	dw_watcher_on_drain(&o->w);
}

static inline bool is_wanted(const struct out *o, const struct dw_stored *e)
{
	return dw_type_set_has(&o->w.want, dw_event_by_name(e->type)) &&
	       (o->w.room == 0 || o->w.room == e->room);
}

/* What it wants now holds for everything up to `seq`. */
static inline void settle(struct out *o, uint64_t seq)
{
	for (uint64_t s = o->settled + 1; s <= seq; s++)
		if (is_wanted(o, &event[s]))
			CHECK(dw_frame_add(&o->want, &event[s],
					   dw_event_by_name(event[s].type), names) == 0);
	if (seq > o->settled)
		o->settled = seq;
}

/* Takes out frames that are no events, and the torn one at the end of a stream that was cut. */
static inline void strip(struct dw_buf *b)
{
	static const char hb[] = "event: hb\ndata: {}\n\n",
			  say[] = "event: say\ndata: {}\n\n";
	struct dw_buf out;
	size_t at = 0;
	uint64_t newest = 0;

	dw_buf_init(&out, b->max);
	while (at < b->len) {
		const char *p = b->p + at, *end = memmem(p, b->len - at, "\n\n", 2);
		size_t n;
		char *after;
		uint64_t id;

		if (end == NULL)
			break;
		n = (size_t)(end - p) + 2;
		at += n;
		if ((n == sizeof(hb) - 1 && memcmp(p, hb, n) == 0) ||
		    (n == sizeof(say) - 1 && memcmp(p, say, n) == 0))
			continue;
		CHECK(memcmp(p, "id: ", 4) == 0);
		id = strtoull(p + 4, &after, 10);
		CHECK(id >= newest); /* never falls, not even that of a position */
		newest = id;
		if (after + 2 != p + n)
			CHECK(dw_buf_add(&out, p, n) == 0);
	}
	dw_buf_fini(b);
	*b = out;
}

/* All of it, or, where it was cut, the beginning of it. */
static inline void check_out(struct out *o, bool is_whole)
{
	strip(&o->got);
	if (is_whole)
		CHECK(o->got.len == o->want.len);
	CHECK(o->got.len <= o->want.len);
	CHECK(o->got.len == 0 || memcmp(o->got.p, o->want.p, o->got.len) == 0);
}

static inline void close_out(struct out *o)
{
	settle(o, o->w.cursor);
	dw_feed_unwatch(&o->w);
	dw_feed_unwatch(&o->w); /* again: no matter */
	check_out(o, false);
	drop_rest(o);
	dw_buf_fini(&o->got);
	dw_buf_fini(&o->want);
	o->is_open = false;
}

/* ---- the world ---- */

static inline void push(uint64_t n)
{
	if (n > n_durable - n_pushed)
		n = n_durable - n_pushed;
	dw_feed_push(feed, &event[n_pushed + 1], n);
	n_pushed += n;
}

static inline void begin(size_t n_events, size_t small, bool with_large)
{
	die_state = seed;
	dw_list_init(&queue);
	dw_list_init(&ran);
	memset(outs, 0, sizeof(outs));
	store_rc = 0;
	hole = 0;
	may_break = false;
	make_events(n_events, small, with_large);
	assert_int_equal(dw_feed_create(&feed, &engine, RING_BYTES, NULL), 0);
}

static inline void end(void)
{
	dw_feed_destroy(feed);
	CHECK(posted == NULL);
	while (!dw_list_empty(&queue))
		run_work();
	while (!dw_list_empty(&ran))
		tell_work();
	free_events();
}

static inline struct out *watch(struct out *o, uint64_t after, size_t room)
{
	memset(o, 0, sizeof(*o));
	dw_buf_init(&o->got, 64u * 1024 * 1024);
	dw_buf_init(&o->want, 64u * 1024 * 1024);
	o->is_open = true;
	o->settled = after;
	o->w.ops = &out_ops;
	o->w.out = o;
	o->room = room;
	dw_feed_watch(feed, &o->w, after, dw_type_set_all(), 0);
	return o;
}

static inline int set_up(void **state)
{
	(void)state;
	names = dw_names_new(NULL, 0);
	return 0;
}

static inline int tear_down(void **state)
{
	(void)state;
	dw_names_unref(names);
	return 0;
}

#endif
