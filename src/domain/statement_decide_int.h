/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_STATEMENT_DECIDE_INT_H
#define DW_STATEMENT_DECIDE_INT_H
/* What the files that decide about statements share. */
#include "domain/statement_decide.h"
#include "statement_int.h"

struct stating {
	const struct dw_statement_command *c;
	const struct dw_statement *t; /* NULL: DRAFT_STATEMENT */
	const struct dw_incident *s;
	struct dw_statement_plan *p;
	struct dw_fault *fault;
};

/* ---- statement_decide.c ---- */

#define PLAN_FACTS                                                                       \
	(sizeof(((struct dw_statement_plan *)0)->fact) / sizeof(struct dw_statement_fact))

/** One more event about this statement. */
struct dw_statement_fact *plan_statement(struct stating *d, enum dw_event_type type);
/** What a version is held against in this command. */
struct dw_statement_now now_of(const struct stating *d);
/** Fill the fault; returns code. */
int refuse_statement(struct stating *d, int code, const char *at, const char *fmt, ...)
	DW_PRINTF(4, 5);
/** Do they have that office in the incident, or are they its deputy? */
bool holds_office(const struct stating *d, unsigned office);
/** 0, or DW_ECONFLICT with the revision now. */
int check_revision(struct stating *d);
/** Does it say nothing? */
bool is_blank(struct dw_str s);
/** A reason that says something. */
int check_reason(struct stating *d, const char *what_for);
/** *to is what `from` says, of the text of `draft`; 0 or why it rests on nothing there. */
int check_rest(struct stating *d, const struct dw_draft *draft,
	       const struct dw_rest *from, const char *at, struct dw_rest *to);
/** The digest of v, to keep: v itself may move when the plan has happened. */
struct dw_str plan_digest(struct stating *d, const struct dw_statement_version *v);
/** What its digest is of. */
struct dw_version version_digested(const struct dw_statement_version *v);
/** None that is asserted may be unknown, false or past its re-check time. */
int check_asserted(struct stating *d, const struct dw_rest *rest, size_t n);
/** What is missing, and the status, if v were the version that was submitted last. */
void plan_state(struct stating *d, const struct dw_statement_version *v, bool is_new);

/* ---- each in the file of its meaning ---- */

int decide_draft(struct stating *d);
int decide_change_statement(struct stating *d);
int decide_type(struct stating *d); /* statement_decide_text.c */
int decide_rest(struct stating *d);
int decide_unrest(struct stating *d);
int decide_submit(struct stating *d);  /* statement_decide_submit.c */
int decide_rule(struct stating *d);    /* statement_decide_rule.c */
int decide_publish(struct stating *d); /* statement_decide_out.c */
int decide_withdraw(struct stating *d);

#endif
