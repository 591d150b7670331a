/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_ENGINE_PRESENCE_H
#define DW_ENGINE_PRESENCE_H
/*
 * Who is in which room now: in memory, for as long as they go on saying so, and no part of the
 * record. See src/engine/presence.c.
 */
#include "base/clock.h"
#include "base/list.h"
#include "base/str.h"

#define DW_HERE_ROOMS 256   /* that somebody is in */
#define DW_HERE_IN_ROOM 500 /* people in one */
#define DW_HERE_ALL 4096    /* people in all of them */
#define DW_HERE_SPOTS 8	    /* pages of one person in one room that are told apart */

struct dw_caret {	    /* where somebody is in a text, as of a revision of it */
	uint64_t statement; /* 0: in none */
	uint64_t revision;
	uint32_t anchor, head; /* UTF-16 units */
};

struct dw_here_spot { /* a page that shows the room */
	uint64_t session, tab;
	uint64_t until_ms;
	struct dw_caret caret;
};

struct dw_here {
	uint64_t user;
	int64_t since;
	bool is_told; /* has what the room looks like now */
	unsigned n_spots;
	struct dw_here_spot spot[DW_HERE_SPOTS];
};

struct dw_here_room {
	struct dw_link link;
	uint64_t room;
	bool is_owing;	  /* somebody in it is not told */
	uint64_t told_ms; /* when they were told last; 0: never */
	size_t n, cap;
	struct dw_here *here; /* in the order they came */
};

struct dw_presence {
	struct dw_link rooms;
	size_t n_rooms, n_here;
	unsigned expiry_ms;
};

void dw_presence_init(struct dw_presence *p, unsigned expiry_ms);
void dw_presence_fini(struct dw_presence *p);
/**
 * A page says that its reader is there. 1 somebody new is, 0 they were already, DW_EBUSY: there
 * are as many as there may be. Requires: user, session and room are not 0.
 */
DW_MUST_USE int dw_presence_enter(struct dw_presence *p, uint64_t room, uint64_t user,
				  uint64_t session, uint64_t tab, uint64_t now_ms,
				  int64_t now_us);
/** The page is gone. True: so is its reader, who has no other there. */
bool dw_presence_leave(struct dw_presence *p, uint64_t room, uint64_t user,
		       uint64_t session, uint64_t tab);
/** The page's place, to set its caret; NULL: it is not there. Until the next change. */
struct dw_here_spot *dw_presence_spot(const struct dw_presence *p, uint64_t room,
				      uint64_t user, uint64_t session, uint64_t tab);
/** Take away all pages that `keep` says no to. */
void dw_presence_sift(struct dw_presence *p,
		      bool (*keep)(void *data, uint64_t room, uint64_t user,
				   const struct dw_here_spot *spot),
		      void *data);
/** Take away those that have said nothing for too long. */
void dw_presence_expire(struct dw_presence *p, uint64_t now_ms);
/** They have a new place to be told at: whatever rooms they are in owe them. */
void dw_presence_owe(struct dw_presence *p, uint64_t user);
/** The room, or NULL when nobody is in it. Until the next change. */
struct dw_here_room *dw_presence_room(const struct dw_presence *p, uint64_t room);

#endif
