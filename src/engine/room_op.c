/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * room_op.c - one command to a room, from its start to its answer.
 *
 *   start ─► (look mentions up) ─► wait for the room ─► decide ─► append ─► durable, folded ─► cb
 *                                                         ▲          │
 *                                                         └─ conflict┘
 *
 * Commands to one room stand in line (room_line.c), so each is decided on what the one before
 * came to, and a conflict only comes from another node. It is then decided again: what would not
 * change anything any more falls away, and what may no longer be is refused.
 *
 *  (1) A decision is made against the state of exactly the position that the append names.
 *  (2) Commands to one room take effect in the order in which they stood in line.
 */
#include "engine/account.h"
#include "engine/mention_json.h"
#include "engine/playbook.h"
#include "room_int.h"

#include <stdlib.h>

#define TRIES 8

static void on_done(struct dw_task *t)
{
	struct dw_room_op *op = DW_CONTAINER_OF(t, struct dw_room_op, done);

	op->cb(op);
}

void dw_room_op_init(struct dw_room_op *op)
{
	memset(op, 0, sizeof(*op));
	op->arena = dw_arena_create();
}

static void drop_records(struct dw_room_op *op)
{
	for (size_t i = 0; i < op->append.n; i++)
		dw_blob_unref(op->recs[i].payload);
	free(op->recs);
	op->recs = NULL;
	op->append.n = 0;
}

void dw_room_op_fini(struct dw_room_op *op)
{
	drop_records(op);
	dw_plan_fini(&op->plan);
	dw_arena_destroy(op->arena);
	op->arena = NULL;
}

static void finish(struct dw_room_op *op, int status)
{
	op->status = status;
	if (status < 0)
		dw_fault_tell(&op->fault, status, &op->err);
	dw_task_post(dw_engine_conf(op->rooms->engine)->loop, &op->done);
}

/* ---- deciding ---- */

static void make_records(struct dw_room_op *op)
{
	const struct dw_plan *p = &op->plan;

	op->recs = calloc(p->n + 1, sizeof(*op->recs));
	DW_INVARIANT(op->recs != NULL);
	for (size_t i = 0; i < p->n; i++) {
		const struct dw_event_info *info = dw_event_info(p->fact[i].type);
		struct dw_record *r = &op->recs[i];

		r->type = info->name;
		r->type_version = (uint16_t)info->version;
		r->actor = p->fact[i].actor;
		r->room = p->fact[i].room;
		r->room_back = p->room_back[i];
		r->occurred_at = p->fact[i].occurred_at;
		memcpy(r->command, op->command, sizeof(r->command));
		r->payload = dw_fact_payload(&p->fact[i]);
	}
	op->append.recs = op->recs;
	op->append.n = p->n;
}

/* The facts as they were stored. */
static void take_numbers(struct dw_room_op *op)
{
	for (size_t i = 0; i < op->plan.n; i++) {
		struct dw_fact *f = &op->plan.fact[i];
		const struct dw_record *r = &op->recs[i];

		f->seq = r->seq;
		f->recorded_at = r->recorded_at;
		f->occurred_at = r->occurred_at != 0 ? r->occurred_at : r->recorded_at;
		if (r->room_back > 0)
			f->room = r->seq - (r->room_back - 1);
	}
}

static int also_on_writer(struct dw_append *a, struct dw_db *db, struct dw_err *err)
{
	struct dw_room_op *op = DW_CONTAINER_OF(a, struct dw_room_op, append);

	take_numbers(op);
	return op->also_on_writer != NULL ? op->also_on_writer(op, db, err) : 0;
}

/* ---- appending ---- */

static void run(struct dw_room_op *op);

/* A merger has two rooms. */
static struct room *second_room(const struct dw_room_op *op)
{
	return op->cmd.type == DW_CMD_CHANGE && op->cmd.f.into != op->room
		       ? room_find(op->rooms, op->cmd.f.into)
		       : NULL;
}

static void on_turn(struct dw_room_turn *t)
{
	run(DW_CONTAINER_OF(t, struct dw_room_op, turn));
}

static void on_appended(struct dw_append *a)
{
	struct dw_room_op *op = DW_CONTAINER_OF(a, struct dw_room_op, append);
	struct room *first = room_find(op->rooms, op->room), *second = second_room(op);

	room_line_end(first);
	room_line_end(second);
	if (a->status == DW_ECONFLICT && ++op->tries < TRIES) {
		run(op);
	} else {
		if (a->status < 0)
			op->err = a->err;
		else
			take_numbers(op);
		finish(op, a->status);
	}
	room_line_go_on(first);
	room_line_go_on(second);
}

static int decide(struct dw_room_op *op)
{
	struct dw_engine *e = op->rooms->engine;
	const struct room *second = second_room(op);
	const struct dw_incident *s = NULL, *into = NULL;

	if (op->room != 0) {
		s = dw_rooms_see(op->rooms, &op->cmd.who, op->room);
		if (s == NULL)
			return dw_fail(&op->err, DW_ENOTFOUND,
				       "there is no incident of this id");
	}
	if (second != NULL)
		into = dw_rooms_see(op->rooms, &op->cmd.who, second->state->id);
	dw_plan_fini(&op->plan);
	op->plan.arena = op->arena;
	op->cmd.now = dw_now_us(dw_engine_clock(e));
	op->cmd.head = dw_journal_head(dw_engine_journal(e));
	return dw_decide(&op->cmd, s, into, &op->plan, &op->fault);
}

static void expect(struct dw_room_op *op)
{
	struct dw_journal *j = dw_engine_journal(op->rooms->engine);
	const struct room *second = second_room(op);

	op->append.expect = op->expect;
	op->append.n_expect = 0;
	if (op->room != 0)
		op->expect[op->append.n_expect++] =
			(struct dw_expect){ op->room, dw_journal_position(j, op->room) };
	if (second != NULL)
		op->expect[op->append.n_expect++] =
			(struct dw_expect){ second->state->id,
					    dw_journal_position(j, second->state->id) };
}

/* Decide and send; behind whoever is first. */
static void run(struct dw_room_op *op)
{
	struct room *room = room_find(op->rooms, op->room), *second = second_room(op);
	int rc;

	if (room_line_wait(room, &op->turn) || room_line_wait(second, &op->turn))
		return;
	drop_records(op);
	rc = decide(op);
	if (rc < 0 || (op->plan.n == 0 && op->also_on_writer == NULL)) {
		finish(op, rc);
		return;
	}
	memset(&op->append, 0, sizeof(op->append));
	make_records(op);
	expect(op);
	op->append.also_on_writer = also_on_writer;
	op->append.cb = on_appended;
	rc = dw_engine_append(op->rooms->engine, &op->append);
	if (rc < 0) {
		op->err = op->append.err;
		finish(op, rc);
		return;
	}
	room_line_begin(room);
	room_line_begin(second);
}

/* ---- mentions that it names: do they exist, and when were they said ---- */

struct looking {
	struct dw_linked *link;
	bool is_found;
};

/* Nobody's clock makes a message younger than its arrival. */
static bool on_mention(void *data, const struct dw_stored *e)
{
	struct looking *l = data;
	struct dw_mention_doc doc;
	struct dw_fault f;

	l->is_found = dw_event_by_name(e->type) == DW_EV_MENTION_ADDED;
	l->link->id = e->seq;
	l->link->at = e->recorded_at;
	if (!l->is_found || e->payload.p == NULL ||
	    dw_mention_parse(&doc, e->payload, DW_MENTION_STORED, &f) < 0)
		return false;
	if ((doc.m.has & DW_MENTION_POSTED_AT) != 0 && doc.m.posted_at < e->recorded_at &&
	    doc.m.posted_at != 0)
		l->link->at = doc.m.posted_at;
	dw_mention_doc_fini(&doc);
	return false;
}

static int by_id(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void look_up_on_pool(struct dw_work *w, void *local)
{
	struct dw_room_op *op = DW_CONTAINER_OF(w, struct dw_room_op, work);
	struct dw_linked *list =
		dw_arena_alloc(op->arena, (op->wanted.n + 1) * sizeof(*list));
	size_t n = 0;
	uint64_t last;

	op->status = local != NULL ? 0 : DW_EIO;
	qsort(op->wanted.p, op->wanted.n, sizeof(*op->wanted.p), by_id);
	for (size_t i = 0; op->status == 0 && i < op->wanted.n; i++) {
		struct looking l = { &list[n], false };

		if (i > 0 && op->wanted.p[i] == op->wanted.p[i - 1])
			continue;
		op->status = dw_reader_scan(local, op->wanted.p[i] - 1, 1, on_mention, &l,
					    &last, &op->err);
		n += l.is_found;
	}
	op->cmd.links = list;
	op->cmd.n_links = n;
}

static void on_looked_up(struct dw_work *w)
{
	struct dw_room_op *op = DW_CONTAINER_OF(w, struct dw_room_op, work);

	if (op->status < 0)
		finish(op, op->status);
	else
		run(op);
}

static void collect(struct dw_room_op *op)
{
	const struct dw_fact *f = &op->cmd.f;
	size_t most = f->evidence.n;
	bool has_ids = op->cmd.type == DW_CMD_LINK || op->cmd.type == DW_CMD_DECLARE;

	if (has_ids)
		most += f->ids.n;
	op->wanted.p = dw_arena_alloc(op->arena, (most + 1) * sizeof(uint64_t));
	for (size_t i = 0; has_ids && i < f->ids.n; i++)
		op->wanted.p[op->wanted.n++] = f->ids.p[i];
	for (size_t i = 0; i < f->evidence.n; i++)
		if (f->evidence.p[i].mention != 0)
			op->wanted.p[op->wanted.n++] = f->evidence.p[i].mention;
}

static void look_up(struct dw_room_op *op)
{
	int rc;

	op->work.run_on_pool = look_up_on_pool;
	op->work.on_done = on_looked_up;
	rc = dw_engine_read(op->rooms->engine, &op->cmd.who, &op->work, &op->err);
	if (rc < 0)
		finish(op, rc);
}

int dw_room_would(struct dw_rooms *rooms, struct dw_room_op *op)
{
	int rc;

	op->rooms = rooms;
	op->cmd.people = dw_account_people(dw_engine_account(rooms->engine));
	rc = decide(op);
	op->rooms = NULL;
	if (rc < 0)
		dw_fault_tell(&op->fault, rc, &op->err);
	dw_plan_fini(&op->plan);
	return rc;
}

void dw_room_do(struct dw_rooms *rooms, struct dw_room_op *op)
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
	if (op->cmd.type == DW_CMD_START)
		op->cmd.playbook =
			dw_playbooks_copy(dw_engine_playbooks(rooms->engine),
					  op->cmd.f.slug, op->cmd.f.lang, op->arena);
	collect(op);
	if (op->wanted.n > 0)
		look_up(op);
	else
		run(op);
}
