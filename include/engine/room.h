/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_ENGINE_ROOM_H
#define DW_ENGINE_ROOM_H
/*
 * Incidents as they are now, commands to them, and how they were. See src/engine/room.c.
 */
#include "base/buf.h"
#include "base/jsonw.h"
#include "domain/decide.h"
#include "domain/handover.h"
#include "engine/engine.h"
#include "engine/names.h"

struct dw_db;
struct dw_rooms;
struct dw_search;    /* text/search.h */
struct dw_statement; /* domain/statement.h */
struct dw_statement_now;

/* Statements of one room, oldest first. */
struct dw_statement_list {
	struct dw_statement **p;
	size_t n;
};

/* ---- what engine.c uses ---- */

/** Fold all rooms. r: a reader, without a database when the journal is in memory (starts empty). */
DW_MUST_USE int dw_rooms_open(struct dw_rooms **out, struct dw_engine *e,
			      struct dw_reader *r, struct dw_err *err);
/** The journal is about to close: nothing more is said by itself. */
void dw_rooms_stop(struct dw_rooms *rooms);
/** NULL is fine. */
void dw_rooms_destroy(struct dw_rooms *rooms);
/** Fold one durable event of a room, or of a statement in it, into the live state. */
void dw_rooms_apply(struct dw_rooms *rooms, const struct dw_stored *e);
/** Fold one event of a room into the read tables. */
DW_MUST_USE int dw_room_project_on_writer(struct dw_db *db, const struct dw_stored *e,
					  struct dw_err *err);

/* ---- looking; on the loop ---- */

/** The room, or NULL. Borrowed until the next turn of the loop. */
const struct dw_incident *dw_rooms_find(const struct dw_rooms *rooms, uint64_t id);
/** The same if the principal may see it. */
const struct dw_incident *dw_rooms_see(const struct dw_rooms *rooms,
				       const struct dw_principal *who, uint64_t id);
/** All of them, newest first, until fn returns false. */
void dw_rooms_each(const struct dw_rooms *rooms,
		   bool (*fn)(void *data, const struct dw_incident *s), void *data);
/**
 * Called on the loop whenever another circle may see a room, before anybody is told of the event
 * that did it. One observer.
 */
void dw_rooms_observe(struct dw_rooms *rooms,
		      void (*fn)(void *data, uint64_t room, const struct dw_doors *before,
				 const struct dw_doors *after),
		      void *data);
/** Somebody reads a restricted room: recorded once an hour for each, off its timeline. */
void dw_rooms_note_read(struct dw_rooms *rooms, const struct dw_principal *who,
			const struct dw_incident *s);
/** Which are closed, now. Borrowed: take a reference to keep it. */
struct dw_doors *dw_rooms_doors(struct dw_rooms *rooms);

/**
 * Look now for what is overdue in any room, and say it: an event by the system, once for each
 * moment. Done by itself every second.
 */
void dw_rooms_say_overdue(struct dw_rooms *rooms);

/* ---- commands ---- */

/* Somebody's turn in the line in front of a room: what is done when it comes (room_line.c). */
struct dw_room_turn {
	struct dw_link link;
	void (*run)(struct dw_room_turn *t);
};

struct dw_room_op;
typedef void (*dw_room_cb)(struct dw_room_op *op);

/**
 * One command in flight. Open so that callers embed it.
 * Ownership:  the caller owns it until cb, and ends it with dw_room_op_fini; what cmd.f points at
 *             lies in `arena`.
 * Completion: cb once, on the loop, after dw_room_do returned.
 */
struct dw_room_op {
	/* set by the caller, after dw_room_op_init */
	struct dw_command cmd; /* type, who, child, version, f; the rest is filled in */
	uint64_t room;	       /* 0: declare */
	uint8_t command[16];
	/* In the same transaction, on the writer, when plan.fact[] have their numbers; db is
	 * NULL in memory. May be NULL. */
	int (*also_on_writer)(struct dw_room_op *op, struct dw_db *db,
			      struct dw_err *err);
	dw_room_cb cb;
	void *data;
	struct dw_arena *arena;
	/* results */
	int status; /* 0 or DW_E… */
	struct dw_err err;
	struct dw_fault fault; /* which field; pointer "" = none */
	struct dw_plan
		plan; /* what happened, with seqs and times; empty: nothing changed */
	/* room.c's own */
	struct dw_rooms *rooms;
	struct dw_room_turn turn;
	struct dw_work work;   /* looking mentions up */
	struct dw_refs wanted; /* mentions to look up */
	struct dw_append append;
	struct dw_record *recs;
	struct dw_expect expect[2];
	struct dw_task done;
	unsigned tries;
};

/** Zeroes it. */
void dw_room_op_init(struct dw_room_op *op);
/** Not in flight. */
void dw_room_op_fini(struct dw_room_op *op);
/**
 * Decide, append, decide again when somebody else was first. DW_ENOTFOUND when there is no such
 * room that they may see; else what dw_decide says, or what stopped the append.
 */
void dw_room_do(struct dw_rooms *rooms, struct dw_room_op *op);
/**
 * Would it be refused as things stand? 0, or what dw_room_do would say by now. Nothing happens, and
 * the op can still be done.
 */
DW_MUST_USE int dw_room_would(struct dw_rooms *rooms, struct dw_room_op *op);

/* ---- the past; on a reading thread ---- */

/** The newest event that was recorded at that time or before, 0 when there is none. */
DW_MUST_USE int dw_seq_at_on_pool(struct dw_reader *r, uint64_t head, int64_t at,
				  uint64_t *seq, struct dw_err *err);
/** When that event was recorded. Requires: there is one of that seq. */
DW_MUST_USE int dw_time_of_on_pool(struct dw_reader *r, uint64_t seq, int64_t *at,
				   struct dw_err *err);
/** The room as it was at seq `upto`. DW_ENOTFOUND: it was not declared by then. */
DW_MUST_USE int dw_room_fold_on_pool(struct dw_reader *r, uint64_t room, uint64_t upto,
				     struct dw_incident **out, struct dw_err *err);

struct dw_timeline_query {
	uint64_t room;
	uint64_t after, upto; /* entries above the one, and up to the other */
	uint64_t before;      /* only entries below it; 0: no such bound */
	uint64_t around;      /* the page in whose middle it is; 0: the first page */
	bool newest_first;
	struct dw_type_set kinds;
	uint64_t actor; /* 0: anybody's */
	unsigned limit; /* 1 to DW_TIMELINE_MAX */
	const struct dw_search
		*words; /* that an entry must hold; NULL: any. Not with around */
};

#define DW_TIMELINE_MAX 500
#define DW_TIMELINE_LOOKS 2000 /* entries that one page looks at for words */
#define DW_TIMELINE_OUT_MAX (16u * 1024 * 1024) /* ceiling that `out` needs */

/**
 * {"items":[…],"next":…}, in order or newest first; next is the seq to go on behind in that
 * direction: of the last item, or with words of the last entry that was looked at. DW_ENOTFOUND: the room was not declared by `upto`.
 */
DW_MUST_USE int dw_timeline_on_pool(struct dw_reader *r, const struct dw_names *names,
				    const struct dw_timeline_query *q, struct dw_buf *out,
				    struct dw_err *err);

/** Read what was typed to look for in a timeline: all of its words must occur. DW_EINVAL: *f, at "/text". */
DW_MUST_USE int dw_timeline_words(struct dw_search **out, struct dw_str typed,
				  struct dw_fault *f);
/** NULL is fine. */
void dw_timeline_words_free(struct dw_search *s);

/* ---- a hand-over ---- */

/* What the two halves of one share. */
struct dw_handover_show {
	uint64_t room, since, upto; /* since 0: as dw_handover_make says */
	int64_t at;
	bool is_past; /* not of the live room */
	/* by the first half, for the other one */
	struct dw_noted note[DW_HANDOVER_NOTES];
	size_t n_notes;
};

/**
 * The first half, from the room's state; on any thread: an object is begun and stays open.
 * Requires: room, since, upto, at, is_past.
 */
void dw_handover_write(struct dw_jsonw *w, const struct dw_incident *s,
		       const struct dw_names *names, struct dw_handover_show *show);
/**
 * The other half, from the journal and the read tables, and the object's end. s: the room as it
 * was; NULL when the live one is shown.
 */
DW_MUST_USE int dw_handover_end_on_pool(struct dw_reader *r, struct dw_jsonw *w,
					const struct dw_incident *s,
					const struct dw_handover_show *show,
					struct dw_err *err);

/* ---- as JSON; on any thread ---- */

#define DW_ROOM_OUT_MAX (64u * 1024 * 1024) /* ceiling that a room needs */

/** What a list shows of it. at: the moment that its clocks are about. */
void dw_room_write_summary(struct dw_jsonw *w, const struct dw_incident *s,
			   const struct dw_names *names, int64_t at);
/** All of it, with its clocks as they stand now, and its statements (NULL: none) by what they are held against. */
void dw_room_write(struct dw_jsonw *w, const struct dw_incident *s,
		   const struct dw_statement_list *statements,
		   const struct dw_names *names, const struct dw_statement_now *now);
void dw_participant_write(struct dw_jsonw *w, const struct dw_participant *p);
void dw_claim_write(struct dw_jsonw *w, const struct dw_claim *c);
void dw_todo_write(struct dw_jsonw *w, const struct dw_todo *t);
void dw_decision_write(struct dw_jsonw *w, const struct dw_decision *d);
/** What a command of that type made, from its facts alone. */
void dw_room_write_made(struct dw_jsonw *w, const struct dw_room_op *op,
			const struct dw_names *names);

#endif
