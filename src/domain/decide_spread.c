/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * decide_spread.c - which mentions of an incident spread one of its claims.
 *
 * Not a field of the claim: its version stays, so that many people can sort mentions while another
 * one judges. What is said twice changes nothing and is no event.
 */
#include "decide_int.h"

#define H(id) DW_HAS(id)

/* Those of the given that are linked to the claim, or that are not, once each. */
static struct dw_refs pick(struct deciding *d, const struct dw_claim *claim, bool linked)
{
	const struct dw_refs *ids = &d->c->f.ids;
	struct dw_refs out = {
		.p = dw_arena_alloc(d->plan->arena, (ids->n + 1) * sizeof(*out.p)),
	};

	for (size_t i = 0; i < ids->n; i++) {
		bool is_new =
			(dw_links_find(&claim->spread, ids->p[i]) != NULL) == linked;

		for (size_t k = 0; is_new && k < out.n; k++)
			is_new = out.p[k] != ids->p[i];
		if (is_new)
			out.p[out.n++] = ids->p[i];
	}
	return out;
}

static int plan_spread(struct deciding *d, enum dw_event_type type,
		       const struct dw_claim *claim, struct dw_refs ids)
{
	struct dw_fact *f;

	if (ids.n == 0)
		return 0;
	f = plan_add(d, type);
	f->has = H(CLAIM) | H(MENTIONS);
	f->claim = claim->id;
	f->ids = ids;
	return 0;
}

int decide_link_claim(struct deciding *d)
{
	const struct dw_claim *claim = dw_incident_claim(d->s, d->c->child);
	struct dw_refs more;
	int rc;

	if (claim == NULL)
		return refuse(d, DW_ENOTFOUND, "", "there is no claim of this id here");
	if (d->c->f.ids.n == 0)
		return refuse(d, DW_EINVAL, "/ids", "give at least one mention");
	rc = check_inside(d, "/ids");
	if (rc < 0)
		return rc;
	more = pick(d, claim, false);
	if (claim->spread.n + more.n > DW_SPREAD_MAX)
		return refuse(d, DW_EUNPROCESSABLE, "/ids",
			      "this claim has as many mentions as it may");
	return plan_spread(d, DW_EV_CLAIM_LINKED, claim, more);
}

int decide_unlink_claim(struct deciding *d)
{
	const struct dw_claim *claim = dw_incident_claim(d->s, d->c->child);

	if (claim == NULL)
		return refuse(d, DW_ENOTFOUND, "", "there is no claim of this id here");
	return plan_spread(d, DW_EV_CLAIM_UNLINKED, claim, pick(d, claim, true));
}
