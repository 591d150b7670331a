/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_STATEMENT_INT_H
#define DW_STATEMENT_INT_H
/* What the files about statements share. */
#include "engine/statement.h"
#include "room_int.h"
#include "text/delta.h"

/* The newest updates of one, as they are told to whoever was too late: statement_tail.c. */
struct statement_tail {
	struct statement_told *told; /* a ring */
	size_t first, n;
	size_t bytes;	   /* of their texts */
	uint64_t revision; /* behind the last of them */
};

struct statement {
	struct dw_link link; /* in its room's list, in the order of ids */
	struct room *room;
	struct dw_statement *state;
	struct statement_tail tail;
	/* what it has in common with others is asked of the text that is out; NULL: none yet */
	struct dw_held_shingles *shingles;
};

/* Counted on the loop alone. What is asked on a reading thread goes on with them while another text goes out. */
struct dw_held_shingles {
	unsigned refs;
	uint64_t version; /* seq of the one that they are of */
	struct dw_shingles of;
};

/* ---- statement.c ---- */

struct statement *statement_find(const struct dw_rooms *rooms, uint64_t id);
/** All of them as of the journal's head. Requires: all rooms are there. */
DW_MUST_USE int statements_load(struct dw_rooms *rooms, struct dw_reader *r,
				struct dw_err *err);
/** Fold one durable event in, if it is about one. Requires: its room is there. */
void statement_apply(struct dw_rooms *rooms, const struct dw_stored *e);
void statements_free(struct room *room);

/* ---- statement_tail.c ---- */

/** What f, a draft.changed, says is the newest by now. */
void statement_tail_add(struct statement_tail *t, const struct dw_statement_fact *f);
void statement_tail_free(struct statement_tail *t);

/* ---- statement_fold.c ---- */

/** Envelope and payload of an event as a fact; what it points at lies in `a`. */
void statement_fact(struct dw_statement_fact *f, const struct dw_stored *e,
		    struct dw_arena *a);
/** What the event is about; 0: that cannot be told any more. */
uint64_t statement_id(const struct dw_statement_fact *f);

/** dw_statement_fold_on_pool on a connection: on the writer, too. */
DW_MUST_USE int statement_fold_rows(struct dw_db *db, uint64_t statement, uint64_t upto,
				    struct dw_statement **out, struct dw_err *err);

/* ---- statement_flip.c ---- */

/** An event of that type was folded into the room: is a published sentence wrong by now? */
void statement_flip_moved(struct dw_rooms *rooms, struct room *room,
			  enum dw_event_type type);
/** All statements are there. */
void statement_flip_start(struct dw_rooms *rooms);
/** Nothing more is looked for. */
void statement_flip_stop(struct dw_rooms *rooms);
/** Nothing is being appended any more. */
void statement_flip_free(struct dw_rooms *rooms);

/* ---- statement_look.c ---- */

struct dw_held_shingles *statement_shingles_ref(struct dw_held_shingles *s);
/** NULL is fine. */
void statement_shingles_unref(struct dw_held_shingles *s);
/** Texts that a near copy of is looked for; lists in `a`, shingles borrowed. Named are those whom `who` may see. */
void statement_earlier(struct dw_rooms *rooms, const struct statement *of,
		       const struct dw_principal *who, struct dw_arena *a,
		       struct dw_earlier *out);
/** What a command is decided on besides states: who may what, what is asked of a text. */
void statement_fill(struct dw_statement_op *op, const struct statement *t);

/* ---- statement_show.c, statement_show_more.c ---- */

/** What is typed now; never NULL. */
static inline struct dw_str statement_text_now(const struct dw_statement *t)
{
	return t->draft.text.len > 0 ? dw_buf_str(&t->draft.text) : DW_STR("");
}

void statement_write_lack(struct dw_jsonw *w, const struct dw_lack *l);
/** Object: what one of two texts has alone. kind: NULL, not said. */
void statement_write_found(struct dw_jsonw *w, const char *kind, const struct dw_delta *d,
			   const struct dw_nameset *names);

/* ---- statement_show_room.c ---- */

/** Members of the open object: the claims that it rests on, and what somebody may do. is_seen: they see goes_on. */
void statement_write_claims(struct dw_jsonw *w, const struct dw_statement *t,
			    const struct dw_incident *s);
void statement_write_may(struct dw_jsonw *w, const struct dw_incident *s,
			 const struct dw_incident *goes_on, bool is_seen,
			 const struct dw_principal *who);

#endif
