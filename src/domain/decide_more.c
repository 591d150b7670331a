/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * decide_more.c - rules about what is in a room: notes, claims, tasks, decisions, people.
 *
 * See decide.c for what all of them have in common. Nothing here edits: a change is an event
 * that says what is so from now on, and only what differs from before is said.
 */
#include "decide_int.h"

#define H(id) DW_HAS(id)
#define HAS(d, id) (((d)->c->f.has & H(id)) != 0)
#define MINUTE INT64_C(60000000)

/* ---- notes and corrections ---- */

int decide_note(struct deciding *d)
{
	const struct dw_command *c = d->c;
	struct dw_fact *f;

	if (HAS(d, OCCURRED_AT) && c->f.occurred > c->now + MINUTE)
		return refuse(d, DW_EINVAL, "/occurred_at",
			      "this lies in the future: a note says what has happened");
	f = plan_add(d, DW_EV_NOTE_ADDED);
	plan_take(f, &c->f, H(TEXT));
	f->occurred_at = HAS(d, OCCURRED_AT) ? c->f.occurred : 0;
	return 0;
}

int decide_correct(struct deciding *d)
{
	if (dw_incident_entry(d->s, d->c->f.target) == NULL)
		return refuse(d, DW_EUNPROCESSABLE, "/target",
			      "this incident's timeline has no entry of this seq");
	plan_take(plan_add(d, DW_EV_CORRECTION_ADDED), &d->c->f, UINT64_MAX);
	return 0;
}

/* ---- claims ---- */

int decide_add_claim(struct deciding *d)
{
	struct dw_fact *f;
	int rc = check_person(d, d->c->f.owner, "/owner");

	if (rc < 0)
		return rc;
	if (d->s->claims.n >= DW_CLAIMS_MAX)
		return refuse(d, DW_EUNPROCESSABLE, "",
			      "this incident has as many claims as it may");
	f = plan_add(d, DW_EV_CLAIM_ADDED);
	plan_take(f, &d->c->f, UINT64_MAX);
	f->has |= H(VERDICT);
	return 0;
}

static int check_evidence(struct deciding *d, const struct dw_claim *claim)
{
	const struct dw_fact *f = &d->c->f;
	int rc = 0;

	if (claim->n_exhibits + f->evidence.n > DW_EVIDENCE_MAX)
		return refuse(d, DW_EUNPROCESSABLE, "/evidence",
			      "this claim has as much evidence as it may");
	for (size_t i = 0; rc == 0 && i < f->evidence.n; i++) {
		uint64_t file = f->evidence.p[i].file;
		char at[60];

		if (f->evidence.p[i].mention != 0) {
			snprintf(at, sizeof(at), "/evidence/%zu/mention", i);
			rc = check_linked(d, f->evidence.p[i].mention, at);
		} else if (file != 0 && dw_incident_file(d->s, file) == NULL) {
			snprintf(at, sizeof(at), "/evidence/%zu/file", i);
			rc = refuse(d, DW_EUNPROCESSABLE, at,
				    "this incident has no file of this id");
		}
	}
	return rc;
}

int decide_change_claim(struct deciding *d)
{
	const struct dw_fact *f = &d->c->f;
	const struct dw_claim *claim = dw_incident_claim(d->s, d->c->child);
	uint64_t which = 0;
	struct dw_fact *out;
	int rc;

	if (claim == NULL)
		return refuse(d, DW_ENOTFOUND, "", "there is no claim of this id here");
	rc = check_version(d, claim->version);
	if (rc == 0 && HAS(d, OWNER))
		rc = check_person(d, f->owner, "/owner");
	if (rc == 0)
		rc = check_evidence(d, claim);
	if (rc < 0)
		return rc;
	which |= HAS(d, VERDICT) && f->verdict != claim->verdict ? H(VERDICT) : 0;
	which |= HAS(d, OWNER) && f->owner != claim->owner ? H(OWNER) : 0;
	which |= HAS(d, RECHECK_AT) && f->recheck_at != claim->recheck_at ? H(RECHECK_AT)
									  : 0;
	which |= f->evidence.n > 0 ? H(EVIDENCE) : 0;
	if (which == 0)
		return 0;
	out = plan_add(d, DW_EV_CLAIM_CHANGED);
	plan_take(out, f, which | H(REASON));
	out->has |= H(CLAIM);
	out->claim = claim->id;
	return 0;
}

/* ---- tasks ---- */

int decide_add_task(struct deciding *d)
{
	int rc = check_person(d, d->c->f.owner, "/owner");

	if (rc < 0)
		return rc;
	if (d->s->tasks.n >= DW_TASKS_MAX)
		return refuse(d, DW_EUNPROCESSABLE, "",
			      "this incident has as many tasks as it may");
	plan_take(plan_add(d, DW_EV_TASK_ADDED), &d->c->f, UINT64_MAX);
	return 0;
}

int decide_change_task(struct deciding *d)
{
	const struct dw_fact *f = &d->c->f;
	const struct dw_todo *task = dw_incident_task(d->s, d->c->child);
	uint64_t which = 0;
	struct dw_fact *out;
	int rc;

	if (task == NULL)
		return refuse(d, DW_ENOTFOUND, "", "there is no task of this id here");
	rc = check_version(d, task->version);
	if (rc == 0 && HAS(d, OWNER))
		rc = check_person(d, f->owner, "/owner");
	if (rc < 0)
		return rc;
	which |= HAS(d, TITLE) && !dw_str_eq(f->title, task->title) ? H(TITLE) : 0;
	which |= HAS(d, OWNER) && f->owner != task->owner ? H(OWNER) : 0;
	which |= HAS(d, DUE_AT) && f->due_at != task->due_at ? H(DUE_AT) : 0;
	which |= HAS(d, DONE) && f->is_done != task->is_done ? H(DONE) : 0;
	if (which == 0)
		return 0;
	out = plan_add(d, DW_EV_TASK_CHANGED);
	plan_take(out, f, which | H(REASON));
	out->has |= H(TASK);
	out->task = task->id;
	return 0;
}

/* ---- decisions ---- */

static int check_people(struct deciding *d, const struct dw_refs *who, const char *key)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < who->n; i++) {
		char at[60];

		snprintf(at, sizeof(at), "%s/%zu", key, i);
		rc = check_person(d, who->p[i], at);
	}
	return rc;
}

static int check_supersedes(struct deciding *d)
{
	const struct dw_decision *old;

	if (!HAS(d, SUPERSEDES))
		return 0;
	old = dw_incident_decision(d->s, d->c->f.supersedes);
	if (old == NULL)
		return refuse(d, DW_EUNPROCESSABLE, "/supersedes",
			      "there is no decision of this id here");
	if (old->superseded_by == 0)
		return 0;
	(void)dw_fault_set(d->fault, "/supersedes",
			   "decision %llu superseded it already: supersede that one",
			   (unsigned long long)old->superseded_by);
	return DW_ECONFLICT;
}

int decide_decision(struct deciding *d)
{
	const struct dw_command *c = d->c;
	struct dw_fact *f;
	int rc = check_people(d, &c->f.deciders, "/deciders");

	if (rc == 0)
		rc = check_people(d, &c->f.consulted, "/consulted");
	if (rc == 0)
		rc = check_supersedes(d);
	if (rc < 0)
		return rc;
	if (HAS(d, KNOWN_AT) && c->f.known_at > c->head)
		return refuse(d, DW_EINVAL, "/known_at",
			      "this lies beyond the newest event");
	if (d->s->decisions.n >= DW_DECISIONS_MAX)
		return refuse(d, DW_EUNPROCESSABLE, "",
			      "this incident has as many decisions as it may");
	f = plan_add(d, DW_EV_DECISION_MADE);
	plan_take(f, &c->f, UINT64_MAX);
	f->known_at = HAS(d, KNOWN_AT) ? c->f.known_at : c->head;
	f->has |= H(KNOWN_AT) | H(DECIDERS);
	if (c->f.deciders.n == 0) {
		f->deciders.p = dw_arena_alloc(d->plan->arena, sizeof(uint64_t));
		f->deciders.p[0] = c->who.id;
		f->deciders.n = 1;
	}
	return 0;
}

/* ---- people ---- */

/* Is this office held by somebody who does not hand it over? */
static int check_office(struct deciding *d)
{
	const struct dw_fact *f = &d->c->f;
	const struct dw_participant *now = NULL;

	if (f->role != DW_ROOM_MEMBER)
		now = dw_incident_office(d->s, f->role, f->is_deputy);
	if (HAS(d, REPLACES) && (now == NULL || now->id != f->replaces))
		return refuse(d, DW_ECONFLICT, "/replaces",
			      "this participant does not hold that office (any more)");
	if (now == NULL || HAS(d, REPLACES))
		return 0;
	(void)dw_fault_set(d->fault, "/role",
			   "participant %llu holds this office: hand it over with "
			   "\"replaces\":%llu",
			   (unsigned long long)now->id, (unsigned long long)now->id);
	return DW_EEXISTS;
}

static bool is_there(const struct deciding *d)
{
	const struct dw_fact *f = &d->c->f;

	for (size_t i = 0; i < d->s->participants.n; i++) {
		const struct dw_participant *p = &d->s->participants.p[i];

		if (p->user == f->user && p->role == f->role &&
		    p->is_deputy == f->is_deputy)
			return true;
	}
	return false;
}

int decide_join(struct deciding *d)
{
	const struct dw_command *c = d->c;
	struct dw_fact *f;
	int rc;

	if (!c->people.is_active(c->people.ctx, c->f.user))
		return refuse(d, DW_EUNPROCESSABLE, "/user",
			      "there is no account of this id, or it is disabled");
	if (c->f.role == DW_ROOM_MEMBER && c->f.is_deputy)
		return refuse(d, DW_EUNPROCESSABLE, "/deputy",
			      "a member without an office has no deputy");
	if (is_there(d))
		return refuse(d, DW_EEXISTS, "/user", "they hold this office already");
	rc = check_office(d);
	if (rc < 0)
		return rc;
	if (d->s->participants.n >= DW_PARTICIPANTS_MAX)
		return refuse(d, DW_EUNPROCESSABLE, "",
			      "this incident has as many participants as it may");
	f = plan_add(d, DW_EV_PARTICIPANT_ADDED);
	plan_take(f, &c->f, UINT64_MAX);
	f->has |= H(DEPUTY);
	return 0;
}

int decide_leave(struct deciding *d)
{
	const struct dw_participant *p = dw_incident_participant(d->s, d->c->child);
	struct dw_fact *f;

	if (p == NULL)
		return refuse(d, DW_ENOTFOUND, "",
			      "there is no participant of this id here");
	if (d->s->is_restricted && d->s->participants.n == 1)
		return refuse(
			d, DW_EUNPROCESSABLE, "",
			"nobody could see this restricted room any more: open it, or "
			"add somebody first");
	f = plan_add(d, DW_EV_PARTICIPANT_LEFT);
	f->has = H(PARTICIPANT) | H(USER) | H(ROLE) | H(DEPUTY);
	f->participant = p->id;
	f->user = p->user;
	f->role = p->role;
	f->is_deputy = p->is_deputy;
	return 0;
}

/* ---- milestones ---- */

int decide_pin(struct deciding *d)
{
	const struct dw_pin *old = dw_incident_pin(d->s, d->c->f.target);

	if (dw_incident_entry(d->s, d->c->f.target) == NULL)
		return refuse(d, DW_EUNPROCESSABLE, "/target",
			      "this incident's timeline has no entry of this seq");
	if (old == NULL && d->s->pins.n >= DW_PINS_MAX)
		return refuse(d, DW_EUNPROCESSABLE, "",
			      "this incident has as many milestones as it may");
	if (old != NULL && dw_str_eq(old->label, d->c->f.label))
		return refuse(d, DW_EEXISTS, "/target", "it is pinned so already");
	plan_take(plan_add(d, DW_EV_MILESTONE_PINNED), &d->c->f, UINT64_MAX);
	return 0;
}

int decide_unpin(struct deciding *d)
{
	struct dw_fact *f;

	if (dw_incident_pin(d->s, d->c->child) == NULL)
		return refuse(d, DW_ENOTFOUND, "", "this entry is no pinned milestone");
	f = plan_add(d, DW_EV_MILESTONE_UNPINNED);
	f->has = H(TARGET);
	f->target = d->c->child;
	return 0;
}

/* ---- files ---- */

/* The bytes are there already: whoever received them says what they are. */
int decide_add_file(struct deciding *d)
{
	if (d->s->files.n >= DW_FILES_MAX)
		return refuse(d, DW_EUNPROCESSABLE, "",
			      "this incident has as many files as it may");
	plan_take(plan_add(d, DW_EV_FILE_ADDED), &d->c->f, UINT64_MAX);
	return 0;
}
