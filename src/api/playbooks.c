/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * playbooks.c - GET and POST /playbooks, GET and PATCH /playbooks/{slug}.
 *
 * Every reader sees all of them; whoever commands incidents makes and changes them. They are known
 * by name, not by id: a shipped one has no event, and its name goes on when it is replaced. To
 * start one is a command to a room (incident.c).
 */
#include "account_int.h"
#include "engine/playbook.h"
#include "once_int.h"

#define LIST_MAX (4u * 1024 * 1024)
#define ONE_MAX (2u * DW_PLAYBOOK_BYTES + 4096)

struct book_req {
	struct dw_playbook_op op;
	struct dw_http_req *req;
	struct dw_api *api;
	struct dw_buf out;
};

static bool no_query(struct dw_http_req *req)
{
	static const char *const none[] = { NULL };
	struct dw_err err = { 0 };

	if (dw_http_query_only(req, none, &err) == 0)
		return true;
	dw_api_refuse_err(req, &err);
	return false;
}

/* ---- looking ---- */

struct listing {
	struct dw_buf out;
	bool is_first;
	int rc;
};

static bool add_item(void *data, const struct dw_playbook_info *i)
{
	struct listing *l = data;

	if (!l->is_first)
		l->rc = dw_buf_addc(&l->out, ',');
	l->is_first = false;
	if (l->rc == 0)
		l->rc = dw_playbook_write(&l->out, i, false);
	return l->rc == 0;
}

void dw_api_playbooks_list(struct dw_http_req *req, void *data)
{
	struct dw_api *api = data;
	struct listing l = { .is_first = true };

	if (!no_query(req))
		return;
	dw_buf_init(&l.out, LIST_MAX);
	l.rc = dw_buf_addz(&l.out, "{\"items\":[");
	if (l.rc == 0)
		dw_playbooks_each(dw_engine_playbooks(api->engine), add_item, &l);
	if (l.rc == 0)
		l.rc = dw_buf_addz(&l.out, "]}");
	if (l.rc == 0)
		dw_api_reply_json(req, 200, &l.out);
	else
		dw_api_refuse(req, DW_EINTERNAL, "there are too many playbooks to list");
	dw_buf_fini(&l.out);
}

static void reply_one(struct dw_http_req *req, int status,
		      const struct dw_playbook_info *i)
{
	struct dw_buf out;

	dw_buf_init(&out, ONE_MAX);
	if (dw_playbook_write(&out, i, true) < 0) {
		dw_api_refuse(req, DW_EINTERNAL, "this playbook is too large to show");
	} else {
		dw_api_tag(req, i->version);
		dw_api_reply_json(req, status, &out);
	}
	dw_buf_fini(&out);
}

void dw_api_playbook_get(struct dw_http_req *req, void *data)
{
	struct dw_api *api = data;
	struct dw_playbook_info i;

	if (!no_query(req))
		return;
	if (dw_playbooks_get(dw_engine_playbooks(api->engine), req->params[0], &i))
		reply_one(req, 200, &i);
	else
		dw_api_refuse(req, DW_ENOTFOUND, "there is no playbook of this name");
}

/* ---- commands ---- */

static void refuse(struct book_req *r)
{
	struct dw_http_req *req = r->req;
	struct dw_err err = r->op.err;
	struct dw_fault fault = r->op.fault;

	dw_playbook_op_fini(&r->op);
	dw_buf_fini(&r->out);
	dw_api_refuse_fault(req, &err, &fault);
}

static int render(struct book_req *r)
{
	dw_buf_clear(&r->out);
	return dw_playbook_write(&r->out, &r->op.now, true);
}

static int keep_on_writer(struct dw_playbook_op *op, struct dw_db *db, struct dw_err *err)
{
	struct book_req *r = DW_CONTAINER_OF(op, struct book_req, op);
	int rc = render(r);

	return rc < 0 ? rc
		      : dw_once_keep_on_writer(r->req, db, 201, dw_buf_str(&r->out), err);
}

static void reply(struct book_req *r, int status)
{
	struct dw_http_req *req = r->req;
	uint64_t version = r->op.now.version;
	struct dw_buf out;

	DW_INVARIANT(render(r) == 0);
	out = r->out;
	dw_playbook_op_fini(&r->op);
	dw_api_tag(req, version);
	dw_api_reply_json(req, status, &out);
	dw_buf_fini(&out);
}

static void on_added(struct dw_playbook_op *op)
{
	struct book_req *r = DW_CONTAINER_OF(op, struct book_req, op);

	if (op->status < 0)
		refuse(r);
	else
		reply(r, 201);
}

/* Somebody was faster: they are told how it is now. */
static void on_changed(struct dw_playbook_op *op)
{
	struct book_req *r = DW_CONTAINER_OF(op, struct book_req, op);
	struct dw_playbooks *books = dw_engine_playbooks(r->api->engine);

	if (op->status == DW_EMOVED && dw_playbooks_get(books, op->slug, &op->now))
		reply(r, dw_err_status(DW_EMOVED));
	else if (op->status < 0)
		refuse(r);
	else
		reply(r, 200);
}

static struct book_req *begin(struct dw_http_req *req, struct dw_api *api,
			      dw_playbook_cb cb)
{
	struct book_req *r = dw_arena_alloc(req->arena, sizeof(*r));

	memset(r, 0, sizeof(*r));
	r->req = req;
	r->api = api;
	dw_buf_init(&r->out, ONE_MAX);
	r->op.who = *dw_api_who(req);
	r->op.body = req->body;
	r->op.cb = cb;
	return r;
}

static void create(struct dw_http_req *req, void *data)
{
	struct dw_api *api = data;
	struct book_req *r = begin(req, api, on_added);

	dw_api_command(req, api, r->op.command);
	if (dw_http_header(req, "idempotency-key").p != NULL)
		r->op.also_on_writer = keep_on_writer;
	dw_playbook_add(dw_engine_playbooks(api->engine), &r->op);
}

void dw_api_playbooks_create(struct dw_http_req *req, void *api)
{
	dw_api_once(req, api, req->body, create);
}

void dw_api_playbook_patch(struct dw_http_req *req, void *data)
{
	struct dw_api *api = data;
	struct dw_playbooks *books = dw_engine_playbooks(api->engine);
	struct dw_playbook_info i = { .version = 0 };
	struct book_req *r;
	uint64_t version;

	(void)dw_playbooks_get(books, req->params[0], &i);
	if (!api_if_match(req, i.version, &version))
		return;
	r = begin(req, api, on_changed);
	r->op.slug = req->params[0];
	r->op.version = version;
	dw_playbook_change(books, &r->op);
}
