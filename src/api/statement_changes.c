/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * statement_changes.c - what is typed in a statement: in, and what others typed meanwhile.
 *
 * The server merges nothing. Who did not see the newest revision is refused with what they missed, and sends their
 * change again as it is after that. That is the usual answer while several people type, so it comes from memory;
 * only who missed more than that holds is answered from the journal.
 *
 * An answer that is lost is no trouble: the page asks with its old revision, and finds its own change
 * among the missed ones by the name of its tab.
 *
 * Each that is taken is kept for ever, so none may be sent without end. A page has one on its way at a time, 40 ms behind a
 * key at the earliest: 25 a second, and of ten keys a second ten. Who types against seven others is told to make it
 * again as often as they are faster, some 80. A token of the bench types for 13 people, 63. 200 a second, over ten, are above
 * all of these. Faster are only tests without a clock, which say so. A page that is told to wait keeps what
 * was typed and sends it again.
 */
#include "params_int.h"
#include "statement_int.h"

#include <stdlib.h>

/* ---- from the journal ---- */

struct changes_job {
	struct dw_work work;
	struct dw_http_req *req;
	struct dw_names *names;
	struct dw_changes_query q;
	bool is_refusal; /* 409 */
	struct dw_buf out;
	struct dw_err err;
	int rc;
};

static void write_told(struct dw_jsonw *w, void *data)
{
	const struct dw_buf *b = data;

	dw_jsonw_raw(w, dw_str_make(b->p + 1, b->len - 2)); /* without its braces */
}

static void on_read(struct dw_work *w)
{
	struct changes_job *j = DW_CONTAINER_OF(w, struct changes_job, work);

	if (j->rc < 0) {
		if (j->err.code == 0)
			j->err.code = j->rc;
		dw_api_refuse_err(j->req, &j->err);
	} else if (j->is_refusal) {
		dw_api_refuse_more(j->req, DW_ECONFLICT,
				   "others have typed meanwhile: make the change again "
				   "behind theirs",
				   write_told, &j->out);
	} else {
		dw_api_reply_json(j->req, 200, &j->out);
	}
	dw_buf_fini(&j->out);
	dw_names_unref(j->names);
	free(j);
}

static void read_on_pool(struct dw_work *w, void *local)
{
	struct changes_job *j = DW_CONTAINER_OF(w, struct changes_job, work);
	struct dw_jsonw jw;

	if (local == NULL) {
		j->rc = dw_fail(&j->err, DW_EIO, "the journal cannot be read");
		return;
	}
	dw_jsonw_init(&jw, &j->out);
	dw_jsonw_obj(&jw);
	j->rc = dw_statement_changes_on_pool(local, j->names, &j->q, &jw, &j->err);
	dw_jsonw_obj_end(&jw);
	if (j->rc == 0)
		j->rc = dw_jsonw_end(&jw);
}

static void read_past(struct dw_http_req *req, struct dw_api *api, uint64_t statement,
		      uint64_t since, bool is_refusal)
{
	struct changes_job *j = calloc(1, sizeof(*j));
	int rc;

	DW_INVARIANT(j != NULL);
	j->req = req;
	j->names = dw_names_ref(dw_account_names(dw_engine_account(api->engine)));
	j->q = (struct dw_changes_query){
		.statement = statement,
		.since = since,
		.upto = dw_journal_head(dw_engine_journal(api->engine)),
		.is_plain = is_refusal,
	};
	j->is_refusal = is_refusal;
	dw_buf_init(&j->out, DW_STATEMENT_OUT_MAX * 4);
	j->work.run_on_pool = read_on_pool;
	j->work.on_done = on_read;
	rc = dw_api_read(req, api, &j->work, &j->err);
	if (rc == 0)
		return; /* j is the pool's now */
	j->rc = rc;
	on_read(&j->work);
}

void dw_api_statement_changes_get(struct dw_http_req *req, void *data)
{
	static const char *const known[] = { "since", NULL };
	const struct dw_statement *t;
	struct dw_api *api = data;
	uint64_t since = 0, id;

	if (!api_only(req, known) || !api_path_id(req, &id) ||
	    !api_number(req, "since", 0, &since))
		return;
	t = statement_see(req, api, id);
	if (t == NULL)
		return;
	if (since > t->revision)
		(void)api_bad_param(req, "since", "lies beyond the newest revision");
	else
		read_past(req, api, id, since, false);
}

/* ---- typing ---- */

struct missed {
	const struct dw_rooms *rooms;
	uint64_t statement, since;
};

static void write_missed(struct dw_jsonw *w, void *data)
{
	const struct missed *m = data;

	dw_statement_write_tail(m->rooms, w, m->statement, m->since);
}

/* Others were first, or it was sent before. */
static void refuse_late(struct statement_req *r)
{
	struct missed m = { dw_engine_rooms(r->api->engine), r->op.statement,
			    r->op.cmd.revision };
	struct dw_http_req *req = r->req;
	struct dw_api *api = r->api;
	char detail[200];

	snprintf(detail, sizeof(detail), "%s", dw_err_text(&r->op.err));
	dw_buf_fini(&r->out);
	statement_fini(r);
	if (dw_statement_has_tail(m.rooms, m.statement, m.since))
		dw_api_refuse_more(req, DW_ECONFLICT, detail, write_missed, &m);
	else
		read_past(req, api, m.statement, m.since, true);
}

static void write_typed(struct dw_jsonw *w, const struct statement_req *r)
{
	const struct dw_statement_command *c = &r->op.cmd;

	dw_jsonw_obj(w);
	dw_jsonw_ku64(w, "revision", c->revision + c->n_updates);
	dw_jsonw_key(w, "updates");
	dw_jsonw_arr(w);
	for (size_t i = 0; i < c->n_updates; i++) {
		dw_jsonw_obj(w);
		dw_jsonw_kstr(w, "client", c->update[i].client);
		dw_jsonw_key(w, "changes");
		dw_change_write(w, &c->update[i].change);
		dw_jsonw_obj_end(w);
	}
	dw_jsonw_arr_end(w);
	dw_jsonw_ku64(w, "units", r->op.units);
	dw_jsonw_ku64(w, "hash", r->op.hash);
	dw_jsonw_obj_end(w);
}

static void on_typed(struct dw_statement_op *op)
{
	struct statement_req *r = DW_CONTAINER_OF(op, struct statement_req, op);
	struct dw_http_req *req = r->req;
	struct dw_buf out = r->out;
	struct dw_jsonw w;

	if (op->status == DW_ECONFLICT && op->plan.base > op->cmd.revision) {
		refuse_late(r);
		return;
	}
	if (op->status < 0) {
		statement_refuse(r);
		return;
	}
	dw_jsonw_init(&w, &out);
	write_typed(&w, r);
	DW_INVARIANT(dw_jsonw_end(&w) == 0);
	statement_fini(r);
	dw_api_reply_json(req, 200, &out);
	dw_buf_fini(&out);
}

static bool read_updates(struct statement_req *r)
{
	json_t *list = json_object_get(r->body, "updates");
	struct dw_statement_command *c = &r->op.cmd;
	struct dw_fault f = { "", "" };
	char *text;
	int rc;

	if (list == NULL)
		return statement_refuse_at(r, DW_EINVAL, "/updates", "this is missing");
	text = json_dumps(list, JSON_COMPACT | JSON_ENCODE_ANY);
	if (text == NULL)
		return statement_refuse_at(r, DW_EINVAL, "/updates", "this is no list");
	rc = dw_updates_parse(&c->update, &c->n_updates, dw_str_of(text), r->op.arena,
			      &f);
	free(text);
	if (rc == 0)
		return true;
	return statement_refuse_at(
		r, rc, dw_arena_printf(r->req->arena, "/updates%s", f.pointer).p,
		dw_arena_strdup(r->req->arena, dw_str_of(f.detail)));
}

void dw_api_statement_changes(struct dw_http_req *req, void *data)
{
	static const char *const known[] = { "revision", "updates", NULL };
	struct dw_api *api = data;
	struct statement_req *r;

	if (!often_take(&api->typing, req, api))
		return;
	r = statement_begin(req, api, DW_CMD_TYPE);
	if (r == NULL || !statement_body(r, known) ||
	    !statement_number(r, "revision", true, &r->op.cmd.revision) ||
	    !read_updates(r))
		return;
	r->op.cb = on_typed;
	dw_statement_do(dw_engine_rooms(api->engine), &r->op);
}
