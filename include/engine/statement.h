/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_ENGINE_STATEMENT_H
#define DW_ENGINE_STATEMENT_H
/*
 * Statements as they are now, commands to them, and how they were. They live in the rooms
 * (engine/room.h), see src/engine/statement.c.
 */
#include "domain/statement_decide.h"
#include "engine/room.h"

/** Fold one event about a statement, or what was typed in one, into the read tables. */
DW_MUST_USE int dw_statement_project_on_writer(struct dw_db *db,
					       const struct dw_stored *e,
					       struct dw_err *err);

/* ---- looking; on the loop; borrowed until its next turn ---- */

/** The statement if the principal may see its room, else NULL. */
const struct dw_statement *dw_statements_see(const struct dw_rooms *rooms,
					     const struct dw_principal *who, uint64_t id);
/** The incident in which that one goes on: itself, unless it was merged. */
const struct dw_incident *dw_rooms_go_on(const struct dw_rooms *rooms, uint64_t id);
/** All of a room, newest first, until fn returns false. */
void dw_statements_each(const struct dw_rooms *rooms, uint64_t room,
			bool (*fn)(void *data, const struct dw_statement *t), void *data);
/** All of a room, oldest first; the list lies in `a`. */
struct dw_statement_list dw_statements_of(const struct dw_rooms *rooms, uint64_t room,
					  struct dw_arena *a);

#define DW_TAIL_MAX 500 /* updates that one answer has */

/** Are the updates since that revision in memory? Else they are in the journal. */
bool dw_statement_has_tail(const struct dw_rooms *rooms, uint64_t statement,
			   uint64_t since);
/** Members of the open object: base, revision, updates. Requires that it has them. */
void dw_statement_write_tail(const struct dw_rooms *rooms, struct dw_jsonw *w,
			     uint64_t statement, uint64_t since);

/* ---- what a submission would say: statement_checks.c ---- */

#define DW_TRANSLATIONS_MAX 20 /* that are compared: the oldest, and so the original */

struct dw_statement_checks;

/** All that it takes, as it is now, for `who`. On the loop. Requires: there is such a statement. */
struct dw_statement_checks *dw_statement_checks_take(struct dw_rooms *rooms,
						     uint64_t statement,
						     const struct dw_principal *who);
/** Object. On any thread; the rooms live. */
void dw_statement_checks_write(struct dw_statement_checks *c, struct dw_jsonw *w);
/** On the loop. NULL is fine. */
void dw_statement_checks_destroy(struct dw_statement_checks *c);

/* ---- commands ---- */

/* Answers that are out, for a near copy to be named: one id for each text; 0: in a room that is closed to whoever asks. */
struct dw_earlier {
	struct dw_shingles *shingles;	/* borrowed from the rooms */
	struct dw_held_shingles **held; /* what each of them lies in */
	uint64_t *id;
	size_t n;
};

struct dw_statement_op;
typedef void (*dw_statement_cb)(struct dw_statement_op *op);

#define DW_STATEMENT_RECORDS 10 /* facts of a plan, and those of its room */

/**
 * One command in flight. Open so that callers embed it.
 * Ownership:  the caller owns it until cb, and ends it with dw_statement_op_fini; what cmd points
 *             at lies in `arena`.
 * Completion: cb once, on the loop, after dw_statement_do returned.
 */
struct dw_statement_op {
	/* set by the caller, after dw_statement_op_init */
	struct dw_statement_command
		cmd;	    /* type, who, and what it says; the rest is filled in */
	uint64_t incident;  /* DRAFT_STATEMENT: where; else filled in */
	uint64_t statement; /* DRAFT_STATEMENT: 0, and filled in */
	uint8_t command[16];
	/* In the same transaction, on the writer, when the plan's facts have their numbers; db is
	 * NULL in memory. May be NULL. */
	int (*also_on_writer)(struct dw_statement_op *op, struct dw_db *db,
			      struct dw_err *err);
	dw_statement_cb cb;
	void *data;
	struct dw_arena *arena;
	/* results */
	int status; /* 0 or DW_E… */
	struct dw_err err;
	struct dw_fault fault;	       /* which field; pointer "" = none */
	struct dw_statement_plan plan; /* what happened, with seqs and times */
	uint32_t units, hash;	       /* TYPE: of the text behind it */
	uint64_t version_seq; /* SUBMIT: of the version, whether it is new or not */
	/* statement_op.c's own */
	struct dw_earlier earlier;
	bool is_contradiction; /* said by the system: cmd has no type */
	struct dw_rooms *rooms;
	struct dw_room_turn turn;
	struct dw_append append;
	struct dw_record rec[DW_STATEMENT_RECORDS];
	struct dw_expect expect[3];
	struct dw_task done;
	unsigned tries;
};

/** Zeroes it. */
void dw_statement_op_init(struct dw_statement_op *op);
/** Not in flight. */
void dw_statement_op_fini(struct dw_statement_op *op);
/**
 * Decide, append, decide again when somebody else was first. DW_ENOTFOUND when there is no such
 * statement (or incident) that they may see; else what dw_statement_decide says, or what stopped the append.
 */
void dw_statement_do(struct dw_rooms *rooms, struct dw_statement_op *op);

/* ---- the past; on a reading thread ---- */

/** The statement as it was at seq `upto`. DW_ENOTFOUND: there was none then. */
DW_MUST_USE int dw_statement_fold_on_pool(struct dw_reader *r, uint64_t statement,
					  uint64_t upto, struct dw_statement **out,
					  struct dw_err *err);
/** All of a room as they were, oldest first: each to be destroyed; the list lies in `a`. */
DW_MUST_USE int dw_statements_fold_on_pool(struct dw_reader *r, uint64_t room,
					   uint64_t upto, struct dw_statement_list *out,
					   struct dw_arena *a, struct dw_err *err);
void dw_statement_list_destroy(struct dw_statement_list *list);

struct dw_changes_query {
	uint64_t statement, since,
		upto;  /* revisions above the one; events up to the other */
	bool is_plain; /* without who and when */
};

/** Members of the open object: base, revision (as of `upto`), updates: at most DW_TAIL_MAX. */
DW_MUST_USE int dw_statement_changes_on_pool(struct dw_reader *r,
					     const struct dw_names *names,
					     const struct dw_changes_query *q,
					     struct dw_jsonw *w, struct dw_err *err);

/* ---- as JSON; on any thread ---- */

#define DW_STATEMENT_OUT_MAX (16u * 1024 * 1024) /* ceiling that one needs */

/** What the statements of that room are held against now. On the loop. */
struct dw_statement_now dw_statements_now(const struct dw_rooms *rooms,
					  const struct dw_incident *s);
/** What a list shows. now: what is missing is by that. */
void dw_statement_write_summary(struct dw_jsonw *w, const struct dw_statement *t,
				const struct dw_names *names,
				const struct dw_statement_now *now);
/** Members of the open object: those of a summary. */
void dw_statement_write_own(struct dw_jsonw *w, const struct dw_statement *t,
			    const struct dw_names *names,
			    const struct dw_statement_now *now);
/** All of it, as it was. s: its room then, for the claims; NULL: without them. */
void dw_statement_write(struct dw_jsonw *w, const struct dw_statement *t,
			const struct dw_names *names, const struct dw_statement_now *now,
			const struct dw_incident *s);
/** All of it, as it is, and what `who` may do. On the loop. */
void dw_statement_write_now(const struct dw_rooms *rooms, struct dw_jsonw *w,
			    const struct dw_statement *t, const struct dw_principal *who);
/** Members of the open object: all of a version, and what was said of it. */
void dw_statement_write_version(struct dw_jsonw *w, const struct dw_statement *t,
				const struct dw_statement_version *v,
				const struct dw_names *names);
/**
 * A member of the open object: figures, names of the room and denials that only one of `was` and the
 * submitted version has, and claims that other sentences rest on. Requires: there is one.
 */
void dw_statement_write_deltas(const struct dw_rooms *rooms, struct dw_jsonw *w,
			       const struct dw_statement *t,
			       const struct dw_statement_version *was);
/** Object: where its time has gone until `now`. */
void dw_statement_write_ledger(struct dw_jsonw *w, const struct dw_statement *t,
			       const struct dw_names *names, int64_t now);
/** Object: the seconds of each kind alone, beside what a list needs to name it. */
void dw_statement_write_ledger_total(struct dw_jsonw *w, const struct dw_statement *t,
				     int64_t now);
void dw_rest_write(struct dw_jsonw *w, const struct dw_rest *r,
		   const struct dw_names *names);
/** Members of the open object: status, missing, as they are when the plan has happened. */
void dw_statement_write_after(struct dw_jsonw *w, const struct dw_statement_plan *p);
/** Members of the open object: findings, bare. */
void dw_statement_write_findings(struct dw_jsonw *w, const struct dw_statement_plan *p,
				 const struct dw_earlier *earlier);

#endif
