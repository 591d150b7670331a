/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * incident_split.c - folds what an event says of others of its own batch: a playbook and its tasks, an
 * incident and its part.
 *
 * No payload holds a number of its own batch, so these say how many places back the other one
 * is. A batch is numbered without a gap, so that is a subtraction.
 */
#include "incident_int.h"

void incident_apply_started(struct dw_incident *s, const struct dw_fact *f)
{
	*ADD(&s->playbooks) =
		(struct dw_started){ .id = f->seq,
				     .playbook_version = f->playbook_version,
				     .by = f->actor,
				     .at = f->occurred_at,
				     .slug = f->slug,
				     .lang = f->lang,
				     .title = f->title,
				     .roles = f->roles,
				     .templates = f->templates };
}

/* Without it (erased) nobody can tell which one it was. */
void incident_apply_split(struct dw_incident *s, const struct dw_fact *f)
{
	if (f->back > 0 && f->back < f->seq)
		*ADD(&s->split_into) = f->seq - f->back;
}
