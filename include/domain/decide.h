/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_DOMAIN_DECIDE_H
#define DW_DOMAIN_DECIDE_H
/*
 * A command and the state that it meets: what happens, or why not. Pure: time, the journal's head
 * and who exists come in with the command, so that it can be decided again after a conflict, and
 * played a million times in a test.
 */
#include "domain/incident.h"
#include "domain/people.h"
#include "domain/playbook.h"
#include "domain/policy.h"

struct dw_command {
	enum dw_command_type type;
	struct dw_principal who;
	struct dw_people people;
	int64_t now;   /* µs */
	uint64_t head; /* newest event: what can be known by now */
	uint64_t
		child; /* id of the claim, task, participant or pinned entry that it is about */
	uint64_t version; /* of what it changes, as the caller saw it; 0 = any */
	struct dw_fact f; /* the fields that were given */
	/* the mentions among those fields, each looked up: those that exist, by id */
	const struct dw_linked *links;
	size_t n_links;
	const struct dw_playbook_copy
		*playbook; /* START: the one that is named, or NULL */
};

/* What is to be appended, in order. */
struct dw_plan {
	struct dw_arena *arena; /* of lists that are made; set by the caller */
	struct dw_fact *fact;
	/* of each, n > 0: its room is what the fact n - 1 places before it declares */
	unsigned *room_back;
	size_t n, cap;
};

void dw_plan_fini(struct dw_plan *p);
/** Fields that the command needs, and those that it may have. */
uint64_t dw_command_required(enum dw_command_type t);
uint64_t dw_command_known(enum dw_command_type t);
/**
 * Decide. s: the incident (NULL: it is being declared); into: the one that it is merged into, or
 * NULL. 0 with the plan, which is empty when nothing would change, or DW_E… with the reason and,
 * where a field is to blame, its place.
 *
 * Requires: it is no command about a statement; p is empty; facts borrow from c and s until then.
 */
DW_MUST_USE int dw_decide(const struct dw_command *c, const struct dw_incident *s,
			  const struct dw_incident *into, struct dw_plan *p,
			  struct dw_fault *fault);

/**
 * Triage of a mention: what it is now (without fields: nobody has looked) and what it shall be.
 * *f becomes the whole of it. 1, 0 when nothing would change, or DW_EUNPROCESSABLE.
 */
DW_MUST_USE int dw_decide_triage(const struct dw_fact *now,
				 const struct dw_people *people, struct dw_fact *f,
				 struct dw_fault *fault);

#endif
