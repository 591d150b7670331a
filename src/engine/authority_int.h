/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_AUTHORITY_INT_H
#define DW_AUTHORITY_INT_H
/* What the files about authority share. */
#include "base/list.h"
#include "base/map.h"
#include "engine/authority.h"

struct dw_authorities {
	struct dw_engine *engine;
	struct dw_authority *state;
	char origin[32];
	struct dw_map *nonces; /* text → struct nonce */
	struct dw_link open;   /* the same, oldest first */
	size_t n_nonces;
};

/* ---- signing.c ---- */

void nonces_free(struct dw_authorities *a);

#endif
