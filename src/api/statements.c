/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * statements.c - commands to statements: draft, change, say what they rest on, correct.
 *
 * All of them go one way, and so do those of statement_leave.c. The body is read, the engine decides and appends, and
 * the answer is made of the facts that were stored, so that a repeat under the same Idempotency-Key gets the
 * same bytes. What is typed comes in by statement_changes.c.
 */
#include "engine/authority.h"
#include "engine/template.h"
#include "statement_int.h"

#define TITLE_MAX 200 /* characters */
#define LANG_MAX 35
#define NAME_CHARS 100
#define REASON_MAX 2000
#define STOP_BYTES 32768

#define CHANNELS "press, social, internal or reply"
#define READERS "public, staff or customer"

/* ---- one command ---- */

void statement_fini(struct statement_req *r)
{
	json_decref(r->body);
	r->body = NULL;
	dw_statement_op_fini(&r->op);
	dw_names_unref(r->names);
}

/* What a refusal says besides: the draft's revision, or who stopped what leaves, and why. */
struct besides {
	bool is_behind;
	uint64_t revision;
	const struct dw_authority *authority;
	struct dw_names *names;
	int64_t now;
};

static void write_besides(struct dw_jsonw *w, void *data)
{
	const struct besides *b = data;
	struct dw_jsonw inner;
	struct dw_buf out;

	if (b->is_behind) {
		dw_jsonw_ku64(w, "revision", b->revision);
		return;
	}
	dw_buf_init(&out, STOP_BYTES);
	dw_jsonw_init(&inner, &out);
	dw_outgoing_write(&inner, b->authority, b->names, b->now);
	if (dw_jsonw_end(&inner) == 0)
		dw_jsonw_raw(w, dw_str_make(out.p + 1, out.len - 2)); /* no braces */
	dw_buf_fini(&out);
}

static bool has_besides(const struct statement_req *r, struct besides *b)
{
	struct dw_engine *e = r->api->engine;
	enum dw_command_type type = r->op.cmd.type;

	if (r->op.status != DW_ECONFLICT)
		return false;
	*b = (struct besides){ .is_behind = type == DW_CMD_TYPE || type == DW_CMD_REST ||
					    type == DW_CMD_SUBMIT,
			       .revision = r->op.plan.base,
			       .authority = dw_authorities_now(dw_engine_authorities(e)),
			       .names = dw_account_names(dw_engine_account(e)),
			       .now = r->op.cmd.now };
	return b->is_behind || (type == DW_CMD_PUBLISH &&
				dw_outgoing_is_frozen(&b->authority->outgoing, b->now));
}

void statement_refuse(struct statement_req *r)
{
	struct dw_http_req *req = r->req;
	struct dw_err err = r->op.err;
	struct dw_fault fault = r->op.fault;
	struct besides besides;
	bool is_more = has_besides(r, &besides);

	dw_buf_fini(&r->out);
	statement_fini(r);
	if (is_more)
		dw_api_refuse_more(req, DW_ECONFLICT, dw_err_text(&err), write_besides,
				   &besides);
	else
		dw_api_refuse_fault(req, &err, &fault);
}

bool statement_refuse_at(struct statement_req *r, int code, const char *pointer,
			 const char *why)
{
	struct dw_http_req *req = r->req;

	dw_buf_fini(&r->out);
	statement_fini(r);
	dw_api_refuse_at(req, code, pointer, "%s", why);
	return false;
}

static int status_of(const struct statement_req *r)
{
	return r->op.plan.n > 0 ? 201 : 200;
}

static int render(struct statement_req *r)
{
	struct dw_jsonw w;

	dw_buf_clear(&r->out);
	dw_jsonw_init(&w, &r->out);
	r->write(&w, r);
	return dw_jsonw_end(&w);
}

static int keep_on_writer(struct dw_statement_op *op, struct dw_db *db,
			  struct dw_err *err)
{
	struct statement_req *r = DW_CONTAINER_OF(op, struct statement_req, op);
	int rc = render(r);

	return rc < 0 ? rc
		      : dw_once_keep_on_writer(r->req, db, status_of(r),
					       dw_buf_str(&r->out), err);
}

/* The reply ends the request and the arena that `r` lies in: what is needed is taken out. */
static void reply(struct statement_req *r, int status, uint64_t version)
{
	struct dw_http_req *req = r->req;
	struct dw_buf out = r->out;

	statement_fini(r);
	if (version != 0)
		dw_api_tag(req, version);
	dw_api_reply_json(req, status, &out);
	dw_buf_fini(&out);
}

static void on_done(struct dw_statement_op *op)
{
	struct statement_req *r = DW_CONTAINER_OF(op, struct statement_req, op);

	if (op->status < 0) {
		statement_refuse(r);
		return;
	}
	if (r->out.len == 0)
		DW_INVARIANT(render(r) == 0);
	reply(r, status_of(r), 0);
}

struct statement_req *statement_begin(struct dw_http_req *req, struct dw_api *api,
				      enum dw_command_type type)
{
	struct statement_req *r;
	uint64_t id;

	if (!api_path_id(req, &id))
		return NULL;
	r = dw_arena_alloc(req->arena, sizeof(*r));
	r->req = req;
	r->api = api;
	dw_statement_op_init(&r->op);
	dw_buf_init(&r->out, DW_STATEMENT_OUT_MAX);
	r->op.cmd.type = type;
	r->op.cmd.who = *dw_api_who(req);
	if (type == DW_CMD_DRAFT_STATEMENT)
		r->op.incident = id;
	else
		r->op.statement = id;
	r->names = dw_names_ref(dw_account_names(dw_engine_account(api->engine)));
	return r;
}

void statement_do(struct statement_req *r,
		  void (*write)(struct dw_jsonw *w, const struct statement_req *r))
{
	r->write = write;
	r->op.cb = on_done;
	dw_api_command(r->req, r->api, r->op.command);
	if (dw_http_header(r->req, "idempotency-key").p != NULL)
		r->op.also_on_writer = keep_on_writer;
	dw_statement_do(dw_engine_rooms(r->api->engine), &r->op);
}

/* ---- bodies ---- */

bool statement_body(struct statement_req *r, const char *const *known)
{
	r->body = dw_api_object(r->req, known);
	if (r->body != NULL)
		return true;
	dw_buf_fini(&r->out);
	statement_fini(r);
	return false;
}

static const char *point(struct statement_req *r, const char *key)
{
	return dw_arena_printf(r->req->arena, "/%s", key).p;
}

static bool wrong(struct statement_req *r, const char *key, const char *why)
{
	return statement_refuse_at(r, DW_EINVAL, point(r, key), why);
}

/* In characters; what it may hold is asked by the domain. */
bool statement_text(struct statement_req *r, const char *key, bool must, size_t most,
		    struct dw_str *out)
{
	json_t *v = json_object_get(r->body, key);

	if (v == NULL || json_is_null(v))
		return !must || wrong(r, key, "this is missing");
	if (!json_is_string(v))
		return wrong(r, key, "this must be a string");
	*out = dw_str_make(json_string_value(v), json_string_length(v));
	if (dw_utf8_count(*out) <= most)
		return true;
	return wrong(r, key,
		     dw_arena_printf(r->req->arena, "this has more than %zu characters",
				     most)
			     .p);
}

bool statement_number(struct statement_req *r, const char *key, bool must, uint64_t *out)
{
	json_t *v = json_object_get(r->body, key);

	if (v == NULL || json_is_null(v))
		return !must || wrong(r, key, "this is missing");
	if (!json_is_integer(v) || json_integer_value(v) < 0)
		return wrong(r, key, "this must be a whole number");
	*out = (uint64_t)json_integer_value(v);
	return true;
}

bool statement_word(struct statement_req *r, const char *key, bool must,
		    enum dw_statement_word_kind kind, const char *all, unsigned *out)
{
	struct dw_str word = { NULL, 0 };

	if (!statement_text(r, key, must, NAME_CHARS, &word))
		return false;
	if (word.p == NULL || dw_statement_word_find(kind, word, out))
		return true;
	return wrong(r, key, dw_arena_printf(r->req->arena, "this must be %s", all).p);
}

bool statement_time(struct statement_req *r, const json_t *in, const char *key,
		    const char *pointer, int64_t *out)
{
	json_t *v = json_object_get(in, key);

	if (v == NULL || json_is_null(v))
		return true;
	if (json_is_string(v) &&
	    dw_time_parse(dw_str_make(json_string_value(v), json_string_length(v)),
			  out) == 0)
		return true;
	return statement_refuse_at(r, DW_EINVAL, pointer,
				   "this must be a time of RFC 3339");
}

/* ---- POST /incidents/{id}/statements ---- */

/* From its facts alone. */
static void write_made(struct dw_jsonw *w, const struct statement_req *r)
{
	const struct dw_statement_plan *p = &r->op.plan;
	struct dw_statement *t = dw_statement_create();

	for (size_t i = 0; i < p->n; i++)
		dw_statement_apply(t, &p->fact[i]);
	dw_statement_write(w, t, r->names, &(struct dw_statement_now){ .at = t->at },
			   NULL);
	dw_statement_destroy(t);
}

static bool read_head(struct statement_req *r, bool must)
{
	struct dw_statement_command *c = &r->op.cmd;

	return statement_text(r, "title", must, TITLE_MAX, &c->title) &&
	       statement_text(r, "lang", must, LANG_MAX, &c->lang) &&
	       statement_word(r, "channel", must, DW_WORDS_CHANNEL, CHANNELS,
			      &c->channel) &&
	       statement_word(r, "audience", must, DW_WORDS_READER, READERS, &c->reader);
}

/* What an envelope lets out. False: there is no such, or it is of another language. */
static bool of_envelope(const struct statement_req *r, uint64_t id,
			struct dw_template *out)
{
	const struct dw_envelope *e = dw_authority_envelope(
		dw_authorities_now(dw_engine_authorities(r->api->engine)), id);

	if (e == NULL || !dw_str_eq(e->lang, r->op.cmd.lang))
		return false;
	memset(out, 0, sizeof(*out));
	out->title = e->title;
	out->text = e->text;
	while ((e->channels >> out->channel & 1) == 0)
		out->channel++;
	return true;
}

/* What is not given is the template's; text and links are. False: refused, and r is gone. */
static bool fill(struct statement_req *r, const struct dw_incident *s, uint64_t envelope)
{
	struct dw_statement_command *c = &r->op.cmd;
	struct dw_fill_from from = dw_fill_from_now(r->api->engine, c->lang, s);
	struct dw_template made;
	struct dw_filled filled;
	int rc;

	if (envelope != 0 && !of_envelope(r, envelope, &made))
		return statement_refuse_at(r, DW_EUNPROCESSABLE, "/envelope",
					   "there is no such envelope in this language");
	if (envelope == 0 &&
	    !dw_template_find(&made, c->template_name, c->lang, s, r->op.arena))
		return statement_refuse_at(r, DW_EUNPROCESSABLE, "/template",
					   "there is no such template in this language");
	rc = dw_template_fill(&filled, made.text, &from, r->op.arena);
	if (rc < 0)
		return statement_refuse_at(r, rc, "/template",
					   "filled from this room it would be too long");
	if (c->title.p == NULL)
		c->title = made.title;
	if (json_object_get(r->body, "channel") == NULL)
		c->channel = made.channel;
	if (json_object_get(r->body, "audience") == NULL)
		c->reader = made.reader;
	c->text = filled.text;
	c->rests = filled.rests;
	return true;
}

/* Text and links come from a template or an envelope: `text` beside that is refused. */
static bool read_source(struct statement_req *r, bool *is_filled, uint64_t *envelope)
{
	struct dw_statement_command *c = &r->op.cmd;

	if (!statement_number(r, "envelope", false, envelope) ||
	    !statement_text(r, "text", false, DW_TEXT_UNITS_MAX, &c->text) ||
	    !statement_text(r, "template", false, NAME_CHARS, &c->template_name))
		return false;
	*is_filled = *envelope != 0 || c->template_name.p != NULL;
	return !*is_filled || c->text.p == NULL ||
	       statement_refuse_at(r, DW_EINVAL, "/text",
				   "a template has a text of its own");
}

static void create(struct dw_http_req *req, void *data)
{
	static const char *const known[] = {
		"title",    "lang",	"channel",	  "audience",	   "text",
		"template", "envelope", "translation_of", "correction_of", NULL
	};
	struct dw_api *api = data;
	struct statement_req *r = statement_begin(req, api, DW_CMD_DRAFT_STATEMENT);
	const struct dw_incident *s;
	struct dw_statement_command *c;
	uint64_t envelope = 0;
	bool is_filled;

	if (r == NULL || !statement_body(r, known) ||
	    !read_source(r, &is_filled, &envelope))
		return;
	c = &r->op.cmd;
	if (!read_head(r, !is_filled) ||
	    !statement_text(r, "lang", true, LANG_MAX, &c->lang) ||
	    !statement_number(r, "translation_of", false, &c->translation_of) ||
	    !statement_number(r, "correction_of", false, &c->correction_of))
		return;
	s = dw_rooms_see(dw_engine_rooms(api->engine), &c->who, r->op.incident);
	if (!is_filled || s == NULL || fill(r, s, envelope))
		statement_do(r, write_made);
}

void dw_api_statements_create(struct dw_http_req *req, void *api)
{
	dw_api_once(req, api, req->body, create);
}

/* ---- POST /statements/{id}/corrections ---- */

/* Of what is out: its address is that of the version. */
static void correct(struct dw_http_req *req, void *data)
{
	static const char *const known[] = { "text", "reason", NULL };
	struct dw_api *api = data;
	struct statement_req *r = statement_begin(req, api, DW_CMD_DRAFT_STATEMENT);
	const struct dw_statement *t;
	struct dw_statement_command *c;

	if (r == NULL || !statement_body(r, known))
		return;
	c = &r->op.cmd;
	t = dw_statements_see(dw_engine_rooms(api->engine), &c->who, r->op.incident);
	if (t == NULL) {
		(void)dw_fail(&r->op.err, DW_ENOTFOUND,
			      "there is no statement of this id");
		statement_refuse(r);
		return;
	}
	c->correction_of = t->id;
	c->title = t->title;
	c->lang = t->lang;
	c->channel = t->channel;
	c->reader = t->reader;
	r->op.incident = dw_rooms_go_on(dw_engine_rooms(api->engine), t->incident)->id;
	if (statement_text(r, "text", true, DW_TEXT_UNITS_MAX, &c->text) &&
	    statement_text(r, "reason", true, REASON_MAX, &c->reason))
		statement_do(r, write_made);
}

void dw_api_statement_corrections(struct dw_http_req *req, void *api)
{
	dw_api_once(req, api, req->body, correct);
}

/* ---- PATCH /statements/{id} ---- */

static void on_changed(struct dw_statement_op *op)
{
	struct statement_req *r = DW_CONTAINER_OF(op, struct statement_req, op);
	struct dw_rooms *rooms = dw_engine_rooms(r->api->engine);
	const struct dw_statement *t =
		dw_statements_see(rooms, &op->cmd.who, op->statement);
	bool is_moved = op->status == DW_EMOVED;
	struct dw_jsonw w;

	if (t == NULL || (op->status < 0 && !is_moved)) {
		statement_refuse(r);
		return;
	}
	dw_jsonw_init(&w, &r->out);
	dw_statement_write_now(rooms, &w, t, &op->cmd.who);
	if (dw_jsonw_end(&w) < 0) {
		(void)dw_fail(&op->err, DW_EINTERNAL,
			      "it is done, but this statement is too large to show");
		statement_refuse(r);
		return;
	}
	reply(r, is_moved ? dw_err_status(DW_EMOVED) : 200, t->version);
}

static const struct {
	const char *key;
	unsigned has;
} heads[] = { { "title", DW_STATEMENT_TITLE },
	      { "lang", DW_STATEMENT_LANG },
	      { "channel", DW_STATEMENT_CHANNEL },
	      { "audience", DW_STATEMENT_READER } };

void dw_api_statement_patch(struct dw_http_req *req, void *data)
{
	static const char *const known[] = { "title", "lang", "channel", "audience",
					     NULL };
	struct dw_api *api = data;
	struct statement_req *r = statement_begin(req, api, DW_CMD_CHANGE_STATEMENT);
	const struct dw_statement *t;

	if (r == NULL)
		return;
	t = dw_statements_see(dw_engine_rooms(api->engine), &r->op.cmd.who,
			      r->op.statement);
	if (!api_if_match(req, t != NULL ? t->version : 0, &r->op.cmd.version)) {
		statement_fini(r);
		return;
	}
	if (!statement_body(r, known) || !read_head(r, false))
		return;
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		if (json_is_string(json_object_get(r->body, heads[i].key)))
			r->op.cmd.has |= heads[i].has;
	r->op.cb = on_changed;
	dw_statement_do(dw_engine_rooms(api->engine), &r->op);
}

/* ---- links ---- */

static void write_link(struct dw_jsonw *w, const struct statement_req *r)
{
	const struct dw_statement_plan *p = &r->op.plan;
	struct dw_rest rest = p->n > 0 ? p->fact[0].rest : p->rest;

	if (p->n > 0) {
		rest.id = p->fact[0].seq;
		rest.by = r->op.cmd.who.id;
	}
	dw_rest_write(w, &rest, r->names);
}

static void link_claim(struct dw_http_req *req, void *api)
{
	static const char *const known[] = { "revision", "claim", "rests",
					     "from",	 "to",	  NULL };
	struct statement_req *r = statement_begin(req, api, DW_CMD_REST);
	uint64_t from = 0, to = 0;
	struct dw_rest *rest;

	if (r == NULL || !statement_body(r, known))
		return;
	rest = &r->op.cmd.rest;
	if (!statement_number(r, "revision", true, &r->op.cmd.revision) ||
	    !statement_number(r, "claim", true, &rest->claim) ||
	    !statement_word(r, "rests", true, DW_WORDS_RESTS, "asserts or checking",
			    &rest->rests) ||
	    !statement_number(r, "from", true, &from) ||
	    !statement_number(r, "to", true, &to))
		return;
	if (from > DW_TEXT_UNITS_MAX || to > DW_TEXT_UNITS_MAX) {
		(void)statement_refuse_at(r, DW_EUNPROCESSABLE, "/to",
					  "this lies beyond the end of the text");
		return;
	}
	rest->from = (uint32_t)from;
	rest->to = (uint32_t)to;
	statement_do(r, write_link);
}

void dw_api_statement_links(struct dw_http_req *req, void *api)
{
	dw_api_once(req, api, req->body, link_claim);
}

static void on_unlinked(struct dw_statement_op *op)
{
	struct statement_req *r = DW_CONTAINER_OF(op, struct statement_req, op);
	struct dw_http_req *req = r->req;

	if (op->status < 0) {
		statement_refuse(r);
		return;
	}
	statement_fini(r);
	dw_http_reply(req, 204, NULL, DW_STR(""));
}

void dw_api_statement_link_delete(struct dw_http_req *req, void *data)
{
	struct dw_api *api = data;
	struct statement_req *r = statement_begin(req, api, DW_CMD_UNREST);

	if (r == NULL)
		return;
	if (dw_str_u64(req->params[1], &r->op.cmd.rest.id) < 0)
		r->op.cmd.rest.id = 0; /* none has it */
	r->op.cb = on_unlinked;
	dw_statement_do(dw_engine_rooms(api->engine), &r->op);
}
