/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_STATERIG_H
#define DW_STATERIG_H
/*
 * A statement on a table: an incident with claims, people, and whatever is decided folded in, each
 * fact by way of its JSON.
 */
#include "domain/statement_decide.h"

enum {
	LEAD = 1,
	OMID,  /* drafter */
	NORA,  /* drafter, too */
	SAM,   /* approver: legal */
	HODA,  /* approver: comms and legal */
	DANA,  /* approver without a group */
	OSCAR, /* observer */
	BOTH,  /* drafter and approver: comms */
	PEOPLE,
};

enum { CLAIM_TRUE = 11, CLAIM_UNKNOWN, CLAIM_FALSE, CLAIM_MIXED, CLAIM_STALE };

struct staterig {
	struct dw_incident *s;
	struct dw_statement *t; /* NULL before it was drafted */
	struct dw_authority *authority;
	struct dw_quorum_rule rule[4];
	struct dw_checker *checker;
	struct dw_arena *a;
	struct dw_statement_plan plan;
	struct dw_fault fault;
	uint64_t seq;
	int64_t now;
	/* 1 << person: their account is disabled, they are no approver, they are in no group */
	unsigned gone, unroled, ungrouped;
	/* all that happened, as it was read back; those of the statement */
	struct dw_statement_fact *fact;
	size_t n, cap;
};

void staterig_init(struct staterig *r);
void staterig_fini(struct staterig *r);
/** A command of somebody, at the next second; the revision and digest are what they would see. */
struct dw_statement_command staterig_command(struct staterig *r,
					     enum dw_command_type type, uint64_t who);
/** Decide, and fold what it comes to; the code. */
int staterig_give(struct staterig *r, const struct dw_statement_command *c);
/** Fold the facts of r->plan in. */
void staterig_fold(struct staterig *r);
/** Begin a statement with that text: a press release in English for the public. */
void staterig_draft(struct staterig *r, const char *text);
/** Put `text` in the place of the units [from, to), as somebody. */
int staterig_type(struct staterig *r, uint64_t who, uint32_t from, uint32_t to,
		  const char *text);
int staterig_rest(struct staterig *r, uint64_t claim, enum dw_rests how, uint32_t from,
		  uint32_t to);
int staterig_submit(struct staterig *r);
int staterig_rule(struct staterig *r, uint64_t who, enum dw_ruling ruling);
/** `user` names a deputy for a minute; who says yes for `user`. */
void staterig_name_deputy(struct staterig *r, uint64_t user, uint64_t deputy);
int staterig_rule_for(struct staterig *r, uint64_t who, uint64_t user);
int staterig_publish(struct staterig *r);
/** What a version is held against now; and what the statement is by that. */
struct dw_statement_now staterig_now(const struct staterig *r);
enum dw_statement_status staterig_status(const struct staterig *r);
/** So many events of that type, and that status. */
size_t staterig_count(const struct staterig *r, enum dw_event_type type);
void staterig_is(const struct staterig *r, enum dw_statement_status want);
/** It was refused: with that code, for that field, in words, and nothing of it is planned. */
void staterig_refused(const struct staterig *r, int rc, int want, const char *at);
/** What the submitted version lacks, as letters: Group, Rejected, Held, Asked, eXpired, Edited. */
void staterig_lacks(const struct staterig *r, const char *want);
/** Something else of the incident: a verdict on a claim, and so on. */
void staterig_verdict(struct staterig *r, uint64_t claim, unsigned verdict);
struct dw_str staterig_text(const struct staterig *r);
/** One more rule: n of a group, everywhere. */
void staterig_need(struct staterig *r, const char *group, unsigned n);

#endif
