/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_UPDATE_INT_H
#define DW_UPDATE_INT_H
/* Updates that stand in a larger JSON value. */
#include "domain/update.h"

#include <jansson.h>

/** As dw_updates_parse; an array that is not too long was made sure of. */
DW_MUST_USE int updates_read(struct dw_update **u, size_t *n, const json_t *v,
			     struct dw_arena *a, struct dw_fault *f);

#endif
