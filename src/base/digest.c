/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * digest.c - nettle's SHA-256 behind a struct of our own, so that who embeds one needs no header
 * of the library.
 */
#include "base/digest.h"

#include <nettle/sha2.h>

_Static_assert(sizeof(struct sha256_ctx) <= sizeof(struct dw_digest),
	       "the library's state fits");
_Static_assert(_Alignof(struct dw_digest) % _Alignof(struct sha256_ctx) == 0,
	       "and may lie there");

static struct sha256_ctx *own(struct dw_digest *d)
{
	return (struct sha256_ctx *)(void *)d->state;
}

void dw_digest_init(struct dw_digest *d)
{
	sha256_init(own(d));
}

void dw_digest_add(struct dw_digest *d, const void *p, size_t n)
{
	if (n > 0)
		sha256_update(own(d), n, p);
}

void dw_digest_end(struct dw_digest *d, uint8_t out[DW_HASH_SIZE])
{
	sha256_digest(own(d), DW_HASH_SIZE, out);
}
