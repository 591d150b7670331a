/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * outbox.c - outlets and what is on its way to them, in memory, on the loop.
 *
 *   statement.published ──► parcels (domain/outbox.c) ──► due ──► carried (link) ──► delivery.made
 *                                        ▲                 │
 *                                        └── later ◄───────┘ it failed
 *
 *  (1) What is open follows from the journal alone, so a restart, or a crash between a post and its
 *      record, leaves nothing behind: it goes out again, under the same key.
 *  (2) When it is tried next, and how often it was, is in memory: after a start all is due at once.
 *  (3) During an emergency stop only withdrawals leave. That is asked when a try begins and again
 *      when its connection is there.
 *
 * Sending is in outbox_send.c, commands in outlet_op.c, words in outbox_show.c.
 */
#include "outbox_int.h"

#include "engine/statement.h"
#include "statement_int.h"
#include "store/db.h"

#include <stdio.h>
#include <stdlib.h>

#define TICK_MS 1000

static const char events_sql[] = "SELECT seq FROM outbox_event ORDER BY seq";
static const char add_sql[] = "INSERT OR IGNORE INTO outbox_event (seq) VALUES (?1)";
static const char address_sql[] = "SELECT outlet, address, secret FROM outlet_address";

static bool is_about(enum dw_event_type type)
{
	switch ((unsigned)type) {
	case DW_EV_STATEMENT_PUBLISHED:
	case DW_EV_STATEMENT_WITHDRAWN:
	case DW_EV_DELIVERY_MADE:
	case DW_EV_DELIVERY_FAILED:
	case DW_EV_OUTLET_ADDED:
	case DW_EV_OUTLET_CHANGED:
	case DW_EV_OUTLET_REMOVED:
		return true;
	default:
		return false;
	}
}

struct outlet_beside *outbox_beside(struct dw_outbox *o, uint64_t id)
{
	struct outlet_beside *b = dw_map_get_u64(o->beside, id);

	if (b != NULL)
		return b;
	b = calloc(1, sizeof(*b));
	DW_INVARIANT(b != NULL);
	(void)dw_map_put_u64(o->beside, id, b);
	return b;
}

static void drop_beside(struct dw_outbox *o, uint64_t id)
{
	struct outlet_beside *b = dw_map_remove_u64(o->beside, id);

	if (b == NULL)
		return;
	free(b->address);
	free(b);
}

/* ---- folding ---- */

/* A drill publishes nothing; if it ever did, it would not leave from here. */
static void apply_leaving(struct dw_outbox *o, const struct dw_stored *e)
{
	struct dw_rooms *rooms = dw_engine_rooms(o->engine);
	const struct dw_principal us = { .kind = DW_OPERATOR };
	const struct dw_incident *s = dw_rooms_find(rooms, e->room);
	const struct dw_statement_version *v = NULL;
	struct dw_arena *a = dw_arena_create();
	const struct dw_statement *t;
	struct dw_statement_fact f;

	statement_fact(&f, e, a);
	t = dw_statements_see(rooms, &us, f.statement);
	if (t != NULL && f.digest.p != NULL)
		v = dw_statement_version_of(t, f.digest, 0);
	if (v != NULL && s != NULL && !s->is_drill) {
		const struct dw_leaving l = {
			.seq = e->seq,
			.statement = f.statement,
			.room = e->room,
			.channel = v->channel,
			.reader = v->reader,
			.is_withdrawal = f.type == DW_EV_STATEMENT_WITHDRAWN
		};

		dw_outbox_leave(o->state, &l);
	}
	dw_arena_destroy(a);
}

static void apply_delivery(struct dw_outbox *o, const struct dw_stored *e)
{
	uint64_t seq, outlet;

	if (!dw_delivery_read(e->payload, &seq, &outlet))
		return;
	dw_outbox_done(o->state, seq, outlet);
	if (dw_event_by_name(e->type) == DW_EV_DELIVERY_MADE &&
	    dw_outbox_find(o->state, outlet) != NULL)
		outbox_beside(o, outlet)->last_success_at = e->recorded_at;
}

static void apply_outlet(struct dw_outbox *o, const struct dw_stored *e)
{
	struct dw_outlet_fact f = { .type = dw_event_by_name(e->type),
				    .seq = e->seq,
				    .actor = e->actor,
				    .recorded_at = e->recorded_at };
	struct outlet_beside *b;

	dw_outlet_read(&f, e->payload, o->state->arena);
	dw_outbox_outlet(o->state, &f);
	if (f.type == DW_EV_OUTLET_REMOVED) {
		drop_beside(o, f.now.id);
	} else if (f.type == DW_EV_OUTLET_CHANGED) {
		b = outbox_beside(o, f.now.id);
		b->failures = 0;
		b->error_at = 0;
	}
}

static void fold(struct dw_outbox *o, const struct dw_stored *e)
{
	switch ((unsigned)dw_event_by_name(e->type)) {
	case DW_EV_STATEMENT_PUBLISHED:
	case DW_EV_STATEMENT_WITHDRAWN:
		apply_leaving(o, e);
		break;
	case DW_EV_DELIVERY_MADE:
	case DW_EV_DELIVERY_FAILED:
		apply_delivery(o, e);
		break;
	case DW_EV_OUTLET_ADDED:
	case DW_EV_OUTLET_CHANGED:
	case DW_EV_OUTLET_REMOVED:
		apply_outlet(o, e);
		break;
	default:
		break;
	}
}

void dw_outbox_apply(struct dw_outbox *o, const struct dw_stored *e)
{
	enum dw_event_type type = dw_event_by_name(e->type);

	if (is_about(type))
		fold(o, e);
	if (is_about(type) || type == DW_EV_OUTGOING_THAWED)
		outbox_look_soon(o);
}

int dw_outbox_project_on_writer(struct dw_db *db, const struct dw_stored *e,
				struct dw_err *err)
{
	sqlite3_stmt *q;

	if (!is_about(dw_event_by_name(e->type)))
		return 0;
	q = dw_db_stmt(db, add_sql, err);
	if (q == NULL)
		return DW_EINTERNAL;
	dw_db_bind_u64(q, 1, e->seq);
	return dw_db_run(db, q, err);
}

/* ---- opening ---- */

static bool on_event(void *data, const struct dw_stored *e)
{
	fold(data, e);
	return false;
}

static void take_address(struct dw_outbox *o, sqlite3_stmt *q)
{
	uint64_t id = (uint64_t)sqlite3_column_int64(q, 0);
	struct dw_str address = dw_db_text(q, 1), secret = dw_db_text(q, 2);
	struct outlet_beside *b;

	if (dw_outbox_find(o->state, id) == NULL)
		return;
	b = outbox_beside(o, id);
	b->address = strndup(address.p, address.n);
	DW_INVARIANT(b->address != NULL);
	snprintf(b->secret, sizeof(b->secret), "%.*s", (int)secret.n,
		 secret.p != NULL ? secret.p : "");
}

static int load_addresses(struct dw_outbox *o, struct dw_reader *r, struct dw_err *err)
{
	struct dw_db *db = dw_reader_db(r);
	sqlite3_stmt *q = dw_db_stmt(db, address_sql, err);
	int rc;

	if (q == NULL)
		return DW_EINTERNAL;
	while ((rc = dw_db_step(db, q, err)) == 1)
		take_address(o, q);
	sqlite3_reset(q);
	return rc;
}

static void on_look(struct dw_task *t)
{
	outbox_look(DW_CONTAINER_OF(t, struct dw_outbox, look));
}

static void on_tick(struct dw_deadline *d)
{
	struct dw_outbox *o = DW_CONTAINER_OF(d, struct dw_outbox, tick);

	outbox_look(o);
	dw_deadline_start(dw_engine_conf(o->engine)->timers, o->cls_tick, d);
}

int dw_outbox_open(struct dw_outbox **out, struct dw_engine *e, struct dw_reader *r,
		   struct dw_err *err)
{
	struct dw_timers *timers = dw_engine_conf(e)->timers;
	struct dw_outbox *o = calloc(1, sizeof(*o));
	int rc = 0;

	DW_INVARIANT(o != NULL);
	o->engine = e;
	o->state = dw_outbox_state_create();
	o->beside = dw_map_create();
	dw_list_init(&o->sent);
	dw_list_init(&o->pausing);
	dw_task_init(&o->look, on_look);
	dw_deadline_init(&o->tick, on_tick);
	if (dw_reader_db(r) != NULL) {
		rc = dw_reader_scan_listed(r, events_sql, on_event, o, err);
		if (rc == 0)
			rc = load_addresses(o, r, err);
	}
	if (rc < 0) {
		dw_outbox_destroy(o);
		return dw_wrap(err, rc, "folding what is on its way to outlets");
	}
	o->cls_tick = dw_timers_class(timers, TICK_MS);
	dw_deadline_start(timers, o->cls_tick, &o->tick);
	*out = o;
	return 0;
}

void dw_outbox_stop(struct dw_outbox *o)
{
	DW_REQUIRE(!o->has_carrier);
	o->is_stopped = true;
	dw_deadline_stop(&o->tick);
	dw_task_cancel(dw_engine_conf(o->engine)->loop, &o->look);
}

void dw_outbox_destroy(struct dw_outbox *o)
{
	struct dw_str key;
	size_t it = 0;
	void *v;

	if (o == NULL)
		return;
	dw_deadline_stop(&o->tick);
	outlet_pauses_free(o);
	outbox_deliveries_free(o);
	while (dw_map_next(o->beside, &it, &key, &v)) {
		free(((struct outlet_beside *)v)->address);
		free(v);
	}
	dw_map_destroy(o->beside);
	dw_outbox_state_destroy(o->state);
	free(o);
}

/* ---- looking ---- */

void outbox_look_soon(struct dw_outbox *o)
{
	if (!o->is_stopped)
		dw_task_post(dw_engine_conf(o->engine)->loop, &o->look);
}

const struct dw_outbox_state *dw_outbox_now(const struct dw_outbox *o)
{
	return o->state;
}

void dw_outbox_stats(const struct dw_outbox *o, struct dw_outbox_stats *out)
{
	*out = o->stats;
	out->open = o->state->open.n;
}

void dw_outbox_set_carrier(struct dw_outbox *o, const struct dw_carrier *c)
{
	DW_REQUIRE(c != NULL || o->n_out == 0);
	o->has_carrier = c != NULL;
	if (c != NULL)
		o->carrier = *c;
	if (c != NULL)
		outbox_look_soon(o);
}
