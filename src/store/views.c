/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * views.c - drops the views and folds the journal into them again when their definition changes.
 *
 * `meta` says by which definition the views were made (view_hash) and, while they are being
 * made, how far they have come (view_seq). Events are folded in chunks with a transaction each,
 * so that the log stays small and a rebuild that is cut off goes on where it stopped. What a
 * migration did not make is a view, so no list of views has to be kept.
 *
 * Virtual tables go first: dropping one takes its shadow tables along. One that is too damaged
 * to be dropped is struck from the schema, and what were its shadow tables are dropped as any
 * other: a rebuild must get rid of what it is there to repair.
 */
#include "journal_sqlite_int.h"

#include <stdlib.h>

#define CHUNK 5000

static const char SQL_OBJECTS[] =
	"SELECT type, name, sql LIKE 'CREATE VIRTUAL%' FROM sqlite_schema WHERE type IN ('table', 'view', 'trigger')"
	" AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
	" ORDER BY type = 'table', sql NOT LIKE 'CREATE VIRTUAL%', rowid DESC";
static const char SQL_IS_PERMANENT[] = "SELECT 1 FROM sqlite_schema WHERE name = ?1";

static const char view_hash[] = "view_hash", view_seq[] = "view_seq";

/* ---- dropping ---- */

static int is_permanent(sqlite3 *scratch, const char *name, bool *yes, struct dw_err *err)
{
	sqlite3_stmt *s;
	int rc = sqlite3_prepare_v2(scratch, SQL_IS_PERMANENT, -1, &s, NULL);

	if (rc == SQLITE_OK) {
		sqlite3_bind_text(s, 1, name, -1, SQLITE_STATIC);
		rc = sqlite3_step(s);
		*yes = rc == SQLITE_ROW;
		sqlite3_finalize(s);
	}
	return rc == SQLITE_ROW || rc == SQLITE_DONE
		       ? 0
		       : dw_db_fail(NULL, rc, "listing the journal's own tables", err);
}

struct drop {
	char *sql; /* NULL: there is nothing more to drop */
	char *name;
	bool is_virtual;
};

static void drop_fini(struct drop *d)
{
	sqlite3_free(d->sql);
	sqlite3_free(d->name);
	*d = (struct drop){ NULL, NULL, false };
}

/* The statement that drops the first view there is. */
static int next_drop(struct dw_db *db, sqlite3 *scratch, struct drop *d,
		     struct dw_err *err)
{
	sqlite3_stmt *s;
	int rc = db_prepare(db, SQL_OBJECTS, &s, err);

	while (rc >= 0 && d->sql == NULL && (rc = dw_db_step(db, s, err)) == 1) {
		const char *type = (const char *)sqlite3_column_text(s, 0);
		const char *name = (const char *)sqlite3_column_text(s, 1);
		bool is_ours = true;

		rc = is_permanent(scratch, name, &is_ours, err);
		if (rc < 0 || is_ours)
			continue;
		/* A name is no value that could be bound; %w quotes it. */
		d->sql = sqlite3_mprintf("DROP %s \"%w\"", type, name);
		d->name = sqlite3_mprintf("%s", name);
		d->is_virtual = sqlite3_column_int(s, 2) != 0;
	}
	sqlite3_reset(s);
	return rc < 0 ? rc : 0;
}

/* Take a table out of the schema without asking its module. */
static int strike_out(struct dw_db *db, const char *name, struct dw_err *err)
{
	static const char SQL_STRIKE[] = "DELETE FROM sqlite_schema WHERE name = ?1";
	sqlite3 *h = dw_db_handle(db);
	sqlite3_stmt *s;
	int rc;

	sqlite3_db_config(h, SQLITE_DBCONFIG_DEFENSIVE, 0, NULL);
	rc = dw_db_exec(db, "PRAGMA writable_schema = ON", err);
	if (rc == 0)
		rc = db_prepare(db, SQL_STRIKE, &s, err);
	if (rc == 0) {
		dw_db_bind_text(s, 1, dw_str_of(name));
		rc = dw_db_run(db, s, err);
	}
	if (dw_db_exec(db, "PRAGMA writable_schema = RESET", rc == 0 ? err : NULL) < 0 &&
	    rc == 0)
		rc = DW_EINTERNAL;
	sqlite3_db_config(h, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	return rc;
}

static int drop_views(struct dw_db *db, struct dw_err *err)
{
	struct drop d = { NULL, NULL, false };
	sqlite3 *scratch = NULL;
	int rc = db_permanent_tables(&scratch, err);

	while (rc == 0) {
		rc = next_drop(db, scratch, &d, err);
		if (rc < 0 || d.sql == NULL)
			break;
		rc = dw_db_exec(db, d.sql, err);
		if (rc == DW_ECORRUPT && d.is_virtual)
			rc = strike_out(db, d.name, err);
		drop_fini(&d);
	}
	drop_fini(&d);
	sqlite3_close(scratch);
	return rc;
}

/* ---- building ---- */

static int start_over(struct dw_db *db, const struct dw_projector *p, const char *hash,
		      struct dw_err *err)
{
	int rc = db_begin(db, err);

	if (rc < 0)
		return rc;
	rc = drop_views(db, err);
	if (rc == 0)
		rc = dw_db_exec(db, p->schema, err);
	if (rc == 0)
		rc = dw_meta_put(db, view_hash, hash, err);
	if (rc == 0)
		rc = dw_meta_put_u64(db, view_seq, 0, err);
	if (rc == 0)
		rc = db_commit(db, err);
	if (rc < 0)
		db_rollback(db);
	return rc;
}

struct fold {
	struct dw_db *db;
	const struct dw_projector *p;
	struct dw_err *err;
	int rc;
};

static bool on_event(void *data, const struct dw_stored *e)
{
	struct fold *f = data;

	f->rc = f->p->apply_on_writer(f->p->ctx, f->db, e, f->err);
	if (f->rc < 0)
		dw_wrap(f->err, f->rc, "folding event %llu into the views",
			(unsigned long long)e->seq);
	return f->rc == 0;
}

/* One chunk after *at; moves it. */
static int fold_chunk(struct dw_db *db, const struct dw_projector *p, uint64_t *at,
		      uint64_t total, struct dw_err *err)
{
	struct fold f = { db, p, err, 0 };
	uint64_t last = *at;
	int rc = db_begin(db, err);

	if (rc < 0)
		return rc;
	if (p->apply_on_writer != NULL)
		rc = reader_scan(db, *at, CHUNK, on_event, &f, &last, err);
	else
		last = total;
	if (rc == 0)
		rc = f.rc;
	if (rc == 0)
		rc = last < total ? dw_meta_put_u64(db, view_seq, last, err)
				  : dw_meta_drop(db, view_seq, err);
	if (rc == 0)
		rc = db_commit(db, err);
	if (rc < 0)
		db_rollback(db);
	else
		*at = last;
	return rc;
}

/* The log must not grow by all the views. */
static int keep_log_small(struct dw_db *db, struct dw_err *err)
{
	bool is_whole;

	return db_wal_frames(db) > LOG_FRAMES
		       ? db_checkpoint(db, SQLITE_CHECKPOINT_PASSIVE, &is_whole, err)
		       : 0;
}

static int fold_rest(struct dw_db *db, const struct dw_projector *p, uint64_t at,
		     struct dw_err *err)
{
	static const char SQL_SIZE[] = "SELECT size FROM tree";
	uint64_t total = 0;
	int rc = db_get_u64(db, SQL_SIZE, 0, &total, err);

	if (rc < 0)
		return rc;
	do {
		uint64_t before = at;

		rc = fold_chunk(db, p, &at, total, err);
		if (rc == 0 && at == before && at < total)
			rc = dw_fail(err, DW_ECORRUPT, "event %llu is missing",
				     (unsigned long long)at + 1);
		if (rc == 0)
			rc = keep_log_small(db, err);
		if (rc == 0 && p->on_progress != NULL && total > 0)
			p->on_progress(p->ctx, at, total);
	} while (rc == 0 && at < total);
	return rc;
}

int views_update(struct dw_db *db, const struct dw_projector *p, struct dw_err *err)
{
	uint8_t digest[DW_HASH_SIZE];
	char hash[2 * DW_HASH_SIZE + 1], made_by[2 * DW_HASH_SIZE + 1];
	uint64_t at = 0;
	int rc;

	dw_sha256(digest, p->schema, strlen(p->schema));
	dw_hex(hash, digest, sizeof(digest));
	rc = dw_meta_get(db, view_hash, made_by, sizeof(made_by), err);
	if (rc >= 0 && strcmp(made_by, hash) != 0)
		rc = start_over(db, p, hash, err);
	if (rc >= 0)
		rc = dw_meta_get_u64(db, view_seq, &at, err);
	if (rc == 1)
		rc = fold_rest(db, p, at, err);
	return rc < 0 ? dw_wrap(err, rc, "building the views") : 0;
}

int views_open(struct dw_db **out, const char *path, enum dw_db_mode mode,
	       const struct dw_projector *p, struct dw_err *err)
{
	int rc;

	*out = NULL;
	rc = dw_db_open(out, path, mode, err);
	if (rc == 0 && p != NULL && p->on_open != NULL)
		rc = p->on_open(p->ctx, *out, err);
	if (rc < 0) {
		dw_db_close(*out);
		*out = NULL;
	}
	return rc;
}

int dw_store_rebuild(const char *dir, const struct dw_projector *p, struct dw_err *err)
{
	char *path = store_path(dir);
	struct dw_db *db = NULL;
	int rc = views_open(&db, path, DW_DB_WRITER, p, err);

	if (rc == 0)
		rc = dw_meta_drop(db, view_hash, err);
	if (rc == 0)
		rc = views_update(db, p, err);
	dw_db_close(db);
	free(path);
	return rc;
}
