/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * mention_beside.c - what stands beside a mention: what became of it, and the rooms it is in.
 *
 * Both are read tables, so an item of a list costs two look-ups by key. A room that is closed to
 * whoever asks is left out as if the mention were not in it.
 */
#include "mention_beside_int.h"

#include "base/clock.h"
#include "base/jsonw.h"
#include "domain/fact.h"
#include "engine/frame.h"
#include "store/db.h"

#define ROOMS_MAX 100 /* that are named beside one mention, the newest */
#define BY_AUTHOR_MAX 1000
#define HISTORY_MAX 200 /* changes of its triage that are shown, the newest */

static const char triage_sql[] = "SELECT state, owner, at, first_assessed_at, seq,"
				 " asks"
				 " FROM mention_triage WHERE mention = ?1";
static const char rooms_sql[] =
	"SELECT room FROM room_mention WHERE mention = ?1 ORDER BY room DESC";
static const char changes_sql[] =
	"SELECT seq FROM mention_triage_change WHERE mention = ?1 ORDER BY seq DESC"
	" LIMIT ?2";

static const char by_author_sql[] =
	"SELECT count(*) FROM (SELECT 1 FROM mention WHERE author ="
	" (SELECT author FROM mention WHERE id = ?1) LIMIT ?2)";

struct triage_row {
	unsigned state;
	uint64_t owner, seq;
	int64_t at, first_assessed_at;
	bool asks;
};

/* 1 it has one, 0 nobody has looked at it. */
static int find_triage(struct dw_db *db, uint64_t mention, struct triage_row *t,
		       struct dw_err *err)
{
	sqlite3_stmt *s = dw_db_stmt(db, triage_sql, err);
	int rc;

	if (s == NULL)
		return DW_EINTERNAL;
	dw_db_bind_u64(s, 1, mention);
	rc = dw_db_step(db, s, err);
	if (rc == 1)
		*t = (struct triage_row){
			.state = (unsigned)sqlite3_column_int(s, 0),
			.owner = (uint64_t)sqlite3_column_int64(s, 1),
			.at = sqlite3_column_int64(s, 2),
			.first_assessed_at = sqlite3_column_int64(s, 3),
			.seq = (uint64_t)sqlite3_column_int64(s, 4),
			.asks = sqlite3_column_int(s, 5) != 0,
		};
	sqlite3_reset(s);
	return rc;
}

static void write_triage(struct dw_jsonw *w, const struct triage_row *t)
{
	const char *state = dw_word_name(DW_WORD_TRIAGE, t->state);

	dw_jsonw_kstr(w, "state", dw_str_of(state != NULL ? state : "new"));
	dw_jsonw_ku64_or_null(w, "owner", t->owner);
	dw_jsonw_ktime(w, "at", t->at);
	dw_jsonw_kbool(w, "asks", t->asks);
}

static int add_rooms(struct dw_db *db, const struct dw_onlooker *who, uint64_t mention,
		     struct dw_jsonw *w, struct dw_err *err)
{
	sqlite3_stmt *s = dw_db_stmt(db, rooms_sql, err);
	int n = 0, rc;

	if (s == NULL)
		return DW_EINTERNAL;
	dw_db_bind_u64(s, 1, mention);
	dw_jsonw_key(w, "incidents");
	dw_jsonw_arr(w);
	while ((rc = dw_db_step(db, s, err)) == 1 && n < ROOMS_MAX) {
		uint64_t room = (uint64_t)sqlite3_column_int64(s, 0);

		if (!dw_policy_sees(&who->who, who->doors, room))
			continue;
		dw_jsonw_u64(w, room);
		n++;
	}
	sqlite3_reset(s);
	dw_jsonw_arr_end(w);
	return rc < 0 ? rc : 0;
}

/* The members of the object {…} that `part` holds go behind those of the open one in `out`. */
static int put_members(struct dw_buf *out, struct dw_buf *part)
{
	int rc = dw_buf_addc(out, ',');

	return rc == 0 ? dw_buf_add(out, part->p + 1, part->len - 2) : rc;
}

int mention_beside_add(struct dw_db *db, const struct dw_onlooker *who, uint64_t mention,
		       struct dw_buf *out, struct dw_err *err)
{
	struct triage_row t = { 0 };
	int rc = find_triage(db, mention, &t, err);
	struct dw_buf part;
	struct dw_jsonw w;

	if (rc < 0)
		return rc;
	dw_buf_init(&part, 64 * 1024);
	dw_jsonw_init(&w, &part);
	dw_jsonw_obj(&w);
	dw_jsonw_key(&w, "triage");
	if (rc == 1) {
		dw_jsonw_obj(&w);
		write_triage(&w, &t);
		dw_jsonw_obj_end(&w);
	} else {
		dw_jsonw_null(&w);
	}
	rc = add_rooms(db, who, mention, &w, err);
	dw_jsonw_obj_end(&w);
	if (rc == 0)
		rc = dw_jsonw_end(&w);
	if (rc == 0)
		rc = put_members(out, &part);
	dw_buf_fini(&part);
	return rc;
}

/* ---- all of it, for the mention by itself ---- */

struct newest {
	struct dw_jsonw *w;
	struct dw_arena *a;
};

static bool on_newest(void *data, const struct dw_stored *e)
{
	struct newest *n = data;
	struct dw_fact f = { .type = dw_event_by_name(e->type) };

	dw_fact_read(&f, e->payload, n->a);
	dw_jsonw_kstr_or_null(n->w, "note", f.note);
	dw_jsonw_kstr_or_null(n->w, "outcome",
			      (f.has & DW_HAS(OUTCOME)) != 0
				      ? dw_str_of(
						dw_word_name(DW_WORD_OUTCOME, f.outcome))
				      : dw_str_make(NULL, 0));
	dw_jsonw_ku64(n->w, "version", e->seq);
	dw_jsonw_ku64(n->w, "by", e->actor);
	return false;
}

static int add_newest(struct dw_reader *r, const struct triage_row *t, struct dw_jsonw *w,
		      struct dw_err *err)
{
	struct newest n = { w, dw_arena_create() };
	uint64_t last;
	int rc;

	dw_jsonw_obj(w);
	write_triage(w, t);
	rc = dw_reader_scan(r, t->seq - 1, 1, on_newest, &n, &last, err);
	dw_jsonw_ktime_or_null(w, "first_assessed_at", t->first_assessed_at);
	dw_jsonw_obj_end(w);
	dw_arena_destroy(n.a);
	return rc;
}

struct entry {
	struct dw_buf *out;
	const struct dw_names *names;
	int rc;
};

static bool on_entry(void *data, const struct dw_stored *e)
{
	struct entry *n = data;

	n->rc = dw_item_add(n->out, e, dw_event_by_name(e->type), n->names);
	return false;
}

/* Seqs of the newest changes, newest first; their number, or DW_E…. */
static int find_changes(struct dw_db *db, uint64_t mention, uint64_t seq[HISTORY_MAX],
			struct dw_err *err)
{
	sqlite3_stmt *s = dw_db_stmt(db, changes_sql, err);
	int n = 0, rc;

	if (s == NULL)
		return DW_EINTERNAL;
	dw_db_bind_u64(s, 1, mention);
	dw_db_bind_u64(s, 2, HISTORY_MAX);
	while ((rc = dw_db_step(db, s, err)) == 1)
		seq[n++] = (uint64_t)sqlite3_column_int64(s, 0);
	sqlite3_reset(s);
	return rc < 0 ? rc : n;
}

static int add_history(struct dw_reader *r, const struct dw_names *names,
		       uint64_t mention, struct dw_buf *out, struct dw_err *err)
{
	struct entry e = { out, names, 0 };
	uint64_t seq[HISTORY_MAX], last;
	int n = find_changes(dw_reader_db(r), mention, seq, err), rc;
	bool is_first = true;

	if (n < 0)
		return n;
	rc = dw_buf_addz(out, ",\"triage_history\":[");
	while (rc == 0 && n-- > 0) {
		if (!is_first)
			rc = dw_buf_addc(out, ',');
		is_first = false;
		if (rc == 0)
			rc = dw_reader_scan(r, seq[n] - 1, 1, on_entry, &e, &last, err);
		if (rc == 0)
			rc = e.rc;
	}
	return rc == 0 ? dw_buf_addc(out, ']') : rc;
}

/* How many the author wrote there, this one among them; 0: nobody is named. */
static int add_by_author(struct dw_db *db, uint64_t mention, struct dw_jsonw *w,
			 struct dw_err *err)
{
	sqlite3_stmt *s = dw_db_stmt(db, by_author_sql, err);
	int rc;

	if (s == NULL)
		return DW_EINTERNAL;
	dw_db_bind_u64(s, 1, mention);
	dw_db_bind_u64(s, 2, BY_AUTHOR_MAX);
	rc = dw_db_step(db, s, err);
	if (rc == 1)
		dw_jsonw_ku64(w, "by_author", (uint64_t)sqlite3_column_int64(s, 0));
	sqlite3_reset(s);
	return rc < 0 ? rc : 0;
}

int mention_beside_add_all(struct dw_reader *r, const struct dw_onlooker *who,
			   const struct dw_names *names, uint64_t mention,
			   struct dw_buf *out, struct dw_err *err)
{
	struct dw_db *db = dw_reader_db(r);
	struct triage_row t = { 0 };
	int rc = find_triage(db, mention, &t, err);
	struct dw_buf part;
	struct dw_jsonw w;

	if (rc < 0)
		return rc;
	dw_buf_init(&part, 64 * 1024);
	dw_jsonw_init(&w, &part);
	dw_jsonw_obj(&w);
	dw_jsonw_key(&w, "triage");
	if (rc == 1) {
		rc = add_newest(r, &t, &w, err);
	} else {
		dw_jsonw_null(&w);
	}
	if (rc == 0)
		rc = add_rooms(db, who, mention, &w, err);
	if (rc == 0)
		rc = add_by_author(db, mention, &w, err);
	dw_jsonw_obj_end(&w);
	if (rc == 0)
		rc = dw_jsonw_end(&w);
	if (rc == 0)
		rc = put_members(out, &part);
	dw_buf_fini(&part);
	return rc == 0 ? add_history(r, names, mention, out, err) : rc;
}
