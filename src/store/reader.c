/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * reader.c - reads the journal's past, in order, on a connection that cannot write.
 *
 * One prepared join over a range of numbers. Both tables are in order of seq and SQLite steps to
 * the next row when the wanted key is the next one, so the join costs no descent. What the
 * callback gets points into SQLite's row until the next step: nothing is copied here.
 *
 *  (1) What is given out is consecutive. A hole is DW_ECORRUPT, never skipped.
 *  (2) No snapshot outlives a call: a statement is reset before return, or the log could not
 *      be started anew.
 */
#include "journal_sqlite_int.h"

#include <stdlib.h>

static const char SQL_SCAN[] =
	"SELECT e.seq, e.envelope, e.subject, p.payload FROM event AS e"
	" LEFT JOIN payload AS p ON p.seq = e.seq WHERE e.seq > ?1 ORDER BY e.seq LIMIT ?2";

struct sqlite_reader {
	struct dw_reader base;
	struct dw_db *db;
};

static int read_row(sqlite3_stmt *s, uint64_t expected, struct dw_stored *e,
		    struct dw_err *err)
{
	uint64_t seq = (uint64_t)sqlite3_column_int64(s, 0);
	int rc;

	if (seq != expected)
		return dw_fail(err, DW_ECORRUPT, "event %llu is missing",
			       (unsigned long long)expected);
	rc = dw_envelope_parse(dw_db_blob(s, 1), e, err);
	if (rc < 0)
		return dw_wrap(err, rc, "event %llu", (unsigned long long)expected);
	if (e->seq != seq)
		return dw_fail(err, DW_ECORRUPT, "event %llu says that it is %llu",
			       (unsigned long long)seq, (unsigned long long)e->seq);
	e->subject = (uint64_t)sqlite3_column_int64(s, 2);
	e->payload = dw_db_text(s, 3);
	e->decoded = NULL;
	e->ahead = NULL;
	return 0;
}

int reader_scan(struct dw_db *db, uint64_t after, size_t max_n,
		bool (*fn)(void *data, const struct dw_stored *e), void *data,
		uint64_t *last, struct dw_err *err)
{
	struct dw_stored e = { .seq = 0 };
	sqlite3_stmt *s;
	int rc = db_prepare(db, SQL_SCAN, &s, err);

	*last = after;
	if (rc < 0)
		return rc;
	dw_db_bind_u64(s, 1, after);
	dw_db_bind_u64(s, 2, max_n);
	while ((rc = dw_db_step(db, s, err)) == 1) {
		rc = read_row(s, *last + 1, &e, err);
		if (rc < 0)
			break;
		*last = e.seq;
		if (!fn(data, &e))
			break;
	}
	sqlite3_reset(s);
	return rc < 0 ? rc : 0;
}

static struct sqlite_reader *self(struct dw_reader *r)
{
	return DW_CONTAINER_OF(r, struct sqlite_reader, base);
}

static int scan(struct dw_reader *r, uint64_t after, size_t max_n,
		bool (*fn)(void *data, const struct dw_stored *e), void *data,
		uint64_t *last, struct dw_err *err)
{
	return reader_scan(self(r)->db, after, max_n, fn, data, last, err);
}

static struct dw_db *db_of(struct dw_reader *r)
{
	return self(r)->db;
}

static void close_reader(struct dw_reader *r)
{
	dw_db_close(self(r)->db);
	free(self(r));
}

int reader_open(struct dw_reader **out, const char *path, const struct dw_projector *p,
		struct dw_err *err)
{
	static const struct dw_reader_ops ops = { scan, db_of, close_reader };
	struct sqlite_reader *r = calloc(1, sizeof(*r));
	int rc;

	DW_INVARIANT(r != NULL);
	r->base.ops = &ops;
	rc = views_open(&r->db, path, DW_DB_READER, p, err);
	if (rc < 0) {
		free(r);
		return rc;
	}
	*out = &r->base;
	return 0;
}
