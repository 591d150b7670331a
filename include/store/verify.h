/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_STORE_VERIFY_H
#define DW_STORE_VERIFY_H
/*
 * The events' own hashes, computed again a little at a time while others are written. Kept files,
 * identity keys, strays and the tree's row are looked at by dw_store_verify alone.
 */
#include "store/journal.h"

struct dw_verify_pass {
	struct dw_merkle stored; /* the journal's, when the pass began */
	struct dw_merkle tree;	 /* of the events looked at so far */
	int64_t recorded_at;	 /* of the last of them */
};

/** Begin (again) with the first event; `stored` is dw_journal_tree of now. */
void dw_verify_begin(struct dw_verify_pass *p, const struct dw_merkle *stored);
/** Has it seen every event that it was begun for? */
bool dw_verify_is_done(const struct dw_verify_pass *p);
/**
 * Look at the next `max_n` events, or fewer when they have `max_bytes` before (both above 0); with the
 * last of them also at the tree. Requires a reader with a database; blocks. `checks`: its `file` is not asked. 0 when all
 * is well; DW_ECORRUPT: the report says what and where; any other error: it could not be read, and the same
 * events may be tried again. The report is of this call alone, without a root.
 */
DW_MUST_USE int dw_verify_some(struct dw_reader *r, struct dw_verify_pass *p,
			       size_t max_n, size_t max_bytes,
			       const struct dw_verify_checks *checks,
			       struct dw_verify_report *report, struct dw_err *err);

#endif
