/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * statement_fold.c - a statement as it was: its events up to a moment, folded by the one fold.
 *
 * Which events those are stands in statement_event (060_statement.sql), their payloads in the
 * journal. Of what was typed only what comes behind the newest snapshot is read: every key that was
 * pressed is an event. A journal in memory has no such tables: there the whole is gone through.
 */
#include "statement_int.h"
#include "store/db.h"

#include <stdlib.h>

/* of each kind: what was typed, and all else */
static const char other_sql[] =
	"SELECT e.envelope, p.payload FROM statement_event AS s"
	" JOIN event AS e ON e.seq = s.seq LEFT JOIN payload AS p ON p.seq = s.seq"
	" WHERE s.statement = ?1 AND s.seq > ?2 AND s.seq <= ?3"
	" AND s.revision IS NULL ORDER BY s.seq";
static const char all_sql[] =
	"SELECT e.envelope, p.payload FROM statement_event AS s"
	" JOIN event AS e ON e.seq = s.seq LEFT JOIN payload AS p ON p.seq = s.seq"
	" WHERE s.statement = ?1 AND s.seq > ?2 AND s.seq <= ?3 ORDER BY s.seq";
static const char draft_sql[] =
	"SELECT seq, draft FROM statement_draft"
	" WHERE statement = ?1 AND seq <= ?2 ORDER BY seq DESC LIMIT 1";
static const char room_sql[] =
	"SELECT id FROM statement WHERE room = ?1 AND id <= ?2 ORDER BY id";

void statement_fact(struct dw_statement_fact *f, const struct dw_stored *e,
		    struct dw_arena *a)
{
	memset(f, 0, sizeof(*f));
	f->type = dw_event_by_name(e->type);
	f->seq = e->seq;
	f->room = e->room;
	f->actor = e->actor;
	f->recorded_at = e->recorded_at;
	dw_statement_read(f, e->payload, a);
}

uint64_t statement_id(const struct dw_statement_fact *f)
{
	return f->type == DW_EV_STATEMENT_DRAFTED ? f->seq : f->statement;
}

/* ---- one ---- */

struct folding {
	struct dw_statement *t;
	uint64_t id, upto;
};

/* What was typed leaves nothing in the statement's arena: it is read into one of its own. */
static void fold_event(struct folding *g, const struct dw_stored *e)
{
	bool is_typing = dw_event_by_name(e->type) == DW_EV_DRAFT_CHANGED;
	struct dw_arena *a = is_typing ? dw_arena_create() : g->t->arena;
	struct dw_statement_fact f;

	statement_fact(&f, e, a);
	if (statement_id(&f) == g->id)
		dw_statement_apply(g->t, &f);
	if (is_typing)
		dw_arena_destroy(a);
}

static bool on_any(void *data, const struct dw_stored *e)
{
	struct folding *g = data;

	if (e->seq > g->upto)
		return false;
	if (dw_statement_is_of(dw_event_by_name(e->type)))
		fold_event(g, e);
	return true;
}

static int scan_all(struct dw_reader *r, uint64_t after, uint64_t upto,
		    bool (*fn)(void *data, const struct dw_stored *e), void *data,
		    struct dw_err *err)
{
	while (after < upto) {
		uint64_t last;
		int rc = dw_reader_scan(r, after, 4096, fn, data, &last, err);

		if (rc < 0 || last == after)
			return rc;
		after = last;
	}
	return 0;
}

/* The events of one of the two statements above, of seqs above the one and up to the other. */
static int fold_rows(struct dw_db *db, const char *sql, struct folding *g, uint64_t after,
		     uint64_t upto, struct dw_err *err)
{
	sqlite3_stmt *q = dw_db_stmt(db, sql, err);
	struct dw_stored e = { .seq = 0 };
	int rc;

	if (q == NULL)
		return DW_EINTERNAL;
	dw_db_bind_u64(q, 1, g->id);
	dw_db_bind_u64(q, 2, after);
	dw_db_bind_u64(q, 3, upto);
	while ((rc = dw_db_step(db, q, err)) == 1) {
		rc = dw_envelope_parse(dw_db_blob(q, 0), &e, err);
		if (rc < 0)
			break;
		e.payload = dw_db_text(q, 1);
		fold_event(g, &e);
	}
	sqlite3_reset(q);
	return rc;
}

/* What was typed up to the newest snapshot, in one go; *from is its seq, or 0. */
static int fold_snapshot(struct dw_db *db, struct folding *g, uint64_t *from,
			 struct dw_err *err)
{
	sqlite3_stmt *q = dw_db_stmt(db, draft_sql, err);
	int rc;

	*from = 0;
	if (q == NULL)
		return DW_EINTERNAL;
	dw_db_bind_u64(q, 1, g->id);
	dw_db_bind_u64(q, 2, g->upto);
	rc = dw_db_step(db, q, err);
	if (rc == 1) {
		*from = (uint64_t)sqlite3_column_int64(q, 0);
		rc = fold_rows(db, other_sql, g, 0, *from, err);
		if (rc == 0 && !dw_statement_snapshot_read(g->t, dw_db_text(q, 1)))
			rc = dw_fail(
				err, DW_ECORRUPT,
				"a draft of statement %llu is damaged: diwan rebuild "
				"makes it anew",
				(unsigned long long)g->id);
	}
	sqlite3_reset(q);
	return rc;
}

static int fold_listed(struct dw_db *db, struct folding *g, struct dw_err *err)
{
	uint64_t from;
	int rc = fold_snapshot(db, g, &from, err);

	return rc < 0 ? rc : fold_rows(db, all_sql, g, from, g->upto, err);
}

static int finish(struct folding *g, int rc, struct dw_statement **out,
		  struct dw_err *err)
{
	if (rc == 0 && g->t->id == 0)
		rc = dw_fail(err, DW_ENOTFOUND,
			     "there is no such statement, or there was none then");
	if (rc < 0)
		dw_statement_destroy(g->t);
	else
		*out = g->t;
	return rc;
}

int statement_fold_rows(struct dw_db *db, uint64_t statement, uint64_t upto,
			struct dw_statement **out, struct dw_err *err)
{
	struct folding g = { .t = dw_statement_create(), .id = statement, .upto = upto };

	return finish(&g, fold_listed(db, &g, err), out, err);
}

int dw_statement_fold_on_pool(struct dw_reader *r, uint64_t statement, uint64_t upto,
			      struct dw_statement **out, struct dw_err *err)
{
	struct folding g = { .id = statement, .upto = upto };
	struct dw_db *db = dw_reader_db(r);
	int rc = 0;

	DW_REQUIRE(statement != 0);
	if (db != NULL)
		return statement_fold_rows(db, statement, upto, out, err);
	g.t = dw_statement_create();
	if (statement <= upto)
		rc = scan_all(r, statement - 1, upto, on_any, &g, err);
	return finish(&g, rc, out, err);
}

/* ---- all of a room ---- */

struct listing {
	uint64_t room, upto;
	uint64_t *id;
	size_t n;
};

static void list_add(struct listing *l, uint64_t id)
{
	if ((l->n & (l->n + 1)) == 0) { /* 0, 1, 3, 7 … */
		l->id = realloc(l->id, (l->n + 1) * 2 * sizeof(*l->id));
		DW_INVARIANT(l->id != NULL);
	}
	l->id[l->n++] = id;
}

static bool on_drafted(void *data, const struct dw_stored *e)
{
	struct listing *l = data;

	if (e->seq > l->upto)
		return false;
	if (e->room == l->room && dw_event_by_name(e->type) == DW_EV_STATEMENT_DRAFTED)
		list_add(l, e->seq);
	return true;
}

static int list_rows(struct dw_db *db, struct listing *l, struct dw_err *err)
{
	sqlite3_stmt *q = dw_db_stmt(db, room_sql, err);
	int rc;

	if (q == NULL)
		return DW_EINTERNAL;
	dw_db_bind_u64(q, 1, l->room);
	dw_db_bind_u64(q, 2, l->upto);
	while ((rc = dw_db_step(db, q, err)) == 1)
		list_add(l, (uint64_t)sqlite3_column_int64(q, 0));
	sqlite3_reset(q);
	return rc;
}

void dw_statement_list_destroy(struct dw_statement_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		dw_statement_destroy(list->p[i]);
	list->n = 0;
}

int dw_statements_fold_on_pool(struct dw_reader *r, uint64_t room, uint64_t upto,
			       struct dw_statement_list *out, struct dw_arena *a,
			       struct dw_err *err)
{
	struct listing l = { .room = room, .upto = upto };
	struct dw_db *db = dw_reader_db(r);
	int rc = db != NULL ? list_rows(db, &l, err)
			    : scan_all(r, room - 1, upto, on_drafted, &l, err);

	out->n = 0;
	out->p = dw_arena_alloc(a, (l.n + 1) * sizeof(out->p[0]));
	for (size_t i = 0; rc == 0 && i < l.n; i++) {
		rc = dw_statement_fold_on_pool(r, l.id[i], upto, &out->p[out->n], err);
		out->n += rc == 0;
		if (rc == DW_ENOTFOUND) /* erased: nothing can be told of it */
			rc = 0;
	}
	free(l.id);
	if (rc < 0)
		dw_statement_list_destroy(out);
	return rc;
}
