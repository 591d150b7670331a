/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * decide_split.c - a part of an incident becomes one of its own.
 *
 * Both histories stay whole: the new room begins with where it comes from and with links of its
 * own to the mentions, the old one keeps its links and says what was split off and why. A part
 * is a drill if the whole is one. Of a closed room the part is closed, too, and open to the same
 * people in the same offices; else what was said behind the door would stand outside of it.
 */
#include "decide_int.h"

#define H(id) DW_HAS(id)

static int check_split(struct deciding *d)
{
	int rc;

	if (d->c->f.ids.n == 0)
		return refuse(d, DW_EINVAL, "/mentions", "give at least one mention");
	rc = check_inside(d, "/mentions");
	if (rc < 0)
		return rc;
	if (d->s->split_into.n >= DW_SPLITS_MAX)
		return refuse(d, DW_EUNPROCESSABLE, "",
			      "this incident was split as often as it may be");
	return 0;
}

/* The mentions once each, as ids and as links. */
static void plan_parts(struct deciding *d, struct dw_refs *ids, struct dw_fact *linked)
{
	const struct dw_refs *given = &d->c->f.ids;
	struct dw_linked *list = dw_arena_alloc(d->plan->arena, given->n * sizeof(*list));

	ids->p = dw_arena_alloc(d->plan->arena, given->n * sizeof(*ids->p));
	ids->n = 0;
	for (size_t i = 0; i < given->n; i++) {
		bool is_new = true;

		for (size_t k = 0; is_new && k < ids->n; k++)
			is_new = ids->p[k] != given->p[i];
		if (!is_new)
			continue;
		list[ids->n] = *dw_links_find(&d->s->links, given->p[i]);
		ids->p[ids->n++] = given->p[i];
	}
	linked->has = H(LINKED);
	linked->linked.p = list;
	linked->linked.n = ids->n;
}

static void plan_people(struct deciding *d, const struct dw_incident *from)
{
	for (size_t i = 0; i < from->participants.n; i++) {
		const struct dw_participant *p = &from->participants.p[i];
		struct dw_fact *f = plan_add(d, DW_EV_PARTICIPANT_ADDED);

		f->has = H(USER) | H(ROLE) | H(DEPUTY);
		f->user = p->user;
		f->role = p->role;
		f->is_deputy = p->is_deputy;
	}
}

int decide_split(struct deciding *d)
{
	const struct dw_incident *s = d->s;
	struct dw_fact links = { 0 }, *f;
	struct dw_refs ids;
	int rc = check_split(d);

	if (rc < 0)
		return rc;
	plan_parts(d, &ids, &links);
	d->s = NULL; /* the plan's first event declares the room of those that follow */
	f = plan_add(d, DW_EV_INCIDENT_DECLARED);
	plan_take(f, &d->c->f, H(TITLE) | H(SEVERITY) | H(TYPE) | H(SUMMARY));
	f->has |= H(DRILL) | H(RESTRICTED) | H(FROM);
	f->is_drill = s->is_drill;
	f->is_restricted = s->is_restricted;
	f->from = s->id;
	if (s->is_restricted)
		plan_people(d, s);
	f = plan_add(d, DW_EV_MENTION_LINKED);
	f->has = links.has;
	f->linked = links.linked;
	d->s = s;
	f = plan_add(d, DW_EV_INCIDENT_SPLIT);
	plan_take(f, &d->c->f, H(REASON));
	f->has |= H(BACK) | H(MENTIONS);
	f->back = d->plan->n - 1;
	f->ids = ids;
	return 0;
}
