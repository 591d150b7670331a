/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * decide.c - a command against the state of a room: the events that it comes to, or a refusal.
 *
 *   who may (policy) ─► is it what they saw (version) ─► rules of the command ─► plan
 *
 * A command that would change nothing has an empty plan and is no event. What belongs to
 * severity, status and access is an event of its own, with a reason where the rules ask for one:
 * the timeline is read by kinds. Refusals name the field, and say who could or what would do.
 *
 * Rules about a claim, a task, a decision and the rest stand in decide_more.c.
 */
#include "decide_int.h"

#include "text/nameset.h"

#include <stdlib.h>

#define H(id) DW_HAS(id)
#define IDS_EACH 500 /* mentions in one event of a merger */

static const struct {
	uint64_t required, known;
} fields[DW_CMD_COUNT] = {
#define X(id, text, right, besides, need, others)                                        \
	[DW_CMD_##id] = { (need), (need) | (others) },
#include "domain/command.def"
#undef X
};

uint64_t dw_command_required(enum dw_command_type t)
{
	return fields[t].required;
}

uint64_t dw_command_known(enum dw_command_type t)
{
	return fields[t].known;
}

/* ---- the plan ---- */

void dw_plan_fini(struct dw_plan *p)
{
	free(p->fact);
	free(p->room_back);
	p->fact = NULL;
	p->room_back = NULL;
	p->n = p->cap = 0;
}

struct dw_fact *plan_add(struct deciding *d, enum dw_event_type type)
{
	struct dw_plan *p = d->plan;
	struct dw_fact *f;

	if (p->n == p->cap) {
		p->cap = p->cap > 0 ? p->cap * 2 : 4;
		p->fact = realloc(p->fact, p->cap * sizeof(*p->fact));
		p->room_back = realloc(p->room_back, p->cap * sizeof(*p->room_back));
		DW_INVARIANT(p->fact != NULL && p->room_back != NULL);
	}
	f = &p->fact[p->n];
	memset(f, 0, sizeof(*f));
	f->type = type;
	f->actor = d->c->who.id;
	f->room = d->s != NULL ? d->s->id : 0;
	p->room_back[p->n] = d->s != NULL ? 0 : (unsigned)p->n + 1;
	p->n++;
	return f;
}

void plan_take(struct dw_fact *f, const struct dw_fact *from, uint64_t which)
{
	struct dw_fact head = *f;

	*f = *from;
	f->has = from->has & which & dw_fact_fields(head.type);
	f->type = head.type;
	f->actor = head.actor;
	f->room = head.room;
	f->seq = 0;
	f->recorded_at = f->occurred_at = 0;
	f->is_erased = false;
}

int refuse(struct deciding *d, int code, const char *at, const char *why)
{
	(void)dw_fault_set(d->fault, at, "%s", why);
	return code;
}

/* ---- what is asked of most commands ---- */

int check_version(struct deciding *d, uint64_t version)
{
	if (d->c->version == 0 || d->c->version == version)
		return 0;
	(void)dw_fault_set(d->fault, "", "it has changed since version %llu",
			   (unsigned long long)d->c->version);
	return DW_EMOVED;
}

int check_person(struct deciding *d, uint64_t user, const char *at)
{
	const struct dw_incident *s = d->s;

	if (user == 0)
		return 0;
	if (!d->c->people.is_active(d->c->people.ctx, user))
		return refuse(d, DW_EUNPROCESSABLE, at,
			      "there is no account of this id, or it is disabled");
	if (s != NULL && s->is_restricted && !dw_incident_has_user(s, user))
		return refuse(d, DW_EUNPROCESSABLE, at,
			      "they are no participant of this restricted room: add them "
			      "first");
	return 0;
}

int check_linked(struct deciding *d, uint64_t mention, const char *at)
{
	const struct dw_command *c = d->c;

	for (size_t i = 0; i < c->n_links; i++)
		if (c->links[i].id == mention)
			return 0;
	(void)dw_fault_set(d->fault, at, "there is no mention %llu",
			   (unsigned long long)mention);
	return DW_EUNPROCESSABLE;
}

int check_inside(struct deciding *d, const char *key)
{
	const struct dw_refs *ids = &d->c->f.ids;

	for (size_t i = 0; i < ids->n; i++) {
		char at[40];

		if (dw_incident_has_mention(d->s, ids->p[i]))
			continue;
		snprintf(at, sizeof(at), "%s/%zu", key, i);
		return refuse(d, DW_EUNPROCESSABLE, at,
			      "this mention is not in this incident");
	}
	return 0;
}

static int check_reason(struct deciding *d, const char *what)
{
	if ((d->c->f.has & H(REASON)) != 0)
		return 0;
	(void)dw_fault_set(d->fault, "/reason", "say why: %s needs a reason", what);
	return DW_EUNPROCESSABLE;
}

/* ---- mentions ---- */

/* One event with those of the looked-up mentions that are not in the room yet. */
static void plan_links(struct deciding *d)
{
	const struct dw_command *c = d->c;
	struct dw_linked *list =
		dw_arena_alloc(d->plan->arena, (c->n_links + 1) * sizeof(*list));
	size_t n = 0;
	struct dw_fact *f;

	for (size_t i = 0; i < c->n_links; i++)
		if (d->s == NULL || !dw_incident_has_mention(d->s, c->links[i].id))
			list[n++] = c->links[i];
	if (n == 0)
		return;
	f = plan_add(d, DW_EV_MENTION_LINKED);
	f->has = H(LINKED);
	f->linked.p = list;
	f->linked.n = n;
}

static int check_ids(struct deciding *d, const char *key)
{
	const struct dw_refs *ids = &d->c->f.ids;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < ids->n; i++) {
		char at[40];

		snprintf(at, sizeof(at), "%s/%zu", key, i);
		rc = check_linked(d, ids->p[i], at);
	}
	return rc;
}

static int decide_link(struct deciding *d)
{
	int rc = check_ids(d, "/ids");

	if (rc < 0)
		return rc;
	if (d->c->f.ids.n == 0)
		return refuse(d, DW_EINVAL, "/ids", "give at least one mention");
	if (d->s->links.n + d->c->n_links > DW_LINKS_MAX)
		return refuse(d, DW_EUNPROCESSABLE, "/ids",
			      "this incident has as many mentions as it may");
	plan_links(d);
	return 0;
}

static int decide_unlink(struct deciding *d)
{
	const struct dw_refs *ids = &d->c->f.ids;
	uint64_t *list = dw_arena_alloc(d->plan->arena, (ids->n + 1) * sizeof(*list));
	size_t n = 0;
	struct dw_fact *f;

	for (size_t i = 0; i < ids->n; i++) {
		bool is_new = dw_incident_has_mention(d->s, ids->p[i]);

		for (size_t k = 0; is_new && k < n; k++)
			is_new = list[k] != ids->p[i];
		if (is_new)
			list[n++] = ids->p[i];
	}
	if (n == 0)
		return 0;
	f = plan_add(d, DW_EV_MENTION_UNLINKED);
	f->has = H(MENTIONS);
	f->ids = (struct dw_refs){ list, n };
	return 0;
}

/* ---- the incident itself ---- */

static int decide_declare(struct deciding *d)
{
	int rc = check_ids(d, "/mentions");
	struct dw_fact *f;

	if (rc < 0)
		return rc;
	f = plan_add(d, DW_EV_INCIDENT_DECLARED);
	plan_take(f, &d->c->f, UINT64_MAX);
	f->has |= H(DRILL) | H(RESTRICTED);
	if (f->is_restricted) {
		f = plan_add(d, DW_EV_PARTICIPANT_ADDED);
		f->has = H(USER) | H(ROLE) | H(DEPUTY);
		f->user = d->c->who.id;
		f->role = DW_ROOM_MEMBER;
	}
	plan_links(d);
	return 0;
}

static bool is_other(struct dw_str a, struct dw_str b)
{
	if (a.p == NULL || b.p == NULL)
		return a.p != b.p;
	return !dw_str_eq(a, b);
}

static bool are_other(const struct dw_texts *a, const struct dw_texts *b)
{
	bool is = a->n != b->n;

	for (size_t i = 0; !is && i < a->n; i++)
		is = is_other(a->p[i], b->p[i]);
	return is;
}

static int check_names(struct deciding *d)
{
	const struct dw_texts *names = &d->c->f.names;

	for (size_t i = 0; i < names->n; i++) {
		const char *why = dw_name_refused(names->p[i]);
		char at[40];

		if (why == NULL)
			continue;
		snprintf(at, sizeof(at), "/names/%zu", i);
		return refuse(d, DW_EUNPROCESSABLE, at, why);
	}
	return 0;
}

static void plan_words(struct deciding *d)
{
	const struct dw_fact *f = &d->c->f;
	uint64_t which = 0;

	if ((f->has & H(TITLE)) != 0 && is_other(f->title, d->s->title))
		which |= H(TITLE);
	if ((f->has & H(TYPE)) != 0 && is_other(f->kind, d->s->kind))
		which |= H(TYPE);
	if ((f->has & H(SUMMARY)) != 0 && is_other(f->summary, d->s->summary))
		which |= H(SUMMARY);
	if ((f->has & H(NAMES)) != 0 && are_other(&f->names, &d->s->names))
		which |= H(NAMES);
	if (which != 0)
		plan_take(plan_add(d, DW_EV_INCIDENT_CHANGED), f, which);
}

static int plan_severity(struct deciding *d)
{
	struct dw_fact *f;
	int rc;

	if ((d->c->f.has & H(SEVERITY)) == 0 || d->c->f.severity == d->s->severity)
		return 0;
	rc = check_reason(d, "another severity");
	if (rc < 0)
		return rc;
	f = plan_add(d, DW_EV_INCIDENT_SEVERITY_CHANGED);
	plan_take(f, &d->c->f, H(SEVERITY) | H(REASON));
	f->has |= H(WAS_SEVERITY);
	f->was_severity = d->s->severity;
	return 0;
}

static int plan_status(struct deciding *d)
{
	unsigned from = d->s->status, to = d->c->f.status;
	struct dw_fact *f;
	int rc;

	if ((d->c->f.has & H(STATUS)) == 0 || to == from)
		return 0;
	if (!dw_status_may_move(from, to)) {
		(void)dw_fault_set(d->fault, "/status", "%s cannot become %s%s",
				   dw_word_name(DW_WORD_STATUS, from),
				   dw_word_name(DW_WORD_STATUS, to),
				   to == DW_MERGED ? ": give merge_into" : "");
		return DW_EUNPROCESSABLE;
	}
	rc = check_reason(d, "a move");
	if (rc < 0)
		return rc;
	f = plan_add(d, DW_EV_INCIDENT_STATUS_CHANGED);
	plan_take(f, &d->c->f, H(STATUS) | H(REASON));
	f->has |= H(WAS_STATUS);
	f->was_status = from;
	return 0;
}

/* Whoever closes a room stays inside. */
static void plan_access(struct deciding *d)
{
	const struct dw_fact *f = &d->c->f;

	if ((f->has & H(RESTRICTED)) == 0 || f->is_restricted == d->s->is_restricted)
		return;
	if (f->is_restricted && !dw_incident_has_user(d->s, d->c->who.id)) {
		struct dw_fact *p = plan_add(d, DW_EV_PARTICIPANT_ADDED);

		p->has = H(USER) | H(ROLE) | H(DEPUTY);
		p->user = d->c->who.id;
		p->role = DW_ROOM_MEMBER;
	}
	plan_take(plan_add(d, DW_EV_INCIDENT_ACCESS_CHANGED), f,
		  H(RESTRICTED) | H(REASON));
}

/* Links of the merged incident as new events in the other one. */
static void plan_moved_links(struct deciding *d, const struct dw_incident *from)
{
	struct dw_linked *list =
		dw_arena_alloc(d->plan->arena, (from->links.n + 1) * sizeof(*list));
	size_t n = 0;

	for (const struct dw_linked *one = dw_links_from(&from->links, 0); one != NULL;
	     one = dw_links_from(&from->links, one->id + 1))
		if (!dw_incident_has_mention(d->s, one->id))
			list[n++] = *one;
	for (size_t i = 0; i < n; i += IDS_EACH) {
		struct dw_fact *f = plan_add(d, DW_EV_MENTION_LINKED);

		f->has = H(LINKED);
		f->linked.p = list + i;
		f->linked.n = n - i < IDS_EACH ? n - i : IDS_EACH;
	}
}

static int plan_merge(struct deciding *d)
{
	const struct dw_incident *s = d->s, *into = d->into;
	struct dw_fact *f;
	int rc = check_reason(d, "merging");

	if (rc < 0)
		return rc;
	if (d->c->f.has != (H(MERGE_INTO) | H(REASON)))
		return refuse(d, DW_EUNPROCESSABLE, "/merge_into",
			      "merging stands alone: give only merge_into and reason");
	if (into == NULL || into->id == s->id || into->status == DW_MERGED)
		return refuse(d, DW_EUNPROCESSABLE, "/merge_into",
			      "there is no other incident of this id that is not merged "
			      "itself");
	if (into->is_drill != s->is_drill || into->is_restricted != s->is_restricted)
		return refuse(d, DW_EUNPROCESSABLE, "/merge_into",
			      "both must be drills or neither, and both restricted or "
			      "neither");
	f = plan_add(d, DW_EV_INCIDENT_MERGED);
	plan_take(f, &d->c->f, H(REASON));
	f->has |= H(INTO) | H(WAS_STATUS);
	f->into = into->id;
	f->was_status = s->status;
	d->s = into;
	f = plan_add(d, DW_EV_INCIDENT_ABSORBED);
	plan_take(f, &d->c->f, H(REASON));
	f->has |= H(FROM);
	f->from = s->id;
	plan_moved_links(d, s);
	d->s = s;
	return 0;
}

static int decide_change(struct deciding *d)
{
	int rc = check_version(d, d->s->version);

	if (rc == 0)
		rc = check_names(d);
	if (rc < 0)
		return rc;
	if ((d->c->f.has & H(MERGE_INTO)) != 0)
		return plan_merge(d);
	plan_words(d);
	rc = plan_severity(d);
	if (rc == 0)
		rc = plan_status(d);
	if (rc == 0)
		plan_access(d);
	return rc;
}

/* ---- all ---- */

static bool is_about_claim(enum dw_command_type type)
{
	return type == DW_CMD_CHANGE_CLAIM || type == DW_CMD_LINK_CLAIM ||
	       type == DW_CMD_UNLINK_CLAIM;
}

static struct dw_standing standing(const struct deciding *d)
{
	const struct dw_command *c = d->c;
	const struct dw_incident *s = d->s;
	struct dw_standing out = { false, false, false };
	const struct dw_claim *claim = NULL;
	const struct dw_todo *task = NULL;
	const struct dw_participant *p = NULL;

	if (s == NULL || c->who.id == 0)
		return out;
	out.is_lead = dw_incident_is_led_by(s, c->who.id);
	if (is_about_claim(c->type))
		claim = dw_incident_claim(s, c->child);
	if (c->type == DW_CMD_CHANGE_TASK)
		task = dw_incident_task(s, c->child);
	if (c->type == DW_CMD_LEAVE)
		p = dw_incident_participant(s, c->child);
	out.is_owner = (claim != NULL && claim->owner == c->who.id) ||
		       (task != NULL && task->owner == c->who.id);
	out.is_self = (p != NULL && p->user == c->who.id) ||
		      (c->type == DW_CMD_JOIN && c->f.user == c->who.id &&
		       c->f.role == DW_ROOM_MEMBER && (c->f.has & H(REPLACES)) == 0);
	return out;
}

static int decide_one(struct deciding *d)
{
	static int (*const rules[DW_CMD_COUNT])(struct deciding * d) = {
		[DW_CMD_DECLARE] = decide_declare,
		[DW_CMD_CHANGE] = decide_change,
		[DW_CMD_LINK] = decide_link,
		[DW_CMD_UNLINK] = decide_unlink,
		[DW_CMD_NOTE] = decide_note,
		[DW_CMD_CORRECT] = decide_correct,
		[DW_CMD_ADD_CLAIM] = decide_add_claim,
		[DW_CMD_CHANGE_CLAIM] = decide_change_claim,
		[DW_CMD_LINK_CLAIM] = decide_link_claim,
		[DW_CMD_UNLINK_CLAIM] = decide_unlink_claim,
		[DW_CMD_ADD_TASK] = decide_add_task,
		[DW_CMD_CHANGE_TASK] = decide_change_task,
		[DW_CMD_DECIDE] = decide_decision,
		[DW_CMD_JOIN] = decide_join,
		[DW_CMD_LEAVE] = decide_leave,
		[DW_CMD_PIN] = decide_pin,
		[DW_CMD_UNPIN] = decide_unpin,
		[DW_CMD_START] = decide_start,
		[DW_CMD_SPLIT] = decide_split,
		[DW_CMD_SPEAK] = decide_speak,
		[DW_CMD_SET_CADENCE] = decide_set_cadence,
		[DW_CMD_ADD_FILE] = decide_add_file,
		[DW_CMD_OVERDUE] = decide_overdue,
	};

	DW_REQUIRE(rules[d->c->type] != NULL);
	return rules[d->c->type](d);
}

/* What is merged goes on in the other incident; mistakes in it can still be corrected. */
static int check_open(struct deciding *d)
{
	if (d->s == NULL || d->s->status != DW_MERGED || d->c->type == DW_CMD_CORRECT)
		return 0;
	(void)dw_fault_set(d->fault, "",
			   "this incident was merged into %llu: it goes on there",
			   (unsigned long long)d->s->merged_into);
	return DW_EUNPROCESSABLE;
}

static int check_weight(struct deciding *d)
{
	size_t more = 0;

	for (size_t i = 0; i < d->plan->n; i++)
		more += dw_incident_weight(&d->plan->fact[i]);
	if (more == 0 || d->s->weight + more <= DW_ROOM_TEXT_MAX)
		return 0;
	return refuse(d, DW_EUNPROCESSABLE, "",
		      "this incident holds as much text as it may");
}

int dw_decide(const struct dw_command *c, const struct dw_incident *s,
	      const struct dw_incident *into, struct dw_plan *p, struct dw_fault *fault)
{
	struct deciding d = { c, s, into, p, fault };
	struct dw_standing how = standing(&d);
	struct dw_err err = { 0 };
	int rc = dw_policy_command(&c->who, c->type, &how, &err);

	DW_REQUIRE(p->n == 0 && (s != NULL) == (c->type != DW_CMD_DECLARE));
	if (rc < 0)
		return refuse(&d, rc, "", dw_err_text(&err));
	rc = check_open(&d);
	if (rc == 0)
		rc = decide_one(&d);
	if (rc == 0)
		rc = check_weight(&d);
	if (rc < 0)
		p->n = 0;
	return rc;
}
