/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* test_quorum.c - what is demanded for a channel and a severity, and who is missing. */
#include "domain/quorum.h"
#include "domain/statement_fact.h"

#include "seeded.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define BIT(c) (1u << DW_CHANNEL_##c)

static struct dw_quorum ask(const char *group, unsigned n, bool may_own)
{
	struct dw_quorum q = { .may_approve_own = may_own };

	assert_true(dw_quorum_need(&q, dw_str_of(group), n));
	return q;
}

static void assert_need(const struct dw_need *need, const char *group, unsigned n)
{
	assert_true(dw_str_eq(need->group, dw_str_of(group)));
	assert_int_equal(need->n, n);
}

static void without_rules_anybody_is_enough(void **state)
{
	struct dw_quorum_rules none = { NULL, 0 };
	struct dw_quorum q;

	dw_quorum_demand(&q, &none, DW_CHANNEL_PRESS, 1);
	assert_int_equal(q.n_needs, 1);
	assert_need(&q.need[0], "", 1);
	assert_false(q.may_approve_own);
	dw_quorum_demand(&q, NULL, DW_CHANNEL_REPLY, 4);
	assert_int_equal(q.n_needs, 1);
}

static void the_rules_that_fit_are_added_up(void **state)
{
	struct dw_quorum_rule rule[] = {
		{ BIT(PRESS) | BIT(SOCIAL), 2, ask("legal", 1, true) },
		{ 0, 4, ask("comms", 1, true) },
		{ BIT(PRESS), 1, ask("legal", 2, false) },
	};
	struct dw_quorum_rules rules = { rule, 3 };
	struct dw_quorum q;

	rule[0].quorum.blocks = 4;
	rule[1].quorum.blocks = 1;
	dw_quorum_demand(&q, &rules, DW_CHANNEL_PRESS, 1);
	assert_int_equal(q.n_needs, 2);
	assert_need(&q.need[0], "comms", 1);
	assert_need(&q.need[1], "legal", 2);
	assert_false(q.may_approve_own);
	assert_int_equal(q.blocks, 5);
	dw_quorum_demand(&q, &rules, DW_CHANNEL_SOCIAL, 2);
	assert_need(&q.need[1], "legal", 1);
	assert_true(q.may_approve_own);
	dw_quorum_demand(&q, &rules, DW_CHANNEL_SOCIAL, 3);
	assert_int_equal(q.n_needs, 1);
	assert_need(&q.need[0], "comms", 1);
	assert_int_equal(q.blocks, 1);
}

static void too_many_groups_can_be_met_by_nobody(void **state)
{
	struct dw_quorum_rule rule[DW_NEEDS_MAX + 1];
	struct dw_quorum_rules rules = { rule, DW_NEEDS_MAX + 1 };
	struct dw_need missing[DW_NEEDS_MAX];
	struct dw_yes yes[DW_NEEDS_MAX + 1];
	char name[DW_NEEDS_MAX + 1][8];
	struct dw_quorum q;

	for (unsigned i = 0; i <= DW_NEEDS_MAX; i++) {
		snprintf(name[i], sizeof(name[i]), "g%u", i);
		rule[i] = (struct dw_quorum_rule){ 0, 4, ask(name[i], 1, false) };
		yes[i] = (struct dw_yes){ .user = i + 1, .groups = dw_str_of(name[i]) };
	}
	dw_quorum_demand(&q, &rules, DW_CHANNEL_PRESS, 1);
	assert_int_equal(q.n_needs, DW_NEEDS_MAX);
	assert_int_equal(dw_quorum_missing(&q, yes, DW_NEEDS_MAX + 1, missing), 1);
}

static void who_asks_for_less_gets_no_less(void **state)
{
	struct dw_quorum q = ask("legal", 2, false), more = ask("legal", 1, true);

	assert_true(dw_quorum_need(&more, DW_STR(""), 3));
	assert_true(dw_quorum_need(&more, DW_STR("executive"), 0));
	assert_true(dw_quorum_tighten(&q, &more));
	assert_int_equal(q.n_needs, 2);
	assert_need(&q.need[0], "", 3);
	assert_need(&q.need[1], "legal", 2);
	assert_false(q.may_approve_own);
}

static void a_group_is_a_whole_word_of_the_list(void **state)
{
	assert_true(dw_group_is_in(DW_STR("comms,legal"), DW_STR("legal")));
	assert_true(dw_group_is_in(DW_STR("legal"), DW_STR("legal")));
	assert_false(dw_group_is_in(DW_STR("paralegal,legally"), DW_STR("legal")));
	assert_false(dw_group_is_in(DW_STR("comms,legal"), DW_STR("comms,legal")));
	assert_false(dw_group_is_in(DW_STR(""), DW_STR("legal")));
	assert_false(dw_group_is_in(dw_str_make(NULL, 0), DW_STR("legal")));
}

static void one_person_counts_in_each_group(void **state)
{
	struct dw_yes yes[] = { { .user = 1, .groups = DW_STR("comms,legal") },
				{ .user = 2, .groups = DW_STR("") } };
	struct dw_quorum q = ask("legal", 1, false);
	struct dw_need missing[DW_NEEDS_MAX];

	assert_true(dw_quorum_need(&q, DW_STR("comms"), 2));
	assert_true(dw_quorum_need(&q, DW_STR(""), 2));
	assert_int_equal(dw_quorum_missing(&q, NULL, 0, missing), 3);
	assert_need(&missing[0], "", 2);
	assert_int_equal(dw_quorum_missing(&q, yes, 1, missing), 2);
	assert_need(&missing[0], "", 1);
	assert_need(&missing[1], "comms", 1);
	assert_int_equal(dw_quorum_missing(&q, yes, 2, missing), 1);
	assert_need(&missing[0], "comms", 1);
	/* what they are in by now takes away and gives nothing */
	yes[0].still = DW_STR("legal,executive");
	assert_int_equal(dw_quorum_missing(&q, yes, 2, missing), 1);
	assert_need(&missing[0], "comms", 2);
	yes[0].still = DW_STR("");
	yes[1].still = DW_STR("comms,legal");
	assert_int_equal(dw_quorum_missing(&q, yes, 2, missing), 2);
	assert_need(&missing[0], "comms", 2);
	assert_need(&missing[1], "legal", 1);
}

/* The needs are in order and each group once, whatever came in which order. */
static void the_order_means_nothing(void **state)
{
	static const char *const groups[] = { "", "a", "ab", "b", "legal", "le" };
	struct seeded die = { 7 };

	for (int round = 0; round < 2000; round++) {
		unsigned most[6] = { 0 }, n = 0;
		struct dw_quorum q = { .n_needs = 0 };

		for (int i = 0; i < 9; i++) {
			unsigned g = (unsigned)(seeded_next(&die) % 6);
			unsigned k = (unsigned)(seeded_next(&die) % 4);

			assert_true(dw_quorum_need(&q, dw_str_of(groups[g]), k));
			most[g] = k > most[g] ? k : most[g];
		}
		for (unsigned g = 0; g < 6; g++) {
			for (unsigned i = 0; i < q.n_needs; i++)
				if (dw_str_eq(q.need[i].group, dw_str_of(groups[g])))
					assert_int_equal(q.need[i].n, most[g]);
			n += most[g] > 0;
		}
		assert_int_equal(q.n_needs, n);
		for (unsigned i = 1; i < q.n_needs; i++)
			assert_true(strcmp(q.need[i - 1].group.p, q.need[i].group.p) < 0);
	}
}

static void words_have_names_and_back(void **state)
{
	unsigned value;

	for (unsigned kind = 0; kind <= DW_WORDS_STATEMENT_STATUS; kind++) {
		enum dw_statement_word_kind k = (enum dw_statement_word_kind)kind;

		for (unsigned i = 0; dw_statement_word(k, i) != NULL; i++) {
			assert_true(dw_statement_word_find(
				k, dw_str_of(dw_statement_word(k, i)), &value));
			assert_int_equal(value, i);
		}
		assert_false(dw_statement_word_find(k, DW_STR("nothing"), &value));
	}
	assert_null(dw_statement_word(DW_WORDS_CHANNEL, DW_CHANNEL_COUNT));
	assert_null(dw_statement_word(DW_WORDS_STATEMENT_STATUS, 5));
	assert_true(dw_statement_is_of(DW_EV_DRAFT_CHANGED) &&
		    dw_statement_is_of(DW_EV_VERDICT_GIVEN));
	assert_false(dw_statement_is_of(DW_EV_CLAIM_OVERDUE) ||
		     dw_statement_is_of(DW_EV_OUTGOING_FROZEN));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_rules_anybody_is_enough),
		cmocka_unit_test(the_rules_that_fit_are_added_up),
		cmocka_unit_test(too_many_groups_can_be_met_by_nobody),
		cmocka_unit_test(who_asks_for_less_gets_no_less),
		cmocka_unit_test(a_group_is_a_whole_word_of_the_list),
		cmocka_unit_test(one_person_counts_in_each_group),
		cmocka_unit_test(the_order_means_nothing),
		cmocka_unit_test(words_have_names_and_back),
	};

	return cmocka_run_group_tests_name("quorum", tests, NULL, NULL);
}
