/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * room_overdue.c - says what is overdue in rooms, as events of theirs by the system.
 *
 * Each room knows the first moment that is still to be said, which moves only with events that can
 * move it; all rooms together know the first of those. Once a second that one is compared with the
 * clock, so an idle server costs a comparison, and a clock that was set says the rest at once. What
 * passed while the server was down is said by the first look.
 *
 *  (1) Nothing is said before its moment, and nothing twice: the command is decided on the room as
 *      it is then, and the room keeps what was said (incident_clock.c).
 *  (2) What could not be written (a full disk) is tried again with the next look.
 */
#include "statement_int.h"

#include <stdlib.h>

#define LOOK_MS 1000

struct saying {
	struct dw_link link; /* on dw_rooms.sayings */
	struct dw_room_op op;
};

/* Of an incident that is there. */
static int64_t due_of(const struct room *room)
{
	return room->state->id != 0 ? dw_incident_next_due(room->state) : 0;
}

static void find_first(struct dw_rooms *rooms)
{
	rooms->due = 0;
	DW_LIST_EACH(l, &rooms->all) {
		int64_t due = DW_CONTAINER_OF(l, struct room, link)->due;

		if (due != 0 && (rooms->due == 0 || due < rooms->due))
			rooms->due = due;
	}
}

static bool can_move(enum dw_event_type type)
{
	switch ((unsigned)type) {
	case DW_EV_INCIDENT_STATUS_CHANGED:
	case DW_EV_INCIDENT_MERGED:
	case DW_EV_TASK_ADDED:
	case DW_EV_TASK_CHANGED:
	case DW_EV_TASK_OVERDUE:
	case DW_EV_CLAIM_ADDED:
	case DW_EV_CLAIM_CHANGED:
	case DW_EV_CLAIM_OVERDUE:
	case DW_EV_WORD_SPOKEN:
	case DW_EV_WORD_OVERDUE:
	case DW_EV_CADENCE_SET:
		return true;
	default:
		return false;
	}
}

void room_due_moved(struct dw_rooms *rooms, struct room *room, enum dw_event_type type)
{
	int64_t was = room->due;

	if (!can_move(type))
		return;
	room->due = due_of(room);
	if (room->due == was)
		return;
	if (was != 0 && was == rooms->due)
		find_first(rooms);
	else if (room->due != 0 && (rooms->due == 0 || room->due < rooms->due))
		rooms->due = room->due;
}

/* ---- saying ---- */

static void saying_free(struct saying *y)
{
	dw_list_remove(&y->link);
	dw_room_op_fini(&y->op);
	free(y);
}

static void on_said(struct dw_room_op *op)
{
	struct room *room = room_find(op->rooms, op->room);

	if (room != NULL)
		room->is_saying = false;
	saying_free(DW_CONTAINER_OF(op, struct saying, op));
}

static void say(struct dw_rooms *rooms, struct room *room)
{
	struct saying *y = calloc(1, sizeof(*y));

	DW_INVARIANT(y != NULL);
	dw_room_op_init(&y->op);
	y->op.cmd.type = DW_CMD_OVERDUE;
	y->op.cmd.who.kind = DW_OPERATOR;
	y->op.room = room->state->id;
	y->op.cb = on_said;
	dw_list_push(&rooms->sayings, &y->link);
	room->is_saying = true;
	dw_room_do(rooms, &y->op);
}

void dw_rooms_say_overdue(struct dw_rooms *rooms)
{
	int64_t now = dw_now_us(dw_engine_clock(rooms->engine));

	if (rooms->due == 0 || rooms->due > now)
		return;
	DW_LIST_EACH(l, &rooms->all) {
		struct room *room = DW_CONTAINER_OF(l, struct room, link);

		if (room->due != 0 && room->due <= now && !room->is_saying)
			say(rooms, room);
	}
}

/* ---- looking ---- */

static void on_look(struct dw_deadline *d)
{
	struct dw_rooms *rooms = DW_CONTAINER_OF(d, struct dw_rooms, look);

	dw_rooms_say_overdue(rooms);
	dw_deadline_start(dw_engine_conf(rooms->engine)->timers, rooms->cls_look, d);
}

void room_due_start(struct dw_rooms *rooms)
{
	struct dw_timers *t = dw_engine_conf(rooms->engine)->timers;

	DW_LIST_EACH(l, &rooms->all) {
		struct room *room = DW_CONTAINER_OF(l, struct room, link);

		room->due = due_of(room);
	}
	find_first(rooms);
	dw_deadline_init(&rooms->look, on_look);
	rooms->cls_look = dw_timers_class(t, LOOK_MS);
	dw_deadline_start(t, rooms->cls_look, &rooms->look);
}

void dw_rooms_stop(struct dw_rooms *rooms)
{
	dw_deadline_stop(&rooms->look);
	statement_flip_stop(rooms);
}

/* Some may be appended already and not called back yet. */
void room_due_free(struct dw_rooms *rooms)
{
	while (rooms->sayings.next != &rooms->sayings) {
		struct saying *y =
			DW_CONTAINER_OF(rooms->sayings.next, struct saying, link);

		dw_task_cancel(dw_engine_conf(rooms->engine)->loop, &y->op.done);
		saying_free(y);
	}
}
