/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_DOMAIN_POLICY_H
#define DW_DOMAIN_POLICY_H
/*
 * Who may do what: the one place. A principal is whoever acts: a signed-in user, an API token,
 * or the operator on the control socket (who owns the machine and the data file anyway).
 */
#include "domain/doors.h"
#include "domain/event.h"

#define DW_ROLE_MAP(X)                                                                   \
	X(ADMIN, 0, "admin")                                                             \
	X(LEAD, 1, "lead")                                                               \
	X(DRAFTER, 2, "drafter")                                                         \
	X(APPROVER, 3, "approver")                                                       \
	X(OBSERVER, 4, "observer")

enum dw_role {
#define DW_ROLE_ENUM(id, bit, name) DW_ROLE_##id = 1 << (bit),
	DW_ROLE_MAP(DW_ROLE_ENUM)
#undef DW_ROLE_ENUM
};

enum dw_scope { DW_SCOPE_INGEST = 1, DW_SCOPE_READ = 2, DW_SCOPE_ACT = 4 };

enum dw_principal_kind { DW_NOBODY, DW_USER, DW_TOKEN, DW_OPERATOR };

struct dw_principal {
	enum dw_principal_kind kind;
	uint64_t id;	  /* user or token id; 0 for the operator */
	unsigned roles;	  /* enum dw_role bits; users only */
	unsigned scopes;  /* enum dw_scope bits; tokens only */
	uint64_t session; /* id of the session, users only; 0 else */
};

/* What a route or an act needs. A token with scope `act` acts with the rights that scope lists. */
#define DW_RIGHT_MAP(X)                                                                  \
	X(PUBLIC, "reach this")                                                          \
	X(SIGNED_IN, "do this without signing in")                                       \
	X(READ, "read mentions and rooms")                                               \
	X(INGEST, "send mentions in")                                                    \
	X(DESK, "enter a mention by hand")                                               \
	X(ROOM, "work in incidents")                                                     \
	X(CONTRIBUTE, "add to incidents")                                                \
	X(APPROVE, "give verdicts on statements")                                        \
	X(VOUCH, "vouch for the keys of others")                                         \
	X(COMMAND, "command incidents")                                                  \
	X(ADMIN, "administer accounts, tokens and sources")                              \
	X(OPERATE, "operate the server from its own machine")

enum dw_right {
#define DW_RIGHT_ENUM(id, text) DW_RIGHT_##id,
	DW_RIGHT_MAP(DW_RIGHT_ENUM)
#undef DW_RIGHT_ENUM
		DW_RIGHT_COUNT,
};

/** 0, DW_EAUTH (nobody, sign in first) or DW_EFORBIDDEN; the text says why and who could. */
DW_MUST_USE int dw_policy_check(const struct dw_principal *p, enum dw_right right,
				struct dw_err *err);
/** Event types that the principal may see. */
struct dw_type_set dw_policy_visible(const struct dw_principal *p);

/* ---- rooms ---- */

enum dw_command_type {
#define X(id, text, right, besides, required, others) DW_CMD_##id,
#include "domain/command.def"
#undef X
	DW_CMD_COUNT
};

/* How somebody stands to what a command is about. */
struct dw_standing {
	bool is_lead;  /* leads this room, or is the lead's deputy */
	bool is_owner; /* of the claim or task */
	bool is_self;  /* it is about themselves and about no office */
};

/** 0 or DW_EFORBIDDEN; the text says why and who could. */
DW_MUST_USE int dw_policy_command(const struct dw_principal *p, enum dw_command_type cmd,
				  const struct dw_standing *standing, struct dw_err *err);
/** May the principal see the room, and so its events? Room 0 is no room: everybody's. */
bool dw_policy_sees(const struct dw_principal *p, const struct dw_doors *doors,
		    uint64_t room);

/** "admin,lead" → bits; DW_EINVAL names the unknown one. Empty is 0 bits. */
DW_MUST_USE int dw_roles_parse(struct dw_str list, unsigned *roles, struct dw_err *err);
/** Names of roles by bit order: "admin"… NULL past the last. */
const char *dw_role_name(unsigned index);
/** Bit of one role's name, 0 when there is none such. */
unsigned dw_role_bit(struct dw_str name);
/** "ingest", "read", "act" → bit, 0 when there is none such. */
unsigned dw_scope_bit(struct dw_str name);

#endif
