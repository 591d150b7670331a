/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_NET_GATE_H
#define DW_NET_GATE_H
/*
 * The gate: reads one complete request head on its own, strictly, before llhttp sees a byte. Two
 * independent readers must agree; what either refuses is refused.
 */
#include "net/server.h"

struct dw_gate_head {
	struct dw_str method, target, version;		   /* into the head */
	struct dw_http_header fields[DW_HTTP_MAX_HEADERS]; /* names as sent */
	size_t n_fields;
	int minor; /* HTTP/1.minor */
	bool has_length, is_chunked, keep_alive, expects_continue;
	uint64_t length; /* when has_length */
};

/** Length of the head at the start of p (through the empty line), 0 when incomplete. A bare LF
 *  or CR before that is for dw_gate_check to refuse: *bad is then set and the length covers it. */
size_t dw_gate_head_length(const char *p, size_t n, bool *bad);
/** 0 or DW_E… with a sentence; on 0 *out is filled, pointing into `head`. */
DW_MUST_USE int dw_gate_check(struct dw_str head, const struct dw_net_limits *limits,
			      struct dw_gate_head *out, struct dw_err *err);

/** Which limit a head (or its beginning) of more than max_head_bytes breaks: the target's or its own. */
int dw_gate_excess(struct dw_str head, const struct dw_net_limits *limits,
		   struct dw_err *err);

/** The target of an accepted head in parts; authority is empty in origin form. */
void dw_gate_split(const struct dw_gate_head *g, struct dw_str *authority,
		   struct dw_str *path, struct dw_str *query);

/** Is this a well-formed Host value? *name gets it without the port. */
bool dw_gate_host(struct dw_str host, struct dw_str *name);

/*
 * Framing of a chunked body, strictly: 1 to 8 hex digits, CRLF, that many bytes, CRLF; no
 * extensions, no trailers. It cuts the input into runs that llhttp then gets one by one.
 */
enum dw_chunk_kind {
	DW_CHUNK_MORE,	/* no input left */
	DW_CHUNK_FRAME, /* bytes between data */
	DW_CHUNK_DATA,	/* bytes of the body */
	DW_CHUNK_END,	/* the last bytes of the framing */
	DW_CHUNK_BAD,	/* refused; nothing more may be read */
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
enum dw_chunk_kind dw_chunk_next(struct dw_chunk *k, const char *p, size_t n,
				 size_t *used);

#endif
