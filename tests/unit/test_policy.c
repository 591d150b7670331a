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
	  R(PUBLIC) | R(SIGNED_IN) | R(READ) | R(ADMIN) | R(VOUCH) },
	{ "lead",
	  { DW_USER, 1, DW_ROLE_LEAD, 0, 9 },
	  R(PUBLIC) | R(SIGNED_IN) | R(READ) | R(DESK) | R(ROOM) | R(CONTRIBUTE) |
		  R(COMMAND) | R(VOUCH) },
	{ "drafter",
	  { DW_USER, 1, DW_ROLE_DRAFTER, 0, 9 },
	  R(PUBLIC) | R(SIGNED_IN) | R(READ) | R(DESK) | R(ROOM) | R(CONTRIBUTE) },
	{ "approver",
	  { DW_USER, 1, DW_ROLE_APPROVER, 0, 9 },
	  R(PUBLIC) | R(SIGNED_IN) | R(READ) | R(ROOM) | R(APPROVE) | R(VOUCH) },
	{ "observer",
	  { DW_USER, 1, DW_ROLE_OBSERVER, 0, 9 },
	  R(PUBLIC) | R(SIGNED_IN) | R(READ) },
	{ "admin and lead",
	  { DW_USER, 1, DW_ROLE_ADMIN | DW_ROLE_LEAD, 0, 9 },
	  R(PUBLIC) | R(SIGNED_IN) | R(READ) | R(DESK) | R(ADMIN) | R(ROOM) |
		  R(CONTRIBUTE) | R(COMMAND) | R(VOUCH) },
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
	{ "token act",
	  { DW_TOKEN, 2, 0, DW_SCOPE_ACT, 0 },
	  R(PUBLIC) | R(DESK) | R(ROOM) | R(CONTRIBUTE) | R(COMMAND) },
	{ "token all",
	  { DW_TOKEN, 2, 0, DW_SCOPE_INGEST | DW_SCOPE_READ | DW_SCOPE_ACT, 0 },
	  R(PUBLIC) | R(READ) | R(INGEST) | R(DESK) | R(ROOM) | R(CONTRIBUTE) |
		  R(COMMAND) },
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
			bool is_open = c == DW_CLASS_MENTION || c == DW_CLASS_SOURCE ||
				       c == DW_CLASS_ROOM || c == DW_CLASS_PLAYBOOK ||
				       c == DW_CLASS_DRAFT || c == DW_CLASS_AUTHORITY;
			bool want = (rows[i].may & (is_open ? R(READ) : R(ADMIN))) != 0;

			assert_int_equal(dw_type_set_has(&s, (enum dw_event_type)t),
					 want);
		}
	}
}

/* Commands by letters: who may by role alone (l lead, d drafter, a approver, t token act, o operator), and who else of
 * those that may work in rooms (L leads this room, O owner, S self). */
static const struct {
	enum dw_command_type cmd;
	const char *may;
} matrix[] = {
	{ DW_CMD_DECLARE, "lt" },
	{ DW_CMD_CHANGE, "ltL" },
	{ DW_CMD_LINK, "ldtL" },
	{ DW_CMD_UNLINK, "ldtL" },
	{ DW_CMD_NOTE, "ldtL" },
	{ DW_CMD_CORRECT, "ldtL" },
	{ DW_CMD_ADD_CLAIM, "ldtL" },
	{ DW_CMD_CHANGE_CLAIM, "ldtLO" },
	{ DW_CMD_ADD_TASK, "ldtL" },
	{ DW_CMD_CHANGE_TASK, "ldtLO" },
	{ DW_CMD_DECIDE, "ldtL" },
	{ DW_CMD_JOIN, "ltLS" },
	{ DW_CMD_LEAVE, "ltLS" },
	{ DW_CMD_PIN, "ldtL" },
	{ DW_CMD_UNPIN, "ldtL" },
	{ DW_CMD_START, "ltL" },
	{ DW_CMD_SPLIT, "lt" },
	{ DW_CMD_SPEAK, "ldtL" },
	{ DW_CMD_SET_CADENCE, "ltL" },
	{ DW_CMD_ADD_FILE, "ldtL" },
	{ DW_CMD_OVERDUE, "o" },
	{ DW_CMD_LINK_CLAIM, "ldtLO" },
	{ DW_CMD_UNLINK_CLAIM, "ldtLO" },
	{ DW_CMD_DRAFT_STATEMENT, "ldtL" },
	{ DW_CMD_CHANGE_STATEMENT, "ldtL" },
	{ DW_CMD_TYPE, "ldtL" },
	{ DW_CMD_REST, "ldtL" },
	{ DW_CMD_UNREST, "ldtL" },
	{ DW_CMD_SUBMIT, "ldtL" },
	{ DW_CMD_RULE, "a" },
	{ DW_CMD_PUBLISH, "ltLO" },
	{ DW_CMD_WITHDRAW, "ltL" },
	{ DW_CMD_FREEZE, "lt" },
	{ DW_CMD_THAW, "lt" },
	{ DW_CMD_SET_POLICY, "Ao" },
	{ DW_CMD_ENROL_KEY, "a" },
	{ DW_CMD_CONFIRM_KEY, "Ala" },
	{ DW_CMD_REVOKE_KEY, "AlaO" },
	{ DW_CMD_NAME_DEPUTY, "a" },
	{ DW_CMD_END_DEPUTY, "AoO" },
	{ DW_CMD_DRAFT_ENVELOPE, "lt" },
	{ DW_CMD_SIGN_ENVELOPE, "a" },
	{ DW_CMD_END_ENVELOPE, "Ala" },
	{ DW_CMD_SET_CONTACTS, "Ala" },
};

static unsigned role_of(char letter)
{
	return letter == 'l'   ? DW_ROLE_LEAD
	       : letter == 'd' ? DW_ROLE_DRAFTER
	       : letter == 'a' ? DW_ROLE_APPROVER
	       : letter == 'A' ? DW_ROLE_ADMIN
			       : 0;
}

static unsigned roles_of(const char *may)
{
	unsigned by = 0;

	for (const char *l = may; *l != '\0'; l++)
		by |= role_of(*l);
	return by;
}

static bool is_allowed(const struct dw_principal *p, const char *may,
		       const struct dw_standing *how)
{
	unsigned by = roles_of(may);
	bool works = p->kind == DW_TOKEN ? (p->scopes & DW_SCOPE_ACT) != 0
					 : (p->roles & (DW_ROLE_LEAD | DW_ROLE_DRAFTER |
							DW_ROLE_APPROVER)) != 0;

	if (p->kind != DW_USER && p->kind != DW_TOKEN)
		return p->kind == DW_OPERATOR && strchr(may, 'o') != NULL;
	return (p->kind == DW_TOKEN ? works && strchr(may, 't') != NULL
				    : (p->roles & by) != 0) ||
	       (works && ((how->is_lead && strchr(may, 'L') != NULL) ||
			  (how->is_owner && strchr(may, 'O') != NULL) ||
			  (how->is_self && strchr(may, 'S') != NULL)));
}

static void every_principal_against_every_command(void **state)
{
	assert_int_equal(sizeof(matrix) / sizeof(matrix[0]), DW_CMD_COUNT);
	for (size_t i = 0; i < N_ROWS * DW_CMD_COUNT * 8; i++) {
		const struct row *row = &rows[i / 8 / DW_CMD_COUNT];
		size_t c = i / 8 % DW_CMD_COUNT;
		struct dw_standing how = { (i & 1) != 0, (i & 2) != 0, (i & 4) != 0 };
		struct dw_err err = { 0 };
		int rc = dw_policy_command(&row->who, matrix[c].cmd, &how, &err);

		if ((rc == 0) != is_allowed(&row->who, matrix[c].may, &how))
			fail_msg("%s, command %zu, standing %zu: %d", row->what, c, i & 7,
				 rc);
		assert_true(rc == 0 ||
			    (rc == DW_EFORBIDDEN && strstr(err.msg, " may") != NULL));
	}
}

static void closed_rooms_are_seen_by_those_inside(void **state)
{
	static const struct dw_door list[] = { { 7, 0 }, { 7, 2 }, { 5, 0 }, { 7, 1 } };
	struct dw_doors *d = dw_doors_new(list, 4), *none = dw_doors_new(NULL, 0);
	struct dw_principal in = { DW_USER, 1, DW_ROLE_OBSERVER, 0, 9 };
	struct dw_principal out = { DW_USER, 3, DW_ROLE_ADMIN | DW_ROLE_LEAD, 0, 9 };
	struct dw_principal operator= { .kind = DW_OPERATOR };

	assert_true(dw_policy_sees(&in, d, 7) && dw_policy_sees(&operator, d, 7));
	assert_false(dw_policy_sees(&out, d, 7));
	assert_false(dw_policy_sees(&in, d, 5));
	assert_true(dw_policy_sees(&out, d, 6) && dw_policy_sees(&out, d, 0));
	assert_true(dw_policy_sees(&out, none, 7));
	assert_true(dw_doors_is_closed(d, 5) && !dw_doors_is_closed(d, 6));
	assert_true(dw_doors_any(d) && !dw_doors_any(none));
	dw_doors_unref(dw_doors_ref(d));
	dw_doors_unref(d);
	dw_doors_unref(none);
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
		cmocka_unit_test(every_principal_against_every_command),
		cmocka_unit_test(closed_rooms_are_seen_by_those_inside),
		cmocka_unit_test(roles_by_name),
		cmocka_unit_test(scopes_by_name),
	};

	return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
