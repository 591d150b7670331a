/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_ROOM_INT_H
#define DW_ROOM_INT_H
/* What the files about rooms share. */
#include "base/map.h"
#include "engine/room.h"

struct dw_checker; /* text/checks.h */

struct room {
	struct dw_link link; /* on dw_rooms.all, in the order of ids */
	struct dw_incident *state;
	struct dw_link waiting; /* struct dw_room_turn, in the order they came */
	bool is_busy;		/* one of its commands is being appended */
	bool is_saying;		/* what is overdue in it */
	int64_t due;		/* the first moment that is still to be said; 0: none */
	struct dw_link statements; /* struct statement, in the order of ids */
	bool has_flipped;	   /* a claim: perhaps under a published sentence */
	bool is_naming;		   /* the sentences that it makes wrong */
};

struct dw_rooms {
	struct dw_engine *engine;
	struct dw_map *by_id;
	struct dw_link all;
	struct dw_doors *doors;
	void (*on_doors)(void *data, uint64_t room, const struct dw_doors *before,
			 const struct dw_doors *after);
	void *on_doors_data;
	struct dw_map *readers; /* of closed rooms: "room user" → struct room_reader */
	int64_t due;		/* the first of all rooms'; 0: none */
	struct dw_deadline look;
	int cls_look;
	struct dw_link sayings;	    /* struct saying, in flight */
	struct dw_map *statements;  /* of all rooms, by id: struct statement */
	struct dw_checker *checker; /* of statements' texts */
	struct dw_task flips;	    /* looks at rooms of which has_flipped */
	struct dw_link namings;	    /* struct naming, in flight */
	uint64_t went_out; /* times that a statement was published or withdrawn */
};

/* ---- room.c ---- */

struct room *room_find(const struct dw_rooms *rooms, uint64_t id);

/* ---- room_line.c; a room of NULL is nobody's: there is no line ---- */

/** Stand in line if one of the room's commands is being appended; false: it is your turn. */
bool room_line_wait(struct room *room, struct dw_room_turn *t);
/** An append is on its way: whoever comes now waits until it is over. */
void room_line_begin(struct room *room);
void room_line_end(struct room *room);
/** The next ones in line, until one has begun. */
void room_line_go_on(struct room *room);

/* ---- room_read.c ---- */

void room_readers_free(struct dw_rooms *rooms);

/* ---- room_timeline_text.c ---- */

/** 1: the entry holds all words, 0: it does not, or DW_E…. */
DW_MUST_USE int room_entry_says(struct dw_reader *r, const struct dw_search *s,
				uint64_t seq, struct dw_err *err);

/* ---- room_show_more.c ---- */

/** Members of the open object: playbooks, files, split_from, split_into, handed_over. */
void room_write_more(struct dw_jsonw *w, const struct dw_incident *s);
void room_write_file(struct dw_jsonw *w, const struct dw_room_file *f);
/** A member of the open object: how the lead's office came to who had it last, or null. */
void room_write_handed_over(struct dw_jsonw *w, const struct dw_incident *s);
void room_write_started(struct dw_jsonw *w, const struct dw_started *p);

/* ---- room_overdue.c ---- */

/** An event of that type was folded into the room. */
void room_due_moved(struct dw_rooms *rooms, struct room *room, enum dw_event_type type);
/** All rooms are there. */
void room_due_start(struct dw_rooms *rooms);
/** Nothing is being appended any more. */
void room_due_free(struct dw_rooms *rooms);

/* ---- room_show.c, room_show_clocks.c ---- */

/** A word of a known set by its name. */
void room_write_word(struct dw_jsonw *w, const char *key, enum dw_word_kind kind,
		     unsigned value);
/** A member of the open object. */
void room_write_milestones(struct dw_jsonw *w, const struct dw_incident *s);
/** The same: clocks, as they stand at that moment. */
void room_write_clocks(struct dw_jsonw *w, const struct dw_incident *s, int64_t at);
void room_write_spoken(struct dw_jsonw *w, const struct dw_word *word);
/** What was asked for, and the seq of the event, or 0 when it was so already. */
void room_write_cadence(struct dw_jsonw *w, const struct dw_fact *f, uint64_t seq);

/* ---- room_fold.c ---- */

/**
 * Is it on the timeline of a room? What a later version has written there is not until we know it:
 * who may see it is not known either.
 */
bool room_is_of(const struct dw_stored *e);
/** The envelope and payload of an event as a fact; what it points at lies in `a`. */
void room_fact(struct dw_fact *f, const struct dw_stored *e, struct dw_arena *a);

#endif
