/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_ENGINE_ACCOUNT_INT_H
#define DW_ENGINE_ACCOUNT_INT_H
/* What the account*.c files share; account.c says how they fit together. */
#include "base/jsonw.h"
#include "base/map.h"
#include "engine/account.h"

#include <sodium.h>

#define NAME_CHARS 64 /* code points of a user's or token's name */
#define NAME_BYTES (NAME_CHARS * 4 + 1)
#define PEER_MAX 48	/* as in struct dw_http_req */
#define KNOWN_MAX 8	/* addresses remembered for one account */
#define SESSIONS_MAX 32 /* of one account; one more ends the oldest */
#define SECRET_BYTES 32
#define MINUTE_US INT64_C(60000000)

_Static_assert(crypto_pwhash_STRBYTES == sizeof(((struct dw_account_op *)0)->hash),
	       "an op holds a hash");

/* An address that an account has signed in from. */
struct known {
	char peer[PEER_MAX];
	int64_t full_at; /* as in struct user */
};

struct user {
	struct dw_link link; /* in order of id */
	uint64_t id, version;
	uint64_t
		password_seq; /* event that set the password; 0 when before this process */
	char *name, *groups;
	unsigned roles;
	bool is_disabled;
	int64_t created_at;
	char hash[crypto_pwhash_STRBYTES]; /* "" = cannot sign in */
	struct dw_link sessions;	   /* oldest first */
	unsigned n_sessions;
	int64_t full_at; /* when its sign-in allowance is whole again (account_throttle.c) */
	int64_t reserve_at;	       /* and that which is kept for new addresses */
	struct known known[KNOWN_MAX]; /* newest first */
	unsigned n_known;
};

struct session {
	struct dw_link link; /* of its user */
	struct user *user;
	uint64_t id;
	int64_t created_at, seen_at, saved_at; /* saved: seen_at as it is stored */
	uint8_t hash[SECRET_BYTES];
	bool has_hash;	/* known and in the map */
	bool is_ending; /* its session.ended is on the way */
	char peer[PEER_MAX];
	char user_agent[160];
};

struct token {
	struct dw_link link; /* in order of id */
	uint64_t id, version;
	char *name;
	unsigned scopes;
	bool is_revoked;
	int64_t created_at;
	uint8_t hash[SECRET_BYTES];
	bool has_hash;
};

struct throttle; /* account_throttle.c */

struct dw_account {
	struct dw_engine *engine;
	struct dw_link users, tokens;
	struct dw_map *user_by_id, *user_by_name; /* name in ASCII lower case */
	struct dw_map *session_by_id, *session_by_hash;
	struct dw_map *token_by_id, *token_by_hash;
	uint64_t roles_pos; /* last event that moved DW_KEY_ROLES, as folded */
	struct dw_names *names;
	struct throttle *throttle;
	struct dw_account_stats stats;
	void (*on_change)(void *data, enum dw_principal_kind kind, uint64_t id);
	void *on_change_data;
	struct dw_deadline sweep, flush;
	struct dw_task sweep_soon; /* somebody came with a session that is over */
	int cls_sweep, cls_flush;
	bool is_stopped;
	bool is_sweeping, is_flushing; /* one append of each kind at a time */
};

/* ---- account_json.c: payloads ---- */

struct account_event {
	enum dw_event_type type;
	uint64_t user, token, session, count;
	char name[NAME_BYTES], groups[DW_GROUPS_MAX], peer[PEER_MAX], reason[32];
	unsigned roles, scopes;
};

/** A payload for the record; sets its type, payload and key to move. */
void account_event_encode(const struct account_event *ev, struct dw_record *rec);
/** False: not one of ours, or not readable. */
bool account_event_decode(const struct dw_stored *e, struct account_event *ev);
/** "ingest"… by bit, NULL past the last. */
const char *account_scope_name(unsigned index);

/* ---- account.c: state ---- */

/** ASCII lower case into out[NAME_BYTES]; false when it does not fit. */
bool account_fold_name(struct dw_str name, char *out);
struct user *account_find_name(const struct dw_account *a, struct dw_str name);
void account_copy(char *out, size_t cap, struct dw_str s);
void account_add_user(struct dw_account *a, struct user *u);
void account_add_token(struct dw_account *a, struct token *t);
struct session *account_add_session(struct dw_account *a, struct user *u, uint64_t id);
void account_drop_session(struct dw_account *a, struct session *s);
void account_new_names(struct dw_account *a);
void account_tell(struct dw_account *a, enum dw_principal_kind kind, uint64_t id);
int64_t account_now(const struct dw_account *a);

/* ---- account_op.c: one command from start to answer ---- */

/** Decide, append, on conflict again; then on_committed and cb. */
void op_start(struct dw_account *a, struct dw_account_op *op);
void op_commit(struct dw_account_op *op);
/** The next record of the decision. */
void op_event(struct dw_account_op *op, const struct account_event *ev);
/** End with this status (text in op->err); wipes what is secret. cb on a later turn. */
void op_finish(struct dw_account_op *op, int status);
/** Fill err and at, and return code. */
int op_refuse(struct dw_account_op *op, int code, const char *at, const char *fmt, ...)
	DW_PRINTF(4, 5);

/* ---- account_password.c ---- */

/** Is it one that may be set? DW_EINVAL says why not. */
int password_check(struct dw_str name, struct dw_str password, struct dw_err *err);
/** Is it in the list of the most common ones? (account_common.c) */
bool password_is_common(struct dw_str password);
/** Hash it into op->hash on the pool, then op->on_password. DW_EBUSY. */
int password_hash(struct dw_account_op *op, struct dw_str password);
/**
 * Compare with `hash` (NULL: with nothing, at the same cost), then op->on_password. When right
 * and hashed at another cost than today's, op->hash gets it anew.
 */
int password_verify(struct dw_account_op *op, struct dw_str password, const char *hash);
/** What verifying came to. */
bool password_was_right(const struct dw_account_op *op);
void password_forget(struct dw_account_op *op);
/** A new random one into op->secret. */
void password_generate(struct dw_account_op *op);
/** For tests only: hash at another cost than 64 MiB and 3 passes. */
void dw_account_cost_for_tests(size_t memory_bytes, unsigned long long passes);

/* ---- account_session.c, account_token.c ---- */

void secret_make(const struct dw_clock *c, const char *prefix, char out[DW_SECRET_TEXT]);
void secret_hash(struct dw_str text, uint8_t out[SECRET_BYTES]);
/** What a browser calls itself, cut and reduced to printable ASCII. */
void session_copy_agent(char *out, size_t cap, struct dw_str s);
bool session_is_over(const struct dw_account *a, const struct session *s);
int64_t session_expires_at(const struct dw_account *a, const struct session *s);
/** One was found to be over: sweep on a later turn instead of waiting for the timer. */
void session_sweep_soon(struct dw_account *a);
void session_start_timers(struct dw_account *a);
void session_stop_timers(struct dw_account *a);

/* ---- account_throttle.c ---- */

struct throttle *throttle_create(void);
void throttle_destroy(struct throttle *t);
/** What of an address counts, into out[PEER_MAX]: of IPv6 the first 64 bits. */
void throttle_address(struct dw_str peer, char *out);
/** Take one attempt; DW_EBUSY with op->retry_after_s. `u` may be NULL. */
int throttle_take(struct dw_account_op *op, struct user *u);
/** Give it back: it was no failure. */
void throttle_give(struct dw_account_op *op, struct user *u);
/** Remember that the account signed in from there. */
void throttle_know(struct user *u, const char *peer);
/** Record a refused sign-in; after the first few a minute they are only counted. */
void throttle_refused(struct dw_account *a, const char *reason, uint64_t user,
		      struct dw_str peer);
/** Write what was only counted, once its minute is over. */
void throttle_sweep(struct dw_account *a);

/* ---- account_store.c: mutable rows, and loading ---- */

int account_load(struct dw_account *a, struct dw_db *db, struct dw_err *err);
int row_put_password(struct dw_db *db, uint64_t user, const char *hash, int64_t at,
		     struct dw_err *err);
int row_add_session(struct dw_db *db, const struct dw_account_op *op,
		    const struct dw_record *rec, struct dw_err *err);
int row_drop_session(struct dw_db *db, uint64_t id, struct dw_err *err);
int row_drop_sessions_of(struct dw_db *db, uint64_t user, struct dw_err *err);
int row_see_session(struct dw_db *db, uint64_t id, int64_t at, struct dw_err *err);
int row_add_token(struct dw_db *db, uint64_t token, const uint8_t hash[SECRET_BYTES],
		  struct dw_err *err);
int row_drop_token(struct dw_db *db, uint64_t token, struct dw_err *err);

#endif
