/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_ENGINE_VERIFIER_H
#define DW_ENGINE_VERIFIER_H
/*
 * The server's look at its own record: from the first event to the last, over and over, so many
 * events a second, on a thread that gives way to all others. A row that somebody edited is found
 * without anybody asking, and a bit that flipped on the disk when it is read from there (what is
 * often read may be in a cache). Kept files, identity keys and views are for `diwan verify`.
 */
#include "store/verify.h"

struct dw_engine;
struct dw_verifier;

struct dw_verifier_stats {
	uint64_t events;   /* looked at */
	uint64_t passes;   /* over the whole journal, all well */
	uint64_t failures; /* passes that ended at something wrong */
	uint64_t
		unreadable; /* times that it could not be read: nothing is known by that */
	uint64_t
		first_bad; /* the event at which the last pass ended so; 0: it did not, or there
			       was none */
};

/** What the store does not know of payloads: their raw input, and the files that they name. */
extern const struct dw_verify_checks dw_verifier_checks;

/** As conf.verify_per_s says; NULL: not at all. */
struct dw_verifier *dw_verifier_create(struct dw_engine *e);
/** No new work; what runs completes on its pool. NULL is fine. */
void dw_verifier_stop(struct dw_verifier *v);
/** NULL is fine. */
void dw_verifier_destroy(struct dw_verifier *v);
/** All zero for NULL. */
const struct dw_verifier_stats *dw_verifier_stats(const struct dw_verifier *v);

#endif
