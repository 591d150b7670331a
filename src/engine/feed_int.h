/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_ENGINE_FEED_INT_H
#define DW_ENGINE_FEED_INT_H
/* What feed.c (live), feed_ring.c (recent frames) and feed_past.c (the store) share. */
#include "engine/feed.h"
#include "engine/frame.h"

#define SEGMENT_BYTES (64u * 1024)
#define WRITE_BYTES (512u * 1024) /* offered to one watcher in one write at most */
#define WRITE_PIECES 64		  /* iovecs in one write */
#define SLICE 128		  /* watchers written to in one turn of the loop */
#define SLICE_NEW 64		  /* new ones, where there are proven ones */
#define TURNS_FIRST 7		  /* turns in a row that proven ones may have alone */
/* More than a socket takes for somebody who never reads: the first window that Linux gives (64 KiB)
 * and what of one stream we leave unsent in the kernel (net/sink.c). */
#define PROVEN_BYTES (96u * 1024)
#define COPY_BYTES 2048 /* a rest up to this is copied rather than keep a segment */

struct ring_entry {
	uint64_t room;
	uint32_t end; /* offset behind this frame in its segment */
	uint8_t type; /* enum dw_event_type */
};

/* Consecutive frames; bytes up to `used` never change again. */
struct segment {
	struct dw_blob *blob;
	size_t used;
	uint64_t first; /* seq of entry 0 */
	size_t n, cap;
	struct ring_entry *entry;
	struct dw_type_set present; /* types of all its frames */
	bool has_rooms;		    /* some belong to a room */
};

struct ring {
	struct segment **seg; /* oldest first */
	size_t n, max;
	uint64_t last; /* newest seq that was pushed (or skipped at start) */
	struct dw_buf scratch;
};

/* A run of frames of one segment, to be written as they lie. */
struct piece {
	struct segment *seg;
	size_t from, to; /* byte offsets */
	size_t frames;
};

struct line {
	struct dw_link idle;  /* watchers who have everything */
	struct dw_link ready; /* those for whom something waits, longest waiting first */
};

struct dw_feed {
	struct dw_engine *engine;
	struct ring ring;
	struct dw_doors *doors;
	struct line proven, fresh;
	struct dw_task flush;
	unsigned turns_first; /* turns in a row that proven ones had alone */
	size_t past_bytes;    /* that chunks from the store may take up now */
	struct dw_feed_stats stats;
};

DW_MUST_USE int ring_init(struct ring *r, size_t bytes);
void ring_fini(struct ring *r);
void ring_push(struct ring *r, const struct dw_stored *e, enum dw_event_type type,
	       const struct dw_names *names);
/* Seq of the oldest frame held; last + 1 when it holds none. */
uint64_t ring_first(const struct ring *r);
/**
 * Pieces that `w` wants after its cursor, as many as one write takes; *last = the seq up to which
 * that scanned. Returns their number. Requires: cursor + 1 >= ring_first.
 */
unsigned ring_collect(const struct ring *r, const struct dw_watcher *w,
		      struct piece piece[WRITE_PIECES], uint64_t *last);
/* Seq of the frame that holds byte `offset` of the segment; *end = where it ends (may be NULL). */
uint64_t ring_frame_at(const struct segment *s, size_t offset, size_t *end);

/* Go on with this watcher: on the ready list, or to the store when behind the ring. */
void feed_resume(struct dw_watcher *w);
/* Offer a blob; what is not taken goes out in the background. False: the wire is gone. */
bool feed_write_blob(struct dw_watcher *w, struct dw_blob *b);

void past_start(struct dw_watcher *w);
void past_on_drain(struct dw_watcher *w);
/* May it see what is in that room, now? */
static inline bool feed_sees(const struct dw_watcher *w, uint64_t room)
{
	return room == 0 || dw_policy_sees(&w->who, w->feed->doors, room);
}

/* Rights were taken away (is_narrower) or given. */
void past_want_changed(struct dw_watcher *w, bool is_narrower);
void past_leave(struct dw_watcher *w);

#endif
