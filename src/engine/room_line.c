/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * room_line.c - the line in front of a room.
 *
 * While a room has an append in flight, later commands to it stand in line behind that, whatever they are about:
 * the room itself (room_op.c) or a statement in it (statement_op.c). So each is decided on what
 * the one before came to. Other rooms are not held up.
 */
#include "room_int.h"

bool room_line_wait(struct room *room, struct dw_room_turn *t)
{
	if (room == NULL || !room->is_busy)
		return false;
	dw_list_push(&room->waiting, &t->link);
	return true;
}

void room_line_begin(struct room *room)
{
	if (room != NULL)
		room->is_busy = true;
}

void room_line_end(struct room *room)
{
	if (room != NULL)
		room->is_busy = false;
}

void room_line_go_on(struct room *room)
{
	struct dw_link *l;

	while (room != NULL && !room->is_busy &&
	       (l = dw_list_pop(&room->waiting)) != NULL) {
		struct dw_room_turn *t = DW_CONTAINER_OF(l, struct dw_room_turn, link);

		t->run(t);
	}
}
