/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef BENCH_PUBLISH_H
#define BENCH_PUBLISH_H
/*
 * Publishers: keep-alive connections, one request in flight on each. A publisher that has eight
 * in flight is eight of them, as in any client with a pool.
 *
 * Without a rate each sends the next as soon as the last is answered. With one, a message is due
 * at a fixed time and carries that time, whether or not a connection is free by then: what waits
 * for a slow server counts as late.
 */
#include "lib/hist.h"
#include "lib/sock.h"

#define BENCH_MESSAGE 300 /* bytes of one mention as JSON */

struct bench_pub;

struct bench_press {
	/* set before bench_press_init */
	struct bench_loop *loop;
	int port;
	const char *request; /* POST … lines, without Content-Length */
	const char *
		lead; /* what a message's JSON begins with, up to its text; NULL: a mention's */
	unsigned connections;
	unsigned
		batch; /* mentions in one request: 1 is a single object, more are NDJSON */
	uint32_t run;  /* makes the identities of this run its own */
	uint32_t next; /* number of the next message */
	/* may change between turns */
	double rate;   /* messages per second; 0: as fast as answers come */
	uint64_t left; /* messages still to be sent; 0 stops */
	/* state */
	struct bench_pub *pub;
	unsigned in_flight;
	uint64_t due; /* with a rate: when the next message is due */
	/* counters */
	uint64_t sent, answered;   /* messages */
	uint64_t accepted;	   /* what "accepted": adds up to */
	uint64_t refused;	   /* requests not answered by 2xx */
	struct bench_hist answers; /* request to answer */
};

void bench_press_init(struct bench_press *p);
/** Send what is due; call it once a turn. Returns ms until it should be called again at most. */
int bench_press_run(struct bench_press *p);
/** Forget counters and times, keep connections. */
void bench_press_reset(struct bench_press *p);

#endif
