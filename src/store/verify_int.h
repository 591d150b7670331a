/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_STORE_VERIFY_INT_H
#define DW_STORE_VERIFY_INT_H
/* Verifying: one event after the other, kept files, and a file that need not be DIR/diwan.db. */
#include "store/verify.h"

#include "journal_sqlite_int.h"

/* ---- verify_walk.c: the events in order ---- */

struct verify_walk {
	struct dw_verify_report *report;
	struct dw_err *err;
	struct dw_verify_checks checks;
	struct dw_verify_pass at; /* what the journal says, and what it comes to so far */
};

/* Those after ?1, ?2 of them at most. */
extern const char verify_sql_events[];
enum verify_column {
	VERIFY_SEQ,
	VERIFY_ENVELOPE,
	VERIFY_SUBJECT,
	VERIFY_IDENTITY,
	VERIFY_SUM,
	VERIFY_SALT,
	VERIFY_PAYLOAD,
	VERIFY_RAW
};

/** Say in the report what is wrong with an event. Returns DW_ECORRUPT. */
int verify_bad(struct verify_walk *w, uint64_t seq, const char *fmt, ...) DW_PRINTF(3, 4);
/** The row must be the event after those that were added. *e is borrowed from the row. */
DW_MUST_USE int verify_event(struct verify_walk *w, sqlite3_stmt *s, struct dw_stored *e);
/** Its leaf belongs to the tree. */
void verify_add(struct verify_walk *w, const struct dw_stored *e);
/** What to return for rc: damage that SQLite noticed before the walk did gets a report, too. */
int verify_result(struct verify_walk *w, int rc);
/** Is the tree of all that was added the one that the journal has? */
DW_MUST_USE int verify_tree(struct verify_walk *w);

/* ---- verify_files.c: kept files ---- */

struct dw_map;

struct verify_file {
	uint64_t size;
	bool is_good;  /* its parts come to its SHA-256 */
	bool is_named; /* by an event */
};

/** Hash all that are sealed: by SHA-256 a struct verify_file, which verify_files_free frees. */
DW_MUST_USE int verify_files_read(struct dw_db *db, struct dw_map **out, uint64_t *n,
				  uint64_t *bytes, struct dw_err *err);
/** What is wrong with the file that an event names; NULL: nothing. */
const char *verify_files_check(struct dw_map *files, const uint8_t sha256[DW_HASH_SIZE],
			       uint64_t size);
/** The SHA-256 of one that is wrong and that no event names, as hex into out; false: none. */
bool verify_files_stray(const struct dw_map *files, char out[2 * DW_HASH_SIZE + 1]);
/** NULL is fine. */
void verify_files_free(struct dw_map *files);

/** As dw_store_verify, of this file. */
DW_MUST_USE int verify_file(const char *path, struct dw_verify_report *report,
			    const struct dw_verify_checks *checks,
			    void (*on_progress)(uint64_t n, uint64_t total),
			    struct dw_err *err);

#endif
