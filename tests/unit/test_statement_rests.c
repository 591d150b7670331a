/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* test_statement_rests.c - what sentences rest on, from one version to the next and behind what is out. */
#include "staterig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define TEXT "The water is safe. We will speak again at 18:00."

static void unrest_all(struct staterig *r)
{
	struct dw_statement_command c = staterig_command(r, DW_CMD_UNREST, OMID);

	while (r->t->rests.n > 0) {
		c.rest.id = r->t->rests.p[0].id;
		assert_int_equal(staterig_give(r, &c), 0);
	}
}

/* Two claims on two sentences, the line between them broken; then each on its own, or on the other's. */
static void rests_count_where_they_stand(void **state)
{
	for (unsigned swap = 0; swap < 2; swap++) {
		struct staterig r;

		staterig_init(&r);
		staterig_draft(&r, TEXT);
		assert_int_equal(staterig_rest(&r, CLAIM_TRUE, DW_RESTS_ASSERTS, 0, 18),
				 0);
		assert_int_equal(staterig_rest(&r, CLAIM_MIXED, DW_RESTS_ASSERTS, 19, 40),
				 0);
		assert_int_equal(staterig_submit(&r), 0);
		assert_int_equal(staterig_rule(&r, SAM, DW_RULING_APPROVE), 0);
		assert_int_equal(staterig_type(&r, NORA, 18, 19, "\n\n"), 0);
		unrest_all(&r);
		assert_int_equal(staterig_rest(&r, swap ? CLAIM_TRUE : CLAIM_MIXED,
					       DW_RESTS_ASSERTS, 20, 41),
				 0);
		assert_int_equal(staterig_rest(&r, swap ? CLAIM_MIXED : CLAIM_TRUE,
					       DW_RESTS_ASSERTS, 0, 18),
				 0);
		assert_int_equal(staterig_submit(&r), 0);
		assert_int_equal(staterig_status(&r),
				 swap ? DW_STATEMENT_SUBMITTED : DW_STATEMENT_APPROVED);
		staterig_fini(&r);
	}
}

/* ---- behind what is out ---- */

static size_t contradict(struct staterig *r)
{
	memset(&r->plan, 0, sizeof(r->plan));
	r->plan.arena = r->a;
	dw_statement_contradict(r->t, r->s, &r->plan);
	return r->plan.n;
}

/* It was mixed when it went out: another word or re-check time of the claim contradicts nothing. */
static void only_a_flip_contradicts(void **state)
{
	struct staterig r;

	staterig_init(&r);
	staterig_draft(&r, TEXT);
	assert_int_equal(staterig_rest(&r, CLAIM_MIXED, DW_RESTS_ASSERTS, 0, 18), 0);
	assert_int_equal(staterig_submit(&r), 0);
	assert_int_equal(staterig_rule(&r, SAM, DW_RULING_APPROVE), 0);
	assert_int_equal(staterig_publish(&r), 0);
	staterig_verdict(&r, CLAIM_MIXED, DW_MIXED); /* the same again */
	assert_int_equal(contradict(&r), 0);
	staterig_verdict(&r, CLAIM_MIXED, DW_FALSE);
	assert_int_equal(contradict(&r), 2);
	staterig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rests_count_where_they_stand),
		cmocka_unit_test(only_a_flip_contradicts),
	};

	return cmocka_run_group_tests_name("statement_rests", tests, NULL, NULL);
}
