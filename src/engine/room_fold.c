/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * room_fold.c - a room as it was: its events up to a moment, folded by the one fold.
 *
 * Which events those are is an index (040_incident.sql). Notes and corrections are most of a long
 * timeline and leave nothing in the state but that they were there, so they are folded from
 * their row and not read. A journal in memory has no index: there the whole is gone through.
 */
#include "room_int.h"
#include "store/db.h"

static const char events_sql[] = "SELECT seq, type, actor, occurred_at FROM room_event"
				 " WHERE room = ?1 AND seq <= ?2 ORDER BY seq";

void room_fact(struct dw_fact *f, const struct dw_stored *e, struct dw_arena *a)
{
	memset(f, 0, sizeof(*f));
	f->type = dw_event_by_name(e->type);
	f->seq = e->seq;
	f->room = e->room;
	f->actor = e->actor;
	f->recorded_at = e->recorded_at;
	f->occurred_at = e->occurred_at;
	dw_fact_read(f, e->payload, a);
}

/* ---- a time as a seq ---- */

static bool on_time(void *data, const struct dw_stored *e)
{
	*(int64_t *)data = e->recorded_at;
	return false;
}

int dw_seq_at_on_pool(struct dw_reader *r, uint64_t head, int64_t at, uint64_t *seq,
		      struct dw_err *err)
{
	uint64_t lo = 0, hi = head, last;

	while (lo < hi) {
		uint64_t mid = lo + (hi - lo + 1) / 2;
		int64_t then = 0;
		int rc = dw_reader_scan(r, mid - 1, 1, on_time, &then, &last, err);

		if (rc < 0)
			return rc;
		if (then <= at)
			lo = mid;
		else
			hi = mid - 1;
	}
	*seq = lo;
	return 0;
}

/* ---- folding ---- */

struct folding {
	struct dw_incident *s;
	uint64_t room, upto;
};

static bool on_event(void *data, const struct dw_stored *e)
{
	struct folding *g = data;
	struct dw_fact f;

	if (e->seq > g->upto)
		return false;
	if (e->room != g->room)
		return true;
	room_fact(&f, e, g->s->arena);
	dw_incident_apply(g->s, &f);
	return true;
}

static int fold_all(struct dw_reader *r, struct folding *g, struct dw_err *err)
{
	uint64_t after = g->room - 1;

	while (after < g->upto) {
		uint64_t last;
		int rc = dw_reader_scan(r, after, 4096, on_event, g, &last, err);

		if (rc < 0 || last == after)
			return rc;
		after = last;
	}
	return 0;
}

static bool is_light(enum dw_event_type type)
{
	return type == DW_EV_NOTE_ADDED || type == DW_EV_CORRECTION_ADDED;
}

static int fold_row(struct dw_reader *r, sqlite3_stmt *q, struct folding *g,
		    struct dw_err *err)
{
	struct dw_fact f = { .type = dw_event_by_name(dw_db_text(q, 1)),
			     .seq = (uint64_t)sqlite3_column_int64(q, 0),
			     .actor = (uint64_t)sqlite3_column_int64(q, 2),
			     .occurred_at = sqlite3_column_int64(q, 3) };
	uint64_t last;

	if (!is_light(f.type))
		return dw_reader_scan(r, f.seq - 1, 1, on_event, g, &last, err);
	dw_incident_apply(g->s, &f);
	return 0;
}

static int fold_index(struct dw_reader *r, struct dw_db *db, struct folding *g,
		      struct dw_err *err)
{
	sqlite3_stmt *q = dw_db_stmt(db, events_sql, err);
	int rc;

	if (q == NULL)
		return DW_EINTERNAL;
	dw_db_bind_u64(q, 1, g->room);
	dw_db_bind_u64(q, 2, g->upto);
	while ((rc = dw_db_step(db, q, err)) == 1) {
		rc = fold_row(r, q, g, err);
		if (rc < 0)
			break;
	}
	sqlite3_reset(q);
	return rc;
}

int dw_room_fold_on_pool(struct dw_reader *r, uint64_t room, uint64_t upto,
			 struct dw_incident **out, struct dw_err *err)
{
	struct folding g = { .room = room, .upto = upto };
	struct dw_db *db = dw_reader_db(r);
	int rc = 0;

	DW_REQUIRE(room != 0);
	g.s = dw_incident_create();
	if (room <= upto)
		rc = db != NULL ? fold_index(r, db, &g, err) : fold_all(r, &g, err);
	if (rc == 0 && g.s->id == 0)
		rc = dw_fail(err, DW_ENOTFOUND,
			     "there is no such incident, or there was none then");
	if (rc < 0) {
		dw_incident_destroy(g.s);
		return rc;
	}
	*out = g.s;
	return 0;
}
