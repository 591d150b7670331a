/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_NET_GATE_H
#define DW_NET_GATE_H
/*
 * The gate: reads one complete request head on its own, strictly, before llhttp sees a byte. Two
 * independent readers must agree; what either refuses is refused.
 */
#include "net/server.h"

struct dw_gate_head {
	struct dw_str method, target, version;  /* into the head */
	struct dw_http_header fields[DW_HTTP_MAX_HEADERS]; /* names as sent */
	size_t n_fields;
	int minor;               /* HTTP/1.minor */
	bool has_length, is_chunked, keep_alive, expects_continue;
	uint64_t length;         /* when has_length */
};

/** Length of the head at the start of p (through the empty line), 0 when incomplete. A bare LF
 *  or CR before that is for dw_gate_check to refuse: *bad is then set and the length covers it. */
size_t dw_gate_head_length(const char *p, size_t n, bool *bad);
/** 0 or DW_E… with a sentence; on 0 *out is filled, pointing into `head`. */
DW_MUST_USE int dw_gate_check(struct dw_str head, const struct dw_net_limits *limits,
			      struct dw_gate_head *out, struct dw_err *err);

#endif
