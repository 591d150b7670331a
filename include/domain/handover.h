/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_DOMAIN_HANDOVER_H
#define DW_DOMAIN_HANDOVER_H
/*
 * What somebody must know who takes an incident over, picked from its state and put in the order
 * in which it matters. See src/domain/handover.c.
 */
#include "domain/incident.h"

/* Shown of each; how many there are is told beside them. */
#define DW_HANDOVER_MOVES 50
#define DW_HANDOVER_CLAIMS 100
#define DW_HANDOVER_TASKS 200
#define DW_HANDOVER_DECISIONS 20
#define DW_HANDOVER_NOTES 10
#define DW_HANDOVER_WORDS 5

#define DW_OFFICES DW_ROOM_MEMBER /* offices are numbered below it */

struct dw_handover {
	const struct dw_incident *s;
	int64_t at; /* the moment that is looked at */
	/* what the summary goes back to; seq of the declaration, of a hand-over, or as asked */
	uint64_t since;
	int64_t since_at;
	const struct dw_lead_change
		*last;	 /* how the present lead came to it; NULL: nobody did */
	uint64_t former; /* who led before; 0: nobody */
	unsigned was_severity, was_status; /* at `since` */
	/* picked; n_… are shown, all_… there are */
	const struct dw_move **move; /* since then, newest first */
	size_t n_moves, all_moves;
	const struct dw_claim **claim; /* past re-check first, then unverified */
	size_t n_claims, all_claims, past_recheck;
	size_t verdicts[DW_MIXED + 1]; /* of all claims */
	const struct dw_todo **task;   /* open: overdue first, then the former lead's */
	size_t n_tasks, all_tasks, overdue;
	const struct dw_decision **decision; /* that hold, newest first */
	size_t n_decisions, all_decisions;
	struct dw_noted note[DW_HANDOVER_NOTES]; /* newest first */
	size_t n_notes;
};

/**
 * Fill *h; what it points at lies in `a` or in s. since 0: when the lead before the present one
 * took over, else the declaration. Requires: s is declared.
 */
void dw_handover_make(struct dw_handover *h, const struct dw_incident *s, uint64_t since,
		      int64_t at, struct dw_arena *a);
/** A claim whose verdict is to be looked at again by then. */
bool dw_claim_is_past_recheck(const struct dw_claim *c, int64_t at);
/** An open task that should be done by then. */
bool dw_todo_is_overdue(const struct dw_todo *t, int64_t at);

#endif
