/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_STORE_JOURNAL_INT_H
#define DW_STORE_JOURNAL_INT_H
/*
 * What the bodies of the journal share: the table of functions behind the port, what the loop
 * knows, and the draft that numbers records and finishes envelopes.
 */
#include "base/map.h"
#include "store/journal.h"

struct run;

struct dw_journal_ops {
	int (*append)(struct dw_journal *j, struct dw_append *a);
	/* finish, then free j and run cb on the loop */
	void (*close)(struct dw_journal *j, void (*cb)(void *data), void *data);
	int (*reader_open)(struct dw_journal *j, struct dw_reader **out,
			   struct dw_err *err);
};

/* First member of each body; all of it belongs to the loop thread. */
struct dw_journal {
	const struct dw_journal_ops *ops;
	struct dw_journal_conf conf;
	dw_durable_cb on_durable; /* may be NULL */
	void *on_durable_data;
	struct dw_merkle tree;	  /* size is the head */
	struct dw_map *positions; /* as of the head */
	struct dw_journal_stats stats;
	size_t pending;
	bool is_closing;
	atomic_bool
		is_broken; /* rule (5) of journal.h; set by whichever thread found out */
	_Atomic uint64_t io_errors,
		sync_errors; /* in checkpoints, too, which nobody waits for */
};

/* What became durable with one commit. */
struct settled {
	const struct run *run;
	const struct dw_merkle *tree;
	const struct dw_expect *moved; /* keys and where they are now */
	size_t n_moved;
	int64_t commit_us;
	bool has_written; /* not only duplicates and conflicts */
};

/** On the loop: the head moves, then whoever watches the tail is told. */
void journal_settle(struct dw_journal *j, const struct settled *s);
/** On the loop: a transaction failed with `code`. */
void journal_count_failure(struct dw_journal *j, int code);
/** On the loop: one append is done, its status set. Calls back; the append may be gone then. */
void journal_complete(struct dw_journal *j, struct dw_append *a);

struct dw_reader_ops {
	int (*scan)(struct dw_reader *r, uint64_t after, size_t max_n,
		    bool (*fn)(void *data, const struct dw_stored *e), void *data,
		    uint64_t *last, struct dw_err *err);
	struct dw_db *(*db)(struct dw_reader *r);
	void (*close)(struct dw_reader *r);
};

struct dw_reader { /* first member of each body */
	const struct dw_reader_ops *ops;
};

/** A reader of one file; what dw_journal_reader_open gives for journal_sqlite. */
DW_MUST_USE int reader_open(struct dw_reader **out, const char *path,
			    const struct dw_projector *p, struct dw_err *err);
/** Scan on a connection of the caller's. */
DW_MUST_USE int reader_scan(struct dw_db *db, uint64_t after, size_t max_n,
			    bool (*fn)(void *data, const struct dw_stored *e), void *data,
			    uint64_t *last, struct dw_err *err);

/* ---- positions: decision key → last seq that moved it ---- */

struct position {
	uint64_t key, seq;
	bool is_dirty; /* moved since the last draft_settle */
};

struct dw_map *positions_create(void);
void positions_destroy(struct dw_map *m);
uint64_t positions_get(const struct dw_map *m, uint64_t key);
/** The cell of this key, made when missing. */
struct position *positions_at(struct dw_map *m, uint64_t key);

/* ---- draft: numbers for what is being appended ---- */

/* Finished events of one transaction, with the bytes that they point at. */
struct run {
	struct dw_stored *e;
	uint8_t (*bytes)[DW_ENVELOPE_MAX];
	uint8_t (*salt)[32];
	size_t n, cap;
};

/** Room for `cap` events and their salts, which are made here in one go. */
void run_init(struct run *r, size_t cap, const struct dw_clock *clock);
void run_fini(struct run *r);

struct undo {
	struct position *p;
	uint64_t before;
};

/*
 * The journal's end as whoever appends sees it. Owned by one thread.
 *
 *  (1) Between draft_settle and the next draft_add it says what is durable.
 *  (2) draft_rewind restores it exactly to the mark.
 */
struct draft {
	struct dw_merkle tree;
	int64_t recorded_at;
	struct dw_map *positions;
	struct undo *undo; /* what was moved since draft_settle, oldest first */
	size_t n_undo, cap_undo;
	struct run *run; /* where finished events go */
};

struct draft_mark {
	struct dw_merkle tree;
	int64_t recorded_at;
	size_t n_undo, n_events;
};

void draft_init(struct draft *d);
void draft_fini(struct draft *d);
/** Start on a run; the mark that draft_rewind takes back to here is the whole of it. */
void draft_start(struct draft *d, struct run *run, const struct dw_clock *clock);
/** Did something move what this append was decided on? */
bool draft_is_moved(const struct draft *d, const struct dw_append *a);
/**
 * Give `r` the next number and finish its envelope. `subject`: seq of the first record under its
 * key; 0: it is the first, or has none. Fills what the record says that the store fills.
 */
struct dw_stored *draft_add(struct draft *d, struct dw_record *r, uint64_t subject);
/** The salt of an event that draft_add gave. */
const uint8_t *draft_salt(const struct draft *d, const struct dw_stored *e);
void draft_mark(const struct draft *d, struct draft_mark *m);
void draft_rewind(struct draft *d, const struct draft_mark *m);
/** All of it is durable. */
void draft_settle(struct draft *d);

#endif
