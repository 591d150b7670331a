/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * stream.c - GET /api/v1/stream: the live feed (DESIGN section 7).
 *
 *   head ──► hello ──► watching ──► closed
 *
 * The hello sets `retry:` and the position; then the stream is a watcher of the feed, whose bytes
 * go straight to the sink. What is kept here for each is who it is, what it asked for and which
 * counters it stands in: 200 bytes, because there may be a hundred thousand.
 *
 * One deadline beats for all. Each tick visits the next few in line, so that in one interval
 * everybody is visited once and no moment has all the work. A visit asks whether the session
 * still holds (an open stream is not activity), then writes the heartbeat. Rights that change in
 * between are told by the observer and take effect at once.
 *
 *  (1) A stream watches `visible now` ∩ `asked for`, always.
 *  (2) Whoever stands in `streams` stands in the counters of its account, its session (users) and
 *      its address; all of it ends in on_close.
 */
#include "presence_int.h"
#include "stream_int.h"

#include "engine/account.h"
#include "engine/feed.h"
#include "engine/room.h"

#include <stdio.h>
#include <stdlib.h>

#define TICKS 150 /* in one interval */
#define TICK_LEAST_MS 20
#define PROBE_MS 1000
#define STREAM_TYPE "text/event-stream"

enum phase { HEAD, HELLO, WATCHING, ENDING };

struct stream {
	struct dw_link link; /* api->streams, the one visited longest ago first */
	struct dw_link mate; /* of its account's streams */
	struct dw_watcher watcher;
	struct dw_sink *sink;
	struct dw_api *api;
	struct dw_principal who;
	struct dw_type_set asked;
	struct stream_owners owners;
	struct probe *probe;
	uint64_t visit_ms; /* loop time of the next visit at the latest */
	uint64_t after, room;
	uint8_t phase;
	bool owes_resync;
	uint64_t gained; /* room to fetch again; 0: everything */
};

/* A peer that sends no more, written to twice to see whether it still reads. */
struct probe {
	struct dw_deadline due;
	struct stream *stream;
};

struct beat {
	struct dw_api *api;
	struct dw_deadline due;
	struct dw_map *owners;
	int cls, cls_probe;
	uint64_t interval_ms, at_ms;
	uint64_t credit; /* visits earned, times interval_ms */
};

static uint64_t loop_ms(const struct dw_api *api)
{
	return uv_now(&api->loop->uv);
}

static unsigned jitter(const struct dw_api *api, unsigned least, unsigned span)
{
	uint32_t r;

	dw_random(dw_engine_clock(api->engine), &r, sizeof(r));
	return least + r % span;
}

/* ---- the wire ---- */

static ssize_t out_try(void *out, const uv_buf_t *bufs, unsigned n)
{
	return dw_sink_try(((struct stream *)out)->sink, bufs, n);
}

static void out_rest(void *out, const char *p, size_t n, struct dw_blob *hold)
{
	dw_sink_rest(((struct stream *)out)->sink, p, n, hold);
}

static void out_close(void *out)
{
	dw_sink_close(((struct stream *)out)->sink);
}

static const struct dw_watch_out out_ops = { out_try, out_rest, out_close };

/* Ends now: nothing more is written; on_close comes on a later turn. */
static void stream_end(struct stream *s)
{
	s->phase = ENDING;
	dw_feed_unwatch(&s->watcher);
	dw_sink_close(s->sink);
}

static struct dw_type_set wanted(const struct stream *s)
{
	return dw_type_set_and(dw_policy_visible(&s->who), s->asked);
}

static void pay_resync(struct stream *s)
{
	char text[80] = "event: resync\ndata: {}\n\n";

	if (!s->owes_resync)
		return;
	if (s->gained != 0)
		snprintf(text, sizeof(text),
			 "event: resync\ndata: {\"incident\":%llu}\n\n",
			 (unsigned long long)s->gained);
	if (dw_watcher_say(&s->watcher, dw_str_of(text)))
		s->owes_resync = false;
}

static void owe_resync(struct stream *s, uint64_t room)
{
	s->gained = s->owes_resync && s->gained != room ? 0 : room;
	s->owes_resync = true;
	pay_resync(s);
}

/* ---- opening ---- */

static void stream_watch(struct stream *s)
{
	s->phase = WATCHING;
	dw_feed_watch(dw_engine_feed(s->api->engine), &s->watcher, s->after, wanted(s),
		      s->room);
	presence_on_stream(s->api, &s->who);
}

static void stream_hello(struct stream *s)
{
	char text[96];
	int n = snprintf(text, sizeof(text), "retry: %u\nid: %llu\n\n",
			 jitter(s->api, 1000, 3000), (unsigned long long)s->after);
	uv_buf_t buf = uv_buf_init(text, (unsigned)n);
	ssize_t took = dw_sink_try(s->sink, &buf, 1);

	s->phase = HELLO;
	if (took == n)
		stream_watch(s);
	else if (took >= 0)
		dw_sink_rest(s->sink, text + took, (size_t)(n - took), NULL);
}

static void on_drain(void *data)
{
	struct stream *s = data;

	switch ((enum phase)s->phase) {
	case HEAD:
		stream_hello(s);
		break;
	case HELLO:
		stream_watch(s);
		break;
	case WATCHING:
		dw_watcher_on_drain(&s->watcher);
		pay_resync(s);
		break;
	case ENDING:
		break;
	}
}

static void probe_free(struct stream *s)
{
	if (s->probe == NULL)
		return;
	dw_deadline_stop(&s->probe->due);
	free(s->probe);
	s->probe = NULL;
}

static void on_close(void *data)
{
	struct stream *s = data;
	struct dw_api *api = s->api;
	struct beat *b = api->beat;

	dw_feed_unwatch(&s->watcher);
	probe_free(s);
	dw_list_remove(&s->link);
	stream_leave(b->owners, &s->owners, &s->mate);
	free(s);
	if (--api->n_streams == 0)
		dw_deadline_stop(&b->due);
}

static void on_probe_due(struct dw_deadline *d)
{
	struct stream *s = DW_CONTAINER_OF(d, struct probe, due)->stream;

	probe_free(s);
	dw_watcher_beat(&s->watcher);
}

/* Half closed, or gone? If gone, the first write brings a reset and the second one fails. */
static void on_eof(void *data)
{
	struct stream *s = data;
	struct beat *b = s->api->beat;

	s->probe = calloc(1, sizeof(*s->probe));
	DW_INVARIANT(s->probe != NULL);
	s->probe->stream = s;
	dw_deadline_init(&s->probe->due, on_probe_due);
	dw_deadline_start(s->api->timers, b->cls_probe, &s->probe->due);
	dw_watcher_beat(&s->watcher);
}

static const struct dw_sink_ops sink_ops = { on_drain, on_close, on_eof };

static void on_nothing(void *data)
{
	(void)data;
}

/* HEAD: the head of the reply, and the end. */
static const struct dw_sink_ops head_ops = { on_nothing, on_nothing, NULL };

struct ask {
	uint64_t after, room;
	struct dw_type_set types;
};

/* Refuses by itself; false then. */
static bool read_position(struct dw_http_req *req, const struct dw_api *api,
			  struct ask *ask)
{
	uint64_t head = dw_feed_stats(dw_engine_feed(api->engine))->ring_last;
	struct dw_str text = dw_http_header(req, "last-event-id");
	const char *name = "Last-Event-ID";

	ask->after = head;
	if (text.p == NULL) {
		int rc = dw_http_query(req, "after", &text);

		name = "after";
		if (rc == DW_ENOTFOUND)
			return true;
		if (rc < 0) {
			dw_api_refuse(req, rc, "after must come once and be a number");
			return false;
		}
	}
	if (dw_str_u64(text, &ask->after) < 0) {
		dw_api_refuse(req, DW_EINVAL,
			      "%s must be the number of an event: digits only", name);
		return false;
	}
	if (ask->after > head) {
		dw_api_refuse(req, DW_EINVAL,
			      "%s is beyond the newest event, which is %llu", name,
			      (unsigned long long)head);
		return false;
	}
	return true;
}

static bool read_filters(struct dw_http_req *req, struct ask *ask)
{
	struct dw_str text;
	struct dw_err err;
	int rc = dw_http_query(req, "types", &text);

	ask->types = dw_type_set_all();
	if (rc == 0)
		rc = dw_type_set_parse(text, &ask->types, &err);
	else if (rc == DW_ENOTFOUND)
		rc = 0;
	else
		rc = dw_fail(&err, rc,
			     "types must come once: nouns or types, with commas between");
	if (rc < 0) {
		dw_api_refuse_err(req, &err);
		return false;
	}
	ask->room = 0;
	rc = dw_http_query(req, "incident", &text);
	if (rc == DW_ENOTFOUND)
		return true;
	if (rc < 0 || dw_str_u64(text, &ask->room) < 0 || ask->room == 0) {
		dw_api_refuse(req, DW_EINVAL,
			      "incident must be the id of one: a number from 1");
		return false;
	}
	return true;
}

static void stream_open(struct dw_http_req *req, struct dw_api *api,
			const struct ask *ask)
{
	struct stream *s = calloc(1, sizeof(*s));
	struct beat *b = api->beat;

	DW_INVARIANT(s != NULL);
	s->api = api;
	s->who = *dw_api_who(req);
	s->asked = ask->types;
	s->after = ask->after;
	s->room = ask->room;
	s->watcher.ops = &out_ops;
	s->watcher.out = s;
	s->watcher.who = s->who;
	dw_list_init(&s->link);
	dw_list_init(&s->mate);
	stream_join(b->owners, &s->who, req->peer, &s->owners, &s->mate);
	s->visit_ms = loop_ms(api) + b->interval_ms;
	dw_list_push(&api->streams, &s->link);
	if (api->n_streams++ == 0) {
		b->at_ms = loop_ms(api);
		b->credit = 0;
		dw_deadline_start(api->timers, b->cls, &b->due);
	}
	s->sink = dw_http_sink(req, STREAM_TYPE, &sink_ops, s);
	if (!dw_sink_is_busy(s->sink))
		stream_hello(s);
}

void dw_api_stream(struct dw_http_req *req, void *data)
{
	static const char *const known[] = { "after", "incident", "types", NULL };
	struct dw_api *api = data;
	struct dw_err err;
	struct ask ask;
	const char *limit;

	if (dw_http_query_only(req, known, &err) < 0) {
		dw_api_refuse_err(req, &err);
		return;
	}
	if (!read_position(req, api, &ask) || !read_filters(req, &ask))
		return;
	if (api->is_closing) {
		dw_api_refuse(req, DW_ECLOSED, "the server is shutting down");
		return;
	}
	limit = stream_limit(api, ((struct beat *)api->beat)->owners, req);
	if (limit != NULL) {
		dw_api_refuse(req, DW_EBUSY,
			      "this %s has as many open streams as it may: close one",
			      limit);
		return;
	}
	dw_http_set(req, "Cache-Control", DW_STR("no-store"));
	dw_http_set(req, "X-Accel-Buffering", DW_STR("no"));
	if (req->method == DW_HEAD)
		(void)dw_http_sink(req, STREAM_TYPE, &head_ops, NULL);
	else
		stream_open(req, api, &ask);
}

/* ---- rights ---- */

/* False: it may not go on, and was ended. */
static bool stream_refresh(struct stream *s)
{
	struct dw_type_set before = wanted(s), now;

	if (s->phase == ENDING)
		return false;
	if (!dw_account_refresh(dw_engine_account(s->api->engine), &s->who) ||
	    dw_policy_check(&s->who, DW_RIGHT_READ, NULL) < 0) {
		s->api->count.streams_ended++;
		stream_end(s);
		return false;
	}
	now = wanted(s);
	if (s->phase != WATCHING)
		return true;
	dw_watcher_set_want(&s->watcher, now);
	if (!dw_type_set_within(&now, &before))
		owe_resync(s, 0);
	return true;
}

/* Another circle may see the room. */
static void on_doors(void *data, uint64_t room, const struct dw_doors *before,
		     const struct dw_doors *after)
{
	struct dw_api *api = data;

	DW_LIST_EACH(l, &api->streams) {
		struct stream *s = DW_CONTAINER_OF(l, struct stream, link);
		bool had = dw_policy_sees(&s->who, before, room);
		bool has = dw_policy_sees(&s->who, after, room);

		if (had == has || s->phase == ENDING)
			continue;
		dw_watcher_doors_moved(&s->watcher, had);
		if (has)
			owe_resync(s, room);
	}
	presence_on_doors(api);
}

static void on_account_change(void *data, enum dw_principal_kind kind, uint64_t id)
{
	struct dw_api *api = data;
	struct beat *b = api->beat;
	struct dw_link *mates = stream_mates(b->owners, kind, id);

	if (kind == DW_USER)
		presence_on_account(api, id);
	if (mates == NULL)
		return;
	DW_LIST_EACH(l, mates)
		(void)stream_refresh(DW_CONTAINER_OF(l, struct stream, mate));
}

/* ---- what is told besides ---- */

/* Who asked for some types has not asked for this. */
static bool is_taking(const struct stream *s, uint64_t room)
{
	struct dw_type_set all = dw_type_set_all();

	return s->phase == WATCHING && (s->room == 0 || s->room == room) &&
	       dw_type_set_within(&all, &s->asked) &&
	       dw_rooms_see(dw_engine_rooms(s->api->engine), &s->who, room) != NULL;
}

bool stream_tell(struct dw_api *api, uint64_t user, uint64_t room, struct dw_str frames)
{
	struct dw_link *mates =
		stream_mates(((struct beat *)api->beat)->owners, DW_USER, user);
	bool all = true;

	if (mates == NULL)
		return true;
	DW_LIST_EACH(l, mates) {
		struct stream *s = DW_CONTAINER_OF(l, struct stream, mate);

		if (is_taking(s, room) && !dw_watcher_say(&s->watcher, frames))
			all = false;
	}
	return all;
}

/* ---- the beat ---- */

static void visit(struct stream *s, uint64_t now_ms)
{
	struct beat *b = s->api->beat;

	dw_list_remove(&s->link);
	dw_list_push(&s->api->streams, &s->link);
	s->visit_ms = now_ms + b->interval_ms;
	if (!stream_refresh(s))
		return;
	pay_resync(s);
	dw_watcher_beat(&s->watcher);
}

/* Visits are earned evenly over the interval; who would wait longer than that comes at once. */
static void on_tick(struct dw_deadline *d)
{
	struct beat *b = DW_CONTAINER_OF(d, struct beat, due);
	struct dw_api *api = b->api;
	uint64_t now = loop_ms(api);
	unsigned n = api->n_streams;

	dw_deadline_start(api->timers, b->cls, &b->due);
	b->credit += (now - b->at_ms) * n;
	b->at_ms = now;
	for (unsigned i = 0; i < n; i++) {
		struct stream *s =
			DW_CONTAINER_OF(api->streams.next, struct stream, link);

		if (b->credit < b->interval_ms && s->visit_ms > now)
			break;
		b->credit -= b->credit < b->interval_ms ? b->credit : b->interval_ms;
		visit(s, now);
	}
}

bool dw_api_streams_init(struct dw_api *api)
{
	struct beat *b = calloc(1, sizeof(*b));
	uint64_t tick;

	if (b == NULL)
		return false;
	b->api = api;
	b->owners = dw_map_create();
	b->interval_ms = (uint64_t)api->conf.heartbeat_s * 1000;
	tick = b->interval_ms / TICKS > TICK_LEAST_MS ? b->interval_ms / TICKS
						      : TICK_LEAST_MS;
	b->cls = dw_timers_class(api->timers, (unsigned)tick);
	b->cls_probe = dw_timers_class(api->timers, PROBE_MS);
	dw_deadline_init(&b->due, on_tick);
	api->beat = b;
	dw_account_observe(dw_engine_account(api->engine), on_account_change, api);
	dw_rooms_observe(dw_engine_rooms(api->engine), on_doors, api);
	return true;
}

void dw_api_streams_fini(struct dw_api *api)
{
	struct beat *b = api->beat;

	dw_account_observe(dw_engine_account(api->engine), NULL, NULL);
	dw_rooms_observe(dw_engine_rooms(api->engine), NULL, NULL);
	dw_deadline_stop(&b->due);
	DW_INVARIANT(dw_map_count(b->owners) == 0);
	dw_map_destroy(b->owners);
	free(b);
	api->beat = NULL;
}

/* ---- the end ---- */

void dw_api_close_streams(struct dw_api *api)
{
	char text[48];

	api->is_closing = true;
	DW_LIST_EACH(l, &api->streams) {
		struct stream *s = DW_CONTAINER_OF(l, struct stream, link);
		int n = snprintf(text, sizeof(text), "retry: %u\n\n",
				 jitter(api, 1000, 5000));

		(void)dw_watcher_say(&s->watcher, dw_str_make(text, (size_t)n));
		stream_end(s);
	}
}
