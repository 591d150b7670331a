/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * journal_sqlite_write.c - the writer's side of journal_sqlite: one batch, one transaction.
 *
 *   batch ──► BEGIN ──► each append: conflict? number, rows, views, `also` ──► positions, tree
 *         ──► COMMIT (the one fsync) ──► struct commit for the loop
 *
 * An append that brings work of its own (also_on_writer) gets a savepoint, so that its failure
 * is its own. Any other failure is the transaction's: everything is rolled back, the draft goes
 * back to where it was, and all appends of the batch get the same answer. What SQLite reports
 * as an I/O error is final: after a failed fsync the kernel may have dropped what it was given,
 * and a retry that succeeds would prove nothing.
 *
 * Checkpoints: before a batch when the log has grown past its bound (what was acknowledged is
 * already on its way then), and when nothing has come for a while.
 */
#include "journal_sqlite_int.h"

#include <stdlib.h>

#define LOG_STEP 4 /* a part of log_frames later it tries again when readers hold it up */
#define LOG_MAX                                                                          \
	4 /* at so many times log_frames the writer waits for the readers to move on */
#define LOG_WAIT_MS 100

void commit_free(struct commit *c)
{
	run_fini(&c->run);
	free(c->moved);
	free(c);
}

static struct dw_append *append_of(struct dw_link *l)
{
	return DW_CONTAINER_OF(l, struct dw_append, link);
}

static bool is_broken(const struct journal_sqlite *j)
{
	return atomic_load(&j->base.is_broken);
}

static void break_off(struct journal_sqlite *j, const struct dw_err *why)
{
	if (why->sys == SQLITE_IOERR_FSYNC || why->sys == SQLITE_IOERR_DIR_FSYNC)
		atomic_fetch_add(&j->base.sync_errors, 1);
	atomic_store(&j->base.is_broken, true);
	db_distrust(j->db);
}

/* ---- one record ---- */

static int project(struct journal_sqlite *j, const struct dw_stored *e,
		   struct dw_err *err)
{
	const struct dw_projector *p = j->base.conf.projector;

	return p != NULL && p->apply_on_writer != NULL
		       ? p->apply_on_writer(p->ctx, j->db, e, err)
		       : 0;
}

static int write_event(struct journal_sqlite *j, struct dw_record *r, uint64_t subject,
		       const uint8_t *identity, struct dw_err *err)
{
	const struct dw_stored *e = draft_add(&j->draft, r, subject);
	int rc = event_insert(j->db, r, e, draft_salt(&j->draft, e), identity, err);

	return rc < 0 ? rc : project(j, e, err);
}

static int write_record(struct journal_sqlite *j, struct dw_record *r, struct dw_err *err)
{
	uint8_t identity[IDENTITY_SIZE];
	uint64_t next = j->draft.tree.size + 1;
	struct known known;
	int rc;

	if (!r->has_key)
		return write_event(j, r, 0, NULL, err);
	identity_make(identity, r);
	rc = identities_claim(j->identities, j->db, identity, next, &known, err);
	if (rc < 0)
		return rc;
	if (known.last == 0)
		return write_event(j, r, 0, identity, err);
	if (r->type_if_known == NULL ||
	    memcmp(known.tag, r->tag, sizeof(known.tag)) == 0) {
		r->outcome = DW_DUPLICATE;
		r->seq = known.last;
		r->subject = known.subject;
		return 0;
	}
	identities_move(j->identities, identity, next);
	return write_event(j, r, known.subject, identity, err);
}

/* ---- one append ---- */

static int write_records(struct journal_sqlite *j, struct dw_append *a,
			 struct dw_err *err)
{
	for (size_t i = 0; i < a->n; i++) {
		int rc = write_record(j, &a->recs[i], err);

		if (rc < 0)
			return rc;
	}
	return 0;
}

/* Is this error the append's own, and the transaction still good? */
static bool is_own_failure(struct journal_sqlite *j, int rc)
{
	return rc != DW_EFULL && rc != DW_EIO && rc != DW_ECORRUPT &&
	       !db_is_outside(j->db);
}

static int write_with_also(struct journal_sqlite *j, struct dw_append *a,
			   struct dw_err *err)
{
	size_t keys = identities_mark(j->identities);
	struct draft_mark mark;
	int rc;

	draft_mark(&j->draft, &mark);
	rc = db_savepoint(j->db, err);
	if (rc == 0)
		rc = write_records(j, a, err);
	if (rc < 0)
		return rc;
	rc = a->also_on_writer(a, j->db, &a->err);
	if (rc == 0)
		return db_release(j->db, err);
	if (rc > 0)
		rc = DW_EINTERNAL;
	if (!is_own_failure(j, rc)) {
		*err = a->err;
		return rc;
	}
	a->status = rc;
	draft_rewind(&j->draft, &mark);
	identities_rewind(j->identities, keys);
	return db_rewind(j->db, err);
}

/* Sets a->status; < 0 when the whole transaction has failed. */
static int write_append(struct journal_sqlite *j, struct dw_append *a, struct commit *c)
{
	a->status = 0;
	if (draft_is_moved(&j->draft, a)) {
		a->status = dw_fail(&a->err, DW_ECONFLICT,
				    "it has moved on since it was read");
		return 0;
	}
	if (a->also_on_writer == NULL)
		return write_records(j, a, &c->err);
	c->has_written = true;
	return write_with_also(j, a, &c->err);
}

/* ---- one transaction ---- */

/* The keys that this transaction moved, for the table and for the loop. */
static int write_positions(struct journal_sqlite *j, struct commit *c)
{
	struct draft *d = &j->draft;

	if (d->n_undo == 0)
		return 0;
	c->moved = calloc(d->n_undo, sizeof(*c->moved));
	DW_INVARIANT(c->moved != NULL);
	for (size_t i = 0; i < d->n_undo; i++) {
		struct position *p = d->undo[i].p;
		int rc;

		if (!p->is_dirty)
			continue; /* it was moved twice and is written already */
		p->is_dirty = false;
		c->moved[c->n_moved++] = (struct dw_expect){ p->key, p->seq };
		rc = position_put(j->db, p->key, p->seq, &c->err);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int write_batch(struct journal_sqlite *j, struct dw_link *batch, struct commit *c)
{
	int64_t before;
	int rc = db_begin(j->db, &c->err);

	if (rc < 0)
		return rc;
	DW_LIST_EACH(l, batch) {
		rc = write_append(j, append_of(l), c);
		if (rc < 0)
			return rc;
	}
	if (c->run.n > 0) {
		c->has_written = true;
		rc = write_positions(j, c);
		if (rc == 0)
			rc = tree_put(j->db, &j->draft.tree, &c->err);
		if (rc == 0)
			rc = identities_sweep(j->identities, j->db, j->draft.tree.size,
					      &c->err);
		if (rc < 0)
			return rc;
	}
	before = dw_mono_us(j->base.conf.clock);
	rc = db_commit(j->db, &c->err);
	c->commit_us = dw_mono_us(j->base.conf.clock) - before;
	return rc;
}

static void fail_batch(struct journal_sqlite *j, struct dw_link *batch, struct commit *c)
{
	if (c->rc == DW_EIO)
		break_off(j, &c->err);
	DW_LIST_EACH(l, batch) {
		struct dw_append *a = append_of(l);

		a->status = c->rc;
		a->err = c->err;
	}
}

static void run_transaction(struct journal_sqlite *j, struct dw_link *batch,
			    struct commit *c)
{
	struct draft_mark mark;

	draft_start(&j->draft, &c->run, j->base.conf.clock);
	draft_mark(&j->draft, &mark);
	c->rc = write_batch(j, batch, c);
	if (c->rc == 0) {
		draft_settle(&j->draft);
		identities_settle(j->identities);
		c->tree = j->draft.tree;
		j->is_log_clean = j->is_log_clean && !c->has_written;
		return;
	}
	db_rollback(j->db);
	identities_rewind(j->identities, 0);
	draft_rewind(&j->draft, &mark);
	draft_settle(&j->draft);
	fail_batch(j, batch, c);
}

/* ---- checkpoints ---- */

static void checkpoint(struct journal_sqlite *j, int mode)
{
	struct dw_err err = { 0 };
	bool is_whole;
	int rc = db_checkpoint(j->db, mode, &is_whole, &err);

	j->is_log_clean = rc == 0 && is_whole;
	j->next_checkpoint = is_whole ? j->log_frames
				      : db_wal_frames(j->db) + j->log_frames / LOG_STEP;
	if (rc == DW_EIO) {
		atomic_fetch_add(&j->base.io_errors, 1);
		break_off(j, &err);
	}
}

static void checkpoint_if_due(struct journal_sqlite *j)
{
	sqlite3 *h = dw_db_handle(j->db);

	if (j->is_log_clean || db_wal_frames(j->db) < j->next_checkpoint)
		return;
	checkpoint(j, SQLITE_CHECKPOINT_PASSIVE);
	if (j->is_log_clean || db_wal_frames(j->db) < LOG_MAX * j->log_frames ||
	    is_broken(j))
		return;
	sqlite3_busy_timeout(h, LOG_WAIT_MS);
	checkpoint(j, SQLITE_CHECKPOINT_RESTART);
	sqlite3_busy_timeout(h, 5000);
}

void journal_idle_on_writer(void *ctx)
{
	struct journal_sqlite *j = ctx;

	if (!j->is_log_clean && !is_broken(j))
		checkpoint(j, SQLITE_CHECKPOINT_PASSIVE);
}

/* ---- one batch ---- */

static size_t records_in(struct dw_link *batch)
{
	size_t n = 0;

	DW_LIST_EACH(l, batch)
		n += append_of(l)->n;
	return n;
}

void journal_batch_on_writer(void *ctx, struct dw_link *batch)
{
	struct journal_sqlite *j = ctx;
	struct commit *c = calloc(1, sizeof(*c));

	DW_INVARIANT(c != NULL);
	dw_list_init(&c->link);
	if (!is_broken(j))
		checkpoint_if_due(j);
	if (!is_broken(j)) {
		run_init(&c->run, records_in(batch), j->base.conf.clock);
		run_transaction(j, batch, c);
	} else {
		c->rc = dw_fail(&c->err, DW_EIO,
				"the disk failed: nothing is taken until a restart");
		fail_batch(j, batch, c);
	}
	pthread_mutex_lock(&j->lock);
	dw_list_push(&j->done, &c->link);
	pthread_mutex_unlock(&j->lock);
}
