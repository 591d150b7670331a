/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_BASE_CLOCK_H
#define DW_BASE_CLOCK_H
/* Time and entropy as something that is handed in, so that tests and simulations own both. */
#include "base/str.h"

struct dw_clock {
	int64_t (*now_us)(void *ctx);  /* µs since 1970 UTC */
	int64_t (*mono_us)(void *ctx); /* µs, never goes back */
	void (*random)(void *ctx, void *out, size_t n);
	void *ctx;
};

/** The machine's own clock and libsodium's random bytes. */
const struct dw_clock *dw_clock_system(void);

static inline int64_t dw_now_us(const struct dw_clock *c)
{
	return c->now_us(c->ctx);
}

static inline int64_t dw_mono_us(const struct dw_clock *c)
{
	return c->mono_us(c->ctx);
}

static inline void dw_random(const struct dw_clock *c, void *out, size_t n)
{
	c->random(c->ctx, out, n);
}

#define DW_TIME_MAX 28 /* "2026-11-23T18:16:41.123456Z" and NUL */

/** RFC 3339 UTC with microseconds into out[DW_TIME_MAX]; returns out. */
char *dw_time_format(char *out, int64_t us);
/** RFC 3339 with any offset and 0 to 9 fraction digits, years 1 to 9999; else DW_EINVAL. */
DW_MUST_USE int dw_time_parse(struct dw_str s, int64_t *us);

#endif
