/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_ENGINE_NDJSON_H
#define DW_ENGINE_NDJSON_H
/* Bodies of many values, cut into the texts of single ones. See src/engine/ndjson.c. */
#include "base/buf.h"

/* Pieces in, lines out. */
struct dw_ndjson {
	struct dw_str piece; /* what is left of the piece being cut; borrowed */
	struct dw_buf held;  /* the beginning of a line that ended with its piece */
	size_t max_line;
	uint64_t index; /* of the line that dw_ndjson_next gave last, from 0 */
	uint64_t n;	/* lines so far, empty ones not counted */
	bool is_over;	/* inside a line that is too long: skip to its end */
	bool is_lent;	/* `held` is what the caller has: clear it at the next call */
};

enum dw_ndjson_got {
	DW_NDJSON_MORE,	    /* the piece is used up */
	DW_NDJSON_LINE,	    /* a line */
	DW_NDJSON_TOO_LONG, /* a line over max_line was skipped; `index` says which */
};

/** Requires: 0 < max_line < SIZE_MAX / 2. */
void dw_ndjson_init(struct dw_ndjson *s, size_t max_line);
void dw_ndjson_fini(struct dw_ndjson *s);
/** The next bytes; borrowed until next answers MORE. Requires: it did, or this is the first. */
void dw_ndjson_feed(struct dw_ndjson *s, struct dw_str piece);
/**
 * The next line without its end (LF or CRLF), empty and blank ones left out. *line is valid
 * until the next call.
 */
enum dw_ndjson_got dw_ndjson_next(struct dw_ndjson *s, struct dw_str *line);
/** The body ended: the last line, when it had no newline. Once, then MORE. */
enum dw_ndjson_got dw_ndjson_last(struct dw_ndjson *s, struct dw_str *line);

#define DW_JSON_DEPTH_MAX 64 /* levels inside an array that is split */

/**
 * The texts of the items of a JSON array, without building it: item[0..*n), which point into
 * `text`. The whole is checked against the grammar of RFC 8259, so that nothing of a body is
 * used that is not JSON to its end. DW_EINVAL (not an array, not JSON, not UTF-8, nested deeper
 * than DW_JSON_DEPTH_MAX; the text names the byte), DW_ETOOBIG (more than `max` items).
 */
DW_MUST_USE int dw_json_array_split(struct dw_str text, struct dw_str *item, size_t max,
				    size_t *n, struct dw_err *err);

#endif
