/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * account_project.c - user.*, token.* and session.* events into the read tables
 * (schema/view/010_account.sql).
 *
 * The fold here is the one of account.c, written in SQL: what it does to the tables and what that
 * does to memory must agree, because a restart reads the tables.
 */
#include "account_int.h"

#include "store/db.h"

static const char sql_add_user[] =
	"INSERT INTO account_user(id, version, name, name_key, roles, groups, is_disabled,"
	" created_at) VALUES(?1, ?1, ?2, ?3, ?4, ?5, 0, ?6)";
static const char sql_set_roles[] =
	"UPDATE account_user SET version = ?2, roles = ?3, groups = ?4 WHERE id = ?1";
static const char sql_set_password[] =
	"UPDATE account_user SET version = ?2 WHERE id = ?1";
static const char sql_set_disabled[] =
	"UPDATE account_user SET version = ?2, is_disabled = ?3 WHERE id = ?1";
static const char sql_add_token[] =
	"INSERT INTO account_token(id, version, name, scopes, is_revoked, created_at)"
	" VALUES(?1, ?1, ?2, ?3, 0, ?4)";
static const char sql_revoke_token[] =
	"UPDATE account_token SET version = ?2, is_revoked = 1 WHERE id = ?1";
static const char sql_know_peer[] =
	"INSERT INTO account_peer(user, peer, seq) VALUES(?1, ?2, ?3)"
	" ON CONFLICT(user, peer) DO UPDATE SET seq = ?3";

/* "admin,lead" into out[64] */
static struct dw_str join(unsigned bits, const char *(*name)(unsigned i), char *out)
{
	size_t n = 0;

	for (unsigned i = 0; name(i) != NULL; i++) {
		size_t len = strlen(name(i));

		if ((bits & (1u << i)) == 0)
			continue;
		if (n > 0)
			out[n++] = ',';
		memcpy(out + n, name(i), len);
		n += len;
	}
	return dw_str_make(out, n);
}

static int add_user(struct dw_db *db, const struct dw_stored *e,
		    const struct account_event *ev, struct dw_err *err)
{
	sqlite3_stmt *s = dw_db_stmt(db, sql_add_user, err);
	char key[NAME_BYTES], roles[64];

	if (s == NULL)
		return DW_EINTERNAL;
	DW_INVARIANT(account_fold_name(dw_str_of(ev->name), key));
	dw_db_bind_u64(s, 1, e->seq);
	dw_db_bind_text(s, 2, dw_str_of(ev->name));
	dw_db_bind_text(s, 3, dw_str_of(key));
	dw_db_bind_text(s, 4, join(ev->roles, dw_role_name, roles));
	dw_db_bind_text(s, 5, dw_str_of(ev->groups));
	dw_db_bind_i64(s, 6, e->recorded_at);
	return dw_db_run(db, s, err);
}

static int change_user(struct dw_db *db, const struct dw_stored *e,
		       const struct account_event *ev, struct dw_err *err)
{
	bool is_roles = ev->type == DW_EV_USER_ROLES_CHANGED;
	bool is_password = ev->type == DW_EV_USER_PASSWORD_CHANGED;
	sqlite3_stmt *s = dw_db_stmt(db,
				     is_roles	   ? sql_set_roles
				     : is_password ? sql_set_password
						   : sql_set_disabled,
				     err);
	char roles[64];

	if (s == NULL)
		return DW_EINTERNAL;
	dw_db_bind_u64(s, 1, ev->user);
	dw_db_bind_u64(s, 2, e->seq);
	if (is_roles) {
		dw_db_bind_text(s, 3, join(ev->roles, dw_role_name, roles));
		dw_db_bind_text(s, 4, dw_str_of(ev->groups));
	} else if (!is_password) {
		dw_db_bind_i64(s, 3, ev->type == DW_EV_USER_DISABLED);
	}
	return dw_db_run(db, s, err);
}

static int add_token(struct dw_db *db, const struct dw_stored *e,
		     const struct account_event *ev, struct dw_err *err)
{
	sqlite3_stmt *s = dw_db_stmt(db, sql_add_token, err);
	char scopes[64];

	if (s == NULL)
		return DW_EINTERNAL;
	dw_db_bind_u64(s, 1, e->seq);
	dw_db_bind_text(s, 2, dw_str_of(ev->name));
	dw_db_bind_text(s, 3, join(ev->scopes, account_scope_name, scopes));
	dw_db_bind_i64(s, 4, e->recorded_at);
	return dw_db_run(db, s, err);
}

static int revoke_token(struct dw_db *db, const struct dw_stored *e,
			const struct account_event *ev, struct dw_err *err)
{
	sqlite3_stmt *s = dw_db_stmt(db, sql_revoke_token, err);

	if (s == NULL)
		return DW_EINTERNAL;
	dw_db_bind_u64(s, 1, ev->token);
	dw_db_bind_u64(s, 2, e->seq);
	return dw_db_run(db, s, err);
}

static int know_peer(struct dw_db *db, const struct dw_stored *e,
		     const struct account_event *ev, struct dw_err *err)
{
	sqlite3_stmt *s;
	char address[PEER_MAX];

	throttle_address(dw_str_of(ev->peer), address);
	if (address[0] == '\0')
		return 0;
	s = dw_db_stmt(db, sql_know_peer, err);
	if (s == NULL)
		return DW_EINTERNAL;
	dw_db_bind_u64(s, 1, ev->user);
	dw_db_bind_text(s, 2, dw_str_of(address));
	dw_db_bind_u64(s, 3, e->seq);
	return dw_db_run(db, s, err);
}

int dw_account_project_on_writer(struct dw_db *db, const struct dw_stored *e,
				 struct dw_err *err)
{
	struct account_event ev;

	if (!account_event_decode(e, &ev))
		return 0;
	if (ev.type == DW_EV_USER_ADDED)
		return add_user(db, e, &ev, err);
	if (ev.type == DW_EV_TOKEN_ADDED)
		return add_token(db, e, &ev, err);
	if (ev.type == DW_EV_TOKEN_REVOKED)
		return revoke_token(db, e, &ev, err);
	if (ev.type == DW_EV_SESSION_STARTED)
		return know_peer(db, e, &ev, err);
	if (ev.type == DW_EV_SESSION_ENDED || ev.type == DW_EV_SESSION_REFUSED)
		return 0;
	return change_user(db, e, &ev, err);
}
