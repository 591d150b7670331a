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
static const char begin_sql[] =
	"INSERT OR IGNORE INTO statement (room, id) VALUES (?1, ?2)";

static const char keep_sql[] =
	"INSERT OR REPLACE INTO statement_draft (statement, seq, draft) VALUES (?1, ?2, ?3)";

#define SNAPSHOT_EVERY 200		 /* revisions */
#define SNAPSHOT_MAX (64u * 1024 * 1024) /* bytes of one */

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
	sqlite3_stmt *q = dw_db_stmt(db, begin_sql, err);

	if (q == NULL)
		return DW_EINTERNAL;
	dw_db_bind_u64(q, 1, f->room);
	dw_db_bind_u64(q, 2, f->seq);
	return dw_db_run(db, q, err);
}

/* ---- snapshots ---- */

static bool is_due(const struct dw_statement_fact *f)
{
	uint64_t before = f->revision >= f->n_updates ? f->revision - f->n_updates : 0;

	return f->type == DW_EV_DRAFT_CHANGED &&
	       f->revision / SNAPSHOT_EVERY != before / SNAPSHOT_EVERY;
}

static int put_snapshot(struct dw_db *db, const struct dw_statement *t,
			struct dw_err *err)
{
	sqlite3_stmt *q = dw_db_stmt(db, keep_sql, err);
	struct dw_jsonw w;
	struct dw_buf b;
	int rc;

	if (q == NULL)
		return DW_EINTERNAL;
	dw_buf_init(&b, SNAPSHOT_MAX);
	dw_jsonw_init(&w, &b);
	dw_statement_snapshot_write(&w, t);
	rc = dw_jsonw_end(&w);
	if (rc == 0) {
		dw_db_bind_u64(q, 1, t->id);
		dw_db_bind_u64(q, 2, t->seq);
		dw_db_bind_text(q, 3, dw_buf_str(&b));
		rc = dw_db_run(db, q, err);
	}
	dw_buf_fini(&b);
	return rc;
}

/* Its row and those of all events before are there already. */
static int keep_draft(struct dw_db *db, const struct dw_statement_fact *f,
		      struct dw_err *err)
{
	struct dw_statement *t;
	int rc = statement_fold_rows(db, statement_id(f), f->seq, &t, err);

	if (rc < 0) /* its beginning was erased: there is nothing to keep */
		return rc == DW_ENOTFOUND ? 0 : rc;
	rc = put_snapshot(db, t, err);
	dw_statement_destroy(t);
	return rc;
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
	if (rc == 0 && is_due(&f))
		rc = keep_draft(db, &f, err);
	dw_arena_destroy(a);
	return rc;
}
