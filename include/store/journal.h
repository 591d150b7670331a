/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_STORE_JOURNAL_H
#define DW_STORE_JOURNAL_H
/*
 * The journal: one totally ordered, durable sequence of records. A port with several bodies:
 * journal_sqlite (default), journal_mem (tests, simulation), later journal_postgres. It knows no
 * events: types are names, payloads are bytes.
 *
 *  (1) seq rises by exactly one from 1; recorded_at never goes back.
 *  (2) Completion with 0 means durable (fsynced), and only then.
 *  (3) on_durable sees every record once, in order, before the completion of its append.
 *  (4) A record with a known key and the same tag is dropped alone and reported; with another
 *      tag it is appended as type_if_known (or dropped when that is NULL).
 *  (5) A failed fsync is final: every later append fails with DW_EIO until the process restarts.
 *      A full disk (DW_EFULL) recovers by itself.
 *  (6) Nothing above may assume that the journal is local: append is asynchronous and may answer
 *      DW_ECONFLICT ("decide again").
 */
#include "base/blob.h"
#include "base/clock.h"
#include "rt/loop.h"
#include "store/envelope.h"

struct dw_db;
struct dw_journal;

enum dw_outcome { DW_APPENDED = 1, DW_CHANGED, DW_DUPLICATE };

#define DW_KEY_NONE 0
#define DW_KEY_ROLES (UINT64_MAX - 1)	  /* who is who; moved by user and token events */
#define DW_KEY_OUTGOING (UINT64_MAX - 2)  /* the emergency stop; moved by outgoing.* */
#define DW_KEY_SOURCES (UINT64_MAX - 3)	  /* feeds; moved by source.configured */
#define DW_KEY_PLAYBOOKS (UINT64_MAX - 4) /* moved by playbook.added and .changed */
#define DW_KEY_OUTLETS (UINT64_MAX - 5)	  /* moved by outlet.* */

struct dw_record {
	/* what to append; borrowed until completion */
	const char *type;	   /* "mention.added" */
	const char *type_if_known; /* "mention.changed", or NULL */
	const void *
		decoded; /* the event as its maker has it, for the projector; may be NULL */
	uint16_t type_version;
	bool has_key;
	uint8_t key[32]; /* identity; unique in the journal */
	uint8_t tag[16]; /* of the content; compared only with the last under this key */
	uint64_t actor, room;
	/* n > 0: its room is the event n - 1 places before it, which opens that room; room is 0
	 * then. Between the two no record may have a key, which could be dropped. */
	unsigned room_back;
	uint64_t moves;	     /* decision key besides the room that this moves, or 0 */
	int64_t occurred_at; /* µs; 0 = when recorded */
	uint8_t command[16];
	struct dw_blob *payload; /* JSON on one line */
	struct dw_blob *raw;	 /* kept beside, may be NULL */
	/* filled in by the store before completion */
	enum dw_outcome outcome;
	uint64_t seq;	  /* of this record; for a duplicate: of the last under the key */
	uint64_t subject; /* of the first under the key; without a key: seq */
	int64_t recorded_at;
	struct dw_blob *ahead; /* of dw_projector.prepare_ahead; the store's own */
};

struct dw_expect {    /* what a decision was based on */
	uint64_t key; /* a room id or DW_KEY_… */
	uint64_t pos; /* last seq that moved it, as seen when deciding; 0 = never */
};

struct dw_append;
typedef void (*dw_append_cb)(struct dw_append *a);

struct dw_append {
	/* set by the caller, who owns this struct until cb */
	struct dw_record *recs;
	size_t n; /* may be 0 when only `also` is wanted */
	const struct dw_expect
		*expect; /* any of them moved: DW_ECONFLICT, nothing appended */
	size_t n_expect;
	/* In the same transaction, on the writer, after the records have their numbers: mutable
	 * tables only. db is NULL in journal_mem. Non-zero: this append alone is undone. */
	int (*also_on_writer)(struct dw_append *a, struct dw_db *db, struct dw_err *err);
	dw_append_cb cb; /* on the loop, exactly once, after dw_journal_append returned */
	void *data;
	/* set by the store */
	int status;
	struct dw_err err;
	struct dw_link link;
};

/** What happens in the writer's transaction besides the journal's own tables. */
struct dw_projector {
	/* SQL of the read tables (all of schema/view in order); its hash decides on a rebuild */
	const char *schema;
	/* on each connection, by the thread that opens it, before anything else: tokenizers and
	 * functions that the views need; may be NULL */
	int (*on_open)(void *ctx, struct dw_db *db, struct dw_err *err);
	/* What can be worked out of one record by itself, on a thread of its own before the writer has
	 * it: NULL or a reference, which comes back as dw_stored.ahead. Only of appends that bring
	 * many, and not in every body of the journal. May be NULL. */
	struct dw_blob *(*prepare_ahead)(void *ctx, const struct dw_record *r);
	/* one new record, in order; a failure fails the whole transaction */
	int (*apply_on_writer)(void *ctx, struct dw_db *db, const struct dw_stored *e,
			       struct dw_err *err);
	/* "n of total" while views are rebuilt at open; may be NULL */
	void (*on_progress)(void *ctx, uint64_t n, uint64_t total);
	void *ctx;
};

/* (3): a run of consecutive records, on the loop */
typedef void (*dw_durable_cb)(void *data, const struct dw_stored *e, size_t n);

struct dw_journal_stats {
	uint64_t appends, records, duplicates, conflicts, commits;
	uint64_t errors_full, errors_io, errors_other;
	uint64_t errors_sync;  /* fsyncs that failed: the cause of some of errors_io */
	bool is_failed;	       /* (5) */
	bool is_full;	       /* the last commit failed for want of room */
	int64_t commit_us_sum; /* time inside COMMIT */
};

struct dw_journal_ops; /* the vtable, store-private */

/** Start an append. An error returned: cb never runs. Otherwise cb once. */
DW_MUST_USE int dw_journal_append(struct dw_journal *j, struct dw_append *a);
/** Called for everything that becomes durable from now on. One at a time. */
void dw_journal_tail(struct dw_journal *j, dw_durable_cb cb, void *data);
/** Newest durable seq, as the loop knows it. */
uint64_t dw_journal_head(const struct dw_journal *j);
/** Last seq that moved the key, as the loop knows it (0 = never). */
uint64_t dw_journal_position(const struct dw_journal *j, uint64_t key);
/** Appends started and not completed: back-pressure for producers. */
size_t dw_journal_pending(const struct dw_journal *j);
const struct dw_journal_stats *dw_journal_stats(const struct dw_journal *j);
/** Tree over everything up to the head, as the loop knows it. */
const struct dw_merkle *dw_journal_tree(const struct dw_journal *j);
/** Finish what was started, make everything durable, then cb on the loop; frees the journal. */
void dw_journal_close(struct dw_journal *j, void (*cb)(void *data), void *data);

/* ---- reading the past: one reader per thread, blocking, not on the loop ---- */

struct dw_reader;

DW_MUST_USE int dw_journal_reader_open(struct dw_journal *j, struct dw_reader **out,
				       struct dw_err *err);
void dw_reader_close(struct dw_reader *r);
/**
 * Up to max_n records after `after`, in order, each given to `fn` (borrowed during the call) until
 * it returns false. *last = seq of the last one given. DW_EIO, DW_ECORRUPT.
 */
DW_MUST_USE int dw_reader_scan(struct dw_reader *r, uint64_t after, size_t max_n,
			       bool (*fn)(void *data, const struct dw_stored *e),
			       void *data, uint64_t *last, struct dw_err *err);
/** Those whose numbers `sql` gives, a column of one, in its order. Requires a reader with a database. */
DW_MUST_USE int dw_reader_scan_listed(struct dw_reader *r, const char *sql,
				      bool (*fn)(void *data, const struct dw_stored *e),
				      void *data, struct dw_err *err);
/** The connection behind it for queries on views; NULL in journal_mem. */
struct dw_db *dw_reader_db(struct dw_reader *r);

/* ---- bodies ---- */

struct dw_journal_conf {
	struct dw_loop *loop;
	const struct dw_clock *clock;
	const struct dw_projector *projector; /* may be NULL */
	size_t identity_pending; /* keys that may wait for their table; 0: the default */
	int log_frames; /* pages in SQLite's log that call for a checkpoint; 0: the default */
	int idle_ms; /* without a write until there is a checkpoint; 0: the default */
};

/** DIR/diwan.db. Requires: the caller holds DIR's lock. May rebuild views before it returns. */
DW_MUST_USE int dw_journal_sqlite_open(struct dw_journal **out, const char *dir,
				       const struct dw_journal_conf *conf,
				       struct dw_err *err);
/** In memory, single-threaded; see store/journal_mem.h for its faults. */
DW_MUST_USE int dw_journal_mem_open(struct dw_journal **out,
				    const struct dw_journal_conf *conf,
				    struct dw_err *err);

/* ---- operations on a data folder; blocking ---- */

/**
 * Exclusive lock DIR/lock for the life of the process; creates DIR (0700) or takes group's and
 * others' rights away. DW_ELOCKED; DW_EFORBIDDEN when it is another user's, or has a database and
 * others may write to it.
 */
DW_MUST_USE int dw_store_lock(const char *dir, int *fd, struct dw_err *err);
/** Drop and recreate every view. Requires the lock. */
DW_MUST_USE int dw_store_rebuild(const char *dir, const struct dw_projector *p,
				 struct dw_err *err);

struct dw_verify_report {
	uint64_t events, erased, bytes;
	uint64_t files, file_bytes; /* kept by their SHA-256 */
	uint8_t root[DW_HASH_SIZE];
	uint64_t first_bad; /* seq, 0 = none */
	char what[200];	    /* the first thing wrong */
};
/** What the store does not know of events; either may be NULL. */
struct dw_verify_checks {
	/* does the payload belong to the raw input beside it? */
	bool (*payload)(const struct dw_stored *e, struct dw_str raw);
	/* does it name a file? Then its SHA-256 and size */
	bool (*file)(const struct dw_stored *e, uint8_t sha256[DW_HASH_SIZE],
		     uint64_t *size);
};
/**
 * Recompute every commitment, leaf, the frontier, the order of seq and recorded_at, raw digests (by
 * `checks`, may be NULL), the digests of kept files, and identity keys' references. Works on a live file too
 * (one read transaction). 0 when all is well, DW_ECORRUPT when not (report says what).
 */
DW_MUST_USE int dw_store_verify(const char *dir, struct dw_verify_report *report,
				const struct dw_verify_checks *checks,
				void (*on_progress)(uint64_t n, uint64_t total),
				struct dw_err *err);
/**
 * VACUUM INTO DEST.tmp from a reader while others write; checks integrity and the tree root of the
 * copy, renames to DEST, syncs the folder. DEST must not exist. p: whose views are in it.
 */
DW_MUST_USE int dw_store_backup(const char *dir, const char *dest,
				const struct dw_projector *p,
				struct dw_verify_report *report, struct dw_err *err);

#endif
