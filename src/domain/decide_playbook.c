/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * decide_playbook.c - starting a playbook in a room.
 *
 * The room gets a copy of one version in one language, and a task of its own for each of the
 * playbook's: what is changed in the playbook later, or in the room, does not reach the other.
 * A task goes to whoever holds the office that it is meant for, and is due so long after the
 * start. Its cadences become the room's. All of it is one batch.
 */
#include "decide_int.h"

#define H(id) DW_HAS(id)
#define SECOND INT64_C(1000000)

static int check_start(struct deciding *d)
{
	const struct dw_playbook_copy *p = d->c->playbook;
	const struct dw_incident *s = d->s;

	if (p == NULL)
		return refuse(d, DW_EUNPROCESSABLE, "/slug",
			      "there is no playbook of this name in this language");
	for (size_t i = 0; i < s->playbooks.n; i++)
		if (dw_str_eq(s->playbooks.p[i].slug, p->slug) &&
		    s->playbooks.p[i].playbook_version == p->version)
			return refuse(d, DW_EEXISTS, "/slug",
				      "this version of it was started here already");
	if (s->playbooks.n >= DW_PLAYBOOKS_MAX || s->tasks.n + p->n_tasks > DW_TASKS_MAX)
		return refuse(d, DW_EUNPROCESSABLE, "",
			      "this incident has as many playbooks or tasks as it may");
	return 0;
}

static void plan_task(struct deciding *d, const struct dw_playbook_task *t, size_t back)
{
	const struct dw_participant *p = dw_incident_office(d->s, t->role, false);
	struct dw_fact *f = plan_add(d, DW_EV_TASK_ADDED);

	f->has = H(TITLE) | H(DUE_AT) | H(ROLE) | H(BACK);
	f->title = t->title;
	f->due_at = d->c->now + (int64_t)t->due_s * SECOND;
	f->role = t->role;
	f->back = back;
	if (p == NULL || !d->c->people.is_active(d->c->people.ctx, p->user))
		return;
	f->has |= H(OWNER);
	f->owner = p->user;
}

int decide_start(struct deciding *d)
{
	const struct dw_playbook_copy *p = d->c->playbook;
	struct dw_fact *f;
	int rc = check_start(d);

	if (rc < 0)
		return rc;
	f = plan_add(d, DW_EV_PLAYBOOK_STARTED);
	f->has = H(SLUG) | H(LANG) | H(PLAYBOOK_VERSION) | H(TITLE) | H(ROLES) |
		 H(TEMPLATES);
	f->slug = p->slug;
	f->lang = p->lang;
	f->playbook_version = p->version;
	f->title = p->title;
	f->roles = p->roles;
	f->templates = p->templates;
	for (size_t i = 0; i < p->n_tasks; i++)
		plan_task(d, &p->task[i], i + 1);
	for (unsigned a = 0; a < DW_AUDIENCE_COUNT; a++)
		if (p->every_s[a] != 0)
			plan_cadence(d, a, p->every_s[a]);
	return 0;
}
