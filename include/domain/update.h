/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_DOMAIN_UPDATE_H
#define DW_DOMAIN_UPDATE_H
/*
 * Changes of a draft from JSON and to JSON, spelled as CodeMirror's ChangeSet.toJSON does: an
 * array of parts; n keeps n units, [n] takes n away, [n, line, line…] puts lines in their place.
 */
#include "base/arena.h"
#include "base/jsonw.h"
#include "domain/change.h"

#define DW_UPDATES_BYTES (256u * 1024) /* as JSON */

/* What one browser tab did. */
struct dw_update {
	struct dw_str client; /* the tab: 1 to 64 visible characters of ASCII */
	struct dw_change change;
};

/**
 * Read one change; its parts and texts are in the arena. It has passed dw_change_check. DW_EINVAL
 * (not JSON, not this shape), DW_EUNPROCESSABLE, DW_ETOOBIG: *f says where ("/3/1") and why.
 */
DW_MUST_USE int dw_change_parse(struct dw_change *c, struct dw_str json,
				struct dw_arena *a, struct dw_fault *f);

/** The same for an array of {client, changes}, 1 to DW_UPDATES_MAX: "/0/changes/3/1". */
DW_MUST_USE int dw_updates_parse(struct dw_update **u, size_t *n, struct dw_str json,
				 struct dw_arena *a, struct dw_fault *f);

/** One value. Requires that dw_change_check has passed it. */
void dw_change_write(struct dw_jsonw *w, const struct dw_change *c);
/** {client, changes}; requires the same. */
void dw_update_write(struct dw_jsonw *w, const struct dw_update *u);

#endif
