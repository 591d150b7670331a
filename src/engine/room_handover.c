/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * room_handover.c - a hand-over as JSON (what is in it: domain/handover.c).
 *
 * The first half is written from the state, on the loop when the room is live; the other one needs
 * the journal: the texts of notes, and what became of the mentions. How many mentions are in which
 * state is counted for the live room as it happens, and for a past one from what each had come to by then.
 *
 * Every item has the `seq` of the entry that it stems from.
 */
#include "room_int.h"
#include "store/db.h"

#include <stdlib.h>

#define STATES (DW_TRIAGE_IGNORED + 1)

static const char count_sql[] =
	"SELECT state, n, (SELECT min(mention) FROM room_mention AS m"
	" WHERE m.room = s.room AND m.state = s.state)"
	" FROM room_state AS s WHERE room = ?1 AND n > 0";
static const char then_sql[] =
	"SELECT state FROM mention_triage_change WHERE mention = ?1 AND seq <= ?2"
	" ORDER BY seq DESC LIMIT 1";

/* Ids of those who are named; as many as there is room for are told who they are. */
struct named {
	uint64_t id[2048];
	size_t n;
};

static void name(struct named *p, uint64_t id)
{
	if (id != 0 && p->n < sizeof(p->id) / sizeof(p->id[0]))
		p->id[p->n++] = id;
}

/* ---- the head ---- */

static void write_since(struct dw_jsonw *w, const struct dw_handover *h, struct named *p)
{
	const struct dw_lead_change *l = h->last;

	dw_jsonw_key(w, "since");
	dw_jsonw_obj(w);
	dw_jsonw_ku64(w, "seq", h->since);
	dw_jsonw_ktime(w, "at", h->since_at);
	dw_jsonw_obj_end(w);
	room_write_handed_over(w, h->s);
	if (l == NULL)
		return;
	name(p, l->was);
	name(p, l->user);
	name(p, l->by);
}

static void write_move(struct dw_jsonw *w, const struct dw_move *m)
{
	dw_jsonw_obj(w);
	dw_jsonw_ku64(w, "seq", m->seq);
	dw_jsonw_ktime(w, "at", m->at);
	dw_jsonw_ku64(w, "by", m->by);
	switch (m->what) {
	case DW_MOVE_TITLE:
		dw_jsonw_kstr(w, "what", DW_STR("title"));
		dw_jsonw_kstr_or_null(w, "from", m->was);
		dw_jsonw_kstr_or_null(w, "to", m->is);
		break;
	case DW_MOVE_SEVERITY:
		dw_jsonw_kstr(w, "what", DW_STR("severity"));
		dw_jsonw_ku64(w, "from", m->from);
		dw_jsonw_ku64(w, "to", m->to);
		break;
	case DW_MOVE_STATUS:
		dw_jsonw_kstr(w, "what", DW_STR("status"));
		room_write_word(w, "from", DW_WORD_STATUS, m->from);
		room_write_word(w, "to", DW_WORD_STATUS, m->to);
		break;
	}
	dw_jsonw_obj_end(w);
}

static void write_head(struct dw_jsonw *w, const struct dw_handover *h, struct named *p)
{
	const struct dw_incident *s = h->s;

	dw_jsonw_ku64(w, "incident", s->id);
	dw_jsonw_ku64(w, "upto", s->seq);
	dw_jsonw_ktime(w, "at", h->at);
	write_since(w, h, p);
	dw_jsonw_kstr_or_null(w, "title", s->title);
	dw_jsonw_kstr_or_null(w, "summary", s->summary);
	dw_jsonw_ku64(w, "severity", s->severity);
	dw_jsonw_ku64(w, "was_severity", h->was_severity);
	room_write_word(w, "status", DW_WORD_STATUS, s->status);
	room_write_word(w, "was_status", DW_WORD_STATUS, h->was_status);
	dw_jsonw_kbool(w, "drill", s->is_drill);
	dw_jsonw_kbool(w, "restricted", s->is_restricted);
	dw_jsonw_ktime(w, "declared_at", s->declared_at);
	dw_jsonw_key(w, "moves");
	dw_jsonw_arr(w);
	for (size_t i = 0; i < h->n_moves; i++) {
		write_move(w, h->move[i]);
		name(p, h->move[i]->by);
	}
	dw_jsonw_arr_end(w);
}

/* ---- people ---- */

static void write_seat(struct dw_jsonw *w, const struct dw_participant *one)
{
	dw_jsonw_obj(w);
	dw_jsonw_ku64(w, "seq", one->id);
	room_write_word(w, "role", DW_WORD_ROOM_ROLE, one->role);
	dw_jsonw_kbool(w, "deputy", one->is_deputy);
	dw_jsonw_ku64(w, "user", one->user);
	dw_jsonw_ktime(w, "joined_at", one->joined_at);
	dw_jsonw_obj_end(w);
}

static void write_offices(struct dw_jsonw *w, const struct dw_handover *h,
			  struct named *p)
{
	unsigned vacant = 0;

	dw_jsonw_key(w, "offices");
	dw_jsonw_arr(w);
	for (unsigned role = 0; role < DW_OFFICES; role++)
		for (int deputy = 0; deputy < 2; deputy++) {
			const struct dw_participant *one =
				dw_incident_office(h->s, role, deputy != 0);

			if (one == NULL) {
				vacant |= deputy == 0 ? 1u << role : 0;
				continue;
			}
			write_seat(w, one);
			name(p, one->user);
		}
	dw_jsonw_arr_end(w);
	dw_jsonw_key(w, "vacant");
	dw_jsonw_arr(w);
	for (unsigned role = 0; role < DW_OFFICES; role++)
		if ((vacant >> role & 1) != 0)
			dw_jsonw_str(w, dw_str_of(dw_word_name(DW_WORD_ROOM_ROLE, role)));
	dw_jsonw_arr_end(w);
}

/* ---- what is open ---- */

static void write_claims(struct dw_jsonw *w, const struct dw_handover *h, struct named *p)
{
	dw_jsonw_key(w, "claims");
	dw_jsonw_obj(w);
	for (unsigned v = 0; v <= DW_MIXED; v++)
		dw_jsonw_ku64(w, dw_word_name(DW_WORD_VERDICT, v), h->verdicts[v]);
	dw_jsonw_ku64(w, "past_recheck", h->past_recheck);
	dw_jsonw_ku64(w, "open", h->all_claims);
	dw_jsonw_key(w, "items");
	dw_jsonw_arr(w);
	for (size_t i = 0; i < h->n_claims; i++) {
		const struct dw_claim *c = h->claim[i];

		dw_jsonw_obj(w);
		dw_jsonw_ku64(w, "seq", c->id);
		dw_jsonw_kstr_or_null(w, "text", c->text);
		room_write_word(w, "verdict", DW_WORD_VERDICT, c->verdict);
		dw_jsonw_ku64_or_null(w, "owner", c->owner);
		dw_jsonw_ktime_or_null(w, "recheck_at", c->recheck_at);
		dw_jsonw_kbool(w, "past_recheck", dw_claim_is_past_recheck(c, h->at));
		dw_jsonw_ku64(w, "evidence", c->n_exhibits);
		dw_jsonw_obj_end(w);
		name(p, c->owner);
	}
	dw_jsonw_arr_end(w);
	dw_jsonw_obj_end(w);
}

static void write_task(struct dw_jsonw *w, const struct dw_handover *h,
		       const struct dw_todo *t)
{
	dw_jsonw_obj(w);
	dw_jsonw_ku64(w, "seq", t->id);
	dw_jsonw_kstr_or_null(w, "title", t->title);
	dw_jsonw_ku64_or_null(w, "owner", t->owner);
	dw_jsonw_kstr_or_null(
		w, "role",
		dw_str_of(t->has_role ? dw_word_name(DW_WORD_ROOM_ROLE, t->role) : NULL));
	dw_jsonw_ktime_or_null(w, "due_at", t->due_at);
	dw_jsonw_kbool(w, "overdue", dw_todo_is_overdue(t, h->at));
	dw_jsonw_kbool(w, "former_lead", h->former != 0 && t->owner == h->former);
	dw_jsonw_obj_end(w);
}

static void write_tasks(struct dw_jsonw *w, const struct dw_handover *h, struct named *p)
{
	dw_jsonw_key(w, "tasks");
	dw_jsonw_obj(w);
	dw_jsonw_ku64(w, "open", h->all_tasks);
	dw_jsonw_ku64(w, "overdue", h->overdue);
	dw_jsonw_key(w, "items");
	dw_jsonw_arr(w);
	for (size_t i = 0; i < h->n_tasks; i++) {
		write_task(w, h, h->task[i]);
		name(p, h->task[i]->owner);
	}
	dw_jsonw_arr_end(w);
	dw_jsonw_obj_end(w);
}

static void write_decisions(struct dw_jsonw *w, const struct dw_handover *h,
			    struct named *p)
{
	dw_jsonw_key(w, "decisions");
	dw_jsonw_obj(w);
	dw_jsonw_ku64(w, "holding", h->all_decisions);
	dw_jsonw_key(w, "items");
	dw_jsonw_arr(w);
	for (size_t i = 0; i < h->n_decisions; i++) {
		const struct dw_decision *d = h->decision[i];

		dw_jsonw_obj(w);
		dw_jsonw_ku64(w, "seq", d->id);
		dw_jsonw_ktime(w, "at", d->at);
		dw_jsonw_ku64(w, "by", d->by);
		dw_jsonw_kstr_or_null(w, "question", d->question);
		dw_jsonw_kstr_or_null(w, "choice", d->choice);
		dw_jsonw_kstr_or_null(w, "reasons", d->reasons);
		dw_jsonw_obj_end(w);
		name(p, d->by);
	}
	dw_jsonw_arr_end(w);
	dw_jsonw_obj_end(w);
}

/* What we said last, to anybody, and when each is to hear from us again. */
static void write_words(struct dw_jsonw *w, const struct dw_handover *h, struct named *p)
{
	const struct dw_incident *s = h->s;
	size_t from = s->words.n > DW_HANDOVER_WORDS ? s->words.n - DW_HANDOVER_WORDS : 0;

	dw_jsonw_key(w, "words");
	dw_jsonw_arr(w);
	for (size_t i = s->words.n; i > from; i--) {
		const struct dw_word *word = &s->words.p[i - 1];

		dw_jsonw_obj(w);
		dw_jsonw_ku64(w, "seq", word->id);
		room_write_word(w, "audience", DW_WORD_AUDIENCE, word->audience);
		dw_jsonw_kstr_or_null(w, "text", word->text);
		dw_jsonw_kstr_or_null(w, "url", word->url);
		dw_jsonw_ktime(w, "at", word->at);
		dw_jsonw_ktime_or_null(w, "next_at", word->next_at);
		dw_jsonw_ku64(w, "by", word->by);
		dw_jsonw_obj_end(w);
		name(p, word->by);
	}
	dw_jsonw_arr_end(w);
	room_write_clocks(w, s, h->at);
}

static int by_id(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void write_people(struct dw_jsonw *w, struct named *p,
			 const struct dw_names *names)
{
	char scratch[64];

	qsort(p->id, p->n, sizeof(p->id[0]), by_id);
	dw_jsonw_key(w, "people");
	dw_jsonw_arr(w);
	for (size_t i = 0; i < p->n; i++)
		if (i == 0 || p->id[i] != p->id[i - 1])
			dw_jsonw_raw(w, dw_names_json(names, p->id[i], scratch));
	dw_jsonw_arr_end(w);
}

void dw_handover_write(struct dw_jsonw *w, const struct dw_incident *s,
		       const struct dw_names *names, struct dw_handover_show *show)
{
	struct dw_arena *a = dw_arena_create();
	struct named *p = calloc(1, sizeof(*p));
	struct dw_handover h;

	DW_INVARIANT(p != NULL);
	dw_handover_make(&h, s, show->since, show->at, a);
	dw_jsonw_obj(w);
	write_head(w, &h, p);
	write_offices(w, &h, p);
	write_claims(w, &h, p);
	write_tasks(w, &h, p);
	write_decisions(w, &h, p);
	write_words(w, &h, p);
	room_write_milestones(w, s);
	for (size_t i = 0; i < s->pins.n; i++)
		name(p, s->pins.p[i].by);
	for (size_t i = 0; i < h.n_notes; i++)
		name(p, h.note[i].by);
	write_people(w, p, names);
	memcpy(show->note, h.note, sizeof(h.note));
	show->n_notes = h.n_notes;
	free(p);
	dw_arena_destroy(a);
}

/* ---- the other half ---- */

struct note_text {
	struct dw_arena *a;
	struct dw_fact f;
};

static bool on_note(void *data, const struct dw_stored *e)
{
	struct note_text *n = data;

	room_fact(&n->f, e, n->a);
	return false;
}

static int write_note(struct dw_reader *r, struct dw_jsonw *w,
		      const struct dw_noted *noted, struct dw_err *err)
{
	struct note_text n = { .a = dw_arena_create() };
	uint64_t last;
	int rc = dw_reader_scan(r, noted->seq - 1, 1, on_note, &n, &last, err);

	dw_jsonw_obj(w);
	dw_jsonw_ku64(w, "seq", noted->seq);
	dw_jsonw_ktime(w, "recorded_at", n.f.recorded_at);
	dw_jsonw_ktime(w, "occurred_at", noted->at);
	dw_jsonw_ku64(w, "by", noted->by);
	dw_jsonw_kstr_or_null(w, "text", n.f.text);
	dw_jsonw_ku64_or_null(w, "corrected_by", noted->corrected_by);
	dw_jsonw_obj_end(w);
	dw_arena_destroy(n.a);
	return rc;
}

/* How many mentions of the room are in which state, and the first that nobody has looked at. */
struct states {
	uint64_t n[STATES], first_new;
};

static int count_live(struct dw_db *db, uint64_t room, struct states *t,
		      struct dw_err *err)
{
	sqlite3_stmt *q = dw_db_stmt(db, count_sql, err);
	int rc;

	if (q == NULL)
		return DW_EINTERNAL;
	dw_db_bind_u64(q, 1, room);
	while ((rc = dw_db_step(db, q, err)) == 1) {
		uint64_t state = (uint64_t)sqlite3_column_int64(q, 0);

		if (state >= STATES)
			continue;
		t->n[state] = (uint64_t)sqlite3_column_int64(q, 1);
		if (state == DW_TRIAGE_NEW)
			t->first_new = (uint64_t)sqlite3_column_int64(q, 2);
	}
	sqlite3_reset(q);
	return rc;
}

/* What had become of it by then. */
static int state_then(struct dw_db *db, uint64_t mention, uint64_t upto, uint64_t *state,
		      struct dw_err *err)
{
	sqlite3_stmt *q = dw_db_stmt(db, then_sql, err);
	int rc;

	if (q == NULL)
		return DW_EINTERNAL;
	dw_db_bind_u64(q, 1, mention);
	dw_db_bind_u64(q, 2, upto);
	rc = dw_db_step(db, q, err);
	*state = rc == 1 ? (uint64_t)sqlite3_column_int64(q, 0) : DW_TRIAGE_NEW;
	sqlite3_reset(q);
	return rc < 0 ? rc : 0;
}

static int count_then(struct dw_db *db, const struct dw_incident *s, uint64_t upto,
		      struct states *t, struct dw_err *err)
{
	const struct dw_linked *l = dw_links_from(&s->links, 0);

	for (; l != NULL; l = dw_links_from(&s->links, l->id + 1)) {
		uint64_t state;
		int rc = state_then(db, l->id, upto, &state, err);

		if (rc < 0)
			return rc;
		if (state >= STATES)
			continue;
		t->n[state]++;
		if (state == DW_TRIAGE_NEW && t->first_new == 0)
			t->first_new = l->id;
	}
	return 0;
}

static int write_states(struct dw_reader *r, struct dw_jsonw *w, const struct states *t,
			struct dw_err *err)
{
	int64_t at = 0;
	int rc = 0;

	dw_jsonw_obj(w);
	for (unsigned i = 0; i < STATES; i++)
		dw_jsonw_ku64(w, dw_word_name(DW_WORD_TRIAGE, i), t->n[i]);
	dw_jsonw_ku64(w, "open",
		      t->n[DW_TRIAGE_NEW] + t->n[DW_TRIAGE_SEEN] + t->n[DW_TRIAGE_OWNED] +
			      t->n[DW_TRIAGE_ANSWERED]);
	dw_jsonw_key(w, "oldest_new");
	if (t->first_new == 0) {
		dw_jsonw_null(w);
	} else {
		rc = dw_time_of_on_pool(r, t->first_new, &at, err);
		dw_jsonw_obj(w);
		dw_jsonw_ku64(w, "mention", t->first_new);
		dw_jsonw_ktime(w, "recorded_at", at);
		dw_jsonw_obj_end(w);
	}
	dw_jsonw_obj_end(w);
	return rc;
}

int dw_handover_end_on_pool(struct dw_reader *r, struct dw_jsonw *w,
			    const struct dw_incident *s,
			    const struct dw_handover_show *show, struct dw_err *err)
{
	struct dw_db *db = r != NULL ? dw_reader_db(r) : NULL;
	struct states t = { { 0 }, 0 };
	int rc;

	if (db == NULL)
		return dw_fail(err, DW_EUNAVAILABLE, "the journal cannot be read");
	rc = s == NULL ? count_live(db, show->room, &t, err)
		       : count_then(db, s, show->upto, &t, err);
	if (rc < 0)
		return rc;
	dw_jsonw_key(w, "mentions");
	rc = write_states(r, w, &t, err);
	dw_jsonw_key(w, "notes");
	dw_jsonw_arr(w);
	for (size_t i = 0; rc == 0 && i < show->n_notes; i++)
		rc = write_note(r, w, &show->note[i], err);
	dw_jsonw_arr_end(w);
	dw_jsonw_obj_end(w);
	return rc < 0 ? rc : dw_jsonw_end(w);
}
