/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_STORE_JOURNAL_MEM_H
#define DW_STORE_JOURNAL_MEM_H
/* Faults and stepping of the in-memory journal, for simulation. */
#include "store/journal.h"

/** Hold completions back until dw_journal_mem_step (default: on the next turn of the loop). */
void dw_journal_mem_manual(struct dw_journal *j, bool on);
/** Complete up to n waiting appends; returns how many were. */
size_t dw_journal_mem_step(struct dw_journal *j, size_t n);
/** The next `n` appends fail with this code after being queued (conflict, full, io). */
void dw_journal_mem_fail(struct dw_journal *j, int code, size_t n);
/** Everything not completed is lost, as by a crash; their callbacks never run. */
void dw_journal_mem_crash(struct dw_journal *j);

#endif
