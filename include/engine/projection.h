/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_ENGINE_PROJECTION_H
#define DW_ENGINE_PROJECTION_H
/* The read tables: which SQL makes them and which module folds an event into them. */
#include "store/journal.h"

/** Static; `on_progress` and `ctx` may be set on a copy. */
struct dw_projector dw_projection(void);
/** The same tables, but the search index stays empty: to measure what it costs. */
struct dw_projector dw_projection_without_search(void);

#endif
