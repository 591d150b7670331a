/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * policy.c - who may do what. This is the one place that knows.
 *
 * A right is a row: which roles of a signed-in user give it, which scopes of a token, whether
 * the operator has it. Nothing is inherited: an admin looks after accounts and has no say in
 * what the room writes; a token never administers, because it lies in some script's settings.
 *
 * A refusal names what was tried, why it was refused and who could have done it.
 */
#include "domain/policy.h"

#include <stdio.h>

#define EVERY_ROLE                                                                       \
	(DW_ROLE_ADMIN | DW_ROLE_LEAD | DW_ROLE_DRAFTER | DW_ROLE_APPROVER |             \
	 DW_ROLE_OBSERVER)

/* What opens a right besides roles and scopes. */
enum { ANYBODY = 1, ANY_USER = 2, OPERATOR = 4 };

struct grant {
	unsigned roles;	  /* any of these, users only */
	unsigned scopes;  /* any of these, tokens only */
	unsigned besides; /* ANYBODY, ANY_USER, OPERATOR */
	const char *who;  /* who could */
};

#define X(id, text) [DW_RIGHT_##id] = text,
static const char *const acts[DW_RIGHT_COUNT] = { DW_RIGHT_MAP(X) };
#undef X

static const struct grant grants[DW_RIGHT_COUNT] = {
	[DW_RIGHT_PUBLIC] = { .besides = ANYBODY, .who = "anybody" },
	[DW_RIGHT_SIGNED_IN] = { .besides = ANY_USER | OPERATOR,
				 .who = "anybody who signs in with name and password" },
	[DW_RIGHT_READ] = { .roles = EVERY_ROLE,
			    .scopes = DW_SCOPE_READ,
			    .besides = OPERATOR,
			    .who = "a user with any role, or a token with scope read" },
	[DW_RIGHT_INGEST] = { .scopes = DW_SCOPE_INGEST,
			      .besides = OPERATOR,
			      .who = "a token with scope ingest" },
	[DW_RIGHT_DESK] = { .roles = DW_ROLE_LEAD | DW_ROLE_DRAFTER,
			    .scopes = DW_SCOPE_ACT,
			    .who = "a lead, a drafter, or a token with scope act" },
	[DW_RIGHT_ROOM] = { .roles = DW_ROLE_LEAD | DW_ROLE_DRAFTER | DW_ROLE_APPROVER,
			    .scopes = DW_SCOPE_ACT,
			    .who = "a lead, a drafter, an approver, or a token with scope "
				   "act" },
	[DW_RIGHT_CONTRIBUTE] = { .roles = DW_ROLE_LEAD | DW_ROLE_DRAFTER,
				  .scopes = DW_SCOPE_ACT,
				  .who = "a lead, a drafter, or a token with scope act" },
	[DW_RIGHT_APPROVE] = { .roles = DW_ROLE_APPROVER,
			       .who = "an approver who signed in" },
	[DW_RIGHT_VOUCH] = { .roles = DW_ROLE_ADMIN | DW_ROLE_LEAD | DW_ROLE_APPROVER,
			     .who = "an admin, a lead or an approver who signed in" },
	[DW_RIGHT_COMMAND] = { .roles = DW_ROLE_LEAD,
			       .scopes = DW_SCOPE_ACT,
			       .who = "a lead, or a token with scope act" },
	[DW_RIGHT_ADMIN] = { .roles = DW_ROLE_ADMIN,
			     .besides = OPERATOR,
			     .who = "an admin who signed in" },
	[DW_RIGHT_OPERATE] = { .besides = OPERATOR,
			       .who = "the operator, with the diwan command on the "
				      "server's own machine" },
};

static bool has(const struct dw_principal *p, const struct grant *g)
{
	if ((g->besides & ANYBODY) != 0)
		return true;
	switch (p->kind) {
	case DW_NOBODY:
		return false;
	case DW_USER:
		return (g->besides & ANY_USER) != 0 || (p->roles & g->roles) != 0;
	case DW_TOKEN:
		return (p->scopes & g->scopes) != 0;
	case DW_OPERATOR:
		return (g->besides & OPERATOR) != 0;
	}
	return false;
}

/* "the roles lead, drafter" into out[96]. */
static const char *describe(const struct dw_principal *p, char *out, size_t cap)
{
	static const char *const scopes[] = { "ingest", "read", "act" };
	bool is_user = p->kind == DW_USER;
	size_t n = (size_t)snprintf(out, cap,
				    is_user ? "you have the roles" : "your token has");
	bool any = false;

	if (p->kind == DW_OPERATOR)
		return "the operator acts for the machine, not for a person";
	for (unsigned i = 0; n < cap && (is_user ? dw_role_name(i) != NULL : i < 3);
	     i++) {
		if (((is_user ? p->roles : p->scopes) & (1u << i)) == 0)
			continue;
		n += (size_t)snprintf(out + n, cap - n, "%s %s", any ? "," : "",
				      is_user ? dw_role_name(i) : scopes[i]);
		any = true;
	}
	if (!any)
		return is_user ? "you have no role" : "your token has no scope";
	return out;
}

int dw_policy_check(const struct dw_principal *p, enum dw_right right, struct dw_err *err)
{
	char have[96];

	DW_REQUIRE((unsigned)right < DW_RIGHT_COUNT);
	if (has(p, &grants[right]))
		return 0;
	if (p->kind == DW_NOBODY)
		return dw_fail(err, DW_EAUTH, "you cannot %s: %s can", acts[right],
			       grants[right].who);
	if (right == DW_RIGHT_SIGNED_IN)
		return dw_fail(err, DW_EFORBIDDEN,
			       "a token has no session: this is for %s",
			       grants[right].who);
	return dw_fail(err, DW_EFORBIDDEN, "you may not %s: %s; %s may", acts[right],
		       describe(p, have, sizeof(have)), grants[right].who);
}

static void add_class(struct dw_type_set *s, enum dw_event_class class)
{
	for (unsigned t = 0; t <= DW_EV_UNKNOWN; t++)
		if (dw_event_info((enum dw_event_type)t)->class == class)
			dw_type_set_add(s, (enum dw_event_type)t);
}

struct dw_type_set dw_policy_visible(const struct dw_principal *p)
{
	struct dw_type_set s = { { 0, 0 } };

	if (has(p, &grants[DW_RIGHT_READ])) {
		add_class(&s, DW_CLASS_MENTION);
		add_class(&s, DW_CLASS_SOURCE);
		add_class(&s, DW_CLASS_ROOM);
		add_class(&s, DW_CLASS_PLAYBOOK);
		add_class(&s, DW_CLASS_DRAFT);
		add_class(&s, DW_CLASS_AUTHORITY);
	}
	if (has(p, &grants[DW_RIGHT_ADMIN])) {
		add_class(&s, DW_CLASS_SECURITY);
		add_class(&s, DW_CLASS_SYSTEM);
	}
	return s;
}

/* ---- rooms ---- */

enum { NONE = 0, LEAD = 1, OWNER = 2, SELF = 4 };
#define LEAD_OR_OWNER (LEAD | OWNER)
#define LEAD_OR_SELF (LEAD | SELF)

static const struct {
	const char *text;
	enum dw_right right;
	unsigned besides;
} commands[DW_CMD_COUNT] = {
#define X(id, text, right, besides, required, others)                                    \
	[DW_CMD_##id] = { text, DW_RIGHT_##right, besides },
#include "domain/command.def"
#undef X
};

int dw_policy_command(const struct dw_principal *p, enum dw_command_type cmd,
		      const struct dw_standing *standing, struct dw_err *err)
{
	unsigned besides = commands[cmd].besides;
	char have[96];

	DW_REQUIRE((unsigned)cmd < DW_CMD_COUNT);
	if (has(p, &grants[commands[cmd].right]))
		return 0;
	if (has(p, &grants[DW_RIGHT_ROOM]) &&
	    (((besides & LEAD) != 0 && standing->is_lead) ||
	     ((besides & OWNER) != 0 && standing->is_owner) ||
	     ((besides & SELF) != 0 && standing->is_self)))
		return 0;
	return dw_fail(err, DW_EFORBIDDEN, "you may not %s: %s; %s%s%s%s may",
		       commands[cmd].text, describe(p, have, sizeof(have)),
		       grants[commands[cmd].right].who,
		       (besides & LEAD) != 0 ? ", whoever leads it" : "",
		       (besides & OWNER) != 0 ? ", its owner" : "",
		       (besides & SELF) != 0 ? ", members for themselves" : "");
}

bool dw_policy_sees(const struct dw_principal *p, const struct dw_doors *doors,
		    uint64_t room)
{
	if (room == 0 || p->kind == DW_OPERATOR)
		return true;
	/* without a list of what is closed, everything is */
	return doors != NULL &&
	       (!dw_doors_any(doors) || dw_doors_is_open_to(doors, room, p->id));
}

const char *dw_role_name(unsigned index)
{
#define X(id, bit, name) [bit] = name,
	static const char *const names[] = { DW_ROLE_MAP(X) };
#undef X

	return index < sizeof(names) / sizeof(names[0]) ? names[index] : NULL;
}

unsigned dw_role_bit(struct dw_str name)
{
	for (unsigned i = 0; dw_role_name(i) != NULL; i++)
		if (dw_str_eq(name, dw_str_of(dw_role_name(i))))
			return 1u << i;
	return 0;
}

unsigned dw_scope_bit(struct dw_str name)
{
	if (dw_str_eq(name, DW_STR("ingest")))
		return DW_SCOPE_INGEST;
	if (dw_str_eq(name, DW_STR("read")))
		return DW_SCOPE_READ;
	return dw_str_eq(name, DW_STR("act")) ? DW_SCOPE_ACT : 0;
}

int dw_roles_parse(struct dw_str list, unsigned *roles, struct dw_err *err)
{
	unsigned bits = 0;

	for (size_t from = 0, to; list.n > 0 && from <= list.n; from = to + 1) {
		unsigned bit;

		for (to = from; to < list.n && list.p[to] != ',';)
			to++;
		bit = dw_role_bit(dw_str_make(list.p + from, to - from));
		if (bit == 0)
			return dw_fail(
				err, DW_EINVAL,
				"'%.*s' is no role; there are admin, lead, drafter, "
				"approver, observer",
				to - from > 64 ? 64 : (int)(to - from), list.p + from);
		bits |= bit;
	}
	*roles = bits;
	return 0;
}
