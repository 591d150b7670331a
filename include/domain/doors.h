/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_DOMAIN_DOORS_H
#define DW_DOMAIN_DOORS_H
/*
 * Which rooms are closed, and to whom they are open all the same: an immutable snapshot with a
 * reference count, so that any thread can ask. There is a new one whenever that changes.
 */
#include "base/str.h"

struct dw_doors;

struct dw_door { /* someone whom a closed room is open to; user 0: nobody in it */
	uint64_t room, user;
};

/** Copies, in any order; one reference. */
struct dw_doors *dw_doors_new(const struct dw_door *list, size_t n);
struct dw_doors *dw_doors_ref(struct dw_doors *d);
/** NULL is fine. */
void dw_doors_unref(struct dw_doors *d);
/** Is any room closed? */
bool dw_doors_any(const struct dw_doors *d);
bool dw_doors_is_closed(const struct dw_doors *d, uint64_t room);
/** Is it open to that user (or token), or to all? */
bool dw_doors_is_open_to(const struct dw_doors *d, uint64_t room, uint64_t user);

#endif
