/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_INCIDENT_INT_H
#define DW_INCIDENT_INT_H
/* What the files of the fold share. */
#include "domain/incident.h"

/** Room for one more in a vector, which is zeroed. */
void *incident_grow(void *p, size_t n, size_t *cap, size_t size);

#define ADD(v)                                                                           \
	((v)->p = incident_grow((v)->p, (v)->n, &(v)->cap, sizeof(*(v)->p)),             \
	 &(v)->p[(v)->n++])

/** Playbooks and splits: incident_split.c. */
void incident_apply_started(struct dw_incident *s, const struct dw_fact *f);
void incident_apply_split(struct dw_incident *s, const struct dw_fact *f);

/** What a hand-over tells of: incident_trail.c. Before f is folded in. */
void incident_trail(struct dw_incident *s, const struct dw_fact *f);
void incident_apply_note(struct dw_incident *s, const struct dw_fact *f);
void incident_apply_correction(struct dw_incident *s, const struct dw_fact *f);

/** Words and cadences: incident_clock.c. */
void incident_apply_word(struct dw_incident *s, const struct dw_fact *f);
void incident_apply_cadence(struct dw_incident *s, const struct dw_fact *f);
void incident_apply_word_overdue(struct dw_incident *s, const struct dw_fact *f);

#endif
