/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_incident_clock.c - what an audience was told, when it is to hear again and what else is due:
 * decided and folded by themselves, nothing is stored.
 */
#include "base/blob.h"
#include "domain/decide.h"
#include "factgen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define H(id) DW_HAS(id)
#define SECOND INT64_C(1000000)
#define HOUR (3600 * SECOND)
#define NOON INT64_C(1790000000000000)

struct table {
	struct dw_incident *s;
	struct dw_plan plan;
	struct dw_fault fault;
	uint64_t seq;
	int64_t now;
};

static bool is_active(void *ctx, uint64_t user)
{
	return user < 9;
}

/* Decide, and what comes of it as the journal would have it. */
static int give(struct table *t, struct dw_command *c)
{
	int rc;

	c->who = c->type == DW_CMD_OVERDUE
			 ? (struct dw_principal){ .kind = DW_OPERATOR }
			 : (struct dw_principal){ DW_USER, 7, DW_ROLE_LEAD, 0, 1 };
	c->people.is_active = is_active;
	c->now = t->now;
	c->head = t->seq;
	dw_plan_fini(&t->plan);
	memset(&t->fault, 0, sizeof(t->fault));
	rc = dw_decide(c, t->s->id != 0 ? t->s : NULL, NULL, &t->plan, &t->fault);
	for (size_t i = 0; rc == 0 && i < t->plan.n; i++) {
		struct dw_fact *f = &t->plan.fact[i], read;

		f->seq = ++t->seq;
		f->room = 101;
		f->recorded_at = t->now;
		f->occurred_at = f->occurred_at != 0 ? f->occurred_at : t->now;
		factgen_reread(&read, f, t->s->arena);
		dw_incident_apply(t->s, &read);
	}
	return rc;
}

static void table_init(struct table *t)
{
	struct dw_command c = { .type = DW_CMD_DECLARE };

	memset(t, 0, sizeof(*t));
	t->s = dw_incident_create();
	t->plan.arena = t->s->arena;
	t->seq = 100;
	t->now = NOON;
	c.f.has = H(TITLE) | H(SEVERITY);
	c.f.title = DW_STR("A cable is cut");
	c.f.severity = 2;
	assert_int_equal(give(t, &c), 0);
}

static void table_fini(struct table *t)
{
	dw_plan_fini(&t->plan);
	dw_incident_destroy(t->s);
}

static int speak(struct table *t, unsigned audience, int64_t at, int64_t next_at)
{
	struct dw_command c = { .type = DW_CMD_SPEAK };

	c.f.has = H(AUDIENCE) | H(TEXT) | (at != 0 ? H(OCCURRED_AT) : 0) |
		  (next_at != 0 ? H(NEXT_AT) : 0);
	c.f.audience = audience;
	c.f.text = DW_STR("We are looking into it");
	c.f.occurred = at;
	c.f.next_at = next_at;
	return give(t, &c);
}

/* Of 10,000 characters, three bytes each. */
static int speak_long(struct table *t)
{
	static char text[30000];
	struct dw_command c = { .type = DW_CMD_SPEAK };

	for (size_t i = 0; i < sizeof(text); i += 3)
		memcpy(text + i, "\xe2\x80\xa6", 3);
	c.f.has = H(AUDIENCE) | H(TEXT);
	c.f.text = dw_str_make(text, sizeof(text));
	return give(t, &c);
}

static int set_cadence(struct table *t, unsigned audience, uint64_t every_s)
{
	struct dw_command c = { .type = DW_CMD_SET_CADENCE };

	c.f.has = H(AUDIENCE) | H(EVERY);
	c.f.audience = audience;
	c.f.every_s = every_s;
	return give(t, &c);
}

static void move(struct table *t, unsigned status)
{
	struct dw_command c = { .type = DW_CMD_CHANGE };

	c.f.has = H(STATUS) | H(REASON);
	c.f.status = status;
	c.f.reason = DW_STR("so it is");
	assert_int_equal(give(t, &c), 0);
	assert_int_equal(t->s->status, status);
}

#define DUE(t) dw_incident_word_due((t)->s, DW_AUDIENCE_PUBLIC)

static void a_cadence_counts_from_the_declaration_then_from_the_last_word(void **state)
{
	struct table t;

	table_init(&t);
	assert_int_equal(DUE(&t), 0);
	t.now += HOUR;
	assert_int_equal(set_cadence(&t, DW_AUDIENCE_PUBLIC, 7200), 0);
	assert_int_equal(DUE(&t), NOON + 2 * HOUR);
	assert_int_equal(dw_incident_word_due(t.s, DW_INTERNAL), 0);
	assert_int_equal(set_cadence(&t, DW_AUDIENCE_PUBLIC, 7200), 0);
	assert_int_equal(t.plan.n, 0); /* it is so already */
	assert_int_equal(speak(&t, DW_AUDIENCE_PUBLIC, 0, 0), 0);
	assert_int_equal(DUE(&t), NOON + 3 * HOUR);
	assert_int_equal(speak(&t, DW_INTERNAL, NOON + HOUR / 2, 0), 0);
	assert_int_equal(DUE(&t), NOON + 3 * HOUR);
	assert_int_equal(set_cadence(&t, DW_AUDIENCE_PUBLIC, 0), 0);
	assert_int_equal(DUE(&t), 0);
	table_fini(&t);
}

static void a_promise_goes_before_the_cadence(void **state)
{
	struct table t;

	table_init(&t);
	assert_int_equal(set_cadence(&t, DW_AUDIENCE_PUBLIC, 7200), 0);
	assert_int_equal(speak(&t, DW_AUDIENCE_PUBLIC, 0, NOON + 5 * HOUR), 0);
	assert_int_equal(DUE(&t), NOON + 5 * HOUR);
	t.now += HOUR;
	assert_int_equal(speak(&t, DW_AUDIENCE_PUBLIC, 0, 0), 0);
	assert_int_equal(DUE(&t), NOON + 3 * HOUR); /* the new word promised nothing */
	table_fini(&t);
}

static void the_last_word_is_the_one_said_last(void **state)
{
	struct table t;

	table_init(&t);
	t.now = NOON + 4 * HOUR;
	assert_int_equal(speak(&t, DW_AUDIENCE_PUBLIC, NOON + 3 * HOUR, NOON + 9 * HOUR),
			 0);
	assert_int_equal(t.s->first_word, t.seq);
	assert_int_equal(speak(&t, DW_AUDIENCE_PUBLIC, NOON + HOUR, NOON + 2 * HOUR), 0);
	assert_int_equal(DUE(&t), NOON + 9 * HOUR);
	assert_int_equal(t.s->cadence[DW_AUDIENCE_PUBLIC].last_at, NOON + 3 * HOUR);
	assert_int_equal(t.s->first_word, t.seq);
	assert_int_equal(t.s->first_word_at, NOON + HOUR);
	assert_int_equal(speak(&t, DW_INTERNAL, NOON, 0), 0);
	assert_int_equal(t.s->first_word_at, NOON + HOUR); /* the public's */
	assert_int_equal(t.s->words.n, 3);
	table_fini(&t);
}

static void a_word_says_something_and_no_more_than_it_can(void **state)
{
	struct dw_command c = { .type = DW_CMD_SPEAK };
	struct table t;

	table_init(&t);
	c.f.has = H(AUDIENCE);
	assert_int_equal(give(&t, &c), DW_EINVAL);
	assert_string_equal(t.fault.pointer, "/text");
	c.f.has |= H(URL);
	c.f.url = DW_STR("https://example.org/status");
	assert_int_equal(give(&t, &c), 0);
	assert_int_equal(speak(&t, DW_INTERNAL, NOON + HOUR, 0), DW_EINVAL);
	assert_string_equal(t.fault.pointer, "/occurred_at");
	assert_int_equal(speak(&t, DW_INTERNAL, 0, NOON), DW_EINVAL);
	assert_string_equal(t.fault.pointer, "/next_at");
	assert_int_equal(speak(&t, DW_INTERNAL, NOON - HOUR, NOON - HOUR), DW_EINVAL);
	assert_string_equal(t.fault.pointer, "/next_at");
	assert_int_equal(speak(&t, DW_INTERNAL, NOON - HOUR, NOON - HOUR + 1), 0);
	table_fini(&t);
}

static void nothing_is_due_when_it_is_over(void **state)
{
	struct dw_command task = { .type = DW_CMD_ADD_TASK };
	struct dw_command claim = { .type = DW_CMD_ADD_CLAIM };
	struct table t;

	table_init(&t);
	task.f.has = H(TITLE) | H(DUE_AT);
	task.f.title = DW_STR("Call the plant");
	task.f.due_at = NOON + HOUR;
	assert_int_equal(give(&t, &task), 0);
	claim.f.has = H(TEXT) | H(RECHECK_AT);
	claim.f.text = DW_STR("It is toxic");
	claim.f.recheck_at = NOON + 2 * HOUR;
	assert_int_equal(give(&t, &claim), 0);
	assert_int_equal(set_cadence(&t, DW_AUDIENCE_PUBLIC, 3 * 3600), 0);
	assert_int_equal(dw_incident_overdue(t.s, NOON + HOUR - 1), 0);
	assert_int_equal(dw_incident_overdue(t.s, NOON + HOUR), 1);
	assert_int_equal(dw_incident_overdue(t.s, NOON + 2 * HOUR), 2);
	assert_int_equal(dw_incident_overdue(t.s, NOON + 9 * HOUR), 3);
	move(&t, DW_RESOLVED);
	assert_int_equal(DUE(&t), 0);
	assert_int_equal(dw_incident_overdue(t.s, NOON + 9 * HOUR), 2);
	move(&t, DW_REVIEWED);
	assert_int_equal(dw_incident_overdue(t.s, NOON + 9 * HOUR), 0);
	move(&t, DW_ACTIVE);
	assert_int_equal(dw_incident_overdue(t.s, NOON + 9 * HOUR), 3);
	task.type = DW_CMD_CHANGE_TASK;
	task.child = 102;
	task.f.has = H(DONE);
	task.f.is_done = true;
	assert_int_equal(give(&t, &task), 0);
	assert_int_equal(dw_incident_overdue(t.s, NOON + 9 * HOUR), 2);
	table_fini(&t);
}

static void a_playbook_sets_its_cadences(void **state)
{
	struct dw_playbook_copy p = { .slug = DW_STR("outage"),
				      .lang = DW_STR("en"),
				      .title = DW_STR("Outage"),
				      .roles = DW_STR("[]"),
				      .templates = DW_STR("[]"),
				      .version = 1 };
	struct dw_command c = { .type = DW_CMD_START, .playbook = &p };
	struct table t;

	table_init(&t);
	assert_int_equal(set_cadence(&t, DW_EXECUTIVE, 600), 0);
	assert_int_equal(set_cadence(&t, DW_INTERNAL, 900), 0);
	p.every_s[DW_AUDIENCE_PUBLIC] = 3600;
	p.every_s[DW_EXECUTIVE] = 600;
	c.f.has = H(SLUG) | H(LANG);
	c.f.slug = p.slug;
	c.f.lang = p.lang;
	assert_int_equal(give(&t, &c), 0);
	assert_int_equal(t.plan.n, 2); /* executive is so already */
	assert_int_equal(t.plan.fact[1].type, DW_EV_CADENCE_SET);
	assert_int_equal(t.s->cadence[DW_AUDIENCE_PUBLIC].every_s, 3600);
	assert_int_equal(t.s->cadence[DW_INTERNAL].every_s, 900); /* it has none */
	table_fini(&t);
}

/* Say what is overdue by now; returns how much that was. */
static size_t say(struct table *t)
{
	struct dw_command c = { .type = DW_CMD_OVERDUE };

	assert_int_equal(give(t, &c), 0);
	for (size_t i = 0; i < t->plan.n; i++)
		assert_int_equal(t->plan.fact[i].actor, 0);
	return t->plan.n;
}

static void a_word_is_overdue_once_for_each_promise(void **state)
{
	struct table t;

	table_init(&t);
	assert_int_equal(speak(&t, DW_AUDIENCE_PUBLIC, 0, NOON + HOUR), 0);
	assert_int_equal(dw_incident_next_due(t.s), NOON + HOUR);
	t.now = NOON + HOUR - 1;
	assert_int_equal(say(&t), 0);
	t.now = NOON + HOUR;
	assert_int_equal(say(&t), 1);
	assert_int_equal(t.plan.fact[0].type, DW_EV_WORD_OVERDUE);
	assert_int_equal(t.plan.fact[0].audience, DW_AUDIENCE_PUBLIC);
	assert_int_equal(t.plan.fact[0].due_at, NOON + HOUR);
	assert_int_equal(dw_incident_next_due(t.s), 0);
	t.now = NOON + 3 * HOUR;
	assert_int_equal(say(&t), 0);
	assert_int_equal(dw_incident_overdue(t.s, t.now), 1); /* still */
	/* an earlier word, and a cadence that the promise goes before, move nothing */
	assert_int_equal(speak(&t, DW_AUDIENCE_PUBLIC, NOON - HOUR, 0), 0);
	assert_int_equal(set_cadence(&t, DW_AUDIENCE_PUBLIC, 3600), 0);
	assert_int_equal(say(&t), 0);
	assert_int_equal(speak(&t, DW_AUDIENCE_PUBLIC, 0, 0), 0);
	assert_int_equal(dw_incident_next_due(t.s), NOON + 4 * HOUR);
	t.now = NOON + 9 * HOUR;
	assert_int_equal(say(&t), 1);
	/* reopening the incident promises nothing anew */
	move(&t, DW_RESOLVED);
	assert_int_equal(say(&t), 0);
	move(&t, DW_ACTIVE);
	assert_int_equal(say(&t), 0);
	assert_int_equal(set_cadence(&t, DW_AUDIENCE_PUBLIC, 60), 0);
	assert_int_equal(say(&t), 1);
	table_fini(&t);
}

static void set_task(struct table *t, uint64_t has, int64_t due_at, bool is_done)
{
	struct dw_command c = { .type = DW_CMD_CHANGE_TASK, .child = 102 };

	c.f.has = has;
	c.f.due_at = due_at;
	c.f.is_done = is_done;
	assert_int_equal(give(t, &c), 0);
}

static void a_task_that_is_moved_or_opened_again_is_said_anew(void **state)
{
	struct dw_command c = { .type = DW_CMD_ADD_TASK };
	uint64_t version;
	struct table t;

	table_init(&t);
	c.f.has = H(TITLE) | H(DUE_AT);
	c.f.title = DW_STR("Call the plant");
	c.f.due_at = NOON + HOUR;
	assert_int_equal(give(&t, &c), 0);
	version = t.s->tasks.p[0].version;
	t.now = NOON + 2 * HOUR;
	assert_int_equal(say(&t), 1);
	assert_int_equal(t.plan.fact[0].task, 102);
	assert_int_equal(t.s->tasks.p[0].version, version); /* no change of its own */
	set_task(&t, H(DUE_AT), NOON + 3 * HOUR, false);
	assert_int_equal(say(&t), 0);
	assert_int_equal(dw_incident_next_due(t.s), NOON + 3 * HOUR);
	set_task(&t, H(DUE_AT), NOON + HOUR, false);
	assert_int_equal(say(&t), 1);
	set_task(&t, H(DONE), 0, true);
	assert_int_equal(say(&t), 0);
	set_task(&t, H(DONE), 0, false);
	assert_int_equal(say(&t), 1);
	set_task(&t, H(DUE_AT), 0, false);
	assert_int_equal(say(&t), 0);
	assert_int_equal(dw_incident_next_due(t.s), 0);
	table_fini(&t);
}

static void a_claim_waits_for_its_next_look(void **state)
{
	struct dw_command c = { .type = DW_CMD_ADD_CLAIM };
	struct table t;

	table_init(&t);
	c.f.has = H(TEXT) | H(RECHECK_AT);
	c.f.text = DW_STR("It is toxic");
	c.f.recheck_at = NOON - HOUR;
	assert_int_equal(give(&t, &c), 0);
	assert_int_equal(say(&t), 1);
	assert_int_equal(t.plan.fact[0].type, DW_EV_CLAIM_OVERDUE);
	assert_int_equal(t.plan.fact[0].claim, 102);
	assert_int_equal(t.plan.fact[0].recheck_at, NOON - HOUR);
	assert_int_equal(say(&t), 0);
	c.type = DW_CMD_CHANGE_CLAIM;
	c.child = 102;
	c.f.has = H(RECHECK_AT);
	c.f.recheck_at = NOON;
	assert_int_equal(give(&t, &c), 0);
	assert_int_equal(say(&t), 1);
	table_fini(&t);
}

/* Else it could be opened by nobody any more. */
static void a_room_holds_so_much_text(void **state)
{
	struct table t;
	size_t n = 0;

	table_init(&t);
	while (speak_long(&t) == 0)
		n++;
	assert_int_equal(n, DW_ROOM_TEXT_MAX / 30000);
	assert_int_equal(t.s->words.n, n);
	assert_int_equal(speak_long(&t), DW_EUNPROCESSABLE);
	assert_string_equal(t.fault.detail, "this incident holds as much text as it may");
	/* what is short still goes in, and everything else goes on */
	assert_int_equal(speak(&t, DW_AUDIENCE_PUBLIC, 0, 0), 0);
	assert_int_equal(set_cadence(&t, DW_AUDIENCE_PUBLIC, 3600), 0);
	move(&t, DW_ACTIVE);
	table_fini(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_cadence_counts_from_the_declaration_then_from_the_last_word),
		cmocka_unit_test(a_promise_goes_before_the_cadence),
		cmocka_unit_test(the_last_word_is_the_one_said_last),
		cmocka_unit_test(a_word_says_something_and_no_more_than_it_can),
		cmocka_unit_test(nothing_is_due_when_it_is_over),
		cmocka_unit_test(a_playbook_sets_its_cadences),
		cmocka_unit_test(a_word_is_overdue_once_for_each_promise),
		cmocka_unit_test(a_task_that_is_moved_or_opened_again_is_said_anew),
		cmocka_unit_test(a_claim_waits_for_its_next_look),
		cmocka_unit_test(a_room_holds_so_much_text),
	};

	return cmocka_run_group_tests_name("incident clock", tests, NULL, NULL);
}
