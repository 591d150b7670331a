/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_ROOM_INT_H
#define DW_ROOM_INT_H
/* What the files about rooms share. */
#include "base/map.h"
#include "engine/room.h"

struct room {
	struct dw_link link; /* on dw_rooms.all, in the order of ids */
	struct dw_incident *state;
	struct dw_link waiting; /* struct dw_room_op, in the order they came */
	bool is_busy;		/* one of its commands is being appended */
};

struct dw_rooms {
	struct dw_engine *engine;
	struct dw_map *by_id;
	struct dw_link all;
	struct dw_doors *doors;
};

/* ---- room.c ---- */

struct room *room_find(const struct dw_rooms *rooms, uint64_t id);

/* ---- room_fold.c ---- */

/** The envelope and payload of an event as a fact; what it points at lies in `a`. */
void room_fact(struct dw_fact *f, const struct dw_stored *e, struct dw_arena *a);

#endif
