/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_ENGINE_INGEST_H
#define DW_ENGINE_INGEST_H
/* Mentions in: sources, normalising, identity, and the read tables of both. */
#include "base/arena.h"
#include "base/buf.h"
#include "domain/mention.h"
#include "engine/engine.h"

struct dw_db;
struct dw_map;

/** Fold a mention.* or source.added event into the read tables. */
DW_MUST_USE int dw_mention_project_on_writer(struct dw_db *db, const struct dw_stored *e,
					     struct dw_err *err);

/* ---- a batch of mentions on its way into the journal ---- */

#define DW_SOURCES_MAX 50000	   /* so that nobody fills memory with names of sources */
#define DW_INGEST_PENDING_MAX 4096 /* appends; more are refused with DW_EBUSY */

/* What a batch came to; the seqs are those of the events that it added, 0 = none. */
struct dw_ingest_totals {
	uint64_t accepted, updated, duplicates;
	uint64_t first_seq, last_seq;
};

struct dw_ingest;
struct dw_ingest_fact; /* src/engine/ingest_int.h */
typedef void (*dw_ingest_cb)(struct dw_ingest *b);

/* Open because it is embedded in whoever sends it. */
struct dw_ingest {
	struct dw_engine *engine;
	uint64_t actor;
	uint8_t command[16];
	size_t n;     /* mentions in it */
	size_t bytes; /* of their texts, as a measure of what it holds */
	/* Before send, also_on_writer may be set; after it, status and err are here. */
	struct dw_append append;
	/* ingest.c's own */
	struct dw_record *recs;
	struct dw_ingest_fact *facts; /* of each record, for the projector */
	size_t n_recs, cap;
	struct dw_buf scratch;
	struct dw_arena *arena;
	struct dw_map *fresh; /* sources that this batch adds; values mean nothing */
	struct dw_str slug;   /* of the mention before, in the arena */
	uint64_t slug_id;     /* its source, 0 = a fresh one */
	dw_ingest_cb cb;
};

/** Empty. actor: who sends; command: id of the command that all its events belong to. */
void dw_ingest_init(struct dw_ingest *b, struct dw_engine *e, uint64_t actor,
		    const uint8_t command[16]);
/** Not in flight. A zeroed one is fine. */
void dw_ingest_fini(struct dw_ingest *b);
/**
 * Put one mention in, with the bytes that it was read from; both are copied.
 * DW_EINVAL (*f): there are too many sources. Requires: m passed dw_mention_check, not in flight.
 */
DW_MUST_USE int dw_ingest_add(struct dw_ingest *b, const struct dw_mention *m,
			      struct dw_str raw, struct dw_fault *f);
/**
 * Append all of it as one unit: afterwards all of it is durable or none.
 * Completion: cb once, on the loop, after return. Returned < 0 (DW_EBUSY: too much is waiting;
 * what dw_journal_append fails with): never.
 */
DW_MUST_USE int dw_ingest_send(struct dw_ingest *b, dw_ingest_cb cb);
/** Record of the i-th mention: outcome, seq, subject. Valid once the records have numbers. */
const struct dw_record *dw_ingest_record(const struct dw_ingest *b, size_t i);
/** Add what became of this batch to *t. Requires: records have numbers. */
void dw_ingest_sum(const struct dw_ingest *b, struct dw_ingest_totals *t);

#endif
