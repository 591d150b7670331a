/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * doors.c - closed rooms and who may enter them, as one sorted list of (room, user).
 *
 * Asked for every event of a room and every watcher while any room is closed, so it is two
 * binary searches and no more. Rooms that are open are not in it: nearly all are.
 */
#include "domain/doors.h"

#include <stdatomic.h>
#include <stdlib.h>

struct dw_doors {
	atomic_uint refs;
	size_t n;
	struct dw_door door[];
};

static int compare(const void *a, const void *b)
{
	const struct dw_door *x = a, *y = b;

	if (x->room != y->room)
		return x->room < y->room ? -1 : 1;
	return x->user < y->user ? -1 : x->user > y->user;
}

struct dw_doors *dw_doors_new(const struct dw_door *list, size_t n)
{
	struct dw_doors *d = malloc(sizeof(*d) + n * sizeof(*list));

	DW_INVARIANT(d != NULL);
	atomic_init(&d->refs, 1);
	d->n = n;
	if (n > 0) {
		memcpy(d->door, list, n * sizeof(*list));
		qsort(d->door, n, sizeof(*list), compare);
	}
	return d;
}

struct dw_doors *dw_doors_ref(struct dw_doors *d)
{
	atomic_fetch_add_explicit(&d->refs, 1, memory_order_relaxed);
	return d;
}

void dw_doors_unref(struct dw_doors *d)
{
	if (d != NULL &&
	    atomic_fetch_sub_explicit(&d->refs, 1, memory_order_acq_rel) == 1)
		free(d);
}

bool dw_doors_any(const struct dw_doors *d)
{
	return d->n > 0;
}

/* Index of the first that is not before it. */
static size_t find(const struct dw_doors *d, const struct dw_door *what)
{
	size_t lo = 0, hi = d->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (compare(&d->door[mid], what) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

bool dw_doors_is_closed(const struct dw_doors *d, uint64_t room)
{
	size_t i = find(d, &(struct dw_door){ room, 0 });

	return i < d->n && d->door[i].room == room;
}

bool dw_doors_is_open_to(const struct dw_doors *d, uint64_t room, uint64_t user)
{
	const struct dw_door what = { room, user };
	size_t i = find(d, &what);

	return (i < d->n && compare(&d->door[i], &what) == 0) ||
	       !dw_doors_is_closed(d, room);
}
