/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_MENTION_BESIDE_INT_H
#define DW_MENTION_BESIDE_INT_H
/* What is known about a mention besides what it says: see mention_beside.c. */
#include "engine/mention_query.h"

struct dw_db;

/** `,"triage":{state,owner,at}` or null, and `,"incidents":[…]`, behind a mention's own members. */
DW_MUST_USE int mention_beside_add(struct dw_db *db, const struct dw_onlooker *who,
				   uint64_t mention, struct dw_buf *out,
				   struct dw_err *err);
/** The same with note, outcome, who said so, the first assessment, and `triage_history`. */
DW_MUST_USE int mention_beside_add_all(struct dw_reader *r, const struct dw_onlooker *who,
				       const struct dw_names *names, uint64_t mention,
				       struct dw_buf *out, struct dw_err *err);

#endif
