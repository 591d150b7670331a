/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * tokens.c - API tokens, for admins and the operator. A token's text is in one answer and nowhere
 * else; a repeat of that request under its Idempotency-Key is told that it was shown once.
 */
#include "account_int.h"

#include "once_int.h"

#include <sodium.h>

struct token_req {
	struct dw_account_op op;
	struct dw_http_req *req;
};

static void write_token(struct dw_jsonw *w, const struct dw_token_info *t)
{
	static const struct {
		unsigned bit;
		const char *name;
	} scopes[] = { { DW_SCOPE_INGEST, "ingest" },
		       { DW_SCOPE_READ, "read" },
		       { DW_SCOPE_ACT, "act" } };

	dw_jsonw_ku64(w, "id", t->id);
	dw_jsonw_ku64(w, "version", t->version);
	dw_jsonw_kstr(w, "name", t->name);
	dw_jsonw_key(w, "scopes");
	dw_jsonw_arr(w);
	for (size_t i = 0; i < sizeof(scopes) / sizeof(scopes[0]); i++)
		if ((t->scopes & scopes[i].bit) != 0)
			dw_jsonw_str(w, dw_str_of(scopes[i].name));
	dw_jsonw_arr_end(w);
}

static bool add_item(void *data, const struct dw_token_info *t)
{
	struct dw_jsonw *w = data;

	dw_jsonw_obj(w);
	write_token(w, t);
	dw_jsonw_kbool(w, "revoked", t->is_revoked);
	dw_jsonw_ktime(w, "created_at", t->created_at);
	dw_jsonw_obj_end(w);
	return true;
}

void dw_api_tokens_list(struct dw_http_req *req, void *data)
{
	struct dw_api *api = data;
	struct dw_jsonw w;
	struct dw_buf b;

	api_list_begin(&w, &b);
	dw_account_each_token(dw_engine_account(api->engine), add_item, &w);
	api_list_reply(req, &w, "tokens");
}

/* ---- POST /tokens ---- */

static int keep_on_writer(struct dw_account_op *op, struct dw_db *db, struct dw_err *err)
{
	struct token_req *t = DW_CONTAINER_OF(op, struct token_req, op);

	return dw_once_keep_secret_on_writer(t->req, db, err);
}

static void on_added(struct dw_account_op *op)
{
	struct token_req *t = DW_CONTAINER_OF(op, struct token_req, op);
	const struct dw_token_info info = { .id = op->id,
					    .version = op->version,
					    .name = op->name,
					    .scopes = op->scopes };
	struct dw_jsonw w;
	struct dw_buf b;

	if (op->status < 0) {
		api_refuse_op(t->req, op);
		return;
	}
	dw_buf_init(&b, 8192);
	dw_jsonw_init(&w, &b);
	dw_jsonw_obj(&w);
	write_token(&w, &info);
	dw_jsonw_kstr(&w, "token", dw_str_of(op->secret));
	dw_jsonw_obj_end(&w);
	DW_INVARIANT(dw_jsonw_end(&w) == 0);
	sodium_memzero(op->secret, sizeof(op->secret));
	dw_api_reply_json(t->req, 201, &b);
	sodium_memzero(b.p, b.len);
	dw_buf_fini(&b);
}

static void create(struct dw_http_req *req, void *data)
{
	static const char *const known[] = { "name", "scopes", NULL };
	struct dw_api *api = data;
	struct token_req *t = dw_arena_alloc(req->arena, sizeof(*t));
	json_t *o = dw_api_object(req, known);
	struct dw_str name;

	if (o == NULL)
		return;
	if (dw_api_string(req, o, "name", 1, 64, &name) &&
	    api_read_bits(req, o, "scopes", true, dw_scope_bit, "ingest, read, act",
			  &t->op.scopes)) {
		t->req = req;
		api_fill_op(&t->op, req);
		t->op.name = dw_str_make(dw_arena_strdup(req->arena, name), name.n);
		t->op.also_on_writer = keep_on_writer;
		t->op.cb = on_added;
		dw_api_command(req, api, t->op.command);
		dw_account_token_add(dw_engine_account(api->engine), &t->op);
	}
	json_decref(o);
}

void dw_api_tokens_create(struct dw_http_req *req, void *data)
{
	dw_api_once(req, data, req->body, create);
}

/* ---- DELETE /tokens/{id} ---- */

static void on_revoked(struct dw_account_op *op)
{
	struct token_req *t = DW_CONTAINER_OF(op, struct token_req, op);

	if (op->status < 0)
		api_refuse_op(t->req, op);
	else
		dw_http_reply(t->req, 204, NULL, dw_str_make(NULL, 0));
}

void dw_api_tokens_delete(struct dw_http_req *req, void *data)
{
	struct dw_api *api = data;
	struct token_req *t = dw_arena_alloc(req->arena, sizeof(*t));
	uint64_t id;

	if (!api_path_id(req, &id))
		return;
	t->req = req;
	api_fill_op(&t->op, req);
	t->op.id = id;
	t->op.cb = on_revoked;
	dw_account_token_revoke(dw_engine_account(api->engine), &t->op);
}
