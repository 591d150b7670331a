/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * merkle.c - the RFC 6962 tree of the journal, as a frontier.
 *
 * The binary digits of the size name the complete subtrees, largest first; a new leaf is a
 * subtree of one and swallows those of its own size, as a carry runs through a counter. The root
 * is the fold from the smallest to the largest, which is what section 2.1's recursion comes to.
 */
#include "base/merkle.h"

#include <nettle/hmac.h>
#include <nettle/sha2.h>

_Static_assert(DW_HASH_SIZE == SHA256_DIGEST_SIZE, "the tree's hash is SHA-256");

void dw_sha256(uint8_t out[DW_HASH_SIZE], const void *p, size_t n)
{
	struct sha256_ctx st;

	sha256_init(&st);
	if (n > 0)
		sha256_update(&st, n, p);
	sha256_digest(&st, DW_HASH_SIZE, out);
}

void dw_hmac_sha256(uint8_t out[DW_HASH_SIZE], const uint8_t key[DW_HASH_SIZE],
		    const void *p, size_t n)
{
	struct hmac_sha256_ctx st;

	hmac_sha256_set_key(&st, DW_HASH_SIZE, key);
	if (n > 0)
		hmac_sha256_update(&st, n, p);
	hmac_sha256_digest(&st, DW_HASH_SIZE, out);
}

void dw_merkle_leaf(uint8_t out[DW_HASH_SIZE], const void *p, size_t n)
{
	static const uint8_t prefix[1] = { 0x00 };
	struct sha256_ctx st;

	sha256_init(&st);
	sha256_update(&st, 1, prefix);
	if (n > 0)
		sha256_update(&st, n, p);
	sha256_digest(&st, DW_HASH_SIZE, out);
}

void dw_merkle_node(uint8_t out[DW_HASH_SIZE], const uint8_t *left, const uint8_t *right)
{
	uint8_t both[1 + 2 * DW_HASH_SIZE];

	both[0] = 0x01;
	memcpy(both + 1, left, DW_HASH_SIZE);
	memcpy(both + 1 + DW_HASH_SIZE, right, DW_HASH_SIZE);
	dw_sha256(out, both, sizeof(both));
}

static unsigned nodes_of(uint64_t size)
{
	return (unsigned)__builtin_popcountll(size);
}

void dw_merkle_init(struct dw_merkle *m)
{
	m->size = 0;
}

void dw_merkle_add(struct dw_merkle *m, const uint8_t leaf[DW_HASH_SIZE])
{
	unsigned n = nodes_of(m->size);
	uint8_t hash[DW_HASH_SIZE];

	DW_REQUIRE(m->size < UINT64_MAX);
	memcpy(hash, leaf, DW_HASH_SIZE);
	for (uint64_t s = m->size; (s & 1) != 0; s >>= 1)
		dw_merkle_node(hash, m->node[--n], hash);
	memcpy(m->node[n], hash, DW_HASH_SIZE);
	m->size++;
}

void dw_merkle_root(const struct dw_merkle *m, uint8_t out[DW_HASH_SIZE])
{
	unsigned n = nodes_of(m->size);

	if (n == 0) {
		dw_sha256(out, NULL, 0);
		return;
	}
	memcpy(out, m->node[--n], DW_HASH_SIZE);
	while (n > 0)
		dw_merkle_node(out, m->node[--n], out);
}

size_t dw_merkle_save(const struct dw_merkle *m,
		      uint8_t out[DW_MERKLE_MAX * DW_HASH_SIZE])
{
	size_t n = (size_t)nodes_of(m->size) * DW_HASH_SIZE;

	memcpy(out, m->node, n);
	return n;
}

int dw_merkle_load(struct dw_merkle *m, uint64_t size, const void *p, size_t n)
{
	if (n != (size_t)nodes_of(size) * DW_HASH_SIZE)
		return DW_ECORRUPT;
	m->size = size;
	if (n > 0)
		memcpy(m->node, p, n);
	return 0;
}
