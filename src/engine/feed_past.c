/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * feed_past.c - feeds a watcher from the store until it has caught up with the ring.
 *
 * A pool thread reads and formats one chunk; while the watcher's socket takes it the next one is
 * being read, so disk and wire overlap and a watcher holds two chunks at most. Reads stop at the
 * head that the loop knows: what is durable but not yet applied is left to the tail. The more of
 * the common budget is in use, the smaller the next chunk, so that thousands of watchers with
 * slow sockets hold little more memory together than a hundred. Chunks have threads of their own,
 * and each watcher's next one gets in line behind everybody's: two million events for one hold up
 * neither a list nor another who needs ten.
 *
 *  (1) At most one read in flight and one chunk waiting for each watcher.
 *  (2) A chunk that was made under rights that have changed since is thrown away and read again.
 *      When part of it has gone out already and rights were lost, the stream ends instead.
 */
#include "feed_int.h"

#include "engine/account.h"

#include <stdlib.h>

#define CHUNK_BYTES (192u * 1024) /* while there is plenty */
#define CHUNK_LEAST (8u * 1024)
#define BUDGET                                                                           \
	(32u * 1024 * 1024) /* of all watchers together, before chunks are the least */
#define CHUNK_MAX (6u * 1024 * 1024) /* a chunk and the largest frame behind it */
#define CHUNK_EVENTS 4096

struct dw_past {
	struct dw_work work;
	struct dw_watcher *w; /* NULL: it left while the pool was reading */
	struct dw_feed *feed;
	bool is_reading, is_stale;
	/* what to read; not touched by the loop while is_reading */
	uint64_t after, head, room;
	size_t chunk,
		on_wire; /* bytes of the budget: for this read, for what is being sent */
	struct dw_type_set want;
	struct dw_names *names;
	struct dw_doors *doors;
	struct dw_principal who;
	/* what was read */
	struct dw_blob *got; /* also: the chunk waiting for the wire */
	uint64_t last, events;
	int rc;
	struct dw_buf buf;
};

static bool on_row(void *data, const struct dw_stored *e)
{
	struct dw_past *p = data;
	enum dw_event_type type;

	if (e->seq > p->head)
		return false;
	type = dw_event_by_name(e->type);
	p->last = e->seq;
	if (!dw_type_set_has(&p->want, type) || (p->room != 0 && p->room != e->room) ||
	    !dw_policy_sees(&p->who, p->doors, e->room))
		return true;
	p->rc = dw_frame_add(&p->buf, e, type, p->names);
	p->events++;
	return p->rc == 0 && p->buf.len < p->chunk;
}

static void read_on_pool(struct dw_work *work, void *local)
{
	struct dw_past *p = DW_CONTAINER_OF(work, struct dw_past, work);
	uint64_t last;
	int rc;

	p->last = p->after;
	p->rc = 0;
	p->events = 0;
	dw_buf_init(&p->buf, CHUNK_MAX);
	if (local == NULL) {
		p->rc = DW_EIO;
		return;
	}
	rc = dw_reader_scan(local, p->after, CHUNK_EVENTS, on_row, p, &last, NULL);
	if (rc < 0)
		p->rc = rc;
	else if (p->rc == 0 && p->last == p->after && p->after < p->head)
		p->rc = DW_ECORRUPT; /* a hole: stop rather than ask for ever */
	if (p->rc == 0)
		p->got = dw_blob_new(p->buf.p, p->buf.len);
	dw_buf_fini(&p->buf);
}

static void on_read(struct dw_work *work);

static size_t take(struct dw_feed *f)
{
	size_t left = f->past_bytes < BUDGET ? BUDGET - f->past_bytes : 0, n = left / 8;

	if (n > CHUNK_BYTES)
		n = CHUNK_BYTES;
	if (n < CHUNK_LEAST)
		n = CHUNK_LEAST;
	f->past_bytes += n;
	return n;
}

static void give_back(struct dw_past *p, size_t *n)
{
	p->feed->past_bytes -= *n;
	*n = 0;
}

static void start_read(struct dw_past *p, uint64_t after)
{
	struct dw_feed *f = p->feed;

	give_back(p, &p->chunk);
	p->chunk = take(f);
	p->after = after;
	p->head = f->ring.last;
	p->want = p->w->want;
	p->room = p->w->room;
	p->names = dw_names_ref(dw_account_names(dw_engine_account(f->engine)));
	p->doors = dw_doors_ref(f->doors);
	p->who = p->w->who;
	p->work.run_on_pool = read_on_pool;
	p->work.on_done = on_read;
	p->is_reading = true;
	p->is_stale = false;
	f->stats.catchup_reads++;
	DW_INVARIANT(dw_pool_submit(dw_engine_past(f->engine), &p->work) == 0);
}

static void past_free(struct dw_past *p)
{
	dw_blob_unref(p->got);
	free(p);
}

/* Caught up with the ring? Then the watcher is an ordinary one again. */
static bool finish_if_caught_up(struct dw_past *p)
{
	struct dw_watcher *w = p->w;

	if (w->cursor + 1 < ring_first(&p->feed->ring))
		return false;
	if (w->is_blocked)
		return true; /* nothing more to read; leave when the wire is free */
	past_leave(w);
	feed_resume(w);
	return true;
}

/* Put the waiting chunk on the wire and read the next one meanwhile. */
static void send_chunk(struct dw_past *p)
{
	struct dw_watcher *w = p->w;
	struct dw_blob *chunk = p->got;

	p->got = NULL;
	p->on_wire = p->chunk;
	p->chunk = 0;
	w->cursor = p->last;
	p->feed->stats.catchup_events += p->events;
	if (p->last + 1 < ring_first(&p->feed->ring))
		start_read(p, p->last);
	if (feed_write_blob(w, chunk) && !w->is_blocked)
		give_back(p, &p->on_wire);
	dw_blob_unref(chunk);
	if (!p->is_reading)
		(void)finish_if_caught_up(p);
}

static void on_read(struct dw_work *work)
{
	struct dw_past *p = DW_CONTAINER_OF(work, struct dw_past, work);

	p->is_reading = false;
	dw_names_unref(p->names);
	dw_doors_unref(p->doors);
	if (p->w == NULL) {
		past_free(p);
	} else if (p->rc < 0) {
		p->feed->stats.catchup_failures++;
		p->w->is_blocked = true;
		p->w->ops->close(p->w->out);
	} else if (p->is_stale) {
		dw_blob_unref(p->got);
		p->got = NULL;
		start_read(p, p->w->cursor);
	} else if (!p->w->is_blocked) {
		send_chunk(p);
	}
}

void past_start(struct dw_watcher *w)
{
	struct dw_past *p = calloc(1, sizeof(*p));

	DW_INVARIANT(p != NULL);
	p->w = w;
	p->feed = w->feed;
	w->past = p;
	start_read(p, w->cursor);
}

void past_on_drain(struct dw_watcher *w)
{
	struct dw_past *p = w->past;

	give_back(p, &p->on_wire);
	if (p->is_reading)
		return;
	if (p->got != NULL)
		send_chunk(p);
	else if (!finish_if_caught_up(p))
		start_read(p, w->cursor);
}

void past_want_changed(struct dw_watcher *w, bool is_narrower)
{
	struct dw_past *p = w->past;
	bool had = p->got != NULL;

	p->is_stale = p->is_reading;
	dw_blob_unref(p->got);
	p->got = NULL;
	if (w->is_blocked && is_narrower)
		w->ops->close(w->out);
	else if (had && !p->is_reading)
		start_read(p, w->cursor);
}

void past_leave(struct dw_watcher *w)
{
	struct dw_past *p = w->past;

	w->past = NULL;
	p->w = NULL;
	give_back(p, &p->chunk);
	give_back(p, &p->on_wire);
	if (!p->is_reading)
		past_free(p);
}
