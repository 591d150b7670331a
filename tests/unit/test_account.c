/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* test_account.c - accounts and tokens, on a journal in memory. Sessions: test_session.c. */
#include "enginerig.h"
#include "store/journal_mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define GOOD "nine good horses"
#define OPERATOR .who = { .kind = DW_OPERATOR }

static int setup(void **state)
{
	static struct enginerig r;

	memset(&r, 0, sizeof(r));
	r.sign_in_per_minute = 1000;
	enginerig_open(&r, NULL);
	*state = &r;
	return 0;
}

static int teardown(void **state)
{
	enginerig_close(*state);
	return 0;
}

static void an_account_is_an_event_and_can_sign_in(void **state)
{
	struct enginerig *r = *state;
	struct dw_account_op op = { OPERATOR, .name = DW_STR("Sara"),
				    .password = DW_STR(GOOD),
				    .groups = DW_STR("legal,روابط عمومی"),
				    .roles = DW_ROLE_LEAD | DW_ROLE_ADMIN };
	struct dw_user_info u;
	char payload[1024];

	enginerig_secret(r, GOOD);
	assert_int_equal(enginerig_do(r, dw_account_user_add, &op), 0);
	assert_int_equal(op.id, 1);
	assert_int_equal(op.version, 1);
	assert_false(op.is_generated);
	assert_true(dw_account_user(r->account, 1, &u));
	assert_true(dw_str_eq(u.name, DW_STR("Sara")));
	assert_true(dw_str_eq(u.groups, DW_STR("legal,روابط عمومی")));
	assert_int_equal(u.roles, DW_ROLE_LEAD | DW_ROLE_ADMIN);
	assert_int_equal(u.created_at, r->now_us);
	assert_int_equal(enginerig_events(r, "user.added", payload), 1);
	assert_string_equal(payload, "{\"name\":\"Sara\",\"roles\":[\"admin\",\"lead\"],"
				     "\"groups\":[\"legal\",\"روابط عمومی\"]}");
	assert_int_equal(enginerig_sign_in(r, &op, "sARA", GOOD, "10.0.0.1"), 0);
	assert_int_equal(op.user, 1);
}

static void without_a_password_one_is_generated(void **state)
{
	struct enginerig *r = *state;
	struct dw_account_op op = { OPERATOR, .name = DW_STR("ali"),
				    .roles = DW_ROLE_OBSERVER };
	char password[DW_SECRET_TEXT];

	assert_int_equal(enginerig_do(r, dw_account_user_add, &op), 0);
	assert_true(op.is_generated);
	assert_int_equal(strlen(op.secret), 20);
	memcpy(password, op.secret, sizeof(password));
	assert_int_equal(enginerig_sign_in(r, &op, "ali", password, "10.0.0.1"), 0);
	assert_int_equal(enginerig_sign_in(r, &op, "ali", "something else", "10.0.0.1"),
			 DW_EAUTH);
}

static void names_have_rules(void **state)
{
	static const struct {
		const char *name;
		int status;
	} rows[] = {
		{ "", DW_EINVAL },
		{ "a b", DW_EINVAL },
		{ "a\tb", DW_EINVAL },
		{ "a\nb", DW_EINVAL },
		{ "a\x7f", DW_EINVAL },
		{ "a\xc2\xa0z", DW_EINVAL },	 /* no-break space */
		{ "a\xe2\x80\x8fz", DW_EINVAL }, /* right-to-left mark */
		{ "a\xe2\x80\xaez", DW_EINVAL }, /* right-to-left override */
		{ "a\xe2\x81\xa6z", DW_EINVAL }, /* isolate */
		{ "a\xef\xbb\xbfz", DW_EINVAL }, /* byte order mark */
		{ "a\xe3\x80\x80z", DW_EINVAL }, /* ideographic space */
		{ "a\xff", DW_EINVAL },		 /* not UTF-8 */
		{ "0123456789012345678901234567890123456789012345678901234567890123x",
		  DW_EINVAL },
		{ "0123456789012345678901234567890123456789012345678901234567890123", 0 },
		{ "سارا‌محمدی", 0 }, /* with a zero-width non-joiner */
		{ "x", 0 },
		{ "X", DW_EEXISTS },
		{ "ÄX", 0 },
		{ "äx", 0 }, /* folding is ASCII only */
	};
	struct enginerig *r = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct dw_account_op op = { OPERATOR, .name = dw_str_of(rows[i].name),
					    .roles = DW_ROLE_OBSERVER };
		int rc = enginerig_do(r, dw_account_user_add, &op);

		if (rc != rows[i].status)
			print_error("name %zu: %d\n", i, rc);
		assert_int_equal(rc, rows[i].status);
		if (rc < 0)
			assert_string_equal(op.at, "/name");
	}
}

static void passwords_have_rules(void **state)
{
	static char long_enough[DW_PASSWORD_MAX + 2];
	const struct {
		const char *password;
		int status;
	} rows[] = {
		{ "seven77", DW_EINVAL },
		{ "پنج ۵", DW_EINVAL }, /* characters are counted, not bytes */
		{ "هشت حرفی", 0 },
		{ "password1", DW_EINVAL },
		{ "PassWord1", DW_EINVAL },
		{ "qwertyuiop", DW_EINVAL },
		{ "namesake-user", DW_EINVAL }, /* the account's own name */
		{ "not\xffutf8 at all", DW_EINVAL },
		{ "a passphrase of more than sixty-four characters, with blanks in it, "
		  "is taken as it is",
		  0 },
		{ long_enough, DW_EINVAL },
		{ long_enough + 1, 0 },
	};
	struct enginerig *r = *state;

	memset(long_enough, 'y', DW_PASSWORD_MAX + 1);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char name[32];
		struct dw_account_op op = { OPERATOR, .name = DW_STR("Namesake-User"),
					    .password = dw_str_of(rows[i].password),
					    .roles = DW_ROLE_OBSERVER };
		int rc;

		if (rows[i].status == 0) {
			snprintf(name, sizeof(name), "user%zu", i);
			op.name = dw_str_of(name);
		}
		rc = enginerig_do(r, dw_account_user_add, &op);
		if (rc != rows[i].status)
			print_error("password %zu: %d\n", i, rc);
		assert_int_equal(rc, rows[i].status);
		if (rc < 0)
			assert_string_equal(op.at, "/password");
	}
}

static void groups_have_rules(void **state)
{
	static const char *const bad[] = { ",",
					   "a,",
					   "a,,b",
					   "a,\x01",
					   " a",
					   "a ",
					   "123456789012345678901234567890123",
					   "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17" };
	struct enginerig *r = *state;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct dw_account_op op = { OPERATOR, .name = DW_STR("grouped"),
					    .groups = dw_str_of(bad[i]) };

		if (enginerig_do(r, dw_account_user_add, &op) != DW_EINVAL)
			fail_msg("groups '%s' were taken", bad[i]);
		assert_string_equal(op.at, "/groups");
	}
}

/* ---- changing ---- */

static void a_change_is_based_on_a_version(void **state)
{
	struct enginerig *r = *state;
	uint64_t id = enginerig_user(r, "nima", DW_ROLE_OBSERVER, GOOD);
	struct dw_account_op one = { OPERATOR, .id = id, .version = id,
				     .set = DW_SET_ROLES, .roles = DW_ROLE_LEAD };
	struct dw_account_op late = one, any = one, none = one;
	struct dw_user_info u;
	char payload[1024];

	assert_int_equal(enginerig_do(r, dw_account_user_change, &one), 0);
	assert_true(one.version > id);
	assert_true(dw_account_user(r->account, id, &u));
	assert_int_equal(u.roles, DW_ROLE_LEAD);
	assert_int_equal(u.version, one.version);
	assert_int_equal(enginerig_events(r, "user.roles_changed", payload), 1);
	assert_string_equal(payload, "{\"user\":1,\"roles\":[\"lead\"],\"groups\":[]}");
	late.roles = DW_ROLE_ADMIN;
	assert_int_equal(enginerig_do(r, dw_account_user_change, &late), DW_EMOVED);
	any.version = 0;
	any.set = DW_SET_GROUPS;
	any.groups = DW_STR("comms");
	assert_int_equal(enginerig_do(r, dw_account_user_change, &any), 0);
	assert_true(dw_account_user(r->account, id, &u));
	assert_true(dw_str_eq(u.groups, DW_STR("comms")));
	assert_int_equal(u.roles, DW_ROLE_LEAD);
	none.id = 4711;
	assert_int_equal(enginerig_do(r, dw_account_user_change, &none), DW_ENOTFOUND);
}

static void what_is_the_same_already_is_no_event(void **state)
{
	struct enginerig *r = *state;
	uint64_t id = enginerig_user(r, "nima", DW_ROLE_OBSERVER, GOOD);
	struct dw_account_op op = { OPERATOR, .id = id, .version = id,
				    .set = DW_SET_ROLES | DW_SET_DISABLED,
				    .roles = DW_ROLE_OBSERVER };

	assert_int_equal(enginerig_do(r, dw_account_user_change, &op), 0);
	assert_int_equal(op.version, id);
	assert_int_equal(dw_journal_head(dw_engine_journal(r->engine)), id);
}

static void several_things_change_as_one(void **state)
{
	struct enginerig *r = *state;
	uint64_t id = enginerig_user(r, "nima", DW_ROLE_OBSERVER, GOOD);
	struct dw_account_op op = { OPERATOR,
				    .id = id,
				    .version = id,
				    .set = DW_SET_ROLES | DW_SET_DISABLED |
					   DW_SET_PASSWORD,
				    .roles = DW_ROLE_LEAD,
				    .is_disabled = true,
				    .password = DW_STR("another good one") };

	enginerig_secret(r, "another good one");
	assert_int_equal(enginerig_do(r, dw_account_user_change, &op), 0);
	assert_int_equal(op.version, id + 3);
	assert_int_equal(enginerig_events(r, "user.roles_changed", NULL), 1);
	assert_int_equal(enginerig_events(r, "user.password_changed", NULL), 1);
	assert_int_equal(enginerig_events(r, "user.disabled", NULL), 1);
}

static void the_last_admin_stays(void **state)
{
	struct enginerig *r = *state;
	uint64_t id = enginerig_user(r, "root", DW_ROLE_ADMIN, GOOD);
	struct dw_principal self = { .kind = DW_USER, .id = id, .roles = DW_ROLE_ADMIN };
	struct dw_account_op demote = {
		.who = self, .id = id, .set = DW_SET_ROLES, .roles = DW_ROLE_LEAD
	};
	struct dw_account_op disable = {
		.who = self, .id = id, .set = DW_SET_DISABLED, .is_disabled = true
	};
	struct dw_account_op again = disable,
			     by_operator = { OPERATOR, .id = id, .set = DW_SET_ROLES };

	assert_int_equal(enginerig_do(r, dw_account_user_change, &demote),
			 DW_EUNPROCESSABLE);
	assert_string_equal(demote.at, "/roles");
	assert_int_equal(enginerig_do(r, dw_account_user_change, &disable),
			 DW_EUNPROCESSABLE);
	assert_string_equal(disable.at, "/disabled");
	enginerig_user(r, "second", DW_ROLE_ADMIN, GOOD);
	assert_int_equal(enginerig_do(r, dw_account_user_change, &again), 0);
	assert_true(dw_account_has_admin(r->account));
	assert_int_equal(enginerig_do(r, dw_account_user_change, &by_operator), 0);
}

static void the_first_admin_is_the_only_first(void **state)
{
	struct enginerig *r = *state;
	struct dw_account_op one = { .name = DW_STR("first"),
				     .password = DW_STR(GOOD),
				     .roles = DW_ROLE_ADMIN,
				     .is_first_admin = true };
	struct dw_account_op two = one;

	two.name = DW_STR("second");
	assert_false(dw_account_has_admin(r->account));
	assert_int_equal(enginerig_do(r, dw_account_user_add, &one), 0);
	assert_true(dw_account_has_admin(r->account));
	assert_int_equal(enginerig_do(r, dw_account_user_add, &two), DW_EEXISTS);
}

/* ---- at the same time ---- */

static void on_counted(struct dw_account_op *op)
{
	(*(size_t *)op->data)++;
}

/* Both are decided before either is durable: the journal refuses one, and it decides again. */
static void of_two_at_once_one_is_told(void **state)
{
	struct enginerig *r = *state;
	struct dw_account_op op[2] = { { OPERATOR, .name = DW_STR("same") },
				       { OPERATOR, .name = DW_STR("SAME") } };
	size_t done = 0;

	for (size_t i = 0; i < 2; i++) {
		op[i].cb = on_counted;
		op[i].data = &done;
		dw_account_user_add(r->account, &op[i]);
	}
	while (done < 2)
		uv_run(&r->loop.uv, UV_RUN_ONCE);
	assert_int_equal(op[0].status + op[1].status, DW_EEXISTS);
	assert_int_equal(enginerig_events(r, "user.added", NULL), 1);
}

static void of_two_changes_of_one_version_one_is_told(void **state)
{
	struct enginerig *r = *state;
	uint64_t id = enginerig_user(r, "nima", DW_ROLE_OBSERVER, GOOD);
	struct dw_account_op op[2] = { { OPERATOR, .id = id, .version = id,
					 .set = DW_SET_ROLES, .roles = DW_ROLE_LEAD },
				       { OPERATOR, .id = id, .version = id,
					 .set = DW_SET_GROUPS,
					 .groups = DW_STR("legal") } };
	size_t done = 0;

	for (size_t i = 0; i < 2; i++) {
		op[i].cb = on_counted;
		op[i].data = &done;
		dw_account_user_change(r->account, &op[i]);
	}
	while (done < 2)
		uv_run(&r->loop.uv, UV_RUN_ONCE);
	assert_int_equal(op[0].status, 0);
	assert_int_equal(op[1].status, DW_EMOVED);
}

static void a_conflict_is_decided_again(void **state)
{
	struct enginerig *r = *state;
	struct dw_account_op op = { OPERATOR, .name = DW_STR("late"),
				    .password = DW_STR(GOOD) };

	dw_journal_mem_fail(dw_engine_journal(r->engine), DW_ECONFLICT, 3);
	assert_int_equal(enginerig_do(r, dw_account_user_add, &op), 0);
	assert_int_equal(op.tries, 3);
	assert_int_equal(enginerig_sign_in(r, &op, "late", GOOD, "10.0.0.1"), 0);
}

static void a_full_disk_changes_nothing(void **state)
{
	struct enginerig *r = *state;
	struct dw_account_op op = { OPERATOR, .name = DW_STR("nobody") },
			     token = { OPERATOR };
	struct dw_user_info u;

	dw_journal_mem_fail(dw_engine_journal(r->engine), DW_EFULL, 1);
	assert_int_equal(enginerig_do(r, dw_account_user_add, &op), DW_EFULL);
	assert_string_equal(op.secret, "");
	assert_false(dw_account_user(r->account, 1, &u));
	token.name = DW_STR("t");
	token.scopes = DW_SCOPE_READ;
	dw_journal_mem_fail(dw_engine_journal(r->engine), DW_EIO, 1);
	assert_int_equal(enginerig_do(r, dw_account_token_add, &token), DW_EIO);
	assert_string_equal(token.secret, "");
}

/* ---- tokens ---- */

static void a_token_works_until_it_is_revoked(void **state)
{
	struct enginerig *r = *state;
	struct dw_account_op op = { OPERATOR, .name = DW_STR("web hook"),
				    .scopes = DW_SCOPE_INGEST | DW_SCOPE_READ };
	struct dw_account_op revoke = { OPERATOR }, again = { OPERATOR },
			     none = { OPERATOR };
	struct dw_principal p = { 0 };
	struct dw_token_info t;
	char payload[1024], other[DW_SECRET_TEXT];

	assert_int_equal(enginerig_do(r, dw_account_token_add, &op), 0);
	assert_int_equal(strlen(op.secret), 47);
	assert_memory_equal(op.secret, "dwt_", 4);
	assert_int_equal(strspn(op.secret,
				"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				"0123456789_-"),
			 47);
	assert_true(dw_account_by_token(r->account, dw_str_of(op.secret), &p));
	assert_int_equal(p.kind, DW_TOKEN);
	assert_int_equal(p.id, op.id);
	assert_int_equal(p.scopes, DW_SCOPE_INGEST | DW_SCOPE_READ);
	memcpy(other, op.secret, sizeof(other));
	other[20] = other[20] == 'a' ? 'b' : 'a';
	assert_false(dw_account_by_token(r->account, dw_str_of(other), &p));
	assert_false(dw_account_by_token(r->account, dw_str_make(op.secret, 46), &p));
	assert_false(dw_account_by_token(r->account, dw_str_make(NULL, 0), &p));
	revoke.id = again.id = op.id;
	none.id = 4711;
	assert_int_equal(enginerig_do(r, dw_account_token_revoke, &revoke), 0);
	assert_int_equal(r->told_token, 1);
	assert_false(dw_account_by_token(r->account, dw_str_of(op.secret), &p));
	assert_false(dw_account_refresh(r->account, &p));
	assert_true(dw_account_token(r->account, op.id, &t));
	assert_true(t.is_revoked);
	assert_int_equal(enginerig_do(r, dw_account_token_revoke, &again), 0);
	assert_int_equal(enginerig_do(r, dw_account_token_revoke, &none), DW_ENOTFOUND);
	assert_int_equal(enginerig_events(r, "token.revoked", payload), 1);
	assert_string_equal(payload, "{\"token\":1}");
}

static void a_token_needs_a_name_and_a_scope(void **state)
{
	struct enginerig *r = *state;
	struct dw_account_op no_scope = { OPERATOR, .name = DW_STR("t") };
	struct dw_account_op no_name = { OPERATOR, .scopes = DW_SCOPE_READ };
	struct dw_account_op control = { OPERATOR, .name = DW_STR("a\nb"),
					 .scopes = DW_SCOPE_READ };

	assert_int_equal(enginerig_do(r, dw_account_token_add, &no_scope), DW_EINVAL);
	assert_string_equal(no_scope.at, "/scopes");
	assert_int_equal(enginerig_do(r, dw_account_token_add, &no_name), DW_EINVAL);
	assert_int_equal(enginerig_do(r, dw_account_token_add, &control), DW_EINVAL);
}

int main(void)
{
#define T(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(an_account_is_an_event_and_can_sign_in),
		T(without_a_password_one_is_generated),
		T(names_have_rules),
		T(passwords_have_rules),
		T(groups_have_rules),
		T(a_change_is_based_on_a_version),
		T(what_is_the_same_already_is_no_event),
		T(several_things_change_as_one),
		T(the_last_admin_stays),
		T(the_first_admin_is_the_only_first),
		T(of_two_at_once_one_is_told),
		T(of_two_changes_of_one_version_one_is_told),
		T(a_conflict_is_decided_again),
		T(a_full_disk_changes_nothing),
		T(a_token_works_until_it_is_revoked),
		T(a_token_needs_a_name_and_a_scope),
	};

	return cmocka_run_group_tests_name("account", tests, NULL, NULL);
}
