/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * handover.c - what somebody must know who takes an incident over.
 *
 * It goes back to when the lead before the present one took over: who leads now hears what
 * happened on the watch before theirs, and goes on hearing it however late they look. Whoever
 * reads it before a hand-over gets the same, up to now. What is undone comes whole, whenever it
 * began; what is over comes since then.
 */
#include "domain/handover.h"

#include <stdlib.h>

bool dw_claim_is_past_recheck(const struct dw_claim *c, int64_t at)
{
	return c->recheck_at != 0 && c->recheck_at <= at;
}

bool dw_todo_is_overdue(const struct dw_todo *t, int64_t at)
{
	return !t->is_done && t->due_at != 0 && t->due_at <= at;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* An array of pointers for all of them: only the first are shown, but all are put in order. */
static void *room_for(struct dw_arena *a, size_t n)
{
	return dw_arena_alloc(a, (n + 1) * sizeof(void *));
}

/* ---- since when ---- */

static int64_t time_of(const struct dw_incident *s, uint64_t seq)
{
	size_t lo = 0, hi = s->entries.n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (s->entries.p[mid].seq <= seq)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo > 0 ? s->entries.p[lo - 1].occurred_at : s->declared_at;
}

static void find_since(struct dw_handover *h, uint64_t asked)
{
	const struct dw_incident *s = h->s;
	size_t n = s->leads.n;

	if (n > 0) {
		h->last = &s->leads.p[n - 1];
		h->former = h->last->was;
	}
	h->since = s->id;
	h->since_at = s->declared_at;
	if (asked > s->id) {
		h->since = asked;
		h->since_at = time_of(s, asked);
	} else if (asked == 0 && n > 1) {
		h->since = s->leads.p[n - 2].seq;
		h->since_at = s->leads.p[n - 2].at;
	}
}

/* ---- what moved ---- */

static void pick_moves(struct dw_handover *h, struct dw_arena *a)
{
	const struct dw_incident *s = h->s;

	h->was_severity = s->severity;
	h->was_status = s->status;
	h->move = room_for(a, least(s->moves.n, DW_HANDOVER_MOVES));
	for (size_t i = s->moves.n; i > 0 && s->moves.p[i - 1].seq > h->since; i--) {
		const struct dw_move *m = &s->moves.p[i - 1];

		if (m->what == DW_MOVE_SEVERITY)
			h->was_severity = m->from;
		else if (m->what == DW_MOVE_STATUS)
			h->was_status = m->from;
		if (h->n_moves < DW_HANDOVER_MOVES)
			h->move[h->n_moves++] = m;
		h->all_moves++;
	}
}

/* ---- what is not done ---- */

/* 0 is never: behind all others. */
static int by_when(int64_t a, int64_t b)
{
	if (a == b)
		return 0;
	if (a == 0 || b == 0)
		return a == 0 ? 1 : -1;
	return a < b ? -1 : 1;
}

static int by_id(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

/* Those past their re-check have a time that is over, so they come before those that have none. */
static int by_recheck(const void *a, const void *b)
{
	const struct dw_claim *x = *(const struct dw_claim *const *)a,
			      *y = *(const struct dw_claim *const *)b;
	int rc = by_when(x->recheck_at, y->recheck_at);

	return rc != 0 ? rc : by_id(x->id, y->id);
}

static void pick_claims(struct dw_handover *h, struct dw_arena *a)
{
	const struct dw_incident *s = h->s;

	h->claim = room_for(a, s->claims.n);
	for (size_t i = 0; i < s->claims.n; i++) {
		const struct dw_claim *c = &s->claims.p[i];
		bool is_past = dw_claim_is_past_recheck(c, h->at);

		h->verdicts[c->verdict]++;
		h->past_recheck += is_past;
		if (is_past || c->verdict == DW_VERDICT_UNKNOWN)
			h->claim[h->all_claims++] = c;
	}
	if (h->all_claims > 0)
		qsort(h->claim, h->all_claims, sizeof(*h->claim), by_recheck);
	h->n_claims = least(h->all_claims, DW_HANDOVER_CLAIMS);
}

static int by_due(const void *a, const void *b)
{
	const struct dw_todo *x = *(const struct dw_todo *const *)a,
			     *y = *(const struct dw_todo *const *)b;
	int rc = by_when(x->due_at, y->due_at);

	return rc != 0 ? rc : by_id(x->id, y->id);
}

/* Overdue, then those of who led before, then the rest: each part by when it is due. */
static unsigned rank(const struct dw_handover *h, const struct dw_todo *t)
{
	if (dw_todo_is_overdue(t, h->at))
		return 0;
	return h->former != 0 && t->owner == h->former ? 1 : 2;
}

static void pick_tasks(struct dw_handover *h, struct dw_arena *a)
{
	const struct dw_incident *s = h->s;

	h->task = room_for(a, s->tasks.n);
	for (unsigned part = 0; part < 3; part++) {
		size_t from = h->all_tasks;

		for (size_t i = 0; i < s->tasks.n; i++)
			if (!s->tasks.p[i].is_done && rank(h, &s->tasks.p[i]) == part)
				h->task[h->all_tasks++] = &s->tasks.p[i];
		if (h->all_tasks > from)
			qsort(&h->task[from], h->all_tasks - from, sizeof(*h->task),
			      by_due);
		if (part == 0)
			h->overdue = h->all_tasks;
	}
	h->n_tasks = least(h->all_tasks, DW_HANDOVER_TASKS);
}

/* ---- what holds, and what was noted ---- */

static void pick_decisions(struct dw_handover *h, struct dw_arena *a)
{
	const struct dw_incident *s = h->s;

	h->decision = room_for(a, least(s->decisions.n, DW_HANDOVER_DECISIONS));
	for (size_t i = s->decisions.n; i > 0; i--) {
		const struct dw_decision *d = &s->decisions.p[i - 1];

		if (d->superseded_by != 0)
			continue;
		if (h->n_decisions < DW_HANDOVER_DECISIONS)
			h->decision[h->n_decisions++] = d;
		h->all_decisions++;
	}
}

static void pick_notes(struct dw_handover *h)
{
	const struct dw_incident *s = h->s;

	_Static_assert(DW_HANDOVER_NOTES <= DW_NOTES_KEPT, "the fold keeps too few");
	h->n_notes = least(s->n_notes, DW_HANDOVER_NOTES);
	for (size_t i = 0; i < h->n_notes; i++)
		h->note[i] = s->note[(s->n_notes - 1 - i) % DW_NOTES_KEPT];
}

void dw_handover_make(struct dw_handover *h, const struct dw_incident *s, uint64_t since,
		      int64_t at, struct dw_arena *a)
{
	DW_REQUIRE(s->id != 0);
	memset(h, 0, sizeof(*h));
	h->s = s;
	h->at = at;
	find_since(h, since);
	pick_moves(h, a);
	pick_claims(h, a);
	pick_tasks(h, a);
	pick_decisions(h, a);
	pick_notes(h);
}
