/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_ENGINE_FRAME_H
#define DW_ENGINE_FRAME_H
/* One event as one frame of text/event-stream, the same bytes live and from the store. */
#include "base/buf.h"
#include "domain/event.h"
#include "engine/names.h"
#include "store/envelope.h"

/**
 * Append `id: …\nevent: …\ndata: {…}\n\n`. The data is a timeline item; for objects, `id` and
 * `version` are put in front of the payload's own members. DW_ETOOBIG when b is full: then b is
 * as before.
 */
DW_MUST_USE int dw_frame_add(struct dw_buf *b, const struct dw_stored *e,
			     enum dw_event_type type, const struct dw_names *names);
/** The item alone: {"seq":…,…,"data":{…}}. Same failure. */
DW_MUST_USE int dw_item_add(struct dw_buf *b, const struct dw_stored *e,
			    enum dw_event_type type, const struct dw_names *names);

#endif
