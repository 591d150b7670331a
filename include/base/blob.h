/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_BASE_BLOB_H
#define DW_BASE_BLOB_H
/*
 * Immutable bytes with a reference count. An event is encoded once and the same bytes are
 * shared by the journal, the feed and every watcher. The count is atomic: blobs cross threads.
 */
#include "base/str.h"

#include <stdatomic.h>

struct dw_blob {
	atomic_uint refs;
	size_t len;
	char data[]; /* len bytes and a NUL that len does not count */
};

/** A copy of n bytes, one reference. Aborts when memory is out: cap n before. */
struct dw_blob *dw_blob_new(const void *p, size_t n);
/** Room for n bytes that the caller fills before anyone else sees the blob. */
struct dw_blob *dw_blob_alloc(size_t n);
struct dw_blob *dw_blob_ref(struct dw_blob *b);
/** Drops a reference; NULL is fine. */
void dw_blob_unref(struct dw_blob *b);

static inline struct dw_str dw_blob_str(const struct dw_blob *b)
{
	return b != NULL ? (struct dw_str){ b->data, b->len }
			 : (struct dw_str){ NULL, 0 };
}

#endif
