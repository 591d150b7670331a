/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * decide_overdue.c - saying what is overdue: the server's own command, once for each moment that has
 * passed.
 *
 * Which these are is not part of the command: it is decided on what is so when its turn comes. Who
 * was faster (the word was spoken, the task done) leaves nothing to say.
 */
#include "decide_int.h"

#define H(id) DW_HAS(id)
#define AT_ONCE 100 /* the rest with the next command */

static void plan_due(struct deciding *d, const struct dw_due *due)
{
	static const enum dw_event_type types[] = { [DW_DUE_WORD] = DW_EV_WORD_OVERDUE,
						    [DW_DUE_TASK] = DW_EV_TASK_OVERDUE,
						    [DW_DUE_CLAIM] =
							    DW_EV_CLAIM_OVERDUE };
	struct dw_fact *f = plan_add(d, types[due->kind]);

	f->has = dw_fact_fields(f->type);
	f->audience = due->audience;
	if (due->kind == DW_DUE_CLAIM) {
		f->claim = due->id;
		f->recheck_at = due->at;
	} else {
		f->task = due->id;
		f->due_at = due->at;
	}
}

static bool on_due(void *data, const struct dw_due *due)
{
	struct deciding *d = data;

	if (!due->is_said && due->at <= d->c->now)
		plan_due(d, due);
	return d->plan->n < AT_ONCE;
}

int decide_overdue(struct deciding *d)
{
	dw_incident_each_due(d->s, on_due, d);
	return 0;
}
