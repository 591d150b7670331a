/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_incident.c - rooms by themselves: commands are decided and folded, nothing is stored. By hand,
 * what a reader of the record relies on; then thousands of commands by a die, after each of which
 * the rules of a room must hold.
 */
#include "base/blob.h"
#include "domain/decide.h"
#include "factgen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define H(id) DW_HAS(id)
#define PEOPLE 30
#define LEAD 7

/* ---- a room that commands are given to ---- */

struct table {
	struct dw_incident *s;
	struct dw_plan plan;
	struct dw_fault fault;
	uint64_t seq;
	int64_t now;
	uint64_t room;
	struct dw_incident *part; /* what was split off last */
	size_t n_part;		  /* events of the last plan that are of that part */
};

static bool is_active(void *ctx, uint64_t user)
{
	return user >= 1 && user <= PEOPLE;
}

static struct dw_command command(enum dw_command_type type, const struct table *t)
{
	return (struct dw_command){ .type = type,
				    .who = { DW_USER, LEAD, DW_ROLE_LEAD, 0, 1 },
				    .people = { is_active, NULL },
				    .now = t->now,
				    .head = t->seq };
}

static void table_init(struct table *t)
{
	memset(t, 0, sizeof(*t));
	t->s = dw_incident_create();
	t->plan.arena = t->s->arena;
	t->seq = 100;
	t->now = INT64_C(1790000000000000);
}

static void table_fini(struct table *t)
{
	dw_plan_fini(&t->plan);
	dw_incident_destroy(t->s);
	dw_incident_destroy(t->part);
}

/* An event is of the room, or of one that was split off in the same batch. */
static void apply(struct table *t, const struct dw_fact *f)
{
	if (t->s->id == 0 || f->room == t->s->id) {
		dw_incident_apply(t->s, f);
		t->room = t->s->id;
		return;
	}
	if (t->n_part++ == 0) {
		dw_incident_destroy(t->part);
		t->part = dw_incident_create();
	}
	dw_incident_apply(t->part, f);
}

/* Decide, and what comes of it as the journal would have it. */
static int give(struct table *t, const struct dw_command *c)
{
	int rc;

	dw_plan_fini(&t->plan);
	memset(&t->fault, 0, sizeof(t->fault));
	t->n_part = 0;
	rc = dw_decide(c, t->s->id != 0 ? t->s : NULL, NULL, &t->plan, &t->fault);
	t->now += 1000000;
	for (size_t i = 0; rc == 0 && i < t->plan.n; i++) {
		struct dw_fact *f = &t->plan.fact[i], read;

		f->seq = ++t->seq;
		if (t->plan.room_back[i] > 0)
			f->room = f->seq - (t->plan.room_back[i] - 1);
		f->recorded_at = t->now;
		f->occurred_at = f->occurred_at != 0 ? f->occurred_at : t->now;
		factgen_reread(&read, f, t->s->arena);
		apply(t, &read);
	}
	return rc;
}

static void declare(struct table *t, bool is_restricted)
{
	struct dw_command c = command(DW_CMD_DECLARE, t);

	c.f.has = H(TITLE) | H(SEVERITY) | H(RESTRICTED);
	c.f.title = DW_STR("A cable is cut");
	c.f.severity = 2;
	c.f.is_restricted = is_restricted;
	assert_int_equal(give(t, &c), 0);
	assert_int_equal(t->s->id, 101);
}

/* ---- by hand ---- */

static void status_moves_along_the_table(void **state)
{
	static const unsigned allowed[][2] = {
		{ DW_DECLARED, DW_ACTIVE },   { DW_DECLARED, DW_RESOLVED },
		{ DW_ACTIVE, DW_MONITORING }, { DW_ACTIVE, DW_RESOLVED },
		{ DW_MONITORING, DW_ACTIVE }, { DW_MONITORING, DW_RESOLVED },
		{ DW_RESOLVED, DW_ACTIVE },   { DW_RESOLVED, DW_REVIEWED },
		{ DW_REVIEWED, DW_ACTIVE },
	};

	for (unsigned from = 0; from < DW_STATUS_COUNT; from++) {
		for (unsigned to = 0; to < DW_STATUS_COUNT; to++) {
			bool want = false;

			for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++)
				want |= allowed[i][0] == from && allowed[i][1] == to;
			assert_int_equal(dw_status_may_move(from, to), want);
		}
	}
}

static void a_move_needs_a_reason_and_says_from_where(void **state)
{
	struct table t;
	struct dw_command c;

	table_init(&t);
	declare(&t, false);
	c = command(DW_CMD_CHANGE, &t);
	c.f.has = H(STATUS);
	c.f.status = DW_ACTIVE;
	assert_int_equal(give(&t, &c), DW_EUNPROCESSABLE);
	assert_string_equal(t.fault.pointer, "/reason");
	assert_int_equal(t.plan.n, 0);
	c.f.has |= H(REASON);
	c.f.reason = DW_STR("crews are there");
	assert_int_equal(give(&t, &c), 0);
	assert_int_equal(t.plan.n, 1);
	assert_int_equal(t.plan.fact[0].was_status, DW_DECLARED);
	assert_int_equal(t.s->status, DW_ACTIVE);
	assert_int_equal(t.s->version, t.seq);
	assert_int_equal(give(&t, &c), 0);
	assert_int_equal(t.plan.n, 0); /* it is so already */
	c.version = 101;
	c.f.status = DW_RESOLVED;
	assert_int_equal(give(&t, &c), DW_EMOVED);
	table_fini(&t);
}

static void an_office_is_handed_over_and_not_taken(void **state)
{
	struct table t;
	struct dw_command c;
	uint64_t first;

	table_init(&t);
	declare(&t, false);
	assert_null(dw_incident_office(t.s, DW_ROOM_LEAD, false));
	c = command(DW_CMD_JOIN, &t);
	c.f.has = H(USER) | H(ROLE);
	c.f.user = 3;
	c.f.role = DW_ROOM_LEAD;
	assert_int_equal(give(&t, &c), 0);
	first = t.seq;
	c.f.user = 4;
	assert_int_equal(give(&t, &c), DW_EEXISTS);
	c.f.has |= H(REPLACES);
	c.f.replaces = first;
	assert_int_equal(give(&t, &c), 0);
	assert_int_equal(dw_incident_office(t.s, DW_ROOM_LEAD, false)->user, 4);
	assert_true(dw_incident_is_led_by(t.s, 4) && !dw_incident_is_led_by(t.s, 3));
	assert_null(dw_incident_participant(t.s, first));
	c.f.user = 5; /* who holds it has changed meanwhile */
	assert_int_equal(give(&t, &c), DW_ECONFLICT);
	table_fini(&t);
}

static void a_closed_room_keeps_somebody_inside(void **state)
{
	struct table t;
	struct dw_command c;

	table_init(&t);
	declare(&t, true);
	assert_true(t.s->is_restricted && dw_incident_has_user(t.s, LEAD));
	c = command(DW_CMD_LEAVE, &t);
	c.child = t.s->participants.p[0].id;
	assert_int_equal(give(&t, &c), DW_EUNPROCESSABLE);
	c = command(DW_CMD_ADD_TASK, &t);
	c.f.has = H(TITLE) | H(OWNER);
	c.f.title = DW_STR("Call the customers");
	c.f.owner = 9;
	assert_int_equal(give(&t, &c), DW_EUNPROCESSABLE);
	assert_string_equal(t.fault.pointer, "/owner");
	table_fini(&t);
}

static void an_observer_may_nothing(void **state)
{
	struct table t;

	table_init(&t);
	declare(&t, false);
	for (unsigned k = 0; k < DW_CMD_COUNT; k++) {
		struct dw_command c = command((enum dw_command_type)k, &t);
		struct dw_incident *s = k == DW_CMD_DECLARE ? NULL : t.s;

		dw_plan_fini(&t.plan);
		c.who.roles = DW_ROLE_OBSERVER;
		assert_int_equal(dw_decide(&c, s, NULL, &t.plan, &t.fault),
				 DW_EFORBIDDEN);
		assert_int_equal(t.plan.n, 0);
		assert_non_null(strstr(t.fault.detail, " may"));
	}
	table_fini(&t);
}

static void evidence_is_of_a_file_that_is_here(void **state)
{
	struct dw_evidence one = { .file = 0 };
	struct table t;
	struct dw_command c;

	table_init(&t);
	declare(&t, false);
	c = command(DW_CMD_ADD_FILE, &t);
	c.f.has = dw_command_required(DW_CMD_ADD_FILE);
	c.f.name = DW_STR("gate.png");
	c.f.media = DW_STR("image/png");
	c.f.sha256 = DW_STR(
		"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08");
	c.f.size = 4;
	assert_int_equal(give(&t, &c), 0);
	assert_int_equal(t.s->files.n, 1);
	assert_int_equal(t.s->files.p[0].captured_at, 0);
	one.file = t.seq;
	c = command(DW_CMD_ADD_CLAIM, &t);
	c.f.has = H(TEXT);
	c.f.text = DW_STR("The gate was open");
	assert_int_equal(give(&t, &c), 0);
	c = command(DW_CMD_CHANGE_CLAIM, &t);
	c.child = t.seq;
	c.f.has = H(EVIDENCE);
	c.f.evidence.p = &one;
	c.f.evidence.n = 1;
	assert_int_equal(give(&t, &c), 0);
	assert_int_equal(t.s->claims.p[0].exhibit[0].e.file, one.file);
	one.file = t.seq; /* is no file */
	assert_int_equal(give(&t, &c), DW_EUNPROCESSABLE);
	assert_string_equal(t.fault.pointer, "/evidence/0/file");
	table_fini(&t);
}

/* Nothing in the fold may stop at what is not there (any more). */
static void an_erased_event_leaves_its_place(void **state)
{
	for (unsigned k = 0; k < DW_EV_COUNT; k++) {
		struct dw_fact f = { .type = (enum dw_event_type)k,
				     .seq = 102,
				     .room = 101,
				     .actor = 4,
				     .is_erased = true };
		struct table t;

		if (dw_event_info((enum dw_event_type)k)->class != DW_CLASS_ROOM)
			continue;
		table_init(&t);
		declare(&t, false);
		dw_incident_apply(t.s, &f);
		assert_int_equal(t.s->seq, 102);
		assert_non_null(dw_incident_entry(t.s, 102));
		table_fini(&t);
	}
}

/* ---- by a die ---- */

struct player {
	struct table t;
	struct factgen g;
	unsigned made[DW_CMD_COUNT], refused[DW_CMD_COUNT];
};

static uint64_t below(struct player *p, uint64_t n)
{
	return seeded_below(&p->g.die, n);
}

#define SOME_OF(v) ((v).n > 0 ? (v).p[below(p, (v).n)].id : 0)

static uint64_t some_child(struct player *p, enum dw_command_type type)
{
	const struct dw_incident *s = p->t.s;

	switch ((unsigned)type) {
	case DW_CMD_CHANGE_CLAIM:
	case DW_CMD_LINK_CLAIM:
	case DW_CMD_UNLINK_CLAIM:
		return SOME_OF(s->claims);
	case DW_CMD_CHANGE_TASK:
		return SOME_OF(s->tasks);
	case DW_CMD_LEAVE:
		return SOME_OF(s->participants);
	case DW_CMD_UNPIN:
		return s->pins.n > 0 ? s->pins.p[below(p, s->pins.n)].target : 0;
	default:
		return 0;
	}
}

static void name_people(struct player *p, struct dw_fact *f)
{
	f->user = 1 + below(p, PEOPLE + 2);
	f->owner = below(p, 4) == 0 ? 0 : 1 + below(p, PEOPLE + 1);
	for (size_t i = 0; i < f->deciders.n; i++)
		f->deciders.p[i] = 1 + below(p, PEOPLE);
	for (size_t i = 0; i < f->consulted.n; i++)
		f->consulted.p[i] = 1 + below(p, PEOPLE);
}

/* The mentions that a command names, looked up: half of all there might be exist. */
static void look_up(struct dw_command *c, struct dw_arena *a)
{
	const struct dw_refs *ids = &c->f.ids;
	struct dw_linked *list = dw_arena_alloc(a, (ids->n + 1) * sizeof(*list));
	size_t n = 0;

	for (size_t i = 0; i < ids->n; i++) {
		bool is_new = true;

		ids->p[i] = 2 * (ids->p[i] / 2); /* the even ones */
		for (size_t k = 0; k < n; k++)
			is_new &= list[k].id != ids->p[i];
		if (is_new && ids->p[i] != 0)
			list[n++] = (struct dw_linked){ ids->p[i],
							(int64_t)ids->p[i] * 1000 };
	}
	c->links = list;
	c->n_links = n;
}

/* Three times in four there is one. */
static const struct dw_playbook_copy *some_playbook(struct player *p)
{
	struct dw_playbook_copy *copy = dw_arena_alloc(p->t.s->arena, sizeof(*copy));
	struct dw_playbook_task *task = dw_arena_alloc(p->t.s->arena, 2 * sizeof(*task));

	task[0] = (struct dw_playbook_task){ DW_STR("Ask them"), DW_ROOM_LEGAL, 900 };
	task[1] = (struct dw_playbook_task){ DW_STR("Speak"), DW_ROOM_SPOKESPERSON, 0 };
	*copy = (struct dw_playbook_copy){ .slug = DW_STR("a-cable"),
					   .lang = DW_STR("en"),
					   .title = DW_STR("A cable"),
					   .version = 1 + below(p, 5),
					   .roles = DW_STR("[]"),
					   .templates = DW_STR("[]"),
					   .task = task,
					   .n_tasks = 2 };
	for (unsigned i = 0; i < DW_AUDIENCE_COUNT; i++)
		copy->every_s[i] = 60 * below(p, 4);
	return below(p, 4) > 0 ? copy : NULL;
}

/* Whoever splits, or sorts by claims, mostly names what is there. */
static void keep_linked(struct player *p, struct dw_refs *ids)
{
	size_t n = 0;

	if (below(p, 4) == 0)
		return;
	for (size_t i = 0; i < ids->n; i++)
		if (dw_incident_has_mention(p->t.s, ids->p[i]))
			ids->p[n++] = ids->p[i];
	ids->n = n;
}

static struct dw_command some_command(struct player *p)
{
	enum dw_command_type type =
		(enum dw_command_type)below(p, DW_CMD_DRAFT_STATEMENT);
	struct dw_command c = command(type, &p->t);
	uint64_t others = dw_command_known(type) & ~dw_command_required(type);
	static const unsigned roles[] = { DW_ROLE_LEAD, DW_ROLE_LEAD, DW_ROLE_DRAFTER,
					  DW_ROLE_APPROVER, DW_ROLE_OBSERVER };

	p->g.seq = p->t.seq;
	p->g.room = p->t.room;
	p->g.now = p->t.now;
	c.who.id = 1 + below(p, PEOPLE);
	c.who.roles = roles[below(p, 5)];
	if (type == DW_CMD_OVERDUE && below(p, 2) != 0)
		c.who = (struct dw_principal){ .kind = DW_OPERATOR };
	c.child = some_child(p, type);
	others &= below(p, 3) == 0 ? 0 : seeded_next(&p->g.die) | H(REASON);
	factgen_fill(&p->g, &c.f, dw_command_required(type) | (others & ~H(MERGE_INTO)));
	name_people(p, &c.f);
	look_up(&c, p->t.s->arena);
	if (type == DW_CMD_START)
		c.playbook = some_playbook(p);
	if (type == DW_CMD_SPLIT || type == DW_CMD_LINK_CLAIM)
		keep_linked(p, &c.f.ids);
	return c;
}

/* Each office is held once, and ids are in order. */
static void check_people(const struct dw_incident *s)
{
	assert_true(!s->is_restricted || s->participants.n > 0);
	for (size_t i = 0; i < s->participants.n; i++) {
		const struct dw_participant *a = &s->participants.p[i];

		assert_ptr_equal(dw_incident_participant(s, a->id), a);
		if (a->role != DW_ROOM_MEMBER)
			assert_ptr_equal(dw_incident_office(s, a->role, a->is_deputy), a);
	}
}

static void check_objects(const struct dw_incident *s)
{
	for (size_t i = 0; i < s->claims.n; i++)
		assert_true(s->claims.p[i].version >= s->claims.p[i].id &&
			    s->claims.p[i].version <= s->seq &&
			    dw_incident_claim(s, s->claims.p[i].id) == &s->claims.p[i]);
	/* What spreads a claim is in the room. */
	for (size_t i = 0; i < s->claims.n; i++)
		for (const struct dw_linked *one =
			     dw_links_from(&s->claims.p[i].spread, 0);
		     one != NULL;
		     one = dw_links_from(&s->claims.p[i].spread, one->id + 1))
			assert_true(dw_incident_has_mention(s, one->id));
	for (size_t i = 0; i < s->tasks.n; i++)
		assert_true(s->tasks.p[i].version >= s->tasks.p[i].id &&
			    s->tasks.p[i].is_done == (s->tasks.p[i].done_at != 0));
	for (size_t i = 0; i < s->decisions.n; i++) {
		const struct dw_decision *d = &s->decisions.p[i];

		assert_true(d->known_at < d->id && d->deciders.n > 0);
		if (d->superseded_by != 0)
			assert_int_equal(
				dw_incident_decision(s, d->superseded_by)->supersedes,
				d->id);
	}
	for (size_t i = 0; i < s->pins.n; i++)
		assert_non_null(dw_incident_entry(s, s->pins.p[i].target));
	assert_int_equal(s->seq, s->entries.p[s->entries.n - 1].seq);
}

/* Nothing that was behind a door stands outside of it now, and the whole keeps what it had. */
static void check_part(const struct table *t)
{
	const struct dw_incident *whole = t->s, *part = t->part;

	if (t->n_part == 0)
		return;
	assert_int_equal(part->split_from, whole->id);
	assert_int_equal(whole->split_into.p[whole->split_into.n - 1], part->id);
	assert_true(part->is_restricted == whole->is_restricted &&
		    part->is_drill == whole->is_drill && part->links.n > 0);
	assert_true(!part->is_restricted ||
		    part->participants.n == whole->participants.n);
	for (size_t i = 0; i < part->participants.n; i++)
		assert_int_equal(part->participants.p[i].user,
				 whole->participants.p[i].user);
	check_people(part);
}

/* What has passed was said, and what has not was not. */
static bool is_said_in_time(void *data, const struct dw_due *due)
{
	assert_int_equal(due->is_said, due->at <= *(const int64_t *)data);
	return true;
}

static void check_said(const struct dw_incident *s, int64_t now)
{
	int64_t next = dw_incident_next_due(s);

	assert_true(next == 0 || next > now);
	dw_incident_each_due(s, is_said_in_time, &now);
}

static void check_plan(const struct player *p, const struct dw_command *c, unsigned was)
{
	for (size_t i = 0; i < p->t.plan.n; i++) {
		const struct dw_fact *f = &p->t.plan.fact[i];

		assert_int_equal(dw_event_info(f->type)->class, DW_CLASS_ROOM);
		assert_int_equal(f->actor, c->who.id);
		assert_true((f->actor == 0) == (c->type == DW_CMD_OVERDUE));
		assert_int_equal(f->room, i < p->t.n_part ? p->t.part->id : p->t.room);
		assert_int_equal(f->has & ~dw_fact_fields(f->type), 0);
		if (f->type == DW_EV_INCIDENT_STATUS_CHANGED) {
			assert_int_equal(f->was_status, was);
			assert_true(dw_status_may_move(was, f->status));
			assert_true(f->reason.n > 0);
			was = f->status;
		}
	}
	assert_int_equal(p->t.s->status, was);
}

static void turn(struct player *p)
{
	struct dw_command c = some_command(p);
	unsigned was = p->t.s->status;
	size_t entries = p->t.s->entries.n;
	int rc;

	if (c.type == DW_CMD_DECLARE)
		return;
	rc = give(&p->t, &c);
	if (rc < 0) {
		p->refused[c.type]++;
		assert_true(p->t.plan.n == 0 && p->t.fault.detail[0] != '\0');
		assert_int_equal(p->t.s->entries.n, entries);
		return;
	}
	p->made[c.type] += p->t.plan.n > 0;
	assert_int_equal(p->t.s->entries.n, entries + p->t.plan.n - p->t.n_part);
	check_plan(p, &c, was);
	check_part(&p->t);
	if (c.type == DW_CMD_OVERDUE && p->t.plan.n < 100)
		check_said(p->t.s, c.now);
	check_people(p->t.s);
	check_objects(p->t.s);
}

static void whatever_is_commanded_the_rules_hold(void **state)
{
	unsigned made[DW_CMD_COUNT] = { 0 }, refused[DW_CMD_COUNT] = { 0 };

	for (uint64_t seed = 1; seed <= 20; seed++) {
		static struct player p;
		struct dw_arena *a = dw_arena_create();

		memset(&p, 0, sizeof(p));
		table_init(&p.t);
		declare(&p.t, seed % 4 == 0);
		factgen_init(&p.g, seed, a, p.t.room);
		for (int i = 0; i < 1500; i++)
			turn(&p);
		for (unsigned k = 0; k < DW_CMD_COUNT; k++) {
			made[k] += p.made[k];
			refused[k] += p.refused[k];
		}
		table_fini(&p.t);
		dw_arena_destroy(a);
	}
	for (unsigned k = 0; k < DW_CMD_DRAFT_STATEMENT; k++)
		if (k != DW_CMD_DECLARE && (made[k] == 0 || refused[k] == 0))
			fail_msg("command %u: made %u, refused %u", k, made[k],
				 refused[k]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(status_moves_along_the_table),
		cmocka_unit_test(a_move_needs_a_reason_and_says_from_where),
		cmocka_unit_test(an_office_is_handed_over_and_not_taken),
		cmocka_unit_test(a_closed_room_keeps_somebody_inside),
		cmocka_unit_test(an_observer_may_nothing),
		cmocka_unit_test(evidence_is_of_a_file_that_is_here),
		cmocka_unit_test(an_erased_event_leaves_its_place),
		cmocka_unit_test(whatever_is_commanded_the_rules_hold),
	};

	return cmocka_run_group_tests_name("incident", tests, NULL, NULL);
}
