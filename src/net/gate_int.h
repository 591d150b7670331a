/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_GATE_INT_H
#define DW_GATE_INT_H
/* The parts of the gate that net's own parser uses: target splitting and chunk framing. */
#include "net/gate.h"

/** The target of an accepted head in parts; authority is empty in origin form. */
void dw_gate_split(const struct dw_gate_head *g, struct dw_str *authority, struct dw_str *path,
		   struct dw_str *query);

/** Is this a well-formed Host value? *name gets it without the port. */
bool dw_gate_host(struct dw_str host, struct dw_str *name);

/*
 * Framing of a chunked body, strictly: 1 to 8 hex digits, CRLF, that many bytes, CRLF; no
 * extensions, no trailers. It cuts the input into runs that llhttp then gets one by one.
 */
enum dw_chunk_kind {
	DW_CHUNK_MORE,  /* no input left */
	DW_CHUNK_FRAME, /* bytes between data */
	DW_CHUNK_DATA,  /* bytes of the body */
	DW_CHUNK_END,   /* the last bytes of the framing */
	DW_CHUNK_BAD,   /* refused; nothing more may be read */
};

enum dw_chunk_at {
	DW_CHUNK_AT_SIZE,
	DW_CHUNK_AT_SIZE_LF,
	DW_CHUNK_AT_DATA,
	DW_CHUNK_AT_DATA_CR,
	DW_CHUNK_AT_DATA_LF,
	DW_CHUNK_AT_LAST_CR,
	DW_CHUNK_AT_LAST_LF,
	DW_CHUNK_AT_END,
};

struct dw_chunk { /* all zero at the start of a body */
	enum dw_chunk_at at;
	unsigned digits;
	uint64_t left;
};

/** Kind of the run that p begins with; *used is its length. */
enum dw_chunk_kind dw_chunk_next(struct dw_chunk *k, const char *p, size_t n, size_t *used);

#endif
