/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_STORE_DB_INT_H
#define DW_STORE_DB_INT_H
/* What only the store does with a connection: checkpoints, migrations, transactions. */
#include "store/db.h"

/** Run the migrations of schema/journal that the file has not seen. */
DW_MUST_USE int db_migrate(struct dw_db *db, struct dw_err *err);
/** An empty database in memory with the tables that migrations make: what is in a file and not
 *  there is a view. The caller closes it. */
DW_MUST_USE int db_permanent_tables(sqlite3 **scratch, struct dw_err *err);

/** Frames in the write-ahead log as of the last commit here. */
int db_wal_frames(const struct dw_db *db);
/**
 * Move committed frames into the file; `mode` is SQLITE_CHECKPOINT_…. *is_whole: nothing was
 * left behind, so that the next commit starts the log anew. Readers in the way are no error.
 */
DW_MUST_USE int db_checkpoint(struct dw_db *db, int mode, bool *is_whole,
			      struct dw_err *err);
/** The disk failed: nothing more is written, not even by closing. */
void db_distrust(struct dw_db *db);

DW_MUST_USE int db_begin(struct dw_db *db, struct dw_err *err);
DW_MUST_USE int db_commit(struct dw_db *db, struct dw_err *err);
/** Also when SQLite has rolled back by itself already. */
void db_rollback(struct dw_db *db);
DW_MUST_USE int db_savepoint(struct dw_db *db, struct dw_err *err);
DW_MUST_USE int db_release(struct dw_db *db, struct dw_err *err);
/** Undo since the savepoint and release it. */
DW_MUST_USE int db_rewind(struct dw_db *db, struct dw_err *err);
/** Has SQLite left the transaction (it does after some errors)? */
bool db_is_outside(struct dw_db *db);

/** Run constant SQL without parameters or rows. */
DW_MUST_USE int db_run(struct dw_db *db, const char *sql, struct dw_err *err);
/** dw_db_stmt with a code: *out is the statement, or the reason is returned. */
DW_MUST_USE int db_prepare(struct dw_db *db, const char *sql, sqlite3_stmt **out,
			   struct dw_err *err);
/** A row's only value, or `otherwise` when there is no row. */
DW_MUST_USE int db_get_u64(struct dw_db *db, const char *sql, uint64_t otherwise,
			   uint64_t *out, struct dw_err *err);

#endif
