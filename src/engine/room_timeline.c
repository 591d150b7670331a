/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * room_timeline.c - a room's events as people read them, page by page.
 *
 * The order is that of the journal, or its reverse: what was recorded later stands later, however
 * long ago it happened, so that a page that was read never changes under its reader. Each entry says
 * both times. A correction is an entry of its own; the one that it strikes through is shown as it was,
 * with a pointer to the newest correction up to the moment that is looked at.
 */
#include "engine/frame.h"
#include "room_int.h"
#include "store/db.h"

#define PAGE_BYTES (4u * 1024 * 1024) /* a page ends early when it has as much */

static const char page_sql[] = "SELECT seq, type, actor FROM room_event"
			       " WHERE room = ?1 AND seq > ?2 AND seq <= ?3 ORDER BY seq";
static const char back_sql[] =
	"SELECT seq, type, actor FROM room_event"
	" WHERE room = ?1 AND seq > ?2 AND seq <= ?3 ORDER BY seq DESC";
static const char corrected_sql[] =
	"SELECT max(seq) FROM room_event WHERE room = ?1 AND target = ?2 AND seq <= ?3";
static const char declared_sql[] =
	"SELECT 1 FROM room_event WHERE room = ?1 AND seq = ?1";

struct page {
	const struct dw_timeline_query *q;
	const struct dw_names *names;
	struct dw_buf *out;
	struct dw_db *db;
	uint64_t after, upto; /* what is left of the query's, above and up to */
	unsigned n, looks;
	uint64_t last; /* the entry that was added last, or looked at */
	bool is_more;
};

static int corrected_by(struct page *p, uint64_t seq, uint64_t *by, struct dw_err *err)
{
	sqlite3_stmt *s = dw_db_stmt(p->db, corrected_sql, err);
	int rc;

	if (s == NULL)
		return DW_EINTERNAL;
	dw_db_bind_u64(s, 1, p->q->room);
	dw_db_bind_u64(s, 2, seq);
	dw_db_bind_u64(s, 3, p->q->upto);
	rc = dw_db_step(p->db, s, err);
	*by = rc == 1 ? (uint64_t)sqlite3_column_int64(s, 0) : 0;
	sqlite3_reset(s);
	return rc < 0 ? rc : 0;
}

static bool on_entry(void *data, const struct dw_stored *e)
{
	struct page *p = data;

	DW_INVARIANT(dw_item_add(p->out, e, dw_event_by_name(e->type), p->names) == 0);
	p->last = e->seq;
	return false;
}

static int add_entry(struct page *p, struct dw_reader *r, uint64_t seq,
		     struct dw_err *err)
{
	uint64_t by = 0, last;
	int rc = p->n++ > 0 ? dw_buf_addc(p->out, ',') : 0;

	if (rc == 0)
		rc = dw_reader_scan(r, seq - 1, 1, on_entry, p, &last, err);
	if (rc == 0)
		rc = corrected_by(p, seq, &by, err);
	if (rc < 0 || by == 0)
		return rc;
	p->out->len--; /* the closing brace */
	return dw_buf_addf(p->out, ",\"corrected_by\":%llu}", (unsigned long long)by);
}

static bool is_wanted(const struct page *p, sqlite3_stmt *s)
{
	return dw_type_set_has(&p->q->kinds, dw_event_by_name(dw_db_text(s, 1))) &&
	       (p->q->actor == 0 || p->q->actor == (uint64_t)sqlite3_column_int64(s, 2));
}

static sqlite3_stmt *walk(struct page *p, bool is_back, struct dw_err *err)
{
	sqlite3_stmt *s = dw_db_stmt(p->db, is_back ? back_sql : page_sql, err);

	if (s != NULL) {
		dw_db_bind_u64(s, 1, p->q->room);
		dw_db_bind_u64(s, 2, p->after);
		dw_db_bind_u64(s, 3, p->upto);
	}
	return s;
}

/*
 * The page around an entry begins half a page before it, in the direction of reading: so far is
 * walked the other way, and the bound set there.
 */
static int aim(struct page *p, struct dw_err *err)
{
	const struct dw_timeline_query *q = p->q;
	uint64_t seen = 0, after = p->after, upto = p->upto;
	sqlite3_stmt *s;
	int rc;

	if (q->newest_first)
		p->after = q->around > after ? q->around - 1 : after;
	else
		p->upto = q->around < upto ? q->around : upto;
	s = walk(p, !q->newest_first, err);
	if (s == NULL)
		return DW_EINTERNAL;
	for (unsigned n = 0; n <= q->limit / 2 && (rc = dw_db_step(p->db, s, err)) == 1;)
		if (is_wanted(p, s)) {
			seen = (uint64_t)sqlite3_column_int64(s, 0);
			n++;
		}
	sqlite3_reset(s);
	p->after = seen != 0 && !q->newest_first ? seen - 1 : after;
	p->upto = seen != 0 && q->newest_first ? seen : upto;
	return rc < 0 ? rc : 0;
}

/* The next wanted entry: 1 it goes on the page, 0 it does not, or DW_E…. */
static int look(struct page *p, struct dw_reader *r, uint64_t seq, struct dw_err *err)
{
	if (p->q->words == NULL)
		return 1;
	p->looks++;
	p->last = seq;
	return room_entry_says(r, p->q->words, seq, err);
}

static int add_page(struct page *p, struct dw_reader *r, struct dw_err *err)
{
	sqlite3_stmt *s = walk(p, p->q->newest_first, err);
	uint64_t seq;
	int rc;

	if (s == NULL)
		return DW_EINTERNAL;
	while ((rc = dw_db_step(p->db, s, err)) == 1) {
		if (!is_wanted(p, s))
			continue;
		if (p->n >= p->q->limit || p->out->len >= PAGE_BYTES ||
		    p->looks >= DW_TIMELINE_LOOKS) {
			p->is_more = true;
			break;
		}
		seq = (uint64_t)sqlite3_column_int64(s, 0);
		rc = look(p, r, seq, err);
		if (rc == 1)
			rc = add_entry(p, r, seq, err);
		if (rc < 0)
			break;
	}
	sqlite3_reset(s);
	return rc < 0 ? rc : 0;
}

static int check_declared(struct page *p, struct dw_err *err)
{
	sqlite3_stmt *s = dw_db_stmt(p->db, declared_sql, err);
	int rc;

	if (s == NULL)
		return DW_EINTERNAL;
	dw_db_bind_u64(s, 1, p->q->room);
	rc = p->q->room <= p->q->upto ? dw_db_step(p->db, s, err) : 0;
	sqlite3_reset(s);
	if (rc == 0)
		return dw_fail(err, DW_ENOTFOUND,
			       "there is no such incident, or there was none then");
	return rc < 0 ? rc : 0;
}

int dw_timeline_on_pool(struct dw_reader *r, const struct dw_names *names,
			const struct dw_timeline_query *q, struct dw_buf *out,
			struct dw_err *err)
{
	struct page p = { .q = q, .names = names, .out = out };
	int rc;

	DW_REQUIRE(q->limit > 0 && q->limit <= DW_TIMELINE_MAX);
	p.db = r != NULL ? dw_reader_db(r) : NULL;
	if (p.db == NULL)
		return dw_fail(err, DW_EUNAVAILABLE, "the journal cannot be read");
	p.after = q->after;
	p.upto = q->before != 0 && q->before <= q->upto ? q->before - 1 : q->upto;
	rc = check_declared(&p, err);
	if (rc == 0 && q->around != 0)
		rc = aim(&p, err);
	if (rc == 0)
		rc = dw_buf_addz(out, "{\"items\":[");
	if (rc == 0)
		rc = add_page(&p, r, err);
	if (rc < 0)
		return rc;
	return p.is_more
		       ? dw_buf_addf(out, "],\"next\":%llu}", (unsigned long long)p.last)
		       : dw_buf_addz(out, "],\"next\":null}");
}
