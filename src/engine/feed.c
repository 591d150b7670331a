/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * feed.c - hands every durable event, in order, to everyone who is watching.
 *
 * A watcher is a cursor, not a queue: it remembers the seq that it was given last. A write costs
 * about five microseconds whatever it carries, so nobody is written to per event. Watchers for
 * whom something waits stand in a line; each turn of the loop serves the first few of them, one
 * write each with all that waits for it by then, and goes back to the sockets and the writer's
 * completions. Under load a rotation carries more events in the same number of writes, so the
 * server keeps up by itself; when quiet, everyone is served at once.
 *
 * There are two lines. Who never reads costs a write for each event until its socket is full, is
 * ended, and comes again: a thousand such streams kept everybody else waiting behind a thousand
 * writes. So a watcher is new until it took PROVEN_BYTES without being held up, and again once it
 * was. Each turn serves SLICE of the proven ones, and SLICE_NEW of the new ones (SLICE, while all
 * are new) when no proven one waits any more, or after TURNS_FIRST turns in a row that left some
 * waiting: the new ones wait for others, but never for ever.
 *
 * Rejected: a queue per watcher (memory is watchers times backlog, and the worst incident has the
 * most of both); one pass over all watchers per event (10,000 watchers at 50 events a second
 * never keep up); all watchers in one turn (the publishers wait 50 ms behind 10,000 writes).
 *
 *  (1) A watcher's cursor only rises; every event after it that the watcher wants is sent once.
 *  (2) Nothing is delivered that the store has not reported durable: only the tail pushes.
 *  (3) A watcher is on the ready list exactly when it is not blocked, not fed from the store,
 *      and its cursor is behind the newest event.
 */
#include "feed_int.h"

#include "engine/account.h"

#include <stdlib.h>
#include <string.h>

static void on_flush(struct dw_task *t);

static void line_init(struct line *l)
{
	dw_list_init(&l->idle);
	dw_list_init(&l->ready);
}

int dw_feed_create(struct dw_feed **out, struct dw_engine *e, size_t ring_bytes,
		   struct dw_err *err)
{
	struct dw_feed *f = calloc(1, sizeof(*f));

	(void)err;
	DW_INVARIANT(f != NULL);
	f->engine = e;
	DW_INVARIANT(ring_init(&f->ring, ring_bytes) == 0);
	f->ring.last = dw_journal_head(dw_engine_journal(e));
	f->doors = dw_doors_new(NULL, 0);
	line_init(&f->proven);
	line_init(&f->fresh);
	dw_task_init(&f->flush, on_flush);
	*out = f;
	return 0;
}

void dw_feed_destroy(struct dw_feed *f)
{
	if (f == NULL)
		return;
	DW_REQUIRE(f->stats.watchers == 0);
	dw_task_cancel(dw_engine_conf(f->engine)->loop, &f->flush);
	ring_fini(&f->ring);
	dw_doors_unref(f->doors);
	free(f);
}

static bool on_fill(void *data, const struct dw_stored *e)
{
	struct dw_feed *f = data;

	ring_push(&f->ring, e, dw_event_by_name(e->type),
		  dw_account_names(dw_engine_account(f->engine)));
	return true;
}

int dw_feed_fill(struct dw_feed *f, struct dw_reader *r, struct dw_err *err)
{
	const uint64_t many = 4096;
	uint64_t head = f->ring.last, last;

	DW_REQUIRE(f->ring.n == 0);
	f->ring.last = head > many ? head - many : 0;
	while (f->ring.last < head) {
		uint64_t before = f->ring.last;
		int rc = dw_reader_scan(r, before, 1024, on_fill, f, &last, err);

		if (rc < 0)
			return dw_wrap(err, rc, "reading recent events");
		if (f->ring.last == before)
			return dw_fail(err, DW_ECORRUPT, "event %llu is missing",
				       (unsigned long long)f->ring.last + 1);
	}
	return 0;
}

static void wake_flush(struct dw_feed *f)
{
	if (!dw_list_empty(&f->proven.ready) || !dw_list_empty(&f->fresh.ready))
		dw_task_post(dw_engine_conf(f->engine)->loop, &f->flush);
}

void dw_feed_push(struct dw_feed *f, const struct dw_stored *e, size_t n)
{
	const struct dw_names *names = dw_account_names(dw_engine_account(f->engine));

	for (size_t i = 0; i < n; i++)
		ring_push(&f->ring, &e[i], dw_event_by_name(e[i].type), names);
	f->stats.frames_pushed += n;
	dw_list_splice(&f->proven.ready, &f->proven.idle);
	dw_list_splice(&f->fresh.ready, &f->fresh.idle);
	wake_flush(f);
}

void feed_resume(struct dw_watcher *w)
{
	struct dw_feed *f = w->feed;
	struct line *line = w->flowed >= PROVEN_BYTES ? &f->proven : &f->fresh;

	dw_list_remove(&w->link);
	if (w->is_blocked || w->past != NULL)
		return;
	if (w->cursor + 1 < ring_first(&f->ring)) {
		past_start(w);
	} else if (w->cursor < f->ring.last) {
		dw_list_push(&line->ready, &w->link);
		wake_flush(f);
	} else {
		dw_list_push(&line->idle, &w->link);
	}
}

static void count_flow(struct dw_watcher *w, size_t took)
{
	size_t missing = PROVEN_BYTES - w->flowed;

	w->flowed += (uint32_t)(took < missing ? took : missing);
}

/* Copying the end of one frame is cheaper than keeping 64 KiB of the ring alive for it. */
static void start_rest(struct dw_watcher *w, const char *p, size_t n,
		       struct dw_blob *hold)
{
	w->is_blocked = true;
	w->flowed = 0;
	w->feed->stats.short_writes++;
	w->ops->rest(w->out, p, n, n <= COPY_BYTES ? NULL : hold);
}

/* The kernel took `took` bytes of the pieces, and not all: send the frame that it broke off in,
 * and move the cursor behind it. */
static void settle_short(struct dw_watcher *w, const struct piece *piece, size_t took)
{
	const struct piece *p = piece;
	size_t end, at;

	while (took >= p->to - p->from) {
		took -= p->to - p->from;
		w->feed->stats.deliveries += p->frames;
		p++;
	}
	at = p->from + took;
	w->cursor = ring_frame_at(p->seg, at, &end);
	w->feed->stats.deliveries += w->cursor - ring_frame_at(p->seg, p->from, NULL) + 1;
	start_rest(w, p->seg->blob->data + at, end - at, p->seg->blob);
}

static void settle_whole(struct dw_watcher *w, const struct piece *piece, unsigned n,
			 uint64_t last)
{
	for (unsigned i = 0; i < n; i++)
		w->feed->stats.deliveries += piece[i].frames;
	w->cursor = last;
}

/* The wire is gone: it stays off all lists until its owner unwatches. */
static void give_up(struct dw_watcher *w)
{
	dw_list_remove(&w->link);
	w->is_blocked = true;
	w->ops->close(w->out);
}

/* Write all that waits for w. Afterwards it is where rule (3) wants it. */
static void serve(struct dw_feed *f, struct dw_watcher *w)
{
	struct piece piece[WRITE_PIECES];
	uv_buf_t buf[WRITE_PIECES];
	uint64_t last;
	unsigned n = 0;
	size_t total = 0;
	ssize_t took = 0;

	if (w->cursor + 1 >= ring_first(&f->ring)) {
		n = ring_collect(&f->ring, w, piece, &last);
		for (unsigned i = 0; i < n; i++) {
			size_t len = piece[i].to - piece[i].from;

			buf[i] = uv_buf_init(piece[i].seg->blob->data + piece[i].from,
					     (unsigned)len);
			total += len;
		}
		if (n > 0)
			took = w->ops->try_write(w->out, buf, n);
		if (took < 0) {
			give_up(w);
			return;
		}
		f->stats.writes += n > 0;
		f->stats.bytes_out += (uint64_t)took;
		count_flow(w, (size_t)took);
		if ((size_t)took == total)
			settle_whole(w, piece, n, last);
		else
			settle_short(w, piece, (size_t)took);
	}
	feed_resume(w);
}

static void serve_some(struct dw_feed *f, struct line *line, unsigned most)
{
	struct dw_link *l;

	while (most-- > 0 && (l = dw_list_pop(&line->ready)) != NULL)
		serve(f, DW_CONTAINER_OF(l, struct dw_watcher, link));
}

/* How many new ones this turn serves, now that the proven ones had theirs. */
static unsigned share_of_new(struct dw_feed *f, bool has_proven)
{
	if (dw_list_empty(&f->proven.ready)) {
		f->turns_first = 0;
	} else if (f->turns_first < TURNS_FIRST) {
		f->turns_first++;
		return 0;
	}
	return has_proven ? SLICE_NEW : SLICE;
}

static void on_flush(struct dw_task *t)
{
	struct dw_feed *f = DW_CONTAINER_OF(t, struct dw_feed, flush);
	bool has_proven =
		!dw_list_empty(&f->proven.ready) || !dw_list_empty(&f->proven.idle);

	serve_some(f, &f->proven, SLICE);
	serve_some(f, &f->fresh, share_of_new(f, has_proven));
	wake_flush(f);
}

void dw_feed_watch(struct dw_feed *f, struct dw_watcher *w, uint64_t after,
		   struct dw_type_set want, uint64_t room)
{
	DW_REQUIRE(w->feed == NULL && after <= f->ring.last);
	dw_list_init(&w->link);
	w->feed = f;
	w->want = want;
	w->room = room;
	w->cursor = after;
	w->past = NULL;
	w->is_blocked = false;
	f->stats.watchers++;
	feed_resume(w);
}

void dw_feed_unwatch(struct dw_watcher *w)
{
	struct dw_feed *f = w->feed;

	if (f == NULL)
		return;
	dw_list_remove(&w->link);
	if (w->past != NULL)
		past_leave(w);
	f->stats.watchers--;
	w->feed = NULL;
}

void dw_watcher_set_want(struct dw_watcher *w, struct dw_type_set want)
{
	bool is_narrower = !dw_type_set_within(&w->want, &want);

	DW_REQUIRE(w->feed != NULL);
	if (!is_narrower && dw_type_set_within(&want, &w->want))
		return;
	w->want = want;
	if (w->past != NULL)
		past_want_changed(w, is_narrower);
}

void dw_feed_set_doors(struct dw_feed *f, struct dw_doors *doors)
{
	dw_doors_unref(f->doors);
	f->doors = dw_doors_ref(doors);
}

void dw_watcher_doors_moved(struct dw_watcher *w, bool is_narrower)
{
	if (w->feed != NULL && w->past != NULL)
		past_want_changed(w, is_narrower);
}

void dw_watcher_on_drain(struct dw_watcher *w)
{
	if (w->feed == NULL)
		return;
	w->is_blocked = false;
	if (w->past != NULL)
		past_on_drain(w);
	else
		feed_resume(w);
}

bool feed_write_blob(struct dw_watcher *w, struct dw_blob *b)
{
	uv_buf_t buf = uv_buf_init(b->data, (unsigned)b->len);
	ssize_t took = b->len > 0 ? w->ops->try_write(w->out, &buf, 1) : 0;

	if (took < 0) {
		give_up(w);
		return false;
	}
	w->feed->stats.writes += b->len > 0;
	w->feed->stats.bytes_out += (uint64_t)took;
	count_flow(w, (size_t)took);
	if ((size_t)took < b->len)
		start_rest(w, b->data + took, b->len - (size_t)took, b);
	return true;
}

bool dw_watcher_say(struct dw_watcher *w, struct dw_str frames)
{
	struct dw_blob *b;

	if (w->feed == NULL || w->is_blocked)
		return false;
	b = dw_blob_new(frames.p, frames.n);
	if (feed_write_blob(w, b) && w->is_blocked)
		dw_list_remove(&w->link); /* rule (3) */
	dw_blob_unref(b);
	return true;
}

void dw_watcher_beat(struct dw_watcher *w)
{
	char text[80];
	int n = snprintf(text, sizeof(text), "id: %llu\n\nevent: hb\ndata: {}\n\n",
			 (unsigned long long)w->cursor);

	(void)dw_watcher_say(w, dw_str_make(text, (size_t)n));
}

const struct dw_feed_stats *dw_feed_stats(const struct dw_feed *f)
{
	struct dw_feed_stats *s = &((struct dw_feed *)(uintptr_t)f)->stats;

	s->ring_first = ring_first(&f->ring);
	s->ring_last = f->ring.last;
	return s;
}
