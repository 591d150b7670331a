/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* test_account_store.c - accounts in a data folder: what a restart keeps, and what lies there. */
#include "engine/projection.h"
#include "enginerig.h"
#include "store/db.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <dirent.h>
#include <unistd.h>

#include <cmocka.h>

#define GOOD "nine good horses"
#define HOME "2001:db8:0:1::5"
#define OPERATOR .who = { .kind = DW_OPERATOR }

struct folder {
	struct enginerig rig;
	char dir[64];
};

static int setup(void **state)
{
	static struct folder f;

	memset(&f, 0, sizeof(f));
	snprintf(f.dir, sizeof(f.dir), P_tmpdir "/account.XXXXXX");
	assert_non_null(mkdtemp(f.dir));
	f.rig.sign_in_per_minute = 5;
	enginerig_open(&f.rig, f.dir);
	*state = &f;
	return 0;
}

/* Every file of the folder, for every secret. Returns the number of files. */
static size_t look_for_secrets(struct folder *f)
{
	DIR *d = opendir(f->dir);
	struct dirent *e;
	size_t files = 0;

	assert_non_null(d);
	while ((e = readdir(d)) != NULL) {
		static char bytes[8 * 1024 * 1024];
		char path[512];
		FILE *in;
		size_t n;

		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", f->dir, e->d_name);
		in = fopen(path, "rb");
		assert_non_null(in);
		n = fread(bytes, 1, sizeof(bytes), in);
		assert_true(n < sizeof(bytes));
		fclose(in);
		files++;
		for (size_t i = 0; i < f->rig.n_secrets; i++)
			if (memmem(bytes, n, f->rig.secrets[i],
				   strlen(f->rig.secrets[i])) != NULL)
				fail_msg("%s holds a secret", e->d_name);
	}
	closedir(d);
	return files;
}

static int teardown(void **state)
{
	struct folder *f = *state;
	struct dirent *e;
	DIR *d;

	(void)look_for_secrets(f); /* while it is open: the log of writes is there, too */
	enginerig_close(&f->rig);
	assert_true(look_for_secrets(f) > 0);
	d = opendir(f->dir);
	while ((e = readdir(d)) != NULL) {
		char path[512];

		snprintf(path, sizeof(path), "%s/%s", f->dir, e->d_name);
		if (e->d_name[0] != '.')
			unlink(path);
	}
	closedir(d);
	assert_int_equal(rmdir(f->dir), 0);
	return 0;
}

static void restart(struct folder *f)
{
	enginerig_close(&f->rig);
	enginerig_open(&f->rig, f->dir);
}

static bool is_in(struct folder *f, const char *cookie)
{
	struct dw_principal p = { 0 };

	return dw_account_by_session(f->rig.account, dw_str_of(cookie), false, &p);
}

static void accounts_come_back(void **state)
{
	struct folder *f = *state;
	struct dw_account_op op = { OPERATOR, .name = DW_STR("Negar"),
				    .password = DW_STR(GOOD),
				    .groups = DW_STR("legal,comms"),
				    .roles = DW_ROLE_ADMIN | DW_ROLE_LEAD };
	struct dw_account_op change = { OPERATOR, .set = DW_SET_DISABLED | DW_SET_ROLES,
					.is_disabled = true, .roles = DW_ROLE_OBSERVER };
	uint64_t other = enginerig_user(&f->rig, "other", DW_ROLE_DRAFTER, GOOD);
	struct dw_user_info before, u;

	assert_int_equal(enginerig_do(&f->rig, dw_account_user_add, &op), 0);
	change.id = other;
	assert_int_equal(enginerig_do(&f->rig, dw_account_user_change, &change), 0);
	assert_true(dw_account_user(f->rig.account, op.id, &before));
	restart(f);
	assert_true(dw_account_user(f->rig.account, op.id, &u));
	assert_true(dw_str_eq(u.name, DW_STR("Negar")));
	assert_true(dw_str_eq(u.groups, DW_STR("legal,comms")));
	assert_int_equal(u.roles, DW_ROLE_ADMIN | DW_ROLE_LEAD);
	assert_int_equal(u.version, op.version);
	assert_true(u.created_at > 0 && !u.is_disabled);
	assert_true(dw_account_user(f->rig.account, other, &u));
	assert_int_equal(u.roles, DW_ROLE_OBSERVER);
	assert_int_equal(u.version, change.version);
	assert_true(u.is_disabled);
	memset(&op, 0, sizeof(op));
	assert_int_equal(enginerig_sign_in(&f->rig, &op, "negar", GOOD, HOME), 0);
	assert_int_equal(enginerig_sign_in(&f->rig, &op, "other", GOOD, HOME), DW_EAUTH);
}

static void a_name_stays_taken(void **state)
{
	struct folder *f = *state;
	struct dw_account_op op = { OPERATOR, .name = DW_STR("NEGAR") };

	enginerig_user(&f->rig, "negar", DW_ROLE_LEAD, GOOD);
	restart(f);
	assert_int_equal(enginerig_do(&f->rig, dw_account_user_add, &op), DW_EEXISTS);
}

static void tokens_come_back(void **state)
{
	struct folder *f = *state;
	struct dw_account_op kept = { OPERATOR, .name = DW_STR("kept"),
				      .scopes = DW_SCOPE_READ | DW_SCOPE_ACT };
	struct dw_account_op gone = { OPERATOR, .name = DW_STR("gone"),
				      .scopes = DW_SCOPE_READ };
	struct dw_account_op revoke = { OPERATOR };
	struct dw_principal p = { 0 };
	struct dw_token_info t;

	assert_int_equal(enginerig_do(&f->rig, dw_account_token_add, &kept), 0);
	assert_int_equal(enginerig_do(&f->rig, dw_account_token_add, &gone), 0);
	revoke.id = gone.id;
	assert_int_equal(enginerig_do(&f->rig, dw_account_token_revoke, &revoke), 0);
	restart(f);
	assert_true(dw_account_by_token(f->rig.account, dw_str_of(kept.secret), &p));
	assert_int_equal(p.id, kept.id);
	assert_int_equal(p.scopes, DW_SCOPE_READ | DW_SCOPE_ACT);
	assert_false(dw_account_by_token(f->rig.account, dw_str_of(gone.secret), &p));
	assert_true(dw_account_token(f->rig.account, gone.id, &t));
	assert_true(t.is_revoked);
	assert_true(dw_str_eq(t.name, DW_STR("gone")));
}

static void sessions_come_back_as_old_as_they_were(void **state)
{
	struct folder *f = *state;
	struct dw_account_op op, out, end = { OPERATOR, .reason = "revoked" };
	struct dw_principal p = { 0 };
	struct dw_session_info s;
	int64_t started;

	enginerig_user(&f->rig, "negar", DW_ROLE_LEAD, GOOD);
	assert_int_equal(enginerig_sign_in(&f->rig, &op, "negar", GOOD, HOME), 0);
	assert_int_equal(enginerig_sign_in(&f->rig, &out, "negar", GOOD, HOME), 0);
	started = f->rig.now_us;
	end.id = out.id;
	assert_int_equal(enginerig_do(&f->rig, dw_account_session_end, &end), 0);
	enginerig_advance(&f->rig, 3600);
	assert_true(
		dw_account_by_session(f->rig.account, dw_str_of(op.secret), true, &p));
	restart(f);
	assert_true(
		dw_account_by_session(f->rig.account, dw_str_of(op.secret), false, &p));
	assert_int_equal(p.session, op.id);
	assert_true(dw_account_session(f->rig.account, op.id, &s));
	assert_int_equal(s.created_at, started);
	assert_int_equal(s.seen_at, started + INT64_C(3600000000));
	assert_true(dw_str_eq(s.peer, DW_STR(HOME)));
	assert_true(dw_str_eq(s.user_agent, DW_STR("test/1")));
	assert_false(is_in(f, out.secret));
	enginerig_advance(&f->rig, 8 * 3600); /* while it is down */
	restart(f);
	assert_false(is_in(f, op.secret));
}

static void who_was_shown_the_door_stays_outside(void **state)
{
	struct folder *f = *state;
	struct dw_account_op op,
		off = { OPERATOR, .set = DW_SET_DISABLED, .is_disabled = true };
	struct dw_account_op on = { OPERATOR, .set = DW_SET_DISABLED };
	struct dw_account_op password = { OPERATOR, .set = DW_SET_PASSWORD,
					  .password = DW_STR("eight bad donkeys") };

	off.id = on.id = password.id =
		enginerig_user(&f->rig, "negar", DW_ROLE_LEAD, GOOD);
	assert_int_equal(enginerig_sign_in(&f->rig, &op, "negar", GOOD, HOME), 0);
	assert_int_equal(enginerig_do(&f->rig, dw_account_user_change, &off), 0);
	assert_int_equal(enginerig_do(&f->rig, dw_account_user_change, &on), 0);
	restart(f);
	assert_false(is_in(f, op.secret));
	assert_int_equal(enginerig_sign_in(&f->rig, &op, "negar", GOOD, HOME), 0);
	assert_int_equal(enginerig_do(&f->rig, dw_account_user_change, &password), 0);
	enginerig_secret(&f->rig, "eight bad donkeys");
	restart(f);
	assert_false(is_in(f, op.secret));
	assert_int_equal(enginerig_sign_in(&f->rig, &op, "negar", GOOD, HOME), DW_EAUTH);
	assert_int_equal(
		enginerig_sign_in(&f->rig, &op, "negar", "eight bad donkeys", HOME), 0);
}

static void the_owners_address_is_known_after_a_restart(void **state)
{
	struct folder *f = *state;
	struct dw_account_op op, end = { OPERATOR, .reason = "signed_out" };
	char peer[32];

	enginerig_user(&f->rig, "negar", DW_ROLE_LEAD, GOOD);
	assert_int_equal(enginerig_sign_in(&f->rig, &op, "negar", GOOD, HOME), 0);
	end.id = op.id;
	assert_int_equal(enginerig_do(&f->rig, dw_account_session_end, &end), 0);
	restart(f);
	for (unsigned i = 0; i < 10; i++) {
		snprintf(peer, sizeof(peer), "6.6.6.%u", i);
		(void)enginerig_sign_in(&f->rig, &op, "negar", "wrong wrong", peer);
	}
	assert_int_equal(op.status, DW_EBUSY);
	assert_int_equal(enginerig_sign_in(&f->rig, &op, "negar", GOOD, HOME), 0);
}

/* ---- what lies in the tables ---- */

static void stored_hash(struct folder *f, char out[256])
{
	struct dw_reader *r;
	struct dw_err err = { 0 };
	sqlite3_stmt *s;

	assert_int_equal(
		dw_journal_reader_open(dw_engine_journal(f->rig.engine), &r, &err), 0);
	s = dw_db_stmt(dw_reader_db(r), "SELECT hash FROM password", &err);
	assert_non_null(s);
	assert_int_equal(dw_db_step(dw_reader_db(r), s, &err), 1);
	snprintf(out, 256, "%.*s", (int)dw_db_text(s, 0).n, dw_db_text(s, 0).p);
	sqlite3_reset(s);
	dw_reader_close(r);
}

static void a_password_is_hashed_anew_when_the_cost_has_risen(void **state)
{
	struct folder *f = *state;
	struct dw_account_op op;
	char hash[256];

	enginerig_user(&f->rig, "negar", DW_ROLE_LEAD, GOOD);
	stored_hash(f, hash);
	assert_memory_equal(hash, "$argon2id$v=19$m=16,t=1,p=1$", 28);
	dw_account_cost_for_tests(32768, 2);
	assert_int_equal(enginerig_sign_in(&f->rig, &op, "negar", "wrong wrong", HOME),
			 DW_EAUTH);
	stored_hash(f, hash);
	assert_memory_equal(hash, "$argon2id$v=19$m=16,t=1,p=1$", 28);
	assert_int_equal(enginerig_sign_in(&f->rig, &op, "negar", GOOD, HOME), 0);
	stored_hash(f, hash);
	assert_memory_equal(hash, "$argon2id$v=19$m=32,t=2,p=1$", 28);
	assert_int_equal(enginerig_sign_in(&f->rig, &op, "negar", GOOD, HOME), 0);
	restart(f); /* and the new one is what is loaded */
	assert_int_equal(enginerig_sign_in(&f->rig, &op, "negar", GOOD, HOME), 0);
}

static void views_are_rebuilt_and_hashes_stay(void **state)
{
	struct folder *f = *state;
	struct dw_account_op op,
		token = { OPERATOR, .name = DW_STR("t"), .scopes = DW_SCOPE_READ };
	struct dw_projector p = dw_projection();
	struct dw_principal who = { 0 };
	struct dw_err err = { 0 };
	struct dw_user_info u;
	uint64_t id = enginerig_user(&f->rig, "negar", DW_ROLE_LEAD, GOOD);
	int lock;

	assert_int_equal(enginerig_do(&f->rig, dw_account_token_add, &token), 0);
	assert_int_equal(enginerig_sign_in(&f->rig, &op, "negar", GOOD, HOME), 0);
	enginerig_close(&f->rig);
	assert_int_equal(dw_store_lock(f->dir, &lock, &err), 0);
	assert_int_equal(dw_store_rebuild(f->dir, &p, &err), 0);
	close(lock);
	enginerig_open(&f->rig, f->dir);
	assert_true(dw_account_user(f->rig.account, id, &u));
	assert_int_equal(u.roles, DW_ROLE_LEAD);
	assert_true(is_in(f, op.secret));
	assert_true(dw_account_by_token(f->rig.account, dw_str_of(token.secret), &who));
	assert_int_equal(enginerig_sign_in(&f->rig, &op, "negar", GOOD, HOME), 0);
}

int main(void)
{
#define T(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(accounts_come_back),
		T(a_name_stays_taken),
		T(tokens_come_back),
		T(sessions_come_back_as_old_as_they_were),
		T(who_was_shown_the_door_stays_outside),
		T(the_owners_address_is_known_after_a_restart),
		T(a_password_is_hashed_anew_when_the_cost_has_risen),
		T(views_are_rebuilt_and_hashes_stay),
	};

	return cmocka_run_group_tests_name("account store", tests, NULL, NULL);
}
