/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* test_statement_rule.c - verdicts, and what carries them from one version to the next: each rule. */
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

/* ---- verdicts ---- */

static void the_yes_that_is_enough_approves(void **state)
{
	struct staterig r;

	staterig_init(&r);
	staterig_need(&r, "legal", 1);
	staterig_need(&r, "", 2);
	staterig_draft(&r, TEXT);
	assert_int_equal(staterig_submit(&r), 0);
	staterig_lacks(&r, "GG");
	assert_int_equal(staterig_rule(&r, DANA, DW_RULING_APPROVE), 0);
	staterig_lacks(&r, "GG");
	assert_int_equal(r.plan.n, 1);
	assert_int_equal(staterig_rule(&r, DANA, DW_RULING_APPROVE), 0);
	staterig_lacks(&r, "GG"); /* one person is never two */
	assert_int_equal(staterig_rule(&r, SAM, DW_RULING_APPROVE), 0);
	staterig_lacks(&r, "");
	assert_true(r.plan.n == 2 && r.plan.fact[1].type == DW_EV_STATEMENT_APPROVED);
	assert_true(r.plan.status == DW_STATEMENT_APPROVED && r.plan.n_lacks == 0);
	staterig_is(&r, DW_STATEMENT_APPROVED);
	assert_int_equal(r.t->versions.p[0].approved_seq, r.seq);
	assert_int_equal(staterig_rule(&r, HODA, DW_RULING_APPROVE), 0);
	assert_int_equal(r.plan.n, 1); /* it was approved already */
	staterig_fini(&r);
}

static void the_last_word_of_a_person_counts(void **state)
{
	struct staterig r;

	begin(&r);
	assert_int_equal(staterig_rule(&r, SAM, DW_RULING_APPROVE), 0);
	assert_int_equal(staterig_rule(&r, HODA, DW_RULING_REJECT), 0);
	staterig_lacks(&r, "R"); /* the other approval stands */
	staterig_is(&r, DW_STATEMENT_SUBMITTED);
	assert_int_equal(staterig_rule(&r, HODA, DW_RULING_HOLD), 0);
	staterig_lacks(&r, "H");
	assert_int_equal(staterig_rule(&r, HODA, DW_RULING_ASK), 0);
	staterig_lacks(&r, ""); /* nobody waits for the answer */
	assert_int_equal(staterig_count(&r, DW_EV_STATEMENT_APPROVED), 2);
	assert_int_equal(staterig_rule(&r, SAM, DW_RULING_ASK), 0);
	staterig_lacks(&r, "GAA");
	assert_int_equal(dw_statement_ruling_of(&r.t->versions.p[0], SAM)->ruling,
			 DW_RULING_ASK);
	assert_int_equal(staterig_rule(&r, HODA, DW_RULING_APPROVE), 0);
	staterig_lacks(&r, "");
	assert_int_equal(staterig_count(&r, DW_EV_STATEMENT_APPROVED), 3);
	staterig_fini(&r);
}

static void who_rules_is_an_approver_who_saw_it(void **state)
{
	struct dw_statement_command c;
	struct staterig r;

	begin(&r);
	staterig_refused(&r, staterig_rule(&r, LEAD, DW_RULING_APPROVE), DW_EFORBIDDEN,
			 "");
	staterig_refused(&r, staterig_rule(&r, NORA, DW_RULING_APPROVE), DW_EFORBIDDEN,
			 "");
	c = staterig_command(&r, DW_CMD_RULE, SAM);
	c.who = (struct dw_principal){ DW_TOKEN, 9, 0, DW_SCOPE_ACT, 0 };
	staterig_refused(&r, staterig_give(&r, &c), DW_EFORBIDDEN, "");
	c = staterig_command(&r, DW_CMD_RULE, SAM);
	c.digest = DW_STR("00");
	staterig_refused(&r, staterig_give(&r, &c), DW_ECONFLICT, "/digest");
	c = staterig_command(&r, DW_CMD_RULE, SAM);
	for (c.ruling = DW_RULING_REJECT; c.ruling < DW_RULING_COUNT; c.ruling++) {
		c.reason = DW_STR(" ");
		staterig_refused(&r, staterig_give(&r, &c), DW_EINVAL, "/reason");
	}
	staterig_refused(&r, staterig_give(&r, &c), DW_EINVAL, "/verdict");
	/* of a version that is not the last */
	c = staterig_command(&r, DW_CMD_RULE, SAM);
	assert_int_equal(staterig_type(&r, NORA, 0, 3, "Our"), 0);
	assert_int_equal(staterig_submit(&r), 0);
	staterig_refused(&r, staterig_give(&r, &c), DW_ECONFLICT, "/digest");
	staterig_fini(&r);
	staterig_init(&r);
	staterig_draft(&r, TEXT);
	staterig_refused(&r, staterig_rule(&r, SAM, DW_RULING_APPROVE), DW_ECONFLICT,
			 "/digest");
	staterig_fini(&r);
}

static void nobody_approves_what_they_changed_last(void **state)
{
	struct staterig r;

	staterig_init(&r);
	staterig_draft(&r, TEXT);
	assert_int_equal(staterig_type(&r, BOTH, 0, 3, "Our"), 0);
	assert_int_equal(staterig_submit(&r), 0);
	staterig_refused(&r, staterig_rule(&r, BOTH, DW_RULING_APPROVE), DW_EFORBIDDEN,
			 "");
	assert_int_equal(staterig_rule(&r, BOTH, DW_RULING_HOLD), 0);
	assert_int_equal(staterig_rule(&r, SAM, DW_RULING_APPROVE), 0);
	staterig_need(&r, "", 1);
	r.rule[0].quorum.may_approve_own = true;
	assert_int_equal(staterig_type(&r, BOTH, 0, 3, "All"), 0);
	assert_int_equal(staterig_submit(&r), 0);
	assert_int_equal(staterig_rule(&r, BOTH, DW_RULING_APPROVE), 0);
	assert_true(r.fact[r.n - 2].is_own && r.t->versions.p[1].rulings.p[0].is_own);
	staterig_is(&r, DW_STATEMENT_APPROVED);
	staterig_fini(&r);
}

static void after_the_deadline_nothing_counts(void **state)
{
	struct dw_statement_command c;
	struct staterig r;

	staterig_init(&r);
	staterig_draft(&r, TEXT);
	c = staterig_command(&r, DW_CMD_SUBMIT, OMID);
	c.deadline = c.now + MINUTE;
	assert_int_equal(staterig_give(&r, &c), 0);
	assert_int_equal(staterig_rule(&r, SAM, DW_RULING_APPROVE), 0);
	staterig_lacks(&r, "");
	r.now = c.deadline;
	staterig_lacks(&r, "");
	r.now++;
	staterig_lacks(&r, "X");
	staterig_refused(&r, staterig_rule(&r, HODA, DW_RULING_APPROVE),
			 DW_EUNPROCESSABLE, "");
	staterig_refused(&r, staterig_publish(&r), DW_EUNPROCESSABLE, "");
	/* the same again: what was said has ended with it */
	assert_int_equal(staterig_submit(&r), 0);
	staterig_lacks(&r, "G");
	staterig_fini(&r);
}

static void a_deputy_is_one_voice_for_another(void **state)
{
	struct staterig r;

	staterig_init(&r);
	staterig_need(&r, "legal", 1);
	staterig_need(&r, "", 2);
	staterig_draft(&r, TEXT);
	assert_int_equal(staterig_submit(&r), 0);
	staterig_refused(&r, staterig_rule_for(&r, DANA, SAM), DW_EFORBIDDEN,
			 "/on_behalf_of");
	staterig_name_deputy(&r, SAM, DANA);
	staterig_name_deputy(&r, DANA, HODA);
	staterig_refused(&r, staterig_rule_for(&r, HODA, SAM), DW_EFORBIDDEN,
			 "/on_behalf_of");
	assert_int_equal(staterig_rule_for(&r, DANA, SAM), 0);
	assert_true(r.t->versions.p[0].rulings.p[0].by == DANA &&
		    r.t->versions.p[0].rulings.p[0].on_behalf_of == SAM);
	staterig_lacks(&r, "G"); /* legal has said yes, by his groups */
	assert_non_null(dw_statement_ruling_of(&r.t->versions.p[0], SAM));
	assert_null(dw_statement_ruling_of(&r.t->versions.p[0], DANA));
	staterig_refused(&r, staterig_rule(&r, DANA, DW_RULING_APPROVE), DW_EFORBIDDEN,
			 "/on_behalf_of");
	assert_int_equal(staterig_rule(&r, SAM, DW_RULING_APPROVE), 0);
	staterig_lacks(&r, "G"); /* he is the same person */
	r.now += MINUTE;
	staterig_refused(&r, staterig_rule_for(&r, DANA, SAM), DW_EFORBIDDEN,
			 "/on_behalf_of");
	staterig_fini(&r);
}

static void a_deputy_cannot_get_round_the_author(void **state)
{
	struct staterig r;

	staterig_init(&r);
	staterig_draft(&r, TEXT);
	assert_int_equal(staterig_type(&r, BOTH, 0, 3, "Our"), 0);
	assert_int_equal(staterig_submit(&r), 0);
	staterig_name_deputy(&r, BOTH, SAM);
	staterig_name_deputy(&r, HODA, BOTH);
	staterig_refused(&r, staterig_rule_for(&r, SAM, BOTH), DW_EFORBIDDEN, "");
	staterig_refused(&r, staterig_rule_for(&r, BOTH, HODA), DW_EFORBIDDEN, "");
	r.gone = 1u << HODA;
	staterig_refused(&r, staterig_rule_for(&r, BOTH, HODA), DW_EUNPROCESSABLE,
			 "/on_behalf_of");
	staterig_fini(&r);
}

static void a_signature_is_by_a_key_that_is_theirs(void **state)
{
	struct dw_authority_fact f = {
		.type = DW_EV_KEY_ENROLLED, .seq = 800, .actor = SAM, .recorded_at = 5
	};
	struct dw_statement_command c;
	struct staterig r;

	begin(&r);
	c = staterig_command(&r, DW_CMD_RULE, SAM);
	c.proof = DW_PROOF_SIGNATURE;
	c.signature = (struct dw_signature){ 800, DW_STR("n"), DW_STR("e"), DW_STR("s") };
	staterig_refused(&r, staterig_give(&r, &c), DW_EFORBIDDEN, "/signature/key");
	dw_authority_apply(r.authority, &f);
	staterig_refused(&r, staterig_give(&r, &c), DW_EFORBIDDEN, "/signature/key");
	f = (struct dw_authority_fact){
		.type = DW_EV_KEY_CONFIRMED, .actor = LEAD, .recorded_at = 6, .key = 800
	};
	dw_authority_apply(r.authority, &f);
	c.who.id = HODA;
	staterig_refused(&r, staterig_give(&r, &c), DW_EFORBIDDEN, "/signature/key");
	c.who.id = SAM;
	assert_int_equal(staterig_give(&r, &c), 0);
	assert_int_equal(r.t->versions.p[0].rulings.p[0].signature.key, 800);
	f.type = DW_EV_KEY_REVOKED;
	dw_authority_apply(r.authority, &f);
	staterig_refused(&r, staterig_give(&r, &c), DW_EFORBIDDEN, "/signature/key");
	staterig_fini(&r);
}

/* ---- what carries verdicts over ---- */

static void space_alone_carries_every_verdict(void **state)
{
	struct staterig r;

	begin(&r);
	assert_int_equal(staterig_rule(&r, SAM, DW_RULING_APPROVE), 0);
	assert_int_equal(staterig_type(&r, NORA, 18, 19, "\n\n"), 0);
	staterig_lacks(&r, "E");
	assert_int_equal(staterig_submit(&r), 0);
	assert_int_equal(r.plan.n, 3);
	assert_int_equal(r.plan.fact[1].type, DW_EV_VERDICT_CARRIED);
	assert_int_equal(r.plan.fact[2].type, DW_EV_STATEMENT_APPROVED);
	staterig_is(&r, DW_STATEMENT_APPROVED);
	assert_int_equal(r.t->versions.p[1].rulings.p[0].carried_from,
			 r.t->versions.p[0].seq);
	assert_int_equal(staterig_rule(&r, HODA, DW_RULING_REJECT), 0);
	assert_int_equal(staterig_type(&r, NORA, 18, 20, " "), 0);
	assert_int_equal(staterig_submit(&r), 0);
	staterig_lacks(&r, "R"); /* nobody gets rid of it with a blank */
	assert_int_equal(r.t->versions.p[2].rulings.p[0].carried_from,
			 r.t->versions.p[0].seq);
	staterig_fini(&r);
}

static void change(struct staterig *r, unsigned has)
{
	struct dw_statement_command c =
		staterig_command(r, DW_CMD_CHANGE_STATEMENT, OMID);

	c.has = has;
	c.title = DW_STR("Water is back");
	c.lang = DW_STR("en-GB");
	c.channel = DW_CHANNEL_INTERNAL;
	c.reader = DW_READER_STAFF;
	assert_int_equal(staterig_give(r, &c), 0);
}

static void any_other_change_voids_all_verdicts(void **state)
{
	static const struct {
		uint32_t from, to;
		const char *text;
	} typed[] = { { 43, 44, "9" }, { 13, 14, "un" }, { 3, 4, "\xe2\x80\x8c" } };

	for (unsigned k = 0; k < 8; k++) {
		struct staterig r;

		begin(&r);
		assert_int_equal(staterig_rule(&r, SAM, DW_RULING_APPROVE), 0);
		if (k < 4) /* title, language, channel, audience */
			change(&r, 1u << k);
		else if (k < 7)
			assert_int_equal(staterig_type(&r, NORA, typed[k - 4].from,
						       typed[k - 4].to,
						       typed[k - 4].text),
					 0);
		else
			assert_int_equal(staterig_rest(&r, CLAIM_TRUE, DW_RESTS_ASSERTS,
						       0, 18),
					 0);
		staterig_lacks(&r, "E");
		assert_int_equal(staterig_submit(&r), 0);
		assert_int_equal(r.plan.n, 1);
		staterig_lacks(&r, "G");
		staterig_fini(&r);
	}
}

static void who_broke_the_line_last_takes_no_yes_along(void **state)
{
	struct staterig r;

	begin(&r);
	assert_int_equal(staterig_rule(&r, BOTH, DW_RULING_APPROVE), 0);
	staterig_is(&r, DW_STATEMENT_APPROVED);
	assert_int_equal(staterig_type(&r, BOTH, 18, 19, "\n"), 0);
	assert_int_equal(staterig_submit(&r), 0);
	staterig_lacks(&r, "G");
	/* nor one that somebody gave for them; but a no stays a no */
	staterig_name_deputy(&r, BOTH, SAM);
	assert_int_equal(staterig_type(&r, NORA, 18, 19, "\n\n"), 0);
	assert_int_equal(staterig_submit(&r), 0);
	assert_int_equal(staterig_rule_for(&r, SAM, BOTH), 0);
	staterig_lacks(&r, "");
	assert_int_equal(staterig_type(&r, BOTH, 18, 20, "\n"), 0);
	assert_int_equal(staterig_submit(&r), 0);
	staterig_lacks(&r, "G");
	assert_int_equal(staterig_rule(&r, BOTH, DW_RULING_REJECT), 0);
	assert_int_equal(staterig_type(&r, BOTH, 18, 19, " "), 0);
	assert_int_equal(staterig_submit(&r), 0);
	staterig_lacks(&r, "GR");
	staterig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_yes_that_is_enough_approves),
		cmocka_unit_test(the_last_word_of_a_person_counts),
		cmocka_unit_test(who_rules_is_an_approver_who_saw_it),
		cmocka_unit_test(nobody_approves_what_they_changed_last),
		cmocka_unit_test(after_the_deadline_nothing_counts),
		cmocka_unit_test(a_deputy_is_one_voice_for_another),
		cmocka_unit_test(a_deputy_cannot_get_round_the_author),
		cmocka_unit_test(a_signature_is_by_a_key_that_is_theirs),
		cmocka_unit_test(space_alone_carries_every_verdict),
		cmocka_unit_test(any_other_change_voids_all_verdicts),
		cmocka_unit_test(who_broke_the_line_last_takes_no_yes_along),
	};

	return cmocka_run_group_tests_name("statement_rule", tests, NULL, NULL);
}
