/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef APIRIG_H
#define APIRIG_H
/*
 * The whole HTTP contract over an engine in a folder of its own, served by a thread of its own on a free port
 * and on a control socket; and blocking requests to it.
 */
#include "api/api.h"

struct apirig_inside;

struct apirig {
	int port;
	char socket[128];
	char folder[64];
	char cookie[128]; /* "diwan_session=…" of the first admin, once set up */
	char csrf[64];
	void (*on_api_gone)(void); /* while it ends, on the loop; NULL: nothing */
	struct apirig_inside *in;
};

struct apirig_reply {
	int status;
	char head[8192];
	char body[65536];
};

/** Passwords cost next to nothing. public_url as in struct dw_api_conf. */
void apirig_start(struct apirig *r, const char *public_url);
void apirig_stop(struct apirig *r);
/** Run fn on the loop's thread; returns when it has run. */
void apirig_on_loop(struct apirig *r, void (*fn)(struct dw_engine *e, void *data),
		    void *data);
/**
 * Send one request and read the whole answer. `path` starting with '@' goes over the control
 * socket. `headers`: lines, each ended by \r\n, may be "". Host, Content-Length and Connection
 * are added. body may be NULL.
 */
void apirig_ask(const struct apirig *r, const char *method, const char *path,
		const char *headers, const char *body, struct apirig_reply *out);
/** Value of a string member, wherever it is in the JSON; "" when there is none. */
void apirig_member(const char *json, const char *key, char *out, size_t cap);
/** "name=value" of the Set-Cookie in the head; "" when there is none. */
void apirig_cookie(const char *head, char *out, size_t cap);

/* ---- an admin `root` with the password APIRIG_PASSWORD, and what requests carry ---- */

#define APIRIG_JSON "Content-Type: application/json\r\n"
#define APIRIG_PASSWORD "nine good horses"

/** The first admin, by the set-up link. */
void apirig_set_up(struct apirig *r);
/** An API token; scopes as in JSON: "\"read\",\"act\"". The answer stays in *out. */
void apirig_token(const struct apirig *r, const char *scopes, char *token, size_t cap,
		  struct apirig_reply *out);
/** Header lines, valid until the next call of the same: the admin's cookie (and csrf value), or
 *  a token, and `more`. */
const char *apirig_as_admin(const struct apirig *r, const char *more);
const char *apirig_with_csrf(const struct apirig *r, const char *more);
const char *apirig_bearer(const char *token, const char *more);

#endif
