/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_APP_STORY_H
#define DW_APP_STORY_H
/*
 * A simulated crisis for the demo: what people write, in Arabic, Persian and English, about a
 * delivery app that does not exist, while its payment fails and a rumour about its food spreads.
 * The same seed tells the same story.
 */
#include "base/buf.h"

struct dw_story;

struct dw_story *dw_story_create(uint64_t seed);
/** NULL is fine. */
void dw_story_destroy(struct dw_story *s);
/** How much is said at that moment, 0 to 1, where 1 is the worst minute. */
double dw_story_intensity(double at_s);
/** Name of the phase, for a person who follows. */
const char *dw_story_phase(double at_s);
/**
 * Append the next mention as JSON on one line with '\n'; `now_us` becomes its posted_at, a
 * little earlier. DW_ETOOBIG when out is full.
 */
DW_MUST_USE int dw_story_next(struct dw_story *s, double at_s, int64_t now_us,
			      struct dw_buf *out);

#endif
