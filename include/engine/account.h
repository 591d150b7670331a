/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_ENGINE_ACCOUNT_H
#define DW_ENGINE_ACCOUNT_H
/*
 * Users, sessions and API tokens: live state in memory, folded from events; secrets as hashes in
 * mutable tables of the permanent schema (DESIGN.md section 5). See src/engine/account.c.
 */
#include "domain/policy.h"
#include "engine/engine.h"
#include "engine/names.h"

struct dw_db;
struct dw_people; /* domain/decide.h */

/* ---- what engine.c and the feed use ---- */

/** Load users, tokens, sessions. db is a reader's connection, NULL in memory (starts empty). */
DW_MUST_USE int dw_account_open(struct dw_account **out, struct dw_engine *e,
				struct dw_db *db, struct dw_err *err);
/** No new work, timers off; what is on the password pool still completes. */
void dw_account_stop(struct dw_account *a);
/** NULL is fine. */
void dw_account_destroy(struct dw_account *a);
/** Fold one durable event into the live state, then tell the observer. */
void dw_account_apply(struct dw_account *a, const struct dw_stored *e);
/** Fold one event into the read tables. */
DW_MUST_USE int dw_account_project_on_writer(struct dw_db *db, const struct dw_stored *e,
					     struct dw_err *err);
struct dw_account_stats {
	uint64_t sign_ins; /* sessions started */
	uint64_t refused;  /* a wrong name or password, a disabled account */
	uint64_t throttled;
};

const struct dw_account_stats *dw_account_stats(const struct dw_account *a);
/** Who the actors are, now. Borrowed: take a reference to keep it. */
struct dw_names *dw_account_names(struct dw_account *a);

/* ---- what the guard and open streams use ---- */

/** Principal behind a session cookie's value; false: none, ended or expired. Counts as activity
 *  when `touch`. */
bool dw_account_by_session(struct dw_account *a, struct dw_str token, bool touch,
			   struct dw_principal *out);
/** Principal behind a bearer token; false: none, or revoked. */
bool dw_account_by_token(struct dw_account *a, struct dw_str token,
			 struct dw_principal *out);
/**
 * The same principal with the rights that it has by now (roles may have changed). False: its
 * session ended or expired, the user was disabled, the token revoked. Never counts as activity.
 */
bool dw_account_refresh(struct dw_account *a, struct dw_principal *p);
/**
 * The same for a command that has waited since its request came. Who has no session acts for the
 * program itself and stays as it is. 0, or DW_EAUTH: whoever asked is not signed in any more.
 */
DW_MUST_USE int dw_account_still(struct dw_account *a, struct dw_principal *p,
				 struct dw_err *err);
/**
 * Called on the loop whenever somebody's session ended or rights changed, for user or token
 * `id`; whoever keeps principals refreshes those. One observer.
 */
void dw_account_observe(struct dw_account *a,
			void (*fn)(void *data, enum dw_principal_kind kind, uint64_t id),
			void *data);

/* ---- lists, as of now; on the loop ---- */

struct dw_user_info { /* borrowed until the next turn of the loop */
	uint64_t id, version;
	struct dw_str name, groups; /* "legal,comms" */
	unsigned roles;
	bool is_disabled;
	int64_t created_at;
};

struct dw_token_info {
	uint64_t id, version;
	struct dw_str name;
	unsigned scopes;
	bool is_revoked;
	int64_t created_at;
};

struct dw_session_info {
	uint64_t id, user;
	int64_t created_at, seen_at, expires_at;
	struct dw_str peer, user_agent;
};

/** All accounts, tokens, or sessions of one account, oldest first, until fn returns false. */
void dw_account_each_user(const struct dw_account *a,
			  bool (*fn)(void *data, const struct dw_user_info *u),
			  void *data);
void dw_account_each_token(const struct dw_account *a,
			   bool (*fn)(void *data, const struct dw_token_info *t),
			   void *data);
void dw_account_each_session(const struct dw_account *a, uint64_t user,
			     bool (*fn)(void *data, const struct dw_session_info *s),
			     void *data);
/** One of them by id; false: there is none. Ended and expired sessions are none. */
bool dw_account_user(const struct dw_account *a, uint64_t id, struct dw_user_info *out);
/** Who may be named in a command. Borrows `a`. */
struct dw_people dw_account_people(struct dw_account *a);
bool dw_account_token(const struct dw_account *a, uint64_t id, struct dw_token_info *out);
bool dw_account_session(const struct dw_account *a, uint64_t id,
			struct dw_session_info *out);
/** Is there an account that is not disabled and may administer? */
bool dw_account_has_admin(const struct dw_account *a);

#define DW_SECRET_TEXT                                                                   \
	48 /* a session's or token's text, or a generated password, and NUL */

/** The value that proves a change came from our own page, for a session cookie's value. */
void dw_account_csrf(struct dw_str cookie, char out[DW_SECRET_TEXT]);

/* ---- commands ---- */

enum { /* what dw_account_user_change changes */
       DW_SET_ROLES = 1,
       DW_SET_GROUPS = 2,
       DW_SET_DISABLED = 4,
       DW_SET_PASSWORD = 8,
};

#define DW_PASSWORD_MAX 1024 /* bytes */
#define DW_GROUPS_MAX 1024   /* bytes of "legal,comms", with NUL */

struct dw_password_job;
struct dw_account_op;
typedef void (*dw_account_cb)(struct dw_account_op *op);

/**
 * One command in flight. Open so that callers embed it; all zero before its fields are set.
 * Ownership:  the caller owns it, and what its strings point at, until cb. The password alone is
 *             copied at once, and may be wiped when the starting function has returned.
 * Completion: cb once, on the loop, after the starting function returned. Then `secret` is for
 *             the caller to show and to wipe.
 */
struct dw_account_op {
	/* set by the caller */
	struct dw_principal who; /* who does it; nobody for sign-in and set-up */
	uint8_t command[16];	 /* command id; all zero: a random one */
	uint64_t id;		 /* of the user, token or session to change */
	uint64_t version;	 /* that the change was based on; 0 = any */
	unsigned set;		 /* DW_SET_…, for user_change */
	struct dw_str name, password,
		groups; /* no password in user_add: one is generated */
	unsigned roles, scopes;
	bool is_disabled;
	bool is_first_admin;		/* user_add: only while there is no admin */
	const char *reason;		/* session_end: "signed_out", "revoked"; static */
	struct dw_str peer, user_agent; /* sign_in, session_start */
	uint64_t replaces;		/* session to end when this one starts, or 0 */
	/* In the same transaction, on the writer, after the records have their numbers (see
	 * dw_append); db is NULL in memory. May be NULL. */
	int (*also_on_writer)(struct dw_account_op *op, struct dw_db *db,
			      struct dw_err *err);
	dw_account_cb cb;
	void *data;
	/* results; id and version are those of the thing made or changed */
	int status; /* 0 or DW_E… */
	struct dw_err err;
	const char *at;		     /* JSON pointer to what is wrong, or NULL; static */
	unsigned retry_after_s;	     /* with DW_EBUSY */
	bool is_generated;	     /* user_add: `secret` is the password */
	char secret[DW_SECRET_TEXT]; /* of a new session, token, or generated password */
	/* account's own */
	struct dw_account *account;
	int (*decide)(struct dw_account_op *op);
	int (*rows_on_writer)(struct dw_account_op *op, struct dw_db *db,
			      struct dw_err *err);
	void (*on_committed)(struct dw_account_op *op);
	void (*on_password)(struct dw_account_op *op);
	struct dw_password_job *job;
	struct dw_append append;
	struct dw_record recs[3];
	struct dw_expect expect;
	struct dw_task done;
	unsigned tries;
	uint64_t user, password_seq; /* sign-in: whom, and which password was checked */
	enum {
		DW_TAKEN_SHARED,
		DW_TAKEN_KNOWN,
		DW_TAKEN_RESERVE
	} taken_from;	/* sign-in: which allowance */
	char hash[128]; /* of a new password, "" = none */
	uint8_t secret_hash[32];
};

/** name, roles, groups, password?. DW_EEXISTS when the name is taken (or an admin is there). */
void dw_account_user_add(struct dw_account *a, struct dw_account_op *op);
/** id, version, set and what it names. DW_EMOVED, DW_ENOTFOUND; DW_EUNPROCESSABLE: last admin. */
void dw_account_user_change(struct dw_account *a, struct dw_account_op *op);
/** name, scopes. */
void dw_account_token_add(struct dw_account *a, struct dw_account_op *op);
/** id. Revoking again is fine. */
void dw_account_token_revoke(struct dw_account *a, struct dw_account_op *op);
/** name, password, peer, user_agent. DW_EAUTH; DW_EBUSY with retry_after_s. */
void dw_account_sign_in(struct dw_account *a, struct dw_account_op *op);
/**
 * Is this the password of `who`, who is signed in? password, peer. Throttled as a sign-in is; makes no event
 * but for a refusal. DW_EFORBIDDEN; DW_EBUSY with retry_after_s.
 */
void dw_account_check(struct dw_account *a, struct dw_account_op *op);
/** A session without a password, for the account `id`: only for whoever just made it. */
void dw_account_session_start(struct dw_account *a, struct dw_account_op *op);
/** id, reason. DW_ENOTFOUND. */
void dw_account_session_end(struct dw_account *a, struct dw_account_op *op);

#endif
