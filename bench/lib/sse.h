/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef BENCH_SSE_H
#define BENCH_SSE_H
/*
 * Finds our messages in an event stream, whatever else the server frames them with. A message
 * carries one mark, "@" + 16 hex digits (nanoseconds when it was sent) + "." + 8 hex digits (its
 * number). It counts when the blank line behind it has come, as in a browser.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BENCH_MARK 26 /* bytes of "@TTTTTTTTTTTTTTTT.NNNNNNNN" */
#define BENCH_ID_MAX 32

struct bench_mark {
	uint64_t sent;
	uint32_t number;
};

struct bench_sse {
	char *carry; /* a line of which only the beginning has come */
	uint32_t n, cap;
	bool has_mark;
	struct bench_mark mark;
	char id[BENCH_ID_MAX]; /* last id of the stream; for Last-Event-ID */
};

typedef void (*bench_frame_cb)(void *data, const struct bench_mark *m);

void bench_mark_put(char out[BENCH_MARK], uint64_t sent, uint32_t number);
/** Scan the next bytes of the stream; `cb` for each whole message. */
void bench_sse_feed(struct bench_sse *s, const char *p, size_t n, bench_frame_cb cb,
		    void *data);
/** For a new connection: forgets what was half read, keeps the id. */
void bench_sse_reset(struct bench_sse *s);

#endif
