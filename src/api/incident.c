/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * incident.c - commands to incidents: declare, change, add.
 *
 * All of them go one way. The body is read against the command's row in domain/command.def, the
 * engine decides and appends, and the answer is made of the facts that were stored: so what a
 * repeat under the same Idempotency-Key is told, which is written on the writer, and what the
 * first request was told are the same bytes. Only changes (PATCH) are answered with the object as
 * it is by now.
 */
#include "account_int.h"
#include "engine/statement.h"
#include "once_int.h"

/* One command; in the request's arena. */
struct room_req {
	struct dw_room_op op;
	struct dw_http_req *req;
	struct dw_api *api;
	struct dw_names *names;
	struct dw_buf out;
};

static void room_req_fini(struct room_req *r)
{
	dw_room_op_fini(&r->op);
	dw_names_unref(r->names);
}

static void refuse(struct room_req *r)
{
	struct dw_http_req *req = r->req;
	struct dw_err err = r->op.err;
	struct dw_fault fault = r->op.fault;

	dw_buf_fini(&r->out);
	room_req_fini(r);
	dw_api_refuse_fault(req, &err, &fault);
}

/* The reply ends the request and the arena that `r` lies in: what is needed is taken out. */
static void reply(struct room_req *r, int status, uint64_t version)
{
	struct dw_http_req *req = r->req;
	struct dw_buf out = r->out;

	room_req_fini(r);
	if (version != 0)
		dw_api_tag(req, version);
	dw_api_reply_json(req, status, &out);
	dw_buf_fini(&out);
}

/* ---- what was made ---- */

static int status_of(const struct room_req *r)
{
	return r->op.plan.n > 0 ? 201 : 200;
}

static int render_made(struct room_req *r)
{
	struct dw_jsonw w;

	dw_buf_clear(&r->out);
	dw_jsonw_init(&w, &r->out);
	dw_room_write_made(&w, &r->op, r->names);
	return dw_jsonw_end(&w);
}

static int keep_on_writer(struct dw_room_op *op, struct dw_db *db, struct dw_err *err)
{
	struct room_req *r = DW_CONTAINER_OF(op, struct room_req, op);
	int rc = render_made(r);

	return rc < 0 ? rc
		      : dw_once_keep_on_writer(r->req, db, status_of(r),
					       dw_buf_str(&r->out), err);
}

static void on_made(struct dw_room_op *op)
{
	struct room_req *r = DW_CONTAINER_OF(op, struct room_req, op);

	if (op->status == 0 && r->out.len == 0)
		DW_INVARIANT(render_made(r) == 0);
	if (op->status < 0)
		refuse(r);
	else
		reply(r, status_of(r), op->plan.n > 0 ? op->plan.fact[0].seq : 0);
}

/* ---- what was changed ---- */

/* As it is now; the version of it, or 0 when it is not there. */
static uint64_t render_now(struct room_req *r)
{
	struct dw_rooms *rooms = dw_engine_rooms(r->api->engine);
	const struct dw_incident *s = dw_rooms_find(rooms, r->op.room);
	const struct dw_claim *claim = NULL;
	const struct dw_todo *task = NULL;
	struct dw_statement_list statements;
	struct dw_statement_now now;
	uint64_t version = 0;
	struct dw_jsonw w;

	if (s == NULL)
		return 0;
	dw_jsonw_init(&w, &r->out);
	if (r->op.cmd.type == DW_CMD_CHANGE) {
		version = s->version;
		statements = dw_statements_of(rooms, s->id, r->op.arena);
		now = dw_statements_now(rooms, s);
		dw_room_write(&w, s, &statements, r->names, &now);
	} else if (r->op.cmd.type == DW_CMD_CHANGE_CLAIM ||
		   r->op.cmd.type == DW_CMD_LINK_CLAIM) {
		claim = dw_incident_claim(s, r->op.cmd.child);
		if (claim != NULL)
			dw_claim_write(&w, claim);
		version = claim != NULL ? claim->version : 0;
	} else {
		task = dw_incident_task(s, r->op.cmd.child);
		if (task != NULL)
			dw_todo_write(&w, task);
		version = task != NULL ? task->version : 0;
	}
	return dw_jsonw_end(&w) == 0 ? version : 0;
}

static void on_changed(struct dw_room_op *op)
{
	struct room_req *r = DW_CONTAINER_OF(op, struct room_req, op);
	bool is_moved = op->status == DW_EMOVED;
	uint64_t version = op->status == 0 || is_moved ? render_now(r) : 0;

	if (version == 0)
		refuse(r);
	else
		reply(r, is_moved ? dw_err_status(DW_EMOVED) : 200, version);
}

static void on_taken_away(struct dw_room_op *op)
{
	struct room_req *r = DW_CONTAINER_OF(op, struct room_req, op);
	struct dw_http_req *req = r->req;

	if (op->status < 0) {
		refuse(r);
		return;
	}
	room_req_fini(r);
	dw_http_reply(req, 204, NULL, DW_STR(""));
}

/* ---- starting ---- */

static bool read_ids(struct dw_http_req *req, uint64_t *room, uint64_t *child)
{
	*child = 0;
	if (!api_path_id(req, room))
		return false;
	if (req->n_params < 2 || (dw_str_u64(req->params[1], child) == 0 && *child > 0))
		return true;
	dw_api_refuse(req, DW_ENOTFOUND, "there is nothing of this id");
	return false;
}

/* NULL: refused. */
static struct room_req *begin(struct dw_http_req *req, struct dw_api *api,
			      enum dw_command_type type, dw_room_cb cb)
{
	struct room_req *r = dw_arena_alloc(req->arena, sizeof(*r));

	r->req = req;
	r->api = api;
	dw_room_op_init(&r->op);
	dw_buf_init(&r->out, DW_ROOM_OUT_MAX);
	r->op.cmd.type = type;
	r->op.cmd.who = *dw_api_who(req);
	r->op.cb = cb;
	if (type != DW_CMD_DECLARE && !read_ids(req, &r->op.room, &r->op.cmd.child)) {
		dw_room_op_fini(&r->op);
		return NULL;
	}
	r->names = dw_names_ref(dw_account_names(dw_engine_account(api->engine)));
	return r;
}

static bool read_body(struct room_req *r)
{
	enum dw_command_type type = r->op.cmd.type;
	int rc = dw_fact_parse(&r->op.cmd.f, r->req->body, dw_command_required(type),
			       dw_command_known(type), r->op.arena, &r->op.fault);

	if (rc == 0)
		return true;
	(void)dw_fail(&r->op.err, rc, "%s", r->op.fault.detail);
	refuse(r);
	return false;
}

static void make(struct dw_http_req *req, struct dw_api *api, enum dw_command_type type)
{
	struct room_req *r = begin(req, api, type, on_made);

	if (r == NULL || !read_body(r))
		return;
	dw_api_command(req, api, r->op.command);
	if (dw_http_header(req, "idempotency-key").p != NULL)
		r->op.also_on_writer = keep_on_writer;
	dw_room_do(dw_engine_rooms(api->engine), &r->op);
}

#define MAKES(name, type)                                                                \
	static void name(struct dw_http_req *req, void *api)                             \
	{                                                                                \
		make(req, api, type);                                                    \
	}                                                                                \
	void dw_api_##name(struct dw_http_req *req, void *api)                           \
	{                                                                                \
		dw_api_once(req, api, req->body, name);                                  \
	}

MAKES(incidents_create, DW_CMD_DECLARE)
MAKES(incident_mentions, DW_CMD_LINK)
MAKES(incident_notes, DW_CMD_NOTE)
MAKES(incident_corrections, DW_CMD_CORRECT)
MAKES(incident_claims, DW_CMD_ADD_CLAIM)
MAKES(incident_tasks, DW_CMD_ADD_TASK)
MAKES(incident_decisions, DW_CMD_DECIDE)
MAKES(incident_participants, DW_CMD_JOIN)
MAKES(incident_milestones, DW_CMD_PIN)
MAKES(incident_playbooks, DW_CMD_START)
MAKES(incident_split, DW_CMD_SPLIT)
MAKES(incident_words, DW_CMD_SPEAK)
MAKES(incident_cadences, DW_CMD_SET_CADENCE)

/* ---- PATCH ---- */

static uint64_t version_now(const struct room_req *r)
{
	const struct dw_incident *s =
		dw_rooms_see(dw_engine_rooms(r->api->engine), &r->op.cmd.who, r->op.room);
	const struct dw_claim *claim;
	const struct dw_todo *task;

	if (s == NULL)
		return 0;
	if (r->op.cmd.type == DW_CMD_CHANGE)
		return s->version;
	if (r->op.cmd.type == DW_CMD_CHANGE_CLAIM) {
		claim = dw_incident_claim(s, r->op.cmd.child);
		return claim != NULL ? claim->version : 0;
	}
	task = dw_incident_task(s, r->op.cmd.child);
	return task != NULL ? task->version : 0;
}

static void change(struct dw_http_req *req, struct dw_api *api, enum dw_command_type type)
{
	struct room_req *r = begin(req, api, type, on_changed);

	if (r == NULL)
		return;
	if (!api_if_match(req, version_now(r), &r->op.cmd.version)) {
		room_req_fini(r);
		return;
	}
	if (read_body(r))
		dw_room_do(dw_engine_rooms(api->engine), &r->op);
}

void dw_api_incidents_patch(struct dw_http_req *req, void *api)
{
	change(req, api, DW_CMD_CHANGE);
}

void dw_api_incident_claim_patch(struct dw_http_req *req, void *api)
{
	change(req, api, DW_CMD_CHANGE_CLAIM);
}

void dw_api_incident_task_patch(struct dw_http_req *req, void *api)
{
	change(req, api, DW_CMD_CHANGE_TASK);
}

/* Nothing of the claim's own is changed: whoever judges it meanwhile is not in the way. */
void dw_api_incident_claim_mentions(struct dw_http_req *req, void *data)
{
	struct dw_api *api = data;
	struct room_req *r = begin(req, api, DW_CMD_LINK_CLAIM, on_changed);

	if (r != NULL && read_body(r))
		dw_room_do(dw_engine_rooms(api->engine), &r->op);
}

/* ---- DELETE ---- */

static void take_away(struct dw_http_req *req, struct dw_api *api,
		      enum dw_command_type type)
{
	struct room_req *r = begin(req, api, type, on_taken_away);

	if (r == NULL)
		return;
	if (type == DW_CMD_UNLINK || type == DW_CMD_UNLINK_CLAIM) {
		r->op.cmd.f.ids.p = dw_arena_alloc(r->op.arena, sizeof(uint64_t));
		r->op.cmd.f.ids.p[0] = r->op.cmd.child;
		if (type == DW_CMD_UNLINK_CLAIM &&
		    dw_str_u64(req->params[2], &r->op.cmd.f.ids.p[0]) < 0)
			r->op.cmd.f.ids.p[0] =
				0; /* no mention: there is nothing to take */
		r->op.cmd.f.ids.n = 1;
		r->op.cmd.f.has = DW_HAS(IDS);
	}
	dw_room_do(dw_engine_rooms(api->engine), &r->op);
}

void dw_api_incident_mention_delete(struct dw_http_req *req, void *api)
{
	take_away(req, api, DW_CMD_UNLINK);
}

void dw_api_incident_claim_mention_delete(struct dw_http_req *req, void *api)
{
	take_away(req, api, DW_CMD_UNLINK_CLAIM);
}

void dw_api_incident_participant_delete(struct dw_http_req *req, void *api)
{
	take_away(req, api, DW_CMD_LEAVE);
}

void dw_api_incident_milestone_delete(struct dw_http_req *req, void *api)
{
	take_away(req, api, DW_CMD_UNPIN);
}
