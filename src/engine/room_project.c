/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * room_project.c - folds events of rooms into their read tables (040_incident.sql).
 *
 * Total, as every fold: an event whose payload was erased keeps its row and its place on the
 * timeline, and what it had linked stays linked as far as anybody can tell.
 */
#include "room_int.h"
#include "store/db.h"

static const char add_sql[] =
	"INSERT INTO room_event (room, seq, type, actor, occurred_at, target)"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
static const char link_sql[] =
	"INSERT OR IGNORE INTO room_mention (room, mention) VALUES (?1, ?2)";
static const char unlink_sql[] =
	"DELETE FROM room_mention WHERE room = ?1 AND mention = ?2";

static int add_event(struct dw_db *db, const struct dw_stored *e, uint64_t target,
		     struct dw_err *err)
{
	sqlite3_stmt *q = dw_db_stmt(db, add_sql, err);

	if (q == NULL)
		return DW_EINTERNAL;
	dw_db_bind_u64(q, 1, e->room);
	dw_db_bind_u64(q, 2, e->seq);
	dw_db_bind_text(q, 3, e->type);
	dw_db_bind_u64(q, 4, e->actor);
	dw_db_bind_i64(q, 5, e->occurred_at);
	if (target != 0)
		dw_db_bind_u64(q, 6, target);
	return dw_db_run(db, q, err);
}

static int set_link(struct dw_db *db, const char *sql, uint64_t room, uint64_t mention,
		    struct dw_err *err)
{
	sqlite3_stmt *q = dw_db_stmt(db, sql, err);

	if (q == NULL)
		return DW_EINTERNAL;
	dw_db_bind_u64(q, 1, room);
	dw_db_bind_u64(q, 2, mention);
	return dw_db_run(db, q, err);
}

int dw_room_project_on_writer(struct dw_db *db, const struct dw_stored *e,
			      struct dw_err *err)
{
	enum dw_event_type type = dw_event_by_name(e->type);
	struct dw_arena *a;
	struct dw_fact f;
	int rc;

	if (e->room == 0)
		return 0;
	if (type != DW_EV_CORRECTION_ADDED && type != DW_EV_MENTION_LINKED &&
	    type != DW_EV_MENTION_UNLINKED)
		return add_event(db, e, 0, err);
	a = dw_arena_create();
	room_fact(&f, e, a);
	rc = add_event(db, e, f.target, err);
	for (size_t i = 0; rc == 0 && i < f.linked.n; i++)
		rc = set_link(db, link_sql, e->room, f.linked.p[i].id, err);
	for (size_t i = 0; rc == 0 && i < f.ids.n; i++)
		rc = set_link(db, unlink_sql, e->room, f.ids.p[i], err);
	dw_arena_destroy(a);
	return rc;
}
