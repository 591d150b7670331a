/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * mention_index.c - keeps the search index up with the journal, a group of events at a time.
 *
 * FTS5 writes a segment of its own for every transaction, and merges segments later. With a
 * group commit of one mention that is several pages written for each, several times over. So the
 * index waits until MENTION_INDEX_EVERY events have come and then takes all of them at once;
 * until then a search looks at the newest ones by itself (mention_search.c). Nothing has to be
 * remembered for that: search_state says how far the index is, the tables say what came since,
 * and a transaction that is undone takes both back.
 *
 *  (1) Rows go in by rising id. FTS5 writes a segment whenever an id falls.
 *  (2) Mentions that changed without changing what they are found by (the likes of an hour)
 *      cost a comparison.
 *  (3) Terms of mentions that came many at once were made before the writer had them, and stand on a
 *      shelf until their group is taken. Nothing rests on that: what is not on the shelf is made
 *      from the payload. The shelf belongs to the connection; a number that is given again, after a
 *      transaction was undone, is put on it again.
 *  (4) A contentless row is taken out by giving its old terms again: those of the version that
 *      was the newest when the index was last brought up to date. When that one was erased, the
 *      row stays: the index only says where to look.
 */
#include "domain/event.h"
#include "engine/mention_json.h"
#include "mention_index_int.h"
#include "mention_lang_int.h"
#include "store/db.h"
#include "store/journal.h"

#include <stdlib.h>

static const char state_sql[] = "SELECT seq FROM search_state";
static const char put_state_sql[] = "UPDATE search_state SET seq = ?1";
static const char insert_sql[] =
	"INSERT INTO mention_search (rowid, terms) VALUES (?1, ?2)";
static const char delete_sql[] =
	"INSERT INTO mention_search (mention_search, rowid, terms) VALUES ('delete', ?1, ?2)";
/* Those that the index has in an older version, and where that one is. */
static const char changed_sql[] =
	"SELECT m.id, m.source, m.version,"
	" (SELECT max(o.seq) FROM mention_change AS o WHERE o.mention = m.id AND o.seq <= ?1),"
	" m.lang"
	" FROM mention AS m WHERE m.id <= ?1 AND m.id IN"
	" (SELECT c.mention FROM mention_change AS c WHERE c.seq > ?1) ORDER BY m.id";
static const char added_sql[] =
	"SELECT m.id, m.source, p.payload, m.version, m.lang FROM mention AS m"
	" LEFT JOIN payload AS p ON p.seq = m.version WHERE m.id > ?1 ORDER BY m.id";
static const char payload_sql[] = "SELECT payload FROM payload WHERE seq = ?1";

/* Terms of a payload; none of one that was erased. */
static int terms_of(struct dw_buf *out, struct dw_str payload, uint64_t source,
		    struct dw_err *err)
{
	struct dw_mention_doc doc;
	struct dw_fault f;

	dw_buf_clear(out);
	if (payload.p == NULL)
		return 0;
	if (dw_mention_parse(&doc, payload, DW_MENTION_STORED, &f) < 0)
		return dw_fail(err, DW_ECORRUPT, "a stored mention is none: %s",
			       f.detail);
	mention_terms(out, &doc.m, source);
	dw_mention_doc_fini(&doc);
	return 0;
}

static int put_terms(struct dw_db *db, const char *sql, uint64_t id,
		     const struct dw_buf *terms, struct dw_err *err)
{
	sqlite3_stmt *q;

	if (terms->len == 0)
		return 0;
	q = dw_db_stmt(db, sql, err);
	if (q == NULL)
		return DW_EINTERNAL;
	dw_db_bind_u64(q, 1, id);
	dw_db_bind_text(q, 2, dw_buf_str(terms));
	return dw_db_run(db, q, err);
}

/* ---- the shelf ---- */

struct shelf {
	struct {
		uint64_t seq; /* of the version, 0: nothing is there */
		struct dw_blob *terms;
	} at[MENTION_INDEX_EVERY];
};

/* They wait as long as the append does, with all others that wait. So there are none of what is large, which
 * is indexed at once anyway, nor of what comes to much more than it was: some characters fold to
 * eighteen. */
struct dw_blob *mention_index_ahead(const struct dw_record *r)
{
	struct dw_str payload = dw_blob_str(r->payload);
	struct dw_blob *made = NULL;
	struct dw_mention_doc doc;
	struct dw_fault f;
	struct dw_buf b;

	if (dw_event_by_name(dw_str_of(r->type)) != DW_EV_MENTION_ADDED ||
	    payload.n > MENTION_INDEX_BYTES ||
	    dw_mention_parse(&doc, payload, DW_MENTION_STORED, &f) < 0)
		return NULL;
	dw_buf_init(&b, MENTION_TERMS_MAX);
	mention_terms_rest(&b, &doc.m);
	if (b.len <= 2 * payload.n)
		made = dw_blob_new(b.p, b.len);
	dw_buf_fini(&b);
	dw_mention_doc_fini(&doc);
	return made;
}

static void clear_shelf(struct shelf *s)
{
	for (size_t i = 0; i < MENTION_INDEX_EVERY; i++)
		dw_blob_unref(s->at[i].terms);
	memset(s, 0, sizeof(*s));
}

static void end_shelf(void *local)
{
	clear_shelf(local);
	free(local);
}

/* Of every event, so that nothing stands under a number that has become another's. */
static void put_on_shelf(struct dw_db *db, const struct dw_stored *e)
{
	struct shelf *s = dw_db_local(db);
	size_t i = e->seq % MENTION_INDEX_EVERY;

	if (s == NULL && e->ahead == NULL)
		return;
	if (s == NULL) {
		s = calloc(1, sizeof(*s));
		DW_INVARIANT(s != NULL);
		dw_db_set_local(db, s, end_shelf);
	}
	dw_blob_unref(s->at[i].terms);
	s->at[i].terms = e->ahead != NULL ? dw_blob_ref(e->ahead) : NULL;
	s->at[i].seq = e->seq;
}

/* What is there of a version; p == NULL: nothing. */
static struct dw_str on_shelf(const struct dw_db *db, uint64_t seq)
{
	const struct shelf *s = dw_db_local(db);
	size_t i = seq % MENTION_INDEX_EVERY;

	return s != NULL && s->at[i].seq == seq ? dw_blob_str(s->at[i].terms)
						: (struct dw_str){ NULL, 0 };
}

/* ---- changed ---- */

static int terms_at(struct dw_db *db, uint64_t seq, uint64_t source, struct dw_buf *out,
		    struct dw_err *err)
{
	struct dw_str payload = { NULL, 0 };
	sqlite3_stmt *q = dw_db_stmt(db, payload_sql, err);
	int rc;

	if (q == NULL)
		return DW_EINTERNAL;
	dw_db_bind_u64(q, 1, seq);
	rc = dw_db_step(db, q, err);
	if (rc == 1)
		payload = dw_db_text(q, 0);
	if (rc >= 0)
		rc = terms_of(out, payload, source, err);
	sqlite3_reset(q);
	return rc;
}

struct changed {
	uint64_t id, source, before, after; /* seqs of the two versions */
};

static int take_changed(struct dw_db *db, const struct changed *c, struct dw_err *err)
{
	struct dw_buf before, after;
	int rc;

	dw_buf_init(&before, MENTION_TERMS_MAX);
	dw_buf_init(&after, MENTION_TERMS_MAX);
	rc = terms_at(db, c->before, c->source, &before, err);
	if (rc == 0)
		rc = terms_at(db, c->after, c->source, &after, err);
	if (rc == 0 && !dw_str_eq(dw_buf_str(&before), dw_buf_str(&after))) {
		rc = put_terms(db, delete_sql, c->id, &before, err);
		if (rc == 0)
			rc = put_terms(db, insert_sql, c->id, &after, err);
	}
	dw_buf_fini(&before);
	dw_buf_fini(&after);
	return rc;
}

static int take_all_changed(struct dw_db *db, uint64_t since,
			    struct mention_lang_set *langs, struct dw_err *err)
{
	sqlite3_stmt *q = dw_db_stmt(db, changed_sql, err);
	int rc;

	if (q == NULL)
		return DW_EINTERNAL;
	dw_db_bind_u64(q, 1, since);
	while ((rc = dw_db_step(db, q, err)) == 1) {
		struct changed c = { .id = (uint64_t)sqlite3_column_int64(q, 0),
				     .source = (uint64_t)sqlite3_column_int64(q, 1),
				     .after = (uint64_t)sqlite3_column_int64(q, 2),
				     .before = (uint64_t)sqlite3_column_int64(q, 3) };

		if (c.before == 0)
			c.before = c.id;
		rc = take_changed(db, &c, err);
		if (rc == 0)
			rc = mention_lang_add(langs, db, dw_db_text(q, 4), c.id, err);
		if (rc < 0)
			break;
	}
	sqlite3_reset(q);
	return rc;
}

/* ---- new ---- */

/* Of the row of added_sql. What was erased since it came is found by nothing. */
static int terms_of_added(struct dw_db *db, sqlite3_stmt *q, struct dw_buf *out,
			  struct dw_err *err)
{
	struct dw_str ahead = on_shelf(db, (uint64_t)sqlite3_column_int64(q, 3));
	uint64_t source = (uint64_t)sqlite3_column_int64(q, 1);

	if (ahead.p == NULL || sqlite3_column_type(q, 2) == SQLITE_NULL)
		return terms_of(out, dw_db_text(q, 2), source, err);
	dw_buf_clear(out);
	mention_terms_source(out, source);
	return dw_buf_add(out, ahead.p, ahead.n);
}

static int take_all_added(struct dw_db *db, uint64_t since,
			  struct mention_lang_set *langs, struct dw_err *err)
{
	struct dw_buf terms;
	sqlite3_stmt *q = dw_db_stmt(db, added_sql, err);
	int rc;

	if (q == NULL)
		return DW_EINTERNAL;
	dw_buf_init(&terms, MENTION_TERMS_MAX);
	dw_db_bind_u64(q, 1, since);
	while ((rc = dw_db_step(db, q, err)) == 1) {
		uint64_t id = (uint64_t)sqlite3_column_int64(q, 0);

		rc = terms_of_added(db, q, &terms, err);
		if (rc == 0)
			rc = put_terms(db, insert_sql, id, &terms, err);
		if (rc == 0)
			rc = mention_lang_add(langs, db, dw_db_text(q, 4), id, err);
		if (rc < 0)
			break;
	}
	sqlite3_reset(q);
	dw_buf_fini(&terms);
	return rc;
}

/* ---- state ---- */

static int get_state(struct dw_db *db, uint64_t *seq, struct dw_err *err)
{
	sqlite3_stmt *q = dw_db_stmt(db, state_sql, err);
	int rc;

	if (q == NULL)
		return DW_EINTERNAL;
	rc = dw_db_step(db, q, err);
	if (rc == 1)
		*seq = (uint64_t)sqlite3_column_int64(q, 0);
	else if (rc == 0)
		rc = dw_fail(err, DW_ECORRUPT, "the search index lost its place");
	sqlite3_reset(q);
	return rc < 0 ? rc : 0;
}

static int put_state(struct dw_db *db, uint64_t seq, struct dw_err *err)
{
	sqlite3_stmt *q = dw_db_stmt(db, put_state_sql, err);

	if (q == NULL)
		return DW_EINTERNAL;
	dw_db_bind_u64(q, 1, seq);
	return dw_db_run(db, q, err);
}

/* Everything since the last time, up to `seq`. */
static int bring_up(struct dw_db *db, uint64_t seq, struct dw_err *err)
{
	struct mention_lang_set langs;
	uint64_t since = 0;
	int rc = get_state(db, &since, err);

	langs.n = 0;
	if (rc == 0)
		rc = take_all_changed(db, since, &langs, err);
	if (rc == 0)
		rc = take_all_added(db, since, &langs, err);
	if (rc == 0)
		rc = mention_lang_flush(&langs, db, err);
	if (rc == 0)
		rc = put_state(db, seq, err);
	if (dw_db_local(db) != NULL)
		clear_shelf(dw_db_local(db));
	return rc < 0 ? dw_wrap(err, rc, "indexing up to event %llu",
				(unsigned long long)seq)
		      : 0;
}

int mention_index_on_writer(struct dw_db *db, const struct dw_stored *e,
			    struct dw_err *err)
{
	put_on_shelf(db, e);
	if (e->seq % MENTION_INDEX_EVERY != 0 && e->payload.n <= MENTION_INDEX_BYTES)
		return 0;
	return bring_up(db, e->seq, err);
}
