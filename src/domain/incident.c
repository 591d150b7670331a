/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * incident.c - folds events into an incident.
 *
 * There is one fold: the live room, a room as it was at some past moment and the answer to a
 * command are all made by it, so they cannot disagree. It decides nothing: what may happen was
 * asked before the event was written (decide.c), and what was written happened. So it is total.
 * An event that points at something that is not there (its maker was erased, or is of a later
 * version) changes nothing but the room's position.
 *
 *  (1) Only what an event says is used: no clock, no lookup, no rule that may change later.
 *  (2) An object's version is the seq of the last event about its own fields.
 */
#include "incident_int.h"

#include <stdlib.h>

#define HAS(f, id) (((f)->has & DW_HAS(id)) != 0)

void *incident_grow(void *p, size_t n, size_t *cap, size_t size)
{
	if (n == *cap) {
		*cap = *cap > 0 ? *cap * 2 : 8;
		p = realloc(p, *cap * size);
		DW_INVARIANT(p != NULL);
	}
	memset((char *)p + n * size, 0, size);
	return p;
}

#define DROP(v, i)                                                                       \
	(memmove(&(v)->p[i], &(v)->p[(i) + 1], ((v)->n - (i)-1) * sizeof(*(v)->p)),      \
	 (v)->n--)

struct dw_incident *dw_incident_create(void)
{
	struct dw_incident *s = calloc(1, sizeof(*s));

	DW_INVARIANT(s != NULL);
	s->arena = dw_arena_create();
	return s;
}

void dw_incident_destroy(struct dw_incident *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->claims.n; i++) {
		free(s->claims.p[i].exhibit);
		dw_links_fini(&s->claims.p[i].spread);
	}
	free(s->participants.p);
	free(s->claims.p);
	free(s->tasks.p);
	free(s->decisions.p);
	free(s->pins.p);
	dw_links_fini(&s->links);
	free(s->entries.p);
	free(s->absorbed.p);
	free(s->playbooks.p);
	free(s->split_into.p);
	free(s->leads.p);
	free(s->moves.p);
	free(s->words.p);
	free(s->files.p);
	dw_arena_destroy(s->arena);
	free(s);
}

/* ---- looking ---- */

/* The vectors are in the order of ids, because ids are seqs. */
#define FIND(v, key, id)                                                                 \
	size_t lo = 0, hi = (v)->n;                                                      \
	while (lo < hi) {                                                                \
		size_t mid = lo + (hi - lo) / 2;                                         \
		if ((v)->p[mid].key < (id))                                              \
			lo = mid + 1;                                                    \
		else                                                                     \
			hi = mid;                                                        \
	}                                                                                \
	return lo < (v)->n && (v)->p[lo].key == (id) ? &(v)->p[lo] : NULL

const struct dw_participant *dw_incident_participant(const struct dw_incident *s,
						     uint64_t id)
{
	FIND(&s->participants, id, id);
}

static struct dw_claim *find_claim(const struct dw_incident *s, uint64_t id)
{
	FIND(&s->claims, id, id);
}

static struct dw_todo *find_task(const struct dw_incident *s, uint64_t id)
{
	FIND(&s->tasks, id, id);
}

static struct dw_decision *find_decision(const struct dw_incident *s, uint64_t id)
{
	FIND(&s->decisions, id, id);
}

const struct dw_claim *dw_incident_claim(const struct dw_incident *s, uint64_t id)
{
	return find_claim(s, id);
}

const struct dw_todo *dw_incident_task(const struct dw_incident *s, uint64_t id)
{
	return find_task(s, id);
}

const struct dw_decision *dw_incident_decision(const struct dw_incident *s, uint64_t id)
{
	return find_decision(s, id);
}

const struct dw_room_file *dw_incident_file(const struct dw_incident *s, uint64_t id)
{
	FIND(&s->files, id, id);
}

const struct dw_entry *dw_incident_entry(const struct dw_incident *s, uint64_t seq)
{
	FIND(&s->entries, seq, seq);
}

bool dw_incident_has_mention(const struct dw_incident *s, uint64_t mention)
{
	return dw_links_find(&s->links, mention) != NULL;
}

const struct dw_linked *dw_incident_first_mention(const struct dw_incident *s)
{
	return dw_links_earliest(&s->links);
}

const struct dw_pin *dw_incident_pin(const struct dw_incident *s, uint64_t target)
{
	for (size_t i = 0; i < s->pins.n; i++)
		if (s->pins.p[i].target == target)
			return &s->pins.p[i];
	return NULL;
}

const struct dw_participant *dw_incident_office(const struct dw_incident *s,
						unsigned role, bool is_deputy)
{
	for (size_t i = 0; i < s->participants.n; i++) {
		const struct dw_participant *p = &s->participants.p[i];

		if (p->role == role && p->is_deputy == is_deputy)
			return p;
	}
	return NULL;
}

bool dw_incident_has_user(const struct dw_incident *s, uint64_t user)
{
	for (size_t i = 0; i < s->participants.n; i++)
		if (s->participants.p[i].user == user)
			return true;
	return false;
}

bool dw_incident_is_led_by(const struct dw_incident *s, uint64_t user)
{
	for (size_t i = 0; i < s->participants.n; i++)
		if (s->participants.p[i].user == user &&
		    s->participants.p[i].role == DW_ROOM_LEAD)
			return true;
	return false;
}

bool dw_status_may_move(unsigned from, unsigned to)
{
	static const unsigned moves[DW_STATUS_COUNT] = {
		[DW_DECLARED] = 1u << DW_ACTIVE | 1u << DW_RESOLVED,
		[DW_ACTIVE] = 1u << DW_MONITORING | 1u << DW_RESOLVED,
		[DW_MONITORING] = 1u << DW_ACTIVE | 1u << DW_RESOLVED,
		[DW_RESOLVED] = 1u << DW_ACTIVE | 1u << DW_REVIEWED,
		[DW_REVIEWED] = 1u << DW_ACTIVE,
	};

	DW_REQUIRE(from < DW_STATUS_COUNT && to < DW_STATUS_COUNT);
	return (moves[from] >> to & 1) != 0;
}

/* ---- the incident's own fields ---- */

static void apply_declared(struct dw_incident *s, const struct dw_fact *f)
{
	s->id = f->seq;
	s->title = f->title;
	s->kind = f->kind;
	s->summary = f->summary;
	s->severity = f->severity;
	s->is_drill = f->is_drill;
	s->is_restricted = f->is_restricted;
	s->split_from = f->from;
	s->declared_by = f->actor;
	s->declared_at = f->recorded_at;
}

static void apply_changed(struct dw_incident *s, const struct dw_fact *f)
{
	if (HAS(f, TITLE))
		s->title = f->title;
	if (HAS(f, TYPE))
		s->kind = f->kind;
	if (HAS(f, SUMMARY))
		s->summary = f->summary;
	if (HAS(f, NAMES))
		s->names = f->names;
	if (HAS(f, SEVERITY))
		s->severity = f->severity;
	if (HAS(f, RESTRICTED))
		s->is_restricted = f->is_restricted;
}

static void apply_status(struct dw_incident *s, const struct dw_fact *f)
{
	if (!HAS(f, STATUS))
		return;
	s->status = f->status;
	if (f->status == DW_ACTIVE) {
		if (s->active_at == 0)
			s->active_at = f->occurred_at;
		s->resolved_at = s->reviewed_at = 0;
		s->resolved_seq = 0;
	} else if (f->status == DW_RESOLVED) {
		s->resolved_at = f->occurred_at;
		s->resolved_seq = f->seq;
	} else if (f->status == DW_REVIEWED) {
		s->reviewed_at = f->occurred_at;
	}
}

static void apply_own(struct dw_incident *s, const struct dw_fact *f)
{
	switch ((unsigned)f->type) {
	case DW_EV_INCIDENT_DECLARED:
		apply_declared(s, f);
		break;
	case DW_EV_INCIDENT_STATUS_CHANGED:
		apply_status(s, f);
		break;
	case DW_EV_INCIDENT_MERGED:
		s->status = DW_MERGED;
		s->merged_into = f->into;
		break;
	default:
		apply_changed(s, f);
		break;
	}
	s->version = f->seq;
	s->changed_at = f->recorded_at;
}

/* ---- people ---- */

static void drop_participant(struct dw_incident *s, uint64_t id)
{
	const struct dw_participant *p = dw_incident_participant(s, id);

	if (p != NULL)
		DROP(&s->participants, (size_t)(p - s->participants.p));
}

static void apply_joined(struct dw_incident *s, const struct dw_fact *f)
{
	struct dw_participant *p;

	if (f->replaces != 0)
		drop_participant(s, f->replaces);
	if (f->user == 0)
		return;
	p = ADD(&s->participants);
	/* An office that this version does not know is none that it gives rights for. */
	*p = (struct dw_participant){ f->seq, f->user,
				      HAS(f, ROLE) ? f->role : DW_ROOM_MEMBER,
				      f->is_deputy, f->recorded_at };
}

/* ---- mentions ---- */

static void apply_linked(struct dw_incident *s, const struct dw_fact *f)
{
	for (size_t i = 0; i < f->linked.n; i++)
		(void)dw_links_add(&s->links, f->linked.p[i]);
}

/* What is not in the room spreads nothing in it. */
static void apply_unlinked(struct dw_incident *s, const struct dw_fact *f)
{
	for (size_t i = 0; i < f->ids.n; i++) {
		(void)dw_links_remove(&s->links, f->ids.p[i]);
		for (size_t k = 0; k < s->claims.n; k++)
			(void)dw_links_remove(&s->claims.p[k].spread, f->ids.p[i]);
	}
}

/* ---- claims ---- */

static void apply_claim_added(struct dw_incident *s, const struct dw_fact *f)
{
	struct dw_claim *c = ADD(&s->claims);

	c->id = c->version = c->flipped = f->seq;
	c->by = f->actor;
	c->at = f->occurred_at;
	c->text = f->text;
	c->verdict = f->verdict;
	c->owner = f->owner;
	c->recheck_at = f->recheck_at;
}

static void apply_claim_changed(struct dw_incident *s, const struct dw_fact *f)
{
	struct dw_claim *c = find_claim(s, f->claim);

	if (c == NULL)
		return;
	c->version = f->seq;
	if (HAS(f, VERDICT) && f->verdict != c->verdict) {
		c->verdict = f->verdict;
		c->flipped = f->seq;
	}
	if (HAS(f, OWNER))
		c->owner = f->owner;
	if (HAS(f, RECHECK_AT)) {
		c->recheck_at = f->recheck_at;
		c->said_at = 0;
	}
	for (size_t i = 0; i < f->evidence.n; i++) {
		c->exhibit = incident_grow(c->exhibit, c->n_exhibits, &c->cap_exhibits,
					   sizeof(*c->exhibit));
		c->exhibit[c->n_exhibits++] =
			(struct dw_exhibit){ f->evidence.p[i], f->seq, f->actor,
					     f->recorded_at };
	}
}

static void apply_claim_linked(struct dw_incident *s, const struct dw_fact *f)
{
	struct dw_claim *c = find_claim(s, f->claim);

	for (size_t i = 0; c != NULL && i < f->ids.n; i++) {
		const struct dw_linked *link = dw_links_find(&s->links, f->ids.p[i]);

		if (link != NULL)
			(void)dw_links_add(&c->spread, *link);
	}
}

static void apply_claim_unlinked(struct dw_incident *s, const struct dw_fact *f)
{
	struct dw_claim *c = find_claim(s, f->claim);

	for (size_t i = 0; c != NULL && i < f->ids.n; i++)
		(void)dw_links_remove(&c->spread, f->ids.p[i]);
}

/* ---- tasks ---- */

static void apply_task_added(struct dw_incident *s, const struct dw_fact *f)
{
	struct dw_todo *t = ADD(&s->tasks);

	t->id = t->version = f->seq;
	t->by = f->actor;
	t->at = f->occurred_at;
	t->title = f->title;
	t->owner = f->owner;
	t->due_at = f->due_at;
	t->has_role = HAS(f, ROLE);
	t->role = f->role;
	t->playbook = f->back > 0 && f->back < f->seq ? f->seq - f->back : 0;
}

static void apply_task_changed(struct dw_incident *s, const struct dw_fact *f)
{
	struct dw_todo *t = find_task(s, f->task);

	if (t == NULL)
		return;
	t->version = f->seq;
	if (HAS(f, TITLE))
		t->title = f->title;
	if (HAS(f, OWNER))
		t->owner = f->owner;
	if (HAS(f, DUE_AT))
		t->due_at = f->due_at;
	if (HAS(f, DUE_AT) || HAS(f, DONE))
		t->said_at = 0;
	if (HAS(f, DONE)) {
		t->is_done = f->is_done;
		t->done_at = f->is_done ? f->occurred_at : 0;
		t->done_by = f->is_done ? f->actor : 0;
	}
}

/* ---- overdue: no change of theirs ---- */

static void apply_overdue(struct dw_incident *s, const struct dw_fact *f)
{
	struct dw_todo *t = find_task(s, f->task);
	struct dw_claim *c = find_claim(s, f->claim);

	if (f->type == DW_EV_WORD_OVERDUE)
		incident_apply_word_overdue(s, f);
	else if (f->type == DW_EV_TASK_OVERDUE && t != NULL)
		t->said_at = f->due_at;
	else if (f->type == DW_EV_CLAIM_OVERDUE && c != NULL)
		c->said_at = f->recheck_at;
}

/* ---- decisions, milestones ---- */

static void apply_decision(struct dw_incident *s, const struct dw_fact *f)
{
	struct dw_decision *old = find_decision(s, f->supersedes);
	struct dw_decision *d;

	if (old != NULL)
		old->superseded_by = f->seq;
	d = ADD(&s->decisions);
	*d = (struct dw_decision){ .id = f->seq,
				   .by = f->actor,
				   .at = f->occurred_at,
				   .known_at = f->known_at,
				   .supersedes = f->supersedes,
				   .question = f->question,
				   .choice = f->choice,
				   .reasons = f->reasons,
				   .options = f->options,
				   .deciders = f->deciders,
				   .consulted = f->consulted };
}

static void apply_unpinned(struct dw_incident *s, const struct dw_fact *f)
{
	const struct dw_pin *p = dw_incident_pin(s, f->target);

	if (p != NULL)
		DROP(&s->pins, (size_t)(p - s->pins.p));
}

static void apply_pinned(struct dw_incident *s, const struct dw_fact *f)
{
	const struct dw_entry *e = dw_incident_entry(s, f->target);
	struct dw_pin *p;

	apply_unpinned(s, f);
	p = ADD(&s->pins);
	*p = (struct dw_pin){ f->target, f->actor,
			      e != NULL ? e->occurred_at : f->occurred_at, f->label };
}

static void apply_file(struct dw_incident *s, const struct dw_fact *f)
{
	*ADD(&s->files) = (struct dw_room_file){ .id = f->seq,
						 .by = f->actor,
						 .size = f->size,
						 .at = f->occurred_at,
						 .captured_at = f->captured_at,
						 .name = f->name,
						 .media = f->media,
						 .sha256 = f->sha256 };
}

/* ---- all ---- */

static void apply_more(struct dw_incident *s, const struct dw_fact *f)
{
	switch ((unsigned)f->type) {
	case DW_EV_INCIDENT_ABSORBED:
		*ADD(&s->absorbed) = f->from;
		break;
	case DW_EV_NOTE_ADDED:
		incident_apply_note(s, f);
		break;
	case DW_EV_CORRECTION_ADDED:
		incident_apply_correction(s, f);
		break;
	case DW_EV_DECISION_MADE:
		apply_decision(s, f);
		break;
	case DW_EV_MILESTONE_PINNED:
		apply_pinned(s, f);
		break;
	case DW_EV_MILESTONE_UNPINNED:
		apply_unpinned(s, f);
		break;
	case DW_EV_PLAYBOOK_STARTED:
		incident_apply_started(s, f);
		break;
	case DW_EV_INCIDENT_SPLIT:
		incident_apply_split(s, f);
		break;
	case DW_EV_WORD_SPOKEN:
		incident_apply_word(s, f);
		break;
	case DW_EV_CADENCE_SET:
		incident_apply_cadence(s, f);
		break;
	case DW_EV_FILE_ADDED:
		apply_file(s, f);
		break;
	case DW_EV_STATEMENT_DRAFTED:
		s->n_statements++;
		break;
	case DW_EV_WORD_OVERDUE:
	case DW_EV_TASK_OVERDUE:
	case DW_EV_CLAIM_OVERDUE:
		apply_overdue(s, f);
		break;
	default:
		break;
	}
}

void dw_incident_apply(struct dw_incident *s, const struct dw_fact *f)
{
	DW_REQUIRE(f->seq > s->seq);
	incident_trail(s, f);
	switch ((unsigned)f->type) {
	case DW_EV_INCIDENT_DECLARED:
	case DW_EV_INCIDENT_CHANGED:
	case DW_EV_INCIDENT_SEVERITY_CHANGED:
	case DW_EV_INCIDENT_STATUS_CHANGED:
	case DW_EV_INCIDENT_ACCESS_CHANGED:
	case DW_EV_INCIDENT_MERGED:
		apply_own(s, f);
		break;
	case DW_EV_PARTICIPANT_ADDED:
		apply_joined(s, f);
		break;
	case DW_EV_PARTICIPANT_LEFT:
		drop_participant(s, f->participant);
		break;
	case DW_EV_MENTION_LINKED:
		apply_linked(s, f);
		break;
	case DW_EV_MENTION_UNLINKED:
		apply_unlinked(s, f);
		break;
	case DW_EV_CLAIM_ADDED:
		apply_claim_added(s, f);
		break;
	case DW_EV_CLAIM_CHANGED:
		apply_claim_changed(s, f);
		break;
	case DW_EV_CLAIM_LINKED:
		apply_claim_linked(s, f);
		break;
	case DW_EV_CLAIM_UNLINKED:
		apply_claim_unlinked(s, f);
		break;
	case DW_EV_TASK_ADDED:
		apply_task_added(s, f);
		break;
	case DW_EV_TASK_CHANGED:
		apply_task_changed(s, f);
		break;
	default:
		apply_more(s, f);
		break;
	}
	s->weight += dw_incident_weight(f);
	*ADD(&s->entries) = (struct dw_entry){ f->seq, f->occurred_at };
	s->seq = f->seq;
}
