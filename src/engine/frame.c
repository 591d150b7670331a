/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * frame.c - an event as watchers get it.
 *
 * The payload is JSON on one line already, so a frame is a few numbers and names around bytes
 * that are copied as they are stored. Live frames and those read back from the store come from
 * this one function: a client that resumes cannot tell which it got.
 */
#include "engine/frame.h"

#include "base/clock.h"

#include <string.h>

/* Everything around actor and payload: five numbers, two times, two type names, fixed text. */
#define BEFORE_MAX 512
#define BETWEEN_MAX 128

static char *put(char *to, struct dw_str s)
{
	memcpy(to, s.p, s.n);
	return to + s.n;
}

static char *put_u64(char *to, uint64_t n)
{
	char digits[20];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + n % 10);
		n /= 10;
	} while (n > 0);
	return put(to, dw_str_make(digits + at, sizeof(digits) - at));
}

/* As a frame begins, up to the item. */
static char *put_lines(char *to, const struct dw_stored *e)
{
	to = put(to, DW_STR("id: "));
	to = put_u64(to, e->seq);
	to = put(to, DW_STR("\nevent: "));
	to = put(to, e->type);
	return put(to, DW_STR("\ndata: "));
}

/* The item up to its actor. */
static char *put_before(char *to, const struct dw_stored *e)
{
	char at[DW_TIME_MAX];

	to = put(to, DW_STR("{\"seq\":"));
	to = put_u64(to, e->seq);
	to = put(to, DW_STR(",\"type\":\""));
	to = put(to, e->type);
	to = put(to, DW_STR("\",\"recorded_at\":\""));
	to = put(to, dw_str_of(dw_time_format(at, e->recorded_at)));
	to = put(to, DW_STR("\",\"occurred_at\":\""));
	if (e->occurred_at != e->recorded_at)
		dw_time_format(at, e->occurred_at);
	to = put(to, dw_str_of(at));
	return put(to, DW_STR("\",\"actor\":"));
}

/* From the actor to the payload's own members, which `*own` becomes. */
static char *put_between(char *to, const struct dw_stored *e, enum dw_event_type type,
			 struct dw_str *own)
{
	bool is_object = (dw_event_info(type)->flags & DW_EVF_OBJECT) != 0;

	if (e->room != 0) {
		to = put(to, DW_STR(",\"incident\":"));
		to = put_u64(to, e->room);
	}
	to = put(to, DW_STR(",\"data\":{"));
	if (is_object) {
		to = put(to, DW_STR("\"id\":"));
		to = put_u64(to, e->subject != 0 ? e->subject : e->seq);
		to = put(to, DW_STR(",\"version\":"));
		to = put_u64(to, e->seq);
	}
	if (e->payload.p == NULL)
		*own = DW_STR("\"erased\":true}");
	else if (e->payload.n <= 2)
		*own = DW_STR("}");
	else
		*own = dw_str_make(e->payload.p + 1, e->payload.n - 1);
	return is_object && own->n > 1 ? put(to, DW_STR(",")) : to;
}

/* All lengths are known before the first byte goes into the buffer: it grows once or not at all. */
static int add(struct dw_buf *b, const struct dw_stored *e, enum dw_event_type type,
	       const struct dw_names *names, bool is_frame)
{
	char before[BEFORE_MAX], between[BETWEEN_MAX], scratch[64], *end = before, *to;
	struct dw_str actor = dw_names_json(names, e->actor, scratch), own;
	struct dw_str tail = is_frame ? DW_STR("}\n\n") : DW_STR("}");
	size_t n_before, n_between, all;

	DW_REQUIRE(e->type.n <= DW_TYPE_MAX);
	if (is_frame)
		end = put_lines(end, e);
	n_before = (size_t)(put_before(end, e) - before);
	n_between = (size_t)(put_between(between, e, type, &own) - between);
	all = n_before + actor.n + n_between + own.n + tail.n;
	to = dw_buf_reserve(b, all);
	if (to == NULL)
		return DW_ETOOBIG;
	to = put(to, dw_str_make(before, n_before));
	to = put(to, actor);
	to = put(to, dw_str_make(between, n_between));
	to = put(to, own);
	to = put(to, tail);
	*to = '\0';
	b->len += all;
	return 0;
}

int dw_item_add(struct dw_buf *b, const struct dw_stored *e, enum dw_event_type type,
		const struct dw_names *names)
{
	return add(b, e, type, names, false);
}

int dw_frame_add(struct dw_buf *b, const struct dw_stored *e, enum dw_event_type type,
		 const struct dw_names *names)
{
	return add(b, e, type, names, true);
}
