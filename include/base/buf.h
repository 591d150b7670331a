/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_BASE_BUF_H
#define DW_BASE_BUF_H
/* Growable bytes that cannot be made without a ceiling (curl's dynbuf rule). */
#include "base/str.h"

#include <stdarg.h>

struct dw_buf {
	char *p;    /* owned; always NUL-terminated once anything was added */
	size_t len; /* bytes in use, NUL not counted */
	size_t cap; /* bytes allocated */
	size_t max; /* len never exceeds this */
};

/** Empty, allocates nothing. Requires max > 0. */
void dw_buf_init(struct dw_buf *b, size_t max);
void dw_buf_fini(struct dw_buf *b);
/** len = 0, memory kept. */
void dw_buf_clear(struct dw_buf *b);
/** Drop the first n bytes. Requires n <= len. */
void dw_buf_consume(struct dw_buf *b, size_t n);

/** All add or fail with DW_ETOOBIG and add nothing. */
DW_MUST_USE int dw_buf_add(struct dw_buf *b, const void *p, size_t n);
DW_MUST_USE int dw_buf_addz(struct dw_buf *b, const char *z);
DW_MUST_USE int dw_buf_addc(struct dw_buf *b, char c);
DW_MUST_USE int dw_buf_addf(struct dw_buf *b, const char *fmt, ...) DW_PRINTF(2, 3);
DW_MUST_USE int dw_buf_addu(struct dw_buf *b, uint64_t n);
/** Room for n more bytes: returns where to write them (then add to len), or NULL. */
char *dw_buf_reserve(struct dw_buf *b, size_t n);

static inline struct dw_str dw_buf_str(const struct dw_buf *b)
{
	return (struct dw_str){ b->p, b->len };
}

#endif
