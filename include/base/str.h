/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_BASE_STR_H
#define DW_BASE_STR_H
/* A borrowed run of bytes, and the number and text parsing that hostile input needs. */
#include "base/err.h"

#include <stdint.h>
#include <string.h>

struct dw_str {
	const char *p; /* not NUL-terminated; may be NULL when n is 0 */
	size_t n;
};

#define DW_STR(lit) ((struct dw_str){ (lit), sizeof(lit) - 1 })

static inline struct dw_str dw_str_of(const char *z)
{
	return (struct dw_str){ z, z != NULL ? strlen(z) : 0 };
}

static inline struct dw_str dw_str_make(const char *p, size_t n)
{
	return (struct dw_str){ p, n };
}

static inline bool dw_str_eq(struct dw_str a, struct dw_str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/** Equality without regard to ASCII case. */
bool dw_str_eq_nocase(struct dw_str a, struct dw_str b);
bool dw_str_starts(struct dw_str s, struct dw_str prefix);
/** Without leading and trailing spaces and tabs. */
struct dw_str dw_str_trim(struct dw_str s);
/** Cut `*rest` at the first `sep`; returns the part before it. False when nothing is left. */
bool dw_str_split(struct dw_str *rest, char sep, struct dw_str *part);
/** A control byte: below the space, or DEL? */
bool dw_str_has_control(struct dw_str s);

/** Digits only, no sign, no blanks, no overflow; DW_EINVAL otherwise. */
DW_MUST_USE int dw_str_u64(struct dw_str s, uint64_t *out);

/** Whole and valid UTF-8 (no surrogates, no overlong forms, up to U+10FFFF)? */
bool dw_utf8_valid(struct dw_str s);
/** Number of code points in valid UTF-8. */
size_t dw_utf8_count(struct dw_str s);
/** Number of UTF-16 code units that valid UTF-8 has as UTF-16. */
size_t dw_utf16_count(struct dw_str s);
/** One code point, up to U+10FFFF and no surrogate, to out[4]; returns the number of bytes. */
size_t dw_utf8_put(uint32_t c, char *out);

/** Lower-case hex of `n` bytes into `out` (2n+1 bytes, NUL-terminated); returns out. */
char *dw_hex(char *out, const void *bytes, size_t n);
/** Exactly 2n hex digits to n bytes, any case; DW_EINVAL otherwise. */
DW_MUST_USE int dw_unhex(void *out, size_t n, struct dw_str hex);

#endif
