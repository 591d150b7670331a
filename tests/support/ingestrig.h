/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef INGESTRIG_H
#define INGESTRIG_H
/*
 * An engine in memory or in a folder of its own, on a loop that the test turns, and batches of
 * mentions to send into it.
 */
#include "engine/ingest.h"

struct ingestrig {
	struct dw_loop loop;
	struct dw_timers *timers;
	struct dw_engine *engine;
	char dir[64]; /* empty: in memory */
	int lock;
	unsigned done; /* batches completed */
	bool is_closed;
};

/** For cmocka: *state is "memory" or anything else (on disk) before, the rig after. */
int ingestrig_setup(void **state);
int ingestrig_teardown(void **state);
/** Without cmocka: the loop and its timers, and their end; the engine is closed. */
void ingestrig_begin(struct ingestrig *r);
void ingestrig_end(struct ingestrig *r);
/** Between the two: the same data, a new process as far as it can tell. */
void ingestrig_close(struct ingestrig *r);
void ingestrig_open(struct ingestrig *r);
/** Turn the loop until so many batches are done. */
void ingestrig_wait(struct ingestrig *r, unsigned done);

struct batch {
	struct dw_ingest in;
	struct ingestrig *rig;
};

struct batch *batch_new(struct ingestrig *r);
void batch_free(struct batch *b);
/** One mention as JSON. */
void batch_add(struct batch *b, const char *json);
/** lang is fa for even ids and ar for odd ones. */
void batch_add_simple(struct batch *b, const char *source, int id, const char *text);
/** dw_ingest_send; counted in `done` when it is. */
int batch_try(struct batch *b);
/** The same; fails the test when it is refused. */
void batch_send(struct batch *b);
/** Fails the test when it was not taken. */
void batch_send_and_wait(struct batch *b);
void batch_check(const struct batch *b, uint64_t accepted, uint64_t updated,
		 uint64_t duplicates);

#endif
