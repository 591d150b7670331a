/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * statement.c - the statements as they are now, in memory, on the loop, each in its room.
 *
 * A statement is folded once when the engine opens and then from every durable event about it: those of
 * class ROOM, which its room has folded before as entries of the timeline, and what is typed
 * (class DRAFT), which the room does not know of. Commands meet it in statement_op.c; its past is read in
 * statement_fold.c by the same fold.
 *
 *  (1) The state of a statement is what its events up to the journal's head come to.
 *  (2) Who may see the room may see its statements, and nobody else: every way in asks that.
 */
#include "statement_int.h"
#include "store/db.h"

#include <stdlib.h>

static const char load_sql[] = "SELECT room, id FROM statement ORDER BY room, id";

struct statement *statement_find(const struct dw_rooms *rooms, uint64_t id)
{
	return id != 0 ? dw_map_get_u64(rooms->statements, id) : NULL;
}

static struct statement *add(struct dw_rooms *rooms, struct room *room, uint64_t id,
			     struct dw_statement *state)
{
	struct statement *t = calloc(1, sizeof(*t));

	DW_INVARIANT(t != NULL);
	t->room = room;
	t->state = state;
	t->tail.revision = state->revision;
	(void)dw_map_put_u64(rooms->statements, id, t);
	dw_list_push(&room->statements, &t->link);
	return t;
}

void statements_free(struct room *room)
{
	struct dw_link *l;

	while ((l = dw_list_pop(&room->statements)) != NULL) {
		struct statement *t = DW_CONTAINER_OF(l, struct statement, link);

		dw_statement_destroy(t->state);
		statement_tail_free(&t->tail);
		statement_shingles_unref(t->shingles);
		free(t);
	}
}

/* ---- opening ---- */

static int load_one(struct dw_rooms *rooms, struct dw_reader *r, uint64_t room,
		    uint64_t id, struct dw_err *err)
{
	uint64_t head = dw_journal_head(dw_engine_journal(rooms->engine));
	struct room *in = room_find(rooms, room);
	struct dw_statement *state;
	int rc;

	if (in == NULL)
		return 0;
	rc = dw_statement_fold_on_pool(r, id, head, &state, err);
	if (rc == 0)
		(void)add(rooms, in, id, state);
	return rc;
}

int statements_load(struct dw_rooms *rooms, struct dw_reader *r, struct dw_err *err)
{
	struct dw_db *db = dw_reader_db(r);
	sqlite3_stmt *q = dw_db_stmt(db, load_sql, err);
	int rc;

	if (q == NULL)
		return DW_EINTERNAL;
	while ((rc = dw_db_step(db, q, err)) == 1) {
		rc = load_one(rooms, r, (uint64_t)sqlite3_column_int64(q, 0),
			      (uint64_t)sqlite3_column_int64(q, 1), err);
		if (rc < 0)
			break;
	}
	sqlite3_reset(q);
	return rc;
}

/* ---- folding ---- */

static void apply(struct statement *t, const struct dw_stored *e)
{
	bool is_typing = dw_event_by_name(e->type) == DW_EV_DRAFT_CHANGED;
	struct dw_arena *a = is_typing ? dw_arena_create() : t->state->arena;
	struct dw_statement_fact f;

	statement_fact(&f, e, a);
	dw_statement_apply(t->state, &f);
	if (is_typing) {
		statement_tail_add(&t->tail, &f);
		dw_arena_destroy(a);
	}
}

/* Which one it is about stands in its payload. */
static struct statement *find_of(const struct dw_rooms *rooms, const struct dw_stored *e)
{
	struct dw_arena *a = dw_arena_create();
	struct dw_statement_fact f;
	uint64_t id;

	statement_fact(&f, e, a);
	id = statement_id(&f);
	dw_arena_destroy(a);
	return statement_find(rooms, id);
}

void statement_apply(struct dw_rooms *rooms, const struct dw_stored *e)
{
	enum dw_event_type type = dw_event_by_name(e->type);
	struct room *room = room_find(rooms, e->room);
	struct statement *t;

	if (room == NULL || !dw_statement_is_of(type))
		return;
	t = type == DW_EV_STATEMENT_DRAFTED
		    ? add(rooms, room, e->seq, dw_statement_create())
		    : find_of(rooms, e);
	if (t == NULL || t->room != room)
		return;
	apply(t, e);
	if (type == DW_EV_STATEMENT_PUBLISHED || type == DW_EV_STATEMENT_WITHDRAWN)
		rooms->went_out++;
}

/* ---- looking ---- */

const struct dw_statement *dw_statements_see(const struct dw_rooms *rooms,
					     const struct dw_principal *who, uint64_t id)
{
	const struct statement *t = statement_find(rooms, id);

	if (t == NULL || t->state->id == 0 ||
	    dw_rooms_see(rooms, who, t->room->state->id) == NULL)
		return NULL;
	return t->state;
}

void dw_statements_each(const struct dw_rooms *rooms, uint64_t room,
			bool (*fn)(void *data, const struct dw_statement *t), void *data)
{
	const struct room *in = room_find(rooms, room);

	if (in == NULL)
		return;
	for (struct dw_link *l = in->statements.prev; l != &in->statements; l = l->prev) {
		const struct statement *t = DW_CONTAINER_OF(l, struct statement, link);

		if (t->state->id != 0 && !fn(data, t->state))
			return;
	}
}

struct dw_statement_list dw_statements_of(const struct dw_rooms *rooms, uint64_t room,
					  struct dw_arena *a)
{
	struct dw_statement_list list = { NULL, 0 };
	const struct room *in = room_find(rooms, room);
	size_t n = 0;

	if (in == NULL)
		return list;
	DW_LIST_EACH(l, (struct dw_link *)(uintptr_t)&in->statements)
		n++;
	list.p = dw_arena_alloc(a, (n + 1) * sizeof(list.p[0]));
	DW_LIST_EACH(l, (struct dw_link *)(uintptr_t)&in->statements) {
		const struct statement *t = DW_CONTAINER_OF(l, struct statement, link);

		if (t->state->id != 0)
			list.p[list.n++] = t->state;
	}
	return list;
}
