/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * users.c - accounts, for admins and the operator.
 *
 * A generated password is in the answer to the request that made it and nowhere else; a repeat of
 * that request under its Idempotency-Key is told so.
 */
#include "account_int.h"

#include "once_int.h"

#include <sodium.h>
#include <stdlib.h>

#define ROLES "admin, lead, drafter, approver, observer"

/* One command about an account; in the request's arena. */
struct user_req {
	struct dw_account_op op;
	struct dw_http_req *req;
	struct dw_api *api;
	json_t *body; /* owned until the answer: the op borrows its strings */
	struct dw_buf out;
};

/* ---- what is shared ---- */

bool api_path_id(struct dw_http_req *req, uint64_t *id)
{
	if (dw_str_u64(req->params[0], id) == 0 && *id > 0)
		return true;
	dw_api_refuse(req, DW_ENOTFOUND, "there is nothing of this id");
	return false;
}

void api_write_roles(struct dw_jsonw *w, unsigned roles)
{
	dw_jsonw_key(w, "roles");
	dw_jsonw_arr(w);
	for (unsigned i = 0; dw_role_name(i) != NULL; i++)
		if ((roles & (1u << i)) != 0)
			dw_jsonw_str(w, dw_str_of(dw_role_name(i)));
	dw_jsonw_arr_end(w);
}

void api_write_groups(struct dw_jsonw *w, struct dw_str groups)
{
	struct dw_str part;

	dw_jsonw_key(w, "groups");
	dw_jsonw_arr(w);
	while (dw_str_split(&groups, ',', &part))
		dw_jsonw_str(w, part);
	dw_jsonw_arr_end(w);
}

bool api_read_bits(struct dw_http_req *req, json_t *o, const char *key, bool is_required,
		   unsigned (*bit)(struct dw_str name), const char *all, unsigned *out)
{
	json_t *list = json_object_get(o, key), *v;
	size_t i;

	*out = 0;
	if (list == NULL && !is_required)
		return true;
	if (!json_is_array(list)) {
		struct dw_str at = dw_arena_printf(req->arena, "/%s", key);

		dw_api_refuse_at(req, DW_EINVAL, at.p, "%s must be a list of: %s", key,
				 all);
		return false;
	}
	json_array_foreach(list, i, v) {
		unsigned one = bit(dw_str_of(json_string_value(v)));
		struct dw_str at = dw_arena_printf(req->arena, "/%s/%zu", key, i);

		if (one == 0) {
			dw_api_refuse_at(req, DW_EINVAL, at.p,
					 "there is no such one; there are: %s", all);
			return false;
		}
		*out |= one;
	}
	if (*out == 0)
		dw_api_refuse_at(req, DW_EINVAL,
				 dw_arena_printf(req->arena, "/%s", key).p,
				 "give at least one of: %s", all);
	return *out != 0;
}

/* ---- reading ---- */

static bool add_group(struct dw_http_req *req, struct dw_buf *b, json_t *v, size_t i)
{
	struct dw_str at = dw_arena_printf(req->arena, "/groups/%zu", i);
	struct dw_str s = { "", 0 };

	if (json_is_string(v))
		s = dw_str_make(json_string_value(v), json_string_length(v));
	if (s.n == 0 || memchr(s.p, ',', s.n) != NULL) {
		dw_api_refuse_at(req, DW_EINVAL, at.p,
				 "a group is a text without a comma, and not empty");
		return false;
	}
	if ((b->len > 0 && dw_buf_addc(b, ',') < 0) || dw_buf_add(b, s.p, s.n) < 0) {
		dw_api_refuse_at(req, DW_EINVAL, "/groups", "there are too many groups");
		return false;
	}
	return true;
}

/* ["legal","comms"] → "legal,comms" in the arena. */
static bool read_groups(struct dw_http_req *req, json_t *o, struct dw_str *out)
{
	json_t *list = json_object_get(o, "groups"), *v;
	struct dw_buf b;
	bool ok = true;
	size_t i;

	*out = dw_str_make("", 0);
	if (list == NULL)
		return true;
	if (!json_is_array(list)) {
		dw_api_refuse_at(req, DW_EINVAL, "/groups",
				 "groups must be a list of texts");
		return false;
	}
	dw_buf_init(&b, DW_GROUPS_MAX - 1);
	json_array_foreach(list, i, v) {
		ok = add_group(req, &b, v, i);
		if (!ok)
			break;
	}
	if (ok && b.len > 0)
		*out = dw_str_make(dw_arena_strdup(req->arena, dw_buf_str(&b)), b.len);
	dw_buf_fini(&b);
	return ok;
}

static bool read_password(struct dw_http_req *req, json_t *o, struct dw_str *out)
{
	*out = dw_str_make(NULL, 0);
	return json_object_get(o, "password") == NULL ||
	       dw_api_string(req, o, "password", 1, DW_PASSWORD_MAX, out);
}

/* ---- answering ---- */

static void write_user(struct dw_jsonw *w, const struct dw_user_info *u,
		       const char *password)
{
	dw_jsonw_obj(w);
	dw_jsonw_ku64(w, "id", u->id);
	dw_jsonw_ku64(w, "version", u->version);
	dw_jsonw_kstr(w, "name", u->name);
	api_write_roles(w, u->roles);
	api_write_groups(w, u->groups);
	dw_jsonw_kbool(w, "disabled", u->is_disabled);
	dw_jsonw_ktime(w, "created_at", u->created_at);
	if (password != NULL)
		dw_jsonw_kstr(w, "password", dw_str_of(password));
	dw_jsonw_obj_end(w);
}

static void reply_user(struct dw_http_req *req, struct dw_api *api, int status,
		       uint64_t id)
{
	struct dw_user_info u;
	struct dw_jsonw w;
	struct dw_buf b;

	if (!dw_account_user(dw_engine_account(api->engine), id, &u)) {
		dw_api_refuse(req, DW_ENOTFOUND, "there is no account of this id");
		return;
	}
	dw_buf_init(&b, 32768);
	dw_jsonw_init(&w, &b);
	write_user(&w, &u, NULL);
	DW_INVARIANT(dw_jsonw_end(&w) == 0);
	dw_api_tag(req, u.version);
	dw_api_reply_json(req, status, &b);
	dw_buf_fini(&b);
}

void api_list_begin(struct dw_jsonw *w, struct dw_buf *b)
{
	dw_buf_init(b, 64u * 1024 * 1024);
	dw_jsonw_init(w, b);
	dw_jsonw_obj(w);
	dw_jsonw_key(w, "items");
	dw_jsonw_arr(w);
}

void api_list_reply(struct dw_http_req *req, struct dw_jsonw *w, const char *what)
{
	dw_jsonw_arr_end(w);
	dw_jsonw_obj_end(w);
	if (dw_jsonw_end(w) < 0)
		dw_api_refuse(req, DW_EINTERNAL, "there are too many %s to list", what);
	else
		dw_api_reply_json(req, 200, w->b);
	dw_buf_fini(w->b);
}

static bool add_item(void *data, const struct dw_user_info *u)
{
	write_user(data, u, NULL);
	return true;
}

void dw_api_users_list(struct dw_http_req *req, void *data)
{
	struct dw_api *api = data;
	struct dw_jsonw w;
	struct dw_buf b;

	api_list_begin(&w, &b);
	dw_account_each_user(dw_engine_account(api->engine), add_item, &w);
	api_list_reply(req, &w, "accounts");
}

/* What everybody may know of the others, to give them a task or an office. */
static bool add_person(void *data, const struct dw_user_info *u)
{
	struct dw_jsonw *w = data;

	if (u->is_disabled)
		return true;
	dw_jsonw_obj(w);
	dw_jsonw_ku64(w, "id", u->id);
	dw_jsonw_kstr(w, "name", u->name);
	api_write_roles(w, u->roles);
	api_write_groups(w, u->groups);
	dw_jsonw_obj_end(w);
	return true;
}

void dw_api_people_list(struct dw_http_req *req, void *data)
{
	static const char *const none[] = { NULL };
	struct dw_api *api = data;
	struct dw_err err = { 0 };
	struct dw_jsonw w;
	struct dw_buf b;

	if (dw_http_query_only(req, none, &err) < 0) {
		dw_api_refuse_err(req, &err);
		return;
	}
	api_list_begin(&w, &b);
	dw_account_each_user(dw_engine_account(api->engine), add_person, &w);
	api_list_reply(req, &w, "people");
}

/* ---- POST /users ---- */

/* Rendered from the record, not from the live state: on the writer that is not there yet. */
static void render_added(struct user_req *r)
{
	const struct dw_account_op *op = &r->op;
	const struct dw_user_info u = { .id = op->recs[0].seq,
					.version = op->recs[0].seq,
					.name = op->name,
					.groups = op->groups,
					.roles = op->roles,
					.created_at = op->recs[0].recorded_at };
	struct dw_jsonw w;

	dw_buf_clear(&r->out);
	dw_jsonw_init(&w, &r->out);
	write_user(&w, &u, op->is_generated ? op->secret : NULL);
	DW_INVARIANT(dw_jsonw_end(&w) == 0);
}

static int keep_added_on_writer(struct dw_account_op *op, struct dw_db *db,
				struct dw_err *err)
{
	struct user_req *r = DW_CONTAINER_OF(op, struct user_req, op);

	if (op->is_generated)
		return dw_once_keep_secret_on_writer(r->req, db, err);
	render_added(r);
	return dw_once_keep_on_writer(r->req, db, 201, dw_buf_str(&r->out), err);
}

/* The reply ends the request and the arena that `r` lies in: what is needed after it is taken
 * out first. */
static void on_added(struct dw_account_op *op)
{
	struct user_req *r = DW_CONTAINER_OF(op, struct user_req, op);
	struct dw_buf out;

	if (op->status < 0) {
		json_decref(r->body);
		dw_buf_fini(&r->out);
		api_refuse_op(r->req, op);
		return;
	}
	render_added(r);
	out = r->out;
	json_decref(r->body);
	sodium_memzero(op->secret, sizeof(op->secret));
	dw_api_tag(r->req, op->version);
	dw_api_reply_json(r->req, 201, &out);
	sodium_memzero(out.p, out.len);
	dw_buf_fini(&out);
}

static struct user_req *make_req(struct dw_http_req *req, struct dw_api *api, json_t *o,
				 dw_account_cb cb)
{
	struct user_req *r = dw_arena_alloc(req->arena, sizeof(*r));

	r->req = req;
	r->api = api;
	r->body = o;
	dw_buf_init(&r->out, 32768);
	api_fill_op(&r->op, req);
	r->op.cb = cb;
	return r;
}

static void create(struct dw_http_req *req, void *data)
{
	static const char *const known[] = { "name", "roles", "groups", "password",
					     NULL };
	struct dw_api *api = data;
	json_t *o = dw_api_object(req, known);
	struct user_req *r;

	if (o == NULL)
		return;
	r = make_req(req, api, o, on_added);
	if (!dw_api_string(req, o, "name", 1, 64, &r->op.name) ||
	    !api_read_bits(req, o, "roles", true, dw_role_bit, ROLES, &r->op.roles) ||
	    !read_groups(req, o, &r->op.groups) ||
	    !read_password(req, o, &r->op.password)) {
		api_wipe(NULL, o, "password");
		json_decref(o);
		return;
	}
	r->op.also_on_writer = keep_added_on_writer;
	dw_api_command(req, api, r->op.command);
	dw_account_user_add(dw_engine_account(api->engine), &r->op);
	api_wipe(req, o, "password");
}

/* The kept digest of a request must not be a fast hash of a password: it is taken over a keyed
 * one, whose key is not in the database. */
void dw_api_users_create(struct dw_http_req *req, void *data)
{
	struct dw_api *api = data;
	char *digest = dw_arena_alloc(req->arena, 32);

	crypto_generichash((uint8_t *)digest, 32,
			   (const uint8_t *)(req->body.n > 0 ? req->body.p : ""),
			   req->body.n, dw_engine_identity_key(api->engine), 32);
	dw_api_once(req, api, dw_str_make(digest, 32), create);
}

/* ---- PATCH /users/{id} ---- */

static bool read_disabled(struct dw_http_req *req, json_t *o, struct dw_account_op *op)
{
	json_t *v = json_object_get(o, "disabled");

	if (v != NULL && !json_is_boolean(v)) {
		dw_api_refuse_at(req, DW_EINVAL, "/disabled",
				 "disabled must be true or false");
		return false;
	}
	op->is_disabled = json_is_true(v);
	return true;
}

static unsigned what_is_set(json_t *o)
{
	unsigned set = 0;

	set |= json_object_get(o, "roles") != NULL ? DW_SET_ROLES : 0;
	set |= json_object_get(o, "groups") != NULL ? DW_SET_GROUPS : 0;
	set |= json_object_get(o, "disabled") != NULL ? DW_SET_DISABLED : 0;
	set |= json_object_get(o, "password") != NULL ? DW_SET_PASSWORD : 0;
	return set;
}

static void on_changed(struct dw_account_op *op)
{
	struct user_req *r = DW_CONTAINER_OF(op, struct user_req, op);

	json_decref(r->body);
	if (op->status == DW_EMOVED)
		reply_user(r->req, r->api, dw_err_status(DW_EMOVED), op->id);
	else if (op->status < 0)
		api_refuse_op(r->req, op);
	else
		reply_user(r->req, r->api, 200, op->id);
}

void dw_api_users_patch(struct dw_http_req *req, void *data)
{
	static const char *const known[] = { "roles", "groups", "disabled", "password",
					     NULL };
	struct dw_api *api = data;
	uint64_t id, version;
	struct dw_user_info u = { .id = 0 };
	struct user_req *r;
	json_t *o;

	if (!api_path_id(req, &id))
		return;
	(void)dw_account_user(dw_engine_account(api->engine), id, &u);
	if (!api_if_match(req, u.version, &version))
		return;
	o = dw_api_object(req, known);
	if (o == NULL)
		return;
	r = make_req(req, api, o, on_changed);
	if (!api_read_bits(req, o, "roles", false, dw_role_bit, ROLES, &r->op.roles) ||
	    !read_groups(req, o, &r->op.groups) || !read_disabled(req, o, &r->op) ||
	    !read_password(req, o, &r->op.password)) {
		api_wipe(NULL, o, "password");
		json_decref(o);
		return;
	}
	r->op.id = id;
	r->op.version = version;
	r->op.set = what_is_set(o);
	dw_account_user_change(dw_engine_account(api->engine), &r->op);
	api_wipe(req, o, "password");
}
