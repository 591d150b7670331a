/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * authority.c - who may let statements go, in memory, on the loop; and commands to that.
 *
 *   start ─► decide ─► append ─► durable, folded ─► cb
 *              ▲          │
 *              └─ conflict┘
 *
 * All of it moves one key, DW_KEY_OUTGOING. Whatever is decided about a statement on the strength of
 * this state names that key at its position. So an emergency stop that is appended first makes a
 * publication behind it decide again, and that one is then refused: nothing slips through between.
 */
#include "engine/authority.h"

#include "authority_int.h"
#include "engine/account.h"
#include "store/db.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#define TRIES 8

static const char load_sql[] = "SELECT seq FROM authority_event ORDER BY seq";
static const char add_sql[] = "INSERT INTO authority_event (seq) VALUES (?1)";

/* ---- opening ---- */

static bool on_event(void *data, const struct dw_stored *e)
{
	dw_authorities_apply(data, e);
	return false;
}

static void set_origin(struct dw_authorities *a)
{
	static const char what[] = "diwan log origin";
	uint8_t mac[crypto_generichash_BYTES_MIN];
	char hex[2 * sizeof(mac) + 1];

	crypto_generichash(mac, sizeof(mac), (const uint8_t *)what, sizeof(what) - 1,
			   dw_engine_identity_key(a->engine), 32);
	snprintf(a->origin, sizeof(a->origin), "diwan/%.16s",
		 dw_hex(hex, mac, sizeof(mac)));
}

int dw_authorities_open(struct dw_authorities **out, struct dw_engine *e,
			struct dw_reader *r, struct dw_err *err)
{
	struct dw_authorities *a = calloc(1, sizeof(*a));
	int rc = 0;

	DW_INVARIANT(a != NULL);
	a->engine = e;
	a->state = dw_authority_create();
	a->nonces = dw_map_create();
	dw_list_init(&a->open);
	set_origin(a);
	if (dw_reader_db(r) != NULL)
		rc = dw_reader_scan_listed(r, load_sql, on_event, a, err);
	if (rc < 0) {
		dw_authorities_destroy(a);
		return dw_wrap(err, rc, "folding who may let statements go");
	}
	*out = a;
	return 0;
}

void dw_authorities_destroy(struct dw_authorities *a)
{
	if (a == NULL)
		return;
	nonces_free(a);
	dw_authority_destroy(a->state);
	free(a);
}

const struct dw_authority *dw_authorities_now(const struct dw_authorities *a)
{
	return a->state;
}

const char *dw_authorities_origin(const struct dw_authorities *a)
{
	return a->origin;
}

/* ---- folding ---- */

void dw_authorities_apply(struct dw_authorities *a, const struct dw_stored *e)
{
	struct dw_authority_fact f = { .type = dw_event_by_name(e->type),
				       .seq = e->seq,
				       .actor = e->actor,
				       .recorded_at = e->recorded_at };

	dw_authority_read(&f, e->payload, a->state->arena);
	dw_authority_apply(a->state, &f);
}

/* Of publications only those by an envelope: they use it up. */
static bool is_ours(const struct dw_stored *e)
{
	struct dw_authority_fact f = { .type = dw_event_by_name(e->type) };
	struct dw_arena *arena;

	if (f.type != DW_EV_STATEMENT_PUBLISHED)
		return dw_event_info(f.type)->class == DW_CLASS_AUTHORITY;
	arena = dw_arena_create();
	dw_authority_read(&f, e->payload, arena);
	dw_arena_destroy(arena);
	return f.envelope != 0;
}

int dw_authority_project_on_writer(struct dw_db *db, const struct dw_stored *e,
				   struct dw_err *err)
{
	sqlite3_stmt *q;

	if (!is_ours(e))
		return 0;
	q = dw_db_stmt(db, add_sql, err);
	if (q == NULL)
		return DW_EINTERNAL;
	dw_db_bind_u64(q, 1, e->seq);
	return dw_db_run(db, q, err);
}

/* ---- commands ---- */

static void on_done(struct dw_task *t)
{
	struct dw_authority_op *op = DW_CONTAINER_OF(t, struct dw_authority_op, done);

	op->cb(op);
}

void dw_authority_op_init(struct dw_authority_op *op)
{
	memset(op, 0, sizeof(*op));
	op->arena = dw_arena_create();
}

void dw_authority_op_fini(struct dw_authority_op *op)
{
	dw_blob_unref(op->rec.payload);
	op->rec.payload = NULL;
	dw_arena_destroy(op->arena);
	op->arena = NULL;
}

static void finish(struct dw_authority_op *op, int status)
{
	op->status = status;
	if (status < 0)
		dw_fault_tell(&op->fault, status, &op->err);
	dw_task_post(dw_engine_conf(op->owner->engine)->loop, &op->done);
}

static void take_number(struct dw_authority_op *op)
{
	op->fact.seq = op->rec.seq;
	op->fact.recorded_at = op->rec.recorded_at;
}

static int also_on_writer(struct dw_append *a, struct dw_db *db, struct dw_err *err)
{
	struct dw_authority_op *op = DW_CONTAINER_OF(a, struct dw_authority_op, append);

	if (op->append.n > 0)
		take_number(op);
	return op->also_on_writer != NULL ? op->also_on_writer(op, db, err) : 0;
}

static void commit(struct dw_authority_op *op);

static void on_appended(struct dw_append *a)
{
	struct dw_authority_op *op = DW_CONTAINER_OF(a, struct dw_authority_op, append);

	if (a->status == DW_ECONFLICT && ++op->tries < TRIES) {
		commit(op);
		return;
	}
	if (a->status < 0)
		op->err = a->err;
	else if (op->append.n > 0)
		take_number(op);
	finish(op, a->status);
}

static void make_record(struct dw_authority_op *op)
{
	const struct dw_event_info *info = dw_event_info(op->fact.type);

	dw_blob_unref(op->rec.payload);
	memset(&op->rec, 0, sizeof(op->rec));
	op->rec.type = info->name;
	op->rec.type_version = (uint16_t)info->version;
	op->rec.actor = op->fact.actor;
	op->rec.moves = DW_KEY_OUTGOING;
	memcpy(op->rec.command, op->command, sizeof(op->rec.command));
	op->rec.payload = dw_authority_payload(&op->fact);
}

static void expect(struct dw_authority_op *op)
{
	const struct dw_journal *j = dw_engine_journal(op->owner->engine);
	const uint64_t keys[] = { DW_KEY_OUTGOING, DW_KEY_ROLES };

	for (size_t i = 0; i < 2; i++)
		op->expect[i] =
			(struct dw_expect){ keys[i], dw_journal_position(j, keys[i]) };
}

static void commit(struct dw_authority_op *op)
{
	struct dw_engine *e = op->owner->engine;
	int rc = dw_account_still(dw_engine_account(e), &op->cmd.who, &op->err);

	if (rc < 0) {
		finish(op, rc);
		return;
	}
	op->cmd.now = dw_now_us(dw_engine_clock(e));
	op->cmd.groups = op->cmd.people.groups(op->cmd.people.ctx, op->cmd.who.id);
	rc = dw_authority_decide(&op->cmd, op->owner->state, &op->fact, &op->fault);
	if (rc < 0 || (rc == 0 && op->also_on_writer == NULL)) {
		finish(op, rc);
		return;
	}
	expect(op);
	memset(&op->append, 0, sizeof(op->append));
	if (rc == 1)
		make_record(op);
	op->append.recs = &op->rec;
	op->append.n = rc == 1;
	op->append.expect = op->expect;
	op->append.n_expect = 2;
	op->append.also_on_writer = also_on_writer;
	op->append.cb = on_appended;
	rc = dw_engine_append(e, &op->append);
	if (rc < 0) {
		op->err = op->append.err;
		finish(op, rc);
	}
}

void dw_authority_do(struct dw_authorities *a, struct dw_authority_op *op)
{
	static const uint8_t none[16];

	DW_REQUIRE(op->cb != NULL && op->owner == NULL && op->arena != NULL);
	op->owner = a;
	op->cmd.people = dw_account_people(dw_engine_account(a->engine));
	dw_task_init(&op->done, on_done);
	if (memcmp(op->command, none, sizeof(none)) == 0)
		dw_random(dw_engine_clock(a->engine), op->command, sizeof(op->command));
	commit(op);
}
