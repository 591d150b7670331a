/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * statement_flip.c - a claim under a published sentence is not true any more: says so, by the system.
 *
 * The sentence is named in an event of the room and a draft of a correction is opened, in one batch,
 * once for each publication and claim. Looked for after any change of a claim and after a publication, and in
 * all rooms once after the start: a crash may lie between the two.
 *
 *  (1) Nothing is said twice: the statement keeps what was said, and the command is decided on what
 *      it is then.
 *  (2) What could not be written (a full disk) is tried again with the room's next such event, or
 *      after the next start.
 */
#include "statement_int.h"

#include <stdlib.h>

struct naming {
	struct dw_link link; /* on dw_rooms.namings */
	struct dw_statement_op op;
};

static void naming_free(struct naming *y)
{
	dw_list_remove(&y->link);
	dw_statement_op_fini(&y->op);
	free(y);
}

static void look(struct dw_rooms *rooms, struct room *room);

static void on_named(struct dw_statement_op *op)
{
	struct room *room = room_find(op->rooms, op->incident);
	struct dw_rooms *rooms = op->rooms;
	bool is_over = op->status < 0;

	naming_free(DW_CONTAINER_OF(op, struct naming, op));
	if (room == NULL)
		return;
	room->is_naming = false;
	if (!is_over)
		look(rooms, room);
}

static void name(struct dw_rooms *rooms, struct room *room, uint64_t statement)
{
	struct naming *y = calloc(1, sizeof(*y));

	DW_INVARIANT(y != NULL);
	dw_statement_op_init(&y->op);
	y->op.cmd.who.kind = DW_OPERATOR;
	y->op.is_contradiction = true;
	y->op.incident = room->state->id;
	y->op.statement = statement;
	y->op.cb = on_named;
	dw_list_push(&rooms->namings, &y->link);
	room->is_naming = true;
	dw_statement_do(rooms, &y->op);
}

/* One statement after the other. */
static void look(struct dw_rooms *rooms, struct room *room)
{
	struct dw_arena *a;

	if (room->is_naming)
		return;
	room->has_flipped = false;
	a = dw_arena_create();
	DW_LIST_EACH(l, &room->statements) {
		const struct statement *t = DW_CONTAINER_OF(l, struct statement, link);
		struct dw_statement_plan plan = { .arena = a };

		if (dw_statement_out(t->state) == NULL)
			continue;
		dw_statement_contradict(t->state, room->state, &plan);
		if (plan.n == 0)
			continue;
		name(rooms, room, t->state->id);
		break;
	}
	dw_arena_destroy(a);
}

static void on_flips(struct dw_task *task)
{
	struct dw_rooms *rooms = DW_CONTAINER_OF(task, struct dw_rooms, flips);

	DW_LIST_EACH(l, &rooms->all) {
		struct room *room = DW_CONTAINER_OF(l, struct room, link);

		if (room->has_flipped)
			look(rooms, room);
	}
}

/* Not at once: this is called while what happened is still being told. */
void statement_flip_moved(struct dw_rooms *rooms, struct room *room,
			  enum dw_event_type type)
{
	if (dw_list_empty(&room->statements) ||
	    (type != DW_EV_CLAIM_CHANGED && type != DW_EV_STATEMENT_PUBLISHED))
		return;
	room->has_flipped = true;
	dw_task_post(dw_engine_conf(rooms->engine)->loop, &rooms->flips);
}

void statement_flip_start(struct dw_rooms *rooms)
{
	dw_task_init(&rooms->flips, on_flips);
	DW_LIST_EACH(l, &rooms->all) {
		struct room *room = DW_CONTAINER_OF(l, struct room, link);

		room->has_flipped = !dw_list_empty(&room->statements);
		if (room->has_flipped)
			dw_task_post(dw_engine_conf(rooms->engine)->loop, &rooms->flips);
	}
}

void statement_flip_stop(struct dw_rooms *rooms)
{
	dw_task_cancel(dw_engine_conf(rooms->engine)->loop, &rooms->flips);
}

/* Some may be appended already and not called back yet. */
void statement_flip_free(struct dw_rooms *rooms)
{
	if (rooms->flips.run != NULL) /* it was started */
		statement_flip_stop(rooms);
	while (rooms->namings.next != &rooms->namings) {
		struct naming *y =
			DW_CONTAINER_OF(rooms->namings.next, struct naming, link);

		dw_task_cancel(dw_engine_conf(rooms->engine)->loop, &y->op.done);
		naming_free(y);
	}
}
