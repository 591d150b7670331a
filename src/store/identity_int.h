/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_STORE_IDENTITY_INT_H
#define DW_STORE_IDENTITY_INT_H
/* Which event is the last under an identity key: a table, and in front of it what is pending. */
#include "db_int.h"

#define IDENTITY_KEY 16 /* bytes of BLAKE2b of a key */
#define IDENTITY_SIZE (IDENTITY_KEY + 16)
#define IDENTITY_PENDING (128u * 1024) /* keys that wait, unless told otherwise */

struct identities;

struct known {			/* what is under a key */
	uint64_t last, subject; /* 0: nothing */
	uint8_t tag[16];
};

/** Empty. `pending`: how many keys may wait; 0 = IDENTITY_PENDING. */
struct identities *identities_create(size_t pending);
/** NULL is fine. */
void identities_destroy(struct identities *t);
/** Read what had not reached the table. `size`: the newest seq. Writes a row of `meta` once. */
DW_MUST_USE int identities_load(struct identities *t, struct dw_db *db, uint64_t size,
				struct dw_err *err);

/** Look the key up and put `seq` under it when it is new. */
DW_MUST_USE int identities_claim(struct identities *t, struct dw_db *db,
				 const uint8_t *key, uint64_t seq, struct known *out,
				 struct dw_err *err);
/** Put `seq` under a key that is known. */
void identities_move(struct identities *t, const uint8_t *key, uint64_t seq);

/** Where identities_rewind goes back to. */
size_t identities_mark(const struct identities *t);
void identities_rewind(struct identities *t, size_t mark);

/**
 * Inside the transaction, last: write as many of them into the table as have come in it, once
 * too many wait. `size`: the newest seq. identities_settle or identities_rewind(0) must follow.
 */
DW_MUST_USE int identities_sweep(struct identities *t, struct dw_db *db, uint64_t size,
				 struct dw_err *err);
/** The transaction is durable. */
void identities_settle(struct identities *t);
/** Write all of them, in a transaction of its own. */
DW_MUST_USE int identities_flush(struct identities *t, struct dw_db *db, uint64_t size,
				 struct dw_err *err);
size_t identities_pending(const struct identities *t);

/** The seq up to which the table has every key. */
DW_MUST_USE int identities_upto(struct dw_db *db, uint64_t size, uint64_t *out,
				struct dw_err *err);

#endif
