/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_STORE_VERIFY_INT_H
#define DW_STORE_VERIFY_INT_H
/* Verifying a file that need not be DIR/diwan.db: a backup's copy. */
#include "journal_sqlite_int.h"

/** As dw_store_verify, of this file. */
DW_MUST_USE int verify_file(const char *path, struct dw_verify_report *report,
			    bool (*check)(const struct dw_stored *e, struct dw_str raw),
			    void (*on_progress)(uint64_t n, uint64_t total),
			    struct dw_err *err);

#endif
