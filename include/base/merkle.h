/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_BASE_MERKLE_H
#define DW_BASE_MERKLE_H
/*
 * The RFC 6962 tree, kept as its frontier: the roots of the complete subtrees that the size's
 * binary digits name, largest first. Appending a leaf is amortised two hashes.
 */
#include "base/str.h"

#define DW_HASH_SIZE 32
#define DW_MERKLE_MAX 64 /* hashes in a frontier at most */

struct dw_merkle {
	uint64_t size;				   /* leaves so far */
	uint8_t node[DW_MERKLE_MAX][DW_HASH_SIZE]; /* popcount(size) of them are in use */
};

void dw_sha256(uint8_t out[DW_HASH_SIZE], const void *p, size_t n);
/** RFC 2104 with SHA-256 and a key of DW_HASH_SIZE bytes. */
void dw_hmac_sha256(uint8_t out[DW_HASH_SIZE], const uint8_t key[DW_HASH_SIZE],
		    const void *p, size_t n);
/** SHA-256(0x00 ‖ bytes) */
void dw_merkle_leaf(uint8_t out[DW_HASH_SIZE], const void *p, size_t n);
/** SHA-256(0x01 ‖ left ‖ right) */
void dw_merkle_node(uint8_t out[DW_HASH_SIZE], const uint8_t *left, const uint8_t *right);

void dw_merkle_init(struct dw_merkle *m);
void dw_merkle_add(struct dw_merkle *m, const uint8_t leaf[DW_HASH_SIZE]);
/** Root of the tree; SHA-256 of nothing when empty (RFC 6962 section 2.1). */
void dw_merkle_root(const struct dw_merkle *m, uint8_t out[DW_HASH_SIZE]);
/** Bytes that dw_merkle_load takes back: popcount(size) hashes. Returns their number of bytes. */
size_t dw_merkle_save(const struct dw_merkle *m,
		      uint8_t out[DW_MERKLE_MAX * DW_HASH_SIZE]);
/** DW_ECORRUPT when n does not fit the size. */
DW_MUST_USE int dw_merkle_load(struct dw_merkle *m, uint64_t size, const void *p,
			       size_t n);

#endif
