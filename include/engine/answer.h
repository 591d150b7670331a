/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_ENGINE_ANSWER_H
#define DW_ENGINE_ANSWER_H
/*
 * Answers that were given to requests with an Idempotency-Key, in a mutable table of the
 * permanent schema (003_answer.sql). Written in the transaction of the events that they answer
 * for, so that there is one exactly when there are the others.
 */
#include "base/blob.h"
#include "store/journal.h"

#define DW_ANSWER_ID 32

struct dw_answer {
	uint8_t digest
		[32]; /* of the request: the key alone must not answer another one */
	int status;
	bool is_secret;	      /* the answer held a secret: body is not kept */
	int64_t created_at;   /* µs UTC */
	struct dw_blob *body; /* returned by find: the caller's reference; else NULL */
};

/** 1 found and no older than `since`, 0 there is none, or DW_E…. Requires: r has a db. */
DW_MUST_USE int dw_answer_find_on_pool(struct dw_reader *r,
				       const uint8_t id[DW_ANSWER_ID], int64_t since,
				       struct dw_answer *out, struct dw_err *err);
/** Keep `a` with `body` (unless secret) under id; replaces an outdated one. */
DW_MUST_USE int dw_answer_put_on_writer(struct dw_db *db, const uint8_t id[DW_ANSWER_ID],
					const struct dw_answer *a, struct dw_str body,
					struct dw_err *err);
/** Drop up to `max` answers from before `before`, oldest first; returns how many, or DW_E…. */
DW_MUST_USE int dw_answer_sweep_on_writer(struct dw_db *db, int64_t before, int max,
					  struct dw_err *err);

#endif
