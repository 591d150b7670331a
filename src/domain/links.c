/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * links.c - the mentions of a room: a sorted list in blocks.
 *
 * A crisis may link a hundred thousand, mostly in the order of their ids, but whoever goes back and
 * finds older ones must not move all that lies behind. So the list is cut into blocks of a few
 * hundred: adding one moves at most one block and its place among the blocks. Each block knows
 * which of its mentions was said first, so that the earliest of all is found among blocks and
 * not among mentions: every list of incidents asks for it.
 * Rejected: one sorted array (a link costs as much as there are links); a hash (no order, which
 * merging and splitting want, and the earliest would have to be looked for).
 *
 *  (1) Ids rise within a block and from block to block; no block is empty.
 */
#include "domain/links.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"

#define BLOCK 512 /* links; a multiple of 2 */

struct dw_link_block {
	struct dw_linked *p;
	size_t n;
	size_t first; /* index of the one that was said first */
};

void dw_links_fini(struct dw_links *l)
{
	for (size_t i = 0; i < l->n_blocks; i++)
		free(l->block[i].p);
	free(l->block);
	*l = (struct dw_links){ 0 };
}

/* ---- looking ---- */

/* The last block that begins at or before the id; the first one when none does. */
static size_t block_of(const struct dw_links *l, uint64_t id)
{
	size_t lo = 0, hi = l->n_blocks;

	while (hi - lo > 1) {
		size_t mid = lo + (hi - lo) / 2;

		if (l->block[mid].p[0].id <= id)
			lo = mid;
		else
			hi = mid;
	}
	return lo;
}

/* Index of the id in its block, or where it would stand. */
static size_t place_of(const struct dw_link_block *b, uint64_t id)
{
	size_t lo = 0, hi = b->n;

	if (b->n > 0 && b->p[b->n - 1].id < id)
		return b->n;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (b->p[mid].id < id)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

const struct dw_linked *dw_links_from(const struct dw_links *l, uint64_t id)
{
	size_t k = block_of(l, id), i;

	if (l->n_blocks == 0)
		return NULL;
	i = place_of(&l->block[k], id);
	if (i < l->block[k].n)
		return &l->block[k].p[i];
	return k + 1 < l->n_blocks ? &l->block[k + 1].p[0] : NULL;
}

const struct dw_linked *dw_links_find(const struct dw_links *l, uint64_t id)
{
	const struct dw_linked *one = dw_links_from(l, id);

	return one != NULL && one->id == id ? one : NULL;
}

const struct dw_linked *dw_links_earliest(const struct dw_links *l)
{
	const struct dw_linked *first = NULL;

	for (size_t i = 0; i < l->n_blocks; i++) {
		const struct dw_linked *one = &l->block[i].p[l->block[i].first];

		if (first == NULL || one->at < first->at)
			first = one;
	}
	return first;
}

/* ---- changing ---- */

static void find_first(struct dw_link_block *b)
{
	b->first = 0;
	for (size_t i = 1; i < b->n; i++)
		if (b->p[i].at < b->p[b->first].at)
			b->first = i;
}

/* An empty block before the k-th. */
static struct dw_link_block *add_block(struct dw_links *l, size_t k)
{
	struct dw_link_block *b;

	if (l->n_blocks == l->cap_blocks) {
		l->cap_blocks = l->cap_blocks > 0 ? l->cap_blocks * 2 : 8;
		l->block = realloc(l->block, l->cap_blocks * sizeof(*l->block));
		DW_INVARIANT(l->block != NULL);
	}
	b = &l->block[k];
	memmove(b + 1, b, (l->n_blocks - k) * sizeof(*b));
	l->n_blocks++;
	b->p = malloc(BLOCK * sizeof(*b->p));
	DW_INVARIANT(b->p != NULL);
	b->n = b->first = 0;
	return b;
}

/* Its upper half into a block of its own. */
static void split(struct dw_links *l, size_t k)
{
	struct dw_link_block *b = add_block(l, k + 1), *old = &l->block[k];

	b->n = BLOCK / 2;
	old->n -= b->n;
	memcpy(b->p, old->p + old->n, b->n * sizeof(*b->p));
	find_first(old);
	find_first(b);
}

static void insert(struct dw_links *l, struct dw_link_block *b, size_t i,
		   struct dw_linked one)
{
	memmove(&b->p[i + 1], &b->p[i], (b->n - i) * sizeof(*b->p));
	b->p[i] = one;
	b->n++;
	l->n++;
	if (b->first >= i && b->n > 1)
		b->first++;
	if (one.at < b->p[b->first].at || (one.at == b->p[b->first].at && i < b->first))
		b->first = i;
}

bool dw_links_add(struct dw_links *l, struct dw_linked one)
{
	size_t k = block_of(l, one.id), i = 0;

	if (l->n_blocks == 0) {
		insert(l, add_block(l, 0), 0, one);
		return true;
	}
	i = place_of(&l->block[k], one.id);
	if (i < l->block[k].n && l->block[k].p[i].id == one.id)
		return false;
	if (l->block[k].n == BLOCK && i == BLOCK) {
		/* Rising ids fill blocks to the brim. */
		if (k + 1 == l->n_blocks || l->block[k + 1].n == BLOCK)
			(void)add_block(l, k + 1);
		k++;
		i = 0;
	} else if (l->block[k].n == BLOCK) {
		split(l, k);
		if (i > l->block[k].n) {
			i -= l->block[k].n;
			k++;
		}
	}
	insert(l, &l->block[k], i, one);
	return true;
}

bool dw_links_remove(struct dw_links *l, uint64_t id)
{
	size_t k = block_of(l, id), i;
	struct dw_link_block *b;

	if (dw_links_find(l, id) == NULL)
		return false;
	b = &l->block[k];
	i = place_of(b, id);
	memmove(&b->p[i], &b->p[i + 1], (b->n - i - 1) * sizeof(*b->p));
	b->n--;
	l->n--;
	if (b->n == 0) {
		free(b->p);
		l->n_blocks--;
		memmove(b, b + 1, (l->n_blocks - k) * sizeof(*b));
	} else if (b->first == i) {
		find_first(b);
	} else if (b->first > i) {
		b->first--;
	}
	return true;
}
