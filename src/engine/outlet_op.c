/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * outlet_op.c - one command about outlets, from its start to its answer.
 *
 *   start ─► decide ─► append ─► durable, folded ─► cb
 *              ▲          │
 *              └─ conflict┘
 *
 * Where an outlet leads, and its secret, go into a table of their own in the same transaction, and from here
 * into memory when that is durable. A secret is made once, for a new webhook, and shown once.
 */
#include "outbox_int.h"

#include "base/base64.h"
#include "store/db.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#define TRIES 8
#define ALL_CHANNELS ((1u << DW_CHANNEL_COUNT) - 1)

static const char put_sql[] =
	"INSERT INTO outlet_address (outlet, address, secret) VALUES (?1, ?2, ?3)"
	" ON CONFLICT (outlet) DO UPDATE SET address = ?2";
static const char drop_sql[] = "DELETE FROM outlet_address WHERE outlet = ?1";

static void on_done(struct dw_task *t)
{
	struct dw_outlet_op *op = DW_CONTAINER_OF(t, struct dw_outlet_op, done);

	op->cb(op);
}

static void finish(struct dw_outlet_op *op, int status)
{
	op->status = status;
	if (status < 0)
		dw_fault_tell(&op->fault, status, &op->err);
	dw_task_post(dw_engine_conf(op->outbox->engine)->loop, &op->done);
}

void dw_outlet_op_fini(struct dw_outlet_op *op)
{
	dw_blob_unref(op->rec.payload);
	op->rec.payload = NULL;
	sodium_memzero(op->secret, sizeof(op->secret));
	dw_arena_destroy(op->arena);
	op->arena = NULL;
}

/* ---- deciding ---- */

static struct dw_str keep(struct dw_outlet_op *op, struct dw_str s)
{
	return s.p != NULL ? dw_str_make(dw_arena_strdup(op->arena, s), s.n) : s;
}

/* Addresses as their table has them. */
static void set_to(struct dw_outlet_op *op)
{
	struct dw_buf b;

	dw_buf_init(&b, (DW_MAIL_ADDRESS_MAX + 1) * DW_OUTLET_TO_MAX + 1);
	for (size_t i = 0; i < op->wish.n_to; i++)
		DW_INVARIANT(dw_buf_addf(&b, "%s%.*s", i > 0 ? "\n" : "",
					 (int)op->wish.to[i].n, op->wish.to[i].p) == 0);
	op->address = keep(op, dw_buf_str(&b));
	op->fact.now.n_to = (unsigned)op->wish.n_to;
	dw_buf_fini(&b);
}

static void take_wish(struct dw_outlet_op *op)
{
	const struct dw_outlet_wish *w = &op->wish;
	struct dw_outlet *x = &op->fact.now;

	if ((w->has & DW_OUTLET_HAS_NAME) != 0)
		x->name = keep(op, w->name);
	if ((w->has & DW_OUTLET_HAS_CHANNELS) != 0)
		x->channels = w->channels;
	if ((w->has & DW_OUTLET_HAS_READERS) != 0)
		x->readers = w->readers;
	if ((w->has & DW_OUTLET_HAS_PAUSED) != 0) {
		x->is_paused = w->is_paused;
		x->why = keep(op, dw_str_of(op->why));
	}
	if ((w->has & DW_OUTLET_HAS_URL) != 0) {
		op->address = keep(op, w->url);
		x->host = dw_outlet_host(op->address);
	}
	if ((w->has & DW_OUTLET_HAS_TO) != 0)
		set_to(op);
}

static void make_secret(struct dw_outlet_op *op)
{
	uint8_t bytes[32];

	dw_random(dw_engine_clock(op->outbox->engine), bytes, sizeof(bytes));
	memcpy(op->secret, "whsec_", 6);
	(void)dw_base64(op->secret + 6, bytes, sizeof(bytes));
	sodium_memzero(bytes, sizeof(bytes));
}

static int decide_add(struct dw_outlet_op *op)
{
	const struct dw_outbox *o = op->outbox;

	if (o->state->outlets.n >= DW_OUTLETS_MAX)
		return dw_fail(&op->err, DW_EUNPROCESSABLE,
			       "there are %d outlets already, which is the most",
			       DW_OUTLETS_MAX);
	if (op->wish.kind == DW_OUTLET_EMAIL &&
	    (!o->has_carrier || !o->carrier.has_mail)) {
		snprintf(op->fault.pointer, sizeof(op->fault.pointer), "/kind");
		return dw_fail(&op->err, DW_EUNPROCESSABLE,
			       "this server sends no mail: smtp_url and smtp_from say by "
			       "which server, and from whom");
	}
	op->fact.now.kind = op->wish.kind;
	op->fact.now.channels = ALL_CHANNELS;
	op->fact.now.readers = 1u << DW_READER_PUBLIC;
	take_wish(op);
	if (op->wish.kind == DW_OUTLET_WEBHOOK)
		make_secret(op);
	return 0;
}

static bool is_same(const struct dw_outlet *a, const struct dw_outlet *b)
{
	return dw_str_eq(a->name, b->name) && a->channels == b->channels &&
	       a->readers == b->readers && a->is_paused == b->is_paused &&
	       dw_str_eq(a->why, b->why);
}

/* 1: an event; 0: it is so already. */
static int decide_change(struct dw_outlet_op *op, const struct dw_outlet *x)
{
	const struct outlet_beside *b = outbox_beside(op->outbox, x->id);
	bool is_mail = x->kind == DW_OUTLET_EMAIL;

	if ((op->wish.has & (is_mail ? DW_OUTLET_HAS_URL : DW_OUTLET_HAS_TO)) != 0) {
		(void)dw_fault_set(&op->fault, is_mail ? "/url" : "/to",
				   "that goes with the other kind");
		return DW_EINVAL;
	}
	take_wish(op);
	if (op->address.p != NULL && b->address != NULL &&
	    dw_str_eq(op->address, dw_str_of(b->address)))
		op->address.p = NULL;
	return op->address.p != NULL || !is_same(&op->fact.now, x);
}

/* 1, 0 or DW_E…. */
static int decide(struct dw_outlet_op *op)
{
	const struct dw_outlet *x;
	int rc;

	memset(&op->fact, 0, sizeof(op->fact));
	op->address = dw_str_make(NULL, 0);
	op->fact.type = op->type;
	op->fact.actor = op->who.kind == DW_OPERATOR ? 0 : op->who.id;
	if (op->type == DW_EV_OUTLET_ADDED) {
		rc = decide_add(op);
		return rc < 0 ? rc : 1;
	}
	x = dw_outbox_find(op->outbox->state, op->id);
	if (x == NULL)
		return dw_fail(&op->err, DW_ENOTFOUND, "there is no outlet of this id");
	if (op->version != 0 && op->version != x->version)
		return dw_fail(&op->err, DW_EMOVED,
			       "the outlet has changed since version %llu",
			       (unsigned long long)op->version);
	op->fact.now = *x;
	op->fact.now.name = keep(op, x->name);
	op->fact.now.host = keep(op, x->host);
	op->fact.now.why = keep(op, x->why);
	return op->type == DW_EV_OUTLET_REMOVED ? 1 : decide_change(op, x);
}

/* ---- the way ---- */

static void take_number(struct dw_outlet_op *op)
{
	struct dw_outlet_fact *f = &op->fact;

	f->seq = op->rec.seq;
	f->recorded_at = op->rec.recorded_at;
	f->now.version = f->seq;
	if (f->type == DW_EV_OUTLET_ADDED) {
		f->now.id = f->seq;
		f->now.by = f->actor;
		f->now.at = f->recorded_at;
	}
}

static int write_address(struct dw_outlet_op *op, struct dw_db *db, struct dw_err *err)
{
	bool is_drop = op->type == DW_EV_OUTLET_REMOVED;
	sqlite3_stmt *q;

	if (db == NULL || (!is_drop && op->address.p == NULL))
		return 0;
	q = dw_db_stmt(db, is_drop ? drop_sql : put_sql, err);
	if (q == NULL)
		return DW_EINTERNAL;
	dw_db_bind_u64(q, 1, op->fact.now.id);
	if (!is_drop) {
		dw_db_bind_text(q, 2, op->address);
		dw_db_bind_text(q, 3,
				dw_str_of(op->secret[0] != '\0' ? op->secret : NULL));
	}
	return dw_db_run(db, q, err);
}

static int also_on_writer(struct dw_append *a, struct dw_db *db, struct dw_err *err)
{
	struct dw_outlet_op *op = DW_CONTAINER_OF(a, struct dw_outlet_op, append);
	int rc;

	if (a->n > 0)
		take_number(op);
	rc = a->n > 0 ? write_address(op, db, err) : 0;
	return rc == 0 && op->also_on_writer != NULL ? op->also_on_writer(op, db, err)
						     : rc;
}

/* It is durable, and the fold knows of the outlet. */
static void take_address(struct dw_outlet_op *op)
{
	struct outlet_beside *b;

	if (op->type == DW_EV_OUTLET_REMOVED || op->address.p == NULL ||
	    dw_outbox_find(op->outbox->state, op->fact.now.id) == NULL)
		return;
	b = outbox_beside(op->outbox, op->fact.now.id);
	free(b->address);
	b->address = strndup(op->address.p, op->address.n);
	DW_INVARIANT(b->address != NULL);
	if (op->secret[0] != '\0')
		memcpy(b->secret, op->secret, sizeof(b->secret));
	outbox_look_soon(op->outbox);
}

static void commit(struct dw_outlet_op *op);

static void on_appended(struct dw_append *a)
{
	struct dw_outlet_op *op = DW_CONTAINER_OF(a, struct dw_outlet_op, append);

	if (a->status == DW_ECONFLICT && ++op->tries < TRIES) {
		commit(op);
		return;
	}
	if (a->status < 0) {
		op->err = a->err;
	} else if (a->n > 0) {
		take_number(op);
		take_address(op);
	}
	finish(op, a->status);
}

static void make_record(struct dw_outlet_op *op)
{
	const struct dw_event_info *info = dw_event_info(op->type);

	dw_blob_unref(op->rec.payload);
	op->rec = (struct dw_record){ .type = info->name,
				      .type_version = (uint16_t)info->version,
				      .actor = op->fact.actor,
				      .moves = DW_KEY_OUTLETS,
				      .payload = dw_outlet_payload(&op->fact) };
	memcpy(op->rec.command, op->command, sizeof(op->rec.command));
}

static void commit(struct dw_outlet_op *op)
{
	struct dw_engine *e = op->outbox->engine;
	int rc = decide(op);

	if (rc < 0 || (rc == 0 && op->also_on_writer == NULL)) {
		finish(op, rc);
		return;
	}
	op->expect = (struct dw_expect){
		DW_KEY_OUTLETS, dw_journal_position(dw_engine_journal(e), DW_KEY_OUTLETS)
	};
	memset(&op->append, 0, sizeof(op->append));
	if (rc == 1)
		make_record(op);
	op->append.recs = &op->rec;
	op->append.n = rc == 1;
	op->append.expect = &op->expect;
	op->append.n_expect = 1;
	op->append.also_on_writer = also_on_writer;
	op->append.cb = on_appended;
	rc = dw_engine_append(e, &op->append);
	if (rc < 0) {
		op->err = op->append.err;
		finish(op, rc);
	}
}

void dw_outlet_do(struct dw_outbox *o, struct dw_outlet_op *op)
{
	static const uint8_t none[16];

	DW_REQUIRE(op->cb != NULL && op->outbox == NULL);
	op->outbox = o;
	op->arena = dw_arena_create();
	dw_task_init(&op->done, on_done);
	if (memcmp(op->command, none, sizeof(none)) == 0)
		dw_random(dw_engine_clock(o->engine), op->command, sizeof(op->command));
	commit(op);
}

/* ---- by ourselves ---- */

struct pausing {
	struct dw_link link; /* on dw_outbox.pausing */
	struct dw_outlet_op op;
};

static void pausing_free(struct pausing *y)
{
	dw_list_remove(&y->link);
	dw_outlet_op_fini(&y->op);
	free(y);
}

static void on_paused(struct dw_outlet_op *op)
{
	pausing_free(DW_CONTAINER_OF(op, struct pausing, op));
}

void outlet_pause(struct dw_outbox *o, uint64_t id, const char *why)
{
	struct pausing *y = calloc(1, sizeof(*y));

	DW_INVARIANT(y != NULL);
	y->op.type = DW_EV_OUTLET_CHANGED;
	y->op.who.kind = DW_OPERATOR;
	y->op.id = id;
	y->op.wish.has = DW_OUTLET_HAS_PAUSED;
	y->op.wish.is_paused = true;
	y->op.why = why;
	y->op.cb = on_paused;
	dw_list_init(&y->link);
	dw_list_push(&o->pausing, &y->link);
	dw_outlet_do(o, &y->op);
}

/* Some may be appended already and not called back yet. */
void outlet_pauses_free(struct dw_outbox *o)
{
	while (o->pausing.next != &o->pausing) {
		struct pausing *y =
			DW_CONTAINER_OF(o->pausing.next, struct pausing, link);

		dw_task_cancel(dw_engine_conf(o->engine)->loop, &y->op.done);
		pausing_free(y);
	}
}
