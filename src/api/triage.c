/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * triage.c - POST /mentions/{id}/triage.
 *
 * Answered from the fact that was stored, so that a repeat under an Idempotency-Key gets the same
 * bytes; 200 when it was so already and nothing was recorded.
 */
#include "engine/triage.h"

#include "account_int.h"
#include "once_int.h"

#define OUT_MAX (64u * 1024)

struct triage_req {
	struct dw_triage_op op;
	struct dw_http_req *req;
	struct dw_buf out;
};

static int render(struct triage_req *r)
{
	struct dw_jsonw w;

	dw_buf_clear(&r->out);
	dw_jsonw_init(&w, &r->out);
	dw_triage_write(&w, &r->op.f);
	return dw_jsonw_end(&w);
}

static int keep_on_writer(struct dw_triage_op *op, struct dw_db *db, struct dw_err *err)
{
	struct triage_req *r = DW_CONTAINER_OF(op, struct triage_req, op);
	int rc = render(r);

	return rc < 0 ? rc
		      : dw_once_keep_on_writer(r->req, db, op->is_new ? 201 : 200,
					       dw_buf_str(&r->out), err);
}

static void on_triaged(struct dw_triage_op *op)
{
	struct triage_req *r = DW_CONTAINER_OF(op, struct triage_req, op);
	struct dw_http_req *req = r->req;
	struct dw_err err = op->err;
	struct dw_fault fault = op->fault;
	int status = op->status, code = op->is_new ? 201 : 200;
	struct dw_buf out;

	if (status == 0)
		DW_INVARIANT(render(r) == 0);
	out = r->out;
	dw_triage_op_fini(op);
	if (status == 0)
		dw_api_reply_json(req, code, &out);
	else
		dw_api_refuse_fault(req, &err, &fault);
	dw_buf_fini(&out);
}

static void triage(struct dw_http_req *req, void *data)
{
	const uint64_t known = DW_HAS(STATE) | DW_HAS(OWNER) | DW_HAS(NOTE) |
			       DW_HAS(OUTCOME) | DW_HAS(ASKS);
	struct triage_req *r = dw_arena_alloc(req->arena, sizeof(*r));
	struct dw_api *api = data;
	struct dw_fault fault = { "", "" };
	uint64_t id;

	if (!api_path_id(req, &id))
		return;
	dw_triage_op_init(&r->op);
	if (id > INT64_MAX || dw_fact_parse(&r->op.wish, req->body, DW_HAS(STATE), known,
					    r->op.arena, &fault) < 0) {
		dw_triage_op_fini(&r->op);
		if (id > INT64_MAX)
			dw_api_refuse(req, DW_ENOTFOUND,
				      "there is no mention of this id");
		else
			dw_api_refuse_at(req, DW_EINVAL, fault.pointer, "%s",
					 fault.detail);
		return;
	}
	r->req = req;
	dw_buf_init(&r->out, OUT_MAX);
	r->op.who = *dw_api_who(req);
	r->op.mention = id;
	r->op.cb = on_triaged;
	if (dw_http_header(req, "idempotency-key").p != NULL)
		r->op.also_on_writer = keep_on_writer;
	dw_api_command(req, api, r->op.command);
	dw_triage_do(api->engine, &r->op);
}

void dw_api_mention_triage(struct dw_http_req *req, void *api)
{
	dw_api_once(req, api, req->body, triage);
}
