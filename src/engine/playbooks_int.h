/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_PLAYBOOKS_INT_H
#define DW_PLAYBOOKS_INT_H
/* What the files about playbooks share. */
#include "base/map.h"
#include "domain/playbook.h"
#include "engine/playbook.h"

struct playbook {
	struct dw_link link; /* on dw_playbooks.all, by slug */
	uint64_t id, version;
	char *slug;
	struct dw_blob *doc, *brief;
	bool is_builtin;
};

struct dw_playbooks {
	struct dw_engine *engine;
	struct dw_map *by_slug;
	struct dw_link all;
	size_t n_own;
};

/* ---- playbooks.c ---- */

void playbook_info(const struct playbook *b, struct dw_playbook_info *out);

/* ---- playbook_json.c ---- */

/**
 * Read what was sent, which is hostile. base.p NULL: a whole one; else members that take the place of
 * those of `base`, among them no slug. *out: the whole, checked, in the order of the contract, and
 * no longer than DW_PLAYBOOK_BYTES.
 */
DW_MUST_USE int playbook_parse(struct dw_str body, struct dw_str base,
			       struct dw_blob **out, struct dw_fault *f);
/** The name in a stored one, into out[64]; false: there is none. */
bool playbook_slug(struct dw_str doc, char out[64]);
/** What a list has of it, so that nothing is parsed to show two hundred of them. */
struct dw_blob *playbook_brief(struct dw_str doc);
/** The payload of playbook.changed: {"playbook":id,…}. */
struct dw_blob *playbook_changed(uint64_t id, struct dw_str doc);
/** The playbook in it. */
struct dw_blob *playbook_doc(struct dw_str payload);
/** The id in it, or 0. */
uint64_t playbook_changed_id(struct dw_str payload);
/** One language of it; NULL: it is not in that language. */
const struct dw_playbook_copy *playbook_copy(struct dw_str doc, uint64_t version,
					     struct dw_str lang, struct dw_arena *a);

#endif
