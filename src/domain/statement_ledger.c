/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * statement_ledger.c - the time of a statement, split by who had it in hand.
 *
 * Everything that happened is a mark on a line of time; between two marks one thing is the case.
 * Whoever types takes a submitted version back into drafting, for by then another text is meant. A
 * rejection, a hold or a question keeps the version waiting, and is named beside the groups that are
 * still missing: the next move is the drafters', and the ledger shows how long they took.
 */
#include "domain/statement_ledger.h"

#include <stdlib.h>

enum mark_kind { BEGIN_TYPING, END_TYPING, SUBMITTED, RULED, APPROVED, PUBLISHED, NOW };

struct mark {
	int64_t at;
	enum mark_kind kind;
	int order;	/* at one moment */
	size_t version; /* SUBMITTED, RULED, APPROVED */
};

struct marks {
	struct mark *p;
	size_t n;
};

const char *dw_spent_name(unsigned spent)
{
	static const char *const names[] = { "drafting", "idle", "waiting", "publishing",
					     "out" };

	return spent < DW_SPENT_COUNT ? names[spent] : NULL;
}

static void mark(struct marks *m, int64_t at, enum mark_kind kind, size_t version)
{
	m->p[m->n++] = (struct mark){ at, kind, 1, version };
}

/* At one moment typing ends before anything else and begins behind all; a single stroke does both. */
static void mark_typing(struct marks *m, const struct dw_typing *t)
{
	mark(m, t->from, BEGIN_TYPING, 0);
	m->p[m->n - 1].order = 2;
	mark(m, t->to, END_TYPING, 0);
	m->p[m->n - 1].order = t->to > t->from ? 0 : 3;
}

static int by_time(const void *a, const void *b)
{
	const struct mark *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	if (x->order != y->order)
		return x->order - y->order;
	return (int)x->kind - (int)y->kind;
}

static void collect(struct marks *m, const struct dw_statement *t, int64_t now)
{
	size_t most = 2 * t->typing.n + t->publications.n + 1;

	for (size_t i = 0; i < t->versions.n; i++)
		most += 2 + t->versions.p[i].rulings.n;
	m->p = calloc(most, sizeof(*m->p));
	DW_INVARIANT(m->p != NULL);
	for (size_t i = 0; i < t->typing.n; i++)
		mark_typing(m, &t->typing.p[i]);
	for (size_t i = 0; i < t->versions.n; i++) {
		const struct dw_statement_version *v = &t->versions.p[i];

		mark(m, v->at, SUBMITTED, i);
		for (size_t k = 0; k < v->rulings.n; k++)
			if (v->rulings.p[k].carried_from == 0)
				mark(m, v->rulings.p[k].at, RULED, i);
		if (v->approved_seq != 0)
			mark(m, v->approved_at, APPROVED, i);
	}
	for (size_t i = 0; i < t->publications.n; i++)
		mark(m, t->publications.p[i].at, PUBLISHED, t->publications.p[i].version);
	qsort(m->p, m->n, sizeof(*m->p), by_time);
	mark(m, now, NOW, 0);
}

/* ---- what is the case ---- */

struct case_now {
	bool is_typing, is_pending, is_approved, is_out;
	size_t version;
};

static void move(struct case_now *c, const struct mark *m)
{
	switch (m->kind) {
	case BEGIN_TYPING:
		*c = (struct case_now){ .is_typing = true };
		break;
	case END_TYPING:
		c->is_typing = false;
		break;
	case SUBMITTED:
		*c = (struct case_now){ .is_pending = true, .version = m->version };
		break;
	case APPROVED:
		c->is_approved = c->is_pending && c->version == m->version;
		break;
	case PUBLISHED:
		*c = (struct case_now){ .is_out = true };
		break;
	case RULED:
	case NOW:
		break;
	}
}

static enum dw_spent spent(const struct case_now *c)
{
	if (c->is_out)
		return DW_SPENT_OUT;
	if (c->is_pending)
		return c->is_approved ? DW_SPENT_PUBLISHING : DW_SPENT_WAITING;
	return c->is_typing ? DW_SPENT_DRAFTING : DW_SPENT_IDLE;
}

/* For whom it waited at that moment: as if nothing had been said since. */
static void waits_on(struct dw_stint *s, const struct dw_statement *t, size_t version,
		     int64_t at)
{
	struct dw_statement_version v = t->versions.p[version];
	struct dw_lack lack[DW_LACKS_MAX];
	struct dw_statement_now then = { .at = at };
	size_t n, said = 0;

	while (said < v.rulings.n &&
	       (v.rulings.p[said].carried_from != 0 || v.rulings.p[said].at <= at))
		said++;
	v.rulings.n = said;
	n = dw_statement_lacks(t, &v, &then, lack);
	for (size_t i = 0; i < n && s->n_on < DW_WAITS_ON; i++)
		if (lack[i].kind != DW_LACK_EDITED)
			s->on[s->n_on++] = lack[i];
}

static bool is_same(const struct dw_stint *a, const struct dw_stint *b)
{
	if (a->spent != b->spent || a->version != b->version || a->n_on != b->n_on)
		return false;
	for (size_t i = 0; i < a->n_on; i++)
		if (a->on[i].kind != b->on[i].kind || a->on[i].user != b->on[i].user ||
		    a->on[i].n != b->on[i].n ||
		    !dw_str_eq(a->on[i].group, b->on[i].group))
			return false;
	return true;
}

static void add(struct dw_ledger *l, const struct dw_stint *s)
{
	struct dw_stint *last = l->stint + l->n - (l->n > 0);
	bool goes_on = l->n > 0 && is_same(last, s);

	l->total[s->spent] += s->to - s->from;
	if (!goes_on && l->n < DW_STINTS_MAX) {
		l->stint[l->n++] = *s;
		return;
	}
	l->is_cut |= !goes_on;
	last->to = s->to;
}

void dw_ledger_make(struct dw_ledger *l, const struct dw_statement *t, int64_t now,
		    struct dw_arena *a)
{
	struct marks m = { NULL, 0 };
	struct case_now c = { .is_typing = false };

	memset(l, 0, sizeof(*l));
	collect(&m, t, now);
	l->stint = dw_arena_alloc(a, (m.n < DW_STINTS_MAX ? m.n : DW_STINTS_MAX) *
					     sizeof(*l->stint));
	for (size_t i = 0; i + 1 < m.n; i++) {
		struct dw_stint s = { .from = m.p[i].at, .to = m.p[i + 1].at };

		move(&c, &m.p[i]);
		if (s.to <= s.from)
			continue;
		s.spent = spent(&c);
		if (c.is_pending)
			s.version = t->versions.p[c.version].seq;
		if (s.spent == DW_SPENT_WAITING)
			waits_on(&s, t, c.version, s.from);
		add(l, &s);
	}
	free(m.p);
}
