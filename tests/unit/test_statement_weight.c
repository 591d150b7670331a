/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* test_statement_weight.c - what a yes weighs when it is asked for, and what is asked for by then. */
#include "staterig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define TEXT "The water is safe. We will speak again at 18:00."
#define MINUTE INT64_C(60000000)

static void begin(struct staterig *r)
{
	staterig_init(r);
	staterig_draft(r, TEXT);
	assert_int_equal(staterig_submit(r), 0);
}

/* ---- what a yes weighs afterwards ---- */

/* Approved by SAM of legal; the one that publishes is refused or not. */
static void assert_leaves(struct staterig *r, bool may)
{
	int rc;

	staterig_lacks(r, may ? "" : "G");
	staterig_is(r, may ? DW_STATEMENT_APPROVED : DW_STATEMENT_SUBMITTED);
	if (may)
		return;
	rc = staterig_publish(r);
	staterig_refused(r, rc, DW_EUNPROCESSABLE, "");
	assert_non_null(strstr(r->fault.detail, "1 more of legal, by who may approve"));
}

static void begin_for_legal(struct staterig *r)
{
	staterig_init(r);
	staterig_need(r, "legal", 1);
	staterig_draft(r, TEXT);
	assert_int_equal(staterig_submit(r), 0);
}

static void a_yes_counts_while_its_giver_may_give_it(void **state)
{
	struct staterig r;

	begin_for_legal(&r);
	assert_int_equal(staterig_rule(&r, SAM, DW_RULING_APPROVE), 0);
	unsigned *const taken[] = { &r.gone, &r.unroled, &r.ungrouped };

	for (size_t i = 0; i < 3; i++) {
		assert_leaves(&r, true);
		*taken[i] = 1u << SAM;
		assert_leaves(&r, false);
		*taken[i] = 1u << HODA; /* who has said nothing */
		assert_leaves(&r, true);
		*taken[i] = 0; /* given back */
	}
	assert_int_equal(staterig_count(&r, DW_EV_STATEMENT_APPROVED), 1);
	assert_int_equal(staterig_publish(&r), 0);
	staterig_fini(&r);
}

static void anybody_may_still_be_without_a_group(void **state)
{
	struct staterig r;

	begin(&r);
	assert_int_equal(staterig_rule(&r, SAM, DW_RULING_APPROVE), 0);
	r.ungrouped = 1u << SAM;
	staterig_lacks(&r, "");
	r.unroled = 1u << SAM;
	staterig_lacks(&r, "G");
	r.unroled = 0;
	assert_int_equal(staterig_publish(&r), 0);
	staterig_fini(&r);
}

static void a_group_that_came_later_gives_no_weight(void **state)
{
	struct staterig r;

	begin_for_legal(&r);
	r.ungrouped = 1u << SAM;
	assert_int_equal(staterig_rule(&r, SAM, DW_RULING_APPROVE), 0);
	staterig_lacks(&r, "G");
	r.ungrouped = 0;
	staterig_lacks(&r, "G"); /* it was no yes of legal */
	assert_int_equal(staterig_rule(&r, SAM, DW_RULING_APPROVE), 0);
	assert_leaves(&r, true);
	assert_int_equal(r.plan.fact[1].type, DW_EV_STATEMENT_APPROVED);
	staterig_fini(&r);
}

static void another_yes_in_its_place_approves_anew(void **state)
{
	struct staterig r;

	begin_for_legal(&r);
	assert_int_equal(staterig_rule(&r, SAM, DW_RULING_APPROVE), 0);
	r.gone = 1u << SAM;
	assert_int_equal(staterig_rule(&r, HODA, DW_RULING_APPROVE), 0);
	assert_int_equal(staterig_count(&r, DW_EV_STATEMENT_APPROVED), 2);
	assert_leaves(&r, true);
	/* what was carried over weighs no more than it did */
	r.gone = 1u << HODA;
	assert_int_equal(staterig_type(&r, NORA, 18, 19, "\n"), 0);
	r.gone |= 1u << SAM;
	assert_int_equal(staterig_submit(&r), 0);
	assert_int_equal(r.plan.n, 2); /* submitted, carried, and not approved */
	assert_leaves(&r, false);
	staterig_fini(&r);
}

static void a_deputys_yes_needs_both(void **state)
{
	struct dw_authority_fact ended = { .type = DW_EV_DEPUTY_ENDED, .actor = SAM };
	struct staterig r;

	begin_for_legal(&r);
	staterig_name_deputy(&r, SAM, DANA);
	ended.deputy = r.authority->deputies.p[0].id;
	assert_int_equal(staterig_rule_for(&r, DANA, SAM), 0);
	r.ungrouped = 1u << DANA; /* it is his group that counts */
	assert_leaves(&r, true);
	r.ungrouped = 1u << SAM;
	assert_leaves(&r, false);
	r.ungrouped = 0;
	for (uint64_t who = SAM; who <= DANA; who += DANA - SAM) {
		r.unroled = 1u << who;
		assert_leaves(&r, false);
		r.unroled = 0;
		r.gone = 1u << who;
		assert_leaves(&r, false);
		r.gone = 0;
	}
	/* what was said while it was so, was said */
	ended.recorded_at = r.now;
	dw_authority_apply(r.authority, &ended);
	staterig_refused(&r, staterig_rule_for(&r, DANA, SAM), DW_EFORBIDDEN,
			 "/on_behalf_of");
	assert_leaves(&r, true);
	r.now += MINUTE;
	assert_leaves(&r, true);
	staterig_fini(&r);
}

static void a_no_stays_whoever_said_it(void **state)
{
	struct staterig r;

	begin(&r);
	assert_int_equal(staterig_rule(&r, SAM, DW_RULING_APPROVE), 0);
	assert_int_equal(staterig_rule(&r, HODA, DW_RULING_REJECT), 0);
	r.gone = r.unroled = r.ungrouped = 1u << HODA;
	staterig_lacks(&r, "R");
	staterig_refused(&r, staterig_publish(&r), DW_EUNPROCESSABLE, "");
	staterig_fini(&r);
}

/* ---- what is asked for by now ---- */

static struct dw_quorum_rule *add_rule(struct staterig *r, const char *group, unsigned n,
				       unsigned severity_most)
{
	staterig_need(r, group, n);
	r->rule[r->authority->rules.n - 1].severity_most = severity_most;
	return &r->rule[r->authority->rules.n - 1];
}

static void a_version_is_held_to_the_rule_of_its_severity(void **state)
{
	for (unsigned severity = 1; severity <= 4; severity++) {
		struct staterig r;

		staterig_init(&r);
		r.s->severity = severity;
		add_rule(&r, "legal", 1, 1);
		add_rule(&r, "comms", 1, 2);
		add_rule(&r, "", 2, 3);
		staterig_draft(&r, TEXT);
		assert_int_equal(staterig_submit(&r), 0);
		assert_int_equal(dw_statement_submitted(r.t)->quorum.n_needs,
				 severity == 4 ? 1 : 4 - severity);
		assert_int_equal(staterig_rule(&r, DANA, DW_RULING_APPROVE), 0);
		staterig_lacks(&r, &"GGG"[severity - 1]);
		assert_int_equal(staterig_rule(&r, SAM, DW_RULING_APPROVE), 0);
		staterig_lacks(&r, severity <= 2 ? "G" : "");
		assert_int_equal(staterig_rule(&r, HODA, DW_RULING_APPROVE), 0);
		staterig_lacks(&r, "");
		assert_int_equal(staterig_publish(&r), 0);
		staterig_fini(&r);
	}
}

static void a_graver_incident_asks_for_more(void **state)
{
	for (int is_approved = 0; is_approved < 2; is_approved++) {
		struct staterig r;

		staterig_init(&r);
		add_rule(&r, "legal", 1, 1);
		staterig_draft(&r, TEXT);
		assert_int_equal(staterig_submit(&r), 0);
		if (is_approved != 0)
			assert_int_equal(staterig_rule(&r, DANA, DW_RULING_APPROVE), 0);
		r.s->severity = 1;
		if (is_approved == 0)
			assert_int_equal(staterig_rule(&r, DANA, DW_RULING_APPROVE), 0);
		assert_int_equal(staterig_count(&r, DW_EV_STATEMENT_APPROVED),
				 is_approved);
		staterig_lacks(&r, "G");
		staterig_refused(&r, staterig_publish(&r), DW_EUNPROCESSABLE, "");
		assert_non_null(strstr(r.fault.detail, "1 more of legal"));
		assert_int_equal(staterig_rule(&r, SAM, DW_RULING_APPROVE), 0);
		assert_true(r.plan.status == DW_STATEMENT_APPROVED &&
			    r.plan.n_lacks == 0);
		assert_int_equal(staterig_publish(&r), 0);
		staterig_fini(&r);
	}
}

static void a_milder_one_asks_for_no_less(void **state)
{
	struct staterig r;

	staterig_init(&r);
	r.s->severity = 1;
	add_rule(&r, "legal", 1, 1);
	staterig_draft(&r, TEXT);
	assert_int_equal(staterig_submit(&r), 0);
	assert_int_equal(staterig_rule(&r, DANA, DW_RULING_APPROVE), 0);
	r.s->severity = 4;
	staterig_lacks(&r, "G");
	/* submitted again it is held to what is asked for now, and the yes is carried over */
	assert_int_equal(staterig_submit(&r), 0);
	staterig_lacks(&r, "");
	staterig_fini(&r);
}

static void a_rule_that_came_later_asks_for_more(void **state)
{
	struct staterig r;

	staterig_init(&r);
	add_rule(&r, "", 1, 4)->quorum.may_approve_own = true;
	staterig_draft(&r, TEXT);
	assert_int_equal(staterig_type(&r, BOTH, 0, 3, "Our"), 0);
	assert_int_equal(staterig_submit(&r), 0);
	assert_int_equal(staterig_rule(&r, BOTH, DW_RULING_APPROVE), 0);
	staterig_lacks(&r, "");
	r.rule[0].quorum.may_approve_own = false;
	staterig_lacks(&r, "G"); /* nobody's own counts by now */
	assert_int_equal(staterig_rule(&r, SAM, DW_RULING_APPROVE), 0);
	staterig_lacks(&r, "");
	add_rule(&r, "comms", 1, 4)->channels = 1u << DW_CHANNEL_SOCIAL;
	staterig_lacks(&r, ""); /* of another channel */
	r.rule[1].channels = 1u << DW_CHANNEL_PRESS;
	staterig_lacks(&r, "G");
	assert_int_equal(staterig_rule(&r, HODA, DW_RULING_APPROVE), 0);
	assert_int_equal(staterig_publish(&r), 0);
	staterig_fini(&r);
}

static void what_cannot_be_asked_for_lets_nothing_out(void **state)
{
	char name[DW_NEEDS_MAX][4];
	struct staterig r;

	staterig_init(&r);
	staterig_draft(&r, TEXT);
	struct dw_statement_command c = staterig_command(&r, DW_CMD_SUBMIT, OMID);

	for (unsigned i = 0; i < DW_NEEDS_MAX - 1; i++) {
		snprintf(name[i], sizeof(name[i]), "g%u", i);
		assert_true(dw_quorum_need(&c.tighten, dw_str_of(name[i]), 1));
	}
	assert_int_equal(staterig_give(&r, &c), 0);
	add_rule(&r, "legal", 1, 4);
	add_rule(&r, "comms", 1, 4);
	assert_int_equal(staterig_rule(&r, SAM, DW_RULING_APPROVE), 0);
	assert_int_equal(staterig_rule(&r, HODA, DW_RULING_APPROVE), 0);
	staterig_refused(&r, staterig_publish(&r), DW_EUNPROCESSABLE, "");
	assert_non_null(strstr(r.fault.detail, "42949672"));
	staterig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_yes_counts_while_its_giver_may_give_it),
		cmocka_unit_test(anybody_may_still_be_without_a_group),
		cmocka_unit_test(a_group_that_came_later_gives_no_weight),
		cmocka_unit_test(another_yes_in_its_place_approves_anew),
		cmocka_unit_test(a_deputys_yes_needs_both),
		cmocka_unit_test(a_no_stays_whoever_said_it),
		cmocka_unit_test(a_version_is_held_to_the_rule_of_its_severity),
		cmocka_unit_test(a_graver_incident_asks_for_more),
		cmocka_unit_test(a_milder_one_asks_for_no_less),
		cmocka_unit_test(a_rule_that_came_later_asks_for_more),
		cmocka_unit_test(what_cannot_be_asked_for_lets_nothing_out),
	};

	return cmocka_run_group_tests_name("statement_weight", tests, NULL, NULL);
}
