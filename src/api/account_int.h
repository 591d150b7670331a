/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_API_ACCOUNT_INT_H
#define DW_API_ACCOUNT_INT_H
/* What auth.c, session.c, setup.c, users.c and tokens.c share. */
#include "api_int.h"
#include "engine/account.h"

/* ---- auth.c ---- */

/** The session cookie's value, or {NULL,0}. */
struct dw_str api_cookie(const struct dw_http_req *req, const struct dw_api *api);
/** Set the session cookie; an empty value takes it away. */
void api_set_cookie(struct dw_http_req *req, const struct dw_api *api, const char *value);

/* ---- session.c ---- */

/** Answer POST /session and /setup: cookie, user, csrf. Wipes the op's secret. */
void api_signed_in(struct dw_http_req *req, struct dw_api *api, int status,
		   struct dw_account_op *op);
/** Answer with what the command came to; 429 says when to come back. Requires op->status < 0. */
void api_refuse_op(struct dw_http_req *req, const struct dw_account_op *op);
/** Who asks, address and browser, for a command. */
void api_fill_op(struct dw_account_op *op, const struct dw_http_req *req);
/** Overwrite a string member of a parsed body, and the request's body: nothing else holds the
 *  secret. req NULL: it is answered, and gone, already. */
void api_wipe(struct dw_http_req *req, json_t *o, const char *key);

/* ---- users.c ---- */

void api_write_roles(struct dw_jsonw *w, unsigned roles);
void api_write_groups(struct dw_jsonw *w, struct dw_str groups);
/** An array of names as bits, one at least: who may do nothing is disabled or revoked instead.
 *  Refuses and returns false. Absent is 0 bits unless required. */
bool api_read_bits(struct dw_http_req *req, json_t *o, const char *key, bool is_required,
		   unsigned (*bit)(struct dw_str name), const char *all, unsigned *out);
/** The {id} of the path; answers 404 and returns false when it is no number. */
bool api_path_id(struct dw_http_req *req, uint64_t *id);

/* ---- incident_read.c ---- */

struct dw_incident;

/** The room of the path if the caller may see it, and that is on record; else refused, and NULL. */
const struct dw_incident *api_see_room(struct dw_http_req *req, const struct dw_api *api);

/* ---- if_match.c ---- */

/**
 * If-Match against the version that is there now (0: no such object): *version becomes that, 0 for
 * `*`, or one that no object has. Answers 428 or 400 and returns false when it is missing or wrong.
 */
bool api_if_match(struct dw_http_req *req, uint64_t current, uint64_t *version);

/* ---- signing.c ---- */

struct dw_signature; /* domain/statement_fact.h */

/** {key,nonce,expires,sig}; texts are borrowed from the JSON. False: it is none. */
bool api_signature(const json_t *o, struct dw_signature *s);

/* ---- lists: {"items":[…]} ---- */

/** Start one in b, which this initialises; then write the items. */
void api_list_begin(struct dw_jsonw *w, struct dw_buf *b);
/** Answer with it and let go of b; 500 when there are too many `what` to list. */
void api_list_reply(struct dw_http_req *req, struct dw_jsonw *w, const char *what);

#endif
