/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * mention_author.c - an author as a number, so that a row of the read table costs eight bytes for it.
 *
 * 63 bits of BLAKE2b over source and author: of a thousand million authors two would meet with one
 * chance in twenty, and then one sees the other's mentions in a list, each with its name.
 */
#include "ingest_int.h"

#include <sodium.h>

#define SOURCE_BYTES 400

static uint64_t hash(struct dw_str source, struct dw_str author)
{
	uint8_t in[2 + SOURCE_BYTES + DW_AUTHOR_BYTES], out[16];
	uint64_t id = 0;

	if (author.n == 0 || author.n > DW_AUTHOR_BYTES || source.n > SOURCE_BYTES)
		return 0;
	in[0] = (uint8_t)(source.n >> 8);
	in[1] = (uint8_t)source.n;
	if (source.n > 0)
		memcpy(in + 2, source.p, source.n);
	memcpy(in + 2 + source.n, author.p, author.n);
	DW_INVARIANT(crypto_generichash(out, sizeof(out), in, 2 + source.n + author.n,
					NULL, 0) == 0);
	for (int i = 0; i < 8; i++)
		id = id << 8 | out[i];
	id &= INT64_MAX;
	return id != 0 ? id : 1;
}

uint64_t mention_author_id(struct dw_str source, struct dw_str author)
{
	char buf[DW_AUTHOR_BYTES];

	return hash(source, dw_author_fold(author, buf));
}

uint64_t mention_author_of(const struct dw_mention *m)
{
	char buf[DW_AUTHOR_BYTES];

	return hash(m->source, dw_mention_author(m, buf));
}
