/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_ENGINE_NEWSROOM_H
#define DW_ENGINE_NEWSROOM_H
/*
 * The statements that everybody may read, of all rooms: asked without a principal, so nothing but
 * what domain/newsroom.h lets out may be shown of them.
 */
#include "domain/newsroom.h"
#include "engine/statement.h"

/* ---- on the loop; borrowed until its next turn ---- */

/** Each statement of which everybody may know something, in no order, until fn returns false. */
void dw_newsroom_each(const struct dw_rooms *rooms,
		      bool (*fn)(void *data, const struct dw_statement *t), void *data);
/** One of them, or NULL. */
const struct dw_statement *dw_newsroom_find(const struct dw_rooms *rooms, uint64_t id);
/** Another number whenever something else may be public than before. */
uint64_t dw_newsroom_moves(const struct dw_rooms *rooms);

#endif
