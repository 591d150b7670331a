/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * verify_pass.c - verifying a little at a time, while others write.
 *
 * A pass is over the events that the journal had when it began, and ends with the tree's hashes as they
 * were then. Between two calls nothing is held, no snapshot and no lock: what has been looked
 * at never changes (erasure drops a payload and is no damage), what is new is for the next pass.
 */
#include "verify_int.h"

void dw_verify_begin(struct dw_verify_pass *p, const struct dw_merkle *stored)
{
	p->stored = *stored;
	p->recorded_at = 0;
	dw_merkle_init(&p->tree);
}

bool dw_verify_is_done(const struct dw_verify_pass *p)
{
	return p->tree.size == p->stored.size;
}

static int walk_some(struct verify_walk *w, struct dw_db *db, uint64_t max_n,
		     uint64_t max_bytes)
{
	struct dw_stored e = { .decoded = NULL };
	sqlite3_stmt *s;
	int rc = db_prepare(db, verify_sql_events, &s, w->err);

	if (rc < 0)
		return rc;
	dw_db_bind_i64(s, 1, w->at.tree.size > 0 ? (int64_t)w->at.tree.size : INT64_MIN);
	dw_db_bind_u64(s, 2, max_n);
	while (max_n > 0 && w->report->bytes < max_bytes &&
	       (rc = dw_db_step(db, s, w->err)) == 1) {
		rc = verify_event(w, s, &e);
		if (rc < 0)
			break;
		verify_add(w, &e);
		max_n--;
	}
	sqlite3_reset(s);
	if (rc == 0 && max_n > 0 && w->report->bytes < max_bytes)
		rc = verify_bad(w, w->at.tree.size + 1, "the event is missing");
	return rc < 0 ? rc : 0;
}

int dw_verify_some(struct dw_reader *r, struct dw_verify_pass *p, size_t max_n,
		   size_t max_bytes, const struct dw_verify_checks *checks,
		   struct dw_verify_report *report, struct dw_err *err)
{
	struct dw_err local = { 0 };
	struct verify_walk w = { .report = report,
				 .err = err != NULL ? err : &local,
				 .at = *p };
	uint64_t left = p->stored.size - p->tree.size;
	int rc;

	DW_REQUIRE(max_n > 0 && max_bytes > 0);
	if (checks != NULL)
		w.checks = *checks;
	memset(report, 0, sizeof(*report));
	rc = walk_some(&w, dw_reader_db(r), max_n < left ? max_n : left, max_bytes);
	if (rc == 0 && w.at.tree.size == w.at.stored.size)
		rc = verify_tree(&w);
	*p = w.at;
	return verify_result(&w, rc);
}
