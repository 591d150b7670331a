/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_STORE_ENVELOPE_H
#define DW_STORE_ENVELOPE_H
/*
 * The envelope, layout dw-event-v1: the bytes that the proof is about. All integers big-endian.
 *
 *   offset  size  field
 *        0    12  "dw-event-v1\n"
 *       12     8  seq, from 1
 *       20     8  recorded_at, µs since 1970 UTC, never less than that of seq - 1
 *       28     8  occurred_at, µs, signed
 *       36    16  command id
 *       52     8  actor id (the seq that created the user or token; 0 = the system)
 *       60     8  room id (0 = none)
 *       68     2  type version
 *       70     1  length n of the type's name, 1 to 64
 *       71     n  type, ASCII
 *     71+n    32  commitment: HMAC-SHA-256(key = 32-byte salt, payload)
 *
 *  (1) A stored envelope is never rewritten, and hashed as stored.
 *  (2) Nothing in it names a person: ids only.
 *  (3) Checklist for a change: a new magic, the old reader stays, a fixture of the old one in
 *      tests/replay, verify reads both.
 */
#include "base/blob.h"
#include "base/merkle.h"

#define DW_ENVELOPE_MAX 167 /* 71 + 64 + 32 */
#define DW_TYPE_MAX 64

/** One event as the store hands it out. Pointers are borrowed from whoever hands it over. */
struct dw_stored {
	uint64_t seq;
	int64_t recorded_at; /* µs UTC */
	int64_t occurred_at;
	uint8_t command[16];
	uint64_t actor;
	uint64_t room;
	struct dw_str type;
	uint16_t type_version;
	uint8_t commit[DW_HASH_SIZE];
	uint64_t
		subject; /* seq of the first record under the same identity key; 0 = has no key */
	struct dw_str payload; /* p == NULL: erased */
	struct dw_str envelope;
	const void *decoded;   /* as in dw_record; NULL when read back */
	struct dw_blob *ahead; /* as in dw_record, for apply_on_writer; else NULL */
};

/** Encode into out[DW_ENVELOPE_MAX]; returns the length. Requires 1 <= type.n <= 64. */
size_t dw_envelope_encode(const struct dw_stored *e, uint8_t *out);
/** Parse the envelope's fields into *e (payload and subject untouched); DW_ECORRUPT. */
DW_MUST_USE int dw_envelope_parse(struct dw_str bytes, struct dw_stored *e,
				  struct dw_err *err);
/** HMAC-SHA-256 of the payload under a 32-byte salt. */
void dw_commitment(uint8_t out[DW_HASH_SIZE], const uint8_t salt[32],
		   struct dw_str payload);

#endif
