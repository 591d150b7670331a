/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * mention_query.c - reads stored mentions.
 *
 * The read tables say which; what they hold is fetched from the journal by seq. A page is found
 * by keyset: the id is the order of arrival and part of every index, so the thousandth page
 * costs what the first one does, and a page is not moved by what arrives meanwhile.
 *
 * A page ends early when it has grown large: five hundred mentions of a quarter of a megabyte
 * each are no answer.
 */
#include "engine/mention_query.h"

#include "base/clock.h"
#include "domain/fact.h"
#include "domain/mention.h"
#include "engine/frame.h"
#include "ingest_int.h"
#include "mention_beside_int.h"
#include "mention_search_int.h"
#include "store/db.h"
#include "text/search.h"

#define HISTORY_MAX 500 /* versions of one mention that are shown, the newest of them */

#define PAGE "SELECT id, version FROM mention WHERE id < ?1 AND id > ?2"
#define TAIL " ORDER BY id DESC LIMIT ?3"
static const char page_sql[] = PAGE TAIL;
static const char page_source_sql[] = PAGE " AND source = ?4" TAIL;
static const char page_lang_sql[] = PAGE " AND lang = ?5" TAIL;
static const char page_both_sql[] = PAGE " AND source = ?4 AND lang = ?5" TAIL;
/* Source and language are asked of each row: what is in a room, and what was triaged, was chosen
 * by people. ?7: bits of states, 0 = any; what has no row is new. */
#define OTHERS " AND (?4 IS NULL OR m.source = ?4) AND (?5 IS NULL OR m.lang = ?5)"
#define IN_STATE " AND (?7 = 0 OR (?7 >> coalesce(t.state, 0) & 1) = 1)"
#define PAGE_OF(links, of)                                                               \
	"SELECT m.id, m.version FROM " links " AS r JOIN mention AS m"                   \
	" ON m.id = r.mention LEFT JOIN mention_triage AS t ON t.mention = m.id"         \
	" WHERE r." of " = ?6 AND r.mention < ?1 AND r.mention > ?2" OTHERS IN_STATE     \
	" ORDER BY r.mention DESC LIMIT ?3"
static const char page_room_sql[] = PAGE_OF("room_mention", "room");
static const char page_claim_sql[] = PAGE_OF("claim_mention", "claim");
static const char page_new_sql[] =
	"SELECT m.id, m.version FROM mention AS m"
	" LEFT JOIN mention_triage AS t ON t.mention = m.id"
	" WHERE m.id < ?1 AND m.id > ?2" OTHERS IN_STATE " ORDER BY m.id DESC LIMIT ?3";
static const char page_triaged_sql[] =
	"SELECT m.id, m.version FROM mention_triage AS t JOIN mention AS m"
	" ON m.id = t.mention WHERE t.mention < ?1 AND t.mention > ?2" OTHERS IN_STATE
	" ORDER BY t.mention DESC LIMIT ?3";
/* All is asked of each row: an author writes little. ?8: the author, ?9: the claim, 0 = any. */
static const char page_author_sql[] =
	"SELECT m.id, m.version FROM mention AS m"
	" LEFT JOIN mention_triage AS t ON t.mention = m.id"
	" WHERE m.author = ?8 AND m.id < ?1 AND m.id > ?2" OTHERS IN_STATE
	" AND (?6 IS NULL OR EXISTS (SELECT 1 FROM room_mention"
	" WHERE room = ?6 AND mention = m.id)) AND (?9 = 0 OR EXISTS"
	" (SELECT 1 FROM claim_mention WHERE claim = ?9 AND mention = m.id))"
	" ORDER BY m.id DESC LIMIT ?3";
static const char find_source_sql[] = "SELECT id FROM source WHERE slug = ?1";
static const char version_sql[] = "SELECT version FROM mention WHERE id = ?1";
static const char changes_sql[] = "SELECT seq FROM mention_change WHERE mention = ?1"
				  " ORDER BY seq DESC LIMIT ?2";

struct row {
	uint64_t id, version;
};

static int open_db(struct dw_reader *r, struct dw_db **db, struct dw_err *err)
{
	*db = r != NULL ? dw_reader_db(r) : NULL;
	if (r == NULL)
		return dw_fail(err, DW_EIO, "the journal cannot be read");
	if (*db == NULL)
		return dw_fail(
			err, DW_EUNAVAILABLE,
			"this server keeps its journal in memory and lists nothing");
	return 0;
}

/* ---- one event's payload, by seq ---- */

struct shown {
	struct dw_buf *out;
	uint64_t id, seq;
	const struct dw_names *names; /* as an entry of the history; else NULL */
	bool is_found;
};

void dw_mention_show(struct dw_buf *out, uint64_t id, uint64_t version,
		     struct dw_str payload, int64_t recorded_at)
{
	char at[DW_TIME_MAX];
	int rc = dw_buf_addf(out, "{\"id\":%llu,\"version\":%llu", (unsigned long long)id,
			     (unsigned long long)version);

	if (rc == 0 && payload.p == NULL)
		rc = dw_buf_addz(out, ",\"erased\":true");
	else if (rc == 0 && payload.n > 2)
		rc = dw_buf_addc(out, ',');
	if (rc == 0 && payload.n > 2)
		rc = dw_buf_add(out, payload.p + 1, payload.n - 2);
	if (rc == 0)
		rc = dw_buf_addf(out, ",\"recorded_at\":\"%s\"",
				 dw_time_format(at, recorded_at));
	DW_INVARIANT(rc == 0); /* the caller looks after the ceiling */
}

static bool on_event(void *data, const struct dw_stored *e)
{
	struct shown *s = data;

	s->is_found = e->seq == s->seq;
	if (!s->is_found)
		return false;
	if (s->names != NULL)
		DW_INVARIANT(
			dw_item_add(s->out, e, dw_event_by_name(e->type), s->names) == 0);
	else
		dw_mention_show(s->out, s->id, e->seq, e->payload, e->recorded_at);
	return false;
}

static int show(struct dw_reader *r, struct shown *s, struct dw_err *err)
{
	uint64_t last;
	int rc;

	s->is_found = false;
	rc = dw_reader_scan(r, s->seq - 1, 1, on_event, s, &last, err);
	if (rc == 0 && !s->is_found)
		rc = dw_fail(err, DW_ECORRUPT, "event %llu is missing",
			     (unsigned long long)s->seq);
	return rc;
}

/* ---- a page ---- */

/* 1 found, 0 there is none. */
static int find_source(struct dw_db *db, struct dw_str slug, uint64_t *id,
		       struct dw_err *err)
{
	sqlite3_stmt *s = dw_db_stmt(db, find_source_sql, err);
	int rc;

	if (s == NULL)
		return DW_EINTERNAL;
	dw_db_bind_text(s, 1, slug);
	rc = dw_db_step(db, s, err);
	if (rc == 1)
		*id = (uint64_t)sqlite3_column_int64(s, 0);
	sqlite3_reset(s);
	return rc;
}

static const char *page_query(const struct dw_mention_query *q, uint64_t source)
{
	if (q->author.p != NULL)
		return page_author_sql;
	if (q->claim != 0)
		return page_claim_sql;
	if (q->room != 0)
		return page_room_sql;
	if (q->triage != DW_TRIAGE_ANY)
		return (q->triage >> DW_TRIAGE_NEW & 1) != 0 ? page_new_sql
							     : page_triaged_sql;
	if (source != 0)
		return q->lang.p != NULL ? page_both_sql : page_source_sql;
	return q->lang.p != NULL ? page_lang_sql : page_sql;
}

/* Up to `max` rows of the page; their number, or DW_E…. */
static int find_rows(struct dw_db *db, const struct dw_mention_query *q, uint64_t source,
		     struct row *row, unsigned max, struct dw_err *err)
{
	sqlite3_stmt *s = dw_db_stmt(db, page_query(q, source), err);
	int n = 0, rc;

	if (s == NULL)
		return DW_EINTERNAL;
	dw_db_bind_u64(s, 1, q->before);
	dw_db_bind_u64(s, 2, q->after);
	dw_db_bind_u64(s, 3, max);
	if (source != 0)
		dw_db_bind_u64(s, 4, source);
	if (q->lang.p != NULL)
		dw_db_bind_text(s, 5, q->lang);
	if (q->room != 0)
		dw_db_bind_u64(s, 6,
			       q->claim != 0 && q->author.p == NULL ? q->claim : q->room);
	if (q->room != 0 || q->triage != DW_TRIAGE_ANY || q->author.p != NULL)
		dw_db_bind_u64(s, 7, q->triage);
	if (q->author.p != NULL) {
		dw_db_bind_u64(s, 8, mention_author_id(q->source, q->author));
		dw_db_bind_u64(s, 9, q->claim);
	}
	while ((rc = dw_db_step(db, s, err)) == 1) {
		row[n].id = (uint64_t)sqlite3_column_int64(s, 0);
		row[n++].version = (uint64_t)sqlite3_column_int64(s, 1);
	}
	sqlite3_reset(s);
	return rc < 0 ? rc : n;
}

static int list(struct dw_reader *r, struct dw_db *db, const struct dw_mention_query *q,
		uint64_t source, struct dw_buf *out, struct dw_err *err)
{
	struct row row[DW_MENTION_PAGE_MAX + 1];
	int n = find_rows(db, q, source, row, q->limit + 1, err), rc = n, i = 0;

	if (rc < 0)
		return rc;
	rc = dw_buf_addz(out, "{\"items\":[");
	while (rc == 0 && i < n && i < (int)q->limit &&
	       out->len < DW_MENTION_PAGE_BYTES) {
		struct shown s = { .out = out, .id = row[i].id, .seq = row[i].version };

		if (i > 0)
			rc = dw_buf_addc(out, ',');
		if (rc == 0)
			rc = show(r, &s, err);
		if (rc == 0)
			rc = mention_beside_add(db, &q->onlooker, row[i].id, out, err);
		if (rc == 0)
			rc = dw_buf_addc(out, '}');
		i++;
	}
	if (rc < 0)
		return rc;
	if (i > 0 && i < n)
		return dw_buf_addf(out, "],\"next\":%llu}",
				   (unsigned long long)row[i - 1].id);
	return dw_buf_addz(out, "],\"next\":null}");
}

int dw_mention_list_on_pool(struct dw_reader *r, const struct dw_mention_query *q,
			    struct dw_buf *out, struct dw_err *err)
{
	uint64_t source = 0;
	struct dw_db *db;
	int rc = open_db(r, &db, err);

	DW_REQUIRE(q->limit > 0 && q->limit <= DW_MENTION_PAGE_MAX);
	if (rc < 0)
		return rc;
	if (q->source.p != NULL) {
		rc = find_source(db, q->source, &source, err);
		if (rc == 0)
			return dw_buf_addz(out, "{\"items\":[],\"next\":null}");
		if (rc < 0)
			return rc;
	}
	return q->search != NULL ? mention_search_on_pool(r, q, source, out, err)
				 : list(r, db, q, source, out, err);
}

int dw_mention_words(struct dw_search **out, struct dw_str typed, bool is_exact,
		     struct dw_fault *f)
{
	struct dw_err err = { 0 };
	int rc = dw_search_create(out, typed,
				  is_exact ? DW_SEARCH_EXACT : DW_SEARCH_DEFAULT, &err);

	return rc < 0 ? dw_fault_set(f, "/q", "%s", dw_err_text(&err)) : 0;
}

void dw_mention_words_free(struct dw_search *s)
{
	dw_search_destroy(s);
}

/* ---- one mention ---- */

static int find_version(struct dw_db *db, uint64_t id, uint64_t *version,
			struct dw_err *err)
{
	sqlite3_stmt *s = dw_db_stmt(db, version_sql, err);
	int rc;

	if (s == NULL)
		return DW_EINTERNAL;
	dw_db_bind_u64(s, 1, id);
	rc = dw_db_step(db, s, err);
	if (rc == 1)
		*version = (uint64_t)sqlite3_column_int64(s, 0);
	sqlite3_reset(s);
	if (rc == 0)
		return dw_fail(err, DW_ENOTFOUND, "there is no mention %llu",
			       (unsigned long long)id);
	return rc < 0 ? rc : 0;
}

/* Seqs of the newest changes, newest first; their number, or DW_E…. */
static int find_changes(struct dw_db *db, uint64_t id, uint64_t *seq, int max,
			struct dw_err *err)
{
	sqlite3_stmt *s = dw_db_stmt(db, changes_sql, err);
	int n = 0, rc;

	if (s == NULL)
		return DW_EINTERNAL;
	dw_db_bind_u64(s, 1, id);
	dw_db_bind_u64(s, 2, (uint64_t)max);
	while ((rc = dw_db_step(db, s, err)) == 1)
		seq[n++] = (uint64_t)sqlite3_column_int64(s, 0);
	sqlite3_reset(s);
	return rc < 0 ? rc : n;
}

/* Versions oldest first, from seq[n - 1] down to seq[0], as many as fit a page. */
static int add_history(struct dw_reader *r, const struct dw_names *names,
		       const uint64_t *seq, int n, struct dw_buf *out, struct dw_err *err)
{
	int rc = 0;
	bool is_first = true;

	while (rc == 0 && n-- > 0 && out->len < DW_MENTION_PAGE_BYTES) {
		struct shown s = { .out = out, .seq = seq[n], .names = names };

		if (!is_first)
			rc = dw_buf_addc(out, ',');
		if (rc == 0)
			rc = show(r, &s, err);
		is_first = false;
	}
	return rc;
}

int dw_mention_get_on_pool(struct dw_reader *r, const struct dw_onlooker *who,
			   const struct dw_names *names, uint64_t id, struct dw_buf *out,
			   uint64_t *version, struct dw_err *err)
{
	uint64_t seq[HISTORY_MAX + 1];
	struct shown now = { .out = out, .id = id };
	struct dw_db *db;
	int rc = open_db(r, &db, err), n = 0;

	if (rc == 0)
		rc = find_version(db, id, version, err);
	if (rc == 0)
		n = rc = find_changes(db, id, seq, HISTORY_MAX, err);
	if (rc < 0)
		return rc;
	seq[n++] = id;
	now.seq = *version;
	rc = show(r, &now, err);
	if (rc == 0)
		rc = mention_beside_add_all(r, who, names, id, out, err);
	if (rc == 0)
		rc = dw_buf_addz(out, ",\"history\":[");
	if (rc == 0)
		rc = add_history(r, names, seq, n, out, err);
	return rc < 0 ? rc : dw_buf_addz(out, "]}");
}
