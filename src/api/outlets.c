/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * outlets.c - where published statements go besides the newsroom, for admins.
 *
 * The secret of a webhook is in the answer that made it and nowhere else; a repeat of that request under its
 * Idempotency-Key is told that it was shown once.
 */
#include "account_int.h"
#include "engine/account.h"
#include "engine/outbox.h"
#include "once_int.h"

#include <sodium.h>

struct outlet_req {
	struct dw_outlet_op op;
	struct dw_http_req *req;
	struct dw_api *api;
};

static struct dw_outbox *outbox_of(const struct dw_api *api)
{
	return dw_engine_outbox(api->engine);
}

static struct dw_names *names_of(const struct dw_api *api)
{
	return dw_names_ref(dw_account_names(dw_engine_account(api->engine)));
}

/* ---- GET /outlets ---- */

void dw_api_outlets_list(struct dw_http_req *req, void *data)
{
	static const char *const none[] = { NULL };
	struct dw_api *api = data;
	const struct dw_outbox_state *s = dw_outbox_now(outbox_of(api));
	struct dw_err err = { 0 };
	struct dw_names *names;
	struct dw_jsonw w;
	struct dw_buf b;

	if (dw_http_query_only(req, none, &err) < 0) {
		dw_api_refuse_err(req, &err);
		return;
	}
	names = names_of(api);
	api_list_begin(&w, &b);
	for (size_t i = 0; i < s->outlets.n; i++)
		dw_outlet_write(&w, outbox_of(api), &s->outlets.p[i], names, "");
	dw_names_unref(names);
	api_list_reply(req, &w, "outlets");
}

/* ---- commands ---- */

static struct outlet_req *begin(struct dw_http_req *req, struct dw_api *api,
				enum dw_event_type type, dw_outlet_cb cb)
{
	struct outlet_req *r = dw_arena_alloc(req->arena, sizeof(*r));

	r->req = req;
	r->api = api;
	r->op.type = type;
	r->op.who = *dw_api_who(req);
	r->op.cb = cb;
	return r;
}

static void refuse(struct outlet_req *r)
{
	struct dw_http_req *req = r->req;
	struct dw_err err = r->op.err;
	struct dw_fault fault = r->op.fault;

	dw_outlet_op_fini(&r->op);
	dw_api_refuse_fault(req, &err, &fault);
}

/* The outlet as it is now; with the secret that op holds, if any. */
static void reply(struct outlet_req *r, int status)
{
	struct dw_http_req *req = r->req;
	const struct dw_outlet *x =
		dw_outbox_find(dw_outbox_now(outbox_of(r->api)),
			       r->op.id != 0 ? r->op.id : r->op.fact.now.id);
	struct dw_names *names = names_of(r->api);
	struct dw_jsonw w;
	struct dw_buf b;

	if (x == NULL) { /* removed again by now */
		dw_names_unref(names);
		dw_outlet_op_fini(&r->op);
		dw_api_refuse(req, DW_ENOTFOUND, "there is no outlet of this id");
		return;
	}
	dw_buf_init(&b, DW_OUTLET_OUT_MAX);
	dw_jsonw_init(&w, &b);
	dw_outlet_write(&w, outbox_of(r->api), x, names, r->op.secret);
	DW_INVARIANT(dw_jsonw_end(&w) == 0);
	dw_names_unref(names);
	dw_api_tag(req, x->version);
	dw_outlet_op_fini(&r->op);
	dw_api_reply_json(req, status, &b);
	sodium_memzero(b.p, b.len);
	dw_buf_fini(&b);
}

static bool parse(struct outlet_req *r, bool is_new)
{
	struct dw_http_req *req = r->req;
	struct dw_fault fault;
	int rc = dw_outlet_parse(&r->op.wish, req->body, is_new, req->arena, &fault);

	if (rc == 0)
		return true;
	if (fault.pointer[0] != '\0')
		dw_api_refuse_at(req, rc, fault.pointer, "%s", fault.detail);
	else
		dw_api_refuse(req, rc, "%s", fault.detail);
	return false;
}

/* ---- POST /outlets ---- */

static int keep_on_writer(struct dw_outlet_op *op, struct dw_db *db, struct dw_err *err)
{
	struct outlet_req *r = DW_CONTAINER_OF(op, struct outlet_req, op);

	return dw_once_keep_secret_on_writer(r->req, db, err);
}

static void on_added(struct dw_outlet_op *op)
{
	struct outlet_req *r = DW_CONTAINER_OF(op, struct outlet_req, op);

	if (op->status < 0)
		refuse(r);
	else
		reply(r, 201);
}

static void create(struct dw_http_req *req, void *data)
{
	struct dw_api *api = data;
	struct outlet_req *r = begin(req, api, DW_EV_OUTLET_ADDED, on_added);

	if (!parse(r, true))
		return;
	r->op.also_on_writer = keep_on_writer;
	dw_api_command(req, api, r->op.command);
	dw_outlet_do(outbox_of(api), &r->op);
}

void dw_api_outlets_create(struct dw_http_req *req, void *data)
{
	dw_api_once(req, data, req->body, create);
}

/* ---- PATCH and DELETE /outlets/{id} ---- */

static void on_changed(struct dw_outlet_op *op)
{
	struct outlet_req *r = DW_CONTAINER_OF(op, struct outlet_req, op);

	if (op->status == DW_EMOVED)
		reply(r, dw_err_status(DW_EMOVED));
	else if (op->status < 0)
		refuse(r);
	else
		reply(r, 200);
}

void dw_api_outlet_patch(struct dw_http_req *req, void *data)
{
	struct dw_api *api = data;
	struct outlet_req *r = begin(req, api, DW_EV_OUTLET_CHANGED, on_changed);
	const struct dw_outlet *x;

	if (!api_path_id(req, &r->op.id))
		return;
	x = dw_outbox_find(dw_outbox_now(outbox_of(api)), r->op.id);
	if (api_if_match(req, x != NULL ? x->version : 0, &r->op.version) &&
	    parse(r, false))
		dw_outlet_do(outbox_of(api), &r->op);
}

static void on_removed(struct dw_outlet_op *op)
{
	struct outlet_req *r = DW_CONTAINER_OF(op, struct outlet_req, op);
	struct dw_http_req *req = r->req;

	if (op->status < 0) {
		refuse(r);
		return;
	}
	dw_outlet_op_fini(op);
	dw_http_reply(req, 204, NULL, dw_str_make(NULL, 0));
}

void dw_api_outlet_delete(struct dw_http_req *req, void *data)
{
	struct dw_api *api = data;
	struct outlet_req *r = begin(req, api, DW_EV_OUTLET_REMOVED, on_removed);

	if (api_path_id(req, &r->op.id))
		dw_outlet_do(outbox_of(api), &r->op);
}
