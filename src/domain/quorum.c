/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * quorum.c - how many of whom must say yes, and how many of them are missing.
 *
 * Rules are added up and never weighed against each other: of each group the largest number that any
 * of them asks for. So a rule that is added can only ask for more, and the order means nothing. Needs
 * are kept in the order of their groups: the same quorum is the same bytes.
 */
#include "domain/quorum.h"

static int order(struct dw_str a, struct dw_str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n > 0 ? memcmp(a.p, b.p, n) : 0;

	return c != 0 ? c : (a.n > b.n) - (a.n < b.n);
}

bool dw_quorum_need(struct dw_quorum *q, struct dw_str group, unsigned n)
{
	size_t at = 0;

	while (at < q->n_needs && order(q->need[at].group, group) < 0)
		at++;
	if (n == 0)
		return true;
	if (at < q->n_needs && order(q->need[at].group, group) == 0) {
		if (q->need[at].n < n)
			q->need[at].n = n;
		return true;
	}
	if (q->n_needs == DW_NEEDS_MAX)
		return false;
	for (size_t i = q->n_needs++; i > at; i--)
		q->need[i] = q->need[i - 1];
	q->need[at] = (struct dw_need){ group, n };
	return true;
}

bool dw_quorum_tighten(struct dw_quorum *q, const struct dw_quorum *more)
{
	for (size_t i = 0; i < more->n_needs; i++)
		if (!dw_quorum_need(q, more->need[i].group, more->need[i].n))
			return false;
	q->blocks |= more->blocks;
	return true;
}

static bool fits(const struct dw_quorum_rule *r, unsigned channel, unsigned severity)
{
	return (r->channels == 0 || (r->channels >> channel & 1) != 0) &&
	       severity <= r->severity_most;
}

void dw_quorum_demand(struct dw_quorum *out, const struct dw_quorum_rules *rules,
		      unsigned channel, unsigned severity)
{
	bool all_may = true, is_too_much = false;
	size_t n = 0;

	memset(out, 0, sizeof(*out));
	for (size_t i = 0; rules != NULL && i < rules->n; i++) {
		const struct dw_quorum_rule *r = &rules->p[i];

		if (!fits(r, channel, severity))
			continue;
		n++;
		all_may = all_may && r->quorum.may_approve_own;
		is_too_much |= !dw_quorum_tighten(out, &r->quorum);
	}
	out->may_approve_own = n > 0 && all_may;
	if (out->n_needs == 0)
		out->need[out->n_needs++] = (struct dw_need){ DW_STR(""), 1 };
	if (is_too_much)
		dw_quorum_forbid(out);
}

/* What cannot be asked for must not be left out: then nobody can say yes. */
void dw_quorum_forbid(struct dw_quorum *q)
{
	if (q->n_needs == 0)
		q->n_needs = 1;
	q->need[0].n = UINT32_MAX;
}

bool dw_group_is_in(struct dw_str groups, struct dw_str group)
{
	struct dw_str part;

	while (dw_str_split(&groups, ',', &part))
		if (dw_str_eq(part, group))
			return true;
	return false;
}

static unsigned count(const struct dw_yes *yes, size_t n_yes, struct dw_str group)
{
	unsigned n = 0;

	for (size_t i = 0; i < n_yes; i++)
		n += group.n == 0 ||
		     (dw_group_is_in(yes[i].groups, group) &&
		      (yes[i].still.p == NULL || dw_group_is_in(yes[i].still, group)));
	return n;
}

size_t dw_quorum_missing(const struct dw_quorum *q, const struct dw_yes *yes,
			 size_t n_yes, struct dw_need out[DW_NEEDS_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < q->n_needs; i++) {
		unsigned have = count(yes, n_yes, q->need[i].group);

		if (have < q->need[i].n)
			out[n++] =
				(struct dw_need){ q->need[i].group, q->need[i].n - have };
	}
	return n;
}
