/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * mention_project.c - folds mentions and sources into their read tables (020_mention.sql).
 *
 * Runs inside the transaction that appends the events, so it is kept short: live, what it needs
 * comes ready with the record; only a rebuild reads the payload's JSON. A mention costs one row;
 * how many a source has is counted when somebody asks.
 *
 *  (1) The fold is total: an erased mention keeps its row and its place, with nothing in it.
 *  (2) A mention never changes its source: the source is part of what it is known by.
 */
#include "domain/event.h"
#include "engine/mention_json.h"
#include "ingest_int.h"
#include "store/db.h"

#include <jansson.h>

static const char add_source_sql[] =
	"INSERT INTO source (id, version, slug) VALUES (?1, ?1, ?2)";
static const char find_source_sql[] = "SELECT id FROM source WHERE slug = ?1";
static const char add_sql[] = "INSERT INTO mention"
			      " (id, version, source, lang, posted_at, author)"
			      " VALUES (?1, ?1, ?2, ?3, ?4, ?5)";
static const char change_sql[] =
	"UPDATE mention SET version = ?2, lang = ?3, posted_at = ?4, author = ?5"
	" WHERE id = ?1";
static const char add_change_sql[] =
	"INSERT INTO mention_change (mention, seq) VALUES (?1, ?2)";

static int project_source(struct dw_db *db, const struct dw_stored *e, struct dw_str slug,
			  struct dw_err *err)
{
	sqlite3_stmt *q = dw_db_stmt(db, add_source_sql, err);

	if (q == NULL)
		return DW_EINTERNAL;
	dw_db_bind_u64(q, 1, e->seq);
	dw_db_bind_text(q, 2, slug);
	return dw_db_run(db, q, err);
}

static int find_source(struct dw_db *db, struct dw_str slug, uint64_t *id,
		       struct dw_err *err)
{
	sqlite3_stmt *q = dw_db_stmt(db, find_source_sql, err);
	int rc;

	if (q == NULL)
		return DW_EINTERNAL;
	dw_db_bind_text(q, 1, slug);
	rc = dw_db_step(db, q, err);
	if (rc == 1)
		*id = (uint64_t)sqlite3_column_int64(q, 0);
	sqlite3_reset(q);
	return rc < 0 ? rc : 0;
}

static void bind_fact(sqlite3_stmt *q, const struct dw_ingest_fact *f)
{
	if (f->lang.p != NULL)
		dw_db_bind_text(q, 3, f->lang);
	if (f->has_posted_at)
		dw_db_bind_i64(q, 4, f->posted_at);
	if (f->author != 0)
		dw_db_bind_u64(q, 5, f->author);
}

static int add_mention(struct dw_db *db, const struct dw_stored *e,
		       const struct dw_ingest_fact *f, struct dw_err *err)
{
	uint64_t source = f->source_id;
	sqlite3_stmt *q;

	if (source == 0 && f->source.p != NULL) {
		int rc = find_source(db, f->source, &source, err);

		if (rc < 0)
			return rc;
	}
	q = dw_db_stmt(db, add_sql, err);
	if (q == NULL)
		return DW_EINTERNAL;
	dw_db_bind_u64(q, 1, e->seq);
	if (source != 0)
		dw_db_bind_u64(q, 2, source);
	bind_fact(q, f);
	return dw_db_run(db, q, err);
}

static int change_mention(struct dw_db *db, const struct dw_stored *e,
			  const struct dw_ingest_fact *f, struct dw_err *err)
{
	sqlite3_stmt *q = dw_db_stmt(db, change_sql, err);
	int rc;

	if (q == NULL)
		return DW_EINTERNAL;
	dw_db_bind_u64(q, 1, e->subject);
	dw_db_bind_u64(q, 2, e->seq);
	bind_fact(q, f);
	rc = dw_db_run(db, q, err);
	if (rc < 0)
		return rc;
	q = dw_db_stmt(db, add_change_sql, err);
	if (q == NULL)
		return DW_EINTERNAL;
	dw_db_bind_u64(q, 1, e->subject);
	dw_db_bind_u64(q, 2, e->seq);
	return dw_db_run(db, q, err);
}

static int project_mention(struct dw_db *db, const struct dw_stored *e,
			   const struct dw_ingest_fact *f, struct dw_err *err)
{
	bool is_new = e->subject == 0 || e->subject == e->seq;

	return is_new ? add_mention(db, e, f, err) : change_mention(db, e, f, err);
}

/* ---- from the payload ---- */

static int reread_source(struct dw_db *db, const struct dw_stored *e, struct dw_err *err)
{
	json_t *o = json_loadb(e->payload.p, e->payload.n, 0, NULL);
	json_t *slug = json_object_get(o, "slug");
	int rc;

	if (json_is_string(slug))
		rc = project_source(db, e,
				    dw_str_make(json_string_value(slug),
						json_string_length(slug)),
				    err);
	else
		rc = dw_fail(err, DW_ECORRUPT, "event %llu names no source",
			     (unsigned long long)e->seq);
	json_decref(o);
	return rc;
}

static int reread_mention(struct dw_db *db, const struct dw_stored *e, struct dw_err *err)
{
	struct dw_ingest_fact fact = { 0 };
	struct dw_mention_doc doc;
	struct dw_fault f;
	int rc;

	if (e->payload.p == NULL)
		return project_mention(db, e, &fact, err);
	if (dw_mention_parse(&doc, e->payload, DW_MENTION_STORED, &f) < 0)
		return dw_fail(err, DW_ECORRUPT, "event %llu is no mention: %s",
			       (unsigned long long)e->seq, f.detail);
	fact.source = doc.m.source;
	fact.lang = doc.m.lang;
	fact.author = mention_author_of(&doc.m);
	fact.posted_at = doc.m.posted_at;
	fact.has_posted_at = (doc.m.has & DW_MENTION_POSTED_AT) != 0;
	rc = project_mention(db, e, &fact, err);
	dw_mention_doc_fini(&doc);
	return rc;
}

int dw_mention_project_on_writer(struct dw_db *db, const struct dw_stored *e,
				 struct dw_err *err)
{
	const struct dw_ingest_fact *fact = e->decoded;
	int rc = 0;

	switch ((unsigned)dw_event_by_name(e->type)) {
	case DW_EV_SOURCE_ADDED:
		if (fact != NULL)
			rc = project_source(db, e, fact->source, err);
		else if (e->payload.p != NULL)
			rc = reread_source(db, e, err);
		break;
	case DW_EV_MENTION_ADDED:
	case DW_EV_MENTION_CHANGED:
		rc = fact != NULL ? project_mention(db, e, fact, err)
				  : reread_mention(db, e, err);
		break;
	default:
		break;
	}
	return rc < 0 ? dw_wrap(err, rc, "folding event %llu", (unsigned long long)e->seq)
		      : 0;
}
