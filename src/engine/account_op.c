/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * account_op.c - one command about accounts, from its start to its answer.
 *
 *   start ─► (password pool) ─► decide ─► append ─► durable, folded ─► on_committed ─► cb
 *                                 ▲          │
 *                                 └─ conflict┘
 *
 * A decision is made against the state as folded and names DW_KEY_ROLES at that position. When
 * another change of accounts came first, the store refuses the append whole and we decide again
 * on what is there now. The rows that hold hashes are written in the append's transaction; the
 * live state gets its hashes when the append is answered, which is after the fold.
 *
 * The callback always comes on a later turn, so no caller has to ask which way a start went.
 */
#include "account_int.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define TRIES 8

static void on_done(struct dw_task *t)
{
	struct dw_account_op *op = DW_CONTAINER_OF(t, struct dw_account_op, done);

	op->cb(op);
}

void op_start(struct dw_account *a, struct dw_account_op *op)
{
	static const uint8_t none[16];

	DW_REQUIRE(op->cb != NULL && op->account == NULL);
	op->account = a;
	dw_task_init(&op->done, on_done);
	if (memcmp(op->command, none, sizeof(none)) == 0)
		dw_random(dw_engine_clock(a->engine), op->command, sizeof(op->command));
}

static void drop_records(struct dw_account_op *op)
{
	for (size_t i = 0; i < op->append.n; i++) {
		dw_blob_unref(op->recs[i].payload);
		op->recs[i].payload = NULL;
	}
}

void op_finish(struct dw_account_op *op, int status)
{
	op->status = status;
	if (status < 0) {
		if (op->err.code == 0)
			op->err.code = status;
		sodium_memzero(op->secret, sizeof(op->secret));
	}
	password_forget(op);
	sodium_memzero(op->hash, sizeof(op->hash));
	sodium_memzero(op->secret_hash, sizeof(op->secret_hash));
	dw_task_post(dw_engine_conf(op->account->engine)->loop, &op->done);
}

int op_refuse(struct dw_account_op *op, int code, const char *at, const char *fmt, ...)
{
	va_list ap;
	char text[200];

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	op->at = at;
	return dw_fail(&op->err, code, "%s", text);
}

void op_event(struct dw_account_op *op, const struct account_event *ev)
{
	struct dw_record *rec = &op->recs[op->append.n++];

	DW_REQUIRE(op->append.n <= sizeof(op->recs) / sizeof(op->recs[0]));
	memset(rec, 0, sizeof(*rec));
	account_event_encode(ev, rec);
	rec->actor = op->who.kind == DW_OPERATOR ? 0 : op->who.id;
	memcpy(rec->command, op->command, sizeof(rec->command));
}

static int also_on_writer(struct dw_append *a, struct dw_db *db, struct dw_err *err)
{
	struct dw_account_op *op = DW_CONTAINER_OF(a, struct dw_account_op, append);
	int rc = 0;

	if (db != NULL && op->rows_on_writer != NULL)
		rc = op->rows_on_writer(op, db, err);
	if (rc == 0 && op->also_on_writer != NULL)
		rc = op->also_on_writer(op, db, err);
	return rc;
}

static void on_appended(struct dw_append *a)
{
	struct dw_account_op *op = DW_CONTAINER_OF(a, struct dw_account_op, append);

	drop_records(op);
	if (a->status == DW_ECONFLICT && ++op->tries < TRIES) {
		op_commit(op);
		return;
	}
	if (a->status < 0) {
		op->err = a->err;
		op->err.code = a->status;
		op_finish(op, a->status);
		return;
	}
	op->version = a->n > 0 ? op->recs[a->n - 1].seq : op->version;
	if (op->on_committed != NULL)
		op->on_committed(op);
	op_finish(op, op->status);
}

void op_commit(struct dw_account_op *op)
{
	struct dw_append *a = &op->append;
	int rc;

	memset(a, 0, sizeof(*a));
	rc = op->decide(op);
	if (rc < 0 || a->n == 0) {
		drop_records(op);
		op_finish(op, rc);
		return;
	}
	op->expect = (struct dw_expect){ DW_KEY_ROLES, op->account->roles_pos };
	a->recs = op->recs;
	a->expect = &op->expect;
	a->n_expect = 1;
	a->also_on_writer = also_on_writer;
	a->cb = on_appended;
	rc = dw_engine_append(op->account->engine, a);
	if (rc < 0) {
		drop_records(op);
		(void)dw_fail(&op->err, rc, "%s", dw_err_title(rc));
		op_finish(op, rc);
	}
}
