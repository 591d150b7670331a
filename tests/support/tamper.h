/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_TESTS_TAMPER_H
#define DW_TESTS_TAMPER_H
/* A journal with a bit of everything in it, and the check of raw input that the engine has. */
#include "journalrig.h"

/** Append `n` records: with and without key, changed ones, raw input, rooms. */
void tamper_fill(struct rig *r, int n);
/** For dw_store_verify: is the raw input the one whose SHA-256 the payload names? No files. */
extern const struct dw_verify_checks tamper_checks;
/** Run SQL on the file of a closed journal, past all of our own code. */
void tamper_exec(const char *dir, const char *sql);

#endif
