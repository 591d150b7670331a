/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_NET_PARSE_H
#define DW_NET_PARSE_H
/* llhttp as the second reader: it must come to what the gate came to. */
#include "net/gate.h"

#include <llhttp.h>

struct dw_parser {
	llhttp_t ll;
	struct dw_str url;
	size_t n_fields;
	struct dw_str piece; /* body bytes that the last run held */
	uint64_t length;
	bool has_head, has_length, is_chunked, keep_alive;
	bool is_complete, is_odd; /* odd: something that the gate should have refused */
};

void dw_parser_init(struct dw_parser *p);
/** Read the head that the gate accepted. DW_EINVAL when llhttp refuses it or reads it otherwise. */
DW_MUST_USE int dw_parser_head(struct dw_parser *p, struct dw_str head,
			       const struct dw_gate_head *g, struct dw_err *err);
/** Read one run of a chunked body; DW_EINVAL as above. */
DW_MUST_USE int dw_parser_chunk(struct dw_parser *p, struct dw_str run,
				enum dw_chunk_kind kind, struct dw_err *err);

#endif
