/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* newsroom.c - the statements of all rooms that everybody may read. */
#include "engine/newsroom.h"

#include "statement_int.h"

static bool is_public(const struct statement *t)
{
	return t->state->id != 0 && !t->room->state->is_drill &&
	       dw_newsroom_last(t->state) != NULL;
}

void dw_newsroom_each(const struct dw_rooms *rooms,
		      bool (*fn)(void *data, const struct dw_statement *t), void *data)
{
	struct dw_str key;
	size_t it = 0;
	void *t;

	while (dw_map_next(rooms->statements, &it, &key, &t))
		if (is_public(t) && !fn(data, ((const struct statement *)t)->state))
			return;
}

const struct dw_statement *dw_newsroom_find(const struct dw_rooms *rooms, uint64_t id)
{
	const struct statement *t = statement_find(rooms, id);

	return t != NULL && is_public(t) ? t->state : NULL;
}

uint64_t dw_newsroom_moves(const struct dw_rooms *rooms)
{
	return rooms->went_out;
}
