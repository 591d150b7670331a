/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * statement_look.c - what a statement is by now, and what its version still lacks.
 *
 * Nothing of this is recorded: it follows from the rulings. Of each person the last one counts, so that
 * somebody who rejected may approve later and the other way round, and one person is never two.
 *
 * A yes is weighed each time that it is asked for, and never taken away: whoever loses the role or the
 * group that gave it weight takes the weight along, and brings it back when they get it back. A no
 * stays whoever said it. That the time of a deputy is over ends what they can say, not what they said.
 */
#include "domain/policy.h"
#include "statement_int.h"

const struct dw_statement_version *dw_statement_submitted(const struct dw_statement *t)
{
	return t->versions.n > 0 ? &t->versions.p[t->versions.n - 1] : NULL;
}

const struct dw_statement_version *dw_statement_version_of(const struct dw_statement *t,
							   struct dw_str digest,
							   uint64_t seq)
{
	for (size_t i = t->versions.n; i-- > 0 && digest.n > 0;) {
		const struct dw_statement_version *v = &t->versions.p[i];

		if (dw_str_eq(dw_str_of(v->digest), digest) &&
		    (seq == 0 || v->seq == seq))
			return v;
	}
	return NULL;
}

const struct dw_tab *dw_statement_tab(const struct dw_statement *t, struct dw_str client)
{
	for (size_t i = t->tabs.n; i-- > 0;)
		if (dw_str_eq(t->tabs.p[i].client, client))
			return &t->tabs.p[i];
	return NULL;
}

static bool is_rest(const struct dw_rest *a, const struct dw_rest *b)
{
	return a->claim == b->claim && a->rests == b->rests && a->from == b->from &&
	       a->to == b->to;
}

static size_t count(const struct dw_rest *list, size_t n, const struct dw_rest *one)
{
	size_t found = 0;

	for (size_t i = 0; i < n; i++)
		found += is_rest(&list[i], one);
	return found;
}

bool rests_are_same(const struct dw_rest *a, size_t n_a, const struct dw_rest *b,
		    size_t n_b)
{
	size_t i = 0;

	if (n_a != n_b)
		return false;
	while (i < n_a && is_rest(&a[i], &b[i])) /* mostly they are in order */
		i++;
	for (; i < n_a; i++)
		if (count(a, n_a, &a[i]) != count(b, n_b, &a[i]))
			return false;
	return true;
}

bool dw_statement_is_edited(const struct dw_statement *t)
{
	const struct dw_statement_version *v = dw_statement_submitted(t);

	return v == NULL || t->is_erased || t->channel != v->channel ||
	       t->reader != v->reader || !dw_str_eq(t->lang, v->lang) ||
	       !dw_str_eq(t->title, v->title) ||
	       !dw_str_eq(dw_buf_str(&t->draft.text), v->text) ||
	       !rests_are_same(t->rests.p, t->rests.n, v->rests.p, v->rests.n);
}

const struct dw_publication *dw_statement_out(const struct dw_statement *t)
{
	const struct dw_publication *last =
		t->publications.n > 0 ? &t->publications.p[t->publications.n - 1] : NULL;

	return last != NULL && !last->is_withdrawal ? last : NULL;
}

enum dw_statement_status dw_statement_status(const struct dw_statement *t,
					     const struct dw_statement_now *now)
{
	const struct dw_publication *out = dw_statement_out(t);
	const struct dw_statement_version *v = dw_statement_submitted(t);
	struct dw_lack lacks[DW_LACKS_MAX];

	if (out == NULL && t->publications.n > 0)
		return DW_STATEMENT_WITHDRAWN;
	if (out != NULL && out->version + 1 == t->versions.n)
		return DW_STATEMENT_PUBLISHED;
	if (v == NULL || dw_statement_is_edited(t))
		return DW_STATEMENT_DRAFT;
	return version_lacks(v, now, lacks) == 0 ? DW_STATEMENT_APPROVED
						 : DW_STATEMENT_SUBMITTED;
}

/* ---- rulings ---- */

const struct dw_ruling_given *dw_statement_ruling_of(const struct dw_statement_version *v,
						     uint64_t user)
{
	for (size_t i = v->rulings.n; i-- > 0;)
		if (ruling_person(&v->rulings.p[i]) == user)
			return &v->rulings.p[i];
	return NULL;
}

bool ruling_stands(const struct dw_statement_version *v, const struct dw_ruling_given *g)
{
	return dw_statement_ruling_of(v, ruling_person(g)) == g;
}

struct lacking {
	struct dw_lack *out;
	size_t n;
};

static void add(struct lacking *l, struct dw_lack lack)
{
	if (l->n < DW_LACKS_MAX)
		l->out[l->n++] = lack;
}

/* Would their yes be one of those that are missing? */
static bool is_needed(const struct dw_need *need, size_t n,
		      const struct dw_ruling_given *g)
{
	for (size_t i = 0; i < n; i++)
		if (need[i].group.n == 0 || dw_group_is_in(g->groups, need[i].group))
			return true;
	return false;
}

static void add_people(struct lacking *l, const struct dw_statement_version *v,
		       const struct dw_need *need, size_t n)
{
	for (size_t i = 0; i < v->rulings.n; i++) {
		const struct dw_ruling_given *g = &v->rulings.p[i];
		struct dw_lack lack = { .user = ruling_person(g) };

		if (g->ruling == DW_RULING_APPROVE || !ruling_stands(v, g))
			continue;
		lack.kind = g->ruling == DW_RULING_REJECT ? DW_LACK_REJECTED
			    : g->ruling == DW_RULING_HOLD ? DW_LACK_HELD
							  : DW_LACK_ASKED;
		if (g->ruling != DW_RULING_ASK || is_needed(need, n, g))
			add(l, lack);
	}
}

static bool may_still(const struct dw_people *p, uint64_t user)
{
	return p->is_active(p->ctx, user) &&
	       (p->roles == NULL || (p->roles(p->ctx, user) & DW_ROLE_APPROVER) != 0);
}

static bool counts(const struct dw_statement_version *v, const struct dw_ruling_given *g,
		   const struct dw_statement_now *now, const struct dw_quorum *q)
{
	if (g->ruling != DW_RULING_APPROVE || !ruling_stands(v, g))
		return false;
	if (now->rules != NULL && !q->may_approve_own && ruling_is_own(v, g))
		return false;
	return now->people.is_active == NULL ||
	       (may_still(&now->people, ruling_person(g)) &&
		may_still(&now->people, g->by));
}

static size_t standing(const struct dw_statement_version *v,
		       const struct dw_statement_now *now, const struct dw_quorum *q,
		       struct dw_yes yes[YES_MAX])
{
	const struct dw_people *p = &now->people;
	size_t n = 0;

	for (size_t i = 0; i < v->rulings.n && n < YES_MAX; i++) {
		const struct dw_ruling_given *g = &v->rulings.p[i];

		if (!counts(v, g, now, q))
			continue;
		yes[n] = (struct dw_yes){ .user = ruling_person(g), .groups = g->groups };
		if (p->is_active != NULL && p->groups != NULL)
			yes[n].still = p->groups(p->ctx, yes[n].user);
		n++;
	}
	return n;
}

/* A rule that came later, or fits only now that the incident is graver, asks for more and never for less. */
static void add_rules(struct dw_quorum *q, const struct dw_statement_version *v,
		      const struct dw_statement_now *now)
{
	struct dw_quorum more;

	if (now->rules == NULL)
		return;
	dw_quorum_demand(&more, now->rules, v->channel, now->severity);
	if (!dw_quorum_tighten(q, &more))
		dw_quorum_forbid(q);
	q->may_approve_own = q->may_approve_own && more.may_approve_own;
}

size_t version_lacks(const struct dw_statement_version *v,
		     const struct dw_statement_now *now, struct dw_lack out[DW_LACKS_MAX])
{
	struct lacking l = { out, 0 };
	struct dw_need need[DW_NEEDS_MAX];
	struct dw_yes yes[YES_MAX];
	struct dw_quorum q = v->quorum;
	size_t n;

	add_rules(&q, v, now);
	n = dw_quorum_missing(&q, yes, standing(v, now, &q, yes), need);
	for (size_t i = 0; i < n; i++)
		add(&l, (struct dw_lack){ .kind = DW_LACK_GROUP,
					  .group = need[i].group,
					  .n = need[i].n });
	add_people(&l, v, need, n);
	return l.n;
}

size_t dw_statement_lacks(const struct dw_statement *t,
			  const struct dw_statement_version *v,
			  const struct dw_statement_now *now,
			  struct dw_lack out[DW_LACKS_MAX])
{
	struct lacking l = { out, version_lacks(v, now, out) };

	if (v->deadline != 0 && now->at > v->deadline)
		add(&l, (struct dw_lack){ .kind = DW_LACK_EXPIRED });
	if (v != dw_statement_submitted(t) || dw_statement_is_edited(t))
		add(&l, (struct dw_lack){ .kind = DW_LACK_EDITED });
	return l.n;
}
