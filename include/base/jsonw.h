/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_BASE_JSONW_H
#define DW_BASE_JSONW_H
/*
 * Writes compact JSON straight into a buffer. jansson parses for us; for output on the hot
 * path (one frame per event, one payload per mention) building a tree first costs more than
 * the text itself. The writer places commas; the caller pairs begin and end. The first
 * failure (the buffer's ceiling) sticks and is returned by dw_jsonw_end.
 */
#include "base/buf.h"

struct dw_jsonw {
	struct dw_buf *b; /* borrowed */
	int rc;		  /* first failure, sticks */
	bool comma;	  /* the next value needs one before it */
};

void dw_jsonw_init(struct dw_jsonw *w, struct dw_buf *b);
void dw_jsonw_obj(struct dw_jsonw *w);
void dw_jsonw_obj_end(struct dw_jsonw *w);
void dw_jsonw_arr(struct dw_jsonw *w);
void dw_jsonw_arr_end(struct dw_jsonw *w);
/** A member's name; ASCII without anything to escape. */
void dw_jsonw_key(struct dw_jsonw *w, const char *key);
/** The same of any text, escaped as a string is. Requires valid UTF-8. */
void dw_jsonw_key_text(struct dw_jsonw *w, struct dw_str key);
/** Requires valid UTF-8. Also escapes U+2028 and U+2029, so a frame stays one line anywhere. */
void dw_jsonw_str(struct dw_jsonw *w, struct dw_str s);
void dw_jsonw_u64(struct dw_jsonw *w, uint64_t n);
void dw_jsonw_i64(struct dw_jsonw *w, int64_t n);
void dw_jsonw_bool(struct dw_jsonw *w, bool v);
void dw_jsonw_null(struct dw_jsonw *w);
/** RFC 3339 string. */
void dw_jsonw_time(struct dw_jsonw *w, int64_t us);
/** Text that is JSON already. */
void dw_jsonw_raw(struct dw_jsonw *w, struct dw_str json);

/* key and value in one line */
void dw_jsonw_kstr(struct dw_jsonw *w, const char *key, struct dw_str s);
void dw_jsonw_ku64(struct dw_jsonw *w, const char *key, uint64_t n);
void dw_jsonw_kbool(struct dw_jsonw *w, const char *key, bool v);
void dw_jsonw_ktime(struct dw_jsonw *w, const char *key, int64_t us);
/* the same, and null when there is nothing to say: no text, 0 */
void dw_jsonw_kstr_or_null(struct dw_jsonw *w, const char *key, struct dw_str s);
void dw_jsonw_ku64_or_null(struct dw_jsonw *w, const char *key, uint64_t n);
void dw_jsonw_ktime_or_null(struct dw_jsonw *w, const char *key, int64_t us);

/** 0, or the first failure. */
DW_MUST_USE int dw_jsonw_end(const struct dw_jsonw *w);

#endif
