/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * test_policy.c - every kind of principal against every right, and who sees which events. The
 * table is written out rather than derived, so that a change of the policy must be made twice.
 */
#include "domain/policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define R(right) (1u << DW_RIGHT_##right)

struct row {
	const char *what;
	struct dw_principal who;
	unsigned may; /* R(…) bits */
};

static const struct row rows[] = {
	{ "nobody", { DW_NOBODY, 0, 0, 0, 0 }, R(PUBLIC) },
	{ "no role", { DW_USER, 1, 0, 0, 9 }, R(PUBLIC) | R(SIGNED_IN) },
	{ "admin",
	  { DW_USER, 1, DW_ROLE_ADMIN, 0, 9 },
	  R(PUBLIC) | R(SIGNED_IN) | R(READ) | R(ADMIN) },
	{ "lead",
	  { DW_USER, 1, DW_ROLE_LEAD, 0, 9 },
	  R(PUBLIC) | R(SIGNED_IN) | R(READ) | R(DESK) },
	{ "drafter",
	  { DW_USER, 1, DW_ROLE_DRAFTER, 0, 9 },
	  R(PUBLIC) | R(SIGNED_IN) | R(READ) | R(DESK) },
	{ "approver",
	  { DW_USER, 1, DW_ROLE_APPROVER, 0, 9 },
	  R(PUBLIC) | R(SIGNED_IN) | R(READ) },
	{ "observer",
	  { DW_USER, 1, DW_ROLE_OBSERVER, 0, 9 },
	  R(PUBLIC) | R(SIGNED_IN) | R(READ) },
	{ "admin and lead",
	  { DW_USER, 1, DW_ROLE_ADMIN | DW_ROLE_LEAD, 0, 9 },
	  R(PUBLIC) | R(SIGNED_IN) | R(READ) | R(DESK) | R(ADMIN) },
	/* bits of the other kind must not count */
	{ "user with scopes",
	  { DW_USER, 1, 0, DW_SCOPE_READ | DW_SCOPE_INGEST, 9 },
	  R(PUBLIC) | R(SIGNED_IN) },
	{ "token with roles",
	  { DW_TOKEN, 2, DW_ROLE_ADMIN | DW_ROLE_LEAD, 0, 0 },
	  R(PUBLIC) },
	{ "token without scope", { DW_TOKEN, 2, 0, 0, 0 }, R(PUBLIC) },
	{ "token ingest", { DW_TOKEN, 2, 0, DW_SCOPE_INGEST, 0 }, R(PUBLIC) | R(INGEST) },
	{ "token read", { DW_TOKEN, 2, 0, DW_SCOPE_READ, 0 }, R(PUBLIC) | R(READ) },
	{ "token act", { DW_TOKEN, 2, 0, DW_SCOPE_ACT, 0 }, R(PUBLIC) | R(DESK) },
	{ "token all",
	  { DW_TOKEN, 2, 0, DW_SCOPE_INGEST | DW_SCOPE_READ | DW_SCOPE_ACT, 0 },
	  R(PUBLIC) | R(READ) | R(INGEST) | R(DESK) },
	{ "operator",
	  { DW_OPERATOR, 0, 0, 0, 0 },
	  R(PUBLIC) | R(SIGNED_IN) | R(READ) | R(INGEST) | R(ADMIN) | R(OPERATE) },
};

#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

static void every_principal_against_every_right(void **state)
{
	for (size_t i = 0; i < N_ROWS; i++) {
		for (unsigned r = 0; r < DW_RIGHT_COUNT; r++) {
			struct dw_err err = { 0 };
			int rc = dw_policy_check(&rows[i].who, (enum dw_right)r, &err);
			int want = (rows[i].may & (1u << r)) != 0  ? 0
				   : rows[i].who.kind == DW_NOBODY ? DW_EAUTH
								   : DW_EFORBIDDEN;

			if (rc != want)
				print_error("%s, right %u: %d, want %d\n", rows[i].what,
					    r, rc, want);
			assert_int_equal(rc, want);
			assert_int_equal(err.msg[0] != '\0', want != 0);
		}
	}
}

static void a_refusal_says_why_and_who_could(void **state)
{
	struct dw_principal observer = { DW_USER, 1, DW_ROLE_OBSERVER, 0, 9 };
	struct dw_principal reader = { DW_TOKEN, 2, 0, DW_SCOPE_READ, 0 };
	struct dw_principal nobody = { DW_NOBODY, 0, 0, 0, 0 };
	struct dw_err err = { 0 };

	assert_int_equal(dw_policy_check(&observer, DW_RIGHT_ADMIN, &err), DW_EFORBIDDEN);
	assert_non_null(strstr(err.msg, "administer accounts"));
	assert_non_null(strstr(err.msg, "you have the roles observer"));
	assert_non_null(strstr(err.msg, "an admin"));
	assert_int_equal(dw_policy_check(&reader, DW_RIGHT_INGEST, &err), DW_EFORBIDDEN);
	assert_non_null(strstr(err.msg, "your token has read"));
	assert_non_null(strstr(err.msg, "scope ingest"));
	assert_int_equal(dw_policy_check(&nobody, DW_RIGHT_READ, &err), DW_EAUTH);
	assert_non_null(strstr(err.msg, "read mentions"));
}

static void who_sees_which_events(void **state)
{
	for (size_t i = 0; i < N_ROWS; i++) {
		struct dw_type_set s = dw_policy_visible(&rows[i].who);

		for (unsigned t = 0; t <= DW_EV_UNKNOWN; t++) {
			enum dw_event_class c =
				dw_event_info((enum dw_event_type)t)->class;
			bool is_open = c == DW_CLASS_MENTION || c == DW_CLASS_SOURCE;
			bool want = (rows[i].may & (is_open ? R(READ) : R(ADMIN))) != 0;

			assert_int_equal(dw_type_set_has(&s, (enum dw_event_type)t),
					 want);
		}
	}
}

static void roles_by_name(void **state)
{
	struct dw_err err = { 0 };
	unsigned roles = 99;

	assert_int_equal(dw_roles_parse(DW_STR("admin,lead"), &roles, &err), 0);
	assert_int_equal(roles, DW_ROLE_ADMIN | DW_ROLE_LEAD);
	assert_int_equal(dw_roles_parse(DW_STR("observer,observer"), &roles, &err), 0);
	assert_int_equal(roles, DW_ROLE_OBSERVER);
	assert_int_equal(dw_roles_parse(dw_str_make(NULL, 0), &roles, &err), 0);
	assert_int_equal(roles, 0);
	roles = 99;
	assert_int_equal(dw_roles_parse(DW_STR("lead,boss"), &roles, &err), DW_EINVAL);
	assert_non_null(strstr(err.msg, "'boss'"));
	assert_int_equal(dw_roles_parse(DW_STR("lead,"), &roles, &err), DW_EINVAL);
	assert_int_equal(dw_roles_parse(DW_STR("Lead"), &roles, &err), DW_EINVAL);
	assert_int_equal(roles, 99);
	assert_string_equal(dw_role_name(0), "admin");
	assert_string_equal(dw_role_name(4), "observer");
	assert_null(dw_role_name(5));
	for (unsigned i = 0; dw_role_name(i) != NULL; i++)
		assert_int_equal(dw_role_bit(dw_str_of(dw_role_name(i))), 1u << i);
	assert_int_equal(dw_role_bit(DW_STR("")), 0);
}

static void scopes_by_name(void **state)
{
	assert_int_equal(dw_scope_bit(DW_STR("ingest")), DW_SCOPE_INGEST);
	assert_int_equal(dw_scope_bit(DW_STR("read")), DW_SCOPE_READ);
	assert_int_equal(dw_scope_bit(DW_STR("act")), DW_SCOPE_ACT);
	assert_int_equal(dw_scope_bit(DW_STR("acts")), 0);
	assert_int_equal(dw_scope_bit(DW_STR("")), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_principal_against_every_right),
		cmocka_unit_test(a_refusal_says_why_and_who_could),
		cmocka_unit_test(who_sees_which_events),
		cmocka_unit_test(roles_by_name),
		cmocka_unit_test(scopes_by_name),
	};

	return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
