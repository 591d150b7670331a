/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_DECIDE_INT_H
#define DW_DECIDE_INT_H
/* What decide.c and decide_more.c share. */
#include "domain/decide.h"

#include <stdio.h>

struct deciding {
	const struct dw_command *c;
	const struct dw_incident *s, *into;
	struct dw_plan *plan;
	struct dw_fault *fault;
};

/* ---- decide.c ---- */

/** One more event of that type in the plan, without fields; until the next call. */
struct dw_fact *plan_add(struct deciding *d, enum dw_event_type type);
/** Those of `which` that `from` has and that the type may have. */
void plan_take(struct dw_fact *f, const struct dw_fact *from, uint64_t which);
/** Fill the fault; returns code. */
int refuse(struct deciding *d, int code, const char *at, const char *why);
/** 0, or DW_EMOVED: the caller saw another version. */
int check_version(struct deciding *d, uint64_t version);
/** 0 is nobody and fine. */
int check_person(struct deciding *d, uint64_t user, const char *at);
/** Was the mention found? */
int check_linked(struct deciding *d, uint64_t mention, const char *at);
/* That all `ids` of the command, in its field `key`, are in the room. */
int check_inside(struct deciding *d, const char *key);

/* ---- decide_more.c ---- */

int decide_note(struct deciding *d);
int decide_correct(struct deciding *d);
int decide_add_claim(struct deciding *d);
int decide_change_claim(struct deciding *d);
int decide_link_claim(struct deciding *d);
int decide_unlink_claim(struct deciding *d);
int decide_add_task(struct deciding *d);
int decide_change_task(struct deciding *d);
int decide_decision(struct deciding *d);
int decide_join(struct deciding *d);
int decide_leave(struct deciding *d);
int decide_pin(struct deciding *d);
int decide_unpin(struct deciding *d);
int decide_add_file(struct deciding *d);

/* ---- decide_playbook.c, decide_split.c ---- */

int decide_start(struct deciding *d);
int decide_split(struct deciding *d);

/* ---- decide_overdue.c, decide_word.c ---- */

int decide_overdue(struct deciding *d);

int decide_speak(struct deciding *d);
int decide_set_cadence(struct deciding *d);
/** A cadence.set, unless it is so already. */
void plan_cadence(struct deciding *d, unsigned audience, uint64_t every_s);

#endif
