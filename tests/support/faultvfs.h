/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_TESTS_FAULTVFS_H
#define DW_TESTS_FAULTVFS_H
/*
 * A disk between SQLite and the real one that can fail at any operation and that knows what a
 * power cut would leave. Registered as the default VFS; only files below `dir` go through it.
 * One at a time in a process.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum fault_kind {
	FAULT_NONE,
	FAULT_IOERR, /* any operation fails */
	FAULT_FULL,  /* a write finds no room */
	FAULT_SHORT, /* a read ends early */
	FAULT_SYNC,  /* a sync fails */
};

/** Watch the files below `dir`. Requires: not started. */
void faultvfs_start(const char *dir);
void faultvfs_stop(void);

/** Operations of this kind's sort since the start (or the last faultvfs_fail). */
uint64_t faultvfs_count(void);
/** The n-th operation from now on (from 1) that `kind` can hit fails, and the `times` - 1 after. */
void faultvfs_fail(enum fault_kind kind, uint64_t n, uint64_t times);
/** Has it happened? In a sync? */
bool faultvfs_has_failed(void);
bool faultvfs_has_failed_in_sync(void);

/**
 * At the n-th write or sync from now on, call `fn` on whatever thread that is in, before it is done.
 * It may call faultvfs_image and faultvfs_cut_at.
 */
void faultvfs_cut_at(uint64_t n, void (*fn)(void *data), void *data);
/**
 * Write into the folder `to` what the disk could hold if the power went now: all that was
 * synced, and of each later write, by `seed`, all, nothing or some sectors of 512 bytes.
 */
void faultvfs_image(const char *to, uint64_t seed);

#endif
