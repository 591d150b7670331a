/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * account_json.c - payloads of user.*, token.* and session.* events.
 *
 *   user.added             {name,roles,groups}
 *   user.roles_changed     {user,roles,groups}          as they are from now on
 *   user.password_changed, user.disabled, user.enabled  {user}
 *   token.added            {name,scopes}
 *   token.revoked          {token}
 *   session.started        {user,peer}
 *   session.ended          {session,reason,user}
 *   session.refused        {reason,user?,peer?,count?}  count: so many more, only counted
 *
 * No payload holds a password, a token, a session's value, or a name that somebody typed and no
 * account has: people type passwords into name fields.
 */
#include "account_int.h"

#include <jansson.h>

/* Which members a type has. */
enum {
	HAS_NAME = 1,
	HAS_ROLES = 2,
	HAS_SCOPES = 4,
	HAS_USER = 8,
	HAS_TOKEN = 16,
	HAS_PEER = 32,
	HAS_SESSION = 64,
	HAS_REASON = 128,
	HAS_COUNT = 256
};

static unsigned members(enum dw_event_type t)
{
	static const unsigned table[DW_EV_COUNT + 1] = {
		[DW_EV_USER_ADDED] = HAS_NAME | HAS_ROLES,
		[DW_EV_USER_ROLES_CHANGED] = HAS_USER | HAS_ROLES,
		[DW_EV_USER_PASSWORD_CHANGED] = HAS_USER,
		[DW_EV_USER_DISABLED] = HAS_USER,
		[DW_EV_USER_ENABLED] = HAS_USER,
		[DW_EV_TOKEN_ADDED] = HAS_NAME | HAS_SCOPES,
		[DW_EV_TOKEN_REVOKED] = HAS_TOKEN,
		[DW_EV_SESSION_STARTED] = HAS_USER | HAS_PEER,
		[DW_EV_SESSION_ENDED] = HAS_SESSION | HAS_USER | HAS_REASON,
		[DW_EV_SESSION_REFUSED] = HAS_REASON | HAS_USER | HAS_PEER | HAS_COUNT,
	};

	return table[t];
}

static bool moves_roles(enum dw_event_type t)
{
	return (members(t) & (HAS_SESSION | HAS_PEER)) == 0;
}

const char *account_scope_name(unsigned index)
{
	static const char *const names[] = { "ingest", "read", "act" };

	return index < sizeof(names) / sizeof(names[0]) ? names[index] : NULL;
}

static void write_bits(struct dw_jsonw *w, const char *key, unsigned bits,
		       const char *(*name)(unsigned index))
{
	dw_jsonw_key(w, key);
	dw_jsonw_arr(w);
	for (unsigned i = 0; name(i) != NULL; i++)
		if ((bits & (1u << i)) != 0)
			dw_jsonw_str(w, dw_str_of(name(i)));
	dw_jsonw_arr_end(w);
}

static void write_groups(struct dw_jsonw *w, struct dw_str groups)
{
	struct dw_str part;

	dw_jsonw_key(w, "groups");
	dw_jsonw_arr(w);
	while (dw_str_split(&groups, ',', &part))
		dw_jsonw_str(w, part);
	dw_jsonw_arr_end(w);
}

static void write_members(struct dw_jsonw *w, const struct account_event *ev,
			  unsigned has)
{
	if ((has & HAS_NAME) != 0)
		dw_jsonw_kstr(w, "name", dw_str_of(ev->name));
	if ((has & HAS_SESSION) != 0)
		dw_jsonw_ku64(w, "session", ev->session);
	if ((has & HAS_REASON) != 0)
		dw_jsonw_kstr(w, "reason", dw_str_of(ev->reason));
	if ((has & HAS_USER) != 0 && ev->user != 0)
		dw_jsonw_ku64(w, "user", ev->user);
	if ((has & HAS_TOKEN) != 0)
		dw_jsonw_ku64(w, "token", ev->token);
	if ((has & HAS_ROLES) != 0) {
		write_bits(w, "roles", ev->roles, dw_role_name);
		write_groups(w, dw_str_of(ev->groups));
	}
	if ((has & HAS_SCOPES) != 0)
		write_bits(w, "scopes", ev->scopes, account_scope_name);
	if ((has & HAS_PEER) != 0 && ev->peer[0] != '\0')
		dw_jsonw_kstr(w, "peer", dw_str_of(ev->peer));
	if ((has & HAS_COUNT) != 0 && ev->count > 0)
		dw_jsonw_ku64(w, "count", ev->count);
}

void account_event_encode(const struct account_event *ev, struct dw_record *rec)
{
	struct dw_jsonw w;
	struct dw_buf b;

	dw_buf_init(&b, 16384);
	dw_jsonw_init(&w, &b);
	dw_jsonw_obj(&w);
	write_members(&w, ev, members(ev->type));
	dw_jsonw_obj_end(&w);
	DW_INVARIANT(dw_jsonw_end(&w) == 0);
	rec->type = dw_event_info(ev->type)->name;
	rec->type_version = (uint16_t)dw_event_info(ev->type)->version;
	rec->moves = moves_roles(ev->type) ? DW_KEY_ROLES : DW_KEY_NONE;
	rec->payload = dw_blob_new(b.p, b.len);
	dw_buf_fini(&b);
}

/* ---- reading ---- */

static bool read_str(json_t *o, const char *key, char *out, size_t cap)
{
	json_t *v = json_object_get(o, key);

	if (!json_is_string(v) || json_string_length(v) >= cap)
		return false;
	account_copy(out, cap, dw_str_make(json_string_value(v), json_string_length(v)));
	return true;
}

static uint64_t read_u64(json_t *o, const char *key)
{
	json_t *v = json_object_get(o, key);

	return json_is_integer(v) && json_integer_value(v) > 0
		       ? (uint64_t)json_integer_value(v)
		       : 0;
}

static unsigned read_bits(json_t *o, const char *key, unsigned (*bit)(struct dw_str name))
{
	unsigned bits = 0;
	size_t i;
	json_t *v;

	json_array_foreach(json_object_get(o, key), i, v)
		bits |= bit(dw_str_of(json_string_value(v)));
	return bits;
}

static bool read_groups(json_t *o, char out[DW_GROUPS_MAX])
{
	size_t i, used = 0;
	json_t *v;

	out[0] = '\0';
	json_array_foreach(json_object_get(o, "groups"), i, v) {
		size_t n = json_string_length(v);

		if (!json_is_string(v) || used + n + 2 > DW_GROUPS_MAX)
			return false;
		if (used > 0)
			out[used++] = ',';
		memcpy(out + used, json_string_value(v), n);
		used += n;
		out[used] = '\0';
	}
	return true;
}

static bool read_members(json_t *o, struct account_event *ev, unsigned has)
{
	if ((has & HAS_NAME) != 0 && !read_str(o, "name", ev->name, sizeof(ev->name)))
		return false;
	if ((has & HAS_ROLES) != 0 && !read_groups(o, ev->groups))
		return false;
	if ((has & HAS_PEER) != 0)
		(void)read_str(o, "peer", ev->peer, sizeof(ev->peer));
	if ((has & HAS_REASON) != 0)
		(void)read_str(o, "reason", ev->reason, sizeof(ev->reason));
	ev->roles = read_bits(o, "roles", dw_role_bit);
	ev->scopes = read_bits(o, "scopes", dw_scope_bit);
	ev->user = read_u64(o, "user");
	ev->token = read_u64(o, "token");
	ev->session = read_u64(o, "session");
	ev->count = read_u64(o, "count");
	return true;
}

bool account_event_decode(const struct dw_stored *e, struct account_event *ev)
{
	json_t *o;
	bool ok;

	memset(ev, 0, sizeof(*ev));
	ev->type = dw_event_by_name(e->type);
	if (members(ev->type) == 0 || e->payload.p == NULL)
		return false;
	o = json_loadb(e->payload.p, e->payload.n, 0, NULL);
	ok = json_is_object(o) && read_members(o, ev, members(ev->type));
	json_decref(o);
	return ok;
}
