/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * answer.c - the rows of the table `answer`; see src/api/once.c for what they are for.
 *
 * Looking one up happens on a reading thread, writing on the writer inside somebody's
 * transaction, so nothing here owns a connection.
 */
#include "engine/answer.h"

#include "store/db.h"

#define SQL_FIND                                                                         \
	"SELECT digest, status, body, created_at FROM answer WHERE id = ?1 AND created_at >= ?2"
/* An outdated answer under the same id gives way: the key has been free again since. */
#define SQL_PUT                                                                          \
	"INSERT OR REPLACE INTO answer (id, digest, status, body, created_at)"           \
	" VALUES (?1, ?2, ?3, ?4, ?5)"
#define SQL_SWEEP                                                                        \
	"DELETE FROM answer WHERE id IN"                                                 \
	" (SELECT id FROM answer WHERE created_at < ?1 ORDER BY created_at LIMIT ?2)"

static int take_row(sqlite3_stmt *s, struct dw_answer *out, struct dw_err *err)
{
	struct dw_str digest = dw_db_blob(s, 0), body;

	if (digest.n != sizeof(out->digest))
		return dw_fail(err, DW_ECORRUPT,
			       "a kept answer has a digest of %zu bytes", digest.n);
	memcpy(out->digest, digest.p, digest.n);
	out->status = sqlite3_column_int(s, 1);
	out->is_secret = sqlite3_column_type(s, 2) == SQLITE_NULL;
	out->created_at = sqlite3_column_int64(s, 3);
	if (!out->is_secret) {
		body = dw_db_blob(s, 2);
		out->body = dw_blob_new(body.p, body.n);
	}
	return 1;
}

int dw_answer_find_on_pool(struct dw_reader *r, const uint8_t id[DW_ANSWER_ID],
			   int64_t since, struct dw_answer *out, struct dw_err *err)
{
	struct dw_db *db = dw_reader_db(r);
	sqlite3_stmt *s = dw_db_stmt(db, SQL_FIND, err);
	int rc;

	memset(out, 0, sizeof(*out));
	if (s == NULL)
		return err != NULL ? err->code : DW_EINTERNAL;
	dw_db_bind_blob(s, 1, id, DW_ANSWER_ID);
	dw_db_bind_i64(s, 2, since);
	rc = dw_db_step(db, s, err);
	if (rc == 1)
		rc = take_row(s, out, err);
	sqlite3_reset(s); /* or the read transaction would stay open */
	return rc;
}

int dw_answer_put_on_writer(struct dw_db *db, const uint8_t id[DW_ANSWER_ID],
			    const struct dw_answer *a, struct dw_str body,
			    struct dw_err *err)
{
	sqlite3_stmt *s = dw_db_stmt(db, SQL_PUT, err);

	if (s == NULL)
		return err != NULL ? err->code : DW_EINTERNAL;
	dw_db_bind_blob(s, 1, id, DW_ANSWER_ID);
	dw_db_bind_blob(s, 2, a->digest, sizeof(a->digest));
	dw_db_bind_i64(s, 3, a->status);
	if (a->is_secret)
		dw_db_bind_text(s, 4, dw_str_make(NULL, 0));
	else
		dw_db_bind_blob(s, 4, body.n > 0 ? body.p : "", body.n);
	dw_db_bind_i64(s, 5, a->created_at);
	return dw_db_run(db, s, err);
}

int dw_answer_sweep_on_writer(struct dw_db *db, int64_t before, int max,
			      struct dw_err *err)
{
	sqlite3_stmt *s = dw_db_stmt(db, SQL_SWEEP, err);
	int rc;

	if (s == NULL)
		return err != NULL ? err->code : DW_EINTERNAL;
	dw_db_bind_i64(s, 1, before);
	dw_db_bind_i64(s, 2, max);
	rc = dw_db_run(db, s, err);
	return rc < 0 ? rc : sqlite3_changes(dw_db_handle(db));
}
