/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_API_PRESENCE_INT_H
#define DW_API_PRESENCE_INT_H
/* What presence.c has for rooms and streams, and stream.c for it. */
#include "api_int.h"
#include "engine/presence.h"

/* ---- presence.c ---- */

void presence_init(struct dw_api *api);
void presence_fini(struct dw_api *api);
/** A stream of theirs begins: it is told who is where they are. */
void presence_on_stream(struct dw_api *api, const struct dw_principal *who);
/** Somebody's rights or sessions have changed. */
void presence_on_account(struct dw_api *api, uint64_t user);
/** Another circle may see a room. */
void presence_on_doors(struct dw_api *api);
/** Array of those who are in the room now. */
void presence_write(struct dw_jsonw *w, const struct dw_api *api, uint64_t room);

/* ---- caret.c ---- */

/**
 * A page of theirs was in `was` and is in `is` (statement 0: in none): those who are in the same texts are told, and it
 * is told of them. r: the room.
 */
void caret_moved(struct dw_api *api, const struct dw_here_room *r, uint64_t user,
		 uint64_t tab, const struct dw_caret *was, const struct dw_caret *is);

/* ---- stream.c ---- */

/**
 * Write frames without id to the account's streams that take what is in that room, and may. False:
 * one of them is busy, try again later.
 */
bool stream_tell(struct dw_api *api, uint64_t user, uint64_t room, struct dw_str frames);

#endif
