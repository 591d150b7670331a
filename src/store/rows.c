/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * rows.c - the SQL of the journal's own tables, one function for each thing done to them.
 *
 * A record costs three inserts that append at the right edge of their tree. What it is known by
 * is looked up and kept by identity.c.
 */
#include "journal_sqlite_int.h"

#include <sodium.h>

static const char SQL_EVENT[] =
	"INSERT INTO event (seq, envelope, subject, identity, sum) VALUES (?1, ?2, ?3, ?4, ?5)";
static const char SQL_PAYLOAD[] =
	"INSERT INTO payload (seq, salt, payload) VALUES (?1, ?2, ?3)";
static const char SQL_RAW[] = "INSERT INTO raw (seq, raw) VALUES (?1, ?2)";
static const char SQL_POSITION[] = "INSERT INTO position (key, seq) VALUES (?1, ?2)"
				   " ON CONFLICT (key) DO UPDATE SET seq = excluded.seq";
static const char SQL_POSITIONS[] = "SELECT key, seq FROM position";
static const char SQL_TREE_PUT[] =
	"UPDATE tree SET size = ?1, frontier = ?2 WHERE id = 1";
static const char SQL_TREE[] = "SELECT size, frontier FROM tree WHERE id = 1";

void identity_make(uint8_t out[IDENTITY_SIZE], const struct dw_record *r)
{
	crypto_generichash(out, IDENTITY_KEY, r->key, sizeof(r->key), NULL, 0);
	memcpy(out + IDENTITY_KEY, r->tag, sizeof(r->tag));
}

int64_t event_sum(struct dw_str envelope, uint64_t subject, struct dw_str identity)
{
	uint8_t all[DW_ENVELOPE_MAX + 8 + IDENTITY_SIZE], hash[16];
	size_t n = envelope.n < DW_ENVELOPE_MAX ? envelope.n : DW_ENVELOPE_MAX;
	uint64_t sum = 0;

	memcpy(all, envelope.p, n);
	for (int i = 7; i >= 0; i--)
		all[n++] = (uint8_t)(subject >> (8 * i));
	if (identity.n == IDENTITY_SIZE) {
		memcpy(all + n, identity.p, IDENTITY_SIZE);
		n += IDENTITY_SIZE;
	}
	crypto_generichash(hash, sizeof(hash), all, n, NULL, 0);
	for (int i = 0; i < 8; i++)
		sum = sum << 8 | hash[i];
	return (int64_t)sum;
}

static int insert_payload(struct dw_db *db, const struct dw_stored *e,
			  const uint8_t *salt, struct dw_err *err)
{
	sqlite3_stmt *s;
	int rc = db_prepare(db, SQL_PAYLOAD, &s, err);

	if (rc < 0)
		return rc;
	dw_db_bind_u64(s, 1, e->seq);
	dw_db_bind_blob(s, 2, salt, 32);
	dw_db_bind_text(s, 3, e->payload);
	return dw_db_run(db, s, err);
}

static int insert_raw(struct dw_db *db, uint64_t seq, struct dw_str raw,
		      struct dw_err *err)
{
	sqlite3_stmt *s;
	int rc = db_prepare(db, SQL_RAW, &s, err);

	if (rc < 0)
		return rc;
	dw_db_bind_u64(s, 1, seq);
	dw_db_bind_blob(s, 2, raw.p, raw.n);
	return dw_db_run(db, s, err);
}

int event_insert(struct dw_db *db, const struct dw_record *r, const struct dw_stored *e,
		 const uint8_t *salt, const uint8_t *key, struct dw_err *err)
{
	struct dw_str identity = { (const char *)key, key != NULL ? IDENTITY_SIZE : 0 };
	sqlite3_stmt *s;
	int rc = db_prepare(db, SQL_EVENT, &s, err);

	if (rc < 0)
		return rc;
	dw_db_bind_u64(s, 1, e->seq);
	dw_db_bind_blob(s, 2, e->envelope.p, e->envelope.n);
	if (key != NULL) {
		dw_db_bind_u64(s, 3, e->subject);
		dw_db_bind_blob(s, 4, key, IDENTITY_SIZE);
	}
	dw_db_bind_i64(s, 5, event_sum(e->envelope, e->subject, identity));
	rc = dw_db_run(db, s, err);
	if (rc == 0)
		rc = insert_payload(db, e, salt, err);
	if (rc == 0 && r->raw != NULL)
		rc = insert_raw(db, e->seq, dw_blob_str(r->raw), err);
	return rc;
}

int position_put(struct dw_db *db, uint64_t key, uint64_t seq, struct dw_err *err)
{
	sqlite3_stmt *s;
	int rc = db_prepare(db, SQL_POSITION, &s, err);

	if (rc < 0)
		return rc;
	dw_db_bind_u64(s, 1, key);
	dw_db_bind_u64(s, 2, seq);
	return dw_db_run(db, s, err);
}

int position_load(struct dw_db *db, struct dw_map *into, struct dw_err *err)
{
	sqlite3_stmt *s;
	int rc = db_prepare(db, SQL_POSITIONS, &s, err);

	while (rc >= 0 && (rc = dw_db_step(db, s, err)) == 1)
		positions_at(into, (uint64_t)sqlite3_column_int64(s, 0))->seq =
			(uint64_t)sqlite3_column_int64(s, 1);
	return rc;
}

int tree_put(struct dw_db *db, const struct dw_merkle *m, struct dw_err *err)
{
	uint8_t frontier[DW_MERKLE_MAX * DW_HASH_SIZE];
	size_t n = dw_merkle_save(m, frontier);
	sqlite3_stmt *s;
	int rc = db_prepare(db, SQL_TREE_PUT, &s, err);

	if (rc < 0)
		return rc;
	dw_db_bind_u64(s, 1, m->size);
	dw_db_bind_blob(s, 2, frontier, n);
	rc = dw_db_run(db, s, err);
	if (rc == 0 && sqlite3_changes(dw_db_handle(db)) != 1)
		rc = dw_fail(err, DW_ECORRUPT, "the row of the tree is missing");
	return rc;
}

int tree_load(struct dw_db *db, struct dw_merkle *m, struct dw_err *err)
{
	struct dw_str frontier;
	sqlite3_stmt *s = NULL;
	int rc = db_prepare(db, SQL_TREE, &s, err);

	if (rc == 0)
		rc = dw_db_step(db, s, err);
	if (rc < 0)
		return rc;
	if (rc == 0)
		return dw_fail(err, DW_ECORRUPT, "the row of the tree is missing");
	frontier = dw_db_blob(s, 1);
	rc = dw_merkle_load(m, (uint64_t)sqlite3_column_int64(s, 0), frontier.p,
			    frontier.n);
	sqlite3_reset(s);
	return rc < 0 ? dw_fail(err, rc, "the frontier of the tree does not fit its size")
		      : 0;
}
