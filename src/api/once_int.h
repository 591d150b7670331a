/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_API_ONCE_INT_H
#define DW_API_ONCE_INT_H
/*
 * Idempotency-Key: a POST that is sent again acts once and is answered the same (once.c).
 *
 * How a handler uses it, in three steps:
 *
 *	void dw_api_things_create(struct dw_http_req *req, void *api)
 *	{
 *		dw_api_once(req, api, req->body, create);	(1) instead of starting at once
 *	}
 *
 *	static void create(struct dw_http_req *req, void *api)	as if it were the handler
 *	{
 *		...
 *		dw_api_command(req, api, rec->command);		(2) command id of its records
 *		append->also_on_writer = keep;
 *		...
 *	}
 *
 *	static int keep(struct dw_append *a, struct dw_db *db, struct dw_err *err)
 *	{
 *		render the answer from a->recs, whose numbers are known here, into t->out
 *		return dw_once_keep_on_writer(t->req, db, 201, dw_buf_str(&t->out), err);	(3)
 *	}
 *
 * and, when the append is done, answer with exactly that status and those bytes. There is nothing
 * to release: answering the request, in whatever way, ends it. What was refused before the append
 * is not kept and may be tried again with the same key. also_on_writer may run more than once for
 * one append, so render into a buffer that is cleared first.
 */
#include "api_int.h"

struct dw_db;

/**
 * Run `go(req, api)`: at once when the request has no Idempotency-Key (or nobody is signed in),
 * on a later turn when it has one that is new. Otherwise answers by itself: the kept answer with
 * `Idempotency-Replayed: true`; 409 with Retry-After while the first is in work, 409 without when
 * its answer held a secret; 422 when the key came with another method, path or body; 400 when it
 * is no key. `body` is what the key stands for, borrowed until return. Either way the request is
 * out of the caller's hands: return after this.
 *
 * Requires: called once a request; the body is there whole.
 */
void dw_api_once(struct dw_http_req *req, struct dw_api *api, struct dw_str body,
		 dw_http_handler go);

/** Command id for the request's records: from caller and key, or random without a key. */
void dw_api_command(const struct dw_http_req *req, const struct dw_api *api,
		    uint8_t out[16]);

/**
 * Keep the answer for 7 days, in the transaction that this is called in (db NULL: in memory).
 * Copies `json`. Nothing to do, and 0, when the request has no key.
 */
DW_MUST_USE int dw_once_keep_on_writer(const struct dw_http_req *req, struct dw_db *db,
				       int status, struct dw_str json,
				       struct dw_err *err);
/** The same for an answer with a secret in it: keeps only that there was one. */
DW_MUST_USE int dw_once_keep_secret_on_writer(const struct dw_http_req *req,
					      struct dw_db *db, struct dw_err *err);

/* ---- what api.c uses ---- */

/** Answers in work, and the hourly sweep of old ones. */
void dw_api_once_init(struct dw_api *api);
/** Stop sweeping. Requires nothing; may be called again. */
void dw_api_once_stop(struct dw_api *api);
/** Requires: no request in work. */
void dw_api_once_fini(struct dw_api *api);

#endif
