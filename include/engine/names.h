/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_ENGINE_NAMES_H
#define DW_ENGINE_NAMES_H
/*
 * An immutable snapshot of who the actor ids are, so that frames can be written on any thread.
 * account makes a new one whenever a user or token is added; readers hold a reference.
 */
#include "base/str.h"

struct dw_names;

enum dw_name_kind { DW_NAME_SYSTEM, DW_NAME_USER, DW_NAME_TOKEN };

struct dw_name {
	uint64_t id;
	enum dw_name_kind kind;
	struct dw_str name;
};

/** Copies; one reference. */
struct dw_names *dw_names_new(const struct dw_name *list, size_t n);
struct dw_names *dw_names_ref(struct dw_names *n);
void dw_names_unref(struct dw_names *n);
/** JSON of the actor ({"id":…,"name":…,"kind":…}), made once; id 0 is the system; unknown ids
 *  get an empty name. Borrowed while the snapshot is held; `scratch` (64 bytes) for unknown ids. */
struct dw_str dw_names_json(const struct dw_names *n, uint64_t id, char *scratch);

#endif
