/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * session.c - sign in, who am I, sign out, and the list of one's own sessions.
 *
 * What a command needs lies in the request's arena: a request stays valid until it is answered.
 * A password is wiped from the body and from its JSON as soon as the command has its own copy.
 */
#include "account_int.h"

#include <sodium.h>

struct sign_in {
	struct dw_account_op op;
	struct dw_http_req *req;
	struct dw_api *api;
};

void api_fill_op(struct dw_account_op *op, const struct dw_http_req *req)
{
	op->who = *dw_api_who(req);
	op->peer = dw_str_of(req->peer);
	op->user_agent = dw_http_header(req, "user-agent");
}

void api_wipe(struct dw_http_req *req, json_t *o, const char *key)
{
	json_t *v = json_object_get(o, key);

	if (json_is_string(v) && json_string_length(v) > 0)
		sodium_memzero((void *)(uintptr_t)json_string_value(v),
			       json_string_length(v));
	if (req != NULL && req->body.n > 0)
		sodium_memzero((void *)(uintptr_t)req->body.p, req->body.n);
}

void api_refuse_op(struct dw_http_req *req, const struct dw_account_op *op)
{
	if (op->status == DW_EBUSY && op->retry_after_s > 0) {
		dw_api_refuse_wait(req, op->retry_after_s, dw_err_text(&op->err));
		return;
	}
	if (op->status == DW_EAUTH)
		dw_http_set(req, "WWW-Authenticate", DW_STR("Bearer realm=\"diwan\""));
	if (op->at != NULL)
		dw_api_refuse_at(req, op->status, op->at, "%s", dw_err_text(&op->err));
	else
		dw_api_refuse(req, op->status, "%s", dw_err_text(&op->err));
}

static void reply_who(struct dw_http_req *req, int status, const struct dw_user_info *u,
		      const char *csrf)
{
	struct dw_jsonw w;
	struct dw_buf b;

	dw_buf_init(&b, 32768);
	dw_jsonw_init(&w, &b);
	dw_jsonw_obj(&w);
	dw_jsonw_key(&w, "user");
	dw_jsonw_obj(&w);
	dw_jsonw_ku64(&w, "id", u->id);
	dw_jsonw_kstr(&w, "name", u->name);
	api_write_roles(&w, u->roles);
	api_write_groups(&w, u->groups);
	dw_jsonw_obj_end(&w);
	dw_jsonw_kstr(&w, "csrf", dw_str_of(csrf));
	dw_jsonw_obj_end(&w);
	DW_INVARIANT(dw_jsonw_end(&w) == 0);
	dw_api_reply_json(req, status, &b);
	sodium_memzero(b.p, b.len);
	dw_buf_fini(&b);
}

void api_signed_in(struct dw_http_req *req, struct dw_api *api, int status,
		   struct dw_account_op *op)
{
	struct dw_user_info u;
	char csrf[DW_SECRET_TEXT];

	if (!dw_account_user(dw_engine_account(api->engine), op->user, &u)) {
		dw_api_refuse(req, DW_EINTERNAL, "the account is gone");
		return;
	}
	dw_account_csrf(dw_str_of(op->secret), csrf);
	api_set_cookie(req, api, op->secret);
	sodium_memzero(op->secret, sizeof(op->secret));
	reply_who(req, status, &u, csrf);
	sodium_memzero(csrf, sizeof(csrf));
}

/* ---- POST /session ---- */

static void on_signed_in(struct dw_account_op *op)
{
	struct sign_in *s = DW_CONTAINER_OF(op, struct sign_in, op);

	if (op->status < 0)
		api_refuse_op(s->req, op);
	else
		api_signed_in(s->req, s->api, 200, op);
}

void dw_api_session_create(struct dw_http_req *req, void *data)
{
	static const char *const known[] = { "username", "password", NULL };
	struct dw_api *api = data;
	struct dw_account *a = dw_engine_account(api->engine);
	struct sign_in *s = dw_arena_alloc(req->arena, sizeof(*s));
	json_t *o = dw_api_object(req, known);
	struct dw_principal before;
	struct dw_str name;

	if (o == NULL)
		return;
	if (!dw_api_string(req, o, "username", 1, 256, &name) ||
	    !dw_api_string(req, o, "password", 1, DW_PASSWORD_MAX, &s->op.password)) {
		api_wipe(NULL, o, "password");
		json_decref(o);
		return;
	}
	s->req = req;
	s->api = api;
	api_fill_op(&s->op, req);
	s->op.who = (struct dw_principal){ .kind = DW_NOBODY };
	s->op.name = dw_str_make(dw_arena_strdup(req->arena, name), name.n);
	s->op.cb = on_signed_in;
	if (dw_account_by_session(a, api_cookie(req, api), false, &before))
		s->op.replaces = before.session;
	dw_account_sign_in(a, &s->op);
	api_wipe(req, o, "password");
	json_decref(o);
}

/* ---- GET, DELETE /session ---- */

void dw_api_session_get(struct dw_http_req *req, void *data)
{
	struct dw_api *api = data;
	const struct dw_principal *who = dw_api_who(req);
	struct dw_user_info u = { .name = DW_STR("operator"), .roles = DW_ROLE_ADMIN };
	char csrf[DW_SECRET_TEXT] = "";

	if (who->kind == DW_USER) {
		if (!dw_account_user(dw_engine_account(api->engine), who->id, &u)) {
			dw_api_refuse(req, DW_EAUTH, "the account is gone");
			return;
		}
		dw_account_csrf(api_cookie(req, api), csrf);
	}
	reply_who(req, 200, &u, csrf);
	sodium_memzero(csrf, sizeof(csrf));
}

static void reply_ended(struct dw_http_req *req, const struct dw_api *api, bool is_own)
{
	if (is_own)
		api_set_cookie(req, api, "");
	dw_http_reply(req, 204, NULL, dw_str_make(NULL, 0));
}

static void on_ended(struct dw_account_op *op)
{
	struct sign_in *s = DW_CONTAINER_OF(op, struct sign_in, op);

	if (op->status < 0 && op->status != DW_ENOTFOUND)
		api_refuse_op(s->req, op);
	else /* ended by somebody else meanwhile: that is what was wanted */
		reply_ended(s->req, s->api, op->id == op->who.session);
}

static void end_session(struct dw_http_req *req, struct dw_api *api, uint64_t id)
{
	struct sign_in *s = dw_arena_alloc(req->arena, sizeof(*s));

	s->req = req;
	s->api = api;
	api_fill_op(&s->op, req);
	s->op.id = id;
	s->op.reason = id == s->op.who.session ? "signed_out" : "revoked";
	s->op.cb = on_ended;
	dw_account_session_end(dw_engine_account(api->engine), &s->op);
}

void dw_api_session_delete(struct dw_http_req *req, void *data)
{
	struct dw_api *api = data;
	const struct dw_principal *who = dw_api_who(req);

	if (who->kind == DW_USER)
		end_session(req, api, who->session);
	else
		reply_ended(req, api, false); /* the operator has none */
}

/* ---- /sessions ---- */

struct list {
	struct dw_jsonw w;
	uint64_t current;
};

static bool add_session(void *data, const struct dw_session_info *s)
{
	struct list *l = data;

	dw_jsonw_obj(&l->w);
	dw_jsonw_ku64(&l->w, "id", s->id);
	dw_jsonw_ktime(&l->w, "created_at", s->created_at);
	dw_jsonw_ktime(&l->w, "last_seen_at", s->seen_at);
	dw_jsonw_ktime(&l->w, "expires_at", s->expires_at);
	dw_jsonw_kstr(&l->w, "peer", s->peer);
	if (s->user_agent.n > 0)
		dw_jsonw_kstr(&l->w, "user_agent", s->user_agent);
	dw_jsonw_kbool(&l->w, "current", s->id == l->current);
	dw_jsonw_obj_end(&l->w);
	return true;
}

static bool may_administer(const struct dw_principal *who)
{
	return dw_policy_check(who, DW_RIGHT_ADMIN, NULL) == 0;
}

/* Whose sessions: one's own, or with ?user= anybody's for an admin. */
static bool whose(struct dw_http_req *req, uint64_t *user)
{
	static const char *const known[] = { "user", NULL };
	const struct dw_principal *who = dw_api_who(req);
	struct dw_err err = { 0 };
	struct dw_str text;
	int rc = dw_http_query_only(req, known, &err);

	*user = who->id;
	if (rc < 0) {
		dw_api_refuse_err(req, &err);
		return false;
	}
	rc = dw_http_query(req, "user", &text);
	if (rc == DW_ENOTFOUND)
		return true;
	if (rc < 0 || dw_str_u64(text, user) < 0) {
		dw_api_refuse(req, DW_EINVAL, "user must be the id of an account");
		return false;
	}
	if (*user != who->id && dw_policy_check(who, DW_RIGHT_ADMIN, &err) < 0) {
		dw_api_refuse_err(req, &err);
		return false;
	}
	return true;
}

void dw_api_sessions_list(struct dw_http_req *req, void *data)
{
	struct dw_api *api = data;
	struct list l = { .current = dw_api_who(req)->session };
	struct dw_buf b;
	uint64_t user;

	if (!whose(req, &user))
		return;
	dw_buf_init(&b, 256 * 1024);
	dw_jsonw_init(&l.w, &b);
	dw_jsonw_obj(&l.w);
	dw_jsonw_key(&l.w, "items");
	dw_jsonw_arr(&l.w);
	dw_account_each_session(dw_engine_account(api->engine), user, add_session, &l);
	dw_jsonw_arr_end(&l.w);
	dw_jsonw_obj_end(&l.w);
	DW_INVARIANT(dw_jsonw_end(&l.w) == 0);
	dw_api_reply_json(req, 200, &b);
	dw_buf_fini(&b);
}

void dw_api_sessions_delete(struct dw_http_req *req, void *data)
{
	struct dw_api *api = data;
	const struct dw_principal *who = dw_api_who(req);
	struct dw_session_info s;
	uint64_t id;

	if (!api_path_id(req, &id))
		return;
	if (!dw_account_session(dw_engine_account(api->engine), id, &s) ||
	    (s.user != who->id && !may_administer(who))) {
		/* whether somebody else has such a session is not for everybody to know */
		dw_api_refuse(req, DW_ENOTFOUND, "you have no session of this id");
		return;
	}
	end_session(req, api, id);
}
