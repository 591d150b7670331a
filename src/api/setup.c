/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * setup.c - the first admin, by a link that works once.
 *
 * The operator asks for the link on the control socket (the server prints it when it starts
 * empty); it is valid for a day, as long as there is no admin, and a new one ends the old one.
 * Only a hash of it is kept, in memory: after a restart the operator asks again. The token stands
 * behind the '#' of the address, so that no browser sends it to a server or to a next page.
 */
#include "account_int.h"

#include <sodium.h>
#include <stdlib.h>

#define VALID_US (INT64_C(24) * 3600 * 1000000)
#define TOKEN_BYTES 32

struct setup {
	uint8_t hash[32];
	int64_t expires_at;
	bool is_busy; /* somebody is using it */
};

static void hash_token(struct dw_str token, uint8_t out[32])
{
	crypto_generichash(out, 32, (const uint8_t *)(token.n > 0 ? token.p : ""),
			   token.n, NULL, 0);
}

/* ---- POST /control/setup-link ---- */

static void make_link(struct dw_api *api, char token[DW_SECRET_TEXT])
{
	const struct dw_clock *c = dw_engine_clock(api->engine);
	struct setup *s = calloc(1, sizeof(*s));
	uint8_t raw[TOKEN_BYTES];

	DW_INVARIANT(s != NULL);
	dw_random(c, raw, sizeof(raw));
	sodium_bin2base64(token, DW_SECRET_TEXT, raw, sizeof(raw),
			  sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	sodium_memzero(raw, sizeof(raw));
	hash_token(dw_str_of(token), s->hash);
	s->expires_at = dw_now_us(c) + VALID_US;
	free(api->setup);
	api->setup = s;
}

void dw_api_setup_link(struct dw_http_req *req, void *data)
{
	static const char *const known[] = { NULL };
	struct dw_api *api = data;
	json_t *o = dw_api_object(req, known);
	struct setup *s = api->setup;
	char token[DW_SECRET_TEXT], path[DW_SECRET_TEXT + 8] = "/setup#";
	struct dw_jsonw w;
	struct dw_buf b;

	if (o == NULL)
		return;
	json_decref(o);
	if (dw_account_has_admin(dw_engine_account(api->engine)) ||
	    (s != NULL && s->is_busy)) {
		dw_api_refuse(req, DW_EEXISTS,
			      "there is an admin already, who can add accounts");
		return;
	}
	make_link(api, token);
	s = api->setup;
	memcpy(path + strlen(path), token, sizeof(token));
	dw_buf_init(&b, 1024);
	dw_jsonw_init(&w, &b);
	dw_jsonw_obj(&w);
	dw_jsonw_kstr(&w, "path", dw_str_of(path));
	dw_jsonw_ktime(&w, "expires_at", s->expires_at);
	dw_jsonw_obj_end(&w);
	DW_INVARIANT(dw_jsonw_end(&w) == 0);
	dw_api_reply_json(req, 201, &b);
	sodium_memzero(b.p, b.len);
	sodium_memzero(path, sizeof(path));
	sodium_memzero(token, sizeof(token));
	dw_buf_fini(&b);
}

/* ---- POST /setup: the account, then its session ---- */

struct first {
	struct dw_account_op add, start;
	struct dw_http_req *req;
	struct dw_api *api;
};

static void on_started(struct dw_account_op *op)
{
	struct first *f = DW_CONTAINER_OF(op, struct first, start);

	if (op->status < 0)
		api_refuse_op(f->req, op);
	else
		api_signed_in(f->req, f->api, 201, op);
}

static void on_added(struct dw_account_op *op)
{
	struct first *f = DW_CONTAINER_OF(op, struct first, add);
	struct setup *s = f->api->setup;

	if (op->status < 0) {
		s->is_busy = false;
		if (op->at != NULL && strcmp(op->at, "/name") == 0)
			op->at = "/username";
		api_refuse_op(f->req, op);
		return;
	}
	free(s);
	f->api->setup = NULL;
	api_fill_op(&f->start, f->req);
	f->start.id = op->id;
	f->start.cb = on_started;
	dw_account_session_start(dw_engine_account(f->api->engine), &f->start);
}

static bool is_valid(const struct dw_api *api, struct dw_str token)
{
	const struct setup *s = api->setup;
	uint8_t hash[32];

	hash_token(token, hash);
	return s != NULL && !s->is_busy &&
	       sodium_memcmp(hash, s->hash, sizeof(hash)) == 0 &&
	       dw_now_us(dw_engine_clock(api->engine)) < s->expires_at &&
	       !dw_account_has_admin(dw_engine_account(api->engine));
}

static void add_admin(struct dw_http_req *req, struct dw_api *api, struct dw_str name,
		      struct dw_str password)
{
	struct first *f = dw_arena_alloc(req->arena, sizeof(*f));

	((struct setup *)api->setup)->is_busy = true;
	f->req = req;
	f->api = api;
	api_fill_op(&f->add, req);
	f->add.name = dw_str_make(dw_arena_strdup(req->arena, name), name.n);
	f->add.password = password;
	f->add.groups = dw_str_make("", 0);
	f->add.roles = DW_ROLE_ADMIN;
	f->add.is_first_admin = true;
	f->add.cb = on_added;
	dw_account_user_add(dw_engine_account(api->engine), &f->add);
}

void dw_api_setup_create(struct dw_http_req *req, void *data)
{
	static const char *const known[] = { "token", "username", "password", NULL };
	struct dw_api *api = data;
	json_t *o = dw_api_object(req, known);
	struct dw_str token, name, password;

	if (o == NULL)
		return;
	if (dw_api_string(req, o, "token", 1, 200, &token) &&
	    dw_api_string(req, o, "username", 1, 64, &name) &&
	    dw_api_string(req, o, "password", 1, DW_PASSWORD_MAX, &password)) {
		if (is_valid(api, token)) {
			add_admin(req, api, name, password);
			api_wipe(req, o, "password");
		} else {
			dw_api_refuse_at(
				req, DW_EFORBIDDEN, "/token",
				"this link was used, is too old, or there is an admin "
				"already; the server's operator can make another one");
		}
	}
	api_wipe(NULL, o, "password");
	json_decref(o);
}
