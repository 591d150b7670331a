/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_BASE_MAP_H
#define DW_BASE_MAP_H
/*
 * Byte string to pointer, hashed with SipHash under a random key, so that nobody outside can
 * choose colliding names. Keys are copied; values belong to the caller.
 */
#include "base/str.h"

struct dw_map;

struct dw_map *dw_map_create(void);
/** Frees the map and its keys, never the values. NULL is fine. */
void dw_map_destroy(struct dw_map *m);
size_t dw_map_count(const struct dw_map *m);
/** Value or NULL. */
void *dw_map_get(const struct dw_map *m, struct dw_str key);
/** Set; returns the value that was there before, or NULL. Requires value != NULL. */
void *dw_map_put(struct dw_map *m, struct dw_str key, void *value);
/** Remove; returns the value that was there, or NULL. */
void *dw_map_remove(struct dw_map *m, struct dw_str key);
/** Visit all, in no order: start with *it = 0; false at the end. The map must not change. */
bool dw_map_next(const struct dw_map *m, size_t *it, struct dw_str *key, void **value);

/** Integer keys, the same map. */
void *dw_map_get_u64(const struct dw_map *m, uint64_t key);
void *dw_map_put_u64(struct dw_map *m, uint64_t key, void *value);
void *dw_map_remove_u64(struct dw_map *m, uint64_t key);

#endif
