/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_ENGINE_TRIAGE_H
#define DW_ENGINE_TRIAGE_H
/* What becomes of a mention. See src/engine/triage.c. */
#include "base/jsonw.h"
#include "domain/decide.h"
#include "engine/engine.h"

struct dw_db;
struct dw_triage_op;
typedef void (*dw_triage_cb)(struct dw_triage_op *op);

/**
 * One command in flight; the caller owns it until cb, and ends it with dw_triage_op_fini.
 * Completion: cb once, on the loop, after dw_triage_do returned.
 */
struct dw_triage_op {
	/* set by the caller, after dw_triage_op_init */
	struct dw_principal who;
	uint64_t mention;
	struct dw_fact wish; /* STATE, OWNER, NOTE, OUTCOME; lies in `arena` */
	uint8_t command[16];
	int (*also_on_writer)(
		struct dw_triage_op *op, struct dw_db *db,
		struct dw_err *err); /* when `f` is as stored; may be NULL */
	dw_triage_cb cb;
	struct dw_arena *arena;
	/* results */
	int status; /* 0 or DW_E…: DW_ENOTFOUND, DW_EUNPROCESSABLE */
	struct dw_err err;
	struct dw_fault fault;
	struct dw_fact f; /* the triage as it is from now on */
	bool is_new;	  /* it was changed by this command */
	/* the engine's own */
	struct dw_engine *engine;
	struct dw_people people;
	struct dw_fact now;
	struct dw_work work;
	struct dw_append append;
	struct dw_record rec;
	struct dw_expect expect;
	struct dw_task done;
	unsigned tries;
};

/** Zeroes it. */
void dw_triage_op_init(struct dw_triage_op *op);
void dw_triage_op_fini(struct dw_triage_op *op);
void dw_triage_do(struct dw_engine *e, struct dw_triage_op *op);
/** Fold one event into the read tables, when it is a mention.triaged. */
DW_MUST_USE int dw_triage_project_on_writer(struct dw_db *db, const struct dw_stored *e,
					    struct dw_err *err);
/** {"mention":…,"state":…,…} of a mention.triaged. */
void dw_triage_write(struct dw_jsonw *w, const struct dw_fact *f);

#endif
