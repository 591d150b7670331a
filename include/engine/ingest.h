/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_ENGINE_INGEST_H
#define DW_ENGINE_INGEST_H
/* Mentions in: sources, normalising, identity, and the read tables of both. */
#include "engine/engine.h"

struct dw_db;

/* ---- what engine.c uses ---- */

/** Known sources by slug. db is a reader's connection, NULL in memory (starts empty). */
DW_MUST_USE int dw_sources_open(struct dw_sources **out, struct dw_db *db,
				struct dw_err *err);
/** NULL is fine. */
void dw_sources_destroy(struct dw_sources *s);
void dw_sources_apply(struct dw_sources *s, const struct dw_stored *e);
/** Fold a mention.* or source.* event into the read tables. */
DW_MUST_USE int dw_mention_project_on_writer(struct dw_db *db, const struct dw_stored *e,
					     struct dw_err *err);

#endif
