/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * source_project.c - folds the configuration and the blindness of sources into their read table
 * (020_mention.sql). Rare events: always from the payload, live and in a rebuild. That a source
 * is there at all is folded with its mentions (mention_project.c).
 */
#include "sources_int.h"
#include "store/db.h"

static const char configure_sql[] =
	"UPDATE source SET version = ?2, url = ?3, interval_s = ?4, is_paused = ?5"
	" WHERE id = ?1";
static const char blind_sql[] = "UPDATE source SET blind_since = ?2 WHERE id = ?1";

static int damaged(const struct dw_stored *e, struct dw_err *err)
{
	return dw_fail(err, DW_ECORRUPT, "event %llu is no %.*s",
		       (unsigned long long)e->seq, (int)e->type.n, e->type.p);
}

static int configure(struct dw_db *db, const struct dw_stored *e, struct dw_err *err)
{
	struct source_configured c;
	sqlite3_stmt *q;
	int rc = DW_EINTERNAL;

	if (!source_configured_read(e->payload, &c))
		return damaged(e, err);
	q = dw_db_stmt(db, configure_sql, err);
	if (q != NULL) {
		dw_db_bind_u64(q, 1, e->subject);
		dw_db_bind_u64(q, 2, e->seq);
		dw_db_bind_text(q, 3, dw_str_of(c.url));
		dw_db_bind_u64(q, 4, c.interval_s);
		dw_db_bind_u64(q, 5, c.is_paused);
		rc = dw_db_run(db, q, err);
	}
	json_decref(c.tree);
	return rc;
}

static int set_blind(struct dw_db *db, const struct dw_stored *e, bool is_blind,
		     struct dw_err *err)
{
	int64_t at = 0;
	uint64_t id =
		source_health_read(e->payload, is_blind ? "since" : "blind_since", &at);
	sqlite3_stmt *q;

	if (id == 0)
		return damaged(e, err);
	q = dw_db_stmt(db, blind_sql, err);
	if (q == NULL)
		return DW_EINTERNAL;
	dw_db_bind_u64(q, 1, id);
	if (is_blind)
		dw_db_bind_i64(q, 2, at);
	return dw_db_run(db, q, err);
}

int dw_source_project_on_writer(struct dw_db *db, const struct dw_stored *e,
				struct dw_err *err)
{
	if (e->payload.p == NULL)
		return 0;
	switch ((unsigned)dw_event_by_name(e->type)) {
	case DW_EV_SOURCE_CONFIGURED:
		return configure(db, e, err);
	case DW_EV_SOURCE_BLIND:
		return set_blind(db, e, true, err);
	case DW_EV_SOURCE_RECOVERED:
		return set_blind(db, e, false, err);
	default:
		return 0;
	}
}
