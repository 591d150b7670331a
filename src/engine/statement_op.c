/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * statement_op.c - one command to a statement, from its start to its answer.
 *
 *   start ─► wait for the room ─► decide ─► append ─► durable, folded ─► cb
 *                                   ▲          │
 *                                   └─ conflict┘
 *
 * It goes the way of a command to the room (room_op.c) and stands in the same line: what a
 * statement may say depends on the room's claims, and its events are entries there. A keystroke is a
 * command like any other. What may leave at all is decided elsewhere too (an emergency stop, the
 * settings, who is still an approver), so commands that read that name its position as well.
 *
 *  (1) A decision is made against the states of exactly the positions that the append names.
 *  (2) No payload has a number of its own batch: what it points at there is so many events back.
 */
#include "engine/account.h"
#include "statement_int.h"

#include <stdlib.h>

#define TRIES 8

static void on_done(struct dw_task *t)
{
	struct dw_statement_op *op = DW_CONTAINER_OF(t, struct dw_statement_op, done);

	op->cb(op);
}

void dw_statement_op_init(struct dw_statement_op *op)
{
	memset(op, 0, sizeof(*op));
	op->arena = dw_arena_create();
}

static void drop_records(struct dw_statement_op *op)
{
	for (size_t i = 0; i < op->append.n; i++)
		dw_blob_unref(op->rec[i].payload);
	memset(op->rec, 0, sizeof(op->rec));
	op->append.n = 0;
}

void dw_statement_op_fini(struct dw_statement_op *op)
{
	drop_records(op);
	dw_arena_destroy(op->arena);
	op->arena = NULL;
}

static void finish(struct dw_statement_op *op, int status)
{
	op->status = status;
	if (status < 0)
		dw_fault_tell(&op->fault, status, &op->err);
	dw_task_post(dw_engine_conf(op->rooms->engine)->loop, &op->done);
}

/* ---- deciding ---- */

static int find(struct dw_statement_op *op, const struct dw_incident **s,
		const struct statement **t)
{
	const struct dw_principal *who = &op->cmd.who;

	*t = statement_find(op->rooms, op->statement);
	if (op->statement != 0 &&
	    (*t == NULL || dw_statements_see(op->rooms, who, op->statement) == NULL))
		return dw_fail(&op->err, DW_ENOTFOUND,
			       "there is no statement of this id");
	if (*t != NULL)
		op->incident = (*t)->room->state->id;
	*s = dw_rooms_see(op->rooms, who, op->incident);
	if (*s == NULL)
		return dw_fail(&op->err, DW_ENOTFOUND, "there is no incident of this id");
	return 0;
}

static int decide(struct dw_statement_op *op)
{
	struct dw_engine *e = op->rooms->engine;
	const struct dw_incident *s = NULL;
	const struct statement *t = NULL;
	int rc = dw_account_still(dw_engine_account(e), &op->cmd.who, &op->err);

	if (rc == 0)
		rc = find(op, &s, &t);
	if (rc < 0 || s == NULL)
		return rc;
	memset(&op->plan, 0, sizeof(op->plan));
	op->plan.arena = op->arena;
	op->cmd.now = dw_now_us(dw_engine_clock(e));
	if (op->is_contradiction) {
		dw_statement_contradict(t->state, s, &op->plan);
		return 0;
	}
	statement_fill(op, t);
	rc = dw_statement_decide(&op->cmd, t != NULL ? t->state : NULL, s, &op->plan,
				 &op->fault);
	if (rc == 0 && op->cmd.type == DW_CMD_SUBMIT && op->plan.n == 0)
		op->version_seq = dw_statement_submitted(t->state)->seq;
	return rc;
}

/* ---- appending ---- */

static void make_record(struct dw_statement_op *op, enum dw_event_type type,
			struct dw_blob *payload)
{
	const struct dw_event_info *info = dw_event_info(type);
	struct dw_record *r = &op->rec[op->append.n++];

	DW_INVARIANT(op->append.n <= DW_STATEMENT_RECORDS);
	r->type = info->name;
	r->type_version = (uint16_t)info->version;
	r->actor = op->cmd.who.kind == DW_OPERATOR ? 0 : op->cmd.who.id;
	r->room = op->incident;
	memcpy(r->command, op->command, sizeof(r->command));
	r->payload = payload;
}

static void make_records(struct dw_statement_op *op)
{
	const struct dw_statement_plan *p = &op->plan;

	op->append.recs = op->rec;
	for (size_t i = 0; i < p->n; i++) {
		make_record(op, p->fact[i].type, dw_statement_payload(&p->fact[i]));
		/* it uses the envelope up: two at once do not both get the last turn */
		if (p->fact[i].envelope != 0)
			op->rec[i].moves = DW_KEY_OUTGOING;
	}
	for (size_t i = 0; i < p->n_room; i++)
		make_record(op, p->room_fact[i].type, dw_fact_payload(&p->room_fact[i]));
}

/* The facts as they were stored. */
static void take_numbers(struct dw_statement_op *op)
{
	struct dw_statement_plan *p = &op->plan;

	for (size_t i = 0; i < p->n; i++) {
		struct dw_statement_fact *f = &p->fact[i];

		f->seq = op->rec[i].seq;
		f->recorded_at = op->rec[i].recorded_at;
		f->room = op->incident;
		f->actor = op->rec[i].actor;
		if (f->type == DW_EV_STATEMENT_DRAFTED)
			op->statement = f->seq;
		if (f->type == DW_EV_STATEMENT_SUBMITTED)
			op->version_seq = f->seq;
	}
	for (size_t i = 0; i < p->n_room; i++) {
		p->room_fact[i].seq = op->rec[p->n + i].seq;
		p->room_fact[i].recorded_at = op->rec[p->n + i].recorded_at;
	}
}

static int also_on_writer(struct dw_append *a, struct dw_db *db, struct dw_err *err)
{
	struct dw_statement_op *op = DW_CONTAINER_OF(a, struct dw_statement_op, append);

	take_numbers(op);
	return op->also_on_writer(op, db, err);
}

static void run(struct dw_statement_op *op);

static void on_turn(struct dw_room_turn *t)
{
	run(DW_CONTAINER_OF(t, struct dw_statement_op, turn));
}

/* The text is what this append made it: nobody else's can be in between. */
static void measure(struct dw_statement_op *op)
{
	const struct statement *t = statement_find(op->rooms, op->statement);

	if (t == NULL || op->cmd.type != DW_CMD_TYPE)
		return;
	op->units = t->state->draft.units;
	op->hash = dw_draft_hash(&t->state->draft);
}

static void on_appended(struct dw_append *a)
{
	struct dw_statement_op *op = DW_CONTAINER_OF(a, struct dw_statement_op, append);
	struct room *room = room_find(op->rooms, op->incident);

	room_line_end(room);
	if (a->status == DW_ECONFLICT && ++op->tries < TRIES) {
		run(op);
	} else {
		if (a->status < 0) {
			op->err = a->err;
		} else {
			take_numbers(op);
			measure(op);
		}
		finish(op, a->status);
	}
	room_line_go_on(room);
}

static void expect_key(struct dw_statement_op *op, uint64_t key)
{
	struct dw_journal *j = dw_engine_journal(op->rooms->engine);

	op->expect[op->append.n_expect++] =
		(struct dw_expect){ key, dw_journal_position(j, key) };
}

static void expect(struct dw_statement_op *op)
{
	const struct dw_incident *goes_on = op->cmd.goes_on;
	enum dw_command_type type = op->cmd.type;

	op->append.expect = op->expect;
	expect_key(op, op->incident);
	if (type == DW_CMD_SUBMIT || type == DW_CMD_RULE || type == DW_CMD_PUBLISH)
		expect_key(op, DW_KEY_OUTGOING);
	if (type == DW_CMD_WITHDRAW && goes_on != NULL && goes_on->id != op->incident)
		expect_key(op, goes_on->id);
	if (type == DW_CMD_RULE || type == DW_CMD_PUBLISH)
		expect_key(op, DW_KEY_ROLES);
}

static void run(struct dw_statement_op *op)
{
	const struct statement *t = statement_find(op->rooms, op->statement);
	struct room *room = t != NULL ? t->room : room_find(op->rooms, op->incident);
	int rc;

	if (room_line_wait(room, &op->turn))
		return;
	drop_records(op);
	rc = decide(op);
	if (rc < 0 || (op->plan.n == 0 && op->also_on_writer == NULL)) {
		if (rc == 0)
			measure(op);
		finish(op, rc);
		return;
	}
	memset(&op->append, 0, sizeof(op->append));
	make_records(op);
	expect(op);
	op->append.also_on_writer = op->also_on_writer != NULL ? also_on_writer : NULL;
	op->append.cb = on_appended;
	rc = dw_engine_append(op->rooms->engine, &op->append);
	if (rc < 0) {
		op->err = op->append.err;
		finish(op, rc);
		return;
	}
	room_line_begin(room);
}

void dw_statement_do(struct dw_rooms *rooms, struct dw_statement_op *op)
{
	static const uint8_t none[16];

	DW_REQUIRE(op->cb != NULL && op->rooms == NULL && op->arena != NULL);
	op->rooms = rooms;
	dw_list_init(&op->turn.link);
	op->turn.run = on_turn;
	dw_task_init(&op->done, on_done);
	op->cmd.people = dw_account_people(dw_engine_account(rooms->engine));
	if (memcmp(op->command, none, sizeof(none)) == 0)
		dw_random(dw_engine_clock(rooms->engine), op->command,
			  sizeof(op->command));
	run(op);
}
