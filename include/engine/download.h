/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_ENGINE_DOWNLOAD_H
#define DW_ENGINE_DOWNLOAD_H
/* A kept file, read part by part, and checked on the way. */
#include "base/blob.h"
#include "base/digest.h"
#include "engine/engine.h"

struct dw_download {
	/* set by the caller, the rest zeroed: what the event says */
	uint8_t sha256[DW_HASH_SIZE];
	uint64_t size;
	/* results of the last step */
	struct dw_blob *part; /* the caller's */
	bool is_last;
	/* download.c's own */
	uint64_t id, n, seen;
	struct dw_digest digest;
};

/**
 * The next part. 0, or DW_ECORRUPT: it is not here, or all parts together are not what the event
 * says. That is known with the last part, which is not given then.
 *
 * Requires: the part before was not the last one.
 */
DW_MUST_USE int dw_download_next_on_pool(struct dw_download *d, struct dw_reader *r,
					 struct dw_err *err);

#endif
