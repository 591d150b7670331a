/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * chunk.c - the framing of a chunked body, strictly, one byte at a time.
 *
 * It decodes nothing: it cuts the input into runs of data and runs of framing, which llhttp then
 * gets one by one and must understand the same way. Extensions and trailers are refused because
 * nobody needs them and proxies differ about them; a size has at most 8 digits, so that a line
 * has an end and a number a ceiling.
 */
#include "net/gate.h"

static int hex_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static enum dw_chunk_kind expect_byte(struct dw_chunk *k, char have, char want,
				      enum dw_chunk_at next)
{
	if (have != want)
		return DW_CHUNK_BAD;
	k->at = next;
	return next == DW_CHUNK_AT_END ? DW_CHUNK_END : DW_CHUNK_FRAME;
}

static enum dw_chunk_kind size_byte(struct dw_chunk *k, char c)
{
	int hex = hex_of(c);

	if (hex < 0)
		return k->digits == 0 ? DW_CHUNK_BAD
				      : expect_byte(k, c, '\r', DW_CHUNK_AT_SIZE_LF);
	if (++k->digits > 8)
		return DW_CHUNK_BAD;
	k->left = k->left * 16 + (uint64_t)hex;
	return DW_CHUNK_FRAME;
}

static enum dw_chunk_kind frame_byte(struct dw_chunk *k, char c)
{
	switch (k->at) {
	case DW_CHUNK_AT_SIZE:
		return size_byte(k, c);
	case DW_CHUNK_AT_SIZE_LF:
		k->digits = 0;
		return expect_byte(k, c, '\n',
				   k->left > 0 ? DW_CHUNK_AT_DATA : DW_CHUNK_AT_LAST_CR);
	case DW_CHUNK_AT_DATA_CR:
		return expect_byte(k, c, '\r', DW_CHUNK_AT_DATA_LF);
	case DW_CHUNK_AT_DATA_LF:
		return expect_byte(k, c, '\n', DW_CHUNK_AT_SIZE);
	case DW_CHUNK_AT_LAST_CR:
		return expect_byte(k, c, '\r', DW_CHUNK_AT_LAST_LF);
	case DW_CHUNK_AT_LAST_LF:
		return expect_byte(k, c, '\n', DW_CHUNK_AT_END);
	case DW_CHUNK_AT_DATA:
	case DW_CHUNK_AT_END:
		break;
	}
	return DW_CHUNK_BAD;
}

enum dw_chunk_kind dw_chunk_next(struct dw_chunk *k, const char *p, size_t n,
				 size_t *used)
{
	enum dw_chunk_kind kind = DW_CHUNK_MORE;

	*used = 0;
	if (n == 0)
		return DW_CHUNK_MORE;
	if (k->at == DW_CHUNK_AT_DATA) {
		*used = k->left < n ? (size_t)k->left : n;
		k->left -= *used;
		if (k->left == 0)
			k->at = DW_CHUNK_AT_DATA_CR;
		return DW_CHUNK_DATA;
	}
	do {
		kind = frame_byte(k, p[(*used)++]);
	} while (kind == DW_CHUNK_FRAME && k->at != DW_CHUNK_AT_DATA && *used < n);
	return kind;
}
