/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* test_statement_out.c - publishing and taking back: each rule. */
#include "staterig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define TEXT "The water is safe. We will speak again at 18:00."

static void begin(struct staterig *r)
{
	staterig_init(r);
	staterig_draft(r, TEXT);
	assert_int_equal(staterig_submit(r), 0);
}

/* ---- leaving ---- */

static void an_approved_version_leaves(void **state)
{
	struct staterig r;

	begin(&r);
	staterig_refused(&r, staterig_publish(&r), DW_EUNPROCESSABLE, "");
	assert_non_null(strstr(r.fault.detail, "1 more of anybody"));
	assert_int_equal(staterig_rule(&r, SAM, DW_RULING_APPROVE), 0);
	assert_int_equal(staterig_publish(&r), 0);
	staterig_is(&r, DW_STATEMENT_PUBLISHED);
	assert_int_equal(dw_statement_out(r.t)->version, 0);
	assert_true(r.s->words.n == 1 && r.s->words.p[0].audience == DW_AUDIENCE_PUBLIC &&
		    dw_str_eq(r.s->words.p[0].text, DW_STR("Water")) &&
		    r.s->words.p[0].url.n > 0);
	staterig_refused(&r, staterig_publish(&r), DW_EEXISTS, "/digest");
	staterig_fini(&r);
}

static void what_the_staff_reads_is_a_word_inside(void **state)
{
	struct dw_statement_command c;
	struct staterig r;

	staterig_init(&r);
	staterig_draft(&r, TEXT);
	c = staterig_command(&r, DW_CMD_CHANGE_STATEMENT, OMID);
	c.has = DW_STATEMENT_READER;
	c.reader = DW_READER_STAFF;
	assert_int_equal(staterig_give(&r, &c), 0);
	assert_int_equal(staterig_submit(&r), 0);
	assert_int_equal(staterig_rule(&r, SAM, DW_RULING_APPROVE), 0);
	assert_int_equal(staterig_publish(&r), 0);
	assert_int_equal(r.s->words.p[0].audience, DW_INTERNAL);
	staterig_fini(&r);
}

static void what_is_not_approved_does_not_leave(void **state)
{
	struct dw_statement_command c;
	struct staterig r;

	staterig_init(&r);
	staterig_draft(&r, TEXT);
	staterig_refused(&r, staterig_publish(&r), DW_ECONFLICT, "/digest");
	assert_int_equal(staterig_rest(&r, CLAIM_TRUE, DW_RESTS_ASSERTS, 0, 18), 0);
	assert_int_equal(staterig_submit(&r), 0);
	assert_int_equal(staterig_rule(&r, SAM, DW_RULING_APPROVE), 0);
	c = staterig_command(&r, DW_CMD_PUBLISH, SAM);
	staterig_refused(&r, staterig_give(&r, &c), DW_EFORBIDDEN, "");
	c = staterig_command(&r, DW_CMD_PUBLISH, LEAD);
	c.digest = DW_STR("00");
	staterig_refused(&r, staterig_give(&r, &c), DW_ECONFLICT, "/digest");
	assert_int_equal(staterig_type(&r, NORA, 0, 3, "Our"), 0);
	staterig_refused(&r, staterig_publish(&r), DW_EUNPROCESSABLE, "");
	assert_int_equal(staterig_type(&r, NORA, 0, 3, "The"), 0);
	staterig_verdict(&r, CLAIM_TRUE, DW_FALSE);
	staterig_refused(&r, staterig_publish(&r), DW_EUNPROCESSABLE, "/rests/0");
	staterig_verdict(&r, CLAIM_TRUE, DW_TRUE);
	r.gone = 1u << SAM;
	staterig_refused(&r, staterig_publish(&r), DW_EUNPROCESSABLE, "");
	r.gone = 0;
	assert_int_equal(staterig_rule(&r, HODA, DW_RULING_HOLD), 0);
	staterig_refused(&r, staterig_publish(&r), DW_EUNPROCESSABLE, "");
	assert_int_equal(staterig_rule(&r, HODA, DW_RULING_APPROVE), 0);
	r.t->versions.p[0].text = DW_STR("The water is safe!");
	staterig_refused(&r, staterig_publish(&r), DW_ECORRUPT, "/digest");
	r.t->versions.p[0].text = DW_STR(TEXT);
	r.s->is_drill = true;
	staterig_refused(&r, staterig_publish(&r), DW_EUNPROCESSABLE, "");
	r.s->is_drill = false;
	assert_int_equal(staterig_publish(&r), 0);
	staterig_fini(&r);
}

static void the_brake_stops_all_but_a_withdrawal(void **state)
{
	struct dw_statement_command c;
	struct staterig r;

	begin(&r);
	assert_int_equal(staterig_rule(&r, SAM, DW_RULING_APPROVE), 0);
	r.authority->outgoing = (struct dw_outgoing){ 7, LEAD, r.now, 0, DW_STR("Wait") };
	staterig_refused(&r, staterig_publish(&r), DW_ECONFLICT, "");
	assert_non_null(strstr(r.fault.detail, "Wait"));
	r.authority->outgoing.until = r.now;
	assert_int_equal(staterig_publish(&r), 0);
	r.authority->outgoing.until = 0;
	c = staterig_command(&r, DW_CMD_WITHDRAW, LEAD);
	staterig_refused(&r, staterig_give(&r, &c), DW_EINVAL, "/reason");
	c.reason = DW_STR("It was wrong");
	assert_int_equal(staterig_give(&r, &c), 0);
	staterig_is(&r, DW_STATEMENT_WITHDRAWN);
	staterig_refused(&r, staterig_give(&r, &c), DW_EUNPROCESSABLE, "");
	staterig_refused(&r, staterig_type(&r, NORA, 0, 0, "x"), DW_EUNPROCESSABLE, "");
	staterig_refused(&r, staterig_submit(&r), DW_EUNPROCESSABLE, "");
	staterig_refused(&r, staterig_publish(&r), DW_EUNPROCESSABLE, "");
	staterig_refused(&r, staterig_rule(&r, HODA, DW_RULING_APPROVE),
			 DW_EUNPROCESSABLE, "");
	staterig_fini(&r);
}

static void a_version_behind_one_that_is_out_needs_a_reason(void **state)
{
	struct dw_statement_command c;
	struct staterig r;

	begin(&r);
	assert_int_equal(staterig_rule(&r, SAM, DW_RULING_APPROVE), 0);
	assert_int_equal(staterig_publish(&r), 0);
	assert_int_equal(staterig_type(&r, NORA, 43, 44, "9"), 0);
	staterig_is(&r, DW_STATEMENT_PUBLISHED);
	assert_int_equal(staterig_submit(&r), 0);
	staterig_is(&r, DW_STATEMENT_SUBMITTED);
	assert_int_equal(staterig_rule(&r, SAM, DW_RULING_APPROVE), 0);
	staterig_is(&r, DW_STATEMENT_APPROVED);
	c = staterig_command(&r, DW_CMD_PUBLISH, LEAD);
	staterig_refused(&r, staterig_give(&r, &c), DW_EINVAL, "/reason");
	c.reason = DW_STR("The time was wrong");
	assert_int_equal(staterig_give(&r, &c), 0);
	staterig_is(&r, DW_STATEMENT_PUBLISHED);
	assert_int_equal(dw_statement_out(r.t)->version, 1);
	staterig_fini(&r);
}

/* A draft that says otherwise than `was`, which is out. */
static void begin_correction(struct staterig *r, const char *reason)
{
	struct dw_publication out = { .seq = 5 };
	struct dw_statement was = { .id = 4, .publications = { .p = &out, .n = 1 } };
	struct dw_statement_command c;

	staterig_init(r);
	c = staterig_command(r, DW_CMD_DRAFT_STATEMENT, OMID);
	c.title = DW_STR("Water");
	c.lang = DW_STR("en");
	c.text = DW_STR(TEXT);
	c.correction_of = was.id;
	c.corrected = &was;
	c.reason = dw_str_of(reason);
	assert_int_equal(staterig_give(r, &c), 0);
	assert_int_equal(staterig_submit(r), 0);
	assert_int_equal(staterig_rule(r, SAM, DW_RULING_APPROVE), 0);
}

static int publish_silently(struct staterig *r)
{
	struct dw_statement_command c = staterig_command(r, DW_CMD_PUBLISH, LEAD);

	return staterig_give(r, &c);
}

static void a_correction_needs_a_reason(void **state)
{
	struct dw_statement_command c;
	struct staterig r;

	/* as the system begins one */
	begin_correction(&r, "");
	staterig_refused(&r, publish_silently(&r), DW_EINVAL, "/reason");
	c = staterig_command(&r, DW_CMD_PUBLISH, LEAD);
	c.reason = DW_STR(" \n");
	staterig_refused(&r, staterig_give(&r, &c), DW_EINVAL, "/reason");
	c.reason = DW_STR("The time was wrong");
	assert_int_equal(staterig_give(&r, &c), 0);
	assert_true(dw_str_eq(dw_statement_out(r.t)->reason, c.reason));
	staterig_fini(&r);
}

static void what_a_correction_was_begun_for_goes_out_with_it(void **state)
{
	struct dw_statement_command c;
	struct staterig r;

	begin_correction(&r, "The time was wrong");
	assert_int_equal(publish_silently(&r), 0);
	assert_true(
		dw_str_eq(dw_statement_out(r.t)->reason, DW_STR("The time was wrong")));
	/* behind that one it is another reason */
	assert_int_equal(staterig_type(&r, NORA, 43, 44, "9"), 0);
	assert_int_equal(staterig_submit(&r), 0);
	assert_int_equal(staterig_rule(&r, SAM, DW_RULING_APPROVE), 0);
	staterig_refused(&r, publish_silently(&r), DW_EINVAL, "/reason");
	staterig_fini(&r);
	begin_correction(&r, "The time was wrong");
	c = staterig_command(&r, DW_CMD_PUBLISH, LEAD);
	c.reason = DW_STR("It was 19:00");
	assert_int_equal(staterig_give(&r, &c), 0);
	assert_true(dw_str_eq(dw_statement_out(r.t)->reason, c.reason));
	staterig_fini(&r);
}

static void contradict(struct staterig *r)
{
	memset(&r->plan, 0, sizeof(r->plan));
	r->plan.arena = r->a;
	dw_statement_contradict(r->t, r->s, &r->plan);
}

static void what_is_out_is_held_against_its_claims(void **state)
{
	struct staterig r;
	uint64_t correction;

	staterig_init(&r);
	staterig_draft(&r, TEXT);
	assert_int_equal(staterig_rest(&r, CLAIM_TRUE, DW_RESTS_ASSERTS, 0, 18), 0);
	assert_int_equal(staterig_rest(&r, CLAIM_TRUE, DW_RESTS_ASSERTS, 19, 30), 0);
	assert_int_equal(staterig_rest(&r, CLAIM_MIXED, DW_RESTS_ASSERTS, 19, 40), 0);
	assert_int_equal(staterig_rest(&r, CLAIM_FALSE, DW_RESTS_CHECKING, 19, 30), 0);
	assert_int_equal(staterig_submit(&r), 0);
	assert_int_equal(staterig_rule(&r, SAM, DW_RULING_APPROVE), 0);
	contradict(&r);
	assert_int_equal(r.plan.n, 0);
	assert_int_equal(staterig_publish(&r), 0);
	contradict(&r);
	assert_int_equal(r.plan.n, 0); /* nothing has moved since */
	staterig_verdict(&r, CLAIM_TRUE, DW_TRUE);
	staterig_verdict(&r, CLAIM_FALSE, DW_FALSE); /* it says that this is checked */
	contradict(&r);
	assert_int_equal(r.plan.n, 0);
	staterig_verdict(&r, CLAIM_TRUE, DW_FALSE);
	contradict(&r);
	assert_int_equal(r.plan.n, 2);
	assert_true(r.plan.fact[0].type == DW_EV_STATEMENT_DRAFTED &&
		    r.plan.fact[0].correction_of == r.t->id &&
		    r.plan.fact[0].rests.n == 4 && r.plan.fact[0].actor == 0);
	assert_true(r.plan.fact[1].rest.claim == CLAIM_TRUE && r.plan.fact[1].back == 1 &&
		    dw_str_eq(r.plan.fact[1].rest.quote, DW_STR("The water is safe.")));
	staterig_fold(&r);
	correction = r.t->contradictions.p[0].correction;
	assert_int_equal(correction, r.seq - 1);
	assert_int_equal(r.t->contradictions.p[0].link, r.t->rests.p[0].id);
	contradict(&r);
	assert_int_equal(r.plan.n, 0); /* once */
	staterig_verdict(&r, CLAIM_MIXED, DW_VERDICT_UNKNOWN);
	contradict(&r);
	assert_int_equal(r.plan.n, 1); /* and one correction for all */
	assert_int_equal(r.plan.fact[0].correction, correction);
	staterig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_approved_version_leaves),
		cmocka_unit_test(what_the_staff_reads_is_a_word_inside),
		cmocka_unit_test(what_is_not_approved_does_not_leave),
		cmocka_unit_test(the_brake_stops_all_but_a_withdrawal),
		cmocka_unit_test(a_version_behind_one_that_is_out_needs_a_reason),
		cmocka_unit_test(a_correction_needs_a_reason),
		cmocka_unit_test(what_a_correction_was_begun_for_goes_out_with_it),
		cmocka_unit_test(what_is_out_is_held_against_its_claims),
	};

	return cmocka_run_group_tests_name("statement_out", tests, NULL, NULL);
}
