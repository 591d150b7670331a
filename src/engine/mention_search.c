/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * mention_search.c - a page of the mentions that hold all words of a search, newest first.
 *
 *   newest ones, not in the index yet ──┐
 *                                       ├─► by falling id ──► read, look at it ──► page
 *   index (mention_plan.c), in lang ────┘
 *
 * The index gives ids in the order that is wanted, so nothing is sorted and a page costs what its
 * items cost. Each candidate is read and tokenized once: that gives its marks, and proof that it
 * matches, by the same code that a live mention would be matched with. Mentions that came or
 * changed since the index was brought up to date are looked at one by one; there are less than
 * MENTION_INDEX_EVERY of them. What the index says about those is passed over.
 *
 * All of it happens in one read transaction: between two of them the index could be brought up
 * to date, and what moved from the one half to the other would be in neither.
 *
 * Rejected: ranking. In a crisis the newest counts, and a ranked list moves under the reader.
 */
#include "mention_search_int.h"

#include "base/clock.h"
#include "engine/mention_json.h"
#include "ingest_int.h"
#include "mention_beside_int.h"
#include "mention_index_int.h"
#include "mention_lang_int.h"
#include "mention_plan_int.h"
#include "store/db.h"

/* Behind the index; by falling id. */
static const char recent_sql[] =
	"SELECT id FROM mention WHERE id > (SELECT seq FROM search_state)"
	" UNION SELECT mention FROM mention_change"
	" WHERE seq > (SELECT seq FROM search_state) ORDER BY 1 DESC LIMIT ?1";
/* The first page of all there is has no bounds: they would be looked at for each row. */
#define MATCH "SELECT rowid FROM mention_search WHERE mention_search MATCH ?1"
#define BOUNDED " AND rowid < ?2 AND rowid > ?3"
#define IN_LANG " AND in_lang(rowid, ?4)"
#define NEWEST " ORDER BY rowid DESC"
static const char *const match_sql[2][2] = {
	{ MATCH NEWEST, MATCH IN_LANG NEWEST },
	{ MATCH BOUNDED NEWEST, MATCH BOUNDED IN_LANG NEWEST },
};
/* A small room, a claim that few spread, or an author who wrote little, is gone through instead: each mention is looked at. */
static const char room_sql[] =
	"SELECT mention FROM room_mention WHERE room = ?1 AND mention < ?2"
	" AND mention > ?3 ORDER BY mention DESC";
static const char claim_sql[] =
	"SELECT mention FROM claim_mention WHERE claim = ?1 AND mention < ?2"
	" AND mention > ?3 ORDER BY mention DESC";
static const char author_sql[] = "SELECT id FROM mention WHERE author = ?1 AND id < ?2"
				 " AND id > ?3 ORDER BY id DESC";
static const char few_sql[] =
	"SELECT count(*) FROM (SELECT 1 FROM mention WHERE author = ?1 LIMIT ?2)";
static const char row_sql[] =
	"SELECT m.version, m.source, m.lang, coalesce(t.state, 0), ?2 = 0 OR EXISTS"
	" (SELECT 1 FROM room_mention WHERE room = ?2 AND mention = ?1),"
	" ?3 = 0 OR m.author IS ?3, ?4 = 0 OR EXISTS"
	" (SELECT 1 FROM claim_mention WHERE claim = ?4 AND mention = ?1)"
	" FROM mention AS m LEFT JOIN mention_triage AS t ON t.mention = m.id"
	" WHERE m.id = ?1";

#define SMALL 2000

struct page {
	struct dw_reader *r;
	struct dw_db *db;
	const struct dw_mention_query *q;
	uint64_t source, author; /* ids that are wanted, 0 = any */
	struct dw_buf *out;
	struct dw_err *err;
	unsigned n;
	uint64_t last; /* id of the newest item */
	bool is_full;  /* and there is one more */
	size_t n_recent;
	uint64_t recent[MENTION_INDEX_EVERY];
	struct mention_marks marks;
};

/* ---- one candidate ---- */

static int add_marks(struct dw_buf *out, const char *key, const struct dw_mark *m,
		     size_t n)
{
	int rc = dw_buf_addf(out, ",\"%s\":[", key);

	for (size_t i = 0; i < n && rc == 0; i++)
		rc = dw_buf_addf(out, "%s[%u,%u]", i > 0 ? "," : "", m[i].from, m[i].to);
	return rc == 0 ? dw_buf_addc(out, ']') : rc;
}

static int add_item(struct page *p, uint64_t id, const struct dw_stored *e,
		    const struct dw_mention *m)
{
	int rc = p->n > 0 ? dw_buf_addc(p->out, ',') : 0;

	dw_mention_show(p->out, id, e->seq, e->payload, e->recorded_at);
	if (rc == 0)
		rc = add_marks(p->out, "marks", p->marks.text, p->marks.n_text);
	if (rc == 0 && m->title.p != NULL)
		rc = add_marks(p->out, "title_marks", p->marks.title, p->marks.n_title);
	if (rc == 0)
		rc = mention_beside_add(p->db, &p->q->onlooker, id, p->out, p->err);
	if (rc == 0)
		rc = dw_buf_addc(p->out, '}');
	p->n++;
	p->last = id;
	return rc;
}

struct candidate {
	struct page *p;
	uint64_t id;
	int rc;
};

static bool on_event(void *data, const struct dw_stored *e)
{
	struct candidate *c = data;
	struct page *p = c->p;
	struct dw_mention_doc doc;
	struct dw_fault f;

	if (e->payload.p == NULL)
		return false; /* erased */
	if (dw_mention_parse(&doc, e->payload, DW_MENTION_STORED, &f) < 0) {
		c->rc = DW_ECORRUPT;
		return false;
	}
	if (mention_has_terms(p->q->search, &doc.m, &p->marks)) {
		if (p->n == p->q->limit || p->out->len >= DW_MENTION_PAGE_BYTES)
			p->is_full = true;
		else
			c->rc = add_item(p, c->id, e, &doc.m);
	}
	dw_mention_doc_fini(&doc);
	return false;
}

/* Does the row pass the filters? Sets *version. */
static int passes(struct page *p, uint64_t id, uint64_t *version, struct dw_err *err)
{
	sqlite3_stmt *s = dw_db_stmt(p->db, row_sql, err);
	int rc;

	if (s == NULL)
		return DW_EINTERNAL;
	dw_db_bind_u64(s, 1, id);
	dw_db_bind_u64(s, 2, p->q->room);
	dw_db_bind_u64(s, 3, p->author);
	dw_db_bind_u64(s, 4, p->q->claim);
	rc = dw_db_step(p->db, s, err);
	if (rc == 1) {
		*version = (uint64_t)sqlite3_column_int64(s, 0);
		rc = (p->source == 0 ||
		      p->source == (uint64_t)sqlite3_column_int64(s, 1)) &&
		     (p->q->lang.p == NULL || dw_str_eq(p->q->lang, dw_db_text(s, 2))) &&
		     (p->q->triage == DW_TRIAGE_ANY ||
		      (p->q->triage >> sqlite3_column_int(s, 3) & 1) != 0) &&
		     sqlite3_column_int(s, 4) != 0 && sqlite3_column_int(s, 5) != 0 &&
		     sqlite3_column_int(s, 6) != 0;
	}
	sqlite3_reset(s);
	return rc;
}

/* Put it on the page when it belongs there. */
static int consider(struct page *p, uint64_t id, struct dw_err *err)
{
	struct candidate c = { p, id, 0 };
	uint64_t version = 0, last;
	int rc = passes(p, id, &version, err);

	if (rc <= 0)
		return rc;
	rc = dw_reader_scan(p->r, version - 1, 1, on_event, &c, &last, err);
	if (rc == 0 && c.rc < 0)
		rc = dw_fail(err, c.rc, "mention %llu cannot be shown",
			     (unsigned long long)id);
	return rc;
}

/* ---- the two halves ---- */

static int load_recent(struct page *p, struct dw_err *err)
{
	sqlite3_stmt *s = dw_db_stmt(p->db, recent_sql, err);
	int rc;

	if (s == NULL)
		return DW_EINTERNAL;
	dw_db_bind_u64(s, 1, MENTION_INDEX_EVERY);
	while ((rc = dw_db_step(p->db, s, err)) == 1)
		p->recent[p->n_recent++] = (uint64_t)sqlite3_column_int64(s, 0);
	sqlite3_reset(s);
	return rc;
}

/* The recent ones above `id`, from *at on. */
static int take_recent(struct page *p, size_t *at, uint64_t id, struct dw_err *err)
{
	int rc = 0;

	while (rc == 0 && !p->is_full && *at < p->n_recent && p->recent[*at] > id) {
		uint64_t k = p->recent[(*at)++];

		if (k < p->q->before && k > p->q->after)
			rc = consider(p, k, err);
	}
	return rc;
}

static int merge(struct page *p, sqlite3_stmt *s, struct dw_err *err)
{
	size_t at = 0;
	int rc = 0;

	while (rc == 0 && !p->is_full && (rc = dw_db_step(p->db, s, err)) == 1) {
		uint64_t id = (uint64_t)sqlite3_column_int64(s, 0);

		rc = take_recent(p, &at, id, err);
		if (at < p->n_recent && p->recent[at] == id)
			continue; /* it changed: comes with the recent ones */
		if (rc == 0 && !p->is_full)
			rc = consider(p, id, err);
	}
	return rc < 0 ? rc : take_recent(p, &at, 0, err);
}

/* Of whom or what: a claim, a room or an author. */
static int go_through(struct page *p, const char *sql, uint64_t of, struct dw_err *err)
{
	sqlite3_stmt *s = dw_db_stmt(p->db, sql, err);
	int rc = 0;

	if (s == NULL)
		return DW_EINTERNAL;
	dw_db_bind_u64(s, 1, of);
	dw_db_bind_u64(s, 2, p->q->before);
	dw_db_bind_u64(s, 3, p->q->after);
	while (!p->is_full && (rc = dw_db_step(p->db, s, err)) == 1) {
		rc = consider(p, (uint64_t)sqlite3_column_int64(s, 0), err);
		if (rc < 0)
			break;
	}
	sqlite3_reset(s);
	return p->is_full ? 0 : rc;
}

/* The statement that asks the index for `match`, bound; NULL: *err. */
static sqlite3_stmt *ask_index(struct page *p, const struct dw_buf *match,
			       struct mention_lang_view *lang, struct dw_err *err)
{
	bool is_bounded = p->q->before <= INT64_MAX - 1 || p->q->after > 0;
	bool has_lang = p->q->lang.p != NULL;
	sqlite3_stmt *s = dw_db_stmt(p->db, match_sql[is_bounded][has_lang], err);

	if (s == NULL)
		return NULL;
	dw_db_bind_text(s, 1, dw_buf_str(match));
	if (is_bounded) {
		dw_db_bind_u64(s, 2, p->q->before);
		dw_db_bind_u64(s, 3, p->q->after);
	}
	*lang = (struct mention_lang_view){ .db = p->db, .lang = p->q->lang };
	if (has_lang)
		mention_lang_bind(s, 4, lang);
	return s;
}

static int fill(struct page *p, struct dw_err *err)
{
	struct mention_lang_view lang;
	struct dw_buf match;
	sqlite3_stmt *s;
	int rc = load_recent(p, err);

	if (rc < 0)
		return rc;
	dw_buf_init(&match, 64 * 1024);
	rc = mention_plan(p->db, p->q, p->source, &match, err);
	s = rc == 0 ? ask_index(p, &match, &lang, err) : NULL;
	if (s != NULL) {
		rc = merge(p, s, err);
		sqlite3_reset(s);
		sqlite3_clear_bindings(s);
	} else if (rc == 0) {
		rc = DW_EINTERNAL;
	}
	dw_buf_fini(&match);
	return rc;
}

/* 1 the author has written so little, 0 more, DW_E…. */
static int wrote_little(struct page *p, struct dw_err *err)
{
	sqlite3_stmt *s = dw_db_stmt(p->db, few_sql, err);
	int rc;

	if (s == NULL)
		return DW_EINTERNAL;
	dw_db_bind_u64(s, 1, p->author);
	dw_db_bind_u64(s, 2, SMALL + 1);
	rc = dw_db_step(p->db, s, err);
	if (rc == 1)
		rc = sqlite3_column_int64(s, 0) <= SMALL;
	sqlite3_reset(s);
	return rc;
}

static int fill_somehow(struct page *p, struct dw_err *err)
{
	int rc = p->author != 0 ? wrote_little(p, err) : 0;

	if (rc < 0)
		return rc;
	if (rc == 1)
		return go_through(p, author_sql, p->author, err);
	if (p->q->claim != 0 && p->q->claim_mentions <= SMALL)
		return go_through(p, claim_sql, p->q->claim, err);
	if (p->q->room != 0 && p->q->room_mentions <= SMALL)
		return go_through(p, room_sql, p->q->room, err);
	return fill(p, err);
}

int mention_search_on_pool(struct dw_reader *r, const struct dw_mention_query *q,
			   uint64_t source, struct dw_buf *out, struct dw_err *err)
{
	struct page p = { .r = r, .db = dw_reader_db(r), .q = q, .source = source };
	int rc = dw_db_exec(p.db, "BEGIN", err);

	if (rc < 0)
		return rc;
	p.out = out;
	rc = dw_buf_addz(out, "{\"items\":[");
	p.err = err;
	if (q->author.p != NULL)
		p.author = mention_author_id(q->source, q->author);
	if (rc == 0)
		rc = fill_somehow(&p, err);
	if (dw_db_exec(p.db, "COMMIT", rc == 0 ? err : NULL) < 0 && rc == 0)
		rc = DW_EINTERNAL;
	if (rc < 0)
		return rc;
	return p.is_full
		       ? dw_buf_addf(out, "],\"next\":%llu}", (unsigned long long)p.last)
		       : dw_buf_addz(out, "],\"next\":null}");
}
