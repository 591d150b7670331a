/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_STORE_DB_H
#define DW_STORE_DB_H
/*
 * One SQLite connection with our settings (RELIABILITY.md section 4): a writer that owns
 * checkpoints, or a reader that cannot write. Statements are prepared once and found again by
 * the address of their text, so SQL is always a constant.
 */
#include "base/buf.h"

#include <sqlite3.h>

struct dw_db;

enum dw_db_mode { DW_DB_WRITER, DW_DB_READER };

/** A writer creates the file (0600) and runs the migrations of schema/journal. */
DW_MUST_USE int dw_db_open(struct dw_db **out, const char *path, enum dw_db_mode mode,
			   struct dw_err *err);
/** NULL is fine. A writer checkpoints (TRUNCATE) first. */
void dw_db_close(struct dw_db *db);
sqlite3 *dw_db_handle(struct dw_db *db);
/** What somebody keeps as long as this connection: NULL until it is set, which may be done once; `end` runs
 * when the connection is closed. */
void *dw_db_local(const struct dw_db *db);
void dw_db_set_local(struct dw_db *db, void *local, void (*end)(void *local));

/** The prepared statement for this constant SQL, reset and unbound; NULL on error. */
sqlite3_stmt *dw_db_stmt(struct dw_db *db, const char *sql, struct dw_err *err);
/** Bind: parameters count from 1. Text and blobs are borrowed until the step (SQLITE_STATIC). */
void dw_db_bind_u64(sqlite3_stmt *s, int i, uint64_t v);
void dw_db_bind_i64(sqlite3_stmt *s, int i, int64_t v);
void dw_db_bind_text(sqlite3_stmt *s, int i, struct dw_str v); /* p == NULL binds NULL */
void dw_db_bind_blob(sqlite3_stmt *s, int i, const void *p, size_t n);
/** 1 = a row, 0 = done, or DW_E…. */
DW_MUST_USE int dw_db_step(struct dw_db *db, sqlite3_stmt *s, struct dw_err *err);
/** Step a statement that returns no rows, and reset it. */
DW_MUST_USE int dw_db_run(struct dw_db *db, sqlite3_stmt *s, struct dw_err *err);
struct dw_str dw_db_text(sqlite3_stmt *s, int col); /* until the next step */
struct dw_str dw_db_blob(sqlite3_stmt *s, int col);
/** Several statements from a trusted script. */
DW_MUST_USE int dw_db_exec(struct dw_db *db, const char *sql, struct dw_err *err);
/**
 * Facts about the file, by name (table meta). Get: 1 and the value as text in out[cap], or 0 and
 * "" when there is none; DW_ECORRUPT when it is longer.
 */
DW_MUST_USE int dw_meta_get(struct dw_db *db, const char *name, char *out, size_t cap,
			    struct dw_err *err);
DW_MUST_USE int dw_meta_put(struct dw_db *db, const char *name, const char *value,
			    struct dw_err *err);
/** The same for numbers: 1 and *out, or 0 and *out as it was; DW_ECORRUPT: it is none. */
DW_MUST_USE int dw_meta_get_u64(struct dw_db *db, const char *name, uint64_t *out,
				struct dw_err *err);
DW_MUST_USE int dw_meta_put_u64(struct dw_db *db, const char *name, uint64_t value,
				struct dw_err *err);
DW_MUST_USE int dw_meta_drop(struct dw_db *db, const char *name, struct dw_err *err);
/** SQLite's code as ours, with its text: FULL → EFULL, IOERR → EIO, CORRUPT/NOTADB → ECORRUPT,
 *  BUSY/LOCKED → ELOCKED, else EINTERNAL. The only place that translates. */
int dw_db_fail(struct dw_db *db, int sqlite_code, const char *doing, struct dw_err *err);

#endif
