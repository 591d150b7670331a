/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_DOMAIN_LINKS_H
#define DW_DOMAIN_LINKS_H
/* The mentions of a room, by id, and which was said first. See src/domain/links.c. */
#include "base/str.h"

/* A mention in a room, and when it was said. */
struct dw_linked {
	uint64_t id;
	int64_t at;
};

struct dw_link_block;

/* All zero is empty. */
struct dw_links {
	size_t n; /* of them */
	struct dw_link_block *block;
	size_t n_blocks, cap_blocks;
};

/** Frees what it holds; it is empty then. */
void dw_links_fini(struct dw_links *l);
/** False: that mention is there already, and stays as it was. */
bool dw_links_add(struct dw_links *l, struct dw_linked one);
/** False: there was none. */
bool dw_links_remove(struct dw_links *l, uint64_t id);
/** The link or NULL; until the next change. */
const struct dw_linked *dw_links_find(const struct dw_links *l, uint64_t id);
/** The first one with this id or a higher one, or NULL: from 0 on, and then from id + 1. */
const struct dw_linked *dw_links_from(const struct dw_links *l, uint64_t id);
/** The one that was said first; of several the lowest id; NULL when there is none. */
const struct dw_linked *dw_links_earliest(const struct dw_links *l);

#endif
