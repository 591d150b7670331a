/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * control.c - what only the operator may ask, over the control socket: a backup while serving.
 *
 * The copy is made on a thread and by a connection of its own, so nothing waits for it; one at a
 * time, since two would only take the disk from each other and from the journal. That a backup
 * was made is an event, with the size and root of the tree that it holds.
 */
#include "api_int.h"
#include "engine/projection.h"

#include <stdlib.h>

struct backup {
	struct dw_work work;
	struct dw_http_req *req;
	struct dw_api *api;
	const char *dir;
	char *dest;
	struct dw_verify_report report;
	struct dw_err err;
	int rc;
	struct dw_append append;
	struct dw_record rec;
};

static void backup_free(struct backup *b)
{
	dw_blob_unref(b->rec.payload);
	free(b->dest);
	free(b);
}

static void write_report(const struct backup *b, struct dw_buf *out)
{
	struct dw_jsonw w;
	char hex[2 * DW_HASH_SIZE + 1];

	dw_jsonw_init(&w, out);
	dw_jsonw_obj(&w);
	dw_jsonw_kstr(&w, "file", dw_str_of(b->dest));
	dw_jsonw_ku64(&w, "events", b->report.events);
	dw_jsonw_kstr(&w, "root", dw_str_of(dw_hex(hex, b->report.root, DW_HASH_SIZE)));
	dw_jsonw_obj_end(&w);
	DW_INVARIANT(dw_jsonw_end(&w) == 0);
}

static void answer(struct backup *b)
{
	struct dw_buf out;

	dw_buf_init(&out, 16384);
	write_report(b, &out);
	dw_api_reply_json(b->req, 201, &out);
	dw_buf_fini(&out);
	backup_free(b);
}

static void on_recorded(struct dw_append *a)
{
	answer(DW_CONTAINER_OF(a, struct backup, append));
}

/* The copy is good whether or not the event can still be recorded (a full disk, say). */
static void on_copied(struct dw_work *w)
{
	struct backup *b = DW_CONTAINER_OF(w, struct backup, work);
	struct dw_buf out;

	b->api->is_copying = false;
	if (b->rc < 0) {
		b->api->count.backup_failures++;
		dw_api_refuse_err(b->req, &b->err);
		backup_free(b);
		return;
	}
	b->api->count.backups++;
	b->api->count.backup_at = dw_now_us(dw_engine_clock(b->api->engine));
	dw_buf_init(&out, 16384);
	write_report(b, &out);
	b->rec.type = dw_event_info(DW_EV_BACKUP_MADE)->name;
	b->rec.type_version = 1;
	b->rec.payload = dw_blob_new(out.p, out.len);
	dw_random(dw_engine_clock(b->api->engine), b->rec.command,
		  sizeof(b->rec.command));
	dw_buf_fini(&out);
	b->append.recs = &b->rec;
	b->append.n = 1;
	b->append.cb = on_recorded;
	if (dw_engine_append(b->api->engine, &b->append) < 0)
		answer(b);
}

static void copy_on_pool(struct dw_work *w, void *local)
{
	struct backup *b = DW_CONTAINER_OF(w, struct backup, work);
	struct dw_projector p = dw_projection();

	(void)local;
	b->rc = dw_store_backup(b->dir, b->dest, &p, &b->report, &b->err);
	if (b->rc < 0 && b->err.code == 0)
		b->err.code = b->rc;
}

void dw_api_backup(struct dw_http_req *req, void *data)
{
	static const char *const known[] = { "dest", NULL };
	struct dw_api *api = data;
	json_t *o = dw_api_object(req, known);
	struct dw_str dest;
	struct backup *b;

	if (o == NULL)
		return;
	if (!dw_api_string(req, o, "dest", 1, 4000, &dest)) {
		json_decref(o);
		return;
	}
	if (dest.p[0] != '/' || dw_engine_conf(api->engine)->dir == NULL) {
		dw_api_refuse_at(req, DW_EINVAL, "/dest",
				 "dest must be an absolute path");
		json_decref(o);
		return;
	}
	if (api->is_copying) {
		dw_http_set(req, "Retry-After", DW_STR("10"));
		dw_api_refuse(req, DW_ECONFLICT,
			      "another backup is being made: try again when it is done");
		json_decref(o);
		return;
	}
	b = calloc(1, sizeof(*b));
	DW_INVARIANT(b != NULL);
	b->req = req;
	b->api = api;
	b->dir = dw_engine_conf(api->engine)->dir;
	b->dest = strndup(dest.p, dest.n);
	json_decref(o);
	b->work.run_on_pool = copy_on_pool;
	b->work.on_done = on_copied;
	api->is_copying = true;
	DW_INVARIANT(dw_pool_submit(dw_engine_backups(api->engine), &b->work) == 0);
}
