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
 * Called on the loop whenever somebody's session ended or rights changed, for user or token
 * `id`; whoever keeps principals refreshes those. One observer.
 */
void dw_account_observe(struct dw_account *a,
			void (*fn)(void *data, enum dw_principal_kind kind, uint64_t id),
			void *data);

#endif
