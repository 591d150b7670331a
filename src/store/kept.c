/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * kept.c - files as parts in the database, found by the SHA-256 of the whole.
 *
 * In the database rather than beside it, so that one transaction, one backup and one check cover
 * them. In parts, because SQLite writes a row in one piece: twenty megabytes at once would hold up
 * everybody's commits, and have to lie in memory whole.
 *
 *  (1) A sealed file never changes. Only files that are not sealed are dropped.
 */
#include "store/kept.h"

#define DROP_PARTS 4

#define SQL_BEGIN "INSERT INTO file (sha256, size, created_at) VALUES (NULL, 0, ?1)"
#define SQL_PART "INSERT INTO file_part (file, n, bytes) VALUES (?1, ?2, ?3)"
#define SQL_SEAL "UPDATE file SET sha256 = ?2, size = ?3 WHERE id = ?1 AND sha256 IS NULL"
#define SQL_DROP_PARTS                                                                   \
	"DELETE FROM file_part WHERE rowid IN (SELECT p.rowid FROM file_part AS p"       \
	" JOIN file AS f ON f.id = p.file WHERE f.id = ?1 AND f.sha256 IS NULL LIMIT ?2)"
#define SQL_DROP "DELETE FROM file WHERE id = ?1 AND sha256 IS NULL"
#define SQL_OPEN                                                                         \
	"SELECT id FROM file WHERE sha256 IS NULL AND id > ?1 ORDER BY id LIMIT 1"
#define SQL_FIND "SELECT id, size FROM file WHERE sha256 = ?1"
#define SQL_READ "SELECT bytes FROM file_part WHERE file = ?1 AND n = ?2"

static int run(struct dw_db *db, sqlite3_stmt *s, struct dw_err *err)
{
	int rc = dw_db_run(db, s, err);

	return rc < 0 ? rc : sqlite3_changes(dw_db_handle(db));
}

static int failed(const struct dw_err *err)
{
	return err != NULL && err->code != 0 ? err->code : DW_EINTERNAL;
}

int dw_kept_begin_on_writer(struct dw_db *db, int64_t now, uint64_t *id,
			    struct dw_err *err)
{
	sqlite3_stmt *s = dw_db_stmt(db, SQL_BEGIN, err);
	int rc;

	if (s == NULL)
		return failed(err);
	dw_db_bind_i64(s, 1, now);
	rc = run(db, s, err);
	*id = (uint64_t)sqlite3_last_insert_rowid(dw_db_handle(db));
	return rc < 0 ? rc : 0;
}

int dw_kept_part_on_writer(struct dw_db *db, uint64_t id, uint64_t n, struct dw_str bytes,
			   struct dw_err *err)
{
	sqlite3_stmt *s = dw_db_stmt(db, SQL_PART, err);

	DW_REQUIRE(bytes.n > 0 && bytes.n <= DW_KEPT_PART_MAX);
	if (s == NULL)
		return failed(err);
	dw_db_bind_u64(s, 1, id);
	dw_db_bind_u64(s, 2, n);
	dw_db_bind_blob(s, 3, bytes.p, bytes.n);
	return dw_db_run(db, s, err);
}

int dw_kept_seal_on_writer(struct dw_db *db, uint64_t id,
			   const uint8_t sha256[DW_HASH_SIZE], uint64_t size,
			   struct dw_err *err)
{
	uint64_t other, other_size;
	int rc = dw_kept_find(db, sha256, &other, &other_size, err);
	sqlite3_stmt *s;

	if (rc != 0)
		return rc < 0 ? rc : 0;
	s = dw_db_stmt(db, SQL_SEAL, err);
	if (s == NULL)
		return failed(err);
	dw_db_bind_u64(s, 1, id);
	dw_db_bind_blob(s, 2, sha256, DW_HASH_SIZE);
	dw_db_bind_u64(s, 3, size);
	rc = run(db, s, err);
	if (rc == 0)
		return dw_fail(err, DW_EINTERNAL, "the file that came is not there");
	return rc < 0 ? rc : 1;
}

int dw_kept_drop_on_writer(struct dw_db *db, uint64_t id, struct dw_err *err)
{
	sqlite3_stmt *s = dw_db_stmt(db, SQL_DROP_PARTS, err);
	int rc;

	if (s == NULL)
		return failed(err);
	dw_db_bind_u64(s, 1, id);
	dw_db_bind_i64(s, 2, DROP_PARTS);
	rc = run(db, s, err);
	if (rc < 0 || rc == DROP_PARTS)
		return rc < 0 ? rc : 1;
	s = dw_db_stmt(db, SQL_DROP, err);
	if (s == NULL)
		return failed(err);
	dw_db_bind_u64(s, 1, id);
	return dw_db_run(db, s, err);
}

int dw_kept_open_after(struct dw_db *db, uint64_t after, uint64_t *id, struct dw_err *err)
{
	sqlite3_stmt *s = dw_db_stmt(db, SQL_OPEN, err);
	int rc;

	if (s == NULL)
		return failed(err);
	dw_db_bind_u64(s, 1, after);
	rc = dw_db_step(db, s, err);
	if (rc == 1)
		*id = (uint64_t)sqlite3_column_int64(s, 0);
	sqlite3_reset(s);
	return rc;
}

int dw_kept_find(struct dw_db *db, const uint8_t sha256[DW_HASH_SIZE], uint64_t *id,
		 uint64_t *size, struct dw_err *err)
{
	sqlite3_stmt *s = dw_db_stmt(db, SQL_FIND, err);
	int rc;

	if (s == NULL)
		return failed(err);
	dw_db_bind_blob(s, 1, sha256, DW_HASH_SIZE);
	rc = dw_db_step(db, s, err);
	if (rc == 1) {
		*id = (uint64_t)sqlite3_column_int64(s, 0);
		*size = (uint64_t)sqlite3_column_int64(s, 1);
	}
	sqlite3_reset(s);
	return rc;
}

int dw_kept_read(struct dw_db *db, uint64_t id, uint64_t n, struct dw_blob **out,
		 struct dw_err *err)
{
	sqlite3_stmt *s = dw_db_stmt(db, SQL_READ, err);
	struct dw_str bytes;
	int rc;

	*out = NULL;
	if (s == NULL)
		return failed(err);
	dw_db_bind_u64(s, 1, id);
	dw_db_bind_u64(s, 2, n);
	rc = dw_db_step(db, s, err);
	if (rc == 1) {
		bytes = dw_db_blob(s, 0);
		if (bytes.p != NULL && bytes.n <= DW_KEPT_PART_MAX)
			*out = dw_blob_new(bytes.p, bytes.n);
		else
			rc = dw_fail(err, DW_ECORRUPT,
				     "part %llu of file %llu is damaged",
				     (unsigned long long)n, (unsigned long long)id);
	}
	sqlite3_reset(s); /* or the read transaction would stay open */
	return rc;
}
