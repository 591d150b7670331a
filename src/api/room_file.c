/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * room_file.c - POST /incidents/{id}/files: a file into a room.
 *
 *   head: may they, is it a name ─► body, piece by piece to the disk ─► all there: its SHA-256 is
 *   known ─► Idempotency-Key ─► the event, and in its transaction the file is kept ─► 201
 *
 * Whether they may is asked twice: before twenty megabytes are sent, and again, as for every
 * command, when the event is decided; by whoever they are then, because that may take a while.
 * The body is never held; what the sender says of the file is cleaned, and what it is is told from
 * its bytes (domain/upload.h).
 *
 *  (1) The request is answered when nothing of it is in flight, and that frees the upload.
 */
#include "account_int.h"
#include "domain/upload.h"
#include "engine/account.h"
#include "engine/room.h"
#include "engine/upload.h"
#include "once_int.h"

#include <stdlib.h>

#define NAME_SENT_MAX 2000	      /* bytes of a name as it is sent */
#define AHEAD_US INT64_C(86400000000) /* that a camera's clock may be wrong */

struct upload {
	struct dw_upload up;
	struct dw_room_op op;
	struct dw_http_req *req;
	struct dw_api *api;
	struct dw_buf out;
	char name[DW_FILE_NAME_BYTES], media[DW_MEDIA_MAX + 1], hex[2 * DW_HASH_SIZE + 1];
	bool is_begun; /* it counts as on its way */
	bool is_over;  /* the body: all of it was seen, or it broke off */
	bool is_ready; /* all is on disk, and the rest is on its way */
};

static void on_answered(struct dw_http_req *req, int status)
{
	struct upload *u = req->answered_data;

	(void)status;
	req->on_answered = NULL;
	if (u->is_begun)
		dw_upload_end(&u->up);
	dw_room_op_fini(&u->op);
	dw_buf_fini(&u->out);
	free(u);
}

static void refuse(struct upload *u)
{
	struct dw_http_req *req = u->req;
	struct dw_err err = u->op.err;
	struct dw_fault fault = u->op.fault;

	req->on_body = NULL;
	req->on_body_end = NULL;
	dw_api_refuse_fault(req, &err, &fault);
}

/* ---- all is there ---- */

static int render(struct upload *u)
{
	struct dw_jsonw w;

	dw_buf_clear(&u->out);
	dw_jsonw_init(&w, &u->out);
	dw_room_write_made(&w, &u->op, NULL);
	return dw_jsonw_end(&w);
}

static int keep_on_writer(struct dw_room_op *op, struct dw_db *db, struct dw_err *err)
{
	struct upload *u = DW_CONTAINER_OF(op, struct upload, op);
	int rc = dw_upload_keep_on_writer(&u->up, db, err);

	if (rc == 0)
		rc = render(u);
	return rc < 0 ? rc
		      : dw_once_keep_on_writer(u->req, db, 201, dw_buf_str(&u->out), err);
}

static void on_added(struct dw_room_op *op)
{
	struct upload *u = DW_CONTAINER_OF(op, struct upload, op);
	struct dw_http_req *req = u->req;
	struct dw_buf out = u->out; /* u goes with the answer */

	if (op->status < 0) {
		refuse(u);
		return;
	}
	dw_buf_init(&u->out, 1);
	dw_api_tag(req, op->plan.fact[0].seq);
	dw_api_reply_json(req, 201, &out);
	dw_buf_fini(&out);
}

static void add(struct dw_http_req *req, void *data)
{
	struct upload *u = req->handler_data;
	struct dw_api *api = data;

	if (!dw_account_refresh(dw_engine_account(api->engine), &u->op.cmd.who)) {
		dw_api_refuse(req, DW_EAUTH,
			      "you were signed out while the file was on its way");
		return;
	}
	dw_api_command(req, api, u->op.command);
	u->op.also_on_writer = keep_on_writer;
	u->op.cb = on_added;
	dw_room_do(dw_engine_rooms(api->engine), &u->op);
}

static void finish(struct upload *u)
{
	struct dw_fact *f = &u->op.cmd.f;
	struct dw_str head = dw_str_make(u->up.head, u->up.size < sizeof(u->up.head)
							     ? (size_t)u->up.size
							     : sizeof(u->up.head));

	u->is_ready = true;
	f->size = u->up.size;
	f->sha256 = dw_str_of(dw_hex(u->hex, u->up.sha256, sizeof(u->up.sha256)));
	f->media = dw_file_media(head, dw_http_header(u->req, "content-type"), u->media);
	dw_api_once(u->req, u->api, f->sha256, add);
}

/* After anything happened: hold the sender back or let it go on, and see whether it is over. */
static void settle(struct upload *u)
{
	if (u->up.status < 0 && u->op.err.code == 0) {
		u->op.err = u->up.err;
		u->op.err.code = u->up.status;
	}
	if (!u->is_over && dw_upload_is_full(&u->up))
		dw_http_body_pause(u->req);
	else if (!u->is_over)
		dw_http_body_resume(u->req);
	if (u->is_ready || !dw_upload_is_settled(&u->up))
		return;
	if (u->op.err.code != 0)
		refuse(u);
	else if (u->is_over)
		finish(u);
}

static void on_moved(struct dw_upload *up)
{
	settle(DW_CONTAINER_OF(up, struct upload, up));
}

static void on_piece(struct dw_http_req *req, struct dw_str piece)
{
	struct upload *u = req->handler_data;

	dw_upload_take(&u->up, piece);
	settle(u);
}

static void on_end(struct dw_http_req *req, int status)
{
	struct upload *u = req->handler_data;

	u->is_over = true;
	if (status == DW_ETOOBIG)
		(void)dw_fail(&u->op.err, status, "a file may have %u bytes at most",
			      DW_FILE_MAX);
	else if (status < 0)
		(void)dw_fail(&u->op.err, status, "the body broke off");
	else if (u->up.size == 0)
		(void)dw_fail(&u->op.err, DW_EINVAL, "the file is empty");
	else
		dw_upload_finish(&u->up);
	settle(u);
}

/* ---- the head ---- */

static bool read_name(struct upload *u)
{
	struct dw_str said;
	int rc = dw_http_query(u->req, "name", &said);

	if (rc < 0 || said.n == 0 || said.n > NAME_SENT_MAX) {
		dw_api_refuse_at(u->req, DW_EINVAL, "/name",
				 rc == DW_ENOTFOUND || (rc == 0 && said.n == 0)
					 ? "say what the file is called: ?name="
					 : "name is given twice, badly encoded or too "
					   "long");
		return false;
	}
	u->op.cmd.f.name = dw_file_name(said, u->name);
	return true;
}

static bool read_captured_at(struct upload *u)
{
	struct dw_fact *f = &u->op.cmd.f;
	struct dw_str said;
	int rc = dw_http_query(u->req, "captured_at", &said);

	if (rc == DW_ENOTFOUND)
		return true;
	f->has |= DW_HAS(CAPTURED_AT);
	if (rc == 0 && dw_time_parse(said, &f->captured_at) == 0 && f->captured_at > 0 &&
	    f->captured_at < dw_now_us(dw_engine_clock(u->api->engine)) + AHEAD_US)
		return true;
	dw_api_refuse_at(u->req, DW_EINVAL, "/captured_at",
			 "captured_at must be a time of RFC 3339 that has been");
	return false;
}

static bool read_head(struct upload *u)
{
	static const char *const known[] = { "name", "captured_at", NULL };
	struct dw_http_req *req = u->req;
	struct dw_err err = { 0 };

	if (!api_path_id(req, &u->op.room))
		return false;
	if (dw_http_query_only(req, known, &err) < 0) {
		dw_api_refuse_err(req, &err);
		return false;
	}
	if (!read_name(u) || !read_captured_at(u))
		return false;
	if (req->content_length != 0)
		return true;
	dw_api_refuse(req, DW_EINVAL, "the file is empty");
	return false;
}

/* As things stand: nothing is read of what will not be taken. */
static bool is_welcome(struct upload *u)
{
	struct dw_engine *e = u->api->engine;

	if (dw_room_would(dw_engine_rooms(e), &u->op) < 0) {
		refuse(u);
		return false;
	}
	if (dw_upload_begin(dw_engine_uploads(e), &u->up, &u->op.cmd.who, &u->op.err) <
	    0) {
		refuse(u);
		return false;
	}
	u->is_begun = true;
	return true;
}

void dw_api_incident_files(struct dw_http_req *req, void *data)
{
	struct upload *u = calloc(1, sizeof(*u));

	DW_INVARIANT(u != NULL);
	u->req = req;
	u->api = data;
	u->up.on_moved = on_moved;
	dw_room_op_init(&u->op);
	dw_buf_init(&u->out, 16384);
	u->op.cmd.type = DW_CMD_ADD_FILE;
	u->op.cmd.who = *dw_api_who(req);
	u->op.cmd.f.has = dw_command_required(DW_CMD_ADD_FILE);
	req->handler_data = u;
	req->on_answered = on_answered;
	req->answered_data = u;
	if (!read_head(u) || !is_welcome(u))
		return;
	req->on_body = on_piece;
	req->on_body_end = on_end;
}
