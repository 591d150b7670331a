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

static int add_head(struct dw_buf *b, const struct dw_stored *e, struct dw_str type,
		    const struct dw_names *names)
{
	char when[DW_TIME_MAX], happened[DW_TIME_MAX], scratch[64];
	struct dw_str actor = dw_names_json(names, e->actor, scratch);
	int rc = 0;

	dw_time_format(when, e->recorded_at);
	dw_time_format(happened, e->occurred_at);
	rc |= dw_buf_addz(b, "{\"seq\":");
	rc |= dw_buf_addu(b, e->seq);
	rc |= dw_buf_addz(b, ",\"type\":\"");
	rc |= dw_buf_add(b, type.p, type.n);
	rc |= dw_buf_addz(b, "\",\"recorded_at\":\"");
	rc |= dw_buf_addz(b, when);
	rc |= dw_buf_addz(b, "\",\"occurred_at\":\"");
	rc |= dw_buf_addz(b, happened);
	rc |= dw_buf_addz(b, "\",\"actor\":");
	rc |= dw_buf_add(b, actor.p, actor.n);
	if (e->room != 0) {
		rc |= dw_buf_addz(b, ",\"incident\":");
		rc |= dw_buf_addu(b, e->room);
	}
	rc |= dw_buf_addz(b, ",\"data\":{");
	return rc;
}

/* Members of `data`, without its opening brace, with its closing one. */
static int add_data(struct dw_buf *b, const struct dw_stored *e, enum dw_event_type type)
{
	int rc = 0;
	bool is_object = (dw_event_info(type)->flags & DW_EVF_OBJECT) != 0;
	bool is_empty = e->payload.p == NULL || e->payload.n <= 2;

	if (is_object) {
		rc |= dw_buf_addz(b, "\"id\":");
		rc |= dw_buf_addu(b, e->subject != 0 ? e->subject : e->seq);
		rc |= dw_buf_addz(b, ",\"version\":");
		rc |= dw_buf_addu(b, e->seq);
	}
	if (e->payload.p == NULL)
		rc |= dw_buf_addz(b,
				  is_object ? ",\"erased\":true}" : "\"erased\":true}");
	else if (is_empty)
		rc |= dw_buf_addc(b, '}');
	else {
		if (is_object)
			rc |= dw_buf_addc(b, ',');
		rc |= dw_buf_add(b, e->payload.p + 1, e->payload.n - 1);
	}
	return rc;
}

static int add_item(struct dw_buf *b, const struct dw_stored *e, enum dw_event_type type,
		    const struct dw_names *names)
{
	int rc = 0;

	rc |= add_head(b, e, e->type, names);
	rc |= add_data(b, e, type);
	rc |= dw_buf_addc(b, '}');
	return rc;
}

/* Sums of failures mean nothing by themselves: the only way to fail is the ceiling. */
static int settle(struct dw_buf *b, size_t before, int rc)
{
	if (rc == 0)
		return 0;
	b->len = before;
	return DW_ETOOBIG;
}

int dw_item_add(struct dw_buf *b, const struct dw_stored *e, enum dw_event_type type,
		const struct dw_names *names)
{
	size_t before = b->len;

	return settle(b, before, add_item(b, e, type, names));
}

int dw_frame_add(struct dw_buf *b, const struct dw_stored *e, enum dw_event_type type,
		 const struct dw_names *names)
{
	size_t before = b->len;
	int rc = 0;

	rc |= dw_buf_addz(b, "id: ");
	rc |= dw_buf_addu(b, e->seq);
	rc |= dw_buf_addz(b, "\nevent: ");
	rc |= dw_buf_add(b, e->type.p, e->type.n);
	rc |= dw_buf_addz(b, "\ndata: ");
	rc |= add_item(b, e, type, names);
	rc |= dw_buf_addz(b, "\n\n");
	return settle(b, before, rc);
}
