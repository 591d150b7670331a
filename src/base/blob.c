/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * blob.c - immutable bytes that many hold and the last one frees.
 *
 * One allocation for count and bytes. Taking a reference orders nothing (who takes one holds one
 * already); dropping one releases, and the last one acquires, so that whatever any thread did
 * with the bytes happened before they are freed.
 */
#include "base/blob.h"

#include <stdlib.h>

struct dw_blob *dw_blob_alloc(size_t n)
{
	struct dw_blob *b;

	DW_REQUIRE(n < SIZE_MAX - sizeof(*b));
	b = malloc(sizeof(*b) + n + 1);
	DW_INVARIANT(b != NULL);
	atomic_init(&b->refs, 1);
	b->len = n;
	b->data[n] = '\0';
	return b;
}

struct dw_blob *dw_blob_new(const void *p, size_t n)
{
	struct dw_blob *b = dw_blob_alloc(n);

	if (n > 0)
		memcpy(b->data, p, n);
	return b;
}

struct dw_blob *dw_blob_ref(struct dw_blob *b)
{
	unsigned before = atomic_fetch_add_explicit(&b->refs, 1, memory_order_relaxed);

	DW_INVARIANT(before > 0 && before < UINT32_MAX / 2);
	return b;
}

void dw_blob_unref(struct dw_blob *b)
{
	unsigned before;

	if (b == NULL)
		return;
	before = atomic_fetch_sub_explicit(&b->refs, 1, memory_order_acq_rel);
	DW_INVARIANT(before > 0);
	if (before == 1)
		free(b);
}
