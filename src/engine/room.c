/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * room.c - the incidents as they are now, in memory, on the loop.
 *
 * A room is folded once when the engine opens and then from every durable event, before its
 * watchers and the caller hear of it. Commands meet it in room_op.c; its past is read in
 * room_fold.c by the same fold. How many rooms there are is a matter of crises, not of traffic:
 * all of them stay in memory.
 *
 *  (1) The state of a room is what its events up to the journal's head come to.
 *  (2) `doors` says who may see closed rooms as of the same event: it is exchanged while that is
 *      applied, before the event is handed to any watcher.
 */
#include "engine/feed.h"
#include "statement_int.h"
#include "store/db.h"

#include <stdlib.h>

static const char load_sql[] =
	"SELECT room FROM room_event WHERE seq = room ORDER BY room";

struct room *room_find(const struct dw_rooms *rooms, uint64_t id)
{
	return id != 0 ? dw_map_get_u64(rooms->by_id, id) : NULL;
}

static struct room *add(struct dw_rooms *rooms, uint64_t id, struct dw_incident *state)
{
	struct room *room = calloc(1, sizeof(*room));

	DW_INVARIANT(room != NULL);
	room->state = state;
	dw_list_init(&room->waiting);
	dw_list_init(&room->statements);
	(void)dw_map_put_u64(rooms->by_id, id, room);
	dw_list_push(&rooms->all, &room->link);
	return room;
}

/* ---- doors ---- */

static struct dw_doors *make_doors(const struct dw_rooms *rooms)
{
	struct dw_door *list = NULL;
	struct dw_doors *doors;
	size_t n = 0;

	DW_LIST_EACH(l, &rooms->all) {
		const struct dw_incident *s =
			DW_CONTAINER_OF(l, struct room, link)->state;
		struct dw_door *more;

		if (!s->is_restricted)
			continue;
		more = realloc(list, (n + s->participants.n + 1) * sizeof(*list));
		DW_INVARIANT(more != NULL);
		list = more;
		list[n++] = (struct dw_door){ s->id, 0 };
		for (size_t i = 0; i < s->participants.n; i++)
			list[n++] = (struct dw_door){ s->id, s->participants.p[i].user };
	}
	doors = dw_doors_new(list, n);
	free(list);
	return doors;
}

static void move_doors(struct dw_rooms *rooms, uint64_t room)
{
	struct dw_doors *before = rooms->doors;

	rooms->doors = make_doors(rooms);
	dw_feed_set_doors(dw_engine_feed(rooms->engine), rooms->doors);
	if (rooms->on_doors != NULL)
		rooms->on_doors(rooms->on_doors_data, room, before, rooms->doors);
	dw_doors_unref(before);
}

void dw_rooms_observe(struct dw_rooms *rooms,
		      void (*fn)(void *data, uint64_t room, const struct dw_doors *before,
				 const struct dw_doors *after),
		      void *data)
{
	rooms->on_doors = fn;
	rooms->on_doors_data = data;
}

struct dw_doors *dw_rooms_doors(struct dw_rooms *rooms)
{
	return rooms->doors;
}

/* ---- opening ---- */

static int load(struct dw_rooms *rooms, struct dw_reader *r, struct dw_err *err)
{
	uint64_t head = dw_journal_head(dw_engine_journal(rooms->engine));
	struct dw_db *db = dw_reader_db(r);
	sqlite3_stmt *q = dw_db_stmt(db, load_sql, err);
	int rc;

	if (q == NULL)
		return DW_EINTERNAL;
	while ((rc = dw_db_step(db, q, err)) == 1) {
		uint64_t id = (uint64_t)sqlite3_column_int64(q, 0);
		struct dw_incident *s;

		rc = dw_room_fold_on_pool(r, id, head, &s, err);
		if (rc < 0)
			break;
		(void)add(rooms, id, s);
	}
	sqlite3_reset(q);
	return rc;
}

int dw_rooms_open(struct dw_rooms **out, struct dw_engine *e, struct dw_reader *r,
		  struct dw_err *err)
{
	struct dw_rooms *rooms = calloc(1, sizeof(*rooms));
	int rc = 0;

	DW_INVARIANT(rooms != NULL);
	rooms->engine = e;
	rooms->by_id = dw_map_create();
	rooms->readers = dw_map_create();
	dw_list_init(&rooms->all);
	dw_list_init(&rooms->sayings);
	dw_list_init(&rooms->namings);
	rooms->statements = dw_map_create();
	rooms->checker = dw_checker_create();
	if (dw_reader_db(r) != NULL)
		rc = load(rooms, r, err);
	if (rc == 0 && dw_reader_db(r) != NULL)
		rc = statements_load(rooms, r, err);
	if (rc < 0) {
		dw_rooms_destroy(rooms);
		return dw_wrap(err, rc, "folding incidents");
	}
	rooms->doors = make_doors(rooms);
	room_due_start(rooms);
	statement_flip_start(rooms);
	*out = rooms;
	return 0;
}

void dw_rooms_destroy(struct dw_rooms *rooms)
{
	struct dw_link *l;

	if (rooms == NULL)
		return;
	room_due_free(rooms);
	statement_flip_free(rooms);
	while ((l = dw_list_pop(&rooms->all)) != NULL) {
		struct room *room = DW_CONTAINER_OF(l, struct room, link);

		statements_free(room);
		dw_incident_destroy(room->state);
		free(room);
	}
	room_readers_free(rooms);
	dw_map_destroy(rooms->statements);
	dw_checker_destroy(rooms->checker);
	dw_map_destroy(rooms->by_id);
	dw_doors_unref(rooms->doors);
	free(rooms);
}

/* ---- folding ---- */

static bool moves_doors(const struct dw_incident *s, enum dw_event_type type,
			bool was_restricted)
{
	return s->is_restricted != was_restricted ||
	       (s->is_restricted &&
		(type == DW_EV_PARTICIPANT_ADDED || type == DW_EV_PARTICIPANT_LEFT));
}

static void apply(struct dw_rooms *rooms, const struct dw_stored *e)
{
	struct room *room = room_find(rooms, e->room);
	bool was_restricted;
	struct dw_fact f;

	if (room == NULL)
		room = add(rooms, e->room, dw_incident_create());
	was_restricted = room->state->is_restricted;
	room_fact(&f, e, room->state->arena);
	dw_incident_apply(room->state, &f);
	room_due_moved(rooms, room, f.type);
	if (moves_doors(room->state, f.type, was_restricted))
		move_doors(rooms, e->room);
}

void dw_rooms_apply(struct dw_rooms *rooms, const struct dw_stored *e)
{
	struct room *room;

	if (room_is_of(e))
		apply(rooms, e);
	statement_apply(rooms, e);
	room = room_find(rooms, e->room);
	if (room != NULL)
		statement_flip_moved(rooms, room, dw_event_by_name(e->type));
}

/* ---- looking ---- */

const struct dw_incident *dw_rooms_find(const struct dw_rooms *rooms, uint64_t id)
{
	const struct room *room = room_find(rooms, id);

	return room != NULL && room->state->id != 0 ? room->state : NULL;
}

const struct dw_incident *dw_rooms_see(const struct dw_rooms *rooms,
				       const struct dw_principal *who, uint64_t id)
{
	const struct dw_incident *s = dw_rooms_find(rooms, id);

	return s != NULL && dw_policy_sees(who, rooms->doors, id) ? s : NULL;
}

void dw_rooms_each(const struct dw_rooms *rooms,
		   bool (*fn)(void *data, const struct dw_incident *s), void *data)
{
	for (struct dw_link *l = rooms->all.prev; l != &rooms->all; l = l->prev) {
		const struct room *room = DW_CONTAINER_OF(l, struct room, link);

		if (room->state->id != 0 && !fn(data, room->state))
			return;
	}
}
