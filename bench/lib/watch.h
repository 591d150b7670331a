/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef BENCH_WATCH_H
#define BENCH_WATCH_H
/*
 * Many event-stream clients on one loop. Two hundred share a loopback address, so that neither
 * ports nor per-address limits of the server are what is measured.
 */
#include "lib/hist.h"
#include "lib/sock.h"
#include "lib/sse.h"

struct bench_crowd;

struct bench_watcher {
	struct bench_src src; /* fd -1: not connected */
	struct bench_crowd *crowd;
	struct bench_sse sse;
	uint32_t
		head; /* bytes of the reply's head matched so far; UINT32_MAX: it is over */
	uint32_t newest;
	uint64_t messages;
	uint64_t bytes; /* of the stream since bench_crowd_weigh */
	bool is_done;	/* has what the crowd waits for */
};

struct bench_crowd {
	/* set before bench_crowd_join */
	struct bench_loop *loop;
	int port;
	unsigned first_address;
	const char *request; /* GET … without the empty line that ends it */
	bool resume;	     /* say Last-Event-ID when connecting again */
	/* watchers */
	struct bench_watcher *w;
	unsigned n;
	unsigned connected; /* heads that have come */
	unsigned lost;	    /* streams that ended by themselves */
	/* what is measured; reset at will */
	struct bench_hist *hist; /* publish to receipt; NULL: nobody looks */
	uint64_t since;		 /* messages sent before this are not timed */
	uint64_t messages;	 /* of all; with is_weighed of those who read */
	bool is_weighed;
	/* is_done when a message with at least this number came, or this many of them */
	bool want_set;
	uint32_t want_newest;
	uint64_t want_messages;
	unsigned done;
};

void bench_crowd_init(struct bench_crowd *c, struct bench_loop *loop, int port,
		      unsigned n);
/** Connect all who are not, 500 at a time, and wait for their heads; dies after `ms`. */
void bench_crowd_join(struct bench_crowd *c, unsigned ms);
/** The same in steps: connect some more; true while there are some to come. */
bool bench_crowd_joining(struct bench_crowd *c);
/** Close them all; their ids are kept. */
void bench_crowd_drop(struct bench_crowd *c);
/**
 * From now on one in 20 reads what comes, and of the others only the bytes are counted; the kernel
 * throws those away without a copy (MSG_TRUNC, tcp(7)). For a generator that shares its cores with
 * the server: a watcher's own work is done on a machine of its own. Everybody must have everything.
 */
void bench_crowd_weigh(struct bench_crowd *c);
/**
 * Messages that all have got together. Frames are the same for all, so a weighed watcher has got
 * those whose bytes it has, give or take a heartbeat.
 */
uint64_t bench_crowd_received(const struct bench_crowd *c);
/** Watch for each to reach a message number (or, with 0, a count); c->done says how many did. */
void bench_crowd_want(struct bench_crowd *c, uint32_t newest, uint64_t messages);

#endif
