/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * signing.c - nonces for signatures, and signing an envelope.
 *
 * What a page signs it puts together itself, from what it has shown; a nonce comes with what it
 * could not know otherwise. An envelope is signed as a verdict is, on the device or with a fresh
 * password (statement_leave.c): the same lines, about no incident, with the envelope's id and digest.
 */
#include "engine/authority.h"
#include "account_int.h"
#include "engine/statement.h"

#include <stdlib.h>

#define OUT_MAX (1024u * 1024)

/* ---- nonces ---- */

static void reply_nonce(struct dw_http_req *req, struct dw_api *api, uint64_t incident,
			uint64_t id, bool is_drill)
{
	struct dw_authorities *a = dw_engine_authorities(api->engine);
	char text[DW_NONCE_TEXT];
	struct dw_err err = { 0 };
	struct dw_jsonw w;
	struct dw_buf out;
	int64_t expires;

	if (dw_nonce_make(a, dw_api_who(req)->id, id, text, &expires, &err) < 0) {
		dw_api_refuse_err(req, &err);
		return;
	}
	dw_buf_init(&out, OUT_MAX);
	dw_jsonw_init(&w, &out);
	dw_jsonw_obj(&w);
	dw_jsonw_kstr(&w, "nonce", dw_str_of(text));
	dw_jsonw_ktime(&w, "expires", expires);
	dw_jsonw_kstr(&w, "origin", dw_str_of(dw_authorities_origin(a)));
	dw_jsonw_ku64(&w, "incident", incident);
	dw_jsonw_ku64(&w, "statement", id);
	dw_jsonw_kbool(&w, "drill", is_drill);
	dw_jsonw_obj_end(&w);
	DW_INVARIANT(dw_jsonw_end(&w) == 0);
	dw_api_reply_json(req, 201, &out);
	dw_buf_fini(&out);
}

void dw_api_statement_nonce(struct dw_http_req *req, void *data)
{
	struct dw_api *api = data;
	struct dw_rooms *rooms = dw_engine_rooms(api->engine);
	const struct dw_statement *t;
	uint64_t id;

	if (!api_path_id(req, &id))
		return;
	t = dw_statements_see(rooms, dw_api_who(req), id);
	if (t == NULL)
		dw_api_refuse(req, DW_ENOTFOUND, "there is no statement of this id");
	else
		reply_nonce(req, api, t->incident, id,
			    dw_rooms_find(rooms, t->incident)->is_drill);
}

static const struct dw_envelope *envelope_of(struct dw_http_req *req, struct dw_api *api)
{
	const struct dw_envelope *e;
	uint64_t id;

	if (!api_path_id(req, &id))
		return NULL;
	e = dw_authority_envelope(dw_authorities_now(dw_engine_authorities(api->engine)),
				  id);
	if (e == NULL)
		dw_api_refuse(req, DW_ENOTFOUND, "there is no envelope of this id");
	return e;
}

void dw_api_envelope_nonce(struct dw_http_req *req, void *data)
{
	struct dw_api *api = data;
	const struct dw_envelope *e = envelope_of(req, api);

	if (e != NULL)
		reply_nonce(req, api, 0, e->id, false);
}

bool api_signature(const json_t *o, struct dw_signature *s)
{
	const json_t *key = json_object_get(o, "key");
	const json_t *nonce = json_object_get(o, "nonce");
	const json_t *expires = json_object_get(o, "expires");
	const json_t *sig = json_object_get(o, "sig");

	if (!json_is_integer(key) || json_integer_value(key) <= 0 ||
	    !json_is_string(nonce) || !json_is_string(expires) || !json_is_string(sig) ||
	    json_object_size(o) != 4)
		return false;
	s->key = (uint64_t)json_integer_value(key);
	s->nonce = dw_str_make(json_string_value(nonce), json_string_length(nonce));
	s->expires = dw_str_make(json_string_value(expires), json_string_length(expires));
	s->sig = dw_str_make(json_string_value(sig), json_string_length(sig));
	return true;
}

/* ---- POST /envelopes/{id}/sign ---- */

struct signing {
	struct dw_authority_op op;
	struct dw_account_op account; /* the fresh check of a password */
	struct dw_http_req *req;
	struct dw_api *api;
	json_t *body; /* what op's texts lie in */
};

static void fini(struct signing *g)
{
	dw_authority_op_fini(&g->op);
	json_decref(g->body);
}

static void on_signed(struct dw_authority_op *op)
{
	struct signing *g = DW_CONTAINER_OF(op, struct signing, op);
	struct dw_http_req *req = g->req;
	struct dw_api *api = g->api;
	const struct dw_envelope *e;
	struct dw_err err = op->err;
	struct dw_fault fault = op->fault;
	struct dw_jsonw w;
	struct dw_buf out;

	if (op->status < 0) {
		fini(g);
		dw_api_refuse_fault(req, &err, &fault);
		return;
	}
	e = dw_authority_envelope(dw_authorities_now(dw_engine_authorities(api->engine)),
				  op->cmd.child);
	dw_buf_init(&out, OUT_MAX);
	dw_jsonw_init(&w, &out);
	dw_envelope_write(&w, e, dw_account_names(dw_engine_account(api->engine)),
			  dw_now_us(dw_engine_clock(api->engine)));
	DW_INVARIANT(dw_jsonw_end(&w) == 0);
	fini(g);
	dw_api_reply_json(req, 201, &out);
	dw_buf_fini(&out);
}

static void on_checked(struct dw_account_op *op)
{
	struct signing *g = DW_CONTAINER_OF(op, struct signing, account);

	if (op->status == 0) {
		dw_authority_do(dw_engine_authorities(g->api->engine), &g->op);
		return;
	}
	fini(g);
	api_refuse_op(g->req,
		      op); /* g lies in the request's arena, which is still there */
}

static void check_password(struct signing *g)
{
	const json_t *v = json_object_get(g->body, "password");

	api_fill_op(&g->account, g->req);
	g->account.password = dw_str_make(json_string_value(v), json_string_length(v));
	g->account.cb = on_checked;
	dw_account_check(dw_engine_account(g->api->engine), &g->account);
	api_wipe(g->req, g->body, "password");
}

static void check_signature(struct signing *g, uint64_t id)
{
	struct dw_authority_fact *f = &g->op.cmd.f;
	struct dw_signed_verdict v = { .statement = id,
				       .digest = f->digest,
				       .verdict = DW_STR("approve"),
				       .reason = DW_STR("") };
	struct dw_http_req *req = g->req;
	struct dw_err err = { 0 };
	int rc;

	f->proof = DW_PROOF_SIGNATURE;
	if (!api_signature(json_object_get(g->body, "signature"), &f->signature)) {
		fini(g);
		dw_api_refuse_at(req, DW_EINVAL, "/signature",
				 "it has key, nonce, expires and sig");
		return;
	}
	rc = dw_signature_check(dw_engine_authorities(g->api->engine), g->op.cmd.who.id,
				&v, &f->signature, &err);
	if (rc == 0) {
		dw_authority_do(dw_engine_authorities(g->api->engine), &g->op);
		return;
	}
	fini(g);
	dw_api_refuse_at(req, rc, "/signature", "%s", dw_err_text(&err));
}

void dw_api_envelope_sign(struct dw_http_req *req, void *data)
{
	static const char *const known[] = { "digest", "password", "signature", NULL };
	struct dw_api *api = data;
	const struct dw_envelope *e = envelope_of(req, api);
	struct dw_str digest, password;
	struct signing *g;
	json_t *o;

	if (e == NULL || (o = dw_api_object(req, known)) == NULL)
		return;
	if (!dw_api_string(req, o, "digest", 1, DW_DIGEST_HEX, &digest) ||
	    (json_object_get(o, "signature") == NULL &&
	     !dw_api_string(req, o, "password", 1, DW_PASSWORD_MAX, &password))) {
		api_wipe(NULL, o, "password");
		json_decref(o);
		return;
	}
	g = dw_arena_alloc(req->arena, sizeof(*g));
	dw_authority_op_init(&g->op);
	g->req = req;
	g->api = api;
	g->body = o;
	g->op.cmd.type = DW_CMD_SIGN_ENVELOPE;
	g->op.cmd.who = *dw_api_who(req);
	g->op.cmd.child = e->id;
	g->op.cmd.f.digest = digest;
	g->op.cb = on_signed;
	if (json_object_get(o, "signature") != NULL)
		check_signature(g, e->id);
	else
		check_password(g);
}
