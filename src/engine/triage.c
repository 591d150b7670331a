/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * triage.c - a change of what becomes of a mention, from its start to its answer.
 *
 *   start ─► read the mention and its newest triage ─► decide ─► append ─► durable ─► cb
 *                 ▲                                                 │
 *                 └──────────────────── conflict ──────────────────┘
 *
 * There are too many mentions to keep their triage in memory. The event says all of it and moves
 * the mention's own decision key, so the key's position is where the newest one is, and two people
 * who take the same mention cannot pass each other.
 */
#include "engine/triage.h"

#include "engine/account.h"

#include <stdlib.h>

#define TRIES 8

static void on_done(struct dw_task *t)
{
	struct dw_triage_op *op = DW_CONTAINER_OF(t, struct dw_triage_op, done);

	op->cb(op);
}

void dw_triage_op_init(struct dw_triage_op *op)
{
	memset(op, 0, sizeof(*op));
	op->arena = dw_arena_create();
}

void dw_triage_op_fini(struct dw_triage_op *op)
{
	dw_blob_unref(op->rec.payload);
	op->rec.payload = NULL;
	dw_arena_destroy(op->arena);
	op->arena = NULL;
}

static void finish(struct dw_triage_op *op, int status)
{
	op->status = status;
	if (status < 0)
		dw_fault_tell(&op->fault, status, &op->err);
	dw_task_post(dw_engine_conf(op->engine)->loop, &op->done);
}

/* ---- reading ---- */

static bool on_mention(void *data, const struct dw_stored *e)
{
	*(bool *)data = dw_event_by_name(e->type) == DW_EV_MENTION_ADDED;
	return false;
}

static bool on_triage(void *data, const struct dw_stored *e)
{
	struct dw_triage_op *op = data;

	op->now.type = dw_event_by_name(e->type);
	op->now.seq = e->seq;
	op->now.actor = e->actor;
	op->now.recorded_at = op->now.occurred_at = e->recorded_at;
	dw_fact_read(&op->now, e->payload, op->arena);
	return false;
}

static void read_on_pool(struct dw_work *w, void *local)
{
	struct dw_triage_op *op = DW_CONTAINER_OF(w, struct dw_triage_op, work);
	bool is_mention = false;
	uint64_t last;

	memset(&op->now, 0, sizeof(op->now));
	op->status = local == NULL ? DW_EIO : 0;
	if (op->status == 0)
		op->status = dw_reader_scan(local, op->mention - 1, 1, on_mention,
					    &is_mention, &last, &op->err);
	if (op->status == 0 && !is_mention)
		op->status =
			dw_fail(&op->err, DW_ENOTFOUND, "there is no mention of this id");
	if (op->status == 0 && op->expect.pos != 0)
		op->status = dw_reader_scan(local, op->expect.pos - 1, 1, on_triage, op,
					    &last, &op->err);
}

static void on_read(struct dw_work *w);

static void look(struct dw_triage_op *op)
{
	struct dw_journal *j = dw_engine_journal(op->engine);
	int rc;

	op->expect =
		(struct dw_expect){ op->mention, dw_journal_position(j, op->mention) };
	op->work.run_on_pool = read_on_pool;
	op->work.on_done = on_read;
	rc = dw_engine_read(op->engine, &op->who, &op->work, &op->err);
	if (rc < 0)
		finish(op, rc);
}

/* ---- appending ---- */

static void take_numbers(struct dw_triage_op *op)
{
	if (!op->is_new)
		return;
	op->f.seq = op->rec.seq;
	op->f.recorded_at = op->f.occurred_at = op->rec.recorded_at;
}

static int also_on_writer(struct dw_append *a, struct dw_db *db, struct dw_err *err)
{
	struct dw_triage_op *op = DW_CONTAINER_OF(a, struct dw_triage_op, append);

	take_numbers(op);
	return op->also_on_writer != NULL ? op->also_on_writer(op, db, err) : 0;
}

static void on_appended(struct dw_append *a)
{
	struct dw_triage_op *op = DW_CONTAINER_OF(a, struct dw_triage_op, append);

	if (a->status == DW_ECONFLICT && ++op->tries < TRIES) {
		look(op);
		return;
	}
	if (a->status < 0)
		op->err = a->err;
	else
		take_numbers(op);
	finish(op, a->status);
}

static void make_record(struct dw_triage_op *op)
{
	const struct dw_event_info *info = dw_event_info(DW_EV_MENTION_TRIAGED);

	dw_blob_unref(op->rec.payload);
	memset(&op->rec, 0, sizeof(op->rec));
	op->rec.type = info->name;
	op->rec.type_version = (uint16_t)info->version;
	op->rec.actor = op->who.id;
	op->rec.moves = op->mention;
	memcpy(op->rec.command, op->command, sizeof(op->rec.command));
	op->rec.payload = dw_fact_payload(&op->f);
}

static int decide(struct dw_triage_op *op)
{
	op->f = op->wish;
	op->f.type = DW_EV_MENTION_TRIAGED;
	op->f.mention = op->mention;
	op->f.actor = op->who.id;
	return dw_decide_triage(&op->now, &op->people, &op->f, &op->fault);
}

static void on_read(struct dw_work *w)
{
	struct dw_triage_op *op = DW_CONTAINER_OF(w, struct dw_triage_op, work);
	int rc = op->status < 0 ? op->status : decide(op);

	op->is_new = rc == 1;
	if (rc == 0) {
		op->f = op->now;
		op->f.mention = op->mention;
	}
	if (rc < 0 || (rc == 0 && op->also_on_writer == NULL)) {
		finish(op, rc);
		return;
	}
	if (op->is_new)
		make_record(op);
	memset(&op->append, 0, sizeof(op->append));
	op->append.recs = &op->rec;
	op->append.n = op->is_new;
	op->append.expect = &op->expect;
	op->append.n_expect = 1;
	op->append.also_on_writer = also_on_writer;
	op->append.cb = on_appended;
	rc = dw_engine_append(op->engine, &op->append);
	if (rc < 0) {
		op->err = op->append.err;
		finish(op, rc);
	}
}

void dw_triage_do(struct dw_engine *e, struct dw_triage_op *op)
{
	DW_REQUIRE(op->cb != NULL && op->engine == NULL && op->mention != 0);
	op->engine = e;
	op->people = dw_account_people(dw_engine_account(e));
	dw_task_init(&op->done, on_done);
	look(op);
}

/* ---- showing ---- */

void dw_triage_write(struct dw_jsonw *w, const struct dw_fact *f)
{
	dw_jsonw_obj(w);
	dw_jsonw_ku64(w, "mention", f->mention);
	dw_jsonw_kstr(w, "state", dw_str_of(dw_word_name(DW_WORD_TRIAGE, f->triage)));
	dw_jsonw_ku64_or_null(w, "owner", f->owner);
	if ((f->has & DW_HAS(NOTE)) != 0)
		dw_jsonw_kstr(w, "note", f->note);
	if ((f->has & DW_HAS(OUTCOME)) != 0)
		dw_jsonw_kstr(w, "outcome",
			      dw_str_of(dw_word_name(DW_WORD_OUTCOME, f->outcome)));
	if (f->asks)
		dw_jsonw_kbool(w, "asks", true);
	if (f->seq != 0) {
		dw_jsonw_ku64(w, "version", f->seq);
		dw_jsonw_ku64(w, "by", f->actor);
		dw_jsonw_ktime(w, "at", f->recorded_at);
	}
	dw_jsonw_obj_end(w);
}
