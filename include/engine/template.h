/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_ENGINE_TEMPLATE_H
#define DW_ENGINE_TEMPLATE_H
/* Templates of statements: those that ship, and those of the playbooks that a room has started. */
#include "base/jsonw.h"
#include "domain/template.h"
#include "engine/engine.h"

struct dw_template {
	struct dw_str name; /* "holding", or of a playbook "service-outage/holding" */
	struct dw_str title, text; /* in the language that was asked for */
	unsigned channel, reader;
};

/** What is known at this moment to a text in that language; s may be NULL. */
struct dw_fill_from dw_fill_from_now(struct dw_engine *e, struct dw_str lang,
				     const struct dw_incident *s);
/** By name; texts lie in the arena. False: there is no such, or not in that language. */
DW_MUST_USE bool dw_template_find(struct dw_template *out, struct dw_str name,
				  struct dw_str lang, const struct dw_incident *s,
				  struct dw_arena *a);
/**
 * A list of all in that language, as they would be filled now: [{"template","title","channel",
 * "audience","text"}]. Those of playbooks that the room has started first. from->s == NULL: of no room, those
 * that ship with their slots.
 */
void dw_templates_write(struct dw_jsonw *w, const struct dw_fill_from *from,
			struct dw_arena *a);

#endif
