/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * statement_changes.c - the updates since a revision, from the journal: for whoever missed more than
 * memory has (statement_tail.c), and to play a draft back.
 */
#include "statement_int.h"
#include "store/db.h"

static const char since_sql[] =
	"SELECT seq FROM statement_event WHERE statement = ?1 AND revision > ?2"
	" AND seq <= ?3 ORDER BY revision, seq LIMIT ?4";
static const char newest_sql[] = "SELECT max(revision) FROM statement_event"
				 " WHERE statement = ?1 AND seq <= ?2"
				 " AND revision IS NOT NULL";

#define TOLD_BYTES (1024 * 1024) /* enough for one answer: the rest is asked for again */

struct telling {
	const struct dw_changes_query *q;
	const struct dw_names *names;
	struct dw_jsonw *w;
	uint64_t revision; /* behind what was looked at */
	size_t n;	   /* told */
};

static bool is_full(const struct telling *g)
{
	return g->n == DW_TAIL_MAX || (g->n > 0 && g->w->b->len >= TOLD_BYTES);
}

static void tell(struct telling *g, const struct dw_update *u, const struct dw_stored *e)
{
	char scratch[64];

	dw_jsonw_obj(g->w);
	dw_jsonw_kstr(g->w, "client", u->client);
	dw_jsonw_key(g->w, "changes");
	dw_change_write(g->w, &u->change);
	if (!g->q->is_plain) {
		dw_jsonw_key(g->w, "by");
		dw_jsonw_raw(g->w, dw_names_json(g->names, e->actor, scratch));
		dw_jsonw_ktime(g->w, "at", e->recorded_at);
	}
	dw_jsonw_obj_end(g->w);
	g->n++;
}

static void tell_all(struct telling *g, const struct dw_stored *e)
{
	struct dw_arena *a = dw_arena_create();
	struct dw_statement_fact f;
	uint64_t base;

	statement_fact(&f, e, a);
	if (statement_id(&f) == g->q->statement && f.revision >= f.n_updates) {
		base = f.revision - f.n_updates;
		for (size_t i = 0; i < f.n_updates && !is_full(g); i++)
			if (base + i >= g->q->since)
				tell(g, &f.update[i], e);
		g->revision = f.revision;
	}
	dw_arena_destroy(a);
}

static bool on_one(void *data, const struct dw_stored *e)
{
	tell_all(data, e);
	return false;
}

static bool on_any(void *data, const struct dw_stored *e)
{
	struct telling *g = data;

	if (e->seq > g->q->upto)
		return false;
	if (dw_event_by_name(e->type) == DW_EV_DRAFT_CHANGED)
		tell_all(g, e);
	return true;
}

static int newest(struct dw_db *db, const struct dw_changes_query *q, uint64_t *revision,
		  struct dw_err *err)
{
	sqlite3_stmt *s = dw_db_stmt(db, newest_sql, err);
	int rc;

	if (s == NULL)
		return DW_EINTERNAL;
	dw_db_bind_u64(s, 1, q->statement);
	dw_db_bind_u64(s, 2, q->upto);
	rc = dw_db_step(db, s, err);
	*revision = rc == 1 ? (uint64_t)sqlite3_column_int64(s, 0) : 0;
	sqlite3_reset(s);
	return rc < 0 ? rc : 0;
}

/* Each event has one update at least, so as many events are enough. */
static int tell_rows(struct dw_reader *r, struct telling *g, struct dw_err *err)
{
	struct dw_db *db = dw_reader_db(r);
	sqlite3_stmt *s = dw_db_stmt(db, since_sql, err);
	uint64_t last;
	int rc = 0;

	if (s == NULL)
		return DW_EINTERNAL;
	dw_db_bind_u64(s, 1, g->q->statement);
	dw_db_bind_u64(s, 2, g->q->since);
	dw_db_bind_u64(s, 3, g->q->upto);
	dw_db_bind_u64(s, 4, DW_TAIL_MAX);
	while (!is_full(g) && (rc = dw_db_step(db, s, err)) == 1) {
		rc = dw_reader_scan(r, (uint64_t)sqlite3_column_int64(s, 0) - 1, 1,
				    on_one, g, &last, err);
		if (rc < 0)
			break;
	}
	sqlite3_reset(s);
	return rc < 0 ? rc : 0;
}

static int tell_scanned(struct dw_reader *r, struct telling *g, struct dw_err *err)
{
	uint64_t after = g->q->statement, last = after;
	int rc;

	while (after < g->q->upto) {
		rc = dw_reader_scan(r, after, 4096, on_any, g, &last, err);
		if (rc < 0 || last == after)
			return rc;
		after = last;
	}
	return 0;
}

int dw_statement_changes_on_pool(struct dw_reader *r, const struct dw_names *names,
				 const struct dw_changes_query *q, struct dw_jsonw *w,
				 struct dw_err *err)
{
	struct telling g = { .q = q, .names = names, .w = w };
	struct dw_db *db = dw_reader_db(r);
	uint64_t revision = 0;
	int rc = db != NULL ? newest(db, q, &revision, err) : 0;

	if (rc < 0)
		return rc;
	dw_jsonw_ku64(w, "base", q->since);
	dw_jsonw_key(w, "updates");
	dw_jsonw_arr(w);
	rc = db != NULL ? tell_rows(r, &g, err) : tell_scanned(r, &g, err);
	dw_jsonw_arr_end(w);
	dw_jsonw_ku64(w, "revision", db != NULL ? revision : g.revision);
	return rc;
}
