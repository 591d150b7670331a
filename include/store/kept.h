/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_STORE_KEPT_H
#define DW_STORE_KEPT_H
/*
 * Bytes that are kept by their SHA-256 (schema/journal/005_file.sql). Whose they are, and what they
 * are called, is said by events, which this does not know.
 *
 * A file comes in parts, each in a transaction of its own, and is there when it was sealed. What
 * was never sealed is nobody's, and is dropped a few parts at a time.
 */
#include "base/blob.h"
#include "base/merkle.h"
#include "store/db.h"

/** Most that one part may have. */
#define DW_KEPT_PART_MAX (512u * 1024)

/** A file that is to come; *id becomes its number. */
DW_MUST_USE int dw_kept_begin_on_writer(struct dw_db *db, int64_t now, uint64_t *id,
					struct dw_err *err);
/** Its next part, the n-th from 0. */
DW_MUST_USE int dw_kept_part_on_writer(struct dw_db *db, uint64_t id, uint64_t n,
				       struct dw_str bytes, struct dw_err *err);
/**
 * It is all there. 1; or 0 when the same bytes are kept already: then this one is not sealed and
 * is to be dropped.
 */
DW_MUST_USE int dw_kept_seal_on_writer(struct dw_db *db, uint64_t id,
				       const uint8_t sha256[DW_HASH_SIZE], uint64_t size,
				       struct dw_err *err);
/** Drop some parts of a file that is not sealed. 1: there are more of them; 0: it is gone. */
DW_MUST_USE int dw_kept_drop_on_writer(struct dw_db *db, uint64_t id, struct dw_err *err);
/** The first file behind `after` that is not sealed: 1 and *id, or 0. */
DW_MUST_USE int dw_kept_open_after(struct dw_db *db, uint64_t after, uint64_t *id,
				   struct dw_err *err);

/** Find a sealed file: 1 with its number and size, or 0. */
DW_MUST_USE int dw_kept_find(struct dw_db *db, const uint8_t sha256[DW_HASH_SIZE],
			     uint64_t *id, uint64_t *size, struct dw_err *err);
/** The n-th part: 1 and a new blob, or 0 when there is none. */
DW_MUST_USE int dw_kept_read(struct dw_db *db, uint64_t id, uint64_t n,
			     struct dw_blob **out, struct dw_err *err);

#endif
