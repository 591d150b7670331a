/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * incident_weight.c - how much text a room shows whenever somebody opens it.
 *
 * The room is written whole on the loop, so its size has a bound, and one that is reached is told
 * to who adds to it: a room too large to be written could be opened by nobody any more. Counted
 * is what can be long and many; what is short, or is replaced when it changes, has a number of its
 * own as its bound (incident.h). Notes and corrections are on the timeline only, which is paged.
 */
#include "domain/incident.h"

#define EXHIBIT 100 /* what stands around each, about */

static size_t weigh_evidence(const struct dw_fact *f)
{
	size_t n = 0;

	for (size_t i = 0; i < f->evidence.n; i++)
		n += EXHIBIT + f->evidence.p[i].url.n + f->evidence.p[i].note.n;
	return n;
}

static size_t weigh_decision(const struct dw_fact *f)
{
	size_t n = f->question.n + f->choice.n + f->reasons.n;

	for (size_t i = 0; i < f->options.n; i++)
		n += f->options.p[i].n;
	return n;
}

size_t dw_incident_weight(const struct dw_fact *f)
{
	switch ((unsigned)f->type) {
	case DW_EV_CLAIM_ADDED:
		return f->text.n;
	case DW_EV_CLAIM_CHANGED:
		return weigh_evidence(f);
	case DW_EV_DECISION_MADE:
		return weigh_decision(f);
	case DW_EV_WORD_SPOKEN:
		return f->text.n + f->url.n;
	case DW_EV_PLAYBOOK_STARTED:
		return f->roles.n + f->templates.n;
	default:
		return 0;
	}
}
