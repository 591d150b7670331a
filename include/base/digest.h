/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_BASE_DIGEST_H
#define DW_BASE_DIGEST_H
/* SHA-256 of what comes in pieces. Of what lies whole: dw_sha256 (base/merkle.h). */
#include "base/merkle.h"

struct dw_digest {
	uint64_t state[18]; /* the library's own */
};

void dw_digest_init(struct dw_digest *d);
void dw_digest_add(struct dw_digest *d, const void *p, size_t n);
/** The digest of all that was added; d is as after dw_digest_init then. */
void dw_digest_end(struct dw_digest *d, uint8_t out[DW_HASH_SIZE]);

#endif
