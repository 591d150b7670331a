/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_MENTION_LANG_INT_H
#define DW_MENTION_LANG_INT_H
/* Which mentions are in a language, kept with the search index (table search_lang). */
#include "base/str.h"

struct dw_db;

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

/* One who asks about one language, best by falling or rising id. */
struct mention_lang_view {
	struct dw_str lang;
	bool is_loaded;
	uint64_t block;
	uint8_t bits[MENTION_LANG_BYTES];
};

/** 1: it is, or was once, as far as the index goes; 0: it is not; DW_E…. */
DW_MUST_USE int mention_lang_has(struct mention_lang_view *v, struct dw_db *db,
				 uint64_t id, struct dw_err *err);

#endif
