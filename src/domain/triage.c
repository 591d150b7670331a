/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * triage.c - what becomes of a mention: new, seen, owned, answered, closed, ignored.
 *
 * Answered is not closed. An answer may only ask for a number; the matter is over when somebody
 * says how it ended, so closing needs an outcome and nothing else has one. An answer that only asks
 * for something (a code, a number) says so: nothing is solved by it, and it cannot be closed as if
 * it were before another answer, or who took it, says more. An event says all of the triage as it
 * is from then on: whoever reads the newest one needs no other.
 */
#include "domain/decide.h"

#define H(id) DW_HAS(id)

static bool is_same(const struct dw_fact *a, const struct dw_fact *b)
{
	return a->triage == b->triage && a->owner == b->owner &&
	       a->outcome == b->outcome && a->asks == b->asks &&
	       ((a->has ^ b->has) & H(OUTCOME)) == 0 && (b->has & H(NOTE)) == 0;
}

static int check_outcome(const struct dw_fact *now, const struct dw_fact *f,
			 struct dw_fault *fault)
{
	bool has_outcome = (f->has & H(OUTCOME)) != 0;

	if ((f->triage == DW_TRIAGE_CLOSED) != has_outcome) {
		(void)dw_fault_set(fault, "/outcome",
				   has_outcome ? "only what is closed has an outcome"
					       : "closing needs an outcome: %s",
				   dw_word_list(DW_WORD_OUTCOME));
		return DW_EUNPROCESSABLE;
	}
	if (f->asks && f->triage != DW_TRIAGE_ANSWERED) {
		(void)dw_fault_set(fault, "/asks", "only an answer asks for something");
		return DW_EUNPROCESSABLE;
	}
	if (has_outcome && f->outcome == DW_SOLVED && now->triage == DW_TRIAGE_ANSWERED &&
	    now->asks) {
		(void)dw_fault_set(fault, "/outcome",
				   "the last answer only asked for something: record the "
				   "one that solved it first, or close with another "
				   "outcome");
		return DW_EUNPROCESSABLE;
	}
	return 0;
}

int dw_decide_triage(const struct dw_fact *now, const struct dw_people *people,
		     struct dw_fact *f, struct dw_fault *fault)
{
	if (f->owner != 0 && !people->is_active(people->ctx, f->owner)) {
		(void)dw_fault_set(fault, "/owner",
				   "there is no account of this id, or it is disabled");
		return DW_EUNPROCESSABLE;
	}
	if ((f->has & H(OWNER)) == 0)
		f->owner = now->owner;
	if (f->triage == DW_TRIAGE_OWNED && f->owner == 0) {
		(void)dw_fault_set(fault, "/owner", "say who owns it");
		return DW_EUNPROCESSABLE;
	}
	if (check_outcome(now, f, fault) < 0)
		return DW_EUNPROCESSABLE;
	if (is_same(now, f))
		return 0;
	f->has &= ~(H(OWNER) | H(ASKS));
	f->has |= H(MENTION) | (f->asks ? H(ASKS) : 0) | (f->owner != 0 ? H(OWNER) : 0);
	return 1;
}
