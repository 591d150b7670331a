/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_STORE_JOURNAL_SQLITE_INT_H
#define DW_STORE_JOURNAL_SQLITE_INT_H
/* The parts of journal_sqlite: the loop's side, the writer's side, the views, and a reader. */
#include "db_int.h"
#include "identity_int.h"
#include "journal_int.h"
#include "rt/writer.h"

#include <pthread.h>

#define LOG_FRAMES                                                                       \
	8192 /* the default; 32 MiB of log: more of them, and a checkpoint is due */

/* What a transaction hands from the writer to the loop. */
struct commit {
	struct dw_link link;
	struct run run;
	struct dw_merkle tree;
	struct dw_expect *moved;
	size_t n_moved;
	int64_t commit_us;
	bool has_written;
	int rc;
	struct dw_err err;
};

struct journal_sqlite {
	struct dw_journal base;
	struct dw_writer *writer;
	char *path;
	void (*on_closed)(void *data);
	void *on_closed_data;
	pthread_mutex_t lock;
	struct dw_link done; /* under the lock: struct commit, oldest first */
	/* the writer's own from its start to its end */
	struct dw_db *db;
	struct draft draft;
	struct identities *identities;
	int log_frames;	     /* between two checkpoints */
	int next_checkpoint; /* frames in the log that call for one */
	bool is_log_clean;   /* all of the log is in the file */
};

/** Rows of one finished event. */
DW_MUST_USE int event_insert(struct dw_db *db, const struct dw_record *r,
			     const struct dw_stored *e, const uint8_t *salt,
			     const uint8_t *key, struct dw_err *err);

/** event.identity of a record. */
void identity_make(uint8_t out[IDENTITY_SIZE], const struct dw_record *r);
/** event.sum; identity is borrowed and empty when there is no key. */
int64_t event_sum(struct dw_str envelope, uint64_t subject, struct dw_str identity);

DW_MUST_USE int position_put(struct dw_db *db, uint64_t key, uint64_t seq,
			     struct dw_err *err);
DW_MUST_USE int position_load(struct dw_db *db, struct dw_map *into, struct dw_err *err);
DW_MUST_USE int tree_put(struct dw_db *db, const struct dw_merkle *m, struct dw_err *err);
/** DW_ECORRUPT when the row is missing or odd. */
DW_MUST_USE int tree_load(struct dw_db *db, struct dw_merkle *m, struct dw_err *err);

/** on_batch_on_writer and on_idle_on_writer of the journal. */
void journal_batch_on_writer(void *ctx, struct dw_link *batch);
void journal_idle_on_writer(void *ctx);
void commit_free(struct commit *c);

/** dw_db_open, with what the views need of a connection. p may be NULL. */
DW_MUST_USE int views_open(struct dw_db **out, const char *path, enum dw_db_mode mode,
			   const struct dw_projector *p, struct dw_err *err);
/** Make the views those of this definition, from the journal where they are not. */
DW_MUST_USE int views_update(struct dw_db *db, const struct dw_projector *p,
			     struct dw_err *err);

/** DIR/diwan.db; the caller frees. */
char *store_path(const char *dir);

#endif
