/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * room_show.c - an incident and what is in it as JSON, the same whether it is the live room, the
 * room as it was, or the answer to the command that made a part of it.
 *
 * People are ids in every object, as they are in commands; who those are stands once, in
 * `people`. What is absent is null rather than left out, so that a client's types are simple.
 */
#include "engine/statement.h"
#include "room_int.h"

#include <stdlib.h>

void room_write_word(struct dw_jsonw *w, const char *key, enum dw_word_kind kind,
		     unsigned value)
{
	const char *name = dw_word_name(kind, value);

	dw_jsonw_kstr(w, key, dw_str_of(name != NULL ? name : ""));
}

static void write_refs(struct dw_jsonw *w, const char *key, const uint64_t *p, size_t n)
{
	dw_jsonw_key(w, key);
	dw_jsonw_arr(w);
	for (size_t i = 0; i < n; i++)
		dw_jsonw_u64(w, p[i]);
	dw_jsonw_arr_end(w);
}

static void write_texts(struct dw_jsonw *w, const char *key, const struct dw_texts *t)
{
	dw_jsonw_key(w, key);
	dw_jsonw_arr(w);
	for (size_t i = 0; i < t->n; i++)
		dw_jsonw_str(w, t->p[i]);
	dw_jsonw_arr_end(w);
}

/* ---- parts ---- */

void dw_participant_write(struct dw_jsonw *w, const struct dw_participant *p)
{
	dw_jsonw_obj(w);
	dw_jsonw_ku64(w, "id", p->id);
	dw_jsonw_ku64(w, "version", p->id);
	dw_jsonw_ku64(w, "user", p->user);
	room_write_word(w, "role", DW_WORD_ROOM_ROLE, p->role);
	dw_jsonw_kbool(w, "deputy", p->is_deputy);
	dw_jsonw_ktime(w, "joined_at", p->joined_at);
	dw_jsonw_obj_end(w);
}

static void write_exhibit(struct dw_jsonw *w, const struct dw_exhibit *x)
{
	dw_jsonw_obj(w);
	if (x->e.mention != 0)
		dw_jsonw_ku64(w, "mention", x->e.mention);
	if (x->e.file != 0)
		dw_jsonw_ku64(w, "file", x->e.file);
	if (x->e.url.p != NULL)
		dw_jsonw_kstr(w, "url", x->e.url);
	dw_jsonw_kstr_or_null(w, "note", x->e.note);
	dw_jsonw_ku64(w, "by", x->by);
	dw_jsonw_ktime(w, "at", x->at);
	dw_jsonw_ku64(w, "seq", x->seq);
	dw_jsonw_obj_end(w);
}

void dw_claim_write(struct dw_jsonw *w, const struct dw_claim *c)
{
	dw_jsonw_obj(w);
	dw_jsonw_ku64(w, "id", c->id);
	dw_jsonw_ku64(w, "version", c->version);
	dw_jsonw_kstr_or_null(w, "text", c->text);
	room_write_word(w, "verdict", DW_WORD_VERDICT, c->verdict);
	dw_jsonw_ku64_or_null(w, "owner", c->owner);
	dw_jsonw_ktime_or_null(w, "recheck_at", c->recheck_at);
	dw_jsonw_ku64(w, "spread", c->spread.n);
	dw_jsonw_key(w, "evidence");
	dw_jsonw_arr(w);
	for (size_t i = 0; i < c->n_exhibits; i++)
		write_exhibit(w, &c->exhibit[i]);
	dw_jsonw_arr_end(w);
	dw_jsonw_ku64(w, "by", c->by);
	dw_jsonw_ktime(w, "at", c->at);
	dw_jsonw_obj_end(w);
}

void dw_todo_write(struct dw_jsonw *w, const struct dw_todo *t)
{
	dw_jsonw_obj(w);
	dw_jsonw_ku64(w, "id", t->id);
	dw_jsonw_ku64(w, "version", t->version);
	dw_jsonw_kstr_or_null(w, "title", t->title);
	dw_jsonw_ku64_or_null(w, "owner", t->owner);
	dw_jsonw_ktime_or_null(w, "due_at", t->due_at);
	dw_jsonw_kbool(w, "done", t->is_done);
	dw_jsonw_ktime_or_null(w, "done_at", t->done_at);
	dw_jsonw_ku64_or_null(w, "done_by", t->done_by);
	dw_jsonw_kstr_or_null(
		w, "role",
		dw_str_of(t->has_role ? dw_word_name(DW_WORD_ROOM_ROLE, t->role) : NULL));
	dw_jsonw_ku64_or_null(w, "playbook", t->playbook);
	dw_jsonw_ku64(w, "by", t->by);
	dw_jsonw_ktime(w, "at", t->at);
	dw_jsonw_obj_end(w);
}

void dw_decision_write(struct dw_jsonw *w, const struct dw_decision *d)
{
	dw_jsonw_obj(w);
	dw_jsonw_ku64(w, "id", d->id);
	dw_jsonw_ku64(w, "version", d->id);
	dw_jsonw_kstr_or_null(w, "question", d->question);
	write_texts(w, "options", &d->options);
	dw_jsonw_kstr_or_null(w, "choice", d->choice);
	dw_jsonw_kstr_or_null(w, "reasons", d->reasons);
	write_refs(w, "deciders", d->deciders.p, d->deciders.n);
	write_refs(w, "consulted", d->consulted.p, d->consulted.n);
	dw_jsonw_ku64(w, "known_at", d->known_at);
	dw_jsonw_ku64_or_null(w, "supersedes", d->supersedes);
	dw_jsonw_ku64_or_null(w, "superseded_by", d->superseded_by);
	dw_jsonw_ku64(w, "by", d->by);
	dw_jsonw_ktime(w, "at", d->at);
	dw_jsonw_obj_end(w);
}

/* ---- milestones: what stands out, in the order in which it happened ---- */

struct milestone {
	const char *kind;
	int64_t at;
	uint64_t seq, mention; /* one of them */
	const struct dw_pin *pin;
};

static int by_time(const void *a, const void *b)
{
	const struct milestone *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return x->seq < y->seq ? -1 : x->seq > y->seq;
}

static size_t collect_milestones(const struct dw_incident *s, struct milestone *m)
{
	const struct dw_linked *first = dw_incident_first_mention(s);
	size_t n = 0;

	if (first != NULL)
		m[n++] = (struct milestone){ .kind = "first_mention",
					     .at = first->at,
					     .mention = first->id };
	m[n++] = (struct milestone){ "declared", s->declared_at, s->id, 0, NULL };
	if (s->first_word != 0)
		m[n++] = (struct milestone){ "first_word", s->first_word_at,
					     s->first_word, 0, NULL };
	if (s->resolved_at != 0)
		m[n++] = (struct milestone){ "resolved", s->resolved_at, s->resolved_seq,
					     0, NULL };
	for (size_t i = 0; i < s->pins.n; i++)
		m[n++] = (struct milestone){ "pinned", s->pins.p[i].at,
					     s->pins.p[i].target, 0, &s->pins.p[i] };
	qsort(m, n, sizeof(*m), by_time);
	return n;
}

void room_write_milestones(struct dw_jsonw *w, const struct dw_incident *s)
{
	struct milestone *m = calloc(s->pins.n + 8, sizeof(*m));
	size_t n;

	DW_INVARIANT(m != NULL);
	n = collect_milestones(s, m);
	dw_jsonw_key(w, "milestones");
	dw_jsonw_arr(w);
	for (size_t i = 0; i < n; i++) {
		dw_jsonw_obj(w);
		dw_jsonw_kstr(w, "kind", dw_str_of(m[i].kind));
		dw_jsonw_ktime(w, "at", m[i].at);
		if (m[i].mention != 0)
			dw_jsonw_ku64(w, "mention", m[i].mention);
		else
			dw_jsonw_ku64(w, "seq", m[i].seq);
		if (m[i].pin != NULL) {
			dw_jsonw_kstr_or_null(w, "label", m[i].pin->label);
			dw_jsonw_ku64(w, "by", m[i].pin->by);
		}
		dw_jsonw_obj_end(w);
	}
	dw_jsonw_arr_end(w);
	free(m);
}

/* ---- the room ---- */

static void write_own(struct dw_jsonw *w, const struct dw_incident *s)
{
	dw_jsonw_ku64(w, "id", s->id);
	dw_jsonw_ku64(w, "version", s->version);
	dw_jsonw_kstr_or_null(w, "title", s->title);
	dw_jsonw_kstr_or_null(w, "type", s->kind);
	dw_jsonw_kstr_or_null(w, "summary", s->summary);
	dw_jsonw_ku64(w, "severity", s->severity);
	room_write_word(w, "status", DW_WORD_STATUS, s->status);
	dw_jsonw_kbool(w, "drill", s->is_drill);
	dw_jsonw_kbool(w, "restricted", s->is_restricted);
	dw_jsonw_ku64(w, "declared_by", s->declared_by);
	dw_jsonw_ktime(w, "declared_at", s->declared_at);
	dw_jsonw_ktime_or_null(w, "resolved_at", s->resolved_at);
	dw_jsonw_ku64_or_null(w, "merged_into", s->merged_into);
	write_refs(w, "absorbed", s->absorbed.p, s->absorbed.n);
}

static size_t count_open_tasks(const struct dw_incident *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->tasks.n; i++)
		n += !s->tasks.p[i].is_done;
	return n;
}

/* What the room says loudly until somebody does it. */
static void write_missing(struct dw_jsonw *w, const struct dw_incident *s)
{
	dw_jsonw_key(w, "missing");
	dw_jsonw_arr(w);
	if (dw_incident_office(s, DW_ROOM_LEAD, false) == NULL)
		dw_jsonw_str(w, DW_STR("lead"));
	if (s->severity == 0)
		dw_jsonw_str(w, DW_STR("severity"));
	dw_jsonw_arr_end(w);
}

static void write_counts(struct dw_jsonw *w, const struct dw_incident *s, int64_t at)
{
	const struct dw_participant *lead = dw_incident_office(s, DW_ROOM_LEAD, false);

	dw_jsonw_ku64_or_null(w, "lead", lead != NULL ? lead->user : 0);
	write_missing(w, s);
	dw_jsonw_key(w, "counts");
	dw_jsonw_obj(w);
	dw_jsonw_ku64(w, "entries", s->entries.n);
	dw_jsonw_ku64(w, "mentions", s->links.n);
	dw_jsonw_ku64(w, "notes", s->n_notes);
	dw_jsonw_ku64(w, "claims", s->claims.n);
	dw_jsonw_ku64(w, "open_tasks", count_open_tasks(s));
	dw_jsonw_ku64(w, "decisions", s->decisions.n);
	dw_jsonw_ku64(w, "participants", s->participants.n);
	dw_jsonw_ku64(w, "overdue", dw_incident_overdue(s, at));
	dw_jsonw_obj_end(w);
	dw_jsonw_ku64(w, "last_seq", s->seq);
}

/* Everybody who is named by an id in the room. */
struct people {
	uint64_t *id;
	size_t n, cap;
};

static void add_person(struct people *p, uint64_t id)
{
	if (id == 0)
		return;
	if (p->n == p->cap) {
		p->cap = p->cap > 0 ? p->cap * 2 : 64;
		p->id = realloc(p->id, p->cap * sizeof(*p->id));
		DW_INVARIANT(p->id != NULL);
	}
	p->id[p->n++] = id;
}

static int by_id(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void collect_more(struct people *p, const struct dw_incident *s)
{
	for (size_t i = 0; i < s->decisions.n; i++) {
		const struct dw_decision *d = &s->decisions.p[i];

		add_person(p, d->by);
		for (size_t k = 0; k < d->deciders.n; k++)
			add_person(p, d->deciders.p[k]);
		for (size_t k = 0; k < d->consulted.n; k++)
			add_person(p, d->consulted.p[k]);
	}
	for (size_t i = 0; i < s->pins.n; i++)
		add_person(p, s->pins.p[i].by);
	for (size_t i = 0; i < s->playbooks.n; i++)
		add_person(p, s->playbooks.p[i].by);
	for (size_t i = 0; i < s->words.n; i++)
		add_person(p, s->words.p[i].by);
	if (s->leads.n > 0) {
		add_person(p, s->leads.p[s->leads.n - 1].was);
		add_person(p, s->leads.p[s->leads.n - 1].user);
		add_person(p, s->leads.p[s->leads.n - 1].by);
	}
	for (size_t i = 0; i < s->files.n; i++)
		add_person(p, s->files.p[i].by);
}

static void collect_people(struct people *p, const struct dw_incident *s)
{
	add_person(p, s->declared_by);
	for (size_t i = 0; i < s->participants.n; i++)
		add_person(p, s->participants.p[i].user);
	for (size_t i = 0; i < s->claims.n; i++) {
		const struct dw_claim *c = &s->claims.p[i];

		add_person(p, c->by);
		add_person(p, c->owner);
		for (size_t k = 0; k < c->n_exhibits; k++)
			add_person(p, c->exhibit[k].by);
	}
	for (size_t i = 0; i < s->tasks.n; i++) {
		add_person(p, s->tasks.p[i].by);
		add_person(p, s->tasks.p[i].owner);
		add_person(p, s->tasks.p[i].done_by);
	}
	collect_more(p, s);
}

static void write_people(struct dw_jsonw *w, const struct dw_incident *s,
			 const struct dw_names *names)
{
	struct people p = { NULL, 0, 0 };
	char scratch[64];

	collect_people(&p, s);
	if (p.n > 0)
		qsort(p.id, p.n, sizeof(*p.id), by_id);
	dw_jsonw_key(w, "people");
	dw_jsonw_arr(w);
	for (size_t i = 0; i < p.n; i++)
		if (i == 0 || p.id[i] != p.id[i - 1])
			dw_jsonw_raw(w, dw_names_json(names, p.id[i], scratch));
	dw_jsonw_arr_end(w);
	free(p.id);
}

void dw_room_write_summary(struct dw_jsonw *w, const struct dw_incident *s,
			   const struct dw_names *names, int64_t at)
{
	const struct dw_linked *first = dw_incident_first_mention(s);
	const struct dw_participant *lead = dw_incident_office(s, DW_ROOM_LEAD, false);
	char scratch[64];

	dw_jsonw_obj(w);
	write_own(w, s);
	write_counts(w, s, at);
	dw_jsonw_ktime_or_null(w, "first_mention_at", first != NULL ? first->at : 0);
	room_write_clocks(w, s, at);
	dw_jsonw_key(w, "people");
	dw_jsonw_arr(w);
	dw_jsonw_raw(w, dw_names_json(names, s->declared_by, scratch));
	if (lead != NULL && lead->user != s->declared_by)
		dw_jsonw_raw(w, dw_names_json(names, lead->user, scratch));
	dw_jsonw_arr_end(w);
	dw_jsonw_obj_end(w);
}

#define WRITE_ALL(w, key, v, write)                                                      \
	do {                                                                             \
		dw_jsonw_key(w, key);                                                    \
		dw_jsonw_arr(w);                                                         \
		for (size_t i = 0; i < (v)->n; i++)                                      \
			write(w, &(v)->p[i]);                                            \
		dw_jsonw_arr_end(w);                                                     \
	} while (0)

static void write_statements(struct dw_jsonw *w, const struct dw_statement_list *list,
			     const struct dw_names *names,
			     const struct dw_statement_now *now)
{
	dw_jsonw_key(w, "statements");
	dw_jsonw_arr(w);
	for (size_t i = 0; list != NULL && i < list->n; i++)
		dw_statement_write_summary(w, list->p[i], names, now);
	dw_jsonw_arr_end(w);
}

void dw_room_write(struct dw_jsonw *w, const struct dw_incident *s,
		   const struct dw_statement_list *statements,
		   const struct dw_names *names, const struct dw_statement_now *now)
{
	int64_t at = now->at;

	dw_jsonw_obj(w);
	write_own(w, s);
	write_counts(w, s, at);
	write_texts(w, "names", &s->names);
	WRITE_ALL(w, "participants", &s->participants, dw_participant_write);
	WRITE_ALL(w, "claims", &s->claims, dw_claim_write);
	WRITE_ALL(w, "tasks", &s->tasks, dw_todo_write);
	WRITE_ALL(w, "decisions", &s->decisions, dw_decision_write);
	WRITE_ALL(w, "words", &s->words, room_write_spoken);
	write_statements(w, statements, names, now);
	room_write_more(w, s);
	room_write_milestones(w, s);
	room_write_clocks(w, s, at);
	write_people(w, s, names);
	dw_jsonw_obj_end(w);
}

/* ---- what a command made ---- */

/* A note or a correction: not part of the state. */
static void write_entry(struct dw_jsonw *w, const struct dw_fact *f)
{
	dw_jsonw_obj(w);
	dw_jsonw_ku64(w, "id", f->seq);
	dw_jsonw_ku64(w, "version", f->seq);
	dw_jsonw_ku64(w, "incident", f->room);
	dw_fact_write(w, f);
	dw_jsonw_ku64(w, "by", f->actor);
	dw_jsonw_ktime(w, "recorded_at", f->recorded_at);
	dw_jsonw_ktime(w, "occurred_at", f->occurred_at);
	dw_jsonw_obj_end(w);
}

static void write_linked(struct dw_jsonw *w, const struct dw_plan *p)
{
	dw_jsonw_obj(w);
	dw_jsonw_ku64(w, "seq", p->n > 0 ? p->fact[0].seq : 0);
	dw_jsonw_key(w, "mentions");
	dw_jsonw_arr(w);
	for (size_t i = 0; p->n > 0 && i < p->fact[0].linked.n; i++)
		dw_jsonw_u64(w, p->fact[0].linked.p[i].id);
	for (size_t i = 0; p->n > 0 && i < p->fact[0].ids.n; i++)
		dw_jsonw_u64(w, p->fact[0].ids.p[i]);
	dw_jsonw_arr_end(w);
	dw_jsonw_obj_end(w);
}

static bool write_part(struct dw_jsonw *w, const struct dw_incident *s)
{
	if (s->playbooks.n > 0)
		room_write_started(w, &s->playbooks.p[0]);
	else if (s->claims.n > 0)
		dw_claim_write(w, &s->claims.p[0]);
	else if (s->tasks.n > 0)
		dw_todo_write(w, &s->tasks.p[0]);
	else if (s->decisions.n > 0)
		dw_decision_write(w, &s->decisions.p[0]);
	else if (s->words.n > 0)
		room_write_spoken(w, &s->words.p[0]);
	else if (s->participants.n > 0)
		dw_participant_write(w, &s->participants.p[0]);
	else if (s->files.n > 0)
		room_write_file(w, &s->files.p[0]);
	else
		return false;
	return true;
}

void dw_room_write_made(struct dw_jsonw *w, const struct dw_room_op *op,
			const struct dw_names *names)
{
	const struct dw_plan *p = &op->plan;
	struct dw_incident *s;

	DW_REQUIRE(p->n > 0 || op->cmd.type == DW_CMD_LINK ||
		   op->cmd.type == DW_CMD_SET_CADENCE);
	if (op->cmd.type == DW_CMD_SET_CADENCE) {
		room_write_cadence(w, &op->cmd.f, p->n > 0 ? p->fact[0].seq : 0);
		return;
	}
	if (op->cmd.type == DW_CMD_LINK || op->cmd.type == DW_CMD_UNLINK) {
		write_linked(w, p);
		return;
	}
	s = dw_incident_create();
	for (size_t i = 0; i < p->n; i++)
		if (p->fact[i].room == p->fact[0].room)
			dw_incident_apply(s, &p->fact[i]);
	if (op->cmd.type == DW_CMD_DECLARE || op->cmd.type == DW_CMD_SPLIT)
		dw_room_write(w, s, NULL, names,
			      &(struct dw_statement_now){ .at = s->declared_at });
	else if (!write_part(w, s))
		write_entry(w, &p->fact[0]);
	dw_incident_destroy(s);
}
