/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* newsroom_view.c - the statements that everybody may read, in order, and what belongs together. */
#include "newsroom_int.h"

#include "base/arena.h"

#include <stdlib.h>

const struct dw_statement_version *newsroom_version(const struct dw_statement *t,
						    const struct dw_publication *p)
{
	return &t->versions.p[p->version];
}

static int by_newest(const void *a, const void *b)
{
	const struct dw_newsroom_item *x = a, *y = b;

	return x->last->seq < y->last->seq ? 1 : -(x->last->seq > y->last->seq);
}

static int by_id(const void *a, const void *b)
{
	const struct dw_newsroom_item *const *x = a, *const *y = b;

	return (*x)->t->id < (*y)->t->id ? -1 : (*x)->t->id > (*y)->t->id;
}

const struct dw_newsroom_item *dw_newsroom_item(const struct dw_newsroom_view *view,
						uint64_t id)
{
	for (size_t i = 0; i < view->n; i++)
		if (view->p[i].t->id == id)
			return &view->p[i];
	return NULL;
}

/* The list is sorted by id for this, else each correction would look through all. */
static struct dw_newsroom_item *find(struct dw_newsroom_item **sorted, size_t n,
				     uint64_t id)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (sorted[mid]->t->id < id)
			low = mid + 1;
		else
			high = mid;
	}
	return low < n && sorted[low]->t->id == id ? sorted[low] : NULL;
}

static void join(struct dw_newsroom_view *view, struct dw_arena *a)
{
	struct dw_newsroom_item **sorted =
		dw_arena_alloc(a, (view->n + 1) * sizeof(struct dw_newsroom_item *));

	for (size_t i = 0; i < view->n; i++)
		sorted[i] = &view->p[i];
	qsort(sorted, view->n, sizeof(struct dw_newsroom_item *), by_id);
	for (size_t i = 0; i < view->n; i++) {
		struct dw_newsroom_item *it = &view->p[i], *of;

		if (it->t->correction_of == 0)
			continue;
		of = find(sorted, view->n, it->t->correction_of);
		if (of == NULL)
			continue;
		it->corrects = of->t;
		/* newest first: the first that still stands is the one to read */
		if (it->last->is_withdrawal || of->corrected_by != NULL)
			continue;
		of->corrected_by = it->t;
		if (it->last->at > of->updated)
			of->updated = it->last->at;
	}
}

void dw_newsroom_arrange(struct dw_newsroom_view *view,
			 const struct dw_statement *const *t, size_t n,
			 struct dw_arena *a)
{
	view->p = dw_arena_alloc(a, (n + 1) * sizeof(view->p[0]));
	view->n = n;
	for (size_t i = 0; i < n; i++) {
		const struct dw_publication *last = dw_newsroom_last(t[i]);

		view->p[i] =
			(struct dw_newsroom_item){ .t = t[i],
						   .last = last,
						   .newest = dw_newsroom_newest(t[i]),
						   .updated = last->at };
	}
	qsort(view->p, n, sizeof(view->p[0]), by_newest);
	join(view, a);
}
