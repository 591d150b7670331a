/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * statement_project.c - which events are about which statement (060_statement.sql).
 *
 * An event whose payload was erased names no statement any more and is none of its past.
 */
#include "statement_int.h"
#include "store/db.h"

static const char add_sql[] =
	"INSERT OR IGNORE INTO statement_event (statement, seq, revision)"
	" VALUES (?1, ?2, ?3)";
static const char draft_sql[] =
	"INSERT OR IGNORE INTO statement (room, id) VALUES (?1, ?2)";

static int add_event(struct dw_db *db, const struct dw_statement_fact *f,
		     struct dw_err *err)
{
	sqlite3_stmt *q = dw_db_stmt(db, add_sql, err);

	if (q == NULL)
		return DW_EINTERNAL;
	dw_db_bind_u64(q, 1, statement_id(f));
	dw_db_bind_u64(q, 2, f->seq);
	if (f->type == DW_EV_DRAFT_CHANGED)
		dw_db_bind_u64(q, 3, f->revision);
	return dw_db_run(db, q, err);
}

static int add_statement(struct dw_db *db, const struct dw_statement_fact *f,
			 struct dw_err *err)
{
	sqlite3_stmt *q = dw_db_stmt(db, draft_sql, err);

	if (q == NULL)
		return DW_EINTERNAL;
	dw_db_bind_u64(q, 1, f->room);
	dw_db_bind_u64(q, 2, f->seq);
	return dw_db_run(db, q, err);
}

int dw_statement_project_on_writer(struct dw_db *db, const struct dw_stored *e,
				   struct dw_err *err)
{
	struct dw_statement_fact f;
	struct dw_arena *a;
	int rc = 0;

	if (!dw_statement_is_of(dw_event_by_name(e->type)))
		return 0;
	a = dw_arena_create();
	statement_fact(&f, e, a);
	if (f.type == DW_EV_STATEMENT_DRAFTED)
		rc = add_statement(db, &f, err);
	if (rc == 0 && statement_id(&f) != 0)
		rc = add_event(db, &f, err);
	dw_arena_destroy(a);
	return rc;
}
