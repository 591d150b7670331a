/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_DOMAIN_PLAYBOOK_H
#define DW_DOMAIN_PLAYBOOK_H
/*
 * A playbook as it goes into a room: one version of it in one language. What a whole playbook is, and
 * how it is spelled, is known to engine/playbook_json.c.
 */
#include "domain/fact.h"

struct dw_playbook_task {
	struct dw_str title;
	unsigned role;	/* enum dw_room_role: whose it is, if anybody holds that office */
	uint64_t due_s; /* after the start */
};

/* Borrowed from an arena. */
struct dw_playbook_copy {
	struct dw_str slug, lang, title;
	uint64_t version;
	struct dw_str roles, templates; /* JSON */
	struct dw_playbook_task *task;
	size_t n_tasks;
	uint64_t every_s[DW_AUDIENCE_COUNT]; /* between two words; 0: as they come */
};

#endif
