/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * envelope.c - writes and reads the bytes of dw-event-v1.
 *
 * The layout and its rules stand in the header. Nothing is canonicalised: what was written is
 * what is hashed, and parsing accepts exactly what encoding can produce, so that two envelopes
 * that read the same are the same.
 */
#include "store/envelope.h"

#define HEAD 71 /* bytes before the type's name */

static const char magic[] = "dw-event-v1\n";

_Static_assert(sizeof(magic) - 1 == 12, "the magic is 12 bytes");
_Static_assert(DW_ENVELOPE_MAX == HEAD + DW_TYPE_MAX + DW_HASH_SIZE,
	       "the layout adds up");

static uint8_t *put(uint8_t *p, uint64_t v, int bytes)
{
	for (int i = bytes; i-- > 0; v >>= 8)
		p[i] = (uint8_t)v;
	return p + bytes;
}

static uint64_t get(const uint8_t *p, int bytes)
{
	uint64_t v = 0;

	for (int i = 0; i < bytes; i++)
		v = v << 8 | p[i];
	return v;
}

size_t dw_envelope_encode(const struct dw_stored *e, uint8_t *out)
{
	uint8_t *p = out;

	DW_REQUIRE(e->type.n >= 1 && e->type.n <= DW_TYPE_MAX);
	memcpy(p, magic, sizeof(magic) - 1);
	p = put(p + sizeof(magic) - 1, e->seq, 8);
	p = put(p, (uint64_t)e->recorded_at, 8);
	p = put(p, (uint64_t)e->occurred_at, 8);
	memcpy(p, e->command, sizeof(e->command));
	p = put(p + sizeof(e->command), e->actor, 8);
	p = put(p, e->room, 8);
	p = put(p, e->type_version, 2);
	p = put(p, e->type.n, 1);
	memcpy(p, e->type.p, e->type.n);
	memcpy(p + e->type.n, e->commit, DW_HASH_SIZE);
	return HEAD + e->type.n + DW_HASH_SIZE;
}

static bool is_type(struct dw_str type)
{
	for (size_t i = 0; i < type.n; i++)
		if (type.p[i] <= ' ' || type.p[i] > '~')
			return false;
	return true;
}

int dw_envelope_parse(struct dw_str bytes, struct dw_stored *e, struct dw_err *err)
{
	const uint8_t *p = (const uint8_t *)bytes.p;

	if (bytes.n < HEAD || memcmp(p, magic, sizeof(magic) - 1) != 0)
		return dw_fail(err, DW_ECORRUPT, "not an envelope of dw-event-v1");
	e->seq = get(p + 12, 8);
	e->recorded_at = (int64_t)get(p + 20, 8);
	e->occurred_at = (int64_t)get(p + 28, 8);
	memcpy(e->command, p + 36, sizeof(e->command));
	e->actor = get(p + 52, 8);
	e->room = get(p + 60, 8);
	e->type_version = (uint16_t)get(p + 68, 2);
	e->type = dw_str_make(bytes.p + HEAD, p[70]);
	if (e->type.n < 1 || e->type.n > DW_TYPE_MAX ||
	    bytes.n != HEAD + e->type.n + DW_HASH_SIZE || !is_type(e->type))
		return dw_fail(err, DW_ECORRUPT, "the envelope's type is damaged");
	memcpy(e->commit, p + HEAD + e->type.n, DW_HASH_SIZE);
	e->envelope = bytes;
	return 0;
}

void dw_commitment(uint8_t out[DW_HASH_SIZE], const uint8_t salt[32],
		   struct dw_str payload)
{
	dw_hmac_sha256(out, salt, payload.p, payload.n);
}
