/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * outbox_send.c - parcels go to their carrier, and what came of it into the journal.
 *
 * A few at once, and of one outlet fewer, so that one that is slow holds up only itself; of one
 * statement one after the other, so that a correction never overtakes what it corrects. A parcel is
 * closed by the event that says so and by nothing else: if that cannot be written, it leaves again.
 */
#include "outbox_int.h"

#include "engine/authority.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#define AT_ONCE 16
#define OF_ONE 2 /* outlet */
#define SECOND INT64_C(1000000)
#define FIRST_WAIT_S 5
#define GIVE_UP_S 86400

static int64_t now_of(const struct dw_outbox *o)
{
	return dw_now_us(dw_engine_clock(o->engine));
}

static bool is_frozen(struct dw_outbox *o)
{
	const struct dw_authority *a =
		dw_authorities_now(dw_engine_authorities(o->engine));

	return dw_outgoing_is_frozen(&a->outgoing, now_of(o));
}

static bool may_leave(struct dw_outbox *o, uint64_t outlet, bool is_withdrawal)
{
	const struct dw_outlet *x = dw_outbox_find(o->state, outlet);

	return x != NULL && !x->is_paused && !o->is_stopped &&
	       (is_withdrawal || !is_frozen(o));
}

bool dw_delivery_may_leave(const struct dw_delivery *d)
{
	return dw_outbox_parcel(d->outbox->state, d->seq, d->outlet) != NULL &&
	       may_leave(d->outbox, d->outlet, d->is_withdrawal);
}

static void delivery_free(struct dw_delivery *d)
{
	dw_list_remove(&d->link);
	dw_blob_unref(d->rec.payload);
	sodium_memzero(d->secret, sizeof(d->secret));
	dw_buf_fini(&d->body);
	dw_arena_destroy(d->arena);
	free(d);
}

/* Appends that were not called back: the journal is closed. */
void outbox_deliveries_free(struct dw_outbox *o)
{
	while (o->sent.next != &o->sent)
		delivery_free(DW_CONTAINER_OF(o->sent.next, struct dw_delivery, link));
}

/* ---- recording ---- */

/* Its parcel, if it is still open, may be tried again. */
static struct dw_parcel *give_back(struct dw_delivery *d)
{
	struct dw_parcel *p = dw_outbox_parcel(d->outbox->state, d->seq, d->outlet);

	if (p != NULL)
		p->tries.is_out = false;
	return p;
}

static int64_t wait_of(const struct dw_outbox *o)
{
	unsigned s = dw_engine_conf(o->engine)->outlet_retry_s;

	return (s != 0 ? s : FIRST_WAIT_S) * SECOND;
}

/* Written: the fold has closed the parcel. Not written: it is as if it had not arrived. */
static void on_recorded(struct dw_append *a)
{
	struct dw_delivery *d = DW_CONTAINER_OF(a, struct dw_delivery, append);
	struct dw_outbox *o = d->outbox;
	struct dw_parcel *p = give_back(d);

	if (p != NULL)
		p->tries.due = now_of(o) + wait_of(o);
	delivery_free(d);
	outbox_look_soon(o);
}

static void record(struct dw_delivery *d, enum dw_event_type type)
{
	const struct dw_event_info *info = dw_event_info(type);
	const struct dw_delivery_fact f = { .type = type,
					    .statement = d->statement,
					    .seq = d->seq,
					    .outlet = d->outlet,
					    .name = dw_str_of(d->name),
					    .kind = d->kind,
					    .is_withdrawal = d->is_withdrawal,
					    .attempt = d->attempt,
					    .status = d->status,
					    .refused = d->refused,
					    .detail = dw_str_of(d->detail) };

	d->rec = (struct dw_record){ .type = info->name,
				     .type_version = (uint16_t)info->version,
				     .room = d->room,
				     .payload = dw_delivery_payload(&f) };
	dw_random(dw_engine_clock(d->outbox->engine), d->rec.command,
		  sizeof(d->rec.command));
	d->append = (struct dw_append){ .recs = &d->rec, .n = 1, .cb = on_recorded };
	if (dw_engine_append(d->outbox->engine, &d->append) < 0)
		on_recorded(&d->append);
}

/* ---- results ---- */

static void note_failure(struct dw_delivery *d)
{
	struct dw_outbox *o = d->outbox;
	struct outlet_beside *b;

	if (dw_outbox_find(o->state, d->outlet) == NULL)
		return;
	b = outbox_beside(o, d->outlet);
	b->failures++;
	b->error_at = now_of(o);
	memcpy(b->error, d->detail, sizeof(b->error));
}

static void note_success(struct dw_delivery *d)
{
	struct outlet_beside *b;

	if (dw_outbox_find(d->outbox->state, d->outlet) == NULL)
		return;
	b = outbox_beside(d->outbox, d->outlet);
	b->failures = 0;
	b->error_at = 0;
}

/* Later, or never: then that is said. */
static void take_failure(struct dw_delivery *d)
{
	struct dw_outbox *o = d->outbox;
	struct dw_parcel *p = dw_outbox_parcel(o->state, d->seq, d->outlet);
	unsigned give_up = dw_engine_conf(o->engine)->outlet_give_up_s;
	const struct dw_patience patience = {
		wait_of(o), (give_up != 0 ? give_up : GIVE_UP_S) * SECOND
	};
	uint32_t random;

	note_failure(d);
	if (p == NULL) { /* taken back by now, or its outlet is gone */
		delivery_free(d);
		return;
	}
	if (p->tries.first == 0) /* its outlet was changed meanwhile */
		p->tries.first = now_of(o);
	p->tries.n++;
	p->tries.is_lenient = p->tries.is_lenient || d->is_refused;
	dw_random(dw_engine_clock(o->engine), &random, sizeof(random));
	p->tries.due = dw_parcel_next(&p->tries, &patience, now_of(o),
				      d->retry_after_s * SECOND, random);
	if (p->tries.due == 0) {
		o->stats.failed++;
		record(d, DW_EV_DELIVERY_FAILED);
		return;
	}
	p->tries.is_out = false;
	if (d->is_gone)
		outlet_pause(o, d->outlet, "it answered 410 Gone");
	delivery_free(d);
}

void dw_delivery_done(struct dw_delivery *d)
{
	struct dw_outbox *o = d->outbox;

	o->n_out--;
	if (dw_outbox_find(o->state, d->outlet) != NULL)
		outbox_beside(o, d->outlet)->n_out--;
	if (d->is_held) {
		(void)give_back(d);
		delivery_free(d);
	} else if (d->is_ok) {
		o->stats.tries++;
		o->stats.made++;
		note_success(d);
		record(d, DW_EV_DELIVERY_MADE);
	} else {
		o->stats.tries++;
		take_failure(d);
	}
	outbox_look_soon(o);
}

/* ---- sending ---- */

/* Everything in the journal's order is told apart by seq, and by who keeps it. */
static void set_key(struct dw_outbox *o, struct dw_delivery *d)
{
	const char *origin = dw_authorities_origin(dw_engine_authorities(o->engine));

	snprintf(d->key, sizeof(d->key), "%s-%llu-%llu", strchr(origin, '/') + 1,
		 (unsigned long long)d->seq, (unsigned long long)d->outlet);
}

static void send_one(struct dw_outbox *o, struct dw_parcel *p, const struct dw_outlet *x)
{
	struct dw_delivery *d = calloc(1, sizeof(*d));
	int64_t now = now_of(o);

	DW_INVARIANT(d != NULL);
	d->outbox = o;
	d->arena = dw_arena_create();
	d->seq = p->seq;
	d->statement = p->statement;
	d->room = p->room;
	d->outlet = p->outlet;
	d->kind = x->kind;
	d->is_withdrawal = p->is_withdrawal;
	d->attempt = p->tries.n + 1;
	d->is_lenient = p->tries.is_lenient;
	snprintf(d->name, sizeof(d->name), "%.*s", (int)x->name.n, x->name.p);
	dw_buf_init(&d->body, DW_DELIVERY_BODY_MAX);
	set_key(o, d);
	dw_list_init(&d->link);
	if (!outbox_fill(o, d)) {
		p->tries.due = now + 60 * SECOND;
		delivery_free(d);
		return;
	}
	if (p->tries.first == 0)
		p->tries.first = now;
	p->tries.is_out = true;
	o->n_out++;
	outbox_beside(o, x->id)->n_out++;
	dw_list_push(&o->sent, &d->link);
	o->carrier.send(o->carrier.ctx, d);
}

/* An outlet whose address is not known yet waits: it comes with the end of its command. */
static const struct dw_outlet *outlet_for(struct dw_outbox *o, const struct dw_parcel *p,
					  int64_t now)
{
	const struct dw_outlet *x = dw_outbox_find(o->state, p->outlet);
	const struct outlet_beside *b;

	if (p->tries.is_out || p->tries.due > now || x == NULL)
		return NULL;
	b = outbox_beside(o, p->outlet);
	if (b->address == NULL || b->n_out >= OF_ONE ||
	    (x->kind == DW_OUTLET_EMAIL && !o->carrier.has_mail))
		return NULL;
	return x;
}

/* Is something about this statement, perhaps of a parcel that is closed, still under way there? */
static bool is_busy(const struct dw_outbox *o, const struct dw_parcel *p)
{
	DW_LIST_EACH(l, (struct dw_link *)(uintptr_t)&o->sent) {
		const struct dw_delivery *d =
			DW_CONTAINER_OF(l, struct dw_delivery, link);

		if (d->outlet == p->outlet && d->statement == p->statement)
			return true;
	}
	return false;
}

void outbox_look(struct dw_outbox *o)
{
	int64_t now = now_of(o);

	if (!o->has_carrier || o->is_stopped)
		return;
	for (size_t i = 0; i < o->state->open.n && o->n_out < AT_ONCE; i++) {
		struct dw_parcel *p = &o->state->open.p[i];
		const struct dw_outlet *x = outlet_for(o, p, now);

		if (x != NULL && may_leave(o, p->outlet, p->is_withdrawal) &&
		    !is_busy(o, p) && dw_outbox_is_first(o->state, p))
			send_one(o, p, x);
	}
}
