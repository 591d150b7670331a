/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * incident_trail.c - folds what a hand-over tells of: who led, how the incident's own fields
 * moved, and where the newest notes are.
 *
 * The state itself says only what is so now. Who takes over asks what has changed since somebody
 * else did, and the answer must not cost a walk through the whole history.
 */
#include "incident_int.h"

#define HAS(f, id) (((f)->has & DW_HAS(id)) != 0)

static void add_move(struct dw_incident *s, const struct dw_fact *f,
		     enum dw_move_kind what, unsigned from, unsigned to)
{
	struct dw_move *m;

	if (what != DW_MOVE_TITLE && from == to)
		return;
	m = ADD(&s->moves);
	*m = (struct dw_move){ what, f->seq, f->actor,	  f->occurred_at,
			       from, to,     { NULL, 0 }, { NULL, 0 } };
	if (what == DW_MOVE_TITLE) {
		m->was = s->title;
		m->is = f->title;
	}
}

static void trail_lead(struct dw_incident *s, const struct dw_fact *f)
{
	uint64_t was = s->leads.n > 0 ? s->leads.p[s->leads.n - 1].user : 0;

	if (f->user == 0 || !HAS(f, ROLE) || f->role != DW_ROOM_LEAD || f->is_deputy)
		return;
	*ADD(&s->leads) = (struct dw_lead_change){
		.seq = f->seq,
		.user = f->user,
		.was = was,
		.by = f->actor,
		.at = f->recorded_at,
	};
}

void incident_trail(struct dw_incident *s, const struct dw_fact *f)
{
	switch ((unsigned)f->type) {
	case DW_EV_PARTICIPANT_ADDED:
		trail_lead(s, f);
		break;
	case DW_EV_INCIDENT_MERGED:
		add_move(s, f, DW_MOVE_STATUS, s->status, DW_MERGED);
		break;
	case DW_EV_INCIDENT_STATUS_CHANGED:
		if (HAS(f, STATUS))
			add_move(s, f, DW_MOVE_STATUS, s->status, f->status);
		break;
	case DW_EV_INCIDENT_CHANGED:
	case DW_EV_INCIDENT_SEVERITY_CHANGED:
		if (HAS(f, TITLE))
			add_move(s, f, DW_MOVE_TITLE, 0, 0);
		if (HAS(f, SEVERITY))
			add_move(s, f, DW_MOVE_SEVERITY, s->severity, f->severity);
		break;
	default:
		break;
	}
}

void incident_apply_note(struct dw_incident *s, const struct dw_fact *f)
{
	s->note[s->n_notes++ % DW_NOTES_KEPT] =
		(struct dw_noted){ f->seq, f->actor, 0, f->occurred_at };
}

void incident_apply_correction(struct dw_incident *s, const struct dw_fact *f)
{
	s->n_corrections++;
	for (size_t i = 0; i < DW_NOTES_KEPT; i++)
		if (s->note[i].seq != 0 && s->note[i].seq == f->target)
			s->note[i].corrected_by = f->seq;
}
