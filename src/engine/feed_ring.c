/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * feed_ring.c - recent events, once, as the bytes that go out.
 *
 * Frames lie back to back in segments of 64 KiB. A watcher who sees everything gets whole
 * stretches of a segment in one iovec, however many events that is; one who may not see some of
 * the types gets the stretches between them. Rejected: a blob per event and an iovec entry for
 * each. At a few thousand events a second, building those vectors costs more than the bytes.
 *
 *  (1) Entries of a segment are consecutive seqs; segments follow each other without a gap.
 *  (2) Bytes below `used` never change, so a write in flight needs only a reference on the blob.
 */
#include "feed_int.h"

#include <stdlib.h>
#include <string.h>

#define FRAME_MAX (4u * 1024 * 1024)

int ring_init(struct ring *r, size_t bytes)
{
	memset(r, 0, sizeof(*r));
	r->max = bytes / SEGMENT_BYTES;
	if (r->max < 2)
		r->max = 2;
	r->seg = calloc(r->max, sizeof(struct segment *));
	DW_INVARIANT(r->seg != NULL);
	dw_buf_init(&r->scratch, FRAME_MAX);
	return 0;
}

static void segment_free(struct segment *s)
{
	dw_blob_unref(s->blob);
	free(s->entry);
	free(s);
}

void ring_fini(struct ring *r)
{
	for (size_t i = 0; i < r->n; i++)
		segment_free(r->seg[i]);
	free(r->seg);
	dw_buf_fini(&r->scratch);
}

uint64_t ring_first(const struct ring *r)
{
	return r->n > 0 ? r->seg[0]->first : r->last + 1;
}

static struct segment *segment_add(struct ring *r, uint64_t first, size_t bytes)
{
	struct segment *s = calloc(1, sizeof(*s));

	DW_INVARIANT(s != NULL);
	if (r->n == r->max) {
		segment_free(r->seg[0]);
		r->n--;
		memmove(&r->seg[0], &r->seg[1], r->n * sizeof(r->seg[0]));
	}
	s->blob = dw_blob_alloc(bytes > SEGMENT_BYTES ? bytes : SEGMENT_BYTES);
	s->first = first;
	r->seg[r->n++] = s;
	return s;
}

static void entry_add(struct segment *s, uint32_t end, uint64_t room,
		      enum dw_event_type type)
{
	if (s->n == s->cap) {
		s->cap = s->cap > 0 ? s->cap * 2 : 64;
		s->entry = realloc(s->entry, s->cap * sizeof(s->entry[0]));
		DW_INVARIANT(s->entry != NULL);
	}
	s->entry[s->n++] = (struct ring_entry){ room, end, (uint8_t)type };
	dw_type_set_add(&s->present, type);
	s->has_rooms = s->has_rooms || room != 0;
}

void ring_push(struct ring *r, const struct dw_stored *e, enum dw_event_type type,
	       const struct dw_names *names)
{
	struct segment *s = r->n > 0 ? r->seg[r->n - 1] : NULL;

	DW_REQUIRE(e->seq == r->last + 1);
	dw_buf_clear(&r->scratch);
	DW_INVARIANT(dw_frame_add(&r->scratch, e, type, names) == 0);
	if (s == NULL || s->used + r->scratch.len > s->blob->len)
		s = segment_add(r, e->seq, r->scratch.len);
	memcpy(s->blob->data + s->used, r->scratch.p, r->scratch.len);
	s->used += r->scratch.len;
	entry_add(s, (uint32_t)s->used, e->room, type);
	r->last = e->seq;
}

/* Index of the segment that holds seq. Requires: it is in the ring. */
static size_t segment_of(const struct ring *r, uint64_t seq)
{
	size_t lo = 0, hi = r->n - 1;

	if (seq >= r->seg[hi]->first)
		return hi;
	while (hi - lo > 1) {
		size_t mid = lo + (hi - lo) / 2;

		if (seq >= r->seg[mid]->first)
			lo = mid;
		else
			hi = mid;
	}
	return lo;
}

static bool wants(const struct dw_watcher *w, const struct ring_entry *e)
{
	return dw_type_set_has(&w->want, (enum dw_event_type)e->type) &&
	       (w->room == 0 || w->room == e->room) && feed_sees(w, e->room);
}

struct gather {
	struct piece *piece;
	unsigned n;
	size_t bytes;
	uint64_t last;
	bool is_full;
};

static size_t entry_start(const struct segment *s, size_t i)
{
	return i > 0 ? s->entry[i - 1].end : 0;
}

/* Add frames i to j - 1 of s. */
static void gather_add(struct gather *g, struct segment *s, size_t i, size_t j)
{
	size_t from = entry_start(s, i), to = s->entry[j - 1].end;
	struct piece *p = g->n > 0 ? &g->piece[g->n - 1] : NULL;

	if (p == NULL || p->seg != s || p->to != from) {
		p = &g->piece[g->n++];
		*p = (struct piece){ s, from, from, 0 };
	}
	p->to = to;
	p->frames += j - i;
	g->bytes += to - from;
}

/* Frames of `s` from entry `i` on, one by one: the watcher may not want all of them. */
static void gather_some(struct gather *g, const struct dw_watcher *w, struct segment *s,
			size_t i)
{
	for (; i < s->n; i++) {
		if (wants(w, &s->entry[i])) {
			if (g->n == WRITE_PIECES - 1 || g->bytes >= WRITE_BYTES) {
				g->is_full = true;
				return;
			}
			gather_add(g, s, i, i + 1);
		}
		g->last = s->first + i;
	}
}

unsigned ring_collect(const struct ring *r, const struct dw_watcher *w,
		      struct piece piece[WRITE_PIECES], uint64_t *last)
{
	struct gather g = { piece, 0, 0, w->cursor, false };

	if (w->cursor >= r->last || r->n == 0) {
		*last = w->cursor;
		return 0;
	}
	DW_REQUIRE(w->cursor + 1 >= ring_first(r));
	for (size_t k = segment_of(r, w->cursor + 1); k < r->n && !g.is_full; k++) {
		struct segment *s = r->seg[k];
		size_t i = w->cursor >= s->first ? (size_t)(w->cursor + 1 - s->first) : 0;

		if (g.n == WRITE_PIECES - 1 || g.bytes >= WRITE_BYTES)
			break;
		if (i >= s->n)
			continue;
		if (w->room == 0 && dw_type_set_within(&s->present, &w->want) &&
		    !(s->has_rooms && dw_doors_any(w->feed->doors))) {
			gather_add(&g, s, i, s->n);
			g.last = s->first + s->n - 1;
		} else {
			gather_some(&g, w, s, i);
		}
	}
	*last = g.last;
	return g.n;
}

uint64_t ring_frame_at(const struct segment *s, size_t offset, size_t *end)
{
	size_t lo = 0, hi = s->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (s->entry[mid].end > offset)
			hi = mid;
		else
			lo = mid + 1;
	}
	DW_INVARIANT(lo < s->n);
	if (end != NULL)
		*end = s->entry[lo].end;
	return s->first + lo;
}
