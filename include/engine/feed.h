/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_ENGINE_FEED_H
#define DW_ENGINE_FEED_H
/*
 * Hands every durable event, in order, to everyone who watches. A watcher is a cursor; recent
 * events live once, as ready SSE frames in segments of a ring; whoever is behind the ring is fed
 * from the store until it has caught up. See src/engine/feed.c.
 */
#include "domain/policy.h"
#include "engine/engine.h"

struct dw_past; /* src/engine/feed_past.c */

/* Where a watcher's bytes go (a dw_sink, or a test's list). */
struct dw_watch_out {
	ssize_t (*try_write)(void *out, const uv_buf_t *bufs, unsigned n);
	/* send the rest in the background, holding `hold` (NULL: copying the bytes), then
	 * dw_watcher_on_drain */
	void (*rest)(void *out, const char *p, size_t n, struct dw_blob *hold);
	/* End this stream (the store failed, the wire is gone). Asynchronous: calls
	 * dw_feed_unwatch on a later turn, never from within. */
	void (*close)(void *out);
};

/* Open because it is embedded in the stream; the fields belong to feed.c. */
struct dw_watcher {
	struct dw_link link;  /* on the idle or the ready list, or on neither */
	struct dw_feed *feed; /* NULL when not watching */
	const struct dw_watch_out *ops;
	void *out;
	struct dw_principal who; /* whose rooms it sees; set before watching */
	struct dw_type_set want; /* may see and asked for */
	uint64_t room;		 /* 0 = all */
	uint64_t cursor;	 /* everything up to it was sent or filtered */
	struct dw_past *past;	 /* being fed from the store, or NULL */
	bool is_blocked;	 /* a rest is in flight */
	/* bytes taken since the socket last held some back; up to PROVEN_BYTES */
	uint32_t flowed;
};

struct dw_feed_stats {
	uint64_t frames_pushed, deliveries, writes, short_writes, bytes_out;
	uint64_t catchup_reads, catchup_events, catchup_failures;
	uint64_t watchers;		/* now */
	uint64_t ring_first, ring_last; /* seqs in the ring now */
};

DW_MUST_USE int dw_feed_create(struct dw_feed **out, struct dw_engine *e,
			       size_t ring_bytes, struct dw_err *err);
/** Requires: no watchers. NULL is fine. */
void dw_feed_destroy(struct dw_feed *f);
/** Put the newest stored events into the empty ring, so that a restart is cheap to resume from. */
DW_MUST_USE int dw_feed_fill(struct dw_feed *f, struct dw_reader *r, struct dw_err *err);
/** From the tail, in order. */
void dw_feed_push(struct dw_feed *f, const struct dw_stored *e, size_t n);
/**
 * Start watching after `after` (≤ head). Nothing is written before this returned.
 * Requires: w zeroed, ops and out set.
 */
void dw_feed_watch(struct dw_feed *f, struct dw_watcher *w, uint64_t after,
		   struct dw_type_set want, uint64_t room);
/** Stop; the watcher's memory is free to go after this. Idempotent. */
void dw_feed_unwatch(struct dw_watcher *w);
/**
 * Narrow or widen what it sees from now on. When old events that it may no longer see are on
 * their way in one piece with others, its stream is ended; it resumes without a gap.
 */
void dw_watcher_set_want(struct dw_watcher *w, struct dw_type_set want);
/**
 * Who may see which rooms, from now on: before the event that changed it is pushed. Takes a
 * reference. Out of the box all rooms are open.
 */
void dw_feed_set_doors(struct dw_feed *f, struct dw_doors *doors);
/** After that, for each watcher who sees a room more or (is_narrower) less than before. */
void dw_watcher_doors_moved(struct dw_watcher *w, bool is_narrower);
/** The rest has gone out. */
void dw_watcher_on_drain(struct dw_watcher *w);
/**
 * Write frames without id between those of events: all of them, sooner or later. False, and
 * nothing is written, when something is in flight (or it is not watching): try again later.
 */
bool dw_watcher_say(struct dw_watcher *w, struct dw_str frames);
/** Write heartbeat frames if nothing is in flight: position without data, and event: hb. */
void dw_watcher_beat(struct dw_watcher *w);
const struct dw_feed_stats *dw_feed_stats(const struct dw_feed *f);

#endif
