/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * journal_sqlite.c - the journal in one SQLite file: opening, the loop's side, closing.
 *
 * Appends queue for the writer thread, which makes one transaction of whatever waits. Each
 * batch leaves one struct commit on a list; batches come back in order, so the loop pairs them
 * by taking the oldest. The loop keeps its own copy of tree and positions and moves it only
 * with what a successful commit says, so what it answers is always durable.
 *
 * Opening reads the tree's row, the positions, the last event and the identity keys that had not
 * reached their table (a bounded number), never the journal: ten million events open as fast as
 * a quarter of one.
 */
#include "journal_sqlite_int.h"

#include <stdio.h>
#include <stdlib.h>

#define IDLE_MS 500
#define AHEAD_LEAST 8 /* records of an append that are worth another thread's waking */

static struct journal_sqlite *self(struct dw_journal *j)
{
	return DW_CONTAINER_OF(j, struct journal_sqlite, base);
}

static void journal_free(struct journal_sqlite *j)
{
	draft_fini(&j->draft);
	identities_destroy(j->identities);
	positions_destroy(j->base.positions);
	pthread_mutex_destroy(&j->lock);
	free(j->path);
	free(j);
}

/* ---- appends ---- */

static int append(struct dw_journal *base, struct dw_append *a)
{
	struct journal_sqlite *j = self(base);

	dw_list_init(&a->link);
	dw_writer_queue(j->writer, &a->link);
	return 0;
}

static bool has_ahead(void *ctx, struct dw_link *job)
{
	const struct journal_sqlite *j = ctx;
	const struct dw_projector *p = j->base.conf.projector;

	return p != NULL && p->prepare_ahead != NULL &&
	       DW_CONTAINER_OF(job, struct dw_append, link)->n >= AHEAD_LEAST;
}

static void prepare_ahead(void *ctx, struct dw_link *job)
{
	const struct journal_sqlite *j = ctx;
	const struct dw_projector *p = j->base.conf.projector;
	struct dw_append *a = DW_CONTAINER_OF(job, struct dw_append, link);

	if (!has_ahead(ctx, job))
		return; /* it only keeps its place in the line */
	for (size_t i = 0; i < a->n; i++)
		a->recs[i].ahead = p->prepare_ahead(p->ctx, &a->recs[i]);
}

static struct commit *take_commit(struct journal_sqlite *j)
{
	struct dw_link *l;

	pthread_mutex_lock(&j->lock);
	l = dw_list_pop(&j->done);
	pthread_mutex_unlock(&j->lock);
	DW_INVARIANT(l != NULL);
	return DW_CONTAINER_OF(l, struct commit, link);
}

static void on_batch_done(void *ctx, struct dw_link *batch)
{
	struct journal_sqlite *j = ctx;
	struct commit *c = take_commit(j);
	struct dw_link *l;

	if (c->rc == 0) {
		journal_settle(&j->base,
			       &(struct settled){ &c->run, &c->tree, c->moved, c->n_moved,
						  c->commit_us, c->has_written });
	} else {
		journal_count_failure(&j->base, c->rc);
	}
	while ((l = dw_list_pop(batch)) != NULL)
		journal_complete(&j->base, DW_CONTAINER_OF(l, struct dw_append, link));
	commit_free(c);
}

/* ---- closing ---- */

static void on_writer_closed(void *ctx)
{
	struct journal_sqlite *j = ctx;
	void (*cb)(void *) = j->on_closed;
	void *data = j->on_closed_data;
	struct dw_err err;

	/* What a next start would have to read again. When it fails, it does. */
	if (!atomic_load(&j->base.is_broken) &&
	    identities_flush(j->identities, j->db, j->draft.tree.size, &err) == DW_EIO)
		db_distrust(j->db);
	dw_db_close(j->db);
	journal_free(j);
	cb(data);
}

static void close_journal(struct dw_journal *base, void (*cb)(void *data), void *data)
{
	struct journal_sqlite *j = self(base);

	j->on_closed = cb;
	j->on_closed_data = data;
	dw_writer_close(j->writer, on_writer_closed, j);
}

static int open_reader(struct dw_journal *base, struct dw_reader **out,
		       struct dw_err *err)
{
	return reader_open(out, self(base)->path, base->conf.projector, err);
}

static const struct dw_journal_ops sqlite_ops = { append, close_journal, open_reader };

/* ---- opening ---- */

char *store_path(const char *dir)
{
	size_t n = strlen(dir) + sizeof("/diwan.db");
	char *path = malloc(n);

	DW_INVARIANT(path != NULL);
	snprintf(path, n, "%s/diwan.db", dir);
	return path;
}

static bool on_last(void *data, const struct dw_stored *e)
{
	*(int64_t *)data = e->recorded_at;
	return true;
}

/* The end of the journal: what the next event goes on from. */
static int load_end(struct journal_sqlite *j, struct dw_err *err)
{
	static const char SQL_LAST[] = "SELECT max(seq) FROM event";
	struct draft *d = &j->draft;
	uint64_t newest, last;
	int rc = tree_load(j->db, &d->tree, err);

	if (rc == 0)
		rc = db_get_u64(j->db, SQL_LAST, 0, &newest, err);
	if (rc == 0 && newest != d->tree.size)
		return dw_fail(
			err, DW_ECORRUPT,
			"the tree ends at event %llu, the journal at %llu: run verify",
			(unsigned long long)d->tree.size, (unsigned long long)newest);
	if (rc == 0 && newest > 0)
		rc = reader_scan(j->db, newest - 1, 1, on_last, &d->recorded_at, &last,
				 err);
	if (rc == 0)
		rc = position_load(j->db, d->positions, err);
	if (rc == 0)
		rc = position_load(j->db, j->base.positions, err);
	if (rc == 0)
		rc = identities_load(j->identities, j->db, d->tree.size, err);
	j->base.tree = d->tree;
	return rc;
}

static int load(struct journal_sqlite *j, struct dw_err *err)
{
	int rc = views_open(&j->db, j->path, DW_DB_WRITER, j->base.conf.projector, err);

	if (rc == 0)
		rc = load_end(j, err);
	if (rc == 0 && j->base.conf.projector != NULL)
		rc = views_update(j->db, j->base.conf.projector, err);
	return rc;
}

int dw_journal_sqlite_open(struct dw_journal **out, const char *dir,
			   const struct dw_journal_conf *conf, struct dw_err *err)
{
	const struct dw_writer_ops ops = {
		.has_ahead = has_ahead,
		.prepare_ahead = prepare_ahead,
		.on_batch_on_writer = journal_batch_on_writer,
		.on_done = on_batch_done,
		.on_idle_on_writer = journal_idle_on_writer,
		.idle_ms = conf->idle_ms > 0 ? conf->idle_ms : IDLE_MS,
	};
	struct journal_sqlite *j = calloc(1, sizeof(*j));
	int rc;

	DW_INVARIANT(j != NULL);
	DW_INVARIANT(pthread_mutex_init(&j->lock, NULL) == 0);
	dw_list_init(&j->done);
	atomic_init(&j->base.is_broken, false);
	j->log_frames = conf->log_frames > 0 ? conf->log_frames : LOG_FRAMES;
	j->next_checkpoint = j->log_frames;
	draft_init(&j->draft);
	j->identities = identities_create(conf->identity_pending);
	j->base.ops = &sqlite_ops;
	j->base.conf = *conf;
	j->base.positions = positions_create();
	j->path = store_path(dir);
	rc = load(j, err);
	if (rc == 0)
		rc = dw_writer_start(&j->writer, conf->loop, &ops, j, err);
	if (rc < 0) {
		if (j->db != NULL)
			db_distrust(j->db);
		dw_db_close(j->db);
		journal_free(j);
		return rc;
	}
	*out = &j->base;
	return 0;
}
