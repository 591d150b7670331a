/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef FACTGEN_H
#define FACTGEN_H
/*
 * Generated histories of a room, made from the tables: every type of event of a room, every field
 * that it may have. A new one is in here as soon as it is in event.def or field.def, so a fold
 * of it that goes wrong is found by the tests that were there before.
 */
#include "domain/fact.h"
#include "seeded.h"

struct factgen {
	struct seeded die;
	struct dw_arena *arena; /* of all that facts point at; the caller's */
	uint64_t seq;		/* of the newest fact */
	int64_t now;
	uint64_t room;
};

/** The room's first fact has seq `room`. */
void factgen_init(struct factgen *g, uint64_t seed, struct dw_arena *a, uint64_t room);
/** The next fact: the first one declares, later ones are anything that may happen in a room. */
void factgen_next(struct factgen *g, struct dw_fact *f);
/** A value for each of these fields. */
void factgen_fill(struct factgen *g, struct dw_fact *f, uint64_t has);
/** What was stored of a fact is what is read from there: its payload, written and read again. */
void factgen_reread(struct dw_fact *out, const struct dw_fact *f, struct dw_arena *a);

#endif
