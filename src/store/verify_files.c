/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * verify_files.c - are kept files what their SHA-256 says? See verify.c.
 *
 * Each is hashed once, before the events are gone through, however many events name it; one part
 * is in memory at a time. What has not arrived (sha256 is NULL) is nobody's yet.
 */
#include "base/digest.h"
#include "base/map.h"
#include "store/kept.h"
#include "verify_int.h"

#include <stdlib.h>

static const char SQL_TABLE[] =
	"SELECT count(*) FROM sqlite_master WHERE name = 'file_part'";
static const char SQL_FILES[] =
	"SELECT id, sha256, size FROM file WHERE sha256 IS NOT NULL ORDER BY id";
static const char SQL_PARTS[] =
	"SELECT n, bytes FROM file_part WHERE file = ?1 ORDER BY n";

/* 1: its parts come to it; 0: they do not. */
static int hash_parts(struct dw_db *db, uint64_t id, struct dw_str sha256, uint64_t size,
		      struct dw_err *err)
{
	uint8_t digest[DW_HASH_SIZE];
	struct dw_digest d;
	uint64_t n = 0, seen = 0;
	sqlite3_stmt *s = NULL;
	int rc = db_prepare(db, SQL_PARTS, &s, err);

	if (rc < 0)
		return rc;
	dw_db_bind_u64(s, 1, id);
	dw_digest_init(&d);
	while ((rc = dw_db_step(db, s, err)) == 1) {
		struct dw_str part = dw_db_blob(s, 1);

		if ((uint64_t)sqlite3_column_int64(s, 0) != n++)
			break;
		dw_digest_add(&d, part.p, part.n);
		seen += part.n;
	}
	sqlite3_reset(s);
	dw_digest_end(&d, digest);
	if (rc < 0)
		return rc;
	return rc == 0 && seen == size && memcmp(digest, sha256.p, sizeof(digest)) == 0;
}

static int read_one(struct dw_db *db, sqlite3_stmt *s, struct dw_map *files,
		    struct dw_err *err)
{
	struct verify_file *f;
	struct dw_str sha256 = dw_db_blob(s, 1);
	uint64_t size = (uint64_t)sqlite3_column_int64(s, 2);
	int rc;

	if (sha256.n != DW_HASH_SIZE)
		return dw_fail(err, DW_ECORRUPT, "the digest of a kept file is damaged");
	rc = hash_parts(db, (uint64_t)sqlite3_column_int64(s, 0), sha256, size, err);
	if (rc < 0)
		return rc;
	f = calloc(1, sizeof(*f));
	DW_INVARIANT(f != NULL);
	f->size = size;
	f->is_good = rc == 1;
	(void)dw_map_put(files, sha256, f);
	return 0;
}

int verify_files_read(struct dw_db *db, struct dw_map **out, uint64_t *n, uint64_t *bytes,
		      struct dw_err *err)
{
	struct dw_map *files = dw_map_create();
	sqlite3_stmt *s = NULL;
	uint64_t has_table = 0; /* not in the file of an earlier version */
	int rc = db_get_u64(db, SQL_TABLE, 0, &has_table, err);

	*out = files;
	if (rc < 0 || has_table == 0)
		return rc < 0 ? rc : 0;
	rc = db_prepare(db, SQL_FILES, &s, err);
	while (rc >= 0 && (rc = dw_db_step(db, s, err)) == 1) {
		rc = read_one(db, s, files, err);
		if (rc < 0)
			break;
		*n += 1;
		*bytes += (uint64_t)sqlite3_column_int64(s, 2);
	}
	sqlite3_reset(s);
	return rc;
}

const char *verify_files_check(struct dw_map *files, const uint8_t sha256[DW_HASH_SIZE],
			       uint64_t size)
{
	struct verify_file *f =
		dw_map_get(files, dw_str_make((const char *)sha256, DW_HASH_SIZE));

	if (f == NULL)
		return "is missing";
	f->is_named = true;
	if (!f->is_good)
		return "was altered";
	return f->size != size ? "has another size" : NULL;
}

bool verify_files_stray(const struct dw_map *files, char out[2 * DW_HASH_SIZE + 1])
{
	struct dw_str key;
	void *value;

	for (size_t it = 0; dw_map_next(files, &it, &key, &value);) {
		const struct verify_file *f = value;

		if (!f->is_good && !f->is_named) {
			dw_hex(out, key.p, DW_HASH_SIZE);
			return true;
		}
	}
	return false;
}

void verify_files_free(struct dw_map *files)
{
	struct dw_str key;
	void *value;

	if (files == NULL)
		return;
	for (size_t it = 0; dw_map_next(files, &it, &key, &value);)
		free(value);
	dw_map_destroy(files);
}
