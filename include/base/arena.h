/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_BASE_ARENA_H
#define DW_BASE_ARENA_H
/* Bump memory that dies as one: what one HTTP request needs, without a free() anywhere. */
#include "base/str.h"

struct dw_arena;

struct dw_arena *dw_arena_create(void);
/** NULL is fine. */
void dw_arena_destroy(struct dw_arena *a);
/** Zeroed, aligned for any type. Aborts when memory is out: cap n before. */
void *dw_arena_alloc(struct dw_arena *a, size_t n);
/** NUL-terminated copy. */
char *dw_arena_strdup(struct dw_arena *a, struct dw_str s);
/** Formatted, NUL-terminated. */
struct dw_str dw_arena_printf(struct dw_arena *a, const char *fmt, ...) DW_PRINTF(2, 3);
/** Bytes handed out so far. */
size_t dw_arena_used(const struct dw_arena *a);

#endif
