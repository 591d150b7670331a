/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * authority.c - the emergency stop, the policy, how people reach us, keys that sign, and deputies.
 *
 * All are commands of one kind (engine/authority.h). A POST is answered with what its event made,
 * from that alone, so that a repeat under the same Idempotency-Key is told the same; a PATCH with the policy
 * or the contacts as they are by now. Who confirms a key is told nothing that the list of keys does not say.
 */
#include "engine/authority.h"
#include "account_int.h"
#include "engine/account.h"
#include "once_int.h"

#define OUT_MAX (32u * 1024 * 1024)

struct authority_req {
	struct dw_authority_op op;
	struct dw_http_req *req;
	struct dw_api *api;
	struct dw_names *names;
	struct dw_buf out;
};

static const struct dw_authority *now_of(const struct dw_api *api)
{
	return dw_authorities_now(dw_engine_authorities(api->engine));
}

static void fini(struct authority_req *r)
{
	dw_authority_op_fini(&r->op);
	dw_names_unref(r->names);
}

static void refuse(struct authority_req *r)
{
	struct dw_http_req *req = r->req;
	struct dw_err err = r->op.err;
	struct dw_fault fault = r->op.fault;

	fini(r);
	dw_buf_fini(&r->out);
	dw_api_refuse_fault(req, &err, &fault);
}

/* The reply ends the request and the arena that `r` lies in. */
static void reply(struct authority_req *r, int status, uint64_t tag)
{
	struct dw_http_req *req = r->req;
	struct dw_buf out = r->out;

	fini(r);
	if (tag != 0)
		dw_api_tag(req, tag);
	dw_api_reply_json(req, status, &out);
	dw_buf_fini(&out);
}

/* ---- what a command made ---- */

static void write_envelope(struct dw_jsonw *w, const struct dw_authority_fact *f,
			   const struct dw_names *names)
{
	struct dw_envelope e;

	dw_envelope_begin(&e, f);
	dw_envelope_write(w, &e, names, f->recorded_at);
}

static void write_made(struct dw_jsonw *w, const struct authority_req *r)
{
	const struct dw_authority_fact *f = &r->op.fact;
	struct dw_sign_key k = {
		.id = f->seq, .user = f->actor, .name = f->name, .at = f->recorded_at
	};
	struct dw_deputy d = { .id = f->seq,
			       .user = f->actor,
			       .deputy = f->deputy,
			       .reason = f->reason,
			       .at = f->recorded_at,
			       .until = f->until };
	struct dw_authority a = { .outgoing = { f->seq, f->actor, f->recorded_at,
						f->until, f->reason } };

	memcpy(k.ed25519, f->ed25519, sizeof(k.ed25519));
	if (r->op.cmd.type == DW_CMD_FREEZE)
		dw_outgoing_write(w, &a, r->names, f->recorded_at);
	else if (r->op.cmd.type == DW_CMD_ENROL_KEY)
		dw_sign_key_write(w, &k, r->names);
	else if (r->op.cmd.type == DW_CMD_DRAFT_ENVELOPE)
		write_envelope(w, f, r->names);
	else
		dw_deputy_write(w, &d, r->names);
}

static int render(struct authority_req *r)
{
	struct dw_jsonw w;

	dw_buf_clear(&r->out);
	dw_jsonw_init(&w, &r->out);
	write_made(&w, r);
	return dw_jsonw_end(&w);
}

static int keep_on_writer(struct dw_authority_op *op, struct dw_db *db,
			  struct dw_err *err)
{
	struct authority_req *r = DW_CONTAINER_OF(op, struct authority_req, op);
	int rc = render(r);

	return rc < 0 ? rc
		      : dw_once_keep_on_writer(r->req, db, 201, dw_buf_str(&r->out), err);
}

static void on_made(struct dw_authority_op *op)
{
	struct authority_req *r = DW_CONTAINER_OF(op, struct authority_req, op);

	if (op->status < 0) {
		refuse(r);
		return;
	}
	DW_INVARIANT(render(r) == 0);
	reply(r, 201, op->fact.seq);
}

/* ---- what is as it is now ---- */

static int write_now(struct authority_req *r)
{
	const struct dw_authority *a = now_of(r->api);
	const struct dw_sign_key *k = dw_authority_key(a, r->op.cmd.child);
	struct dw_jsonw w;

	dw_jsonw_init(&w, &r->out);
	if (r->op.cmd.type == DW_CMD_SET_POLICY)
		dw_policy_write(&w, a);
	else if (r->op.cmd.type == DW_CMD_SET_CONTACTS)
		dw_contacts_show(&w, a);
	else if (k != NULL)
		dw_sign_key_write(&w, k, r->names);
	return dw_jsonw_end(&w);
}

/* Of what is set as a whole; 0: it has none. */
static uint64_t version_of(const struct dw_authority *a, enum dw_command_type type)
{
	return type == DW_CMD_SET_POLICY     ? a->policy_version
	       : type == DW_CMD_SET_CONTACTS ? a->contacts_version
					     : 0;
}

static void on_changed(struct dw_authority_op *op)
{
	struct authority_req *r = DW_CONTAINER_OF(op, struct authority_req, op);
	bool is_moved = op->status == DW_EMOVED;

	if ((op->status < 0 && !is_moved) || write_now(r) < 0)
		refuse(r);
	else
		reply(r, is_moved ? dw_err_status(DW_EMOVED) : 200,
		      version_of(now_of(r->api), op->cmd.type));
}

static void on_taken_away(struct dw_authority_op *op)
{
	struct authority_req *r = DW_CONTAINER_OF(op, struct authority_req, op);
	struct dw_http_req *req = r->req;

	if (op->status < 0) {
		refuse(r);
		return;
	}
	fini(r);
	dw_buf_fini(&r->out);
	dw_http_reply(req, 204, NULL, DW_STR(""));
}

/* ---- starting ---- */

/* NULL: refused. */
static struct authority_req *begin(struct dw_http_req *req, struct dw_api *api,
				   enum dw_command_type type, dw_authority_cb cb)
{
	struct authority_req *r = dw_arena_alloc(req->arena, sizeof(*r));

	r->req = req;
	r->api = api;
	dw_authority_op_init(&r->op);
	dw_buf_init(&r->out, OUT_MAX);
	r->names = dw_names_ref(dw_account_names(dw_engine_account(api->engine)));
	r->op.cmd.type = type;
	r->op.cmd.who = *dw_api_who(req);
	r->op.cb = cb;
	if (req->n_params > 0 && !api_path_id(req, &r->op.cmd.child)) {
		fini(r);
		return NULL;
	}
	return r;
}

static void go(struct authority_req *r)
{
	int rc = dw_authority_parse(&r->op.cmd, r->req->body, r->op.arena, &r->op.fault);

	if (rc == 0) {
		dw_authority_do(dw_engine_authorities(r->api->engine), &r->op);
		return;
	}
	(void)dw_fail(&r->op.err, rc, "%s", r->op.fault.detail);
	refuse(r);
}

static void make(struct dw_http_req *req, struct dw_api *api, enum dw_command_type type)
{
	struct authority_req *r = begin(req, api, type, on_made);

	if (r == NULL)
		return;
	dw_api_command(req, api, r->op.command);
	if (dw_http_header(req, "idempotency-key").p != NULL)
		r->op.also_on_writer = keep_on_writer;
	go(r);
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

MAKES(outgoing_freeze, DW_CMD_FREEZE)
MAKES(keys_create, DW_CMD_ENROL_KEY)
MAKES(deputies_create, DW_CMD_NAME_DEPUTY)
MAKES(envelopes_create, DW_CMD_DRAFT_ENVELOPE)

static void change(struct dw_http_req *req, struct dw_api *api, enum dw_command_type type,
		   dw_authority_cb cb)
{
	struct authority_req *r = begin(req, api, type, cb);

	if (r != NULL)
		go(r);
}

void dw_api_outgoing_thaw(struct dw_http_req *req, void *api)
{
	change(req, api, DW_CMD_THAW, on_taken_away);
}

void dw_api_key_confirm(struct dw_http_req *req, void *api)
{
	change(req, api, DW_CMD_CONFIRM_KEY, on_changed);
}

void dw_api_key_delete(struct dw_http_req *req, void *api)
{
	change(req, api, DW_CMD_REVOKE_KEY, on_taken_away);
}

void dw_api_deputy_delete(struct dw_http_req *req, void *api)
{
	change(req, api, DW_CMD_END_DEPUTY, on_taken_away);
}

void dw_api_envelope_delete(struct dw_http_req *req, void *api)
{
	change(req, api, DW_CMD_END_ENVELOPE, on_taken_away);
}

/* As a whole, based on what the caller saw. */
static void set(struct dw_http_req *req, struct dw_api *api, enum dw_command_type type)
{
	uint64_t is = version_of(now_of(api), type), version;
	struct authority_req *r;

	if (!api_if_match(req, is, &version))
		return;
	r = begin(req, api, type, on_changed);
	r->op.cmd.version = version != 0 ? version : is;
	go(r);
}

void dw_api_policy_patch(struct dw_http_req *req, void *api)
{
	set(req, api, DW_CMD_SET_POLICY);
}

void dw_api_contacts_patch(struct dw_http_req *req, void *api)
{
	set(req, api, DW_CMD_SET_CONTACTS);
}

/* ---- looking ---- */

typedef void (*write_fn)(struct dw_jsonw *w, const struct dw_api *api,
			 const struct dw_names *names);

static void show(struct dw_http_req *req, struct dw_api *api, write_fn fn, uint64_t tag)
{
	static const char *const none[] = { NULL };
	const struct dw_names *names = dw_account_names(dw_engine_account(api->engine));
	struct dw_err err = { 0 };
	struct dw_jsonw w;
	struct dw_buf out;

	if (dw_http_query_only(req, none, &err) < 0) {
		dw_api_refuse_err(req, &err);
		return;
	}
	dw_buf_init(&out, OUT_MAX);
	dw_jsonw_init(&w, &out);
	fn(&w, api, names);
	if (dw_jsonw_end(&w) < 0) {
		dw_api_refuse(req, DW_EINTERNAL, "this is too much to show");
	} else {
		dw_api_tag(req, tag);
		dw_api_reply_json(req, 200, &out);
	}
	dw_buf_fini(&out);
}

static void write_outgoing(struct dw_jsonw *w, const struct dw_api *api,
			   const struct dw_names *names)
{
	dw_outgoing_write(w, now_of(api), names, dw_now_us(dw_engine_clock(api->engine)));
}

static void write_policy(struct dw_jsonw *w, const struct dw_api *api,
			 const struct dw_names *names)
{
	(void)names;
	dw_policy_write(w, now_of(api));
}

static void write_contacts(struct dw_jsonw *w, const struct dw_api *api,
			   const struct dw_names *names)
{
	(void)names;
	dw_contacts_show(w, now_of(api));
}

static void write_keys(struct dw_jsonw *w, const struct dw_api *api,
		       const struct dw_names *names)
{
	const struct dw_authority *a = now_of(api);

	dw_jsonw_obj(w);
	dw_jsonw_key(w, "items");
	dw_jsonw_arr(w);
	for (size_t i = 0; i < a->keys.n; i++)
		dw_sign_key_write(w, &a->keys.p[i], names);
	dw_jsonw_arr_end(w);
	dw_jsonw_obj_end(w);
}

static void write_deputies(struct dw_jsonw *w, const struct dw_api *api,
			   const struct dw_names *names)
{
	const struct dw_authority *a = now_of(api);
	int64_t now = dw_now_us(dw_engine_clock(api->engine));

	dw_jsonw_obj(w);
	dw_jsonw_key(w, "items");
	dw_jsonw_arr(w);
	for (size_t i = 0; i < a->deputies.n; i++)
		if (dw_deputy_is_on(&a->deputies.p[i], now))
			dw_deputy_write(w, &a->deputies.p[i], names);
	dw_jsonw_arr_end(w);
	dw_jsonw_obj_end(w);
}

void dw_api_outgoing_get(struct dw_http_req *req, void *data)
{
	struct dw_api *api = data;

	show(req, api, write_outgoing, now_of(api)->seq);
}

void dw_api_policy_get(struct dw_http_req *req, void *data)
{
	struct dw_api *api = data;

	show(req, api, write_policy, now_of(api)->policy_version);
}

void dw_api_contacts_get(struct dw_http_req *req, void *data)
{
	struct dw_api *api = data;

	show(req, api, write_contacts, now_of(api)->contacts_version);
}

void dw_api_keys_list(struct dw_http_req *req, void *data)
{
	struct dw_api *api = data;

	show(req, api, write_keys, now_of(api)->seq);
}

void dw_api_deputies_list(struct dw_http_req *req, void *data)
{
	struct dw_api *api = data;

	show(req, api, write_deputies, now_of(api)->seq);
}

static void write_envelopes(struct dw_jsonw *w, const struct dw_api *api,
			    const struct dw_names *names)
{
	const struct dw_authority *a = now_of(api);
	int64_t now = dw_now_us(dw_engine_clock(api->engine));

	dw_jsonw_obj(w);
	dw_jsonw_key(w, "items");
	dw_jsonw_arr(w);
	for (size_t i = a->envelopes.n; i-- > 0;)
		dw_envelope_write(w, &a->envelopes.p[i], names, now);
	dw_jsonw_arr_end(w);
	dw_jsonw_obj_end(w);
}

void dw_api_envelopes_list(struct dw_http_req *req, void *data)
{
	struct dw_api *api = data;

	show(req, api, write_envelopes, now_of(api)->seq);
}
