/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_FETCH_INT_H
#define DW_FETCH_INT_H
/* Between the multiplexing of transfers (fetch.c) and a single one (transfer.c). */
#include "link/fetch.h"

#include <curl/curl.h>

struct dw_fetcher {
	struct dw_fetcher_conf conf;
	CURLM *multi;
	uv_timer_t timer;
	struct dw_task finish;	/* looks for transfers that have ended */
	struct dw_link waiting; /* struct dw_fetch, in the order of arrival */
	struct dw_link active;
	unsigned n_active, n_handles; /* libuv handles that are open */
	bool is_closing;
	void (*on_closed)(void *data);
	void *on_closed_data;
};

/** An easy handle for it, ready to be added. */
void transfer_open(struct dw_fetch *x);
/** Take out what came of it, and let go of the handle. */
void transfer_close(struct dw_fetch *x);
/** Fill x's results from how it ended. */
void transfer_result(struct dw_fetch *x, CURLcode code);

/* sending.c */

/** What differs from a GET. Requires: x->body. */
void sending_open(struct dw_fetch *x);
void sending_close(struct dw_fetch *x);
/** A line that a mail server answered. */
void sending_line(struct dw_fetch *x, struct dw_str line);

#endif
