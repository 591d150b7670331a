/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * account_user.c - accounts: added, changed, disabled; never removed, because the journal goes on
 * naming them.
 *
 * A change may touch roles, groups, password and being disabled at once: up to three events in
 * one append, so that nobody sees half of it. What is the same already makes no event.
 *
 * Names are compared in ASCII lower case only. Folding all of Unicode would make the rule depend
 * on its version, and a name that was free would be taken after an upgrade.
 */
#include "account_int.h"

#include "domain/decide.h"

#include <stdlib.h>

/* Code points that a name may not hold: controls, blanks, and marks that change direction. The
 * two joiners between are letters' business in Persian and stay. */
static const struct {
	unsigned first, last;
} not_in_names[] = {
	{ 0x00, 0x20 },	    { 0x7f, 0xa0 },	{ 0x61c, 0x61c },   { 0x1680, 0x1680 },
	{ 0x2000, 0x200b }, { 0x200e, 0x200f }, { 0x2028, 0x202f }, { 0x205f, 0x206f },
	{ 0x3000, 0x3000 }, { 0xfeff, 0xfeff },
};

/* The code point at p, of n bytes of valid UTF-8. */
static unsigned code_point(const unsigned char *p, size_t n)
{
	unsigned c = n == 1 ? p[0] : p[0] & (0x7fu >> n);

	for (size_t i = 1; i < n; i++)
		c = c << 6 | (p[i] & 0x3fu);
	return c;
}

static bool is_bad_in_name(unsigned c)
{
	for (size_t i = 0; i < sizeof(not_in_names) / sizeof(not_in_names[0]); i++)
		if (c >= not_in_names[i].first && c <= not_in_names[i].last)
			return true;
	return false;
}

static size_t width(unsigned char c)
{
	return c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

static bool is_name(struct dw_str s)
{
	if (!dw_utf8_valid(s) || s.n == 0 || dw_utf8_count(s) > NAME_CHARS)
		return false;
	for (size_t i = 0, n; i < s.n; i += n) {
		n = width((unsigned char)s.p[i]);
		if (is_bad_in_name(code_point((const unsigned char *)s.p + i, n)))
			return false;
	}
	return true;
}

static int check_name(struct dw_account_op *op)
{
	if (is_name(op->name))
		return 0;
	return op_refuse(
		op, DW_EINVAL, "/name",
		"a name has 1 to %d characters, without blanks or control characters",
		NAME_CHARS);
}

static bool is_group(struct dw_str s)
{
	if (s.n == 0 || !dw_utf8_valid(s) || dw_utf8_count(s) > 32)
		return false;
	if (s.p[0] == ' ' || s.p[s.n - 1] == ' ')
		return false;
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f || s.p[i] == ',')
			return false;
	return true;
}

static int check_groups(struct dw_account_op *op)
{
	struct dw_str rest = op->groups, part;
	unsigned n = 0;

	if (rest.n > 0 && rest.p[rest.n - 1] == ',')
		return op_refuse(op, DW_EINVAL, "/groups",
				 "the list of groups ends in a comma");
	if (op->groups.n >= DW_GROUPS_MAX)
		return op_refuse(op, DW_EINVAL, "/groups", "there are too many groups");
	while (dw_str_split(&rest, ',', &part)) {
		if (!is_group(part))
			return op_refuse(
				op, DW_EINVAL, "/groups",
				"a group has 1 to 32 characters, without commas or "
				"control characters");
		if (++n > 16)
			return op_refuse(op, DW_EINVAL, "/groups",
					 "there are more than 16 groups");
	}
	return 0;
}

static unsigned count_admins(const struct dw_account *a)
{
	unsigned n = 0;

	DW_LIST_EACH(l, &((struct dw_account *)(uintptr_t)a)->users) {
		const struct user *u = DW_CONTAINER_OF(l, struct user, link);

		n += !u->is_disabled && (u->roles & DW_ROLE_ADMIN) != 0;
	}
	return n;
}

bool dw_account_has_admin(const struct dw_account *a)
{
	return count_admins(a) > 0;
}

/* ---- adding ---- */

static int check_add(struct dw_account_op *op)
{
	if (op->is_first_admin && dw_account_has_admin(op->account))
		return op_refuse(op, DW_EEXISTS, NULL,
				 "there is an admin already, who can add accounts");
	if (account_find_name(op->account, op->name) != NULL)
		return op_refuse(op, DW_EEXISTS, "/name",
				 "an account of this name exists already");
	return 0;
}

static int decide_add(struct dw_account_op *op)
{
	struct account_event ev = { .type = DW_EV_USER_ADDED, .roles = op->roles };
	int rc = check_add(op);

	if (rc < 0)
		return rc;
	account_copy(ev.name, sizeof(ev.name), op->name);
	account_copy(ev.groups, sizeof(ev.groups), op->groups);
	op_event(op, &ev);
	return 0;
}

static int add_rows_on_writer(struct dw_account_op *op, struct dw_db *db,
			      struct dw_err *err)
{
	return row_put_password(db, op->recs[0].seq, op->hash, op->recs[0].recorded_at,
				err);
}

static void on_added(struct dw_account_op *op)
{
	struct user *u = dw_map_get_u64(op->account->user_by_id, op->recs[0].seq);

	op->id = op->recs[0].seq;
	if (u != NULL)
		memcpy(u->hash, op->hash, sizeof(u->hash));
}

void dw_account_user_add(struct dw_account *a, struct dw_account_op *op)
{
	struct dw_str password = op->password;
	int rc;

	op_start(a, op);
	op->decide = decide_add;
	op->rows_on_writer = add_rows_on_writer;
	op->on_committed = on_added;
	op->on_password = op_commit;
	rc = check_name(op);
	if (rc == 0)
		rc = check_groups(op);
	if (rc == 0)
		rc = check_add(op);
	if (rc == 0 && password.n == 0) {
		password_generate(op);
		op->is_generated = true;
		password = dw_str_of(op->secret);
	} else if (rc == 0 && (rc = password_check(op->name, password, &op->err)) < 0) {
		op->at = "/password";
	}
	if (rc == 0)
		rc = password_hash(op, password);
	if (rc < 0)
		op_finish(op, rc);
}

/* ---- changing ---- */

/* The last admin can only go by the operator's hand, who can make another one. */
static int check_last_admin(struct dw_account_op *op, const struct user *u)
{
	unsigned roles = (op->set & DW_SET_ROLES) != 0 ? op->roles : u->roles;
	bool is_disabled =
		(op->set & DW_SET_DISABLED) != 0 ? op->is_disabled : u->is_disabled;

	if (op->who.kind == DW_OPERATOR || u->is_disabled ||
	    (u->roles & DW_ROLE_ADMIN) == 0)
		return 0;
	if (!is_disabled && (roles & DW_ROLE_ADMIN) != 0)
		return 0;
	if (count_admins(op->account) > 1)
		return 0;
	return op_refuse(op, DW_EUNPROCESSABLE, is_disabled ? "/disabled" : "/roles",
			 "this is the last admin: make another one first");
}

static int check_change(struct dw_account_op *op, struct user **out)
{
	struct user *u = dw_map_get_u64(op->account->user_by_id, op->id);

	*out = u;
	if (u == NULL)
		return op_refuse(op, DW_ENOTFOUND, NULL, "there is no account %llu",
				 (unsigned long long)op->id);
	if (op->version != 0 && op->version != u->version)
		return op_refuse(op, DW_EMOVED, NULL,
				 "the account has changed: it is at %llu now",
				 (unsigned long long)u->version);
	return check_last_admin(op, u);
}

static int decide_change(struct dw_account_op *op)
{
	struct account_event ev = { .user = op->id };
	struct user *u;
	int rc = check_change(op, &u);

	if (rc < 0)
		return rc;
	ev.roles = (op->set & DW_SET_ROLES) != 0 ? op->roles : u->roles;
	account_copy(ev.groups, sizeof(ev.groups),
		     (op->set & DW_SET_GROUPS) != 0 ? op->groups : dw_str_of(u->groups));
	if (ev.roles != u->roles || strcmp(ev.groups, u->groups) != 0) {
		ev.type = DW_EV_USER_ROLES_CHANGED;
		op_event(op, &ev);
	}
	if ((op->set & DW_SET_PASSWORD) != 0) {
		ev.type = DW_EV_USER_PASSWORD_CHANGED;
		op_event(op, &ev);
	}
	if ((op->set & DW_SET_DISABLED) != 0 && op->is_disabled != u->is_disabled) {
		ev.type = op->is_disabled ? DW_EV_USER_DISABLED : DW_EV_USER_ENABLED;
		op_event(op, &ev);
	}
	if (op->append.n == 0)
		op->version = u->version; /* nothing to do is done */
	return 0;
}

static int change_rows_on_writer(struct dw_account_op *op, struct dw_db *db,
				 struct dw_err *err)
{
	bool ends = (op->set & DW_SET_PASSWORD) != 0 ||
		    ((op->set & DW_SET_DISABLED) != 0 && op->is_disabled);
	int rc = 0;

	if ((op->set & DW_SET_PASSWORD) != 0)
		rc = row_put_password(db, op->id, op->hash, op->recs[0].recorded_at, err);
	if (rc == 0 && ends)
		rc = row_drop_sessions_of(db, op->id, err);
	return rc;
}

static void on_changed(struct dw_account_op *op)
{
	struct user *u = dw_map_get_u64(op->account->user_by_id, op->id);

	if (u != NULL && (op->set & DW_SET_PASSWORD) != 0)
		memcpy(u->hash, op->hash, sizeof(u->hash));
}

void dw_account_user_change(struct dw_account *a, struct dw_account_op *op)
{
	struct user *u;
	int rc;

	op_start(a, op);
	op->decide = decide_change;
	op->rows_on_writer = change_rows_on_writer;
	op->on_committed = on_changed;
	op->on_password = op_commit;
	rc = check_change(op, &u);
	if (rc == 0 && (op->set & DW_SET_GROUPS) != 0)
		rc = check_groups(op);
	if (rc == 0 && (op->set & DW_SET_PASSWORD) != 0) {
		rc = password_check(dw_str_of(u->name), op->password, &op->err);
		op->at = rc < 0 ? "/password" : NULL;
		if (rc == 0)
			rc = password_hash(op, op->password);
		if (rc == 0)
			return;
	}
	if (rc < 0)
		op_finish(op, rc);
	else
		op_commit(op);
}

/* ---- lists ---- */

static struct dw_user_info info_of(const struct user *u)
{
	return (struct dw_user_info){ .id = u->id,
				      .version = u->version,
				      .name = dw_str_of(u->name),
				      .groups = dw_str_of(u->groups),
				      .roles = u->roles,
				      .is_disabled = u->is_disabled,
				      .created_at = u->created_at };
}

void dw_account_each_user(const struct dw_account *a,
			  bool (*fn)(void *data, const struct dw_user_info *u),
			  void *data)
{
	DW_LIST_EACH(l, &((struct dw_account *)(uintptr_t)a)->users) {
		struct dw_user_info i = info_of(DW_CONTAINER_OF(l, struct user, link));

		if (!fn(data, &i))
			return;
	}
}

bool dw_account_user(const struct dw_account *a, uint64_t id, struct dw_user_info *out)
{
	const struct user *u = dw_map_get_u64(a->user_by_id, id);

	if (u != NULL)
		*out = info_of(u);
	return u != NULL;
}

static bool is_active(void *ctx, uint64_t id)
{
	struct dw_user_info u;

	return dw_account_user(ctx, id, &u) && !u.is_disabled;
}

static struct dw_str groups(void *ctx, uint64_t id)
{
	struct dw_user_info u;

	return dw_account_user(ctx, id, &u) ? u.groups : dw_str_make("", 0);
}

static unsigned roles(void *ctx, uint64_t id)
{
	struct dw_user_info u;

	return dw_account_user(ctx, id, &u) && !u.is_disabled ? u.roles : 0;
}

struct dw_people dw_account_people(struct dw_account *a)
{
	return (struct dw_people){ is_active, groups, a, roles };
}
