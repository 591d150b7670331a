/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * incident_clock.c - when an audience heard from us, when it is to hear again, and what else is due.
 *
 * The last word is the one that was said last, not the one that was recorded last: who adds an
 * earlier one later moves no clock. What it promised holds before any cadence. Words are due
 * until the incident is resolved; tasks and claims until it is reviewed, because the work that
 * follows a crisis has its dates, too.
 *
 * That something is overdue is an event, once for each moment; the moment is kept, so that nobody
 * says it again. What is moved, promised anew or opened again may be said anew.
 */
#include "incident_int.h"

#define HAS(f, id) (((f)->has & DW_HAS(id)) != 0)
#define SECOND INT64_C(1000000)

/* ---- folding ---- */

/* Without its audience (erased, or of a later version) nobody can tell whose clock it moves. */
void incident_apply_word(struct dw_incident *s, const struct dw_fact *f)
{
	struct dw_cadence *c = &s->cadence[f->audience];

	if (!HAS(f, AUDIENCE))
		return;
	*ADD(&s->words) = (struct dw_word){ .id = f->seq,
					    .by = f->actor,
					    .audience = f->audience,
					    .at = f->occurred_at,
					    .recorded_at = f->recorded_at,
					    .next_at = f->next_at,
					    .text = f->text,
					    .url = f->url };
	if (c->last_id == 0 || f->occurred_at >= c->last_at) {
		c->last_id = f->seq;
		c->last_at = f->occurred_at;
		c->next_at = f->next_at;
		c->said_at = 0;
	}
	if (f->audience == DW_AUDIENCE_PUBLIC &&
	    (s->first_word == 0 || f->occurred_at < s->first_word_at)) {
		s->first_word = f->seq;
		s->first_word_at = f->occurred_at;
	}
}

void incident_apply_cadence(struct dw_incident *s, const struct dw_fact *f)
{
	struct dw_cadence *c = &s->cadence[f->audience];

	if (!HAS(f, AUDIENCE) || !HAS(f, EVERY))
		return;
	c->every_s = f->every_s;
	if (c->next_at == 0)
		c->said_at = 0;
}

void incident_apply_word_overdue(struct dw_incident *s, const struct dw_fact *f)
{
	if (HAS(f, AUDIENCE))
		s->cadence[f->audience].said_at = f->due_at;
}

/* ---- looking ---- */

int64_t dw_incident_word_due(const struct dw_incident *s, unsigned audience)
{
	const struct dw_cadence *c;

	DW_REQUIRE(audience < DW_AUDIENCE_COUNT);
	c = &s->cadence[audience];
	if (s->status >= DW_RESOLVED)
		return 0;
	if (c->next_at != 0)
		return c->next_at;
	if (c->every_s == 0)
		return 0;
	return (c->last_id != 0 ? c->last_at : s->declared_at) +
	       (int64_t)c->every_s * SECOND;
}

static bool each_word(const struct dw_incident *s,
		      bool (*fn)(void *data, const struct dw_due *due), void *data)
{
	bool goes_on = true;

	for (unsigned a = 0; goes_on && a < DW_AUDIENCE_COUNT; a++) {
		struct dw_due due = { DW_DUE_WORD, a, 0, dw_incident_word_due(s, a),
				      false };

		due.is_said = due.at == s->cadence[a].said_at;
		goes_on = due.at == 0 || fn(data, &due);
	}
	return goes_on;
}

void dw_incident_each_due(const struct dw_incident *s,
			  bool (*fn)(void *data, const struct dw_due *due), void *data)
{
	bool goes_on = s->status < DW_REVIEWED && each_word(s, fn, data);

	for (size_t i = 0; goes_on && i < s->tasks.n; i++) {
		const struct dw_todo *t = &s->tasks.p[i];
		struct dw_due due = { DW_DUE_TASK, 0, t->id, t->due_at,
				      t->due_at == t->said_at };

		goes_on = t->is_done || t->due_at == 0 || fn(data, &due);
	}
	for (size_t i = 0; goes_on && i < s->claims.n; i++) {
		const struct dw_claim *c = &s->claims.p[i];
		struct dw_due due = { DW_DUE_CLAIM, 0, c->id, c->recheck_at,
				      c->recheck_at == c->said_at };

		goes_on = c->recheck_at == 0 || fn(data, &due);
	}
}

struct counting {
	int64_t at;
	size_t n;
};

static bool count(void *data, const struct dw_due *due)
{
	struct counting *c = data;

	c->n += due->at <= c->at;
	return true;
}

size_t dw_incident_overdue(const struct dw_incident *s, int64_t at)
{
	struct counting c = { at, 0 };

	dw_incident_each_due(s, count, &c);
	return c.n;
}

static bool earlier(void *data, const struct dw_due *due)
{
	int64_t *first = data;

	if (!due->is_said && (*first == 0 || due->at < *first))
		*first = due->at;
	return true;
}

int64_t dw_incident_next_due(const struct dw_incident *s)
{
	int64_t first = 0;

	dw_incident_each_due(s, earlier, &first);
	return first;
}
