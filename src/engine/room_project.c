/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * room_project.c - folds events of rooms into their read tables (040_incident.sql).
 *
 * Total, as every fold: an event whose payload was erased keeps its row and its place on the
 * timeline, and what it had linked stays linked as far as anybody can tell.
 *
 * An event is packed behind those before it while these fit on a page of the database; then it
 * begins a row of its own. So there is nothing that lags behind and has to be caught up with.
 */
#include "room_int.h"
#include "store/db.h"

static const char add_sql[] =
	"INSERT INTO room_event (room, seq, type, actor, occurred_at, target)"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
static const char link_sql[] =
	"INSERT OR IGNORE INTO room_mention (room, mention, state) VALUES (?1, ?2,"
	" coalesce((SELECT state FROM mention_triage WHERE mention = ?2), 0))";
static const char linked_sql[] =
	"INSERT INTO room_state (room, state, n) SELECT room, state, 1"
	" FROM room_mention WHERE room = ?1 AND mention = ?2"
	" ON CONFLICT (room, state) DO UPDATE SET n = n + 1";
static const char unlink_sql[] =
	"DELETE FROM room_mention WHERE room = ?1 AND mention = ?2";
static const char unlinked_sql[] =
	"UPDATE room_state SET n = n - 1 WHERE room = ?1 AND state ="
	" (SELECT state FROM room_mention WHERE room = ?1 AND mention = ?2)";

static const char spread_sql[] =
	"INSERT OR IGNORE INTO claim_mention (room, mention, claim) VALUES (?1, ?2, ?3)";
static const char unspread_sql[] =
	"DELETE FROM claim_mention WHERE claim = ?3 AND mention = ?2 AND room = ?1";
static const char gone_sql[] =
	"DELETE FROM claim_mention WHERE mention = ?2 AND room = ?1";

static const char newest_pack_sql[] =
	"SELECT id, first, at, facts FROM room_pack WHERE room = ?1"
	" ORDER BY first DESC LIMIT 1";
static const char grow_pack_sql[] = "UPDATE room_pack SET facts = ?2 WHERE id = ?1";
static const char new_pack_sql[] =
	"INSERT INTO room_pack (room, first, at, facts) VALUES (?1, ?2, ?3, ?4)";

#define PACK_BYTES 3900		    /* a row that a page of 4096 has room for */
#define FACT_MAX (1u * 1024 * 1024) /* one fact: twice what a payload may be */

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

/* How many rows that changed, or DW_E…. */
static int set_link(struct dw_db *db, const char *sql, uint64_t room, uint64_t mention,
		    struct dw_err *err)
{
	sqlite3_stmt *q = dw_db_stmt(db, sql, err);
	int rc;

	if (q == NULL)
		return DW_EINTERNAL;
	dw_db_bind_u64(q, 1, room);
	dw_db_bind_u64(q, 2, mention);
	rc = dw_db_run(db, q, err);
	return rc < 0 ? rc : sqlite3_changes(sqlite3_db_handle(q));
}

static int add_link(struct dw_db *db, uint64_t room, uint64_t mention, struct dw_err *err)
{
	int rc = set_link(db, link_sql, room, mention, err);

	if (rc > 0)
		rc = set_link(db, linked_sql, room, mention, err);
	return rc < 0 ? rc : 0;
}

static int drop_link(struct dw_db *db, uint64_t room, uint64_t mention,
		     struct dw_err *err)
{
	int rc = set_link(db, unlinked_sql, room, mention, err);

	if (rc > 0)
		rc = set_link(db, unlink_sql, room, mention, err);
	if (rc >= 0)
		rc = set_link(db, gone_sql, room, mention, err);
	return rc < 0 ? rc : 0;
}

static int set_spread(struct dw_db *db, const char *sql, const struct dw_fact *f,
		      struct dw_err *err)
{
	sqlite3_stmt *q = dw_db_stmt(db, sql, err);
	int rc = 0;

	if (q == NULL)
		return DW_EINTERNAL;
	for (size_t i = 0; rc == 0 && i < f->ids.n; i++) {
		dw_db_bind_u64(q, 1, f->room);
		dw_db_bind_u64(q, 2, f->ids.p[i]);
		dw_db_bind_u64(q, 3, f->claim);
		rc = dw_db_run(db, q, err);
	}
	return rc;
}

/* Claims and links, beside the timeline. */
static int set_links(struct dw_db *db, const struct dw_fact *f, struct dw_err *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < f->linked.n; i++)
		rc = add_link(db, f->room, f->linked.p[i].id, err);
	for (size_t i = 0; rc == 0 && f->type == DW_EV_MENTION_UNLINKED && i < f->ids.n;
	     i++)
		rc = drop_link(db, f->room, f->ids.p[i], err);
	if (rc == 0 && f->type == DW_EV_CLAIM_LINKED)
		rc = set_spread(db, spread_sql, f, err);
	if (rc == 0 && f->type == DW_EV_CLAIM_UNLINKED)
		rc = set_spread(db, unspread_sql, f, err);
	return rc;
}

/* ---- packing ---- */

static int new_pack(struct dw_db *db, const struct dw_fact *f, struct dw_err *err)
{
	struct dw_pack_base base = { f->seq, f->room, f->recorded_at };
	sqlite3_stmt *q = dw_db_stmt(db, new_pack_sql, err);
	struct dw_buf b;
	int rc;

	if (q == NULL)
		return DW_EINTERNAL;
	dw_buf_init(&b, FACT_MAX);
	rc = dw_fact_pack(&b, f, &base);
	DW_INVARIANT(rc == 0);
	dw_db_bind_u64(q, 1, f->room);
	dw_db_bind_u64(q, 2, f->seq);
	dw_db_bind_i64(q, 3, f->recorded_at);
	dw_db_bind_blob(q, 4, b.p, b.len);
	rc = dw_db_run(db, q, err);
	dw_buf_fini(&b);
	return rc;
}

/* The newest row of the room with the fact behind it. 1; 0: it is full, or there is none. */
static int grown_pack(struct dw_db *db, const struct dw_fact *f, struct dw_buf *b,
		      int64_t *id, struct dw_err *err)
{
	sqlite3_stmt *q = dw_db_stmt(db, newest_pack_sql, err);
	struct dw_pack_base base = { .room = f->room };
	struct dw_str facts;
	int rc;

	if (q == NULL)
		return DW_EINTERNAL;
	dw_db_bind_u64(q, 1, f->room);
	rc = dw_db_step(db, q, err);
	if (rc == 1) {
		*id = sqlite3_column_int64(q, 0);
		base.seq = (uint64_t)sqlite3_column_int64(q, 1);
		base.at = sqlite3_column_int64(q, 2);
		facts = dw_db_blob(q, 3);
		rc = dw_buf_add(b, facts.p, facts.n) == 0 &&
		     dw_fact_pack(b, f, &base) == 0;
	}
	sqlite3_reset(q);
	return rc;
}

static int pack(struct dw_db *db, const struct dw_fact *f, struct dw_err *err)
{
	sqlite3_stmt *q = dw_db_stmt(db, grow_pack_sql, err);
	struct dw_buf b;
	int64_t id = 0;
	int rc;

	if (q == NULL)
		return DW_EINTERNAL;
	dw_buf_init(&b, PACK_BYTES);
	rc = grown_pack(db, f, &b, &id, err);
	if (rc == 1) {
		dw_db_bind_i64(q, 1, id);
		dw_db_bind_blob(q, 2, b.p, b.len);
		rc = dw_db_run(db, q, err);
	} else if (rc == 0) {
		rc = new_pack(db, f, err);
	}
	dw_buf_fini(&b);
	return rc;
}

/* ---- all ---- */

int dw_room_project_on_writer(struct dw_db *db, const struct dw_stored *e,
			      struct dw_err *err)
{
	struct dw_arena *a;
	struct dw_fact f;
	int rc;

	if (!room_is_of(e))
		return 0;
	a = dw_arena_create();
	room_fact(&f, e, a);
	rc = add_event(db, e, f.type == DW_EV_CORRECTION_ADDED ? f.target : 0, err);
	if (rc == 0)
		rc = pack(db, &f, err);
	if (rc == 0)
		rc = set_links(db, &f, err);
	dw_arena_destroy(a);
	return rc;
}
