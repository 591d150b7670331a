/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * db_txn.c - transactions, checkpoints and migrations of the writer's connection.
 *
 * After some errors (a full disk, an I/O error) SQLite leaves the transaction by itself, so
 * rolling back looks first whether there is still one. Migrations are the files of
 * schema/journal in order of their numbers, each in a transaction of its own together with the
 * number that it raises user_version to: a crash between two leaves a file that goes on.
 */
#include "db_int.h"

#include "base/embed.h"

#include <stdio.h>

#define APPLICATION_ID 0x4449574e /* "DIWN" */

int db_begin(struct dw_db *db, struct dw_err *err)
{
	static const char sql[] = "BEGIN IMMEDIATE";

	return db_run(db, sql, err);
}

int db_commit(struct dw_db *db, struct dw_err *err)
{
	static const char sql[] = "COMMIT";

	return db_run(db, sql, err);
}

bool db_is_outside(struct dw_db *db)
{
	return sqlite3_get_autocommit(dw_db_handle(db)) != 0;
}

void db_rollback(struct dw_db *db)
{
	static const char sql[] = "ROLLBACK";

	/* Should even this fail, the next BEGIN does, and with it every later append. */
	if (!db_is_outside(db) && db_run(db, sql, NULL) < 0)
		db_distrust(db);
}

int db_savepoint(struct dw_db *db, struct dw_err *err)
{
	static const char sql[] = "SAVEPOINT append";

	return db_run(db, sql, err);
}

int db_release(struct dw_db *db, struct dw_err *err)
{
	static const char sql[] = "RELEASE append";

	return db_run(db, sql, err);
}

int db_rewind(struct dw_db *db, struct dw_err *err)
{
	static const char sql[] = "ROLLBACK TO append";
	int rc = db_run(db, sql, err);

	return rc < 0 ? rc : db_release(db, err);
}

int db_checkpoint(struct dw_db *db, int mode, bool *is_whole, struct dw_err *err)
{
	int in_log = 0, moved = 0;
	int rc = sqlite3_wal_checkpoint_v2(dw_db_handle(db), NULL, mode, &in_log, &moved);

	*is_whole = rc == SQLITE_OK && in_log == moved;
	if (rc == SQLITE_OK || (rc & 0xff) == SQLITE_BUSY)
		return 0;
	return dw_db_fail(db, rc, "moving the log into the file", err);
}

/* ---- migrations ---- */

/* "schema/journal/012_what.sql" is 12; 0 when it is no migration. */
static int migration_number(const char *name)
{
	struct dw_str s = dw_str_of(name), prefix = DW_STR("schema/journal/");
	uint64_t n;

	if (!dw_str_starts(s, prefix) || s.n < prefix.n + 4 || s.p[prefix.n + 3] != '_' ||
	    strcmp(s.p + s.n - 4, ".sql") != 0 ||
	    dw_str_u64(dw_str_make(s.p + prefix.n, 3), &n) < 0)
		return 0;
	return (int)n;
}

static int migrate_one(struct dw_db *db, const struct dw_embed *f, int number,
		       struct dw_err *err)
{
	char raise[48];
	int rc = dw_db_exec(db, "BEGIN IMMEDIATE", err);

	if (rc < 0)
		return rc;
	snprintf(raise, sizeof(raise), "PRAGMA user_version = %d", number);
	rc = dw_db_exec(db, (const char *)f->data, err);
	if (rc == 0)
		rc = dw_db_exec(db, raise, err);
	if (rc == 0)
		rc = dw_db_exec(db, "COMMIT", err);
	if (rc < 0) {
		db_rollback(db);
		return dw_wrap(err, rc, "%s", f->name);
	}
	return 0;
}

static int pragma_int(struct dw_db *db, const char *sql, int *out, struct dw_err *err)
{
	uint64_t v = 0;
	int rc = db_get_u64(db, sql, 0, &v, err);

	*out = (int)v;
	return rc;
}

/* Is it ours, or as empty as a file that was just made? */
static int check_file(struct dw_db *db, int *version, struct dw_err *err)
{
	static const char SQL_ID[] = "PRAGMA application_id";
	static const char SQL_VERSION[] = "PRAGMA user_version";
	static const char SQL_TABLES[] = "SELECT count(*) FROM sqlite_schema";
	int id = 0, tables = 0;
	int rc = pragma_int(db, SQL_ID, &id, err);

	if (rc == 0)
		rc = pragma_int(db, SQL_VERSION, version, err);
	if (rc == 0)
		rc = pragma_int(db, SQL_TABLES, &tables, err);
	if (rc < 0)
		return rc;
	if (id == APPLICATION_ID)
		return 0;
	if (id != 0 || tables != 0)
		return dw_fail(err, DW_ECORRUPT, "this is no file of Diwan");
	return dw_db_exec(db, "PRAGMA application_id = 1145657166",
			  err); /* APPLICATION_ID */
}

int db_migrate(struct dw_db *db, struct dw_err *err)
{
	int version = 0, newest = 0;
	int rc = check_file(db, &version, err);

	for (size_t i = 0; rc == 0 && i < dw_embed_count(); i++) {
		const struct dw_embed *f = dw_embed_at(i);
		int number = migration_number(f->name);

		newest = number > newest ? number : newest;
		if (number > version)
			rc = migrate_one(db, f, number, err);
	}
	if (rc == 0 && version > newest)
		return dw_fail(
			err, DW_EUNAVAILABLE,
			"the file was written by a newer version of Diwan (schema %d, "
			"this one knows %d)",
			version, newest);
	return rc;
}

int db_permanent_tables(sqlite3 **scratch, struct dw_err *err)
{
	int rc = sqlite3_open_v2(":memory:", scratch,
				 SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);

	for (size_t i = 0; rc == SQLITE_OK && i < dw_embed_count(); i++) {
		const struct dw_embed *f = dw_embed_at(i);

		if (migration_number(f->name) > 0)
			rc = sqlite3_exec(*scratch, (const char *)f->data, NULL, NULL,
					  NULL);
	}
	if (rc == SQLITE_OK)
		return 0;
	sqlite3_close(*scratch);
	*scratch = NULL;
	return dw_db_fail(NULL, rc, "listing the journal's own tables", err);
}
