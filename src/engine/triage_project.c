/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * triage_project.c - folds what became of mentions into its read tables (025_triage.sql).
 *
 * An event says all of the triage from then on, so the newest one is the row. What only the first
 * of them can say, when somebody first looked, stays as it was. An erased event names no mention
 * any more and leaves no row.
 */
#include "domain/fact.h"
#include "engine/triage.h"
#include "store/db.h"

static const char put_sql[] =
	"INSERT INTO mention_triage"
	" (mention, seq, state, owner, at, first_assessed_at, asks)"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (mention) DO UPDATE SET"
	" seq = excluded.seq, state = excluded.state, owner = excluded.owner,"
	" at = excluded.at, asks = excluded.asks,"
	" first_assessed_at = coalesce(first_assessed_at, excluded.first_assessed_at)";
static const char add_change_sql[] =
	"INSERT INTO mention_triage_change (mention, seq, state) VALUES (?1, ?2, ?3)";
/* In this order; mention, and the state that it has from now on. */
static const char *const rooms_sql[] = {
	"UPDATE room_state SET n = n - 1 WHERE (room, state) IN"
	" (SELECT room, state FROM room_mention WHERE mention = ?1)",
	"UPDATE room_mention SET state = ?2 WHERE mention = ?1",
	"INSERT INTO room_state (room, state, n) SELECT room, ?2, 1 FROM room_mention"
	" WHERE mention = ?1 ON CONFLICT (room, state) DO UPDATE SET n = n + 1",
};

static int put(struct dw_db *db, const struct dw_stored *e, const struct dw_fact *f,
	       struct dw_err *err)
{
	sqlite3_stmt *q = dw_db_stmt(db, put_sql, err);

	if (q == NULL)
		return DW_EINTERNAL;
	dw_db_bind_u64(q, 1, f->mention);
	dw_db_bind_u64(q, 2, e->seq);
	dw_db_bind_u64(q, 3, f->triage);
	if (f->owner != 0)
		dw_db_bind_u64(q, 4, f->owner);
	dw_db_bind_i64(q, 5, e->recorded_at);
	if (f->triage != DW_TRIAGE_NEW)
		dw_db_bind_i64(q, 6, e->recorded_at);
	dw_db_bind_u64(q, 7, f->asks);
	return dw_db_run(db, q, err);
}

static int add_change(struct dw_db *db, const struct dw_fact *f, uint64_t seq,
		      struct dw_err *err)
{
	sqlite3_stmt *q = dw_db_stmt(db, add_change_sql, err);

	if (q == NULL)
		return DW_EINTERNAL;
	dw_db_bind_u64(q, 1, f->mention);
	dw_db_bind_u64(q, 2, seq);
	dw_db_bind_u64(q, 3, f->triage);
	return dw_db_run(db, q, err);
}

/* The rooms that it is in count by state. */
static int tell_rooms(struct dw_db *db, const struct dw_fact *f, struct dw_err *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < sizeof(rooms_sql) / sizeof(rooms_sql[0]); i++) {
		sqlite3_stmt *q = dw_db_stmt(db, rooms_sql[i], err);

		if (q == NULL)
			return DW_EINTERNAL;
		dw_db_bind_u64(q, 1, f->mention);
		if (i > 0)
			dw_db_bind_u64(q, 2, f->triage);
		rc = dw_db_run(db, q, err);
	}
	return rc;
}

int dw_triage_project_on_writer(struct dw_db *db, const struct dw_stored *e,
				struct dw_err *err)
{
	struct dw_fact f = { .type = dw_event_by_name(e->type) };
	struct dw_arena *a;
	int rc = 0;

	if (f.type != DW_EV_MENTION_TRIAGED)
		return 0;
	a = dw_arena_create();
	dw_fact_read(&f, e->payload, a);
	if (f.mention != 0)
		rc = put(db, e, &f, err);
	if (rc == 0 && f.mention != 0)
		rc = add_change(db, &f, e->seq, err);
	if (rc == 0 && f.mention != 0)
		rc = tell_rooms(db, &f, err);
	dw_arena_destroy(a);
	return rc < 0 ? dw_wrap(err, rc, "folding event %llu", (unsigned long long)e->seq)
		      : 0;
}
