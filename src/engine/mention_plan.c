/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * mention_plan.c - what the index is asked for.
 *
 * Every candidate is read and looked at, so the index may be asked for less than all words. When one of
 * them stands in few mentions, it alone is asked for: the others' lists, which FTS5 would walk from
 * end to end to meet the few, cost more than looking at these. A link is such a search: "http", "t"
 * and "co" stand in every seventh mention, what comes behind in one (17 ms; 2 by itself).
 *
 * How rare a word is, the index does not say; so its first ids are taken and counted.
 */
#include "mention_plan_int.h"

#include "mention_index_int.h"
#include "store/db.h"
#include "text/search.h"

#define FEW 100 /* what is looked at in the time that a list of words takes */

static const char count_sql[] =
	"SELECT count(*) FROM (SELECT 1 FROM mention_search WHERE mention_search MATCH ?1"
	" AND rowid < ?2 AND rowid > ?3 ORDER BY rowid DESC LIMIT ?4)";

/* Are there FEW at most? 1, 0, DW_E…. */
static int is_rare(struct dw_db *db, const struct dw_mention_query *q,
		   const struct dw_buf *match, struct dw_err *err)
{
	sqlite3_stmt *s = dw_db_stmt(db, count_sql, err);
	int rc;

	if (s == NULL)
		return DW_EINTERNAL;
	dw_db_bind_text(s, 1, dw_buf_str(match));
	dw_db_bind_u64(s, 2, q->before);
	dw_db_bind_u64(s, 3, q->after);
	dw_db_bind_u64(s, 4, FEW + 1);
	rc = dw_db_step(db, s, err);
	if (rc == 1)
		rc = sqlite3_column_int64(s, 0) <= FEW;
	sqlite3_reset(s);
	sqlite3_clear_bindings(s);
	return rc;
}

/* The first of several words that is rare, into *out; 1, 0 and an empty buffer, DW_E…. */
static int find_rare(struct dw_db *db, const struct dw_mention_query *q,
		     struct dw_buf *out, struct dw_err *err)
{
	size_t n = dw_search_terms(q->search);
	int rc = 0;

	for (size_t i = n > 1 ? n : 0; i-- > 0 && rc == 0;) {
		dw_buf_clear(out);
		rc = dw_search_fts_term(q->search, i, out);
		DW_INVARIANT(rc == 0);
		rc = is_rare(db, q, out, err);
	}
	if (rc == 0)
		dw_buf_clear(out);
	return rc;
}

int mention_plan(struct dw_db *db, const struct dw_mention_query *q, uint64_t source,
		 struct dw_buf *out, struct dw_err *err)
{
	int rc = find_rare(db, q, out, err);

	if (rc != 0)
		return rc < 0 ? rc : 0;
	if (source != 0)
		rc = mention_term_source(out, source);
	if (rc == 0 && source != 0)
		rc = dw_buf_addz(out, " AND ");
	if (rc == 0)
		rc = dw_search_fts(q->search, out);
	DW_INVARIANT(rc == 0);
	return 0;
}
