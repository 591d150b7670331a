/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* test_statement_ledger.c - where the time of a statement has gone, and for whom it waited. */
#include "domain/statement_ledger.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define MINUTE INT64_C(60000000)
#define D1 "1111111111111111111111111111111111111111111111111111111111111111"
#define D2 "2222222222222222222222222222222222222222222222222222222222222222"

static struct dw_statement *t;
static struct dw_arena *a;

static int setup(void **state)
{
	t = dw_statement_create();
	a = dw_arena_create();
	return 0;
}

static int teardown(void **state)
{
	dw_statement_destroy(t);
	dw_arena_destroy(a);
	return 0;
}

static void say(unsigned minute, struct dw_statement_fact f)
{
	f.seq = t->seq + 1;
	f.room = 1;
	f.actor = f.actor != 0 ? f.actor : 7;
	f.statement = t->id;
	f.recorded_at = minute * MINUTE;
	dw_statement_apply(t, &f);
}

static void begin(void)
{
	say(0, (struct dw_statement_fact){ .type = DW_EV_STATEMENT_DRAFTED,
					   .title = DW_STR("x"),
					   .lang = DW_STR("en"),
					   .text = DW_STR("text") });
}

static void type_at(unsigned minute)
{
	struct dw_change_part part[] = { { .is_kept = true, .n = t->draft.units },
					 { .n = 0, .text = DW_STR("!") } };
	struct dw_update u = { DW_STR("tab"), { part, 2 } };

	say(minute, (struct dw_statement_fact){ .type = DW_EV_DRAFT_CHANGED,
						.revision = t->revision + 1,
						.update = &u,
						.n_updates = 1 });
}

static void submit(unsigned minute, const char *digest)
{
	struct dw_statement_fact f = { .type = DW_EV_STATEMENT_SUBMITTED,
				       .digest = dw_str_of(digest),
				       .title = DW_STR("x"),
				       .lang = DW_STR("en"),
				       .text = dw_buf_str(&t->draft.text) };

	assert_true(dw_quorum_need(&f.quorum, DW_STR("comms"), 1));
	assert_true(dw_quorum_need(&f.quorum, DW_STR("legal"), 1));
	say(minute, f);
}

static void rule(unsigned minute, const char *digest, uint64_t who, const char *groups,
		 unsigned ruling)
{
	say(minute, (struct dw_statement_fact){ .type = DW_EV_VERDICT_GIVEN,
						.actor = who,
						.digest = dw_str_of(digest),
						.groups = dw_str_of(groups),
						.ruling = ruling });
}

static void mark_of(unsigned minute, enum dw_event_type type, const char *digest)
{
	say(minute,
	    (struct dw_statement_fact){ .type = type, .digest = dw_str_of(digest) });
}

/* "drafting 0-3, waiting 3-10 comms+legal" */
static void is_ledger(unsigned now, const char *want)
{
	char got[1000] = "";
	struct dw_ledger l;
	int64_t sum = 0;

	dw_ledger_make(&l, t, now * MINUTE, a);
	for (size_t i = 0; i < l.n; i++) {
		const struct dw_stint *s = &l.stint[i];
		size_t n = strlen(got);

		n += (size_t)snprintf(got + n, sizeof(got) - n, "%s%s %d-%d",
				      n > 0 ? ", " : "", dw_spent_name(s->spent),
				      (int)(s->from / MINUTE), (int)(s->to / MINUTE));
		for (size_t k = 0; k < s->n_on; k++)
			n += (size_t)snprintf(got + n, sizeof(got) - n, "%c%.*s%s",
					      k > 0 ? '+' : ' ', (int)s->on[k].group.n,
					      s->on[k].group.p != NULL ? s->on[k].group.p
								       : "",
					      s->on[k].kind == DW_LACK_REJECTED
						      ? "rejected"
					      : s->on[k].kind == DW_LACK_HELD  ? "held"
					      : s->on[k].kind == DW_LACK_ASKED ? "asked"
									       : "");
		assert_true(i == 0 || l.stint[i - 1].to == s->from);
	}
	assert_string_equal(got, want);
	for (unsigned i = 0; i < DW_SPENT_COUNT; i++)
		sum += l.total[i];
	assert_true(l.n == 0 || sum == l.stint[l.n - 1].to - l.stint[0].from);
}

static void typing_and_pauses(void **state)
{
	begin();
	type_at(2);
	type_at(6);
	is_ledger(8, "drafting 0-6, idle 6-8");
	type_at(20);
	type_at(21);
	is_ledger(30, "drafting 0-6, idle 6-20, drafting 20-21, idle 21-30");
}

static void waiting_says_for_whom(void **state)
{
	begin();
	type_at(4);
	submit(5, D1);
	rule(9, D1, 21, "comms", DW_RULING_APPROVE);
	is_ledger(12,
		  "drafting 0-4, idle 4-5, waiting 5-9 comms+legal, waiting 9-12 legal");
	rule(14, D1, 22, "legal", DW_RULING_HOLD);
	is_ledger(15,
		  "drafting 0-4, idle 4-5, waiting 5-9 comms+legal, waiting 9-14 legal, "
		  "waiting 14-15 legal+held");
	rule(16, D1, 22, "legal", DW_RULING_APPROVE);
	mark_of(16, DW_EV_STATEMENT_APPROVED, D1);
	mark_of(20, DW_EV_STATEMENT_PUBLISHED, D1);
	is_ledger(60,
		  "drafting 0-4, idle 4-5, waiting 5-9 comms+legal, waiting 9-14 legal, "
		  "waiting 14-16 legal+held, publishing 16-20, out 20-60");
}

static void who_types_takes_it_back(void **state)
{
	begin();
	submit(5, D1);
	type_at(8);
	type_at(9);
	is_ledger(10, "idle 0-5, waiting 5-8 comms+legal, drafting 8-9, idle 9-10");
	submit(10, D2);
	rule(11, D1, 21, "comms", DW_RULING_APPROVE);
	is_ledger(12,
		  "idle 0-5, waiting 5-8 comms+legal, drafting 8-9, idle 9-10, waiting "
		  "10-12 comms+legal");
}

static void nothing_yet(void **state)
{
	begin();
	is_ledger(0, "");
	is_ledger(3, "idle 0-3");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(typing_and_pauses, setup, teardown),
		cmocka_unit_test_setup_teardown(waiting_says_for_whom, setup, teardown),
		cmocka_unit_test_setup_teardown(who_types_takes_it_back, setup, teardown),
		cmocka_unit_test_setup_teardown(nothing_yet, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
