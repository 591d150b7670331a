/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_MENTION_INT_H
#define DW_MENTION_INT_H
/* What the two ways of POST /mentions (whole bodies, lines as they come) share. */
#include "api_int.h"
#include "engine/ingest.h"

/* What a request with many mentions is answered. */
struct dw_report {
	struct dw_ingest_totals totals;
	struct dw_buf list;  /* "rejected", without brackets */
	struct dw_jsonw w;   /* writes into list */
	uint64_t n_rejected; /* of which the first 1000 are in list */
};

void dw_report_init(struct dw_report *r);
void dw_report_fini(struct dw_report *r);
void dw_report_reject(struct dw_report *r, uint64_t index, const struct dw_fault *f);
/** The answer's JSON into out, which is cleared first. Safe off the loop. */
void dw_report_write(const struct dw_report *r, const struct dw_ingest_totals *totals,
		     struct dw_buf *out);

#define DW_REPORT_MAX (4u * 1024 * 1024) /* ceiling of the answer */

/** Sends to the journal failed: what a person is told, by code. */
int dw_report_failure(struct dw_err *err, int rc);

/* mention_stream.c: take the body line by line. */
void dw_mention_lines_start(struct dw_http_req *req, struct dw_api *api);

#endif
