/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* test_session.c - signing in, staying signed in, being shown the door. */
#include "enginerig.h"
#include "store/journal_mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define GOOD "nine good horses"
#define HOME "10.0.0.1"
#define OPERATOR .who = { .kind = DW_OPERATOR }

static int setup(void **state)
{
	static struct enginerig r;

	memset(&r, 0, sizeof(r));
	r.sign_in_per_minute = 1000;
	enginerig_open(&r, NULL);
	enginerig_user(&r, "sara", DW_ROLE_LEAD, GOOD);
	*state = &r;
	return 0;
}

static int teardown(void **state)
{
	enginerig_close(*state);
	return 0;
}

static bool is_in(struct enginerig *r, const struct dw_account_op *op, bool touch)
{
	struct dw_principal p = { 0 };

	return dw_account_by_session(r->account, dw_str_of(op->secret), touch, &p);
}

/* ---- signing in ---- */

static void a_session_names_its_user(void **state)
{
	struct enginerig *r = *state;
	struct dw_account_op op;
	struct dw_principal p = { 0 };
	struct dw_session_info s;
	char payload[1024];

	assert_int_equal(enginerig_sign_in(r, &op, "sara", GOOD, HOME), 0);
	assert_int_equal(strlen(op.secret), 43);
	assert_true(dw_account_by_session(r->account, dw_str_of(op.secret), true, &p));
	assert_int_equal(p.kind, DW_USER);
	assert_int_equal(p.id, 1);
	assert_int_equal(p.roles, DW_ROLE_LEAD);
	assert_int_equal(p.session, op.id);
	assert_true(dw_account_session(r->account, op.id, &s));
	assert_int_equal(s.user, 1);
	assert_true(dw_str_eq(s.peer, DW_STR(HOME)));
	assert_true(dw_str_eq(s.user_agent, DW_STR("test/1")));
	assert_int_equal(enginerig_events(r, "session.started", payload), 1);
	assert_string_equal(payload, "{\"user\":1,\"peer\":\"10.0.0.1\"}");
}

static void only_the_whole_value_counts(void **state)
{
	struct enginerig *r = *state;
	struct dw_account_op op;
	struct dw_principal p = { 0 };
	char other[DW_SECRET_TEXT];

	assert_int_equal(enginerig_sign_in(r, &op, "sara", GOOD, HOME), 0);
	for (size_t i = 0; i < 43; i++) {
		memcpy(other, op.secret, sizeof(other));
		other[i] = other[i] == 'A' ? 'B' : 'A';
		assert_false(
			dw_account_by_session(r->account, dw_str_of(other), true, &p));
	}
	assert_false(
		dw_account_by_session(r->account, dw_str_make(op.secret, 42), true, &p));
	assert_false(dw_account_by_session(r->account, dw_str_make(NULL, 0), true, &p));
}

static void wrong_ones_look_alike(void **state)
{
	struct enginerig *r = *state;
	struct dw_account_op wrong, unknown, disabled, empty, huge;
	struct dw_account_op off = { OPERATOR, .id = 1, .set = DW_SET_DISABLED,
				     .is_disabled = true };
	static char much[5000];

	memset(much, 'x', sizeof(much) - 1);
	assert_int_equal(enginerig_sign_in(r, &wrong, "sara", "not her password", HOME),
			 DW_EAUTH);
	assert_int_equal(enginerig_sign_in(r, &unknown, "farhad", GOOD, HOME), DW_EAUTH);
	assert_int_equal(enginerig_sign_in(r, &empty, "sara", "", HOME), DW_EAUTH);
	assert_int_equal(enginerig_sign_in(r, &huge, "sara", much, HOME), DW_EAUTH);
	assert_int_equal(enginerig_do(r, dw_account_user_change, &off), 0);
	assert_int_equal(enginerig_sign_in(r, &disabled, "sara", GOOD, HOME), DW_EAUTH);
	assert_string_equal(wrong.err.msg, unknown.err.msg);
	assert_string_equal(wrong.err.msg, disabled.err.msg);
	assert_string_equal(wrong.err.msg, empty.err.msg);
	assert_string_equal(wrong.secret, "");
	assert_int_equal(enginerig_events(r, "session.started", NULL), 0);
}

static void the_name_that_was_typed_is_not_kept(void **state)
{
	struct enginerig *r = *state;
	struct dw_account_op op;
	char payload[1024];

	enginerig_secret(
		r, "Pa55-into-name-field"); /* looked for in all payloads at the end */
	assert_int_equal(enginerig_sign_in(r, &op, "Pa55-into-name-field", "sara", HOME),
			 DW_EAUTH);
	enginerig_until_head(r, 2);
	assert_int_equal(enginerig_events(r, "session.refused", payload), 1);
	assert_string_equal(payload, "{\"reason\":\"unknown\",\"peer\":\"10.0.0.1\"}");
	assert_int_equal(enginerig_sign_in(r, &op, "sara", "wrong", HOME), DW_EAUTH);
	enginerig_until_head(r, 3);
	assert_int_equal(enginerig_events(r, "session.refused", payload), 2);
	assert_string_equal(payload,
			    "{\"reason\":\"password\",\"user\":1,\"peer\":\"10.0.0.1\"}");
}

static void a_new_sign_in_ends_the_one_it_replaces(void **state)
{
	struct enginerig *r = *state;
	struct dw_account_op first,
		second = { .name = DW_STR("sara"), .password = DW_STR(GOOD) };
	char payload[1024];

	assert_int_equal(enginerig_sign_in(r, &first, "sara", GOOD, HOME), 0);
	second.replaces = first.id;
	second.peer = DW_STR(HOME);
	assert_int_equal(enginerig_do(r, dw_account_sign_in, &second), 0);
	assert_string_not_equal(first.secret, second.secret);
	assert_false(is_in(r, &first, true));
	assert_true(is_in(r, &second, true));
	assert_int_equal(enginerig_events(r, "session.ended", payload), 1);
	assert_non_null(strstr(payload, "\"reason\":\"replaced\""));
}

static void the_browser_is_described_in_ascii(void **state)
{
	struct enginerig *r = *state;
	struct dw_account_op op = { .name = DW_STR("sara"),
				    .password = DW_STR(GOOD),
				    .peer = DW_STR(HOME),
				    .user_agent = DW_STR("a\x1b[31m\xc3\xa9") };
	struct dw_session_info s;

	assert_int_equal(enginerig_do(r, dw_account_sign_in, &op), 0);
	assert_true(dw_account_session(r->account, op.id, &s));
	assert_true(dw_str_eq(s.user_agent, DW_STR("a?[31m??")));
}

/* ---- the end of a session ---- */

static void idle_sessions_end(void **state)
{
	struct enginerig *r = *state;
	struct dw_account_op op;
	struct dw_principal p = { 0 };

	assert_int_equal(enginerig_sign_in(r, &op, "sara", GOOD, HOME), 0);
	enginerig_advance(r, 8 * 3600 - 1);
	assert_true(is_in(r, &op, true)); /* counts as activity */
	enginerig_advance(r, 8 * 3600 - 1);
	assert_true(dw_account_by_session(r->account, dw_str_of(op.secret), false, &p));
	assert_true(dw_account_refresh(r->account, &p));
	enginerig_advance(r, 1); /* neither of the two before counted */
	assert_false(dw_account_refresh(r->account, &p));
	assert_false(is_in(r, &op, true));
	assert_false(is_in(r, &op, true));
}

/* Whoever comes with one that is over makes it an event, also when the disk was full at first. */
static void expiry_is_an_event(void **state)
{
	struct enginerig *r = *state;
	struct dw_account_op op;
	char payload[1024], want[100];
	uint64_t head;

	assert_int_equal(enginerig_sign_in(r, &op, "sara", GOOD, HOME), 0);
	head = dw_journal_head(dw_engine_journal(r->engine));
	enginerig_advance(r, 8 * 3600);
	dw_journal_mem_fail(dw_engine_journal(r->engine), DW_EFULL, 1);
	assert_false(is_in(r, &op, true));
	while (r->told_user == 0) /* streams end at once */
		uv_run(&r->loop.uv, UV_RUN_ONCE);
	while (dw_journal_pending(dw_engine_journal(r->engine)) > 0)
		uv_run(&r->loop.uv, UV_RUN_ONCE);
	assert_int_equal(dw_journal_head(dw_engine_journal(r->engine)), head);
	assert_false(is_in(r, &op, true));
	enginerig_until_head(r, head + 1);
	assert_int_equal(enginerig_events(r, "session.ended", payload), 1);
	snprintf(want, sizeof(want),
		 "{\"session\":%llu,\"reason\":\"expired\",\"user\":1}",
		 (unsigned long long)op.id);
	assert_string_equal(payload, want);
	assert_false(is_in(r, &op, true));
}

static void busy_sessions_end_too(void **state)
{
	struct enginerig *r = *state;
	struct dw_account_op op;

	assert_int_equal(enginerig_sign_in(r, &op, "sara", GOOD, HOME), 0);
	for (int hour = 0; hour < 7 * 24 - 1; hour++) {
		enginerig_advance(r, 3600);
		assert_true(is_in(r, &op, true));
	}
	enginerig_advance(r, 3600);
	assert_false(is_in(r, &op, true));
}

static void a_clock_set_back_extends_nothing(void **state)
{
	struct enginerig *r = *state;
	struct dw_account_op op;
	struct dw_session_info before, after;

	assert_int_equal(enginerig_sign_in(r, &op, "sara", GOOD, HOME), 0);
	assert_true(dw_account_session(r->account, op.id, &before));
	enginerig_advance(r, -100);
	assert_true(is_in(r, &op, true));
	assert_true(dw_account_session(r->account, op.id, &after));
	assert_int_equal(before.expires_at, after.expires_at);
}

static void disabling_and_a_new_password_end_all_sessions(void **state)
{
	struct enginerig *r = *state;
	struct dw_account_op op[3];
	struct dw_account_op password = { OPERATOR, .id = 1, .set = DW_SET_PASSWORD,
					  .password = DW_STR("eight bad donkeys") };
	struct dw_account_op off = { OPERATOR, .id = 1, .set = DW_SET_DISABLED,
				     .is_disabled = true };
	struct dw_account_op on = { OPERATOR, .id = 1, .set = DW_SET_DISABLED };
	unsigned told;

	for (int i = 0; i < 3; i++)
		assert_int_equal(enginerig_sign_in(r, &op[i], "sara", GOOD, HOME), 0);
	enginerig_secret(r, "eight bad donkeys");
	told = r->told_user;
	assert_int_equal(enginerig_do(r, dw_account_user_change, &password), 0);
	assert_true(r->told_user > told);
	for (int i = 0; i < 3; i++)
		assert_false(is_in(r, &op[i], true));
	assert_int_equal(enginerig_sign_in(r, &op[0], "sara", GOOD, HOME), DW_EAUTH);
	assert_int_equal(enginerig_sign_in(r, &op[0], "sara", "eight bad donkeys", HOME),
			 0);
	told = r->told_user;
	assert_int_equal(enginerig_do(r, dw_account_user_change, &off), 0);
	assert_true(r->told_user > told);
	assert_false(is_in(r, &op[0], true));
	assert_int_equal(enginerig_do(r, dw_account_user_change, &on), 0);
	assert_false(is_in(r, &op[0], true));
	assert_int_equal(enginerig_sign_in(r, &op[0], "sara", "eight bad donkeys", HOME),
			 0);
}

static void a_change_of_roles_reaches_open_sessions(void **state)
{
	struct enginerig *r = *state;
	struct dw_account_op op, change = { OPERATOR, .id = 1, .set = DW_SET_ROLES,
					    .roles = DW_ROLE_OBSERVER };
	struct dw_principal p = { 0 };

	assert_int_equal(enginerig_sign_in(r, &op, "sara", GOOD, HOME), 0);
	assert_true(dw_account_by_session(r->account, dw_str_of(op.secret), true, &p));
	assert_int_equal(enginerig_do(r, dw_account_user_change, &change), 0);
	assert_int_equal(r->told_user, 1);
	assert_int_equal(p.roles, DW_ROLE_LEAD);
	assert_true(dw_account_refresh(r->account, &p));
	assert_int_equal(p.roles, DW_ROLE_OBSERVER);
}

static void signing_out_ends_one(void **state)
{
	struct enginerig *r = *state;
	struct dw_account_op one, two, end = { OPERATOR, .reason = "signed_out" };
	struct dw_account_op again = end;
	struct dw_principal p = { 0 };
	char payload[1024], want[100];

	assert_int_equal(enginerig_sign_in(r, &one, "sara", GOOD, HOME), 0);
	assert_int_equal(enginerig_sign_in(r, &two, "sara", GOOD, HOME), 0);
	assert_true(dw_account_by_session(r->account, dw_str_of(one.secret), true, &p));
	end.id = again.id = one.id;
	assert_int_equal(enginerig_do(r, dw_account_session_end, &end), 0);
	assert_int_equal(r->told_user, 1);
	assert_false(is_in(r, &one, true));
	assert_false(dw_account_refresh(r->account, &p));
	assert_true(is_in(r, &two, true));
	assert_int_equal(enginerig_do(r, dw_account_session_end, &again), DW_ENOTFOUND);
	assert_int_equal(enginerig_events(r, "session.ended", payload), 1);
	snprintf(want, sizeof(want),
		 "{\"session\":%llu,\"reason\":\"signed_out\",\"user\":1}",
		 (unsigned long long)one.id);
	assert_string_equal(payload, want);
}

static bool count_session(void *data, const struct dw_session_info *s)
{
	(*(size_t *)data)++;
	return true;
}

static void there_are_only_so_many_sessions(void **state)
{
	struct enginerig *r = *state;
	struct dw_account_op first, op;
	size_t n = 0;

	assert_int_equal(enginerig_sign_in(r, &first, "sara", GOOD, HOME), 0);
	for (int i = 0; i < 32; i++)
		assert_int_equal(enginerig_sign_in(r, &op, "sara", GOOD, HOME), 0);
	dw_account_each_session(r->account, 1, count_session, &n);
	assert_int_equal(n, 32);
	assert_false(is_in(r, &first, true));
	assert_true(is_in(r, &op, true));
}

static void a_session_for_whoever_was_just_made(void **state)
{
	struct enginerig *r = *state;
	struct dw_account_op op = { .id = 1, .peer = DW_STR(HOME) }, none = { .id = 99 };

	assert_int_equal(enginerig_do(r, dw_account_session_start, &op), 0);
	assert_true(is_in(r, &op, true));
	assert_int_equal(enginerig_do(r, dw_account_session_start, &none), DW_EAUTH);
}

static void a_csrf_value_belongs_to_its_session(void **state)
{
	char a[DW_SECRET_TEXT], b[DW_SECRET_TEXT], again[DW_SECRET_TEXT];

	dw_account_csrf(DW_STR("one"), a);
	dw_account_csrf(DW_STR("one"), again);
	dw_account_csrf(DW_STR("two"), b);
	assert_int_equal(strlen(a), 43);
	assert_string_equal(a, again);
	assert_string_not_equal(a, b);
}

int main(void)
{
#define T(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(a_session_names_its_user),
		T(only_the_whole_value_counts),
		T(wrong_ones_look_alike),
		T(the_name_that_was_typed_is_not_kept),
		T(a_new_sign_in_ends_the_one_it_replaces),
		T(the_browser_is_described_in_ascii),
		T(idle_sessions_end),
		T(expiry_is_an_event),
		T(busy_sessions_end_too),
		T(a_clock_set_back_extends_nothing),
		T(disabling_and_a_new_password_end_all_sessions),
		T(a_change_of_roles_reaches_open_sessions),
		T(signing_out_ends_one),
		T(there_are_only_so_many_sessions),
		T(a_session_for_whoever_was_just_made),
		T(a_csrf_value_belongs_to_its_session),
	};

	return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
