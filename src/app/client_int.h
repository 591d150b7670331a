/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_APP_CLIENT_INT_H
#define DW_APP_CLIENT_INT_H
/* A blocking HTTP client for commands: over the control socket, or to a URL with a token. */
#include "app/config.h"
#include "base/buf.h"

struct dw_client;

struct dw_reply {
	long status;
	long retry_after_s; /* 0 = not said */
	struct dw_buf body;
};

/**
 * The server of the data folder: the running one, or, when there is none, one inside this process
 * for as long as the client lives. Borrows conf.
 */
DW_MUST_USE int dw_client_local(struct dw_client **out, const struct dw_config *conf,
				struct dw_err *err);
/** A server somewhere else; token may be NULL. */
DW_MUST_USE int dw_client_remote(struct dw_client **out, const char *url,
				 const char *token, struct dw_err *err);
/**
 * From now on ask as this account: a session of its own, which goes with the client. For a client
 * of a server somewhere else.
 */
DW_MUST_USE int dw_client_sign_in(struct dw_client *c, const char *name,
				  const char *password, struct dw_err *err);
/** Ends the own server, if it was started. NULL is fine. */
void dw_client_close(struct dw_client *c);

struct dw_call {
	const char *method, *path;
	const char *content_type; /* NULL: application/json */
	const char *if_match;	  /* version, or NULL */
	struct dw_str body;	  /* p == NULL: none */
};

void dw_reply_init(struct dw_reply *r);
void dw_reply_fini(struct dw_reply *r);
/**
 * Ask. 0 with any status that a server gave; DW_EUNAVAILABLE when none could be reached or the
 * answer broke off. Clears *r first.
 */
DW_MUST_USE int dw_client_ask(struct dw_client *c, const struct dw_call *call,
			      struct dw_reply *r, struct dw_err *err);
/** The same, with a status of 400 and up as an error that carries the problem's text. */
DW_MUST_USE int dw_client_call(struct dw_client *c, const struct dw_call *call,
			       struct dw_reply *r, struct dw_err *err);
/** Fill err from a problem+json answer; returns its code. */
int dw_reply_fail(const struct dw_reply *r, struct dw_err *err);
/** When set from any thread, a waiting ask gives up soon. Borrowed. */
void dw_client_abort_on(struct dw_client *c, const volatile bool *flag);

#endif
