/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_MENTION_LANG_INT_H
#define DW_MENTION_LANG_INT_H
/* Which mentions are in a language, kept with the search index (table search_lang). */
#include "store/db.h"

#define MENTION_LANG_BLOCK 4096 /* ids; a change of it changes schema/view, too */
#define MENTION_LANG_BYTES (MENTION_LANG_BLOCK / 8)
#define MENTION_LANG_OPEN 8 /* blocks that are written together */

struct mention_lang_block {
	char lang[41];
	uint64_t block;
	uint8_t bits[MENTION_LANG_BYTES];
};

/* Blocks that are being changed; begin with n = 0. */
struct mention_lang_set {
	size_t n;
	struct mention_lang_block at[MENTION_LANG_OPEN];
};

/** The mention is in this language; p == NULL: in none. On the writer. */
DW_MUST_USE int mention_lang_add(struct mention_lang_set *set, struct dw_db *db,
				 struct dw_str lang, uint64_t id, struct dw_err *err);
/** Write what was added. */
DW_MUST_USE int mention_lang_flush(struct mention_lang_set *set, struct dw_db *db,
				   struct dw_err *err);

/* One who asks about one language, best by falling or rising id. Begin with db and lang set. */
struct mention_lang_view {
	struct dw_db *db;
	struct dw_str lang;
	bool is_loaded;
	uint64_t block;
	uint8_t bits[MENTION_LANG_BYTES];
};

/**
 * Give the connection the SQL function in_lang(id, view): 1 when the mention is, or was once, in that
 * language, as far as the index goes; else 0.
 */
DW_MUST_USE int mention_lang_register(struct dw_db *db, struct dw_err *err);
/** Bind the view that in_lang is asked with; it must outlive the binding. */
void mention_lang_bind(sqlite3_stmt *s, int i, struct mention_lang_view *v);

#endif
