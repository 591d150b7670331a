/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * account_session.c - signing in, being signed in, and the end of it.
 *
 * A session is 256 random bits that the browser keeps and we keep a hash of. A sign-in always
 * makes a new one and ends the one that the browser brought along. It ends by sign-out, by an
 * admin, when the account is disabled or its password changes, after an idle time and after an
 * absolute one, both by our clock. The limits are checked at every use, so nothing depends on
 * when the sweep comes by (account_expiry.c).
 */
#include "account_int.h"

/* ---- secrets ---- */

void secret_make(const struct dw_clock *c, const char *prefix, char out[DW_SECRET_TEXT])
{
	uint8_t raw[SECRET_BYTES];
	size_t n = strlen(prefix);

	dw_random(c, raw, sizeof(raw));
	memcpy(out, prefix, n);
	sodium_bin2base64(out + n, DW_SECRET_TEXT - n, raw, sizeof(raw),
			  sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	sodium_memzero(raw, sizeof(raw));
}

/* 256 random bits need no slow hash and no salt; looking the hash up leaks nothing of them. */
void secret_hash(struct dw_str text, uint8_t out[SECRET_BYTES])
{
	crypto_generichash(out, SECRET_BYTES, (const uint8_t *)(text.n > 0 ? text.p : ""),
			   text.n, NULL, 0);
}

void dw_account_csrf(struct dw_str cookie, char out[DW_SECRET_TEXT])
{
	static const char what[] = "diwan-csrf-v1";
	uint8_t key[SECRET_BYTES], mac[SECRET_BYTES];

	crypto_generichash(key, sizeof(key), (const uint8_t *)what, sizeof(what) - 1,
			   NULL, 0);
	crypto_generichash(mac, sizeof(mac),
			   (const uint8_t *)(cookie.n > 0 ? cookie.p : ""), cookie.n, key,
			   sizeof(key));
	sodium_bin2base64(out, DW_SECRET_TEXT, mac, sizeof(mac),
			  sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	sodium_memzero(mac, sizeof(mac));
}

/* ---- who is it ---- */

int64_t session_expires_at(const struct dw_account *a, const struct session *s)
{
	const struct dw_engine_conf *c = dw_engine_conf(a->engine);
	int64_t idle = s->seen_at + (int64_t)c->session_idle_s * 1000000;
	int64_t absolute = s->created_at + (int64_t)c->session_absolute_s * 1000000;

	return idle < absolute ? idle : absolute;
}

bool session_is_over(const struct dw_account *a, const struct session *s)
{
	return s->is_ending || s->user->is_disabled ||
	       account_now(a) >= session_expires_at(a, s);
}

static struct dw_principal principal_of(const struct session *s)
{
	return (struct dw_principal){ .kind = DW_USER,
				      .id = s->user->id,
				      .roles = s->user->roles,
				      .session = s->id };
}

bool dw_account_by_session(struct dw_account *a, struct dw_str text, bool touch,
			   struct dw_principal *out)
{
	uint8_t hash[SECRET_BYTES];
	struct session *s;

	if (text.n != 43)
		return false;
	secret_hash(text, hash);
	s = dw_map_get(a->session_by_hash, dw_str_make((char *)hash, sizeof(hash)));
	if (s == NULL)
		return false;
	if (session_is_over(a, s)) {
		session_sweep_soon(a);
		return false;
	}
	if (touch && account_now(a) > s->seen_at)
		s->seen_at = account_now(a);
	*out = principal_of(s);
	return true;
}

static bool refresh_user(struct dw_account *a, struct dw_principal *p)
{
	struct session *s = dw_map_get_u64(a->session_by_id, p->session);

	if (s == NULL || s->user->id != p->id)
		return false;
	if (session_is_over(a, s)) {
		session_sweep_soon(a);
		return false;
	}
	*p = principal_of(s);
	return true;
}

bool dw_account_refresh(struct dw_account *a, struct dw_principal *p)
{
	const struct token *t;

	switch (p->kind) {
	case DW_NOBODY:
		return false;
	case DW_USER:
		return refresh_user(a, p);
	case DW_TOKEN:
		t = dw_map_get_u64(a->token_by_id, p->id);
		if (t == NULL || t->is_revoked)
			return false;
		p->scopes = t->scopes;
		return true;
	case DW_OPERATOR:
		return true;
	}
	return false;
}

int dw_account_still(struct dw_account *a, struct dw_principal *p, struct dw_err *err)
{
	if (p->kind == DW_OPERATOR || (p->kind == DW_USER && p->session == 0) ||
	    dw_account_refresh(a, p))
		return 0;
	return dw_fail(err, DW_EAUTH,
		       "you were signed out before this could be done: sign in again");
}

/* ---- starting one ---- */

static void end_event(struct dw_account_op *op, const struct session *s,
		      const char *reason)
{
	struct account_event ev = { .type = DW_EV_SESSION_ENDED,
				    .session = s->id,
				    .user = s->user->id };

	account_copy(ev.reason, sizeof(ev.reason), dw_str_of(reason));
	op_event(op, &ev);
}

static int decide_start(struct dw_account_op *op)
{
	struct dw_account *a = op->account;
	struct user *u = dw_map_get_u64(a->user_by_id, op->user);
	struct account_event ev = { .type = DW_EV_SESSION_STARTED, .user = op->user };
	struct session *old;

	if (u == NULL || u->is_disabled || u->password_seq != op->password_seq)
		return op_refuse(op, DW_EAUTH, NULL, "the name or the password is wrong");
	account_copy(ev.peer, sizeof(ev.peer), op->peer);
	op->who.id = u->id;
	op_event(op, &ev);
	old = dw_map_get_u64(a->session_by_id, op->replaces);
	if (old != NULL)
		end_event(op, old, "replaced");
	else
		op->replaces = 0;
	op->id = 0; /* of the oldest, when there are too many */
	if (u->n_sessions >= SESSIONS_MAX) {
		old = DW_CONTAINER_OF(u->sessions.next, struct session, link);
		if (old->id != op->replaces) {
			end_event(op, old, "too_many");
			op->id = old->id;
		}
	}
	return 0;
}

static int start_rows_on_writer(struct dw_account_op *op, struct dw_db *db,
				struct dw_err *err)
{
	const struct dw_record *rec = &op->recs[0];
	int rc = row_add_session(db, op, rec, err);

	if (rc == 0 && op->replaces != 0)
		rc = row_drop_session(db, op->replaces, err);
	if (rc == 0 && op->id != 0)
		rc = row_drop_session(db, op->id, err);
	if (rc == 0 && op->hash[0] != '\0')
		rc = row_put_password(db, op->user, op->hash, rec->recorded_at, err);
	return rc;
}

/* Browsers may call themselves anything; what is printed must be printable. */
void session_copy_agent(char *out, size_t cap, struct dw_str s)
{
	account_copy(out, cap, s);
	for (; *out != '\0'; out++)
		if (*out < 0x20 || *out > 0x7e)
			*out = '?';
}

static void on_started(struct dw_account_op *op)
{
	struct dw_account *a = op->account;
	struct session *s = dw_map_get_u64(a->session_by_id, op->recs[0].seq);

	if (s == NULL) { /* rule (2) of account.c */
		op->status = op_refuse(op, DW_EAUTH, NULL,
				       "the account was disabled meanwhile");
		return;
	}
	a->stats.sign_ins++;
	op->id = s->id;
	op->version = s->id;
	memcpy(s->hash, op->secret_hash, sizeof(s->hash));
	s->has_hash = true;
	dw_map_put(a->session_by_hash, dw_str_make((char *)s->hash, SECRET_BYTES), s);
	session_copy_agent(s->user_agent, sizeof(s->user_agent), op->user_agent);
	if (op->hash[0] != '\0' && s->user->password_seq == op->password_seq)
		memcpy(s->user->hash, op->hash, sizeof(s->user->hash));
}

static void start(struct dw_account_op *op)
{
	secret_make(dw_engine_clock(op->account->engine), "", op->secret);
	secret_hash(dw_str_of(op->secret), op->secret_hash);
	op->decide = decide_start;
	op->rows_on_writer = start_rows_on_writer;
	op->on_committed = on_started;
	op_commit(op);
}

static void refuse_sign_in(struct dw_account_op *op, const char *reason)
{
	throttle_refused(op->account, reason, op->user, op->peer);
	op_finish(op, dw_fail(&op->err, DW_EAUTH, "the name or the password is wrong"));
}

static void on_verified(struct dw_account_op *op)
{
	struct user *u = dw_map_get_u64(op->account->user_by_id, op->user);

	if (u == NULL)
		refuse_sign_in(op, "unknown");
	else if (u->is_disabled)
		refuse_sign_in(op, "disabled");
	else if (!password_was_right(op) || u->password_seq != op->password_seq)
		refuse_sign_in(op, "password");
	else {
		throttle_give(op, u);
		start(op);
	}
}

void dw_account_sign_in(struct dw_account *a, struct dw_account_op *op)
{
	struct user *u = account_find_name(a, op->name);
	int rc;

	op_start(a, op);
	op->user = u != NULL ? u->id : 0;
	op->password_seq = u != NULL ? u->password_seq : 0;
	op->on_password = on_verified;
	rc = throttle_take(op, u);
	if (rc < 0) {
		throttle_refused(a, "throttled", op->user, op->peer);
		op_finish(op, rc);
		return;
	}
	if (op->password.n > DW_PASSWORD_MAX)
		op->password.n = 0; /* nobody's */
	rc = password_verify(op, op->password,
			     u != NULL && !u->is_disabled && u->hash[0] != '\0' ? u->hash
										: NULL);
	if (rc < 0) {
		throttle_give(op, u);
		op_finish(op, rc);
	}
}

/* ---- a fresh check of who is signed in ---- */

static void on_checked(struct dw_account_op *op)
{
	struct user *u = dw_map_get_u64(op->account->user_by_id, op->user);

	if (u != NULL && !u->is_disabled && password_was_right(op) &&
	    u->password_seq == op->password_seq) {
		throttle_give(op, u);
		op_finish(op, 0);
		return;
	}
	throttle_refused(op->account, "password", op->user, op->peer);
	op_finish(op,
		  op_refuse(op, DW_EFORBIDDEN, "/password", "this is not your password"));
}

void dw_account_check(struct dw_account *a, struct dw_account_op *op)
{
	struct user *u = dw_map_get_u64(a->user_by_id, op->who.id);
	int rc;

	op_start(a, op);
	if (u == NULL || op->who.kind != DW_USER) {
		op_finish(op, op_refuse(op, DW_EFORBIDDEN, NULL,
					"only who signs in has a password"));
		return;
	}
	op->user = u->id;
	op->name = dw_str_of(u->name);
	op->password_seq = u->password_seq;
	op->on_password = on_checked;
	rc = throttle_take(op, u);
	if (rc < 0) {
		throttle_refused(a, "throttled", op->user, op->peer);
		op_finish(op, rc);
		return;
	}
	rc = password_verify(op, op->password,
			     !u->is_disabled && u->hash[0] != '\0' ? u->hash : NULL);
	if (rc < 0) {
		throttle_give(op, u);
		op_finish(op, rc);
	}
}

void dw_account_session_start(struct dw_account *a, struct dw_account_op *op)
{
	struct user *u = dw_map_get_u64(a->user_by_id, op->id);

	op_start(a, op);
	op->user = op->id;
	op->password_seq = u != NULL ? u->password_seq : 0;
	start(op);
}

/* ---- ending one ---- */

static int decide_end(struct dw_account_op *op)
{
	struct session *s = dw_map_get_u64(op->account->session_by_id, op->id);

	if (s == NULL)
		return op_refuse(op, DW_ENOTFOUND, NULL, "there is no session %llu",
				 (unsigned long long)op->id);
	end_event(op, s, op->reason);
	return 0;
}

static int end_rows_on_writer(struct dw_account_op *op, struct dw_db *db,
			      struct dw_err *err)
{
	return row_drop_session(db, op->id, err);
}

void dw_account_session_end(struct dw_account *a, struct dw_account_op *op)
{
	DW_REQUIRE(op->reason != NULL);
	op_start(a, op);
	op->decide = decide_end;
	op->rows_on_writer = end_rows_on_writer;
	op_commit(op);
}

/* ---- lists ---- */

static struct dw_session_info info_of(const struct dw_account *a, const struct session *s)
{
	return (struct dw_session_info){ .id = s->id,
					 .user = s->user->id,
					 .created_at = s->created_at,
					 .seen_at = s->seen_at,
					 .expires_at = session_expires_at(a, s),
					 .peer = dw_str_of(s->peer),
					 .user_agent = dw_str_of(s->user_agent) };
}

void dw_account_each_session(const struct dw_account *a, uint64_t user,
			     bool (*fn)(void *data, const struct dw_session_info *s),
			     void *data)
{
	struct user *u = dw_map_get_u64(a->user_by_id, user);

	if (u == NULL)
		return;
	DW_LIST_EACH(l, &u->sessions) {
		struct session *s = DW_CONTAINER_OF(l, struct session, link);
		struct dw_session_info i = info_of(a, s);

		if (!session_is_over(a, s) && !fn(data, &i))
			return;
	}
}

bool dw_account_session(const struct dw_account *a, uint64_t id,
			struct dw_session_info *out)
{
	const struct session *s = dw_map_get_u64(a->session_by_id, id);

	if (s == NULL || session_is_over(a, s))
		return false;
	*out = info_of(a, s);
	return true;
}
