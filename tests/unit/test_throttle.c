/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* test_throttle.c - how often somebody may be wrong: five a minute here; refusals, and the queue. */
#include "enginerig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define GOOD "nine good horses"
#define HOME "10.0.0.1"

static int setup_with(void **state, unsigned per_minute)
{
	static struct enginerig r;

	memset(&r, 0, sizeof(r));
	r.sign_in_per_minute = per_minute;
	enginerig_open(&r, NULL);
	enginerig_user(&r, "sara", DW_ROLE_LEAD, GOOD);
	*state = &r;
	return 0;
}

static int setup(void **state)
{
	return setup_with(state, 1000);
}

static int setup_five(void **state)
{
	return setup_with(state, 5);
}

static int teardown(void **state)
{
	enginerig_close(*state);
	return 0;
}

/* ---- attempts ---- */

static unsigned fail_until_told_to_wait(struct enginerig *r, const char *name,
					const char *peer, unsigned *wait_s)
{
	struct dw_account_op op;
	unsigned n = 0;
	int rc;

	while ((rc = enginerig_sign_in(r, &op, name, "wrong wrong", peer)) == DW_EAUTH &&
	       n < 50)
		n++;
	assert_int_equal(rc, DW_EBUSY);
	*wait_s = op.retry_after_s;
	return n;
}

static void an_address_may_fail_so_often(void **state)
{
	struct enginerig *r = *state;
	struct dw_account_op op;
	char name[16];
	unsigned wait;

	for (unsigned i = 0; i < 5; i++) {
		snprintf(name, sizeof(name), "nobody%u", i);
		assert_int_equal(enginerig_sign_in(r, &op, name, "wrong wrong",
						   "6.6.6.6"),
				 DW_EAUTH);
	}
	assert_int_equal(fail_until_told_to_wait(r, "nobody9", "6.6.6.6", &wait), 0);
	assert_int_equal(wait, 12);
	/* even with the right password */
	assert_int_equal(enginerig_sign_in(r, &op, "sara", GOOD, "6.6.6.6"), DW_EBUSY);
	/* others are not concerned */
	assert_int_equal(enginerig_sign_in(r, &op, "sara", GOOD, "7.7.7.7"), 0);
	enginerig_advance(r, 12);
	assert_int_equal(enginerig_sign_in(r, &op, "sara", GOOD, "6.6.6.6"), 0);
}

static void an_account_may_be_failed_so_often(void **state)
{
	struct enginerig *r = *state;
	struct dw_account_op op;
	char peer[32];
	unsigned wait;

	for (unsigned i = 0; i < 5; i++) {
		snprintf(peer, sizeof(peer), "6.6.6.%u", i);
		assert_int_equal(enginerig_sign_in(r, &op, "Sara", "wrong wrong", peer),
				 DW_EAUTH);
	}
	/* what is kept for new addresses: two for each, four in all */
	assert_int_equal(fail_until_told_to_wait(r, "sara", "6.6.6.99", &wait), 2);
	assert_int_equal(enginerig_sign_in(r, &op, "sara", GOOD, "6.6.6.99"), DW_EBUSY);
	assert_int_equal(fail_until_told_to_wait(r, "sara", "6.6.6.98", &wait), 2);
	assert_int_equal(fail_until_told_to_wait(r, "sara", "6.6.6.97", &wait), 0);
	assert_true(wait >= 1 && wait <= 15);
	assert_int_equal(enginerig_sign_in(r, &op, "sara", GOOD, "9.9.9.9"), DW_EBUSY);
	assert_true(op.retry_after_s >= 1 && op.retry_after_s <= 15);
}

/* The owner comes from where she never was, while one address does nothing but guess. */
static void one_attacker_leaves_room_at_a_new_address(void **state)
{
	struct enginerig *r = *state;
	struct dw_account_op op;
	char peer[32];

	for (unsigned i = 0; i < 30; i++) {
		/* as often as it can: each twelve seconds the account's allowance has one */
		for (unsigned k = 0; k < 6; k++)
			(void)enginerig_sign_in(r, &op, "sara", "wrong wrong", "6.6.6.6");
		assert_int_equal(op.status, DW_EBUSY);
		snprintf(peer, sizeof(peer), "7.7.7.%u", i);
		assert_int_equal(enginerig_sign_in(r, &op, "sara", GOOD, peer), 0);
		enginerig_advance(r, 12);
	}
}

/* A few more do not help: what an address had of it comes back in minutes. */
static void a_few_attackers_leave_room_at_a_new_address(void **state)
{
	struct enginerig *r = *state;
	struct dw_account_op op;
	char peer[32];
	unsigned in = 0;

	for (unsigned i = 0; i < 60; i++) {
		for (unsigned k = 0; k < 3; k++) {
			snprintf(peer, sizeof(peer), "6.6.6.%u", k);
			(void)enginerig_sign_in(r, &op, "sara", "wrong wrong", peer);
		}
		snprintf(peer, sizeof(peer), "7.7.7.%u", i);
		in += enginerig_sign_in(r, &op, "sara", GOOD, peer) == 0;
		enginerig_advance(r, 12);
	}
	assert_true(in >= 50); /* all but some of the first minutes */
}

/* She may be wrong once herself, and what she took is given back when she is right. */
static void being_right_gives_back_what_was_kept(void **state)
{
	struct enginerig *r = *state;
	struct dw_account_op op;
	char peer[32];

	for (unsigned i = 0; i < 5; i++) {
		snprintf(peer, sizeof(peer), "6.6.6.%u", i);
		assert_int_equal(enginerig_sign_in(r, &op, "sara", "wrong wrong", peer),
				 DW_EAUTH);
	}
	for (unsigned i = 0; i < 20; i++) {
		snprintf(peer, sizeof(peer), "7.7.7.%u", i);
		assert_int_equal(enginerig_sign_in(r, &op, "sara", GOOD, peer), 0);
	}
	assert_int_equal(enginerig_sign_in(r, &op, "sara", "wrong wrong", "9.9.9.9"),
			 DW_EAUTH);
	assert_int_equal(enginerig_sign_in(r, &op, "sara", GOOD, "9.9.9.9"), 0);
}

static void a_name_that_nobody_has_is_counted_alike(void **state)
{
	struct enginerig *r = *state;
	struct dw_account_op op;
	char peer[32];
	unsigned wait;

	for (unsigned i = 0; i < 5; i++) {
		snprintf(peer, sizeof(peer), "6.6.6.%u", i);
		assert_int_equal(enginerig_sign_in(r, &op, "Farhad", "wrong wrong", peer),
				 DW_EAUTH);
	}
	assert_int_equal(fail_until_told_to_wait(r, "farhad", "6.6.6.99", &wait), 2);
	assert_int_equal(fail_until_told_to_wait(r, "farhad", "6.6.6.98", &wait), 2);
	assert_int_equal(fail_until_told_to_wait(r, "farhad", "6.6.6.97", &wait), 0);
	assert_true(wait >= 1 && wait <= 15);
}

static void the_owner_is_not_locked_out(void **state)
{
	struct enginerig *r = *state;
	struct dw_account_op op;
	char peer[32];
	unsigned wait;

	assert_int_equal(enginerig_sign_in(r, &op, "sara", GOOD, HOME), 0);
	for (unsigned i = 0; i < 40; i++) {
		snprintf(peer, sizeof(peer), "6.6.%u.1", i);
		(void)enginerig_sign_in(r, &op, "sara", "wrong wrong", peer);
	}
	assert_int_equal(op.status, DW_EBUSY);
	assert_int_equal(enginerig_sign_in(r, &op, "sara", GOOD, HOME), 0);
	/* and may be wrong there as often as anybody */
	assert_int_equal(fail_until_told_to_wait(r, "sara", HOME, &wait), 5);
	assert_int_equal(enginerig_sign_in(r, &op, "sara", GOOD, HOME), DW_EBUSY);
}

static void being_right_costs_nothing(void **state)
{
	struct enginerig *r = *state;
	struct dw_account_op op;

	for (int i = 0; i < 20; i++)
		assert_int_equal(enginerig_sign_in(r, &op, "sara", GOOD, HOME), 0);
}

static void an_ipv6_customer_is_one_address(void **state)
{
	struct enginerig *r = *state;
	struct dw_account_op op;
	char peer[48], name[16];

	for (unsigned i = 0; i < 5; i++) {
		snprintf(peer, sizeof(peer), "2001:db8:0:1:%x::%x", i, i);
		snprintf(name, sizeof(name), "nobody%u", i);
		assert_int_equal(enginerig_sign_in(r, &op, name, "wrong wrong", peer),
				 DW_EAUTH);
	}
	assert_int_equal(enginerig_sign_in(r, &op, "sara", GOOD, "2001:db8:0:1::77"),
			 DW_EBUSY);
	assert_int_equal(enginerig_sign_in(r, &op, "sara", GOOD, "2001:db8:0:2::77"), 0);
}

/* Only so many are remembered, and the longest unused are forgotten first. */
static void many_strangers_cost_bounded_memory(void **state)
{
	struct enginerig *r = *state;
	struct dw_account_op op;
	char peer[32], name[16];

	for (unsigned i = 0; i < 5; i++) {
		snprintf(name, sizeof(name), "nobody%u", i);
		assert_int_equal(enginerig_sign_in(r, &op, name, "wrong wrong",
						   "9.9.9.9"),
				 DW_EAUTH);
	}
	assert_int_equal(enginerig_sign_in(r, &op, "sara", "wrong wrong", "9.9.9.9"),
			 DW_EBUSY);
	for (unsigned i = 0; i < 4096; i++) {
		snprintf(peer, sizeof(peer), "6.%u.%u.1", i / 256, i % 256);
		(void)enginerig_sign_in(r, &op, "farhad", "wrong wrong", peer);
	}
	assert_int_equal(op.status, DW_EBUSY);
	assert_int_equal(enginerig_sign_in(r, &op, "sara", "wrong wrong", "9.9.9.9"),
			 DW_EAUTH);
}

/* ---- refusals ---- */

static void a_flood_of_refusals_is_counted(void **state)
{
	struct enginerig *r = *state;
	struct dw_account_op op;
	char payload[1024], peer[32];

	for (unsigned i = 0; i < 200; i++) {
		snprintf(peer, sizeof(peer), "6.6.6.%u", i);
		assert_true(enginerig_sign_in(r, &op, "sara", "wrong wrong", peer) < 0);
	}
	enginerig_until_head(r, 11);
	assert_int_equal(enginerig_events(r, "session.refused", NULL), 10);
	enginerig_advance(r, 61);
	(void)enginerig_sign_in(r, &op, "sara", "wrong wrong", "6.6.6.201");
	enginerig_until_head(r, 13);
	assert_int_equal(enginerig_events(r, "session.refused", payload), 12);
	enginerig_advance(r, 61);
}

/* ---- the pool ---- */

static void on_counted(struct dw_account_op *op)
{
	(*(size_t *)op->data)++;
}

static void more_at_once_than_the_pool_takes(void **state)
{
	enum { N = 200 };
	struct enginerig *r = *state;
	static struct dw_account_op op[N];
	size_t done = 0, ok = 0, busy = 0;

	memset(op, 0, sizeof(op));
	dw_account_cost_for_tests(64u * 1024 * 1024, 3); /* slower than the loop below */
	for (size_t i = 0; i < N; i++) {
		/* half of them for a name that nobody has: they wait in the same queue */
		op[i] = (struct dw_account_op){ .name = i % 2 ? DW_STR("sara")
							      : DW_STR("farhad"),
						.password = DW_STR(GOOD),
						.peer = DW_STR(HOME),
						.cb = on_counted,
						.data = &done };
		dw_account_sign_in(r->account, &op[i]);
	}
	while (done < N)
		uv_run(&r->loop.uv, UV_RUN_ONCE);
	for (size_t i = 0; i < N; i++) {
		ok += op[i].status == 0 || op[i].status == DW_EAUTH;
		busy += op[i].status == DW_EBUSY;
		if (op[i].status == DW_EBUSY)
			assert_true(op[i].retry_after_s > 0);
		if (op[i].status == 0)
			enginerig_secret(r, op[i].secret);
		assert_int_equal(op[i].status == DW_EAUTH && i % 2 == 1, 0);
	}
	assert_int_equal(ok + busy, N);
	/* the queue, the two that have begun, and what they finish meanwhile */
	assert_in_range(ok, 16, N / 2);
}

int main(void)
{
#define FIVE(fn) cmocka_unit_test_setup_teardown(fn, setup_five, teardown)
	const struct CMUnitTest tests[] = {
		FIVE(an_address_may_fail_so_often),
		FIVE(an_account_may_be_failed_so_often),
		FIVE(one_attacker_leaves_room_at_a_new_address),
		FIVE(a_few_attackers_leave_room_at_a_new_address),
		FIVE(being_right_gives_back_what_was_kept),
		FIVE(a_name_that_nobody_has_is_counted_alike),
		FIVE(the_owner_is_not_locked_out),
		FIVE(being_right_costs_nothing),
		FIVE(an_ipv6_customer_is_one_address),
		FIVE(many_strangers_cost_bounded_memory),
		FIVE(a_flood_of_refusals_is_counted),
		cmocka_unit_test_setup_teardown(more_at_once_than_the_pool_takes, setup,
						teardown),
	};

	return cmocka_run_group_tests_name("throttle", tests, NULL, NULL);
}
