/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * room_fold.c - a room as it was: its events up to a moment, folded by the one fold.
 *
 * The room's events are read packed (room_pack in 040_incident.sql): a few hundred rows for a
 * hundred thousand of them. A journal in memory has no such table: there the whole is gone through.
 */
#include "room_int.h"
#include "store/db.h"

static const char packs_sql[] = "SELECT first, at, facts FROM room_pack"
				" WHERE room = ?1 AND first <= ?2 ORDER BY first";

bool room_is_of(const struct dw_stored *e)
{
	return e->room != 0 &&
	       dw_event_info(dw_event_by_name(e->type))->class == DW_CLASS_ROOM;
}

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

int dw_time_of_on_pool(struct dw_reader *r, uint64_t seq, int64_t *at, struct dw_err *err)
{
	uint64_t last;

	return dw_reader_scan(r, seq - 1, 1, on_time, at, &last, err);
}

int dw_seq_at_on_pool(struct dw_reader *r, uint64_t head, int64_t at, uint64_t *seq,
		      struct dw_err *err)
{
	uint64_t lo = 0, hi = head;

	while (lo < hi) {
		uint64_t mid = lo + (hi - lo + 1) / 2;
		int64_t then = 0;
		int rc = dw_time_of_on_pool(r, mid, &then, err);

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
	if (e->room != g->room || !room_is_of(e))
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

/* One row; its texts are kept in the room's arena. */
static int fold_pack(struct folding *g, const struct dw_pack_base *base,
		     struct dw_str row)
{
	struct dw_str run = dw_str_make(dw_arena_strdup(g->s->arena, row), row.n);
	struct dw_fact f;
	int rc;

	while ((rc = dw_fact_unpack(&f, &run, base, g->s->arena)) == 1) {
		if (f.seq <= g->s->seq)
			return DW_ECORRUPT;
		if (f.seq > g->upto)
			break;
		dw_incident_apply(g->s, &f);
	}
	return rc < 0 ? rc : 0;
}

static int fold_packs(struct dw_db *db, struct folding *g, struct dw_err *err)
{
	sqlite3_stmt *q = dw_db_stmt(db, packs_sql, err);
	int rc;

	if (q == NULL)
		return DW_EINTERNAL;
	dw_db_bind_u64(q, 1, g->room);
	dw_db_bind_u64(q, 2, g->upto);
	while ((rc = dw_db_step(db, q, err)) == 1) {
		struct dw_pack_base base = { (uint64_t)sqlite3_column_int64(q, 0),
					     g->room, sqlite3_column_int64(q, 1) };

		rc = fold_pack(g, &base, dw_db_blob(q, 2));
		if (rc < 0) {
			rc = dw_fail(err, rc,
				     "the packed events of incident %llu are damaged: "
				     "diwan rebuild makes them anew",
				     (unsigned long long)g->room);
			break;
		}
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
		rc = db != NULL ? fold_packs(db, &g, err) : fold_all(r, &g, err);
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
