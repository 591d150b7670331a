/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * outbox.c - what is on its way to the outlets, as a fold of the journal.
 *
 *   statement.published × outlets that get such then ──► open ──► delivery.made | delivery.failed
 *
 * There is no queue beside the journal that could disagree with it: after a crash the same events come
 * to the same parcels, and what left but was not recorded leaves again under the same key.
 *
 *  (1) An outlet gets what leaves while it is there. Paused is not gone: its parcels wait.
 *  (2) Of one statement an outlet gets everything in order.
 *  (3) A withdrawal closes the publications of its statement that have not left. It goes to every outlet
 *      all the same: one of those may have arrived without our knowing.
 */
#include "domain/outbox.h"

#include "incident_int.h"

#include <stdlib.h>

#define WAIT_MAX INT64_C(14400000000) /* µs: four hours */

struct dw_outbox_state *dw_outbox_state_create(void)
{
	struct dw_outbox_state *o = calloc(1, sizeof(*o));

	DW_INVARIANT(o != NULL);
	o->arena = dw_arena_create();
	return o;
}

void dw_outbox_state_destroy(struct dw_outbox_state *o)
{
	if (o == NULL)
		return;
	free(o->outlets.p);
	free(o->open.p);
	dw_arena_destroy(o->arena);
	free(o);
}

/* ---- outlets ---- */

static struct dw_outlet *find(const struct dw_outbox_state *o, uint64_t id)
{
	for (size_t i = 0; i < o->outlets.n; i++)
		if (o->outlets.p[i].id == id)
			return &o->outlets.p[i];
	return NULL;
}

const struct dw_outlet *dw_outbox_find(const struct dw_outbox_state *o, uint64_t id)
{
	return find(o, id);
}

/* Keep the order: drop those that `gone` is true of. */
static void close_where(struct dw_outbox_state *o,
			bool (*gone)(const struct dw_parcel *p, uint64_t a, uint64_t b),
			uint64_t a, uint64_t b)
{
	size_t kept = 0;

	for (size_t i = 0; i < o->open.n; i++)
		if (!gone(&o->open.p[i], a, b))
			o->open.p[kept++] = o->open.p[i];
	o->open.n = kept;
}

static bool is_to(const struct dw_parcel *p, uint64_t outlet, uint64_t unused)
{
	(void)unused;
	return p->outlet == outlet;
}

static void remove_outlet(struct dw_outbox_state *o, struct dw_outlet *x)
{
	size_t at = (size_t)(x - o->outlets.p);

	close_where(o, is_to, x->id, 0);
	o->outlets.n--;
	memmove(x, x + 1, (o->outlets.n - at) * sizeof(*x));
}

/* What waited behind a fault is tried at once when somebody has changed the outlet. */
static void change_outlet(struct dw_outbox_state *o, struct dw_outlet *x,
			  const struct dw_outlet_fact *f)
{
	struct dw_outlet was = *x;

	*x = f->now;
	x->id = was.id;
	x->by = was.by;
	x->at = was.at;
	x->kind = was.kind;
	x->version = f->seq;
	for (size_t i = 0; i < o->open.n; i++)
		if (o->open.p[i].outlet == x->id)
			o->open.p[i].tries = (struct dw_parcel_tries){
				.is_out = o->open.p[i].tries.is_out
			};
}

void dw_outbox_outlet(struct dw_outbox_state *o, const struct dw_outlet_fact *f)
{
	struct dw_outlet *x = find(o, f->now.id);

	if (f->type == DW_EV_OUTLET_ADDED) {
		x = ADD(&o->outlets);
		*x = f->now;
		x->id = x->version = f->seq;
		x->by = f->actor;
		x->at = f->recorded_at;
	} else if (x != NULL && f->type == DW_EV_OUTLET_CHANGED) {
		change_outlet(o, x, f);
	} else if (x != NULL && f->type == DW_EV_OUTLET_REMOVED) {
		remove_outlet(o, x);
	}
}

/* ---- parcels ---- */

static bool has_not_left(const struct dw_parcel *p, uint64_t statement, uint64_t unused)
{
	(void)unused;
	return p->statement == statement && !p->is_withdrawal;
}

static bool is_same(const struct dw_parcel *p, uint64_t seq, uint64_t outlet)
{
	return p->seq == seq && p->outlet == outlet;
}

void dw_outbox_leave(struct dw_outbox_state *o, const struct dw_leaving *l)
{
	if (l->is_withdrawal)
		close_where(o, has_not_left, l->statement, 0);
	for (size_t i = 0; i < o->outlets.n; i++) {
		const struct dw_outlet *x = &o->outlets.p[i];

		if ((x->channels >> l->channel & 1) == 0 ||
		    (x->readers >> l->reader & 1) == 0)
			continue;
		*ADD(&o->open) = (struct dw_parcel){ .seq = l->seq,
						     .statement = l->statement,
						     .room = l->room,
						     .outlet = x->id,
						     .is_withdrawal = l->is_withdrawal };
	}
}

void dw_outbox_done(struct dw_outbox_state *o, uint64_t seq, uint64_t outlet)
{
	close_where(o, is_same, seq, outlet);
}

struct dw_parcel *dw_outbox_parcel(struct dw_outbox_state *o, uint64_t seq,
				   uint64_t outlet)
{
	for (size_t i = 0; i < o->open.n; i++)
		if (is_same(&o->open.p[i], seq, outlet))
			return &o->open.p[i];
	return NULL;
}

bool dw_outbox_is_first(const struct dw_outbox_state *o, const struct dw_parcel *p)
{
	for (size_t i = 0; i < o->open.n; i++) {
		const struct dw_parcel *q = &o->open.p[i];

		if (q == p)
			return true;
		if (q->outlet == p->outlet && q->statement == p->statement)
			return false;
	}
	return true;
}

/* ---- going on ---- */

int64_t dw_parcel_next(const struct dw_parcel_tries *t, const struct dw_patience *p,
		       int64_t now, int64_t retry_after, uint32_t random)
{
	int64_t wait = p->first_wait, end = t->first + p->give_up;

	if (now >= end)
		return 0;
	for (unsigned i = 1; i < t->n && wait < WAIT_MAX; i++)
		wait *= 3;
	if (wait > WAIT_MAX)
		wait = WAIT_MAX;
	wait += wait / 4 - (int64_t)((uint64_t)wait / 2 * random >> 32);
	if (wait < retry_after)
		wait = retry_after;
	return now + wait < end ? now + wait : end;
}
