/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * statement_decide_rule.c - an approver says what they think of exactly one version.
 *
 * One human is one voice: who stands in for somebody says yes for them or for themselves, and not
 * both. What was signed was verified before; that the key is still theirs is asked again here, for
 * it may have been revoked in between.
 */
#include "statement_decide_int.h"

#include <stdio.h>

/* A digest is of the text alone: was the same text submitted as something else before? */
static bool is_ambiguous(const struct dw_statement *t,
			 const struct dw_statement_version *v)
{
	for (size_t i = 0; i + 1 < t->versions.n; i++) {
		const struct dw_statement_version *was = &t->versions.p[i];

		if (strcmp(was->digest, v->digest) == 0 &&
		    (!dw_str_eq(was->title, v->title) ||
		     !rests_are_same(was->rests.p, was->rests.n, v->rests.p, v->rests.n)))
			return true;
	}
	return false;
}

/* Title and links are no part of the digest, but they are of what an approver has read. */
static int check_reading(struct stating *d, const struct dw_statement_version *v)
{
	if (d->c->submitted != 0 && d->c->submitted != v->seq)
		return refuse_statement(d, DW_ECONFLICT, "/submitted",
					"it was submitted again since: read it anew");
	if (d->c->submitted == 0 && is_ambiguous(d->t, v))
		return refuse_statement(
			d, DW_ECONFLICT, "/submitted",
			"this text was submitted with another title or other links "
			"before: name the seq of the one that you have read");
	return 0;
}

static int check_version(struct stating *d, const struct dw_statement_version *v)
{
	if (v == NULL)
		return refuse_statement(d, DW_ECONFLICT, "/digest",
					"nothing of this statement was submitted yet");
	if (!dw_str_eq(d->c->digest, dw_str_of(v->digest)))
		return refuse_statement(d, DW_ECONFLICT, "/digest",
					"another version was submitted since: %.64s",
					v->digest);
	if (v->deadline != 0 && d->c->now > v->deadline)
		return refuse_statement(d, DW_EUNPROCESSABLE, "",
					"the deadline of this version is over: it has to "
					"be submitted again");
	if (v->rulings.n >= DW_RULINGS_MAX)
		return refuse_statement(d, DW_EUNPROCESSABLE, "",
					"this version has as many verdicts as it may");
	return 0;
}

static int check_proof(struct stating *d)
{
	const struct dw_statement_command *c = d->c;
	const struct dw_sign_key *k;

	if (c->ruling >= DW_RULING_COUNT)
		return refuse_statement(
			d, DW_EINVAL, "/verdict",
			"this must be one of: approve, reject, hold, ask");
	if (c->ruling != DW_RULING_APPROVE) {
		int rc = check_reason(d, "a verdict other than approve");

		if (rc < 0)
			return rc;
	}
	if (c->proof != DW_PROOF_SIGNATURE)
		return 0;
	k = c->authority != NULL ? dw_authority_key(c->authority, c->signature.key)
				 : NULL;
	if (k == NULL || k->user != c->who.id || k->confirmed_at == 0 ||
	    k->revoked_at != 0)
		return refuse_statement(d, DW_EFORBIDDEN, "/signature/key",
					"this is no confirmed key of yours");
	return 0;
}

static int check_deputy(struct stating *d)
{
	const struct dw_statement_command *c = d->c;

	if (c->on_behalf_of == 0)
		return 0;
	if (c->authority == NULL || c->on_behalf_of == c->who.id ||
	    !dw_authority_stands_in(c->authority, c->on_behalf_of, c->who.id, c->now))
		return refuse_statement(d, DW_EFORBIDDEN, "/on_behalf_of",
					"you do not stand in for this person");
	if (!c->people.is_active(c->people.ctx, c->on_behalf_of))
		return refuse_statement(d, DW_EUNPROCESSABLE, "/on_behalf_of",
					"their account is disabled");
	if (c->people.roles != NULL &&
	    (c->people.roles(c->people.ctx, c->on_behalf_of) & DW_ROLE_APPROVER) == 0)
		return refuse_statement(d, DW_EUNPROCESSABLE, "/on_behalf_of",
					"they are no approver any more");
	return 0;
}

static bool is_own(const struct stating *d, const struct dw_statement_version *v)
{
	return v->last_author != 0 &&
	       (v->last_author == d->c->who.id || v->last_author == d->c->on_behalf_of);
}

/* Has this human a yes here already, for somebody else than now? */
static bool is_second_voice(const struct stating *d, const struct dw_statement_version *v)
{
	const struct dw_statement_command *c = d->c;
	uint64_t person = c->on_behalf_of != 0 ? c->on_behalf_of : c->who.id;

	for (size_t i = 0; i < v->rulings.n; i++) {
		const struct dw_ruling_given *g = &v->rulings.p[i];

		if (g->by == c->who.id && ruling_person(g) != person &&
		    g->ruling == DW_RULING_APPROVE && ruling_stands(v, g))
			return true;
	}
	return false;
}

static int check_yes(struct stating *d, const struct dw_statement_version *v)
{
	if (d->c->ruling != DW_RULING_APPROVE)
		return 0;
	if (is_own(d, v) && !v->quorum.may_approve_own)
		return refuse_statement(
			d, DW_EFORBIDDEN, "",
			"the text was changed last by whom this approval would count "
			"for: somebody else has to approve it");
	if (is_second_voice(d, v))
		return refuse_statement(
			d, DW_EFORBIDDEN, "/on_behalf_of",
			"you approved this version already, for another person: one "
			"human is one voice");
	return 0;
}

static struct dw_str groups_of(const struct stating *d)
{
	const struct dw_statement_command *c = d->c;

	if (c->on_behalf_of == 0)
		return c->groups;
	return c->people.groups != NULL ? c->people.groups(c->people.ctx, c->on_behalf_of)
					: DW_STR("");
}

static struct dw_statement_fact *plan_ruling(struct stating *d,
					     const struct dw_statement_version *v)
{
	const struct dw_statement_command *c = d->c;
	struct dw_statement_fact *f = plan_statement(d, DW_EV_VERDICT_GIVEN);
	struct dw_str groups = groups_of(d);

	f->digest = plan_digest(d, v);
	f->ruling = c->ruling;
	f->reason = c->reason;
	f->groups = dw_str_make(dw_arena_strdup(d->p->arena, groups), groups.n);
	f->on_behalf_of = c->on_behalf_of;
	f->proof = c->proof;
	f->signature = c->signature;
	f->is_own = is_own(d, v);
	return f;
}

/* The version with that ruling behind those that it has. */
static struct dw_statement_version ruled(struct stating *d,
					 const struct dw_statement_version *was,
					 const struct dw_statement_fact *f)
{
	struct dw_statement_version v = *was;

	v.rulings.p =
		dw_arena_alloc(d->p->arena, (was->rulings.n + 1) * sizeof(*v.rulings.p));
	for (size_t i = 0; i < was->rulings.n; i++)
		v.rulings.p[i] = was->rulings.p[i];
	v.rulings.p[v.rulings.n++] = (struct dw_ruling_given){
		.by = f->actor,
		.on_behalf_of = f->on_behalf_of,
		.at = d->c->now,
		.ruling = f->ruling,
		.groups = f->groups,
	};
	return v;
}

int decide_rule(struct stating *d)
{
	const struct dw_statement_version *was = dw_statement_submitted(d->t);
	struct dw_statement_version v;
	struct dw_statement_now now = now_of(d);
	struct dw_lack lacks[DW_LACKS_MAX];
	bool was_approved;
	int rc = check_version(d, was);

	if (was == NULL || rc < 0)
		return rc;
	rc = check_reading(d, was);
	if (rc == 0)
		rc = check_proof(d);
	if (rc == 0)
		rc = check_deputy(d);
	if (rc == 0)
		rc = check_yes(d, was);
	if (rc < 0)
		return rc;
	v = ruled(d, was, plan_ruling(d, was));
	was_approved = was->approved_seq != 0 && version_lacks(was, &now, lacks) == 0;
	if (version_lacks(&v, &now, lacks) == 0 && !was_approved)
		plan_statement(d, DW_EV_STATEMENT_APPROVED)->digest = plan_digest(d, was);
	plan_state(d, &v, false);
	return 0;
}
