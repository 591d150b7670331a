/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_ENGINE_TOKENIZER_H
#define DW_ENGINE_TOKENIZER_H
/* Lists of terms for SQLite's full text index, under the name "diwan". */
#include "store/db.h"

/**
 * Register it on a connection: needed on every one, before a statement touches an index that
 * uses it. DW_EINTERNAL when this SQLite has no FTS5.
 */
DW_MUST_USE int dw_tokenizer_register(struct dw_db *db, struct dw_err *err);

#endif
