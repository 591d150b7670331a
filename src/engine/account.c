/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * account.c - who is who: users, their sessions, and API tokens, as they are now.
 *
 * All of it lies in memory, because the guard asks on every request. It is the fold of user.*,
 * token.* and session.* events (this file), and beside them the hashes that no event may carry:
 * those are put in place when the append that wrote their rows is answered (account_op.c), and
 * loaded with everything else at start-up (account_store.c).
 *
 *   account_op.c        a command: decide, append, answer
 *   account_user.c      accounts and their roles      account_token.c    API tokens
 *   account_session.c   sessions and the guard        account_throttle.c attempts to sign in
 *   account_password.c  Argon2id on its pool          account_json.c     payloads
 *   account_project.c   read tables                   account_store.c    mutable rows
 *   account_expiry.c    what time does to sessions    account_common.c   passwords not taken
 *
 *  (1) State changes only here and only by a durable event; hashes alone follow in on_committed.
 *  (2) A session exists from its session.started on, but nobody can present it before its hash is
 *      there; when the account was disabled in between, it is gone and the sign-in fails.
 *  (3) user.disabled and user.password_changed end all sessions of the account by themselves:
 *      nobody has to know which there were when that was decided.
 *  (4) What a decision about accounts read is DW_KEY_ROLES at roles_pos, the last event folded.
 */
#include "account_int.h"

#include <stdlib.h>

int64_t account_now(const struct dw_account *a)
{
	return dw_now_us(dw_engine_clock(a->engine));
}

void account_copy(char *out, size_t cap, struct dw_str s)
{
	size_t n = s.n < cap ? s.n : cap - 1;

	if (n > 0)
		memcpy(out, s.p, n);
	out[n] = '\0';
}

bool account_fold_name(struct dw_str name, char *out)
{
	if (name.n >= NAME_BYTES)
		return false;
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		out[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
	}
	out[name.n] = '\0';
	return true;
}

struct user *account_find_name(const struct dw_account *a, struct dw_str name)
{
	char key[NAME_BYTES];

	return account_fold_name(name, key) ? dw_map_get(a->user_by_name, dw_str_of(key))
					    : NULL;
}

/* ---- opening and closing ---- */

int dw_account_open(struct dw_account **out, struct dw_engine *e, struct dw_db *db,
		    struct dw_err *err)
{
	struct dw_account *a = calloc(1, sizeof(*a));
	int rc = 0;

	DW_INVARIANT(a != NULL && sodium_init() >= 0);
	a->engine = e;
	dw_list_init(&a->users);
	dw_list_init(&a->tokens);
	a->user_by_id = dw_map_create();
	a->user_by_name = dw_map_create();
	a->session_by_id = dw_map_create();
	a->session_by_hash = dw_map_create();
	a->token_by_id = dw_map_create();
	a->token_by_hash = dw_map_create();
	a->throttle = throttle_create();
	a->roles_pos = dw_journal_position(dw_engine_journal(e), DW_KEY_ROLES);
	if (db != NULL)
		rc = account_load(a, db, err);
	account_new_names(a);
	if (rc < 0) {
		dw_account_destroy(a);
		return dw_wrap(err, rc, "loading accounts");
	}
	session_start_timers(a);
	*out = a;
	return 0;
}

void dw_account_stop(struct dw_account *a)
{
	a->is_stopped = true;
	session_stop_timers(a);
}

static void user_free(struct user *u)
{
	sodium_memzero(u->hash, sizeof(u->hash));
	free(u->name);
	free(u->groups);
	free(u);
}

void dw_account_destroy(struct dw_account *a)
{
	if (a == NULL)
		return;
	DW_LIST_EACH(l, &a->users) {
		struct user *u = DW_CONTAINER_OF(l, struct user, link);

		DW_LIST_EACH(s, &u->sessions)
			free(DW_CONTAINER_OF(s, struct session, link));
		user_free(u);
	}
	DW_LIST_EACH(l, &a->tokens) {
		struct token *t = DW_CONTAINER_OF(l, struct token, link);

		free(t->name);
		free(t);
	}
	dw_map_destroy(a->user_by_id);
	dw_map_destroy(a->user_by_name);
	dw_map_destroy(a->session_by_id);
	dw_map_destroy(a->session_by_hash);
	dw_map_destroy(a->token_by_id);
	dw_map_destroy(a->token_by_hash);
	throttle_destroy(a->throttle);
	dw_names_unref(a->names);
	free(a);
}

/* ---- what the fold is made of ---- */

void account_add_user(struct dw_account *a, struct user *u)
{
	char key[NAME_BYTES];

	DW_INVARIANT(account_fold_name(dw_str_of(u->name), key));
	dw_list_init(&u->sessions);
	dw_list_push(&a->users, &u->link);
	dw_map_put_u64(a->user_by_id, u->id, u);
	dw_map_put(a->user_by_name, dw_str_of(key), u);
}

void account_add_token(struct dw_account *a, struct token *t)
{
	dw_list_push(&a->tokens, &t->link);
	dw_map_put_u64(a->token_by_id, t->id, t);
	if (t->has_hash)
		dw_map_put(a->token_by_hash, dw_str_make((char *)t->hash, SECRET_BYTES),
			   t);
}

struct session *account_add_session(struct dw_account *a, struct user *u, uint64_t id)
{
	struct session *s = calloc(1, sizeof(*s));

	DW_INVARIANT(s != NULL);
	s->id = id;
	s->user = u;
	dw_list_push(&u->sessions, &s->link);
	u->n_sessions++;
	dw_map_put_u64(a->session_by_id, id, s);
	return s;
}

void account_drop_session(struct dw_account *a, struct session *s)
{
	dw_list_remove(&s->link);
	s->user->n_sessions--;
	dw_map_remove_u64(a->session_by_id, s->id);
	if (s->has_hash)
		dw_map_remove(a->session_by_hash,
			      dw_str_make((char *)s->hash, SECRET_BYTES));
	sodium_memzero(s, sizeof(*s));
	free(s);
}

static void drop_all_sessions(struct dw_account *a, struct user *u)
{
	while (!dw_list_empty(&u->sessions))
		account_drop_session(a, DW_CONTAINER_OF(u->sessions.next, struct session,
							link));
}

void account_new_names(struct dw_account *a)
{
	size_t max = dw_map_count(a->user_by_id) + dw_map_count(a->token_by_id), n = 0;
	struct dw_name *list = calloc(max + 1, sizeof(*list));

	DW_INVARIANT(list != NULL);
	DW_LIST_EACH(l, &a->users) {
		struct user *u = DW_CONTAINER_OF(l, struct user, link);

		list[n++] = (struct dw_name){ u->id, DW_NAME_USER, dw_str_of(u->name) };
	}
	DW_LIST_EACH(l, &a->tokens) {
		struct token *t = DW_CONTAINER_OF(l, struct token, link);

		list[n++] = (struct dw_name){ t->id, DW_NAME_TOKEN, dw_str_of(t->name) };
	}
	dw_names_unref(a->names);
	a->names = dw_names_new(list, n);
	free(list);
}

const struct dw_account_stats *dw_account_stats(const struct dw_account *a)
{
	return &a->stats;
}

struct dw_names *dw_account_names(struct dw_account *a)
{
	return a->names;
}

void dw_account_observe(struct dw_account *a,
			void (*fn)(void *data, enum dw_principal_kind kind, uint64_t id),
			void *data)
{
	a->on_change = fn;
	a->on_change_data = data;
}

void account_tell(struct dw_account *a, enum dw_principal_kind kind, uint64_t id)
{
	if (a->on_change != NULL)
		a->on_change(a->on_change_data, kind, id);
}

/* ---- the fold ---- */

static void on_user_added(struct dw_account *a, const struct dw_stored *e,
			  const struct account_event *ev)
{
	struct user *u = calloc(1, sizeof(*u));

	DW_INVARIANT(u != NULL);
	u->id = e->seq;
	u->version = u->password_seq = e->seq;
	u->name = strdup(ev->name);
	u->groups = strdup(ev->groups);
	DW_INVARIANT(u->name != NULL && u->groups != NULL);
	u->roles = ev->roles;
	u->created_at = e->recorded_at;
	account_add_user(a, u);
	account_new_names(a);
}

static void on_user_changed(struct dw_account *a, const struct dw_stored *e,
			    const struct account_event *ev)
{
	struct user *u = dw_map_get_u64(a->user_by_id, ev->user);

	if (u == NULL)
		return;
	u->version = e->seq;
	if (ev->type == DW_EV_USER_ROLES_CHANGED) {
		u->roles = ev->roles;
		free(u->groups);
		u->groups = strdup(ev->groups);
		DW_INVARIANT(u->groups != NULL);
	} else if (ev->type == DW_EV_USER_ENABLED) {
		u->is_disabled = false;
	} else {
		if (ev->type == DW_EV_USER_DISABLED)
			u->is_disabled = true;
		else
			u->password_seq = e->seq;
		drop_all_sessions(a, u);
	}
	account_tell(a, DW_USER, u->id);
}

static void on_token_added(struct dw_account *a, const struct dw_stored *e,
			   const struct account_event *ev)
{
	struct token *t = calloc(1, sizeof(*t));

	DW_INVARIANT(t != NULL);
	t->id = t->version = e->seq;
	t->name = strdup(ev->name);
	DW_INVARIANT(t->name != NULL);
	t->scopes = ev->scopes;
	t->created_at = e->recorded_at;
	account_add_token(a, t);
	account_new_names(a);
}

static void on_token_revoked(struct dw_account *a, const struct dw_stored *e,
			     const struct account_event *ev)
{
	struct token *t = dw_map_get_u64(a->token_by_id, ev->token);

	if (t == NULL)
		return;
	t->version = e->seq;
	t->is_revoked = true;
	if (t->has_hash)
		dw_map_remove(a->token_by_hash,
			      dw_str_make((char *)t->hash, SECRET_BYTES));
	t->has_hash = false;
	account_tell(a, DW_TOKEN, t->id);
}

static void on_session_started(struct dw_account *a, const struct dw_stored *e,
			       const struct account_event *ev)
{
	struct user *u = dw_map_get_u64(a->user_by_id, ev->user);
	struct session *s;

	if (u == NULL || u->is_disabled)
		return;
	s = account_add_session(a, u, e->seq);
	s->created_at = s->seen_at = s->saved_at = e->recorded_at;
	account_copy(s->peer, sizeof(s->peer), dw_str_of(ev->peer));
	throttle_know(u, ev->peer);
}

static void on_session_ended(struct dw_account *a, const struct account_event *ev)
{
	struct session *s = dw_map_get_u64(a->session_by_id, ev->session);
	uint64_t user;

	if (s == NULL)
		return;
	user = s->user->id;
	account_drop_session(a, s);
	account_tell(a, DW_USER, user);
}

void dw_account_apply(struct dw_account *a, const struct dw_stored *e)
{
	struct account_event ev;

	if (!account_event_decode(e, &ev))
		return;
	if (dw_str_starts(e->type, DW_STR("user.")) ||
	    dw_str_starts(e->type, DW_STR("token.")))
		a->roles_pos = e->seq;
	if (ev.type == DW_EV_USER_ADDED)
		on_user_added(a, e, &ev);
	else if (ev.type == DW_EV_TOKEN_ADDED)
		on_token_added(a, e, &ev);
	else if (ev.type == DW_EV_TOKEN_REVOKED)
		on_token_revoked(a, e, &ev);
	else if (ev.type == DW_EV_SESSION_STARTED)
		on_session_started(a, e, &ev);
	else if (ev.type == DW_EV_SESSION_ENDED)
		on_session_ended(a, &ev);
	else if (ev.type != DW_EV_SESSION_REFUSED)
		on_user_changed(a, e, &ev);
}
