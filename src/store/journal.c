/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * journal.c - the port: what is the same whichever body keeps the journal.
 *
 * The head, the tree, the positions and the counters that the loop knows live in the common
 * part and are moved by the body when records have become durable; asking for them is then a
 * read of the loop's own memory. What is refused here never reaches a body.
 */
#include "journal_int.h"

#include "store/db.h"

int dw_journal_append(struct dw_journal *j, struct dw_append *a)
{
	DW_REQUIRE(a->cb != NULL && (a->n == 0 || a->recs != NULL));
	for (size_t i = 0; i < a->n; i++) {
		struct dw_record *r = &a->recs[i];

		r->ahead = NULL;
		DW_REQUIRE(r->payload != NULL && r->type != NULL);
		DW_REQUIRE(r->type[0] != '\0' && strlen(r->type) <= DW_TYPE_MAX);
		DW_REQUIRE(r->type_if_known == NULL ||
			   (r->type_if_known[0] != '\0' &&
			    strlen(r->type_if_known) <= DW_TYPE_MAX));
	}
	a->status = 0;
	memset(&a->err, 0, sizeof(a->err));
	if (j->is_closing)
		return dw_fail(&a->err, DW_ECLOSED, "the journal is being closed");
	if (dw_journal_stats(j)->is_failed)
		return dw_fail(&a->err, DW_EIO,
			       "the disk failed: nothing is taken until a restart");
	int rc = j->ops->append(j, a);

	if (rc == 0) {
		j->pending++;
		j->stats.appends++;
	}
	return rc;
}

void dw_journal_tail(struct dw_journal *j, dw_durable_cb cb, void *data)
{
	j->on_durable = cb;
	j->on_durable_data = data;
}

uint64_t dw_journal_head(const struct dw_journal *j)
{
	return j->tree.size;
}

uint64_t dw_journal_position(const struct dw_journal *j, uint64_t key)
{
	return positions_get(j->positions, key);
}

size_t dw_journal_pending(const struct dw_journal *j)
{
	return j->pending;
}

const struct dw_journal_stats *dw_journal_stats(const struct dw_journal *j)
{
	struct dw_journal_stats *s = &((struct dw_journal *)(uintptr_t)j)->stats;

	/* The writer may have found out between two commits, while it had nothing to do. */
	s->is_failed = atomic_load(&j->is_broken);
	s->errors_io = atomic_load(&j->io_errors);
	s->errors_sync = atomic_load(&j->sync_errors);
	return s;
}

const struct dw_merkle *dw_journal_tree(const struct dw_journal *j)
{
	return &j->tree;
}

void dw_journal_close(struct dw_journal *j, void (*cb)(void *data), void *data)
{
	DW_REQUIRE(!j->is_closing);
	j->is_closing = true;
	j->ops->close(j, cb, data);
}

void journal_settle(struct dw_journal *j, const struct settled *s)
{
	j->stats.commits++;
	j->stats.commit_us_sum += s->commit_us;
	j->stats.records += s->run->n;
	if (s->has_written)
		j->stats.is_full = false;
	if (s->run->n == 0)
		return;
	j->tree = *s->tree;
	for (size_t i = 0; i < s->n_moved; i++)
		positions_at(j->positions, s->moved[i].key)->seq = s->moved[i].pos;
	if (j->on_durable != NULL)
		j->on_durable(j->on_durable_data, s->run->e, s->run->n);
}

void journal_count_failure(struct dw_journal *j, int code)
{
	switch (code) {
	case DW_EFULL:
		j->stats.errors_full++;
		j->stats.is_full = true;
		break;
	case DW_EIO:
		atomic_fetch_add(&j->io_errors, 1);
		atomic_store(&j->is_broken, true);
		break;
	default:
		j->stats.errors_other++;
		break;
	}
}

void journal_complete(struct dw_journal *j, struct dw_append *a)
{
	DW_INVARIANT(j->pending > 0);
	j->pending--;
	if (a->status == DW_ECONFLICT)
		j->stats.conflicts++;
	for (size_t i = 0; a->status == 0 && i < a->n; i++)
		j->stats.duplicates += a->recs[i].outcome == DW_DUPLICATE;
	for (size_t i = 0; i < a->n; i++) {
		dw_blob_unref(a->recs[i].ahead);
		a->recs[i].ahead = NULL;
	}
	a->cb(a);
}

/* ---- readers ---- */

int dw_journal_reader_open(struct dw_journal *j, struct dw_reader **out,
			   struct dw_err *err)
{
	return j->ops->reader_open(j, out, err);
}

void dw_reader_close(struct dw_reader *r)
{
	if (r != NULL)
		r->ops->close(r);
}

int dw_reader_scan(struct dw_reader *r, uint64_t after, size_t max_n,
		   bool (*fn)(void *data, const struct dw_stored *e), void *data,
		   uint64_t *last, struct dw_err *err)
{
	return r->ops->scan(r, after, max_n, fn, data, last, err);
}

int dw_reader_scan_listed(struct dw_reader *r, const char *sql,
			  bool (*fn)(void *data, const struct dw_stored *e), void *data,
			  struct dw_err *err)
{
	struct dw_db *db = dw_reader_db(r);
	sqlite3_stmt *q = dw_db_stmt(db, sql, err);
	uint64_t last;
	int rc;

	if (q == NULL)
		return DW_EINTERNAL;
	while ((rc = dw_db_step(db, q, err)) == 1) {
		rc = dw_reader_scan(r, (uint64_t)sqlite3_column_int64(q, 0) - 1, 1, fn,
				    data, &last, err);
		if (rc < 0)
			break;
	}
	sqlite3_reset(q);
	return rc;
}

struct dw_db *dw_reader_db(struct dw_reader *r)
{
	return r->ops->db(r);
}
