/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * db.c - one SQLite connection: settings, statements, and SQLite's codes as ours.
 *
 * Only the writer's connection checkpoints and only it may write; that takes away what the
 * WAL-reset bug of older SQLite versions needs. Automatic checkpoints are off: the hook counts
 * frames and the journal decides when. mmap is off, because an I/O error on mapped memory is a
 * signal and no return code.
 *
 * Statements are found by the address of their text, in a small open hash: SQL is always a
 * constant, so nothing is compared and nothing is built from strings.
 *
 * SQLite's sum of all memory in use is switched off: it takes a lock that all connections share,
 * for every allocation, to count what nobody asks for.
 */
#include "db_int.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define SLOTS_FIRST 64

struct slot {
	const char *sql; /* NULL: free */
	sqlite3_stmt *stmt;
};

struct dw_db {
	sqlite3 *handle;
	enum dw_db_mode mode;
	struct slot *slots; /* `cap` of them, a power of two */
	size_t n, cap;
	int wal_frames;
	bool is_distrusted;
	void *local;
	void (*end_local)(void *local);
};

/* ---- codes ---- */

/* SQLite quotes what it read, a damaged file too; that may be no text at all. */
static bool is_plain(const char *text)
{
	struct dw_str s = dw_str_of(text);

	return !dw_str_has_control(s) && dw_utf8_valid(s);
}

int dw_db_fail(struct dw_db *db, int sqlite_code, const char *doing, struct dw_err *err)
{
	const char *text = db != NULL && db->handle != NULL &&
					   (sqlite3_errcode(db->handle) & 0xff) ==
						   (sqlite_code & 0xff)
				   ? sqlite3_errmsg(db->handle)
				   : sqlite3_errstr(sqlite_code);
	int code;

	if (!is_plain(text))
		text = sqlite3_errstr(sqlite_code);
	switch (sqlite_code & 0xff) {
	case SQLITE_FULL:
		code = DW_EFULL;
		break;
	case SQLITE_IOERR:
	case SQLITE_CANTOPEN:
		code = DW_EIO;
		break;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		code = DW_ECORRUPT;
		break;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		code = DW_ELOCKED;
		break;
	default:
		code = DW_EINTERNAL;
		break;
	}
	(void)dw_fail(err, code, "%s: %s (SQLite %d)", doing, text, sqlite_code);
	if (err != NULL)
		err->sys = sqlite_code;
	return code;
}

/* ---- opening and closing ---- */

static const char PRAGMA_BOTH[] = "PRAGMA foreign_keys = ON;"
				  "PRAGMA trusted_schema = OFF;"
				  "PRAGMA cell_size_check = ON;"
				  "PRAGMA mmap_size = 0;"
				  "PRAGMA temp_store = MEMORY;";
static const char PRAGMA_WRITER[] = "PRAGMA journal_mode = WAL;"
				    "PRAGMA synchronous = FULL;"
				    "PRAGMA journal_size_limit = 67108864;"
				    "PRAGMA cache_size = -65536;"; /* KiB */
static const char PRAGMA_READER[] = "PRAGMA query_only = ON;"
				    "PRAGMA cache_size = -8192;";

static int on_wal(void *data, sqlite3 *handle, const char *name, int frames)
{
	struct dw_db *db = data;

	(void)handle;
	(void)name;
	db->wal_frames = frames;
	return SQLITE_OK;
}

/* SQLite would create it for everybody to read; the log and its index take the file's mode. */
static int create_file(const char *path, struct dw_err *err)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return dw_fail(err, errno == ENOSPC ? DW_EFULL : DW_EIO, "opening %s: %s",
			       path, strerror(errno));
	close(fd);
	return 0;
}

static int configure(struct dw_db *db, struct dw_err *err)
{
	sqlite3 *h = db->handle;
	int rc;

	sqlite3_extended_result_codes(h, 1);
	sqlite3_busy_timeout(h, 5000);
	sqlite3_db_config(h, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(h, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	sqlite3_db_config(h, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
	sqlite3_limit(h, SQLITE_LIMIT_ATTACHED, 0);
	rc = dw_db_exec(db, PRAGMA_BOTH, err);
	if (rc < 0)
		return rc;
	if (db->mode == DW_DB_READER) {
		sqlite3_db_config(h, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
		return dw_db_exec(db, PRAGMA_READER, err);
	}
	rc = dw_db_exec(db, PRAGMA_WRITER, err);
	sqlite3_wal_hook(h, on_wal, db);
	return rc < 0 ? rc : db_migrate(db, err);
}

/* Before the first connection of the process; afterwards it would be refused, and no harm done. */
static void configure_library(void)
{
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

int dw_db_open(struct dw_db **out, const char *path, enum dw_db_mode mode,
	       struct dw_err *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	int flags = mode == DW_DB_WRITER ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
	struct dw_db *db;
	int rc = mode == DW_DB_WRITER ? create_file(path, err) : 0;

	if (rc < 0)
		return rc;
	(void)pthread_once(&once, configure_library);
	db = calloc(1, sizeof(*db));
	DW_INVARIANT(db != NULL);
	db->mode = mode;
	db->cap = SLOTS_FIRST;
	db->slots = calloc(db->cap, sizeof(*db->slots));
	DW_INVARIANT(db->slots != NULL);
	rc = sqlite3_open_v2(path, &db->handle, flags | SQLITE_OPEN_NOMUTEX, NULL);
	if (rc != SQLITE_OK)
		rc = dw_db_fail(db, rc, "opening", err);
	else
		rc = configure(db, err);
	if (rc < 0) {
		/* Closing must not checkpoint a file that we could not even open well. */
		db_distrust(db);
		dw_db_close(db);
		return dw_wrap(err, rc, "%s", path);
	}
	*out = db;
	return 0;
}

void dw_db_close(struct dw_db *db)
{
	if (db == NULL)
		return;
	for (size_t i = 0; i < db->cap; i++)
		sqlite3_finalize(db->slots[i].stmt);
	if (db->mode == DW_DB_WRITER && !db->is_distrusted && db->handle != NULL)
		sqlite3_wal_checkpoint_v2(db->handle, NULL, SQLITE_CHECKPOINT_TRUNCATE,
					  NULL, NULL);
	sqlite3_close_v2(db->handle);
	if (db->local != NULL)
		db->end_local(db->local);
	free(db->slots);
	free(db);
}

void *dw_db_local(const struct dw_db *db)
{
	return db->local;
}

void dw_db_set_local(struct dw_db *db, void *local, void (*end)(void *local))
{
	DW_REQUIRE(db->local == NULL && local != NULL);
	db->local = local;
	db->end_local = end;
}

sqlite3 *dw_db_handle(struct dw_db *db)
{
	return db->handle;
}

int db_wal_frames(const struct dw_db *db)
{
	return db->wal_frames;
}

void db_distrust(struct dw_db *db)
{
	db->is_distrusted = true;
	if (db->handle != NULL)
		sqlite3_db_config(db->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
}

/* ---- statements ---- */

static struct slot *find_slot(struct slot *slots, size_t cap, const char *sql)
{
	uint64_t h = (uint64_t)(uintptr_t)sql * UINT64_C(0x9e3779b97f4a7c15);
	size_t i = (size_t)(h >> 32) & (cap - 1);

	while (slots[i].sql != NULL && slots[i].sql != sql)
		i = (i + 1) & (cap - 1);
	return &slots[i];
}

static void grow(struct dw_db *db)
{
	size_t cap = db->cap * 2;
	struct slot *slots = calloc(cap, sizeof(*slots));

	DW_INVARIANT(slots != NULL);
	for (size_t i = 0; i < db->cap; i++)
		if (db->slots[i].sql != NULL)
			*find_slot(slots, cap, db->slots[i].sql) = db->slots[i];
	free(db->slots);
	db->slots = slots;
	db->cap = cap;
}

sqlite3_stmt *dw_db_stmt(struct dw_db *db, const char *sql, struct dw_err *err)
{
	struct slot *slot = find_slot(db->slots, db->cap, sql);
	sqlite3_stmt *stmt = NULL;
	int rc;

	if (slot->sql != NULL) {
		sqlite3_reset(slot->stmt);
		sqlite3_clear_bindings(slot->stmt);
		return slot->stmt;
	}
	rc = sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt,
				NULL);
	if (rc != SQLITE_OK) {
		(void)dw_db_fail(db, rc, "preparing a statement", err);
		return NULL;
	}
	slot->sql = sql;
	slot->stmt = stmt;
	if (++db->n * 2 > db->cap)
		grow(db);
	return stmt;
}

int db_prepare(struct dw_db *db, const char *sql, sqlite3_stmt **out, struct dw_err *err)
{
	struct dw_err why = { 0 };

	*out = dw_db_stmt(db, sql, &why);
	if (*out != NULL)
		return 0;
	if (err != NULL)
		*err = why;
	return why.code < 0 ? why.code : DW_EINTERNAL;
}

int db_run(struct dw_db *db, const char *sql, struct dw_err *err)
{
	sqlite3_stmt *s;
	int rc = db_prepare(db, sql, &s, err);

	return rc < 0 ? rc : dw_db_run(db, s, err);
}

/* A binding fails only for an index that the statement does not have. */
static void bound(int rc)
{
	DW_REQUIRE(rc == SQLITE_OK);
}

void dw_db_bind_u64(sqlite3_stmt *s, int i, uint64_t v)
{
	bound(sqlite3_bind_int64(s, i, (sqlite3_int64)v));
}

void dw_db_bind_i64(sqlite3_stmt *s, int i, int64_t v)
{
	bound(sqlite3_bind_int64(s, i, v));
}

void dw_db_bind_text(sqlite3_stmt *s, int i, struct dw_str v)
{
	if (v.p == NULL)
		bound(sqlite3_bind_null(s, i));
	else
		bound(sqlite3_bind_text64(s, i, v.p, v.n, SQLITE_STATIC, SQLITE_UTF8));
}

void dw_db_bind_blob(sqlite3_stmt *s, int i, const void *p, size_t n)
{
	bound(sqlite3_bind_blob64(s, i, n > 0 ? p : "", n, SQLITE_STATIC));
}

int dw_db_step(struct dw_db *db, sqlite3_stmt *s, struct dw_err *err)
{
	int rc = sqlite3_step(s);

	if (rc == SQLITE_ROW)
		return 1;
	/* Done or failed: let go of the snapshot at once. */
	if (rc != SQLITE_DONE)
		rc = dw_db_fail(db, rc, "running a statement", err);
	else
		rc = 0;
	sqlite3_reset(s);
	return rc;
}

int dw_db_run(struct dw_db *db, sqlite3_stmt *s, struct dw_err *err)
{
	int rc = dw_db_step(db, s, err);

	DW_REQUIRE(rc != 1);
	return rc;
}

struct dw_str dw_db_text(sqlite3_stmt *s, int col)
{
	/* As a blob: text needs no conversion here, and bytes are asked for after the value. */
	const char *p = sqlite3_column_blob(s, col);
	size_t n = (size_t)sqlite3_column_bytes(s, col);

	if (p == NULL && sqlite3_column_type(s, col) != SQLITE_NULL)
		p = "";
	return dw_str_make(p, n);
}

struct dw_str dw_db_blob(sqlite3_stmt *s, int col)
{
	return dw_db_text(s, col);
}

int dw_db_exec(struct dw_db *db, const char *sql, struct dw_err *err)
{
	int rc = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);

	return rc == SQLITE_OK ? 0 : dw_db_fail(db, rc, "running a script", err);
}

int db_get_u64(struct dw_db *db, const char *sql, uint64_t otherwise, uint64_t *out,
	       struct dw_err *err)
{
	sqlite3_stmt *s = NULL;
	int rc = db_prepare(db, sql, &s, err);

	if (rc == 0)
		rc = dw_db_step(db, s, err);
	if (rc < 0)
		return rc;
	*out = rc == 1 ? (uint64_t)sqlite3_column_int64(s, 0) : otherwise;
	sqlite3_reset(s);
	return 0;
}
