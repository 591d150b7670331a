/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * account_store.c - mutable rows of accounts (schema/journal/002_account.sql), and loading all.
 *
 * Rows are written on the writer, in the transaction of the event that they belong to. They are
 * read once, at start-up, together with the read tables.
 */
#include "account_int.h"

#include "store/db.h"

#include <stdlib.h>

/* Every statement of this file, in the order of the functions. */
static const char sql_put_password[] =
	"INSERT INTO password(user, hash, changed_at) VALUES(?1, ?2, ?3)"
	" ON CONFLICT(user) DO UPDATE SET hash = ?2, changed_at = ?3";
static const char sql_add_session[] =
	"INSERT INTO session(id, user, hash, created_at, last_seen_at, peer, user_agent)"
	" VALUES(?1, ?2, ?3, ?4, ?4, ?5, ?6)";
static const char sql_drop_session[] = "DELETE FROM session WHERE id = ?1";
static const char sql_drop_sessions_of[] = "DELETE FROM session WHERE user = ?1";
static const char sql_see_session[] =
	"UPDATE session SET last_seen_at = ?2 WHERE id = ?1";
static const char sql_add_token[] =
	"INSERT INTO token_secret(token, hash) VALUES(?1, ?2)";
static const char sql_drop_token[] = "DELETE FROM token_secret WHERE token = ?1";
static const char sql_users[] =
	"SELECT u.id, u.version, u.name, u.roles, u.groups, u.is_disabled, u.created_at, p.hash"
	" FROM account_user u LEFT JOIN password p ON p.user = u.id ORDER BY u.id";
static const char sql_peers[] = "SELECT user, peer FROM account_peer ORDER BY seq";
static const char sql_tokens[] =
	"SELECT t.id, t.version, t.name, t.scopes, t.is_revoked, t.created_at, s.hash"
	" FROM account_token t LEFT JOIN token_secret s ON s.token = t.id ORDER BY t.id";
static const char sql_sessions[] =
	"SELECT id, user, hash, created_at, last_seen_at, peer, user_agent"
	" FROM session ORDER BY id";

/* ---- writing ---- */

int row_put_password(struct dw_db *db, uint64_t user, const char *hash, int64_t at,
		     struct dw_err *err)
{
	sqlite3_stmt *s = dw_db_stmt(db, sql_put_password, err);

	if (s == NULL)
		return DW_EINTERNAL;
	dw_db_bind_u64(s, 1, user);
	dw_db_bind_text(s, 2, dw_str_of(hash));
	dw_db_bind_i64(s, 3, at);
	return dw_db_run(db, s, err);
}

/* The same reduction as in memory: printable, and of bounded length. */
int row_add_session(struct dw_db *db, const struct dw_account_op *op,
		    const struct dw_record *rec, struct dw_err *err)
{
	sqlite3_stmt *s = dw_db_stmt(db, sql_add_session, err);
	char agent[sizeof(((struct session *)0)->user_agent)], peer[PEER_MAX];

	if (s == NULL)
		return DW_EINTERNAL;
	session_copy_agent(agent, sizeof(agent), op->user_agent);
	account_copy(peer, sizeof(peer), op->peer);
	dw_db_bind_u64(s, 1, rec->seq);
	dw_db_bind_u64(s, 2, op->user);
	dw_db_bind_blob(s, 3, op->secret_hash, sizeof(op->secret_hash));
	dw_db_bind_i64(s, 4, rec->recorded_at);
	dw_db_bind_text(s, 5, dw_str_of(peer));
	dw_db_bind_text(s, 6, dw_str_of(agent));
	return dw_db_run(db, s, err);
}

static int run_with_id(struct dw_db *db, const char *sql, uint64_t id, struct dw_err *err)
{
	sqlite3_stmt *s = dw_db_stmt(db, sql, err);

	if (s == NULL)
		return DW_EINTERNAL;
	dw_db_bind_u64(s, 1, id);
	return dw_db_run(db, s, err);
}

int row_drop_session(struct dw_db *db, uint64_t id, struct dw_err *err)
{
	return run_with_id(db, sql_drop_session, id, err);
}

int row_drop_sessions_of(struct dw_db *db, uint64_t user, struct dw_err *err)
{
	return run_with_id(db, sql_drop_sessions_of, user, err);
}

int row_see_session(struct dw_db *db, uint64_t id, int64_t at, struct dw_err *err)
{
	sqlite3_stmt *s = dw_db_stmt(db, sql_see_session, err);

	if (s == NULL)
		return DW_EINTERNAL;
	dw_db_bind_u64(s, 1, id);
	dw_db_bind_i64(s, 2, at);
	return dw_db_run(db, s, err);
}

int row_add_token(struct dw_db *db, uint64_t token, const uint8_t hash[SECRET_BYTES],
		  struct dw_err *err)
{
	sqlite3_stmt *s = dw_db_stmt(db, sql_add_token, err);

	if (s == NULL)
		return DW_EINTERNAL;
	dw_db_bind_u64(s, 1, token);
	dw_db_bind_blob(s, 2, hash, SECRET_BYTES);
	return dw_db_run(db, s, err);
}

int row_drop_token(struct dw_db *db, uint64_t token, struct dw_err *err)
{
	return run_with_id(db, sql_drop_token, token, err);
}

/* ---- loading ---- */

static uint64_t column_id(sqlite3_stmt *s, int i)
{
	return (uint64_t)sqlite3_column_int64(s, i);
}

static char *column_text(sqlite3_stmt *s, int i)
{
	struct dw_str t = dw_db_text(s, i);
	char *copy = strndup(t.n > 0 ? t.p : "", t.n);

	DW_INVARIANT(copy != NULL);
	return copy;
}

/* False when it is not a hash. */
static bool column_hash(sqlite3_stmt *s, int i, uint8_t out[SECRET_BYTES])
{
	struct dw_str b = dw_db_blob(s, i);

	if (b.n != SECRET_BYTES)
		return false;
	memcpy(out, b.p, SECRET_BYTES);
	return true;
}

static int load_user(struct dw_account *a, sqlite3_stmt *s, struct dw_err *err)
{
	struct user *u = calloc(1, sizeof(*u));
	int rc;

	DW_INVARIANT(u != NULL);
	u->id = column_id(s, 0);
	u->version = column_id(s, 1);
	u->name = column_text(s, 2);
	u->groups = column_text(s, 4);
	u->is_disabled = sqlite3_column_int64(s, 5) != 0;
	u->created_at = sqlite3_column_int64(s, 6);
	account_copy(u->hash, sizeof(u->hash), dw_db_text(s, 7));
	rc = dw_roles_parse(dw_db_text(s, 3), &u->roles, err);
	account_add_user(a, u);
	return rc < 0 ? dw_fail(err, DW_ECORRUPT, "account %llu has an unknown role",
				(unsigned long long)u->id)
		      : 0;
}

static int load_peer(struct dw_account *a, sqlite3_stmt *s, struct dw_err *err)
{
	struct user *u = dw_map_get_u64(a->user_by_id, column_id(s, 0));
	char peer[PEER_MAX];

	(void)err;
	account_copy(peer, sizeof(peer), dw_db_text(s, 1));
	if (u != NULL)
		throttle_know(u, peer);
	return 0;
}

static int load_token(struct dw_account *a, sqlite3_stmt *s, struct dw_err *err)
{
	struct token *t = calloc(1, sizeof(*t));
	struct dw_str rest = dw_db_text(s, 3), part;

	(void)err;
	DW_INVARIANT(t != NULL);
	t->id = column_id(s, 0);
	t->version = column_id(s, 1);
	t->name = column_text(s, 2);
	while (dw_str_split(&rest, ',', &part))
		t->scopes |= dw_scope_bit(part);
	t->is_revoked = sqlite3_column_int64(s, 4) != 0;
	t->created_at = sqlite3_column_int64(s, 5);
	t->has_hash = !t->is_revoked && column_hash(s, 6, t->hash);
	account_add_token(a, t);
	return 0;
}

static int load_session(struct dw_account *a, sqlite3_stmt *s, struct dw_err *err)
{
	struct user *u = dw_map_get_u64(a->user_by_id, column_id(s, 1));
	struct session *one;

	if (u == NULL)
		return dw_fail(err, DW_ECORRUPT, "session %llu is nobody's",
			       (unsigned long long)column_id(s, 0));
	one = account_add_session(a, u, column_id(s, 0));
	one->created_at = sqlite3_column_int64(s, 3);
	one->seen_at = one->saved_at = sqlite3_column_int64(s, 4);
	account_copy(one->peer, sizeof(one->peer), dw_db_text(s, 5));
	account_copy(one->user_agent, sizeof(one->user_agent), dw_db_text(s, 6));
	one->has_hash = column_hash(s, 2, one->hash);
	if (one->has_hash)
		dw_map_put(a->session_by_hash,
			   dw_str_make((char *)one->hash, SECRET_BYTES), one);
	return 0;
}

static int load(struct dw_account *a, struct dw_db *db, const char *sql,
		int (*row)(struct dw_account *a, sqlite3_stmt *s, struct dw_err *err),
		struct dw_err *err)
{
	sqlite3_stmt *s = dw_db_stmt(db, sql, err);
	int rc;

	if (s == NULL)
		return DW_EINTERNAL;
	while ((rc = dw_db_step(db, s, err)) == 1) {
		rc = row(a, s, err);
		if (rc < 0)
			break;
	}
	sqlite3_reset(s);
	return rc;
}

int account_load(struct dw_account *a, struct dw_db *db, struct dw_err *err)
{
	int rc = load(a, db, sql_users, load_user, err);

	if (rc == 0)
		rc = load(a, db, sql_peers, load_peer, err);
	if (rc == 0)
		rc = load(a, db, sql_tokens, load_token, err);
	if (rc == 0)
		rc = load(a, db, sql_sessions, load_session, err);
	return rc;
}
