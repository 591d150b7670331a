/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_ENGINE_KEYFILE_H
#define DW_ENGINE_KEYFILE_H
/* Keys that live beside the database, never in it. */
#include "base/clock.h"

/**
 * 32 bytes from DIR/name (0600). When it does not exist yet it is made and synced if `may_make`,
 * and DW_ECORRUPT otherwise: what was written under a key is lost on a new one. DW_ECORRUPT too
 * when it has another size, DW_EIO when it cannot be read or written.
 */
DW_MUST_USE int dw_keyfile_load(const char *dir, const char *name, bool may_make,
				const struct dw_clock *clock, uint8_t key[32],
				struct dw_err *err);

struct dw_db;

/**
 * 1 when this is the key that the journal was written with, 0 when it does not say; DW_ECORRUPT,
 * without a text, when it is another one.
 */
DW_MUST_USE int dw_keyfile_check(struct dw_db *db, const uint8_t key[32],
				 struct dw_err *err);
/** Let the journal say it from now on. */
DW_MUST_USE int dw_keyfile_note_on_writer(struct dw_db *db, const uint8_t key[32],
					  struct dw_err *err);

#endif
