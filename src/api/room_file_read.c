/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * room_file_read.c - GET /incidents/{id}/files/{fid}: the bytes of a file.
 *
 *   may they see the room ─► first part, read off the loop ─► head with Content-Length ─► part ─►
 *   gone out? ─► next part … ─► end
 *
 * One part is in memory for each file that is being sent, however slow whoever takes it. The parts
 * are hashed on the way: when they do not come to what the event says, the last one is kept back,
 * and the browser says that the download failed. So it does when they may not see the room any
 * more: that is asked again for each part.
 *
 * What strangers made is never shown as a page of ours: it is an attachment, of a type that no
 * browser looks into, under a policy that allows nothing. Only raster images, recognised by how
 * they begin, are shown when they are asked for with `inline`.
 */
#include "account_int.h"
#include "domain/upload.h"
#include "engine/account.h"
#include "engine/download.h"
#include "engine/room.h"

#include <stdlib.h>

#define OUT_MAX 64	   /* files on their way at once */
#define OUT_EACH 16	   /* to one caller */
#define SLICE (64u * 1024) /* read at once, and kept until it has gone out */

struct sending {
	struct dw_link link; /* on dw_api.files_out */
	struct dw_work work;
	struct dw_api *api;	 /* NULL: it has let go of this, and may be gone */
	struct dw_http_req *req; /* until the head is sent */
	struct dw_sink *sink;	 /* from then on, until it closes */
	struct dw_download down;
	size_t off; /* of its part: sent up to there */
	struct dw_principal who;
	uint64_t room, caller;
	bool is_inline, is_reading, is_head;
	const char *disposition; /* in the request's arena */
	int rc;
	struct dw_err err;
};

static void leave(struct sending *s)
{
	if (s->api == NULL)
		return;
	dw_list_remove(&s->link);
	s->api->n_files_out--;
	s->api = NULL;
}

static void sending_free(struct sending *s)
{
	leave(s);
	dw_blob_unref(s->down.part);
	free(s);
}

static void read_on_pool(struct dw_work *w, void *local)
{
	struct sending *s = DW_CONTAINER_OF(w, struct sending, work);

	s->rc = dw_download_next_on_pool(&s->down, local, &s->err);
}

/* ---- sending ---- */

static void go_on(struct sending *s);

static void on_drain(void *data)
{
	go_on(data);
}

/* Pools end after the api, so what is being read then is on its own. */
static void on_close(void *data)
{
	struct sending *s = data;

	s->sink = NULL;
	leave(s);
	if (!s->is_reading)
		sending_free(s);
}

static const struct dw_sink_ops ops = { .on_drain = on_drain, .on_close = on_close };

static void on_more(struct dw_work *w)
{
	struct sending *s = DW_CONTAINER_OF(w, struct sending, work);

	s->is_reading = false;
	if (s->sink == NULL)
		sending_free(s);
	else if (s->rc < 0)
		dw_sink_close(s->sink); /* short of what was announced */
	else
		go_on(s);
}

/* A session may end meanwhile, and a room be closed. */
static bool may_go_on(struct sending *s)
{
	struct dw_engine *e = s->api->engine;

	return dw_account_refresh(dw_engine_account(e), &s->who) &&
	       dw_policy_check(&s->who, DW_RIGHT_READ, NULL) == 0 &&
	       dw_rooms_see(dw_engine_rooms(e), &s->who, s->room) != NULL;
}

static void read_more(struct sending *s)
{
	if (!may_go_on(s)) {
		dw_sink_close(s->sink);
		return;
	}
	dw_blob_unref(s->down.part);
	s->down.part = NULL;
	s->off = 0;
	s->work.caller = 0;
	s->work.on_done = on_more;
	s->is_reading = dw_pool_submit(dw_engine_past(s->api->engine), &s->work) == 0;
	if (!s->is_reading)
		dw_sink_close(s->sink);
}

/* What the kernel takes now; of the rest one slice in the background. */
static void go_on(struct sending *s)
{
	size_t left = s->down.part->len - s->off;
	uv_buf_t buf = { s->down.part->data + s->off, left };
	ssize_t sent;

	if (s->is_reading || dw_sink_is_busy(s->sink))
		return;
	sent = left > 0 ? dw_sink_try(s->sink, &buf, 1) : 0;
	if (sent < 0)
		return; /* on_close comes */
	s->off += (size_t)sent;
	left -= (size_t)sent;
	if (left > 0) {
		size_t n = left < SLICE ? left : SLICE;

		s->off += n;
		dw_sink_rest(s->sink, s->down.part->data + s->off - n, n, s->down.part);
	} else if (s->down.is_last) {
		dw_sink_close(s->sink);
	} else {
		read_more(s);
	}
}

/* ---- the head ---- */

static const char *set_head(struct dw_http_req *req, const struct sending *s,
			    const char *image)
{
	char etag[2 * DW_HASH_SIZE + 3] = "\"";

	dw_hex(etag + 1, s->down.sha256, DW_HASH_SIZE);
	etag[2 * DW_HASH_SIZE + 1] = '"';
	etag[2 * DW_HASH_SIZE + 2] = '\0';
	dw_http_set(req, "ETag", dw_str_of(etag));
	dw_http_set(req, "Cache-Control", DW_STR("private, no-cache"));
	dw_http_set(req, "Content-Security-Policy",
		    DW_STR("sandbox; default-src 'none'"));
	dw_http_set(req, "Content-Disposition",
		    dw_arena_printf(req->arena, "%s; filename*=%s",
				    image != NULL ? "inline" : "attachment",
				    s->disposition));
	return image != NULL ? image : "application/octet-stream";
}

static void on_first(struct dw_work *w)
{
	struct sending *s = DW_CONTAINER_OF(w, struct sending, work);
	struct dw_http_req *req = s->req;
	struct dw_err err = s->err;
	const char *image, *type;

	s->is_reading = false;
	if (s->rc < 0) {
		sending_free(s);
		dw_api_refuse_err(req, &err);
		return;
	}
	image = s->is_inline ? dw_image_type(dw_blob_str(s->down.part)) : NULL;
	type = set_head(req, s, image);
	if (s->is_head) {
		/* The length is told, and nothing is sent. */
		struct dw_str none =
			dw_str_make(s->down.part->data, (size_t)s->down.size);

		dw_http_reply(req, 200, type, none);
		sending_free(s);
		return;
	}
	s->req = NULL;
	s->sink = dw_http_sink_sized(req, type, s->down.size, &ops, s);
	go_on(s);
}

static bool is_cached(const struct dw_http_req *req, struct dw_str sha256)
{
	struct dw_str list = dw_http_header(req, "if-none-match"), one;

	while (list.n > 0 && dw_str_split(&list, ',', &one)) {
		one = dw_str_trim(one);
		if (dw_str_starts(one, DW_STR("W/")))
			one = dw_str_make(one.p + 2, one.n - 2);
		if (dw_str_eq(one, DW_STR("*")) ||
		    (one.n == sha256.n + 2 && one.p[0] == '"' &&
		     dw_str_eq(dw_str_make(one.p + 1, sha256.n), sha256)))
			return true;
	}
	return false;
}

/* False: refused. */
static bool read_inline(struct dw_http_req *req, bool *is_inline)
{
	static const char *const known[] = { "inline", NULL };
	struct dw_err err = { 0 };
	struct dw_str said;
	int rc;

	if (dw_http_query_only(req, known, &err) < 0) {
		dw_api_refuse_err(req, &err);
		return false;
	}
	rc = dw_http_query(req, "inline", &said);
	*is_inline = rc == 0 && dw_str_eq(said, DW_STR("1"));
	if (rc == DW_ENOTFOUND || *is_inline)
		return true;
	dw_api_refuse_at(req, DW_EINVAL, "/inline", "inline is 1, or absent");
	return false;
}

/* The file of the path; NULL: refused. What was erased has no bytes either. */
static const struct dw_room_file *find_file(struct dw_http_req *req,
					    const struct dw_incident *room,
					    uint8_t sha256[DW_HASH_SIZE])
{
	const struct dw_room_file *f = NULL;
	uint64_t id;

	if (dw_str_u64(req->params[1], &id) == 0)
		f = dw_incident_file(room, id);
	if (f != NULL && dw_unhex(sha256, DW_HASH_SIZE, f->sha256) == 0)
		return f;
	dw_api_refuse(req, DW_ENOTFOUND, "this incident has no file of this id");
	return NULL;
}

static bool is_crowded(struct dw_http_req *req, const struct dw_api *api, uint64_t caller)
{
	unsigned own = 0;

	DW_LIST_EACH(l, &api->files_out)
		own += DW_CONTAINER_OF(l, struct sending, link)->caller == caller;
	if (own < OUT_EACH && api->n_files_out < OUT_MAX)
		return false;
	dw_api_refuse(req, own >= OUT_EACH ? DW_EBUSY : DW_EUNAVAILABLE,
		      "many files are being sent%s: ask again when some are there",
		      own >= OUT_EACH ? " to you" : "");
	return true;
}

static void start(struct sending *s, const struct dw_room_file *f)
{
	struct dw_http_req *req = s->req;
	struct dw_str name = f->name.p != NULL ? f->name : DW_STR("file");
	int rc; /* not s->rc: that is the pool's as soon as it has the work */
	char *star = dw_arena_alloc(req->arena, 3 * name.n + 8);

	s->down.size = f->size;
	s->disposition = dw_arena_printf(req->arena, "%.*s",
					 (int)dw_file_name_star(name, star).n, star)
				 .p;
	if (is_cached(req, f->sha256)) {
		(void)set_head(req, s, NULL);
		sending_free(s);
		dw_http_reply(req, 304, NULL, DW_STR(""));
		return;
	}
	s->is_head = req->method == DW_HEAD;
	s->work.run_on_pool = read_on_pool;
	s->work.on_done = on_first;
	rc = dw_api_read(req, s->api, &s->work, &s->err);
	s->is_reading = rc == 0;
	if (rc == 0)
		return;
	s->rc = rc;
	on_first(&s->work);
}

void dw_api_incident_file(struct dw_http_req *req, void *data)
{
	struct dw_api *api = data;
	const struct dw_incident *room;
	const struct dw_room_file *f;
	uint64_t caller = dw_api_who(req)->id * 4 + (uint64_t)dw_api_who(req)->kind;
	uint8_t sha256[DW_HASH_SIZE];
	bool is_inline;
	struct sending *s;

	if (!read_inline(req, &is_inline) || (room = api_see_room(req, api)) == NULL ||
	    (f = find_file(req, room, sha256)) == NULL || is_crowded(req, api, caller))
		return;
	s = calloc(1, sizeof(*s));
	DW_INVARIANT(s != NULL);
	s->api = api;
	s->req = req;
	s->who = *dw_api_who(req);
	s->room = room->id;
	s->caller = caller;
	s->is_inline = is_inline;
	memcpy(s->down.sha256, sha256, sizeof(sha256));
	dw_list_push(&api->files_out, &s->link);
	api->n_files_out++;
	start(s, f);
}
